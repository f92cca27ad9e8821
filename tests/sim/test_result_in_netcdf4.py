"""The result file as netCDF4-python sees it."""

import numpy
import result_sample

netCDF4 = result_sample.import_or_skip("netCDF4")


def check(path):
    with netCDF4.Dataset(path) as file:
        assert list(file.dimensions) == ["point", "replication", "record", "product", "seller",
                                         "state", "text_16", "text_8", "text_12"]
        assert list(file.variables)[:5] == ["record", "status", "checksum", "fingerprint",
                                            "sellers[*].learning_rate"]
        assert file["price"].dimensions == ("point", "replication", "record", "product")
        prices = file["price"][...].filled(numpy.nan)
        result_sample.check_prices(prices, numpy.isnan)
        assert file["nash_price"][...].tolist() == result_sample.NASH_PRICE
        assert file["nash_price"].units == "\u20ac"
        assert file["iterations"][...].mask.sum() == 1
        assert file["product_name"][...].tolist() == ["apple", "pear"]
        seller = file["seller_name"][0].tobytes().decode().rstrip("\0")
        assert seller == "M\u00fcller", seller
        assert file["market_size"][...] == 100.0
        assert file.title == "a sample \u2014 of everything"
        assert file.note == ""
        assert file["status"].flag_values.tolist() == [0, 1, 2]


result_sample.with_sample(check)
