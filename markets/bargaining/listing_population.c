#include "markets/bargaining/listing_population.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "markets/bargaining/negotiation.h"

enum { LISTING_PURPOSE = 0 };

#define PRICE(name_, default_, range_, meaning_)                                               \
    {                                                                                          \
        .name = #name_, .type = BT_REAL, .offset = offsetof(bt_list_price_parameters, name_),  \
        .default_text = default_, .range = range_, .meaning = meaning_                         \
    }
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }

static const bt_parameter price_rows[] = {
    PRICE(log_mean, "3.9", ANY_NUMBER, "mean of the log of the list price"),
    PRICE(log_sd, "1.35", BT_POSITIVE, "its standard deviation"),
    PRICE(minimum, "9.95", BT_BETWEEN(1, 1e7), "the lowest list price"),
    PRICE(maximum, "1000", BT_BETWEEN(1, 1e7), "the highest list price"),
};
static const bt_parameter_table price_table = BT_TABLE_OF(bt_list_price_parameters, price_rows);

#define THRESHOLD(name_, default_, range_, meaning_)                                           \
    {                                                                                          \
        .name = #name_, .type = BT_REAL, .offset = offsetof(bt_threshold_parameters, name_),   \
        .default_text = default_, .range = range_, .meaning = meaning_                         \
    }
#define THRESHOLD_ROWS(share_, mean_, sd_)                                                     \
    {                                                                                          \
        THRESHOLD(share, share_, BT_BETWEEN(0, 1), "share of listings that have one"),         \
            THRESHOLD(mean, mean_, BT_BETWEEN(0, 1), "mean of threshold / list price"),        \
            THRESHOLD(sd, sd_, BT_NON_NEGATIVE, "its standard deviation"),                     \
    }

static const bt_parameter reject_rows[] = THRESHOLD_ROWS("0.42", "0.56", "0.13");
static const bt_parameter accept_rows[] = THRESHOLD_ROWS("0.15", "0.82", "0.08");
static const bt_parameter_table reject_table =
    BT_TABLE_OF(bt_threshold_parameters, reject_rows);
static const bt_parameter_table accept_table =
    BT_TABLE_OF(bt_threshold_parameters, accept_rows);

static const bt_parameter rows[] = {
    {.name = "list_price",
     .type = BT_TABLE,
     .offset = offsetof(bt_listing_population, list_price),
     .default_text = "{}",
     .table = &price_table,
     .meaning = "list prices: lognormal, cut to a range"},
    {.name = "auto_reject",
     .type = BT_TABLE,
     .offset = offsetof(bt_listing_population, auto_reject),
     .default_text = "{}",
     .table = &reject_table,
     .meaning = "thresholds below which offers are rejected at once"},
    {.name = "auto_accept",
     .type = BT_TABLE,
     .offset = offsetof(bt_listing_population, auto_accept),
     .default_text = "{}",
     .table = &accept_table,
     .meaning = "thresholds from which on offers are accepted at once"},
};
const bt_parameter_table bt_listing_population_table = BT_TABLE_OF(bt_listing_population, rows);

static int64_t draw_list_price(const bt_list_price_parameters *price, bt_stream *stream)
{
    double low = gsl_cdf_ugaussian_P((log(price->minimum) - price->log_mean) / price->log_sd);
    double high = gsl_cdf_ugaussian_P((log(price->maximum) - price->log_mean) / price->log_sd);
    double rank = low + (high - low) * bt_stream_uniform(stream);
    double value = exp(price->log_mean + price->log_sd * gsl_cdf_ugaussian_Pinv(rank));
    return llround(100 * fmin(price->maximum, fmax(price->minimum, value)));
}

/* The threshold in cents, or 0 for none. */
static int64_t draw_threshold(const bt_threshold_parameters *threshold, int64_t list_price,
                              bt_stream *stream)
{
    if (bt_stream_uniform(stream) >= threshold->share)
        return 0;
    double share = threshold->mean + threshold->sd * bt_stream_normal(stream);
    int64_t cents = llround(share * (double)list_price);
    return cents < 1 ? 1 : cents >= list_price ? list_price - 1 : cents;
}

void bt_listing_draw(const bt_listing_population *population, bt_random_key key,
                     uint64_t number, int64_t window, bt_listing *listing, double *demand)
{
    bt_stream stream = bt_stream_open(key, BT_AGENT_LISTING(number), LISTING_PURPOSE);
    *demand = bt_stream_normal(&stream);
    *listing = (bt_listing){.list_price = draw_list_price(&population->list_price, &stream),
                            .window = window};
    listing->auto_reject =
        draw_threshold(&population->auto_reject, listing->list_price, &stream);
    int64_t accept = draw_threshold(&population->auto_accept, listing->list_price, &stream);
    listing->auto_accept = accept == 0                     ? listing->list_price
                           : accept < listing->auto_reject ? listing->auto_reject
                                                           : accept;
}
