/* One seller's pricing problem: its rows. */
#include "markets/equilibrium/seller_problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/vector_math.h"

enum { CHUNK = 1024 };

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
    problem->lone_start = allocate(game->n_products + 1, sizeof(size_t));
    problem->lone_offset = allocate(n_rows, sizeof(double));
    problem->lone_slope = allocate(n_rows, sizeof(double));
    problem->lone_weight = allocate(n_rows, sizeof(double));
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
           problem->entry_utility != NULL && problem->lone_start != NULL &&
           problem->lone_offset != NULL && problem->lone_slope != NULL &&
           problem->lone_weight != NULL && problem->stamp != NULL && problem->local != NULL &&
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
    problem->moment = allocate(BT_MOMENTS * n, sizeof(double));
    problem->disutility = allocate(n, sizeof(double));
    problem->slope = allocate(n, sizeof(double));
    problem->trial = allocate(n, sizeof(double));
    problem->line = allocate(n, sizeof(double));
    problem->points = allocate(BT_SCAN_ROOM, sizeof(double));
    problem->ascent = allocate(n, sizeof(double));
    return problem->product != NULL && problem->gradient != NULL &&
           problem->preconditioner != NULL && problem->share != NULL &&
           problem->candidate != NULL && problem->present != NULL && problem->best != NULL &&
           problem->price != NULL && problem->margin != NULL && problem->moment != NULL &&
           problem->disutility != NULL && problem->slope != NULL && problem->trial != NULL &&
           problem->line != NULL && problem->points != NULL && problem->ascent != NULL;
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
    free(problem->lone_start);
    free(problem->lone_offset);
    free(problem->lone_slope);
    free(problem->lone_weight);
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
    free(problem->points);
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

/* log of everything else's attraction in a plain logit's row; own entries are added. */
static double log_rivals(bt_seller_problem *problem, size_t type, const double *price)
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
    if (!(largest > -INFINITY && largest < INFINITY))
        return largest;
    for (size_t k = 0; k < n_rivals; k++)
        exponent[k] -= largest;
    bt_exp_block(exponent, n_rivals, exponent);
    for (size_t k = 0; k < n_rivals; k++)
        sum += exponent[k];
    return largest + log(sum);
}

static void add_logit_row(bt_seller_problem *problem, size_t type, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const size_t before = problem->n_entries;
    const double rivals = log_rivals(problem, type, price);

    if (problem->n_entries == before + 1 && game->one_transform) {
        problem->n_entries = before;
        problem->lone_offset[problem->n_lone] = rivals - problem->entry_utility[before];
        problem->lone_slope[problem->n_lone] = game->type_slope[type];
        problem->lone_weight[problem->n_lone++] = game->demand->weight[type];
        return;
    }
    problem->row_type[problem->n_rows] = type;
    problem->row_rivals[problem->n_rows] = -INFINITY;
    problem->group_rivals[problem->n_groups++] = rivals;
    problem->group_entry[problem->n_groups] = problem->n_entries;
    problem->row_group[++problem->n_rows] = problem->n_groups;
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
            *sum = bt_log_sum_two(*sum, utility_of(game, type, entry, price[product]));
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
            rivals = bt_log_sum_two(rivals, (1 - demand->nest_correlation) *
                                                problem->nest_largest[nest]);
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
    problem->row_type[problem->n_rows] = type;
    problem->row_rivals[problem->n_rows] = rivals;
    problem->row_group[++problem->n_rows] = problem->n_groups;
}

void bt_seller_problem_set(bt_seller_problem *problem, size_t seller, const double *price)
{
    const bt_pricing_game *game = problem->game;
    const bool nested = game->demand->model == BT_NESTED_LOGIT;

    set_own_products(problem, seller, price);
    problem->n_rows = problem->n_groups = problem->n_entries = problem->n_lone = 0;
    problem->stamp_now++;
    for (size_t i = 0; i < problem->n_own; i++) {
        const uint32_t product = problem->product[i];

        for (size_t k = game->product_start[product]; k < game->product_start[product + 1];
             k++) {
            const uint32_t type = game->product_type[k];

            if (problem->stamp[type] == problem->stamp_now || game->demand->weight[type] == 0)
                continue;
            problem->stamp[type] = problem->stamp_now;
            if (nested)
                add_nested_row(problem, type, price);
            else
                add_logit_row(problem, type, price);
        }
        problem->lone_start[i + 1] = problem->n_lone;
    }
}
