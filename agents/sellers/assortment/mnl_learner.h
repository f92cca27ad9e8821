/*
 * What contextual assortment sellers have in common: a start of random offers, an estimate
 * of buyers' tastes by ridge maximum likelihood (agents/learning/mnl_estimator.h), refitted
 * on a schedule, and the information gathered.
 *
 * Rounds t = 0, 1, ... Before T0 offers are random; the information grows by X'X / n^2 of an
 * offer of n items. From T0 on it grows by X'(diag q - qq')X under the estimate that the
 * offer was made with. The estimate is refitted at T0, then whenever a further share
 * `refit` of the rounds so far has passed (each round: 0), so that all refits of a run of T
 * rounds cost O(log T) passes over its history instead of T.
 *
 * Draws: one for T0 if it is drawn (purpose 1); those of random offers (purpose 0).
 */
#ifndef BT_AGENTS_SELLERS_MNL_LEARNER_H
#define BT_AGENTS_SELLERS_MNL_LEARNER_H

#include "agents/sellers/assortment/contextual_offer.h"
#include "sim/parameter.h"

enum { BT_MNL_EXPLORE_PURPOSE = 0, BT_MNL_START_PURPOSE = 1, BT_MNL_RULE_PURPOSE = 2 };

typedef struct bt_mnl_learner_parameters {
    bt_option exploration_rounds;
    double exploration_low;
    double exploration_high;
    double ridge;
    double refit;
} bt_mnl_learner_parameters;

/* Lines of a rule's parameter table, for a member `member` of its struct. */
#define BT_MNL_START_LINES(parameters_type, member)                                            \
    {.name = "exploration_rounds",                                                             \
     .type = BT_OPTION,                                                                        \
     .offset = offsetof(parameters_type, member.exploration_rounds),                           \
     .unit = "periods",                                                                        \
     .default_text = "drawn",                                                                  \
     .choices = "drawn",                                                                       \
     .number_allowed = true,                                                                   \
     .range = BT_AT_LEAST(1),                                                                  \
     .meaning = "T0: rounds of random offers; drawn: uniform from sqrt(T) to 2 sqrt(T)"},      \
        {.name = "exploration_low",                                                            \
         .type = BT_REAL,                                                                      \
         .offset = offsetof(parameters_type, member.exploration_low),                          \
         .unit = "price",                                                                      \
         .default_text = "6",                                                                  \
         .range = BT_NON_NEGATIVE,                                                             \
         .meaning = "lowest price of a random offer"},                                         \
        {.name = "exploration_high",                                                           \
         .type = BT_REAL,                                                                      \
         .offset = offsetof(parameters_type, member.exploration_high),                         \
         .unit = "price",                                                                      \
         .default_text = "10",                                                                 \
         .range = BT_POSITIVE,                                                                 \
         .meaning = "highest price of a random offer"},                                        \
    {                                                                                          \
        .name = "ridge", .type = BT_REAL, .offset = offsetof(parameters_type, member.ridge),   \
        .unit = "1", .default_text = "0.5", .range = BT_POSITIVE,                              \
        .meaning = "weight of |theta|^2/2 in the estimate, and the information at the start"   \
    }

#define BT_MNL_REFIT_LINE(parameters_type, member)                                             \
    {                                                                                          \
        .name = "refit", .type = BT_REAL, .offset = offsetof(parameters_type, member.refit),   \
        .unit = "1", .default_text = "0.02", .range = BT_BETWEEN(0, 1),                        \
        .meaning = "the estimate is refitted every ceil(refit t) rounds; 0: each round"        \
    }

typedef struct bt_mnl_learner {
    const bt_mnl_learner_parameters *parameters;
    bt_contextual_offer offer;
    bt_mnl_history *history;
    double *theta;       /* [2 d] */
    double *information; /* [2 d * 2 d] V */
    double *covariance;  /* [2 d * 2 d] V^-1 */
    double *gradient;    /* [2 d] */
    double *scratch;     /* [2 d * 2 d] */
    double *work;        /* [6 d] */
    uint64_t t;
    uint64_t exploration_rounds; /* T0 */
    uint64_t next_fit;
    bt_stream exploration;
    bt_stream draws; /* of the rule itself */
} bt_mnl_learner;

/* Make a learner of `size` bytes, zero but for the bt_mnl_learner that it begins with.
 * `remembers_all`: a history of the whole run, else of the first T0 rounds. Refuses
 * histories beyond a gibibyte, and prices in the wrong order. */
bt_status bt_mnl_learner_create(size_t size, const bt_mnl_learner_parameters *parameters,
                                const char *policy, const bt_seller_setting *setting,
                                bool remembers_all, void **self, bt_error *error);

/* Before T0: a random offer and true. */
bool bt_mnl_learner_explores(bt_mnl_learner *learner, const bt_seller_view *view,
                             double *own_price);

/* A random offer before T0, then the best under the most favourable utilities of a confidence
 * ellipsoid around theta. */
void bt_mnl_learner_offer_with_optimism(bt_mnl_learner *learner, const bt_seller_view *view,
                                        double radius_squared, double *own_price);

/* Remember the offer and what was taken, add its information, refit when due:
 * bt_seller_type.observe of rules that learn nothing else. Returns true. */
bool bt_mnl_learner_observe(void *self, const bt_seller_feedback *feedback);

/* Fit now, from the estimate that stands. */
void bt_mnl_learner_fit(bt_mnl_learner *learner);

/* bt_seller_type.archive of rules that have no state beyond a bt_mnl_learner. */
void bt_mnl_learner_archive(void *self, bt_archive *archive);

#endif
