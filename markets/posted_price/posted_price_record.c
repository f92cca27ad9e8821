/* What a posted-price market records: means over the interval since the last record. */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>
#include <string.h>

const bt_series bt_posted_price_series[] = {
    [BT_SERIES_PRICE] = {"price", "posted price", "price", BT_AXIS_PRODUCT, false, true},
    [BT_SERIES_SALES] = {"sales", "units sold per unit of time", "buyers/time", BT_AXIS_PRODUCT,
                         false, false},
    [BT_SERIES_PROFIT] = {"profit", "profit after fees per unit of time", "price/time",
                          BT_AXIS_SELLER, false, true},
    [BT_SERIES_CONSUMER_SURPLUS] = {"consumer_surplus", "consumer surplus per unit of time",
                                    "price/time", BT_AXIS_NONE, false, true},
    [BT_SERIES_PRODUCER_SURPLUS] = {"producer_surplus", "all sellers' profits per unit of time",
                                    "price/time", BT_AXIS_NONE, false, false},
    [BT_SERIES_PLATFORM_REVENUE] = {"platform_revenue", "fees per unit of time", "price/time",
                                    BT_AXIS_NONE, false, false},
    [BT_SERIES_WELFARE] = {"welfare", "total surplus per unit of time", "price/time",
                           BT_AXIS_NONE, false, true},
    [BT_SERIES_EFFICIENCY] = {"efficiency", "total surplus over that of the first best", "1",
                              BT_AXIS_NONE, false, false},
    [BT_SERIES_DISTANCE_TO_NASH] =
        {"distance_to_nash", "largest relative distance of a recorded price to Bertrand-Nash",
         "1", BT_AXIS_NONE, false, true},
    [BT_SERIES_DELTA] = {"profit_gain",
                         "profit gain between Bertrand-Nash (0) and joint profit (1)", "1",
                         BT_AXIS_NONE, false, true},
    [BT_SERIES_EXPLOITABILITY] =
        {"exploitability",
         "largest unilateral gain from recorded prices, over mean Nash profit", "1",
         BT_AXIS_NONE, false, false},
    [BT_SERIES_REFERENCE_PRICE] =
        {"reference_price",
         "price that buyers remember at the time of the record; NaN if they remember none",
         "price", BT_AXIS_PRODUCT, false, false},
};

/* ---- intervals ---- */

bool bt_interval_create(bt_market_interval *interval, const bt_posted_price *market,
                        bt_arena *arena)
{
    interval->price = BT_ARENA_NEW(arena, market->n_products, double);
    interval->offered = BT_ARENA_NEW(arena, market->n_products, double);
    if (market->model->n_visitors > 0)
        interval->nash_price = BT_ARENA_NEW(arena, market->n_products, double);
    if (market->model->n_visitors > 0 && interval->nash_price == NULL)
        return false;
    interval->sales = BT_ARENA_NEW(arena, market->n_products, double);
    interval->profit = BT_ARENA_NEW(arena, market->n_sellers, double);
    return interval->price != NULL && interval->offered != NULL && interval->sales != NULL &&
           interval->profit != NULL;
}

void bt_interval_clear(bt_market_interval *interval, const bt_posted_price *market)
{
    interval->duration = 0;
    interval->consumer_surplus = 0;
    interval->platform_revenue = 0;
    interval->nash_profit = 0;
    interval->joint_profit = 0;
    memset(interval->offered, 0, market->n_products * sizeof(double));
    if (interval->nash_price != NULL)
        memset(interval->nash_price, 0, market->n_products * sizeof(double));
    memset(interval->price, 0, market->n_products * sizeof(double));
    memset(interval->sales, 0, market->n_products * sizeof(double));
    memset(interval->profit, 0, market->n_sellers * sizeof(double));
}

