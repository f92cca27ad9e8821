/* Evaluations of one seller's pricing problem. */
#include <math.h>
#include <string.h>

#include "markets/equilibrium/seller_problem.h"
#include "sim/vector_math.h"

/* Utilities of a row's own entries at the problem's prices. */
static inline double own_utility(const bt_seller_problem *problem, size_t type, size_t entry)
{
    const bt_pricing_game *game = problem->game;
    const uint32_t own = problem->entry_product[entry];
    const double disutility =
        game->all_linear      ? problem->price[own]
        : game->one_transform ? problem->disutility[own]
                              : bt_price_disutility(game->demand, type, problem->price[own]);

    return problem->entry_utility[entry] - game->type_slope[type] * disutility;
}

static inline double own_slope(const bt_seller_problem *problem, size_t type, uint32_t own)
{
    const bt_pricing_game *game = problem->game;

    if (game->all_linear)
        return game->type_slope[type];
    if (game->one_transform)
        return game->type_slope[type] * problem->slope[own];
    return game->type_slope[type] *
           bt_price_disutility_slope(game->demand, type, problem->price[own]);
}

/* Lay the exponents of a row, own entries and then the rest, the largest taken out. */
static size_t lay_row(const bt_seller_problem *problem, size_t row, double *exponent)
{
    const size_t begin = problem->group_entry[row];
    const size_t length = problem->group_entry[row + 1] - begin;
    const size_t type = problem->row_type[row];
    double largest = problem->group_rivals[row];

    exponent[length] = largest;
    for (size_t k = 0; k < length; k++) {
        exponent[k] = own_utility(problem, type, begin + k);
        largest = exponent[k] > largest ? exponent[k] : largest;
    }
    if (largest == -INFINITY)
        exponent[length] = 0;
    else
        for (size_t k = 0; k <= length; k++)
            exponent[k] = largest == INFINITY ? (exponent[k] == INFINITY ? 0 : -INFINITY)
                                              : exponent[k] - largest;
    return length + 1;
}

/* Add a row's part, its exponentials in value[], own entries first. */
static void add_logit_sums(bt_seller_problem *problem, size_t row, const double *value)
{
    const size_t begin = problem->group_entry[row];
    const size_t length = problem->group_entry[row + 1] - begin;
    const size_t type = problem->row_type[row];
    const uint32_t *own = problem->entry_product + begin;
    const double weight = problem->game->demand->weight[type];
    double total = value[length];
    double margin_row = 0;
    double square_row = 0;

    for (size_t k = 0; k < length; k++)
        total += value[k];
    for (size_t k = 0; k < length; k++) {
        const double part = problem->margin[own[k]] * value[k];

        margin_row += part;
        square_row += part * problem->margin[own[k]];
    }
    const double unit = 1 / total;
    margin_row *= unit;
    square_row *= unit;
    for (size_t k = 0; k < length; k++) {
        const double share = weight * (value[k] * unit);
        const double lambda = share * own_slope(problem, type, own[k]);
        double *moment = problem->moment + BT_MOMENTS * own[k];

        problem->share[own[k]] += share;
        moment[BT_MOMENT_LAMBDA] += lambda;
        moment[BT_MOMENT_GAMMA_MARGIN] += lambda * margin_row;
        moment[BT_MOMENT_GAMMA_SQUARE] += lambda * square_row;
    }
}

static void add_logit_rows(bt_seller_problem *problem)
{
    size_t first = 0;

    while (first < problem->n_rows) {
        size_t used = 0;
        size_t end = first;

        while (end < problem->n_rows &&
               used + problem->group_entry[end + 1] - problem->group_entry[end] + 1 <=
                   problem->chunk_capacity)
            used += lay_row(problem, end++, problem->exponent + used);
        bt_exp_block(problem->exponent, used, problem->exponent);
        for (used = 0; first < end; first++) {
            add_logit_sums(problem, first, problem->exponent + used);
            used += problem->group_entry[first + 1] - problem->group_entry[first] + 1;
        }
    }
}

/* Probabilities of a nested row: within[k] given the nest, reach[group - first] of the
 * nest. */
