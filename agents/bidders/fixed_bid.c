/* A bidder of one bid. Draws: none. */
#include "agents/bidders/registry.h"

typedef struct fixed_bid_parameters {
    double bid;
} fixed_bid_parameters;

static const bt_parameter parameters[] = {
    {.name = "bid",
     .type = BT_REAL,
     .offset = offsetof(fixed_bid_parameters, bid),
     .unit = "price",
     .required = true,
     .range = BT_BETWEEN(0, 1),
     .meaning = "what it always bids"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(fixed_bid_parameters, parameters);

static bt_status create(const void *given, const bt_bidder_setting *setting, void **self,
                        bt_error *error)
{
    fixed_bid_parameters *bidder = BT_ARENA_NEW(setting->arena, 1, fixed_bid_parameters);
    if (bidder == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for bidder \"%s\"", setting->name);
    *bidder = *(const fixed_bid_parameters *)given;
    *self = bidder;
    return BT_OK;
}

static double bid(void *self, const bt_bidder_view *view)
{
    (void)view;
    const fixed_bid_parameters *bidder = self;
    return bidder->bid;
}

const bt_bidder_type bt_fixed_bid_bidder = {
    .described = {.name = "fixed_bid",
                  .summary = "Bids the same for ever.",
                  .source = "",
                  .parameters = &parameter_table},
    .feedback = BT_BIDDER_SEES_OUTCOME,
    .create = create,
    .bid = bid,
};
