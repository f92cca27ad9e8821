"""analyze, plot and export from outside: an experiment is run, and what the verbs say is
compared with what numpy makes of the file, with the files they write and with the exit
statuses they promise."""
import csv
import io
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

import h5py
import numpy as np

BERTRAND = os.environ["BERTRAND"]
EXPERIMENT = """
format: 1
name: verbs
seed: 11
replications: 5
horizon: {periods: 4000}
market:
  type: posted_price
  demand: {model: logit, scale: 0.25, outside_utility: 0}
  products:
    - {name: "A, first", seller: s1, quality: 2, cost: 1}
    - {name: B, seller: s2, quality: 2, cost: 1}
sellers:
  - {name: s1, policy: gradient, method: two_point, high: 2.5}
  - {name: s2, policy: gradient, method: two_point, high: 2.5}
buyers: {type: expected}
common_random_numbers: true
record: {every: 100, series: [price, profit, consumer_surplus, welfare, distance_to_nash, exploitability]}
sweep:
  - grid: {market.demand.scale: [0.2, 0.3, 0.4]}
"""
T_975_4 = 2.7764451051977987  # Student's quantile with 4 degrees of freedom (tables)
mistakes = []


def check(condition, what):
    if not condition:
        mistakes.append(what)
        print("wrong:", what)


def near(value, expected, what, tolerance=1e-9):
    check(value is not None and abs(value - expected) <= tolerance * max(1, abs(expected)),
          f"{what}: {value} is not {expected}")


