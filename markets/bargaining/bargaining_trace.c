/*
 * Plays as events. Time is the listing's number plus the share of its window; `agent` the
 * seller; `product` the listing; `outcome` of a move thread + turn / 10. A play begins with
 * `listed` (outcome: its number) and ends with `sold` (outcome: the thread) or `unsold`.
 */
#include <math.h>

#include "markets/bargaining/bargaining_run.h"
#include "sim/trace.h"

enum event_kind {
    LISTED,       /* price: the list price */
    REJECT_BELOW, /* price: the threshold; left out where there is none */
    ACCEPT_FROM,
    WORTH,   /* price: the estimate of what it is worth; outcome: its standard error */
    ARRIVAL, /* outcome: negotiations that the buyer had before */
    BUY_NOW,
    OFFER,
    ACCEPT,
    COUNTER,
    REJECT,
    EXPIRE,
    WALK,
    LEAVE,
    AUTO_ACCEPT,
    AUTO_REJECT,
    MESSAGE, /* came with the move before */
    SOLD,
    UNSOLD
};

size_t bt_bargaining_event_kinds(const char *const **names)
{
    static const char *const kinds[] = {[LISTED] = "listed",
                                        [REJECT_BELOW] = "reject_below",
                                        [ACCEPT_FROM] = "accept_from",
                                        [WORTH] = "worth",
                                        [ARRIVAL] = "arrival",
                                        [BUY_NOW] = "buy_now",
                                        [OFFER] = "offer",
                                        [ACCEPT] = "accept",
                                        [COUNTER] = "counter",
                                        [REJECT] = "reject",
                                        [EXPIRE] = "expire",
                                        [WALK] = "walk",
                                        [LEAVE] = "leave_silently",
                                        [AUTO_ACCEPT] = "auto_accept",
                                        [AUTO_REJECT] = "auto_reject",
                                        [MESSAGE] = "message",
                                        [SOLD] = "sold",
                                        [UNSOLD] = "unsold"};
    *names = kinds;
    return sizeof(kinds) / sizeof(kinds[0]);
}

typedef struct play_note {
    bt_trace *trace;
    uint64_t listing;
    size_t seller;
    int64_t window;
} play_note;

static void note(const play_note *play, int64_t time, enum event_kind kind, double price,
                 double outcome)
{
    bt_logged_event event = {.time =
                                 (double)play->listing + (double)time / (double)play->window,
                             .kind = (int32_t)kind,
                             .agent = (int32_t)play->seller,
                             .product = (int32_t)play->listing,
                             .price = price,
                             .outcome = outcome};
    bt_trace_note(play->trace, &event);
}

static enum event_kind kind_of(uint32_t number, const bt_turn *turn)
{
    bool is_buyers = bt_turn_is_buyers(number);
    switch (bt_turn_kind_of(turn)) {
    case BT_TURN_ACCEPT:
        return number == 1 ? BUY_NOW : ACCEPT;
    case BT_TURN_COUNTER:
        return number == 1 ? OFFER : COUNTER;
    case BT_TURN_REJECT:
        return is_buyers ? WALK : REJECT;
    case BT_TURN_EXPIRE:
        return is_buyers ? LEAVE : EXPIRE;
    case BT_TURN_AUTOMATIC_ACCEPT:
        return AUTO_ACCEPT;
    default:
        return AUTO_REJECT;
    }
}

/* The thread whose next move is the earliest, of those with moves left; the lower number
 * first. */
static size_t next_thread(const bt_negotiation_result *result, const uint32_t *done)
{
    size_t best = result->n_threads;
    int64_t earliest = INT64_MAX;
    for (size_t k = 0; k < result->n_threads; k++) {
        const bt_thread *thread = &result->thread[k];
        if (done[k] < thread->n_turns && thread->turn[done[k]].time < earliest) {
            earliest = thread->turn[done[k]].time;
            best = k;
        }
    }
    return best;
}

static void note_turn(const play_note *play, const bt_thread *thread, uint32_t at)
{
    const bt_turn *turn = &thread->turn[at];
    double where = (double)thread->number + 0.1 * (at + 1);
    if (at == 0)
        note(play, turn->time, ARRIVAL, NAN, thread->buyer_history);
    note(play, turn->time, kind_of(at + 1, turn), 0.01 * (double)turn->price, where);
    if (turn->has_message)
        note(play, turn->time, MESSAGE, NAN, where);
}

static void note_listing(const play_note *play, const bt_listing *on, const bt_worth *worth,
                         uint64_t number)
{
    note(play, 0, LISTED, 0.01 * (double)on->list_price, (double)number);
    if (on->auto_reject > 0)
        note(play, 0, REJECT_BELOW, 0.01 * (double)on->auto_reject, NAN);
    if (on->auto_accept < on->list_price)
        note(play, 0, ACCEPT_FROM, 0.01 * (double)on->auto_accept, NAN);
    note(play, 0, WORTH, worth->value, worth->value_error);
}

void bt_bargaining_trace_play(bt_trace *trace, uint64_t listing, uint64_t number, size_t seller,
                              const bt_listing *on, const bt_worth *worth,
                              const bt_negotiation_result *result)
{
    play_note play = {
        .trace = trace, .listing = listing, .seller = seller, .window = on->window};
    uint32_t done[BT_MOST_ARRIVALS] = {0};
    note_listing(&play, on, worth, number);
    for (size_t k = next_thread(result, done); k < result->n_threads;
         k = next_thread(result, done))
        note_turn(&play, &result->thread[k], done[k]++);
    if (result->is_sold)
        note(&play, result->sale_time, SOLD, 0.01 * (double)result->price, result->winner);
    else
        note(&play, on->window, UNSOLD, NAN, NAN);
}
