#include "markets/posted_price/posted_price_model.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/stationary_equilibrium.h"
#include "markets/posted_price/posted_price_audit.h"

/* A game of more joint actions is not tabulated: it would cost more than it saves. */
enum { MAX_JOINT_ACTIONS = 1 << 21 };

static double *numbers(size_t count)
{
    double *result = malloc((count > 0 ? count : 1) * sizeof(double));
    for (size_t i = 0; result != NULL && i < count; i++)
        result[i] = NAN;
    return result;
}

static bool allocate_point(const bt_posted_price_model *model, bt_benchmark_point *point)
{
    point->price = numbers(model->layout.n_products);
    point->share = numbers(model->layout.n_products);
    point->profit = numbers(model->layout.n_sellers);
    point->consumer_surplus = NAN;
    point->producer_surplus = NAN;
    point->platform_revenue = NAN;
    point->welfare = NAN;
    return point->price != NULL && point->share != NULL && point->profit != NULL;
}

static void free_point(bt_benchmark_point *point)
{
    free(point->price);
    free(point->share);
    free(point->profit);
}

/* ---- benchmarks ---- */

/* The surplus that runs record: the level where it exists, else the money metric. */
static double recorded_surplus(const bt_welfare *welfare)
{
    return isnan(welfare->consumer_surplus) ? welfare->consumer_surplus_over_outside
                                            : welfare->consumer_surplus;
}

static void keep_point(const bt_posted_price_model *model, const bt_price_point *from,
                       bt_benchmark_point *to)
{
    memcpy(to->price, from->price, model->layout.n_products * sizeof(double));
    memcpy(to->share, from->share, model->layout.n_products * sizeof(double));
    memcpy(to->profit, from->profit, model->layout.n_sellers * sizeof(double));
    to->consumer_surplus = recorded_surplus(&from->welfare);
    to->producer_surplus = from->welfare.producer_surplus;
    to->platform_revenue = from->welfare.platform_revenue;
    to->welfare = to->consumer_surplus + to->producer_surplus + to->platform_revenue;
}

static void note_failure(bt_posted_price_model *model, const char *reason)
{
    if (model->benchmark_failure[0] == '\0')
        snprintf(model->benchmark_failure, sizeof(model->benchmark_failure), "%s", reason);
}

/* What comes of given prices [product]. */
static bt_status evaluate_at(const bt_posted_price_model *model, const double *price,
                             bt_benchmark_point *point, bt_error *error)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    settings.certify = false;
    bt_price_point at;
    bt_status status = bt_equilibrium_evaluate(model->demand, &model->supply->ownership, price,
                                               &settings, &at, error);
    if (status != BT_OK)
        return status;
    keep_point(model, &at, point);
    bt_price_point_free(&at);
    return BT_OK;
}

/* Stationary prices of a sensitivity; BT_OK also where there are none. */
static bt_status solve_stationary_prices(bt_posted_price_model *model,
                                         const bt_equilibrium_settings *settings,
                                         double sensitivity, bool *found, bt_error *error)
{
    bt_price_point at;
    bt_status status = bt_stationary_equilibrium(model->demand, &model->supply->ownership,
                                                 sensitivity, settings, &at, error);
    *found = status == BT_OK;
    if (status == BT_BAD_INPUT) {
        note_failure(model, error->message);
        return BT_OK;
    }
    if (status != BT_OK)
        return status;
    keep_point(model, &at, &model->nash);
    model->nash_exploitability = at.exploitability;
    bt_price_point_free(&at);
    return BT_OK;
}

/* Buyers remember prices: what is Bertrand-Nash is what stays so. With loss aversion the
 * stationary prices are those from lowest_stationary_price up to nash.price. */
static bt_status solve_stationary(bt_posted_price_model *model,
                                  const bt_equilibrium_settings *settings, bt_error *error)
{
    const bt_reference_price *reference = model->reference;
    double highest = reference->sensitivity * reference->loss_aversion;
    bool found;
    bt_status status = solve_stationary_prices(model, settings, highest, &found, error);
    memcpy(model->lowest_stationary_price, model->nash.price,
           model->layout.n_products * sizeof(double));
    if (status == BT_OK && highest > reference->sensitivity)
        status =
            solve_stationary_prices(model, settings, reference->sensitivity, &found, error);
    model->n_equilibria = found;
    return status;
}

