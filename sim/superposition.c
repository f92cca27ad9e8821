#include "sim/superposition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN = 8 };

void bt_superposition_start(bt_superposition *superposition, bt_random_key key)
{
    *superposition = (bt_superposition){
        .gap_stream = bt_stream_open(key, BT_AGENT_MARKET, BT_POISSON_GAP_PURPOSE),
        .choice_stream = bt_stream_open(key, BT_AGENT_MARKET, BT_POISSON_CHOICE_PURPOSE),
        .next = INFINITY,
        .chosen = BT_NO_SOURCE};
}

void bt_superposition_free(bt_superposition *superposition)
{
    free(superposition->source);
    free(superposition->value);
    free(superposition->before);
}

/* ------------------------------------------------------------- tree of sums */

/*
 * Level 0 has one value a source, its rate; level l + 1 has one for every eight of level
 * l, their sum; the last level has one, the total. Beside each value stands the sum of
 * those of its siblings that come before it, so that a choice needs no additions.
 */
static void update_sums(bt_superposition *superposition, size_t source)
{
    size_t index = source;
    for (unsigned level = 0; level < superposition->levels; level++) {
        size_t first = superposition->level[level] + index / CHILDREN * CHILDREN;
        double sum = 0;
        for (size_t i = first; i < first + CHILDREN; i++) {
            superposition->before[i] = sum;
            sum += superposition->value[i];
        }
        index /= CHILDREN;
        superposition->value[superposition->level[level + 1] + index] = sum;
    }
    superposition->total = superposition->value[superposition->level[superposition->levels]];
    superposition->mean_gap = 1 / superposition->total;
}

static void update_all_sums(bt_superposition *superposition)
{
    for (size_t i = 0; i < superposition->count; i += CHILDREN)
        update_sums(superposition, i);
}

/* The child in which `position` falls: the last that does not begin after it. No branch
 * depends on the sums. */
static inline size_t find_child(const double before[CHILDREN], double position)
{
    typedef double real __attribute__((vector_size(16)));
    typedef int64_t integer __attribute__((vector_size(16)));
    integer begun = {0};
    for (size_t i = 0; i < CHILDREN; i += 2) {
        real start;
        memcpy(&start, before + i, sizeof(start));
        begun += start <= position;
    }
    return (size_t)(-1 - (begun[0] + begun[1]));
}

/* The source in which `position`, between 0 and the total, falls; `position` becomes its
 * distance from the start of that source. */
static uint32_t find_source(const bt_superposition *superposition, double *position)
{
    size_t index = 0;
    double rest = *position;
    for (unsigned level = superposition->levels; level-- > 0;) {
        const double *before =
            superposition->before + superposition->level[level] + CHILDREN * index;
        size_t child = find_child(before, rest);
        rest -= before[child];
        index = CHILDREN * index + child;
    }
    if (!(rest < superposition->value[index])) { /* rounding led past the last that counts */
        while (index > 0 && !(superposition->value[index] > 0))
            index--;
        rest = nextafter(superposition->value[index], 0);
    }
    *position = rest;
    return (uint32_t)index;
}

/* ------------------------------------------------------------------- memory */

/* Where the levels start for `capacity` sources, a power of eight; returns the number of
 * values and sets the number of levels above the sources. */
static size_t lay_out(size_t capacity, size_t level[BT_RATE_LEVELS], unsigned *levels)
{
    size_t used = 0;
    unsigned number = 0;
    for (size_t size = capacity; size >= 1; size /= CHILDREN) {
        level[number++] = used;
        used += size;
    }
    *levels = number - 1;
    return used;
}

static bool grow(bt_superposition *superposition)
{
    size_t old = superposition->capacity;
    size_t capacity = old == 0 ? CHILDREN : old * CHILDREN;
    if (capacity >= BT_NO_SOURCE)
        return false;
    size_t level[BT_RATE_LEVELS] = {0};
    unsigned levels;
    size_t values = lay_out(capacity, level, &levels);

    bt_poisson_source *source = realloc(superposition->source, capacity * sizeof(*source));
    if (source != NULL)
        superposition->source = source;
    double *value = calloc(values, sizeof(*value));
    double *before = calloc(values, sizeof(*before));
    if (source == NULL || value == NULL || before == NULL) {
        free(value);
        free(before);
        return false;
    }
    if (superposition->count > 0)
        memcpy(value, superposition->value, superposition->count * sizeof(*value));
    free(superposition->value);
    free(superposition->before);
    superposition->value = value;
    superposition->before = before;
    superposition->capacity = (uint32_t)capacity;
    memcpy(superposition->level, level, sizeof(level));
    superposition->levels = levels;
    update_all_sums(superposition);
    return true;
}

