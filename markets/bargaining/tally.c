#include "markets/bargaining/tally.h"

#include <math.h>

bt_turn_kind bt_turn_kind_of(const bt_turn *turn)
{
    if (turn->concession == 1)
        return turn->is_automatic ? BT_TURN_AUTOMATIC_ACCEPT : BT_TURN_ACCEPT;
    if (turn->concession > 0)
        return BT_TURN_COUNTER;
    if (turn->is_automatic)
        return BT_TURN_AUTOMATIC_REJECT;
    return turn->is_expired ? BT_TURN_EXPIRE : BT_TURN_REJECT;
}

static size_t hundredth(double share)
{
    return (size_t)lround(100 * share);
}

/* ---- threads ---- */

/* The row of first offers near 1/2, 2/3, 3/4 and 4/5. */
static size_t round_offer(double offer)
{
    static const double round[] = {0.5, 2.0 / 3, 0.75, 0.8};
    size_t row = 0;
    while (row < 4 && fabs(offer - round[row]) >= 0.0125)
        row++;
    return row;
}

static bool is_active_rejection(const bt_turn *turn)
{
    return bt_turn_kind_of(turn) == BT_TURN_REJECT;
}

static void add_answer_3(bt_tally *tally, const bt_thread *thread, double offer)
{
    const bt_turn *before = &thread->turn[1];
    bt_turn_kind kind = bt_turn_kind_of(&thread->turn[2]);
    if (is_active_rejection(before)) {
        tally->answer_3_rejected[hundredth(offer)][kind]++;
    } else if (before->is_expired) {
        tally->answer_3_expired[hundredth(offer)][kind]++;
    } else if (before->concession > 0) {
        size_t row = round_offer(offer);
        if (row < 4)
            tally->answer_3_conceded[row][hundredth(before->concession)][kind]++;
    }
}

static void add_answer_5(bt_tally *tally, const bt_thread *thread, const bt_listing *listing)
{
    if (!is_active_rejection(&thread->turn[1]) || !is_active_rejection(&thread->turn[3]))
        return;
    double offer = (double)thread->turn[2].price / (double)listing->list_price;
    tally->answer_5_rejected[hundredth(offer)][bt_turn_kind_of(&thread->turn[4])]++;
}

static void add_thread(bt_tally *tally, const bt_thread *thread, const bt_listing *listing)
{
    for (uint32_t t = 0; t < thread->n_turns; t++) {
        tally->turn[t][bt_turn_kind_of(&thread->turn[t])]++;
        tally->message[t] += thread->turn[t].has_message;
    }
    tally->last_turn[thread->n_turns - 1]++;
    double offer = thread->turn[0].concession;
    if (thread->n_turns > 1)
        tally->answer_2[hundredth(offer)][bt_turn_kind_of(&thread->turn[1])]++;
    if (thread->n_turns > 2) {
        const bt_turn *third = &thread->turn[2];
        tally->at_list_price_3 += third->concession == 1 && third->price == listing->list_price;
        add_answer_3(tally, thread, offer);
    }
    if (thread->n_turns > 4)
        add_answer_5(tally, thread, listing);
}

/* ---- plays ---- */

static size_t part_of_window(const bt_listing *listing, int64_t time)
{
    return (size_t)(time * BT_TALLY_TIMES / listing->window);
}

/* Rounded down: only the list price itself is in the last. */
static size_t price_hundredth(const bt_listing *listing, int64_t price)
{
    return (size_t)(100 * price / listing->list_price);
}

static uint64_t in_units(double value, double unit)
{
    return (uint64_t)llround(value / unit);
}

static void add_play(bt_tally_set *set, const bt_listing *listing,
                     const bt_negotiation_result *result, double reward)
{
    double list_price = 0.01 * (double)listing->list_price;
    set->plays++;
    set->reward += in_units(reward, BT_TALLY_SHARE_UNIT);
    set->payoff += in_units(reward * list_price, BT_TALLY_PRICE_UNIT);
    size_t most = BT_TALLY_THREADS - 1;
    set->threads[result->n_threads < most ? result->n_threads : most]++;
    if (!result->is_sold)
        return;
    set->sold++;
    set->sold_at_list += result->price == listing->list_price;
    set->price_share +=
        in_units((double)result->price / (double)listing->list_price, BT_TALLY_SHARE_UNIT);
    set->sold_in[part_of_window(listing, result->sale_time)]++;
    set->sold_for[price_hundredth(listing, result->price)]++;
}

double bt_tally_reward(const bt_listing *listing, const bt_negotiation_result *result,
                       double worth_share, double discount)
{
    return result->is_sold ? (double)result->price / (double)listing->list_price
                           : discount * worth_share;
}

void bt_tally_add(bt_tally *tally, const bt_listing *listing,
                  const bt_negotiation_result *result, double reward)
{
    add_play(&tally->set[BT_ALL_PLAYS], listing, result, reward);
    if (result->is_valid)
        add_play(&tally->set[BT_VALID_PLAYS], listing, result, reward);
    if (result->has_manual_offer)
        add_play(&tally->set[BT_MANUAL_PLAYS], listing, result, reward);
    for (size_t k = 0; k < result->n_threads; k++)
        add_thread(tally, &result->thread[k], listing);
}

/* ---- merging ---- */

void bt_tally_merge(bt_tally *tally, const bt_tally *other)
{
    uint64_t *to = (uint64_t *)tally;
    const uint64_t *from = (const uint64_t *)other;
    for (size_t i = 0; i < sizeof(*tally) / sizeof(*to); i++)
        to[i] += from[i];
}
