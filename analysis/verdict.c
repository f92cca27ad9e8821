#include "analysis/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

typedef struct sentence {
    char *text;
    size_t size;
    size_t used;
} sentence;

__attribute__((format(printf, 2, 3))) static void say(sentence *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(to->text + to->used, to->size - to->used, format, arguments);
    va_end(arguments);
    if (written > 0)
        to->used += (size_t)written;
    if (to->used >= to->size)
        to->used = to->size - 1;
}

/* " [low, high]" scaled by `unit`, where there are bounds. */
static void say_bounds(sentence *to, const bt_interval *interval, double unit, int digits)
{
    if (!isnan(interval->low))
        say(to, " [%.*g, %.*g]", digits, interval->low * unit, digits, interval->high * unit);
}

/* The interval's sign where it is certain; of the mean where there are no bounds. */
static int sign_of(const bt_interval *interval)
{
    double low = isnan(interval->low) ? interval->mean : interval->low;
    double high = isnan(interval->high) ? interval->mean : interval->high;
    return low > 0 ? 1 : high < 0 ? -1 : 0;
}

static double smallest_epsilon(const bt_summary *summary)
{
    double smallest = 0.01;
    for (size_t i = 0; i < summary->setting.n_epsilons; i++)
        smallest =
            i == 0 ? summary->setting.epsilon[0] : fmin(smallest, summary->setting.epsilon[i]);
    return smallest;
}

static void say_prices(const bt_summary *summary, const bt_point_summary *point, sentence *to)
{
    const bt_interval *distance = &point->statistic[BT_STATISTIC_DISTANCE];
    const bt_interval *above = &point->statistic[BT_STATISTIC_PRICE_ABOVE_NASH];
    if (isnan(distance->mean))
        return;
    if (distance->mean <= smallest_epsilon(summary)) {
        say(to, "Prices ended at Bertrand-Nash, within %.2g %%", 100 * distance->mean);
        say_bounds(to, distance, 100, 2);
    } else if (isnan(above->mean) || sign_of(above) == 0) {
        say(to, "Prices ended %.3g %% away from Bertrand-Nash", 100 * distance->mean);
        say_bounds(to, distance, 100, 3);
        if (!isnan(above->mean))
            say(to, ", on average neither above nor below it");
    } else {
        say(to, "Prices ended %.3g %% %s Bertrand-Nash", 100 * fabs(above->mean),
            above->mean > 0 ? "above" : "below");
        say_bounds(to, above, 100, 3);
    }
    say(to, ".");
}

static void say_exploitability(const bt_point_summary *point, sentence *to)
{
    const bt_interval *gain = &point->statistic[BT_STATISTIC_EXPLOITABILITY];
    if (!isfinite(gain->mean))
        return;
    say(to, "%sA seller that alone changed its prices could gain %.3g %% of a Nash profit",
        to->used > 0 ? " " : "", 100 * gain->mean);
    say_bounds(to, gain, 100, 3);
    say(to, ".");
}

static void say_profits(const bt_point_summary *point, sentence *to)
{
    const bt_interval *delta = &point->statistic[BT_STATISTIC_DELTA];
    if (!isfinite(delta->mean))
        return;
    int sign = sign_of(delta);
    say(to, "%sSellers' profits were %s competitive ones: profit gain \u0394 = %.3g",
        to->used > 0 ? " " : "",
        sign > 0   ? "above"
        : sign < 0 ? "below"
                   : "not told apart from",
        delta->mean);
    say_bounds(to, delta, 1, 3);
    say(to, ".");
}

