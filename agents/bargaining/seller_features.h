/*
 * What a network sees of the moment at which a best-offer seller answers: numbers of the order
 * of 1 made from bt_bargaining_observation alone, after Green and Plunkett (2020). No worth, no
 * demand, no future: there are none in the observation.
 */
#ifndef BT_AGENTS_BARGAINING_SELLER_FEATURES_H
#define BT_AGENTS_BARGAINING_SELLER_FEATURES_H

#include "agents/learning/neural/real.h"
#include "markets/bargaining/bargaining_sides.h"

enum {
    BT_FEATURES_OF_LISTING = 5, /* list price, the thresholds and whether there are any */
    BT_FEATURES_OF_MOMENT = 13, /* turn, clock, thread, the two standing prices */
    BT_FEATURES_OF_TURN = 6,    /* of each of turns 1 to 5; zeros where not yet played */
    BT_FEATURES_OF_OTHERS = 13, /* other threads' offers: ever, open, recent */
    BT_SELLER_FEATURES = BT_FEATURES_OF_LISTING + BT_FEATURES_OF_MOMENT +
                         5 * BT_FEATURES_OF_TURN + BT_FEATURES_OF_OTHERS
};

/* feature [BT_SELLER_FEATURES]. */
void bt_seller_features(const bt_bargaining_observation *seen, bt_real *feature);

#endif
