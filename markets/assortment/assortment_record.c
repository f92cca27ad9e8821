/* What is recorded of an assortment market. */
#include "markets/assortment/assortment_run.h"

#include <math.h>
#include <string.h>

const bt_series bt_assortment_series[] = {
    [BT_OFFER_SERIES_REGRET] = {"regret",
                                "expected profit forgone a round against the best response",
                                "price/time", BT_AXIS_SELLER, false, true},
    [BT_OFFER_SERIES_CUMULATIVE_REGRET] = {"cumulative_regret",
                                           "regret summed over all rounds so far", "price",
                                           BT_AXIS_SELLER, false, true},
    [BT_OFFER_SERIES_REVENUE] = {"revenue", "expected profit a round of the offers made",
                                 "price/time", BT_AXIS_SELLER, false, true},
    [BT_OFFER_SERIES_BEST_REVENUE] =
        {"best_revenue", "expected profit a round of a best response that knows tastes",
         "price/time", BT_AXIS_SELLER, false, false},
    [BT_OFFER_SERIES_PROFIT] = {"profit", "profit a round of what was sold", "price/time",
                                BT_AXIS_SELLER, false, false},
    [BT_OFFER_SERIES_ITEMS_OFFERED] = {"items_offered", "items offered a round", "1",
                                       BT_AXIS_SELLER, false, false},
    [BT_OFFER_SERIES_PRICE] = {"price", "mean price while offered", "price", BT_AXIS_PRODUCT,
                               false, false},
    [BT_OFFER_SERIES_TIMES_OFFERED] = {"offer_share", "share of rounds in which it was offered",
                                       "1", BT_AXIS_PRODUCT, false, false},
    [BT_OFFER_SERIES_CONSUMER_SURPLUS] = {"consumer_surplus", "expected gain of a buyer",
                                          "price/time", BT_AXIS_NONE, false, true},
    [BT_OFFER_SERIES_WELFARE] = {"welfare", "consumer surplus and all sellers' revenue",
                                 "price/time", BT_AXIS_NONE, false, true},
};

const bt_series bt_assortment_outcomes[] = {
    [BT_OFFER_OUTCOME_ITERATIONS] = {"iterations", "rounds completed", "periods", BT_AXIS_NONE,
                                     true, true},
    [BT_OFFER_OUTCOME_CUMULATIVE_REGRET] = {"total_regret", "regret summed over all rounds",
                                            "price", BT_AXIS_SELLER, false, true},
    [BT_OFFER_OUTCOME_REGRET_EXPONENT] =
        {"regret_exponent",
         "log2 of total regret over that at half the horizon: 1 linear, 0.5 a root", "1",
         BT_AXIS_SELLER, false, true},
    [BT_OFFER_OUTCOME_REVENUE_SHARE] = {"revenue_share", "revenue over that of best responses",
                                        "1", BT_AXIS_SELLER, false, true},
    [BT_OFFER_OUTCOME_MEAN_PROFIT] = {"mean_profit", "profit a round of what was sold",
                                      "price/time", BT_AXIS_SELLER, false, true},
    [BT_OFFER_OUTCOME_CONSUMER_SURPLUS] = {"mean_consumer_surplus", "expected gain of a buyer",
                                           "price/time", BT_AXIS_NONE, false, true},
    [BT_OFFER_OUTCOME_WELFARE] = {"mean_welfare",
                                  "consumer surplus and all sellers' revenue a round",
                                  "price/time", BT_AXIS_NONE, false, true},
};

/* ---- sums ---- */

bool bt_assortment_sums_create(bt_assortment_sums *sums, const bt_assortment_model *model,
                               bt_arena *arena)
{
    sums->revenue = BT_ARENA_NEW(arena, model->n_sellers, double);
    sums->best_revenue = BT_ARENA_NEW(arena, model->n_sellers, double);
    sums->profit = BT_ARENA_NEW(arena, model->n_sellers, double);
    sums->n_offered = BT_ARENA_NEW(arena, model->n_sellers, double);
    sums->price = BT_ARENA_NEW(arena, model->n_items, double);
    sums->times_offered = BT_ARENA_NEW(arena, model->n_items, double);
    return sums->revenue != NULL && sums->best_revenue != NULL && sums->profit != NULL &&
           sums->n_offered != NULL && sums->price != NULL && sums->times_offered != NULL;
}

