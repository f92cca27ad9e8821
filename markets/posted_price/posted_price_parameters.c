#include "markets/posted_price/posted_price_groups.h"

#include <stdio.h>
#include <string.h>

#include "markets/checker.h"

#define OF(type, member) .offset = offsetof(type, member)
#define GIVEN(type, member) .given_offset = offsetof(type, member)
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }

#define PRICE_TRANSFORMS "linear|log|box_cox:|budget:"
#define PRICE_TRANSFORM_MEANING                                                                \
    "how a price enters utility: p, log p, (p^lambda - 1)/lambda, or -log(budget - p)"

static const bt_parameter nests_parameters[] = {
    {.name = "rho",
     .type = BT_REAL,
     OF(bt_nests_parameters, rho),
     .unit = "1",
     .required = true,
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "correlation of tastes within a nest; 0: plain logit"},
    {.name = "groups",
     .type = BT_TEXT_GROUPS,
     OF(bt_nests_parameters, groups),
     .required = true,
     .meaning = "the nests, as lists of products; each product stands in one"},
};
static const bt_parameter_table nests_table =
    BT_TABLE_OF(bt_nests_parameters, nests_parameters);

static const bt_parameter segment_parameters[] = {
    {.name = "weight",
     .type = BT_REAL,
     OF(bt_segment_parameters, weight),
     .unit = "1",
     .required = true,
     .range = BT_POSITIVE,
     .meaning = "share of the buyers, relative to the other segments' weights"},
    {.name = "scale",
     .type = BT_REAL,
     OF(bt_segment_parameters, scale),
     .unit = "utility",
     .range = BT_POSITIVE,
     .meaning = "scale mu of the segment's taste shocks",
     GIVEN(bt_segment_parameters, has_scale)},
    {.name = "price_sensitivity",
     .type = BT_REAL,
     OF(bt_segment_parameters, price_sensitivity),
     .unit = "utility/price",
     .range = BT_POSITIVE,
     .meaning = "the segment's alpha",
     GIVEN(bt_segment_parameters, has_price_sensitivity)},
    {.name = "outside_utility",
     .type = BT_REAL,
     OF(bt_segment_parameters, outside_utility),
     .unit = "utility",
     .range = ANY_NUMBER,
     .meaning = "what the segment gets from buying nothing",
     GIVEN(bt_segment_parameters, has_outside_utility)},
    {.name = "price_transform",
     .type = BT_OPTION,
     OF(bt_segment_parameters, price_transform),
     .choices = PRICE_TRANSFORMS,
     .range = ANY_NUMBER,
     .meaning = PRICE_TRANSFORM_MEANING,
     GIVEN(bt_segment_parameters, has_price_transform)},
    {.name = "quality",
     .type = BT_NAMED_REALS,
     OF(bt_segment_parameters, quality),
     .unit = "utility",
     .range = ANY_NUMBER,
     .meaning = "the segment's own quality of the products named"},
    {.name = "considers",
     .type = BT_TEXT_LIST,
     OF(bt_segment_parameters, considers),
     .meaning = "the products that the segment considers; all when not given",
     GIVEN(bt_segment_parameters, has_considers)},
};
static const bt_parameter_table segment_table =
    BT_TABLE_OF(bt_segment_parameters, segment_parameters);

static const bt_parameter random_price_sensitivity_parameters[] = {
    {.name = "sd",
     .type = BT_REAL,
     OF(bt_random_price_sensitivity_parameters, sd),
     .unit = "utility/price",
     .required = true,
     .range = BT_NON_NEGATIVE,
     .meaning = "standard deviation (of its logarithm, if lognormal)"},
    {.name = "distribution",
     .type = BT_CHOICE,
     OF(bt_random_price_sensitivity_parameters, distribution),
     .default_text = "lognormal",
     .choices = "normal|lognormal",
     .meaning = "alpha + sd z or alpha exp(sd z), z standard normal"},
};
static const bt_parameter_table random_price_sensitivity_table =
    BT_TABLE_OF(bt_random_price_sensitivity_parameters, random_price_sensitivity_parameters);

static const bt_parameter random_quality_parameters[] = {
    {.name = "sd",
     .type = BT_REAL,
     OF(bt_random_quality_parameters, sd),
     .unit = "utility",
     .required = true,
     .range = BT_NON_NEGATIVE,
     .meaning = "standard deviation of a buyer's own taste for each product"},
};
static const bt_parameter_table random_quality_table =
    BT_TABLE_OF(bt_random_quality_parameters, random_quality_parameters);

