#include "agents/sellers/neural/network_seller.h"

#include <math.h>
#include <string.h>

enum { INITIAL_PURPOSE = 3 };
enum { OWN, ALL };

static bt_status read_hidden(bt_network_seller *seller, const bt_real_list *given,
                             const bt_seller_setting *setting, bt_error *error)
{
    if (given->count >= BT_MLP_MAX_LAYERS)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": `hidden` has %zu layers, more than %d", setting->name,
                       given->count, BT_MLP_MAX_LAYERS - 1);
    seller->n_hidden = given->count;
    seller->hidden = BT_ARENA_NEW(setting->arena, given->count + 1, size_t);
    if (seller->hidden == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    for (size_t k = 0; k < given->count; k++) {
        if (given->value[k] != floor(given->value[k]))
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": `hidden` has a layer of %g units; a whole number is "
                           "needed",
                           setting->name, given->value[k]);
        seller->hidden[k] = (size_t)given->value[k];
    }
    return BT_OK;
}

static void scale_prices(bt_network_seller *seller)
{
    const bt_grid_bandit *bandit = &seller->bandit;
    double lowest = INFINITY, highest = -INFINITY;
    for (size_t k = 0; k < bandit->n_actions * bandit->n_own; k++) {
        lowest = fmin(lowest, bandit->action_price[k]);
        highest = fmax(highest, bandit->action_price[k]);
    }
    seller->price_middle = (lowest + highest) / 2;
    seller->price_half_range = highest > lowest ? (highest - lowest) / 2 : 1;
}

static bool allocate_features(bt_network_seller *seller, const bt_seller_setting *setting)
{
    seller->n_products = setting->n_products;
    seller->is_own = BT_ARENA_NEW(setting->arena, setting->n_products, bool);
    size_t n_seen = seller->sees_rivals ? setting->n_products - setting->n_own : 0;
    seller->move_features = setting->n_own + 1 + n_seen;
    seller->n_features = seller->memory > 0 ? seller->memory * seller->move_features : 1;
    seller->feature = BT_ARENA_NEW(setting->arena, seller->n_features, bt_real);
    seller->before = BT_ARENA_NEW(setting->arena, seller->n_features, bt_real);
    return seller->is_own != NULL && seller->feature != NULL && seller->before != NULL;
}

bt_status bt_network_seller_create(size_t size, const bt_network_seller_parameters *chosen,
                                   const bt_seller_setting *setting, void **self,
                                   bt_error *error)
{
    bt_status status = bt_grid_bandit_create(size, &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    bt_network_seller *seller = *self;
    seller->memory = (size_t)chosen->memory;
    seller->sees_rivals = chosen->observes == ALL;
    seller->initial =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), INITIAL_PURPOSE);
    status = read_hidden(seller, &chosen->hidden, setting, error);
    if (status != BT_OK)
        return status;
    if (!allocate_features(seller, setting))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    scale_prices(seller);
    for (uint32_t k = 0; k < setting->n_own; k++)
        seller->is_own[setting->own_product[k]] = true;
    if (seller->memory == 0)
        seller->feature[0] = seller->before[0] = 1;
    return BT_OK;
}

static bt_real scaled_price(const bt_network_seller *seller, double price)
{
    return isfinite(price)
               ? (bt_real)((price - seller->price_middle) / seller->price_half_range)
               : 0;
}

double bt_network_seller_observe(bt_network_seller *seller, const bt_seller_feedback *feedback)
{
    const bt_grid_bandit *bandit = &seller->bandit;
    double reward = bt_grid_bandit_reward(bandit, feedback);
    memcpy(seller->before, seller->feature, seller->n_features * sizeof(bt_real));
    if (seller->memory == 0)
        return reward;
    bt_real *next = seller->feature;
    memmove(next + seller->move_features, next,
            (seller->n_features - seller->move_features) * sizeof(bt_real));
    const double *own_price = bandit->action_price + bandit->action * bandit->n_own;
    for (uint32_t k = 0; k < bandit->n_own; k++)
        *next++ = scaled_price(seller, own_price[k]);
    *next++ = (bt_real)reward;
    for (size_t k = 0; seller->sees_rivals && k < seller->n_products; k++)
        if (!seller->is_own[k])
            *next++ = scaled_price(seller, feedback->price[k]);
    return reward;
}

void bt_network_seller_archive(bt_network_seller *seller, bt_archive *archive)
{
    bt_grid_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "state_feature", seller->feature,
                     seller->n_features * sizeof(bt_real));
}
