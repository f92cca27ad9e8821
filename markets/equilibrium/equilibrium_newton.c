/* The Jacobian of the first-order conditions, Newton's step, and the price error. */
#include "markets/equilibrium/equilibrium_newton.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/elimination.h"

enum { BOUND_LIMIT = 3000 }; /* free prices for which an error bound is formed */
/* A Newton step this small, relative to prices, needs no second one to be believed. */
static const double ROUNDING_STEP = 1e-12;

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

bt_status bt_newton_create(bt_pricing_game *game, bt_newton *newton, bt_error *error)
{
    const size_t n = game->n_free;
    const size_t n_matrix = n <= BT_NEWTON_LIMIT ? n * n : 0;

    *newton = (bt_newton){.game = game, .n = n};
    newton->jacobian = allocate(n_matrix, sizeof(double));
    newton->full =
        allocate(game->dense != NULL ? game->n_products * game->n_products : 0, sizeof(double));
    newton->pivot = allocate(n, sizeof(size_t));
    newton->row = allocate(game->n_products, sizeof(double));
    newton->conditions = allocate(n, sizeof(double));
    newton->step = allocate(n, sizeof(double));
    newton->trial = allocate(game->n_products, sizeof(double));
    newton->columns = allocate(n * BT_SUBSTITUTED, sizeof(double));
    if (newton->jacobian == NULL || newton->full == NULL || newton->pivot == NULL ||
        newton->row == NULL || newton->conditions == NULL || newton->step == NULL ||
        newton->trial == NULL || newton->columns == NULL) {
        bt_newton_free(newton);
        return bt_fail(error, BT_INTERNAL, "no memory for the Jacobian of %zu prices", n);
    }
    return game->dense != NULL ? BT_OK : bt_pricing_game_keep_entries(game, error);
}

void bt_newton_free(bt_newton *newton)
{
    free(newton->jacobian);
    free(newton->full);
    free(newton->pivot);
    free(newton->row);
    free(newton->conditions);
    free(newton->step);
    free(newton->trial);
    free(newton->columns);
    *newton = (bt_newton){0};
}

/* f''(p) of one type. */
static double disutility_curvature(const bt_demand *demand, size_t type, double price)
{
    const double value = demand->transform_value[type];

    switch (demand->transform[type]) {
    case BT_PRICE_LOG:
        return -1 / (price * price);
    case BT_PRICE_BOX_COX:
        return (value - 1) * pow(price, value - 2);
    case BT_PRICE_BUDGET:
        return price < value ? 1 / ((value - price) * (value - price)) : 0;
    default:
        return 0;
    }
}

/* dR_j/dp_l for all products l, into row[product]. Margins as p - zero-margin price. */
static void logit_row(const bt_pricing_game *game, const double *price, size_t j, double *row)
{
    const bt_demand *demand = game->demand;
    const uint32_t *seller = game->ownership->seller;
    const double *probability = game->entry_probability;
    const double *slope = game->entry_slope;
    const double unit = 1 / game->keep;
    const double margin = game->margin[j] * unit;
    double diagonal = -2 * game->sum[BT_SUMS * j + BT_SUM_LAMBDA];

    memset(row, 0, game->n_products * sizeof *row);
    for (size_t k = game->product_start[j]; k < game->product_start[j + 1]; k++) {
        const size_t type = game->product_type[k];
        const size_t entry = game->product_entry[k];
        const double weight = demand->weight[type];
        const double own = slope[entry] * probability[entry];
        const double seller_margin = game->entry_seller_value[entry] * unit;
        const double factor =
            weight * (probability[entry] + own * (2 * seller_margin - margin));
        const double reach = weight * own;

        for (size_t e = demand->row_start[type]; e < demand->row_start[type + 1]; e++) {
            const uint32_t l = demand->considered_product[e];
            const double other = slope[e] * probability[e];

            row[l] += other * factor;
            if (seller[l] == seller[j])
                row[l] += reach * (probability[e] - other * game->margin[l] * unit);
        }
        double bend = -slope[entry] * slope[entry];
        if (!game->all_linear)
            bend += game->type_slope[type] * disutility_curvature(demand, type, price[j]);
        diagonal += weight * bend * probability[entry] * (seller_margin - margin);
    }
    row[j] += diagonal;
}

/* Scale of a condition: what one unit of its own price does to it, roughly. */
static double condition_scale(const bt_pricing_game *game, size_t product)
{
    const double lambda = game->sum[BT_SUMS * product + BT_SUM_LAMBDA];

    return lambda > DBL_MIN ? lambda : 0;
}

