"""Sellers that estimate with matrix libraries: the same bytes for any number of threads, the
runner's and the library's."""
import os

from command_support import Folder, main, same_bytes

TEXT = """format: 1
name: t
seed: 4
replications: 2
horizon: {periods: 300}
market:
  type: assortment
  capacity: 5
  contexts: random
  dimension: 16
  items: [{name: i, seller: s1, count: 12}]
sellers:
  - {name: s1, policy: cap}
record: {every: 100}
sweep:
  - grid: {"sellers[s1].policy": [cap, cap_ons, ts_mnl, ofu_mnl_plus, ons_mpp]}
"""


def test_any_number_of_threads_of_the_library():
    with Folder() as folder:
        folder.write("e.yaml", TEXT)
        for threads in ("1", "4"):
            os.environ["OPENBLAS_NUM_THREADS"] = threads
            folder.call("run", "e.yaml", "-q", "-j", threads, "-o", f"{threads}.h5")
        same_bytes(folder.bytes_of("1.h5"), folder.bytes_of("4.h5"), "1 and 4 threads")


main([test_any_number_of_threads_of_the_library])
