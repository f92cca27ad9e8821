/* From a market block to demand and supply; and every reference that meets nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/document/document.h"
#include "markets/posted_price/posted_price_parameters.h"

typedef struct block {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_arena *arena;
    bt_posted_price_parameters parameters;
} block;

static void open_block(block *market, const char *text)
{
    market->diagnostics = bt_diagnostics_create();
    market->arena = bt_arena_create();
    bt_document_parse("test", text, strlen(text), &market->document, market->diagnostics);
    if (bt_bind(bt_document_root(market->document), &bt_posted_price_parameter_table,
                &market->parameters, market->arena, market->diagnostics) != BT_OK)
        fail_msg("%s", bt_diagnostics_at(market->diagnostics, 0));
}

static void close_block(block *market)
{
    bt_arena_destroy(market->arena);
    bt_diagnostics_destroy(market->diagnostics);
    bt_document_destroy(market->document);
}

static const char products[] = "products: [{name: A, seller: s2, quality: 2, cost: 1},"
                               "           {name: B, seller: s1, quality: 1, cost: 0.5},"
                               "           {name: C, seller: s2, cost: 0.25, price: 1.5}]\n";

/* ---- building ---- */

static void build_block(block *market, const char *demand, bt_demand **built,
                        bt_supply **supply)
{
    char text[2048];
    snprintf(text, sizeof(text), "size: 100\ndemand: {%s}\n%s", demand, products);
    open_block(market, text);
    bt_error error;
    if (bt_posted_price_build(&market->parameters, NULL, 0, built, supply, &error) != BT_OK)
        fail_msg("%s", error.message);
}

static void defaults_are_one_plain_segment(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market, "scale: 0.25", &demand, &supply);
    assert_int_equal(demand->model, BT_LOGIT);
    assert_int_equal(demand->n_types, 1);
    assert_true(demand->size == 100 && demand->scale[0] == 0.25);
    assert_true(demand->price_sensitivity[0] == 1 && demand->outside_utility[0] == 0);
    assert_true(demand->has_outside_option && demand->transform[0] == BT_PRICE_LINEAR);
    assert_true(demand->considered_quality[0] == 2 && demand->considered_quality[2] == 0);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

static void sellers_are_numbered_by_the_experiment_then_by_product(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market, "scale: 1", &demand, &supply);
    assert_string_equal(supply->seller_name[0], "s2");
    assert_int_equal(supply->ownership.n_sellers, 2);
    assert_int_equal(supply->ownership.seller[1], 1);
    assert_true(isnan(supply->ownership.fixed_price[0]));
    assert_true(supply->ownership.fixed_price[2] == 1.5);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    const char *names[] = {"s1", "s2"};
    assert_int_equal(
        bt_posted_price_build(&market.parameters, names, 2, &demand, &supply, NULL), BT_OK);
    assert_string_equal(supply->seller_name[0], "s1");
    assert_int_equal(supply->ownership.seller[1], 0);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

static void segments_take_what_they_do_not_give_from_the_demand(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market,
                "scale: 0.5, price_sensitivity: 3, price_transform: log, outside_utility: -1,"
                "segments: [{weight: 1, price_sensitivity: 2.5, quality: {A: 8}},"
                "{weight: 3, considers: [C, A], outside_utility: 4,"
                " price_transform: {box_cox: 0}}]",
                &demand, &supply);
    assert_int_equal(demand->n_types, 2);
    assert_true(demand->weight[0] == 0.25 && demand->weight[1] == 0.75);
    assert_true(demand->price_sensitivity[0] == 2.5 && demand->price_sensitivity[1] == 3);
    assert_true(demand->outside_utility[0] == -1 && demand->outside_utility[1] == 4);
    assert_int_equal(demand->transform[0], BT_PRICE_LOG);
    assert_int_equal(demand->transform[1], BT_PRICE_LOG); /* the limit of Box-Cox at 0 */
    assert_true(demand->considered_quality[0] == 8 && demand->considered_quality[1] == 1);
    assert_int_equal(demand->row_start[2] - demand->row_start[1], 2);
    assert_int_equal(demand->considered_product[demand->row_start[1] + 1], 2);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