static bt_status solve_nash(bt_posted_price_model *model,
                            const bt_equilibrium_settings *settings, bt_error *error)
{
    bt_equilibrium_result result;
    bt_status status = bt_equilibrium_solve(model->demand, &model->supply->ownership, settings,
                                            &result, error);
    if (status != BT_OK)
        return status;
    model->n_equilibria = (double)result.n_points;
    if (result.n_points > 0) {
        keep_point(model, &result.point[0], &model->nash);
        model->nash_exploitability = result.point[0].exploitability;
    } else {
        note_failure(model, result.reason);
    }
    bt_equilibrium_result_free(&result);
    const bt_real_list *reference = &model->parameters->reference.nash_price;
    if (reference->count > 0)
        return evaluate_at(model, reference->value, &model->nash, error);
    return BT_OK;
}

/* Joint-profit prices may not exist where an equilibrium does: NAN and a reason then. */
static bt_status solve_joint_profit(bt_posted_price_model *model,
                                    const bt_equilibrium_settings *settings, bt_error *error)
{
    const bt_real_list *reference = &model->parameters->reference.joint_profit_price;
    if (reference->count > 0)
        return evaluate_at(model, reference->value, &model->joint_profit, error);
    bt_price_point point;
    bt_error reason;
    if (bt_joint_profit_solve(model->demand, &model->supply->ownership, settings, &point,
                              &reason) != BT_OK) {
        note_failure(model, reason.message);
        return BT_OK;
    }
    keep_point(model, &point, &model->joint_profit);
    bt_price_point_free(&point);
    return BT_OK;
}

static bt_status solve_first_best(bt_posted_price_model *model, bt_error *error)
{
    bt_price_point point;
    bt_status status = bt_first_best(model->demand, &model->supply->ownership, &point, error);
    if (status != BT_OK)
        return status;
    keep_point(model, &point, &model->first_best);
    if (!isnan(point.welfare.consumer_surplus) &&
        !isnan(point.welfare.consumer_surplus_over_outside))
        model->surplus_of_outside =
            point.welfare.consumer_surplus - point.welfare.consumer_surplus_over_outside;
    bt_price_point_free(&point);
    return BT_OK;
}

static bt_status solve_benchmarks(bt_posted_price_model *model, int n_threads, bt_error *error)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    settings.n_threads = n_threads > 0 ? (size_t)n_threads : 1;
    bt_status status = model->reference != NULL ? solve_stationary(model, &settings, error)
                                                : solve_nash(model, &settings, error);
    if (status == BT_OK)
        status = solve_joint_profit(model, &settings, error);
    if (status == BT_OK)
        status = solve_first_best(model, error);
    if (status == BT_OK && model->supply->observed_price != NULL)
        status = evaluate_at(model, model->supply->observed_price, &model->observed, error);
    return status;
}

/* ---- the table of benchmarks ---- */

static void list_benchmark(bt_posted_price_model *model, const char *name,
                           const char *long_name, const char *units, bt_axis axis,
                           const double *value)
{
    model->benchmark[model->n_benchmarks++] = (bt_benchmark){
        .name = name, .long_name = long_name, .units = units, .axis = axis, .value = value};
}

