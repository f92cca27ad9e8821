#include "markets/assortment/offer_plan.h"

#include <math.h>

#include <gsl/gsl_sort.h>

enum { GRID = 32, GOLDEN_STEPS = 28, NEWTON_STEPS = 400 };
static const double highest_utility = 300;

bt_offer_plan *bt_offer_plan_create(size_t n_items, size_t capacity, bt_arena *arena)
{
    bt_offer_plan *plan = BT_ARENA_NEW(arena, 1, bt_offer_plan);
    if (plan == NULL)
        return NULL;
    plan->n_items = n_items;
    plan->capacity = capacity < n_items ? capacity : n_items;
    plan->least_slope = -INFINITY;
    plan->highest_price = INFINITY;
    plan->item = BT_ARENA_NEW(arena, n_items, bt_offer_item);
    plan->offered = BT_ARENA_NEW(arena, n_items, bool);
    plan->price = BT_ARENA_NEW(arena, n_items, double);
    plan->value = BT_ARENA_NEW(arena, n_items, double);
    plan->best = BT_ARENA_NEW(arena, plan->capacity, size_t);
    if (plan->item == NULL || plan->offered == NULL || plan->price == NULL ||
        plan->value == NULL || plan->best == NULL)
        return NULL;
    for (size_t i = 0; i < n_items; i++)
        plan->item[i].given_price = NAN;
    return plan;
}

/* ---- utility ---- */

static bool has_bonus(const bt_offer_item *item)
{
    return item->variance[0] != 0 || item->variance[1] != 0 || item->variance[2] != 0;
}

static double curved_utility(const bt_offer_item *item, double price)
{
    double variance =
        item->variance[0] - 2 * item->variance[1] * price + item->variance[2] * price * price;
    return item->quality - item->price_coefficient * price + sqrt(fmax(variance, 0));
}

/* p_c: the first price >= 0 from which the utility is flatter than -L0. With y = p - h3/h4
 * and r = h2 - h3^2/h4 the variance is h4 y^2 + r, and the slope of its root h4 y / root. */
static double price_of_straightening(const bt_offer_plan *plan, const bt_offer_item *item)
{
    double excess = item->price_coefficient - plan->least_slope;
    double h2 = item->variance[0], h3 = item->variance[1], h4 = item->variance[2];
    if (!has_bonus(item))
        return excess > 0 ? INFINITY : 0;
    if (excess >= sqrt(h4))
        return INFINITY;
    if (excess * sqrt(h2) <= -h3)
        return 0;
    double rest = fmax(0, h2 - h3 * h3 / h4);
    double y = copysign(sqrt(excess * excess * rest / (h4 * (h4 - excess * excess))), excess);
    return fmax(0, h3 / h4 + y);
}

static double straightened_utility(const bt_offer_plan *plan, const bt_offer_item *item,
                                   double straight_from, double price)
{
    if (price <= straight_from)
        return curved_utility(item, price);
    return curved_utility(item, straight_from) - plan->least_slope * (price - straight_from);
}

double bt_offer_utility(const bt_offer_plan *plan, const bt_offer_item *item, double price)
{
    return straightened_utility(plan, item, price_of_straightening(plan, item), price);
}

/* ---- one item ---- */

typedef struct item_problem {
    const bt_offer_plan *plan;
    const bt_offer_item *item;
    double straight_from;
    double floor; /* c + B */
} item_problem;

static double log_value(const item_problem *problem, double price)
{
    return log(price - problem->floor) +
           straightened_utility(problem->plan, problem->item, problem->straight_from, price);
}

/* The highest point between two prices around a peak. */
static double golden_section(const item_problem *problem, double low, double high)
{
    const double ratio = 0.6180339887498949;
    double left = high - ratio * (high - low), right = low + ratio * (high - low);
    double at_left = log_value(problem, left), at_right = log_value(problem, right);
    for (int step = 0; step < GOLDEN_STEPS; step++) {
        if (at_left < at_right) {
            low = left;
            left = right;
            at_left = at_right;
            right = low + ratio * (high - low);
            at_right = log_value(problem, right);
        } else {
            high = right;
            right = left;
            at_right = at_left;
            left = high - ratio * (high - low);
            at_left = log_value(problem, left);
        }
    }
    return (low + high) / 2;
}

