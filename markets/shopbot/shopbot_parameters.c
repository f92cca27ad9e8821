#include "markets/shopbot/shopbot_parameters.h"

#include <math.h>

#include "markets/checker.h"

#define OF(member) .offset = offsetof(bt_shopbot_parameters, member)

static const bt_parameter parameters[] = {
    {.name = "value",
     .type = BT_REAL,
     OF(value),
     .unit = "price",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "what the good is worth to a buyer, or at most"},
    {.name = "values",
     .type = BT_CHOICE,
     OF(values),
     .default_text = "equal",
     .choices = "equal|uniform",
     .meaning = "all buyers value the good alike, or uniformly between 0 and `value`"},
    {.name = "cost",
     .type = BT_REAL,
     OF(cost),
     .unit = "price",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "of a unit of the good, the same for all sellers"},
    {.name = "compares",
     .type = BT_REAL_LIST,
     OF(compares),
     .unit = "1",
     .required = true,
     .range = BT_BETWEEN(0, 1),
     .meaning =
         "shares of buyers who see 1, 2, ... sellers drawn at random; the rest sees all"},
    {.name = "quantum",
     .type = BT_REAL,
     OF(quantum),
     .unit = "price",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "posted prices are rounded to multiples of it; 0: any price"},
    {.name = "size",
     .type = BT_REAL,
     OF(size),
     .unit = "buyers/time",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "mass of buyers who come in a period or a day"},
    {.name = "arrivals",
     .type = BT_REAL,
     OF(arrivals),
     .unit = "buyers/time",
     .default_text = "null",
     .null_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "sampled buyers a period, or a day at Poisson times, together of mass `size`; "
                "null: sales are what is expected"},
    {.name = "window",
     .type = BT_REAL,
     OF(window),
     .unit = "1",
     .default_text = "0.5",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "share of the horizon, at its end, that outcomes are measured over"},
};
const bt_parameter_table bt_shopbot_parameter_table =
    BT_TABLE_OF(bt_shopbot_parameters, parameters);

void bt_shopbot_spread_shares(const bt_shopbot_parameters *chosen, size_t n_sellers,
                              double *compares_share)
{
    double rest = 1;
    for (size_t k = 0; k < n_sellers; k++) {
        compares_share[k] = k < chosen->compares.count ? chosen->compares.value[k] : 0;
        rest -= compares_share[k];
    }
    if (fabs(rest) > 1e-12)
        compares_share[n_sellers - 1] += rest;
}

/* ---- what no table sees ---- */

static void check_shares(bt_checker *check, const bt_shopbot_parameters *chosen,
                         size_t n_sellers)
{
    double sum = 0;
    for (size_t k = 0; k < chosen->compares.count; k++)
        sum += chosen->compares.value[k];
    if (chosen->compares.count > n_sellers)
        bt_checker_complain(
            check, "compares",
            "there are shares of buyers who compare up to %zu sellers, but only %zu "
            "sellers",
            chosen->compares.count, n_sellers);
    else if (sum > 1 + 1e-12)
        bt_checker_complain(check, "compares",
                            "shares of buyers sum to %g, which is more than 1", sum);
    else if (!(chosen->compares.count > 0 && chosen->compares.value[0] > 0 &&
               chosen->compares.value[0] < 1))
        bt_checker_complain(
            check, "compares",
            "the share of buyers who see one seller only must lie between 0 and 1, both "
            "excluded: prices are random only where some buyers compare, but not all");
}

size_t bt_shopbot_check(const void *given, const char *const *seller_names,
                        size_t n_seller_names, bt_complain *complain, void *context)
{
    const bt_shopbot_parameters *chosen = given;
    bt_checker check = {.complain = complain, .context = context};
    if (chosen->cost >= chosen->value)
        bt_checker_complain(&check, "cost", "the cost, %g, must be below the buyers' value, %g",
                            chosen->cost, chosen->value);
    if (seller_names == NULL)
        return check.n_complaints;
    if (n_seller_names < 2)
        bt_checker_complain(&check, "type", "a shopbot needs at least two sellers to compare");
    else
        check_shares(&check, chosen, n_seller_names);
    return check.n_complaints;
}
