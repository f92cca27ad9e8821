/*
 * Estimating a multinomial logit from choices: what contextual assortment learners share.
 *
 * An offer of n items is a matrix of features x_1 .. x_n in R^D, prices folded in; the buyer
 * takes item j with probability q_j = e^{theta' x_j} / (1 + sum_k e^{theta' x_k}). The
 * negative log-likelihood of a choice c has gradient sum_j q_j x_j - x_c and Fisher
 * information X' (diag q - q q') X.
 *
 * Maximum likelihood is by Newton with a true ridge, theta minimises
 *     -log-likelihood + (ridge/2) |theta|^2:
 * without one the estimate runs away when an item was never bought (a damping of the Hessian
 * alone, as in some published code, does not hold it). Online: the Newton step of Hazan,
 * Agarwal and Kale (2007), put back into a ball in the norm of the information.
 *
 * Matrices are D * D, row major, symmetric and stored whole. Matrix work by CBLAS and LAPACK;
 * sums in fixed order. Nothing here allocates after create.
 */
#ifndef BT_AGENTS_LEARNING_MNL_ESTIMATOR_H
#define BT_AGENTS_LEARNING_MNL_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/arena.h"
#include "sim/archive.h"
#include "sim/random.h"

/* No item: the buyer took nothing. */
#define BT_NO_SLOT SIZE_MAX

/* ---- one offer ---- */

/* Choice probabilities q [item]; feature: [item * D]. */
void bt_mnl_probabilities(size_t n_offered, size_t n_features, const double *feature,
                          const double *theta, double *probability);

/* gradient [D] = sum_j q_j x_j - x_taken, with the probabilities given. */
void bt_mnl_gradient(size_t n_offered, size_t n_features, const double *feature,
                     const double *probability, size_t taken, double *gradient);

/* information += scale X' (diag q - q q') X; mean: [D] working memory. */
void bt_mnl_add_information(size_t n_offered, size_t n_features, const double *feature,
                            const double *probability, double scale, double *information,
                            double *mean);

/* ---- all offers so far ---- */

typedef struct bt_mnl_history {
    size_t n_features;
    size_t capacity; /* items an offer */
    size_t room;     /* rounds */
    size_t rounds;
    size_t first;        /* the first round that estimates use */
    double *feature;     /* [round * capacity * D] */
    uint32_t *n_offered; /* [round] */
    uint32_t *taken;     /* [round] slot, or n_offered: nothing */
    double *hessian;     /* [D * D] working memory, as what follows */
    double *gradient;    /* [D] */
    double *trial;       /* [D] */
    double *step;        /* [D] */
    double *centred;     /* [capacity * D] */
    double *probability; /* [capacity] */
} bt_mnl_history;

/* Bytes that a history of so many rounds takes: for a refusal in time. */
double bt_mnl_history_bytes(size_t n_features, size_t capacity, double rounds);

/* NULL when memory is out. Owned by the arena. */
bt_mnl_history *bt_mnl_history_create(size_t n_features, size_t capacity, size_t room,
                                      bt_arena *arena);
void bt_mnl_history_add(bt_mnl_history *history, size_t n_offered, const double *feature,
                        size_t taken);
void bt_mnl_history_archive(bt_mnl_history *history, bt_archive *archive);

/* Ridge maximum likelihood over rounds first .. rounds - 1, from the theta given; stops
 * when the step is below 1e-7 or after 50 steps. Returns the number of steps.
 * O(rounds * capacity * D^2) a step. */
int bt_mnl_fit(bt_mnl_history *history, double ridge, double *theta);

/* ---- symmetric matrices ---- */

/* scale * identity. */
void bt_mnl_set_identity(size_t n, double scale, double *matrix);

/* inverse = matrix^-1 by Cholesky; false if it is not positive definite. */
bool bt_mnl_invert(size_t n, const double *matrix, double *inverse);

/* theta = mean + scale * L z with L L' = covariance and z standard normal. Draws: n. factor:
 * [n * n] working memory. */
void bt_mnl_draw(size_t n, const double *mean, const double *covariance, double scale,
                 bt_stream *stream, double *factor, double *theta);

/* theta -= size * inverse gradient. */
void bt_mnl_newton_step(size_t n, double size, const double *inverse, const double *gradient,
                        double *theta);

/* The point of the ball {|p - centre|^2 <= radius_squared} nearest to `point` in the norm of
 * `matrix`, in place: eigenvectors once, then the multiplier by Newton. eigenvector: [n * n],
 * work: [3 n]. O(n^3). */
void bt_mnl_project(size_t n, const double *matrix, const double *centre, double radius_squared,
                    double *point, double *eigenvector, double *work);

/* x' matrix y. */
double bt_mnl_form(size_t n, const double *x, const double *matrix, size_t stride,
                   const double *y);

#endif
