"""The tree speaks of itself alone and is finished: no machine paths, no left-over
markers, no file that outgrew one idea."""
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["BERTRAND_SOURCE"])
MARKERS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
HOME_PATHS = re.compile(r"(?<![\w.])/(home|root|Users|work)/")
LONGEST = 700

listing = subprocess.run(["git", "-C", str(SOURCE), "ls-files", "-z"], capture_output=True)
if listing.returncode != 0:
    print("not a git checkout")
    sys.exit(77)
mistakes = []
for name in filter(None, listing.stdout.decode().split("\0")):
    path = SOURCE / name
    if not path.is_file() or path.suffix in {".png", ".svg", ".pdf"} or name == "LICENSE":
        continue
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        continue
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if MARKERS.search(line):
            mistakes.append(f"{name}:{number}: left-over marker: {line.strip()[:80]}")
        if HOME_PATHS.search(line):
            mistakes.append(f"{name}:{number}: a path of one machine: {line.strip()[:80]}")
    if path.suffix in {".c", ".h"} and len(lines) > LONGEST:
        mistakes.append(f"{name}: {len(lines)} lines; is it still one idea?")
print("\n".join(mistakes) or "clean")
sys.exit(1 if mistakes else 0)
