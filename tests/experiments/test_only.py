"""--only repeats single runs: each is, byte for byte and at the same place of the file, what
it is in the whole experiment."""
from command_support import Folder, experiment, h5py_or_skip, main

h5py = h5py_or_skip()
TEXT = experiment(name="e", replications=3, horizon="periods: 5000")  # 4 points


def compare(folder, name, selected):
    """The selected runs are those of all.h5; the others are pending."""
    with h5py.File(folder.path / "all.h5") as all_of_them, h5py.File(folder.path / name) as some:
        assert list(all_of_them) == list(some)
        for point in range(4):
            for replication in range(3):
                done = (point, replication) in selected
                assert some["status"][point, replication] == (1 if done else 0)
                for variable in ("checksum", "fingerprint", "price", "strategy", "delta"):
                    same = (all_of_them[variable][point, replication].tobytes() ==
                            some[variable][point, replication].tobytes())
                    assert same == done, (variable, point, replication)
        for variable in ("nash_price", "time", "sellers[*].learning_rate", "product_cost"):
            assert (all_of_them[variable][()] == some[variable][()]).all()
        assert all_of_them["price"].id.get_offset() is not None
        assert all_of_them["price"].shape == some["price"].shape


def test_only():
    with Folder() as folder:
        folder.write("e.yaml", TEXT)
        folder.call("run", "e.yaml", "-q", "-o", "all.h5")
        folder.call("run", "e.yaml", "-q", "--only", "point=2,replication=1")
        compare(folder, "e.only.h5", {(2, 1)})
        folder.call("run", "e.yaml", "-q", "--only", "point=1-2", "-o", "points.h5")
        compare(folder, "points.h5", {(p, r) for p in (1, 2) for r in range(3)})
        folder.call("run", "e.yaml", "-q", "--only", "replication=0", "-o", "first.h5")
        compare(folder, "first.h5", {(p, 0) for p in range(4)})


def test_only_of_what_is_not_there():
    with Folder() as folder:
        folder.write("e.yaml", TEXT)
        for selection in ("point=4", "replication=3", "point=-1", "point=2-1", "run=3", "point",
                          "point=1,", "point=1 ", "point=99999999999999999999"):
            _, err = folder.call("run", "e.yaml", "--only", selection, expect=64)
            assert selection in err, err
        assert list(folder.path.iterdir()) == [folder.path / "e.yaml"]


main([test_only, test_only_of_what_is_not_there])
