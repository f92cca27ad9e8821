"""`bertrand import best-offer` on small files that hold every trap of the published data,
each with what must come of it."""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile

import h5py

from best_offer_files import (LISTING_COLUMNS, OFFER_COLUMNS, day, listing, moment, offer, sold,
                              write)

BERTRAND = os.environ["BERTRAND"]
OFFER, ACCEPT, REJECT = 0, 1, 2
AUTO, EXPIRED, MESSAGE = 1, 2, 4
START_SECONDS = 31 * 86400  # 2 July after 1 June
mistakes = []


def check(holds, sentence):
    if not holds:
        mistakes.append(sentence)


def run(*arguments):
    return subprocess.run([BERTRAND, "import", "best-offer", *map(str, arguments)],
                          capture_output=True, text=True)


# Each case: listing, offers, and either the name of the rule by which the listing falls or
# (threads, {rule for offers: count}); a thread is a list of turns (hour, dollars, act, flags).
cases = {}
next_item = 100


def case(name, offers, expected, price=100, dropped=None, **fields):
    global next_item
    next_item += 1
    item = next_item
    rows = [offer(item, *o[:6], **(o[6] if len(o) > 6 else {})) for o in offers]
    cases[name] = (item, listing(item, price, **fields), rows, expected, dropped or {})


# ---- what is kept ----
case("idle", [], [])
case("accepted", [(1, 0, 1, 80, 5, 6)], [[(5, 80, OFFER, 0), (6, 80, ACCEPT, 0)]],
     **sold(80, 1))
case("accepted in cents", [(1, 0, 1, "80.55", 5, 6)],
     [[(5, 80.55, OFFER, 0), (6, 80.55, ACCEPT, 0)]], **sold("80.55", 1))
case("declined, buyer silent", [(1, 0, 2, 50, 5, 6)],
     [[(5, 50, OFFER, 0), (6, 100, REJECT, 0), (54, 50, REJECT, EXPIRED)]])
case("expired, buyer silent", [(1, 0, 0, 50, 5, 53)],
     [[(5, 50, OFFER, 0), (53, 100, REJECT, EXPIRED), (101, 50, REJECT, EXPIRED)]])
case("expired two seconds early", [(1, 0, 0, 50, 5, 53 - 2 / 3600)],
     [[(5, 50, OFFER, 0), (53, 100, REJECT, EXPIRED), (101, 50, REJECT, EXPIRED)]])
case("declined after more than 48 hours", [(1, 0, 2, 50, 5, 60)],
     [[(5, 50, OFFER, 0), (53, 100, REJECT, EXPIRED), (101, 50, REJECT, EXPIRED)]])
# status 7: response_time is unusable, the counter-offer's own time counts
case("counter with a wrong response time",
     [(1, 0, 7, 50, 5, 30, {"any_mssg": 1}), (1, 2, 1, 75, 9, 12)],
     [[(5, 50, OFFER, MESSAGE), (9, 75, OFFER, 0), (12, 75, ACCEPT, 0)]], **sold(75, 1))
case("counter without a response time", [(1, 0, 7, 50, 5), (1, 2, 2, 75, 9, 12)],
     [[(5, 50, OFFER, 0), (9, 75, OFFER, 0), (12, 50, REJECT, 0)]])
case("counters to the end",
     [(1, 0, 7, 50, 1), (1, 2, 7, 90, 2), (1, 1, 7, 60, 3), (1, 2, 7, 85, 4),
      (1, 1, 7, 70, 5), (1, 2, 1, 80, 6, 7)],
     [[(1, 50, OFFER, 0), (2, 90, OFFER, 0), (3, 60, OFFER, 0), (4, 85, OFFER, 0),
       (5, 70, OFFER, 0), (6, 80, OFFER, 0), (7, 80, ACCEPT, 0)]], **sold(80, 1))
case("re-offer 0 to 0", [(1, 0, 2, 50, 1, 2), (1, 0, 1, 60, 3, 4)],
     [[(1, 50, OFFER, 0), (2, 100, REJECT, 0), (3, 60, OFFER, 0), (4, 60, ACCEPT, 0)]],
     **sold(60, 1))
