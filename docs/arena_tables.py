#!/usr/bin/env python3
"""Print the tables of docs/arena.md from the arena's result file.

    docs/arena_tables.py arena.h5 [--bertrand build/default/bertrand] [--write]

All numbers are those of `bertrand analyze --format json`; --write puts the tables into
docs/arena.md.
"""
import argparse
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
START, END = "<!-- tables: start -->", "<!-- tables: end -->"
FIRST, OTHER = "sellers[0].policy", "sellers[1].policy"
BASE = {"buyers": "exact", "horizon.periods": 100000, "market.products[1].count": 1,
        "market.demand.scale": 0.25, "market.demand.outside_utility": 0}
VERDICTS = {"verdict_equilibrium": "equilibrium", "verdict_not_converged": "not converged yet",
            "verdict_learning_failure": "learning failure", "verdict_collusion": "collusion"}
REGIMES = [("little differentiation, 0.1", {"market.demand.scale": 0.1}),
           ("0.05", {"market.demand.scale": 0.05}),
           ("weak outside option", {"market.demand.outside_utility": -2}),
           ("none", {"market.demand.outside_utility": None})]


def buyers_of(text):
    found = re.search(r"population: (\d+)", text or "")
    return int(found.group(1)) if found else "exact"


def read(path, bertrand):
    done = subprocess.run([bertrand, "analyze", path, "--format", "json"], check=True,
                          capture_output=True, text=True)
    points = json.loads(done.stdout)["points"]
    for point in points:
        point["parameters"]["buyers"] = buyers_of(point["parameters"].get("buyers"))
    return points


def select(points, **changed):
    """Points at the base values but for those given; None: any."""
    wanted = {**BASE, **{key.replace("__", "."): value for key, value in changed.items()}}
    return [point for point in points
            if all(point["parameters"].get(key) == value for key, value in wanted.items())]


def against_itself(points, changes):
    wanted = {**BASE, **changes}
    return {point["parameters"][FIRST]: point for point in points
            if point["parameters"][FIRST] == point["parameters"][OTHER] and
            all(point["parameters"].get(key) == value for key, value in wanted.items())}


def interval(statistic, digits=3):
    if statistic is None or statistic["mean"] is None:
        return ""
    mean = f"{statistic['mean']:.{digits}f}"
    if statistic["ci_low"] is None or statistic["n"] < 2:
        return mean
    half = (statistic["ci_high"] - statistic["ci_low"]) / 2
    return f"{mean} ± {half:.{digits}f}"


def percent(statistic, digits=2):
    scaled = statistic and {key: value * 100 if key != "n" and value is not None else value
                            for key, value in statistic.items()}
    return interval(scaled, digits)


def verdict(point):
    shares = [(point[key]["mean"], word) for key, word in VERDICTS.items()
              if point.get(key) and point[key]["mean"]]
    if not shares:
        return ""
    share, word = max(shares)
    return word if share == 1 else f"{word} ({share:.0%})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def by_delta(of):
    return sorted(of, key=lambda rule: -(of[rule]["delta"]["mean"] or 0))


def self_play(points):
    exact = against_itself(points, {})
    exact.update({rule: point for rule, point in
                  against_itself(points, {"horizon.periods": 20000}).items() if rule == "deep_q"})
    long = against_itself(points, {"horizon.periods": 1000000})
    long.update(against_itself(points, {"horizon.periods": 2500000}))
    rows = []
    for rule in by_delta(exact):
        point, later = exact[rule], long.get(rule)
        rows.append([f"`{rule}`", interval(point["delta"]), percent(point.get("regret")),
                     percent(point.get("least_regret")), verdict(point),
                     interval(point.get("convergence_rate"), 2),
                     interval(later["delta"]) if later else "", verdict(later) if later else ""])
    return table(["rule", "Δ", "regret, % of Nash profit", "least regret for this Δ, %", "audit",
                  "slope of log distance on log time", "Δ, longer", "audit, longer"], rows)


def sizes(points):
    counts, buyers = (2, 3, 4, 6), ("exact", 1, 10, 100)
    cells, rules = {}, {}
    for n in counts:
        for m in buyers:
            changes = {"buyers": m, "market.products[1].count": n - 1,
                       "horizon.periods": 100000 if n == 2 else 50000}
            for rule, point in against_itself(points, changes).items():
                cells[rule, n, m] = point
                rules.setdefault(rule, point)
    head = ["rule"] + [f"n={n}, {m if m == 'exact' else f'M={m}'}" for n in counts for m in buyers]
    rows = [[f"`{rule}`"] + [interval(cells[rule, n, m]["delta"], 2) if (rule, n, m) in cells else ""
                             for n in counts for m in buyers] for rule in by_delta(rules)]
    return table(head, rows)


def regimes(points):
    found = [(name, against_itself(points, changes)) for name, changes in REGIMES]
    rules = sorted(set().union(*(of for _, of in found)))
    head = ["rule"] + [column for name, _ in found
                       for column in (f"price over Nash, %: {name}", "audit")]
    rows = []
    for rule in rules:
        row = [f"`{rule}`"]
        for _, of in found:
            point = of.get(rule)
            row += [percent(point["price_above_nash"], 1), verdict(point)] if point else ["", ""]
        rows.append(row)
    bands = [f"{name}: pure Nash Δ {band(of, 'grid_nash')}, correlated {band(of, 'grid_correlated')}, "
             f"coarse correlated {band(of, 'grid_coarse')}" for name, of in found]
    return table(head, rows) + "\n\nBands of the 15-price grids: " + "; ".join(bands) + "."


def band(of, kind):
    for point in of.values():
        low, high = point.get(f"{kind}_delta_lowest"), point.get(f"{kind}_delta_highest")
        if low and low["mean"] is not None:
            return f"[{low['mean']:.3f}, {high['mean']:.3f}]"
    return "not found"


def pairs(points):
    """Of each rule against all others: what it and its rivals gain."""
    own, rival, market = {}, {}, {}
    for point in select(points):
        first, other = (point["parameters"][key] for key in (FIRST, OTHER))
        if first == other or len(point["sellers"]) < 2:
            continue
        gains = [seller["delta"]["mean"] for seller in point["sellers"][:2]]
        for rule, mine, theirs in ((first, 0, 1), (other, 1, 0)):
            own.setdefault(rule, []).append(gains[mine])
            rival.setdefault(rule, []).append(gains[theirs])
            market.setdefault(rule, []).append(point["delta"]["mean"])
    mean = lambda values: sum(values) / len(values)
    spread = lambda values: f"{mean(values):.3f} [{min(values):.2f}, {max(values):.2f}]"
    rows = [[f"`{rule}`", spread(market[rule]), spread(own[rule]), spread(rival[rule])]
            for rule in sorted(own, key=lambda rule: -mean(own[rule]))]
    return table(["rule", "market Δ: mean [least, most] over rivals", "own profit gain",
                  "rival's profit gain"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result")
    parser.add_argument("--bertrand", default=str(HERE.parent / "build/default/bertrand"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    points = read(options.result, options.bertrand)
    text = "\n\n".join([
        "### Against itself, two sellers, exact demand", self_play(points),
        "### Sellers and buyers", sizes(points),
        "### Where no-regret play need not be Nash", regimes(points),
        "### Against every other rule", pairs(points)])
    if not options.write:
        print(text)
        return
    page = HERE / "arena.md"
    page.write_text(re.sub(re.escape(START) + ".*?" + re.escape(END),
                           lambda _: f"{START}\n{text}\n{END}", page.read_text(), flags=re.S))


main()
