/* Random demands of every kind, for tests of what must hold for all of them. */
#ifndef BT_TESTS_MARKETS_RANDOM_DEMAND_H
#define BT_TESTS_MARKETS_RANDOM_DEMAND_H

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "markets/demand/demand.h"

typedef struct random_demand_kind {
    bt_demand_model model;
    bool outside_option;
    bool sparse;            /* each type considers about half of the products */
    uint8_t transform;      /* bt_price_transform of all types */
    double largest_quality; /* qualities are uniform on +-this */
} random_demand_kind;

static inline double random_between(gsl_rng *random, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(random);
}

static inline void random_demand_rows(bt_demand *demand, bool sparse, double largest_quality,
                                      gsl_rng *random)
{
    size_t entry = 0;

    for (size_t type = 0; type < demand->n_types; type++) {
        for (size_t product = 0; product < demand->n_products; product++) {
            if (sparse && gsl_rng_uniform(random) < 0.5)
                continue;
            demand->considered_product[entry] = (uint32_t)product;
            demand->considered_quality[entry++] =
                random_between(random, -largest_quality, largest_quality);
        }
        demand->row_start[type + 1] = entry;
    }
}

/* Scales from 0.2 to 2, sensitivities from 0.3 to 3, Box-Cox lambdas from -1 to 1, budgets
 * from 1 to 5. Ends the program when the demand is refused. */
static inline bt_demand *random_demand(random_demand_kind kind, size_t n_products,
                                       size_t n_types, gsl_rng *random)
{
    bt_demand *demand = NULL;
    bt_error error;

    if (bt_demand_create(kind.model, n_products, n_types, n_products * n_types, &demand,
                         &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    demand->has_outside_option = kind.outside_option;
    demand->n_nests = 1 + n_products / 3;
    demand->nest_correlation = random_between(random, 0, 0.95);
    for (size_t product = 0; product < n_products; product++)
        demand->nest[product] = (uint32_t)gsl_rng_uniform_int(random, demand->n_nests);
    for (size_t type = 0; type < n_types; type++) {
        demand->weight[type] = random_between(random, 0.1, 1);
        demand->scale[type] = random_between(random, 0.2, 2);
        demand->price_sensitivity[type] = random_between(random, 0.3, 3);
        demand->outside_utility[type] = random_between(random, -1, 1);
        demand->transform[type] = kind.transform;
        demand->transform_value[type] = kind.transform == BT_PRICE_BUDGET
                                            ? random_between(random, 1, 5)
                                            : random_between(random, -1, 1);
    }
    random_demand_rows(demand, kind.sparse, kind.largest_quality, random);
    if (bt_demand_check(demand, &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    return demand;
}

static inline void random_prices(size_t n_products, double low, double high, gsl_rng *random,
                                 double *price)
{
    for (size_t product = 0; product < n_products; product++)
        price[product] = random_between(random, low, high);
}

#endif
