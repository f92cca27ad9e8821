#include "analysis/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/convergence.h"
#include "analysis/csv_writer.h"

typedef enum variable_kind { SERIES, OUTCOME, BENCHMARK } variable_kind;

typedef struct exported {
    bt_found found;
    variable_kind kind;
    const char *dimension; /* of its axis; "" for the whole market */
    double *value;         /* one run's (or one point's) */
    bool is_written;
} exported;

typedef struct exporting {
    const bt_results *results;
    exported variable[BT_MAX_EXPORTED];
    size_t n_variables;
    const char *dimension[BT_MAX_EXPORTED]; /* columns for axes, without "" */
    size_t n_dimensions;
    bt_arena *arena;
    bt_csv_writer csv;
    size_t n_rows;
    bt_error *error;
} exporting;

/* ---- what is exported ---- */

static const char *axis_name(const bt_results *results, const bt_found *found,
                             variable_kind kind)
{
    size_t n_fixed = kind == SERIES ? 3 : kind == OUTCOME ? 2 : 1;
    const bt_result_variable *variable = found->variable;
    if (variable->rank <= n_fixed)
        return "";
    return bt_result_dimension_at(results->reader, variable->dimension[n_fixed])->name;
}

static void add_dimension(exporting *to, const char *name)
{
    if (name[0] == '\0')
        return;
    for (size_t i = 0; i < to->n_dimensions; i++)
        if (strcmp(to->dimension[i], name) == 0)
            return;
    to->dimension[to->n_dimensions++] = name;
}

static bt_status add_variable(exporting *to, const bt_found *found, variable_kind kind)
{
    if (to->n_variables == BT_MAX_EXPORTED)
        return bt_fail(to->error, BT_BAD_USAGE,
                       "at most %d variables can be exported at once: choose with --series",
                       BT_MAX_EXPORTED);
    size_t count = found->axis_length * (kind == SERIES ? to->results->n_records : 1);
    exported *next = &to->variable[to->n_variables++];
    *next = (exported){.found = *found,
                       .kind = kind,
                       .dimension = axis_name(to->results, found, kind),
                       .value = BT_ARENA_NEW(to->arena, count, double)};
    if (next->value == NULL)
        return bt_fail(to->error, BT_INTERNAL, "memory ran out while results were exported");
    add_dimension(to, next->dimension);
    return BT_OK;
}

/* The names of all series, for a message. */
static void list_series(const bt_results *results, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; used < size; i++) {
        bt_found series = bt_series_at(results, i);
        if (series.variable == NULL)
            return;
        int written = snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ",
                               series.variable->name);
        used += written > 0 ? (size_t)written : 0;
    }
}

static bt_status add_by_name(exporting *to, const char *name)
{
    bt_found series = bt_find_series(to->results, name);
    if (series.variable != NULL)
        return add_variable(to, &series, SERIES);
    bt_found outcome = bt_find_outcome(to->results, name);
    if (outcome.variable != NULL)
        return add_variable(to, &outcome, OUTCOME);
    bt_found benchmark = bt_find_benchmark(to->results, name);
    if (benchmark.variable != NULL)
        return add_variable(to, &benchmark, BENCHMARK);
    if (bt_result_find(to->results->reader, name) != NULL)
        return bt_fail(to->error, BT_BAD_USAGE,
                       "'%s' has dimensions that a table of rows cannot show; open %s in "
                       "Python, R or Octave instead",
                       name, to->results->path);
    char known[512];
    list_series(to->results, known, sizeof(known));
    return bt_fail(to->error, BT_BAD_USAGE, "%s has no variable '%s'; its series are %s",
                   to->results->path, name, known[0] == '\0' ? "none" : known);
}

