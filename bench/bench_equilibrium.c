/*
 * How fast equilibria are found, at a first-order residual of 1e-12 that is checked apart.
 *
 * 1,000 random markets of 20 products and 5 sellers: plain logit, and with 200
 * random-coefficient nodes; and one market of 100,000 buyers who each consider 20 of 2,000
 * products of 150 sellers, certified. The clock covers the solve alone. Times are the best
 * of several runs, since the machine is shared; a bare fixed point in plain C runs in turn.
 */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "markets/demand/demand.h"
#include "markets/equilibrium/equilibrium.h"
#include "markets/ownership.h"

enum {
    MARKETS = 1000,
    PRODUCTS = 20,
    SELLERS = 5,
    NODES = 200,
    RUNS = 15,
    BUYERS = 100000,
    CONSIDERED = 20,
    SPARSE_PRODUCTS = 2000,
    SPARSE_SELLERS = 150
};

/* A small linear congruential generator: the benchmark needs numbers, not randomness. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    const double radius = sqrt(-2 * log(uniform(state)));

    return radius * cos(6.283185307179586 * uniform(state));
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fail(const char *what, const bt_error *error)
{
    fprintf(stderr, "bench_equilibrium: %s: %s\n", what, error->message);
    exit(1);
}

/* max_j |s_j - Lambda_j m_j + sum_k Gamma_jk m_k| / s_j, straight from its definition. */
static double residual_apart(const bt_demand *demand, const bt_ownership *ownership,
                             const double *price)
{
    bt_demand_work *work = bt_demand_work_create(demand);
    double *share = calloc(4 * demand->n_products, sizeof *share);
    double *condition = share + demand->n_products;
    double *probability = share + 2 * demand->n_products;
    double *seller_margin = share + 3 * demand->n_products;
    double largest = 0;

    for (size_t type = 0; type < demand->n_types; type++) {
        const size_t begin = demand->row_start[type];
        const size_t length = demand->row_start[type + 1] - begin;
        const double weight = demand->weight[type];
        double outside;

        bt_choice_probabilities(demand, type, price, probability, &outside, work);
        memset(seller_margin, 0, ownership->n_sellers * sizeof *seller_margin);
        for (size_t k = 0; k < length; k++) {
            const uint32_t j = demand->considered_product[begin + k];

            seller_margin[ownership->seller[j]] +=
                probability[k] * (price[j] - ownership->cost[j]);
        }
        for (size_t k = 0; k < length; k++) {
            const uint32_t j = demand->considered_product[begin + k];
            const double slope = demand->price_sensitivity[type] / demand->scale[type];

            share[j] += weight * probability[k];
            condition[j] += weight * probability[k] *
                            (1 - slope * (price[j] - ownership->cost[j] -
                                          seller_margin[ownership->seller[j]]));
        }
    }
    for (size_t j = 0; j < demand->n_products; j++)
        largest = fmax(largest, fabs(condition[j]) / share[j]);
    free(share);
    bt_demand_work_destroy(work);
    return largest;
}

typedef struct bench_market {
    bt_demand *demand;
    bt_ownership ownership;
    uint32_t seller[PRODUCTS];
    double cost[PRODUCTS];
} bench_market;

static void create_market(bench_market *market, size_t n_nodes, uint64_t *state)
{
    bt_error error;

    if (bt_demand_create(BT_LOGIT, PRODUCTS, n_nodes, n_nodes * PRODUCTS, &market->demand,
                         &error) != BT_OK)
        fail("a random market", &error);
    bt_demand *demand = market->demand;
    double quality[PRODUCTS];
    double characteristic[PRODUCTS];
    for (size_t j = 0; j < PRODUCTS; j++) {
        quality[j] = 1 + 2 * uniform(state);
        characteristic[j] = uniform(state);
        market->cost[j] = 0.5 + uniform(state);
        market->seller[j] = (uint32_t)(j % SELLERS);
    }
    for (size_t type = 0; type < n_nodes; type++) {
        const double taste = n_nodes > 1 ? normal(state) : 0;

        demand->price_sensitivity[type] =
            n_nodes > 1 ? 2 * exp(0.4 * normal(state)) : 1 + 2 * uniform(state);
        for (size_t j = 0; j < PRODUCTS; j++)
            demand->considered_quality[type * PRODUCTS + j] =
                quality[j] + taste * characteristic[j];
    }
    market->ownership = (bt_ownership){.n_products = PRODUCTS,
                                       .n_sellers = SELLERS,
                                       .seller = market->seller,
                                       .cost = market->cost};
    if (bt_demand_check(demand, &error) != BT_OK)
        fail("a random market", &error);
}