static const bt_parameter random_coefficients_parameters[] = {
    {.name = "price_sensitivity",
     .type = BT_TABLE,
     OF(bt_random_coefficients_parameters, price_sensitivity),
     .table = &random_price_sensitivity_table,
     .meaning = "buyers differ in price sensitivity",
     GIVEN(bt_random_coefficients_parameters, has_price_sensitivity)},
    {.name = "quality",
     .type = BT_TABLE,
     OF(bt_random_coefficients_parameters, quality),
     .table = &random_quality_table,
     .meaning = "buyers differ in the quality they see, independently over products",
     GIVEN(bt_random_coefficients_parameters, has_quality)},
    {.name = "nodes",
     .type = BT_INTEGER,
     OF(bt_random_coefficients_parameters, nodes),
     .unit = "1",
     .default_text = "200",
     .range = BT_BETWEEN(1, 1000000),
     .meaning = "nodes a segment (quadrature: the largest tensor grid within)"},
    {.name = "method",
     .type = BT_CHOICE,
     OF(bt_random_coefficients_parameters, method),
     .default_text = "quadrature",
     .choices = "quadrature|sobol|halton",
     .meaning = "where the nodes lie: Gauss-Hermite grid or a quasi-random sequence"},
};
static const bt_parameter_table random_coefficients_table =
    BT_TABLE_OF(bt_random_coefficients_parameters, random_coefficients_parameters);

static const bt_parameter demand_parameters[] = {
    {.name = "model",
     .type = BT_CHOICE,
     OF(bt_demand_parameters, model),
     .default_text = "logit",
     .choices = "logit|nested_logit",
     .meaning = "how buyers choose"},
    {.name = "scale",
     .type = BT_REAL,
     OF(bt_demand_parameters, scale),
     .unit = "utility",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "scale mu of the taste shocks: horizontal differentiation"},
    {.name = "price_sensitivity",
     .type = BT_REAL,
     OF(bt_demand_parameters, price_sensitivity),
     .unit = "utility/price",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "alpha: utility that one unit of (transformed) price costs"},
    {.name = "price_transform",
     .type = BT_OPTION,
     OF(bt_demand_parameters, price_transform),
     .default_text = "linear",
     .choices = PRICE_TRANSFORMS,
     .range = ANY_NUMBER,
     .meaning = PRICE_TRANSFORM_MEANING},
    {.name = "outside_utility",
     .type = BT_REAL,
     OF(bt_demand_parameters, outside_utility),
     .unit = "utility",
     .default_text = "0",
     .null_allowed = true,
     .range = ANY_NUMBER,
     .meaning = "utility of buying nothing; null: everyone buys"},
    {.name = "nests",
     .type = BT_TABLE,
     OF(bt_demand_parameters, nests),
     .table = &nests_table,
     .meaning = "nests of the nested logit",
     GIVEN(bt_demand_parameters, has_nests)},
    {.name = "segments",
     .type = BT_TABLE_LIST,
     OF(bt_demand_parameters, segments),
     .table = &segment_table,
     .meaning = "groups of buyers that differ; one group when not given"},
    {.name = "random_coefficients",
     .type = BT_TABLE,
     OF(bt_demand_parameters, random_coefficients),
     .table = &random_coefficients_table,
     .meaning = "coefficients that vary within each segment",
     GIVEN(bt_demand_parameters, has_random_coefficients)},
    {.name = "reference_price",
     .type = BT_TABLE,
     OF(bt_demand_parameters, reference_price),
     .table = &bt_reference_price_table,
     .meaning = "buyers compare prices with those that they remember (markets of periods)",
     GIVEN(bt_demand_parameters, has_reference_price)},
};
static const bt_parameter_table demand_table =
    BT_TABLE_OF(bt_demand_parameters, demand_parameters);

