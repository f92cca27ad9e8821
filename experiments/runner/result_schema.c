#include "experiments/runner/result_schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_version.h>
#include <hdf5.h>

#include "experiments/document/parameter_path.h"
#include "sim/version.h"

/* ---- dimensions ---- */

enum dimension {
    POINT,
    REPLICATION,
    RECORD,
    PRODUCT,
    SELLER,
    SEGMENT,
    BIDDER,
    STATE,
    CYCLE,
    RESPONSE,
    FIRST_GRID, /* one for each axis with a grid */
    N_DIMENSIONS = FIRST_GRID + BT_AXIS_SELLER_HUNDREDTH - BT_AXIS_SELLER_COUNT + 1
};

/* Constants beside those of the market: time, point, replication, point_key, names,
 * records; and the attributes. */
enum { MOST_OWN_VARIABLES = 8 + N_DIMENSIONS - FIRST_GRID, MOST_ATTRIBUTES = 16 };

typedef struct assembly {
    bt_cube_builder *builder;
    bt_cube *cube;
    bt_result_dimension dimension[N_DIMENSIONS]; /* all of them, used or not */
    bool used[N_DIMENSIONS];
    bt_result_variable *variable;
    bt_cube_source *source;
    size_t n_variables;
    bt_result_attribute *attribute;
    size_t n_attributes;
    bool out_of_memory;
} assembly;

static void *allocate(assembly *self, size_t count, size_t size)
{
    void *made = bt_arena_allocate(self->cube->arena, count, size);
    self->out_of_memory |= made == NULL;
    return made;
}

static const char *copy_text(assembly *self, const char *text)
{
    const char *made = bt_arena_copy_text(self->cube->arena, text);
    self->out_of_memory |= made == NULL;
    return made;
}

static uint32_t grid_dimension(bt_axis axis)
{
    return (uint32_t)(FIRST_GRID + axis - BT_AXIS_SELLER_COUNT);
}

/* Grids that a variable has. */
static void list_grids(assembly *self)
{
    for (size_t i = 0; i < self->builder->n_variables; i++) {
        bt_axis axis = self->builder->variable[i].as.axis;
        const bt_axis_grid *grid = bt_axis_grid_of(axis);
        if (grid != NULL)
            self->dimension[grid_dimension(axis)] =
                (bt_result_dimension){grid->name, grid->count, grid->long_name};
    }
}

static void list_dimensions(assembly *self)
{
    const bt_point_extent *longest = &self->builder->longest;
    const bt_experiment *base = bt_sweep_base(self->builder->sweep);
    const bt_result_dimension all[N_DIMENSIONS] = {
        [POINT] = {"point", self->builder->n_points, "point of the sweep"},
        [REPLICATION] = {"replication", (size_t)base->replications, "replication"},
        [RECORD] = {"record", longest->n_records, "record over time"},
        [PRODUCT] = {"product", longest->n_products, "product"},
        [SELLER] = {"seller", longest->n_sellers, "seller"},
        [SEGMENT] = {"segment", longest->n_segments, "segment of buyers"},
        [BIDDER] = {"bidder", longest->n_bidders, "bidder"},
        [STATE] = {"state", longest->n_states, "state that a strategy answers"},
        [CYCLE] = {"cycle", longest->n_cycle_positions, "position in the limit cycle"},
        [RESPONSE] = {"response", longest->n_responses, "period of the impulse response"},
    };
    memcpy(self->dimension, all, sizeof(all));
    list_grids(self);
}

/* The dimensions of an axis, behind the first `rank` of them. Returns the new rank. */
static size_t add_axis(bt_axis axis, size_t rank, uint32_t *dimension)
{
    static const uint32_t of_axis[][2] = {
        [BT_AXIS_PRODUCT] = {PRODUCT},
        [BT_AXIS_SELLER] = {SELLER},
        [BT_AXIS_SEGMENT] = {SEGMENT},
        [BT_AXIS_BIDDER] = {BIDDER},
        [BT_AXIS_SELLER_STATE] = {SELLER, STATE},
        [BT_AXIS_CYCLE_PRODUCT] = {CYCLE, PRODUCT},
        [BT_AXIS_SELLER_RESPONSE] = {SELLER, RESPONSE},
    };
    const bt_point_extent any = {0};
    size_t length[2];
    size_t count = bt_axis_lengths(axis, &any, length);
    if (bt_axis_grid_of(axis) != NULL) {
        dimension[rank] = SELLER;
        dimension[rank + 1] = grid_dimension(axis);
        return rank + 2;
    }
    for (size_t i = 0; i < count; i++)
        dimension[rank + i] = of_axis[axis][i];
    return rank + count;
}

