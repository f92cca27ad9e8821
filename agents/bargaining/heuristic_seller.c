/*
 * The simple sellers of Green and Plunkett (2020): rules that people can follow, fitted by them
 * to what their agent does. "Reject early, concede later".
 *
 *     rule         turn 2                        turn 4                          turn 6
 *     slide        reject up to .62 of the       concede .6 up to .31, then      concede .6 if
 * the offer window, then accept           accept                          is at most .8, else
 * accept november_10  the same up to .61            reject up to .26, then accept   accept
 *     patient      reject up to day 5.05, then   reject up to day 2.01, then     after turn 4
 * by day 2.01: accept                        concede 1/2                     reject up to
 * day 2.04, then accept; else 1/2 if the offer is at most .67, else accept impatient    reject
 * up to day 3.03, then   accept if no other buyer        reject accept offered more than half
 * in the last 48 h, else reject human        concede if the offer is at    concede if it is at
 * most .66,   accept most .67, else accept         else accept
 *
 * The slides of November 2020 show the first with a discount of 0.7; `patient` and `impatient`
 * are the authors' later ones, for 0.75 and 0; `human` imitates people and concedes a half.
 */
#include "agents/sellers/registry.h"
#include "markets/bargaining/bargaining_sides.h"

typedef struct heuristic_parameters {
    int32_t rule;
} heuristic_parameters;

static const bt_parameter parameters[] = {
    {.name = "rule",
     .type = BT_CHOICE,
     .offset = offsetof(heuristic_parameters, rule),
     .default_text = "slide",
     .choices = "slide|november_10|patient|impatient|human",
     .meaning = "which rule: of the slides, of a later draft, of the final code, or people's"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(heuristic_parameters, parameters);

typedef bt_response rule(const bt_bargaining_observation *seen);

static const bt_response rejects = {.concession = 0};
static const bt_response accepts = {.concession = 1};

static bt_response concede(double concession)
{
    return (bt_response){.concession = concession};
}

static double elapsed(const bt_bargaining_observation *seen)
{
    return (double)seen->time / (double)seen->listing.window;
}

static double days(int64_t seconds)
{
    return (double)seconds / BT_SECONDS_IN_DAY;
}

static double offer(const bt_bargaining_observation *seen)
{
    return (double)seen->buyer_price / (double)seen->listing.list_price;
}

static bt_response slide(const bt_bargaining_observation *seen)
{
    if (seen->turn == 2)
        return elapsed(seen) <= 0.62 ? rejects : accepts;
    if (seen->turn == 4)
        return elapsed(seen) <= 0.31 ? concede(0.6) : accepts;
    return offer(seen) <= 0.8 ? concede(0.6) : accepts;
}

static bt_response november_10(const bt_bargaining_observation *seen)
{
    if (seen->turn == 2)
        return elapsed(seen) <= 0.61 ? rejects : accepts;
    if (seen->turn == 4)
        return elapsed(seen) <= 0.26 ? rejects : accepts;
    return accepts;
}

static bt_response patient(const bt_bargaining_observation *seen)
{
    double now = days(seen->time);
    if (seen->turn == 2)
        return now <= 5.05 ? rejects : accepts;
    if (seen->turn == 4)
        return now <= 2.01 ? rejects : concede(0.5);
    if (days(seen->turns[3].time) <= 2.01)
        return now <= 2.04 ? rejects : accepts;
    return offer(seen) <= 0.67 ? concede(0.5) : accepts;
}

static bt_response impatient(const bt_bargaining_observation *seen)
{
    if (seen->turn == 2)
        return days(seen->time) <= 3.03 ? rejects : accepts;
    if (seen->turn == 4)
        return seen->others.recent.best_buyer <= 0.5 ? accepts : rejects;
    return rejects;
}

static bt_response human(const bt_bargaining_observation *seen)
{
    if (seen->turn == 2)
        return offer(seen) <= 0.67 ? concede(0.5) : accepts;
    if (seen->turn == 4)
        return offer(seen) <= 0.66 ? concede(0.5) : accepts;
    return accepts;
}

typedef struct heuristic_seller {
    rule *rule;
} heuristic_seller;

static bt_response respond(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    (void)stream;
    return ((const heuristic_seller *)self)->rule(seen);
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    static rule *const rules[] = {slide, november_10, patient, impatient, human};
    heuristic_seller *seller = BT_ARENA_NEW(setting->arena, 1, heuristic_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a seller");
    seller->rule = rules[((const heuristic_parameters *)given)->rule];
    *self = seller;
    return BT_OK;
}

static const bt_bargaining_seller bargaining = {.is_prompt = true, .respond = respond};

const bt_seller_type bt_heuristic_bargainer = {
    .described = {.name = "heuristic_bargainer",
                  .summary =
                      "A simple rule for best-offer sellers: reject early, concede later.",
                  .source = "Green and Plunkett 2020",
                  .parameters = &parameter_table},
    .create = create,
    .bargaining = &bargaining,
};
