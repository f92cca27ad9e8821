"""The published sessions of Calvano et al. (AER 2020) through the command: the catalogue's
experiment file, run into a result file, read back from HDF5. Ten sessions; with the
argument `all`, the hundred that the data folder has."""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

SESSIONS = 100 if "all" in sys.argv[1:] else 10
DATA = pathlib.Path(os.environ["BERTRAND_DATA"]) / "aer-sessions-1-100.csv"
EXPERIMENT = (pathlib.Path(os.environ["BERTRAND_SOURCE"]) /
              "experiments/catalogue/aer2020-replication.yaml")


def fnv1a(values):
    result = 0xCBF29CE484222325
    for value in values:
        result = ((result ^ value) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return result


def strategy_hash(strategy):
    """One byte an entry, one-based, in the order state 0: seller 1, seller 2, state 1: ..."""
    sellers, states = strategy.shape
    return fnv1a(int(strategy[i, s]) + 1 for s in range(states) for i in range(sellers))


def run(folder):
    result = pathlib.Path(folder) / "sessions.h5"
    subprocess.run([os.environ["BERTRAND"], "run", str(EXPERIMENT), "--set",
                    f"replications={SESSIONS}", "--output", str(result), "--quiet"],
                   check=True)
    return h5py.File(result, "r")


def main():
    if not DATA.exists():
        print(f"skipped: {DATA} not found")
        return 77
    with open(DATA, newline="") as file:
        published = list(csv.DictReader(file))[:SESSIONS]
    with tempfile.TemporaryDirectory() as folder, run(folder) as result:
        for r, session in enumerate(published):
            for name, column in (("iterations", "iterations"),
                                 ("final_state", "final_state_0based"),
                                 ("cycle_length", "cycle_length")):
                assert int(result[name][0, r]) == int(session[column]), (name, r)
            assert int(result["converged"][0, r]) == 1
            assert f"{result['delta'][0, r]:.12f}" == session["delta"], ("delta", r)
            found = strategy_hash(result["strategy"][0, r])
            assert found == int(session["fnv1a64_strategy"], 16), ("strategy", r)
    print(f"{SESSIONS} published sessions are identical")
    return 0


sys.exit(main())
