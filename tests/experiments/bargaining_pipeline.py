"""From a simulated market through the data's format to a fitted population and back, as steps."""
import os
import pathlib
import subprocess

BERTRAND = os.environ["BERTRAND"]

MARKET = """format: 1
name: {name}
seed: {seed}
replications: 1
horizon: {{periods: {listings}}}
market: {{type: bargaining, plays: 1, worth_plays: 1}}
sellers: [{{name: person, {seller}}}]
buyers: {{{buyers}}}
record: {{every: {listings}}}
trace: true
"""


def command(folder, *arguments, status=0):
    done = subprocess.run([BERTRAND, *map(str, arguments)], cwd=folder, capture_output=True,
                          text=True)
    if done.returncode != status:
        raise AssertionError(f"bertrand {' '.join(map(str, arguments))} ended with "
                             f"{done.returncode}: {done.stderr}")
    return done.stderr if status else done.stdout


def simulate(folder, name, listings, seed, seller="policy: human_bargainer",
             buyers="type: human_bargainers", threads=1):
    """Run a market and import its log as NAME-history.h5."""
    path = pathlib.Path(folder)
    (path / f"{name}.yaml").write_text(
        MARKET.format(name=name, seed=seed, listings=listings, seller=seller, buyers=buyers))
    command(folder, "run", f"{name}.yaml", "--quiet", "--force", "-j", threads)
    command(folder, "import", "log", f"{name}.events.h5", "-o", f"{name}-history.h5", "--force")
    return path / f"{name}-history.h5"


def through_data(folder, history, name):
    """Write a history as the data are and import those."""
    path = pathlib.Path(folder)
    (path / f"{name}-data").mkdir()
    command(folder, "export", history, "--best-offer", f"{name}-data")
    command(folder, "import", "best-offer", f"{name}-data/anon_bo_lists.csv",
            f"{name}-data/anon_bo_threads.csv", "-o", f"{name}-again.h5", "--quiet")
    return path / f"{name}-again.h5"


def simulate_fitted(folder, population, name, listings, seed, threads=1):
    return simulate(folder, name, listings, seed,
                    f"policy: fitted_bargainer, population: {population}",
                    f"type: fitted_bargainers, population: {population}", threads)
