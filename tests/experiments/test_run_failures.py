"""What can go wrong with a run: each has its exit status, names what happened, and leaves
what was there before."""
import json
import os
import resource
import subprocess

from command_support import Folder, experiment, h5py_or_skip, main

h5py = h5py_or_skip()

# With log prices and r = alpha/mu below 1 there is no equilibrium to lay a grid around.
FAILING = experiment(name="e", replications=3, horizon="periods: 500").split("sweep:")[0].replace(
    "scale: 0.25,", "scale: 0.25, price_transform: log,")
FAILING_SWEEP = "sweep:\n  - list: [{market.demand.scale: 0.25}, {market.demand.scale: 2}, " \
                "{market.demand.scale: 0.5}]\n"


def log_of(folder, name):
    return [json.loads(line) for line in (folder.path / name).read_text().splitlines()]


def test_failing_runs_are_named_and_the_others_kept():
    with Folder() as folder:
        folder.write("e.yaml", FAILING + FAILING_SWEEP)
        _, err = folder.call("run", "e.yaml", "-q", expect=1)
        for replication in range(3):
            assert f"point 1 (market.demand.scale = 2), replication {replication}" in err, err
        assert "3 of 9 runs failed" in err, err
        with h5py.File(folder.path / "e.h5") as file:
            assert (file["status"][()] == [[1, 1, 1], [2, 2, 2], [1, 1, 1]]).all()
            prices = file["price"][()]
            assert (prices[1] != prices[1]).all()  # NAN
            assert (prices[[0, 2]] == prices[[0, 2]]).all()
            assert (file["iterations"][1] == -1).all()
        log = log_of(folder, "e.log.jsonl")
        assert sum(line["event"] == "failed" for line in log) == 3
        assert sum(line["event"] == "done" for line in log) == 6
        assert log[-1]["event"] == "end" and log[-1]["exit_status"] == 1
        # the failures do not depend on the others
        folder.call("run", "e.yaml", "-q", "-j", 1, "-o", "one.h5", expect=1)
        assert folder.bytes_of("one.h5") == folder.bytes_of("e.h5")
        folder.call("run", "e.yaml", "-q", "--resume", expect=1)


def test_on_failure_stop():
    with Folder() as folder:
        folder.write("e.yaml", FAILING + "on_failure: stop\n" + FAILING_SWEEP)
        _, err = folder.call("run", "e.yaml", "-q", "-j", 1, expect=1)
        assert "stopped by a failed run with 5 of 9 runs left" in err, err
        assert not (folder.path / "e.h5").exists()
        assert folder.runs_done("e.h5") == 3


def test_nothing_that_could_be_run():
    with Folder() as folder:
        folder.write("e.yaml", FAILING.replace("scale: 0.25,", "scale: 2,"))
        _, err = folder.call("run", "e.yaml", "-q", expect=65)
        assert "price grid" in err, err
        assert [path.name for path in folder.path.iterdir()] == ["e.yaml"]
        folder.call("run", "nowhere.yaml", expect=66)
        folder.call("run", expect=64)
        folder.call("run", "e.yaml", "--set", "seed", expect=64)
        folder.call("run", "e.yaml", "--threads", "0", expect=64)


def test_existing_results_are_kept():
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 100"))
        (folder.path / "e.h5").write_text("precious")
        _, err = folder.call("run", "e.yaml", expect=73)
        assert "e.h5 exists already" in err and "--force" in err, err
        assert folder.bytes_of("e.h5") == b"precious"
        assert sorted(path.name for path in folder.path.iterdir()) == ["e.h5", "e.yaml"]
        folder.call("run", "e.yaml", "-q", "--force")
        assert folder.bytes_of("e.h5")[:4] == b"\x89HDF"


def test_output_that_cannot_be_created():
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 100"))
        _, err = folder.call("run", "e.yaml", "-o", "nowhere/e.h5", expect=73)
        assert "nowhere/e.h5" in err, err
        _, err = folder.call("run", "e.yaml", "-o", "e.yaml/e.h5", expect=73)
        if os.geteuid() == 0:
            folder.call("run", "e.yaml", "-o", "/proc/e.h5", expect=73)
        else:
            (folder.path / "closed").mkdir(mode=0o500)
            folder.call("run", "e.yaml", "-o", "closed/e.h5", expect=73)
        assert not list(folder.path.glob("*.part*"))


def limit_files_to(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_file_size_limit():
    """Whatever the limit, no crash, no result, and a word about the file."""
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 1000"))
        folder.call("run", "e.yaml", "-q", "-o", "whole.h5")
        whole = len(folder.bytes_of("whole.h5"))
        for share in (0, 0.01, 0.3, 0.7, 0.99):
            process = folder.start("run", "e.yaml", "-q",
                                   preexec_fn=limit_files_to(int(share * whole)))
            _, err = process.communicate()
            assert process.returncode in (73, 74), (share, process.returncode, err)
            assert "e.h5" in err, err
            assert not (folder.path / "e.h5").exists()
            for left in folder.path.glob("e.h5*"):
                left.unlink()


def test_full_disk():
    """A disk of half the size, where one may be mounted."""
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 1000"))
        folder.call("run", "e.yaml", "-q", "-o", "whole.h5")
        size = len(folder.bytes_of("whole.h5")) // 2
        disk = folder.path / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                                 capture_output=True)
        if mounted.returncode != 0:
            print("    (no full disk: mounting is not permitted)")
            return
        try:
            _, err = folder.call("run", "e.yaml", "-q", "-o", "disk/e.h5", expect=73)
            assert "disk/e.h5" in err, err
            assert not list(disk.glob("*.h5")), list(disk.iterdir())
        finally:
            subprocess.run(["umount", disk], check=True)


main([test_failing_runs_are_named_and_the_others_kept, test_on_failure_stop,
      test_nothing_that_could_be_run, test_existing_results_are_kept,
      test_output_that_cannot_be_created, test_file_size_limit, test_full_disk])