/* R_j by free price; a product as good as out of the market keeps its price. */
static void gather_conditions(bt_newton *newton)
{
    const bt_pricing_game *game = newton->game;

    for (size_t i = 0; i < newton->n; i++) {
        const uint32_t product = game->free_product[i];
        const double scale = condition_scale(game, product);

        newton->conditions[i] = scale > 0 ? game->gradient[product] / game->keep / scale : 0;
    }
}

/* Rows of the full Jacobian, cut to the free prices and scaled. */
static void take_row(bt_newton *newton, size_t i, const double *row)
{
    const bt_pricing_game *game = newton->game;
    const double scale = condition_scale(game, game->free_product[i]);
    double *jacobian = newton->jacobian + i * newton->n;

    for (size_t k = 0; k < newton->n; k++)
        jacobian[k] = scale > 0 ? row[game->free_product[k]] / scale : i == k;
}

static void dense_jacobian(bt_newton *newton, const double *price)
{
    bt_pricing_game *game = newton->game;
    const size_t n = game->n_products;
    double *curvature = newton->row;

    for (size_t j = 0; j < n && !game->all_linear; j++)
        curvature[j] = disutility_curvature(game->demand, 0, price[j]);
    bt_dense_jacobian(game, game->all_linear ? NULL : game->disutility_slope,
                      game->all_linear ? NULL : curvature, newton->full);
    for (size_t i = 0; i < newton->n; i++)
        take_row(newton, i, newton->full + game->free_product[i] * n);
}

static void analytic_jacobian(bt_newton *newton, const double *price)
{
    const bt_pricing_game *game = newton->game;

    if (game->dense != NULL) {
        dense_jacobian(newton, price);
        return;
    }
    for (size_t i = 0; i < newton->n; i++) {
        logit_row(game, price, game->free_product[i], newton->row);
        take_row(newton, i, newton->row);
    }
}

/* Forward differences; the game is evaluated at `price` again in the end. */
static void difference_jacobian(bt_newton *newton, const double *price)
{
    bt_pricing_game *game = newton->game;
    double *base = newton->row;
    double *scale = newton->step;

    for (size_t i = 0; i < newton->n; i++) {
        base[i] = game->gradient[game->free_product[i]];
        scale[i] = condition_scale(game, game->free_product[i]);
    }
    memcpy(newton->trial, price, game->n_products * sizeof *price);
    for (size_t k = 0; k < newton->n; k++) {
        const uint32_t moved = game->free_product[k];
        volatile double there =
            price[moved] + 1e-7 * fmax(fabs(price[moved]), 1e-3 * fabs(game->margin[moved]));
        const double difference = there - price[moved];

        newton->trial[moved] = there;
        bt_pricing_game_evaluate(game, newton->trial);
        newton->trial[moved] = price[moved];
        for (size_t i = 0; i < newton->n; i++)
            newton->jacobian[i * newton->n + k] =
                scale[i] > 0 && difference > 0
                    ? (game->gradient[game->free_product[i]] - base[i]) / difference /
                          game->keep / scale[i]
                    : i == k;
    }
    bt_pricing_game_evaluate(game, price);
}

static bool has_analytic_jacobian(const bt_pricing_game *game)
{
    return game->demand->model == BT_LOGIT && !game->any_risk_aversion;
}

/* Evaluate with entries recorded, where evaluations do not record them anyway. */
static void record_entries(bt_pricing_game *game, const double *price)
{
    if (game->recording || game->dense != NULL)
        return;
    game->recording = true;
    bt_pricing_game_evaluate(game, price);
    game->recording = false;
}

void bt_newton_factor(bt_newton *newton, const double *price)
{
    if (has_analytic_jacobian(newton->game))
        record_entries(newton->game, price);
    if (has_analytic_jacobian(newton->game))
        analytic_jacobian(newton, price);
    else
        difference_jacobian(newton, price);
    newton->singular = !bt_eliminate(newton->jacobian, newton->n, newton->pivot);
    newton->factored = true;
}

void bt_newton_step(bt_newton *newton)
{
    gather_conditions(newton);
    for (size_t i = 0; i < newton->n; i++)
        newton->step[i] = -newton->conditions[i];
    if (!newton->singular)
        bt_substitute(newton->jacobian, newton->n, newton->pivot, newton->step);
}

/* The rounding that a condition is formed with, scaled like it. */
static double condition_rounding(const bt_pricing_game *game, size_t product)
{
    const double *sum = game->sum + BT_SUMS * product;
    const double scale = condition_scale(game, product);

    if (scale == 0)
        return 0;
    return 16 * DBL_EPSILON *
           (fabs(game->value_slope[product]) * sum[BT_SUM_SHARE] +
            sum[BT_SUM_LAMBDA] * fabs(game->value[product]) + fabs(sum[BT_SUM_GAMMA_VALUE])) /
           game->keep / scale;
}

