#include "analysis/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "memory ran out while a result file was read");
}

static const char *dimension_name(const bt_results *results, const bt_result_variable *variable,
                                  size_t place)
{
    return bt_result_dimension_at(results->reader, variable->dimension[place])->name;
}

/* Is the variable's `place`-th dimension called this? */
static bool has_dimension(const bt_results *results, const bt_result_variable *variable,
                          size_t place, const char *name)
{
    return place < variable->rank &&
           strcmp(dimension_name(results, variable, place), name) == 0;
}

/* int64 elements become doubles in place; -1 becomes NAN where it means "no value". */
static void integers_to_doubles(void *data, size_t count, bool minus_one_is_missing)
{
    for (size_t i = 0; i < count; i++) {
        int64_t integer;
        memcpy(&integer, (char *)data + i * sizeof(integer), sizeof(integer));
        double number = minus_one_is_missing && integer == -1 ? NAN : (double)integer;
        memcpy((char *)data + i * sizeof(number), &number, sizeof(number));
    }
}

/* ---- opening ---- */

/* The whole of a numeric variable as doubles, owned by the arena. */
static bt_status read_numbers(bt_results *results, const bt_result_variable *variable,
                              const double **numbers, bt_error *error)
{
    size_t count = bt_result_elements(results->reader, variable);
    double *data = BT_ARENA_NEW(results->arena, count, double);
    if (data == NULL)
        return no_memory(error);
    bt_status status = bt_result_read(results->reader, variable, data, error);
    if (status == BT_OK && variable->type == BT_RESULT_INT64)
        integers_to_doubles(data, count, false);
    *numbers = data;
    return status;
}

/* The whole of a text variable as strings, owned by the arena. */
static bt_status read_words(bt_results *results, const bt_result_variable *variable,
                            const char *const **words, bt_error *error)
{
    size_t count = bt_result_elements(results->reader, variable);
    size_t length = variable->text_length;
    char *text = BT_ARENA_NEW(results->arena, count * length + 1, char);
    char *strings = BT_ARENA_NEW(results->arena, count * (length + 1), char);
    const char **list = BT_ARENA_NEW(results->arena, count, const char *);
    if (text == NULL || strings == NULL || list == NULL)
        return no_memory(error);
    bt_status status = bt_result_read(results->reader, variable, text, error);
    for (size_t i = 0; i < count && status == BT_OK; i++) {
        char *string = strings + i * (length + 1);
        memcpy(string, text + i * length, length);
        list[i] = string;
    }
    *words = list;
    return status;
}

static bool is_labels_of(const bt_results *results, const bt_result_variable *variable,
                         const char *dimension)
{
    return variable != NULL && variable->type == BT_RESULT_TEXT && variable->rank == 1 &&
           has_dimension(results, variable, 0, dimension);
}

/* Names of products or sellers: from NAME_name(NAME), else numbers from 1. */
static bt_status read_names(bt_results *results, const char *dimension, size_t count,
                            const char *const **names, bt_error *error)
{
    char variable_name[64];
    snprintf(variable_name, sizeof(variable_name), "%s_name", dimension);
    const bt_result_variable *variable = bt_result_find(results->reader, variable_name);
    if (is_labels_of(results, variable, dimension))
        return read_words(results, variable, names, error);
    const char **numbered = BT_ARENA_NEW(results->arena, count, const char *);
    if (numbered == NULL)
        return no_memory(error);
    for (size_t i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof(text), "%zu", i + 1);
        numbered[i] = bt_arena_copy_text(results->arena, text);
        if (numbered[i] == NULL)
            return no_memory(error);
    }
    *names = numbered;
    return BT_OK;
}

/* Is this numeric variable a time for each record (of each point)? */
static bool is_time(const bt_results *results, const bt_result_variable *variable)
{
    if (variable == NULL || variable->type == BT_RESULT_TEXT)
        return false;
    if (variable->rank == 1)
        return has_dimension(results, variable, 0, "record");
    return variable->rank == 2 && has_dimension(results, variable, 0, "point") &&
           has_dimension(results, variable, 1, "record");
}