void bt_interval_copy(bt_market_interval *to, const bt_market_interval *from,
                      const bt_posted_price *market)
{
    to->duration = from->duration;
    to->consumer_surplus = from->consumer_surplus;
    to->platform_revenue = from->platform_revenue;
    to->nash_profit = from->nash_profit;
    to->joint_profit = from->joint_profit;
    memcpy(to->offered, from->offered, market->n_products * sizeof(double));
    if (to->nash_price != NULL)
        memcpy(to->nash_price, from->nash_price, market->n_products * sizeof(double));
    memcpy(to->price, from->price, market->n_products * sizeof(double));
    memcpy(to->sales, from->sales, market->n_products * sizeof(double));
    memcpy(to->profit, from->profit, market->n_sellers * sizeof(double));
}

void bt_interval_divide(bt_market_interval *interval, double duration,
                        const bt_posted_price *market)
{
    interval->consumer_surplus /= duration;
    interval->platform_revenue /= duration;
    interval->nash_profit /= duration;
    interval->joint_profit /= duration;
    for (size_t j = 0; j < market->n_products; j++) {
        interval->price[j] /= interval->offered[j];
        if (interval->nash_price != NULL)
            interval->nash_price[j] /= interval->offered[j];
        interval->offered[j] /= duration;
        interval->sales[j] /= duration;
    }
    for (size_t i = 0; i < market->n_sellers; i++)
        interval->profit[i] /= duration;
}

void bt_interval_archive(bt_market_interval *interval, const bt_posted_price *market,
                         bt_archive *archive)
{
    bt_archive_field(archive, "duration", &interval->duration, sizeof(double));
    bt_archive_field(archive, "price", interval->price, market->n_products * sizeof(double));
    bt_archive_field(archive, "offered", interval->offered,
                     market->n_products * sizeof(double));
    if (interval->nash_price != NULL) {
        bt_archive_field(archive, "standing_nash_price", interval->nash_price,
                         market->n_products * sizeof(double));
        bt_archive_field(archive, "standing_nash_profit", &interval->nash_profit,
                         sizeof(double));
        bt_archive_field(archive, "standing_joint_profit", &interval->joint_profit,
                         sizeof(double));
    }
    bt_archive_field(archive, "sales", interval->sales, market->n_products * sizeof(double));
    bt_archive_field(archive, "profit", interval->profit, market->n_sellers * sizeof(double));
    bt_archive_field(archive, "consumer_surplus", &interval->consumer_surplus, sizeof(double));
    bt_archive_field(archive, "platform_revenue", &interval->platform_revenue, sizeof(double));
}

/* ---- what is added to an interval ---- */

static double fee(const bt_ownership *ownership, double price)
{
    return ownership->fee_ad_valorem * price + ownership->fee_per_unit;
}

/* The benchmarks of those who stand. */
static void add_standing_benchmarks(const bt_posted_price *market, bt_market_interval *interval,
                                    double duration)
{
    if (interval->nash_price == NULL)
        return;
    const bt_standing *standing = market->standing;
    interval->nash_profit += duration * (standing != NULL ? standing->nash_profit : NAN);
    interval->joint_profit += duration * (standing != NULL ? standing->joint_profit : NAN);
    for (size_t j = 0; j < market->n_products; j++)
        if (market->price[j] < INFINITY)
            interval->nash_price[j] +=
                duration * (standing != NULL ? standing->nash_price[j] : NAN);
}

static void add_standing(const bt_posted_price *market, bt_market_interval *interval,
                         double flow, double duration)
{
    const bt_ownership *ownership = market->model->layout.ownership;
    double mass = flow * market->unit_mass;
    interval->duration += duration;
    interval->consumer_surplus += mass * market->purchases.consumer_surplus;
    for (size_t j = 0; j < market->n_products; j++) {
        double sales = mass * market->purchases.sales[j];
        if (market->price[j] == INFINITY)
            continue;
        interval->offered[j] += duration;
        interval->price[j] += duration * market->price[j];
        interval->sales[j] += sales;
        interval->platform_revenue += sales * fee(ownership, market->price[j]);
    }
    for (size_t i = 0; i < market->n_sellers; i++)
        interval->profit[i] += flow * market->profit[i];
    add_standing_benchmarks(market, interval, duration);
}

