#include "experiments/runner/point_summary.h"

#include <stdlib.h>
#include <string.h>

size_t bt_axis_lengths(bt_axis axis, const bt_point_extent *extent, size_t length[2])
{
    switch (axis) {
    case BT_AXIS_NONE:
        return 0;
    case BT_AXIS_PRODUCT:
        length[0] = extent->n_products;
        return 1;
    case BT_AXIS_SELLER:
        length[0] = extent->n_sellers;
        return 1;
    case BT_AXIS_SEGMENT:
        length[0] = extent->n_segments;
        return 1;
    case BT_AXIS_BIDDER:
        length[0] = extent->n_bidders;
        return 1;
    case BT_AXIS_SELLER_STATE:
        length[0] = extent->n_sellers;
        length[1] = extent->n_states;
        return 2;
    case BT_AXIS_CYCLE_PRODUCT:
        length[0] = extent->n_cycle_positions;
        length[1] = extent->n_products;
        return 2;
    case BT_AXIS_SELLER_RESPONSE:
        length[0] = extent->n_sellers;
        length[1] = extent->n_responses;
        return 2;
    case BT_AXIS_SELLER_COUNT:
    case BT_AXIS_SELLER_WINDOW:
    case BT_AXIS_SELLER_TURN:
    case BT_AXIS_SELLER_HUNDREDTH:
        length[0] = extent->n_sellers;
        length[1] = bt_axis_grid_of(axis)->count;
        return 2;
    }
    return 0;
}

size_t bt_axis_total(bt_axis axis, const bt_point_extent *extent)
{
    size_t length[2], total = 1;
    for (size_t i = bt_axis_lengths(axis, extent, length); i > 0; i--)
        total *= length[i - 1];
    return total;
}

/* Copies into one arena, with one flag for memory that is out. */
typedef struct copier {
    bt_arena *arena;
    bool failed;
} copier;

static const void *copy(copier *self, const void *source, size_t count, size_t size)
{
    void *made = bt_arena_allocate(self->arena, count, size);
    if (made == NULL)
        self->failed = true;
    else if (count > 0 && source != NULL)
        memcpy(made, source, count * size);
    return made;
}

static const char *copy_text(copier *self, const char *text)
{
    const char *made = bt_arena_copy_text(self->arena, text == NULL ? "" : text);
    self->failed |= made == NULL;
    return made;
}

static const char **copy_names(copier *self, const char *const *names, size_t count)
{
    const char **made = BT_ARENA_NEW(self->arena, count, const char *);
    self->failed |= made == NULL;
    for (size_t i = 0; made != NULL && i < count; i++)
        made[i] = copy_text(self, names[i]);
    return made;
}

static size_t per(size_t total, size_t parts)
{
    return parts > 0 ? total / parts : 0;
}

bt_point_extent bt_point_extent_of(const bt_point *point)
{
    const bt_market_layout *layout = bt_point_layout(point);
    return (bt_point_extent){
        .n_records = bt_point_n_records(point),
        .n_products = layout->n_products,
        .n_sellers = layout->n_sellers,
        .n_segments = layout->n_segments,
        .n_bidders = layout->n_bidders,
        .n_states = per(bt_point_axis_length(point, BT_AXIS_SELLER_STATE), layout->n_sellers),
        .n_cycle_positions =
            per(bt_point_axis_length(point, BT_AXIS_CYCLE_PRODUCT), layout->n_products),
        .n_responses =
            per(bt_point_axis_length(point, BT_AXIS_SELLER_RESPONSE), layout->n_sellers),
    };
}

static void copy_layout(copier *self, const bt_point *point, bt_point_summary *summary)
{
    const bt_market_layout *layout = bt_point_layout(point);
    summary->record_time =
        copy(self, bt_point_record_times(point), summary->extent.n_records, sizeof(double));
    summary->product_name = copy_names(self, layout->product_name, layout->n_products);
    summary->seller_name = copy_names(self, layout->seller_name, layout->n_sellers);
    summary->bidder_name = copy_names(self, layout->bidder_name, layout->n_bidders);
}

/* ---- variables ---- */

