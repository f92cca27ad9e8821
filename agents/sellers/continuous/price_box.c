#include "agents/sellers/continuous/price_box.h"

enum { START_AT_RANDOM = BT_N_PRICE_CHOICES };

static bt_status lay_sides(const bt_price_box_parameters *chosen,
                           const bt_seller_setting *setting, bt_price_box *box, bt_error *error)
{
    for (uint32_t k = 0; k < setting->n_own; k++) {
        box->low[k] = bt_price_of(&chosen->low, setting, k);
        box->high[k] = bt_price_of(&chosen->high, setting, k);
        if (!(box->low[k] < box->high[k]))
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": its prices must have room between `low` and "
                           "`high`, which are %g and %g",
                           setting->name, box->low[k], box->high[k]);
    }
    return BT_OK;
}

static bt_status choose_start(const bt_option *start, const bt_seller_setting *setting,
                              bt_price_box *box, bt_error *error)
{
    bt_stream stream =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), BT_BOX_START_PURPOSE);
    for (uint32_t k = 0; k < setting->n_own; k++) {
        double low = box->low[k], high = box->high[k];
        box->start[k] = start->chosen == START_AT_RANDOM
                            ? low + (high - low) * bt_stream_uniform(&stream)
                            : bt_price_of(start, setting, k);
        if (!(box->start[k] >= low && box->start[k] <= high))
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": `start` must lie between `low` and `high`, which "
                           "are %g and %g, not at %g",
                           setting->name, low, high, box->start[k]);
    }
    return BT_OK;
}

bt_status bt_price_box_create(const bt_price_box_parameters *parameters,
                              const bt_seller_setting *setting, bt_price_box *box,
                              bt_error *error)
{
    box->low = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    box->high = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    box->start = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    if (box->low == NULL || box->high == NULL || box->start == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    bt_status status = lay_sides(parameters, setting, box, error);
    return status == BT_OK ? choose_start(&parameters->start, setting, box, error) : status;
}