static size_t total_length(const assembly *self, const bt_result_variable *variable)
{
    size_t total = 1;
    for (size_t i = 0; i < variable->rank; i++)
        total *= self->dimension[variable->dimension[i]].length;
    return total;
}

/* Take a variable into the file unless one of its dimensions has no length. */
static void add(assembly *self, bt_result_variable variable, bt_cube_source source)
{
    if (total_length(self, &variable) == 0)
        return;
    for (size_t i = 0; i < variable.rank; i++)
        self->used[variable.dimension[i]] = true;
    variable.name = copy_text(self, variable.name);
    variable.long_name = copy_text(self, variable.long_name);
    variable.units = copy_text(self, variable.units);
    self->variable[self->n_variables] = variable;
    self->source[self->n_variables++] = source;
}

static void add_constant(assembly *self, bt_result_variable variable)
{
    add(self, variable, (bt_cube_source){.kind = BT_CONSTANT});
}

/* ---- labels ---- */

static void add_number(assembly *self, enum dimension dimension)
{
    const bt_result_dimension *of = &self->dimension[dimension];
    int64_t *number = allocate(self, of->length, sizeof(*number));
    for (size_t i = 0; number != NULL && i < of->length; i++)
        number[i] = (int64_t)i;
    add_constant(self, (bt_result_variable){.name = of->name,
                                            .long_name = of->long_name,
                                            .units = "1",
                                            .type = BT_RESULT_INT64,
                                            .rank = 1,
                                            .dimension = {(uint32_t)dimension},
                                            .is_coordinate = true,
                                            .constant = number});
}

/* Texts of one length, padded with zero bytes. NULL entries are "". */
static void add_texts(assembly *self, bt_result_variable variable, const char *const *texts,
                      size_t count)
{
    size_t longest = 1;
    for (size_t i = 0; i < count; i++)
        if (texts[i] != NULL)
            longest = strlen(texts[i]) > longest ? strlen(texts[i]) : longest;
    char *padded = allocate(self, count, longest);
    for (size_t i = 0; padded != NULL && i < count; i++)
        if (texts[i] != NULL)
            memcpy(padded + i * longest, texts[i], strlen(texts[i]));
    variable.type = BT_RESULT_TEXT;
    variable.text_length = longest;
    variable.constant = padded;
    add_constant(self, variable);
}

static void add_names(assembly *self, const char *name, const char *long_name,
                      enum dimension dimension, const char *const *names)
{
    add_texts(self,
              (bt_result_variable){.name = name,
                                   .long_name = long_name,
                                   .units = "1",
                                   .rank = 1,
                                   .dimension = {(uint32_t)dimension},
                                   .is_coordinate = true},
              names, self->dimension[dimension].length);
}

/* The coordinates of the grids. */
static void add_grids(assembly *self)
{
    for (bt_axis axis = BT_AXIS_SELLER_COUNT; axis <= BT_AXIS_SELLER_HUNDREDTH; axis++) {
        const bt_axis_grid *grid = bt_axis_grid_of(axis);
        uint32_t dimension = grid_dimension(axis);
        if (self->dimension[dimension].length == 0)
            continue;
        double *mark = allocate(self, grid->count, sizeof(*mark));
        for (size_t i = 0; mark != NULL && i < grid->count; i++)
            mark[i] = grid->first + (double)i * grid->step;
        add_constant(self, (bt_result_variable){.name = grid->name,
                                                .long_name = grid->long_name,
                                                .units = grid->units,
                                                .type = BT_RESULT_DOUBLE,
                                                .rank = 1,
                                                .dimension = {dimension},
                                                .is_coordinate = true,
                                                .constant = mark});
    }
}

/* A path as a name in the file. */
static const char *name_of_path(assembly *self, const char *path)
{
    char *name = allocate(self, strlen(path) + 1, 1);
    for (size_t i = 0; name != NULL && path[i] != '\0'; i++) {
        bool unfit = (unsigned char)path[i] <= ' ' || path[i] == '/' || path[i] == 0x7f;
        name[i] = unfit ? '_' : path[i];
    }
    return name != NULL ? name : "";
}

