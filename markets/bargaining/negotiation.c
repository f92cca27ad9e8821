#include "markets/bargaining/negotiation.h"

#include <math.h>
#include <stdlib.h>

#include "sim/event_queue.h"

/* Of events at the same second: the listing's end, then moves and then arrivals by thread. */
enum {
    END_PRIORITY = 0,
    MOVE_PRIORITY = 1,
    ARRIVAL_PRIORITY = MOVE_PRIORITY + BT_MOST_ARRIVALS
};
enum event_kind { LISTING_ENDS, THREAD_MOVES, BUYER_ARRIVES };

/* Purposes of a listing's streams; a thread has sixteen from FIRST_THREAD on. */
enum { ARRIVALS = 1, FIRST_THREAD = 16, DELAY = 0, MOVE = 8, PURPOSES = 16 };
enum { BLOCKS_OF_A_PLAY = 1 << 20 }; /* more than any stream of a play uses */

/* What only the mechanism knows of a thread. */
typedef struct thread_agenda {
    int64_t offered_at; /* when the offer that waits for the seller was made */
    bool lets_expire;   /* the seller decided to */
    bt_buyer_move move; /* what the buyer will do */
} thread_agenda;

struct bt_negotiation {
    bt_negotiation_setting setting;
    bt_event_queue agenda;
    bt_listing listing;
    double demand;
    bt_listing_address address;
    int64_t arrival[BT_MOST_ARRIVALS];
    size_t n_arrivals;
    bt_thread thread[BT_MOST_ARRIVALS];
    thread_agenda next[BT_MOST_ARRIVALS];
    size_t n_threads;
    bt_negotiation_result result;
    const bt_bargainer *seller;
    bool is_over;
    bt_status status; /* the first failure of a play */
    bt_error *error;
};

bt_status bt_listing_check(const bt_listing *listing, bt_error *error)
{
    double list = 0.01 * (double)listing->list_price;
    if (listing->list_price <= 0)
        return bt_fail(error, BT_BAD_INPUT, "a list price of %.2f is not positive", list);
    if (listing->window <= 0)
        return bt_fail(error, BT_BAD_INPUT, "a listing must stand for at least a second");
    if (listing->auto_reject < 0 || listing->auto_accept < 0)
        return bt_fail(error, BT_BAD_INPUT, "a threshold of a listing is negative");
    if (listing->auto_accept > listing->list_price)
        return bt_fail(error, BT_BAD_INPUT,
                       "offers would be accepted from %.2f on, above the list price of %.2f",
                       0.01 * (double)listing->auto_accept, list);
    if (listing->auto_reject > listing->auto_accept)
        return bt_fail(error, BT_BAD_INPUT,
                       "offers below %.2f would be rejected though from %.2f on they are "
                       "accepted",
                       0.01 * (double)listing->auto_reject,
                       0.01 * (double)listing->auto_accept);
    return BT_OK;
}

/* ---- streams ---- */

static bt_stream stream_of(const bt_negotiation *self, uint32_t purpose)
{
    bt_stream stream =
        bt_stream_open(self->setting.key, BT_AGENT_LISTING(self->address.listing), purpose);
    stream.block = self->address.play * BLOCKS_OF_A_PLAY;
    return stream;
}

static bt_stream thread_stream(const bt_negotiation *self, const bt_thread *thread,
                               uint32_t purpose)
{
    return stream_of(self, FIRST_THREAD + thread->number * PURPOSES + purpose);
}

/* ---- the agenda ---- */

static void fail_play(bt_negotiation *self, bt_status status)
{
    self->status = status;
    self->is_over = true;
}

static void refuse_move(bt_negotiation *self, const char *who, uint32_t turn, double concession)
{
    if (self->status == BT_OK)
        fail_play(self, bt_fail(self->error, BT_BAD_INPUT,
                                "%s played a concession of %g at turn %u of a negotiation; "
                                "%s",
                                who, concession, (unsigned)turn,
                                turn == BT_FINAL_TURN ? "there only 0 and 1 are possible"
                                : turn == 1           ? "there it must be above 0"
                                                      : "it lies between 0 and 1"));
}

