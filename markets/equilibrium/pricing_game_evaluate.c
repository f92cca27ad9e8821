/* One evaluation of the pricing game: shares, Lambda, Gamma sums, gradients. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "markets/demand/demand_work.h"
#include "markets/equilibrium/pricing_game.h"
#include "sim/vector_math.h"

/* Below this share, ratios to it are formed from logarithms. */
static const double THIN_SHARE = 1e-280;

/* What an evaluation adds up over a block of types. */
typedef struct block_sums {
    double *sum; /* [product][BT_SUMS] */
    double outside_share;
} block_sums;

static void tabulate_disutility(bt_pricing_game *game, const double *price)
{
    if (game->all_linear || !game->one_transform)
        return;
    for (size_t product = 0; product < game->n_products; product++) {
        game->disutility[product] = bt_price_disutility(game->demand, 0, price[product]);
        game->disutility_slope[product] =
            bt_price_disutility_slope(game->demand, 0, price[product]);
    }
}

/* Utilities (over mu; nested: over mu (1-rho)) of a row at prices. */
static void row_utilities(const bt_pricing_game *game, size_t type, const double *price,
                          double *utility)
{
    const size_t begin = game->demand->row_start[type];
    const size_t length = game->demand->row_start[type + 1] - begin;
    const uint32_t *product = game->demand->considered_product + begin;
    const double *base = game->entry_utility + begin;
    const double *disutility = game->all_linear ? price : game->disutility;
    const double slope = game->type_slope[type];

    if (!game->one_transform)
        for (size_t k = 0; k < length; k++)
            utility[k] =
                base[k] - slope * bt_price_disutility(game->demand, type, price[product[k]]);
    else if (length == game->n_products)
        for (size_t k = 0; k < length; k++)
            utility[k] = base[k] - slope * disutility[k];
    else
        for (size_t k = 0; k < length; k++)
            utility[k] = base[k] - slope * disutility[product[k]];
}

static inline double entry_slope(const bt_pricing_game *game, size_t type, uint32_t product,
                                 const double *price)
{
    if (game->all_linear)
        return game->type_slope[type];
    if (game->one_transform)
        return game->type_slope[type] * game->disutility_slope[product];
    return game->type_slope[type] *
           bt_price_disutility_slope(game->demand, type, price[product]);
}

/* Take the largest of a row and its outside option out. */
static double take_out_largest(double *utility, size_t count)
{
    double largest = -INFINITY;

    for (size_t k = 0; k < count; k++)
        largest = utility[k] > largest ? utility[k] : largest;
    if (largest == -INFINITY)
        utility[count - 1] = 0; /* who can afford nothing stays out */
    else if (largest == INFINITY)
        for (size_t k = 0; k < count; k++)
            utility[k] = utility[k] == INFINITY ? 0 : -INFINITY;
    else
        for (size_t k = 0; k < count; k++)
            utility[k] -= largest;
    return largest;
}

/* Add one entry: its share, and with a its slope, a s, a s (sum of V s) and a s s. */
static inline void add_entry(double *sum, double share, double lambda, double seller_value,
                             double own_probability)
{
    sum[BT_SUM_SHARE] += share;
    sum[BT_SUM_LAMBDA] += lambda;
    sum[BT_SUM_GAMMA_VALUE] += lambda * seller_value;
    sum[BT_SUM_OWN_GAMMA] += lambda * own_probability;
}

static void record_entry(bt_pricing_game *game, size_t entry, double probability, double slope,
                         double seller_value)
{
    game->entry_probability[entry] = probability;
    game->entry_slope[entry] = slope;
    game->entry_seller_value[entry] = seller_value;
}