def bertrand(*arguments, status=0):
    done = subprocess.run([BERTRAND, *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    check(done.returncode == status,
          f"bertrand {' '.join(map(str, arguments))}: status {done.returncode}, not {status}: "
          f"{done.stderr.strip()}")
    return done


folder = pathlib.Path(tempfile.mkdtemp(prefix="bertrand-verbs-"))
os.chdir(folder)
pathlib.Path("verbs.yaml").write_text(EXPERIMENT)
bertrand("run", "verbs.yaml", "--quiet")
result = pathlib.Path("verbs.h5")
check(result.exists(), "the experiment has a result")

# ---- analyze: JSON against numpy ----

document = json.loads(bertrand("analyze", result, "--format", "json").stdout)
check(document["experiment"] == "verbs" and document["finished"] is True, "head of the JSON")
check(document["runs"] == {"done": 15, "failed": 0, "pending": 0}, "runs of the JSON")
check(len(document["points"]) == 3, "one object a point")
with h5py.File(result) as file:
    series = {name: file[name][...] for name in ["price", "profit", "consumer_surplus",
                                                 "welfare", "distance_to_nash",
                                                 "exploitability"]}
    benchmark = {name: file[name][...] for name in ["nash_price", "nash_profit",
                                                    "joint_profit", "first_best_welfare"]}
    time = file["time"][...]
last = math.ceil(0.1 * len(time))


def check_interval(interval, runs, what):
    mean = runs.mean()
    half = T_975_4 * runs.std(ddof=1) / math.sqrt(len(runs))
    near(interval["mean"], mean, what + " mean")
    near(interval["ci_low"], mean - half, what + " low")
    near(interval["ci_high"], mean + half, what + " high")
    check(interval["n"] == len(runs), what + " n")


for index, point in enumerate(document["points"]):
    what = f"point {index}"
    check(point["point"] == index, what)
    near(point["parameters"]["market.demand.scale"], [0.2, 0.3, 0.4][index], what + " scale")
    final = {name: values[index, :, -last:].mean(axis=1) for name, values in series.items()}
    check_interval(point["price"], final["price"].mean(axis=1), what + " price")
    check_interval(point["distance_to_nash"], final["distance_to_nash"], what + " distance")
    check_interval(point["exploitability"], final["exploitability"], what + " exploitability")
    check_interval(point["consumer_surplus"], final["consumer_surplus"], what + " surplus")
    check_interval(point["welfare_share"],
                   final["welfare"] / benchmark["first_best_welfare"][index],
                   what + " share of first best")
    nash = benchmark["nash_profit"][index].mean()
    joint = benchmark["joint_profit"][index].mean()
    check_interval(point["delta"], (final["profit"].mean(axis=1) - nash) / (joint - nash),
                   what + " Delta")
    start = math.sqrt(time[0] * time[-1])
    used = time >= start
    slopes = np.array([np.polyfit(np.log(time[used]), np.log(run[used]), 1)[0]
                       for run in series["distance_to_nash"][index]])
    check_interval(point["convergence_rate"], slopes, what + " rate")
    near(point["nash_price"]["mean"], benchmark["nash_price"][index].mean(), what + " Nash")
    check(point["products"][0]["product"] == "A, first", what + " product")
    check_interval(point["products"][1]["price"], final["price"][:, 1], what + " product B")
    check("Bertrand-Nash" in point["verdict"], what + " verdict")

check("difference" in document["points"][1], "differences under common random numbers")
paired = json.loads(bertrand("analyze", result, "--format", "json", "--baseline", 0,
                             "--point", 2).stdout)
check(len(paired["points"]) == 1 and paired["baseline"] == 0, "one point, baseline 0")
welfare = series["welfare"][:, :, -last:].mean(axis=2)
check_interval(paired["points"][0]["difference"]["welfare"], welfare[2] - welfare[0],
               "paired difference")

table = list(csv.DictReader(io.StringIO(
    bertrand("analyze", result, "--format", "csv", "--window", "0.5").stdout)))
row = [r for r in table if r["point"] == "1" and r["statistic"] == "price"
       and r["product"] == "B"]
half_way = len(time) // 2
near(float(row[0]["mean"]), series["price"][1, :, half_way:, 1].mean(), "CSV of product B")

text = bertrand("analyze", result, "--point", 0, "--epsilon", "0.2,0.001").stdout
check("final price" in text and "time to stay within 0.2" in text, "text of one point")
check("15 of 15 runs done" in text, "text says how many runs are done")

# ---- export, re-read ----

bertrand("export", result, "--output", "all.csv")
rows = list(csv.DictReader(open("all.csv", newline="")))
prices = [r for r in rows if r["price"] != ""]
check(len(prices) == 3 * 5 * len(time) * 2, "a row for each price")
check(len(rows) == len(prices) * 2 + len(prices) // 2, "rows of products, sellers, market")
for r in prices[:: 97]:
    product = ["A, first", "B"].index(r["product"])
    value = series["price"][int(r["point"]), int(r["replication"]), int(r["record"]), product]
    check(float(r["price"]) == value and float(r["time"]) == time[int(r["record"])],
          "an exported number is the stored one")
bertrand("export", result, "--output", "all.csv", status=73)
bertrand("export", result, "--output", "all.csv", "--force", "--series", "delta,iterations")
check(len(list(csv.DictReader(open("all.csv", newline="")))) == 15, "one row a run")
bertrand("export", result, "--series", "nonsense", status=64)

# ---- plot ----

SVG = "{http://www.w3.org/2000/svg}"


def words_of(picture):
    return ["".join(element.itertext()) for element in picture.iter(SVG + "text")]


written = bertrand("plot", result).stdout.split()
check(set(written) == {f"verbs-figures/{name}.svg" for name in
                       ["trajectory-price", "sweep", "convergence"]}, "figures of a sweep")
for name in written:
    picture = tree.parse(name)
    check(len(list(picture.iter(SVG + "polyline"))) > 20, name + " has lines")
    check(any(": verbs" in word for word in words_of(picture)), name + " has its title")
words = words_of(tree.parse("verbs-figures/trajectory-price.svg"))
for label in ["Bertrand\u2013Nash", "joint profit", "first best", "price", "scale\u00a0=\u00a00.3",
              "5\u201395 % of 5 replications"]:
    check(label in words, f"'{label}' is in the picture of prices")
words = words_of(tree.parse("verbs-figures/sweep.svg"))
check(any(word.startswith("market.demand.scale") for word in words)
      and "profit gain \u0394" in words, "labels of the sweep")

bertrand("plot", result, "--point", 1, "--kind", "convergence", "--output", "one.pdf")
check(pathlib.Path("one.pdf").read_bytes().startswith(b"%PDF-"), "a PDF by its ending")
bertrand("plot", result, "--point", 1, "--format", "png", "--output", "png")
check(len(list(pathlib.Path("png").glob("*.png"))) == 5, "all figures of a point as PNG")
bertrand("plot", result, "--kind", "sweep", "--variable", "welfare", "--output", "welfare.svg")
check("total surplus (price/time)" in words_of(tree.parse("welfare.svg")), "one statistic")

bertrand("plot", result, "--format", "gif", status=64)
bertrand("plot", result, "--kind", "pie", status=64)
bertrand("plot", result, "--variable", "nonsense", status=64)
bertrand("plot", result, "--point", 3, status=64)
bertrand("plot", result, "--output", "two.svg", status=64)
bertrand("plot", result, "--kind", "sweep", "--output", "/no-such-folder/sweep.svg", status=73)
bertrand("plot", result, "--output", "all.csv/figures", status=73)
bertrand("plot", "no-such-file.h5", status=66)
bertrand("plot", "verbs.yaml", status=65)
bertrand("analyze", result, "--window", "1.5", status=64)
bertrand("analyze", result, "--confidence", "1", status=64)
bertrand("analyze", result, "--epsilon", "0.1,-3", status=64)

# ---- scripts ----

bertrand("plot", result, "--emit", "gnuplot,python", "--output", "scripts")
scripts = sorted(pathlib.Path("scripts").iterdir())
check([path.name for path in scripts] ==
      ["convergence.gp", "convergence.py", "sweep.gp", "sweep.py", "trajectory-price.gp",
       "trajectory-price.py"], "scripts and no pictures")
bertrand("plot", result, "--emit", "gnuplot", "--output", "scripts", status=73)
bertrand("plot", result, "--emit", "gnuplot", "--output", "scripts", "--force")
has_matplotlib = subprocess.run(["/usr/bin/python3", "-c", "import matplotlib"],
                                capture_output=True).returncode == 0
programs = {".gp": ["gnuplot"] if shutil.which("gnuplot") else None,
            ".py": ["/usr/bin/python3"] if has_matplotlib else None}
for path in scripts:
    program = programs[path.suffix]
    if program is None:
        print(f"skipped: {path.name} is not run, its program is not installed")
        continue
    done = subprocess.run(program + [path.name], cwd="scripts", capture_output=True, text=True)
    check(done.returncode == 0 and done.stderr == "", f"{path.name} runs: {done.stderr}")
    language = {".gp": "gnuplot", ".py": "python"}[path.suffix]
    picture = pathlib.Path("scripts") / f"{path.stem}-{language}.svg"
    check(picture.exists() and len(list(tree.parse(picture).iter())) > 50,
          f"{path.name} draws its picture")

# ---- unfinished files ----

shutil.copy(result, "other.h5.part")
done = bertrand("analyze", "other.h5", "--point", 0)
check("other.h5.part is not finished: 15 of 15 runs are done" in done.stderr, "a .part is read")
check("not finished" in done.stdout, "a .part is called so")

shutil.rmtree(folder)
print("\n".join(mistakes) or "all as promised")
sys.exit(1 if mistakes else 0)
