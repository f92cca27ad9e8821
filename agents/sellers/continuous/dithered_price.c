#include "agents/sellers/continuous/dithered_price.h"

#include <math.h>
#include <string.h>

enum { DITHER_PURPOSE = 0 };

bt_status bt_dithered_price_create(const bt_dither_parameters *parameters,
                                   const bt_price_box_parameters *box,
                                   const bt_seller_setting *setting, bt_dithered_price *price,
                                   bt_error *error)
{
    price->parameters = parameters;
    price->n_own = setting->n_own;
    price->best = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    price->charged = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    if (price->best == NULL || price->charged == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    price->dithers =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), DITHER_PURPOSE);
    bt_status status = bt_price_box_create(box, setting, &price->box, error);
    if (status == BT_OK)
        memcpy(price->best, price->box.start, setting->n_own * sizeof(double));
    return status;
}

void bt_dithered_price_charge(bt_dithered_price *price, double *own_price)
{
    price->t++;
    double size = price->parameters->size * pow((double)price->t, -price->parameters->exponent);
    for (uint32_t k = 0; k < price->n_own; k++) {
        double sign = bt_stream_next(&price->dithers) >> 63 ? 1 : -1;
        price->charged[k] = bt_price_box_project(&price->box, k, price->best[k] + sign * size);
        own_price[k] = price->charged[k];
    }
}

void bt_dithered_price_recommend(bt_dithered_price *price, uint32_t own, double best)
{
    if (!isnan(best))
        price->best[own] = bt_price_box_project(&price->box, own, best);
}

void bt_dithered_price_archive(bt_dithered_price *price, bt_archive *archive)
{
    bt_archive_field(archive, "best", price->best, price->n_own * sizeof(double));
    bt_archive_field(archive, "charged", price->charged, price->n_own * sizeof(double));
    bt_archive_field(archive, "t", &price->t, sizeof(price->t));
    bt_archive_field(archive, "dithers", &price->dithers, sizeof(price->dithers));
}
