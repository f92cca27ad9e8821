"""Simulated negotiations are the same after they were written as the published data are and
imported; a population fitted to them plays, with the same bytes for any number of threads; what
is no population is refused."""
import json
import pathlib
import sys
import tempfile

import h5py

from bargaining_moments import apart, moments
from bargaining_pipeline import command, simulate, simulate_fitted, through_data

mistakes = []


def check(holds, sentence):
    if not holds:
        mistakes.append(sentence)


with tempfile.TemporaryDirectory(prefix="bertrand-test-") as folder:
    path = pathlib.Path(folder)
    history = simulate(folder, "humans", 4000, 3)
    again = through_data(folder, history, "humans")
    with h5py.File(history) as one, h5py.File(again) as other:
        check(len(one["turn_time"]) > 3000, "hardly anything was simulated")
        check(len(one["listing_id"]) == len(other["listing_id"]), "listings are lost")
        for variable in ("listing_list_price", "listing_decline_price", "listing_accept_price",
                         "listing_start", "listing_partition", "listing_n_threads"):
            check((one[variable][:] == other[variable][:]).all(), f"{variable} changes")
    # Only purchases' times of day are drawn anew, and with them what they cut off.
    mistakes += apart(moments(history), moments(again), 0.5)

    for name, options in (("logits", ["--epochs", 5]), ("nets", ["--epochs", 2, "--hidden", 8])):
        told = json.loads(command(folder, "train", "bargaining", again, "-o", f"{name}.h5",
                                  "--format", "json", "--quiet", *options))
        check(len(told["models"]) == 22, f"{name}: {len(told['models'])} models")
        seen = {m["model"]: m for m in told["models"]}
        check(seen["first_arrival"]["rows"] > 2000, f"{name}: {seen['first_arrival']}")
        gain = (seen["next_arrival"]["log_likelihood_test"]
                - seen["next_arrival"]["log_likelihood_shares"])
        check(gain > 0, f"{name}: next arrivals are not predicted: {gain}")
        with h5py.File(path / f"{name}.h5") as file:
            check(len(file["epoch_training"]) > 22 and len(file["model_decision"]) == 22,
                  f"{name}: learning curves are not stored")
            layers = set(file["model_layers"][:])
            check(layers == ({1} if name == "logits" else {1, 2}), f"{name}: layers {layers}")
        command(folder, "train", "bargaining", again, "-o", f"{name}-2.h5", "--quiet", *options)
        check((path / f"{name}.h5").read_bytes() == (path / f"{name}-2.h5").read_bytes(),
              f"{name}: a second training writes other bytes")

    told = json.loads(command(folder, "train", "bargaining", again, "-o", "few.h5", "--format",
                              "json", "--quiet", "--epochs", 1, "--listings", 500))
    check(told["models"][0]["rows"] < 500, f"--listings: {told['models'][0]}")

    one = simulate_fitted(folder, "logits.h5", "one", 1000, 4, threads=1).read_bytes()
    two = simulate_fitted(folder, "logits.h5", "two", 1000, 4, threads=2).read_bytes()
    check(one == two, "a fitted population plays differently with two threads")
    simulate_fitted(folder, "nets.h5", "nets", 500, 4)

    # hostile files
    (path / "text.h5").write_text("no population")
    for name in ("text.h5", "humans-history.h5", "nowhere.h5"):
        (path / "bad.yaml").write_text((path / "one.yaml").read_text().replace("logits.h5", name))
        told = command(folder, "run", "bad.yaml", "--quiet", "--force",
                       status=66 if name == "nowhere.h5" else 65)
        check(name in told, f"{name}: {told}")
    with h5py.File(path / "logits.h5", "r+") as file:
        file["weight_value"][5] = float("nan")
    (path / "bad.yaml").write_text((path / "one.yaml").read_text())
    told = command(folder, "run", "bad.yaml", "--quiet", "--force", status=65)
    check("not a number" in told, f"a weight that is no number: {told}")
    told = command(folder, "train", "bargaining", "text.h5", "-o", "x.h5", status=65)
    check("text.h5" in told and not (path / "x.h5").exists(), told)
    with h5py.File(again, "r+") as file:
        file["turn_price"][3] = 10 ** 9
    told = command(folder, "train", "bargaining", again, "-o", "x.h5", status=65)
    check("listing" in told, f"a price that cannot be: {told}")
    told = command(folder, "import", "log", "one.h5", "-o", "x.h5", status=65)
    check("one.h5" in told and not (path / "x.h5").exists(), told)

print("\n".join(mistakes) or "round trip, training, play and refusals")
sys.exit(1 if mistakes else 0)