static bt_status read_times(bt_results *results, bt_error *error)
{
    const bt_result_variable *variable = bt_result_find(results->reader, "time");
    if (!is_time(results, variable))
        variable = bt_result_find(results->reader, "record");
    if (is_time(results, variable)) {
        results->time_varies = variable->rank == 2;
        results->time_units = variable->units;
        return read_numbers(results, variable, &results->time, error);
    }
    double *number = BT_ARENA_NEW(results->arena, results->n_records, double);
    if (number == NULL)
        return no_memory(error);
    for (size_t i = 0; i < results->n_records; i++)
        number[i] = (double)(i + 1);
    results->time = number;
    results->time_units = "record";
    return BT_OK;
}

static bool is_swept(const bt_results *results, const bt_result_variable *variable)
{
    return variable->rank == 1 && variable->is_coordinate &&
           has_dimension(results, variable, 0, "point") && strcmp(variable->name, "point") != 0;
}

/* Short names, but whole paths where two short names are the same. */
void bt_label_swept(bt_swept *swept, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        swept[i].label = bt_short_name(swept[i].name);
        for (size_t j = 0; j < count; j++)
            if (j != i &&
                strcmp(bt_short_name(swept[j].name), bt_short_name(swept[i].name)) == 0)
                swept[i].label = swept[i].name;
    }
}

static bt_status read_swept(bt_results *results, bt_error *error)
{
    size_t n_variables = bt_result_n_variables(results->reader);
    bt_swept *swept = BT_ARENA_NEW(results->arena, n_variables, bt_swept);
    if (swept == NULL)
        return no_memory(error);
    results->swept = swept;
    bt_status status = BT_OK;
    for (size_t i = 0; i < n_variables && status == BT_OK; i++) {
        const bt_result_variable *variable = bt_result_variable_at(results->reader, i);
        if (!is_swept(results, variable))
            continue;
        bt_swept *next = &swept[results->n_swept++];
        next->name = variable->name;
        next->units = variable->units == NULL ? "1" : variable->units;
        status = variable->type == BT_RESULT_TEXT
                     ? read_words(results, variable, &next->words, error)
                     : read_numbers(results, variable, &next->value, error);
    }
    bt_label_swept(swept, results->n_swept);
    return status;
}

static bt_status read_run_states(bt_results *results, bt_error *error)
{
    const bt_result_variable *variable = bt_result_find(results->reader, "status");
    size_t n_runs = results->n_points * results->n_replications;
    if (variable == NULL || variable->type != BT_RESULT_INT64 ||
        bt_result_elements(results->reader, variable) != n_runs)
        return bt_fail(error, BT_BAD_INPUT, "%s has no status for each of its runs",
                       results->path);
    int64_t *state = BT_ARENA_NEW(results->arena, n_runs, int64_t);
    unsigned char *kept = BT_ARENA_NEW(results->arena, n_runs, unsigned char);
    if (state == NULL || kept == NULL)
        return no_memory(error);
    bt_status status = bt_result_read(results->reader, variable, state, error);
    for (size_t i = 0; i < n_runs && status == BT_OK; i++) {
        bool known = state[i] == BT_RUN_DONE || state[i] == BT_RUN_FAILED;
        kept[i] = (unsigned char)(known ? state[i] : BT_RUN_PENDING);
        results->n_done += kept[i] == BT_RUN_DONE;
        results->n_failed += kept[i] == BT_RUN_FAILED;
        results->n_pending += kept[i] == BT_RUN_PENDING;
    }
    results->run_state = kept;
    return status;
}

/* A global attribute under the first of these names that the file has, or "". */
static const char *attribute(const bt_results *results, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = bt_result_text(results->reader, names[i]);
        if (text != NULL)
            return text;
    }
    return "";
}

static void read_attributes(bt_results *results)
{
    static const char *const name[] = {"title", "name"};
    static const char *const paired[] = {"common_random_numbers"};
    results->experiment = attribute(results, name, sizeof(name) / sizeof(name[0]));
    results->common_random_numbers = strcmp(attribute(results, paired, 1), "true") == 0;
}

