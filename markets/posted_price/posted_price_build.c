/* From the parameters of a posted-price market to its demand and supply. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/checker.h"
#include "markets/posted_price/posted_price_groups.h"
#include "markets/demand/random_coefficients.h"

/* ---- supply ---- */

static size_t find_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return count;
}

typedef struct supply_arrays {
    uint32_t *seller;
    double *cost;
    double *fixed_price;
    uint8_t *objective;
    double *risk_aversion;
} supply_arrays;

static bool allocate_supply(bt_supply *supply, supply_arrays *arrays, size_t n_products,
                            size_t max_sellers)
{
    supply->product_name = calloc(n_products, sizeof(*supply->product_name));
    supply->seller_name = calloc(max_sellers, sizeof(*supply->seller_name));
    supply->presence = calloc(max_sellers, sizeof(*supply->presence));
    arrays->seller = calloc(n_products, sizeof(uint32_t));
    arrays->cost = calloc(n_products, sizeof(double));
    arrays->fixed_price = calloc(n_products, sizeof(double));
    arrays->objective = calloc(max_sellers, sizeof(uint8_t));
    arrays->risk_aversion = calloc(max_sellers, sizeof(double));
    supply->ownership = (bt_ownership){.n_products = n_products,
                                       .seller = arrays->seller,
                                       .cost = arrays->cost,
                                       .fixed_price = arrays->fixed_price,
                                       .objective = arrays->objective,
                                       .risk_aversion = arrays->risk_aversion};
    return supply->product_name != NULL && supply->seller_name != NULL &&
           supply->presence != NULL && arrays->seller != NULL && arrays->cost != NULL &&
           arrays->fixed_price != NULL && arrays->objective != NULL &&
           arrays->risk_aversion != NULL;
}

static void fill_supply(const bt_posted_price_parameters *parameters,
                        const char *const *seller_names, size_t n_seller_names,
                        bt_supply *supply, const supply_arrays *arrays)
{
    const bt_product_parameters *product = parameters->products.element;
    size_t n_sellers = n_seller_names;
    for (size_t i = 0; i < n_seller_names; i++)
        supply->seller_name[i] = seller_names[i];
    for (size_t j = 0; j < parameters->products.count; j++) {
        size_t seller = find_name(supply->seller_name, n_sellers, product[j].seller);
        if (seller == n_sellers)
            supply->seller_name[n_sellers++] = product[j].seller;
        supply->product_name[j] = product[j].name;
        arrays->seller[j] = (uint32_t)seller;
        arrays->cost[j] = product[j].cost;
        arrays->fixed_price[j] = product[j].has_price ? product[j].price : NAN;
    }
    const bt_market_seller_parameters *seller = parameters->sellers.element;
    for (size_t k = 0; k < parameters->sellers.count; k++) {
        size_t i = find_name(supply->seller_name, n_sellers, seller[k].name);
        arrays->objective[i] = (uint8_t)seller[k].objective.chosen;
        arrays->risk_aversion[i] = seller[k].objective.value;
        if (seller[k].has_active)
            supply->presence[i] = seller[k].active;
    }
    supply->ownership.n_sellers = n_sellers;
    supply->ownership.fee_per_unit = parameters->fees.per_unit;
    supply->ownership.fee_ad_valorem = parameters->fees.ad_valorem;
}

static bt_status build_supply(const bt_posted_price_parameters *parameters,
                              const char *const *seller_names, size_t n_seller_names,
                              bt_arena *names, bt_supply **result, bt_error *error)
{
    bt_supply *supply = calloc(1, sizeof(*supply));
    supply_arrays arrays;
    size_t n_products = parameters->products.count;
    if (supply == NULL ||
        !allocate_supply(supply, &arrays, n_products, n_products + n_seller_names)) {
        bt_supply_destroy(supply);
        return bt_fail(error, BT_INTERNAL, "out of memory for a market of %zu products",
                       n_products);
    }
    fill_supply(parameters, seller_names, n_seller_names, supply, &arrays);
    supply->names = names;
    *result = supply;
    return BT_OK;
}

void bt_supply_destroy(bt_supply *supply)
{
    if (supply == NULL)
        return;
    bt_arena_destroy(supply->names);
    free(supply->product_name);
    free(supply->seller_name);
    free(supply->presence);
    free((void *)(uintptr_t)supply->ownership.seller);
    free((void *)(uintptr_t)supply->ownership.cost);
    free((void *)(uintptr_t)supply->ownership.fixed_price);
    free((void *)(uintptr_t)supply->ownership.objective);
    free((void *)(uintptr_t)supply->ownership.risk_aversion);
    free(supply);
}

/* ---- demand ---- */

/* A segment with everything that it takes from the demand filled in. */
typedef struct buyer_segment {
    double weight;
    double scale;
    double price_sensitivity;
    double outside_utility;
    bt_option transform;
    const bt_segment_parameters *own; /* NULL: the only one */
} buyer_segment;

