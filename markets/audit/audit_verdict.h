/*
 * Which of four an audited run shows. The profit gain tells how far profits lie above
 * competition, the regret whether sellers did as well as their own grid allowed; neither
 * alone tells collusion from a failure to learn, nor either from learning that is under
 * way. The rule, in this order:
 *
 * 1. Equilibrium: the profit gain lies within `delta_tolerance` of the band of the grid
 *    game's coarse correlated equilibria, and no seller's regret exceeds
 *    `regret_tolerance` of the mean Nash profit. Both are asked for, since a small regret
 *    allows a large gain (on Calvano's grid 1.1% suffices for a gain of .3: the frontier is
 *    flat near the band), and a gain inside the band may come from play at random.
 *    A band, and not the continuous equilibrium: the grid of 15 prices has two equilibria
 *    of its own, at gains of -.024 and .117. Coarse, since vanishing external regret
 *    promises no more.
 * 2. Not converged yet: the run was to stop when behaviour is stable, and did not; or it is
 *    on its way to the band: from the first to the second half of the window the distance
 *    of the gain to the band falls by more than `trend_tolerance` of itself and by more
 *    than three standard errors (of block means); or the gain is there, and the regret
 *    falls by more than that share. With the usual half of the run as window, 5% is a
 *    distance that falls as t^-0.15: slower than any rate in the literature. A run whose
 *    gain moves away from the band (UCB1's rises for millions of periods) is not on its
 *    way; a run that stopped because behaviour was stable is not under way at all.
 * 3. Collusion: the gain lies above the band, and the limit strategies sustain it: a seller
 *    that alone takes the best price for one period meets rivals' prices that fall by at
 *    least `punishment_tolerance` of the gap between the Nash and the joint-profit price
 *    (more than one step of the usual grid), and is worse off than had it stayed, in profit
 *    discounted as it discounts itself (means over the sellers who could gain at once). So
 *    far above the band play has regret, by the frontier: it is the punishment that makes
 *    it rational, to a seller patient enough.
 * 4. Learning failure: all else. Sellers leave money on the table and nothing keeps them
 *    from taking it: symmetric UCB1, stateless Q-learning with a discount, prices below
 *    competition. Rules without a finite limit strategy, and strategies without memory,
 *    cannot be shown to punish, and so end here.
 *
 * Where the bands are not known (the game is too large) the pure equilibria of the grid
 * stand in, and where these are not, the continuous equilibrium, at a gain of 0.
 */
#ifndef BT_MARKETS_AUDIT_VERDICT_H
#define BT_MARKETS_AUDIT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "markets/audit/audit_parameters.h"

/* Stored in result files by number. */
typedef enum bt_audit_verdict {
    BT_AUDIT_NONE = -1, /* no audit, or no benchmarks */
    BT_AUDIT_EQUILIBRIUM,
    BT_AUDIT_NOT_CONVERGED,
    BT_AUDIT_LEARNING_FAILURE,
    BT_AUDIT_COLLUSION
} bt_audit_verdict;

typedef enum bt_audit_stability {
    BT_STABILITY_NOT_ASKED,
    BT_STABILITY_NOT_REACHED,
    BT_STABILITY_REACHED
} bt_audit_stability;

/* What is known of a run, over one window. */
typedef struct bt_audit_evidence {
    double delta; /* profit gain; NAN: no benchmarks */
    double delta_first_half;
    double delta_second_half;
    double delta_error; /* standard error of their difference */
    double regret;      /* largest, over mean Nash profit */
    double regret_first_half;
    double regret_second_half;
    double band_low; /* profit gains of equilibrium play */
    double band_high;
    bt_audit_stability stability;
    double punishment; /* fall of rivals' prices over the price gap; NAN: no response */
    double gain;       /* of deviating, discounted; NAN: no response */
} bt_audit_evidence;

bt_audit_verdict bt_audit_judge(const bt_audit_evidence *evidence,
                                const bt_audit_parameters *parameters);

#endif
