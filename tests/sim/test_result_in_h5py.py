"""The result file as h5py sees it."""

import math

import result_sample

h5py = result_sample.import_or_skip("h5py")


def check(path):
    with h5py.File(path, "r") as file:
        price = file["price"]
        assert price.shape == (3, 4, 5, 2)
        assert price.dtype == "<f8"
        result_sample.check_prices(price[...], math.isnan)
        assert [dimension[0].name for dimension in price.dims] == [
            "/point", "/replication", "/record", "/product"]
        assert all(dimension[0].attrs["CLASS"] == b"DIMENSION_SCALE" for dimension in price.dims)
        for name, item in file.items():
            assert item.attrs["long_name"] and item.attrs["units"], name
            assert item.dtype.kind in "fiS", name
        assert file.attrs["title"].decode() == "a sample \u2014 of everything"
        assert file.attrs["settings"] == b"format: 1\nname: sample\n"
        assert file["status"][...].tolist() == [[1, 1, 1, 1], [1, 1, 1, 2], [1, 1, 1, 1]]
        names = [b"".join(row).decode() for row in file["seller_name"][...]]
        assert names == ["M\u00fcller", "Smith"], names


result_sample.with_sample(check)