static bool all_integers(const char *const *text, size_t count)
{
    int64_t number;
    for (size_t i = 0; i < count; i++)
        if (text[i] == NULL || !bt_text_to_integer(text[i], &number))
            return false;
    return true;
}

/* A number, of a parameter that is a time also `30 d`; null and what is not known: NAN. */
static bool read_real(const char *text, bool is_time, double *number)
{
    *number = NAN;
    if (text == NULL || strcmp(text, "null") == 0)
        return true;
    return is_time ? bt_text_to_days(text, number) : bt_text_to_real(text, number);
}

static bool all_numbers(const char *const *text, size_t count, bool is_time)
{
    double number;
    for (size_t i = 0; i < count; i++)
        if (!read_real(text[i], is_time, &number))
            return false;
    return true;
}

static int64_t *integers_of(assembly *self, const char *const *text, size_t count)
{
    int64_t *number = allocate(self, count, sizeof(*number));
    for (size_t i = 0; number != NULL && i < count; i++)
        bt_text_to_integer(text[i], &number[i]);
    return number;
}

static double *reals_of(assembly *self, const char *const *text, size_t count, bool is_time)
{
    double *number = allocate(self, count, sizeof(*number));
    for (size_t i = 0; number != NULL && i < count; i++)
        read_real(text[i], is_time, &number[i]);
    return number;
}

static const char *unit_of(const bt_parameter *parameter)
{
    if (parameter != NULL && parameter->type == BT_TIME)
        return "day";
    return parameter != NULL && parameter->unit != NULL ? parameter->unit : "1";
}

/* One swept path: integers, reals, or texts if one value is neither. */
static void add_swept(assembly *self, size_t path)
{
    const bt_sweep *sweep = self->builder->sweep;
    size_t n_points = self->builder->n_points;
    const bt_parameter *parameter = bt_parameter_at_path(
        &bt_experiment_table, bt_sweep_base(sweep), bt_sweep_path(sweep, path));
    bool is_time = parameter != NULL && parameter->type == BT_TIME;
    bool may_be_integer = parameter == NULL || parameter->type == BT_INTEGER;
    const char **text = malloc(n_points * sizeof(*text));
    if (text == NULL) {
        self->out_of_memory = true;
        return;
    }
    const char *base = bt_sweep_base_value(sweep, path);
    for (size_t point = 0; point < n_points; point++) {
        const char *own = bt_sweep_value(sweep, point, path);
        text[point] = own != NULL ? own : base;
    }
    bt_result_variable variable = {.name = name_of_path(self, bt_sweep_path(sweep, path)),
                                   .long_name = parameter != NULL ? parameter->meaning
                                                                  : "swept parameter",
                                   .units = unit_of(parameter),
                                   .rank = 1,
                                   .dimension = {POINT},
                                   .is_coordinate = true};
    if (may_be_integer && all_integers(text, n_points)) {
        variable.type = BT_RESULT_INT64;
        variable.constant = integers_of(self, text, n_points);
        add_constant(self, variable);
    } else if (all_numbers(text, n_points, is_time)) {
        variable.type = BT_RESULT_DOUBLE;
        variable.constant = reals_of(self, text, n_points, is_time);
        add_constant(self, variable);
    } else {
        add_texts(self, variable, text, n_points);
    }
    free(text);
}

static void add_point_keys(assembly *self)
{
    int64_t *key = allocate(self, self->builder->n_points, sizeof(*key));
    for (size_t point = 0; key != NULL && point < self->builder->n_points; point++)
        key[point] = (int64_t)bt_sweep_key(self->builder->sweep, point);
    add_constant(self, (bt_result_variable){.name = "point_key",
                                            .long_name = "hash of the point's values, which "
                                                         "addresses its random streams",
                                            .units = "1",
                                            .type = BT_RESULT_INT64,
                                            .rank = 1,
                                            .dimension = {POINT},
                                            .constant = key});
}

static const double *times_by_point(assembly *self)
{
    size_t n_records = self->dimension[RECORD].length, n_points = self->builder->n_points;
    double *time = allocate(self, n_points * n_records, sizeof(*time));
    for (size_t point = 0; time != NULL && point < n_points; point++) {
        const bt_collected_point *collected = &self->builder->point[point];
        for (size_t i = 0; i < n_records; i++)
            time[point * n_records + i] =
                i < collected->extent.n_records ? collected->record_time[i] : NAN;
    }
    return time;
}

