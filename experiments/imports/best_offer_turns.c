#include "experiments/imports/best_offer_turns.h"

#include <stdlib.h>
#include <string.h>

#include "experiments/imports/best_offer_repetitions.h"
#include "experiments/imports/calendar.h"
#include "sim/random.h"

enum {
    RESPONSE = BT_BARGAINING_RESPONSE_SECONDS,
    ALMOST_RESPONSE = RESPONSE - 2, /* clocks of answers and offers differ a little */
    PURPOSE_PURCHASE = 1,
};

/* A turn being built. */
typedef struct draft_turn {
    bt_bargaining_turn turn;
    bool is_row; /* of the data; else it was inferred */
} draft_turn;

/* A thread being built: its turns, and the prices that stand. */
typedef struct draft_thread {
    int64_t buyer;
    int64_t buyer_history;
    unsigned n_turns;
    int64_t price[2]; /* the seller's, the buyer's */
    draft_turn turn[BT_BARGAINING_TURNS];
} draft_thread;

struct bt_turn_builder {
    bt_random_key key;
    const bt_best_offer_listing *listing;
    bt_built_listing *built;
    bool is_dropped[BT_MOST_OFFERS_ON_A_LISTING]; /* offers of the listing */
    draft_thread *thread;
    size_t n_threads, thread_capacity;
    int64_t known_sale_time; /* when offers were declined because of a sale; or BT_BLANK */
    bt_bargaining_thread *made_thread;
    bt_bargaining_turn *made_turn;
    size_t made_threads, made_turns;
};

bt_turn_builder *bt_turn_builder_create(uint64_t seed)
{
    bt_turn_builder *builder = calloc(1, sizeof *builder);
    if (builder != NULL)
        builder->key = bt_random_key_of(seed, 0, 0);
    return builder;
}

void bt_turn_builder_destroy(bt_turn_builder *builder)
{
    if (builder == NULL)
        return;
    free(builder->thread);
    free(builder->made_thread);
    free(builder->made_turn);
    free(builder);
}

/* ---- the listing ---- */

int64_t bt_best_offer_decline_price(const bt_best_offer_listing *listing)
{
    return listing->decline_price == BT_BLANK ? 0 : listing->decline_price;
}

int64_t bt_best_offer_accept_price(const bt_best_offer_listing *listing)
{
    bool none = listing->accept_price == BT_BLANK || listing->accept_price == 0;
    return none ? listing->start_price : listing->accept_price;
}

int64_t bt_best_offer_start(const bt_best_offer_listing *listing)
{
    return (int64_t)listing->start_day * BT_DAY_SECONDS;
}

int64_t bt_best_offer_end(const bt_best_offer_listing *listing)
{
    return bt_best_offer_start(listing) + (int64_t)BT_BARGAINING_WINDOW_DAYS * BT_DAY_SECONDS;
}

