#!/usr/bin/python3
"""The keys of the reference page as a libFuzzer dictionary."""
import pathlib
import re
import sys

page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
keys = {part for key in re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)
        for part in re.split(r"[.\[\]*]+", key) if part}
types = set(re.findall(r"^### `\w+: (\w+)`", page, re.MULTILINE))
for word in sorted(keys | types | {"null", "true", "[*].", "- {", "&a ", "*a", "<<: ", "!!x "}):
    print(f'"{word}"')
