/*
 * The assortment market: each round one buyer comes, and sellers choose what to show.
 *
 *     a buyer comes  ->  all sellers offer at most K items, with prices  ->  the buyer
 *     takes one of them or nothing  ->  all sellers see what came of their own offers
 *
 * The buyer chooses by multinomial logit among all that all sellers offer and buying
 * nothing (utility 0). Items have utility quality - price_sensitivity p, both linear in
 * features that sellers may see (markets/assortment/assortment_tastes.h). With given prices it
 * is the MNL-bandit (Agrawal, Avadhanula, Goyal and Zeevi 2019), with choosable ones and
 * features contextual assortment and pricing (Erginbas, Courtade and Ramchandran 2025); with
 * several sellers it is competition, in which each sees its own offers and sales only.
 *
 * Regret of a round: the expected profit of the clairvoyant's best offer, who knows the
 * buyer's tastes and the others' offers of this round, less that of the offer made. Expected
 * over the buyer's choice, so that its only noise is the learner's own.
 *
 * Consumer surplus is in money. Items may differ in price sensitivity b_j; a buyer who
 * takes j gains (U_j - U_0)/b_j, in expectation sum_j (q_j / b_j) (-log q_0)/(1 - q_0),
 * which for one b is the log-sum.
 *
 * The market draws the buyers itself, one draw a round (agent BT_AGENT_MARKET, purpose
 * 2001): `buyers:` is left out of the file. The horizon counts rounds (`periods`).
 */
#ifndef BT_MARKETS_ASSORTMENT_MARKET_H
#define BT_MARKETS_ASSORTMENT_MARKET_H

#include "markets/market.h"

extern const bt_market_type bt_assortment_market;

#endif
