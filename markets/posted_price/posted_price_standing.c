/*
 * Benchmarks of each set of sellers that stand in a market: Bertrand-Nash and joint profit of
 * those who are there. Where all that come and go do so at given times, the sets that occur
 * are known; where some come and go at random, all sets are taken, up to six such sellers.
 */
#include "markets/posted_price/posted_price_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/stationary_equilibrium.h"

enum { MOST_RANDOM_VISITORS = 6, MOST_VISITORS = 64 };

/* ---- a demand of fewer products ---- */

static bt_status restrict_demand(const bt_demand *whole, const bool *is_offered,
                                 bt_demand **result, bt_error *error)
{
    size_t n_entries = 0;
    for (size_t entry = 0; entry < whole->row_start[whole->n_types]; entry++)
        n_entries += is_offered[whole->considered_product[entry]];
    bt_demand *part;
    bt_status status = bt_demand_create(whole->model, whole->n_products, whole->n_types,
                                        n_entries, &part, error);
    if (status != BT_OK)
        return status;
    size_t types = whole->n_types;
    part->size = whole->size;
    part->has_outside_option = whole->has_outside_option;
    memcpy(part->weight, whole->weight, types * sizeof(double));
    memcpy(part->scale, whole->scale, types * sizeof(double));
    memcpy(part->price_sensitivity, whole->price_sensitivity, types * sizeof(double));
    memcpy(part->outside_utility, whole->outside_utility, types * sizeof(double));
    memcpy(part->transform, whole->transform, types);
    memcpy(part->transform_value, whole->transform_value, types * sizeof(double));
    size_t next = 0;
    for (size_t type = 0; type < types; type++) {
        part->row_start[type] = next;
        for (size_t entry = whole->row_start[type]; entry < whole->row_start[type + 1]; entry++)
            if (is_offered[whole->considered_product[entry]]) {
                part->considered_product[next] = whole->considered_product[entry];
                part->considered_quality[next++] = whole->considered_quality[entry];
            }
    }
    part->row_start[types] = next;
    part->n_nests = whole->n_nests;
    part->nest_correlation = whole->nest_correlation;
    memcpy(part->nest, whole->nest, whole->n_products * sizeof(uint32_t));
    status = bt_demand_check(part, error);
    if (status != BT_OK)
        bt_demand_destroy(part);
    else
        *result = part;
    return status;
}

/* ---- one set ---- */

static bool stands(const bt_posted_price_model *model, uint64_t set, size_t seller)
{
    for (size_t v = 0; v < model->n_visitors; v++)
        if (model->visitor[v] == seller)
            return set >> v & 1;
    return true;
}

static double total(const bt_price_point *point)
{
    double sum = 0;
    for (size_t i = 0; i < point->n_sellers; i++)
        sum += point->profit[i];
    return sum;
}

static bt_status solve_nash(const bt_posted_price_model *model, const bt_demand *demand,
                            const bt_ownership *ownership, bt_standing *standing,
                            bt_error *error)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_equilibrium_result result = {0};
    bt_price_point stationary, *point = NULL;
    bt_status status;
    if (model->reference != NULL) {
        status = bt_stationary_equilibrium(demand, ownership, model->reference->sensitivity,
                                           &settings, &stationary, error);
        point = status == BT_OK ? &stationary : NULL;
    } else {
        status = bt_equilibrium_solve(demand, ownership, &settings, &result, error);
        point = status == BT_OK && result.n_points > 0 ? result.point : NULL;
    }
    if (point != NULL) {
        memcpy(standing->nash_price, point->price, demand->n_products * sizeof(double));
        standing->nash_profit = total(point);
    }
    if (point == &stationary)
        bt_price_point_free(point);
    bt_equilibrium_result_free(&result);
    return status == BT_BAD_INPUT ? BT_OK : status;
}

static bt_status solve_joint_profit(const bt_demand *demand, const bt_ownership *ownership,
                                    bt_standing *standing, bt_error *error)
{
    bt_equilibrium_settings settings = bt_equilibrium_defaults();
    bt_price_point point;
    bt_status status = bt_joint_profit_solve(demand, ownership, &settings, &point, error);
    if (status != BT_OK)
        return status == BT_BAD_INPUT ? BT_OK : status;
    standing->joint_profit = total(&point);
    bt_price_point_free(&point);
    return BT_OK;
}

/* Products of who is away are considered by nobody, at a price that is nobody's strategy. */
static bt_status solve_set(const bt_posted_price_model *model, bt_standing *standing,
                           bool *is_offered, double *fixed_price, bt_error *error)
{
    bt_ownership ownership = model->supply->ownership;
    size_t n_offered = 0;
    for (size_t j = 0; j < ownership.n_products; j++) {
        is_offered[j] = stands(model, standing->set, ownership.seller[j]);
        n_offered += is_offered[j];
        fixed_price[j] = is_offered[j] ? ownership.fixed_price[j] : ownership.cost[j];
    }
    ownership.fixed_price = fixed_price;
    if (n_offered == 0) {
        standing->nash_profit = standing->joint_profit = 0;
        return BT_OK;
    }
    bt_demand *demand;
    bt_status status = restrict_demand(model->demand, is_offered, &demand, error);
    if (status != BT_OK)
        return status == BT_BAD_INPUT ? BT_OK : status;
    status = solve_nash(model, demand, &ownership, standing, error);
    if (status == BT_OK)
        status = solve_joint_profit(demand, &ownership, standing, error);
    bt_demand_destroy(demand);
    for (size_t j = 0; j < model->supply->ownership.n_products; j++)
        if (!is_offered[j])
            standing->nash_price[j] = NAN;
    return status;
}