typedef struct collector {
    copier *copier;
    bt_point_variable *variable;
    size_t count;
} collector;

static void add_series(collector *self, bt_variable_kind kind, const bt_series *series)
{
    self->variable[self->count++] =
        (bt_point_variable){.kind = kind,
                            .name = copy_text(self->copier, series->name),
                            .long_name = copy_text(self->copier, series->long_name),
                            .units = copy_text(self->copier, series->units),
                            .axis = series->axis,
                            .is_integer = series->is_integer};
}

static void add_constant(collector *self, const bt_benchmark *constant, bool is_integer,
                         const bt_point_extent *extent)
{
    size_t count = bt_axis_total(constant->axis, extent);
    self->variable[self->count++] = (bt_point_variable){
        .kind = BT_CONSTANT,
        .name = copy_text(self->copier, constant->name),
        .long_name = copy_text(self->copier, constant->long_name),
        .units = copy_text(self->copier, constant->units),
        .axis = constant->axis,
        .is_integer = is_integer,
        .value = copy(self->copier, constant->value, count, sizeof(double))};
}

static void add_layout(collector *self, const bt_market_layout *layout,
                       const bt_point_extent *extent)
{
    double *owner = BT_ARENA_NEW(self->copier->arena, layout->n_products, double);
    self->copier->failed |= owner == NULL;
    for (size_t i = 0; owner != NULL && i < layout->n_products; i++)
        owner[i] = (double)layout->product_seller[i];
    const bt_benchmark product_seller = {.name = "product_seller",
                                         .long_name = "number of the seller who owns the "
                                                      "product",
                                         .units = "1",
                                         .axis = BT_AXIS_PRODUCT,
                                         .value = owner};
    const bt_benchmark product_cost = {.name = "product_cost",
                                       .long_name = "marginal cost",
                                       .units = "price",
                                       .axis = BT_AXIS_PRODUCT,
                                       .value = layout->product_cost};
    add_constant(self, &product_seller, true, extent);
    add_constant(self, &product_cost, false, extent);
}

static void copy_variables(copier *self, const bt_point *point, bt_point_summary *summary)
{
    const bt_market_type *type = bt_point_market_type(point);
    const bt_benchmark *benchmark;
    const size_t *recorded;
    size_t n_benchmarks = bt_point_benchmarks(point, &benchmark);
    size_t n_series = bt_point_series(point, &recorded);
    size_t most = 2 + n_benchmarks + n_series + type->n_outcomes;
    collector all = {.copier = self,
                     .variable = BT_ARENA_NEW(self->arena, most, bt_point_variable)};
    if (all.variable == NULL) {
        self->failed = true;
        return;
    }
    add_layout(&all, bt_point_layout(point), &summary->extent);
    for (size_t i = 0; i < n_benchmarks; i++)
        add_constant(&all, &benchmark[i], false, &summary->extent);
    for (size_t i = 0; i < n_series; i++)
        add_series(&all, BT_RECORDED, &type->series[recorded[i]]);
    for (size_t i = 0; i < type->n_outcomes; i++)
        add_series(&all, BT_OUTCOME, &type->outcomes[i]);
    summary->variable = all.variable;
    summary->n_variables = all.count;
}

bt_status bt_point_summarize(const bt_point *point, bt_point_summary **summary, bt_error *error)
{
    *summary = NULL;
    copier self = {.arena = bt_arena_create()};
    bt_point_summary *made =
        self.arena == NULL ? NULL : BT_ARENA_NEW(self.arena, 1, bt_point_summary);
    if (made != NULL) {
        made->arena = self.arena;
        made->extent = bt_point_extent_of(point);
        copy_layout(&self, point, made);
        copy_variables(&self, point, made);
    }
    if (made == NULL || self.failed) {
        bt_arena_destroy(self.arena);
        return bt_fail(error, BT_INTERNAL, "there is no memory to summarise a point");
    }
    *summary = made;
    return BT_OK;
}

void bt_point_summary_destroy(bt_point_summary *summary)
{
    if (summary != NULL)
        bt_arena_destroy(summary->arena);
}
