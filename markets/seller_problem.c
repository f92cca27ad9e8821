/* One seller's pricing problem: its rows, and evaluations. */
#include "markets/seller_problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/vector_math.h"

enum { CHUNK = 1024, MOMENTS = 3 };
enum { MOMENT_LAMBDA, MOMENT_GAMMA_MARGIN, MOMENT_GAMMA_SQUARE };

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static bool rows_allocate(bt_seller_problem *problem)
{
    const bt_pricing_game *game = problem->game;
    /* Room for a seller of everything; what a smaller one does not touch costs nothing. */
    const size_t n_rows = game->demand->n_types;
    const size_t n_entries = game->demand->row_start[n_rows];

    problem->row_type = allocate(n_rows, sizeof(size_t));
    problem->row_rivals = allocate(n_rows, sizeof(double));
    problem->row_group = allocate(n_rows + 1, sizeof(size_t));
    problem->group_rivals = allocate(n_entries, sizeof(double));
    problem->group_entry = allocate(n_entries + 1, sizeof(size_t));
    problem->entry_product = allocate(n_entries, sizeof(uint32_t));
    problem->entry_utility = allocate(n_entries, sizeof(double));
    problem->stamp = allocate(game->demand->n_types, sizeof(uint32_t));
    problem->local = allocate(game->n_products, sizeof(uint32_t));
    problem->nest_largest = allocate(game->demand->n_nests, sizeof(double));
    problem->nest_sum = allocate(game->demand->n_nests, sizeof(double));
    problem->nest_group = allocate(game->demand->n_nests, sizeof(uint32_t));
    problem->chunk_capacity =
        2 * game->longest_row + 2 > CHUNK ? 2 * game->longest_row + 2 : CHUNK;
    problem->exponent = allocate(problem->chunk_capacity, sizeof(double));
    return problem->row_type != NULL && problem->row_rivals != NULL &&
           problem->row_group != NULL && problem->group_rivals != NULL &&
           problem->group_entry != NULL && problem->entry_product != NULL &&
           problem->entry_utility != NULL && problem->stamp != NULL && problem->local != NULL &&
           problem->nest_largest != NULL && problem->nest_sum != NULL &&
           problem->nest_group != NULL && problem->exponent != NULL;
}

static bool products_allocate(bt_seller_problem *problem)
{
    const size_t n = problem->game->n_products;

    problem->product = allocate(n, sizeof(uint32_t));
    problem->gradient = allocate(n, sizeof(double));
    problem->preconditioner = allocate(n, sizeof(double));
    problem->share = allocate(n, sizeof(double));
    problem->candidate = allocate(n, sizeof(double));
    problem->present = allocate(n, sizeof(double));
    problem->best = allocate(n, sizeof(double));
    problem->price = allocate(n, sizeof(double));
    problem->margin = allocate(n, sizeof(double));
    problem->moment = allocate(MOMENTS * n, sizeof(double));
    problem->disutility = allocate(n, sizeof(double));
    problem->slope = allocate(n, sizeof(double));
    problem->trial = allocate(n, sizeof(double));
    problem->line = allocate(n, sizeof(double));
    problem->ascent = allocate(n, sizeof(double));
    return problem->product != NULL && problem->gradient != NULL &&
           problem->preconditioner != NULL && problem->share != NULL &&
           problem->candidate != NULL && problem->present != NULL && problem->best != NULL &&
           problem->price != NULL && problem->margin != NULL && problem->moment != NULL &&
           problem->disutility != NULL && problem->slope != NULL && problem->trial != NULL &&
           problem->line != NULL && problem->ascent != NULL;
}

bt_seller_problem *bt_seller_problem_create(const bt_pricing_game *game)
{
    bt_seller_problem *problem = calloc(1, sizeof *problem);

    if (problem == NULL)
        return NULL;
    problem->game = game;
    if (!rows_allocate(problem) || !products_allocate(problem)) {
        bt_seller_problem_destroy(problem);
        return NULL;
    }
    for (size_t product = 0; product < game->n_products; product++)
        problem->local[product] = BT_NOT_OWN;
    return problem;
}

void bt_seller_problem_destroy(bt_seller_problem *problem)
{
    if (problem == NULL)
        return;
    free(problem->row_type);
    free(problem->row_rivals);
    free(problem->row_group);
    free(problem->group_rivals);
    free(problem->group_entry);
    free(problem->entry_product);
    free(problem->entry_utility);
    free(problem->stamp);
    free(problem->local);
    free(problem->nest_largest);
    free(problem->nest_sum);
    free(problem->nest_group);
    free(problem->exponent);
    free(problem->product);
    free(problem->gradient);
    free(problem->preconditioner);
    free(problem->share);
    free(problem->candidate);
    free(problem->present);
    free(problem->best);
    free(problem->price);
    free(problem->margin);
    free(problem->moment);
    free(problem->disutility);
    free(problem->slope);
    free(problem->trial);
    free(problem->line);
    free(problem->ascent);
    free(problem);
}

