/*
 * Designs: points spread over ranges. Sobol and Halton sequences are GSL's (from their
 * second element on: the first, the corner, is skipped there).
 */
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_qrng.h>

#include "experiments/sweep/sweep_points.h"
#include "sim/hash.h"
#include "sim/random.h"

static const gsl_qrng_type *sequence_of(bt_design design)
{
    return design == BT_DESIGN_SOBOL ? gsl_qrng_sobol : gsl_qrng_halton;
}

size_t bt_design_most_axes(bt_design design)
{
    bool is_sequence = design == BT_DESIGN_SOBOL || design == BT_DESIGN_HALTON;
    return is_sequence ? sequence_of(design)->max_dimension : 0;
}

/* unit: [point * axis] in [0, 1) */
static bool fill_sequence(bt_design design, size_t n_axes, size_t n_points, double *unit)
{
    gsl_qrng *sequence = gsl_qrng_alloc(sequence_of(design), (unsigned)n_axes);
    if (sequence == NULL)
        return false;
    for (size_t i = 0; i < n_points; i++)
        gsl_qrng_get(sequence, unit + i * n_axes);
    gsl_qrng_free(sequence);
    return true;
}

/* An axis has its own stream, so that other axes may come and go. */
static bt_stream open_stream(const bt_design_axis *axis, const bt_points *points, uint64_t seed,
                             bt_design design)
{
    const char *path = points->path[axis->path];
    uint64_t hash = bt_hash_bytes(BT_HASH_START, path, strlen(path) + 1);
    hash = bt_hash_bytes(hash, axis->range_text, strlen(axis->range_text));
    return bt_stream_open(bt_random_key_of(seed, hash, 0), BT_AGENT_MARKET, (uint32_t)design);
}

/* One draw a point. */
static void fill_random(bt_stream stream, size_t n_axes, size_t n_points, double *unit)
{
    for (size_t i = 0; i < n_points; i++)
        unit[i * n_axes] = bt_stream_uniform(&stream);
}

/* A random order of n_points strata (Fisher, Yates), and a uniform place in each: two
 * draws a point. Source: McKay, Beckman, Conover (1979). */
static bool fill_latin_hypercube(bt_stream stream, size_t n_axes, size_t n_points, double *unit)
{
    size_t *stratum = malloc(n_points * sizeof(*stratum));
    if (stratum == NULL)
        return false;
    for (size_t i = 0; i < n_points; i++) {
        size_t other = (size_t)bt_stream_below(&stream, i + 1);
        if (other < i)
            stratum[i] = stratum[other];
        stratum[other] = i;
    }
    for (size_t i = 0; i < n_points; i++)
        unit[i * n_axes] = ((double)stratum[i] + bt_stream_uniform(&stream)) / (double)n_points;
    free(stratum);
    return true;
}

static bool fill_units(bt_design design, const bt_design_axis *axes, size_t n_axes,
                       size_t n_points, uint64_t seed, const bt_points *points, double *unit)
{
    if (bt_design_most_axes(design) > 0)
        return fill_sequence(design, n_axes, n_points, unit);
    for (size_t axis = 0; axis < n_axes; axis++) {
        bt_stream stream = open_stream(&axes[axis], points, seed, design);
        if (design == BT_DESIGN_RANDOM)
            fill_random(stream, n_axes, n_points, unit + axis);
        else if (!fill_latin_hypercube(stream, n_axes, n_points, unit + axis))
            return false;
    }
    return true;
}

bool bt_design_fill(bt_design design, const bt_design_axis *axes, size_t n_axes,
                    size_t n_points, uint64_t seed, bt_points *points)
{
    double *unit = malloc(n_points * n_axes * sizeof(*unit));
    char *text = BT_ARENA_NEW(points->arena, n_points * n_axes * BT_NUMBER_TEXT, char);
    bool filled = unit != NULL && text != NULL &&
                  fill_units(design, axes, n_axes, n_points, seed, points, unit);
    for (size_t i = 0; filled && i < n_points; i++) {
        bt_points_begin(points);
        for (size_t axis = 0; axis < n_axes; axis++, text += BT_NUMBER_TEXT) {
            const char *value =
                bt_sweep_range_at(&axes[axis].range, unit[i * n_axes + axis], text);
            bt_points_set(points, (bt_setting){axes[axis].path, value, axes[axis].origin});
        }
    }
    free(unit);
    return filled && !points->out_of_memory;
}
