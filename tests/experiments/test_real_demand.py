"""Markets from data: what the program finds in the cereal and automobile tables agrees with
an independent computation in numpy and with what is published for them; broken tables are
refused with their line."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
import yaml

BERTRAND = os.environ["BERTRAND"]
SOURCE = pathlib.Path(os.environ["BERTRAND_SOURCE"])
CATALOGUE = SOURCE / "experiments" / "catalogue"
CHOICE = pathlib.Path(os.environ["BERTRAND_DATA"]) / "choice"
TABLES = SOURCE / "tests" / "experiments" / "tables"

for missing in ("nevo_products.csv", "nevo_agents.csv", "blp_products.csv", "blp_agents.csv"):
    if not (CHOICE / missing).exists():
        print(f"skipped: {CHOICE / missing} not found")
        sys.exit(77)


def bertrand(*arguments):
    return subprocess.run([BERTRAND, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def equilibrium(file, kind, *settings):
    """The verb's report on a catalogue experiment; `kind` names its data files."""
    arguments = [f"market.data.products={CHOICE / (kind + '_products.csv')}", *settings]
    if "agents" in yaml.safe_load(file.read_text(encoding="utf-8"))["market"]["data"]:
        arguments.append(f"market.data.agents={CHOICE / (kind + '_agents.csv')}")
    sets = [word for setting in arguments for word in ("--set", setting)]
    done = bertrand("equilibrium", file, "--format", "json", *sets)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_table(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Market:
    """One market of an experiment file, with shares written out anew."""

    def __init__(self, file, kind, name):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))["market"]["data"]
        columns = data.get("columns", {})
        rows = [r for r in read_table(CHOICE / f"{kind}_products.csv")
                if r["market_ids"] == name]
        agents = [r for r in read_table(CHOICE / f"{kind}_agents.csv")
                  if r["market_ids"] == name]
        self.price = numpy.array([float(r["prices"]) for r in rows])
        self.share = numpy.array([float(r["shares"]) for r in rows])
        self.firm = numpy.array([r[columns.get("seller", "firm_ids")] for r in rows])
        weight = numpy.array([float(r["weights"]) for r in agents])
        self.weight = weight / weight.sum()
        self.effect = numpy.zeros(len(agents))
        self.taste = numpy.zeros((len(rows), len(agents)))
        for taste in data["tastes"]:
            node = [float(r[taste["nodes"]]) if "nodes" in taste else 0.0 for r in agents]
            coefficient = taste.get("mean", 0) + taste.get("sd", 0) * numpy.array(node)
            for column, factor in taste.get("demographics", {}).items():
                coefficient += factor * numpy.array([float(r[column]) for r in agents])
            for column, factor in taste.get("reciprocals", {}).items():
                coefficient += factor / numpy.array([float(r[column]) for r in agents])
            if taste["column"] == "prices":
                self.effect += coefficient
            else:
                value = [1.0 if taste["column"] == "constant" else float(r[taste["column"]])
                         for r in rows]
                self.taste += numpy.outer(value, coefficient)
        self.delta = self.invert()

    def choices(self, delta, price):
        weight = numpy.exp(delta[:, None] + self.taste + numpy.outer(price, self.effect))
        return weight / (1 + weight.sum(axis=0))

    def invert(self):
        delta = numpy.log(self.share / (1 - self.share.sum()))
        for _ in range(100000):
            step = numpy.log(self.share) - numpy.log(
                self.choices(delta, self.price) @ self.weight)
            delta = delta + step
            if abs(step).max() < 1e-14:
                break
        return delta

    def markups(self, price, owner):
        chosen = self.choices(self.delta, price)
        weighted = chosen * (self.weight * self.effect)
        jacobian = numpy.diag(weighted.sum(axis=1)) - weighted @ chosen.T
        together = owner[:, None] == owner[None, :]
        return -numpy.linalg.solve(together * jacobian.T, chosen @ self.weight)

    def nash(self, cost, owner):
        """Morrow and Skerlos' fixed point, damped by nothing."""
        price = self.price.copy()
        together = owner[:, None] == owner[None, :]
        for _ in range(10000):
            chosen = self.choices(self.delta, price)
            weighted = chosen * (self.weight * -self.effect)
            own = weighted.sum(axis=1)
            cross = (weighted @ chosen.T) * together
            new = cost + (chosen @ self.weight + cross @ (price - cost)) / own
            if abs(new - price).max() < 1e-14:
                break
            price = new
        return price