static void list_benchmarks(bt_posted_price_model *model)
{
    const bt_benchmark_point *nash = &model->nash;
    const bt_benchmark_point *joint = &model->joint_profit;
    const bt_benchmark_point *best = &model->first_best;
    model->n_benchmarks = 0;
#define LIST(name, meaning, units, axis, value)                                                \
    list_benchmark(model, name, meaning, units, axis, value)
    LIST("nash_price", "Bertrand-Nash price", "price", BT_AXIS_PRODUCT, nash->price);
    LIST("nash_share", "share of buyers at Bertrand-Nash prices", "1", BT_AXIS_PRODUCT,
         nash->share);
    LIST("nash_profit", "profit at Bertrand-Nash prices", "price", BT_AXIS_SELLER,
         nash->profit);
    LIST("nash_consumer_surplus", "consumer surplus at Bertrand-Nash prices", "price",
         BT_AXIS_NONE, &nash->consumer_surplus);
    LIST("nash_welfare", "total surplus at Bertrand-Nash prices", "price", BT_AXIS_NONE,
         &nash->welfare);
    LIST("nash_exploitability", "largest unilateral gain at the computed equilibrium", "price",
         BT_AXIS_NONE, &model->nash_exploitability);
    LIST("n_equilibria", "number of distinct Bertrand-Nash equilibria found", "1", BT_AXIS_NONE,
         &model->n_equilibria);
    LIST("joint_profit_price", "price that maximises joint profit", "price", BT_AXIS_PRODUCT,
         joint->price);
    LIST("joint_profit_share", "share of buyers at joint-profit prices", "1", BT_AXIS_PRODUCT,
         joint->share);
    LIST("joint_profit", "profit at joint-profit prices", "price", BT_AXIS_SELLER,
         joint->profit);
    LIST("joint_profit_consumer_surplus", "consumer surplus at joint-profit prices", "price",
         BT_AXIS_NONE, &joint->consumer_surplus);
    LIST("joint_profit_welfare", "total surplus at joint-profit prices", "price", BT_AXIS_NONE,
         &joint->welfare);
    if (model->supply->observed_price != NULL) {
        const bt_benchmark_point *observed = &model->observed;
        LIST("observed_price", "price in the data", "price", BT_AXIS_PRODUCT, observed->price);
        LIST("observed_profit", "profit at the data's prices", "price", BT_AXIS_SELLER,
             observed->profit);
        LIST("observed_consumer_surplus", "consumer surplus at the data's prices", "price",
             BT_AXIS_NONE, &observed->consumer_surplus);
        LIST("observed_welfare", "total surplus at the data's prices", "price", BT_AXIS_NONE,
             &observed->welfare);
    }
    LIST("first_best_price", "price at cost", "price", BT_AXIS_PRODUCT, best->price);
    LIST("first_best_consumer_surplus", "consumer surplus at prices equal to costs", "price",
         BT_AXIS_NONE, &best->consumer_surplus);
    LIST("first_best_welfare", "total surplus at prices equal to costs", "price", BT_AXIS_NONE,
         &best->welfare);
    if (model->reference != NULL)
        LIST("lowest_stationary_price",
             "lowest of the stationary prices, if buyers are averse to losses", "price",
             BT_AXIS_PRODUCT, model->lowest_stationary_price);
    if (model->game == NULL)
        return;
    LIST("grid_n_equilibria", "number of pure equilibria of the game on the price grids", "1",
         BT_AXIS_NONE, &model->grid_n_equilibria);
    LIST("grid_nash_delta_lowest", "lowest profit gain of the grid's pure equilibria", "1",
         BT_AXIS_NONE, &model->grid_lowest_delta);
    LIST("grid_nash_delta_highest", "highest profit gain of the grid's pure equilibria", "1",
         BT_AXIS_NONE, &model->grid_highest_delta);
    LIST("grid_correlated_delta_lowest",
         "lowest profit gain of the grid's correlated equilibria", "1", BT_AXIS_NONE,
         &model->grid_correlated_lowest);
    LIST("grid_correlated_delta_highest",
         "highest profit gain of the grid's correlated equilibria", "1", BT_AXIS_NONE,
         &model->grid_correlated_highest);
    LIST("grid_coarse_delta_lowest",
         "lowest profit gain of the grid's coarse correlated equilibria", "1", BT_AXIS_NONE,
         &model->grid_coarse_lowest);
    LIST("grid_coarse_delta_highest",
         "highest profit gain of the grid's coarse correlated equilibria", "1", BT_AXIS_NONE,
         &model->grid_coarse_highest);
#undef LIST
}

size_t bt_posted_price_benchmarks(const void *self, const bt_benchmark **benchmarks)
{
    const bt_posted_price_model *model = self;
    *benchmarks = model->benchmark;
    return model->n_benchmarks;
}

