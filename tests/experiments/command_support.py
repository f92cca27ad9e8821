"""What the tests of the command share: calling it, small experiments, comparing results."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BERTRAND = os.environ["BERTRAND"]

HEAD = """format: 1
name: {name}
seed: 20240117
replications: {replications}
horizon: {{{horizon}}}
market:
  type: posted_price
  demand: {{model: logit, scale: 0.25, outside_utility: 0}}
  products:
    - {{name: A, seller: s1, quality: 2, cost: 1}}
    - {{name: B, seller: s2, quality: 2, cost: 1}}
"""
Q_LEARNING = """sellers:
  - {name: s1, policy: q_learning, learning_rate: 0.15, exploration_decay: 1e-4}
  - {name: s2, policy: q_learning, learning_rate: 0.15, exploration_decay: 1e-4}
"""
GRADIENT = """sellers:
  - {name: s1, policy: gradient, low: 1, high: 3}
  - {name: s2, policy: gradient, low: 1, high: 3}
"""
ASYNCHRONOUS = """sellers:
  - {name: s1, policy: q_learning, exploration_decay: 1e-4, reprice: {poisson: 2}}
  - {name: s2, policy: q_learning, exploration_decay: 1e-4, reprice: {every: 1}}
"""
FINITE_BUYERS = "buyers: {type: logit, population: 200}\n"
LEARNING_RATES = """sweep:
  - grid: {"sellers[*].learning_rate": [0.05, 0.1, 0.15, 0.2]}
"""


def experiment(name="test", replications=5, horizon="periods: 20000", sellers=Q_LEARNING,
               record="record: {every: 500}\n", more=LEARNING_RATES):
    head = HEAD.format(name=name, replications=replications, horizon=horizon)
    return head + sellers + record + more


class Folder:
    """A folder of its own, with calls of the command in it."""

    def __enter__(self):
        self._owner = tempfile.TemporaryDirectory(prefix="bertrand-test-")
        self.path = pathlib.Path(self._owner.name)
        return self

    def __exit__(self, *_):
        self._owner.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)
        return name

    def start(self, *arguments, **options):
        return subprocess.Popen([BERTRAND, *map(str, arguments)], cwd=self.path,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                **options)

    def call(self, *arguments, expect=0, **options):
        """Run to the end; returns (standard output, standard error)."""
        process = self.start(*arguments, **options)
        out, err = process.communicate()
        assert process.returncode == expect, \
            f"{arguments}: exit status {process.returncode}, not {expect}\n{out}{err}"
        return out, err

    def bytes_of(self, name):
        return (self.path / name).read_bytes()

    def runs_done(self, name):
        """How many runs a result has, or None while there is no such file."""
        process = self.start("status", name, "--format", "json")
        out, err = process.communicate()
        if process.returncode == 66:
            return None
        assert process.returncode == 0, err
        return json.loads(out)["done"]

    def wait_until_done(self, name, count, process):
        """Until `count` runs are in the result, or the process has ended."""
        while process.poll() is None:
            done = self.runs_done(name)
            if done is not None and done >= count:
                return
            time.sleep(0.001)


def same_bytes(a, b, what):
    if a != b:
        first = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        raise AssertionError(f"{what}: {len(a)} and {len(b)} bytes, first difference at {first}")


def h5py_or_skip():
    try:
        import h5py
        return h5py
    except ImportError:
        print("skipped: python3-h5py is not installed")
        sys.exit(77)


def main(tests):
    for test in tests:
        test()
        print(f"ok  {test.__name__}")