class Cereal(unittest.TestCase):
    FILE = CATALOGUE / "cereal.yaml"

    def test_observed_prices_are_nash_at_the_recovered_costs(self):
        for name in ("C01Q1", "C25Q2", "C65Q2"):
            market = Market(self.FILE, "nevo", name)
            report = equilibrium(self.FILE, "nevo", f"market.data.market={name}")
            self.assertEqual(report["verdict"], "equilibrium")
            nash = numpy.array(report["equilibria"][0]["prices"])
            self.assertLess(abs(nash - market.price).max(), 1e-8)
            cost = market.price - market.markups(market.price, market.firm)
            self.assertLess(abs(report["first_best"]["prices"] - cost).max(), 1e-9)
            self.assertTrue(report["observed"]["is_equilibrium"])
            self.assertLess(abs(report["observed"]["shares"] - market.share).max(), 1e-12)

    def test_other_conduct_gives_other_costs(self):
        market = Market(self.FILE, "nevo", "C01Q1")
        for conduct, owner in (("single_product", numpy.arange(24)),
                               ("joint_profit", numpy.zeros(24))):
            report = equilibrium(self.FILE, "nevo", f"market.data.conduct={conduct}")
            cost = market.price - market.markups(market.price, owner)
            self.assertLess(abs(report["first_best"]["prices"] - cost).max(), 1e-9)
            self.assertFalse(report["observed"]["is_equilibrium"])

    def test_a_merger_raises_prices_as_computed_anew(self):
        market = Market(self.FILE, "nevo", "C01Q1")
        cost = market.price - market.markups(market.price, market.firm)
        owner = numpy.where(market.firm == "2", "1", market.firm)
        expected = market.nash(cost, owner)
        report = equilibrium(self.FILE, "nevo", "market.data.mergers=[[1, 2]]")
        after, before = report["equilibria"][0], report["observed"]
        self.assertEqual(report["sellers"], ["1", "3", "4", "6"])
        self.assertLess(abs(after["prices"] - expected).max(), 1e-8)
        self.assertTrue((numpy.array(after["prices"]) >= before["prices"]).all())
        self.assertGreater(sum(after["profits"]), sum(before["profits"]))

    def test_the_parameters_are_the_published_ones(self):
        """The GMM objective and the price coefficient that the tutorial prints (4.56, -62.7)
        come out of the file's parameters; and its digits are those of the minimum."""
        names = list(dict.fromkeys(r["market_ids"]
                                   for r in read_table(CHOICE / "nevo_products.csv")))
        rows = read_table(CHOICE / "nevo_products.csv")
        self.assertEqual(len(names), 94)
        by_name = {name: Market(self.FILE, "nevo", name) for name in names}
        mean = -62.7298958514
        delta = numpy.concatenate([by_name[n].delta + mean * by_name[n].price for n in names])
        ordered = [r for n in names for r in rows if r["market_ids"] == n]
        instruments = numpy.array([[float(r[f"demand_instruments{k}"]) for k in range(20)]
                                   for r in ordered])
        price = numpy.array([float(r["prices"]) for r in ordered])
        brands = sorted({r["product_ids"] for r in ordered})
        dummies = numpy.array([[r["product_ids"] == b for b in brands] for r in ordered], float)

        def within(values):
            return values - dummies @ numpy.linalg.lstsq(dummies, values, rcond=None)[0]

        z, p, y = within(instruments), within(price), within(delta)
        weighting = numpy.linalg.inv(z.T @ z / len(p))
        zp, zy = z.T @ p, z.T @ y
        slope = (zp @ weighting @ zy) / (zp @ weighting @ zp)
        moments = z.T @ (y - slope * p) / len(p)
        self.assertAlmostEqual(slope, mean, places=4)
        self.assertAlmostEqual(len(p) * moments @ weighting @ moments, 4.5615, places=4)
        share = numpy.array([float(r["shares"]) for r in ordered])
        inside = {n: by_name[n].share.sum() for n in names}
        logit = within(numpy.log(share) - numpy.log(
            [1 - inside[r["market_ids"]] for r in ordered]))
        slope = (zp @ weighting @ (z.T @ logit)) / (zp @ weighting @ zp)
        self.assertAlmostEqual(slope, -30.1, places=1) # the plain logit's, as published

    def test_a_logit_needs_no_agents(self):
        """Without buyers who differ, margins are 1 / (alpha (1 - firm's share))."""
        rows = [r for r in read_table(CHOICE / "nevo_products.csv")
                if r["market_ids"] == "C01Q1"]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "logit.yaml"
            file.write_text(f"type: posted_price\ndemand: {{model: logit}}\ndata:\n"
                            f"  products: {CHOICE / 'nevo_products.csv'}\n  market: C01Q1\n"
                            f"  tastes: [{{column: prices, mean: -30.1}}]\n", encoding="utf-8")
            report = json.loads(bertrand("equilibrium", file, "--format", "json").stdout)
        firm_share = {}
        for row in rows:
            firm_share[row["firm_ids"]] = (firm_share.get(row["firm_ids"], 0)
                                           + float(row["shares"]))
        for row, margin in zip(rows, report["observed"]["margins"]):
            self.assertAlmostEqual(margin, 1 / (30.1 * (1 - firm_share[row["firm_ids"]])),
                                   places=12)