static const bt_parameter product_parameters[] = {
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_product_parameters, name),
     .required = true,
     .meaning = "the product's name"},
    {.name = "seller",
     .type = BT_TEXT,
     OF(bt_product_parameters, seller),
     .required = true,
     .meaning = "who sells it; in a group, # stands for the product's number"},
    {.name = "count",
     .type = BT_INTEGER,
     OF(bt_product_parameters, count),
     .range = BT_BETWEEN(1, 1000000),
     .meaning = "products alike, called NAME1, NAME2, ..., or with the number for # in NAME",
     GIVEN(bt_product_parameters, has_count)},
    {.name = "quality",
     .type = BT_REAL,
     OF(bt_product_parameters, quality),
     .unit = "utility",
     .default_text = "0",
     .range = ANY_NUMBER,
     .meaning = "q: utility before price"},
    {.name = "cost",
     .type = BT_REAL,
     OF(bt_product_parameters, cost),
     .unit = "price",
     .required = true,
     .range = ANY_NUMBER,
     .meaning = "marginal cost"},
    {.name = "price",
     .type = BT_REAL,
     OF(bt_product_parameters, price),
     .unit = "price",
     .range = ANY_NUMBER,
     .meaning = "a price that is given and no strategy",
     GIVEN(bt_product_parameters, has_price)},
};
static const bt_parameter_table product_table =
    BT_TABLE_OF(bt_product_parameters, product_parameters);

static const bt_parameter market_seller_parameters[] = {
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_market_seller_parameters, name),
     .required = true,
     .meaning = "the seller, as products name it"},
    {.name = "count",
     .type = BT_INTEGER,
     OF(bt_market_seller_parameters, count),
     .range = BT_BETWEEN(1, 100000),
     .meaning = "sellers alike, called NAME1, NAME2, ..., or with the number for # in NAME",
     GIVEN(bt_market_seller_parameters, has_count)},
    {.name = "objective",
     .type = BT_OPTION,
     OF(bt_market_seller_parameters, objective),
     .default_text = "expected_profit",
     .choices = "expected_profit|mean_variance:|mean2_variance:",
     .range = BT_NON_NEGATIVE,
     .meaning = "what it maximises: E, E - gamma Var, or E^2 - lambda Var of a buyer's profit"},
    {.name = "active",
     .type = BT_TABLE,
     OF(bt_market_seller_parameters, active),
     .table = &bt_presence_table,
     .meaning = "when it stands in the market; always when not given",
     GIVEN(bt_market_seller_parameters, has_active)},
};
static const bt_parameter_table market_seller_table =
    BT_TABLE_OF(bt_market_seller_parameters, market_seller_parameters);

static const bt_parameter fees_parameters[] = {
    {.name = "per_unit",
     .type = BT_REAL,
     OF(bt_fees_parameters, per_unit),
     .unit = "price",
     .default_text = "0",
     .range = ANY_NUMBER,
     .meaning = "the platform's fee (or a tax) on each unit; negative: a subsidy"},
    {.name = "ad_valorem",
     .type = BT_REAL,
     OF(bt_fees_parameters, ad_valorem),
     .unit = "1",
     .default_text = "0",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "the platform's share of each price"},
};
static const bt_parameter_table fees_table = BT_TABLE_OF(bt_fees_parameters, fees_parameters);

static const bt_parameter reference_parameters[] = {
    {.name = "nash_price",
     .type = BT_REAL_LIST,
     OF(bt_reference_parameters, nash_price),
     .unit = "price",
     .range = ANY_NUMBER,
     .meaning = "stands in for the computed Bertrand-Nash prices, one a product"},
    {.name = "joint_profit_price",
     .type = BT_REAL_LIST,
     OF(bt_reference_parameters, joint_profit_price),
     .unit = "price",
     .range = ANY_NUMBER,
     .meaning = "stands in for the computed joint-profit prices, one a product"},
};
static const bt_parameter_table reference_table =
    BT_TABLE_OF(bt_reference_parameters, reference_parameters);