static void add_times(assembly *self)
{
    const bt_cube_builder *builder = self->builder;
    bool by_point = builder->times_differ;
    size_t n_records = builder->longest.n_records;
    double *common = allocate(self, n_records, sizeof(*common));
    if (common != NULL && n_records > 0)
        memcpy(common, builder->common_time, n_records * sizeof(*common));
    bool is_periodic = bt_sweep_base(builder->sweep)->horizon.periods > 0;
    bt_result_variable variable = {.name = "time",
                                   .long_name = "simulated time at the end of the interval",
                                   .units = is_periodic ? "period" : "day",
                                   .type = BT_RESULT_DOUBLE,
                                   .rank = by_point ? 2 : 1,
                                   .dimension = {by_point ? POINT : RECORD, RECORD},
                                   .is_coordinate = true,
                                   .constant = by_point ? times_by_point(self) : common};
    add_constant(self, variable);
}

/* ---- benchmarks, series, outcomes ---- */

static double pad_value(const bt_point_variable *variable)
{
    return variable->is_integer ? -1 : NAN;
}

/* The values of one point, of shape `own`, into its place of shape `full`. */
static void pad(const double *value, const size_t own[2], const size_t full[2], double *padded)
{
    for (size_t i = 0; i < own[0]; i++)
        for (size_t k = 0; k < own[1]; k++)
            padded[i * full[1] + k] = value[i * own[1] + k];
}

static void shape_of(bt_axis axis, const bt_point_extent *extent, size_t shape[2])
{
    shape[0] = shape[1] = 1;
    bt_axis_lengths(axis, extent, shape);
}

static const void *constant_data(assembly *self, const bt_collected_variable *variable)
{
    const bt_cube_builder *builder = self->builder;
    size_t full[2];
    shape_of(variable->as.axis, &builder->longest, full);
    size_t size = full[0] * full[1], count = builder->n_points * size;
    double *data = allocate(self, count, sizeof(*data));
    for (size_t i = 0; data != NULL && i < count; i++)
        data[i] = pad_value(&variable->as);
    for (size_t point = 0; data != NULL && point < builder->n_points; point++) {
        if (variable->first[point] == SIZE_MAX || variable->value == NULL)
            continue; /* never collected, or of no length */
        size_t own[2];
        shape_of(variable->as.axis, &builder->point[point].extent, own);
        pad(variable->value + variable->first[point], own, full, data + point * size);
    }
    if (!variable->as.is_integer || data == NULL)
        return data;
    int64_t *whole = allocate(self, count, sizeof(*whole));
    for (size_t i = 0; whole != NULL && i < count; i++)
        whole[i] = (int64_t)data[i];
    return whole;
}

static void add_collected(assembly *self, const bt_collected_variable *collected)
{
    const bt_point_variable *as = &collected->as;
    bt_result_variable variable = {.name = as->name,
                                   .long_name = as->long_name,
                                   .units = as->units,
                                   .type = as->is_integer ? BT_RESULT_INT64 : BT_RESULT_DOUBLE,
                                   .rank = 1,
                                   .dimension = {POINT},
                                   .per_run = as->kind != BT_CONSTANT};
    if (variable.per_run)
        variable.dimension[variable.rank++] = REPLICATION;
    if (as->kind == BT_RECORDED)
        variable.dimension[variable.rank++] = RECORD;
    variable.rank = add_axis(as->axis, variable.rank, variable.dimension);
    if (!variable.per_run)
        variable.constant = constant_data(self, collected);
    add(self, variable, (bt_cube_source){.kind = as->kind, .axis = as->axis});
}

static void add_n_records(assembly *self)
{
    add(self,
        (bt_result_variable){.name = "records",
                             .long_name = "number of records that the run made",
                             .units = "1",
                             .type = BT_RESULT_INT64,
                             .rank = 2,
                             .dimension = {POINT, REPLICATION},
                             .per_run = true},
        (bt_cube_source){.is_records = true, .kind = BT_OUTCOME});
}

