"""The sample result for tests of other tools, and what they must find in it."""

import os
import subprocess
import sys
import tempfile

POINTS, REPLICATIONS, RECORDS, PRODUCTS = 3, 4, 5, 2
FAILED_RUN = 7
NASH_PRICE = [[1.4, 1.5], [1.6, 1.7], [1.8, 1.9]]


def write_sample(folder):
    """Write the sample into the folder; returns its path."""
    writer = os.path.join(os.environ["BERTRAND_BUILD"], "tests", "sim_test_result_file")
    path = os.path.join(folder, "sample.h5")
    subprocess.run([writer, "write", path], check=True)
    return path


def price(point, replication, record, product):
    run = point * REPLICATIONS + replication
    return 1.0 + 0.01 * (100 * run + 10 * record + product)


def check_prices(prices, isnan):
    """prices[point][replication][record][product]; the failed run has no value."""
    for point in range(POINTS):
        for replication in range(REPLICATIONS):
            for record in range(RECORDS):
                for product in range(PRODUCTS):
                    found = prices[point][replication][record][product]
                    if point * REPLICATIONS + replication == FAILED_RUN:
                        assert isnan(found), found
                    else:
                        assert found == price(point, replication, record, product), found


def import_or_skip(name):
    try:
        return __import__(name)
    except ImportError as reason:
        print(f"skipped: {reason}")
        sys.exit(77)


def with_sample(check):
    """Run check(path) on a fresh sample."""
    with tempfile.TemporaryDirectory() as folder:
        check(write_sample(folder))
