#include "sim/superposition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN = 8, NOT_DRAWN = -1 };

void bt_superposition_start(bt_superposition *superposition, bt_random_key key)
{
    *superposition = (bt_superposition){.stream = bt_stream_open(key, BT_AGENT_MARKET, 0),
                                        .hazard = NOT_DRAWN,
                                        .chosen = BT_NO_SOURCE};
}

void bt_superposition_free(bt_superposition *superposition)
{
    free(superposition->source);
    free(superposition->sum);
}

/* ------------------------------------------------------------- tree of sums */

static void update_sums(bt_superposition *superposition, size_t source)
{
    size_t index = source;
    for (unsigned level = 0; level < superposition->top; level++) {
        index /= CHILDREN;
        const double *child =
            superposition->sum + superposition->level[level] + CHILDREN * index;
        double sum = ((child[0] + child[1]) + (child[2] + child[3])) +
                     ((child[4] + child[5]) + (child[6] + child[7]));
        superposition->sum[superposition->level[level + 1] + index] = sum;
    }
}

/* Lay out the tree for `capacity` sources, a power of eight, all rates 0. Returns the
 * number of sums, the total included. */
static size_t lay_out(size_t capacity, size_t level[BT_RATE_LEVELS], unsigned *top)
{
    size_t used = 0;
    unsigned number = 0;
    for (size_t size = capacity; size >= 1; size /= CHILDREN) {
        level[number++] = used;
        used += size;
    }
    *top = number - 1;
    return used;
}

static bool grow(bt_superposition *superposition)
{
    size_t capacity =
        superposition->capacity == 0 ? CHILDREN : (size_t)superposition->capacity * CHILDREN;
    if (capacity >= BT_NO_SOURCE)
        return false;
    size_t level[BT_RATE_LEVELS] = {0};
    unsigned top;
    size_t sums = lay_out(capacity, level, &top);
    bt_poisson_source *source = realloc(superposition->source, capacity * sizeof(*source));
    if (source == NULL)
        return false;
    superposition->source = source;
    double *sum = calloc(sums, sizeof(*sum));
    if (sum == NULL)
        return false;
    if (superposition->count > 0)
        memcpy(sum, superposition->sum, superposition->count * sizeof(*sum));
    free(superposition->sum);
    superposition->sum = sum;
    superposition->capacity = (uint32_t)capacity;
    memcpy(superposition->level, level, sizeof(level));
    superposition->top = top;
    for (size_t i = 0; i < superposition->count; i += CHILDREN)
        update_sums(superposition, i);
    return true;
}

/* The source in which `position`, between 0 and the total, falls; `position` becomes
 * its distance from the start of that source. */
static uint32_t find_source(const bt_superposition *superposition, double *position)
{
    size_t index = 0;
    for (unsigned level = superposition->top; level-- > 0;) {
        const double *child =
            superposition->sum + superposition->level[level] + CHILDREN * index;
        size_t chosen = CHILDREN;
        size_t last = 0;
        for (size_t i = 0; i < CHILDREN && chosen == CHILDREN; i++) {
            if (*position < child[i])
                chosen = i;
            else
                *position -= child[i];
            if (child[i] > 0)
                last = i;
        }
        if (chosen == CHILDREN) { /* rounding led past the end */
            chosen = last;
            *position = nextafter(child[last], 0);
        }
        index = CHILDREN * index + chosen;
    }
    return (uint32_t)index;
}

/* ------------------------------------------------------------------ sources */

uint32_t bt_superposition_add(bt_superposition *superposition, bt_poisson_source source)
{
    if (superposition->count == superposition->capacity && !grow(superposition))
        return BT_NO_SOURCE;
    superposition->source[superposition->count] = source;
    return superposition->count++;
}

void bt_superposition_thin(bt_superposition *superposition, uint32_t source,
                           double (*acceptance)(double, const void *), const void *data)
{
    superposition->source[source].acceptance = acceptance;
    superposition->source[source].data = data;
    superposition->has_thinned = false;
    for (uint32_t i = 0; i < superposition->count; i++)
        superposition->has_thinned |= superposition->source[i].acceptance != NULL;
}

