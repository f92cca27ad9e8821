/*
 * How well a recommender ranks held-back items, as a table for people.
 */
#ifndef BT_EXPERIMENTS_RANKING_TABLE_H
#define BT_EXPERIMENTS_RANKING_TABLE_H

#include <stdio.h>

#include "agents/recommenders/sequence_training.h"

/* Hit rates with 95% intervals over users (binomial), and NDCG. */
void bt_ranking_table_print(const bt_ranking_quality *quality, FILE *out);

#endif