static void print_line(const char *name, double value, const char *unit, double bar)
{
    printf("{\"name\": \"%s\", \"value\": %.6g, \"unit\": \"%s\", \"bar\": %g}\n", name, value,
           unit, bar);
    fflush(stdout);
}

/* The peer: the zeta map in plain C, with nothing around it, from cost until the conditions
 * are met. */
static double plain_fixed_point(const bench_market *market, double *price)
{
    const bt_demand *demand = market->demand;
    double margin[PRODUCTS];
    double residual = INFINITY;

    for (size_t j = 0; j < PRODUCTS; j++)
        price[j] = market->cost[j];
    while (residual > 1e-12) {
        double share[PRODUCTS] = {0};
        double lambda[PRODUCTS] = {0};
        double gamma[PRODUCTS] = {0};

        for (size_t j = 0; j < PRODUCTS; j++)
            margin[j] = price[j] - market->cost[j];
        for (size_t type = 0; type < demand->n_types; type++) {
            const double *quality = demand->considered_quality + type * PRODUCTS;
            const double slope = demand->price_sensitivity[type];
            double value[PRODUCTS];
            double seller_margin[SELLERS] = {0};
            double largest = 0;
            double total;

            for (size_t j = 0; j < PRODUCTS; j++) {
                value[j] = quality[j] - slope * price[j];
                largest = value[j] > largest ? value[j] : largest;
            }
            total = exp(-largest);
            for (size_t j = 0; j < PRODUCTS; j++)
                total += value[j] = exp(value[j] - largest);
            for (size_t j = 0; j < PRODUCTS; j++) {
                value[j] /= total;
                seller_margin[market->seller[j]] += value[j] * margin[j];
            }
            for (size_t j = 0; j < PRODUCTS; j++) {
                const double part = demand->weight[type] * value[j];

                share[j] += part;
                lambda[j] += part * slope;
                gamma[j] += part * slope * seller_margin[market->seller[j]];
            }
        }
        residual = 0;
        for (size_t j = 0; j < PRODUCTS; j++) {
            const double condition = share[j] - lambda[j] * margin[j] + gamma[j];

            residual = fmax(residual, fabs(condition) / share[j]);
            price[j] = market->cost[j] + (share[j] + gamma[j]) / lambda[j];
        }
    }
    return residual;
}

static double time_peer(const bench_market *market, size_t n_markets)
{
    double price[PRODUCTS];
    const double begin = seconds();

    for (size_t i = 0; i < n_markets; i++)
        plain_fixed_point(&market[i], price);
    return seconds() - begin;
}

static double time_solver(const bench_market *market, size_t n_markets,
                          bt_equilibrium_result *result)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_error error;

    settings.certify = false;
    settings.n_starts = 1;
    settings.tolerance = 1e-12;
    const double begin = seconds();
    for (size_t i = 0; i < n_markets; i++)
        if (bt_equilibrium_solve(market[i].demand, &market[i].ownership, &settings, &result[i],
                                 &error) != BT_OK)
            fail("a random market", &error);
    return seconds() - begin;
}

static double largest_residual(const bench_market *market, size_t n_markets,
                               const bt_equilibrium_result *result)
{
    double largest = 0;

    for (size_t i = 0; i < n_markets; i++)
        largest = fmax(largest, result[i].n_points == 1
                                    ? residual_apart(market[i].demand, &market[i].ownership,
                                                     result[i].point[0].price)
                                    : INFINITY);
    return largest;
}

static void bench_markets(const char *name, size_t n_nodes, double bar)
{
    bench_market *market = calloc(MARKETS, sizeof *market);
    bt_equilibrium_result *result = calloc(MARKETS, sizeof *result);
    uint64_t state = 20240517;
    double best = INFINITY;
    double best_peer = INFINITY;
    double residual = 0;
    char line[160];

    for (size_t i = 0; i < MARKETS; i++)
        create_market(&market[i], n_nodes, &state);
    for (size_t run = 0; run < RUNS; run++) {
        best = fmin(best, time_solver(market, MARKETS, result));
        best_peer = fmin(best_peer, time_peer(market, MARKETS));
        residual = fmax(residual, largest_residual(market, MARKETS, result));
        for (size_t i = 0; i < MARKETS; i++)
            bt_equilibrium_result_free(&result[i]);
    }
    for (size_t i = 0; i < MARKETS; i++)
        bt_demand_destroy(market[i].demand);
    free(market);
    free(result);
    print_line(name, 1e3 * best / MARKETS, "ms/market", bar);
    snprintf(line, sizeof line, "%s, over a plain C fixed point in turn", name);
    print_line(line, best / best_peer, "ratio", 1);
    snprintf(line, sizeof line, "%s, largest residual", name);
    print_line(line, residual, "relative", 1e-12);
}

