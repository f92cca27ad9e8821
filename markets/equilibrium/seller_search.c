/* The global search over one seller's prices. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/elimination.h"
#include "markets/equilibrium/seller_problem.h"

enum {
    SCAN_POINTS = 97,       /* of the scan along a common markup */
    SCAN_POINTS_LARGE = 41, /* for sellers that reach many row entries */
    LARGE_REACH = 20000,    /* row entries */
    KEPT_MAXIMA = 6,        /* local maxima of the scan that are refined */
    LINE_POINTS = 15,       /* of the scan along one product's price */
    BUDGETS_MOST = 512,     /* budgets between which scans look */
    POINTS_MOST = SCAN_POINTS + 4 * BUDGETS_MOST,
    LINE_PASSES = 3,
    START_WORK = 50000, /* spread starts times row entries times products */
    STARTS_MOST = 64,
    ASCENT_LIMIT = 400,
    REFINE_LIMIT = 100,
    HALVINGS = 40,
    POLISHED_MOST = 24, /* prices that Newton takes to the last digits */
    POLISHING_STEPS = 4
};
_Static_assert(POINTS_MOST + BUDGETS_MOST <= BT_SCAN_ROOM, "scans fit their room");
/* Scans along each product's price stay below this many row entries in all. */
static const double LINE_WORK_LIMIT = 3e8;

/* One local maximum of the scan. */
typedef struct scan_peak {
    double low, markup, high;
    double objective;
} scan_peak;

/* Row entries that one evaluation goes through. */
static size_t reach_of(const bt_seller_problem *problem)
{
    return problem->n_entries + problem->n_lone;
}

static void set_common_markup(bt_seller_problem *problem, double markup, double *price)
{
    for (size_t i = 0; i < problem->n_free; i++)
        price[i] = problem->game->zero_margin_price[problem->product[i]] + markup;
}

static double at_markup(bt_seller_problem *problem, double markup)
{
    set_common_markup(problem, markup, problem->trial);
    return bt_seller_problem_evaluate(problem, problem->trial);
}

/* A markup to start looking from: 1/a of the first row at the prices that stand. */
static double markup_scale(const bt_seller_problem *problem)
{
    const bt_pricing_game *game = problem->game;
    const bt_demand *demand = game->demand;
    size_t own = 0;

    while (game->product_start[problem->product[own]] ==
           game->product_start[problem->product[own] + 1])
        own++;
    const size_t type = game->product_type[game->product_start[problem->product[own]]];
    const double k = game->type_slope[type];
    const double zero_margin = fmax(game->zero_margin_price[problem->product[own]], 0);

    switch (demand->transform[type]) {
    case BT_PRICE_BUDGET:
        return fmax(0.5 * (demand->transform_value[type] - zero_margin), DBL_EPSILON);
    case BT_PRICE_LINEAR:
        return 1 / k;
    default:
        return zero_margin > 0 ? zero_margin : 1;
    }
}

/* Every row, taken alone, has its best common markup between these (within a factor of
 * two): the sum over rows then peaks there as well. */
static void bracket_markups(bt_seller_problem *problem, double *low, double *high)
{
    const double scale = markup_scale(problem);

    bool lower;
    bool higher;

    *low = *high = scale;
    bt_seller_problem_wishes(problem, scale, &lower, &higher);
    while (lower && *low > 1e-12 * scale) {
        bool ignored;

        *low /= 2;
        bt_seller_problem_wishes(problem, *low, &lower, &ignored);
    }
    while (higher && *high < 1e18 * scale) {
        bool ignored;

        *high *= 2;
        bt_seller_problem_wishes(problem, *high, &ignored, &higher);
    }
    /* Risk aversion lowers prices below every type's best expected profit. */
    if (problem->game->any_risk_aversion)
        *low /= 1024;
}