static const bt_parameter market_parameters[] = {
    {.name = "size",
     .type = BT_REAL,
     OF(bt_posted_price_parameters, size),
     .unit = "buyers",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "mass of buyers that come in a period (a day, when the horizon is a time)"},
    {.name = "demand",
     .type = BT_TABLE,
     OF(bt_posted_price_parameters, demand),
     .required = true,
     .table = &demand_table,
     .meaning = "what buyers want"},
    {.name = "products",
     .type = BT_TABLE_LIST,
     OF(bt_posted_price_parameters, products),
     .table = &product_table,
     .meaning = "what is sold"},
    {.name = "data",
     .type = BT_TABLE,
     OF(bt_posted_price_parameters, data),
     .table = &bt_data_parameter_table,
     .meaning = "in place of products: tables of real markets, from which demand and costs "
                "are found",
     GIVEN(bt_posted_price_parameters, has_data)},
    {.name = "sellers",
     .type = BT_TABLE_LIST,
     OF(bt_posted_price_parameters, sellers),
     .table = &market_seller_table,
     .meaning = "sellers with another objective than expected profit, or who enter and leave"},
    {.name = "fees",
     .type = BT_TABLE,
     OF(bt_posted_price_parameters, fees),
     .default_text = "{per_unit: 0, ad_valorem: 0}",
     .table = &fees_table,
     .meaning = "what the platform or the state takes"},
    {.name = "reference",
     .type = BT_TABLE,
     OF(bt_posted_price_parameters, reference),
     .default_text = "{}",
     .table = &reference_table,
     .meaning = "benchmark prices that grids are laid around and delta is measured with"},
    {.name = "arrivals",
     .type = BT_OPTION,
     OF(bt_posted_price_parameters, arrivals),
     .unit = "1/day",
     .choices = "poisson:",
     .range = BT_POSITIVE,
     .meaning = "sampled buyers a day, together of mass `size`; else each comes once a day",
     GIVEN(bt_posted_price_parameters, has_arrivals)},
    {.name = "audit",
     .type = BT_TABLE,
     OF(bt_posted_price_parameters, audit),
     .default_text = "{}",
     .table = &bt_audit_parameter_table,
     .meaning = "how runs on price grids are held against equilibrium play"},
};
const bt_parameter_table bt_posted_price_parameter_table =
    BT_TABLE_OF(bt_posted_price_parameters, market_parameters);

/* ---- what no table sees ---- */

typedef struct checker {
    bt_checker base;
    const bt_posted_price_parameters *parameters; /* groups written out */
    const bt_posted_price_entries *entries;
} checker;

enum { PATH_LENGTH = 160 };

static const bt_product_parameters *products(const checker *check)
{
    return check->parameters->products.element;
}

static size_t product_group(const checker *check, size_t product)
{
    return check->entries->product_group[product];
}

static size_t product_index(const checker *check, const char *name)
{
    size_t n_products = check->parameters->products.count;
    for (size_t j = 0; j < n_products; j++)
        if (strcmp(products(check)[j].name, name) == 0)
            return j;
    return n_products;
}

static bool is_product(const checker *check, const char *name)
{
    return product_index(check, name) < check->parameters->products.count;
}

static bool sells_something(const checker *check, const char *seller)
{
    for (size_t j = 0; j < check->parameters->products.count; j++)
        if (strcmp(products(check)[j].seller, seller) == 0)
            return true;
    return false;
}

static void check_products(checker *check)
{
    size_t n_products = check->parameters->products.count;
    char path[PATH_LENGTH];
    if (n_products == 0)
        bt_checker_complain(&check->base, "products",
                            "a market needs at least one product, or `data`");
    for (size_t j = 0; j < n_products; j++) {
        const bt_product_parameters *product = &products(check)[j];
        if (product_index(check, product->name) < j) {
            snprintf(path, sizeof(path), "products[%zu].name", product_group(check, j));
            bt_checker_complain(&check->base, path, "there is another product \"%s\" above",
                                product->name);
        }
        if (check->base.seller_names != NULL && !product->has_price &&
            !check->parameters->has_data &&
            !bt_checker_has_seller(&check->base, product->seller)) {
            snprintf(path, sizeof(path), "products[%zu].seller", product_group(check, j));
            bt_checker_complain(
                &check->base, path,
                "seller \"%s\" is not one of the experiment's sellers; add it there, or "
                "give the product a fixed price",
                product->seller);
        }
    }
}

static void check_experiment_sellers(checker *check)
{
    for (size_t i = 0; i < check->base.n_seller_names; i++)
        if (!sells_something(check, check->base.seller_names[i]))
            bt_checker_complain(&check->base, "products",
                                "the experiment's seller \"%s\" sells no product",
                                check->base.seller_names[i]);
}

