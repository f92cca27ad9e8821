/*
 * The myopically optimal pricebot (MY) of Greenwald and Kephart (1999): the best reply to the
 * rivals' standing prices, as if they stood for ever. Just below a rival, or at the
 * monopoly price: between them profit only rises with the price. Rivals of its kind
 * undercut each other down to the lowest price of the mixed equilibrium, where serving only
 * those who do not compare at the monopoly price earns as much, and begin again.
 *
 * Of equally good prices it takes the highest. Where the market has a quantum its prices
 * are the multiples from cost to the monopoly price, an action each, so that learners who
 * remember joint actions can play against it. Draws: none.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/registry.h"
#include "markets/shopbot/shopbot_rules.h"

enum { MAX_ACTIONS = 1 << 20 };

typedef struct myoptimal_parameters {
    double undercut;
} myoptimal_parameters;

static const bt_parameter parameters[] = {
    {.name = "undercut",
     .type = BT_REAL,
     .offset = offsetof(myoptimal_parameters, undercut),
     .unit = "price",
     .default_text = "null",
     .null_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "how far below a rival it goes; null: the market's quantum"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(myoptimal_parameters, parameters);

typedef struct myoptimal {
    const bt_shopbot_rules *rules;
    uint32_t seller;
    double undercut;
    double monopoly_price;
    size_t n_actions;     /* 0: any price */
    double *action_price; /* [action] */
} myoptimal;

static bt_status lay_actions(myoptimal *seller, const bt_seller_setting *setting,
                             bt_error *error)
{
    double quantum = seller->rules->quantum;
    double lowest = ceil(seller->rules->market.cost / quantum - 1e-9);
    double count = round(seller->monopoly_price / quantum) - lowest + 1;
    if (!(count >= 2 && count <= MAX_ACTIONS))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": a quantum of %g leaves %g prices between cost and the "
                       "monopoly price; from 2 to %d are possible",
                       setting->name, quantum, count, (int)MAX_ACTIONS);
    seller->n_actions = (size_t)count;
    seller->action_price = BT_ARENA_NEW(setting->arena, seller->n_actions, double);
    if (seller->action_price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    for (size_t a = 0; a < seller->n_actions; a++)
        seller->action_price[a] = quantum * (lowest + (double)a);
    return BT_OK;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const myoptimal_parameters *chosen = given;
    if (setting->shopbot == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": myoptimal needs a market of type shopbot",
                       setting->name);
    myoptimal *seller = BT_ARENA_NEW(setting->arena, 1, myoptimal);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->rules = setting->shopbot;
    seller->seller = setting->seller;
    seller->undercut = isnan(chosen->undercut) ? seller->rules->quantum : chosen->undercut;
    if (!(seller->undercut > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": the market has no quantum of prices; give `undercut`",
                       setting->name);
    seller->monopoly_price =
        bt_shopbot_round(seller->rules, bt_shopbot_monopoly_price(&seller->rules->market));
    *self = seller;
    return seller->rules->quantum > 0 ? lay_actions(seller, setting, error) : BT_OK;
}

static size_t actions(const void *self, const double **action_price)
{
    const myoptimal *seller = self;
    *action_price = seller->action_price;
    return seller->n_actions;
}

static double profit_at(const myoptimal *seller, const double *rivals, double price)
{
    return (price - seller->rules->market.cost) *
           bt_shopbot_sales(seller->rules, rivals, seller->seller, price);
}

/* The best of the monopoly price and those just below the rivals'. */
static double best_reply(const myoptimal *seller, const double *price)
{
    double best = seller->monopoly_price, most = profit_at(seller, price, best);
    for (size_t j = 0; j < seller->rules->market.n_sellers; j++) {
        double candidate = bt_shopbot_round(seller->rules, price[j] - seller->undercut);
        if (j == seller->seller || candidate < seller->rules->market.cost ||
            candidate > seller->monopoly_price)
            continue;
        double profit = profit_at(seller, price, candidate);
        if (profit > most || (profit == most && candidate > best)) {
            most = profit;
            best = candidate;
        }
    }
    return best;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    const myoptimal *seller = self;
    *own_price = view->price != NULL ? best_reply(seller, view->price) : seller->monopoly_price;
    if (seller->n_actions == 0)
        return BT_NO_ACTION;
    double step = (*own_price - seller->action_price[0]) / seller->rules->quantum;
    return (uint64_t)fmin(fmax(round(step), 0), (double)(seller->n_actions - 1));
}

const bt_seller_type bt_myoptimal_seller = {
    .described = {.name = "myoptimal",
                  .summary = "Best reply to the rivals' standing prices in a shopbot market "
                             "(the myopic pricebot, MY).",
                  .source = "Greenwald and Kephart 1999",
                  .parameters = &parameter_table},
    .feedback = BT_KNOWS_SHOPBOT | BT_SEES_RIVAL_PRICES,
    .create = create,
    .actions = actions,
    .decide = decide,
};