case("re-offer 1 to 0",
     [(1, 0, 7, 50, 1), (1, 2, 7, 90, 2), (1, 1, 2, 60, 3, 4), (1, 0, 2, 70, 5, 6)],
     [[(1, 50, OFFER, 0), (2, 90, OFFER, 0), (3, 60, OFFER, 0), (4, 90, REJECT, 0),
       (5, 70, OFFER, 0), (6, 90, REJECT, 0), (54, 70, REJECT, EXPIRED)]])
case("fresh offer after a counter", [(1, 0, 7, 50, 1), (1, 2, 2, 90, 2, 3), (1, 0, 2, 60, 4, 5)],
     [[(1, 50, OFFER, 0), (2, 90, OFFER, 0), (4, 60, OFFER, 0), (5, 90, REJECT, 0),
       (53, 60, REJECT, EXPIRED)]])
case("auto-declined in the same second", [(1, 0, 6, 30, 5, 5), (1, 0, 2, 70, 5.1, 6)],
     [[(5, 30, OFFER, 0), (5, 100, REJECT, AUTO), (5.1, 70, OFFER, 0), (6, 100, REJECT, 0),
       (54, 70, REJECT, EXPIRED)]], decline_price=60)
case("auto-accepted at the threshold", [(1, 0, 9, 90, 5, 5)],
     [[(5, 90, OFFER, 0), (5, 90, ACCEPT, AUTO)]], accept_price=90, **sold(90, 1))
case("offer at the decline price is not declined", [(1, 0, 2, 60, 5, 6)],
     [[(5, 60, OFFER, 0), (6, 100, REJECT, 0), (54, 60, REJECT, EXPIRED)]], decline_price=60)
case("thresholds of 0 are none", [(1, 0, 2, 60, 5, 6)],
     [[(5, 60, OFFER, 0), (6, 100, REJECT, 0), (54, 60, REJECT, EXPIRED)]], decline_price=0,
     accept_price=0)
case("seller repeats its price", [(1, 0, 7, 50, 1), (1, 2, 2, 100, 2, 3)],
     [[(1, 50, OFFER, 0), (2, 100, REJECT, 0), (3, 50, REJECT, 0)]])
case("buyer repeats its price",
     [(1, 0, 7, 50, 1), (1, 2, 7, 90, 2), (1, 1, 2, 50, 3, 4), (1, 0, 2, 60, 5, 6)],
     [[(1, 50, OFFER, 0), (2, 90, OFFER, 0), (3, 50, REJECT, 0)]],
     dropped={"after_the_walk": 1})
case("exact duplicates", [(1, 0, 1, 80, 5, 6), (1, 0, 1, 80, 5, 6)],
     [[(5, 80, OFFER, 0), (6, 80, ACCEPT, 0)]], dropped={"repeated_offer": 1}, **sold(80, 1))
case("repeated within a second", [(1, 0, 2, 50, 5, 6), (1, 0, 2, 50, 5 + 1 / 3600, 6)],
     [[(5, 50, OFFER, 0), (6, 100, REJECT, 0), (54, 50, REJECT, EXPIRED)]],
     dropped={"repeated_within_a_second": 1})
case("thread filed twice",
     [(1, 0, 7, 50, 5, None, {"anon_thread_id": 1}), (1, 2, 2, 90, 6, 7, {"anon_thread_id": 1}),
      (1, 0, 7, 50, 5, None, {"anon_thread_id": 2})],
     [[(5, 50, OFFER, 0), (6, 90, OFFER, 0), (7, 50, REJECT, 0)]],
     dropped={"repeated_thread": 1})
case("two threads, the second loses to the sale",
     [(1, 0, 8, 50, 5, 8), (2, 0, 1, 80, 6, 8)],
     [[(5, 50, OFFER, 0)], [(6, 80, OFFER, 0), (8, 80, ACCEPT, 0)]], **sold(80, 2))
case("after the sale", [(1, 0, 1, 80, 6, 8), (2, 0, 2, 50, 9, 10)],
     [[(6, 80, OFFER, 0), (8, 80, ACCEPT, 0)]], dropped={"after_the_sale": 1}, **sold(80, 1))
case("after the window", [(1, 0, 2, 80, 8 * 24 + 1, 8 * 24 + 2)], [],
     dropped={"after_the_window": 1})
case("sold after the window", [(1, 0, 1, 80, 8 * 24 - 1, 8 * 24 + 2)],
     [[(8 * 24 - 1, 80, OFFER, 0)]], **sold(80, 1, on=8))
