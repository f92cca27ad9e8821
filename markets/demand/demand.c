/* Demand as data: its life, its checks, and the transforms of price. */
#include "markets/demand/demand.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "markets/demand/demand_work.h"

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static bool arrays_allocate(bt_demand *demand)
{
    const size_t n_types = demand->n_types;

    demand->weight = allocate(n_types, sizeof(double));
    demand->scale = allocate(n_types, sizeof(double));
    demand->price_sensitivity = allocate(n_types, sizeof(double));
    demand->outside_utility = allocate(n_types, sizeof(double));
    demand->transform = allocate(n_types, sizeof(uint8_t));
    demand->transform_value = allocate(n_types, sizeof(double));
    demand->row_start = allocate(n_types + 1, sizeof(size_t));
    demand->considered_product = allocate(demand->n_entries, sizeof(uint32_t));
    demand->considered_quality = allocate(demand->n_entries, sizeof(double));
    demand->nest = allocate(demand->n_products, sizeof(uint32_t));
    return demand->weight != NULL && demand->scale != NULL &&
           demand->price_sensitivity != NULL && demand->outside_utility != NULL &&
           demand->transform != NULL && demand->transform_value != NULL &&
           demand->row_start != NULL && demand->considered_product != NULL &&
           demand->considered_quality != NULL && demand->nest != NULL;
}

static void fill_defaults(bt_demand *demand)
{
    for (size_t type = 0; type < demand->n_types; type++) {
        demand->weight[type] = 1.0 / (double)demand->n_types;
        demand->scale[type] = 1;
        demand->price_sensitivity[type] = 1;
        demand->transform[type] = BT_PRICE_LINEAR;
    }
}

static void fill_full_rows(bt_demand *demand)
{
    size_t entry = 0;

    for (size_t type = 0; type < demand->n_types; type++) {
        for (size_t product = 0; product < demand->n_products; product++)
            demand->considered_product[entry++] = (uint32_t)product;
        demand->row_start[type + 1] = entry;
    }
}