static bt_status add_all_series(exporting *to)
{
    for (size_t i = 0;; i++) {
        bt_found series = bt_series_at(to->results, i);
        if (series.variable == NULL)
            break;
        bt_status status = add_variable(to, &series, SERIES);
        if (status != BT_OK)
            return status;
    }
    if (to->n_variables == 0)
        return bt_fail(to->error, BT_BAD_INPUT,
                       "%s has no series over time: name what to export with --series",
                       to->results->path);
    return BT_OK;
}

static bt_status choose(exporting *to, const bt_export_setting *setting)
{
    if (setting->n_names == 0)
        return add_all_series(to);
    bt_status status = BT_OK;
    for (size_t i = 0; i < setting->n_names && status == BT_OK; i++)
        status = add_by_name(to, setting->name[i]);
    return status;
}

/* ---- rows ---- */

static void write_header(exporting *to)
{
    bt_csv_text(&to->csv, "point");
    for (size_t i = 0; i < to->results->n_swept; i++)
        bt_csv_text(&to->csv, to->results->swept[i].name);
    bt_csv_text(&to->csv, "replication");
    bt_csv_text(&to->csv, "record");
    bt_csv_text(&to->csv, "time");
    for (size_t i = 0; i < to->n_dimensions; i++)
        bt_csv_text(&to->csv, to->dimension[i]);
    for (size_t i = 0; i < to->n_variables; i++)
        bt_csv_text(&to->csv, to->variable[i].found.variable->name);
    bt_csv_end_row(&to->csv);
}

/* Where one row stands; SIZE_MAX: not at any. */
typedef struct place {
    size_t point;
    size_t replication;
    size_t record;
    size_t element;
} place;

static void write_count(exporting *to, size_t value)
{
    if (value == SIZE_MAX)
        bt_csv_missing(&to->csv);
    else
        bt_csv_count(&to->csv, value);
}

static void write_place(exporting *to, const place *at)
{
    const bt_results *results = to->results;
    bt_csv_count(&to->csv, bt_point_number(results, at->point));
    for (size_t i = 0; i < results->n_swept; i++) {
        const bt_swept *swept = &results->swept[i];
        if (swept->words != NULL)
            bt_csv_text(&to->csv, swept->words[at->point]);
        else
            bt_csv_number(&to->csv, swept->value[at->point]);
    }
    write_count(to, at->replication);
    write_count(to, at->record);
    if (at->record == SIZE_MAX)
        bt_csv_missing(&to->csv);
    else
        bt_csv_number(&to->csv, bt_record_times(results, at->point)[at->record]);
}

static void write_element(exporting *to, const exported *unit, const place *at)
{
    const bt_results *results = to->results;
    for (size_t i = 0; i < to->n_dimensions; i++) {
        if (strcmp(to->dimension[i], unit->dimension) != 0)
            bt_csv_missing(&to->csv);
        else if (unit->found.axis == BT_PER_PRODUCT)
            bt_csv_text(&to->csv, results->product_name[at->element]);
        else if (unit->found.axis == BT_PER_SELLER)
            bt_csv_text(&to->csv, results->seller_name[at->element]);
        else
            bt_csv_count(&to->csv, at->element);
    }
}

/* Do two variables share their rows? */
static bool same_unit(const exported *left, const exported *right)
{
    return left->kind == right->kind && strcmp(left->dimension, right->dimension) == 0;
}

static void write_row(exporting *to, const exported *unit, const place *at)
{
    write_place(to, at);
    write_element(to, unit, at);
    for (size_t i = 0; i < to->n_variables; i++) {
        const exported *variable = &to->variable[i];
        size_t record = at->record == SIZE_MAX ? 0 : at->record;
        if (same_unit(variable, unit))
            bt_csv_number(&to->csv,
                          variable->value[record * variable->found.axis_length + at->element]);
        else
            bt_csv_missing(&to->csv);
    }
    bt_csv_end_row(&to->csv);
    to->n_rows++;
}

