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


LISTS = {kind: types_of(kind) for kind in ("market", "seller", "bidder", "buyers")}


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

    def test_colours_are_for_terminals_that_want_them(self):
        def said_on_terminal(**environment):
            main, terminal = os.openpty()
            variables = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
            process = subprocess.run([BERTRAND, "check", "key-unknown.yaml"], cwd=FOLDER,
                                     stderr=terminal, check=False,
                                     env=variables | {"TERM": "xterm"} | environment)
            os.close(terminal)
            text = os.read(main, 10000).decode("utf-8").replace("\r\n", "\n")
            os.close(main)
            self.assertEqual(process.returncode, 65)
            return text

        plain = (FOLDER / "key-unknown.expected").read_text(encoding="utf-8")
        coloured = said_on_terminal()
        self.assertIn("\033[1mkey-unknown.yaml:16:1\033[0m: the file has no key", coloured)
        self.assertEqual(re.sub("\033\\[[0-9;]*m", "", coloured), plain)
        self.assertEqual(said_on_terminal(NO_COLOR="1"), plain)
        self.assertEqual(said_on_terminal(TERM="dumb"), plain)

    def test_paths_in_braces_need_no_quotes(self):
        """As sweeps are written in the design; plain YAML would end the key at its bracket."""
        good = (FOLDER.parents[2] / "experiments/catalogue/calvano-baseline.yaml").read_text(
            encoding="utf-8")
        sweep = ("sweep:\n  - grid:  {sellers[*].learning_rate: {from: 0.025, to: 0.25, steps: "
                 "10}, sellers[*].exploration_decay: {log: [1e-7, 1e-4], steps: 7}}\n"
                 "  - zip:   {market.demand.scale: [0.2, 0.3], seed: [1, 2]}\n"
                 "  - sobol: {points: 64, market.products[*].cost: [0.8, 1.2]}\n")
        ended = subprocess.run([BERTRAND, "check", "-"], input=good + sweep, check=False,
                               capture_output=True, text=True)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("136 points", ended.stdout)

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
