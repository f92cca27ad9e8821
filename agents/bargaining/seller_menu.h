/*
 * The menu of a seller that is a program: what Green and Plunkett's (2020) agent could do,
 * letting an offer expire, rejecting, the six commonest concessions of people, accepting.
 */
#ifndef BT_AGENTS_BARGAINING_SELLER_MENU_H
#define BT_AGENTS_BARGAINING_SELLER_MENU_H

#include "markets/bargaining/bargaining_sides.h"

enum {
    BT_MENU_EXPIRE,
    BT_MENU_REJECT,
    BT_MENU_QUARTER,
    BT_MENU_THIRD,
    BT_MENU_TWO_FIFTHS,
    BT_MENU_HALF,
    BT_MENU_THREE_FIFTHS,
    BT_MENU_TWO_THIRDS,
    BT_MENU_ACCEPT,
    BT_MENU_SIZE
};

/* The move of a dish. Programs send no messages. */
static inline bt_response bt_menu_response(unsigned item)
{
    static const double concession[BT_MENU_SIZE] = {0,   0,   0.25,    1.0 / 3, 0.4,
                                                    0.5, 0.6, 2.0 / 3, 1};
    return (bt_response){.expires = item == BT_MENU_EXPIRE, .concession = concession[item]};
}

#endif
