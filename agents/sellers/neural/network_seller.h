/*
 * What sellers that learn with a network share: a price grid, and what of the past the network
 * sees. Its features are, for each of the last `memory` moves, the newest first,
 *
 *     the own prices, the grid's lowest as -1 and its highest as 1,
 *     the own reward (a profit as in grid_bandit.h, between 0 and 1 as a rule),
 *     with `observes: all`, the rivals' prices on the own grid's scale;
 *
 * moves before the first are zeros. With memory 0 the only feature is the number 1: a bandit.
 *
 * A seller's struct begins with a bt_network_seller, which begins with a bt_grid_bandit.
 */
#ifndef BT_AGENTS_SELLERS_NEURAL_NETWORK_SELLER_H
#define BT_AGENTS_SELLERS_NEURAL_NETWORK_SELLER_H

#include "agents/learning/neural/mlp.h"
#include "agents/sellers/grid/grid_bandit.h"

typedef struct bt_network_seller_parameters {
    int64_t memory;
    int32_t observes;
    bt_real_list hidden;
    bt_grid_bandit_parameters bandit;
} bt_network_seller_parameters;

/* Rows of a rule's parameter table, for the member `network` of its parameter struct. */
#define BT_NETWORK_SELLER_PARAMETERS(rule)                                                     \
    {.name = "memory",                                                                         \
     .type = BT_INTEGER,                                                                       \
     .offset = offsetof(rule, network.memory),                                                 \
     .unit = "moves",                                                                          \
     .default_text = "1",                                                                      \
     .range = BT_BETWEEN(0, 100),                                                              \
     .meaning = "how many past moves the network sees"},                                       \
        {.name = "observes",                                                                   \
         .type = BT_CHOICE,                                                                    \
         .offset = offsetof(rule, network.observes),                                           \
         .default_text = "own",                                                                \
         .choices = "own|all",                                                                 \
         .meaning = "what it sees of a move: own prices and profit, or rivals' prices too"},   \
        {.name = "hidden",                                                                     \
         .type = BT_REAL_LIST,                                                                 \
         .offset = offsetof(rule, network.hidden),                                             \
         .unit = "1",                                                                          \
         .default_text = "[32, 32]",                                                           \
         .range = BT_BETWEEN(1, 4096),                                                         \
         .meaning = "widths of the hidden layers"},                                            \
        BT_GRID_BANDIT_PARAMETERS_OF(rule, network.bandit)

typedef struct bt_network_seller {
    bt_grid_bandit bandit;
    size_t memory;
    size_t n_products;
    bool sees_rivals;
    bool *is_own; /* [product] */
    double price_middle;
    double price_half_range;
    size_t move_features; /* of one move */
    size_t n_features;    /* of the state */
    bt_real *feature;     /* [features] of the state now */
    bt_real *before;      /* [features] of the state in which it last moved */
    size_t *hidden;       /* [n_hidden] */
    size_t n_hidden;
    bt_stream initial; /* weights (purpose 3) */
} bt_network_seller;

/* Make a seller of `size` bytes, zero but for the bt_network_seller that it begins with.
 * Errors: those of bt_grid_bandit_create, a width that is no whole number, too many layers. */
bt_status bt_network_seller_create(size_t size, const bt_network_seller_parameters *parameters,
                                   const bt_seller_setting *setting, void **self,
                                   bt_error *error);

/* Take what came of the last move into the features. Returns its reward. */
double bt_network_seller_observe(bt_network_seller *seller, const bt_seller_feedback *feedback);

void bt_network_seller_archive(bt_network_seller *seller, bt_archive *archive);

#endif