bool bt_best_offer_is_sold(const bt_best_offer_listing *listing)
{
    return listing->sale_price != BT_BLANK || listing->buyer != BT_BLANK;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static void drop_offer(bt_turn_builder *self, size_t number, bt_best_offer_rule rule)
{
    self->is_dropped[number] = true;
    self->built->dropped[rule]++;
}

/* ---- turns of a thread ---- */

static bool has_ended(const draft_thread *thread)
{
    if (thread->n_turns == 0)
        return false;
    const bt_bargaining_turn *last = &thread->turn[thread->n_turns - 1].turn;
    return last->act == BT_ACT_ACCEPT ||
           (last->act == BT_ACT_REJECT && bt_is_buyers_turn(last->number));
}

static int64_t last_time(const draft_thread *thread)
{
    return thread->turn[thread->n_turns - 1].turn.time;
}

/* What a price at a turn means; the rule that it breaks. */
static bt_best_offer_rule classify(const draft_thread *thread, unsigned number,
                                   int64_t list_price, int64_t price, uint8_t *act)
{
    int64_t own = thread->price[bt_is_buyers_turn(number)];
    int64_t other = thread->price[number % 2 == 0];
    if (price == 0)
        return BT_RULE_price_zero;
    if (price > list_price)
        return BT_RULE_price_above_list;
    if (number == 1 && price == list_price)
        return BT_RULE_first_offer_at_list;
    if (price != own && price != other && (price < own) == (price < other))
        return BT_RULE_not_monotone;
    *act = price == other ? BT_ACT_ACCEPT : price == own ? BT_ACT_REJECT : BT_ACT_OFFER;
    if (number == BT_BARGAINING_TURNS && *act == BT_ACT_OFFER)
        return BT_RULE_too_many_turns;
    return BT_RULES;
}

/* Whether an answer of the seller to the offer `price` agrees with the thresholds. */
static bt_best_offer_rule check_thresholds(const bt_best_offer_listing *listing, int64_t price,
                                           const bt_bargaining_turn *answer, bool is_at_once)
{
    int64_t accept = bt_best_offer_accept_price(listing);
    bool declines = price < bt_best_offer_decline_price(listing);
    bool accepts = price >= accept && accept < listing->start_price;
    bool is_automatic = (answer->flags & BT_TURN_AUTOMATIC) != 0;
    if (declines && !(is_automatic && answer->act == BT_ACT_REJECT))
        return BT_RULE_threshold_not_applied;
    if (accepts && !declines && !(is_automatic && answer->act == BT_ACT_ACCEPT))
        return BT_RULE_threshold_not_applied;
    if (!declines && !accepts && (is_automatic || is_at_once))
        return BT_RULE_same_second_reply;
    return BT_RULES;
}

/* How long after the turn before: a rejection that took all the time is an expiration. */
static bt_best_offer_rule check_delay(const draft_thread *thread, bt_bargaining_turn *turn)
{
    int64_t delay = turn->time - last_time(thread);
    if (delay < 0)
        return BT_RULE_answer_without_time;
    if (turn->act == BT_ACT_REJECT && delay >= ALMOST_RESPONSE) {
        turn->time = last_time(thread) + RESPONSE;
        turn->flags = BT_TURN_EXPIRED;
        return BT_RULES;
    }
    if (delay > RESPONSE)
        return BT_RULE_reply_after_48_hours;
    return delay >= ALMOST_RESPONSE ? BT_RULE_reply_at_48_hours : BT_RULES;
}

/* Put a turn behind the others; the rule that this breaks. */
static bt_best_offer_rule add_turn(bt_turn_builder *self, draft_thread *thread,
                                   bt_bargaining_turn turn, bool is_row)
{
    bt_best_offer_rule rule = BT_RULES;
    if (thread->n_turns == BT_BARGAINING_TURNS)
        return BT_RULE_too_many_turns;
    turn.number = (uint8_t)(thread->n_turns + 1);
    if (thread->n_turns > 0) {
        bool is_at_once = turn.time == last_time(thread);
        rule = check_delay(thread, &turn);
        if (rule == BT_RULES && !bt_is_buyers_turn(turn.number))
            rule = check_thresholds(self->listing, thread->price[1], &turn, is_at_once);
    }
    if (rule != BT_RULES)
        return rule;
    if (turn.act == BT_ACT_OFFER)
        thread->price[bt_is_buyers_turn(turn.number)] = turn.price;
    thread->turn[thread->n_turns++] = (draft_turn){turn, is_row};
    return BT_RULES;
}

/* The other's answer to an offer, where it has no row of its own. */
static bt_best_offer_rule add_answer(bt_turn_builder *self, draft_thread *thread,
                                     const bt_best_offer_offer *offer, bool is_followed)
{
    bool by_seller = offer->type != BT_OFFER_BY_SELLER;
    uint8_t answer = offer->answer;
    bool is_automatic = answer == BT_ANSWER_AUTO_ACCEPTED || answer == BT_ANSWER_AUTO_DECLINED;
    bool accepts = answer == BT_ANSWER_ACCEPTED || answer == BT_ANSWER_AUTO_ACCEPTED;
    bt_bargaining_turn turn = {.time = is_automatic ? offer->time : offer->response,
                               .act = accepts ? BT_ACT_ACCEPT : BT_ACT_REJECT,
                               .flags = is_automatic ? BT_TURN_AUTOMATIC : 0};
    turn.price = thread->price[by_seller == accepts];
    if (answer == BT_ANSWER_COUNTERED || (is_automatic && !by_seller))
        return BT_RULE_impossible_sequence;
    if (answer == BT_ANSWER_SOLD_ELSEWHERE && !is_followed)
        return BT_RULES;
    if (answer == BT_ANSWER_EXPIRED &&
        (turn.time == BT_BLANK || turn.time > offer->time + RESPONSE))
        turn.time = offer->time + RESPONSE;
    if (answer == BT_ANSWER_EXPIRED && !is_followed &&
        turn.time - offer->time < ALMOST_RESPONSE)
        return BT_RULES; /* the listing ended first */
    if (turn.time == BT_BLANK)
        return BT_RULE_answer_without_time;
    return add_turn(self, thread, turn, false);
}

static bt_best_offer_rule add_offer(bt_turn_builder *self, draft_thread *thread,
                                    const bt_best_offer_offer *offer)
{
    bt_bargaining_turn turn = {.time = offer->time, .price = offer->price};
    unsigned number = thread->n_turns + 1;
    if (number > BT_BARGAINING_TURNS)
        return BT_RULE_too_many_turns;
    if (offer->time < bt_best_offer_start(self->listing))
        return BT_RULE_before_the_start;
    bt_best_offer_rule rule =
        classify(thread, number, self->listing->start_price, offer->price, &turn.act);
    if (rule != BT_RULES)
        return rule;
    if (offer->has_message && turn.act != BT_ACT_ACCEPT)
        turn.flags = BT_TURN_MESSAGE;
    if (turn.act == BT_ACT_REJECT && bt_is_buyers_turn(number))
        turn.flags = 0; /* who names the old price again has walked */
    return add_turn(self, thread, turn, true);
}

static bool is_known_code(const bt_best_offer_offer *offer)
{
    static const uint16_t answers = 1 << BT_ANSWER_EXPIRED | 1 << BT_ANSWER_ACCEPTED |
                                    1 << BT_ANSWER_DECLINED | 1 << BT_ANSWER_AUTO_DECLINED |
                                    1 << BT_ANSWER_COUNTERED | 1 << BT_ANSWER_SOLD_ELSEWHERE |
                                    1 << BT_ANSWER_AUTO_ACCEPTED;
    return offer->type <= BT_OFFER_BY_SELLER && offer->answer <= BT_ANSWER_AUTO_ACCEPTED &&
           (answers >> offer->answer & 1) != 0;
}

/* An offer behind another one of the same thread. */
static bt_best_offer_rule follow(bt_turn_builder *self, draft_thread *thread,
                                 const bt_best_offer_offer *before,
                                 const bt_best_offer_offer *offer)
{
    bool was_sellers = before->type == BT_OFFER_BY_SELLER;
    bool is_sellers = offer->type == BT_OFFER_BY_SELLER;
    bool was_accepted =
        before->answer == BT_ANSWER_ACCEPTED || before->answer == BT_ANSWER_AUTO_ACCEPTED;
    bool leaves_gap = !was_sellers && offer->type == BT_OFFER_FIRST;
    if (leaves_gap || was_accepted) {
        bt_best_offer_rule rule = add_answer(self, thread, before, true);
        if (rule != BT_RULES || has_ended(thread))
            return rule;
    } else if (was_sellers == is_sellers) {
        return BT_RULE_impossible_sequence;
    }
    return add_offer(self, thread, offer);
}

/* Count what stands behind a thread's end. */
static void drop_rest(bt_turn_builder *self, const draft_thread *thread, size_t from,
                      size_t last)
{
    bool is_sold = thread->turn[thread->n_turns - 1].turn.act == BT_ACT_ACCEPT;
    for (size_t i = from; i < last; i++)
        if (!self->is_dropped[i])
            drop_offer(self, i, is_sold ? BT_RULE_after_the_sale : BT_RULE_after_the_walk);
}

static void note_sale_elsewhere(bt_turn_builder *self, const bt_best_offer_offer *offer)
{
    if (offer->answer == BT_ANSWER_SOLD_ELSEWHERE && offer->response != BT_BLANK &&
        (self->known_sale_time == BT_BLANK || offer->response > self->known_sale_time))
        self->known_sale_time = offer->response;
}

/* The thread of one buyer. */
static bt_best_offer_rule build_thread(bt_turn_builder *self, draft_thread *thread,
                                       const bt_best_offer_offer *offers, size_t first,
                                       size_t last)
{
    const bt_best_offer_offer *before = NULL;
    for (size_t i = first; i < last; i++) {
        const bt_best_offer_offer *offer = &offers[i];
        if (self->is_dropped[i])
            continue;
        if (!is_known_code(offer))
            return BT_RULE_unknown_code;
        if (before == NULL && offer->type != BT_OFFER_FIRST)
            return BT_RULE_impossible_sequence;
        unsigned n_before = thread->n_turns;
        bt_best_offer_rule rule = before == NULL ? add_offer(self, thread, offer)
                                                 : follow(self, thread, before, offer);
        if (rule != BT_RULES)
            return rule;
        note_sale_elsewhere(self, offer);
        if (has_ended(thread)) {
            bool took_offer =
                thread->n_turns > n_before && thread->turn[thread->n_turns - 1].is_row;
            drop_rest(self, thread, took_offer ? i + 1 : i, last);
            return BT_RULES;
        }
        before = offer;
    }
    return before == NULL ? BT_RULES : add_answer(self, thread, before, false);
}

static draft_thread *new_thread(bt_turn_builder *self, int64_t buyer, int64_t history)
{
    if (self->n_threads == self->thread_capacity) {
        size_t capacity = 2 * self->thread_capacity + 8;
        draft_thread *threads = realloc(self->thread, capacity * sizeof *threads);
        if (threads == NULL)
            return NULL;
        self->thread = threads;
        self->thread_capacity = capacity;
    }
    draft_thread *thread = &self->thread[self->n_threads++];
    *thread = (draft_thread){
        .buyer = buyer, .buyer_history = history, .price = {self->listing->start_price, 0}};
    return thread;
}

static bt_status out_of_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory for a listing's threads");
}