static void add_variables(assembly *self)
{
    const bt_cube_builder *builder = self->builder;
    size_t n_paths = bt_sweep_n_paths(builder->sweep);
    size_t most = MOST_OWN_VARIABLES + n_paths + builder->n_variables;
    self->variable = allocate(self, most, sizeof(*self->variable));
    self->source = allocate(self, most, sizeof(*self->source));
    if (self->out_of_memory)
        return;
    add_number(self, POINT);
    add_number(self, REPLICATION);
    add_times(self);
    add_names(self, "product_name", "name of the product", PRODUCT, builder->product_name);
    add_names(self, "seller_name", "name of the seller", SELLER, builder->seller_name);
    add_names(self, "bidder_name", "name of the bidder", BIDDER, builder->bidder_name);
    add_grids(self);
    for (size_t path = 0; path < n_paths; path++)
        add_swept(self, path);
    add_point_keys(self);
    add_n_records(self);
    static const bt_variable_kind order[] = {BT_CONSTANT, BT_RECORDED, BT_OUTCOME};
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
        for (size_t i = 0; i < builder->n_variables; i++)
            if (builder->variable[i].as.kind == order[k])
                add_collected(self, &builder->variable[i]);
}

/* ---- attributes ---- */

static void add_attribute(assembly *self, const char *name, const char *text)
{
    self->attribute[self->n_attributes++] =
        (bt_result_attribute){.name = name, .text = copy_text(self, text)};
}

static void add_attributes(assembly *self, const bt_cube_origin *origin)
{
    self->attribute = allocate(self, MOST_ATTRIBUTES, sizeof(*self->attribute));
    if (self->attribute == NULL)
        return;
    char hdf5_version[64];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(hdf5_version, sizeof(hdf5_version), "%u.%u.%u", major, minor, release);
    const bt_experiment *base = bt_sweep_base(self->builder->sweep);
    add_attribute(self, "title", base->name);
    add_attribute(self, "common_random_numbers",
                  base->common_random_numbers ? "true" : "false");
    add_attribute(self, "experiment", origin->experiment);
    add_attribute(self, "settings", bt_sweep_settings(self->builder->sweep));
    if (origin->overrides[0] != '\0')
        add_attribute(self, "overrides", origin->overrides);
    if (origin->selection[0] != '\0')
        add_attribute(self, "selection", origin->selection);
    add_attribute(self, "program", "bertrand");
    add_attribute(self, "version", BT_VERSION);
    add_attribute(self, "commit", BT_COMMIT);
    add_attribute(self, "compiler", BT_COMPILER);
    add_attribute(self, "hdf5_version", hdf5_version);
    add_attribute(self, "gsl_version", gsl_version);
}

/* ---- the whole ---- */

/* Leave out dimensions that no variable has. */
static void close_ranks(assembly *self)
{
    bt_result_dimension *kept = allocate(self, N_DIMENSIONS, sizeof(*kept));
    if (kept == NULL)
        return;
    uint32_t new_number[N_DIMENSIONS] = {0};
    size_t count = 0;
    for (size_t i = 0; i < N_DIMENSIONS; i++) {
        if (!self->used[i])
            continue;
        new_number[i] = (uint32_t)count;
        kept[count++] = self->dimension[i];
    }
    for (size_t v = 0; v < self->n_variables; v++)
        for (size_t i = 0; i < self->variable[v].rank; i++)
            self->variable[v].dimension[i] = new_number[self->variable[v].dimension[i]];
    self->cube->schema = (bt_result_schema){.dimensions = kept,
                                            .n_dimensions = count,
                                            .variables = self->variable,
                                            .n_variables = self->n_variables,
                                            .attributes = self->attribute,
                                            .n_attributes = self->n_attributes};
}

static bt_cube *new_cube(void)
{
    bt_arena *arena = bt_arena_create();
    bt_cube *cube = arena == NULL ? NULL : BT_ARENA_NEW(arena, 1, bt_cube);
    if (cube == NULL) {
        bt_arena_destroy(arena);
        return NULL;
    }
    cube->arena = arena;
    return cube;
}

bt_status bt_cube_build(bt_cube_builder *builder, const bt_cube_origin *origin, bt_cube **cube,
                        bt_error *error)
{
    *cube = NULL;
    assembly self = {.builder = builder, .cube = new_cube()};
    if (self.cube == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for the result file's schema");
    list_dimensions(&self);
    add_variables(&self);
    add_attributes(&self, origin);
    close_ranks(&self);
    self.cube->source = self.source;
    self.cube->extent = builder->longest;
    if (self.out_of_memory) {
        bt_cube_destroy(self.cube);
        return bt_fail(error, BT_INTERNAL, "there is no memory for the result file's schema");
    }
    *cube = self.cube;
    return BT_OK;
}

void bt_cube_destroy(bt_cube *cube)
{
    if (cube != NULL)
        bt_arena_destroy(cube->arena);
}