static void nested_probabilities(const bt_seller_problem *problem, size_t row, double *within,
                                 double *reach)
{
    const bt_demand *demand = problem->game->demand;
    const double spread = demand->model == BT_NESTED_LOGIT ? 1 - demand->nest_correlation : 1;
    const size_t type = problem->row_type[row];
    const size_t first = problem->group_entry[problem->row_group[row]];
    const size_t n_groups = problem->row_group[row + 1] - problem->row_group[row];
    double largest = problem->row_rivals[row];

    for (size_t g = 0; g < n_groups; g++) {
        const size_t group = problem->row_group[row] + g;
        const size_t begin = problem->group_entry[group];
        const size_t end = problem->group_entry[group + 1];
        double top = problem->group_rivals[group];

        for (size_t e = begin; e < end; e++) {
            within[e - first] = own_utility(problem, type, e);
            top = within[e - first] > top ? within[e - first] : top;
        }
        double sum = top == -INFINITY ? 0 : exp(problem->group_rivals[group] - top);
        for (size_t e = begin; e < end; e++)
            sum += within[e - first] = top == -INFINITY ? 0 : exp(within[e - first] - top);
        for (size_t e = begin; e < end; e++)
            within[e - first] /= sum > 0 ? sum : 1;
        reach[g] = sum > 0 ? spread * (top + log(sum)) : -INFINITY;
        largest = reach[g] > largest ? reach[g] : largest;
    }
    if (largest == -INFINITY) {
        memset(reach, 0, n_groups * sizeof *reach);
        return;
    }
    double total = exp(problem->row_rivals[row] - largest);
    for (size_t g = 0; g < n_groups; g++)
        total += reach[g] = exp(reach[g] - largest);
    for (size_t g = 0; g < n_groups; g++)
        reach[g] /= total;
}

static void add_nested_row_sums(bt_seller_problem *problem, size_t row)
{
    const double correlation = problem->game->demand->nest_correlation;
    const size_t type = problem->row_type[row];
    const double weight = problem->game->demand->weight[type];
    const size_t first = problem->group_entry[problem->row_group[row]];
    double *within = problem->exponent;
    double *reach = problem->exponent + problem->game->longest_row;
    double margin_row = 0;
    double square_row = 0;

    nested_probabilities(problem, row, within, reach);
    for (size_t group = problem->row_group[row]; group < problem->row_group[row + 1]; group++)
        for (size_t e = problem->group_entry[group]; e < problem->group_entry[group + 1]; e++) {
            const double margin = problem->margin[problem->entry_product[e]];
            const double part =
                margin * within[e - first] * reach[group - problem->row_group[row]];

            margin_row += part;
            square_row += part * margin;
        }
    for (size_t group = problem->row_group[row]; group < problem->row_group[row + 1]; group++) {
        const double group_reach = reach[group - problem->row_group[row]];
        double margin_mix = 0;
        double square_mix = 0;

        for (size_t e = problem->group_entry[group]; e < problem->group_entry[group + 1]; e++) {
            const double margin = problem->margin[problem->entry_product[e]];

            margin_mix += margin * within[e - first];
            square_mix += margin * margin * within[e - first];
        }
        margin_mix = correlation * margin_mix + (1 - correlation) * margin_row;
        square_mix = correlation * square_mix + (1 - correlation) * square_row;
        for (size_t e = problem->group_entry[group]; e < problem->group_entry[group + 1]; e++) {
            const uint32_t own = problem->entry_product[e];
            const double share = weight * within[e - first] * group_reach;
            const double lambda = share * own_slope(problem, type, own);
            double *moment = problem->moment + BT_MOMENTS * own;

            problem->share[own] += share;
            moment[BT_MOMENT_LAMBDA] += lambda;
            moment[BT_MOMENT_GAMMA_MARGIN] += lambda * margin_mix;
            moment[BT_MOMENT_GAMMA_SQUARE] += lambda * square_mix;
        }
    }
}