case("two weeks later", [(1, 0, 2, 50, 5, 6), (1, 0, 2, 60, 20 * 24, 20 * 24 + 1)],
     [[(5, 50, OFFER, 0), (6, 100, REJECT, 0), (54, 50, REJECT, EXPIRED)]],
     dropped={"two_weeks_later": 1})
case("bought at once", [], [[(None, 100, ACCEPT, 0)]], **sold(100, 9, on=2, by_offer=False))
case("bought at once while an offer stood", [(1, 0, 8, 50, 50, 55.5)],
     [[(50, 50, OFFER, 0)], [(55.5, 100, ACCEPT, 0)]], **sold(100, 9, on=2, by_offer=False))
case("bought at once by a buyer in a thread", [(1, 0, 2, 50, 50, 51)],
     [[(50, 50, OFFER, 0), (51, 100, REJECT, 0), (None, 100, ACCEPT, 0)]],
     **sold(100, 1, on=2, by_offer=False))
case("bought at once in place of an offer", [(1, 0, 8, 50, 50)],
     [[(None, 100, ACCEPT, 0)]], **sold(100, 1, on=2, by_offer=False))
case("blanks", [(1, 0, 2, 50, 5, 6, {"byr_hist": "", "any_mssg": "", "byr_us": ""})],
     [[(5, 50, OFFER, 0), (6, 100, REJECT, 0), (54, 50, REJECT, EXPIRED)]], photo_count="",
     item_cndtn_id="", meta_categ_id="", fdbk_score_start="", fdbk_pstv_start="")

# ---- what falls ----
case("list price revised", [], "list_price_revised", bin_rev=1)
case("paid another price at once", [], "list_price_revised", **sold(90, 9, by_offer=False))
case("too cheap", [], "list_price_range", price="9.94")
case("just dear enough", [], [], price="9.95")
case("too dear", [], "list_price_range", price="1000.01")
case("a category", [], "excluded_category", meta_categ_id=316)
case("decline above accept", [], "thresholds_revised", decline_price=80, accept_price=70)
case("accept above list", [], "thresholds_revised", accept_price=120)
case("ended early", [], "unsold_ended_early", auct_end_dt=day(6))
case("no price", [], "incomplete_listing", start_price_usd="")
case("offer above list", [(1, 0, 2, 120, 5, 6)], "price_above_list")
case("first offer at list", [(1, 0, 2, 100, 5, 6)], "first_offer_at_list")
case("offer of nothing", [(1, 0, 2, 0, 5, 6)], "price_zero")
case("buyer goes down", [(1, 0, 2, 50, 5, 6), (1, 0, 2, 40, 7, 8)], "not_monotone")
case("seller goes up", [(1, 0, 7, 50, 1), (1, 2, 7, 80, 2), (1, 1, 7, 60, 3), (1, 2, 2, 85, 4, 5)],
     "not_monotone")
case("below decline, not declined", [(1, 0, 2, 30, 5, 6)], "threshold_not_applied",
     decline_price=60)
case("above accept, not accepted", [(1, 0, 2, 95, 5, 6)], "threshold_not_applied",
     accept_price=90)
case("auto answer without a threshold", [(1, 0, 6, 30, 5, 5)], "same_second_reply")
case("own reply in the same second", [(1, 0, 2, 50, 5, 5)], "same_second_reply")
case("answer before the offer", [(1, 0, 2, 50, 5, 4)], "answer_without_time")
case("decline without a time", [(1, 0, 2, 50, 5)], "answer_without_time")
case("accepted after 48 hours", [(1, 0, 1, 80, 5, 54)], "reply_after_48_hours", **sold(80, 1, on=3))
case("accepted in the last second", [(1, 0, 1, 80, 5, 53)], "reply_at_48_hours",
     **sold(80, 1, on=3))
case("re-offer after 48 hours", [(1, 0, 2, 50, 5, 6), (1, 0, 2, 60, 60, 61)],
     "reply_after_48_hours")
case("countered without a counter-offer", [(1, 0, 7, 50, 5)], "impossible_sequence")
case("begins with a counter-offer", [(1, 2, 2, 50, 5, 6)], "impossible_sequence")
case("two counter-offers of the seller", [(1, 0, 7, 50, 1), (1, 2, 7, 90, 2), (1, 2, 2, 80, 3, 4)],
     "impossible_sequence")
