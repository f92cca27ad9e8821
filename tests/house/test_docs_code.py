"""Every C block in docs/ that shows a worked example stands, to the letter, in a file of
docs/examples/ (which the test run compiles)."""
import os
import pathlib
import re
import sys

DOCS = pathlib.Path(os.environ["BERTRAND_SOURCE"]) / "docs"
sources = [path.read_text() for path in sorted((DOCS / "examples").glob("*.c"))]
n_blocks, mistakes = 0, []
for page in sorted(DOCS.glob("*.md")):
    for block in re.findall(r"```c\n(.*?)```", page.read_text(), re.DOTALL):
        n_blocks += 1
        if not any(block.strip() in source for source in sources):
            mistakes.append(f"{page.name}: this block is in no file of docs/examples:\n{block}")
print("\n".join(mistakes) or f"{n_blocks} blocks agree with docs/examples")
sys.exit(1 if mistakes or n_blocks == 0 else 0)
