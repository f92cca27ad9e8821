/*
 * Equilibrium: what theory predicts, with a certificate.
 *
 * Bertrand-Nash prices are the fixed point of the zeta markup map (Morrow and Skerlos
 * 2011). With a_rj = alpha_r f'(p_j)/mu_r, w_r the weight of type r and s_rj its choice
 * probability, Lambda_j = sum_r w_r a_rj s_rj, Gamma_jk = sum_r w_r a_rj s_rj s_rk:
 *     p_j <- c_j + [ s_j + sum_{k: O_jk=1} Gamma_jk (p_k - c_k) ] / Lambda_j
 * (fees: margins and slopes as in markets/ownership.h). The stop is on the first-order
 * condition itself relative to s_j, not on the step; Newton finishes where the map is
 * slow. Several starts; all distinct equilibria are listed. Every reported equilibrium
 * carries its residual and its exploitability, the largest profit that any seller could
 * gain by a unilateral change, from a global search over that seller's prices; a point
 * that fails is reported as "not an equilibrium" with the deviation that breaks it.
 *
 * Outcomes that are not one equilibrium have names: several equilibria; no pure
 * equilibrium found (with the best-response cycle); no finite equilibrium (with its
 * reason: see spec'd existence rules in equilibrium_existence.h).
 */
#ifndef BT_MARKETS_EQUILIBRIUM_H
#define BT_MARKETS_EQUILIBRIUM_H

#include <stdbool.h>
#include <stddef.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"
#include "markets/demand/welfare.h"
#include "sim/status.h"

typedef enum bt_equilibrium_verdict {
    BT_EQUILIBRIUM,
    BT_MULTIPLE_EQUILIBRIA,
    BT_NO_PURE_EQUILIBRIUM_FOUND,
    BT_NO_FINITE_EQUILIBRIUM
} bt_equilibrium_verdict;

/* "equilibrium", "multiple_equilibria", ... */
const char *bt_equilibrium_verdict_name(bt_equilibrium_verdict verdict);

/* A profitable unilateral change. */
typedef struct bt_deviation {
    size_t seller;
    double gain;   /* of the seller's objective */
    double *price; /* [product]: all prices after the change */
} bt_deviation;

/* One price vector and all that is said of it. Arrays are owned by the point. */
typedef struct bt_price_point {
    size_t n_products;
    size_t n_sellers;
    double *price;      /* [product] */
    double *share;      /* [product] */
    double *markup;     /* [product] (p - c) / p */
    double *margin;     /* [product] after fees */
    double *elasticity; /* [product] own-price; NAN where nothing is sold */
    double *profit;     /* [seller] expected, times size, after fees */
    double *objective;  /* [seller] what the seller maximises (per buyer) */
    double outside_share;
    bt_welfare welfare;
    double hhi;               /* of inside shares, 0 .. 10000 */
    double foc_residual;      /* max_j |d objective / d p_j| relative to s_j Lambda-scaled:
                                 | s_j - Lambda_j m_j + sum_k Gamma_jk m_k | / s_j */
    double price_error_bound; /* first-order bound on max |p - p*| from the residual and
                                 the Jacobian of the first-order conditions; they differ
                                 where profit is flat. NAN where it cannot be computed */
    double exploitability;    /* largest gain, relative to nothing: in units of objective;
                                 INFINITY where a seller has no finite best response */
    bool is_equilibrium;      /* no seller gains more than 1e-9 of its objective */
    bt_deviation deviation;   /* price NULL when is_equilibrium */
    size_t iterations;
} bt_price_point;

typedef struct bt_equilibrium_settings {
    double tolerance;      /* on foc_residual; default 1e-13 */
    size_t max_iterations; /* of one start; default 10000 */
    size_t n_starts;       /* default 0: 8 when demand is mixed, 1 where uniqueness is known */
    bool certify;          /* global search per seller; default true. Without it every
                              first-order point counts as an equilibrium, exploitability is
                              NAN, and best-response play is not used to find starts */
    size_t n_threads;      /* default 1; the same bytes for any */
} bt_equilibrium_settings;

