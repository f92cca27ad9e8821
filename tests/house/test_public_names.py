"""What a library exports carries the prefix bt_; everything else is static. And what a
header declares is defined: functions declared and documented but never written are a
mistake that other engines made."""
import os
import pathlib
import re
import subprocess
import sys

BUILD = pathlib.Path(os.environ["BERTRAND_BUILD"])
SOURCE = pathlib.Path(os.environ["BERTRAND_SOURCE"])
FLOORS = ["sim", "markets", "agents", "analysis", "experiments"]
# sanitizers, the compiler and OpenMP's named critical sections add symbols of their own
IGNORED = re.compile(r"^(__|_ZTS|asan|__odr_asan|\.L|\.gomp_)")


def defined_symbols(archive):
    text = subprocess.run(["nm", "--defined-only", "-g", archive], capture_output=True,
                          text=True, check=True).stdout
    return {parts[2] for parts in map(str.split, text.splitlines())
            if len(parts) == 3 and not IGNORED.match(parts[2])}


exported = {}
for floor in FLOORS:
    archive = BUILD / f"libbertrand_{floor}.a"
    if archive.exists():
        for symbol in defined_symbols(archive):
            exported[symbol] = floor

DECLARATION = re.compile(r"^(?:[A-Za-z_][\w\s\*]*?[\s\*])(bt_\w+)\s*\(", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
mistakes = [f"{floor}: exported symbol '{symbol}' lacks the prefix bt_"
            for symbol, floor in sorted(exported.items()) if not symbol.startswith("bt_")]
n_declared = 0
for floor in FLOORS:
    for header in sorted((SOURCE / floor).rglob("*.h")):
        text = COMMENT.sub("", header.read_text())
        for declaration in DECLARATION.finditer(text):
            before = text[:declaration.start(1)].rsplit("\n", 1)[-1]
            name = declaration.group(1)
            if "typedef" in before or "static" in before or "inline" in before:
                continue
            line_start = text.rfind("\n", 0, declaration.start(1))
            if text[:declaration.start(1)].rstrip().endswith("typedef"):
                continue
            tail = text[declaration.end():]
            if before.strip().startswith("typedef") or "typedef" in text[line_start:declaration.start(1)]:
                continue
            n_declared += 1
            if name not in exported:
                mistakes.append(f"{header.relative_to(SOURCE)}: '{name}' is declared, not defined")

print("\n".join(mistakes) or f"{n_declared} declared functions are defined; "
      f"{len(exported)} exported names carry the prefix")
sys.exit(1 if mistakes or not exported else 0)