static int64_t least_history(const bt_best_offer_offer *offers, size_t first, size_t last)
{
    int64_t history = -1;
    for (size_t i = first; i < last; i++)
        if (offers[i].buyer_history >= 0 && (history < 0 || offers[i].buyer_history < history))
            history = offers[i].buyer_history;
    return history;
}

static bt_status build_threads(bt_turn_builder *self, const bt_best_offer_offer *offers,
                               size_t count, bt_error *error)
{
    for (size_t first = 0, last; first < count && self->built->rule == BT_RULES; first = last) {
        for (last = first + 1; last < count && offers[last].buyer == offers[first].buyer;)
            last++;
        bt_best_offer_drop_repetitions(offers, first, last, self->is_dropped,
                                       self->built->dropped);
        draft_thread *thread =
            new_thread(self, offers[first].buyer, least_history(offers, first, last));
        if (thread == NULL)
            return out_of_memory(error);
        self->built->rule = build_thread(self, thread, offers, first, last);
    }
    return BT_OK;
}

/* ---- the sale ---- */

/* Of two acceptances in one second that of the older thread counts. */
static bool is_sooner(const draft_thread *a, const draft_thread *b)
{
    if (last_time(a) != last_time(b))
        return last_time(a) < last_time(b);
    return a->turn[0].turn.time < b->turn[0].turn.time;
}

