#include "agents/sellers/continuous/ascent.h"

#include <math.h>
#include <string.h>

static const bt_parameter parameters[] = {
    {.name = "step",
     .type = BT_REAL,
     .offset = offsetof(bt_ascent_parameters, step),
     .unit = "price",
     .default_text = "0.2",
     .range = BT_POSITIVE,
     .meaning = "g: size of the first step, a unit of slope"},
    {.name = "step_exponent",
     .type = BT_REAL,
     .offset = offsetof(bt_ascent_parameters, step_exponent),
     .unit = "1",
     .default_text = "0",
     .range = BT_BETWEEN(0, 2),
     .meaning = "a: steps fall as t^-a; 0: constant steps"},
    BT_PRICE_BOX_PARAMETERS(bt_ascent_parameters),
};
const bt_parameter_table bt_ascent_table = BT_TABLE_OF(bt_ascent_parameters, parameters);

bt_status bt_ascent_create(const void *given, const bt_seller_setting *setting, void **self,
                           bt_error *error)
{
    bt_ascent *ascent = BT_ARENA_NEW(setting->arena, 1, bt_ascent);
    if (ascent != NULL)
        ascent->price = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    if (ascent == NULL || ascent->price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    ascent->parameters = given;
    ascent->n_own = setting->n_own;
    bt_status status =
        bt_price_box_create(&ascent->parameters->box, setting, &ascent->box, error);
    if (status != BT_OK)
        return status;
    memcpy(ascent->price, ascent->box.start, setting->n_own * sizeof(double));
    *self = ascent;
    return BT_OK;
}

uint64_t bt_ascent_decide(void *self, const bt_seller_view *view, double *own_price)
{
    const bt_ascent *ascent = self;
    (void)view;
    memcpy(own_price, ascent->price, ascent->n_own * sizeof(double));
    return BT_NO_ACTION;
}

bool bt_ascent_climb(bt_ascent *ascent, const double *slope, double scale)
{
    bool has_moved = false;
    double step = ascent->parameters->step;
    ascent->t++;
    if (ascent->parameters->step_exponent != 0)
        step *= pow((double)ascent->t, -ascent->parameters->step_exponent);
    for (uint32_t k = 0; k < ascent->n_own; k++) {
        double before = ascent->price[k];
        double rise = slope[k] == 0 ? 0 : step * slope[k] * scale;
        ascent->price[k] = bt_price_box_project(&ascent->box, k, before + rise);
        has_moved |= fabs(ascent->price[k] - before) > 1e-12 * fabs(before);
    }
    return has_moved;
}

void bt_ascent_archive(void *self, bt_archive *archive)
{
    bt_ascent *ascent = self;
    bt_archive_field(archive, "price", ascent->price, ascent->n_own * sizeof(double));
    bt_archive_field(archive, "t", &ascent->t, sizeof(ascent->t));
}
