#include "analysis/summary_output.h"

#include <math.h>
#include <string.h>

#include "analysis/verdict.h"

enum { CELL_ROOM = 64, TEXT_WIDTH = 88 };

/* Characters, not bytes, so that columns line up. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void print_left(FILE *stream, const char *text, int width)
{
    fprintf(stream, "%s%*s", text, width > width_of(text) ? width - width_of(text) : 0, "");
}

static void print_right(FILE *stream, const char *text, int width)
{
    fprintf(stream, "%*s%s", width > width_of(text) ? width - width_of(text) : 0, "", text);
}

static void format_value(char *text, double value)
{
    if (isnan(value))
        strcpy(text, "-");
    else
        snprintf(text, CELL_ROOM, "%.5g", value);
}

static void format_bounds(char *text, const bt_interval *interval)
{
    if (isnan(interval->low))
        strcpy(text, "-");
    else
        snprintf(text, CELL_ROOM, "[%.5g, %.5g]", interval->low, interval->high);
}

/* Words of `text` in lines after an indent. */
static void print_wrapped(FILE *stream, const char *text, int indent)
{
    int column = indent;
    fprintf(stream, "%*s", indent, "");
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > indent && column + 1 + (int)length > TEXT_WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', stream);
            column++;
        }
        fwrite(text, 1, length, stream);
        column += (int)length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', stream);
}

/* ---- head and foot ---- */

static void print_head(const bt_summary *summary, FILE *stream)
{
    const bt_results *results = summary->results;
    size_t n_runs = results->n_points * results->n_replications;
    fprintf(stream, "%s: %zu of %zu runs done",
            results->experiment[0] == '\0' ? results->path : results->experiment,
            results->n_done, n_runs);
    if (results->n_failed > 0)
        fprintf(stream, ", %zu failed", results->n_failed);
    if (results->is_part)
        fprintf(stream, " (not finished: %s)", results->path);
    fprintf(stream, "; %zu point%s of %zu replication%s\n", results->n_points,
            results->n_points == 1 ? "" : "s", results->n_replications,
            results->n_replications == 1 ? "" : "s");
    fprintf(stream,
            "Final: %smean of the last %g %% of the records. Intervals: %g %%, over"
            " replications.\n",
            summary->setting.use_limit_cycle ? "over the limit cycle of a run that ended in"
                                               " one, else "
                                             : "",
            100 * summary->setting.window, 100 * summary->setting.confidence);
}

static void print_missing(const bt_summary *summary, FILE *stream)
{
    if (summary->list.n_missing == 0)
        return;
    fprintf(stream, "\nNot recorded in this file:");
    for (size_t i = 0; i < summary->list.n_missing; i++)
        fprintf(stream, "%s %s", i == 0 ? "" : ",", summary->list.missing[i]);
    fputc('\n', stream);
}

static void print_difference_note(const bt_summary *summary, FILE *stream)
{
    if (summary->baseline == BT_NO_BASELINE)
        return;
    fprintf(stream, "\nDifferences are from point %zu, paired by replication.%s\n",
            bt_point_number(summary->results, summary->baseline),
            summary->results->common_random_numbers
                ? ""
                : " The points did not use common random numbers, so pairing gains nothing.");
}

static void print_point_title(const bt_summary *summary, const bt_point_summary *point,
                              FILE *stream)
{
    char parameters[512];
    bt_describe_point(summary->results, point->point, parameters, sizeof(parameters));
    fprintf(stream, "\nPoint %zu%s%s (%zu run%s)\n",
            bt_point_number(summary->results, point->point), parameters[0] == '\0' ? "" : ": ",
            parameters, point->n_done, point->n_done == 1 ? "" : "s");
    char verdict[BT_VERDICT_LENGTH];
    bt_write_verdict(summary, point, verdict, sizeof(verdict));
    print_wrapped(stream, verdict, 2);
}

/* ---- one point ---- */

static void print_row(FILE *stream, const char *label, const char *units,
                      const bt_interval *interval, const bt_interval *difference)
{
    char value[CELL_ROOM];
    char bounds[CELL_ROOM];
    char label_with_units[128];
    bool has_units = strcmp(units, "1") != 0;
    snprintf(label_with_units, sizeof(label_with_units), "%.80s%s%.30s%s", label,
             has_units ? " (" : "", has_units ? units : "", has_units ? ")" : "");
    format_value(value, interval->mean);
    format_bounds(bounds, interval);
    fputs("  ", stream);
    print_left(stream, label_with_units, 40);
    print_right(stream, value, 12);
    fputs("  ", stream);
    print_left(stream, interval->standard_error == 0 ? "" : bounds, 24);
    fprintf(stream, "%6zu", interval->n);
    if (difference != NULL) {
        format_value(value, difference->mean);
        format_bounds(bounds, difference);
        print_right(stream, value, 14);
        fprintf(stream, "  %s", bounds);
    }
    fputc('\n', stream);
}

