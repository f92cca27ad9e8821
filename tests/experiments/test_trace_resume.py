"""An event log of many runs has the same bytes for any number of threads and after any
interruption, runs that go on from a saved state included."""
import random

from command_support import FINITE_BUYERS, Folder, experiment, main, same_bytes

TEXT = experiment(name="e", replications=6, horizon="periods: 60000",
                  more=FINITE_BUYERS.replace("200", "5") + "trace: true\n"
                  "checkpoint: {every: 5000}\n"
                  "sweep:\n  - grid: {market.demand.scale: [0.2, 0.3]}\n")


def test_same_bytes_for_threads_and_after_kills():
    random.seed(3)
    with Folder() as folder:
        folder.write("e.yaml", TEXT)
        folder.call("run", "e.yaml", "-q", "-j", 1, "-o", "one.h5")
        folder.call("run", "e.yaml", "-q", "-j", 4, "-o", "four.h5")
        same_bytes(folder.bytes_of("one.events.h5"), folder.bytes_of("four.events.h5"),
                   "1 and 4 threads")
        for moment in sorted(random.sample(range(1, 10), 4)):
            process = folder.start("run", "e.yaml", "-q", "--resume", "-j", 2)
            folder.wait_until_done("e.h5", moment, process)
            process.kill()
            process.communicate()
        folder.call("run", "e.yaml", "-q", "--resume")
        same_bytes(folder.bytes_of("one.h5"), folder.bytes_of("e.h5"), "the result")
        same_bytes(folder.bytes_of("one.events.h5"), folder.bytes_of("e.events.h5"), "the log")
        assert sorted(path.name for path in folder.path.glob("e.*")) == \
            ["e.events.h5", "e.h5", "e.log.jsonl", "e.yaml"]


main([test_same_bytes_for_threads_and_after_kills])