case("turn 7 counters",
     [(1, 0, 7, 50, 1), (1, 2, 7, 90, 2), (1, 1, 7, 60, 3), (1, 2, 7, 85, 4),
      (1, 1, 7, 70, 5), (1, 2, 7, 80, 6), (1, 1, 2, 75, 7, 8)], "too_many_turns")
case("offer before the start", [(1, 0, 2, 50, -1, 1)], "before_the_start")
case("unknown status", [(1, 0, 5, 50, 5, 6)], "unknown_code")
case("accepted but unsold", [(1, 0, 1, 80, 5, 6)], "sale_contradicts_offers")
case("sold by offer without acceptance", [(1, 0, 2, 80, 5, 6)], "sale_contradicts_offers",
     **sold(80, 1))
case("sold at another price", [(1, 0, 1, 80, 5, 6)], "sale_contradicts_offers", **sold(85, 1))

folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
listings = [c[1] for c in cases.values()]
twins = [listing(50), listing(51, anon_title_code=1000050)]
offers = [row for c in cases.values() for row in c[2]]
stray = [offer(7, 1, 0, 2, 50, 5, 6), offer(50, 1, 0, 2, 50, 5, 6),
         offer(100, 1, 0, 2, "", 5, 6)]
random.seed(1)  # rows are in no order
listings += twins
offers += stray
random.shuffle(listings)
random.shuffle(offers)
write(folder / "lists.csv", LISTING_COLUMNS, listings)
write(folder / "threads.csv", OFFER_COLUMNS, offers)
done = run(folder / "lists.csv", folder / "threads.csv", "-o", folder / "out.h5", "--format",
           "json")
if done.returncode != 0:
    sys.exit(f"the import ended with {done.returncode}: {done.stderr}")
table = json.loads(done.stdout)
count = {r["rule"]: r for r in table["rules"]}

file = h5py.File(folder / "out.h5")
place = {int(item): i for i, item in enumerate(file["listing_id"][:])}


def threads_of(item):
    i = place[item]
    price = file["listing_list_price"][i]
    first, number = file["listing_first_thread"][i], file["listing_n_threads"][i]
    for t in range(first, first + number):
        turns = range(file["thread_first_turn"][t],
                      file["thread_first_turn"][t] + file["thread_n_turns"][t])
        yield [(int(file["turn_time"][k]), int(file["turn_price"][k]), int(file["turn_act"][k]),
                int(file["turn_flags"][k]), int(file["turn_number"][k])) for k in turns]


fallen, dropped = {}, {}
for name, (item, row, rows, expected, lost) in cases.items():
    for rule, number in lost.items():
        dropped[rule] = dropped.get(rule, 0) + number
    if isinstance(expected, str):
        entry = fallen.setdefault(expected, [0, 0])
        entry[0] += 1
        in_funnel = expected in ("list_price_revised", "list_price_range", "excluded_category",
                                 "thresholds_revised", "unsold_ended_early", "incomplete_listing")
        entry[1] += 0 if in_funnel else len(rows)
        check(item not in place, f"{name}: is kept")
        continue
    if item not in place:
        check(False, f"{name}: is not kept")
        continue
    found = list(threads_of(item))
    check(len(found) == len(expected), f"{name}: {len(found)} threads: {found}")
    for got, turns in zip(found, expected):
        check(len(got) == len(turns), f"{name}: turns {got}, expected {turns}")
        for k, ((time, price, act, flags, number), want) in enumerate(zip(got, turns)):
            check(number == k + 1 and price == round(100 * want[1]) and act == want[2]
                  and flags == want[3], f"{name}: turn {k + 1} is {got[k]}, expected {want}")
            seconds = time - START_SECONDS
            if want[0] is not None:
                check(seconds == round(3600 * want[0]), f"{name}: turn {k + 1} at {seconds} s")
            else:  # known by its day: the third
                check(2 * 86400 <= seconds < 3 * 86400, f"{name}: turn {k + 1} at {seconds} s")

for rule, row in count.items():
    expected = fallen.get(rule, [0, 0])
    if rule == "title_not_unique":
        expected = [2, 0]
    if rule in ("incomplete_offer",):
        expected = [0, 1]
    if rule == "offer_of_no_listing":
        expected = [0, 2]
    expected = [expected[0], expected[1] + dropped.get(rule, 0)]
    check([row["listings"], row["offers"]] == expected,
          f"rule {rule}: {row['listings']} and {row['offers']}, expected {expected}")
