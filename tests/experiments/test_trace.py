"""The event log of `trace: true`: it holds what happened, and asking for it changes
nothing."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

BERTRAND = os.environ["BERTRAND"]

MARKET = """
format: 1
name: traced
seed: 5
replications: 2
horizon: {%(horizon)s}
market:
  type: posted_price
  demand: {model: logit, scale: 0.25, outside_utility: 0}
  %(arrivals)s
  products:
    - {name: A, seller: s1, quality: 2, cost: 1}
    - {name: B, seller: s2, quality: 2, cost: 1}
sellers:
  - {name: s1, policy: %(policy)s, reprice: %(clock)s}
  - {name: s2, policy: %(policy)s}
buyers: {%(buyers)s}
record: {every: 5, series: [price, sales]}
"""
GRADIENT = "gradient, low: 1.2, high: 2.2"
EVENTS = dict(horizon="time: 20 d", arrivals="arrivals: {poisson: 400}", policy=GRADIENT,
              clock="{after_sales: 37}", buyers="type: logit, population: 50")
PERIODS = dict(horizon="periods: 40", arrivals="", policy=GRADIENT, clock="{every: 2}",
               buyers="type: logit, population: 30")
GAME = dict(horizon="periods: 40", arrivals="", policy="q_learning", clock="{every: 1}",
            buyers="type: expected")
COMING_AND_GOING = "sellers: [{name: s2, active: {from: 1.5, exit_rate: 0.5, entry_rate: 0.7}}]"
OFFER, PURCHASE, SALES, ENTRY, EXIT = range(5)


class Trace(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def run_market(self, settings, name, *options):
        file = self.path / "experiment.yaml"
        file.write_text(MARKET % settings)
        output = self.path / f"{name}.h5"
        done = subprocess.run([BERTRAND, "run", file, "-q", "-f", "-o", output, *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return output

    def traced_and_plain(self, settings):
        traced = h5py.File(self.run_market(settings, "traced", "--set", "trace=true"))
        plain = h5py.File(self.run_market(settings, "plain"))
        for variable in ("fingerprint", "price", "sales"):
            np.testing.assert_array_equal(traced[variable][:], plain[variable][:])
        return traced, h5py.File(self.path / "traced.events.h5")

    def test_purchases_add_up_to_recorded_sales(self):
        result, log = self.traced_and_plain(EVENTS)
        kind, run, time = log["kind"][:], log["replication"][:], log["time"][:]
        self.assertTrue((np.diff(time)[np.diff(run) == 0] >= 0).all())
        for replication in range(2):
            bought = (kind == PURCHASE) & (run == replication)
            self.assertGreater(bought.sum(), 4000)
            self.assertTrue((log["agent"][:][bought] < 50).all())
            for product in range(2):
                mine = bought & (log["product"][:] == product)
                mass = log["outcome"][:][mine].sum()
                recorded = result["sales"][0, replication, :, product].mean() * 20
                self.assertAlmostEqual(mass, recorded, delta=1e-9 * mass)

    def test_a_seller_moves_after_so_many_sales(self):
        _, log = self.traced_and_plain(EVENTS)
        of_seller = (log["replication"][:] == 0) & (log["product"][:] == 0)
        kinds = log["kind"][:][of_seller]
        offers = np.flatnonzero(kinds == OFFER)
        self.assertGreater(len(offers), 50)
        self.assertEqual(set(np.diff(offers) - 1), {37})

    def test_purchases_are_at_the_standing_price(self):
        _, log = self.traced_and_plain(EVENTS)
        standing = {}
        rows = zip(log["replication"][:], log["kind"][:], log["product"][:], log["price"][:])
        for replication, kind, product, price in rows:
            if kind == OFFER:
                standing[replication, product] = price
            else:
                self.assertEqual(price, standing[replication, product])

    def test_populations_and_games(self):
        for settings in (PERIODS, GAME):
            result, log = self.traced_and_plain(settings)
            sold = (log["kind"][:] == SALES) & (log["replication"][:] == 1)
            mass = log["outcome"][:][sold].reshape(40, 2)
            recorded = result["sales"][0, 1]
            np.testing.assert_allclose(mass.reshape(8, 5, 2).mean(axis=1), recorded, rtol=1e-12)
            offers = (log["kind"][:] == OFFER) & (log["replication"][:] == 1)
            moves = np.bincount(log["agent"][:][offers])
            self.assertEqual(list(moves), [20 if settings is PERIODS else 40, 40])

    def test_who_is_away_offers_and_sells_nothing(self):
        for settings in (EVENTS, PERIODS):
            _, log = self.traced_and_plain({**settings, "arrivals": COMING_AND_GOING})
            there = {0: False, 1: False}
            changes = 0
            for replication, kind, agent, product in zip(
                    log["replication"][:], log["kind"][:], log["agent"][:], log["product"][:]):
                if kind in (ENTRY, EXIT):
                    self.assertEqual((agent, there[replication]), (1, kind == EXIT))
                    there[replication] = kind == ENTRY
                    changes += 1
                elif product == 1:
                    self.assertTrue(there[replication], f"kind {kind}")
            self.assertGreater(changes, 10)

    def test_equal_runs_give_equal_logs(self):
        logs = [self.run_market(EVENTS, name, "--set", "trace=true", "-j", threads)
                .with_suffix(".events.h5").read_bytes()
                for name, threads in (("one", "1"), ("two", "4"))]
        self.assertEqual(logs[0], logs[1])

    def test_a_log_is_not_replaced_silently(self):
        traced = self.run_market(GAME, "traced", "--set", "trace=true")
        traced.unlink()
        command = [BERTRAND, "run", self.path / "experiment.yaml", "-q", "-o", traced,
                   "--set", "trace=true"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 73)
        self.assertIn("traced.events.h5", done.stderr)
        self.assertEqual(subprocess.run([*command, "--force"]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