/* Take a peak into a list that holds the highest KEPT_MAXIMA. */
static size_t keep_peak(scan_peak *peaks, size_t n_peaks, scan_peak peak)
{
    size_t place = n_peaks;

    while (place > 0 && peaks[place - 1].objective < peak.objective)
        place--;
    if (place == KEPT_MAXIMA)
        return n_peaks;
    const size_t last = n_peaks < KEPT_MAXIMA ? n_peaks : KEPT_MAXIMA - 1;
    memmove(peaks + place + 1, peaks + place, (last - place) * sizeof *peaks);
    peaks[place] = peak;
    return last + 1;
}

static int by_value(const void *a, const void *b)
{
    const double first = *(const double *)a;
    const double second = *(const double *)b;

    return (first > second) - (first < second);
}

/* Markups at which own product `own` reaches a budget of the buyers: profit falls off a cliff
 * there, and has a maximum of its own below each. Appended to markup[]; returns the count. */
static size_t budget_markups(const bt_seller_problem *problem, size_t own, size_t most,
                             double *markup, size_t count)
{
    const bt_pricing_game *game = problem->game;
    const bt_demand *demand = game->demand;
    const double zero_margin = game->zero_margin_price[problem->product[own]];
    const size_t n_rows = game->one_transform ? 1 : problem->n_rows;
    const size_t stride = n_rows / most + 1;

    for (size_t row = 0; row < n_rows; row += stride) {
        const size_t type = game->one_transform ? 0 : problem->row_type[row];

        if (demand->transform[type] == BT_PRICE_BUDGET &&
            demand->transform_value[type] > zero_margin)
            markup[count++] = demand->transform_value[type] - zero_margin;
    }
    return count;
}

/* Markups to look at, ascending, into problem->points: evenly on a log scale from low to
 * high, and within each interval between budgets that products [first, last) reach. */
static size_t lay_points(bt_seller_problem *problem, double low, double high, size_t n_even,
                         size_t first, size_t last)
{
    static const double within[] = {0.3, 0.6, 0.85, 0.97};
    double *points = problem->points;
    double *budgets = points + POINTS_MOST;
    const size_t most = reach_of(problem) > LARGE_REACH ? 8 : 64;
    const double ratio = pow(high / low, 1.0 / (double)(n_even - 1));
    size_t n_points = 0;
    size_t n_budgets = 0;
    double markup = low;

    for (size_t i = 0; i < n_even; i++, markup *= ratio)
        points[n_points++] = markup;
    for (size_t own = first; own < last && n_budgets + most + 1 < BUDGETS_MOST; own++)
        n_budgets = budget_markups(problem, own, most, budgets, n_budgets);
    qsort(budgets, n_budgets, sizeof *budgets, by_value);
    for (size_t i = 0; i < n_budgets; i++) {
        const double from = i == 0 ? fmin(low, budgets[0]) : budgets[i - 1];

        for (size_t k = 0; k < 4 && budgets[i] > from * (1 + 1e-9); k++)
            points[n_points++] = from + within[k] * (budgets[i] - from);
    }
    if (n_budgets > 0)
        qsort(points, n_points, sizeof *points, by_value);
    return n_points;
}

/* Local maxima of the objective along the common markup, highest first. */
static size_t scan_common_markup(bt_seller_problem *problem, double low, double high,
                                 scan_peak *peaks)
{
    const size_t n_even = reach_of(problem) > LARGE_REACH ? SCAN_POINTS_LARGE : SCAN_POINTS;
    const size_t n_points = lay_points(problem, low, high, n_even, 0, problem->n_free);
    const double *points = problem->points;
    double before = -INFINITY;
    double here = at_markup(problem, points[0]);
    size_t n_peaks = 0;

    for (size_t i = 0; i < n_points; i++) {
        const double next = i + 1 < n_points ? at_markup(problem, points[i + 1]) : -INFINITY;

        if (here >= before && here > next)
            n_peaks =
                keep_peak(peaks, n_peaks,
                          (scan_peak){.low = i == 0 ? points[0] / 2 : points[i - 1],
                                      .markup = points[i],
                                      .high = i + 1 < n_points ? points[i + 1] : 2 * points[i],
                                      .objective = here});
        before = here;
        here = next;
    }
    return n_peaks;
}

