/* What is recorded of a shopbot market, and what its outcomes are. */
#include "markets/shopbot/shopbot_run.h"

#include <math.h>
#include <string.h>

const bt_series bt_shopbot_series[] = {
    [BT_SHOPBOT_PRICE] = {"price", "posted price", "price", BT_AXIS_PRODUCT, false, true},
    [BT_SHOPBOT_SALES] = {"sales", "expected sales at the posted prices", "buyers/time",
                          BT_AXIS_PRODUCT, false, false},
    [BT_SHOPBOT_PROFIT] = {"profit", "expected profit at the posted prices", "price/time",
                           BT_AXIS_SELLER, false, true},
    [BT_SHOPBOT_UNITS_SOLD] = {"units_sold",
                               "sales that were drawn, up to the last change of "
                               "prices",
                               "buyers/time", BT_AXIS_PRODUCT, false, false},
    [BT_SHOPBOT_SOLD_PROFIT] = {"sold_profit",
                                "profit of the sales that were drawn, up to the "
                                "last change of prices",
                                "price/time", BT_AXIS_SELLER, false, false},
    [BT_SHOPBOT_CONSUMER_SURPLUS] = {"consumer_surplus", "expected consumer surplus",
                                     "price/time", BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_PRODUCER_SURPLUS] = {"producer_surplus", "expected profit of all sellers",
                                     "price/time", BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_WELFARE] = {"welfare", "consumer surplus and all profits", "price/time",
                            BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_EFFICIENCY] = {"efficiency", "welfare over that at prices of cost", "1",
                               BT_AXIS_NONE, false, false},
    [BT_SHOPBOT_PROFIT_GAIN] = {"profit_gain",
                                "mean profit between the mixed equilibrium's (0) and the "
                                "cartel's (1)",
                                "1", BT_AXIS_NONE, false, false},
    [BT_SHOPBOT_LOWEST] = {"lowest_posted", "lowest of the posted prices", "price",
                           BT_AXIS_NONE, false, false},
};

const bt_series bt_shopbot_outcomes[] = {
    [BT_SHOPBOT_ITERATIONS] = {"iterations", "periods, or changes of prices", "1", BT_AXIS_NONE,
                               true, true},
    [BT_SHOPBOT_FINAL_PRICE] = {"final_price", "mean price over the window", "price",
                                BT_AXIS_PRODUCT, false, true},
    [BT_SHOPBOT_FINAL_PROFIT] = {"final_profit", "mean expected profit over the window",
                                 "price/time", BT_AXIS_SELLER, false, true},
    [BT_SHOPBOT_FINAL_SOLD_PROFIT] = {"final_sold_profit",
                                      "mean profit of drawn sales over the window",
                                      "price/time", BT_AXIS_SELLER, false, true},
    [BT_SHOPBOT_FINAL_CONSUMER_SURPLUS] = {"final_consumer_surplus",
                                           "mean consumer surplus over the window",
                                           "price/time", BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_FINAL_WELFARE] = {"final_welfare", "mean welfare over the window", "price/time",
                                  BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_DELTA] = {"delta",
                          "mean profit over the window between the mixed equilibrium's (0) and "
                          "the cartel's (1)",
                          "1", BT_AXIS_NONE, false, true},
    [BT_SHOPBOT_DISTANCE] = {"distance_to_mixed",
                             "largest distance between the distribution over time of the "
                             "window's prices and the mixed equilibrium's (Kolmogorov)",
                             "1", BT_AXIS_SELLER, false, true},
    [BT_SHOPBOT_WINDOW_LOWEST] = {"lowest_price", "lowest price in the window", "price",
                                  BT_AXIS_PRODUCT, false, true},
    [BT_SHOPBOT_WINDOW_HIGHEST] = {"highest_price", "highest price in the window", "price",
                                   BT_AXIS_PRODUCT, false, true},
};

/* ---- sums ---- */

bool bt_shopbot_sums_create(bt_shopbot_sums *sums, size_t n_sellers, bt_arena *arena)
{
    sums->price = BT_ARENA_NEW(arena, n_sellers, double);
    sums->sales = BT_ARENA_NEW(arena, n_sellers, double);
    sums->profit = BT_ARENA_NEW(arena, n_sellers, double);
    sums->units_sold = BT_ARENA_NEW(arena, n_sellers, double);
    sums->sold_profit = BT_ARENA_NEW(arena, n_sellers, double);
    return sums->price != NULL && sums->sales != NULL && sums->profit != NULL &&
           sums->units_sold != NULL && sums->sold_profit != NULL;
}