check(table["listings_read"] == len(listings) and table["offers_read"] == len(offers), "rows read")
for what in ("listings", "offers"):
    check(table[f"{what}_read"] == table[f"{what}_kept"] + sum(r[what] for r in table["rules"]),
          f"{what}: read is not dropped plus kept")
check(list(file["rule_listings"][:]) == [r["listings"] for r in table["rules"]],
      "the file holds another table")
names = file["rule_name"].attrs["flag_meanings"].decode().split()
check(names == list(count), "the file names other rules")

# ---- other orders, gzip and little memory change nothing ----
big, many = [], []
for item in range(2000, 14000):
    big.append(listing(item, **(sold(80, 1) if item % 3 == 0 else {})))
    many.append(offer(item, 2, 0, 2, 40, 1, 2))
    many.append(offer(item, 1, 0, 1 if item % 3 == 0 else 2, 80, 5, 6))
outputs = []
for name, memory in (("a", 1024), ("b", 1)):
    random.shuffle(big)
    random.shuffle(many)
    write(folder / f"{name}.csv.gz", LISTING_COLUMNS, big)
    write(folder / f"{name}-threads.csv.gz", OFFER_COLUMNS, many)
    done = run(folder / f"{name}.csv.gz", folder / f"{name}-threads.csv.gz", "-o",
               folder / f"{name}.h5", "--memory", memory, "--format", "json")
    check(done.returncode == 0, f"{name}: {done.stderr}")
    outputs.append((json.loads(done.stdout), (folder / f"{name}.h5").read_bytes()))
