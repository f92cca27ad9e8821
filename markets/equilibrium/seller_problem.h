/*
 * Inside equilibrium: one seller's pricing problem, the others' prices given.
 *
 * What a seller can change is its own strategy prices. Each buyer type that considers one
 * of them becomes a row: its weight, the attraction of everything else, and the seller's
 * own entries; the types it does not reach only matter for nothing. A row of a nested
 * logit is split by nest. Evaluations cost as much as the entries that the seller reaches,
 * so that certifying all sellers of a market of 100,000 buyers costs a few hundred passes
 * over its rows.
 *
 * bt_seller_problem_search looks for the global maximum of the seller's objective: a
 * single product by a scan of the price line, each local maximum refined; several products
 * by ascent from many starts (the present prices, the best points of scans along a common
 * markup and along each product's price, the price levels of single buyer types), the best
 * kept. It finds the best of what it looks at: exact where the objective has one maximum a
 * basin, evidence elsewhere.
 */
#ifndef BT_MARKETS_SELLER_PROBLEM_H
#define BT_MARKETS_SELLER_PROBLEM_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/equilibrium/pricing_game.h"

typedef struct bt_seller_problem {
    const bt_pricing_game *game;
    size_t seller;
    size_t n_own;      /* own products, those with a price to set first */
    size_t n_free;     /* of these, with a price to set */
    uint32_t *product; /* [n_own] market numbers */
    uint32_t *local;   /* [market product] own number; BT_NOT_OWN for the others' */

    size_t n_rows;
    size_t n_groups; /* nests within rows; one a row in a plain logit */
    size_t n_entries;
    size_t *row_type;        /* [row] */
    double *row_rivals;      /* [row] nested: log attraction of the outside option and of
                                the nests where the seller has nothing */
    size_t *row_group;       /* [row + 1] */
    double *group_rivals;    /* [group] log attraction of the others' products in it (plain:
                                of everything else) */
    size_t *group_entry;     /* [group + 1] */
    uint32_t *entry_product; /* [entry] own number */
    double *entry_utility;   /* [entry] quality over mu (nested: over mu (1-rho)) */

    /* Rows in which the seller has one product alone (plain logit, one transform), apart
     * from the others and grouped by product: exp(offset + slope f(p)) is how much more
     * attractive everything else is. */
    size_t n_lone;
    size_t *lone_start;  /* [n_own + 1] */
    double *lone_offset; /* [lone row] */
    double *lone_slope;
    double *lone_weight;

    /* Of the last evaluation. */
    double objective;
    double *gradient;       /* [n_own] */
    double *preconditioner; /* [n_own] positive: gradient / it is a step in price */
    double *share;          /* [n_own] */

    double *price;      /* [n_own] prices, given ones filled in */
    double *margin;     /* [n_own] */
    double *moment;     /* [n_own * 4] Lambda, Gamma m, Gamma m^2 */
    double *disutility; /* [n_own] where the game has one transform */
    double *slope;      /* [n_own] */
    double *exponent;   /* [chunk] */
    size_t chunk_capacity;
    double *trial, *line, *ascent, *candidate; /* [n_own] scratch of the search */
    double *present, *best;                    /* [n_own] for callers of the search */
    double *points;                            /* [BT_SCAN_ROOM] of the search's scans */
    uint32_t *stamp;                           /* [type] */
    uint32_t stamp_now;
    double *nest_largest, *nest_sum; /* [nest] */
    uint32_t *nest_group;            /* [nest] */
} bt_seller_problem;

#define BT_NOT_OWN UINT32_MAX
enum { BT_SCAN_ROOM = 4096 };

/* By own product: Lambda_j, and sums over own products k of Gamma_jk m_k and m_k^2. */
enum { BT_MOMENT_LAMBDA, BT_MOMENT_GAMMA_MARGIN, BT_MOMENT_GAMMA_SQUARE, BT_MOMENTS };

/* log(exp(a) + exp(b)) */
static inline double bt_log_sum_two(double a, double b)
{
    const double largest = a > b ? a : b;

    if (!(largest > -INFINITY) || largest == INFINITY)
        return largest;
    return largest + log(exp(a - largest) + exp(b - largest));
}

/* Room for any seller of a game; NULL when memory is out. */
bt_seller_problem *bt_seller_problem_create(const bt_pricing_game *game);
void bt_seller_problem_destroy(bt_seller_problem *problem);

/* Set the problem of a seller against prices [market product]. Needs the game's index
 * (bt_pricing_game_keep_entries). */
void bt_seller_problem_set(bt_seller_problem *problem, size_t seller, const double *price);

/* Objective and gradient at own prices [n_free]; returns the objective, per buyer. */
double bt_seller_problem_evaluate(bt_seller_problem *problem, const double *own_price);

/* Would any row, taken alone, have all own prices lower, or higher, than a common markup
 * above zero margin (by the derivative of its expected profit)? */
void bt_seller_problem_wishes(bt_seller_problem *problem, double markup, bool *lower,
                              bool *higher);

/* The best prices found, into best[n_free], starting at present[n_free] among others.
 * Returns the objective there (markets/equilibrium/best_response.c). */
double bt_seller_problem_search(bt_seller_problem *problem, const double *present,
                                double *best);

/* Take prices close to a maximum to its last digits, in place, where the seller has no more
 * than a few: what a search leaves is where the objective is flat to rounding. */
void bt_seller_problem_polish(bt_seller_problem *problem, double *best);

#endif