/* A row of a logit whose exponentials stand in `value`, the outside option's last. */
static void add_logit_row(bt_pricing_game *game, size_t type, const double *price,
                          const double *value, bt_pricing_scratch *scratch, block_sums *sums)
{
    const bt_demand *demand = game->demand;
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    const uint32_t *seller = game->ownership->seller;
    const double weight = demand->weight[type];
    double *seller_value = scratch->seller_value;
    double total = value[length];

    for (size_t k = 0; k < length; k++)
        total += value[k];
    const double unit = 1 / total;
    sums->outside_share += weight * (value[length] * unit);
    if (!game->single_product_sellers)
        for (size_t k = 0; k < length; k++)
            seller_value[seller[product[k]]] += game->value[product[k]] * (value[k] * unit);
    for (size_t k = 0; k < length; k++) {
        const uint32_t j = product[k];
        const double probability = value[k] * unit;
        const double slope = entry_slope(game, type, j, price);
        const double own = game->single_product_sellers ? game->value[j] * probability
                                                        : seller_value[seller[j]];
        const double share = weight * probability;

        add_entry(sums->sum + BT_SUMS * j, share, share * slope, own, probability);
        if (game->recording)
            record_entry(game, begin + k, probability, slope, own);
    }
    if (!game->single_product_sellers)
        for (size_t k = 0; k < length; k++)
            seller_value[seller[product[k]]] = 0;
}

/* Logit types from `first` on, as many as a chunk holds; returns the next one. */
static size_t add_logit_chunk(bt_pricing_game *game, size_t first, size_t last,
                              const double *price, bt_pricing_scratch *scratch,
                              block_sums *sums)
{
    const size_t *row_start = game->demand->row_start;
    size_t used = 0;
    size_t end = first;

    for (; end < last; end++) {
        const size_t length = row_start[end + 1] - row_start[end];

        if (used + length + 1 > game->chunk_capacity)
            break;
        row_utilities(game, end, price, scratch->utility + used);
        scratch->utility[used + length] = game->outside_utility[end];
        take_out_largest(scratch->utility + used, length + 1);
        used += length + 1;
    }
    bt_exp_block(scratch->utility, used, scratch->utility);
    double *value = scratch->utility;
    for (size_t type = first; type < end; type++) {
        add_logit_row(game, type, price, value, scratch, sums);
        value += row_start[type + 1] - row_start[type] + 1;
    }
    return end;
}

/* Probabilities within nests into `value`, and each nest's own probability into
 * scratch->nest_sum. Returns the outside probability. */
static double nest_probabilities(const bt_pricing_game *game, size_t type, double *value,
                                 bt_pricing_scratch *scratch)
{
    const bt_demand *demand = game->demand;
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    const double spread = 1 - demand->nest_correlation;
    const double outside = game->outside_utility[type];
    double largest = outside;
    double total = 0;

    for (size_t k = 0; k < length; k++) {
        scratch->nest_largest[demand->nest[product[k]]] = -INFINITY;
        scratch->nest_sum[demand->nest[product[k]]] = 0;
    }
    for (size_t k = 0; k < length; k++) {
        double *nest_largest = &scratch->nest_largest[demand->nest[product[k]]];

        *nest_largest = value[k] > *nest_largest ? value[k] : *nest_largest;
    }
    for (size_t k = 0; k < length; k++) {
        const double nest_largest = scratch->nest_largest[demand->nest[product[k]]];

        value[k] = nest_largest == -INFINITY ? -INFINITY : value[k] - nest_largest;
        largest = spread * nest_largest > largest ? spread * nest_largest : largest;
    }
    bt_exp_block(value, length, value);
    for (size_t k = 0; k < length; k++)
        scratch->nest_sum[demand->nest[product[k]]] += value[k];
    for (size_t k = 0; k < length; k++)
        value[k] = scratch->nest_sum[demand->nest[product[k]]] > 0
                       ? value[k] / scratch->nest_sum[demand->nest[product[k]]]
                       : 0;
    if (largest == -INFINITY) {
        for (size_t k = 0; k < length; k++)
            scratch->nest_sum[demand->nest[product[k]]] = 0;
        return 1;
    }
    /* From here a nest's sum becomes its attraction; it is marked as done by its largest. */
    for (size_t k = 0; k < length; k++) {
        const uint32_t nest = demand->nest[product[k]];

        if (isnan(scratch->nest_largest[nest]))
            continue;
        scratch->nest_sum[nest] =
            scratch->nest_sum[nest] > 0
                ? exp(spread * (scratch->nest_largest[nest] + log(scratch->nest_sum[nest])) -
                      largest)
                : 0;
        scratch->nest_largest[nest] = NAN;
        total += scratch->nest_sum[nest];
    }
    const double outside_value = exp(outside - largest);
    total += outside_value;
    for (size_t k = 0; k < length; k++) {
        const uint32_t nest = demand->nest[product[k]];

        if (isnan(scratch->nest_largest[nest]))
            scratch->nest_sum[nest] /= total;
        scratch->nest_largest[nest] = 0;
    }
    return outside_value / total;
}

