/*
 * How well simulated negotiations can be told from recorded ones.
 *
 * The listings of a partition are played by a population; a network of two hidden layers then
 * sees whole threads of both kinds, listing and all turns, and says which are real. The area
 * under its curve over listings that it was not trained on is 1/2 where the two kinds cannot
 * be told apart (Green and Plunkett 2020: 0.56).
 */
#ifndef BT_AGENTS_BARGAINING_DISCRIMINATOR_H
#define BT_AGENTS_BARGAINING_DISCRIMINATOR_H

#include "agents/bargaining/fitted/population.h"

/* Play the listings of one partition of a history: what a population would have done there.
 * The result is freed with bt_history_free. BT_INTERNAL when memory is out. */
bt_status bt_population_simulate(const bt_population *population,
                                 const bt_bargaining_history *listings,
                                 bt_bargaining_partition partition, uint64_t seed,
                                 bt_bargaining_history *simulated, bt_error *error);

typedef struct bt_discrimination {
    double area;                /* NAN where there are too few threads */
    double standard_error;      /* Hanley and McNeil 1982 */
    size_t recorded, simulated; /* threads that were judged */
} bt_discrimination;

/* Tell the threads of two histories apart: the listings with an even number, counted in each
 * history from 0, train the network, the others judge it. BT_INTERNAL, BT_INTERRUPTED. */
bt_status bt_discriminate(const bt_bargaining_history *recorded,
                          const bt_bargaining_history *simulated, uint64_t seed,
                          bt_discrimination *result, bt_error *error);

#endif