static buyer_segment segment_of(const bt_demand_parameters *demand, size_t r)
{
    buyer_segment result = {.weight = 1,
                            .scale = demand->scale,
                            .price_sensitivity = demand->price_sensitivity,
                            .outside_utility = demand->outside_utility,
                            .transform = demand->price_transform};
    if (demand->segments.count == 0)
        return result;
    const bt_segment_parameters *own = (const bt_segment_parameters *)demand->segments.element;
    own += r;
    result.own = own;
    result.weight = own->weight;
    if (own->has_scale)
        result.scale = own->scale;
    if (own->has_price_sensitivity)
        result.price_sensitivity = own->price_sensitivity;
    if (own->has_outside_utility)
        result.outside_utility = own->outside_utility;
    if (own->has_price_transform)
        result.transform = own->price_transform;
    return result;
}

static bool considers(const buyer_segment *segment, const char *product)
{
    if (segment->own == NULL || !segment->own->has_considers)
        return true;
    const bt_text_list *list = &segment->own->considers;
    return find_name(list->value, list->count, product) < list->count;
}

static double quality_of(const buyer_segment *segment, const bt_product_parameters *product)
{
    if (segment->own == NULL)
        return product->quality;
    const bt_named_reals *own = &segment->own->quality;
    size_t k = find_name(own->name, own->count, product->name);
    return k < own->count ? own->value[k] : product->quality;
}

static size_t n_segments(const bt_demand_parameters *demand)
{
    return demand->segments.count > 0 ? demand->segments.count : 1;
}

static size_t n_considered(const bt_posted_price_parameters *parameters, size_t r)
{
    const bt_product_parameters *product = parameters->products.element;
    buyer_segment segment = segment_of(&parameters->demand, r);
    size_t count = 0;
    for (size_t j = 0; j < parameters->products.count; j++)
        count += considers(&segment, product[j].name);
    return count;
}

/* One type: a segment at one node of its random coefficients. Returns the end of its row. */
static size_t fill_type(const bt_posted_price_parameters *parameters,
                        const buyer_segment *segment, const bt_nodes *nodes, size_t node,
                        bt_demand *demand, size_t type, size_t entry)
{
    const bt_product_parameters *product = parameters->products.element;
    const bt_random_coefficients_parameters *random = &parameters->demand.random_coefficients;
    const double *z = nodes->value + node * nodes->dimensions;
    double alpha = segment->price_sensitivity;
    if (random->has_price_sensitivity) {
        double deviation = random->price_sensitivity.sd * *z++;
        alpha = random->price_sensitivity.distribution == 0 ? alpha + deviation
                                                            : alpha * exp(deviation);
    }
    demand->weight[type] = segment->weight * nodes->weight[node];
    demand->scale[type] = segment->scale;
    demand->price_sensitivity[type] = alpha;
    demand->outside_utility[type] = demand->has_outside_option ? segment->outside_utility : 0;
    demand->transform[type] = (uint8_t)segment->transform.chosen;
    demand->transform_value[type] = segment->transform.value;
    if (segment->transform.chosen == BT_PRICE_BOX_COX && segment->transform.value == 0)
        demand->transform[type] = BT_PRICE_LOG; /* its limit */
    demand->row_start[type] = entry;
    for (size_t j = 0; j < parameters->products.count; j++) {
        if (!considers(segment, product[j].name))
            continue;
        demand->considered_product[entry] = (uint32_t)j;
        demand->considered_quality[entry] =
            quality_of(segment, &product[j]) +
            (random->has_quality ? random->quality.sd * z[j] : 0);
        entry++;
    }
    demand->row_start[type + 1] = entry;
    return entry;
}

static void fill_nests(const bt_posted_price_parameters *parameters, bt_demand *demand)
{
    const bt_product_parameters *product = parameters->products.element;
    const bt_nests_parameters *nests = &parameters->demand.nests;
    demand->n_nests = nests->groups.count;
    demand->nest_correlation = nests->rho;
    for (size_t j = 0; j < parameters->products.count; j++)
        for (size_t h = 0; h < nests->groups.count; h++) {
            const bt_text_list *group = &nests->groups.group[h];
            if (find_name(group->value, group->count, product[j].name) < group->count)
                demand->nest[j] = (uint32_t)h;
        }
}

static bt_status refuse_negative_sensitivity(const bt_demand *demand, bt_error *error)
{
    for (size_t type = 0; type < demand->n_types; type++)
        if (!(demand->price_sensitivity[type] > 0))
            return bt_fail(
                error, BT_BAD_INPUT,
                "demand.random_coefficients.price_sensitivity: a node of the normal "
                "distribution lies at %g, not above 0; use `distribution: lognormal` "
                "or a smaller sd",
                demand->price_sensitivity[type]);
    return BT_OK;
}

