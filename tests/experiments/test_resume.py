"""Interrupted at any moment and resumed, an experiment ends in the same bytes."""
import random
import signal

from command_support import Folder, experiment, h5py_or_skip, main, same_bytes

h5py = h5py_or_skip()
RUNS = 4 * 10
SLOW = experiment(name="e", replications=10, horizon="periods: 300000", record="record: {every: 500}\n")


def reference(folder):
    folder.write("e.yaml", SLOW)
    folder.call("run", "e.yaml", "-q", "-o", "reference.h5")
    return folder.bytes_of("reference.h5")


def test_kill_at_ten_moments():
    """One experiment, killed ten times at random numbers of finished runs, the first time
    while the file is made."""
    random.seed(20240117)
    moments = [0] + sorted(random.sample(range(1, RUNS - 8), 9))
    with Folder() as folder:
        expected = reference(folder)
        n_killed = 0
        for moment in moments:
            process = folder.start("run", "e.yaml", "-q", "--resume", "-j", 2)
            if moment > 0:
                folder.wait_until_done("e.h5", moment, process)
            process.kill()
            process.communicate()
            n_killed += process.returncode == -signal.SIGKILL
            assert not (folder.path / "e.h5").exists()
        assert n_killed == len(moments)
        folder.call("run", "e.yaml", "-q", "--resume", "-j", 1)
        same_bytes(expected, folder.bytes_of("e.h5"), "after ten kills")
        assert not (folder.path / "e.h5.part").exists()


def test_damaged_runs_are_repeated():
    """A .part whose data were changed behind its back: the runs whose checksum does not
    agree are done again."""
    with Folder() as folder:
        expected = reference(folder)
        process = folder.start("run", "e.yaml", "-q")
        folder.wait_until_done("e.h5", RUNS // 2, process)
        process.kill()
        process.communicate()
        part = folder.path / "e.h5.part"
        with h5py.File(part) as file:
            assert file["status"][0, 0] == 1
            place = file["price"].id.get_offset()
        with open(part, "r+b") as file:
            file.seek(place + 80)
            file.write(b"harm")
        folder.call("run", "e.yaml", "-q", "--resume")
        same_bytes(expected, folder.bytes_of("e.h5"), "after damage")


def interrupt(folder, number):
    process = folder.start("run", "e.yaml", "-j", 2)
    folder.wait_until_done("e.h5", 3, process)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 75, f"exit status {process.returncode}\n{err}"
    assert "--resume" in err, err
    done = folder.runs_done("e.h5")
    assert 3 <= done < RUNS, done
    return done


def test_interrupts_leave_a_resumable_file():
    with Folder() as folder:
        expected = reference(folder)
        for number in (signal.SIGTERM, signal.SIGINT):
            interrupt(folder, number)
            folder.call("run", "e.yaml", "-q", "--resume")
            same_bytes(expected, folder.bytes_of("e.h5"), f"after signal {number}")
            (folder.path / "e.h5").unlink()


def test_another_experiment_is_refused():
    with Folder() as folder:
        folder.write("e.yaml", SLOW)
        interrupt(folder, signal.SIGTERM)
        part = folder.bytes_of("e.h5.part")
        folder.write("other.yaml", SLOW.replace("cost: 1}", "cost: 1.1}"))
        _, err = folder.call("run", "other.yaml", "-q", "--resume", expect=65)
        assert "e.h5.part" in err, err
        _, err = folder.call("run", "e.yaml", "-q", "--resume", "--set", "seed=4", expect=65)
        _, err = folder.call("run", "e.yaml", "-q", expect=73)
        assert "--resume" in err and "--force" in err, err
        same_bytes(part, folder.bytes_of("e.h5.part"), "a refused .part")


def test_resume_of_a_complete_result():
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 100"))
        folder.call("run", "e.yaml", "-q", "--resume")
        made = folder.bytes_of("e.h5")
        _, err = folder.call("run", "e.yaml", "--resume")
        assert "complete already" in err, err
        same_bytes(made, folder.bytes_of("e.h5"), "a complete result")
        folder.call("run", "e.yaml", "-q", "--resume", "--set", "seed=1", expect=73)
        folder.call("run", "e.yaml", "-q", "--resume", "--force", expect=64)


main([test_kill_at_ten_moments, test_damaged_runs_are_repeated,
      test_interrupts_leave_a_resumable_file, test_another_experiment_is_refused,
      test_resume_of_a_complete_result])