/* `times` periods of a joint action. */
void bt_interval_add_joint_action(const bt_posted_price *market, bt_market_interval *interval,
                                  uint64_t joint, double times)
{
    const bt_grid_game *game = market->model->game;
    const bt_ownership *ownership = market->model->layout.ownership;
    const double *price = game->price + joint * market->n_products;
    const double *share = game->share + joint * market->n_products;
    const double *profit = game->profit + joint * market->n_sellers;
    interval->duration += times;
    interval->consumer_surplus += times * game->consumer_surplus[joint];
    for (size_t j = 0; j < market->n_products; j++) {
        double sales = times * share[j] * market->model->demand->size;
        interval->offered[j] += times;
        interval->price[j] += times * price[j];
        interval->sales[j] += sales;
        interval->platform_revenue += sales * fee(ownership, price[j]);
    }
    for (size_t i = 0; i < market->n_sellers; i++)
        interval->profit[i] += times * profit[i];
}

void bt_note_for_record(bt_posted_price *market, double flow, double duration)
{
    if (market->times_played != NULL)
        bt_note_joint_action(market, market->recent[0]);
    else
        add_standing(market, &market->interval, flow, duration);
}

/* ---- means ---- */

static void sum_joint_actions(bt_posted_price *market)
{
    bt_interval_clear(&market->summary, market);
    for (uint64_t k = 0; k < market->n_played; k++) {
        uint64_t joint = market->played[k];
        bt_interval_add_joint_action(market, &market->summary, joint,
                                     (double)market->times_played[joint]);
    }
}

static void take_last(bt_posted_price *market)
{
    bt_interval_clear(&market->summary, market);
    if (!market->is_periodic)
        bt_meet_demand(market, 0); /* prices may have changed this instant */
    if (market->times_played != NULL)
        bt_interval_add_joint_action(market, &market->summary, market->recent[0], 1);
    else
        add_standing(market, &market->summary, 1, 1);
}

/* The last value of an event-driven market with sampled buyers: what they bought is known
 * over the interval only; prices are those that stand. */
static void take_last_prices(bt_posted_price *market)
{
    bt_interval_copy(&market->summary, &market->interval, market);
    bt_interval_divide(&market->summary, market->interval.duration, market);
    for (size_t j = 0; j < market->n_products; j++)
        market->summary.price[j] = market->price[j] < INFINITY ? market->price[j] : NAN;
}

static void summarise(bt_posted_price *market)
{
    if (market->summary_stands)
        return;
    bool is_sampled_flow = !market->is_periodic && !market->buyers_type->is_exact;
    if (market->record_last && is_sampled_flow) {
        take_last_prices(market);
    } else if (market->record_last) {
        take_last(market);
    } else {
        if (market->times_played != NULL)
            sum_joint_actions(market);
        else
            bt_interval_copy(&market->summary, &market->interval, market);
        bt_interval_divide(&market->summary, market->summary.duration, market);
    }
    market->summary_stands = true;
}

bool bt_interval_is_empty(const bt_posted_price *market)
{
    return market->interval.duration == 0 && market->n_played == 0;
}

void bt_posted_price_record_done(void *self)
{
    bt_posted_price *market = self;
    if (!bt_interval_is_empty(market)) {
        summarise(market);
        bt_interval_copy(&market->last_summary, &market->summary, market);
    }
    for (uint64_t k = 0; k < market->n_played; k++)
        market->times_played[market->played[k]] = 0;
    market->n_played = 0;
    bt_interval_clear(&market->interval, market);
    market->summary_stands = false;
}

/* ---- series ---- */

static double sum(const double *value, size_t count)
{
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += value[k];
    return total;
}

