/*
 * What no single table sees: whether the parts of an experiment fit together.
 */
#ifndef BT_EXPERIMENTS_EXPERIMENT_CHECK_H
#define BT_EXPERIMENTS_EXPERIMENT_CHECK_H

#include "experiments/document/document.h"
#include "experiments/experiment.h"

/* Report every mistake between the parts of an experiment that was bound from `root`,
 * a mapping. Parts that could not be bound are passed over: their mistakes are known. */
void bt_experiment_check(const bt_node *root, const bt_experiment *experiment,
                         bt_diagnostics *diagnostics);

/* The market's own check (broken references), told at the nodes below `market_node`.
 * `seller_names` [n]: the experiment's sellers; NULL without an experiment. */
void bt_market_references_check(const bt_node *market_node, const bt_registered *market,
                                const char *const *seller_names, size_t n_seller_names,
                                bt_diagnostics *diagnostics);

#endif
