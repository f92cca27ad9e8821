#include "agents/sellers/assortment/mnl_bandit.h"

#include <math.h>

static bool allocate(bt_mnl_bandit *bandit, size_t capacity, bt_arena *arena)
{
    bandit->plan = bt_offer_plan_create(bandit->n_own, capacity, arena);
    bandit->epochs = BT_ARENA_NEW(arena, bandit->n_own, uint64_t);
    bandit->purchases = BT_ARENA_NEW(arena, bandit->n_own, uint64_t);
    bandit->in_epoch = BT_ARENA_NEW(arena, bandit->n_own, uint64_t);
    bandit->attraction = BT_ARENA_NEW(arena, bandit->n_own, double);
    return bandit->plan != NULL && bandit->epochs != NULL && bandit->purchases != NULL &&
           bandit->in_epoch != NULL && bandit->attraction != NULL;
}

bt_status bt_mnl_bandit_create(size_t size, const char *policy,
                               const bt_seller_setting *setting, bool starts_alone, void **self,
                               bt_error *error)
{
    const bt_assortment_rules *rules = setting->assortment;
    if (rules == NULL || rules->own_given_price == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": %s chooses sets at given prices; it needs a market of "
                       "type assortment whose items have a `price`",
                       setting->name, policy);
    bt_mnl_bandit *bandit = bt_arena_allocate(setting->arena, 1, size);
    if (bandit == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    *self = bandit;
    bandit->n_own = setting->n_own;
    bandit->starts_alone = starts_alone;
    bandit->is_over = true;
    if (!allocate(bandit, rules->capacity, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    for (uint32_t k = 0; k < setting->n_own; k++) {
        bandit->plan->item[k].cost = setting->own_cost[k];
        bandit->plan->item[k].given_price = rules->own_given_price[k];
    }
    return BT_OK;
}

static void offer_alone(bt_mnl_bandit *bandit, uint64_t item)
{
    for (uint32_t k = 0; k < bandit->n_own; k++)
        bandit->plan->offered[k] = k == item;
}

bool bt_mnl_bandit_begins(bt_mnl_bandit *bandit)
{
    if (!bandit->is_over)
        return false;
    bandit->is_over = false;
    bandit->epoch++;
    if (bandit->starts_alone && bandit->epoch <= bandit->n_own) {
        offer_alone(bandit, bandit->epoch - 1);
        return false;
    }
    return true;
}

void bt_mnl_bandit_offer(bt_mnl_bandit *bandit, bool begins, double *own_price)
{
    bt_offer_plan *plan = bandit->plan;
    if (begins) {
        for (uint32_t k = 0; k < bandit->n_own; k++)
            plan->item[k].quality = log(fmax(0, bandit->attraction[k]));
        bt_offer_plan_solve(plan);
    }
    for (uint32_t k = 0; k < bandit->n_own; k++)
        own_price[k] = plan->offered[k] ? plan->item[k].given_price : INFINITY;
}

bool bt_mnl_bandit_observe(void *self, const bt_seller_feedback *feedback)
{
    bt_mnl_bandit *bandit = self;
    if (*feedback->purchase != BT_NO_PURCHASE) {
        bandit->in_epoch[*feedback->purchase]++;
        return true;
    }
    for (uint32_t k = 0; k < bandit->n_own; k++) {
        if (!bandit->plan->offered[k])
            continue;
        bandit->epochs[k]++;
        bandit->purchases[k] += bandit->in_epoch[k];
        bandit->in_epoch[k] = 0;
    }
    bandit->is_over = true;
    return true;
}

void bt_mnl_bandit_archive(void *self, bt_archive *archive)
{
    bt_mnl_bandit *bandit = self;
    size_t size = bandit->n_own * sizeof(uint64_t);
    bt_archive_field(archive, "epochs", bandit->epochs, size);
    bt_archive_field(archive, "purchases", bandit->purchases, size);
    bt_archive_field(archive, "in_epoch", bandit->in_epoch, size);
    bt_archive_field(archive, "epoch", &bandit->epoch, sizeof(bandit->epoch));
    bt_archive_field(archive, "is_over", &bandit->is_over, sizeof(bandit->is_over));
    bt_archive_field(archive, "offered", bandit->plan->offered, bandit->n_own * sizeof(bool));
}