static void add_nested_row(bt_pricing_game *game, size_t type, const double *price,
                           bt_pricing_scratch *scratch, block_sums *sums)
{
    const bt_demand *demand = game->demand;
    const size_t begin = demand->row_start[type];
    const size_t length = demand->row_start[type + 1] - begin;
    const uint32_t *product = demand->considered_product + begin;
    const uint32_t *seller = game->ownership->seller;
    const double correlation = demand->nest_correlation;
    double *within = scratch->utility;

    row_utilities(game, type, price, within);
    sums->outside_share +=
        demand->weight[type] * nest_probabilities(game, type, within, scratch);
    for (size_t k = 0; k < length; k++) {
        const double value = game->value[product[k]] * within[k];

        scratch->pair_value[game->pair[product[k]]] += value;
        scratch->seller_value[seller[product[k]]] +=
            value * scratch->nest_sum[demand->nest[product[k]]];
    }
    for (size_t k = 0; k < length; k++) {
        const double probability = within[k] * scratch->nest_sum[demand->nest[product[k]]];
        const double seller_value =
            correlation * scratch->pair_value[game->pair[product[k]]] +
            (1 - correlation) * scratch->seller_value[seller[product[k]]];

        const double slope = entry_slope(game, type, product[k], price);
        const double share = demand->weight[type] * probability;

        add_entry(sums->sum + BT_SUMS * product[k], share, share * slope, seller_value,
                  correlation * within[k] + (1 - correlation) * probability);
        if (game->recording)
            record_entry(game, begin + k, probability, slope, seller_value);
    }
    for (size_t k = 0; k < length; k++) {
        scratch->pair_value[game->pair[product[k]]] = 0;
        scratch->seller_value[seller[product[k]]] = 0;
    }
}

static void add_types(bt_pricing_game *game, size_t first, size_t last, const double *price,
                      bt_pricing_scratch *scratch, block_sums *sums)
{
    if (game->dense != NULL)
        sums->outside_share += bt_dense_add(
            game, first, last, game->all_linear ? price : game->disutility,
            game->all_linear ? NULL : game->disutility_slope, scratch->utility, sums->sum);
    else if (game->demand->model == BT_NESTED_LOGIT)
        for (size_t type = first; type < last; type++)
            add_nested_row(game, type, price, scratch, sums);
    else
        while (first < last)
            first = add_logit_chunk(game, first, last, price, scratch, sums);
}

static void add_blocks(bt_pricing_game *game, const double *price)
{
    const size_t n_sums = BT_SUMS * game->n_products;

    memset(game->block_sum, 0, game->n_blocks * (n_sums + 1) * sizeof(double));
#pragma omp parallel for num_threads((int)game->n_threads) schedule(dynamic)
    for (size_t block = 0; block < game->n_blocks; block++) {
        block_sums sums = {.sum = game->block_sum + block * (n_sums + 1)};

        add_types(game, game->block_start[block], game->block_start[block + 1], price,
                  &game->scratch[omp_get_thread_num()], &sums);
        sums.sum[n_sums] = sums.outside_share;
    }
    for (size_t block = 0; block < game->n_blocks; block++) {
        const double *block_sum = game->block_sum + block * (n_sums + 1);

        for (size_t i = 0; i < n_sums; i++)
            game->sum[i] += block_sum[i];
        game->outside_share += block_sum[n_sums];
    }
}

static void sum_over_types(bt_pricing_game *game, const double *price)
{
    memset(game->sum, 0, BT_SUMS * game->n_products * sizeof(double));
    game->outside_share = 0;
    if (game->n_blocks > 1) {
        add_blocks(game, price);
        return;
    }
    block_sums sums = {.sum = game->sum};

    add_types(game, 0, game->demand->n_types, price, &game->scratch[0], &sums);
    game->outside_share = sums.outside_share;
}