/* ---- which sets ---- */

static uint64_t set_at(const bt_posted_price_model *model, double time)
{
    uint64_t set = 0;
    for (size_t v = 0; v < model->n_visitors; v++) {
        const bt_presence_parameters *presence = &model->supply->presence[model->visitor[v]];
        if (presence->from <= time && time < bt_presence_end(presence))
            set |= UINT64_C(1) << v;
    }
    return set;
}

static bool adds_set(bt_posted_price_model *model, uint64_t set)
{
    if (bt_find_standing(model, set) != NULL)
        return true;
    bt_standing *standing = &model->standing[model->n_standing++];
    standing->set = set;
    standing->nash_profit = standing->joint_profit = NAN;
    standing->nash_price = malloc(model->layout.n_products * sizeof(double));
    for (size_t j = 0; standing->nash_price != NULL && j < model->layout.n_products; j++)
        standing->nash_price[j] = NAN;
    return standing->nash_price != NULL;
}

/* Times are rounded up in markets of periods: the sets are those between all changes, each
 * at its time or at the next whole one. */
static bool lists_scheduled_sets(bt_posted_price_model *model)
{
    bool is_complete = adds_set(model, set_at(model, 0));
    for (size_t v = 0; is_complete && v < model->n_visitors; v++) {
        const bt_presence_parameters *presence = &model->supply->presence[model->visitor[v]];
        double end = bt_presence_end(presence);
        is_complete = adds_set(model, set_at(model, presence->from)) &&
                      adds_set(model, set_at(model, ceil(presence->from)));
        if (is_complete && isfinite(end))
            is_complete = adds_set(model, set_at(model, end)) &&
                          adds_set(model, set_at(model, ceil(end)));
    }
    return is_complete;
}

static bool lists_all_sets(bt_posted_price_model *model)
{
    bool is_complete = true;
    for (uint64_t set = 0; is_complete && set >> model->n_visitors == 0; set++)
        is_complete = adds_set(model, set);
    return is_complete;
}

static bool is_visitor(const bt_presence_parameters *presence)
{
    return presence->from > 0 || isfinite(bt_presence_end(presence)) || presence->exit_rate > 0;
}

const bt_standing *bt_find_standing(const bt_posted_price_model *model, uint64_t set)
{
    for (size_t k = 0; k < model->n_standing; k++)
        if (model->standing[k].set == set)
            return &model->standing[k];
    return NULL;
}

static bt_status list_visitors(bt_posted_price_model *model, bool *any_random, bt_error *error)
{
    *any_random = false;
    model->visitor = calloc(model->layout.n_sellers, sizeof(*model->visitor));
    if (model->visitor == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's sellers");
    for (size_t i = 0; i < model->layout.n_sellers; i++) {
        const bt_presence_parameters *presence = &model->supply->presence[i];
        if (!is_visitor(presence))
            continue;
        if (model->n_visitors == MOST_VISITORS)
            return bt_fail(error, BT_BAD_INPUT,
                           "market.sellers: at most %d sellers can be `active` for a time only",
                           MOST_VISITORS);
        model->visitor[model->n_visitors++] = (uint32_t)i;
        *any_random |= presence->exit_rate > 0;
    }
    return BT_OK;
}

bt_status bt_solve_standing(bt_posted_price_model *model, bt_error *error)
{
    bool any_random;
    bt_status status = list_visitors(model, &any_random, error);
    if (status != BT_OK || model->n_visitors == 0 ||
        (any_random && model->n_visitors > MOST_RANDOM_VISITORS))
        return status;
    size_t most = any_random ? (size_t)1 << model->n_visitors : 1 + 4 * model->n_visitors;
    size_t n_products = model->layout.n_products;
    model->standing = calloc(most, sizeof(*model->standing));
    bool *is_offered = calloc(n_products, sizeof(*is_offered));
    double *fixed_price = malloc(n_products * sizeof(*fixed_price));
    if (model->standing == NULL || is_offered == NULL || fixed_price == NULL ||
        !(any_random ? lists_all_sets(model) : lists_scheduled_sets(model)))
        status = bt_fail(error, BT_INTERNAL, "out of memory for the sets of sellers");
    for (size_t k = 0; status == BT_OK && k < model->n_standing; k++)
        status = solve_set(model, &model->standing[k], is_offered, fixed_price, error);
    free(is_offered);
    free(fixed_price);
    return status;
}

void bt_free_standing(bt_posted_price_model *model)
{
    for (size_t k = 0; k < model->n_standing; k++)
        free(model->standing[k].nash_price);
    free(model->standing);
    free(model->visitor);
}
