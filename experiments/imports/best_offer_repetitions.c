#include "experiments/imports/best_offer_repetitions.h"

#include "experiments/imports/calendar.h"

enum { TWO_WEEKS = 14 * BT_DAY_SECONDS };

/* The offers of one buyer. */
typedef struct buyers_offers {
    const bt_best_offer_offer *offer; /* [count] */
    size_t count;
    bool *is_dropped; /* [count] */
    int64_t *dropped; /* [BT_RULES] */
} buyers_offers;

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int bt_best_offer_order(const void *a, const void *b)
{
    const bt_best_offer_offer *first = a, *second = b;
    const int64_t keys[][2] = {
        {first->item, second->item},
        {first->buyer, second->buyer},
        {first->time, second->time},
        {first->thread, second->thread},
        {first->type, second->type},
        {first->price, second->price},
        {first->answer, second->answer},
        {first->response, second->response},
        {first->buyer_history, second->buyer_history},
        {first->has_message, second->has_message},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        int order = compare(keys[i][0], keys[i][1]);
        if (order != 0)
            return order;
    }
    return 0;
}

static void drop(buyers_offers *self, size_t number, bt_best_offer_rule rule)
{
    self->is_dropped[number] = true;
    self->dropped[rule]++;
}

static void drop_copies(buyers_offers *self)
{
    for (size_t i = 0; i + 1 < self->count; i++)
        if (bt_best_offer_order(&self->offer[i], &self->offer[i + 1]) == 0)
            drop(self, i + 1, BT_RULE_repeated_offer);
}

static bool is_same_offer(const bt_best_offer_offer *a, const bt_best_offer_offer *b)
{
    return a->time == b->time && a->type == b->type && a->price == b->price;
}

static size_t thread_length(const buyers_offers *self, int64_t thread)
{
    size_t length = 0;
    for (size_t i = 0; i < self->count; i++)
        length += self->offer[i].thread == thread;
    return length;
}

/* Of two of the buyer's threads that share an offer the shorter goes, all of it. */
static void drop_repeated_threads(buyers_offers *self)
{
    for (size_t i = 0; i + 1 < self->count; i++) {
        const bt_best_offer_offer *one = &self->offer[i], *next = one + 1;
        if (self->is_dropped[i] || self->is_dropped[i + 1] || one->thread == next->thread ||
            !is_same_offer(one, next))
            continue;
        bool first_is_longer =
            thread_length(self, one->thread) >= thread_length(self, next->thread);
        int64_t gone = first_is_longer ? next->thread : one->thread;
        for (size_t k = 0; k < self->count; k++)
            if (self->offer[k].thread == gone && !self->is_dropped[k])
                drop(self, k, BT_RULE_repeated_thread);
    }
}

/* The same offer again within a second; of two offers of one kind in one second the higher
 * stays. */
static void drop_quick_repetitions(buyers_offers *self)
{
    size_t before = self->count;
    for (size_t i = 0; i < self->count; i++) {
        if (self->is_dropped[i])
            continue;
        const bt_best_offer_offer *offer = &self->offer[i];
        const bt_best_offer_offer *last = before < i ? &self->offer[before] : NULL;
        bool is_same_kind = last != NULL && last->type == offer->type;
        if (is_same_kind && last->price == offer->price && offer->time - last->time <= 1) {
            drop(self, i, BT_RULE_repeated_within_a_second);
            continue;
        }
        if (is_same_kind && last->time == offer->time) /* they are sorted: this is higher */
            drop(self, before, BT_RULE_repeated_within_a_second);
        before = i;
    }
}

static void drop_late_ones(buyers_offers *self)
{
    const bt_best_offer_offer *last = NULL;
    bool is_late = false;
    for (size_t i = 0; i < self->count; i++) {
        if (self->is_dropped[i])
            continue;
        is_late |= last != NULL && self->offer[i].time - last->time >= TWO_WEEKS;
        last = &self->offer[i];
        if (is_late)
            drop(self, i, BT_RULE_two_weeks_later);
    }
}

void bt_best_offer_drop_repetitions(const bt_best_offer_offer *offers, size_t first,
                                    size_t last, bool *is_dropped, int64_t *dropped)
{
    buyers_offers self = {offers + first, last - first, is_dropped + first, dropped};
    drop_copies(&self);
    drop_repeated_threads(&self);
    drop_quick_repetitions(&self);
    drop_late_ones(&self);
}
