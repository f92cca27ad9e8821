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
    free(superposition->rate);
    free(superposition->sum);
}

/* ------------------------------------------------------------- tree of sums */

/*
 * Level 0 has a node for every eight sources, level l + 1 one for every eight nodes of
 * level l, the last level one node. A node holds the running sums over its children:
 * of their rates, or of their own last sums.
 */
static double *node_at(const bt_superposition *superposition, unsigned level, size_t node)
{
    return superposition->sum + superposition->level[level] + CHILDREN * node;
}

static void add_up(double *node, const double *value, size_t stride)
{
    double sum = 0;
    for (size_t i = 0; i < CHILDREN; i++) {
        sum += value[i * stride];
        node[i] = sum;
    }
}

/* Form the sums that a source's rate is part of. */
static void update_sums(bt_superposition *superposition, size_t source)
{
    size_t node = source / CHILDREN;
    add_up(node_at(superposition, 0, node), superposition->rate + CHILDREN * node, 1);
    for (unsigned level = 1; level < superposition->levels; level++) {
        node /= CHILDREN;
        const double *last_of_child =
            node_at(superposition, level - 1, CHILDREN * node) + (CHILDREN - 1);
        add_up(node_at(superposition, level, node), last_of_child, CHILDREN);
    }
    superposition->total = node_at(superposition, superposition->levels - 1, 0)[CHILDREN - 1];
    superposition->mean_gap = 1 / superposition->total;
}

static void update_all_sums(bt_superposition *superposition)
{
    for (size_t i = 0; i < superposition->count; i += CHILDREN)
        update_sums(superposition, i);
}

/* The child of a node in which `position` falls: how many running sums it has passed.
 * `position` becomes its distance from the start of that child. */
static size_t find_child(const double *node, double *position)
{
    size_t child = 0;
    for (size_t i = 0; i < CHILDREN; i++)
        child += *position >= node[i];
    if (child == CHILDREN) { /* rounding led past the end: take the last that is not 0 */
        child--;
        while (child > 0 && node[child] == node[child - 1])
            child--;
        *position = nextafter(node[child], 0);
    }
    if (child > 0)
        *position -= node[child - 1];
    return child;
}

/* The source in which `position`, between 0 and the total, falls. */
static uint32_t find_source(const bt_superposition *superposition, double *position)
{
    size_t node = 0;
    for (unsigned level = superposition->levels; level-- > 0;)
        node = CHILDREN * node + find_child(node_at(superposition, level, node), position);
    return (uint32_t)node;
}

/* ------------------------------------------------------------------- memory */

/* Where the levels start for `capacity` sources, a power of eight; returns the number of
 * sums and sets the number of levels. */
static size_t lay_out(size_t capacity, size_t level[BT_RATE_LEVELS], unsigned *levels)
{
    size_t used = 0;
    *levels = 0;
    for (size_t nodes = capacity / CHILDREN; nodes >= 1; nodes /= CHILDREN) {
        level[(*levels)++] = used;
        used += nodes * CHILDREN;
    }
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
    size_t sums = lay_out(capacity, level, &levels);

    bt_poisson_source *source = realloc(superposition->source, capacity * sizeof(*source));
    if (source == NULL)
        return false;
    superposition->source = source;
    double *rate = realloc(superposition->rate, capacity * sizeof(*rate));
    if (rate == NULL)
        return false;
    superposition->rate = rate;
    double *sum = calloc(sums, sizeof(*sum));
    if (sum == NULL)
        return false;
    memset(rate + old, 0, (capacity - old) * sizeof(*rate));
    free(superposition->sum);
    superposition->sum = sum;
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
    if (superposition->rate[source] == rate)
        return;
    double used = (now - superposition->since) * superposition->total;
    superposition->hazard = fmax(superposition->hazard - used, 0);
    superposition->since = now;
    superposition->rate[source] = rate;
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
        if (!(position < kept * superposition->rate[chosen]))
            return BT_NO_SOURCE;
    }
    superposition->chosen = chosen;
    return chosen;
}

/* ------------------------------------------------------------------ archive */

static bool makes_sense(const bt_superposition *superposition)
{
    for (uint32_t i = 0; i < superposition->count; i++)
        if (!(superposition->rate[i] >= 0 && superposition->rate[i] < INFINITY))
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
    bt_archive_field(archive, "poisson.rates", superposition->rate, count * sizeof(double));
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