static void set_own_prices(bt_seller_problem *problem, const double *own_price)
{
    const bt_pricing_game *game = problem->game;

    memcpy(problem->price, own_price, problem->n_free * sizeof *own_price);
    for (size_t i = 0; i < problem->n_own; i++) {
        const double price = problem->price[i];

        problem->margin[i] =
            price < INFINITY ? bt_margin(game->ownership, problem->product[i], price) : 0;
        if (game->one_transform && !game->all_linear) {
            problem->disutility[i] = bt_price_disutility(game->demand, 0, price);
            problem->slope[i] = bt_price_disutility_slope(game->demand, 0, price);
        }
    }
}

/* Objective, gradient and preconditioner from the sums. */
static void finish(bt_seller_problem *problem)
{
    const bt_pricing_game *game = problem->game;
    double expected = 0;
    double expected_square = 0;

    for (size_t i = 0; i < problem->n_own; i++) {
        if (problem->share[i] == 0)
            continue;
        const double part = problem->margin[i] * problem->share[i];

        expected += part;
        expected_square += part * problem->margin[i];
    }
    const bt_value_form form = bt_seller_value_form(game->ownership, problem->seller, expected);
    const double mean = form.constant + form.mean * expected;
    for (size_t i = 0; i < problem->n_free; i++) {
        const double *moment = problem->moment + BT_MOMENTS * i;
        const double margin = problem->margin[i];
        const double value_slope = game->keep * (mean + form.square * margin);

        problem->gradient[i] =
            problem->share[i] == 0
                ? 0
                : value_slope * problem->share[i] -
                      moment[BT_MOMENT_LAMBDA] * ((mean + form.square / 2 * margin) * margin) +
                      mean * moment[BT_MOMENT_GAMMA_MARGIN] +
                      form.square / 2 * moment[BT_MOMENT_GAMMA_SQUARE];
        problem->preconditioner[i] =
            moment[BT_MOMENT_LAMBDA] * fabs(value_slope) +
            game->keep * game->keep * fabs(form.square) * problem->share[i];
    }
    problem->objective =
        bt_objective_of_moments(game->ownership, problem->seller, expected, expected_square);
}

/* Rows with one own product: its share is 1/(1 + everything else over it). */
static void add_lone_rows(bt_seller_problem *problem, size_t own)
{
    enum { LANES = 4 };
    const double disutility =
        problem->game->all_linear ? problem->price[own] : problem->disutility[own];
    const size_t end = problem->lone_start[own + 1];
    double share[LANES] = {0};
    double lambda[LANES] = {0};
    double gamma[LANES] = {0};

    for (size_t first = problem->lone_start[own]; first < end;) {
        const size_t count =
            end - first < problem->chunk_capacity ? end - first : problem->chunk_capacity;
        const double *offset = problem->lone_offset + first;
        const double *slope = problem->lone_slope + first;
        const double *weight = problem->lone_weight + first;
        double *odds = problem->exponent;

        for (size_t k = 0; k < count; k++)
            odds[k] = offset[k] + slope[k] * disutility;
        bt_exp_block(odds, count, odds);
        for (size_t k = 0; k < count; k++)
            odds[k] = 1 / (1 + odds[k]);
        for (size_t k = 0; k < count; k++) {
            const double part = weight[k] * odds[k];

            share[k % LANES] += part;
            lambda[k % LANES] += part * slope[k];
            gamma[k % LANES] += part * slope[k] * odds[k];
        }
        first += count;
    }
    const double slope = problem->game->all_linear ? 1 : problem->slope[own];
    const double margin = problem->margin[own];
    double *moment = problem->moment + BT_MOMENTS * own;
    for (size_t lane = 0; lane < LANES; lane++) {
        problem->share[own] += share[lane];
        moment[BT_MOMENT_LAMBDA] += slope * lambda[lane];
        moment[BT_MOMENT_GAMMA_MARGIN] += slope * gamma[lane] * margin;
        moment[BT_MOMENT_GAMMA_SQUARE] += slope * gamma[lane] * margin * margin;
    }
}

