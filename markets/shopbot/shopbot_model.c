#include "markets/shopbot/shopbot_model.h"
#include "markets/checker.h"

#include <math.h>

#include <gsl/gsl_integration.h>

/* ---- theory ---- */

/* By fixed Gauss-Legendre quadrature, 64 points on each half: integrands are smooth. */
static double integrate(double (*integrand)(double, void *), void *data, double low,
                        double high)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(64);
    if (table == NULL)
        return NAN;
    gsl_function function = {.function = integrand, .params = data};
    double middle = low + (high - low) / 2;
    double value = gsl_integration_glfixed(&function, low, middle, table) +
                   gsl_integration_glfixed(&function, middle, high, table);
    gsl_integration_glfixed_table_free(table);
    return value;
}

static double price_at_rank(double rank, void *market)
{
    return bt_shopbot_price(market, rank);
}

/* Of the buyers whose cheapest price is at this rank: density times gain. */
static double surplus_at_rank(double rank, void *market)
{
    return bt_shopbot_surplus(market, bt_shopbot_price(market, rank)) *
           bt_shopbot_reach(market, rank);
}

static double earnings_at_price(double price, void *market)
{
    return bt_shopbot_earnings(market, price);
}

static bt_shopbot_theory theory_of(bt_shopbot_market *market, double size)
{
    double lowest = bt_shopbot_price(market, 0), highest = bt_shopbot_monopoly_price(market);
    double n_sellers = (double)market->n_sellers;
    bt_shopbot_theory theory = {
        .mixed_mean_price = integrate(price_at_rank, market, 0, 1),
        .mixed_lowest_price = lowest,
        .mixed_lower_quartile = bt_shopbot_price(market, 0.25),
        .mixed_median_price = bt_shopbot_price(market, 0.5),
        .mixed_upper_quartile = bt_shopbot_price(market, 0.75),
        .monopoly_price = highest,
        .war_profit = size * integrate(earnings_at_price, market, lowest, highest) /
                      (highest - lowest) / n_sellers,
        .nash_consumer_surplus = size * integrate(surplus_at_rank, market, 0, 1),
        .first_best_welfare = size * bt_shopbot_surplus(market, market->cost),
    };
    theory.nash_welfare =
        theory.nash_consumer_surplus + size * n_sellers * bt_shopbot_profit(market);
    return theory;
}

/* ---- the table of benchmarks ---- */

static void list_benchmark(bt_shopbot_model *model, const char *name, const char *meaning,
                           const char *units, bt_axis axis, const double *value)
{
    model->benchmark[model->n_benchmarks++] = (bt_benchmark){
        .name = name, .long_name = meaning, .units = units, .axis = axis, .value = value};
}

static void list_benchmarks(bt_shopbot_model *model)
{
    const bt_shopbot_theory *theory = &model->theory;
    list_benchmark(model, "mixed_mean_price", "mean price of the mixed equilibrium", "price",
                   BT_AXIS_NONE, &theory->mixed_mean_price);
    list_benchmark(model, "mixed_lowest_price",
                   "lowest price of the mixed equilibrium, at which a price war ends", "price",
                   BT_AXIS_NONE, &theory->mixed_lowest_price);
    list_benchmark(model, "mixed_lower_quartile", "lower quartile of equilibrium prices",
                   "price", BT_AXIS_NONE, &theory->mixed_lower_quartile);
    list_benchmark(model, "mixed_median_price", "median of equilibrium prices", "price",
                   BT_AXIS_NONE, &theory->mixed_median_price);
    list_benchmark(model, "mixed_upper_quartile", "upper quartile of equilibrium prices",
                   "price", BT_AXIS_NONE, &theory->mixed_upper_quartile);
    list_benchmark(model, "joint_profit_price", "monopoly price", "price", BT_AXIS_PRODUCT,
                   model->joint_profit_price);
    list_benchmark(model, "first_best_price", "cost of a unit", "price", BT_AXIS_PRODUCT,
                   model->cost);
    list_benchmark(model, "nash_profit", "seller's profit in the mixed equilibrium",
                   "price/time", BT_AXIS_SELLER, model->nash_profit);
    list_benchmark(model, "joint_profit", "seller's profit in a cartel", "price/time",
                   BT_AXIS_SELLER, model->joint_profit);
    list_benchmark(model, "war_profit",
                   "seller's profit in a war of best replies with small steps", "price/time",
                   BT_AXIS_NONE, &theory->war_profit);
    list_benchmark(model, "nash_consumer_surplus", "consumer surplus in the mixed equilibrium",
                   "price/time", BT_AXIS_NONE, &theory->nash_consumer_surplus);
    list_benchmark(model, "nash_welfare", "welfare in the mixed equilibrium", "price/time",
                   BT_AXIS_NONE, &theory->nash_welfare);
    list_benchmark(model, "first_best_welfare", "welfare at prices of cost", "price/time",
                   BT_AXIS_NONE, &theory->first_best_welfare);
}

size_t bt_shopbot_benchmarks(const void *self, const bt_benchmark **benchmarks)
{
    const bt_shopbot_model *model = self;
    *benchmarks = model->benchmark;
    return model->n_benchmarks;
}

/* ---- making it ---- */