/* The first acceptance, or NULL. */
static draft_thread *winner_of(const bt_turn_builder *self)
{
    draft_thread *winner = NULL;
    for (size_t i = 0; i < self->n_threads; i++) {
        draft_thread *thread = &self->thread[i];
        if (thread->n_turns > 0 &&
            thread->turn[thread->n_turns - 1].turn.act == BT_ACT_ACCEPT &&
            (winner == NULL || is_sooner(thread, winner)))
            winner = thread;
    }
    return winner;
}

/* Some second of [earliest, latest], the same whenever this listing is imported. */
static int64_t draw_time(const bt_turn_builder *self, int64_t earliest, int64_t latest)
{
    if (latest <= earliest)
        return latest;
    uint64_t bits = bt_random_at(self->key, BT_AGENT_MARKET, PURPOSE_PURCHASE,
                                 (uint64_t)self->listing->item);
    return earliest + (int64_t)(bt_unit_interval(bits) * (double)(latest - earliest + 1));
}

/* When the purchase was: known where it made the seller decline an offer on that day; else
 * drawn from the rest of the day behind all that is known of it. */
static int64_t purchase_time(const bt_turn_builder *self, int64_t latest)
{
    int64_t begin = (int64_t)self->listing->end_day * BT_DAY_SECONDS;
    int64_t end = begin + BT_DAY_SECONDS - 1;
    if (self->known_sale_time >= begin && self->known_sale_time <= end)
        return self->known_sale_time;
    int64_t earliest = begin;
    for (size_t i = 0; i < self->n_threads; i++)
        for (unsigned k = 0; k < self->thread[i].n_turns; k++) {
            int64_t time = self->thread[i].turn[k].turn.time;
            if (time >= earliest && time < end)
                earliest = time + 1;
        }
    return draw_time(self, earliest, latest < end ? latest : end);
}

