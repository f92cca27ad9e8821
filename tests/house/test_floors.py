"""A folder uses what stands below it, never what stands above (or beside it where the
design forbids that): every #include of the project's own headers is checked."""
import os
import pathlib
import re
import sys

SOURCE = pathlib.Path(os.environ["BERTRAND_SOURCE"])

# folder -> folders that it may include from
ALLOWED = {
    "sim": {"sim"},
    "markets": {"sim", "markets"},
    "agents": {"sim", "markets", "agents"},
    "analysis": {"sim", "markets", "analysis"},
    "experiments": {"sim", "markets", "agents", "analysis", "experiments"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"/]+)/([^"]+)"')
GENERATED = {"sim/version.h"}


def upward_includes(folder, allowed):
    for path in sorted((SOURCE / folder).rglob("*.[ch]")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = f"{found.group(1)}/{found.group(2)}"
            where = f"{path.relative_to(SOURCE)}:{number}"
            if found.group(1) not in allowed:
                yield f"{where}: {folder}/ must not include {target}"
            elif target not in GENERATED and not (SOURCE / target).exists():
                yield f"{where}: {target} does not exist"


mistakes = [m for folder, allowed in ALLOWED.items() for m in upward_includes(folder, allowed)]
checked = sum(1 for folder in ALLOWED for _ in (SOURCE / folder).rglob("*.[ch]"))
print("\n".join(mistakes) or f"{checked} files include only from their own floor and below")
sys.exit(1 if mistakes or checked == 0 else 0)