static void no_outside_option_is_null(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market, "outside_utility: null", &demand, &supply);
    assert_false(demand->has_outside_option);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

/* The mean of lognormal price sensitivities alpha exp(sd z) is alpha exp(sd^2 / 2). */
static void random_coefficients_become_weighted_types(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market,
                "price_sensitivity: 2, random_coefficients: {price_sensitivity: {sd: 0.5},"
                " nodes: 25}, segments: [{weight: 1}, {weight: 1, price_sensitivity: 4}]",
                &demand, &supply);
    assert_int_equal(demand->n_types, 50);
    double mean = 0;
    for (size_t r = 0; r < 50; r++)
        mean += demand->weight[r] * demand->price_sensitivity[r];
    assert_true(fabs(mean - 3 * exp(0.125)) < 1e-12);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

static void tastes_for_each_product_vary_independently(void **state)
{
    (void)state;
    block market;
    bt_demand *demand;
    bt_supply *supply;
    build_block(&market,
                "random_coefficients: {quality: {sd: 0.3}, price_sensitivity: {sd: 0},"
                " nodes: 81, method: quadrature}",
                &demand, &supply);
    assert_int_equal(demand->n_types, 81); /* three points in each of four dimensions */
    double mean = 0, square = 0, cross = 0;
    for (size_t r = 0; r < 81; r++) {
        const double *q = demand->considered_quality + demand->row_start[r];
        mean += demand->weight[r] * q[0];
        square += demand->weight[r] * (q[0] - 2) * (q[0] - 2);
        cross += demand->weight[r] * (q[0] - 2) * (q[1] - 1);
    }
    assert_true(fabs(mean - 2) < 1e-13 && fabs(square - 0.09) < 1e-13 && fabs(cross) < 1e-13);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

static void negative_price_sensitivities_are_refused(void **state)
{
    (void)state;
    block market;
    char text[1024];
    snprintf(text, sizeof(text),
             "demand: {random_coefficients: {price_sensitivity: {sd: 1, distribution: normal}}}"
             "\n%s",
             products);
    open_block(&market, text);
    bt_demand *demand;
    bt_supply *supply;
    bt_error error;
    assert_int_equal(
        bt_posted_price_build(&market.parameters, NULL, 0, &demand, &supply, &error),
        BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "use `distribution: lognormal`"));
    close_block(&market);
}

static void objectives_and_fees_reach_the_ownership(void **state)
{
    (void)state;
    block market;
    char text[1024];
    snprintf(text, sizeof(text),
             "demand: {}\nsellers: [{name: s1, objective: {mean_variance: 0.5}}]\n"
             "fees: {per_unit: 0.1, ad_valorem: 0.2}\n%s",
             products);
    open_block(&market, text);
    bt_demand *demand;
    bt_supply *supply;
    assert_int_equal(bt_posted_price_build(&market.parameters, NULL, 0, &demand, &supply, NULL),
                     BT_OK);
    const bt_ownership *ownership = &supply->ownership;
    assert_int_equal(ownership->objective[0], BT_EXPECTED_PROFIT);
    assert_int_equal(ownership->objective[1], BT_MEAN_VARIANCE);
    assert_true(ownership->risk_aversion[1] == 0.5);
    assert_true(fabs(bt_margin(ownership, 0, 2) - (0.8 * 2 - 0.1 - 1)) < 1e-15);
    bt_demand_destroy(demand);
    bt_supply_destroy(supply);
    close_block(&market);
}

/* ---- checking ---- */

typedef struct complaints {
    size_t count;
    char path[8][160];
    char sentence[8][512];
} complaints;

static void keep(void *context, const char *path, const char *sentence)
{
    complaints *kept = context;
    assert_true(kept->count < 8);
    strcpy(kept->path[kept->count], path);
    strcpy(kept->sentence[kept->count++], sentence);
}

typedef struct broken_block {
    const char *text;
    const char *path;
    const char *words;
} broken_block;

