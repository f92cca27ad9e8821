#include "markets/assortment/assortment_tastes.h"

#include <math.h>
#include <string.h>

enum { TASTE_PURPOSE = 2000 };

static bool is_drawn(const bt_assortment_model *model)
{
    return model->parameters->contexts == BT_CONTEXT_FIXED ||
           model->parameters->contexts == BT_CONTEXT_RANDOM;
}

static void draw_normals(bt_stream *stream, size_t count, double scale, double *value)
{
    for (size_t k = 0; k < count; k++)
        value[k] = scale * bt_stream_normal(stream);
}

static double product_of(size_t count, const double *one, const double *other)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += one[k] * other[k];
    return sum;
}

/* Flip features whose product with the tastes is negative. Returns the product. */
static double turn_towards(size_t count, const double *taste, double *feature)
{
    double product = product_of(count, taste, feature);
    for (size_t k = 0; product < 0 && k < count; k++)
        feature[k] = -feature[k];
    return fabs(product);
}

static void draw_features(bt_assortment_tastes *tastes)
{
    size_t d = tastes->dimension;
    const double *psi = tastes->taste, *phi = tastes->taste + d;
    double least = tastes->model->parameters->least_price_sensitivity;
    double square = product_of(d, phi, phi);
    for (size_t j = 0; j < tastes->model->n_items; j++) {
        double *feature = tastes->context + 2 * d * j;
        draw_normals(&tastes->stream, 2 * d, 1 / sqrt((double)d), feature);
        tastes->quality[j] = turn_towards(d, psi, feature);
        tastes->price_coefficient[j] = turn_towards(d, phi, feature + d) + least;
        for (size_t k = 0; k < d; k++)
            feature[d + k] += least * phi[k] / square;
    }
}

/* What is not given, |N(0, 2/n)|. */
static void draw_own_tastes(bt_assortment_tastes *tastes)
{
    const bt_assortment_model *model = tastes->model;
    double scale = sqrt(2 / (double)model->n_items);
    for (size_t j = 0; j < model->n_items; j++) {
        tastes->quality[j] = isnan(model->quality[j])
                                 ? scale * fabs(bt_stream_normal(&tastes->stream))
                                 : model->quality[j];
        tastes->price_coefficient[j] = isnan(model->price_coefficient[j])
                                           ? model->parameters->least_price_sensitivity +
                                                 scale * fabs(bt_stream_normal(&tastes->stream))
                                           : model->price_coefficient[j];
    }
}

static void lay_one_hot(bt_assortment_tastes *tastes)
{
    size_t d = tastes->dimension;
    for (size_t j = 0; j < tastes->model->n_items && d > 0; j++) {
        tastes->context[2 * d * j + j] = 1;
        tastes->context[2 * d * j + d + j] = 1;
    }
}

static bool allocate(bt_assortment_tastes *tastes, bt_arena *arena)
{
    size_t n_items = tastes->model->n_items, d = tastes->dimension;
    tastes->quality = BT_ARENA_NEW(arena, n_items, double);
    tastes->price_coefficient = BT_ARENA_NEW(arena, n_items, double);
    if (tastes->quality == NULL || tastes->price_coefficient == NULL)
        return false;
    if (d > 0)
        tastes->context = BT_ARENA_NEW(arena, n_items * 2 * d, double);
    if (is_drawn(tastes->model))
        tastes->taste = BT_ARENA_NEW(arena, 2 * d, double);
    return (d == 0 || tastes->context != NULL) &&
           (!is_drawn(tastes->model) || tastes->taste != NULL);
}

bool bt_assortment_tastes_create(bt_assortment_tastes *tastes, const bt_assortment_model *model,
                                 bt_random_key key, bt_arena *arena)
{
    *tastes = (bt_assortment_tastes){.model = model, .dimension = model->dimension};
    tastes->stream = bt_stream_open(key, BT_AGENT_MARKET, TASTE_PURPOSE);
    if (!allocate(tastes, arena))
        return false;
    if (is_drawn(model)) {
        draw_normals(&tastes->stream, 2 * tastes->dimension,
                     sqrt(2 / (double)tastes->dimension), tastes->taste);
        if (model->parameters->contexts == BT_CONTEXT_FIXED)
            draw_features(tastes);
    } else {
        draw_own_tastes(tastes);
        lay_one_hot(tastes);
    }
    return true;
}

bool bt_assortment_next_buyer(bt_assortment_tastes *tastes)
{
    if (tastes->model->parameters->contexts != BT_CONTEXT_RANDOM)
        return false;
    draw_features(tastes);
    return true;
}
