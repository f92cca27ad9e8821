#include "agents/bargaining/seller_features.h"

#include <math.h>

/* Shares of the list price lie between .4 and 1 as a rule. */
static bt_real centred(int64_t price, const bt_listing *listing)
{
    return (bt_real)(4 * ((double)price / (double)listing->list_price - 0.7));
}

static bt_real *put(bt_real *to, double number)
{
    *to = (bt_real)number;
    return to + 1;
}

static bt_real *put_listing(bt_real *to, const bt_listing *listing)
{
    double list_price = (double)listing->list_price;
    to = put(to, log10(0.01 * list_price) - 1.7);
    to = put(to, listing->auto_reject > 0);
    to = put(to, (double)listing->auto_reject / list_price);
    to = put(to, listing->auto_accept < listing->list_price);
    return put(to, (double)listing->auto_accept / list_price);
}

static bt_real *put_moment(bt_real *to, const bt_bargaining_observation *seen)
{
    const bt_listing *listing = &seen->listing;
    double passed = (double)seen->time / (double)listing->window;
    double clock = 2 * 3.14159265358979323846 * (double)(seen->time % BT_SECONDS_IN_DAY) /
                   BT_SECONDS_IN_DAY;
    for (uint32_t turn = 2; turn <= 6; turn += 2)
        to = put(to, seen->turn == turn);
    to = put(to, 2 * passed - 1);
    to = put(to, passed * passed);
    to = put(to, sin(clock));
    to = put(to, cos(clock));
    to = put(to, log1p(seen->buyer_history) / 5);
    to = put(to, log2(seen->n_threads));
    *to++ = centred(seen->buyer_price, listing);
    to = put(to, (double)*(to - 1) * (double)*(to - 1));
    *to++ = centred(seen->seller_price, listing);
    return put(to, 4 * (double)(seen->seller_price - seen->buyer_price) /
                       (double)listing->list_price);
}

static bt_real *put_turns(bt_real *to, const bt_bargaining_observation *seen)
{
    for (uint32_t k = 0; k < 5; k++) {
        bool is_played = k + 1 < seen->turn;
        const bt_turn *turn = is_played ? &seen->turns[k] : NULL;
        to = put(to, is_played ? 2 * turn->concession : 0);
        to = put(to, is_played ? (double)turn->delay / (2.0 * BT_SECONDS_IN_DAY) : 0);
        to = put(to, is_played && turn->is_automatic);
        to = put(to, is_played && turn->is_expired);
        to = put(to, is_played && turn->has_message);
        *to++ = is_played ? centred(turn->price, &seen->listing) : 0;
    }
    return to;
}

static bt_real *put_elsewhere(bt_real *to, const bt_offers_elsewhere *offers)
{
    to = put(to, log1p(offers->buyer_offers));
    to = put(to, log1p(offers->seller_offers));
    to = put(to, offers->best_buyer);
    return put(to, offers->best_seller);
}

void bt_seller_features(const bt_bargaining_observation *seen, bt_real *feature)
{
    bt_real *to = put_listing(feature, &seen->listing);
    to = put_moment(to, seen);
    to = put_turns(to, seen);
    to = put(to, log1p(seen->others.count));
    to = put_elsewhere(to, &seen->others.ever);
    to = put_elsewhere(to, &seen->others.open);
    put_elsewhere(to, &seen->others.recent);
}
