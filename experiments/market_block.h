/*
 * The market block of a file, alone: what `bertrand equilibrium` reads.
 */
#ifndef BT_EXPERIMENTS_MARKET_BLOCK_H
#define BT_EXPERIMENTS_MARKET_BLOCK_H

#include "experiments/document/document.h"
#include "sim/parameter.h"

/* Bind the market of a whole experiment, of a file that holds `market:` alone, or of one
 * that is itself the market's mapping (it is then put below a key `market`, so that paths
 * and messages are the same). The rest of an experiment is not looked at. Sellers are those
 * that products name. Everything is owned by `arena`. BT_OK or BT_BAD_INPUT. */
bt_status bt_market_block_bind(bt_document *document, bt_registered *market, bt_arena *arena,
                               bt_diagnostics *diagnostics);

/* Put a file that is itself a market's mapping below `market:`; others stay as they are.
 * To be called before overrides are set. */
void bt_market_block_wrap(bt_document *document);

#endif