class Refusals(unittest.TestCase):
    HEAD = "market_ids,product_ids,firm_ids,prices,shares,sweet\n"
    GOOD = "north,A,1,1.5,0.2,3\nnorth,B,2,1.6,0.25,1\n"
    MARKET = ("type: posted_price\ndemand: {model: logit}\ndata:\n  products: products.csv\n"
              "  market: north\n")
    PRICE = "  tastes: [{column: prices, mean: -2}]\n"

    def refuse(self, products, rest, *messages, agents=None, market=None):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "products.csv").write_text(products, encoding="utf-8")
            if agents is not None:
                pathlib.Path(folder, "agents.csv").write_text(agents, encoding="utf-8")
            file = pathlib.Path(folder, "market.yaml")
            file.write_text((market or self.MARKET) + rest, encoding="utf-8")
            done = bertrand("equilibrium", file)
            self.assertEqual(done.returncode, 65, done.stdout + done.stderr)
            for message in messages:
                self.assertIn(message, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_tables(self):
        self.refuse("a,b\n1\n", self.PRICE, "products.csv:2")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,one,0.1,1\n", self.PRICE,
                    "products.csv:4: column prices holds \"one\", no number")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,nan,0.1,1\n", self.PRICE,
                    "products.csv:4", "no number")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,0x1p3,0.1,1\n", self.PRICE, "no number")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,1e999,0.1,1\n", self.PRICE, "no number")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,-1,0.1,1\n", self.PRICE,
                    "products.csv:4: a price must be above 0, not -1")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,1,0,1\n", self.PRICE,
                    "a market share must lie between 0 and 1, not at 0")
        self.refuse(self.HEAD + self.GOOD + "north,C,1,1,0.6,1\n", self.PRICE,
                    "the shares of market north sum to 1.05")
        self.refuse(self.HEAD + self.GOOD + "north,A,1,1,0.1,1\n", self.PRICE,
                    "products.csv:4: market north has a product \"A\" in line 2 already")
        self.refuse("market_ids,product_ids,firm_ids,price,shares\nnorth,A,1,1,0.2\n",
                    self.PRICE, "no column \"prices\"")
        self.refuse(self.HEAD + "south,A,1,1,0.1,1\n", self.PRICE, "has no market \"north\"")

    def test_tastes(self):
        good = self.HEAD + self.GOOD
        agents = "market_ids,weights,nodes0,income\nnorth,1,1,10\nnorth,2,-1,0\n"
        use = "  agents: agents.csv\n"
        self.refuse(good, "  tastes: [{column: sweet}]\n", "the coefficient of price is 0")
        self.refuse(good, "  tastes: [{column: prices, mean: -2}, {column: sour, mean: 0}]\n",
                    "no column \"sour\"")
        self.refuse(good, "  tastes: [{column: prices, mean: -2, sd: 1, nodes: nodes0}]\n",
                    "there is no such file")
        self.refuse(good, use + "  tastes: [{column: prices, mean: -2, sd: 1}]\n",
                    "needs the agents' column of `nodes`", agents=agents)
        self.refuse(good, use + "  tastes: [{column: prices, mean: -2, sd: 3, nodes: nodes0}]\n",
                    "agents.csv:2: this buyer's coefficient of price is 1", agents=agents)
        self.refuse(good, use + "  tastes: [{column: prices, reciprocals: {income: -2}}]\n",
                    "agents.csv:3: income is 0", agents=agents)
        self.refuse(good, use + self.PRICE, "a weight must be above 0, not -1",
                    agents="market_ids,weights\nnorth,-1\n")
        self.refuse(good, use + self.PRICE, "has no market \"north\"",
                    agents="market_ids,weights\nsouth,1\n")
        self.refuse(good, "  tastes: [{column: prices, mean: -2}, {column: sweet, mean: 1}]\n",
                    "only the price has a mean")

    def test_the_block(self):
        good = self.HEAD + self.GOOD
        self.refuse(good, self.PRICE + "  mergers: [[1, 9]]\n", "has no firm \"9\"")
        self.refuse(good, self.PRICE + "  mergers: [[1, 2], [2, 1]]\n", "merges twice")
        self.refuse(good, self.PRICE + "products: [{name: A, seller: s, cost: 1}]\n",
                    "either products or data")
        self.refuse(good, self.PRICE, "with `data`, buyers are a plain logit",
                    market=self.MARKET.replace("model: logit", "price_sensitivity: 2"))
        self.refuse(good, self.PRICE, "nowhere.csv",
                    market=self.MARKET.replace("products.csv", "nowhere.csv"))
        self.refuse(good, "", "tastes", market=self.MARKET)


class Paths(unittest.TestCase):
    def test_a_table_is_found_from_the_file_that_names_it(self):
        with tempfile.TemporaryDirectory() as folder:
            inner = pathlib.Path(folder, "inner")
            inner.mkdir()
            (inner / "t.csv").write_text((TABLES / "two-markets.csv").read_text("utf-8"),
                                         encoding="utf-8")
            file = inner / "market.yaml"
            file.write_text("type: posted_price\ndemand: {model: logit}\ndata:\n"
                            "  products: t.csv\n  market: south\n"
                            "  tastes: [{column: prices, mean: -2}]\n", encoding="utf-8")
            done = bertrand("equilibrium", file, "--format", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            prices = json.loads(done.stdout)["observed"]["prices"]
            self.assertEqual(prices, [1.4, 1.7])


if __name__ == "__main__":
    unittest.main()
