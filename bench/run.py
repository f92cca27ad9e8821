#!/usr/bin/env python3
"""Run the benchmarks and print medians beside their bars.

    bench/run.py [--runs 5] [--build build/default] [--only NAME] [--write]

Every bench_NAME program prints one JSON object per line:
    {"name": ..., "value": ..., "unit": ..., "bar": ..., "better": "lower"|"higher"}
(`bar` may be missing). Programs are run in turn, several times; the median of each
figure is printed, as a table and (--json) as JSON. --write puts both into bench/README.md
and bench/results.json. Peers (bench/peers/) that are Debian packages are run in between,
in the same minute, so that ratios hold when the machine's speed drifts.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
START, END = "<!-- table: start -->", "<!-- table: end -->"


def programs(build, only):
    found = sorted(p for p in (build / "bench").glob("bench_*") if os.access(p, os.X_OK))
    commands = [(p.name, [str(p)]) for p in found]
    commands += [(p.stem, ["/usr/bin/python3", str(p)]) for p in sorted((HERE / "peers").glob("*.py"))]
    return [(name, command) for name, command in commands if not only or only in name]


def run_once(name, command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77:
        print(f"{name}: skipped: {done.stdout.strip()}", file=sys.stderr)
        return []
    if done.returncode != 0:
        sys.exit(f"{name} ended with {done.returncode}: {done.stderr.strip()}")
    rows = []
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            rows.append({"program": name, **json.loads(line)})
    return rows


def verdict(row):
    bar = row.get("bar")
    if bar is None:
        return ""
    higher = row.get("better", "lower") == "higher"
    return "yes" if (row["median"] >= bar if higher else row["median"] <= bar) else "**no**"


def number(value):
    return "" if value is None else f"{value:.4g}"


def table(rows):
    lines = ["| figure | median | min | max | unit | bar | met |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        sign = ">= " if row.get("better", "lower") == "higher" else "<= "
        bar = sign + number(row["bar"]) if row.get("bar") is not None else ""
        lines.append(f"| {row['name']} | {number(row['median'])} | {number(row['min'])} | "
                     f"{number(row['max'])} | {row['unit']} | {bar} | {verdict(row)} |")
    return "\n".join(lines)


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build/default")
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()

    samples = {}
    commands = programs(options.build, options.only)
    if not commands:
        sys.exit(f"no benchmark in {options.build / 'bench'}; build first: "
                 "cmake --preset default && cmake --build build/default")
    for run in range(options.runs):
        for name, command in commands:
            print(f"run {run + 1}/{options.runs}: {name}", file=sys.stderr)
            for row in run_once(name, command):
                samples.setdefault((row["program"], row["name"]), []).append(row)
    rows = []
    for group in samples.values():
        values = [row["value"] for row in group]
        rows.append({**group[-1], "median": statistics.median(values), "min": min(values),
                     "max": max(values), "runs": len(values)})
        rows[-1].pop("value")
    text = table(rows)
    record = {"processor": processor(), "runs": options.runs, "figures": rows}
    print(json.dumps(record, indent=1) if options.json else text)
    if options.write:
        (HERE / "results.json").write_text(json.dumps(record, indent=1) + "\n")
        readme = HERE / "README.md"
        body = readme.read_text()
        note = f"One core of: {record['processor']}; medians of {options.runs} runs.\n\n"
        body = re.sub(re.escape(START) + ".*?" + re.escape(END),
                      lambda _: f"{START}\n{note}{text}\n{END}", body, flags=re.DOTALL)
        readme.write_text(body)


main()