static double grid_price(double low, double high, int k)
{
    double part = (double)k / GRID;
    return low + (high - low) * part * part;
}

static double best_curved_price(const item_problem *problem)
{
    double low = fmax(0, problem->floor), high = problem->plan->highest_price;
    int best = 1;
    double best_value = -INFINITY;
    for (int k = 1; k <= GRID; k++) {
        double value = log_value(problem, grid_price(low, high, k));
        if (value > best_value) {
            best = k;
            best_value = value;
        }
    }
    double price = golden_section(problem, grid_price(low, high, best - 1),
                                  grid_price(low, high, best < GRID ? best + 1 : GRID));
    double straight = problem->floor + 1 / problem->plan->least_slope;
    bool is_straight = straight > problem->straight_from && straight <= high;
    return is_straight && log_value(problem, straight) > log_value(problem, price) ? straight
                                                                                   : price;
}

static double best_price(const item_problem *problem)
{
    const bt_offer_item *item = problem->item;
    if (!isnan(item->given_price))
        return item->given_price;
    if (problem->floor >= problem->plan->highest_price)
        return problem->plan->highest_price;
    if (has_bonus(item))
        return best_curved_price(problem);
    double slope = fmax(item->price_coefficient, problem->plan->least_slope);
    return slope > 0 ? fmin(problem->floor + 1 / slope, problem->plan->highest_price)
                     : problem->plan->highest_price;
}

/* v_i(B); *weight receives e^h / w_0, minus its slope in B. */
static double item_value(bt_offer_plan *plan, size_t i, double markup, double *weight)
{
    const bt_offer_item *item = &plan->item[i];
    bool is_given = !isnan(item->given_price);
    item_problem problem = {.plan = plan,
                            .item = item,
                            .straight_from =
                                is_given ? INFINITY : price_of_straightening(plan, item),
                            .floor = item->cost + markup};
    double price = best_price(&problem);
    plan->price[i] = price;
    double margin = price - problem.floor;
    double utility = straightened_utility(plan, item, problem.straight_from, price) -
                     plan->log_outside_weight;
    *weight = exp(fmin(utility, highest_utility));
    return margin > 0 ? margin * *weight : 0;
}

/* ---- the offer ---- */

/* Sum of the K largest values at B; *slope receives minus its derivative. */
static double best_sum(bt_offer_plan *plan, double markup, double *slope)
{
    double weight;
    for (size_t i = 0; i < plan->n_items; i++)
        plan->value[i] = item_value(plan, i, markup, &weight);
    gsl_sort_largest_index(plan->best, plan->capacity, plan->value, 1, plan->n_items);
    double sum = 0;
    *slope = 0;
    for (size_t k = 0; k < plan->capacity; k++) {
        size_t i = plan->best[k];
        if (!(plan->value[i] > 0))
            break;
        double margin = plan->price[i] - plan->item[i].cost - markup;
        sum += plan->value[i];
        *slope += plan->value[i] / margin;
    }
    return sum;
}

void bt_offer_plan_solve(bt_offer_plan *plan)
{
    double markup = 0, slope;
    for (int step = 0; step < NEWTON_STEPS; step++) {
        double excess = best_sum(plan, markup, &slope) - markup;
        double next = markup + excess / (1 + slope);
        bool is_solved = next - markup <= 1e-13 * (1 + markup);
        markup = fmax(next, markup);
        if (is_solved)
            break;
    }
    plan->profit = markup;
    for (size_t i = 0; i < plan->n_items; i++)
        plan->offered[i] = false;
    for (size_t k = 0; k < plan->capacity; k++)
        plan->offered[plan->best[k]] = plan->value[plan->best[k]] > 0;
}