static void put(bt_negotiation *self, int64_t time, int priority, enum event_kind kind,
                uint32_t thread)
{
    if (bt_event_queue_push(&self->agenda, (double)time, (int16_t)priority, (uint32_t)kind,
                            thread) == 0)
        fail_play(self, bt_fail(self->error, BT_INTERNAL, "out of memory for a negotiation"));
}

/* What is due at the end or later never happens. */
static void plan_move(bt_negotiation *self, const bt_thread *thread, int64_t time)
{
    if (time < self->listing.window)
        put(self, time, MOVE_PRIORITY + (int)thread->number, THREAD_MOVES, thread->number);
}

static void clear_agenda(bt_negotiation *self)
{
    while (bt_event_queue_head(&self->agenda) != BT_EVENT_NEVER)
        bt_event_queue_pop(&self->agenda);
}

/* ---- other threads ---- */

static void count_offer(bt_offers_elsewhere *offers, const bt_listing *listing, uint32_t turn,
                        int64_t price)
{
    double share = (double)price / (double)listing->list_price;
    if (bt_turn_is_buyers(turn)) {
        offers->buyer_offers++;
        offers->best_buyer = fmax(offers->best_buyer, share);
    } else {
        offers->seller_offers++;
        offers->best_seller = fmax(offers->best_seller, 1 - share);
    }
}

static void count_thread(const bt_negotiation *self, const bt_thread *other, int64_t now,
                         bt_other_threads *others)
{
    for (uint32_t t = 0; t < other->n_turns; t++) {
        const bt_turn *turn = &other->turn[t];
        if (!bt_turn_is_offer(turn))
            continue;
        count_offer(&others->ever, &self->listing, t + 1, turn->price);
        if (other->end == BT_THREAD_OPEN)
            count_offer(&others->open, &self->listing, t + 1, turn->price);
        if (now - turn->time < (int64_t)48 * BT_SECONDS_IN_HOUR)
            count_offer(&others->recent, &self->listing, t + 1, turn->price);
    }
}

static bt_other_threads see_others(const bt_negotiation *self, const bt_thread *thread,
                                   int64_t now)
{
    bt_other_threads others = {.count = (uint32_t)self->n_threads - 1};
    for (size_t k = 0; k < self->n_threads; k++)
        if (k != thread->number)
            count_thread(self, &self->thread[k], now, &others);
    return others;
}

/* ---- moves ---- */

static bt_turn *add_turn(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    bt_turn *turn = &thread->turn[thread->n_turns];
    int64_t before = thread->n_turns > 0 ? turn[-1].time : now;
    *turn =
        (bt_turn){.time = now, .delay = now - before, .others = see_others(self, thread, now)};
    thread->n_turns++;
    return turn;
}

static void sell(bt_negotiation *self, bt_thread *thread, int64_t price, int64_t now)
{
    thread->end = BT_THREAD_SOLD;
    self->is_over = true;
    self->result.is_sold = true;
    self->result.winner = thread->number;
    self->result.price = price;
    self->result.sale_time = now;
}

static void ask_buyer(bt_negotiation *self, bt_thread *thread, int64_t now);
static void wait_for_seller(bt_negotiation *self, bt_thread *thread, int64_t now);

static void answer_automatically(bt_negotiation *self, bt_thread *thread, bool accepts,
                                 int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->is_automatic = true;
    turn->concession = accepts ? 1 : 0;
    turn->price = accepts ? thread->buyer_price : thread->seller_price;
    if (accepts)
        sell(self, thread, thread->buyer_price, now);
    else
        ask_buyer(self, thread, now);
}

static void take_offer(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    if (thread->buyer_price >= self->listing.auto_accept)
        answer_automatically(self, thread, true, now);
    else if (thread->buyer_price < self->listing.auto_reject)
        answer_automatically(self, thread, false, now);
    else
        wait_for_seller(self, thread, now);
}

/* The price that is `concession` of the way from one standing price to the other, at least a
 * cent inside; `to` itself where no cent lies between. */
