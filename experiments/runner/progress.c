#include "experiments/runner/progress.h"

#include <math.h>
#include <string.h>

enum { BAR_WIDTH = 30, TIME_TEXT = 32, RATE_TEXT = 48 };
static const double seconds_between_bars = 0.1;
static const double seconds_between_lines = 30;
static const double seconds_before_estimates = 1;

bt_progress bt_progress_begin(FILE *stream, bool is_terminal, bool has_colour, double now)
{
    return (bt_progress){.stream = stream,
                         .is_terminal = is_terminal,
                         .has_colour = has_colour,
                         .began = now,
                         .last_shown = now};
}

/* 0:07, 12:30, 3:05:00, 4 d 02 h */
static void print_duration(double seconds, char *text)
{
    double whole = floor(seconds + 0.5);
    if (!(whole < 1e9)) {
        snprintf(text, TIME_TEXT, "-:--");
        return;
    }
    long total = (long)whole, minutes = total / 60, hours = minutes / 60;
    if (hours >= 48)
        snprintf(text, TIME_TEXT, "%ld d %02ld h", hours / 24, hours % 24);
    else if (hours > 0)
        snprintf(text, TIME_TEXT, "%ld:%02ld:%02ld", hours, minutes % 60, total % 60);
    else
        snprintf(text, TIME_TEXT, "%ld:%02ld", minutes, total % 60);
}

/* "8.4/s"; below one a second "12 s each", "2:30 each" */
static void print_rate(double runs, double seconds, char *text)
{
    double rate = seconds > 0 ? runs / seconds : 0;
    char each[TIME_TEXT];
    if (rate >= 1) {
        snprintf(text, RATE_TEXT, "%.*f/s", rate < 100 ? 1 : 0, rate);
    } else if (rate > 1.0 / 60) {
        snprintf(text, RATE_TEXT, "%.3g s each", 1 / rate);
    } else if (rate > 0) {
        print_duration(1 / rate, each);
        snprintf(text, RATE_TEXT, "%s each", each);
    } else {
        snprintf(text, RATE_TEXT, "-/s");
    }
}

static void print_bar(const bt_progress *progress, double fraction)
{
    int filled = (int)(fraction * BAR_WIDTH);
    filled = filled < 0 ? 0 : filled > BAR_WIDTH ? BAR_WIDTH : filled;
    fputc('[', progress->stream);
    fputs(progress->has_colour ? "\033[32m" : "", progress->stream);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : '-', progress->stream);
    fputs(progress->has_colour ? "\033[0m" : "", progress->stream);
    fputs("] ", progress->stream);
}

/* Go back to the begin of the line on a terminal. */
static void begin_state(const bt_progress *progress)
{
    if (progress->is_terminal)
        fputs("\r\033[K", progress->stream);
}

static void end_state(bt_progress *progress, double now)
{
    if (!progress->is_terminal)
        fputc('\n', progress->stream);
    fflush(progress->stream);
    progress->is_drawn = progress->is_terminal;
    progress->last_shown = now;
}

static bool is_due(const bt_progress *progress, double now)
{
    double pause = progress->is_terminal ? seconds_between_bars : seconds_between_lines;
    return progress->stream != NULL && now - progress->last_shown >= pause;
}

static void print_state(bt_progress *progress, const bt_run_progress *runs, double now)
{
    double elapsed = now - progress->began;
    double planned = (double)(runs->n_runs - runs->n_before);
    double done = runs->fraction * planned;
    char rate[RATE_TEXT], left[TIME_TEXT];
    bool can_tell = done > 0 && elapsed >= seconds_before_estimates;
    print_rate(can_tell ? done : 0, elapsed, rate);
    print_duration(can_tell ? elapsed * (planned - done) / done : INFINITY, left);
    begin_state(progress);
    if (progress->is_terminal) {
        double before = (double)runs->n_before;
        print_bar(progress, (before + done) / (double)runs->n_runs);
    }
    fprintf(progress->stream, "%zu/%zu runs  %s  %s left", runs->n_before + runs->n_done,
            runs->n_runs, rate, left);
    if (runs->n_failed > 0)
        fprintf(progress->stream, "  %zu failed", runs->n_failed);
    end_state(progress, now);
}

void bt_progress_show(bt_progress *progress, const bt_run_progress *runs, double now)
{
    if (is_due(progress, now))
        print_state(progress, runs, now);
}

void bt_progress_show_share(bt_progress *progress, const char *label, double fraction,
                            double now)
{
    if (!is_due(progress, now))
        return;
    double elapsed = now - progress->began;
    char left[TIME_TEXT];
    bool can_tell = fraction > 0 && elapsed >= seconds_before_estimates;
    print_duration(can_tell ? elapsed * (1 - fraction) / fraction : INFINITY, left);
    begin_state(progress);
    if (progress->is_terminal)
        print_bar(progress, fraction);
    fprintf(progress->stream, "%.0f %%  %s  %s left", 100 * fraction, label, left);
    end_state(progress, now);
}

void bt_progress_end(bt_progress *progress, const bt_run_progress *runs, double now)
{
    if (progress->stream == NULL)
        return;
    bt_progress_clear(progress);
    char duration[TIME_TEXT];
    print_duration(now - progress->began, duration);
    fprintf(progress->stream, "%zu of %zu runs done", runs->n_before + runs->n_done,
            runs->n_runs);
    if (runs->n_failed > 0)
        fprintf(progress->stream, ", %zu failed", runs->n_failed);
    fprintf(progress->stream, ", in %s\n", duration);
    fflush(progress->stream);
}

void bt_progress_clear(bt_progress *progress)
{
    if (progress->stream == NULL || !progress->is_drawn)
        return;
    fputs("\r\033[K", progress->stream);
    progress->is_drawn = false;
}
