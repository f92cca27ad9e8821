#include "analysis/figure_ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\u2212"

/* `text` with every '-' as a true minus sign. */
static void copy_with_minus(char *into, size_t size, const char *text)
{
    size_t used = 0;
    for (; *text != '\0'; text++) {
        const char *piece = *text == '-' ? MINUS : (const char[]){*text, '\0'};
        size_t length = strlen(piece);
        if (used + length + 1 > size)
            break;
        memcpy(into + used, piece, length);
        used += length;
    }
    into[used] = '\0';
}

static void format_fixed(char *text, size_t size, double value, int decimals)
{
    char plain[64];
    bool rounds_to_zero = fabs(value) < 0.5 * pow(10, -decimals);
    snprintf(plain, sizeof(plain), "%.*f", decimals, rounds_to_zero ? 0.0 : value);
    copy_with_minus(text, size, plain);
}

static void append_superscript(char *text, size_t size, int exponent)
{
    static const char *const digit[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                        "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    char plain[16];
    snprintf(plain, sizeof(plain), "%d", exponent);
    for (const char *next = plain; *next != '\0'; next++) {
        const char *piece = *next == '-' ? "\u207B" : digit[*next - '0'];
        if (strlen(text) + strlen(piece) + 1 <= size)
            strcat(text, piece);
    }
}

void bt_format_number(char *text, size_t size, double value, int digits)
{
    char plain[64];
    snprintf(plain, sizeof(plain), "%.*g", digits, value);
    char *exponent = strchr(plain, 'e');
    if (exponent == NULL) {
        copy_with_minus(text, size, plain);
        return;
    }
    *exponent = '\0';
    int power = 0;
    sscanf(exponent + 1, "%d", &power);
    bool is_one = strcmp(plain, "1") == 0;
    copy_with_minus(text, size, is_one ? "10" : plain);
    if (!is_one && strlen(text) + 5 <= size)
        strcat(text, "\u00D710");
    append_superscript(text, size, power);
}

/* The power of ten that the axis label takes over. */
static int scale_exponent(double low, double high)
{
    double largest = fmax(fabs(low), fabs(high));
    if (largest == 0 || (largest >= 1e-2 && largest < 1e4))
        return 0;
    return 3 * (int)floor(log10(largest * (1 + 1e-9)) / 3);
}

/* `label` and the power of ten; a power taken from time reads in words. */
static void label_axis(bt_ticks *ticks, const char *label, int exponent)
{
    const char *word = exponent == 3   ? "thousands"
                       : exponent == 6 ? "millions"
                       : exponent == 9 ? "billions"
                                       : NULL;
    if (exponent == 0)
        snprintf(ticks->label, sizeof(ticks->label), "%s", label);
    else if (word != NULL)
        snprintf(ticks->label, sizeof(ticks->label), "%.200s (%s)", label, word);
    else {
        snprintf(ticks->label, sizeof(ticks->label), "%.200s (\u00D710", label);
        append_superscript(ticks->label, sizeof(ticks->label) - 1, exponent);
        strcat(ticks->label, ")");
    }
}

/* The step of 1, 2, 2.5 or 5 times a power of ten that comes nearest to `rough`. */
static double nice_step(double rough)
{
    static const double nice[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(rough)));
    double best = power;
    for (size_t i = 0; i < sizeof(nice) / sizeof(nice[0]); i++)
        if (fabs(log(nice[i] * power / rough)) < fabs(log(best / rough)))
            best = nice[i] * power;
    return best;
}

static int decimals_of(double step)
{
    for (int decimals = 0; decimals < 12; decimals++) {
        double shifted = step * pow(10, decimals);
        if (fabs(shifted - round(shifted)) < 1e-6 * shifted)
            return decimals;
    }
    return 12;
}

static void widen(double *low, double *high, double margin)
{
    if (*low == *high) {
        double half = *low == 0 ? 1 : 0.1 * fabs(*low);
        *low -= half;
        *high += half;
        return;
    }
    double extra = margin * (*high - *low);
    *low -= extra;
    *high += extra;
}

static bt_ticks linear_ticks(const bt_figure_axis *axis, double low, double high, double margin,
                             size_t wanted)
{
    bool starts_at_zero = low >= 0 && low <= 0.05 * high;
    widen(&low, &high, margin);
    if (starts_at_zero)
        low = 0;
    int exponent = scale_exponent(low, high);
    double step = nice_step((high - low) / (double)wanted);
    if ((high - low) / step > (double)wanted + 1.5)
        step = nice_step(2 * step);
    double next = ceil(high / step) * step;
    if (next - high < 0.03 * (high - low)) /* end on the tick that is almost reached */
        high = next;
    bt_ticks ticks = {.minimum = low, .maximum = high, .unit = pow(10, exponent)};
    ticks.decimals = decimals_of(step / ticks.unit);
    label_axis(&ticks, axis->label, exponent);
    double slack = 1e-9 * step;
    for (double k = ceil((low - slack) / step); k * step <= high + slack; k++) {
        if (ticks.n == BT_MAX_TICKS)
            break;
        bt_tick *tick = &ticks.tick[ticks.n++];
        tick->position = k * step;
        format_fixed(tick->label, sizeof(tick->label), tick->position / ticks.unit,
                     ticks.decimals);
    }
    return ticks;
}

