#include "agents/sellers/grid/price_grid.h"

#include <math.h>

enum { MAX_ACTIONS = 1 << 20 };
enum { TOGETHER = 1 };

static const bt_parameter parameters[] = {
    {.name = "points",
     .type = BT_INTEGER,
     .offset = offsetof(bt_price_grid_parameters, points),
     .unit = "1",
     .default_text = "15",
     .range = BT_BETWEEN(2, 100000),
     .meaning = "prices a product"},
    {.name = "margin",
     .type = BT_REAL,
     .offset = offsetof(bt_price_grid_parameters, margin),
     .unit = "1",
     .default_text = "0.1",
     .range = BT_NON_NEGATIVE,
     .meaning = "how far the grid goes beyond a benchmark, in units of joint_profit - nash"},
    {.name = "low",
     .type = BT_OPTION,
     .offset = offsetof(bt_price_grid_parameters, low),
     .unit = "price",
     .default_text = "nash",
     .number_allowed = true,
     .choices = BT_PRICE_CHOICES,
     .meaning = "the lowest price: a number, or a benchmark less the margin"},
    {.name = "high",
     .type = BT_OPTION,
     .offset = offsetof(bt_price_grid_parameters, high),
     .unit = "price",
     .default_text = "joint_profit",
     .number_allowed = true,
     .choices = BT_PRICE_CHOICES,
     .meaning = "the highest price: a number, or a benchmark plus the margin"},
    {.name = "products",
     .type = BT_CHOICE,
     .offset = offsetof(bt_price_grid_parameters, products),
     .default_text = "each",
     .choices = "each|together",
     .meaning = "whether each of its products moves by itself, or all keep in step: an action "
                "is then one place on all their grids"},
};
const bt_parameter_table bt_price_grid_table =
    BT_TABLE_OF(bt_price_grid_parameters, parameters);

double bt_price_of(const bt_option *option, const bt_seller_setting *setting, uint32_t own)
{
    switch (option->chosen) {
    case BT_PRICE_NASH:
        return setting->nash_price[setting->own_product[own]];
    case BT_PRICE_JOINT_PROFIT:
        return setting->joint_profit_price[setting->own_product[own]];
    case BT_PRICE_COST:
        return setting->own_cost[own];
    case BT_PRICE_OBSERVED:
        return setting->observed_price != NULL
                   ? setting->observed_price[setting->own_product[own]]
                   : NAN;
    default:
        return option->value;
    }
}

static bool is_benchmark(const bt_option *option)
{
    return option->chosen == BT_PRICE_NASH || option->chosen == BT_PRICE_JOINT_PROFIT;
}

/* The ends of own product k's grid. */
static void find_ends(const bt_price_grid_parameters *chosen, const bt_seller_setting *setting,
                      uint32_t own, double *low, double *high)
{
    uint32_t product = setting->own_product[own];
    double room =
        chosen->margin * (setting->joint_profit_price[product] - setting->nash_price[product]);
    *low = bt_price_of(&chosen->low, setting, own);
    *high = bt_price_of(&chosen->high, setting, own);
    if (is_benchmark(&chosen->low))
        *low -= room;
    if (is_benchmark(&chosen->high))
        *high += room;
}

static bt_status check_ends(const bt_seller_setting *setting, double low, double high,
                            bt_error *error)
{
    if (isnan(low) || isnan(high))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": its price grid is laid around benchmark or observed "
                       "prices, which this market does not have; give the grid's "
                       "`low` and `high` as numbers",
                       setting->name);
    if (!(low < high))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": its price grid must go upwards, not from %g to %g",
                       setting->name, low, high);
    return BT_OK;
}

/* Own product k's prices, at price[point * stride]. */
static void lay_points(double low, double high, size_t points, bool by_adding, double *price)
{
    double step = (high - low) / (double)(points - 1);
    price[0] = low;
    for (size_t k = 1; k + 1 < points; k++)
        price[k] = by_adding ? price[k - 1] + step : low + step * (double)k;
    price[points - 1] = high;
}

static bt_status count_actions(const bt_price_grid_parameters *chosen,
                               const bt_seller_setting *setting, size_t *n_actions,
                               bt_error *error)
{
    if (chosen->products == TOGETHER) {
        *n_actions = (size_t)chosen->points;
        return BT_OK;
    }
    *n_actions = 1;
    for (uint32_t k = 0; k < setting->n_own; k++) {
        *n_actions *= (size_t)chosen->points;
        if (*n_actions > MAX_ACTIONS)
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": %lld prices for each of %u products are more than "
                           "%d actions; use fewer points",
                           setting->name, (long long)chosen->points, setting->n_own,
                           (int)MAX_ACTIONS);
    }
    return BT_OK;
}

bt_status bt_price_grid_create(const bt_price_grid_parameters *chosen,
                               const bt_seller_setting *setting, bool by_adding,
                               bt_price_grid *grid, bt_error *error)
{
    bt_status status = count_actions(chosen, setting, &grid->n_actions, error);
    if (status != BT_OK)
        return status;
    size_t points = (size_t)chosen->points, n_own = setting->n_own;
    double *price = BT_ARENA_NEW(setting->arena, points, double);
    grid->action_price = BT_ARENA_NEW(setting->arena, grid->n_actions * n_own, double);
    if (price == NULL || grid->action_price == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a price grid");
    size_t repeat = grid->n_actions;
    for (uint32_t k = 0; k < setting->n_own; k++) {
        double low, high;
        find_ends(chosen, setting, k, &low, &high);
        status = check_ends(setting, low, high, error);
        if (status != BT_OK)
            return status;
        lay_points(low, high, points, by_adding, price);
        repeat = chosen->products == TOGETHER ? 1 : repeat / points;
        for (size_t a = 0; a < grid->n_actions; a++)
            grid->action_price[a * n_own + k] = price[a / repeat % points];
    }
    return BT_OK;
}
