/*
 * A seller for tests: charges what a script says and writes down what it is shown.
 */
#ifndef BT_TESTS_SPY_SELLER_H
#define BT_TESTS_SPY_SELLER_H

#include <math.h>
#include <string.h>

#include "experiments/experiment.h"
#include "markets/seller.h"

enum { SPY_MOVES = 64, SPY_SEGMENTS = 2, SPY_PRODUCTS = 4, SPY_ACTIONS = 3 };

typedef struct spy {
    /* what it does */
    double price[SPY_MOVES]; /* of all its products, move after move; the last for ever */
    size_t n_prices;
    bool is_on_grid; /* its actions are price[0 .. SPY_ACTIONS - 1], played in turn */

    /* what it saw */
    bt_seller_setting setting;
    size_t n_decisions;
    double decided_at[SPY_MOVES];
    uint64_t seen_joint_action[SPY_MOVES];
    bool saw_prices[SPY_MOVES];
    double seen_price[SPY_MOVES][SPY_PRODUCTS];
    size_t n_observations;
    bt_seller_feedback feedback[SPY_MOVES];
    double told_price[SPY_MOVES][SPY_PRODUCTS];
    double told_sales[SPY_MOVES][SPY_PRODUCTS];
    double told_counterfactual[SPY_MOVES][SPY_ACTIONS];
    double told_gradient[SPY_MOVES][SPY_PRODUCTS];
    double told_segment_sales[SPY_MOVES][SPY_SEGMENTS]; /* of a single product */
    double told_segment_buyers[SPY_MOVES][SPY_SEGMENTS];
} spy;

static inline bt_status spy_create(const void *parameters, const bt_seller_setting *setting,
                                   void **self, bt_error *error)
{
    (void)error;
    spy *seller = (spy *)(uintptr_t)parameters;
    seller->setting = *setting;
    seller->n_decisions = 0;
    seller->n_observations = 0;
    *self = seller;
    return BT_OK;
}

static inline size_t spy_actions(const void *self, const double **action_price)
{
    const spy *seller = self;
    *action_price = seller->price;
    return seller->is_on_grid ? SPY_ACTIONS : 0;
}

static inline uint64_t spy_decide(void *self, const bt_seller_view *view, double *own_price)
{
    spy *seller = self;
    size_t move = seller->n_decisions++;
    size_t last = seller->n_prices - 1;
    size_t action = seller->is_on_grid ? move % SPY_ACTIONS : (move < last ? move : last);
    if (move < SPY_MOVES) {
        seller->decided_at[move] = view->time;
        seller->seen_joint_action[move] = view->joint_action;
        seller->saw_prices[move] = view->price != NULL;
        if (view->price != NULL)
            memcpy(seller->seen_price[move], view->price,
                   seller->setting.n_products * sizeof(double));
    }
    for (uint32_t k = 0; k < seller->setting.n_own; k++)
        own_price[k] = seller->price[action];
    return seller->is_on_grid ? action : BT_NO_ACTION;
}

static inline void spy_copy(double *to, const double *from, size_t count)
{
    if (from != NULL)
        memcpy(to, from, count * sizeof(double));
}

static inline bool spy_observe(void *self, const bt_seller_feedback *feedback)
{
    spy *seller = self;
    size_t k = seller->n_observations++;
    if (k >= SPY_MOVES)
        return false;
    seller->feedback[k] = *feedback;
    spy_copy(seller->told_price[k], feedback->price, seller->setting.n_products);
    spy_copy(seller->told_sales[k], feedback->own_sales, seller->setting.n_own);
    spy_copy(seller->told_counterfactual[k], feedback->counterfactual_profit, SPY_ACTIONS);
    spy_copy(seller->told_gradient[k], feedback->own_gradient, seller->setting.n_own);
    spy_copy(seller->told_segment_sales[k], feedback->segment_sales,
             seller->setting.n_segments);
    spy_copy(seller->told_segment_buyers[k], feedback->segment_buyers,
             seller->setting.n_segments);
    return false;
}

#define SPY_TYPE(bits)                                                                         \
    {                                                                                          \
        .described = {.name = "spy", .summary = "", .source = ""}, .feedback = (bits),         \
        .create = spy_create, .actions = spy_actions, .decide = spy_decide,                    \
        .observe = spy_observe                                                                 \
    }

/* Put a spy in the place of the experiment's seller with this index. */
static inline void plant_spy(bt_experiment *experiment, size_t seller,
                             const bt_seller_type *type, spy *planted)
{
    bt_registered *entry = (bt_registered *)experiment->sellers.element + seller;
    entry->type = &type->described;
    entry->parameters = planted;
}

#endif
