#include "experiments/runner/run_slices.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Doubles and int64 alike. */
enum { ELEMENT = 8, DEEPEST = 3 };

struct bt_run_slices {
    const bt_cube *cube;
    void **data;    /* [variable]; NULL for constants */
    void *unpadded; /* one outcome as the run gives it */
};

/* The lengths behind point and replication: record (1 for outcomes), then the axis. */
typedef struct slice_shape {
    size_t length[DEEPEST];
} slice_shape;

static slice_shape shape_of(const bt_cube_source *source, const bt_point_extent *extent)
{
    slice_shape shape = {{1, 1, 1}};
    if (source->kind == BT_RECORDED)
        shape.length[0] = extent->n_records;
    bt_axis_lengths(source->axis, extent, shape.length + 1);
    return shape;
}

static size_t elements_of(slice_shape shape)
{
    return shape.length[0] * shape.length[1] * shape.length[2];
}

void bt_run_slices_destroy(bt_run_slices *slices)
{
    if (slices == NULL)
        return;
    for (size_t i = 0; slices->data != NULL && i < slices->cube->schema.n_variables; i++)
        free(slices->data[i]);
    free(slices->data);
    free(slices->unpadded);
    free(slices);
}

bt_status bt_run_slices_create(const bt_cube *cube, bt_run_slices **slices, bt_error *error)
{
    size_t count = cube->schema.n_variables, longest = 1;
    bt_run_slices *made = calloc(1, sizeof(*made));
    *slices = NULL;
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for a run's results");
    made->cube = cube;
    made->data = calloc(count, sizeof(*made->data));
    bool complete = made->data != NULL;
    for (size_t i = 0; complete && i < count; i++) {
        if (!cube->schema.variables[i].per_run)
            continue;
        size_t elements = elements_of(shape_of(&cube->source[i], &cube->extent));
        longest = elements > longest ? elements : longest;
        made->data[i] = malloc(elements * ELEMENT);
        complete = made->data[i] != NULL;
    }
    made->unpadded = calloc(longest, ELEMENT);
    if (!complete || made->unpadded == NULL) {
        bt_run_slices_destroy(made);
        return bt_fail(error, BT_INTERNAL, "there is no memory for a run's results");
    }
    *slices = made;
    return BT_OK;
}

static void fill_with_nothing(const bt_result_variable *variable, void *data, size_t elements)
{
    for (size_t i = 0; i < elements; i++) {
        if (variable->type == BT_RESULT_INT64)
            ((int64_t *)data)[i] = -1;
        else
            ((double *)data)[i] = NAN;
    }
}

/* `value` of shape `own` into the corner of `padded` of shape `full`. */
static void pad(const void *value, slice_shape own, slice_shape full, void *padded)
{
    size_t row = own.length[2] * ELEMENT;
    for (size_t i = 0; i < own.length[0]; i++)
        for (size_t k = 0; k < own.length[1]; k++) {
            size_t from = (i * own.length[1] + k) * own.length[2];
            size_t to = (i * full.length[1] + k) * full.length[2];
            memcpy((char *)padded + to * ELEMENT, (const char *)value + from * ELEMENT, row);
        }
}

/* Where a run keeps a variable: its number among the series or outcomes; SIZE_MAX: this
 * point does not have it. */
static size_t number_of(const bt_point *point, const bt_cube_source *source, const char *name)
{
    const bt_market_type *type = bt_point_market_type(point);
    const size_t *recorded;
    size_t count =
        source->kind == BT_RECORDED ? bt_point_series(point, &recorded) : type->n_outcomes;
    for (size_t i = 0; i < count; i++) {
        const bt_series *series =
            source->kind == BT_RECORDED ? &type->series[recorded[i]] : &type->outcomes[i];
        if (strcmp(series->name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

static bt_status fill_variable(bt_run_slices *slices, size_t index, const bt_point *point,
                               bt_run *run, const bt_point_extent *extent, bt_error *error)
{
    const bt_cube_source *source = &slices->cube->source[index];
    const bt_result_variable *variable = &slices->cube->schema.variables[index];
    if (source->is_records) {
        *(int64_t *)slices->data[index] = (int64_t)bt_run_n_records(run);
        return BT_OK;
    }
    slice_shape own = shape_of(source, extent);
    slice_shape full = shape_of(source, &slices->cube->extent);
    fill_with_nothing(variable, slices->data[index], elements_of(full));
    size_t number = number_of(point, source, variable->name);
    if (number == SIZE_MAX || elements_of(own) == 0)
        return BT_OK;
    const void *value = slices->unpadded;
    bt_status status = BT_OK;
    if (source->kind == BT_RECORDED)
        value = bt_run_series(run, number);
    else
        status = bt_run_outcome(run, number, slices->unpadded, error);
    if (status == BT_OK)
        pad(value, own, full, slices->data[index]);
    return status;
}

bt_status bt_run_slices_fill(bt_run_slices *slices, const bt_point *point, bt_run *run,
                             bt_error *error)
{
    bt_point_extent extent = bt_point_extent_of(point);
    bt_status status = BT_OK;
    for (size_t i = 0; i < slices->cube->schema.n_variables && status == BT_OK; i++)
        if (slices->data[i] != NULL)
            status = fill_variable(slices, i, point, run, &extent, error);
    return status;
}

const void *const *bt_run_slices_data(const bt_run_slices *slices)
{
    return (const void *const *)slices->data;
}