/* Decades read as 10ⁿ where the axis leaves the numbers that are easily read in full. */
static bool reads_in_powers(const bt_ticks *ticks)
{
    return ticks->maximum >= 9.9e3 || ticks->minimum <= 1.01e-4;
}

static void add_log_tick(bt_ticks *ticks, double position, bool labelled)
{
    double slack = 1e-9 * position;
    if (position < ticks->minimum - slack || position > ticks->maximum + slack ||
        ticks->n == BT_MAX_TICKS)
        return;
    bt_tick *tick = &ticks->tick[ticks->n++];
    *tick = (bt_tick){.position = position};
    if (!labelled)
        return;
    double decade = log10(position);
    bool is_decade = fabs(decade - round(decade)) < 1e-6;
    if (is_decade && reads_in_powers(ticks)) {
        strcpy(tick->label, "10");
        append_superscript(tick->label, sizeof(tick->label), (int)lround(decade));
    } else {
        bt_format_number(tick->label, sizeof(tick->label), position,
                         reads_in_powers(ticks) ? 3 : 6);
    }
}

static bt_ticks log_ticks(const bt_figure_axis *axis, double low, double high, double margin,
                          size_t wanted)
{
    double first = log10(low);
    double last = log10(high);
    if (last - first < 1e-12) {
        first -= 0.5;
        last += 0.5;
    }
    double extra = margin * (last - first);
    first -= extra;
    last += extra;
    if (ceil(last) - last < 0.02 * (last - first))
        last = ceil(last);
    bt_ticks ticks = {
        .minimum = pow(10, first), .maximum = pow(10, last), .unit = 1, .is_log = true};
    snprintf(ticks.label, sizeof(ticks.label), "%s", axis->label);
    double n_decades = last - first;
    int every = (int)fmax(1, ceil(n_decades / (double)wanted));
    for (int decade = (int)floor(first); decade <= (int)ceil(last); decade++) {
        bool decade_is_labelled = ((decade % every) + every) % every == 0;
        for (int digit = 1; digit <= 9; digit++) {
            bool in_full = !reads_in_powers(&ticks) || n_decades < 1;
            bool between = (in_full && n_decades < 2.2 && (digit == 2 || digit == 5)) ||
                           (n_decades < 1.2 && digit == 3) || n_decades < 0.6;
            bool labelled = digit == 1 ? decade_is_labelled : between;
            if (digit == 1 || n_decades < 8)
                add_log_tick(&ticks, digit * pow(10, decade), labelled);
        }
    }
    return ticks;
}

bt_ticks bt_ticks_for(const bt_figure_axis *axis, double low, double high, double margin,
                      size_t wanted)
{
    return axis->is_log ? log_ticks(axis, low, high, margin, wanted)
                        : linear_ticks(axis, low, high, margin, wanted);
}

/* The fewest significant digits at which all values come back, up to three. */
static int digits_needed(const double *value, size_t count, double unit)
{
    for (int digits = 1; digits < 3; digits++) {
        bool enough = true;
        for (size_t i = 0; i < count && enough; i++) {
            char text[64];
            double back = 0;
            snprintf(text, sizeof(text), "%.*g", digits, value[i] / unit);
            sscanf(text, "%lf", &back);
            enough = fabs(back - value[i] / unit) <= 1e-6 * fabs(back);
        }
        if (enough)
            return digits;
    }
    return 3;
}

/* Divide the values by the power of ten that the axis takes over, unless they span too
 * many decades for one. */
static void scale_cells(bt_ticks *ticks, const char *label, const double *value, size_t count)
{
    double low = value[0];
    double high = value[count - 1];
    double smallest = fmin(fabs(low), fabs(high));
    double largest = fmax(fabs(low), fabs(high));
    bool spans_decades = smallest > 0 && largest / smallest >= 100;
    int exponent = spans_decades ? 0 : scale_exponent(low, high);
    ticks->unit = pow(10, exponent);
    label_axis(ticks, label, exponent);
}

bt_ticks bt_ticks_for_cells(const bt_figure_axis *axis, const double *value, size_t count,
                            size_t most)
{
    bt_ticks ticks = {.minimum = -0.5, .maximum = (double)count - 0.5, .unit = 1};
    bool has_words = axis->category != NULL && axis->n_categories == count;
    int digits = 0;
    if (has_words) {
        label_axis(&ticks, axis->label, 0);
    } else {
        scale_cells(&ticks, axis->label, value, count);
        digits = digits_needed(value, count, ticks.unit);
    }
    size_t every = (count + most - 1) / most;
    for (size_t i = 0; i < count; i += every) {
        if (ticks.n == BT_MAX_TICKS)
            break;
        bt_tick *tick = &ticks.tick[ticks.n++];
        tick->position = (double)i;
        if (has_words)
            snprintf(tick->label, sizeof(tick->label), "%s", axis->category[i]);
        else
            bt_format_number(tick->label, sizeof(tick->label), value[i] / ticks.unit, digits);
    }
    return ticks;
}

double bt_axis_share(const bt_ticks *ticks, double value)
{
    if (!ticks->is_log)
        return (value - ticks->minimum) / (ticks->maximum - ticks->minimum);
    return log(value / ticks->minimum) / log(ticks->maximum / ticks->minimum);
}

void bt_format_between_ticks(char *text, size_t size, double value, const bt_ticks *ticks)
{
    format_fixed(text, size, value / ticks->unit, ticks->decimals + 1);
}