static void sum_moments(bt_pricing_game *game)
{
    for (size_t seller = 0; seller < game->n_sellers; seller++) {
        double expected = 0;
        double expected_square = 0;

        for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
            const uint32_t product = game->seller_product[i];
            const double share = bt_game_share(game, product);
            /* Nothing is sold at an infinite price. */
            const double margin = share > 0 ? game->margin[product] : 0;

            expected += margin * share;
            expected_square += margin * margin * share;
        }
        game->expected[seller] = expected;
        game->expected_square[seller] = expected_square;
    }
}

/* V and V' of every product at its price. */
static void set_values(bt_pricing_game *game)
{
    for (size_t seller = 0; seller < game->n_sellers; seller++) {
        const bt_value_form form =
            bt_seller_value_form(game->ownership, seller, game->expected[seller]);
        const double slope = form.constant + form.mean * game->expected[seller];

        for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
            const uint32_t product = game->seller_product[i];
            const double margin = game->margin[product];

            game->value[product] =
                isfinite(margin) ? (slope + form.square / 2 * margin) * margin : 0;
            game->value_slope[product] = game->keep * (slope + form.square * margin);
        }
    }
}

static void set_margins(bt_pricing_game *game, const double *price)
{
    for (size_t product = 0; product < game->n_products; product++)
        game->margin[product] = bt_margin(game->ownership, product, price[product]);
}

void bt_pricing_game_shares(bt_pricing_game *game, const double *price)
{
    set_margins(game, price);
    memset(game->value, 0, game->n_products * sizeof(double));
    tabulate_disutility(game, price);
    sum_over_types(game, price);
    sum_moments(game);
}

void bt_pricing_game_evaluate(bt_pricing_game *game, const double *price)
{
    if (game->any_risk_aversion) {
        bt_pricing_game_shares(game, price);
    } else {
        memset(game->expected, 0, game->n_sellers * sizeof(double));
        set_margins(game, price);
        tabulate_disutility(game, price);
    }
    set_values(game);
    sum_over_types(game, price);
    sum_moments(game);
    for (size_t product = 0; product < game->n_products; product++) {
        const double *sum = game->sum + BT_SUMS * product;

        game->gradient[product] = sum[BT_SUM_SHARE] > 0
                                      ? game->value_slope[product] * sum[BT_SUM_SHARE] -
                                            sum[BT_SUM_LAMBDA] * game->value[product] +
                                            sum[BT_SUM_GAMMA_VALUE]
                                      : 0;
    }
}

double bt_pricing_game_objective(const bt_pricing_game *game, size_t seller)
{
    return bt_objective_of_moments(game->ownership, seller, game->expected[seller],
                                   game->expected_square[seller]);
}

double bt_pricing_game_relative_gradient(const bt_pricing_game *game, size_t product)
{
    const size_t seller = game->ownership->seller[product];
    const double expected = game->expected[seller];
    const bt_value_form form = bt_seller_value_form(game->ownership, seller, expected);
    const double share = bt_game_share(game, product);

    if (game->gradient[product] == 0 || share < THIN_SHARE)
        return 0;
    /* E^2 - lambda Var has no scale at zero margins: that of a margin 1/a serves. */
    const double typical = share * share / game->sum[BT_SUMS * product + BT_SUM_LAMBDA];
    const double scale =
        game->keep * (fabs(form.constant + (form.constant > 0 ? form.mean * expected : 0)) +
                      (form.constant > 0 ? 0 : form.mean * fmax(fabs(expected), typical)));
    return game->gradient[product] / (share * scale);
}

double bt_pricing_game_residual(const bt_pricing_game *game)
{
    double residual = 0;

    for (size_t i = 0; i < game->n_free; i++) {
        const double relative =
            fabs(bt_pricing_game_relative_gradient(game, game->free_product[i]));

        if (relative > residual || isnan(relative))
            residual = relative;
    }
    return residual;
}