double bt_seller_problem_evaluate(bt_seller_problem *problem, const double *own_price)
{
    set_own_prices(problem, own_price);
    memset(problem->share, 0, problem->n_own * sizeof(double));
    memset(problem->moment, 0, BT_MOMENTS * problem->n_own * sizeof(double));
    for (size_t own = 0; own < problem->n_own; own++)
        add_lone_rows(problem, own);
    if (problem->game->demand->model == BT_NESTED_LOGIT)
        for (size_t row = 0; row < problem->n_rows; row++)
            add_nested_row_sums(problem, row);
    else
        add_logit_rows(problem);
    finish(problem);
    return problem->objective;
}

/* The derivative of a row's expected profit when all own prices rise together, relative to
 * what it buys. */
static double row_slope(bt_seller_problem *problem, size_t row)
{
    const bt_pricing_game *game = problem->game;
    const double correlation =
        game->demand->model == BT_NESTED_LOGIT ? game->demand->nest_correlation : 0;
    const size_t type = problem->row_type[row];
    const size_t first_group = problem->row_group[row];
    const size_t first = problem->group_entry[first_group];
    double *within = problem->exponent;
    double *reach = problem->exponent + game->longest_row;
    double margin_row = 0;
    double rising = 0;
    double falling = 0;

    nested_probabilities(problem, row, within, reach);
    for (size_t g = first_group; g < problem->row_group[row + 1]; g++)
        for (size_t e = problem->group_entry[g]; e < problem->group_entry[g + 1]; e++)
            margin_row += problem->margin[problem->entry_product[e]] * within[e - first] *
                          reach[g - first_group];
    for (size_t g = first_group; g < problem->row_group[row + 1]; g++) {
        double margin_mix = 0;

        for (size_t e = problem->group_entry[g]; e < problem->group_entry[g + 1]; e++)
            margin_mix += problem->margin[problem->entry_product[e]] * within[e - first];
        margin_mix = correlation * margin_mix + (1 - correlation) * margin_row;
        for (size_t e = problem->group_entry[g]; e < problem->group_entry[g + 1]; e++) {
            const uint32_t own = problem->entry_product[e];
            const double probability = within[e - first] * reach[g - first_group];

            if (own >= problem->n_free || probability == 0)
                continue;
            rising += game->keep * probability;
            falling += own_slope(problem, type, own) * probability *
                       (problem->margin[own] - margin_mix);
        }
    }
    return rising == 0 ? -1 : (rising - falling) / rising;
}

/* The same for the rows with one own product. */
static void lone_wishes(bt_seller_problem *problem, size_t own, double markup, bool *lower,
                        bool *higher)
{
    const bool all_linear = problem->game->all_linear;
    const double disutility = all_linear ? problem->price[own] : problem->disutility[own];
    const double steepness = all_linear ? markup : markup * problem->slope[own];
    const size_t end = problem->lone_start[own + 1];

    for (size_t first = problem->lone_start[own]; first < end;) {
        const size_t count =
            end - first < problem->chunk_capacity ? end - first : problem->chunk_capacity;
        const double *slope = problem->lone_slope + first;
        double *odds = problem->exponent;

        for (size_t k = 0; k < count; k++)
            odds[k] = problem->lone_offset[first + k] + slope[k] * disutility;
        bt_exp_block(odds, count, odds);
        for (size_t k = 0; k < count; k++) {
            /* 1 - a m (1 - s), s = 1/(1 + odds) */
            const double wish = odds[k] == INFINITY && !all_linear
                                    ? -1
                                    : 1 - slope[k] * steepness * (1 - 1 / (1 + odds[k]));

            *lower |= wish < 0;
            *higher |= wish > 0;
        }
        first += count;
    }
}

void bt_seller_problem_wishes(bt_seller_problem *problem, double markup, bool *lower,
                              bool *higher)
{
    *lower = *higher = false;
    for (size_t i = 0; i < problem->n_free; i++)
        problem->line[i] = problem->game->zero_margin_price[problem->product[i]] + markup;
    set_own_prices(problem, problem->line);
    for (size_t own = 0; own < problem->n_free; own++)
        lone_wishes(problem, own, markup, lower, higher);
    for (size_t row = 0; row < problem->n_rows && !(*lower && *higher); row++) {
        const double slope = row_slope(problem, row);

        *lower |= slope < 0;
        *higher |= slope > 0;
    }
}