static void check_presence(checker *check, const bt_market_seller_parameters *seller, size_t i)
{
    char path[PATH_LENGTH];
    if (!seller->has_active)
        return;
    snprintf(path, sizeof(path), "sellers[%zu].active", check->entries->seller_group[i]);
    if (!(seller->active.from < bt_presence_end(&seller->active)))
        bt_checker_complain(&check->base, path,
                            "it must enter before it leaves, not at %g and %g",
                            seller->active.from, bt_presence_end(&seller->active));
    if (isnan(check->parameters->demand.outside_utility))
        bt_checker_complain(
            &check->base, path,
            "where sellers come and go, buyers must be able to buy nothing; give "
            "demand.outside_utility a number");
}

static void check_market_sellers(checker *check)
{
    const bt_market_seller_parameters *sellers = check->parameters->sellers.element;
    char path[PATH_LENGTH];
    for (size_t i = 0; i < check->parameters->sellers.count; i++) {
        snprintf(path, sizeof(path), "sellers[%zu].name", check->entries->seller_group[i]);
        if (!sells_something(check, sellers[i].name))
            bt_checker_complain(&check->base, path, "seller \"%s\" sells no product",
                                sellers[i].name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(sellers[k].name, sellers[i].name) == 0)
                bt_checker_complain(&check->base, path, "there is another seller \"%s\" above",
                                    sellers[i].name);
        check_presence(check, &sellers[i], i);
    }
}

static void check_reference_price(checker *check)
{
    const bt_market_seller_parameters *sellers = check->parameters->sellers.element;
    char path[PATH_LENGTH];
    for (size_t i = 0; i < check->parameters->sellers.count; i++)
        if (check->parameters->demand.has_reference_price &&
            sellers[i].objective.chosen != BT_EXPECTED_PROFIT) {
            snprintf(path, sizeof(path), "sellers[%zu].objective", i);
            bt_checker_complain(
                &check->base, path,
                "where buyers remember prices (demand.reference_price) a seller "
                "maximises expected_profit");
        }
}

static size_t times_in_groups(const bt_text_groups *groups, const char *product)
{
    size_t times = 0;
    for (size_t h = 0; h < groups->count; h++)
        for (size_t k = 0; k < groups->group[h].count; k++)
            times += strcmp(groups->group[h].value[k], product) == 0;
    return times;
}

static void check_nests(checker *check)
{
    const bt_demand_parameters *demand = &check->parameters->demand;
    const bt_text_groups *groups = &demand->nests.groups;
    char path[PATH_LENGTH];
    if (demand->model == BT_NESTED_LOGIT && !demand->has_nests) {
        bt_checker_complain(&check->base, "demand",
                            "a nested_logit needs `nests: {rho: ..., groups: [...]}`");
        return;
    }
    if (demand->model != BT_NESTED_LOGIT && demand->has_nests)
        bt_checker_complain(&check->base, "demand.nests",
                            "nests belong to `model: nested_logit`");
    if (!demand->has_nests)
        return;
    for (size_t h = 0; h < groups->count; h++)
        for (size_t k = 0; k < groups->group[h].count; k++)
            if (!is_product(check, groups->group[h].value[k])) {
                snprintf(path, sizeof(path), "demand.nests.groups[%zu][%zu]", h, k);
                bt_checker_complain(&check->base, path, "there is no product \"%s\"",
                                    groups->group[h].value[k]);
            }
    for (size_t j = 0; j < check->parameters->products.count; j++) {
        size_t times = times_in_groups(groups, products(check)[j].name);
        if (times != 1)
            bt_checker_complain(&check->base, "demand.nests.groups",
                                "product \"%s\" must stand in exactly one group, not in %zu",
                                products(check)[j].name, times);
    }
}

static void check_transform(checker *check, const bt_option *transform, const char *path)
{
    if (transform->chosen == BT_PRICE_BUDGET && !(transform->value > 0))
        bt_checker_complain(&check->base, path, "a budget must be above 0, not %g",
                            transform->value);
}