check(outputs[0][1] == outputs[1][1], "the order of rows or the memory changes the file")
check(outputs[0][0]["runs"] == 0, "a thousand MiB do not hold 36,000 rows")
# A third of a MiB is 349,525 bytes; records have 112 and 80, and two pointers each.
check(outputs[1][0]["runs"] >= 2 * (12000 * 112 // 349525) + 24000 * 80 // 349525,
      f"only {outputs[1][0]['runs']} runs were written with one MiB")
check(sorted(p.name for p in folder.iterdir() if "sort" in p.name or "part" in p.name) == [],
      "temporary files are left")

# ---- what was imported, exported and imported again is the same, but for the time of day of
# purchases ----
back = folder / "back"
back.mkdir()
done = subprocess.run([BERTRAND, "export", folder / "out.h5", "--best-offer", back],
                      capture_output=True, text=True)
check(done.returncode == 0, f"export: {done.stderr}")
done = run(back / "anon_bo_lists.csv", back / "anon_bo_threads.csv", "-o", folder / "again.h5",
           "--format", "json")
check(done.returncode == 0, f"import again: {done.stderr}")
again = json.loads(done.stdout)
check(all(r["listings"] == 0 and r["offers"] == 0 for r in again["rules"]),
      f"a second import drops {[r for r in again['rules'] if r['listings'] or r['offers']]}")
with h5py.File(folder / "again.h5") as second:
    for variable in file:
        if variable.startswith(("listing", "thread", "turn")) and variable not in (
                "turn_time", "listing", "thread", "turn"):
            same = file[variable][:] == second[variable][:]
            if variable == "thread_buyer_history":  # a mere purchase has no row to say it
                same |= file["thread_n_turns"][:] == 1
            check(same.all(), f"{variable} changes on a round trip")
    later = abs(file["turn_time"][:] - second["turn_time"][:])
    bought = (file["turn_act"][:] == ACCEPT) & (file["turn_price"][:] == 10000)
    check((later[~bought] == 0).all() and (later[bought] < 86400).all(),
          "times change on a round trip")
for path in back.iterdir():
    path.unlink()
back.rmdir()

# ---- the partition is by seller, in the shares that are promised; idle ones are weighted ----
with h5py.File(folder / "a.h5") as a:
    shares = [(a["listing_partition"][:] == k).mean() for k in range(4)]
    # 12,000 sellers: four standard errors, exceeded once in 4,000 times
    for share, target in zip(shares, (0.75, 0.10, 0.05, 0.10)):
        check(abs(share - target) < 4 * (target * (1 - target) / 12000) ** 0.5,
              f"a partition has {share:.4f} of the sellers, not {target}")
write(folder / "idle.csv", LISTING_COLUMNS, [listing(i) for i in range(1, 4001)])
write(folder / "none.csv", OFFER_COLUMNS, [])
done = run(folder / "idle.csv", folder / "none.csv", "-o", folder / "idle.h5", "--keep-idle",
           "0.25", "--format", "json")
with h5py.File(folder / "idle.h5") as idle:
    kept = len(idle["listing_id"])
    check(set(idle["listing_weight"][:]) == {4.0}, "idle listings do not stand for four")
    check(abs(kept - 1000) < 4 * (4000 * 0.25 * 0.75) ** 0.5, f"{kept} of 4000 idle ones kept")

# ---- hostile files: where, in one sentence, and nothing is left ----
good = folder / "good.csv"
write(good, LISTING_COLUMNS, [listing(1), listing(2)])
header = ",".join(LISTING_COLUMNS)
line = good.read_text().splitlines()[1]
hostile = {
    "": "1: the file is empty",
    header.replace("anon_slr_id", "seller") + "\n": '1: column 5 is called "seller"',
    header + ",more\n": "1: the header has 39 columns",
    header + "\n" + line + ",1\n": "2: this row has 39 fields",
    header + "\n" + line + "\n" + line.replace("02jul2012", "31feb2012") + "\n":
        '3: auct_start_dt: "31feb2012" is not a date',
    header + "\n" + line.replace(",100,4,", ",-3,4,") + "\n": '2: start_price_usd: "-3"',
    header + "\n" + line.replace(",100,4,", ",1e400,4,") + "\n": '2: start_price_usd: "1e400"',
    header + "\n" + line.replace("1,1000001", "1,99999999999999999999") + "\n":
        '2: anon_title_code: "99999999999999999999"',
    header + "\n" + line.replace("1,1000001", '1,"1000001') + "\n":
        "2:3: this quotation mark is never closed",
    header + "\n" + line + "\0\n": "2:1: this is no text",
    header + "\n" + "x" * (3 << 20): "2:1: this row is longer than",
}
for number, (text, expected) in enumerate(hostile.items()):
    bad = folder / f"bad{number}.csv"
    bad.write_text(text)
    done = run(bad, folder / "none.csv", "-o", folder / "bad.h5")
    check(done.returncode == 65 and f"{bad.name}:{expected}" in done.stderr
          and len(done.stderr.splitlines()) == 1, f"hostile: {done.returncode} {done.stderr!r}, "
          f"expected {expected!r}")
    check(not list(folder.glob("bad.h5*")), f"{bad.name}: something is left")
damaged = folder / "damaged.csv.gz"
whole = (folder / "a.csv.gz").read_bytes()
damaged.write_bytes(whole[: len(whole) // 2])
done = run(damaged, folder / "none.csv", "-o", folder / "bad.h5")
check(done.returncode == 65 and "the compressed data are damaged" in done.stderr, done.stderr)
done = run(folder / "nowhere.csv", folder / "none.csv", "-o", folder / "bad.h5")
check(done.returncode == 66, f"a missing file: {done.stderr}")
done = run(good, folder / "none.csv", "-o", folder / "out.h5")
check(done.returncode == 73 and "exists" in done.stderr, f"an existing file: {done.stderr}")

# ---- an interruption leaves nothing; a pipe makes sure that it comes half-way ----
pipe = folder / "pipe.csv"
os.mkfifo(pipe)
process = subprocess.Popen([BERTRAND, "import", "best-offer", pipe, folder / "none.csv", "-o",
                            folder / "stopped.h5"], stderr=subprocess.PIPE, text=True)
try:
    with open(pipe, "w") as writer:
        writer.write(header + "\n")
        for number in range(1000000):
            writer.write(line + "\n")
            if number == 20000:
                check((folder / "stopped.h5.part").exists(), "there is no .part meanwhile")
                process.send_signal(signal.SIGINT)
    check(False, "the interruption was not noted")
except BrokenPipeError:
    pass
message = process.stderr.read()
check(process.wait() == 75 and "interrupted" in message, f"interrupted: {message!r}")
check(not list(folder.glob("stopped*")), "an interrupted import leaves files")

print("\n".join(mistakes) or f"{len(cases)} cases, {len(hostile)} hostile files")
for path in folder.iterdir():
    path.unlink()
folder.rmdir()
sys.exit(1 if mistakes else 0)
