/*
 * Online projected gradient ascent on the logarithm of the own profit (Guo, Ying, Lavaei and
 * Shen 2025):
 *
 *     p <- p + eta_t d log pi / d p = p + eta_t (d pi / d p) / pi,
 *
 * for one product of a logit 1/(p - c) - (1 - q)/mu. The logarithm makes steps large where
 * profit is small, so that the rule leaves prices near cost or far above demand quickly.
 * Made for markets whose buyers compare prices with the reference prices that they remember
 * (`reference_price` of the posted-price market), of which the seller knows nothing: with
 * falling steps its prices and the reference prices meet at the stationary equilibrium. Where
 * losses weigh more than gains, profit has a kink at the reference price; the slope told there
 * is the one of least absolute value, and prices end in the set of stationary ones.
 *
 * Where it earns nothing (price at cost), it goes to the top of its box.
 */
#include <math.h>

#include "agents/sellers/continuous/ascent.h"
#include "agents/sellers/registry.h"

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    double objective = feedback->expected_objective;
    return bt_ascent_climb(self, feedback->own_gradient,
                           objective > 0 ? 1 / objective : INFINITY);
}

const bt_seller_type bt_opga_seller = {
    .described = {.name = "opga",
                  .summary = "Climbs the exact slope of the logarithm of its own expected "
                             "profit.",
                  .source = "Guo, Ying, Lavaei and Shen 2025",
                  .parameters = &bt_ascent_table},
    .feedback = BT_SEES_OWN_GRADIENT,
    .create = bt_ascent_create,
    .decide = bt_ascent_decide,
    .observe = observe,
    .archive = bt_ascent_archive,
};
