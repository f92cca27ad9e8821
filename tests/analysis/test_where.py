"""--where: the statistics of selected points are those of the same points in the whole file,
with their numbers; sweeps over words are drawn with every word."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

BERTRAND = os.environ["BERTRAND"]
RULES = ["random", "epsilon_greedy", "thompson_gaussian", "regret_matching", "policy_gradient"]
EXPERIMENT = f"""
format: 1
name: pairs
seed: 3
replications: 2
horizon: {{periods: 500}}
market:
  type: posted_price
  demand: {{model: logit, scale: 0.25, outside_utility: 0}}
  products:
    - {{name: A, seller: s1, quality: 2, cost: 1}}
    - {{name: B, seller: s2, quality: 2, cost: 1}}
sellers:
  - {{name: s1, policy: random}}
  - {{name: s2, policy: random}}
record: {{every: 50}}
sweep:
  - grid: {{"sellers[0].policy": [{', '.join(RULES)}], "sellers[1].policy": [{', '.join(RULES)}]}}
  - grid: {{market.demand.scale: [0.1, 0.2]}}
  - grid: {{market.demand.outside_utility: [null], market.reference.joint_profit_price: [[2, 2]]}}
"""


def bertrand(*arguments, status=0):
    done = subprocess.run([BERTRAND, *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done.stdout, done.stderr


def points(*arguments):
    out, _ = bertrand("analyze", "pairs.h5", "--format", "json", *arguments)
    return json.loads(out)["points"]


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("pairs.yaml").write_text(EXPERIMENT)
    bertrand("run", "pairs.yaml", "-q")
    everything = points()
    n_pairs = len(RULES) ** 2
    assert len(everything) == n_pairs + 3

    kept = points("--where", "sellers[0].policy == 'random' and sellers[1].policy != 'random'")
    assert [point["point"] for point in kept] == [1, 2, 3, 4]
    for point in kept:
        whole = everything[point["point"]]
        assert point["parameters"] == {"sellers[1].policy": whole["parameters"]["sellers[1].policy"]}
        assert {k: v for k, v in point.items() if k != "parameters"} == \
               {k: v for k, v in whole.items() if k != "parameters"}

    scales = points("--where", "scale < 0.15 or scale == 0.2")
    assert [point["point"] for point in scales] == [n_pairs, n_pairs + 1]
    assert points("--where", "scale < 0.15", "--point", n_pairs) == points("--where", "scale < 0.15")

    [without] = points("--where", "outside_utility == null")
    assert without["point"] == n_pairs + 2
    assert len(points("--where", "outside_utility == 0")) == n_pairs + 2

    rows, _ = bertrand("export", "pairs.h5", "--series", "delta", "--where", "scale == 0.2")
    assert {row.split(",")[0] for row in rows.splitlines()[1:]} == {str(n_pairs + 1)}, rows

    bertrand("plot", "pairs.h5", "--kind", "sweep", "--where", "scale == 0.25 and outside_utility != null", "-o", "figures")
    words = [text.strip() for text in tree.parse("figures/sweep-delta.svg").getroot().itertext()]
    for rule in RULES:
        assert words.count(rule) == 2, rule  # a row and a column each

    for condition, sentence in (
            ("scale = 1", "--where: "),
            ("policy == 'random'", "policy is not swept in pairs.h5; swept are sellers[0].policy"),
            ("scale > 3", "--where: it holds at no point of pairs.h5"),
            ("scale == 'a'", "this is a text where a number is expected")):
        _, err = bertrand("analyze", "pairs.h5", "--where", condition, status=64)
        assert sentence in err and err.count("\n") == 1, err
    _, err = bertrand("analyze", "pairs.h5", "--where", "scale == 0.2", "--point", 3, status=64)
    assert "point 3 is not one that --where selects" in err, err
print("ok")
sys.exit(0)
