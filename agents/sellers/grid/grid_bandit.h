/*
 * What all learners on a price grid share: the grid, rewards between 0 and 1, how often
 * each action was played and what it brought on average, the order of first trials, the
 * rule for ties, and drawing an action from a distribution.
 *
 * A reward is a profit per unit of time (of a seller declared risk-averse: its objective)
 * divided by the reward unit: by default the largest
 * margin of the grid (its highest price, less cost and fees) times the mass of buyers, the
 * most that a seller could ever earn. The scale matters: a bonus for rarely tried prices,
 * or a learning rate, is relative to it.
 *
 * A learner's struct begins with a bt_grid_bandit, which bt_grid_bandit_create fills. Its
 * arrays live in the run's arena and are archived together; `score` is the rule's to use
 * (an index, a cumulated reward, a propensity), and so is `probability`.
 *
 * Streams of its own: choices (purpose 0), ties (1), order of first trials (2: n_actions - 1
 * draws at the start, when the order is random).
 */
#ifndef BT_AGENTS_SELLERS_GRID_BANDIT_H
#define BT_AGENTS_SELLERS_GRID_BANDIT_H

#include "agents/sellers/grid/price_grid.h"
#include "sim/random.h"

typedef struct bt_grid_bandit_parameters {
    bt_price_grid_parameters grid;
    bt_option reward_unit;
    int32_t first_trials;
    int32_t ties;
    bt_option moves;
} bt_grid_bandit_parameters;

/* Rows of a rule's parameter table, for the member `bandit` of its parameter struct, or for
 * another member (_OF). */
#define BT_GRID_BANDIT_PARAMETERS(rule) BT_GRID_BANDIT_PARAMETERS_OF(rule, bandit)
#define BT_GRID_BANDIT_PARAMETERS_OF(rule, member)                                             \
    {.name = "grid",                                                                           \
     .type = BT_TABLE,                                                                         \
     .offset = offsetof(rule, member.grid),                                                    \
     .default_text = "{}",                                                                     \
     .table = &bt_price_grid_table,                                                            \
     .meaning = "the prices it may charge"},                                                   \
    {                                                                                          \
        .name = "reward_unit", .type = BT_OPTION,                                              \
        .offset = offsetof(rule, member.reward_unit), .unit = "price",                         \
        .default_text = "largest_margin", .choices = "largest_margin", .number_allowed = true, \
        .range = BT_POSITIVE,                                                                  \
        .meaning = "rewards are profits divided by this: the grid's largest margin times "     \
                   "the mass of buyers, or a number"                                           \
    }

#define BT_FIRST_TRIALS_PARAMETER(rule)                                                        \
    {                                                                                          \
        .name = "first_trials", .type = BT_CHOICE,                                             \
        .offset = offsetof(rule, bandit.first_trials), .default_text = "random",               \
        .choices = "random|fixed",                                                             \
        .meaning = "the order in which each price is tried once: at random, or upwards"        \
    }

#define BT_TIES_PARAMETER(rule) BT_TIES_PARAMETER_OF(rule, bandit)
#define BT_TIES_PARAMETER_OF(rule, member)                                                     \
    {                                                                                          \
        .name = "ties", .type = BT_CHOICE, .offset = offsetof(rule, member.ties),              \
        .default_text = "random", .choices = "random|lowest",                                  \
        .meaning = "which of several best prices: one at random, or the lowest"                \
    }

#define BT_PLANNED_MOVES_PARAMETER(rule)                                                       \
    {                                                                                          \
        .name = "moves", .type = BT_OPTION, .offset = offsetof(rule, bandit.moves),            \
        .unit = "moves", .default_text = "horizon", .choices = "horizon",                      \
        .number_allowed = true, .range = BT_AT_LEAST(1),                                       \
        .meaning = "T, the number of moves that rates are tuned for: one a period up to the "  \
                   "horizon, or a number"                                                      \
    }