void bt_shopbot_sums_archive(bt_shopbot_sums *sums, size_t n_sellers, bt_archive *archive)
{
    size_t bytes = n_sellers * sizeof(double);
    bt_archive_field(archive, "sum_duration", &sums->duration, sizeof(double));
    bt_archive_field(archive, "sum_lowest", &sums->lowest_price, sizeof(double));
    bt_archive_field(archive, "sum_surplus", &sums->consumer_surplus, sizeof(double));
    bt_archive_field(archive, "sum_price", sums->price, bytes);
    bt_archive_field(archive, "sum_sales", sums->sales, bytes);
    bt_archive_field(archive, "sum_profit", sums->profit, bytes);
    bt_archive_field(archive, "sum_units_sold", sums->units_sold, bytes);
    bt_archive_field(archive, "sum_sold_profit", sums->sold_profit, bytes);
}

static void clear(bt_shopbot_sums *sums, size_t n_sellers)
{
    size_t bytes = n_sellers * sizeof(double);
    sums->duration = 0;
    sums->lowest_price = 0;
    sums->consumer_surplus = 0;
    memset(sums->price, 0, bytes);
    memset(sums->sales, 0, bytes);
    memset(sums->profit, 0, bytes);
    memset(sums->units_sold, 0, bytes);
    memset(sums->sold_profit, 0, bytes);
}

void bt_shopbot_note_standing(const bt_shopbot_run *run, bt_shopbot_sums *sums, double duration)
{
    sums->duration += duration;
    sums->lowest_price += duration * run->standing_lowest;
    sums->consumer_surplus += duration * run->consumer_surplus;
    for (size_t i = 0; i < run->n_sellers; i++) {
        sums->price[i] += duration * run->price[i];
        sums->sales[i] += duration * run->sales[i];
        sums->profit[i] += duration * run->profit[i];
    }
}

void bt_shopbot_note_drawn(const bt_shopbot_run *run, bt_shopbot_sums *sums, double share)
{
    double cost = run->model->rules.market.cost;
    for (size_t i = 0; i < run->n_sellers; i++) {
        sums->units_sold[i] += share * run->drawn[i];
        sums->sold_profit[i] += share * run->drawn[i] * (run->price[i] - cost);
    }
}

void bt_shopbot_catch_up(bt_shopbot_run *run)
{
    double now = bt_sim_now(run->sim), duration = now - run->recorded_until;
    if (!(duration > 0))
        return;
    if (run->record_last)
        clear(&run->interval, run->n_sellers);
    bt_shopbot_note_standing(run, &run->interval, duration);
    run->recorded_until = now;
}

/* ---- series ---- */

static void divide(const double *total, double by, size_t count, double *value)
{
    for (size_t k = 0; k < count; k++)
        value[k] = total[k] / by;
}

static double total_of(const double *value, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += value[k];
    return sum;
}

static double profit_gain(const bt_shopbot_run *run, const bt_shopbot_sums *sums)
{
    double n_sellers = (double)run->n_sellers;
    double mean = total_of(sums->profit, run->n_sellers) / sums->duration / n_sellers;
    double nash = run->model->nash_profit[0], joint = run->model->joint_profit[0];
    return (mean - nash) / (joint - nash);
}

static double welfare(const bt_shopbot_run *run, const bt_shopbot_sums *sums)
{
    return (sums->consumer_surplus + total_of(sums->profit, run->n_sellers)) / sums->duration;
}