void bt_assortment_sums_clear(bt_assortment_sums *sums, const bt_assortment_model *model)
{
    sums->rounds = 0;
    sums->consumer_surplus = 0;
    memset(sums->revenue, 0, model->n_sellers * sizeof(double));
    memset(sums->best_revenue, 0, model->n_sellers * sizeof(double));
    memset(sums->profit, 0, model->n_sellers * sizeof(double));
    memset(sums->n_offered, 0, model->n_sellers * sizeof(double));
    memset(sums->price, 0, model->n_items * sizeof(double));
    memset(sums->times_offered, 0, model->n_items * sizeof(double));
}

void bt_assortment_sums_archive(bt_assortment_sums *sums, const bt_assortment_model *model,
                                bt_archive *archive)
{
    size_t sellers = model->n_sellers * sizeof(double), items = model->n_items * sizeof(double);
    bt_archive_field(archive, "sum_rounds", &sums->rounds, sizeof(double));
    bt_archive_field(archive, "sum_surplus", &sums->consumer_surplus, sizeof(double));
    bt_archive_field(archive, "sum_revenue", sums->revenue, sellers);
    bt_archive_field(archive, "sum_best_revenue", sums->best_revenue, sellers);
    bt_archive_field(archive, "sum_profit", sums->profit, sellers);
    bt_archive_field(archive, "sum_offered", sums->n_offered, sellers);
    bt_archive_field(archive, "sum_price", sums->price, items);
    bt_archive_field(archive, "sum_times_offered", sums->times_offered, items);
}

static double surplus_of_round(const bt_assortment_run *run)
{
    double outside = run->outside_probability, sum = 0;
    for (size_t j = 0; j < run->model->n_items; j++)
        sum += run->probability[j] / run->tastes.price_coefficient[j];
    return outside < 1 ? sum * -log(outside) / (1 - outside) : 0;
}

static double revenue_of_round(const bt_assortment_run *run, const bt_assortment_seller *seller)
{
    double revenue = 0;
    for (uint32_t k = 0; k < seller->n_own; k++) {
        uint32_t j = seller->own[k];
        if (isfinite(run->price[j]))
            revenue += (run->price[j] - run->model->cost[j]) * run->probability[j];
    }
    return revenue;
}

static void add_round(bt_assortment_run *run, bt_assortment_sums *sums, uint32_t taken)
{
    sums->rounds += 1;
    sums->consumer_surplus += surplus_of_round(run);
    for (size_t i = 0; i < run->model->n_sellers; i++) {
        const bt_assortment_seller *seller = &run->seller[i];
        sums->revenue[i] += revenue_of_round(run, seller);
        sums->best_revenue[i] += seller->plan->profit;
    }
    for (size_t j = 0; j < run->model->n_items; j++) {
        if (!isfinite(run->price[j]))
            continue;
        sums->n_offered[run->model->seller[j]] += 1;
        sums->times_offered[j] += 1;
        sums->price[j] += run->price[j];
    }
    if (taken != BT_NO_PURCHASE)
        sums->profit[run->model->seller[taken]] += run->price[taken] - run->model->cost[taken];
}

void bt_assortment_note_round(bt_assortment_run *run, uint32_t taken)
{
    if (run->record_last)
        bt_assortment_sums_clear(&run->interval, run->model);
    add_round(run, &run->interval, taken);
    add_round(run, &run->whole, taken);
    for (size_t i = 0; i < run->model->n_sellers; i++) {
        run->cumulative_regret[i] +=
            run->seller[i].plan->profit - revenue_of_round(run, &run->seller[i]);
        if ((double)(run->rounds + 1) <= run->horizon / 2)
            run->regret_at_half[i] = run->cumulative_regret[i];
    }
}

/* ---- series and outcomes ---- */

static void divide(const double *total, double by, size_t count, double *value)
{
    for (size_t k = 0; k < count; k++)
        value[k] = total[k] / by;
}

static double welfare(const bt_assortment_run *run, const bt_assortment_sums *sums)
{
    double total = sums->consumer_surplus;
    for (size_t i = 0; i < run->model->n_sellers; i++)
        total += sums->revenue[i];
    return total / sums->rounds;
}

