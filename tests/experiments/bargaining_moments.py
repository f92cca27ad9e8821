"""Moments of a history file, with their standard errors: what a round trip must keep."""
import h5py
import numpy

ACCEPT, REJECT = 1, 2
AUTOMATIC, EXPIRED, MESSAGE = 1, 2, 4


def share(holds):
    return float(holds.mean()), float((holds.mean() * (1 - holds.mean()) / len(holds)) ** 0.5)


def mean(values):
    return float(values.mean()), float(values.std() / len(values) ** 0.5)


def moments(path):
    """name -> (value, standard error)."""
    with h5py.File(path) as file:
        column = {name: file[name][:] for name in file if "_" in name}
    number_of_threads = column["listing_n_threads"]
    of_listing = numpy.repeat(numpy.arange(len(number_of_threads)), number_of_threads)
    of_thread = numpy.repeat(numpy.arange(len(of_listing)), column["thread_n_turns"])
    listing = of_listing[of_thread]
    number, act, flags = column["turn_number"], column["turn_act"], column["turn_flags"]
    over_list = column["turn_price"] / column["listing_list_price"][listing]
    days = (column["turn_time"] - column["listing_start"][listing]) / 86400
    found = {f"listings with {k} threads": share(number_of_threads == k) for k in range(4)}
    found["listings with 4 threads and more"] = share(number_of_threads >= 4)
    for turn in range(1, 8):
        found[f"threads that end at turn {turn}"] = share(column["thread_n_turns"] == turn)
    first = number == 1
    found["threads that buy at once"] = share(act[first] == ACCEPT)
    found["first offer over list price"] = mean(over_list[first & (act == 0)])
    found["day of arrival"] = mean(days[first])
    for turn in range(2, 8):
        at = (number == turn) & (flags & AUTOMATIC == 0)
        expired = flags[at] & EXPIRED > 0
        found[f"turn {turn} expired"] = share(expired)
        found[f"turn {turn} rejected"] = share((act[at] == REJECT) & ~expired)
        found[f"turn {turn} accepted"] = share(act[at] == ACCEPT)
    sold = numpy.zeros(len(number_of_threads), bool)
    sold[listing[act == ACCEPT]] = True
    found["listings sold"] = share(sold)
    found["price over list price"] = mean(over_list[act == ACCEPT])
    found["day of sale"] = mean(days[act == ACCEPT])
    found["offers with a message"] = share(flags[act == 0] & MESSAGE > 0)
    return found


def apart(one, other, errors):
    """Moments of two histories that differ by more than so many standard errors."""
    mistakes = []
    for name, (value, error) in one.items():
        difference = other[name][0] - value
        together = (error ** 2 + other[name][1] ** 2) ** 0.5
        if abs(difference) > errors * together + 1e-12:
            mistakes.append(f"{name}: {value:.4f} and {other[name][0]:.4f}, "
                            f"{difference / together:+.1f} standard errors")
    return mistakes
