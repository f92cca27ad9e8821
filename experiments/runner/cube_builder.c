#include "experiments/runner/cube_builder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bt_status bt_cube_builder_create(const bt_sweep *sweep, bt_cube_builder **builder,
                                 bt_error *error)
{
    *builder = calloc(1, sizeof(**builder));
    bt_arena *arena = bt_arena_create();
    if (*builder != NULL && arena != NULL) {
        (*builder)->sweep = sweep;
        (*builder)->arena = arena;
        (*builder)->n_points = bt_sweep_n_points(sweep);
        (*builder)->point = calloc((*builder)->n_points, sizeof(*(*builder)->point));
        if ((*builder)->point != NULL)
            return BT_OK;
    }
    bt_arena_destroy(arena);
    free(*builder);
    *builder = NULL;
    return bt_fail(error, BT_INTERNAL, "there is no memory for the points of the sweep");
}

void bt_cube_builder_destroy(bt_cube_builder *builder)
{
    if (builder == NULL)
        return;
    for (size_t i = 0; i < builder->n_variables; i++) {
        free(builder->variable[i].value);
        free(builder->variable[i].first);
    }
    free(builder->variable);
    free(builder->point);
    bt_arena_destroy(builder->arena);
    free(builder);
}

static const char *keep_text(bt_cube_builder *builder, const char *text)
{
    const char *kept = bt_arena_copy_text(builder->arena, text);
    builder->out_of_memory |= kept == NULL;
    return kept;
}

static const char **keep_names(bt_cube_builder *builder, const char *const *names, size_t count)
{
    const char **kept = BT_ARENA_NEW(builder->arena, count, const char *);
    builder->out_of_memory |= kept == NULL;
    for (size_t i = 0; kept != NULL && i < count; i++)
        kept[i] = keep_text(builder, names[i]);
    return kept;
}

static bt_collected_variable *new_variable(bt_cube_builder *builder,
                                           const bt_point_variable *as)
{
    size_t count = builder->n_variables;
    bt_collected_variable *larger = realloc(builder->variable, (count + 1) * sizeof(*larger));
    if (larger == NULL)
        return NULL;
    builder->variable = larger;
    larger[count] =
        (bt_collected_variable){.as = {.kind = as->kind,
                                       .name = keep_text(builder, as->name),
                                       .long_name = keep_text(builder, as->long_name),
                                       .units = keep_text(builder, as->units),
                                       .axis = as->axis,
                                       .is_integer = as->is_integer},
                                .first = malloc(builder->n_points * sizeof(size_t))};
    if (larger[count].first == NULL)
        return NULL;
    for (size_t i = 0; i < builder->n_points; i++)
        larger[count].first[i] = SIZE_MAX;
    builder->n_variables++;
    return &larger[count];
}

static bt_collected_variable *find_variable(bt_cube_builder *builder, const char *name)
{
    for (size_t i = 0; i < builder->n_variables; i++)
        if (strcmp(builder->variable[i].as.name, name) == 0)
            return &builder->variable[i];
    return NULL;
}

static bool append_values(bt_collected_variable *variable, const double *value, size_t count)
{
    if (variable->n_values + count > variable->capacity) {
        size_t capacity = 2 * (variable->n_values + count);
        double *larger = realloc(variable->value, capacity * sizeof(*larger));
        if (larger == NULL)
            return false;
        variable->value = larger;
        variable->capacity = capacity;
    }
    if (count > 0)
        memcpy(variable->value + variable->n_values, value, count * sizeof(*value));
    variable->n_values += count;
    return true;
}

static bt_status add_variable(bt_cube_builder *builder, const bt_point_variable *as,
                              const bt_point_extent *extent, bt_error *error)
{
    bt_collected_variable *variable = find_variable(builder, as->name);
    if (variable == NULL)
        variable = new_variable(builder, as);
    if (variable == NULL) {
        builder->out_of_memory = true;
        return BT_OK;
    }
    if (variable->as.kind != as->kind || variable->as.axis != as->axis ||
        variable->as.is_integer != as->is_integer)
        return bt_fail(error, BT_BAD_INPUT,
                       "\"%s\" has another shape at point %zu than at an earlier one: the two "
                       "cannot stand in one result file",
                       as->name, builder->n_added);
    if (as->kind != BT_CONSTANT)
        return BT_OK;
    variable->first[builder->n_added] = variable->n_values;
    builder->out_of_memory |=
        !append_values(variable, as->value, bt_axis_total(as->axis, extent));
    return BT_OK;
}

static bool same_times(const double *a, const double *b, size_t count)
{
    return count == 0 || memcmp(a, b, count * sizeof(*a)) == 0;
}

/* Times are kept once for neighbours that agree. */
static void add_times(bt_cube_builder *builder, const bt_point_summary *summary)
{
    bt_collected_point *point = &builder->point[builder->n_added];
    size_t n_records = summary->extent.n_records;
    const bt_collected_point *last = builder->n_added > 0 ? point - 1 : NULL;
    if (last != NULL && last->extent.n_records == n_records && last->record_time != NULL &&
        same_times(last->record_time, summary->record_time, n_records)) {
        point->record_time = last->record_time;
        return;
    }
    double *kept = BT_ARENA_NEW(builder->arena, n_records, double);
    builder->out_of_memory |= kept == NULL;
    if (kept != NULL && n_records > 0)
        memcpy(kept, summary->record_time, n_records * sizeof(*kept));
    point->record_time = kept;
    /* A shorter run of the same times is no difference: it is padded. */
    size_t common = builder->longest.n_records;
    size_t shared = common < n_records ? common : n_records;
    if (kept != NULL && builder->common_time != NULL)
        builder->times_differ |= !same_times(builder->common_time, kept, shared);
    if (builder->common_time == NULL || n_records > common)
        builder->common_time = kept;
}

static void lengthen(size_t *longest, size_t length)
{
    if (length > *longest)
        *longest = length;
}

bt_status bt_cube_add_point(bt_cube_builder *builder, const bt_point_summary *summary,
                            bt_error *error)
{
    bt_status status = BT_OK;
    if (summary != NULL) {
        const bt_point_extent *extent = &summary->extent;
        bt_point_extent *longest = &builder->longest;
        builder->point[builder->n_added].extent = *extent;
        add_times(builder, summary);
        if (extent->n_products > longest->n_products)
            builder->product_name =
                keep_names(builder, summary->product_name, extent->n_products);
        if (extent->n_sellers > longest->n_sellers)
            builder->seller_name = keep_names(builder, summary->seller_name, extent->n_sellers);
        if (extent->n_bidders > longest->n_bidders)
            builder->bidder_name = keep_names(builder, summary->bidder_name, extent->n_bidders);
        lengthen(&longest->n_records, extent->n_records);
        lengthen(&longest->n_products, extent->n_products);
        lengthen(&longest->n_sellers, extent->n_sellers);
        lengthen(&longest->n_segments, extent->n_segments);
        lengthen(&longest->n_bidders, extent->n_bidders);
        lengthen(&longest->n_states, extent->n_states);
        lengthen(&longest->n_cycle_positions, extent->n_cycle_positions);
        lengthen(&longest->n_responses, extent->n_responses);
        for (size_t i = 0; i < summary->n_variables && status == BT_OK; i++)
            status = add_variable(builder, &summary->variable[i], extent, error);
    }
    if (status == BT_OK && builder->out_of_memory)
        status = bt_fail(error, BT_INTERNAL, "there is no memory for the points of the sweep");
    builder->n_added++;
    return status;
}
