"""What `bertrand run` puts into a result: the union of all points' variables, padded to the
longest, with labels and attributes from which a referee can run it again."""
import subprocess

import command_support
from command_support import Folder, experiment, h5py_or_skip, main

h5py = h5py_or_skip()
import numpy  # noqa: E402 (h5py needs it)

THREE_PRODUCTS = "[{name: A, seller: s1, quality: 2, cost: 1}, " \
                 "{name: B, seller: s2, quality: 2, cost: 1}, " \
                 "{name: Long name, seller: s2, quality: 1, cost: 0.5}]"
UNEVEN = experiment(name="uneven", replications=2, horizon="periods: 4000",
                    record="record: {every: 100, series: [price, profit]}\n", more=f"""sweep:
  - list:
    - {{"sellers[*].grid.points": 5}}
    - {{horizon.periods: 1000}}
    - {{market.products: '{THREE_PRODUCTS}', "sellers[*].memory": 0}}
    - {{record.every: 1000, record.series: [welfare]}}
""").replace("'", "")


def text_of(dataset):
    return [b"".join(row).rstrip(b"\0").decode() for row in dataset[()]]


def attribute(file, name):
    value = file.attrs[name]
    return value.decode() if isinstance(value, bytes) else str(value)


def test_points_of_different_shapes():
    with Folder() as folder:
        folder.write("e.yaml", UNEVEN)
        folder.call("run", "e.yaml", "-q")
        with h5py.File(folder.path / "uneven.h5") as file:
            assert (file["status"][()] == 1).all()
            price, time = file["price"][()], file["time"][()]
            assert price.shape == (4, 2, 40, 3) and time.shape == (4, 40)
            assert file["profit"].shape == (4, 2, 40, 2)
            assert file["welfare"].shape == (4, 2, 40)
            n_records, n_products = [40, 10, 40, 4], [2, 2, 3, 2]
            for point in range(4):
                records, products = n_records[point], n_products[point]
                assert (file["records"][point] == records).all()
                assert not numpy.isnan(time[point, :records]).any()
                assert numpy.isnan(time[point, records:]).all()
                has_price = point != 3
                inside = price[point, :, :records, :products]
                assert numpy.isnan(inside).any() != has_price
                price[point, :, :records, :products] = numpy.nan
                assert numpy.isnan(price[point]).all()
                assert numpy.isnan(file["nash_price"][point]).tolist() == \
                    [i >= products for i in range(3)]
                assert numpy.isnan(file["welfare"][point]).all() != (point == 3)
            assert time[1, 9] == 1000 and time[0, -1] == 4000
            assert text_of(file["product_name"]) == ["A", "B", "Long name"]
            assert text_of(file["seller_name"]) == ["s1", "s2"]
            assert file["product_seller"][2].tolist() == [0, 1, 1]
            assert file["product_seller"][0].tolist() == [0, 1, -1]
            assert file["product_cost"][2].tolist() == [1, 1, 0.5]
            # strategies: 25 states, 225, 1, 225
            strategy = file["strategy"][()]
            assert strategy.shape == (4, 2, 2, 225)
            for point, states in enumerate([25, 225, 1, 225]):
                assert (strategy[point, :, :, :states] >= 0).all()
                assert (strategy[point, :, :, states:] == -1).all()


def test_labels_of_swept_values():
    more = """sweep:
  - grid: {market.demand.scale: [0.25, 0.3], seed: [1, 2]}
  - list: [{market.demand.outside_utility: null}, {"sellers[*].exploration": boltzmann}]
"""
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 50", more=more))
        # without an outside option there are no joint-profit prices, so point 4 fails
        folder.call("run", "e.yaml", "-q", expect=1)
        with h5py.File(folder.path / "e.h5") as file:
            assert file["seed"][()].tolist() == [1, 2, 1, 2, 20240117, 20240117]
            assert file["seed"].dtype == numpy.int64
            assert file["market.demand.scale"][()].tolist() == [.25, .25, .3, .3, .25, .25]
            outside = file["market.demand.outside_utility"][()]
            assert outside[:4].tolist() == [0] * 4 and numpy.isnan(outside[4])
            assert text_of(file["sellers[*].exploration"]) == ["epsilon_greedy"] * 5 + ["boltzmann"]
            assert len(set(file["point_key"][()].tolist())) == 6
            assert file["point"][()].tolist() == list(range(6))
            assert "market.demand.scale" in attribute_of(file["price"], "coordinates")
            for name, unit, word in (("market.demand.scale", "utility", "taste"),
                                     ("sellers[*].exploration", "1", "tries"),
                                     ("seed", "1", "random")):
                assert attribute_of(file[name], "units") == unit, attribute_of(file[name], "units")
                assert word in attribute_of(file[name], "long_name").lower()


def attribute_of(dataset, name):
    value = dataset.attrs[name]
    return value.decode() if isinstance(value, bytes) else str(value)


def test_a_referee_can_run_it_again():
    text = experiment(name="e", horizon="periods: 50", more="# Ünïcode, and a \"quote\"\n")
    with Folder() as folder:
        folder.write("e.yaml", text)
        folder.call("run", "e.yaml", "-q", "--set", "market.demand.scale=0.3", "--set",
                    "sellers[s1].memory=0")
        with h5py.File(folder.path / "e.h5") as file:
            assert attribute(file, "experiment") == text
            assert attribute(file, "overrides") == \
                "market.demand.scale=0.3\nsellers[s1].memory=0"
            settings = attribute(file, "settings")
            assert attribute(file, "title") == "e"
            assert attribute(file, "common_random_numbers") == "false"
            version = subprocess.run([command_support.BERTRAND, "--version"],
                                     capture_output=True, text=True, check=True).stdout
            assert attribute(file, "version") in version
            for name in ("commit", "compiler", "hdf5_version", "gsl_version", "Conventions"):
                assert attribute(file, name), name
            checksum = file["checksum"][()].tobytes()
        # the effective settings are an experiment file, too
        folder.write("settings.yaml", settings)
        folder.call("run", "settings.yaml", "-q", "-o", "again.h5")
        with h5py.File(folder.path / "again.h5") as file:
            assert file["checksum"][()].tobytes() == checksum


def test_a_long_experiment_file_is_carried_whole():
    text = experiment(name="e", horizon="periods: 10", more="# " + 200000 * "x" + "\n")
    with Folder() as folder:
        folder.write("e.yaml", text)
        folder.call("run", "e.yaml", "-q")
        with h5py.File(folder.path / "e.h5") as file:
            assert attribute(file, "experiment") == text


main([test_points_of_different_shapes, test_labels_of_swept_values,
      test_a_referee_can_run_it_again, test_a_long_experiment_file_is_carried_whole])
