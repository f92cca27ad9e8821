/*
 * Inside demand: its working memory, and the price transforms as formulas.
 *
 * Rows are evaluated one by one (markets/demand/row_weights.h), in scratch of their thread, and
 * summed in blocks whose bounds depend on the demand alone; the blocks are added
 * in order, so that shares have the same bits for any number of threads.
 *
 * A transform that many types share is evaluated once per product and price vector, into
 * a table; types with a transform of their own evaluate it per row entry.
 */
#ifndef BT_MARKETS_DEMAND_WORK_H
#define BT_MARKETS_DEMAND_WORK_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/demand/row_weights.h"
#include "sim/vector_math.h"

/* Where a type finds f(p) by product. */
enum {
    BT_TABLE_PRICE = 0, /* the prices themselves: linear */
    BT_TABLE_LOG = 1,
    BT_TABLE_FIRST_OWN = 2, /* Box-Cox and budget, one per distinct value */
    BT_TABLE_LIMIT = 18,
    BT_TABLE_NONE = 255 /* evaluate it per entry */
};

/* One thread's scratch. */
typedef struct bt_demand_scratch {
    const bt_row_kernel *kernel;
    double *utility;        /* [bt_row_room(longest row)] then weights */
    double *disutility;     /* [longest row] f(p) of a row with a transform of its own */
    double *nest_largest;   /* [nest] */
    double *nest_sum;       /* [nest] */
    double *nest_inclusive; /* [nest + 1] the last for the outside option */
    uint32_t *nest_of_row;  /* [nest] nests that the row touches */
    double *probability;    /* [longest row] */
    double *shifted_price;  /* [product] for the money metric */
} bt_demand_scratch;

struct bt_demand_work {
    size_t n_threads;           /* that have scratch */
    size_t n_threads_used;      /* of these */
    bt_demand_scratch *scratch; /* [thread] */
    size_t longest_row;
    size_t n_nests;
    size_t n_products;
    bool all_linear;

    size_t n_blocks;
    size_t *block_start; /* [block + 1] types */
    double *block_sum;   /* [block] */
    double *block_share; /* [block * (product + 2)] shares, outside share, surplus; NULL for
                            one block */

    size_t n_tables;                   /* 0: every transform is evaluated per entry */
    uint8_t *type_table;               /* [type] */
    double *table[BT_TABLE_LIMIT];     /* [product] each; NULL where unused */
    size_t table_type[BT_TABLE_LIMIT]; /* a type that has the table's transform */

    double *row_slope;     /* [longest row] for the Jacobian */
    double *product_share; /* [product] for welfare */

    /* What benchmarks of this demand keep between calls, made when first asked for. */
    struct bt_pricing_game *pricing;
    struct bt_seller_problem *seller_problem;
};

/* bt_choice_weights into scratch->utility, the outside option's behind the products'. */
void bt_row_choice_weights(const bt_demand *demand, size_t type, const double *price,
                           bt_demand_scratch *scratch);

/* bt_choice_probabilities with the scratch of one thread. */
double bt_row_probabilities(const bt_demand *demand, size_t type, const double *price,
                            double *probability, double *outside_probability,
                            bt_demand_scratch *scratch);

static inline double bt_log_price(double price)
{
    return bt_log(price < DBL_MIN ? DBL_MIN : price);
}

/* (p^lambda - 1)/lambda from log p, without cancellation as lambda goes to zero. */
static inline double bt_box_cox_of_log(double lambda, double log_price)
{
    if (lambda == 0 || log_price == INFINITY)
        return log_price;
    return expm1(lambda * log_price) / lambda;
}

static inline double bt_budget_disutility(double budget, double price)
{
    return price < budget ? -bt_log(budget - price) : INFINITY;
}

#endif
