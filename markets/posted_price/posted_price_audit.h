/*
 * The audit of a posted-price run whose sellers are all on price grids: profit gain,
 * external and swap regret, all over one window (markets/audit/audit_window.h), held
 * against the equilibrium bands and the regret frontier of the grid game.
 *
 * Regret is measured in expected profit against the rivals' realised prices, also where
 * buyers are sampled: what a seller lost by its prices, not by its luck. So is the profit
 * gain of the audit; hence the frontier binds every run. Where sellers move at their own
 * times, play is weighed by the time that prices stood.
 *
 * Counting. Up to 65,536 joint actions of a tabulated game the window holds how long each
 * was played, from which all figures follow. Beyond, it holds for each seller, own price
 * played and other own price the profit of the latter meanwhile (spec: the regret
 * auditor), which is as exact, at the price of one look-up, one division (plain logit) or
 * one demand evaluation per own price and period. Where buyers remember prices, profits
 * are those at what they remember.
 *
 * Where a seller declares another objective than expected profit, regret is in that
 * objective, as the grid's equilibria are; games beyond 65,536 joint actions are then not
 * audited.
 */
#ifndef BT_MARKETS_POSTED_PRICE_AUDIT_H
#define BT_MARKETS_POSTED_PRICE_AUDIT_H

#include "markets/audit/audit_verdict.h"
#include "markets/audit/audit_window.h"
#include "markets/posted_price/posted_price_logit_grid.h"
#include "markets/posted_price/posted_price_response.h"

typedef struct bt_posted_price_audit {
    bt_audit_window window;
    bool counts_joint_actions;
    bt_logit_grid *logit_grid; /* NULL: profits are looked up, or demand is evaluated */
    size_t *first;  /* [seller] its sums [played * n_actions + other]; the last sum is time */
    double *total;  /* [length of the window] */
    double *regret; /* [seller] */
    double *swap_regret; /* [seller] */
    double *profit;      /* [seller] */
    double time;
    bt_audit_evidence evidence;
    bt_price_response response;
    bool figures_stand;
} bt_posted_price_audit;

/* Make market->audit; leaves it NULL where some seller is on no grid, or grids are too
 * large to sum up. False when memory is out. */
bool bt_audit_create(bt_posted_price *market, double horizon, bt_arena *arena);

/* The standing prices stood for `duration` more. */
void bt_audit_note(bt_posted_price *market, double duration);

/* One period of a tabulated game. */
static inline void bt_audit_note_joint_action(bt_posted_price *market, uint64_t joint)
{
    bt_posted_price_audit *audit = market->audit;
    if (audit != NULL && audit->counts_joint_actions) {
        audit->window.current[joint] += 1;
        bt_audit_window_pass(&audit->window, 1);
    } else {
        bt_audit_note(market, 1);
    }
}

void bt_audit_archive(bt_posted_price *market, bt_archive *archive);

/* Periods of the impulse responses that are stored, the one before the deviation included;
 * 0: the sellers have no limit play. */
size_t bt_audit_n_responses(const void *market);

/* Outcomes of the audit, in the order of bt_posted_price_outcome_id. */
bt_status bt_audit_outcome(bt_posted_price *market, bt_posted_price_outcome_id outcome,
                           void *value, bt_error *error);

/* The model's bands and frontier of its grid game; NAN where it is too large. */
bt_status bt_posted_price_find_bands(bt_posted_price_model *model, bt_error *error);

#endif
