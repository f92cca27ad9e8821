"""The command line itself: exit statuses, where messages go, suggestions."""
import os
import subprocess
import unittest

BERTRAND = os.environ["BERTRAND"]


def bertrand(*arguments):
    return subprocess.run([BERTRAND, *arguments], capture_output=True, text=True, check=False)


class CommandLine(unittest.TestCase):
    def assert_usage_error(self, arguments, sentence):
        ended = bertrand(*arguments)
        self.assertEqual(ended.returncode, 64)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr, f"bertrand: {sentence}\n")

    def test_help_lists_verbs_and_exit_statuses_on_stdout(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            ended = bertrand(*arguments)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertIn("\n  help ", ended.stdout)
            self.assertIn("\n  65  an input file is wrong\n", ended.stdout)

    def test_every_verb_explains_itself_in_two_ways(self):
        overview = bertrand("--help").stdout
        verbs = overview.split("verbs:\n")[1].split("\n\n")[0].splitlines()
        for verb in (line.split()[0] for line in verbs):
            explained = bertrand("help", verb)
            self.assertEqual(explained.returncode, 0)
            self.assertTrue(explained.stdout.startswith(f"usage: bertrand {verb}"), verb)
            self.assertEqual(bertrand(verb, "--help").stdout, explained.stdout)

    def test_version(self):
        ended = bertrand("--version")
        self.assertEqual(ended.returncode, 0)
        self.assertRegex(ended.stdout, r"^bertrand \d+\.\d+\.\d+ \(.+\)\n$")

    def test_no_verb_is_a_usage_error(self):
        ended = bertrand()
        self.assertEqual((ended.returncode, ended.stdout), (64, ""))
        self.assertIn("usage: bertrand VERB", ended.stderr)

    def test_mistyped_verb_is_suggested(self):
        self.assert_usage_error(["hlep"], "unknown verb 'hlep': did you mean help?")
        self.assert_usage_error(
            ["fly"], "unknown verb 'fly': `bertrand --help` lists the known ones")

    def test_mistyped_option_is_suggested(self):
        self.assert_usage_error(
            ["help", "--hepl"], "help: unknown option '--hepl': did you mean --help?")
        self.assert_usage_error(
            ["help", "-z"],
            "help: unknown option '-z': `bertrand help --help` lists the known ones")

    def test_superfluous_argument(self):
        self.assert_usage_error(
            ["help", "help", "me"],
            "help: 'me' is one argument too many: bertrand help [VERB]")

    def test_full_disk_is_an_io_error(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "w", encoding="ascii") as full:
            ended = subprocess.run([BERTRAND, "--help"], stdout=full, stderr=subprocess.PIPE,
                                   text=True, check=False)
        self.assertEqual(ended.returncode, 74)
        self.assertEqual(ended.stderr, "bertrand: writing to standard output failed\n")


if __name__ == "__main__":
    unittest.main()