static void set_own_products(bt_seller_problem *problem, size_t seller, const double *price)
{
    const bt_pricing_game *game = problem->game;
    size_t n_own = 0;

    for (size_t i = 0; i < problem->n_own; i++)
        problem->local[problem->product[i]] = BT_NOT_OWN;
    for (int free_pass = 1; free_pass >= 0; free_pass--) {
        for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
            const uint32_t product = game->seller_product[i];

            if (game->is_free[product] != free_pass)
                continue;
            problem->local[product] = (uint32_t)n_own;
            problem->price[n_own] = price[product];
            problem->product[n_own++] = product;
        }
        if (free_pass)
            problem->n_free = n_own;
    }
    problem->seller = seller;
    problem->n_own = n_own;
}

static double utility_of(const bt_pricing_game *game, size_t type, size_t entry, double price)
{
    const double disutility =
        game->all_linear ? price : bt_price_disutility(game->demand, type, price);

    return game->entry_utility[entry] - game->type_slope[type] * disutility;
}

static void add_own_entry(bt_seller_problem *problem, size_t entry, uint32_t local)
{
    problem->entry_product[problem->n_entries] = local;
    problem->entry_utility[problem->n_entries++] = problem->game->entry_utility[entry];
}

/* A plain logit's row: everything else is one attraction. */
static void add_logit_row(bt_seller_problem *problem, size_t type, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const bt_demand *demand = game->demand;
    double *exponent = problem->exponent;
    double largest = game->outside_utility[type];
    size_t n_rivals = 1;
    double sum = 0;

    exponent[0] = game->outside_utility[type];
    for (size_t entry = demand->row_start[type]; entry < demand->row_start[type + 1]; entry++) {
        const uint32_t product = demand->considered_product[entry];
        const uint32_t local = problem->local[product];

        if (local != BT_NOT_OWN) {
            add_own_entry(problem, entry, local);
            continue;
        }
        const double utility = utility_of(game, type, entry, price[product]);
        largest = utility > largest ? utility : largest;
        exponent[n_rivals++] = utility;
    }
    if (largest > -INFINITY && largest < INFINITY) {
        for (size_t k = 0; k < n_rivals; k++)
            exponent[k] -= largest;
        bt_exp_block(exponent, n_rivals, exponent);
        for (size_t k = 0; k < n_rivals; k++)
            sum += exponent[k];
        largest += log(sum);
    }
    problem->row_rivals[problem->n_rows] = -INFINITY;
    problem->group_rivals[problem->n_groups++] = largest;
    problem->group_entry[problem->n_groups] = problem->n_entries;
}

static double log_sum_two(double a, double b)
{
    const double largest = a > b ? a : b;

    if (!(largest > -INFINITY) || largest == INFINITY)
        return largest;
    return largest + log(exp(a - largest) + exp(b - largest));
}

/* log sum of the others' utilities by nest: nest_largest + log nest_sum. */
static void sum_nest_rivals(bt_seller_problem *problem, size_t type, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const bt_demand *demand = game->demand;
    const size_t begin = demand->row_start[type];
    const size_t end = demand->row_start[type + 1];

    for (size_t entry = begin; entry < end; entry++) {
        const uint32_t nest = demand->nest[demand->considered_product[entry]];

        problem->nest_largest[nest] = -INFINITY;
        problem->nest_group[nest] = 0;
    }
    for (size_t entry = begin; entry < end; entry++) {
        const uint32_t product = demand->considered_product[entry];
        double *sum = &problem->nest_largest[demand->nest[product]];

        if (problem->local[product] == BT_NOT_OWN)
            *sum = log_sum_two(*sum, utility_of(game, type, entry, price[product]));
        else
            problem->nest_group[demand->nest[product]] = 1;
    }
}

static void add_nested_row(bt_seller_problem *problem, size_t type, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const bt_demand *demand = game->demand;
    const size_t begin = demand->row_start[type];
    const size_t end = demand->row_start[type + 1];
    double rivals = game->outside_utility[type];

    sum_nest_rivals(problem, type, price);
    for (size_t entry = begin; entry < end; entry++) {
        const uint32_t nest = demand->nest[demand->considered_product[entry]];

        if (problem->nest_group[nest] == 2)
            continue;
        if (problem->nest_group[nest] == 0) {
            rivals = log_sum_two(rivals,
                                 (1 - demand->nest_correlation) * problem->nest_largest[nest]);
        } else {
            for (size_t other = entry; other < end; other++) {
                const uint32_t product = demand->considered_product[other];

                if (demand->nest[product] == nest && problem->local[product] != BT_NOT_OWN)
                    add_own_entry(problem, other, problem->local[product]);
            }
            problem->group_rivals[problem->n_groups++] = problem->nest_largest[nest];
            problem->group_entry[problem->n_groups] = problem->n_entries;
        }
        problem->nest_group[nest] = 2;
    }
    problem->row_rivals[problem->n_rows] = rivals;
}

