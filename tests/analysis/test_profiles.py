"""Tables and figures of outcomes by seller: what `analyze` prints is what the file holds, and
`plot --kind profile` draws a figure for each grid."""
import html
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import h5py
import numpy

BERTRAND = os.environ["BERTRAND"]
EXPERIMENT = """
format: 1
name: small
seed: 4
replications: 3
horizon: {periods: 2000}
market: {type: bargaining, plays: 2, worth_plays: 20}
sellers:
  - {name: human, policy: human_bargainer}
  - {name: slide, policy: heuristic_bargainer}
buyers: {type: human_bargainers}
"""


def bertrand(*arguments):
    return subprocess.run([BERTRAND, *arguments], capture_output=True, text=True, check=True)


class Profiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name) / "small.h5"
        file = pathlib.Path(cls.folder.name) / "small.yaml"
        file.write_text(EXPERIMENT, encoding="utf-8")
        bertrand("run", str(file), "--output", str(cls.path), "--quiet")
        cls.text = bertrand("analyze", str(cls.path)).stdout

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def row(self, table, mark):
        """The numbers of a row of a table along a grid."""
        after = self.text.split(f"\n{table}: ", 1)[1]
        line = re.search(rf"^  {re.escape(mark)} +(.*)$", after, re.MULTILINE)
        return [float(word) for word in line.group(1).split()]

    def test_tables_hold_means_over_runs(self):
        with h5py.File(self.path) as file:
            for table, mark, index in (("turn_accept", "2", 1), ("turn_counter", "3", 2),
                                       ("thread_share", "1", 1), ("sold_by", "0.5", 15),
                                       ("sold_below", "0.67", 67)):
                means = file[table][0, :, :, index].mean(axis=0)
                numpy.testing.assert_allclose(self.row(table, mark), means, rtol=1e-3)
            rewards = file["valid_reward"][0].mean(axis=0)
        line = re.search(r"^  valid_reward +(.*)$", self.text, re.MULTILINE)
        numpy.testing.assert_allclose([float(word) for word in line.group(1).split()], rewards,
                                      rtol=1e-3)

    def test_numbers_of_moves_are_no_table(self):
        self.assertNotIn("\nturn_moves:", self.text)

    def test_files_open_with_their_grids(self):
        with h5py.File(self.path) as file:
            numpy.testing.assert_array_equal(file["turn"], numpy.arange(1, 8))
            numpy.testing.assert_allclose(file["hundredth"], numpy.arange(101) / 100)
            numpy.testing.assert_allclose(file["window"], numpy.arange(1, 33) / 32)
            moves = file["turn_moves"][0, :, :, 1]
            shares = sum(file[name][0, :, :, 1] for name in
                         ("turn_accept", "turn_counter", "turn_reject", "turn_expire"))
            numpy.testing.assert_allclose(shares, numpy.ones_like(moves))

    def test_a_figure_for_each_grid(self):
        folder = pathlib.Path(self.folder.name) / "figures"
        bertrand("plot", str(self.path), "--kind", "profile", "--output", str(folder))
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["by-hundredth.svg", "by-threads.svg", "by-turn.svg", "by-window.svg"])
        drawn = html.unescape((folder / "by-turn.svg").read_text(encoding="utf-8"))
        self.assertTrue("slide" in drawn and "human" in drawn)


if __name__ == "__main__":
    unittest.main()
