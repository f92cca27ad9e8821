/* A bidder who knows what the item is worth to it each round, and bids that: dominant where
 * the winner pays the second price (Vickrey 1961). Draws: none. */
#include "agents/bidders/registry.h"

typedef struct truthful_parameters {
    char nothing;
} truthful_parameters;

static const bt_parameter_table parameter_table = {
    .parameters = NULL, .count = 0, .struct_size = sizeof(truthful_parameters)};

static bt_status create(const void *given, const bt_bidder_setting *setting, void **self,
                        bt_error *error)
{
    (void)given;
    (void)setting;
    (void)error;
    *self = NULL;
    return BT_OK;
}

static double bid(void *self, const bt_bidder_view *view)
{
    (void)self;
    return view->value;
}

const bt_bidder_type bt_truthful_bidder = {
    .described = {.name = "truthful",
                  .summary = "Knows its value each round and bids it.",
                  .source = "Vickrey 1961",
                  .parameters = &parameter_table},
    .feedback = BT_BIDDER_KNOWS_VALUE,
    .create = create,
    .bid = bid,
};