/* Of those who were there, where not all always are. */
static double distance_to_nash(const bt_posted_price *market, const bt_market_interval *mean)
{
    const double *nash =
        mean->nash_price != NULL ? mean->nash_price : market->model->nash.price;
    double distance = 0;
    for (size_t j = 0; j < market->n_products; j++) {
        if (mean->nash_price != NULL && mean->offered[j] == 0)
            continue;
        if (isnan(nash[j]))
            return NAN;
        distance = fmax(distance, fabs(mean->price[j] / nash[j] - 1));
    }
    return distance;
}

static double profit_gain(const bt_posted_price *market, const bt_market_interval *mean)
{
    if (mean->nash_price == NULL)
        return bt_profit_gain(market->model, mean->profit);
    return (sum(mean->profit, market->n_sellers) - mean->nash_profit) /
           (mean->joint_profit - mean->nash_profit);
}

static double producer_surplus(const bt_posted_price *market, const bt_market_interval *mean)
{
    return sum(mean->profit, market->n_sellers);
}

static double welfare(const bt_posted_price *market, const bt_market_interval *mean)
{
    return mean->consumer_surplus + producer_surplus(market, mean) + mean->platform_revenue;
}

static double efficiency(const bt_posted_price *market, const bt_market_interval *mean)
{
    double outside = market->model->surplus_of_outside;
    return (welfare(market, mean) - outside) / (market->model->first_best.welfare - outside);
}

static bt_status exploitability(bt_posted_price *market, const bt_market_interval *mean,
                                double *value, bt_error *error)
{
    double gain;
    *value = NAN;
    for (size_t j = 0; j < market->n_products; j++)
        if (!(mean->offered[j] >= 1 - 1e-9)) /* not on offer all the time */
            return BT_OK;
    bt_status status = bt_felt_exploitability(market, mean->price, &gain, error);
    if (status != BT_OK)
        return status;
    double nash_profit = sum(market->model->nash.profit, market->n_sellers);
    *value = gain * market->model->demand->size * (double)market->n_sellers / nash_profit;
    return BT_OK;
}

bt_status bt_series_value(bt_posted_price *market, const bt_market_interval *mean,
                          size_t series, double *value, bt_error *error)
{
    switch ((bt_posted_price_series_id)series) {
    case BT_SERIES_PRICE:
        memcpy(value, mean->price, market->n_products * sizeof(double));
        break;
    case BT_SERIES_SALES:
        memcpy(value, mean->sales, market->n_products * sizeof(double));
        break;
    case BT_SERIES_PROFIT:
        memcpy(value, mean->profit, market->n_sellers * sizeof(double));
        break;
    case BT_SERIES_CONSUMER_SURPLUS:
        *value = mean->consumer_surplus;
        break;
    case BT_SERIES_PRODUCER_SURPLUS:
        *value = producer_surplus(market, mean);
        break;
    case BT_SERIES_PLATFORM_REVENUE:
        *value = mean->platform_revenue;
        break;
    case BT_SERIES_WELFARE:
        *value = welfare(market, mean);
        break;
    case BT_SERIES_EFFICIENCY:
        *value = efficiency(market, mean);
        break;
    case BT_SERIES_DISTANCE_TO_NASH:
        *value = distance_to_nash(market, mean);
        break;
    case BT_SERIES_DELTA:
        *value = profit_gain(market, mean);
        break;
    case BT_SERIES_EXPLOITABILITY:
        return exploitability(market, mean, value, error);
    case BT_SERIES_REFERENCE_PRICE:
        for (size_t j = 0; j < market->n_products; j++)
            value[j] = market->reference != NULL ? market->reference[j] : NAN;
        break;
    case BT_N_SERIES:
        return bt_fail(error, BT_INTERNAL, "there is no series %zu", series);
    }
    return BT_OK;
}

bt_status bt_posted_price_record(void *self, size_t series, double *value, bt_error *error)
{
    bt_posted_price *market = self;
    summarise(market);
    return bt_series_value(market, &market->summary, series, value, error);
}
