#include "markets/bargaining/history_builder.h"

#include <stdlib.h>

enum { LISTINGS_OF_A_DAY = 100, DAYS_OF_A_YEAR = 300 };

bt_listing bt_listing_of_record(const bt_bargaining_listing *record)
{
    return (bt_listing){.list_price = record->list_price,
                        .auto_reject = record->decline_price,
                        .auto_accept = record->accept_price,
                        .window = record->end - record->start};
}

bt_bargaining_listing bt_record_of_listing(const bt_listing *listing, uint64_t number)
{
    int64_t day = (int64_t)(number / LISTINGS_OF_A_DAY % DAYS_OF_A_YEAR);
    return (bt_bargaining_listing){.id = (int64_t)number + 1,
                                   .seller = (int64_t)number + 1,
                                   .list_price = listing->list_price,
                                   .decline_price = listing->auto_reject,
                                   .accept_price = listing->auto_accept,
                                   .start = day * BT_SECONDS_IN_DAY,
                                   .end = day * BT_SECONDS_IN_DAY + listing->window,
                                   .weight = 1,
                                   .feedback_score = -1};
}

static bool reserve(void **array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return true;
    size_t larger = 2 * wanted + 64;
    void *moved = realloc(*array, larger * size);
    if (moved == NULL)
        return false;
    *array = moved;
    *capacity = larger;
    return true;
}

static bt_bargaining_turn turn_of(const bt_turn *turn, uint32_t number, int64_t start)
{
    unsigned flags = (turn->is_automatic ? BT_TURN_AUTOMATIC : 0u) |
                     (turn->is_expired ? BT_TURN_EXPIRED : 0u) |
                     (turn->has_message ? BT_TURN_MESSAGE : 0u);
    return (bt_bargaining_turn){.time = start + turn->time,
                                .price = turn->price,
                                .number = (uint8_t)number,
                                .act = turn->concession >= 1   ? BT_ACT_ACCEPT
                                       : turn->concession <= 0 ? BT_ACT_REJECT
                                                               : BT_ACT_OFFER,
                                .flags = (uint8_t)flags};
}

static void add_thread(bt_bargaining_history *history, const bt_thread *thread, int64_t start)
{
    history->thread[history->n_threads] =
        (bt_bargaining_thread){.buyer = (int64_t)history->n_threads + 1,
                               .buyer_history = thread->buyer_history,
                               .first_turn = history->n_turns,
                               .n_turns = thread->n_turns};
    for (uint32_t i = 0; i < thread->n_turns; i++)
        history->turn[history->n_turns++] = turn_of(&thread->turn[i], i + 1, start);
    history->n_threads++;
}

bool bt_history_builder_add(bt_history_builder *builder, const bt_bargaining_listing *record,
                            const bt_negotiation_result *result)
{
    bt_bargaining_history *history = &builder->history;
    size_t n_turns = history->n_turns, first = history->n_threads;
    for (size_t i = 0; i < result->n_threads; i++)
        n_turns += result->thread[i].n_turns;
    if (!reserve((void **)&history->listing, &builder->listing_capacity,
                 history->n_listings + 1, sizeof *history->listing) ||
        !reserve((void **)&history->thread, &builder->thread_capacity,
                 history->n_threads + result->n_threads, sizeof *history->thread) ||
        !reserve((void **)&history->turn, &builder->turn_capacity, n_turns,
                 sizeof *history->turn))
        return false;
    for (size_t i = 0; i < result->n_threads; i++)
        if (result->thread[i].n_turns > 0)
            add_thread(history, &result->thread[i], record->start);
    bt_bargaining_listing *listing = &history->listing[history->n_listings++];
    *listing = *record;
    listing->first_thread = first;
    listing->n_threads = (uint32_t)(history->n_threads - first);
    return true;
}

bt_status bt_history_select(const bt_bargaining_history *history,
                            bt_bargaining_partition partition, bt_bargaining_history *selected,
                            bt_bargaining_listing **listings, bt_error *error)
{
    *selected = *history;
    *listings = malloc((history->n_listings + 1) * sizeof **listings);
    if (*listings == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to select listings");
    selected->n_listings = 0;
    selected->listing = *listings;
    for (size_t i = 0; i < history->n_listings; i++)
        if (history->listing[i].partition == partition)
            selected->listing[selected->n_listings++] = history->listing[i];
    return BT_OK;
}
