/*
 * Sellers who enter and leave a posted-price market.
 *
 * A seller stands in the market from `from` until `until`; with an exit rate it leaves before
 * that, after an exponential time, and with an entry rate it comes back after another. In a
 * market of periods it comes and goes between two periods. While it is away its products are
 * not on offer: their price is +INFINITY to whoever sees prices, and NaN in records. It is
 * asked nothing and told nothing, and what its last prices brought at the end it never hears.
 *
 * Draws: one a change, from a stream of the seller's own.
 */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>

static const bt_parameter parameters[] = {
    {.name = "from",
     .type = BT_REAL,
     .offset = offsetof(bt_presence_parameters, from),
     .unit = "time",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "period (or time) at which it enters"},
    {.name = "until",
     .type = BT_OPTION,
     .offset = offsetof(bt_presence_parameters, until),
     .unit = "time",
     .default_text = "never",
     .choices = "never",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "period (or time) at which it leaves for good"},
    {.name = "exit_rate",
     .type = BT_REAL,
     .offset = offsetof(bt_presence_parameters, exit_rate),
     .unit = "1/time",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "Poisson rate at which it leaves; 0: it stays"},
    {.name = "entry_rate",
     .type = BT_REAL,
     .offset = offsetof(bt_presence_parameters, entry_rate),
     .unit = "1/time",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "Poisson rate at which it comes back; 0: never"},
};
const bt_parameter_table bt_presence_table = BT_TABLE_OF(bt_presence_parameters, parameters);

enum { NEVER = 0 };
enum { CAME = 3, WENT = 4 }; /* kinds in the fingerprint */

double bt_presence_end(const bt_presence_parameters *presence)
{
    return presence->until.chosen == NEVER ? INFINITY : presence->until.value;
}

/* ---- when ---- */

/* After an exponential time of this rate, and in markets of periods between two of them. */
static double random_change(bt_posted_price *market, bt_market_seller *place, double rate,
                            double now)
{
    if (!(rate > 0))
        return INFINITY;
    double time = now + bt_stream_exponential(&place->presence) / rate;
    return market->is_periodic ? ceil(time) : time;
}

static void foresee_change(bt_posted_price *market, size_t i, double now)
{
    bt_market_seller *place = &market->seller[i];
    const bt_presence_parameters *presence = &market->model->supply->presence[i];
    double end = bt_presence_end(presence);
    double rate = place->is_present ? presence->exit_rate : presence->entry_rate;
    double change = random_change(market, place, rate, now);
    if (place->is_present)
        place->next_change = fmin(change, end);
    else
        place->next_change = change < end ? change : INFINITY;
}

/* ---- coming and going ---- */

static void withdraw(bt_posted_price *market, const bt_market_seller *place)
{
    for (size_t k = 0; k < place->n_owned; k++)
        market->price[place->owned_product[k]] = INFINITY;
    market->demand_stands = false;
}

/* Prices that are no strategy stand at once; the others when it has decided. */
static void bring(bt_posted_price *market, const bt_market_seller *place)
{
    for (size_t k = 0; k < place->n_owned; k++) {
        size_t j = place->owned_product[k];
        if (!isnan(market->model->layout.fixed_price[j]))
            market->price[j] = market->model->layout.fixed_price[j];
    }
    market->demand_stands = false;
}

static void find_standing(bt_posted_price *market)
{
    uint64_t set = 0;
    for (size_t v = 0; v < market->model->n_visitors; v++)
        if (market->seller[market->model->visitor[v]].is_present)
            set |= UINT64_C(1) << v;
    market->standing = bt_find_standing(market->model, set);
}

void bt_presence_start(bt_posted_price *market)
{
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *place = &market->seller[i];
        const bt_presence_parameters *presence = &market->model->supply->presence[i];
        place->presence =
            bt_stream_open(bt_sim_key(market->sim), BT_AGENT_SELLER(i), BT_PRESENCE_PURPOSE);
        place->is_present = presence->from == 0;
        if (place->is_present) {
            foresee_change(market, i, 0);
        } else {
            place->next_change = market->is_periodic ? ceil(presence->from) : presence->from;
            withdraw(market, place);
        }
    }
    find_standing(market);
}

void bt_presence_change(bt_posted_price *market, size_t i, double now)
{
    bt_market_seller *place = &market->seller[i];
    place->is_present = !place->is_present;
    if (place->is_present)
        bring(market, place);
    else
        withdraw(market, place);
    bt_start_interval(market, i, now);
    bt_sim_note(market->sim, place->is_present ? CAME : WENT, (uint32_t)i, 0);
    bt_trace_presence(market, i);
    foresee_change(market, i, now);
    find_standing(market);
}

void bt_presence_archive(bt_posted_price *market, bt_archive *archive)
{
    if (market->model->n_visitors == 0)
        return;
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *place = &market->seller[i];
        bt_archive_field(archive, "is_present", &place->is_present, sizeof(bool));
        bt_archive_field(archive, "next_change", &place->next_change, sizeof(double));
        bt_archive_field(archive, "presence", &place->presence, sizeof(place->presence));
        bt_archive_field(archive, "change", &place->change, sizeof(place->change));
    }
    if (bt_archive_restores(archive))
        find_standing(market);
}
