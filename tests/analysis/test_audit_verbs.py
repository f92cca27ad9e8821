"""The audit from outside: an experiment with four verdicts is run, and what analyze says of it
(text, JSON, CSV) is compared with what numpy makes of the file, the impulse responses with their
figure, and the bytes with those of one thread."""
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

BERTRAND = os.environ["BERTRAND"]
HEAD = """
format: 1
name: audited
seed: 4
replications: 3
market:
  type: posted_price
  demand: {model: logit, scale: 0.25, outside_utility: 0}
  products:
    - {name: A, seller: s1, quality: 2, cost: 1}
    - {name: B, seller: s2, quality: 2, cost: 1}
  audit: {swap_regret: true, response_periods: 12}
record: {every: 20000, series: [price]}
"""
LEARNERS = HEAD + """
horizon: {periods: 20000}
sellers:
  - {name: s1, policy: hedge}
  - {name: s2, policy: hedge}
sweep:
  - zip: {"sellers[*].policy": [hedge, ucb1, q_learning]}
"""
CONTINUOUS = HEAD.replace("swap_regret: true, ", "") + """
horizon: {periods: 1000}
sellers:
  - {name: s1, policy: gradient, high: 2.5}
  - {name: s2, policy: gradient, high: 2.5}
"""
VERDICTS = ["equilibrium", "not_converged", "learning_failure", "collusion"]
mistakes = []


def check(condition, what):
    if not condition:
        mistakes.append(what)
        print("wrong:", what)


def bertrand(*arguments, status=0):
    done = subprocess.run([BERTRAND, *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    check(done.returncode == status,
          f"bertrand {' '.join(map(str, arguments))}: status {done.returncode}, not {status}: "
          f"{done.stderr.strip()}")
    return done


folder = pathlib.Path(tempfile.mkdtemp(prefix="bertrand-audit-"))
os.chdir(folder)
pathlib.Path("learners.yaml").write_text(LEARNERS)
pathlib.Path("continuous.yaml").write_text(CONTINUOUS)
bertrand("run", "learners.yaml", "-o", "learners.h5", "--quiet")
bertrand("run", "learners.yaml", "-o", "one.h5", "--quiet", "--threads", 1)
bertrand("run", "continuous.yaml", "-o", "continuous.h5", "--quiet")
check(pathlib.Path("learners.h5").read_bytes() == pathlib.Path("one.h5").read_bytes(),
      "the audit has the same bytes on one thread")

with h5py.File("learners.h5") as file:
    data = {name: file[name][()] for name in file}
nash_profit = data["nash_profit"].mean(axis=1)
check(data["deviator_price"].shape == (3, 3, 2, 13), "responses by seller and period")
check(np.isnan(data["deviator_price"][:2]).all() and np.isfinite(data["deviator_price"][2]).all(),
      "only Q-learners have limit strategies to disturb")
check((data["audit_time"] == 10000).all(), "the window is the last half")

points = json.loads(bertrand("analyze", "learners.h5", "--format", "json").stdout)["points"]


def near(value, expected, what):
    check(abs(value - expected) <= 1e-12 * max(1, abs(expected)),
          f"{what}: {value} is not {expected}")


for p, point in enumerate(points):
    near(point["audit_delta"]["mean"], data["audit_delta"][p].mean(), "gain")
    near(point["regret"]["mean"],
         (data["audit_regret"][p].max(axis=1) / nash_profit[p]).mean(), "largest regret")
    near(point["swap_regret"]["mean"],
         (data["audit_swap_regret"][p].max(axis=1) / nash_profit[p]).mean(), "swap regret")
    near(point["least_regret"]["mean"], (data["audit_least_regret"][p] / nash_profit[p]).mean(),
         "least regret")
    near(point["certificate"]["mean"], 1, "certificate")
    near(point["grid_coarse_delta_highest"]["mean"], data["grid_coarse_delta_highest"][p], "band")
    for code, name in enumerate(VERDICTS):
        near(point[f"verdict_{name}"]["mean"], (data["audit_verdict"][p] == code).mean(), name)
        check(point[f"verdict_{name}"]["n"] == 3, "verdicts of all runs")
check(points[0]["verdict_equilibrium"]["mean"] == 1, "hedge ends in equilibrium")
check(points[1]["verdict_learning_failure"]["mean"] == 1, "UCB1 fails to learn")
check("3 of 3 runs as a learning failure" in points[1]["verdict"], "in words")

table = list(csv.DictReader(io.StringIO(
    bertrand("analyze", "learners.h5", "--format", "csv").stdout)))
check({row["statistic"] for row in table} >= {"regret", "least_regret", "verdict_collusion"},
      "the table has the audit")
text = bertrand("analyze", "learners.h5").stdout
check("Audit, over the last part of each run" in text, "the overview has the audit")

bertrand("plot", "learners.h5", "--kind", "impulse-response", "-o", "figures")
bertrand("plot", "learners.h5", "--kind", "impulse-response", "-o", "scripts", "--emit", "python")
check(pathlib.Path("figures/impulse-response.svg").stat().st_size > 0, "there is a figure")
script = pathlib.Path("scripts/impulse-response.py").read_text()
mean = np.nanmean(data["rival_price"][2], axis=(0, 1))
check(f"{mean[2]:.6g}"[:7] in script, "the figure shows the means of the responses")

none = bertrand("plot", "continuous.h5", "--kind", "impulse-response", "-o", "none", status=65)
check("no impulse responses" in none.stderr, "a file without responses says so")
with h5py.File("continuous.h5") as file:
    check((file["audit_verdict"][()] == -1).all() and np.isnan(file["audit_regret"][()]).all(),
          "sellers off grids are not audited")
text = bertrand("analyze", "continuous.h5").stdout
check("audit" not in text.lower().replace("audited", ""), "and nothing is said of it")

shutil.rmtree(folder)
sys.exit(1 if mistakes else 0)