static void find_next(bt_superposition *superposition)
{
    superposition->next =
        superposition->since + superposition->hazard / bt_superposition_total(superposition);
}

void bt_superposition_set_rate(bt_superposition *superposition, uint32_t source, double rate,
                               double now)
{
    if (superposition->sum[source] == rate)
        return;
    if (superposition->hazard >= 0) {
        double used = (now - superposition->since) * bt_superposition_total(superposition);
        superposition->hazard = fmax(superposition->hazard - used, 0);
    }
    superposition->since = now;
    superposition->sum[source] = rate;
    update_sums(superposition, source);
    if (superposition->hazard >= 0)
        find_next(superposition);
}

/* --------------------------------------------------------------- candidates */

double bt_superposition_next(bt_superposition *superposition)
{
    if (!(bt_superposition_total(superposition) > 0))
        return INFINITY;
    if (superposition->hazard < 0) {
        superposition->hazard = bt_stream_exponential(&superposition->stream);
        find_next(superposition);
    }
    return superposition->next;
}

uint32_t bt_superposition_resolve(bt_superposition *superposition)
{
    if (superposition->chosen != BT_NO_SOURCE)
        return superposition->chosen;
    uint32_t chosen = 0;
    if (superposition->count > 1 || superposition->has_thinned) {
        double position =
            bt_stream_uniform(&superposition->stream) * bt_superposition_total(superposition);
        chosen = find_source(superposition, &position);
        const bt_poisson_source *source = &superposition->source[chosen];
        if (source->acceptance != NULL) {
            double kept = source->acceptance(superposition->next, source->data);
            if (!(position < kept * superposition->sum[chosen]))
                return BT_NO_SOURCE;
        }
    }
    superposition->chosen = chosen;
    return chosen;
}

void bt_superposition_take(bt_superposition *superposition)
{
    superposition->since = superposition->next;
    superposition->hazard = NOT_DRAWN;
    superposition->chosen = BT_NO_SOURCE;
}

/* ------------------------------------------------------------------ archive */

static bool makes_sense(const bt_superposition *superposition)
{
    for (uint32_t i = 0; i < superposition->count; i++)
        if (!(superposition->sum[i] >= 0 && superposition->sum[i] < INFINITY))
            return false;
    uint32_t chosen = superposition->chosen;
    bool is_source = chosen == BT_NO_SOURCE || chosen < superposition->count;
    return is_source && superposition->since >= 0 && superposition->since < INFINITY &&
           !isnan(superposition->hazard) && superposition->stream.remaining <= 2;
}

void bt_superposition_archive(bt_superposition *superposition, bt_archive *archive)
{
    uint32_t count = superposition->count;
    bt_archive_field(archive, "poisson.count", &count, sizeof(count));
    if (bt_archive_status(archive, NULL) == BT_OK && count != superposition->count) {
        bt_archive_fail(archive, "the saved state has %u Poisson sources, this run has %u",
                        count, superposition->count);
        return;
    }
    bt_archive_field(archive, "poisson.stream", &superposition->stream, sizeof(bt_stream));
    bt_archive_field(archive, "poisson.rates", superposition->sum, count * sizeof(double));
    bt_archive_field(archive, "poisson.since", &superposition->since, sizeof(double));
    bt_archive_field(archive, "poisson.hazard", &superposition->hazard, sizeof(double));
    bt_archive_field(archive, "poisson.chosen", &superposition->chosen, sizeof(uint32_t));
    if (!bt_archive_restores(archive) || bt_archive_status(archive, NULL) != BT_OK)
        return;
    if (!makes_sense(superposition)) {
        bt_archive_fail(archive, "the Poisson sources of the saved state make no sense");
        return;
    }
    for (size_t i = 0; i < count; i += CHILDREN)
        update_sums(superposition, i);
    if (superposition->hazard >= 0)
        find_next(superposition);
}