static void say_surplus(const bt_summary *summary, const bt_point_summary *point, sentence *to)
{
    const bt_interval *consumers = &point->statistic[BT_STATISTIC_CONSUMER_SURPLUS];
    double nash = point->statistic[BT_STATISTIC_NASH_CONSUMER_SURPLUS].mean;
    const bt_interval *efficiency = &point->statistic[BT_STATISTIC_EFFICIENCY];
    if (isnan(efficiency->mean))
        efficiency = &point->statistic[BT_STATISTIC_WELFARE_SHARE];
    double change = consumers->mean - nash;
    const char *units = summary->list.statistic[BT_STATISTIC_CONSUMER_SURPLUS].units;
    if (isfinite(change))
        say(to, "%sConsumers had %.3g%s%s %s than at Bertrand-Nash", to->used > 0 ? " " : "",
            fabs(change), units[0] == '1' && units[1] == '\0' ? "" : " ",
            units[0] == '1' && units[1] == '\0' ? "" : units, change < 0 ? "less" : "more");
    if (isfinite(change) && isfinite(efficiency->mean))
        say(to, "; total surplus was %.3g %% of the first best", 100 * efficiency->mean);
    if (isfinite(change))
        say(to, ".");
}

static void say_convergence(const bt_point_summary *point, sentence *to)
{
    const bt_interval *converged = &point->statistic[BT_STATISTIC_CONVERGED];
    const bt_interval *rate = &point->statistic[BT_STATISTIC_RATE];
    if (!isnan(converged->mean))
        say(to, "%s%.3g %% of %zu runs converged.", to->used > 0 ? " " : "",
            100 * converged->mean, converged->n);
    if (!isnan(rate->mean) && sign_of(rate) < 0) {
        say(to, "%sThe distance to Nash fell as time^%.3g", to->used > 0 ? " " : "",
            rate->mean);
        say_bounds(to, rate, 1, 3);
        say(to, ".");
    }
}

/* Counts of runs by what the audit calls them, in the order of the four. */
static void say_audit(const bt_point_summary *point, sentence *to)
{
    static const char *const names[] = {"in equilibrium", "not converged yet",
                                        "as a learning failure", "as collusion"};
    const bt_interval *regret = &point->statistic[BT_STATISTIC_REGRET];
    const bt_interval *least = &point->statistic[BT_STATISTIC_LEAST_REGRET];
    size_t n_runs = point->statistic[BT_STATISTIC_EQUILIBRIUM].n, n_named = 0;
    if (n_runs == 0)
        return;
    say(to, "%sThe audit sees", to->used > 0 ? " " : "");
    for (size_t k = 0; k < 4; k++) {
        double share = point->statistic[BT_STATISTIC_EQUILIBRIUM + k].mean;
        if (share > 0)
            say(to, "%s %.0f of %zu runs %s", n_named++ > 0 ? "," : "", share * (double)n_runs,
                n_runs, names[k]);
    }
    say(to, "; the largest regret was %.3g %% of a Nash profit", 100 * regret->mean);
    if (isfinite(least->mean))
        say(to, ", where this profit gain needs %.3g %%", fmax(0, 100 * least->mean));
    double low = point->statistic[BT_STATISTIC_GRID_COARSE_LOW].mean;
    double high = point->statistic[BT_STATISTIC_GRID_COARSE_HIGH].mean;
    if (isfinite(low) && isfinite(high))
        say(to, "; the grid's own equilibria have gains from %.3g to %.3g", low, high);
    else
        say(to, "; the grid's own equilibria are not known, its game being too large");
    say(to, ".");
}

void bt_write_verdict(const bt_summary *summary, const bt_point_summary *point, char *text,
                      size_t size)
{
    sentence to = {text, size, 0};
    text[0] = '\0';
    if (point->n_done == 0) {
        say(&to, "No run of this point is done.");
        return;
    }
    say_prices(summary, point, &to);
    say_exploitability(point, &to);
    say_profits(point, &to);
    say_surplus(summary, point, &to);
    say_convergence(point, &to);
    say_audit(point, &to);
    if (to.used == 0)
        say(&to, "The file has neither prices nor profits with their benchmarks, so there is "
                 "nothing to compare.");
}
