/*
 * Online gradient ascent (Zinkevich 2003) on the exact slope of the own profit: constant
 * steps, or steps g/t^a (agents/sellers/continuous/ascent.h).
 *
 * Where the slowest eigenvalue of the game's linearisation at Bertrand-Nash is -lambda,
 * constant steps converge linearly and steps g/t bring the squared distance down as
 * t^(-2 g lambda).
 */
#include "agents/sellers/continuous/ascent.h"
#include "agents/sellers/registry.h"

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    return bt_ascent_climb(self, feedback->own_gradient, 1);
}

const bt_seller_type bt_oga_seller = {
    .described = {.name = "oga",
                  .summary = "Climbs the exact slope of its own expected profit.",
                  .source = "Zinkevich 2003; Rosen 1965",
                  .parameters = &bt_ascent_table},
    .feedback = BT_SEES_OWN_GRADIENT,
    .create = bt_ascent_create,
    .decide = bt_ascent_decide,
    .observe = observe,
    .archive = bt_ascent_archive,
};
