"""A result's bytes depend on the experiment alone: not on the number of threads, on what
else is in the sweep, or on how a run is sliced."""
from command_support import (ASYNCHRONOUS, FINITE_BUYERS, GRADIENT, LEARNING_RATES, Folder,
                             experiment, h5py_or_skip, main, same_bytes)

h5py = h5py_or_skip()

KINDS = {
    "q-learning": experiment(),
    "gradient": experiment(sellers=GRADIENT, horizon="periods: 5000",
                           more="sweep:\n  - grid: {market.demand.scale: [0.2, 0.3, 0.4]}\n"),
    "finite-buyers": experiment(more=FINITE_BUYERS + LEARNING_RATES, horizon="periods: 2000",
                                replications=3),
    "asynchronous": experiment(sellers=ASYNCHRONOUS, horizon="time: 500 d", replications=3,
                               record="record: {every: 10}\n"),
    "uneven": experiment(replications=3, horizon="periods: 3000", more="""sweep:
  - grid: {horizon.periods: [1000, 3000], record.every: [100, 500]}
  - list:
    - {"sellers[s1]": {name: s1, policy: best_response}, "sellers[s2]": {name: s2, policy: fixed, price: 1.5}}
    - {seed: 3}
"""),
    # a seller who comes and goes, and buyers who remember prices
    "continuous": experiment(sellers="""  sellers: [{name: s2, active: {exit_rate: 0.01, entry_rate: 0.02}}]
sellers:
  - {name: s1, policy: ols_pricing, low: 1, high: 3}
  - {name: s2, policy: opga, step: 0.01, low: 1, high: 3}
""", horizon="periods: 2000", more="""sweep:
  - list:
    - {seed: 1}
    - {market.demand.reference_price: {sensitivity: 0.4}}
"""),
    "one-run": experiment(replications=1, more=""),
    # one run that is large enough to use the threads itself
    "one-large-run": experiment(replications=1, horizon="periods: 300", record="record: {every: 10}\n",
                                more=FINITE_BUYERS.replace("200", "50000")),
}


def test_any_number_of_threads():
    for name, text in KINDS.items():
        with Folder() as folder:
            folder.write("e.yaml", text)
            for threads in (1, 2, 4):
                folder.call("run", "e.yaml", "-q", "-j", threads, "-o", f"{threads}.h5")
            for threads in (2, 4):
                same_bytes(folder.bytes_of("1.h5"), folder.bytes_of(f"{threads}.h5"),
                           f"{name}, 1 and {threads} threads")


def runs_of(path):
    """(swept values, replication) -> everything that is stored of the run."""
    with h5py.File(path) as file:
        names = [name for name, data in file.items()
                 if data.ndim >= 2 and name != "checksum" and
                 [d.label or d.keys()[0] for d in data.dims][:2] == ["point", "replication"]]
        swept = [name for name in file if "." in name]
        assert "price" in names and "fingerprint" in names and swept
        runs = {}
        for point in range(len(file["point"])):
            values = tuple((name, str(file[name][point])) for name in sorted(swept))
            for replication in range(len(file["replication"])):
                runs[values, replication] = {
                    name: file[name][point, replication].tobytes() for name in names}
        return runs


def test_added_points_and_replications_change_nothing():
    sweep = "sweep:\n  - grid: {{market.demand.scale: {}, market.products[A].cost: [1, 1.1]}}\n"
    few = experiment(replications=3, horizon="periods: 3000", more=sweep.format("[0.25, 0.3]"))
    many = experiment(replications=5, horizon="periods: 3000",
                      more=sweep.format("[0.2, 0.3, 0.25, 0.35]"))
    with Folder() as folder:
        folder.write("few.yaml", few)
        folder.write("many.yaml", many)
        folder.call("run", "few.yaml", "-q", "-o", "few.h5")
        folder.call("run", "many.yaml", "-q", "-o", "many.h5")
        some, all_of_them = runs_of(folder.path / "few.h5"), runs_of(folder.path / "many.h5")
        assert len(some) == 12 and len(all_of_them) == 40
        for run, data in some.items():
            assert data == all_of_them[run], f"{run} changed"


def test_replications_and_points_differ():
    with Folder() as folder:
        folder.write("e.yaml", experiment(replications=20, horizon="periods: 1000"))
        folder.call("run", "e.yaml", "-q", "-o", "e.h5")
        with h5py.File(folder.path / "e.h5") as file:
            fingerprints = file["fingerprint"][()]
            assert len(set(fingerprints.ravel())) == fingerprints.size
            prices = {price.tobytes() for point in file["price"][()] for price in point}
            assert len(prices) == fingerprints.size


def test_common_random_numbers_pair_points():
    """Points that differ in nothing that matters have the same runs."""
    sweep = "sweep:\n  - grid: {market.products[A].name: [A, C]}\n"
    with Folder() as folder:
        for common in ("true", "false"):
            folder.write("e.yaml", experiment(
                horizon="periods: 1000", more=f"common_random_numbers: {common}\n{sweep}"))
            folder.call("run", "e.yaml", "-q", "-o", f"{common}.h5")
        with h5py.File(folder.path / "true.h5") as file:
            assert (file["price"][0] == file["price"][1]).all()
            assert (file["point_key"][()] == 0).all()
        with h5py.File(folder.path / "false.h5") as file:
            assert (file["price"][0] != file["price"][1]).any()


def test_records_do_not_change_the_trajectory():
    with Folder() as folder:
        fingerprints = set()
        for number, record in enumerate(["record: {every: 100}\n", "record: {every: 999}\n",
                                         "record: {every: 0}\n",
                                         "record: {every: 50, series: [price]}\n"]):
            folder.write("e.yaml", experiment(horizon="periods: 5000", record=record))
            folder.call("run", "e.yaml", "-q", "-o", f"{number}.h5")
            with h5py.File(folder.path / f"{number}.h5") as file:
                fingerprints.add(file["fingerprint"][()].tobytes())
        assert len(fingerprints) == 1


main([test_any_number_of_threads, test_added_points_and_replications_change_nothing,
      test_replications_and_points_differ, test_common_random_numbers_pair_points,
      test_records_do_not_change_the_trajectory])