/* The derivative along the common markup. */
static double slope_at(bt_seller_problem *problem, double markup)
{
    double slope = 0;

    at_markup(problem, markup);
    for (size_t i = 0; i < problem->n_free; i++)
        slope += problem->gradient[i];
    return slope;
}

/* The same where the derivative does not change sign once: a kink is within. */
static double golden_section(bt_seller_problem *problem, double low, double high)
{
    const double golden = 0.6180339887498949;
    double left = high - golden * (high - low);
    double right = low + golden * (high - low);
    double at_left = at_markup(problem, left);
    double at_right = at_markup(problem, right);

    for (int i = 0; i < REFINE_LIMIT && high - low > 1e-9 * high; i++) {
        if (at_left > at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - golden * (high - low);
            at_left = at_markup(problem, left);
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + golden * (high - low);
            at_right = at_markup(problem, right);
        }
    }
    return at_left > at_right ? left : right;
}

/* A single product's local maximum between the neighbours of a peak: the root of the
 * derivative, by the false position of Illinois within the bracket. */
static double refine_peak(bt_seller_problem *problem, const scan_peak *peak)
{
    double low = peak->low;
    double high = peak->high;
    double slope_low = slope_at(problem, low);
    double slope_high = slope_at(problem, high);
    int side = 0;

    if (!(slope_low > 0) || !(slope_high < 0)) {
        const double found = golden_section(problem, low, high);

        return at_markup(problem, found) > peak->objective ? found : peak->markup;
    }
    for (int i = 0; i < REFINE_LIMIT && high - low > 4 * DBL_EPSILON * high; i++) {
        double middle = (low * slope_high - high * slope_low) / (slope_high - slope_low);
        if (i % 4 == 3 || !(middle > low && middle < high))
            middle = low + (high - low) / 2;
        const double slope = slope_at(problem, middle);

        if (slope == 0)
            return middle;
        if (slope > 0) {
            low = middle;
            slope_low = slope;
            slope_high /= side == 1 ? 2 : 1;
            side = 1;
        } else {
            high = middle;
            slope_high = slope;
            slope_low /= side == -1 ? 2 : 1;
            side = -1;
        }
    }
    return low + (high - low) / 2;
}

/* No step goes below a tenth of a price that must stay positive. */
static double stepped_price(const bt_seller_problem *problem, double price, double step)
{
    const double next = price + step;

    return problem->game->all_linear || next > price / 10 || price < 0 ? next : price / 10;
}

/* Ascent from price[n_free], in place: gradient steps, scaled by Lambda (the step of the
 * zeta map) and by the curvature that the last step showed (Barzilai and Borwein 1988),
 * halved until the objective does not fall. Returns the objective. */
static double ascend(bt_seller_problem *problem, double *price)
{
    const size_t n = problem->n_free;
    double *trial = problem->line;
    double *last_gradient = problem->ascent;
    double objective = bt_seller_problem_evaluate(problem, price);
    double length = 1;

    for (int iteration = 0; iteration < ASCENT_LIMIT; iteration++) {
        double promise = 0;

        for (size_t i = 0; i < n; i++) {
            last_gradient[i] = problem->gradient[i];
            if (problem->preconditioner[i] > 0)
                promise +=
                    problem->gradient[i] / problem->preconditioner[i] * problem->gradient[i];
        }
        if (!(promise > 1e-17 * fabs(objective)))
            return objective;

        double next = -INFINITY;
        double *step = problem->trial;
        for (size_t i = 0; i < n; i++)
            step[i] = problem->preconditioner[i] > 0
                          ? problem->gradient[i] / problem->preconditioner[i]
                          : 0;
        for (int halving = 0; halving < HALVINGS; halving++) {
            for (size_t i = 0; i < n; i++)
                trial[i] = stepped_price(problem, price[i], length * step[i]);
            next = bt_seller_problem_evaluate(problem, trial);
            if (next >= objective - 4 * DBL_EPSILON * fabs(objective))
                break;
            length /= 2;
        }
        if (!(next >= objective - 4 * DBL_EPSILON * fabs(objective))) {
            bt_seller_problem_evaluate(problem, price);
            return objective;
        }

        double curvature = 0;
        double metric = 0;
        for (size_t i = 0; i < n; i++) {
            const double moved = trial[i] - price[i];

            curvature += moved * (last_gradient[i] - problem->gradient[i]);
            metric += moved * moved * problem->preconditioner[i];
            price[i] = trial[i];
        }
        length = curvature > 0 ? fmin(fmax(metric / curvature, 0.1), 30) : 1;
        objective = next;
    }
    return objective;
}

