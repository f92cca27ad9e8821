/*
 * The market mechanisms that an experiment file can name (`market: {type: ...}`).
 * A new mechanism is one file and one line in registry.c.
 */
#ifndef BT_MARKETS_REGISTRY_H
#define BT_MARKETS_REGISTRY_H

#include "markets/market.h"
#include "sim/parameter.h"

/* Entries are bt_market_type (bt_described comes first in it). */
extern const bt_registry bt_market_registry;

#endif
