#include "experiments/runner/point_store.h"

#include <malloc.h>
#include <stdlib.h>

#include <omp.h>

static const size_t most_kept = (size_t)256 << 20; /* bytes */

/* A point in use. */
typedef struct stored_point {
    omp_lock_t lock; /* held while the point is prepared */
    bool is_tried;
    bt_arena *arena; /* of the experiment */
    bt_experiment experiment;
    bt_point *point;
    bt_error failure; /* why there is no point */
} stored_point;

struct bt_point_store {
    const bt_sweep *sweep;
    int n_threads;
    size_t n_points;
    size_t allocated_before; /* bytes, by the whole program */
    omp_lock_t lock;         /* guards the two below */
    size_t *uses_left;
    stored_point **entry;
};

/* Bytes that the program has allocated and not freed. */
static size_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

bool bt_point_store_has_room(const bt_point_store *store)
{
    size_t now = allocated();
    return now < store->allocated_before || now - store->allocated_before < most_kept;
}

bt_status bt_point_store_create(const bt_sweep *sweep, int n_threads, bt_point_store **store,
                                bt_error *error)
{
    *store = NULL;
    bt_point_store *made = calloc(1, sizeof(*made));
    size_t n_points = bt_sweep_n_points(sweep);
    if (made != NULL) {
        made->uses_left = calloc(n_points, sizeof(*made->uses_left));
        made->entry = calloc(n_points, sizeof(*made->entry));
    }
    if (made == NULL || made->uses_left == NULL || made->entry == NULL) {
        if (made != NULL) {
            free(made->uses_left);
            free(made->entry);
        }
        free(made);
        return bt_fail(error, BT_INTERNAL, "there is no memory for %zu points", n_points);
    }
    made->sweep = sweep;
    made->n_threads = n_threads;
    made->n_points = n_points;
    made->allocated_before = allocated();
    omp_init_lock(&made->lock);
    *store = made;
    return BT_OK;
}

static void destroy_entry(stored_point *entry)
{
    if (entry == NULL)
        return;
    bt_point_release(entry->point);
    bt_arena_destroy(entry->arena);
    omp_destroy_lock(&entry->lock);
    free(entry);
}

void bt_point_store_destroy(bt_point_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->n_points; i++)
        destroy_entry(store->entry[i]);
    omp_destroy_lock(&store->lock);
    free(store->entry);
    free(store->uses_left);
    free(store);
}

void bt_point_store_expect(bt_point_store *store, size_t point, size_t n_uses)
{
    store->uses_left[point] += n_uses;
}

/* The point's entry, made at first use; NULL when memory is out. */
static stored_point *find_entry(bt_point_store *store, size_t point)
{
    omp_set_lock(&store->lock);
    stored_point *found = store->entry[point];
    if (found == NULL) {
        found = calloc(1, sizeof(*found));
        if (found != NULL)
            omp_init_lock(&found->lock);
        store->entry[point] = found;
    }
    omp_unset_lock(&store->lock);
    return found;
}

static bt_status bind(const bt_sweep *sweep, size_t point, stored_point *entry)
{
    bt_diagnostics *mistakes = bt_diagnostics_create();
    entry->arena = bt_arena_create();
    if (mistakes == NULL || entry->arena == NULL) {
        bt_diagnostics_destroy(mistakes);
        return bt_fail(&entry->failure, BT_INTERNAL, "there is no memory for the point");
    }
    bt_status status = bt_sweep_bind(sweep, point, &entry->experiment, entry->arena, mistakes);
    if (status != BT_OK)
        bt_fail(&entry->failure, status, "%s",
                bt_diagnostics_count(mistakes) > 0 ? bt_diagnostics_at(mistakes, 0)
                                                   : "the point cannot be bound");
    bt_diagnostics_destroy(mistakes);
    return status;
}

static void prepare(const bt_point_store *store, size_t point, stored_point *entry)
{
    entry->is_tried = true;
    if (bind(store->sweep, point, entry) != BT_OK)
        return;
    bt_status status = bt_point_prepare(&entry->experiment, bt_sweep_key(store->sweep, point),
                                        store->n_threads, &entry->point, &entry->failure);
    if (status != BT_OK)
        entry->point = NULL;
}

bt_status bt_point_store_acquire(bt_point_store *store, size_t point, const bt_point **prepared,
                                 bt_error *error)
{
    *prepared = NULL;
    stored_point *entry = find_entry(store, point);
    if (entry == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for the point");
    omp_set_lock(&entry->lock);
    if (!entry->is_tried)
        prepare(store, point, entry);
    omp_unset_lock(&entry->lock);
    if (entry->point == NULL) {
        if (error != NULL)
            *error = entry->failure;
        return entry->failure.status;
    }
    *prepared = entry->point;
    return BT_OK;
}

void bt_point_store_release(bt_point_store *store, size_t point)
{
    omp_set_lock(&store->lock);
    stored_point *unused = NULL;
    if (--store->uses_left[point] == 0) {
        unused = store->entry[point];
        store->entry[point] = NULL;
    }
    omp_unset_lock(&store->lock);
    destroy_entry(unused);
}

const bt_experiment *bt_point_store_experiment(const bt_point_store *store, size_t point)
{
    return &store->entry[point]->experiment;
}