static double largest_of(const double *vector, size_t n)
{
    double largest = 0;

    for (size_t i = 0; i < n; i++)
        if (fabs(vector[i]) > largest || isnan(vector[i]))
            largest = fabs(vector[i]);
    return largest;
}

/* max_j sum_k |J^{-1}_jk| bound_k; columns: [n * BT_SUBSTITUTED] */
static double inverse_times(const bt_newton *newton, const double *bound, double *columns,
                            double *total)
{
    const size_t n = newton->n;

    memset(total, 0, n * sizeof *total);
    for (size_t first = 0; first < n; first += BT_SUBSTITUTED) {
        const size_t taken = n - first < BT_SUBSTITUTED ? n - first : BT_SUBSTITUTED;

        memset(columns, 0, n * BT_SUBSTITUTED * sizeof *columns);
        for (size_t k = 0; k < taken; k++)
            columns[(first + k) * BT_SUBSTITUTED + k] = 1;
        bt_substitute_several(newton->jacobian, n, newton->pivot, columns);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < taken; k++)
                total[i] += fabs(columns[i * BT_SUBSTITUTED + k]) * bound[first + k];
    }
    return largest_of(total, n);
}

/* Twice |J^{-1}| times the conditions and their rounding, by the factors at hand. */
static double inverse_bound(bt_newton *newton)
{
    const bt_pricing_game *game = newton->game;
    double *bound = newton->row;

    gather_conditions(newton);
    for (size_t i = 0; i < newton->n; i++)
        bound[i] =
            fabs(newton->conditions[i]) + condition_rounding(game, game->free_product[i]);
    return 2 * inverse_times(newton, bound, newton->columns, newton->conditions);
}

/* With new factors, and a second step to see whether the first can be trusted. */
static double factored_bound(bt_newton *newton, const double *price)
{
    bt_pricing_game *game = newton->game;

    bt_newton_factor(newton, price);
    if (newton->singular)
        return NAN;
    const double error = inverse_bound(newton);
    bt_newton_step(newton);
    const double first = largest_of(newton->step, newton->n);
    if (first <= ROUNDING_STEP * largest_of(price, game->n_products))
        return error;
    memcpy(newton->trial, price, game->n_products * sizeof *price);
    for (size_t i = 0; i < newton->n; i++)
        newton->trial[game->free_product[i]] += newton->step[i];
    bt_pricing_game_evaluate(game, newton->trial);
    bt_newton_step(newton);
    const double second = largest_of(newton->step, newton->n);
    bt_pricing_game_evaluate(game, price);
    return second <= first / 2 ? error : NAN;
}

/* How far one price can be off, by diagonal dominance; NAN where there is none. */
static double dominated_error(const bt_pricing_game *game, const double *price, size_t product,
                              double *row)
{
    const double scale = condition_scale(game, product);
    double others = 0;

    if (scale == 0)
        return 0;
    logit_row(game, price, product, row);
    for (size_t k = 0; k < game->n_free; k++)
        if (game->free_product[k] != product)
            others += fabs(row[game->free_product[k]]);
    const double gap = (fabs(row[product]) - others) / scale;
    const double condition = fabs(game->gradient[product]) / game->keep / scale;
    return gap > 0 ? 2 * (condition + condition_rounding(game, product)) / gap : NAN;
}

static double dominance_bound(bt_newton *newton, const double *price)
{
    const bt_pricing_game *game = newton->game;
    const size_t n_products = game->n_products;
    double *rows = allocate(game->n_threads * n_products, sizeof(double));
    double *errors = newton->step;

    if (rows == NULL)
        return NAN;
#pragma omp parallel for num_threads((int)game->n_threads) schedule(dynamic, 16)
    for (size_t i = 0; i < newton->n; i++)
        errors[i] = dominated_error(game, price, game->free_product[i],
                                    rows + (size_t)omp_get_thread_num() * n_products);
    free(rows);
    return largest_of(errors, newton->n);
}

double bt_price_error_bound(bt_pricing_game *game, const double *price, bt_newton *near)
{
    bt_newton newton;
    double error = NAN;

    if (game->n_free == 0)
        return 0;
    if (near != NULL && near->factored && !near->singular)
        return inverse_bound(near);
    if (game->n_free > BOUND_LIMIT ||
        (game->n_free > BT_NEWTON_LIMIT && !has_analytic_jacobian(game)))
        return NAN;
    if (bt_newton_create(game, &newton, NULL) != BT_OK)
        return NAN;
    bt_pricing_game_evaluate(game, price);
    record_entries(game, price);
    error = game->n_free <= BT_NEWTON_LIMIT ? factored_bound(&newton, price)
                                            : dominance_bound(&newton, price);
    bt_newton_free(&newton);
    return error;
}
