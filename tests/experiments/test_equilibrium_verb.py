"""`bertrand equilibrium` from outside: the stored cases as files, member names, verdicts,
formats. Accuracy is relative to the stored 30 digits."""
import csv
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BERTRAND = os.environ["BERTRAND"]
CASES = pathlib.Path(os.environ["BERTRAND_DATA"]) / "equilibria.json"
TOLERANCE = 1e-12
MEMBERS = {
    "prices", "shares", "outside_share", "profits", "consumer_surplus", "welfare", "hhi",
    "foc_residual", "price_error_bound", "exploitability", "iterations",
}


def equilibrium(market, *arguments):
    """Run on a market given as a dictionary (JSON is YAML)."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        json.dump(market, file)
        file.flush()
        return subprocess.run([BERTRAND, "equilibrium", file.name, *arguments],
                              capture_output=True, text=True, check=False)


def solved(market, *arguments):
    ended = equilibrium(market, "--format", "json", *arguments)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def transform_of(text):
    exponent = float(text)
    return {0.0: "log", 1.0: "linear"}.get(exponent, {"box_cox": exponent})


def segment_of(segment, names):
    considered = [name for name, seen in zip(names, segment["avail"]) if seen]
    made = {
        "weight": float(segment["w"]),
        "scale": float(segment["mu"]),
        "price_sensitivity": float(segment["alpha"]),
        "quality": {name: float(a) for name, a in zip(names, segment["a"])},
        "considers": considered,
    }
    if segment["u0"] is not None:
        made["outside_utility"] = float(segment["u0"])
    return made


def market_of(parameters):
    names = [f"p{j}" for j in range(len(parameters["c"]))]
    seller_of = {j: f"firm{i}" for i, firm in enumerate(parameters["firms"]) for j in firm}
    has_outside = parameters["segments"][0]["u0"] is not None
    demand = {
        "model": "logit",
        "price_transform": transform_of(parameters["box_cox_lambda"]),
        "outside_utility": 0 if has_outside else None,
        "segments": [segment_of(segment, names) for segment in parameters["segments"]],
    }
    if parameters["nests"] is not None:
        groups = [[n for n, h in zip(names, parameters["nests"]) if h == nest]
                  for nest in sorted(set(parameters["nests"]))]
        demand |= {"model": "nested_logit",
                   "nests": {"rho": float(parameters["rho"]), "groups": groups}}
    market = {
        "type": "posted_price",
        "demand": demand,
        "products": [{"name": name, "seller": seller_of[j], "cost": float(parameters["c"][j])}
                     for j, name in enumerate(names)],
    }
    if parameters["objective"][0] != "mean":
        kind, aversion = parameters["objective"]
        market["sellers"] = [{"name": f"firm{i}", "objective": {kind: float(aversion)}}
                             for i in range(len(parameters["firms"]))]
    return {"market": market}


DUOPOLY = {
    "market": {
        "type": "posted_price",
        "demand": {"scale": 0.25, "outside_utility": 0},
        "products": [{"name": "A", "seller": "s1", "quality": 2, "cost": 1},
                     {"name": "B", "seller": "s2", "quality": 2, "cost": 1}],
    }
}


def stored_cases():
    if not CASES.exists():
        raise unittest.SkipTest(f"{CASES} not found")
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    return [case for case in cases if "segments" in case["params"]]


class StoredCases(unittest.TestCase):
    def assert_close(self, found, wanted, what):
        wanted = float(wanted)
        self.assertLessEqual(abs(found - wanted), TOLERANCE * max(abs(wanted), 1e-3), what)

    def assert_point(self, point, stored, what):
        self.assertLessEqual(MEMBERS, set(point), what)
        for ours, theirs in (("prices", "prices"), ("shares", "shares"),
                             ("profits", "firm_profits")):
            self.assertEqual(len(point[ours]), len(stored[theirs]), what)
            for found, wanted in zip(point[ours], stored[theirs]):
                self.assert_close(found, wanted, f"{what} {ours}")
        self.assert_close(point["outside_share"], stored["outside_share"], what)
        self.assert_close(point["hhi"], stored["hhi_of_inside_shares"], what)
        for member in ("consumer_surplus", "welfare"):
            if member in stored:
                self.assert_close(point[member], stored[member], f"{what} {member}")

    def test_equilibria_benchmarks_and_traps(self):
        checked = 0
        for case in stored_cases():
            nash = case["nash"]
            market = market_of(case["params"])
            if nash["checks"]["is_global_best_response"]:
                result = solved(market)
                nearest = min(result["equilibria"],
                              key=lambda point: abs(point["prices"][0] - float(nash["prices"][0])))
                self.assert_point(nearest, nash, case["id"])
                if "joint_profit_max" in case:
                    self.assert_point(result["joint_profit"], case["joint_profit_max"],
                                      case["id"])
                if "marginal_cost_pricing" in case:
                    self.assert_point(result["first_best"], case["marginal_cost_pricing"],
                                      case["id"])
            at = solved(market, "--at", ",".join(nash["prices"]))
            self.assertEqual(at["is_equilibrium"], nash["checks"]["is_global_best_response"],
                             case["id"])
            self.assert_point(at, nash, case["id"])
            if not at["is_equilibrium"]:
                self.assertEqual(set(at["deviation"]), {"seller", "prices", "gain"})
                self.assertGreaterEqual(
                    at["deviation"]["gain"],
                    nash["checks"]["max_unilateral_gain_on_grid"] - TOLERANCE, case["id"])
            checked += 1
        self.assertGreater(checked, 30)


class Verdicts(unittest.TestCase):
    def test_no_finite_equilibrium_is_a_verdict_and_no_failure(self):
        market = json.loads(json.dumps(DUOPOLY))
        market["market"]["demand"] |= {"price_transform": "log", "price_sensitivity": 0.25}
        result = solved(market)
        self.assertEqual(result["verdict"], "no_finite_equilibrium")
        self.assertTrue(result["reason"])
        self.assertEqual(result["equilibria"], [])

    def test_one_equilibrium(self):
        result = solved(DUOPOLY)
        self.assertEqual(result["verdict"], "equilibrium")
        self.assertEqual(len(result["equilibria"]), 1)
        self.assertEqual((result["products"], result["sellers"]), (["A", "B"], ["s1", "s2"]))

    def test_deviation_of_given_prices(self):
        at = solved(DUOPOLY, "--at", "1.5,1.6")
        self.assertEqual(at["prices"], [1.5, 1.6])
        self.assertFalse(at["is_equilibrium"])
        self.assertEqual(at["deviation"]["seller"], "s2")
        self.assertEqual(at["deviation"]["prices"][0], 1.5)
        self.assertAlmostEqual(at["deviation"]["gain"], at["exploitability"], places=15)


class Input(unittest.TestCase):
    def test_a_bare_market_and_a_whole_experiment_give_the_same(self):
        bare = solved(DUOPOLY["market"])
        whole = DUOPOLY | {"format": 1, "name": "x", "seed": 1, "horizon": {"periods": 1},
                           "sellers": [{"name": "s1", "policy": "fixed", "price": 1}]}
        self.assertEqual(bare, solved(DUOPOLY))
        self.assertEqual(bare, solved(whole))
        self.assertEqual(bare, solved(DUOPOLY, "--threads", "2"))

    def test_overrides(self):
        dearer = solved(DUOPOLY, "--set", "market.products[*].cost=1.5")
        self.assertGreater(dearer["equilibria"][0]["prices"][0], 1.5)
        self.assertEqual(dearer, solved(DUOPOLY["market"], "--set",
                                        "market.products[*].cost=1.5"))

    def test_mistakes_of_the_market_are_told(self):
        market = json.loads(json.dumps(DUOPOLY))
        market["market"]["demand"]["scael"] = 1
        ended = equilibrium(market)
        self.assertEqual((ended.returncode, ended.stdout), (65, ""))
        self.assertIn("market.demand has no key 'scael': did you mean scale?", ended.stderr)

    def test_usage(self):
        for arguments, sentence in (
                (["--at", "1"], "--at 1: 1 price for 2 products; one a product is wanted"),
                (["--at", "1,x"], "--at 1,x: price 2 is not a number"),
                (["--format", "xml"], "--format xml: known are table, json and csv"),
                (["--threads", "0"], "--threads 0: an integer from 1 to 4096 is wanted")):
            ended = equilibrium(DUOPOLY, *arguments)
            self.assertEqual((ended.returncode, ended.stderr), (64, f"bertrand: {sentence}\n"))


class Formats(unittest.TestCase):
    def test_numbers_have_17_digits(self):
        text = equilibrium(DUOPOLY, "--format", "json").stdout
        self.assertIn("1.4729266600306228", text)

    def test_csv_holds_what_json_holds(self):
        rows = list(csv.DictReader(io.StringIO(equilibrium(DUOPOLY, "--format", "csv").stdout)))
        result = solved(DUOPOLY)
        prices = [float(row["value"]) for row in rows
                  if (row["point"], row["quantity"]) == ("joint_profit", "prices")]
        self.assertEqual(prices, result["joint_profit"]["prices"])
        sellers = [row["seller"] for row in rows
                   if (row["point"], row["quantity"]) == ("equilibrium", "profits")]
        self.assertEqual(sellers, ["s1", "s2"])

    def test_the_table_names_the_verdict_and_the_certificate(self):
        text = equilibrium(DUOPOLY).stdout
        self.assertTrue(text.startswith("verdict: equilibrium\n"))
        self.assertIn("largest gain by deviating", text)
        trap = equilibrium(DUOPOLY, "--at", "1.5,1.6").stdout
        self.assertIn("not an equilibrium: s2 gains", trap)


if __name__ == "__main__":
    unittest.main()