static draft_thread *thread_of_buyer(const bt_turn_builder *self, int64_t buyer)
{
    for (size_t i = 0; i < self->n_threads && buyer != BT_BLANK; i++)
        if (self->thread[i].buyer == buyer && self->thread[i].n_turns > 0)
            return &self->thread[i];
    return NULL;
}

/* The buyer of an own thread accepts the list price: at its turn, or in place of an offer
 * that the seller has not answered. */
static bt_best_offer_rule purchase_in_thread(bt_turn_builder *self, draft_thread *thread)
{
    draft_turn *last = &thread->turn[thread->n_turns - 1];
    if (has_ended(thread) || thread->price[0] != self->listing->start_price)
        return BT_RULE_sale_contradicts_offers;
    if (bt_is_buyers_turn(last->turn.number))
        thread->n_turns--;
    int64_t latest = thread->n_turns > 0 ? last_time(thread) + ALMOST_RESPONSE - 1 : INT64_MAX;
    bt_bargaining_turn turn = {.time = purchase_time(self, latest),
                               .price = self->listing->start_price,
                               .act = BT_ACT_ACCEPT};
    return add_turn(self, thread, turn, false);
}

static bt_status add_purchase(bt_turn_builder *self, bt_error *error)
{
    const bt_best_offer_listing *listing = self->listing;
    draft_thread *thread = thread_of_buyer(self, listing->buyer);
    if (listing->end_day < listing->start_day) {
        self->built->rule = BT_RULE_sale_contradicts_offers;
        return BT_OK;
    }
    if (thread != NULL) {
        self->built->rule = purchase_in_thread(self, thread);
        return BT_OK;
    }
    int64_t time = purchase_time(self, INT64_MAX);
    thread = new_thread(self, listing->buyer == BT_BLANK ? -1 : listing->buyer, -1);
    if (thread == NULL)
        return out_of_memory(error);
    bt_bargaining_turn turn = {
        .time = time, .price = listing->start_price, .act = BT_ACT_ACCEPT};
    self->built->rule = add_turn(self, thread, turn, false);
    return BT_OK;
}

/* Whether and how the listing says that it was sold agrees with the threads. */
static bt_status settle_sale(bt_turn_builder *self, bt_error *error)
{
    const bt_best_offer_listing *listing = self->listing;
    const draft_thread *winner = winner_of(self);
    bool by_offer = bt_best_offer_is_sold(listing) && listing->is_by_best_offer;
    bool is_purchase = bt_best_offer_is_sold(listing) && !listing->is_by_best_offer;
    bool at_other_price = winner != NULL && listing->sale_price != BT_BLANK &&
                          winner->turn[winner->n_turns - 1].turn.price != listing->sale_price;
    if ((winner != NULL) != by_offer || at_other_price)
        self->built->rule = BT_RULE_sale_contradicts_offers;
    else if (is_purchase)
        return add_purchase(self, error);
    return BT_OK;
}

/* ---- the end ---- */

/* Keep the turns before `limit`; those at it only if `keeps_equal`. */
static void cut(bt_turn_builder *self, draft_thread *thread, int64_t limit, bool keeps_equal,
                bt_best_offer_rule rule)
{
    unsigned kept = 0;
    while (kept < thread->n_turns && (thread->turn[kept].turn.time < limit ||
                                      (keeps_equal && thread->turn[kept].turn.time == limit)))
        kept++;
    for (unsigned i = kept; i < thread->n_turns; i++)
        self->built->dropped[rule] += thread->turn[i].is_row;
    thread->n_turns = kept;
}

/* Silences of 48 hours that end before `limit`. */
static void add_expirations(draft_thread *thread, int64_t limit)
{
    while (thread->n_turns > 0 && thread->n_turns < BT_BARGAINING_TURNS && !has_ended(thread) &&
           last_time(thread) + RESPONSE < limit) {
        unsigned number = thread->n_turns + 1;
        bt_bargaining_turn turn = {.time = last_time(thread) + RESPONSE,
                                   .price = thread->price[bt_is_buyers_turn(number)],
                                   .number = (uint8_t)number,
                                   .act = BT_ACT_REJECT,
                                   .flags = BT_TURN_EXPIRED};
        thread->turn[thread->n_turns++] = (draft_turn){turn, false};
    }
}

