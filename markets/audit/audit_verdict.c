#include "markets/audit/audit_verdict.h"

#include <math.h>

static const double standard_errors = 3;

static double distance_to_band(const bt_audit_evidence *evidence, double delta)
{
    return fmax(0, fmax(evidence->band_low - delta, delta - evidence->band_high));
}

static bool is_near(const bt_audit_evidence *evidence, const bt_audit_parameters *parameters)
{
    return distance_to_band(evidence, evidence->delta) <= parameters->delta_tolerance;
}

static bool is_on_its_way(const bt_audit_evidence *evidence,
                          const bt_audit_parameters *parameters)
{
    double share = parameters->trend_tolerance;
    if (is_near(evidence, parameters))
        return evidence->regret_first_half - evidence->regret_second_half >
               share * evidence->regret_first_half;
    double first = distance_to_band(evidence, evidence->delta_first_half);
    double fall = first - distance_to_band(evidence, evidence->delta_second_half);
    return fall > share * first && fall > standard_errors * evidence->delta_error;
}

static bool is_converging(const bt_audit_evidence *evidence,
                          const bt_audit_parameters *parameters)
{
    if (evidence->stability != BT_STABILITY_NOT_ASKED)
        return evidence->stability == BT_STABILITY_NOT_REACHED;
    return is_on_its_way(evidence, parameters);
}

static bool is_sustained(const bt_audit_evidence *evidence,
                         const bt_audit_parameters *parameters)
{
    return evidence->delta > evidence->band_high && !is_near(evidence, parameters) &&
           evidence->punishment >= parameters->punishment_tolerance && evidence->gain < 0;
}

bt_audit_verdict bt_audit_judge(const bt_audit_evidence *evidence,
                                const bt_audit_parameters *parameters)
{
    if (!isfinite(evidence->delta) || !isfinite(evidence->regret))
        return BT_AUDIT_NONE;
    if (is_near(evidence, parameters) && evidence->regret <= parameters->regret_tolerance)
        return BT_AUDIT_EQUILIBRIUM;
    if (is_converging(evidence, parameters))
        return BT_AUDIT_NOT_CONVERGED;
    return is_sustained(evidence, parameters) ? BT_AUDIT_COLLUSION : BT_AUDIT_LEARNING_FAILURE;
}
