/*
 * From plays to histories: what the mechanism did, as the record that data have.
 */
#ifndef BT_MARKETS_BARGAINING_HISTORY_BUILDER_H
#define BT_MARKETS_BARGAINING_HISTORY_BUILDER_H

#include "markets/bargaining/history.h"
#include "markets/bargaining/negotiation.h"

/* A history that grows. Begin with zeros; free with bt_history_free. */
typedef struct bt_history_builder {
    bt_bargaining_history history;
    size_t listing_capacity, thread_capacity, turn_capacity;
} bt_history_builder;

/* Append a listing and what came of playing it: `record` says what the listing was, `result`
 * what happened; threads, turns and places are filled in. Buyers are numbered through. False
 * when memory is out. */
bool bt_history_builder_add(bt_history_builder *builder, const bt_bargaining_listing *record,
                            const bt_negotiation_result *result);

/* The listings of one partition, with the threads and turns of the whole history: `selected`
 * borrows those from `history`, and its listings are *listings, to be freed. */
bt_status bt_history_select(const bt_bargaining_history *history,
                            bt_bargaining_partition partition, bt_bargaining_history *selected,
                            bt_bargaining_listing **listings, bt_error *error);

/* The listing that a record describes, as the mechanism knows it. */
bt_listing bt_listing_of_record(const bt_bargaining_listing *record);

/* A record of the listing with a number: it begins at midnight, a hundred listings a day, each
 * of a seller of its own. */
bt_bargaining_listing bt_record_of_listing(const bt_listing *listing, uint64_t number);

#endif