/* Keep the better of two price vectors. */
static void keep_better(const bt_seller_problem *problem, const double *price, double objective,
                        double *best, double *best_objective)
{
    if (objective > *best_objective || *best_objective == -INFINITY) {
        *best_objective = objective;
        memcpy(best, price, problem->n_free * sizeof *best);
    }
}

/* Scan each product's own price; where that helps, ascend from there. */
static void search_lines(bt_seller_problem *problem, double low, double high, double *work,
                         double *best, double *best_objective)
{
    bool improved = true;

    if ((double)problem->n_free * LINE_POINTS * (double)reach_of(problem) * LINE_PASSES >
        LINE_WORK_LIMIT)
        return;
    for (int pass = 0; improved && pass < LINE_PASSES; pass++) {
        improved = false;
        for (size_t i = 0; i < problem->n_free; i++) {
            const double zero_margin = problem->game->zero_margin_price[problem->product[i]];
            const size_t n_points =
                lay_points(problem, low / 2, 4 * high, LINE_POINTS, i, i + 1);
            double found = *best_objective + 1e-9 * fabs(*best_objective);
            double found_price = NAN;

            memcpy(work, best, problem->n_free * sizeof *work);
            for (size_t k = 0; k < n_points; k++) {
                work[i] = zero_margin + problem->points[k];
                const double objective = bt_seller_problem_evaluate(problem, work);

                if (objective > found) {
                    found = objective;
                    found_price = work[i];
                }
            }
            if (isnan(found_price))
                continue;
            work[i] = found_price;
            keep_better(problem, work, ascend(problem, work), best, best_objective);
            improved = true;
        }
    }
}

/* Ascents from prices that a walk along one product or one markup does not come by: each
 * product in turn as good as withdrawn, and markups spread over the range, other ones for
 * each product (a fixed sequence: no random draws). */
static void search_starts(bt_seller_problem *problem, double low, double high, double *work,
                          double *best, double *best_objective)
{
    const size_t n = problem->n_free;
    const double golden = 0.6180339887498949;
    const size_t affordable = START_WORK / (n * reach_of(problem));
    const size_t n_starts = affordable < STARTS_MOST ? affordable : STARTS_MOST;

    if (n_starts == 0)
        return;
    for (size_t out = 0; out < n; out++) {
        memcpy(work, best, n * sizeof *work);
        work[out] = problem->game->zero_margin_price[problem->product[out]] + 16 * high;
        keep_better(problem, work, ascend(problem, work), best, best_objective);
    }
    for (size_t start = 1; start <= n_starts; start++) {
        for (size_t i = 0; i < n; i++) {
            const double place = (double)start * golden + (double)(i * i) * 0.31830988618;

            work[i] = problem->game->zero_margin_price[problem->product[i]] +
                      low * pow(2 * high / low, place - floor(place));
        }
        keep_better(problem, work, ascend(problem, work), best, best_objective);
    }
}

/* A seller who maximises E^2 - lambda Var stays at zero margins where nothing above them is
 * worth the risk. */
static double hold_at_cost(bt_seller_problem *problem, double *best, double best_objective)
{
    const bt_ownership *ownership = problem->game->ownership;

    if (best_objective > 0 || ownership->objective == NULL ||
        ownership->objective[problem->seller] != BT_MEAN2_VARIANCE)
        return best_objective;
    const double held = at_markup(problem, 0);
    if (held < best_objective)
        return best_objective;
    set_common_markup(problem, 0, best);
    return held;
}

