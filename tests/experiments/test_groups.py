"""Groups of like products and sellers are what the same file with each written out is."""
import json

from command_support import Folder, h5py_or_skip, main

h5py = h5py_or_skip()
import numpy
HEAD = """format: 1
name: {name}
seed: 7
replications: 2
horizon: {{periods: 3000}}
market:
  type: posted_price
  demand: {{model: logit, scale: 0.25, outside_utility: 0}}
"""
GROUPED = HEAD + """  products:
    - {{name: A, seller: s#, count: 3, quality: 2, cost: 1}}
    - {{name: old, seller: incumbent, quality: 2.2, cost: 1}}
  sellers: [{{name: s, count: 3, objective: {{mean_variance: 0.5}}}}]
sellers:
  - {{name: s, count: 3, policy: ucb1}}
  - {{name: incumbent, policy: hedge}}
"""
WRITTEN_OUT = HEAD + """  products:
    - {{name: A1, seller: s1, quality: 2, cost: 1}}
    - {{name: A2, seller: s2, quality: 2, cost: 1}}
    - {{name: A3, seller: s3, quality: 2, cost: 1}}
    - {{name: old, seller: incumbent, quality: 2.2, cost: 1}}
  sellers:
    - {{name: s1, objective: {{mean_variance: 0.5}}}}
    - {{name: s2, objective: {{mean_variance: 0.5}}}}
    - {{name: s3, objective: {{mean_variance: 0.5}}}}
sellers:
  - {{name: s1, policy: ucb1}}
  - {{name: s2, policy: ucb1}}
  - {{name: s3, policy: ucb1}}
  - {{name: incumbent, policy: hedge}}
"""


def test_groups_are_shorthand():
    with Folder() as folder:
        folder.write("grouped.yaml", GROUPED.format(name="grouped"))
        folder.write("written.yaml", WRITTEN_OUT.format(name="written"))
        for name in ("grouped", "written"):
            folder.call("run", f"{name}.yaml", "-q")
        with h5py.File(folder.path / "grouped.h5") as grouped, \
                h5py.File(folder.path / "written.h5") as written:
            assert list(grouped) == list(written)
            for variable in grouped:
                assert grouped[variable][()].tobytes() == written[variable][()].tobytes(), variable
        equilibria = [json.loads(folder.call("equilibrium", f"{name}.yaml", "--format", "json")[0])
                      for name in ("grouped", "written")]
        assert equilibria[0] == equilibria[1]


def test_the_number_of_sellers_is_swept():
    sweep = ('sweep: [{zip: {"market.products[0].count": [1, 2, 3], '
             '"sellers[0].count": [1, 2, 3]}}]\n')
    objectives = "  sellers: [{{name: s, count: 3, objective: {{mean_variance: 0.5}}}}]\n"
    text = GROUPED.replace(objectives, "").replace("name: s,", "name: s#,").format(name="e")
    with Folder() as folder:
        folder.write("e.yaml", text + sweep)
        folder.call("run", "e.yaml", "-q")
        with h5py.File(folder.path / "e.h5") as result:
            prices = result["nash_price"][()]
            assert [sum(~numpy.isnan(row)) for row in prices] == [2, 3, 4]
            assert list(prices[:, 0]) == sorted(prices[:, 0], reverse=True)
        folder.write("e.yaml", text.replace("name: s#,", "name: s,") + sweep)
        _, err = folder.call("check", "e.yaml", expect=65)
        assert 'seller "s1" is not one of' in err, err  # a group of one, without #: no number


def test_names_that_collide():
    text = GROUPED.replace("incumbent, policy", "s2, policy").replace("incumbent", "s2")
    with Folder() as folder:
        folder.write("e.yaml", text.format(name="e"))
        _, err = folder.call("check", "e.yaml", expect=65)
        assert "e.yaml:15:12: sellers[0] and sellers[1] both have a seller 's2'" in err, err


main([test_groups_are_shorthand, test_the_number_of_sellers_is_swept, test_names_that_collide])