static void print_columns(const bt_summary *summary, FILE *stream)
{
    char bounds[CELL_ROOM];
    snprintf(bounds, sizeof(bounds), "%g %% interval", 100 * summary->setting.confidence);
    fputs("\n  ", stream);
    print_left(stream, "", 40);
    print_right(stream, "mean", 12);
    fputs("  ", stream);
    print_left(stream, bounds, 24);
    fputs("  runs", stream);
    if (summary->baseline != BT_NO_BASELINE)
        fputs("    difference  its interval", stream);
    fputc('\n', stream);
}

static void print_statistics(const bt_summary *summary, const bt_point_summary *point,
                             FILE *stream)
{
    print_columns(summary, stream);
    for (size_t i = 0; i < summary->list.n; i++) {
        const bt_statistic *statistic = &summary->list.statistic[i];
        if (statistic->is_available && point->statistic[i].n > 0)
            print_row(stream, statistic->label, statistic->units, &point->statistic[i],
                      point->difference == NULL ? NULL : &point->difference[i]);
    }
}

/* A row of "name, value [bounds], benchmark, benchmark, ...". */
static void print_member(FILE *stream, const char *name, const bt_interval *interval,
                         const double *benchmark, size_t n_benchmarks)
{
    char text[CELL_ROOM];
    char bounds[CELL_ROOM];
    fputs("  ", stream);
    print_left(stream, name, 20);
    format_value(text, interval->mean);
    print_right(stream, text, 12);
    format_bounds(bounds, interval);
    fputs("  ", stream);
    print_left(stream, bounds, 24);
    for (size_t i = 0; i < n_benchmarks; i++) {
        format_value(text, benchmark[i]);
        print_right(stream, text, 13);
    }
    fputc('\n', stream);
}

static void print_member_columns(FILE *stream, const char *member, const char *value,
                                 const char *const *benchmark, size_t n_benchmarks)
{
    fputs("\n  ", stream);
    print_left(stream, member, 20);
    print_right(stream, value, 12);
    fputs("  ", stream);
    print_left(stream, "interval", 24);
    for (size_t i = 0; i < n_benchmarks; i++)
        print_right(stream, benchmark[i], 13);
    fputc('\n', stream);
}

static void print_products(const bt_summary *summary, const bt_point_summary *point,
                           FILE *stream)
{
    static const char *const benchmark[] = {"equilibrium", "joint-profit", "first best"};
    const bt_results *results = summary->results;
    if (results->n_products < 2 || !summary->list.statistic[BT_STATISTIC_PRICE].is_available)
        return;
    print_member_columns(stream, "product", "final price", benchmark, 3);
    for (size_t i = 0; i < results->n_products; i++)
        print_member(stream, results->product_name[i], &point->price[i],
                     (const double[]){point->nash_price[i], point->joint_profit_price[i],
                                      point->first_best_price[i]},
                     3);
}

static void print_sellers(const bt_summary *summary, const bt_point_summary *point,
                          FILE *stream)
{
    static const char *const benchmark[] = {"equilibrium", "joint-profit", "\u0394"};
    const bt_results *results = summary->results;
    if (results->n_sellers < 2 || !summary->list.statistic[BT_STATISTIC_PROFIT].is_available)
        return;
    print_member_columns(stream, "seller", "final profit", benchmark, 3);
    for (size_t i = 0; i < results->n_sellers; i++)
        print_member(stream, results->seller_name[i], &point->profit[i],
                     (const double[]){point->nash_profit[i], point->joint_profit[i],
                                      point->delta[i].mean},
                     3);
}

/* ---- several points ---- */

/* Statistics that tell points apart at a glance. */
enum { MOST_COLUMNS = 9 };

typedef struct column_set {
    const char *title; /* "": none */
    size_t n_columns;
    bt_known_statistic statistic[MOST_COLUMNS];
    const char *name[MOST_COLUMNS];
} column_set;

static const column_set overview = {
    "",
    7,
    {BT_STATISTIC_PRICE, BT_STATISTIC_NASH_PRICE, BT_STATISTIC_DISTANCE,
     BT_STATISTIC_EXPLOITABILITY, BT_STATISTIC_DELTA, BT_STATISTIC_CONVERGED,
     BT_STATISTIC_EFFICIENCY},
    {"price", "equilibrium", "distance", "exploitable", "\u0394", "converged", "efficiency"}};

/* The gain beside the band of the grid's own equilibria. */
static const column_set audit = {
    "Audit, over the last part of each run; band: gains of coarse correlated equilibria of the "
    "grid;\nregrets over Nash profit; verdicts in shares of runs",
    9,
    {BT_STATISTIC_AUDIT_DELTA, BT_STATISTIC_GRID_COARSE_LOW, BT_STATISTIC_GRID_COARSE_HIGH,
     BT_STATISTIC_REGRET, BT_STATISTIC_LEAST_REGRET, BT_STATISTIC_EQUILIBRIUM,
     BT_STATISTIC_NOT_CONVERGED, BT_STATISTIC_LEARNING_FAILURE, BT_STATISTIC_COLLUSION},
    {"\u0394", "band from", "to", "regret", "least", "equilibrium", "not yet", "failure",
     "collusion"}};