double bt_profit_gain(const bt_posted_price_model *model, const double *profit)
{
    double gain = 0, room = 0;
    for (size_t i = 0; i < model->layout.n_sellers; i++) {
        gain += profit[i] - model->nash.profit[i];
        room += model->joint_profit.profit[i] - model->nash.profit[i];
    }
    return gain / room;
}

/* ---- life ---- */

static void fill_layout(bt_posted_price_model *model)
{
    const bt_ownership *ownership = &model->supply->ownership;
    size_t n_segments = model->parameters->demand.segments.count;
    model->layout = (bt_market_layout){
        .n_products = ownership->n_products,
        .n_sellers = ownership->n_sellers,
        .n_segments = n_segments > 0 ? n_segments : 1,
        .product_name = model->supply->product_name,
        .seller_name = model->supply->seller_name,
        .product_seller = ownership->seller,
        .product_cost = ownership->cost,
        .fixed_price = ownership->fixed_price,
        .observed_price = model->supply->observed_price,
        .benchmark_failure = model->benchmark_failure,
        .demand = model->demand,
        .ownership = ownership,
        .fee_per_unit = ownership->fee_per_unit,
        .fee_ad_valorem = ownership->fee_ad_valorem,
    };
}

static bt_status fill_model(bt_posted_price_model *model,
                            const bt_market_model_setting *setting, bt_error *error)
{
    bt_status status =
        bt_posted_price_build(model->parameters, setting->seller_names, setting->n_seller_names,
                              &model->demand, &model->supply, error);
    if (status != BT_OK)
        return status;
    fill_layout(model);
    if (model->parameters->demand.has_reference_price)
        model->reference = &model->parameters->demand.reference_price.effect;
    model->lowest_stationary_price = numbers(model->layout.n_products);
    if (!allocate_point(model, &model->nash) || !allocate_point(model, &model->joint_profit) ||
        !allocate_point(model, &model->first_best) ||
        !allocate_point(model, &model->observed) || model->lowest_stationary_price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the benchmarks of a market");
    model->layout.nash_price = model->nash.price;
    model->layout.joint_profit_price = model->joint_profit.price;
    status = solve_benchmarks(model, setting->n_threads, error);
    if (status == BT_OK)
        status = bt_solve_standing(model, error);
    model->is_repeated = model->reference == NULL && model->n_visitors == 0;
    list_benchmarks(model);
    return status;
}

bt_status bt_posted_price_prepare(const bt_market_model_setting *setting, void **result,
                                  bt_error *error)
{
    bt_posted_price_model *model = calloc(1, sizeof(*model));
    if (model == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market");
    model->parameters = setting->parameters;
    model->nash_exploitability = NAN;
    bt_status status = fill_model(model, setting, error);
    if (status != BT_OK) {
        bt_posted_price_release(model);
        return status;
    }
    *result = model;
    return BT_OK;
}

void bt_posted_price_release(void *self)
{
    bt_posted_price_model *model = self;
    if (model == NULL)
        return;
    bt_grid_game_destroy(model->game);
    free(model->n_actions);
    free_point(&model->nash);
    free_point(&model->joint_profit);
    free_point(&model->first_best);
    bt_free_standing(model);
    free_point(&model->observed);
    free(model->lowest_stationary_price);
    bt_demand_destroy(model->demand);
    bt_supply_destroy(model->supply);
    free(model);
}

const bt_market_layout *bt_posted_price_layout(const void *self)
{
    const bt_posted_price_model *model = self;
    return &model->layout;
}

const bt_grid_game *bt_posted_price_game(const void *self)
{
    const bt_posted_price_model *model = self;
    return model->game;
}

/* ---- the game on the sellers' grids ---- */

static bool is_strategy(const bt_ownership *ownership, size_t product)
{
    return isnan(ownership->fixed_price[product]);
}

/* One seller's action prices with its fixed prices put in: [action * product of it]. */
static double *with_fixed_prices(const bt_ownership *ownership, size_t seller, size_t n_actions,
                                 const double *action_price)
{
    size_t n_owned = 0, n_own = 0;
    for (size_t j = 0; j < ownership->n_products; j++) {
        n_owned += ownership->seller[j] == seller;
        n_own += ownership->seller[j] == seller && is_strategy(ownership, j);
    }
    double *price = numbers(n_actions * n_owned);
    for (size_t a = 0; price != NULL && a < n_actions; a++) {
        size_t owned = 0, own = 0;
        for (size_t j = 0; j < ownership->n_products; j++)
            if (ownership->seller[j] == seller)
                price[a * n_owned + owned++] = is_strategy(ownership, j)
                                                   ? action_price[a * n_own + own++]
                                                   : ownership->fixed_price[j];
    }
    return price;
}

/* The number of joint actions; 0: some seller is on no grid, or there are too many. */
static size_t count_joint_actions(const size_t *n_actions, size_t n_sellers)
{
    size_t n_joint = 1;
    for (size_t i = 0; i < n_sellers; i++) {
        if (n_actions[i] == 0 || n_joint > MAX_JOINT_ACTIONS / n_actions[i])
            return 0;
        n_joint *= n_actions[i];
    }
    return n_joint;
}

static bt_status tabulate(bt_posted_price_model *model, const bt_action_sets *sets,
                          bt_error *error)
{
    const bt_ownership *ownership = &model->supply->ownership;
    size_t n_sellers = ownership->n_sellers;
    double **price = calloc(n_sellers, sizeof(*price));
    bool is_complete = price != NULL;
    for (size_t i = 0; is_complete && i < n_sellers; i++) {
        price[i] = with_fixed_prices(ownership, i, sets->n_actions[i], sets->action_price[i]);
        is_complete = price[i] != NULL;
    }
    bt_status status =
        is_complete ? bt_grid_game_create(model->demand, ownership, model->n_actions,
                                          (const double *const *)price, MAX_JOINT_ACTIONS,
                                          &model->game, error)
                    : bt_fail(error, BT_INTERNAL, "out of memory for the sellers' grids");
    for (size_t i = 0; price != NULL && i < n_sellers; i++)
        free(price[i]);
    free(price);
    return status;
}

enum { MAX_GRID_EQUILIBRIA = 4096 };

static bt_status find_grid_equilibria(bt_posted_price_model *model, bt_error *error)
{
    size_t *joint = malloc(MAX_GRID_EQUILIBRIA * sizeof(*joint));
    if (joint == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the equilibria of a grid");
    size_t found = bt_grid_game_pure_equilibria(model->game, 0, joint, MAX_GRID_EQUILIBRIA);
    model->grid_n_equilibria = (double)found;
    model->grid_lowest_delta = NAN;
    model->grid_highest_delta = NAN;
    for (size_t k = 0; k < found && k < MAX_GRID_EQUILIBRIA; k++) {
        double delta =
            bt_profit_gain(model, model->game->profit + joint[k] * model->layout.n_sellers);
        model->grid_lowest_delta = fmin(model->grid_lowest_delta, delta);
        model->grid_highest_delta = fmax(model->grid_highest_delta, delta);
    }
    free(joint);
    return BT_OK;
}

bt_status bt_posted_price_set_actions(void *self, const bt_action_sets *sets, bt_error *error)
{
    bt_posted_price_model *model = self;
    size_t n_sellers = model->layout.n_sellers;
    model->buyers_are_exact = sets->buyers_are_exact;
    model->n_actions = calloc(n_sellers, sizeof(*model->n_actions));
    if (model->n_actions == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers' actions");
    memcpy(model->n_actions, sets->n_actions, n_sellers * sizeof(*model->n_actions));
    if (!model->is_repeated || count_joint_actions(sets->n_actions, n_sellers) == 0)
        return BT_OK;
    bt_status status = tabulate(model, sets, error);
    if (status == BT_OK)
        status = find_grid_equilibria(model, error);
    if (status == BT_OK)
        status = bt_posted_price_find_bands(model, error);
    list_benchmarks(model);
    return status;
}
