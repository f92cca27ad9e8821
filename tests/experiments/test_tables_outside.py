"""What the parameter tables say to the outside: describe, the reference page, the JSON
Schema, starter files."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None

BERTRAND = os.environ["BERTRAND"]
SOURCE = pathlib.Path(os.environ["BERTRAND_SOURCE"])
CATALOGUE = sorted((SOURCE / "experiments" / "catalogue").glob("*.yaml"))


def bertrand(*arguments, **options):
    return subprocess.run([BERTRAND, *arguments], capture_output=True, text=True, check=False,
                          **options)


NEED_A_FILE = {"fitted_bargainer", "fitted_bargainers"}  # of a model: no starter can give it


def names_of(kind):
    text = bertrand("describe", kind).stdout
    return re.findall(r"^(?:policy|type): (\w+)$", text, re.MULTILINE)


class Describe(unittest.TestCase):
    def test_the_committed_reference_page_is_the_output(self):
        page = bertrand("describe", "--format", "markdown").stdout
        committed = (SOURCE / "docs" / "reference.md").read_text(encoding="utf-8")
        self.assertEqual(page, committed, "run: bertrand describe --format markdown > "
                                          "docs/reference.md")

    def test_everything_is_on_the_whole_page(self):
        whole = bertrand("describe").stdout
        for kind in ("experiment", "sweep", "market", "seller", "buyers"):
            part = bertrand("describe", kind)
            self.assertEqual((part.returncode, part.stderr), (0, ""))
            self.assertIn(part.stdout, whole)

    def test_a_type_is_found_with_and_without_its_kind(self):
        for kind in ("market", "seller", "buyers"):
            names = names_of(kind)
            self.assertTrue(names)
            for name in names:
                alone = bertrand("describe", name).stdout
                self.assertIn(f": {name}\n", alone)
                self.assertEqual(alone, bertrand("describe", kind, name).stdout)

    def test_every_parameter_has_a_meaning(self):
        self.assertNotIn("(null)", bertrand("describe").stdout)

    def test_mistakes(self):
        for arguments, sentence in (
                (["seler"], "nothing is called 'seler': did you mean seller?"),
                (["q_lerning"], "nothing is called 'q_lerning': did you mean q_learning?"),
                (["zzzzz"], "nothing is called 'zzzzz': kinds are experiment, sweep, training, market, "
                            "seller, bidder, buyers, recommender"),
                (["seller", "fxied"], "there is no seller 'fxied': did you mean fixed?"),
                (["--format", "html"], "--format html: known are text and markdown")):
            ended = bertrand("describe", *arguments)
            self.assertEqual((ended.returncode, ended.stdout, ended.stderr),
                             (64, "", f"bertrand: {sentence}\n"))


@unittest.skipIf(jsonschema is None, "python3-jsonschema or python3-yaml is not installed")
class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads(bertrand("schema").stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

        class Loader(yaml.SafeLoader):
            """YAML 1.2's numbers: 4e-6 is one, as editors read it."""

        number = "tag:yaml.org,2002:float"
        Loader.yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in resolvers if tag != number]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
        Loader.add_implicit_resolver(
            number, re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
            list("-+0123456789."))
        cls.loader = Loader

    def mistakes(self, text):
        return list(self.validator.iter_errors(yaml.load(text, self.loader)))

    def test_the_catalogue_is_valid(self):
        self.assertTrue(CATALOGUE)
        for path in CATALOGUE:
            found = self.mistakes(path.read_text(encoding="utf-8"))
            self.assertEqual(found, [], path.name)

    def test_starter_files_are_valid(self):
        for policy in set(names_of("seller")) - NEED_A_FILE:
            self.assertEqual(self.mistakes(bertrand("new", "-", "--policy", policy).stdout), [])

    def test_mistakes_are_seen(self):
        good = CATALOGUE[0].read_text(encoding="utf-8")
        for bad in (good.replace("seed:", "sede:"), good + "\nreplicatons: 3\n",
                    re.sub(r"format: 1", "format: one", good),
                    re.sub(r"type: posted_price", "type: posted_prize", good),
                    re.sub(r"horizon: \{[^}]*\}", "horizon: {periods: 1.5}", good)):
            self.assertNotEqual(bad, good)
            self.assertTrue(self.mistakes(bad))


class New(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def new(self, *arguments):
        return bertrand("new", *arguments, cwd=self.folder.name)

    def assert_starter(self, name, *arguments):
        ended = self.new(name, *arguments)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), name)
        checked = bertrand("check", f"{name}.yaml", cwd=self.folder.name)
        if arguments[1].startswith("fitted_"):  # names a file that is not there yet
            self.assertEqual(checked.returncode, 66, name)
            self.assertIn("there is no such file", checked.stderr)
            return
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), name)

    def test_starter_files_pass_the_check_for_every_type(self):
        for policy in set(names_of("seller")) - NEED_A_FILE:
            self.assert_starter(f"policy-{policy}", "--policy", policy)
        for market, policy in (("shopbot", "myoptimal"), ("auction", "fixed")):
            self.assert_starter(f"market-{market}", "--market", market, "--policy", policy)
        for buyers in set(names_of("buyers")) - NEED_A_FILE:
            self.assert_starter(f"buyers-{buyers}", "--buyers", buyers)

    def test_parts_that_do_not_fit_are_refused(self):
        ended = self.new("x", "--market", "posted_price", "--policy", "static_assortment")
        self.assertEqual((ended.returncode, ended.stderr),
                         (65, 'bertrand: seller "s1": static_assortment needs a market of type '
                              'assortment\n'))
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_uncommented_defaults_pass_the_check(self):
        """Every commented line with a value can be made a real one."""
        def uncommented(line):
            has_value = re.match(r"# +[a-z_]+: [^# ].* # ", line)
            opens_table = re.match(r"# *(fees|audit|grid|checkpoint): +#", line)
            return line[2:] if has_value or opens_table else line

        text = self.new("-").stdout
        changed = "\n".join(map(uncommented, text.splitlines()))
        self.assertGreater(text.count("\n#") - changed.count("\n#"), 20)
        file = pathlib.Path(self.folder.name) / "all.yaml"
        file.write_text(changed, encoding="utf-8")
        checked = bertrand("check", str(file))
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_nothing_is_overwritten(self):
        self.assertEqual(self.new("mine").returncode, 0)
        before = (pathlib.Path(self.folder.name) / "mine.yaml").read_text(encoding="utf-8")
        ended = self.new("mine.yaml", "--policy", "fixed")
        self.assertEqual((ended.returncode, ended.stderr),
                         (73, "bertrand: mine.yaml exists already: choose another name\n"))
        after = (pathlib.Path(self.folder.name) / "mine.yaml").read_text(encoding="utf-8")
        self.assertEqual(before, after)

    def test_mistakes(self):
        for arguments, status, sentence in (
                (["x", "--policy", "fxied"], 64, "--policy fxied: did you mean fixed?"),
                (["x", "--buyers", "zzzz"], 64,
                 "--buyers zzzz: `bertrand describe buyers` lists the known ones"),
                (["no/such/folder/x"], 73,
                 "no/such/folder/x.yaml: No such file or directory")):
            ended = self.new(*arguments)
            self.assertEqual((ended.returncode, ended.stderr), (status, f"bertrand: {sentence}\n"))
        self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main()