bt_equilibrium_settings bt_equilibrium_defaults(void);

typedef struct bt_equilibrium_result {
    bt_equilibrium_verdict verdict;
    char reason[512];
    size_t n_points;       /* distinct certified equilibria, lowest total price first */
    bt_price_point *point; /* [n_points] */
    size_t n_rejected;     /* first-order points that failed their certificate */
    bt_price_point *rejected;
    size_t cycle_length; /* best-response cycle, when no equilibrium was found */
    double *cycle_price; /* [cycle_length * product] */
} bt_equilibrium_result;

/* All equilibria that several starts find. */
bt_status bt_equilibrium_solve(const bt_demand *demand, const bt_ownership *ownership,
                               const bt_equilibrium_settings *settings,
                               bt_equilibrium_result *result, bt_error *error);
void bt_equilibrium_result_free(bt_equilibrium_result *result);

/* Evaluate given prices: residual, certificate, deviation. The prices are copied. */
bt_status bt_equilibrium_evaluate(const bt_demand *demand, const bt_ownership *ownership,
                                  const double *price, const bt_equilibrium_settings *settings,
                                  bt_price_point *point, bt_error *error);
void bt_price_point_free(bt_price_point *point);

/* Joint-profit prices: all sellers that have a price to set have one owner who keeps their
 * margins and maximises expected profit; sellers whose prices are all given stay out.
 * Profits are by seller as they are; residual, error bound and certificate are the one
 * owner's. Where no finite prices maximise joint profit (no outside option, ...) all
 * numbers of the point are NAN and it is no equilibrium. Any merger or cartel: call
 * bt_equilibrium_solve with other ownership. First best: all prices at cost. */
bt_status bt_joint_profit_solve(const bt_demand *demand, const bt_ownership *ownership,
                                const bt_equilibrium_settings *settings, bt_price_point *point,
                                bt_error *error);
bt_status bt_first_best(const bt_demand *demand, const bt_ownership *ownership,
                        bt_price_point *point, bt_error *error);

/* The best response of one seller to the others' prices [product]: a global search
 * (closed form through Lambert W for homogeneous logit with linear price; common markup
 * for several products). best[product] gets the seller's new prices among the others'
 * unchanged ones; *objective is what it maximises, there. BT_BAD_INPUT, with the reason,
 * where there is none (markets/equilibrium/equilibrium_existence.h). `work` of the demand keeps
 * what the search needs: only the first call allocates. */
bt_status bt_best_response(const bt_demand *demand, const bt_ownership *ownership,
                           size_t seller, const double *price, double *best, double *objective,
                           bt_demand_work *work, bt_error *error);

/* A seller's objective (per buyer) at prices, and its profit times size. */
double bt_seller_objective(const bt_demand *demand, const bt_ownership *ownership,
                           size_t seller, const double *price, bt_demand_work *work);

/* A seller's objective (per buyer) when share[product] of its products' units were sold per
 * buyer at prices [product]. n_buyers: how many were seen, INFINITY where shares are
 * probabilities. From a sample the variance and the squared mean are estimated without bias,
 * so that the mean over samples is the objective at the probabilities; a single buyer tells
 * nothing of the variance, and counts as if there were none. */
double bt_objective_of_sales(const bt_ownership *ownership, size_t seller, const double *price,
                             const double *share, double n_buyers);

/* Largest unilateral gain at prices in profit (per buyer): max_i max_p pi_i - pi_i. */
bt_status bt_exploitability(const bt_demand *demand, const bt_ownership *ownership,
                            const double *price, double *exploitability, bt_demand_work *work,
                            bt_error *error);

/* d objective_i / d p_j for the own products of each seller: gradient[product]. */
void bt_objective_gradient(const bt_demand *demand, const bt_ownership *ownership,
                           const double *price, double *gradient, bt_demand_work *work);

#endif