static bt_status is_in_order(const bt_assortment_run *run, bt_error *error)
{
    return run->violation[0] == '\0' ? BT_OK
                                     : bt_fail(error, BT_INTERNAL, "%s", run->violation);
}

bt_status bt_assortment_record(void *self, size_t series, double *value, bt_error *error)
{
    const bt_assortment_run *run = self;
    const bt_assortment_sums *sums = &run->interval;
    size_t n_sellers = run->model->n_sellers, n_items = run->model->n_items;
    switch ((bt_offer_series_id)series) {
    case BT_OFFER_SERIES_REGRET:
        for (size_t i = 0; i < n_sellers; i++)
            value[i] = (sums->best_revenue[i] - sums->revenue[i]) / sums->rounds;
        break;
    case BT_OFFER_SERIES_CUMULATIVE_REGRET:
        memcpy(value, run->cumulative_regret, n_sellers * sizeof(double));
        break;
    case BT_OFFER_SERIES_REVENUE:
        divide(sums->revenue, sums->rounds, n_sellers, value);
        break;
    case BT_OFFER_SERIES_BEST_REVENUE:
        divide(sums->best_revenue, sums->rounds, n_sellers, value);
        break;
    case BT_OFFER_SERIES_PROFIT:
        divide(sums->profit, sums->rounds, n_sellers, value);
        break;
    case BT_OFFER_SERIES_ITEMS_OFFERED:
        divide(sums->n_offered, sums->rounds, n_sellers, value);
        break;
    case BT_OFFER_SERIES_PRICE:
        for (size_t j = 0; j < n_items; j++)
            value[j] = sums->price[j] / sums->times_offered[j];
        break;
    case BT_OFFER_SERIES_TIMES_OFFERED:
        divide(sums->times_offered, sums->rounds, n_items, value);
        break;
    case BT_OFFER_SERIES_CONSUMER_SURPLUS:
        *value = sums->consumer_surplus / sums->rounds;
        break;
    case BT_OFFER_SERIES_WELFARE:
        *value = welfare(run, sums);
        break;
    case BT_N_OFFER_SERIES:
        return bt_fail(error, BT_INTERNAL, "there is no series %zu", series);
    }
    return is_in_order(run, error);
}

void bt_assortment_record_done(void *self)
{
    bt_assortment_run *run = self;
    if (!run->record_last)
        bt_assortment_sums_clear(&run->interval, run->model);
}

bt_status bt_assortment_outcome(void *self, size_t outcome, void *value, bt_error *error)
{
    const bt_assortment_run *run = self;
    const bt_assortment_sums *whole = &run->whole;
    double *real = value;
    size_t n_sellers = run->model->n_sellers;
    switch ((bt_offer_outcome_id)outcome) {
    case BT_OFFER_OUTCOME_ITERATIONS:
        *(int64_t *)value = (int64_t)run->rounds;
        break;
    case BT_OFFER_OUTCOME_CUMULATIVE_REGRET:
        memcpy(real, run->cumulative_regret, n_sellers * sizeof(double));
        break;
    case BT_OFFER_OUTCOME_REGRET_EXPONENT:
        for (size_t i = 0; i < n_sellers; i++)
            real[i] = log2(run->cumulative_regret[i] / run->regret_at_half[i]);
        break;
    case BT_OFFER_OUTCOME_REVENUE_SHARE:
        for (size_t i = 0; i < n_sellers; i++)
            real[i] = whole->revenue[i] / whole->best_revenue[i];
        break;
    case BT_OFFER_OUTCOME_MEAN_PROFIT:
        divide(whole->profit, whole->rounds, n_sellers, real);
        break;
    case BT_OFFER_OUTCOME_CONSUMER_SURPLUS:
        *real = whole->consumer_surplus / whole->rounds;
        break;
    case BT_OFFER_OUTCOME_WELFARE:
        *real = welfare(run, whole);
        break;
    case BT_N_OFFER_OUTCOMES:
        return bt_fail(error, BT_INTERNAL, "there is no outcome %zu", outcome);
    }
    return is_in_order(run, error);
}
