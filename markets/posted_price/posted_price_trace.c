/*
 * What a posted-price market notes of its events, on request: each offer, each coming and
 * going of a seller, each purchase of
 * a sampled buyer who came by itself, and sales by product where buyers are a mass or come
 * all at once. Noting never changes the trajectory.
 */
#include "markets/posted_price/posted_price_market.h"

#include <math.h>

static const char *const kind_names[] = {"offer", "purchase", "sales", "entry", "exit"};

enum { OFFER, PURCHASE, SALES, ENTRY, EXIT };

size_t bt_posted_price_event_kinds(const char *const **names)
{
    *names = kind_names;
    return sizeof(kind_names) / sizeof(kind_names[0]);
}

void bt_trace_offers(const bt_posted_price *market, size_t i)
{
    if (market->trace == NULL)
        return;
    const bt_market_seller *seller = &market->seller[i];
    for (size_t k = 0; k < seller->n_own; k++)
        bt_trace_note(market->trace,
                      &(bt_logged_event){.time = bt_sim_now(market->sim),
                                         .kind = OFFER,
                                         .agent = (int32_t)i,
                                         .product = (int32_t)seller->own_product[k],
                                         .price = seller->own_price[k],
                                         .outcome = NAN});
}

void bt_trace_presence(const bt_posted_price *market, size_t i)
{
    if (market->trace == NULL)
        return;
    bt_trace_note(market->trace,
                  &(bt_logged_event){.time = bt_sim_now(market->sim),
                                     .kind = market->seller[i].is_present ? ENTRY : EXIT,
                                     .agent = (int32_t)i,
                                     .product = -1,
                                     .price = NAN,
                                     .outcome = NAN});
}

void bt_trace_sales(const bt_posted_price *market, const double *price, const double *sales,
                    double units)
{
    if (market->trace == NULL)
        return;
    for (size_t j = 0; j < market->n_products; j++)
        if (price[j] < INFINITY)
            bt_trace_note(market->trace, &(bt_logged_event){.time = bt_sim_now(market->sim),
                                                            .kind = SALES,
                                                            .agent = -1,
                                                            .product = (int32_t)j,
                                                            .price = price[j],
                                                            .outcome = sales[j] * units});
}

void bt_trace_purchase(const bt_posted_price *market, double time, uint32_t buyer,
                       uint32_t product)
{
    bt_trace_note(market->trace, &(bt_logged_event){.time = time,
                                                    .kind = PURCHASE,
                                                    .agent = (int32_t)buyer,
                                                    .product = (int32_t)product,
                                                    .price = market->price[product],
                                                    .outcome = market->unit_mass});
}
