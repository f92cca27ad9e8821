#include "agents/sellers/assortment/contextual_offer.h"

#include <math.h>
#include <string.h>

static bool allocate(bt_contextual_offer *offer, bt_arena *arena)
{
    offer->plan = bt_offer_plan_create(offer->n_own, offer->capacity, arena);
    offer->item = BT_ARENA_NEW(arena, offer->capacity, uint32_t);
    offer->feature = BT_ARENA_NEW(arena, offer->capacity * offer->n_features, double);
    offer->deck = BT_ARENA_NEW(arena, offer->n_own, uint32_t);
    offer->probability = BT_ARENA_NEW(arena, offer->capacity, double);
    offer->mean = BT_ARENA_NEW(arena, offer->n_features, double);
    return offer->plan != NULL && offer->item != NULL && offer->feature != NULL &&
           offer->deck != NULL && offer->probability != NULL && offer->mean != NULL;
}

static void fill_plan(bt_contextual_offer *offer, const bt_seller_setting *setting)
{
    const double *given = setting->assortment->own_given_price;
    double highest_cost = 0;
    for (uint32_t k = 0; k < offer->n_own; k++) {
        offer->plan->item[k].cost = setting->own_cost[k];
        offer->plan->item[k].given_price = given != NULL ? given[k] : NAN;
        highest_cost = fmax(highest_cost, setting->own_cost[k]);
    }
    offer->plan->least_slope = offer->least_price_sensitivity;
    offer->plan->highest_price = highest_cost + 14 / offer->least_price_sensitivity;
}