/* The price that stands after turns were cut away. */
static void restore_prices(const bt_turn_builder *self, draft_thread *thread)
{
    thread->price[0] = self->listing->start_price;
    thread->price[1] = 0;
    for (unsigned i = 0; i < thread->n_turns; i++)
        if (thread->turn[i].turn.act == BT_ACT_OFFER)
            thread->price[bt_is_buyers_turn(i + 1)] = thread->turn[i].turn.price;
}

static void end_threads(bt_turn_builder *self)
{
    int64_t end = bt_best_offer_end(self->listing), sale = INT64_MAX;
    const draft_thread *winner = winner_of(self);
    if (winner != NULL)
        sale = last_time(winner);
    for (size_t i = 0; i < self->n_threads; i++) {
        draft_thread *thread = &self->thread[i];
        cut(self, thread, sale, thread == winner, BT_RULE_after_the_sale);
        cut(self, thread, end, false, BT_RULE_after_the_window);
        restore_prices(self, thread);
    }
    for (size_t i = 0; i < self->n_threads; i++)
        add_expirations(&self->thread[i], sale < end ? sale : end);
}

/* ---- the result ---- */

static int by_first_turn(const void *a, const void *b)
{
    const draft_thread *first = a, *second = b;
    if (first->n_turns == 0 || second->n_turns == 0)
        return (second->n_turns > 0) - (first->n_turns > 0); /* the empty ones last */
    int order = compare(first->turn[0].turn.time, second->turn[0].turn.time);
    return order != 0 ? order : compare(first->buyer, second->buyer);
}

static bool reserve_result(bt_turn_builder *self)
{
    if (self->made_threads >= self->n_threads)
        return true;
    size_t n_threads = 2 * self->n_threads, n_turns = n_threads * BT_BARGAINING_TURNS;
    free(self->made_thread);
    free(self->made_turn);
    self->made_thread = malloc(n_threads * sizeof *self->made_thread);
    self->made_turn = malloc(n_turns * sizeof *self->made_turn);
    self->made_threads = n_threads;
    return self->made_thread != NULL && self->made_turn != NULL;
}

static void put_thread(bt_turn_builder *self, const draft_thread *thread)
{
    bt_built_listing *built = self->built;
    self->made_thread[built->n_threads++] =
        (bt_bargaining_thread){.buyer = thread->buyer,
                               .buyer_history = thread->buyer_history,
                               .first_turn = built->n_turns,
                               .n_turns = thread->n_turns};
    for (unsigned i = 0; i < thread->n_turns; i++)
        self->made_turn[built->n_turns++] = thread->turn[i].turn;
    built->n_purchases += thread->n_turns == 1 && thread->turn[0].turn.act == BT_ACT_ACCEPT;
}

static bt_status put_result(bt_turn_builder *self, bt_error *error)
{
    if (!reserve_result(self)) {
        self->made_threads = 0;
        return out_of_memory(error);
    }
    if (self->n_threads > 0)
        qsort(self->thread, self->n_threads, sizeof *self->thread, by_first_turn);
    for (size_t i = 0; i < self->n_threads && self->thread[i].n_turns > 0; i++)
        put_thread(self, &self->thread[i]);
    self->built->thread = self->made_thread;
    self->built->turn = self->made_turn;
    return BT_OK;
}

bt_status bt_turn_builder_build(bt_turn_builder *builder, const bt_best_offer_listing *listing,
                                const bt_best_offer_offer *offers, size_t count,
                                bt_built_listing *built, bt_error *error)
{
    *built = (bt_built_listing){.rule = BT_RULES};
    builder->listing = listing;
    builder->built = built;
    builder->n_threads = 0;
    builder->known_sale_time = BT_BLANK;
    if (count > BT_MOST_OFFERS_ON_A_LISTING) {
        built->rule = BT_RULE_too_many_offers;
        return BT_OK;
    }
    memset(builder->is_dropped, 0, count * sizeof builder->is_dropped[0]);
    bt_status status = build_threads(builder, offers, count, error);
    if (status == BT_OK && built->rule == BT_RULES)
        status = settle_sale(builder, error);
    if (status != BT_OK || built->rule != BT_RULES)
        return status;
    end_threads(builder);
    return put_result(builder, error);
}