static bool has_column(const bt_summary *summary, const column_set *set, size_t column)
{
    bt_known_statistic statistic = set->statistic[column];
    return summary->list.statistic[statistic].is_available &&
           bt_summary_shows(summary, statistic);
}

static int widest_parameters(const bt_summary *summary)
{
    int widest = 10;
    for (size_t i = 0; i < summary->n_points; i++) {
        char parameters[512];
        bt_describe_point(summary->results, summary->point[i].point, parameters,
                          sizeof(parameters));
        int width = width_of(parameters);
        widest = width > widest ? width : widest;
    }
    return widest < 60 ? widest : 60;
}

/* "0.849 \u00B10.012": half the interval's width after the mean. */
static void format_with_half_width(char *text, const bt_interval *interval, bool mean_only)
{
    double half = (interval->high - interval->low) / 2;
    if (isnan(interval->mean))
        strcpy(text, "-");
    else if (mean_only || isnan(half))
        snprintf(text, CELL_ROOM, "%.4g", interval->mean);
    else
        snprintf(text, CELL_ROOM, "%.4g \u00B1%.2g", interval->mean, half);
}

static const bt_interval *intervals_of(const bt_point_summary *point, bool of_differences)
{
    return of_differences ? point->difference : point->statistic;
}

static void format_overview_cell(const bt_summary *summary, const bt_point_summary *point,
                                 bt_known_statistic statistic, bool of_differences, char *text)
{
    format_with_half_width(text, &intervals_of(point, of_differences)[statistic],
                           summary->list.statistic[statistic].kind != BT_MEAN);
}

/* The widest of a column's cells and its title. */
static int column_width(const bt_summary *summary, const column_set *set, size_t column,
                        bool of_differences)
{
    int widest = width_of(set->name[column]);
    for (size_t i = 0; i < summary->n_points; i++) {
        char text[CELL_ROOM];
        format_overview_cell(summary, &summary->point[i], set->statistic[column],
                             of_differences, text);
        int width = width_of(text);
        widest = width > widest ? width : widest;
    }
    return widest + 2;
}

static void print_overview_row(const bt_summary *summary, const bt_point_summary *point,
                               const column_set *set, bool of_differences, int parameters_width,
                               const int *width, FILE *stream)
{
    char text[512];
    fprintf(stream, "%6zu  ", bt_point_number(summary->results, point->point));
    bt_describe_point(summary->results, point->point, text, sizeof(text));
    print_left(stream, text, parameters_width);
    for (size_t i = 0; i < set->n_columns; i++) {
        if (!has_column(summary, set, i))
            continue;
        format_overview_cell(summary, point, set->statistic[i], of_differences, text);
        print_right(stream, text, width[i]);
    }
    fprintf(stream, "%6zu\n", point->n_done);
}

static void print_overview(const bt_summary *summary, const column_set *set,
                           bool of_differences, FILE *stream)
{
    int parameters_width = widest_parameters(summary);
    int width[MOST_COLUMNS] = {0};
    fputs(of_differences ? "\nDifferences\n" : "\n", stream);
    if (set->title[0] != '\0')
        fprintf(stream, "%s\n", set->title);
    fputs(" point  ", stream);
    print_left(stream, "", parameters_width);
    for (size_t i = 0; i < set->n_columns; i++) {
        if (!has_column(summary, set, i))
            continue;
        width[i] = column_width(summary, set, i, of_differences);
        print_right(stream, set->name[i], width[i]);
    }
    fputs("  runs\n", stream);
    for (size_t i = 0; i < summary->n_points; i++)
        print_overview_row(summary, &summary->point[i], set, of_differences, parameters_width,
                           width, stream);
}

bt_status bt_write_summary_text(const bt_summary *summary, FILE *stream, bt_error *error)
{
    print_head(summary, stream);
    if (summary->n_points == 1) {
        const bt_point_summary *point = &summary->point[0];
        print_point_title(summary, point, stream);
        print_statistics(summary, point, stream);
        print_products(summary, point, stream);
        print_sellers(summary, point, stream);
        bt_status status = bt_write_profiles_text(summary, point->point, stream, error);
        if (status != BT_OK)
            return status;
    } else {
        print_overview(summary, &overview, false, stream);
        if (has_column(summary, &audit, 0))
            print_overview(summary, &audit, false, stream);
        if (summary->baseline != BT_NO_BASELINE)
            print_overview(summary, &overview, true, stream);
        for (size_t i = 0; i < summary->n_points && summary->n_points <= 12; i++)
            print_point_title(summary, &summary->point[i], stream);
        fputs("\nEvery statistic of a point: --point N; of all: --format csv or json.\n",
              stream);
    }
    print_difference_note(summary, stream);
    print_missing(summary, stream);
    if (fflush(stream) != 0 || ferror(stream))
        return bt_fail(error, BT_IO, "the summary cannot be written");
    return BT_OK;
}
