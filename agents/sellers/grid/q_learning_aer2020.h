/*
 * The random numbers of a published experiment: Calvano, Calzolari, Denicolo, Pastorello,
 * American Economic Review 110(10), 2020, as their program draws them.
 *
 * Numerical Recipes' ran2, whose integer stream is GSL's gsl_rng_ran2; the uniform is
 * min(integer / 2147483563, 1 - 1.2e-7) in double. Session s = replication + 1 explores by
 * one stream seeded s, common to all sellers, and breaks ties by another seeded s. Each
 * period takes two uniforms a seller whatever happens: first all sellers' "explore?",
 * then all sellers' "which price". The first prices of all sessions come from one stream
 * seeded 1, session after session, seller after seller.
 */
#ifndef BT_AGENTS_SELLERS_Q_LEARNING_AER2020_H
#define BT_AGENTS_SELLERS_Q_LEARNING_AER2020_H

#include "markets/seller.h"
#include "sim/archive.h"

typedef struct bt_aer2020 bt_aer2020;

/* The streams of a run, shared by its sellers; the first who joins archives them.
 * BT_BAD_INPUT for more replications than ran2 has seeds. */
bt_status bt_aer2020_join(const bt_seller_setting *setting, bt_aer2020 **streams,
                          bool *is_first, bt_error *error);

/* A seller's price index before the first period, of n_actions. */
uint64_t bt_aer2020_first_action(const bt_aer2020 *streams, uint32_t seller,
                                 uint64_t n_actions);

/* The seller's two uniforms of a period (0, 1, ...; asked for in order). */
double bt_aer2020_explore(bt_aer2020 *streams, uint64_t period, uint32_t seller);
double bt_aer2020_which(const bt_aer2020 *streams, uint32_t seller);

/* The next uniform for a tie. */
double bt_aer2020_tie(bt_aer2020 *streams);

void bt_aer2020_archive(bt_aer2020 *streams, bt_archive *archive);

#endif
