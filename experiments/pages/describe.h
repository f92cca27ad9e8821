/*
 * What an experiment file can say, from the tables alone: the pages of `bertrand describe`
 * and the reference page of the documentation.
 */
#ifndef BT_EXPERIMENTS_DESCRIBE_H
#define BT_EXPERIMENTS_DESCRIBE_H

#include "experiments/kinds.h"
#include "experiments/pages/page.h"
#include "sim/parameter.h"

/* Everything: the file's keys, the sweep, every type of every kind. */
void bt_describe_all(const bt_page *page);

/* The keys of the file itself, and of its sweep. */
void bt_describe_experiment(const bt_page *page);
void bt_describe_sweep(const bt_page *page);
void bt_describe_training(const bt_page *page);

/* All types of a kind with the keys that they have in common, or one type alone. */
void bt_describe_kind(const bt_page *page, const bt_kind *kind);
void bt_describe_type(const bt_page *page, const bt_kind *kind, const bt_described *type);

#endif
