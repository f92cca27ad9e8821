/*
 * What is put up for sale: a population of listings.
 *
 * List prices are lognormal, cut to a range; some listings have an automatic rejection
 * threshold, some an automatic acceptance threshold, each a normal share of the list price
 * (calibrated to Green and Plunkett 2020). Each has a demand, standard normal, that only buyers
 * know.
 */
#ifndef BT_MARKETS_BARGAINING_LISTING_POPULATION_H
#define BT_MARKETS_BARGAINING_LISTING_POPULATION_H

#include "markets/bargaining/thread.h"
#include "sim/parameter.h"
#include "sim/random.h"

typedef struct bt_list_price_parameters {
    double log_mean;
    double log_sd;
    double minimum;
    double maximum;
} bt_list_price_parameters;

typedef struct bt_threshold_parameters {
    double share; /* of listings that have it */
    double mean;  /* of threshold / list price */
    double sd;
} bt_threshold_parameters;

typedef struct bt_listing_population {
    bt_list_price_parameters list_price;
    bt_threshold_parameters auto_reject;
    bt_threshold_parameters auto_accept;
} bt_listing_population;

extern const bt_parameter_table bt_listing_population_table;

/* Draw the listing with a number: its public part and its demand. Thresholds lie a cent or
 * more inside (0, list price); an acceptance threshold below the rejection threshold is moved
 * up to it. Draws: seven at most, from the listing's own stream (purpose 0). */
void bt_listing_draw(const bt_listing_population *population, bt_random_key key,
                     uint64_t number, int64_t window, bt_listing *listing, double *demand);

#endif