/* The gradient at prices, each part over what its own price does to it, into scaled[n_free].
 * Returns the largest. */
static double scaled_gradient(bt_seller_problem *problem, const double *price,
                              const double *scale, double *scaled)
{
    double largest = 0;

    bt_seller_problem_evaluate(problem, price);
    for (size_t i = 0; i < problem->n_free; i++) {
        scaled[i] = scale[i] > 0 ? problem->gradient[i] / scale[i] : 0;
        if (!(fabs(scaled[i]) <= largest))
            largest = fabs(scaled[i]);
    }
    return largest;
}

/* Newton by differences of the gradient, as long as it brings the gradient down. */
void bt_seller_problem_polish(bt_seller_problem *problem, double *best)
{
    const size_t n = problem->n_free;
    double hessian[POLISHED_MOST * POLISHED_MOST];
    size_t pivot[POLISHED_MOST];
    double here[POLISHED_MOST];
    double there[POLISHED_MOST];
    double scale[POLISHED_MOST];
    double *trial = problem->candidate;

    if (n == 0 || n > POLISHED_MOST)
        return;
    const double objective = bt_seller_problem_evaluate(problem, best);
    memcpy(scale, problem->preconditioner, n * sizeof *scale);
    double residual = scaled_gradient(problem, best, scale, here);
    for (int step = 0; step < POLISHING_STEPS && residual > 0; step++) {
        memcpy(trial, best, n * sizeof *trial);
        for (size_t k = 0; k < n; k++) {
            volatile double moved = best[k] + 1e-7 * fmax(fabs(best[k]), residual);

            trial[k] = moved;
            scaled_gradient(problem, trial, scale, there);
            trial[k] = best[k];
            for (size_t i = 0; i < n; i++)
                hessian[i * n + k] =
                    scale[i] > 0 ? (there[i] - here[i]) / (moved - best[k]) : i == k;
        }
        if (!bt_eliminate(hessian, n, pivot))
            return;
        memcpy(there, here, n * sizeof *there);
        bt_substitute(hessian, n, pivot, there);
        for (size_t i = 0; i < n; i++)
            trial[i] = best[i] - there[i];
        const double next = scaled_gradient(problem, trial, scale, here);
        if (!(next < residual) || problem->objective < objective - 1e-14 * fabs(objective))
            return;
        residual = next;
        memcpy(best, trial, n * sizeof *best);
    }
}

double bt_seller_problem_search(bt_seller_problem *problem, const double *present, double *best)
{
    scan_peak peaks[KEPT_MAXIMA];
    double best_objective = -INFINITY;
    double low;
    double high;
    double *work = problem->candidate;

    memcpy(best, present, problem->n_free * sizeof *best);
    if (problem->n_free == 0 || reach_of(problem) == 0)
        return hold_at_cost(problem, best, bt_seller_problem_evaluate(problem, best));
    bracket_markups(problem, &low, &high);
    const size_t n_peaks = scan_common_markup(problem, low, high, peaks);
    for (size_t i = 0; i < n_peaks; i++) {
        if (problem->n_free == 1) {
            const double markup = refine_peak(problem, &peaks[i]);
            const double objective = at_markup(problem, markup);

            set_common_markup(problem, markup, work);
            keep_better(problem, work, objective, best, &best_objective);
        } else {
            set_common_markup(problem, peaks[i].markup, work);
            keep_better(problem, work, ascend(problem, work), best, &best_objective);
        }
    }
    memcpy(work, present, problem->n_free * sizeof *work);
    keep_better(problem, work, ascend(problem, work), best, &best_objective);
    if (problem->n_free > 1) {
        search_starts(problem, low, high, work, best, &best_objective);
        search_lines(problem, low, high, work, best, &best_objective);
    }
    return hold_at_cost(problem, best, best_objective);
}
