/*
 * Demand: random utility, one model for expected and for sampled choices.
 *
 * A buyer of type r values product j at price p as
 *     U_rj = q_rj - alpha_r f_r(p_j) + mu_r xi_j,     U_r0 = a_0r + mu_r xi_0,
 * xi zero-mean Gumbel (RecAgent thesis, section 3.3; McFadden 1974), and chooses from
 * its consideration set R_r, which contains the outside option unless that is off.
 * A type is a segment, a node of random coefficients, or one buyer: segments have a
 * few types that consider everything, a market of RecAgents has 100,000 types that
 * consider 20 products each. The storage is the same: rows of considered products.
 *
 * Price transforms f(p): linear p; log(p); Box-Cox (p^lambda - 1)/lambda, lambda != 0;
 * budget -log(b - p), so that u = q + alpha log(b - p), -inf from p = b on.
 *
 * Nested logit: nests partition the products; within nest h with I_h the set of its
 * considered products, s_j|h ~ exp(u_j / (mu (1-rho))), and the nest's utility is
 * (1-rho) mu log sum exp (Cardell 1997; the outside option is a nest of its own).
 *
 * Shares are per buyer (they sum, with the outside share, to one); mass in `size`.
 */
#ifndef BT_MARKETS_DEMAND_H
#define BT_MARKETS_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/status.h"

typedef enum bt_demand_model { BT_LOGIT, BT_NESTED_LOGIT } bt_demand_model;

typedef enum bt_price_transform {
    BT_PRICE_LINEAR,
    BT_PRICE_LOG,
    BT_PRICE_BOX_COX,
    BT_PRICE_BUDGET
} bt_price_transform;

/* Demand as data. Build it with bt_demand_create, then fill the arrays (all owned by
 * the object), then bt_demand_check once; afterwards read only, shared by threads. */
typedef struct bt_demand {
    bt_demand_model model;
    size_t n_products;
    size_t n_types;
    size_t n_entries; /* room for considered products, all rows together */
    double size;      /* mass of buyers */
    bool has_outside_option;

    double *weight;            /* [type] sum to one */
    double *scale;             /* [type] mu > 0 */
    double *price_sensitivity; /* [type] alpha > 0 */
    double *outside_utility;   /* [type] a_0; unused without an outside option */
    uint8_t *transform;        /* [type] bt_price_transform */
    double *transform_value;   /* [type] Box-Cox lambda (0: log), or the budget b */

    size_t *row_start;            /* [type + 1]: type r considers row_start[r] .. */
    uint32_t *considered_product; /* [row entry] ascending within a row */
    double *considered_quality;   /* [row entry] q_rj */

    size_t n_nests;          /* nested logit: nests partition products */
    double nest_correlation; /* rho in [0, 1) */
    uint32_t *nest;          /* [product] */
} bt_demand;

/* A demand with room for n_entries considered products in all rows together
 * (n_types * n_products when everyone considers everything: the rows are then filled
 * in and qualities zero). Weights equal, scale and sensitivity 1, linear, outside
 * utility 0. Free with bt_demand_destroy. */
bt_status bt_demand_create(bt_demand_model model, size_t n_products, size_t n_types,
                           size_t n_entries, bt_demand **demand, bt_error *error);
void bt_demand_destroy(bt_demand *demand);

/* Check what a computation may rely on: finite numbers, signs, rows sorted and within
 * range, nests in range, rho, weights (normalised to sum to one in place). */
bt_status bt_demand_check(bt_demand *demand, bt_error *error);

/* f(p) and f'(p) of one type. f is +inf for an infinite price and for a budget exceeded,
 * and f' is 0 there. Log and Box-Cox take prices below DBL_MIN as DBL_MIN. */
double bt_price_disutility(const bt_demand *demand, size_t type, double price);
double bt_price_disutility_slope(const bt_demand *demand, size_t type, double price);

/* True when one type considers all products (plain or nested logit without mixing):
 * the case with closed forms. */
bool bt_demand_is_homogeneous(const bt_demand *demand);

/* Working memory for the functions below, for one caller at a time; made for a demand
 * that was checked. NULL when memory is out. */
typedef struct bt_demand_work bt_demand_work;
bt_demand_work *bt_demand_work_create(const bt_demand *demand);
void bt_demand_work_destroy(bt_demand_work *work);

/* Let bt_demand_shares use up to n_threads threads (one until this is called). Only
 * demands with many row entries do; the bits are the same for any number. */
bt_status bt_demand_work_use_threads(bt_demand_work *work, size_t n_threads, bt_error *error);

/* Choice probabilities of one type at prices [product]: probability[k] for the k-th
 * considered product of its row, and the outside probability (0 when off). The largest
 * term is taken out; +inf prices give probability zero. Returns mu log sum exp(u/mu)
 * (nested: the inclusive value), the expected maximum utility. A buyer without outside
 * option who can afford nothing stays out with probability one, and -inf is returned. */
double bt_choice_probabilities(const bt_demand *demand, size_t type, const double *price,
                               double *probability, double *outside_probability,
                               bt_demand_work *work);

/* Utilities u/mu of a type's considered products and of its outside option (-inf when off):
 * what bt_choose_block (markets/demand/choice.h) asks of a buyer. */
void bt_choice_utilities(const bt_demand *demand, size_t type, const double *price,
                         double *utility, double *outside_utility, bt_demand_work *work);

/* The probabilities before normalisation: weight[k] = exp((u_k - max u)/mu), the largest over
 * the row and the outside option (nested: the probabilities). What a draw needs. */
void bt_choice_weights(const bt_demand *demand, size_t type, const double *price,
                       double *weight, double *outside_weight, bt_demand_work *work);

/* Expected shares at prices [product]: share[product], the outside share, and (NULL
 * allowed) the consumer surplus per buyer, the log-sum level of markets/demand/welfare.h: NAN
 * unless all types have linear price. Sums over types in fixed blocks: the same bits for
 * any thread count. O(row entries). */
void bt_demand_shares(const bt_demand *demand, const double *price, double *share,
                      double *outside_share, double *consumer_surplus, bt_demand_work *work);

/* Jacobian d share_j / d price_k: jacobian[product * product], row j. */
void bt_demand_jacobian(const bt_demand *demand, const double *price, double *jacobian,
                        bt_demand_work *work);

#endif
