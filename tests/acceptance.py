#!/usr/bin/env python3
"""Print acceptance figures: target, result, interval, verdict.

    tests/acceptance.py [--build build/default] [A7 B8 ...]     (none named: all)
    tests/acceptance.py --list

A figure is what a test function of tests/validation named after it prints: B8 is printed by
`b8_...`. Ends with 1 if a figure is missed or nothing prints it.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FUNCTION = re.compile(r"^static void (([a-z])([0-9]+)_\w+)\(void \*\*state\)", re.M)


def figures():
    """Figure -> the programs that print it."""
    found = {}
    for path in sorted((SOURCE / "tests/validation").glob("*.c")):
        for _, letter, number in FUNCTION.findall(path.read_text()):
            programs = found.setdefault(f"{letter.upper()}{number}", [])
            if path.stem not in programs:
                programs.append(path.stem)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], int(item[0][1:]))))


def show(figure, program, build):
    """Prints the figure's lines; whether all are met."""
    command = [str(build / "tests" / f"validation_{program}"), f"{figure.lower()}_*"]
    environment = {"BERTRAND_DATA": str(SOURCE.parent / "shared/data"),
                   "BERTRAND": str(build / "bertrand"), "BERTRAND_SOURCE": str(SOURCE), **os.environ}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith(figure + " ")]
    print("\n".join(lines) or f"{figure} printed nothing: {program} ended with {done.returncode}",
          flush=True)
    return done.returncode == 0 and bool(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", nargs="*")
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build/default")
    parser.add_argument("--list", action="store_true", help="which programs print which figure")
    options = parser.parse_args()
    known = figures()
    if options.list:
        for figure, programs in known.items():
            print(figure, *programs)
        return 0
    wanted = [name.upper() for name in options.figures] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"no test prints {', '.join(unknown)}; there are {', '.join(known)}")
    results = [show(name, program, options.build) for name in wanted for program in known[name]]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
