"""The result file as h5py sees it, and the checksum as docs/result-file.md defines it."""

import math
import os
import re
import struct

import result_sample

h5py = result_sample.import_or_skip("h5py")
numpy = result_sample.import_or_skip("numpy")

RUN_VARIABLES = ["price", "sales", "iterations", "strategy", "outcome"]


def documented_checksum():
    page = os.path.join(os.environ["BERTRAND_SOURCE"], "docs", "result-file.md")
    with open(page, encoding="utf-8") as text:
        blocks = re.findall(r"```python\n(.*?)```", text.read(), re.DOTALL)
    names = {"numpy": numpy, "struct": struct}
    exec(next(block for block in blocks if "def checksum" in block), names)
    return names["checksum"]


def check_checksums(file):
    checksum = documented_checksum()
    for point in range(result_sample.POINTS):
        for replication in range(result_sample.REPLICATIONS):
            found = int(file["checksum"][point, replication]) % 2**64
            assert found == checksum(file, RUN_VARIABLES, point, replication)


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
        check_checksums(file)
        names = [b"".join(row).decode() for row in file["seller_name"][...]]
        assert names == ["M\u00fcller", "Smith"], names


result_sample.with_sample(check)