/* ------------------------------------------------------------------ sources */

uint32_t bt_superposition_add(bt_superposition *superposition, bt_poisson_source source)
{
    if (superposition->count == superposition->capacity && !grow(superposition))
        return BT_NO_SOURCE;
    if (superposition->count == 0) {
        bt_superposition_refill(superposition);
        superposition->hazard = superposition->drawn_hazard[0];
        superposition->drawn_hazards--;
    }
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

void bt_superposition_refill(bt_superposition *superposition)
{
    bt_stream_exponential_block(&superposition->gap_stream, BT_HAZARDS,
                                superposition->drawn_hazard);
    superposition->drawn_hazards = BT_HAZARDS;
}

static void find_next(bt_superposition *superposition)
{
    double gap = superposition->hazard * superposition->mean_gap;
    superposition->next = superposition->total > 0 ? superposition->since + gap : INFINITY;
}

void bt_superposition_set_rate(bt_superposition *superposition, uint32_t source, double rate,
                               double now)
{
    if (superposition->value[source] == rate)
        return;
    double used = (now - superposition->since) * superposition->total;
    superposition->hazard = fmax(superposition->hazard - used, 0);
    superposition->since = now;
    superposition->value[source] = rate;
    update_sums(superposition, source);
    find_next(superposition);
}

/* --------------------------------------------------------------- candidates */

uint32_t bt_superposition_choose(bt_superposition *superposition)
{
    if (superposition->chosen != BT_NO_SOURCE)
        return superposition->chosen;
    double position = bt_stream_uniform(&superposition->choice_stream) * superposition->total;
    uint32_t chosen = find_source(superposition, &position);
    const bt_poisson_source *source = &superposition->source[chosen];
    if (source->acceptance != NULL) {
        double kept = source->acceptance(superposition->next, source->data);
        if (!(position < kept * superposition->value[chosen]))
            return BT_NO_SOURCE;
    }
    superposition->chosen = chosen;
    return chosen;
}

/* ------------------------------------------------------------------ archive */

static bool makes_sense(const bt_superposition *superposition)
{
    for (uint32_t i = 0; i < superposition->count; i++)
        if (!(superposition->value[i] >= 0 && superposition->value[i] < INFINITY))
            return false;
    for (size_t i = 0; i < BT_HAZARDS; i++)
        if (!(superposition->drawn_hazard[i] >= 0))
            return false;
    uint32_t chosen = superposition->chosen;
    bool is_source = chosen == BT_NO_SOURCE || chosen < superposition->count;
    return is_source && superposition->since >= 0 && superposition->since < INFINITY &&
           superposition->hazard >= 0 && superposition->drawn_hazards <= BT_HAZARDS &&
           superposition->gap_stream.remaining <= 2 &&
           superposition->choice_stream.remaining <= 2;
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
    bt_archive_field(archive, "poisson.gaps", &superposition->gap_stream, sizeof(bt_stream));
    bt_archive_field(archive, "poisson.choices", &superposition->choice_stream,
                     sizeof(bt_stream));
    bt_archive_field(archive, "poisson.drawn", superposition->drawn_hazard,
                     sizeof(superposition->drawn_hazard));
    bt_archive_field(archive, "poisson.drawn_count", &superposition->drawn_hazards,
                     sizeof(uint32_t));
    bt_archive_field(archive, "poisson.rates", superposition->value, count * sizeof(double));
    bt_archive_field(archive, "poisson.since", &superposition->since, sizeof(double));
    bt_archive_field(archive, "poisson.hazard", &superposition->hazard, sizeof(double));
    bt_archive_field(archive, "poisson.chosen", &superposition->chosen, sizeof(uint32_t));
    if (!bt_archive_restores(archive) || bt_archive_status(archive, NULL) != BT_OK)
        return;
    if (!makes_sense(superposition)) {
        bt_archive_fail(archive, "the Poisson sources of the saved state make no sense");
        return;
    }
    update_all_sums(superposition);
    find_next(superposition);
}