static void choose_considered(uint32_t *product, uint64_t *state)
{
    for (size_t k = 0; k < CONSIDERED;) {
        const uint32_t candidate = (uint32_t)(uniform(state) * SPARSE_PRODUCTS);
        size_t place = k;

        while (place > 0 && product[place - 1] > candidate)
            place--;
        if (place > 0 && product[place - 1] == candidate)
            continue;
        memmove(product + place + 1, product + place, (k - place) * sizeof *product);
        product[place] = candidate;
        k++;
    }
}

static bt_demand *create_sparse(double *cost, uint32_t *seller)
{
    double quality[SPARSE_PRODUCTS];
    uint64_t state = 7;
    bt_demand *demand;
    bt_error error;

    if (bt_demand_create(BT_LOGIT, SPARSE_PRODUCTS, BUYERS, (size_t)BUYERS * CONSIDERED,
                         &demand, &error) != BT_OK)
        fail("the sparse market", &error);
    for (size_t j = 0; j < SPARSE_PRODUCTS; j++) {
        quality[j] = 1 + uniform(&state);
        cost[j] = 0.5 + uniform(&state);
        seller[j] = (uint32_t)(j % SPARSE_SELLERS);
    }
    for (size_t type = 0; type < BUYERS; type++) {
        const size_t begin = type * CONSIDERED;

        demand->row_start[type + 1] = begin + CONSIDERED;
        demand->price_sensitivity[type] = exp(0.5 * normal(&state));
        demand->scale[type] = 0.25;
        choose_considered(demand->considered_product + begin, &state);
        for (size_t k = 0; k < CONSIDERED; k++)
            demand->considered_quality[begin + k] =
                quality[demand->considered_product[begin + k]] + 0.3 * normal(&state);
    }
    if (bt_demand_check(demand, &error) != BT_OK)
        fail("the sparse market", &error);
    return demand;
}

static void bench_sparse(void)
{
    double cost[SPARSE_PRODUCTS];
    uint32_t seller[SPARSE_PRODUCTS];
    bt_demand *demand = create_sparse(cost, seller);
    const bt_ownership ownership = {.n_products = SPARSE_PRODUCTS,
                                    .n_sellers = SPARSE_SELLERS,
                                    .seller = seller,
                                    .cost = cost};
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result result;
    bt_error error;

    settings.n_threads = (size_t)omp_get_num_procs();
    settings.tolerance = 1e-12;
    const double begin = seconds();
    if (bt_equilibrium_solve(demand, &ownership, &settings, &result, &error) != BT_OK)
        fail("the sparse market", &error);
    const double elapsed = seconds() - begin;
    if (result.n_points == 0) {
        fprintf(stderr, "bench_equilibrium: sparse: %s\n", result.reason);
        exit(1);
    }
    print_line("sparse, 100000 buyers with 20 of 2000 products, certified", elapsed, "s", 20);
    print_line("sparse, residual", residual_apart(demand, &ownership, result.point[0].price),
               "relative", 1e-12);
    print_line("sparse, largest unilateral gain", result.point[0].exploitability,
               "profit per buyer", 1e-9);
    print_line("sparse, equilibria found", (double)result.n_points, "count", 1);
    bt_equilibrium_result_free(&result);
    bt_demand_destroy(demand);
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : "";

    if (only[0] == '\0' || strcmp(only, "logit") == 0)
        bench_markets("plain logit, 20 products, 5 sellers, not certified", 1, 0.004);
    if (only[0] == '\0' || strcmp(only, "mixed") == 0)
        bench_markets("200 nodes, 20 products, 5 sellers, not certified", NODES, 0.2);
    if (only[0] == '\0' || strcmp(only, "sparse") == 0)
        bench_sparse();
    return 0;
}