bt_status bt_shopbot_record(void *self, size_t series, double *value, bt_error *error)
{
    bt_shopbot_run *run = self;
    bt_shopbot_catch_up(run);
    const bt_shopbot_sums *sums = &run->interval;
    size_t n_sellers = run->n_sellers;
    switch ((bt_shopbot_series_id)series) {
    case BT_SHOPBOT_PRICE:
        divide(sums->price, sums->duration, n_sellers, value);
        return BT_OK;
    case BT_SHOPBOT_SALES:
        divide(sums->sales, sums->duration, n_sellers, value);
        return BT_OK;
    case BT_SHOPBOT_PROFIT:
        divide(sums->profit, sums->duration, n_sellers, value);
        return BT_OK;
    case BT_SHOPBOT_UNITS_SOLD:
        divide(sums->units_sold, sums->duration, n_sellers, value);
        return BT_OK;
    case BT_SHOPBOT_SOLD_PROFIT:
        divide(sums->sold_profit, sums->duration, n_sellers, value);
        return BT_OK;
    case BT_SHOPBOT_CONSUMER_SURPLUS:
        *value = sums->consumer_surplus / sums->duration;
        return BT_OK;
    case BT_SHOPBOT_PRODUCER_SURPLUS:
        *value = total_of(sums->profit, n_sellers) / sums->duration;
        return BT_OK;
    case BT_SHOPBOT_WELFARE:
        *value = welfare(run, sums);
        return BT_OK;
    case BT_SHOPBOT_EFFICIENCY:
        *value = welfare(run, sums) / run->model->theory.first_best_welfare;
        return BT_OK;
    case BT_SHOPBOT_PROFIT_GAIN:
        *value = profit_gain(run, sums);
        return BT_OK;
    case BT_SHOPBOT_LOWEST:
        *value = sums->lowest_price / sums->duration;
        return BT_OK;
    case BT_N_SHOPBOT_SERIES:
        break;
    }
    return bt_fail(error, BT_INTERNAL, "there is no series %zu", series);
}

void bt_shopbot_record_done(void *self)
{
    bt_shopbot_run *run = self;
    if (!run->record_last)
        clear(&run->interval, run->n_sellers);
}

/* ---- outcomes ---- */

/* The distance of the distribution of ranks over time from the uniform one, to within a step
 * of ranks. */
static double distance_to_mixed(const bt_shopbot_run *run, size_t i)
{
    const double *occupancy = run->occupancy + i * (BT_RANK_BINS + 1);
    double total = total_of(occupancy, BT_RANK_BINS + 1), below = 0, distance = 0;
    for (size_t b = 0; b < BT_RANK_BINS; b++) {
        below += occupancy[b];
        distance = fmax(distance, fabs(below / total - (double)b / BT_RANK_BINS));
    }
    return distance;
}

bt_status bt_shopbot_outcome(void *self, size_t outcome, void *value, bt_error *error)
{
    bt_shopbot_run *run = self;
    const bt_shopbot_sums *window = &run->window;
    double *real = value;
    size_t n_sellers = run->n_sellers;
    switch ((bt_shopbot_outcome_id)outcome) {
    case BT_SHOPBOT_ITERATIONS:
        *(int64_t *)value = (int64_t)run->changes;
        return BT_OK;
    case BT_SHOPBOT_FINAL_PRICE:
        divide(window->price, window->duration, n_sellers, real);
        return BT_OK;
    case BT_SHOPBOT_FINAL_PROFIT:
        divide(window->profit, window->duration, n_sellers, real);
        return BT_OK;
    case BT_SHOPBOT_FINAL_SOLD_PROFIT:
        divide(window->sold_profit, window->duration, n_sellers, real);
        return BT_OK;
    case BT_SHOPBOT_FINAL_CONSUMER_SURPLUS:
        *real = window->consumer_surplus / window->duration;
        return BT_OK;
    case BT_SHOPBOT_FINAL_WELFARE:
        *real = welfare(run, window);
        return BT_OK;
    case BT_SHOPBOT_DELTA:
        *real = profit_gain(run, window);
        return BT_OK;
    case BT_SHOPBOT_DISTANCE:
        for (size_t i = 0; i < n_sellers; i++)
            real[i] = distance_to_mixed(run, i);
        return BT_OK;
    case BT_SHOPBOT_WINDOW_LOWEST:
        memcpy(real, run->lowest_price, n_sellers * sizeof(double));
        return BT_OK;
    case BT_SHOPBOT_WINDOW_HIGHEST:
        memcpy(real, run->highest_price, n_sellers * sizeof(double));
        return BT_OK;
    case BT_N_SHOPBOT_OUTCOMES:
        break;
    }
    return bt_fail(error, BT_INTERNAL, "there is no outcome %zu", outcome);
}