static const broken_block broken[] = {
    {"demand: {}\nproducts: []", "products", "at least one product"},
    {"demand: {}\nproducts: [{name: A, seller: s1, cost: 1}, {name: A, seller: s1, cost: 1}]",
     "products[1].name", "another product \"A\""},
    {"demand: {}\nproducts: [{name: A, seller: s3, cost: 1}, {name: B, seller: s1, cost: 1}]",
     "products[0].seller", "\"s3\" is not one of the experiment's sellers"},
    {"demand: {model: nested_logit}\nproducts: [{name: A, seller: s1, cost: 1}]", "demand",
     "needs `nests"},
    {"demand: {nests: {rho: 0.5, groups: [[A]]}}\nproducts: [{name: A, seller: s1, cost: 1}]",
     "demand.nests", "belong to `model: nested_logit`"},
    {"demand: {model: nested_logit, nests: {rho: 0.5, groups: [[A, X]]}}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.nests.groups[0][1]", "no product \"X\""},
    {"demand: {model: nested_logit, nests: {rho: 0.5, groups: [[A], [A]]}}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.nests.groups", "exactly one group, not in 2"},
    {"demand: {price_transform: {budget: -1}}\nproducts: [{name: A, seller: s1, cost: 1}]",
     "demand.price_transform", "budget must be above 0"},
    {"demand: {segments: [{weight: 1, quality: {X: 1}}]}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.segments[0].quality.X", "no product \"X\""},
    {"demand: {segments: [{weight: 1}, {weight: 1, considers: [A, A]}]}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.segments[1].considers[1]", "named twice"},
    {"demand: {segments: [{weight: 1, considers: []}]}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.segments[0].considers", "at least one product"},
    {"demand: {outside_utility: null, segments: [{weight: 1, outside_utility: 1}]}\n"
     "products: [{name: A, seller: s1, cost: 1}]",
     "demand.segments[0].outside_utility", "no outside option"},
    {"demand: {}\nproducts: [{name: A, seller: s1, cost: 1}]\nsellers: [{name: s7}]",
     "sellers[0].name", "\"s7\" sells no product"},
    {"demand: {}\nproducts: [{name: A, seller: s1, cost: 1}]\nreference: {nash_price: [1, 2]}",
     "reference.nash_price", "one price a product is needed: 1, not 2"},
};

static void every_broken_reference_is_told_with_its_place(void **state)
{
    (void)state;
    const char *sellers[] = {"s1"};
    for (size_t k = 0; k < sizeof(broken) / sizeof(broken[0]); k++) {
        block market;
        open_block(&market, broken[k].text);
        complaints kept = {0};
        size_t count = bt_posted_price_check(&market.parameters, sellers, 1, keep, &kept);
        assert_int_equal(count, kept.count);
        assert_true(count >= 1);
        assert_string_equal(kept.path[0], broken[k].path);
        if (strstr(kept.sentence[0], broken[k].words) == NULL)
            fail_msg("%s", kept.sentence[0]);
        bt_demand *demand;
        bt_supply *supply;
        assert_int_equal(
            bt_posted_price_build(&market.parameters, sellers, 1, &demand, &supply, NULL),
            BT_BAD_INPUT);
        close_block(&market);
    }
}

static void all_mistakes_come_in_one_pass(void **state)
{
    (void)state;
    block market;
    open_block(&market, "demand: {segments: [{weight: 1, considers: [X, Y]}]}\n"
                        "products: [{name: A, seller: s1, cost: 1}]\n"
                        "reference: {nash_price: [1, 2]}");
    complaints kept = {0};
    const char *sellers[] = {"s1", "s9"};
    assert_int_equal(bt_posted_price_check(&market.parameters, sellers, 2, keep, &kept), 4);
    close_block(&market);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_one_plain_segment),
        cmocka_unit_test(sellers_are_numbered_by_the_experiment_then_by_product),
        cmocka_unit_test(segments_take_what_they_do_not_give_from_the_demand),
        cmocka_unit_test(no_outside_option_is_null),
        cmocka_unit_test(random_coefficients_become_weighted_types),
        cmocka_unit_test(tastes_for_each_product_vary_independently),
        cmocka_unit_test(negative_price_sensitivities_are_refused),
        cmocka_unit_test(objectives_and_fees_reach_the_ownership),
        cmocka_unit_test(every_broken_reference_is_told_with_its_place),
        cmocka_unit_test(all_mistakes_come_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