/* Read one run of every variable of the unit (or one point of its benchmarks). */
static bt_status read_unit(exporting *to, const exported *unit, size_t point,
                           size_t replication)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < to->n_variables && status == BT_OK; i++) {
        exported *next = &to->variable[i];
        if (!same_unit(next, unit))
            continue;
        if (next->kind == SERIES)
            status = bt_read_series(to->results, &next->found, point, replication, next->value,
                                    to->error);
        else if (next->kind == OUTCOME)
            status = bt_read_outcome(to->results, &next->found, point, replication, next->value,
                                     to->error);
        else
            status =
                bt_read_benchmark(to->results, &next->found, point, next->value, to->error);
    }
    return status;
}

/* The last record that has a number in any variable of the unit. */
static size_t recorded_length(const exporting *to, const exported *unit)
{
    size_t longest = 0;
    for (size_t i = 0; i < to->n_variables; i++) {
        const exported *next = &to->variable[i];
        for (size_t j = 0; same_unit(next, unit) && j < next->found.axis_length; j++) {
            size_t length = bt_recorded_length(next->value + j, to->results->n_records,
                                               next->found.axis_length);
            longest = length > longest ? length : longest;
        }
    }
    return longest;
}

/* The rows of one run (or, of benchmarks, of one point). */
static bt_status write_run(exporting *to, const exported *unit, size_t point,
                           size_t replication)
{
    bt_status status = read_unit(to, unit, point, replication);
    if (status != BT_OK)
        return status;
    bool over_time = unit->kind == SERIES;
    size_t n_records = over_time ? recorded_length(to, unit) : 1;
    for (size_t record = 0; record < n_records; record++)
        for (size_t element = 0; element < unit->found.axis_length; element++)
            write_row(to, unit,
                      &(place){point, replication, over_time ? record : SIZE_MAX, element});
    if (ferror(to->csv.stream))
        return bt_fail(to->error, BT_IO, "the table cannot be written");
    return BT_OK;
}

static bt_status write_unit(exporting *to, const exported *unit, size_t point)
{
    if (unit->kind == BENCHMARK)
        return write_run(to, unit, point, SIZE_MAX);
    bt_status status = BT_OK;
    for (size_t i = 0; i < to->results->n_replications && status == BT_OK; i++)
        if (bt_run_is_done(to->results, point, i))
            status = write_run(to, unit, point, i);
    return status;
}

/* Unit by unit; those of a variable that was written already are done. */
static bt_status write_units(exporting *to, size_t first_point, size_t last_point)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < to->n_variables && status == BT_OK; i++) {
        const exported *unit = &to->variable[i];
        if (unit->is_written)
            continue;
        for (size_t point = first_point; point < last_point && status == BT_OK; point++)
            status = write_unit(to, unit, point);
        for (size_t j = i; j < to->n_variables; j++)
            to->variable[j].is_written |= same_unit(&to->variable[j], unit);
    }
    return status;
}

bt_status bt_export_csv(const bt_results *results, const bt_export_setting *setting,
                        FILE *stream, const char *stream_name, size_t *n_rows, bt_error *error)
{
    *n_rows = 0;
    if (setting->point != SIZE_MAX && setting->point >= results->n_points)
        return bt_fail(error, BT_BAD_USAGE, "%s has no point %zu: its points are 0 to %zu",
                       results->path, setting->point, results->n_points - 1);
    exporting to = {.results = results,
                    .arena = bt_arena_create(),
                    .csv = {.stream = stream},
                    .error = error};
    if (to.arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while results were exported");
    bt_status status = choose(&to, setting);
    if (status == BT_OK) {
        bool all = setting->point == SIZE_MAX;
        write_header(&to);
        status = write_units(&to, all ? 0 : setting->point,
                             all ? results->n_points : setting->point + 1);
    }
    if (status == BT_OK)
        status = bt_csv_finish(&to.csv, stream_name, error);
    *n_rows = to.n_rows;
    bt_arena_destroy(to.arena);
    return status;
}
