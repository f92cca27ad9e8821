"""A result of `bertrand run` as an economist opens it in xarray."""
import sys

from command_support import Folder, experiment, main

try:
    import xarray
except ImportError:
    print("skipped: python3-xarray is not installed")
    sys.exit(77)

TEXT = experiment(name="e", replications=3, horizon="periods: 3000")


def test_coordinates_and_selection():
    with Folder() as folder:
        folder.write("e.yaml", TEXT)
        folder.call("run", "e.yaml", "-q")
        for engine in ("h5netcdf", "netcdf4"):
            try:
                data = xarray.open_dataset(folder.path / "e.h5", engine=engine)
            except (ValueError, ImportError, ModuleNotFoundError):
                print(f"    (xarray has no engine {engine} here)")
                continue
            assert data.price.dims == ("point", "replication", "record", "product")
            assert data.strategy.dims == ("point", "replication", "seller", "state")
            rates = data["sellers[*].learning_rate"]
            assert rates.dims == ("point",)
            assert rates.values.tolist() == [0.05, 0.1, 0.15, 0.2]
            assert "sellers[*].learning_rate" in data.price.coords
            assert "time" in data.price.coords
            assert data.time.values[-1] == 3000
            names = [name.decode() if isinstance(name, bytes) else name
                     for name in data.product_name.values.tolist()]
            assert names == ["A", "B"]
            gap = (data.final_price - data.nash_price).where(data.status == 1)
            assert gap.dims == ("point", "replication", "product")
            assert bool((gap > 0).any())
            by_rate = data.price.mean("replication").swap_dims(point="sellers[*].learning_rate")
            assert by_rate.sel({"sellers[*].learning_rate": 0.15}).shape == (6, 2)
            data.close()


main([test_coordinates_and_selection])