void bt_seller_problem_set(bt_seller_problem *problem, size_t seller, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const bool nested = game->demand->model == BT_NESTED_LOGIT;

    set_own_products(problem, seller, price);
    problem->n_rows = problem->n_groups = problem->n_entries = 0;
    problem->stamp_now++;
    for (size_t i = 0; i < problem->n_own; i++) {
        const uint32_t product = problem->product[i];

        for (size_t k = game->product_start[product]; k < game->product_start[product + 1];
             k++) {
            const uint32_t type = game->product_type[k];

            if (problem->stamp[type] == problem->stamp_now || game->demand->weight[type] == 0)
                continue;
            problem->stamp[type] = problem->stamp_now;
            problem->row_type[problem->n_rows] = type;
            if (nested)
                add_nested_row(problem, type, price);
            else
                add_logit_row(problem, type, price);
            problem->row_group[++problem->n_rows] = problem->n_groups;
        }
    }
}

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
        double *moment = problem->moment + MOMENTS * own[k];

        problem->share[own[k]] += share;
        moment[MOMENT_LAMBDA] += lambda;
        moment[MOMENT_GAMMA_MARGIN] += lambda * margin_row;
        moment[MOMENT_GAMMA_SQUARE] += lambda * square_row;
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
        double sum = problem->group_rivals[group];

        for (size_t e = problem->group_entry[group]; e < problem->group_entry[group + 1]; e++) {
            within[e - first] = own_utility(problem, type, e);
            sum = log_sum_two(sum, within[e - first]);
        }
        for (size_t e = problem->group_entry[group]; e < problem->group_entry[group + 1]; e++)
            within[e - first] = sum == -INFINITY ? 0 : exp(within[e - first] - sum);
        reach[g] = spread * sum;
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
            double *moment = problem->moment + MOMENTS * own;

            problem->share[own] += share;
            moment[MOMENT_LAMBDA] += lambda;
            moment[MOMENT_GAMMA_MARGIN] += lambda * margin_mix;
            moment[MOMENT_GAMMA_SQUARE] += lambda * square_mix;
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
    const bt_value_form form = bt_seller_value_form(game->ownership, problem->seller);
    double expected = 0;
    double expected_square = 0;

    for (size_t i = 0; i < problem->n_own; i++) {
        if (problem->share[i] == 0)
            continue;
        const double part = problem->margin[i] * problem->share[i];

        expected += part;
        expected_square += part * problem->margin[i];
    }
    const double mean = form.constant + form.mean * expected;
    for (size_t i = 0; i < problem->n_free; i++) {
        const double *moment = problem->moment + MOMENTS * i;
        const double margin = problem->margin[i];
        const double value_slope = game->keep * (mean + form.square * margin);

        problem->gradient[i] =
            problem->share[i] == 0
                ? 0
                : value_slope * problem->share[i] -
                      moment[MOMENT_LAMBDA] * ((mean + form.square / 2 * margin) * margin) +
                      mean * moment[MOMENT_GAMMA_MARGIN] +
                      form.square / 2 * moment[MOMENT_GAMMA_SQUARE];
        problem->preconditioner[i] =
            moment[MOMENT_LAMBDA] * fabs(value_slope) +
            game->keep * game->keep * fabs(form.square) * problem->share[i];
    }
    problem->objective =
        bt_objective_of_moments(game->ownership, problem->seller, expected, expected_square);
}

double bt_seller_problem_evaluate(bt_seller_problem *problem, const double *own_price)
{
    set_own_prices(problem, own_price);
    memset(problem->share, 0, problem->n_own * sizeof(double));
    memset(problem->moment, 0, MOMENTS * problem->n_own * sizeof(double));
    if (problem->game->demand->model == BT_NESTED_LOGIT)
        for (size_t row = 0; row < problem->n_rows; row++)
            add_nested_row_sums(problem, row);
    else
        add_logit_rows(problem);
    finish(problem);
    return problem->objective;
}

double bt_seller_problem_row_slope(bt_seller_problem *problem, size_t row, double markup)
{
    const bt_pricing_game *game = problem->game;
    const bool nested = game->demand->model == BT_NESTED_LOGIT;
    const double correlation = nested ? game->demand->nest_correlation : 0;
    const size_t type = problem->row_type[row];
    const size_t first_group = problem->row_group[row];
    const size_t first = problem->group_entry[first_group];
    double *within = problem->exponent;
    double *reach = problem->exponent + game->longest_row;
    double margin_row = 0;
    double rising = 0;
    double falling = 0;

    for (size_t i = 0; i < problem->n_free; i++)
        problem->line[i] = game->zero_margin_price[problem->product[i]] + markup;
    set_own_prices(problem, problem->line);
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