/* Of rules that have no others. */
typedef struct bt_plain_bandit_parameters {
    bt_grid_bandit_parameters bandit;
} bt_plain_bandit_parameters;

typedef struct bt_grid_bandit {
    size_t n_actions;
    uint32_t n_own;
    bool ties_at_random;
    bool has_moved;             /* its last action was not the one before */
    const double *action_price; /* [action * own] */
    double reward_unit;
    double planned_moves;
    uint64_t n_moves;      /* decided so far */
    uint64_t action;       /* its last */
    double *times_played;  /* [action] */
    double *mean;          /* [action] reward */
    double *score;         /* [action] */
    double *probability;   /* [action] */
    uint64_t *first_trial; /* [trial] */
    bt_stream choices;
    bt_stream ties;
} bt_grid_bandit;

/* Make a learner of `size` bytes, zero but for the bt_grid_bandit that it begins with.
 * Errors: those of bt_price_grid_create, no price above cost, memory. */
bt_status bt_grid_bandit_create(size_t size, const bt_grid_bandit_parameters *parameters,
                                const bt_seller_setting *setting, void **self, bt_error *error);

/* bt_seller_type.create of rules that are nothing but a bt_grid_bandit, with
 * bt_plain_bandit_parameters. */
bt_status bt_grid_bandit_create_plain(const void *parameters, const bt_seller_setting *setting,
                                      void **self, bt_error *error);

/* bt_seller_type.actions of every learner that begins with a bt_grid_bandit. */
size_t bt_grid_bandit_actions(const void *self, const double **action_price);

/* bt_seller_type.archive of those that have no state beyond it. */
void bt_grid_bandit_archive(void *self, bt_archive *archive);

/* Charge an action's prices; returns it. */
uint64_t bt_grid_bandit_play(bt_grid_bandit *bandit, uint64_t action, double *own_price);

/* The reward of the last action. */
static inline double bt_grid_bandit_reward(const bt_grid_bandit *bandit,
                                           const bt_seller_feedback *feedback)
{
    return bt_feedback_objective(feedback) / bandit->reward_unit;
}

/* The same of profit alone, for rules that judge its risk themselves. */
static inline double bt_grid_bandit_profit(const bt_grid_bandit *bandit,
                                           const bt_seller_feedback *feedback)
{
    return feedback->profit / bandit->reward_unit;
}

/* Count the last action and its reward into times_played and mean. */
void bt_grid_bandit_count(bt_grid_bandit *bandit, double reward);

/* The same, with each action's sum of squared deviations of rewards from their mean (Welford
 * 1962) into score. */
void bt_grid_bandit_count_deviation(bt_grid_bandit *bandit, double reward);

/* bt_seller_type.observe of learners whose score is the reward that each action would have
 * brought so far. */
bool bt_grid_bandit_observe_counterfactuals(void *self, const bt_seller_feedback *feedback);

/* Whether some price was never tried; if so, *action is the next to try. */
bool bt_grid_bandit_tries(const bt_grid_bandit *bandit, uint64_t *action);

/* The action with the largest value [action]. Draws: one of `ties` if several have it and
 * ties are broken at random. */
uint64_t bt_grid_bandit_largest(bt_grid_bandit *bandit, const double *value);

/* An action drawn in proportion to weights [action] of the given sum. Draws: one of
 * `choices`. */
uint64_t bt_grid_bandit_draw(bt_grid_bandit *bandit, const double *weight, double total);

/* Any action, all alike. Draws: one of `choices`. */
uint64_t bt_grid_bandit_draw_uniform(bt_grid_bandit *bandit);

/* bandit->probability = exp(factor score) over its sum. */
void bt_grid_bandit_softmax(bt_grid_bandit *bandit, double factor);

/* Mix `share` of the uniform distribution into bandit->probability. */
void bt_grid_bandit_mix(bt_grid_bandit *bandit, double share);

#endif