static bool allocate(bt_shopbot_model *model, double **compares_share,
                     double **cumulative_share)
{
    size_t n_sellers = model->n_sellers;
    bt_arena *arena = model->arena;
    model->seller = BT_ARENA_NEW(arena, n_sellers, uint32_t);
    model->cost = BT_ARENA_NEW(arena, n_sellers, double);
    model->nowhere = BT_ARENA_NEW(arena, n_sellers, double);
    model->joint_profit_price = BT_ARENA_NEW(arena, n_sellers, double);
    model->nash_profit = BT_ARENA_NEW(arena, n_sellers, double);
    model->joint_profit = BT_ARENA_NEW(arena, n_sellers, double);
    *compares_share = BT_ARENA_NEW(arena, n_sellers, double);
    *cumulative_share = BT_ARENA_NEW(arena, n_sellers + 1, double);
    return model->seller != NULL && model->cost != NULL && model->nowhere != NULL &&
           model->joint_profit_price != NULL && model->nash_profit != NULL &&
           model->joint_profit != NULL && *compares_share != NULL && *cumulative_share != NULL;
}

static void fill_sellers(bt_shopbot_model *model)
{
    double size = model->parameters->size;
    double monopoly = bt_shopbot_monopoly_price(&model->rules.market);
    double earnings = bt_shopbot_earnings(&model->rules.market, monopoly);
    for (size_t i = 0; i < model->n_sellers; i++) {
        model->seller[i] = (uint32_t)i;
        model->cost[i] = model->parameters->cost;
        model->nowhere[i] = NAN;
        model->joint_profit_price[i] = monopoly;
        model->nash_profit[i] = size * bt_shopbot_profit(&model->rules.market);
        model->joint_profit[i] = size * earnings / (double)model->n_sellers;
    }
}

static bool copy_names(bt_shopbot_model *model, const bt_market_model_setting *setting)
{
    const char **name = BT_ARENA_NEW(model->arena, model->n_sellers, const char *);
    for (size_t i = 0; name != NULL && i < model->n_sellers; i++) {
        name[i] = bt_arena_copy_text(model->arena, setting->seller_names[i]);
        if (name[i] == NULL)
            return false;
    }
    model->layout.seller_name = name;
    model->layout.product_name = name; /* each sells the one good */
    return name != NULL;
}

static void fill_layout(bt_shopbot_model *model)
{
    bt_market_layout *layout = &model->layout;
    model->ownership = (bt_ownership){.n_products = model->n_sellers,
                                      .n_sellers = model->n_sellers,
                                      .seller = model->seller,
                                      .cost = model->cost};
    layout->n_products = model->n_sellers;
    layout->n_sellers = model->n_sellers;
    layout->n_segments = 1;
    layout->product_seller = model->seller;
    layout->product_cost = model->cost;
    layout->nash_price = model->nowhere;
    layout->joint_profit_price = model->joint_profit_price;
    layout->fixed_price = model->nowhere;
    layout->benchmark_failure = "in a shopbot market no prices are an equilibrium, only "
                                "distributions of prices";
    layout->demand = model->demand;
    layout->ownership = &model->ownership;
    layout->shopbot = &model->rules;
}

static bt_status build(bt_shopbot_model *model, const bt_market_model_setting *setting,
                       bt_error *error)
{
    double *compares_share, *cumulative_share;
    if (!allocate(model, &compares_share, &cumulative_share) || !copy_names(model, setting))
        return bt_fail(error, BT_INTERNAL, "out of memory for a shopbot market");
    bt_shopbot_spread_shares(model->parameters, model->n_sellers, compares_share);
    model->rules = (bt_shopbot_rules){
        .market = {.n_sellers = model->n_sellers,
                   .cost = model->parameters->cost,
                   .value = model->parameters->value,
                   .uniform_values = model->parameters->values == BT_VALUES_UNIFORM,
                   .compares_share = compares_share},
        .quantum = model->parameters->quantum,
        .cumulative_share = cumulative_share};
    bt_status status = bt_shopbot_market_check(&model->rules.market, error);
    if (status != BT_OK)
        return status;
    bt_shopbot_accumulate_shares(&model->rules.market, cumulative_share);
    fill_sellers(model);
    model->theory = theory_of(&model->rules.market, model->parameters->size);
    if (isnan(model->theory.mixed_mean_price))
        return bt_fail(error, BT_INTERNAL, "out of memory for a shopbot market");
    list_benchmarks(model);
    status = bt_demand_create(BT_LOGIT, model->n_sellers, 1, model->n_sellers, &model->demand,
                              error);
    if (status != BT_OK)
        return status;
    model->demand->size = model->parameters->size;
    fill_layout(model);
    return bt_demand_check(model->demand, error);
}

bt_status bt_shopbot_prepare(const bt_market_model_setting *setting, void **result,
                             bt_error *error)
{
    bt_status status =
        bt_refuse_mistakes(bt_shopbot_check, setting->parameters, setting->seller_names,
                           setting->n_seller_names, error);
    if (status != BT_OK)
        return status;
    bt_arena *arena = bt_arena_create();
    bt_shopbot_model *model = arena != NULL ? BT_ARENA_NEW(arena, 1, bt_shopbot_model) : NULL;
    if (model == NULL) {
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "out of memory for a shopbot market");
    }
    model->arena = arena;
    model->parameters = setting->parameters;
    model->n_sellers = setting->n_seller_names;
    status = build(model, setting, error);
    if (status != BT_OK)
        bt_shopbot_release(model);
    else
        *result = model;
    return status;
}

void bt_shopbot_release(void *self)
{
    bt_shopbot_model *model = self;
    bt_demand_destroy(model->demand);
    bt_arena_destroy(model->arena);
}

const bt_market_layout *bt_shopbot_layout(const void *self)
{
    const bt_shopbot_model *model = self;
    return &model->layout;
}