static int64_t price_between(int64_t from, int64_t to, double concession)
{
    int64_t price = from + llround(concession * (double)(to - from));
    int64_t low = from < to ? from + 1 : to + 1, high = from < to ? to - 1 : from - 1;
    if (low > high)
        return to;
    return price < low ? low : price > high ? high : price;
}

static double share_conceded(int64_t from, int64_t to, int64_t price)
{
    return (double)(price - from) / (double)(to - from);
}

/* ---- buyers ---- */

static void buy_now(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->concession = 1;
    turn->price = self->listing.list_price;
    sell(self, thread, turn->price, now);
}

static void make_offer(bt_negotiation *self, bt_thread *thread, int64_t price,
                       double concession, bool has_message, int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->price = thread->buyer_price = price;
    turn->concession = concession;
    turn->has_message = has_message;
    take_offer(self, thread, now);
}

static void begin_thread(bt_negotiation *self, bt_thread *thread, const bt_buyer_move *move)
{
    int64_t list = self->listing.list_price, now = thread->arrival;
    if (move->buys_now) {
        buy_now(self, thread, now);
        return;
    }
    if (!(move->concession > 0)) {
        refuse_move(self, "a buyer", 1, move->concession);
        return;
    }
    double wanted = fmin(1, move->concession) * (double)list;
    int64_t price = wanted < 1 ? 1 : llround(wanted);
    if (price >= list)
        buy_now(self, thread, now);
    else
        make_offer(self, thread, price, (double)price / (double)list, move->has_message, now);
}

static bt_buyer_move buyer_move(const bt_negotiation *self, const bt_thread *thread,
                                uint32_t turn, int64_t now, bt_stream *stream)
{
    bt_bargaining_buyer_view view = {.listing = &self->listing,
                                     .demand = self->demand,
                                     .turn = turn,
                                     .time = now,
                                     .thread = thread};
    return self->setting.buyers->move(self->setting.buyers_self, &view, stream);
}

static void open_thread(bt_negotiation *self, uint32_t number, int64_t now)
{
    bt_thread *thread = &self->thread[number];
    thread->number = number;
    thread->arrival = now;
    thread->end = BT_THREAD_OPEN;
    thread->n_turns = 0;
    thread->buyer_price = 0;
    thread->seller_price = self->listing.list_price;
    self->n_threads = number + 1;
    bt_stream stream = thread_stream(self, thread, MOVE + 1);
    thread->buyer_history = self->setting.buyers->history(self->setting.buyers_self, &stream);
    bt_buyer_move move = buyer_move(self, thread, 1, now, &stream);
    begin_thread(self, thread, &move);
}

/* Buyers see nothing but their thread, so they make up their mind at once. */
static void ask_buyer(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    uint32_t turn = thread->n_turns + 1;
    bt_stream stream = thread_stream(self, thread, MOVE + turn);
    bt_buyer_move move = buyer_move(self, thread, turn, now, &stream);
    bool in_range = move.concession >= 0 && move.concession <= 1;
    bool is_word = move.concession == 0 || move.concession == 1;
    if (!move.buys_now && (!in_range || (turn == BT_FINAL_TURN && !is_word))) {
        refuse_move(self, "a buyer", turn, move.concession);
        return;
    }
    int64_t longest = self->setting.response_time;
    move.delay = move.delay < 1 ? 1 : move.delay > longest ? longest : move.delay;
    self->next[thread->number].move = move;
    plan_move(self, thread, now + move.delay);
}

static void leave(bt_negotiation *self, bt_thread *thread, bool is_expired, int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->price = thread->buyer_price;
    turn->is_expired = is_expired;
    thread->end = BT_THREAD_WALKED;
}

static void accept_as_buyer(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->concession = 1;
    turn->price = thread->seller_price;
    sell(self, thread, turn->price, now);
}