bt_status bt_contextual_offer_create(bt_contextual_offer *offer, const char *policy,
                                     const bt_seller_setting *setting, bt_error *error)
{
    const bt_assortment_rules *rules = setting->assortment;
    if (rules == NULL || rules->dimension == 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": %s needs a market of type assortment whose `contexts` "
                       "are one_hot, fixed or random",
                       setting->name, policy);
    offer->n_own = setting->n_own;
    offer->dimension = rules->dimension;
    offer->n_features = 2 * offer->dimension;
    offer->capacity = rules->capacity < setting->n_own ? rules->capacity : setting->n_own;
    offer->least_price_sensitivity = rules->least_price_sensitivity;
    if (!allocate(offer, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    fill_plan(offer, setting);
    return BT_OK;
}

static const double *context_of(const bt_contextual_offer *offer, const bt_seller_view *view,
                                uint32_t item)
{
    return view->buyer->context + item * offer->n_features;
}

static void fold_price(bt_contextual_offer *offer, const bt_seller_view *view, size_t slot,
                       double price)
{
    const double *context = context_of(offer, view, offer->item[slot]);
    double *feature = offer->feature + slot * offer->n_features;
    for (size_t k = 0; k < offer->dimension; k++) {
        feature[k] = context[k];
        feature[offer->dimension + k] = -price * context[offer->dimension + k];
    }
}

void bt_contextual_reprice(bt_contextual_offer *offer, const bt_seller_view *view, size_t slot,
                           double price, double *own_price)
{
    fold_price(offer, view, slot, price);
    own_price[offer->item[slot]] = price;
}

/* Put an item at a price into the next slot. */
static void add_item(bt_contextual_offer *offer, const bt_seller_view *view, uint32_t item,
                     double price, double *own_price)
{
    offer->item[offer->n_offered] = item;
    fold_price(offer, view, offer->n_offered++, price);
    own_price[item] = price;
}

static void clear_offer(bt_contextual_offer *offer, double *own_price)
{
    offer->n_offered = 0;
    for (uint32_t k = 0; k < offer->n_own; k++)
        own_price[k] = INFINITY;
}

void bt_contextual_explore(bt_contextual_offer *offer, const bt_seller_view *view, double low,
                           double high, bt_stream *stream, double *own_price)
{
    clear_offer(offer, own_price);
    for (uint32_t k = 0; k < offer->n_own; k++)
        offer->deck[k] = k;
    for (uint32_t k = 0; k < offer->capacity; k++) {
        uint32_t drawn = k + (uint32_t)bt_stream_below(stream, offer->n_own - k);
        uint32_t item = offer->deck[drawn];
        offer->deck[drawn] = offer->deck[k];
        double given = offer->plan->item[item].given_price;
        double price = isnan(given) ? low + (high - low) * bt_stream_uniform(stream) : given;
        add_item(offer, view, item, price, own_price);
    }
}

static double product_of(size_t count, const double *one, const double *other)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += one[k] * other[k];
    return sum;
}

void bt_contextual_value(bt_contextual_offer *offer, const bt_seller_view *view,
                         const double *theta)
{
    size_t d = offer->dimension;
    for (uint32_t k = 0; k < offer->n_own; k++) {
        const double *context = context_of(offer, view, k);
        bt_offer_item *item = &offer->plan->item[k];
        item->quality = product_of(d, theta, context);
        item->price_coefficient = product_of(d, theta + d, context + d);
        item->variance[0] = item->variance[1] = item->variance[2] = 0;
    }
}

void bt_contextual_widen(bt_contextual_offer *offer, const bt_seller_view *view,
                         const double *covariance, double radius_squared)
{
    size_t d = offer->dimension, stride = offer->n_features;
    for (uint32_t k = 0; k < offer->n_own; k++) {
        const double *quality = context_of(offer, view, k), *price = quality + d;
        double *variance = offer->plan->item[k].variance;
        variance[0] = radius_squared * bt_mnl_form(d, quality, covariance, stride, quality);
        variance[1] = radius_squared * bt_mnl_form(d, quality, covariance + d, stride, price);
        variance[2] =
            radius_squared * bt_mnl_form(d, price, covariance + d * stride + d, stride, price);
    }
}

void bt_contextual_offer_plan(bt_contextual_offer *offer, const bt_seller_view *view,
                              double price_shock, double *own_price)
{
    bt_offer_plan *plan = offer->plan;
    bt_offer_plan_solve(plan);
    clear_offer(offer, own_price);
    for (uint32_t k = 0; k < offer->n_own; k++) {
        if (!plan->offered[k])
            continue;
        const bt_offer_item *item = &plan->item[k];
        double price = isnan(item->given_price) ? fmax(item->cost, plan->price[k] + price_shock)
                                                : item->given_price;
        add_item(offer, view, k, price, own_price);
    }
}

size_t bt_contextual_taken(const bt_contextual_offer *offer, const bt_seller_feedback *feedback)
{
    for (size_t slot = 0; slot < offer->n_offered; slot++)
        if (offer->item[slot] == *feedback->purchase)
            return slot;
    return BT_NO_SLOT;
}

void bt_contextual_inform(bt_contextual_offer *offer, const double *theta, double scale,
                          double *information)
{
    bt_mnl_probabilities(offer->n_offered, offer->n_features, offer->feature, theta,
                         offer->probability);
    bt_mnl_add_information(offer->n_offered, offer->n_features, offer->feature,
                           offer->probability, scale, information, offer->mean);
}

void bt_contextual_inform_evenly(bt_contextual_offer *offer, double scale, double *information)
{
    size_t n = offer->n_features;
    for (size_t slot = 0; slot < offer->n_offered; slot++) {
        const double *feature = offer->feature + slot * n;
        for (size_t row = 0; row < n; row++)
            for (size_t column = 0; column < n; column++)
                information[row * n + column] += scale * feature[row] * feature[column];
    }
}

void bt_contextual_gradient(bt_contextual_offer *offer, const double *theta, size_t taken,
                            double *gradient)
{
    bt_mnl_probabilities(offer->n_offered, offer->n_features, offer->feature, theta,
                         offer->probability);
    bt_mnl_gradient(offer->n_offered, offer->n_features, offer->feature, offer->probability,
                    taken, gradient);
}

void bt_contextual_offer_archive(bt_contextual_offer *offer, bt_archive *archive)
{
    bt_archive_field(archive, "n_offered", &offer->n_offered, sizeof(offer->n_offered));
    bt_archive_field(archive, "offered_item", offer->item, offer->capacity * sizeof(uint32_t));
    bt_archive_field(archive, "offered_feature", offer->feature,
                     offer->capacity * offer->n_features * sizeof(double));
    if (offer->n_offered > offer->capacity) {
        offer->n_offered = 0;
        bt_archive_fail(archive, "a seller offered more items than it may");
    }
}
