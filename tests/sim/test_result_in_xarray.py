"""The result file as xarray sees it, through netCDF4 and, where installed, h5netcdf."""

import importlib.util

import numpy
import result_sample

xarray = result_sample.import_or_skip("xarray")
result_sample.import_or_skip("netCDF4")


def check_engine(path, engine):
    with xarray.open_dataset(path, engine=engine) as data:
        assert dict(data.sizes) == {"point": 3, "replication": 4, "record": 5, "product": 2,
                                    "seller": 2, "state": 4}, data.sizes
        assert set(data.coords) == {"record", "sellers[*].learning_rate", "memory",
                                    "product_name", "seller_name"}, data.coords
        assert data["sellers[*].learning_rate"].values.tolist() == [0.05, 0.1, 0.15]
        result_sample.check_prices(data.price.values, numpy.isnan)
        assert data.product_name.values.tolist() == ["apple", "pear"]
        assert data.seller_name.values[0].decode() == "M\u00fcller"
        assert data.outcome.values[0, 1] == b"run 1"
        assert int(numpy.isnan(data.iterations.values).sum()) == 1
        assert data.fingerprint.dtype == "int64"
        pear = data.price.swap_dims(product="product_name").sel(product_name="pear")
        assert float(pear.sel(record=2000)[1, 2]) == result_sample.price(1, 2, 2, 1)
        mean = data.price.where(data.status == 1).mean("replication")
        assert not numpy.isnan(mean.values).any()


def check(path):
    check_engine(path, None)
    check_engine(path, "netcdf4")
    if importlib.util.find_spec("h5netcdf"):
        check_engine(path, "h5netcdf")
    else:
        print("the engine h5netcdf is not installed and was not tried")


result_sample.with_sample(check)
