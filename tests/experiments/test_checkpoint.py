"""A long run that is killed goes on from its last saved state and ends in the same bytes; a
saved state can be continued under other settings."""
import json
import shutil
import signal
import time

from command_support import (ASYNCHRONOUS, FINITE_BUYERS, Folder, experiment, h5py_or_skip,
                             main, same_bytes)

h5py = h5py_or_skip()

LONG = experiment(name="e", replications=1, horizon="periods: 8000000",
                  record="record: {every: 100000}\n", more="checkpoint: {every: 500000}\n")
KINDS = {
    "q-learning": LONG,
    "asynchronous": experiment(name="e", replications=1, sellers=ASYNCHRONOUS,
                               horizon="time: 400000 d", record="record: {every: 5000}\n",
                               more="checkpoint: {every: 9999.7}\n"),
    "finite-buyers": experiment(name="e", replications=1, horizon="periods: 60000",
                                record="record: {every: 700}\n",
                                more=FINITE_BUYERS + "checkpoint: {every: 1001}\n"),
}


def events(folder):
    return [json.loads(line) for line in (folder.path / "e.log.jsonl").read_text().splitlines()]


def wait_for_state(folder, process, state, after=None):
    """Until there is a saved state (another than `after`, by its bytes' place), or the
    process has ended."""
    while process.poll() is None:
        if state.exists() and state.stat().st_ino != after:
            return state.stat().st_ino
        time.sleep(0.001)
    return None


def kill_at_state(folder, after=None):
    """Run or resume until the next state is saved, then kill -9."""
    state = folder.path / "e.h5.ckpt" / "0-0"
    process = folder.start("run", "e.yaml", "-q", "--resume")
    inode = wait_for_state(folder, process, state, after)
    process.kill()
    process.communicate()
    return inode


def test_killed_runs_go_on():
    for name, text in KINDS.items():
        with Folder() as folder:
            folder.write("e.yaml", text)
            folder.call("run", "e.yaml", "-q", "-o", "reference.h5")
            assert not (folder.path / "reference.h5.ckpt").exists()
            inode = None
            for _ in range(3):
                inode = kill_at_state(folder, inode)
                assert inode is not None, f"{name}: the run ended before it was killed"
            folder.call("run", "e.yaml", "-q", "--resume")
            remarks = [e["message"] for e in events(folder) if e["event"] == "remark"]
            assert len(remarks) == 3, remarks
            assert all(remark.startswith("continued from time") for remark in remarks), remarks
            assert not (folder.path / "e.h5.ckpt").exists()
            same_bytes(folder.bytes_of("reference.h5"), folder.bytes_of("e.h5"), name)


def test_checkpoints_do_not_change_the_run():
    with Folder() as folder:
        for number, every in enumerate((0, 70, 1000)):
            folder.write("e.yaml", experiment(
                name="e", replications=2, horizon="periods: 5000",
                more=f"checkpoint: {{every: {every}}}\n" + FINITE_BUYERS))
            folder.call("run", "e.yaml", "-q", "-o", f"{number}.h5")
        with h5py.File(folder.path / "0.h5") as without:
            for number in (1, 2):
                with h5py.File(folder.path / f"{number}.h5") as with_them:
                    for variable in ("checksum", "price", "fingerprint"):
                        assert (without[variable][()].tobytes() ==
                                with_them[variable][()].tobytes()), variable


def test_interrupt_saves_the_state():
    with Folder() as folder:
        folder.write("e.yaml", LONG.replace("every: 500000}", "every: 4000000}"))
        folder.call("run", "e.yaml", "-q", "-o", "reference.h5")
        state = folder.path / "e.h5.ckpt" / "0-0"
        process = folder.start("run", "e.yaml", "-q")
        regular = wait_for_state(folder, process, state)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        assert process.returncode == 75
        assert state.stat().st_ino != regular
        folder.call("run", "e.yaml", "-q", "--resume")
        same_bytes(folder.bytes_of("reference.h5"), folder.bytes_of("e.h5"), "after SIGTERM")


def test_states_that_do_not_fit_are_left_aside():
    with Folder() as folder:
        folder.write("e.yaml", LONG)
        folder.call("run", "e.yaml", "-q", "-o", "reference.h5")
        assert kill_at_state(folder) is not None
        state = folder.path / "e.h5.ckpt" / "0-0"
        good = state.read_bytes()
        harmed = bytearray(good)
        harmed[len(good) // 2] ^= 1
        for bad in (bytes(harmed), good[:-1], good[:100], b"", b"nonsense" * 100):
            state.write_bytes(bad)
            part = folder.bytes_of("e.h5.part")
            folder.call("run", "e.yaml", "-q", "--resume")
            remarks = [e["message"] for e in events(folder) if e["event"] == "remark"]
            assert remarks[-1].startswith("begun again: "), remarks
            same_bytes(folder.bytes_of("reference.h5"), folder.bytes_of("e.h5"), "begun again")
            (folder.path / "e.h5").unlink()
            (folder.path / "e.h5.part").write_bytes(part)
            state.parent.mkdir(exist_ok=True)


def test_a_state_is_continued_under_other_settings():
    """Costs rise at half time: the first half is that of the old experiment, the second is
    not; a state of another shape is refused."""
    with Folder() as folder:
        folder.write("e.yaml", LONG)
        folder.call("run", "e.yaml", "-q", "-o", "reference.h5")
        assert kill_at_state(folder) is not None
        state = folder.path / "kept"
        shutil.copy(folder.path / "e.h5.ckpt" / "0-0", state)
        folder.call("run", "e.yaml", "-q", "--from-checkpoint", "kept", "-o", "same.h5")
        same_bytes(folder.bytes_of("reference.h5"), folder.bytes_of("same.h5"), "same settings")
        folder.call("run", "e.yaml", "-q", "--from-checkpoint", "kept", "-o", "other.h5",
                    "--set", "market.fees.per_unit=0.2")
        with h5py.File(folder.path / "same.h5") as same, \
                h5py.File(folder.path / "other.h5") as other:
            before, after = same["price"][0, 0], other["price"][0, 0]
            assert (before[:5] == after[:5]).all()
            assert (before[-1] != after[-1]).any()
        _, err = folder.call("run", "e.yaml", "-q", "--from-checkpoint", "kept", "-o", "x.h5",
                             "--set", "sellers[s1].grid.points=5", expect=1)
        assert "cannot be continued" in err, err
        _, err = folder.call("run", "e.yaml", "-q", "--from-checkpoint", "nowhere", "-o", "y.h5",
                             expect=66)
        assert "nowhere" in err, err


main([test_killed_runs_go_on, test_checkpoints_do_not_change_the_run,
      test_interrupt_saves_the_state, test_states_that_do_not_fit_are_left_aside,
      test_a_state_is_continued_under_other_settings])
