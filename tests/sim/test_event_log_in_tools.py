"""The event log as netCDF4, xarray, h5py and, where installed, ncdump see it."""

import os
import shutil
import subprocess
import tempfile

import numpy
import result_sample

netCDF4 = result_sample.import_or_skip("netCDF4")
xarray = result_sample.import_or_skip("xarray")
h5py = result_sample.import_or_skip("h5py")

EVENTS = 20000
COLUMNS = ["point", "replication", "time", "kind", "agent", "product", "price", "outcome"]


def check_netcdf4(path):
    with netCDF4.Dataset(path) as log:
        assert log.dimensions["event"].isunlimited()
        assert len(log.dimensions["event"]) == EVENTS
        assert list(log.variables) == COLUMNS
        assert all(variable.dimensions == ("event",) for variable in log.variables.values())
        assert log["kind"].flag_meanings == "offer purchase leave"
        assert log.experiment == "name: log\n"


def check_xarray(path):
    with xarray.open_dataset(path) as log:
        assert dict(log.sizes) == {"event": EVENTS}
        row = numpy.arange(EVENTS)
        assert (log.time.values == 0.25 * (row // 2)).all()
        assert (log.point.values == row // 10000).all()
        assert (numpy.isnan(log.price.values) == (row % 3 == 2)).all()
        purchases = log.where(log.kind == 1, drop=True)
        assert purchases.sizes["event"] == (EVENTS + 1) // 3


def check_h5py(path):
    with h5py.File(path) as log:
        for name in COLUMNS:
            assert log[name].shape == (EVENTS,)
            assert log[name].attrs["long_name"] and log[name].attrs["units"]
            assert log[name].dims[0][0].name == "/event"


def check_ncdump(path):
    if not shutil.which("ncdump"):
        print("ncdump is not installed and was not tried")
        return
    dump = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True)
    assert "event = UNLIMITED ; // (20000 currently)" in dump.stdout, dump.stdout
    assert "double price(event) ;" in dump.stdout, dump.stdout


with tempfile.TemporaryDirectory() as folder:
    log_path = os.path.join(folder, "log.h5")
    writer = os.path.join(os.environ["BERTRAND_BUILD"], "tests", "sim_test_event_log")
    subprocess.run([writer, "write", log_path], check=True)
    check_netcdf4(log_path)
    check_xarray(log_path)
    check_h5py(log_path)
    check_ncdump(log_path)
