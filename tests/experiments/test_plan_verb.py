"""`bertrand plan` and `bertrand status`: what they say agrees with what is then there."""
import json
import re

from command_support import Folder, experiment, main


def test_plan_agrees_with_the_run():
    text = experiment(name="e", replications=3, horizon="periods: 2000") + \
        "  - list: [{market.demand.scale: 0.3}]\n"
    with Folder() as folder:
        folder.write("e.yaml", text)
        out, _ = folder.call("plan", "e.yaml")
        assert "runs     15 = 5 points x 3 replications" in out, out
        assert re.search(r"^horizon +2000 periods, 4 records$", out, re.M), out
        assert re.search(r"^time +about .* s on \d+ threads? \(.* a run, by a pilot at 3 points\)$",
                         out, re.M), out
        assert "     4   market.demand.scale = 0.3" in out, out
        assert not list(folder.path.glob("*.h5*")), "a plan writes nothing"
        kilobytes = float(re.search(r"^result +e.h5, ([\d.]+) kB$", out, re.M).group(1))
        folder.call("run", "e.yaml", "-q")
        size = len(folder.bytes_of("e.h5")) / 1000
        assert kilobytes <= size <= kilobytes + 120, (kilobytes, size)


def test_plan_of_many_points():
    with Folder() as folder:
        folder.write("e.yaml", experiment(
            name="e", more="sweep:\n  - random: {points: 100, market.demand.scale: [0.2, 0.3]}\n"))
        out, _ = folder.call("plan", "e.yaml", "--no-pilot")
        assert "time" not in out and "and 60 more" in out, out
        every, _ = folder.call("plan", "e.yaml", "--no-pilot", "--all")
        assert len(every.splitlines()) == len(out.splitlines()) + 59
        out, _ = folder.call("plan", "e.yaml", "--no-pilot", "--only", "point=3")
        assert "5 selected" in out, out


def test_plan_says_what_is_wrong():
    with Folder() as folder:
        folder.write("e.yaml", experiment(more="sweep:\n  - grid: {market.demand.scale: [1, -1]}\n"))
        out, err = folder.call("plan", "e.yaml", expect=65)
        assert "e.yaml:17:37: " in err and "point 1 of the sweep" in err, err
        assert out == ""


def test_status():
    with Folder() as folder:
        folder.write("e.yaml", experiment(name="e", horizon="periods: 100"))
        folder.call("status", "e.h5", expect=66)
        folder.write("not.h5", "not a result")
        folder.call("status", "not.h5", expect=65)
        out, err = folder.call("run", "e.yaml", "--quiet")
        assert (out, err) == ("", ""), out + err
        out, err = folder.call("run", "e.yaml", "--force")
        assert out == "" and err.startswith("20 of 20 runs done, in 0:0"), out + err
        out, _ = folder.call("status", "e.h5")
        assert "4 points x 5 replications = 20 runs" in out, out
        assert "done 20 (100.0%), failed 0, pending 0" in out, out
        out, _ = folder.call("status", "e.h5", "--format", "json")
        assert json.loads(out) == {"file": "e.h5", "complete": True, "points": 4,
                                   "replications": 5, "done": 20, "failed": 0, "pending": 0}
        folder.call("status", "e.h5", "--format", "yaml", expect=64)


main([test_plan_agrees_with_the_run, test_plan_of_many_points, test_plan_says_what_is_wrong,
      test_status])