static bt_status read_all(bt_results *results, bt_error *error)
{
    results->n_points = bt_result_length(results->reader, "point");
    results->n_replications = bt_result_length(results->reader, "replication");
    results->n_records = bt_result_length(results->reader, "record");
    results->n_products = bt_result_length(results->reader, "product");
    results->n_sellers = bt_result_length(results->reader, "seller");
    if (results->n_points == 0 || results->n_replications == 0)
        return bt_fail(error, BT_BAD_INPUT, "%s has no runs: no point or no replication",
                       results->path);
    read_attributes(results);
    bt_status status = read_run_states(results, error);
    if (status == BT_OK)
        status =
            read_names(results, "product", results->n_products, &results->product_name, error);
    if (status == BT_OK)
        status =
            read_names(results, "seller", results->n_sellers, &results->seller_name, error);
    if (status == BT_OK)
        status = read_times(results, error);
    if (status == BT_OK)
        status = read_swept(results, error);
    return status;
}

/* Open the file, or the unfinished one beside it. */
static bt_status open_reader(bt_results *results, const char *path, bt_error *error)
{
    bt_status status = bt_result_open(path, &results->reader, error);
    results->path = bt_arena_copy_text(results->arena, path);
    if (status == BT_NO_INPUT) {
        size_t size = strlen(path) + sizeof(".part");
        char *part = BT_ARENA_NEW(results->arena, size, char);
        if (part == NULL)
            return no_memory(error);
        snprintf(part, size, "%s.part", path);
        bt_error ignored;
        if (bt_result_open(part, &results->reader, &ignored) == BT_OK) {
            results->path = part;
            status = BT_OK;
        }
    }
    if (results->path == NULL)
        return no_memory(error);
    size_t length = strlen(results->path);
    results->is_part = length > 5 && strcmp(results->path + length - 5, ".part") == 0;
    return status;
}

bt_status bt_results_open(const char *path, bt_results **results, bt_error *error)
{
    *results = NULL;
    bt_arena *arena = bt_arena_create();
    bt_results *opened = arena == NULL ? NULL : BT_ARENA_NEW(arena, 1, bt_results);
    if (opened == NULL) {
        bt_arena_destroy(arena);
        return no_memory(error);
    }
    opened->arena = arena;
    bt_status status = open_reader(opened, path, error);
    if (status == BT_OK)
        status = read_all(opened, error);
    if (status != BT_OK) {
        bt_results_close(opened);
        return status;
    }
    *results = opened;
    return BT_OK;
}

void bt_results_close(bt_results *results)
{
    if (results == NULL)
        return;
    bt_result_reader_close(results->reader);
    bt_arena_destroy(results->arena);
}

/* ---- asking ---- */

bool bt_run_is_done(const bt_results *results, size_t point, size_t replication)
{
    return results->run_state[point * results->n_replications + replication] == BT_RUN_DONE;
}

size_t bt_runs_done_at(const bt_results *results, size_t point)
{
    size_t count = 0;
    for (size_t replication = 0; replication < results->n_replications; replication++)
        count += bt_run_is_done(results, point, replication);
    return count;
}

size_t bt_point_number(const bt_results *results, size_t point)
{
    return results->file_point == NULL ? point : results->file_point[point];
}

const double *bt_record_times(const bt_results *results, size_t point)
{
    return results->time + (results->time_varies ? point * results->n_records : 0);
}

size_t bt_record_count(const bt_results *results, size_t point)
{
    const double *time = bt_record_times(results, point);
    size_t count = results->n_records;
    while (count > 0 && !isfinite(time[count - 1]))
        count--;
    return count;
}

static const bt_found nothing = {.axis_length = 1, .units = "1", .long_name = ""};

/* The variable whose first `n_fixed` dimensions are checked already, with at most one
 * more. */
static bt_found found(const bt_results *results, const bt_result_variable *variable,
                      size_t n_fixed)
{
    if (variable->type == BT_RESULT_TEXT || variable->rank < n_fixed ||
        variable->rank > n_fixed + 1)
        return nothing;
    bt_found is = {.variable = variable,
                   .axis_length = 1,
                   .units = variable->units == NULL ? "1" : variable->units,
                   .long_name = variable->long_name == NULL || variable->long_name[0] == '\0'
                                    ? variable->name
                                    : variable->long_name};
    if (variable->rank == n_fixed)
        return is;
    is.axis_length =
        bt_result_dimension_at(results->reader, variable->dimension[n_fixed])->length;
    is.axis = has_dimension(results, variable, n_fixed, "product")  ? BT_PER_PRODUCT
              : has_dimension(results, variable, n_fixed, "seller") ? BT_PER_SELLER
                                                                    : BT_PER_OTHER;
    return is;
}

