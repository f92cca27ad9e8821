"""Broken experiment files, each a different mistake, and exactly what `bertrand check` says
of them.

broken/NAME.yaml is checked from its own folder; broken/NAME.expected is all that appears on
standard error, with <all KIND> for the list of all types of a kind, which grows. broken/NAME.set, where there is one, has overrides, one a line. After a change
of sentences, `BERTRAND=... test_broken_files.py --write` writes the expected files anew: read
the difference before it is committed."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

BERTRAND = os.path.abspath(os.environ["BERTRAND"])
FOLDER = pathlib.Path(__file__).resolve().parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
MISSING_INPUT = {"sweep-missing-table"}  # names a file that is not there


def overrides_of(path):
    listed = path.with_suffix(".set")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    return [argument for line in lines for argument in ("--set", line)]


def check(path, verb="check"):
    return subprocess.run([BERTRAND, verb, path.name, *overrides_of(path)], cwd=FOLDER,
                          capture_output=True, check=False)


def types_of(kind):
    text = subprocess.run([BERTRAND, "describe", kind], capture_output=True, text=True,
                          check=True).stdout
    return ", ".join(re.findall(r"^(?:policy|type): (\w+)$", text, re.MULTILINE))


LISTS = {kind: types_of(kind) for kind in ("market", "seller", "buyers")}


def said_of(path):
    """What is said on standard error, and the ended process."""
    ended = check(path)
    text = ended.stderr.decode("utf-8", "replace")
    for kind, types in LISTS.items():
        text = text.replace(f"known are {types}", f"known are <all {kind}>")
    return text, ended


class BrokenFiles(unittest.TestCase):
    maxDiff = None

    def test_each_says_what_is_expected(self):
        for path in FILES:
            with self.subTest(path.name):
                text, ended = said_of(path)
                expected = path.with_suffix(".expected").read_text(encoding="utf-8")
                self.assertEqual(text, expected)
                status = 66 if path.stem in MISSING_INPUT else 65
                self.assertEqual((ended.returncode, ended.stdout), (status, b""))

    def test_other_verbs_refuse_them_too(self):
        for path in FILES[::10]:
            with self.subTest(path.name):
                ended = subprocess.run(
                    [BERTRAND, "run", path.name, *overrides_of(path), "--output", "/dev/null/x"],
                    cwd=FOLDER, capture_output=True, check=False)
                self.assertEqual(ended.returncode, 65)

    def test_there_are_many_and_no_two_say_the_same(self):
        sentences = [path.with_suffix(".expected").read_text(encoding="utf-8")
                     .replace(path.name, "") for path in FILES]
        self.assertGreaterEqual(len(FILES), 40)
        self.assertEqual(len(set(sentences)), len(sentences))

    def test_nothing_is_left_over(self):
        for path in FOLDER.iterdir():
            self.assertTrue(path.with_suffix(".yaml").exists(), path.name)

    def test_several_files_at_once(self):
        catalogue = FOLDER.parents[2] / "experiments" / "catalogue"
        good = sorted(catalogue.glob("*.yaml"))[0]
        ended = subprocess.run(
            [BERTRAND, "check", str(good), "key-unknown.yaml", "no-such-file.yaml"],
            cwd=FOLDER, capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 65)
        self.assertIn(f"{good}: no mistakes; ", ended.stdout)
        self.assertIn("key-unknown.yaml:16:1: ", ended.stderr)
        self.assertIn("no-such-file.yaml: No such file or directory", ended.stderr)

    def test_a_missing_file(self):
        ended = subprocess.run([BERTRAND, "check", "no-such-file.yaml"], cwd=FOLDER,
                               capture_output=True, text=True, check=False)
        self.assertEqual((ended.returncode, ended.stderr),
                         (66, "bertrand: no-such-file.yaml: No such file or directory\n"))

    def test_standard_input(self):
        ended = subprocess.run([BERTRAND, "check", "-"], input="seed: x\n", cwd=FOLDER,
                               capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 65)
        self.assertIn("(standard input):1:7: seed must be an integer", ended.stderr)

    def test_overrides_need_a_path_and_a_value(self):
        for override in ("seed", "=1"):
            ended = subprocess.run([BERTRAND, "check", "key-unknown.yaml", "--set", override],
                                   cwd=FOLDER, capture_output=True, text=True, check=False)
            self.assertEqual(ended.returncode, 64)
            self.assertIn(f"--set {override}: ", ended.stderr)


def write_expected():
    for path in FILES:
        path.with_suffix(".expected").write_text(said_of(path)[0], encoding="utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_expected()
    else:
        unittest.main()