static void counter_as_buyer(bt_negotiation *self, bt_thread *thread, const bt_buyer_move *move,
                             int64_t now)
{
    int64_t from = thread->buyer_price, to = thread->seller_price;
    int64_t price = price_between(from, to, move->concession);
    if (price == to)
        accept_as_buyer(self, thread, now);
    else
        make_offer(self, thread, price, share_conceded(from, to, price), move->has_message,
                   now);
}

static void move_buyer(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    const bt_buyer_move move = self->next[thread->number].move;
    if (move.delay >= self->setting.response_time) {
        leave(self, thread, true, now);
    } else if (move.buys_now) {
        buy_now(self, thread, now);
    } else if (move.concession == 0) {
        leave(self, thread, false, now);
    } else if (move.concession == 1) {
        accept_as_buyer(self, thread, now);
    } else {
        counter_as_buyer(self, thread, &move, now);
    }
}

/* ---- the seller ---- */

static void wait_for_seller(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    const bt_bargainer *seller = self->seller;
    int64_t left = self->listing.window - now, limit = self->setting.response_time;
    if (seller->type->is_prompt && left < limit)
        limit = left;
    uint32_t turn = thread->n_turns + 1;
    bt_stream stream = thread_stream(self, thread, DELAY + turn);
    int64_t delay = seller->delay_type->delay(seller->delay_self, turn, limit, &stream);
    if (seller->type->is_prompt && delay >= limit)
        delay = limit - 1;
    delay = delay < 1 ? 1 : delay > limit ? limit : delay;
    thread_agenda *next = &self->next[thread->number];
    next->offered_at = now;
    next->lets_expire = delay >= self->setting.response_time;
    self->result.has_manual_offer = true;
    plan_move(self, thread, now + delay);
}

static bt_response ask_seller(bt_negotiation *self, const bt_thread *thread, int64_t now)
{
    bt_bargaining_observation seen = {.listing = self->listing,
                                      .time = now,
                                      .turn = thread->n_turns + 1,
                                      .thread = thread->number,
                                      .n_threads = (uint32_t)self->n_threads,
                                      .buyer_history = thread->buyer_history,
                                      .buyer_price = thread->buyer_price,
                                      .seller_price = thread->seller_price,
                                      .turns = thread->turn};
    if (self->n_threads > 1)
        seen.others = see_others(self, thread, now);
    bt_stream stream = thread_stream(self, thread, MOVE + seen.turn);
    return self->seller->type->respond(self->seller->self, &seen, &stream);
}

static void reject(bt_negotiation *self, bt_thread *thread, bool is_expired, bool has_message,
                   int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->price = thread->seller_price;
    turn->is_expired = is_expired;
    turn->has_message = has_message;
    self->result.is_valid = true;
    ask_buyer(self, thread, now);
}

static void accept_as_seller(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    bt_turn *turn = add_turn(self, thread, now);
    turn->price = thread->buyer_price;
    turn->concession = 1;
    self->result.is_valid = true;
    sell(self, thread, turn->price, now);
}

static void counter_as_seller(bt_negotiation *self, bt_thread *thread,
                              const bt_response *response, int64_t now)
{
    int64_t from = thread->seller_price, to = thread->buyer_price;
    int64_t price = price_between(from, to, response->concession);
    if (price == to) {
        accept_as_seller(self, thread, now);
        return;
    }
    bt_turn *turn = add_turn(self, thread, now);
    turn->price = thread->seller_price = price;
    turn->concession = share_conceded(from, to, price);
    turn->has_message = response->has_message;
    self->result.is_valid = true;
    ask_buyer(self, thread, now);
}

static void move_seller(bt_negotiation *self, bt_thread *thread, int64_t now)
{
    thread_agenda *next = &self->next[thread->number];
    if (next->lets_expire) {
        reject(self, thread, true, false, now);
        return;
    }
    bt_response response = ask_seller(self, thread, now);
    if (response.expires) {
        next->lets_expire = true;
        plan_move(self, thread, next->offered_at + self->setting.response_time);
    } else if (!(response.concession >= 0 && response.concession <= 1)) {
        refuse_move(self, self->seller->name, thread->n_turns + 1, response.concession);
    } else if (response.concession == 0) {
        reject(self, thread, false, response.has_message, now);
    } else if (response.concession == 1) {
        accept_as_seller(self, thread, now);
    } else {
        counter_as_seller(self, thread, &response, now);
    }
}