static bt_found as_series(const bt_results *results, const bt_result_variable *variable)
{
    if (variable == NULL || !variable->per_run ||
        !has_dimension(results, variable, 2, "record"))
        return nothing;
    return found(results, variable, 3);
}

bt_found bt_find_series(const bt_results *results, const char *name)
{
    return as_series(results, bt_result_find(results->reader, name));
}

bt_found bt_find_outcome(const bt_results *results, const char *name)
{
    const bt_result_variable *variable = bt_result_find(results->reader, name);
    if (variable == NULL || !variable->per_run || has_dimension(results, variable, 2, "record"))
        return nothing;
    return found(results, variable, 2);
}

bt_found bt_find_benchmark(const bt_results *results, const char *name)
{
    const bt_result_variable *variable = bt_result_find(results->reader, name);
    if (variable == NULL || variable->per_run || !has_dimension(results, variable, 0, "point"))
        return nothing;
    return found(results, variable, 1);
}

bt_found bt_series_at(const bt_results *results, size_t index)
{
    size_t seen = 0;
    for (size_t i = 0; i < bt_result_n_variables(results->reader); i++) {
        bt_found series = as_series(results, bt_result_variable_at(results->reader, i));
        if (series.variable != NULL && seen++ == index)
            return series;
    }
    return nothing;
}

/* ---- reading ---- */

static bt_status read_run(const bt_results *results, const bt_found *what, size_t point,
                          size_t replication, size_t count, double *value, bt_error *error)
{
    if (!bt_run_is_done(results, point, replication)) {
        for (size_t i = 0; i < count; i++)
            value[i] = NAN;
        return BT_OK;
    }
    bt_status status =
        bt_result_read_run(results->reader, what->variable, bt_point_number(results, point),
                           replication, value, error);
    if (status == BT_OK && what->variable->type == BT_RESULT_INT64)
        integers_to_doubles(value, count, true);
    return status;
}

bt_status bt_read_series(const bt_results *results, const bt_found *series, size_t point,
                         size_t replication, double *value, bt_error *error)
{
    return read_run(results, series, point, replication,
                    results->n_records * series->axis_length, value, error);
}

bt_status bt_read_outcome(const bt_results *results, const bt_found *outcome, size_t point,
                          size_t replication, double *value, bt_error *error)
{
    return read_run(results, outcome, point, replication, outcome->axis_length, value, error);
}

bt_status bt_read_benchmark(const bt_results *results, const bt_found *benchmark, size_t point,
                            double *value, bt_error *error)
{
    size_t length = benchmark->axis_length;
    size_t count = bt_result_elements(results->reader, benchmark->variable);
    double *all = calloc(count, sizeof(double));
    if (all == NULL)
        return no_memory(error);
    bt_status status = bt_result_read(results->reader, benchmark->variable, all, error);
    if (status == BT_OK) {
        if (benchmark->variable->type == BT_RESULT_INT64)
            integers_to_doubles(all, count, false);
        memcpy(value, all + bt_point_number(results, point) * length, length * sizeof(double));
    }
    free(all);
    return status;
}

const char *bt_short_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot == NULL || dot[1] == '\0' ? path : dot + 1;
}

void bt_describe_point(const bt_results *results, size_t point, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < results->n_swept && used < size; i++) {
        const bt_swept *swept = &results->swept[i];
        if (swept->words == NULL && isnan(swept->value[point]))
            continue; /* a parameter that this point does not have */
        const char *separator = used == 0 ? "" : ", ";
        int written = swept->words != NULL
                          ? snprintf(text + used, size - used, "%s%s = %s", separator,
                                     swept->label, swept->words[point])
                          : snprintf(text + used, size - used, "%s%s = %.4g", separator,
                                     swept->label, swept->value[point]);
        used += written > 0 ? (size_t)written : 0;
    }
}
