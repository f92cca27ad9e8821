/* The bidders of a run, made from the experiment's entries. */
#include "experiments/runner/wiring.h"

bt_status bt_bidders_list(bt_point *point, bt_error *error)
{
    const bt_experiment *experiment = point->experiment;
    const bt_market_type *type = (const bt_market_type *)experiment->market.type;
    bt_status status =
        bt_group_entries_create(&experiment->bidders, point->names, &point->bidders, error);
    if (status != BT_OK)
        return status;
    size_t count = point->bidders.count;
    if ((count > 0) != type->takes_bidders)
        return bt_fail(error, BT_BAD_INPUT,
                       type->takes_bidders ? "bidders: in a market of type %s somebody must bid"
                                           : "bidders: a market of type %s has none",
                       type->described.name);
    point->bidder_value = BT_ARENA_NEW(point->names, count + 1, const bt_law *);
    if (point->bidder_value == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for %zu bidders", count);
    for (size_t i = 0; i < count; i++)
        point->bidder_value[i] =
            &((const bt_bidder_common *)point->bidders.entry[i]->common)->value;
    return BT_OK;
}

bt_status bt_bidders_create(const bt_point *point, bt_random_key key, bt_arena *arena,
                            bt_bidder **result, bt_error *error)
{
    size_t count = point->bidders.count;
    bt_bidder *bidders = BT_ARENA_NEW(arena, count, bt_bidder);
    bt_status status = BT_OK;
    if (bidders == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for %zu bidders", count);
    for (size_t i = 0; i < count && status == BT_OK; i++) {
        const bt_registered *entry = point->bidders.entry[i];
        bt_bidder_setting *setting = BT_ARENA_NEW(arena, 1, bt_bidder_setting);
        if (setting == NULL)
            return bt_fail(error, BT_INTERNAL, "out of memory for %zu bidders", count);
        *setting = (bt_bidder_setting){.name = point->bidders.name[i],
                                       .bidder = (uint32_t)i,
                                       .n_bidders = (uint32_t)count,
                                       .payment = point->layout->payment,
                                       .horizon = point->horizon,
                                       .key = key,
                                       .arena = arena};
        bidders[i] = (bt_bidder){.type = (const bt_bidder_type *)entry->type,
                                 .name = setting->name,
                                 .value = point->bidder_value[i]};
        status = bidders[i].type->create(entry->parameters, setting, &bidders[i].self, error);
    }
    *result = bidders;
    return status;
}