static bt_status fill_demand(const bt_posted_price_parameters *parameters,
                             const bt_nodes *nodes, bt_demand *demand, bt_error *error)
{
    demand->size = parameters->size;
    demand->has_outside_option = !isnan(parameters->demand.outside_utility);
    size_t type = 0, entry = 0;
    for (size_t r = 0; r < n_segments(&parameters->demand); r++) {
        buyer_segment segment = segment_of(&parameters->demand, r);
        for (size_t node = 0; node < nodes->count; node++)
            entry = fill_type(parameters, &segment, nodes, node, demand, type++, entry);
    }
    if (demand->model == BT_NESTED_LOGIT)
        fill_nests(parameters, demand);
    bt_status status = refuse_negative_sensitivity(demand, error);
    return status == BT_OK ? bt_demand_check(demand, error) : status;
}

static bt_status create_nodes(const bt_posted_price_parameters *parameters, bt_nodes *nodes,
                              bt_error *error)
{
    const bt_random_coefficients_parameters *random = &parameters->demand.random_coefficients;
    size_t dimensions = (random->has_price_sensitivity ? 1 : 0) +
                        (random->has_quality ? parameters->products.count : 0);
    if (!parameters->demand.has_random_coefficients || dimensions == 0)
        return bt_nodes_create(BT_NODES_QUADRATURE, 1, 0, nodes, error);
    bt_status status = bt_nodes_create((bt_node_method)random->method, (size_t)random->nodes,
                                       dimensions, nodes, error);
    if (status != BT_OK)
        bt_error_prefix(error, "demand.random_coefficients");
    return status;
}

static bt_status build_demand(const bt_posted_price_parameters *parameters, bt_demand **result,
                              bt_error *error)
{
    bt_nodes nodes;
    bt_status status = create_nodes(parameters, &nodes, error);
    if (status != BT_OK)
        return status;
    size_t n_entries = 0;
    for (size_t r = 0; r < n_segments(&parameters->demand); r++)
        n_entries += n_considered(parameters, r) * nodes.count;
    bt_demand *demand = NULL;
    status = bt_demand_create(
        (bt_demand_model)parameters->demand.model, parameters->products.count,
        n_segments(&parameters->demand) * nodes.count, n_entries, &demand, error);
    if (status == BT_OK)
        status = fill_demand(parameters, &nodes, demand, error);
    bt_nodes_free(&nodes);
    if (status != BT_OK) {
        bt_demand_destroy(demand);
        return status;
    }
    *result = demand;
    return BT_OK;
}

/* ---- data ---- */

/* Demand and costs from data; in a run, firms that are not its sellers keep the data's
 * prices. */
static bt_status build_from_data(const bt_posted_price_entries *entries,
                                 const char *const *seller_names, size_t n_seller_names,
                                 bt_demand **demand, bt_supply *supply, bt_error *error)
{
    const bt_posted_price_parameters *parameters = &entries->parameters;
    const bt_market_data *data = &entries->data;
    const bt_ownership *ownership = &supply->ownership;
    bt_demand *found = NULL;
    bt_status status =
        bt_market_data_demand(data, parameters->demand.scale, parameters->size, &found, error);
    if (status == BT_OK)
        status = bt_market_data_costs(data, (bt_conduct)parameters->data.conduct, found,
                                      ownership, (double *)(uintptr_t)ownership->cost, error);
    if (status != BT_OK) {
        bt_demand_destroy(found);
        bt_error_prefix(error, "data");
        return status;
    }
    for (size_t j = 0; seller_names != NULL && j < data->n_products; j++)
        if (ownership->seller[j] >= n_seller_names)
            ((double *)(uintptr_t)ownership->fixed_price)[j] = data->price[j];
    supply->observed_price = data->price;
    *demand = found;
    return BT_OK;
}

bt_status bt_posted_price_build(const bt_posted_price_parameters *parameters,
                                const char *const *seller_names, size_t n_seller_names,
                                bt_demand **demand, bt_supply **supply, bt_error *error)
{
    bt_status status = bt_refuse_mistakes(bt_posted_price_check, parameters, seller_names,
                                          n_seller_names, error);
    if (status != BT_OK)
        return status;
    bt_posted_price_entries entries;
    bt_arena *arena = bt_arena_create();
    status = bt_posted_price_write_out(parameters, arena, &entries, error);
    if (status == BT_OK)
        status = build_supply(&entries.parameters, seller_names, n_seller_names, arena, supply,
                              error);
    if (status != BT_OK) {
        bt_arena_destroy(arena);
        return status;
    }
    status = parameters->has_data ? build_from_data(&entries, seller_names, n_seller_names,
                                                    demand, *supply, error)
                                  : build_demand(&entries.parameters, demand, error);
    if (status != BT_OK) {
        bt_supply_destroy(*supply);
        *supply = NULL;
        bt_error_prefix(error, "market");
    }
    return status;
}
