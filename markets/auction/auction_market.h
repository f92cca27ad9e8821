/*
 * The auction market: a seller puts up one item a round, bidders bid for it.
 *
 *     the seller names a reserve  ->  all bid  ->  the highest bid that reaches it wins
 *            ^                                              |
 *            +---  seller and bidders are told what came of it
 *
 * The winner pays the highest other bid or the reserve (second price, Vickrey 1961), or its
 * own bid (first price). Equal bids: one of them at random. The seller is an ordinary
 * seller whose price is the reserve, so that every pricing rule can learn reserves: its
 * profit is what was paid less cost, and counterfactual profits are those of other reserves
 * against the same bids. Bidders are the experiment's `bidders` (markets/bidder.h). Beside
 * them there may be outsiders, whose highest bid each round follows a law (`rivals`); it is
 * what the item is worth to them.
 *
 * Values are drawn each round from each bidder's law (markets/auction/law.h), whoever wins.
 * Regret of a bidder who does not know them: what bidding their mean would have gained in
 * expectation against the round's highest other bid, (v - m)+, less what the bid gained,
 * (v - m) if it won (Weed, Perchet and Rigollet 2016): expected over the value, so that its
 * only noise is the others' bids. It is defined for second price. Regret in hindsight is
 * against the best fixed bid, with the values that came, to within 1/1024 of a bid.
 *
 * Draws: rivals one a round (agent BT_AGENT_MARKET, purpose 2200), ties one (2201), values
 * one a bidder and round (agent BT_AGENT_BUYER(bidder), purpose 2202).
 */
#ifndef BT_MARKETS_AUCTION_MARKET_H
#define BT_MARKETS_AUCTION_MARKET_H

#include "markets/market.h"

extern const bt_market_type bt_auction_market;

#endif
