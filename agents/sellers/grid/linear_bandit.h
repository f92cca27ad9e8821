/*
 * What linear bandits on a price grid share: the reward of an action is modelled as linear in
 * a constant and, for each own product, the Legendre polynomials of degrees 1 to `degree` of
 * its price, the grid's range laid on [-1, 1]. (Rewards of products add up; that a product's
 * price changes what another earns is left out.) Estimated by ridge regression.
 *
 * A learner's struct begins with a bt_linear_bandit; bandit.mean [action] is kept as the
 * estimated reward, and bandit.score [action] as x' A^-1 x, its variance over that of noise.
 */
#ifndef BT_AGENTS_SELLERS_LINEAR_BANDIT_H
#define BT_AGENTS_SELLERS_LINEAR_BANDIT_H

#include "agents/learning/ridge.h"
#include "agents/sellers/grid/grid_bandit.h"

typedef struct bt_linear_bandit_parameters {
    int64_t degree;
    double ridge;
    bt_grid_bandit_parameters bandit;
} bt_linear_bandit_parameters;

/* Rows of a rule's parameter table, for the member `linear` of its parameter struct. */
#define BT_LINEAR_BANDIT_PARAMETERS(rule)                                                      \
    {.name = "degree",                                                                         \
     .type = BT_INTEGER,                                                                       \
     .offset = offsetof(rule, linear.degree),                                                  \
     .unit = "1",                                                                              \
     .default_text = "3",                                                                      \
     .range = BT_BETWEEN(1, 20),                                                               \
     .meaning = "degree of the polynomial in each price that rewards are modelled by"},        \
    {                                                                                          \
        .name = "ridge", .type = BT_REAL, .offset = offsetof(rule, linear.ridge), .unit = "1", \
        .default_text = "1", .range = BT_POSITIVE,                                             \
        .meaning = "weight of the prior that all coefficients are 0, in observations"          \
    }

typedef struct bt_linear_bandit {
    bt_grid_bandit bandit;
    bt_ridge regression;
    double *feature; /* [action * D] */
    double *work;    /* [action] */
} bt_linear_bandit;

/* Make a learner of `size` bytes that begins with a bt_linear_bandit. Errors: those of
 * bt_grid_bandit_create. */
bt_status bt_linear_bandit_create(size_t size, const bt_linear_bandit_parameters *parameters,
                                  const bt_seller_setting *setting, void **self,
                                  bt_error *error);

/* Learn the reward of the last action. */
void bt_linear_bandit_observe(bt_linear_bandit *linear, double reward);

/* value [action] = feature theta. */
void bt_linear_bandit_values(const bt_linear_bandit *linear, const double *theta,
                             double *value);

/* bt_seller_type.archive of those that have no state beyond a bt_linear_bandit. */
void bt_linear_bandit_archive(void *self, bt_archive *archive);

#endif