static void check_segment(checker *check, size_t r)
{
    const bt_demand_parameters *demand = &check->parameters->demand;
    const bt_segment_parameters *segment =
        (const bt_segment_parameters *)demand->segments.element + r;
    char path[PATH_LENGTH];
    for (size_t k = 0; k < segment->quality.count; k++)
        if (!is_product(check, segment->quality.name[k])) {
            snprintf(path, sizeof(path), "demand.segments[%zu].quality.%.80s", r,
                     segment->quality.name[k]);
            bt_checker_complain(&check->base, path, "there is no product \"%s\"",
                                segment->quality.name[k]);
        }
    for (size_t k = 0; k < segment->considers.count; k++) {
        snprintf(path, sizeof(path), "demand.segments[%zu].considers[%zu]", r, k);
        if (!is_product(check, segment->considers.value[k]))
            bt_checker_complain(&check->base, path, "there is no product \"%s\"",
                                segment->considers.value[k]);
        for (size_t i = 0; i < k; i++)
            if (strcmp(segment->considers.value[i], segment->considers.value[k]) == 0)
                bt_checker_complain(&check->base, path, "product \"%s\" is named twice",
                                    segment->considers.value[k]);
    }
    snprintf(path, sizeof(path), "demand.segments[%zu].considers", r);
    if (segment->has_considers && segment->considers.count == 0)
        bt_checker_complain(&check->base, path, "a segment must consider at least one product");
    snprintf(path, sizeof(path), "demand.segments[%zu].outside_utility", r);
    if (segment->has_outside_utility && isnan(demand->outside_utility))
        bt_checker_complain(&check->base, path,
                            "the demand has no outside option (outside_utility: null)");
    snprintf(path, sizeof(path), "demand.segments[%zu].price_transform", r);
    if (segment->has_price_transform)
        check_transform(check, &segment->price_transform, path);
}

static void check_reference(checker *check, const bt_real_list *list, const char *name)
{
    char path[PATH_LENGTH];
    snprintf(path, sizeof(path), "reference.%s", name);
    size_t n_products = check->parameters->products.count;
    if (list->count != 0 && list->count != n_products)
        bt_checker_complain(&check->base, path, "one price a product is needed: %zu, not %zu",
                            n_products, list->count);
}

/* What data leave to the demand block: its scale alone. */
static void check_data(checker *check)
{
    const bt_demand_parameters *demand = &check->parameters->demand;
    if (demand->model != BT_LOGIT || demand->has_nests || demand->segments.count > 0 ||
        demand->has_random_coefficients || demand->outside_utility != 0 ||
        demand->price_transform.chosen != BT_PRICE_LINEAR || demand->price_sensitivity != 1)
        bt_checker_complain(
            &check->base, "demand",
            "with `data`, buyers are a plain logit with an outside option of utility 0; "
            "what they differ in stands in data.tastes");
}

static void check_written_out(checker *check)
{
    const bt_posted_price_parameters *parameters = check->parameters;
    check_products(check);
    check_experiment_sellers(check);
    check_market_sellers(check);
    check_reference_price(check);
    check_nests(check);
    check_transform(check, &parameters->demand.price_transform, "demand.price_transform");
    if (parameters->has_data)
        check_data(check);
    for (size_t r = 0; r < parameters->demand.segments.count; r++)
        check_segment(check, r);
    check_reference(check, &parameters->reference.nash_price, "nash_price");
    check_reference(check, &parameters->reference.joint_profit_price, "joint_profit_price");
}

/* Mistakes in the files of `data`, and whether there were none. */
static bool data_are_good(checker *check, const bt_posted_price_parameters *parameters,
                          bt_arena *arena)
{
    bt_market_data data;
    if (!parameters->has_data)
        return true;
    if (parameters->products.count > 0)
        bt_checker_complain(&check->base, "products",
                            "a market has either products or data, not both");
    size_t mistakes = bt_market_data_read(&parameters->data, arena, &data, check->base.complain,
                                          check->base.context);
    check->base.n_complaints += mistakes;
    return mistakes == 0 && parameters->products.count == 0;
}

size_t bt_posted_price_check(const void *parameters, const char *const *seller_names,
                             size_t n_seller_names, bt_complain *complain, void *context)
{
    bt_posted_price_entries entries;
    checker check = {.base = {.seller_names = seller_names,
                              .n_seller_names = n_seller_names,
                              .complain = complain,
                              .context = context},
                     .parameters = &entries.parameters,
                     .entries = &entries};
    bt_error error = {.status = BT_OK};
    bt_arena *arena = bt_arena_create();
    if (data_are_good(&check, parameters, arena)) {
        if (bt_posted_price_write_out(parameters, arena, &entries, &error) == BT_OK)
            check_written_out(&check);
        else
            bt_checker_complain(&check.base, "products", "%s", error.message);
    }
    bt_arena_destroy(arena);
    return check.base.n_complaints;
}