bt_status bt_demand_create(bt_demand_model model, size_t n_products, size_t n_types,
                           size_t n_entries, bt_demand **demand, bt_error *error)
{
    size_t full = 0;

    *demand = NULL;
    if (__builtin_mul_overflow(n_products, n_types, &full))
        full = SIZE_MAX;
    if (n_products == 0 || n_products >= UINT32_MAX || n_types == 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "a demand needs between one and 4294967294 products and at least one "
                       "type of buyer, but was given %zu products and %zu types",
                       n_products, n_types);
    if (n_entries > full)
        return bt_fail(error, BT_BAD_INPUT,
                       "%zu types of buyer can consider at most %zu products each, not "
                       "%zu row entries in all",
                       n_types, n_products, n_entries);

    bt_demand *created = calloc(1, sizeof *created);
    if (created == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a demand");
    created->model = model;
    created->n_products = n_products;
    created->n_types = n_types;
    created->n_entries = n_entries;
    created->size = 1;
    created->has_outside_option = true;
    created->n_nests = 1;
    if (!arrays_allocate(created)) {
        bt_demand_destroy(created);
        return bt_fail(error, BT_INTERNAL,
                       "no memory for a demand of %zu types of buyer with %zu considered "
                       "products in all",
                       n_types, n_entries);
    }
    fill_defaults(created);
    if (n_entries == full)
        fill_full_rows(created);
    *demand = created;
    return BT_OK;
}

void bt_demand_destroy(bt_demand *demand)
{
    if (demand == NULL)
        return;
    free(demand->weight);
    free(demand->scale);
    free(demand->price_sensitivity);
    free(demand->outside_utility);
    free(demand->transform);
    free(demand->transform_value);
    free(demand->row_start);
    free(demand->considered_product);
    free(demand->considered_quality);
    free(demand->nest);
    free(demand);
}

static bt_status check_transform(const bt_demand *demand, size_t type, bt_error *error)
{
    const double value = demand->transform_value[type];

    switch (demand->transform[type]) {
    case BT_PRICE_LINEAR:
    case BT_PRICE_LOG:
        return BT_OK;
    case BT_PRICE_BOX_COX:
        if (isfinite(value))
            return BT_OK;
        return bt_fail(error, BT_BAD_INPUT,
                       "the Box-Cox lambda of buyer type %zu must be a finite number, not %g",
                       type, value);
    case BT_PRICE_BUDGET:
        if (isfinite(value) && value > 0)
            return BT_OK;
        return bt_fail(error, BT_BAD_INPUT,
                       "the budget of buyer type %zu must be positive, not %g", type, value);
    default:
        return bt_fail(error, BT_BAD_INPUT, "buyer type %zu has the unknown price transform %u",
                       type, (unsigned)demand->transform[type]);
    }
}

static bt_status check_type(const bt_demand *demand, size_t type, bt_error *error)
{
    if (!isfinite(demand->weight[type]) || demand->weight[type] < 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the weight of buyer type %zu must be zero or positive, not %g", type,
                       demand->weight[type]);
    if (!isfinite(demand->scale[type]) || demand->scale[type] <= 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the scale mu of buyer type %zu must be positive, not %g", type,
                       demand->scale[type]);
    if (!isfinite(demand->price_sensitivity[type]) || demand->price_sensitivity[type] <= 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the price sensitivity alpha of buyer type %zu must be positive, not %g",
                       type, demand->price_sensitivity[type]);
    if (demand->has_outside_option && !isfinite(demand->outside_utility[type]))
        return bt_fail(error, BT_BAD_INPUT,
                       "the outside utility of buyer type %zu must be a finite number, not %g",
                       type, demand->outside_utility[type]);
    return check_transform(demand, type, error);
}

static bt_status check_row(const bt_demand *demand, size_t type, bt_error *error)
{
    const size_t begin = demand->row_start[type];
    const size_t end = demand->row_start[type + 1];

    if (end < begin || end > demand->n_entries)
        return bt_fail(error, BT_BAD_INPUT,
                       "the row of buyer type %zu runs from entry %zu to %zu, but rows follow "
                       "each other within %zu entries",
                       type, begin, end, demand->n_entries);
    for (size_t entry = begin; entry < end; entry++) {
        const uint32_t product = demand->considered_product[entry];

        if (product >= demand->n_products)
            return bt_fail(error, BT_BAD_INPUT,
                           "buyer type %zu considers product %u, but products run from 0 to "
                           "%zu",
                           type, (unsigned)product, demand->n_products - 1);
        if (entry > begin && product <= demand->considered_product[entry - 1])
            return bt_fail(error, BT_BAD_INPUT,
                           "the products that buyer type %zu considers must ascend, but "
                           "product %u follows product %u",
                           type, (unsigned)product,
                           (unsigned)demand->considered_product[entry - 1]);
        if (!isfinite(demand->considered_quality[entry]))
            return bt_fail(error, BT_BAD_INPUT,
                           "the quality of product %u to buyer type %zu must be a finite "
                           "number, not %g",
                           (unsigned)product, type, demand->considered_quality[entry]);
    }
    return BT_OK;
}

static bt_status check_nests(const bt_demand *demand, bt_error *error)
{
    if (demand->n_nests == 0)
        return bt_fail(error, BT_BAD_INPUT, "nested logit needs at least one nest");
    if (!(demand->nest_correlation >= 0 && demand->nest_correlation < 1))
        return bt_fail(error, BT_BAD_INPUT,
                       "the nest correlation rho must be at least 0 and below 1, not %g",
                       demand->nest_correlation);
    for (size_t product = 0; product < demand->n_products; product++)
        if (demand->nest[product] >= demand->n_nests)
            return bt_fail(error, BT_BAD_INPUT,
                           "product %zu is in nest %u, but nests run from 0 to %zu", product,
                           (unsigned)demand->nest[product], demand->n_nests - 1);
    return BT_OK;
}

/* Weights that sum to one up to the rounding of that sum stay as they are, so that a
 * second check changes nothing. */
static bt_status normalise_weights(bt_demand *demand, bt_error *error)
{
    double sum = 0;

    for (size_t type = 0; type < demand->n_types; type++)
        sum += demand->weight[type];
    if (!isfinite(sum) || sum <= 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the weights of the buyer types must have a positive, finite sum, "
                       "not %g",
                       sum);
    if (fabs(sum - 1) > DBL_EPSILON * (double)demand->n_types)
        for (size_t type = 0; type < demand->n_types; type++)
            demand->weight[type] /= sum;
    return BT_OK;
}

bt_status bt_demand_check(bt_demand *demand, bt_error *error)
{
    bt_status status = BT_OK;

    if (demand->model != BT_LOGIT && demand->model != BT_NESTED_LOGIT)
        return bt_fail(error, BT_BAD_INPUT, "the demand model %d is unknown",
                       (int)demand->model);
    if (!isfinite(demand->size) || demand->size <= 0)
        return bt_fail(error, BT_BAD_INPUT, "the market size must be positive, not %g",
                       demand->size);
    if (demand->row_start[0] != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the first row of considered products must start at entry 0, not %zu",
                       demand->row_start[0]);
    for (size_t type = 0; status == BT_OK && type < demand->n_types; type++) {
        status = check_type(demand, type, error);
        if (status == BT_OK)
            status = check_row(demand, type, error);
    }
    if (status == BT_OK && demand->model == BT_NESTED_LOGIT)
        status = check_nests(demand, error);
    if (status == BT_OK)
        status = normalise_weights(demand, error);
    return status;
}

double bt_price_disutility(const bt_demand *demand, size_t type, double price)
{
    const double value = demand->transform_value[type];

    switch (demand->transform[type]) {
    case BT_PRICE_LOG:
        return bt_log_price(price);
    case BT_PRICE_BOX_COX:
        return bt_box_cox_of_log(value, bt_log_price(price));
    case BT_PRICE_BUDGET:
        return bt_budget_disutility(value, price);
    default:
        return price;
    }
}

double bt_price_disutility_slope(const bt_demand *demand, size_t type, double price)
{
    const double value = demand->transform_value[type];
    const double positive = fmax(price, DBL_MIN);

    if (price == INFINITY)
        return 0;
    switch (demand->transform[type]) {
    case BT_PRICE_LOG:
        return 1 / positive;
    case BT_PRICE_BOX_COX:
        return pow(positive, value - 1);
    case BT_PRICE_BUDGET:
        return price < value ? 1 / (value - price) : 0;
    default:
        return 1;
    }
}

bool bt_demand_is_homogeneous(const bt_demand *demand)
{
    return demand->n_types == 1 && demand->row_start[1] == demand->n_products;
}
