"""Shopbot and auction markets: the same bytes for any number of threads, and of a run that was
killed and resumed."""
from command_support import Folder, main, same_bytes

HEAD = "format: 1\nname: t\nseed: 4\nreplications: 6\n"

KINDS = {
    "shopbot": HEAD + """horizon: {time: 3000 d}
market: {type: shopbot, cost: 0.1, compares: [0.2, 0.1], quantum: 0.01, arrivals: 500}
sellers:
  - {name: s1, policy: myoptimal, reprice: {poisson: 1}}
  - {name: s2, policy: derivative_follower, high: 1, reprice: {poisson: 1}}
  - {name: s3, policy: internal_regret, grid: {low: 0.1, high: 1}, reprice: {every: 2}}
record: {every: 100}
checkpoint: {every: 500}
sweep:
  - grid: {market.values: [equal, uniform]}
""",
    "auction": HEAD + """horizon: {periods: 20000}
market: {type: auction, rivals: {law: beta, a: 1, b: 6}}
sellers: [{name: house, policy: hedge, grid: {low: 0, high: 0.6}, reprice: {every: 7}}]
bidders:
  - {name: a, policy: ucbid, value: {law: beta, a: 2, b: 2}}
  - {name: b, policy: exp_tree}
  - {name: c#, count: 2, policy: win_exp, value: {law: uniform}}
record: {every: 1000}
checkpoint: {every: 5000}
sweep:
  - grid: {market.cost: [0, 0.1]}
""",
}


def test_any_number_of_threads():
    for name, text in KINDS.items():
        with Folder() as folder:
            folder.write("e.yaml", text)
            for threads in (1, 3):
                folder.call("run", "e.yaml", "-q", "-j", threads, "-o", f"{threads}.h5")
            same_bytes(folder.bytes_of("1.h5"), folder.bytes_of("3.h5"), name)


def test_killed_and_resumed():
    for name, text in KINDS.items():
        with Folder() as folder:
            folder.write("e.yaml", text)
            folder.call("run", "e.yaml", "-q", "-j", 1, "-o", "whole.h5")
            process = folder.start("run", "e.yaml", "-q", "-j", 1, "-o", "killed.h5")
            folder.wait_until_done("killed.h5", 2, process)
            process.kill()
            process.communicate()
            if not (folder.path / "killed.h5").exists():
                folder.call("run", "e.yaml", "-q", "-o", "killed.h5", "--resume")
            same_bytes(folder.bytes_of("whole.h5"), folder.bytes_of("killed.h5"), name)


main([test_any_number_of_threads, test_killed_and_resumed])
