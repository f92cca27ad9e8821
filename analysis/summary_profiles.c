/* Outcomes by seller as tables: one row an outcome, or one table an outcome along a grid. */
#include <math.h>
#include <string.h>

#include "analysis/profiles.h"
#include "analysis/summary_output.h"

enum { LABEL_WIDTH = 26, LEAST_COLUMN = 10, CELL = 64, FINE_GRID = 20 };

typedef struct table_writer {
    const bt_summary *summary;
    const bt_results *results;
    size_t point;
    bt_arena *arena; /* of one table */
    int *width;      /* [seller] */
    FILE *stream;
} table_writer;

static void print_sellers(const table_writer *self, const char *label)
{
    fprintf(self->stream, "  %-*s", LABEL_WIDTH, label);
    for (size_t i = 0; i < self->results->n_sellers; i++)
        fprintf(self->stream, "%*.*s", self->width[i], self->width[i] - 1,
                self->results->seller_name[i]);
    fputc('\n', self->stream);
}

/* Has any seller this row? */
static bool has_row(const table_writer *self, const bt_profile *profile,
                    const bt_interval *interval, size_t mark)
{
    for (size_t i = 0; i < self->results->n_sellers; i++)
        if (interval[i * profile->n_marks + mark].n > 0)
            return true;
    return false;
}

static void print_cells(const table_writer *self, const bt_profile *profile,
                        const bt_interval *interval, size_t mark)
{
    for (size_t i = 0; i < self->results->n_sellers; i++) {
        const bt_interval *cell = &interval[i * profile->n_marks + mark];
        if (cell->n == 0)
            fprintf(self->stream, "%*s", self->width[i], "-");
        else
            fprintf(self->stream, "%*.4g", self->width[i], cell->mean);
    }
    fputc('\n', self->stream);
}

/* Below a row of means: half the width of their intervals. */
static void print_half_widths(const table_writer *self, const bt_interval *interval)
{
    if (isnan(interval[0].low))
        return;
    fprintf(self->stream, "  %-*s", LABEL_WIDTH, "");
    for (size_t i = 0; i < self->results->n_sellers; i++) {
        char text[CELL];
        snprintf(text, sizeof(text), "\u00B1%.2g", (interval[i].high - interval[i].low) / 2);
        int bytes_over = 1; /* the sign is one column of two bytes */
        fprintf(self->stream, "%*s", self->width[i] + bytes_over,
                isnan(interval[i].low) ? "" : text);
    }
    fputc('\n', self->stream);
}

/* Marks of a fine grid that readers ask for: tenths, quarters and thirds, sixths. */
static bool is_shown(const bt_profile *profile, size_t mark)
{
    static const double shown[] = {0.25, 0.33, 0.67, 0.75, 0.83};
    if (profile->n_marks <= FINE_GRID)
        return true;
    double value = profile->mark[mark], step = profile->n_marks > 2 * FINE_GRID ? 0.1 : 0.125;
    bool is_round = fabs(value / step - round(value / step)) < 1e-6;
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        is_round = is_round || fabs(value - shown[i]) < 1e-6;
    return is_round;
}

static bt_status write_scalar(table_writer *self, const bt_profile *profile, bt_error *error)
{
    bt_interval *interval;
    bt_status status =
        bt_measure_profile(self->results, profile, self->point,
                           self->summary->setting.confidence, self->arena, &interval, error);
    if (status != BT_OK || !has_row(self, profile, interval, 0))
        return status;
    fprintf(self->stream, "  %-*s", LABEL_WIDTH, profile->name);
    print_cells(self, profile, interval, 0);
    print_half_widths(self, interval);
    return BT_OK;
}

static bt_status write_grid(table_writer *self, const bt_profile *profile, bt_error *error)
{
    bt_interval *interval;
    bt_status status =
        bt_measure_profile(self->results, profile, self->point,
                           self->summary->setting.confidence, self->arena, &interval, error);
    if (status != BT_OK)
        return status;
    fprintf(self->stream, "\n%s: %s\n", profile->name, profile->long_name);
    print_sellers(self, profile->grid);
    for (size_t mark = 0; mark < profile->n_marks; mark++) {
        if (!is_shown(profile, mark) || !has_row(self, profile, interval, mark))
            continue;
        fprintf(self->stream, "  %-*.4g", LABEL_WIDTH, profile->mark[mark]);
        print_cells(self, profile, interval, mark);
    }
    return BT_OK;
}

static bt_status write_one(table_writer *self, const bt_profile *profile, bt_error *error)
{
    self->arena = bt_arena_create();
    if (self->arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a summary was written");
    bt_status status = profile->grid == NULL ? write_scalar(self, profile, error)
                                             : write_grid(self, profile, error);
    bt_arena_destroy(self->arena);
    return status;
}

static bt_status write_all(table_writer *self, const bt_profile_list *list, bt_error *error)
{
    bt_status status = BT_OK;
    fputs("\nBy seller, means over runs and half the width of their intervals\n", self->stream);
    print_sellers(self, "");
    for (size_t i = 0; status == BT_OK && i < list->n; i++)
        if (list->profile[i].grid == NULL)
            status = write_one(self, &list->profile[i], error);
    for (size_t i = 0; status == BT_OK && i < list->n; i++) {
        bool is_count = strcmp(list->profile[i].units, "1") != 0; /* what shares are of */
        if (list->profile[i].grid != NULL && !is_count)
            status = write_one(self, &list->profile[i], error);
    }
    return status;
}

bt_status bt_write_profiles_text(const bt_summary *summary, size_t point, FILE *stream,
                                 bt_error *error)
{
    const bt_results *results = summary->results;
    bt_arena *arena = bt_arena_create();
    bt_profile_list list;
    table_writer self = {
        .summary = summary, .results = results, .point = point, .stream = stream};
    if (arena != NULL)
        self.width = BT_ARENA_NEW(arena, results->n_sellers + 1, int);
    bt_status status =
        self.width == NULL
            ? bt_fail(error, BT_INTERNAL, "memory ran out while a summary was written")
            : bt_list_profiles(results, arena, &list, error);
    for (size_t i = 0; status == BT_OK && i < results->n_sellers; i++) {
        int length = (int)strlen(results->seller_name[i]) + 2;
        self.width[i] = length > LEAST_COLUMN ? length : LEAST_COLUMN;
    }
    if (status == BT_OK && list.n > 0)
        status = write_all(&self, &list, error);
    bt_arena_destroy(arena);
    return status;
}
