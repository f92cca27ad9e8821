"""The calibrated people's negotiations, written and read as the published data are, and a
population of logits fitted to them: its moments are those of the people, and a network cannot
tell its threads from theirs.

60,000 listings each. 45 moments; standard errors are those of both samples, and the estimates
are from three quarters of one of them, which raises the true error of a difference to at most
1.3 of that. Five standard errors are then exceeded by a moment of a right model less than once
in 150 runs of this test."""
import json
import sys
import tempfile

from bargaining_moments import apart, moments
from bargaining_pipeline import command, simulate, simulate_fitted, through_data

with tempfile.TemporaryDirectory(prefix="bertrand-test-") as folder:
    history = simulate(folder, "humans", 60000, 7)
    again = through_data(folder, history, "humans")
    told = json.loads(command(folder, "train", "bargaining", again, "-o", "people.h5",
                              "--format", "json", "--quiet"))
    fitted = simulate_fitted(folder, "people.h5", "fitted", 60000, 8)
    people, models = moments(history), moments(fitted)
    area = told["discriminator"]["area_under_curve"]
    error = told["discriminator"]["standard_error"]
    for name, (value, _) in people.items():
        print(f"{name:34} {value:.4f} {models[name][0]:.4f}")
    print(f"area under the discriminator's curve {area:.4f} +- {error:.4f}, at most 0.60")
    mistakes = apart(people, models, 5)
    if not area <= 0.60:
        mistakes.append(f"a network tells simulated from recorded threads: {area:.4f}")
print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