/* ---- a play ---- */

static void end_listing(bt_negotiation *self)
{
    self->is_over = true;
    for (size_t k = 0; k < self->n_threads; k++)
        if (self->thread[k].end == BT_THREAD_OPEN)
            self->thread[k].end =
                self->result.is_sold ? BT_THREAD_CANCELLED : BT_THREAD_EXPIRED;
}

static void do_next(bt_negotiation *self)
{
    bt_event_key key = bt_event_queue_head(&self->agenda);
    const bt_event_slot *slot = bt_event_queue_head_slot(&self->agenda);
    enum event_kind kind = (enum event_kind)bt_event_action_of(slot);
    uint32_t number = (uint32_t)slot->argument;
    int64_t now = (int64_t)bt_event_time_of(key);
    bt_event_queue_pop(&self->agenda);
    if (kind == LISTING_ENDS)
        self->is_over = true;
    else if (kind == BUYER_ARRIVES)
        open_thread(self, number, now);
    else if (bt_turn_is_buyers(self->thread[number].n_turns + 1))
        move_buyer(self, &self->thread[number], now);
    else
        move_seller(self, &self->thread[number], now);
}

static void begin(bt_negotiation *self, const bt_bargainer *seller)
{
    self->seller = seller;
    self->n_threads = 0;
    self->is_over = self->n_arrivals == 0;
    self->result =
        (bt_negotiation_result){.sale_time = self->listing.window, .thread = self->thread};
    if (self->is_over)
        return;
    put(self, self->listing.window, END_PRIORITY, LISTING_ENDS, 0);
    for (size_t k = 0; k < self->n_arrivals; k++)
        put(self, self->arrival[k], ARRIVAL_PRIORITY + (int)k, BUYER_ARRIVES, (uint32_t)k);
}

bt_status bt_negotiation_play(bt_negotiation *self, const bt_bargainer *seller,
                              bt_negotiation_result *result, bt_error *error)
{
    self->status = BT_OK;
    self->error = error;
    begin(self, seller);
    while (!self->is_over)
        do_next(self);
    if (self->n_arrivals > 0) {
        end_listing(self);
        clear_agenda(self);
    }
    self->result.n_threads = self->n_threads;
    *result = self->result;
    return self->status;
}

void bt_negotiation_open(bt_negotiation *self, const bt_listing *listing, double demand,
                         bt_listing_address address)
{
    self->listing = *listing;
    self->demand = demand;
    self->address = address;
    bt_stream stream = stream_of(self, ARRIVALS);
    self->n_arrivals = self->setting.buyers->arrive(self->setting.buyers_self, listing, demand,
                                                    BT_MOST_ARRIVALS, &stream, self->arrival);
}

void bt_negotiation_open_with(bt_negotiation *self, const bt_listing *listing, double demand,
                              bt_listing_address address, const int64_t *times, size_t count)
{
    self->listing = *listing;
    self->demand = demand;
    self->address = address;
    self->n_arrivals = count < BT_MOST_ARRIVALS ? count : BT_MOST_ARRIVALS;
    for (size_t k = 0; k < self->n_arrivals; k++)
        self->arrival[k] = times[k];
}

size_t bt_negotiation_arrivals(const bt_negotiation *self, const int64_t **times)
{
    *times = self->arrival;
    return self->n_arrivals;
}

bt_status bt_negotiation_create(const bt_negotiation_setting *setting,
                                bt_negotiation **negotiation, bt_error *error)
{
    bt_negotiation *made = calloc(1, sizeof(*made));
    *negotiation = made;
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a negotiation");
    made->setting = *setting;
    bt_event_queue_start(&made->agenda);
    return BT_OK;
}

void bt_negotiation_destroy(bt_negotiation *self)
{
    if (self == NULL)
        return;
    bt_event_queue_free(&self->agenda);
    free(self);
}
