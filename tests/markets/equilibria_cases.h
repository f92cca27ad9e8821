/*
 * The cases of $BERTRAND_DATA/equilibria.json as markets.
 *
 * Each case becomes a checked demand and an ownership, with the stored numbers (30 digits
 * in the file) as doubles. What only one test needs, it reads from `json`. Cases are
 * loaded once per test program:
 *
 *     equilibria_file *file = equilibria_load();   (skips the test program when missing)
 *     for (size_t i = 0; i < file->n_cases; i++) { file->cases[i] ... }
 *     equilibria_unload(file);
 */
#ifndef BT_TESTS_MARKETS_EQUILIBRIA_CASES_H
#define BT_TESTS_MARKETS_EQUILIBRIA_CASES_H

#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markets/demand/demand.h"
#include "markets/ownership.h"

enum { EQUILIBRIA_PRODUCTS = 8, EQUILIBRIA_SKIPPED = 77 };

/* One stored price vector; numbers that the file does not have are NAN. */
typedef struct equilibria_point {
    bool present;
    double price[EQUILIBRIA_PRODUCTS];
    double share[EQUILIBRIA_PRODUCTS];
    double profit[EQUILIBRIA_PRODUCTS];    /* [seller] */
    double objective[EQUILIBRIA_PRODUCTS]; /* [seller] */
    double outside_share;
    double total_profit;
    double log_sum; /* mean over segments of log sum exp(u/mu) */
    double hhi;
    double consumer_surplus;
    double welfare;
    double largest_unilateral_gain; /* found on a grid, in double precision */
    bool is_global_best_response;   /* false: a trap; true where the file does not say */
    json_object *json;
} equilibria_point;

typedef struct equilibria_case {
    const char *id;
    size_t n_products;
    size_t n_sellers;
    bt_demand *demand;
    bt_ownership ownership; /* of the arrays below */
    uint32_t seller[EQUILIBRIA_PRODUCTS];
    double cost[EQUILIBRIA_PRODUCTS];
    uint8_t objective[EQUILIBRIA_PRODUCTS];
    double risk_aversion[EQUILIBRIA_PRODUCTS];
    equilibria_point nash;
    equilibria_point joint_profit;
    equilibria_point marginal_cost; /* prices at cost */
    json_object *json;
} equilibria_case;

typedef struct equilibria_file {
    size_t n_cases;
    equilibria_case *cases;
    json_object *json;
} equilibria_file;

static inline json_object *equilibria_member(json_object *object, const char *name)
{
    json_object *member = NULL;

    json_object_object_get_ex(object, name, &member);
    return member;
}

/* Numbers are stored as strings of 30 digits; NAN for null and for what is missing. */
static inline double equilibria_number(json_object *value)
{
    return value == NULL ? NAN : strtod(json_object_get_string(value), NULL);
}

static inline double equilibria_element(json_object *array, size_t i)
{
    return equilibria_number(json_object_array_get_idx(array, i));
}

static inline void equilibria_fail(const char *id, const char *message)
{
    fprintf(stderr, "equilibria.json, case %s: %s\n", id, message);
    exit(1);
}

static inline void equilibria_numbers(json_object *array, size_t count, double *number)
{
    for (size_t i = 0; i < count; i++)
        number[i] = array == NULL ? NAN : equilibria_element(array, i);
}

static inline equilibria_point equilibria_read_point(const equilibria_case *one,
                                                     json_object *json)
{
    json_object *checks = equilibria_member(json, "checks");
    json_object *global = equilibria_member(checks, "is_global_best_response");
    equilibria_point point = {.present = json != NULL, .json = json};

    equilibria_numbers(equilibria_member(json, "prices"), one->n_products, point.price);
    equilibria_numbers(equilibria_member(json, "shares"), one->n_products, point.share);
    equilibria_numbers(equilibria_member(json, "firm_profits"), one->n_sellers, point.profit);
    equilibria_numbers(equilibria_member(json, "firm_objective"), one->n_sellers,
                       point.objective);
    point.outside_share = equilibria_number(equilibria_member(json, "outside_share"));
    point.total_profit = equilibria_number(equilibria_member(json, "total_profit"));
    point.log_sum = equilibria_number(equilibria_member(json, "expected_max_utility_logsum"));
    point.hhi = equilibria_number(equilibria_member(json, "hhi_of_inside_shares"));
    point.consumer_surplus = equilibria_number(equilibria_member(json, "consumer_surplus"));
    point.welfare = equilibria_number(equilibria_member(json, "welfare"));
    point.largest_unilateral_gain =
        equilibria_number(equilibria_member(checks, "max_unilateral_gain_on_grid"));
    point.is_global_best_response = global == NULL || json_object_get_boolean(global);
    return point;
}

/* f(p) = p where the Box-Cox lambda is 1, log p where it is 0. */
static inline void equilibria_set_transform(bt_demand *demand, size_t type, double lambda)
{
    demand->transform[type] = lambda == 1   ? BT_PRICE_LINEAR
                              : lambda == 0 ? BT_PRICE_LOG
                                            : BT_PRICE_BOX_COX;
    demand->transform_value[type] = lambda;
}

static inline size_t equilibria_count_available(json_object *segments)
{
    size_t count = 0;

    for (size_t s = 0; s < json_object_array_length(segments); s++) {
        json_object *available =
            equilibria_member(json_object_array_get_idx(segments, s), "avail");

        for (size_t j = 0; j < json_object_array_length(available); j++)
            count += equilibria_element(available, j) != 0;
    }
    return count;
}

static inline void equilibria_read_segment(bt_demand *demand, size_t type, json_object *segment,
                                           double lambda)
{
    json_object *available = equilibria_member(segment, "avail");
    json_object *quality = equilibria_member(segment, "a");
    size_t entry = demand->row_start[type];

    demand->weight[type] = equilibria_number(equilibria_member(segment, "w"));
    demand->scale[type] = equilibria_number(equilibria_member(segment, "mu"));
    demand->price_sensitivity[type] = equilibria_number(equilibria_member(segment, "alpha"));
    demand->has_outside_option = equilibria_member(segment, "u0") != NULL;
    if (demand->has_outside_option)
        demand->outside_utility[type] = equilibria_number(equilibria_member(segment, "u0"));
    equilibria_set_transform(demand, type, lambda);
    for (size_t j = 0; j < demand->n_products; j++) {
        if (equilibria_element(available, j) == 0)
            continue;
        demand->considered_product[entry] = (uint32_t)j;
        demand->considered_quality[entry++] = equilibria_element(quality, j);
    }
    demand->row_start[type + 1] = entry;
}

static inline void equilibria_read_nests(bt_demand *demand, json_object *parameters)
{
    json_object *nests = equilibria_member(parameters, "nests");

    if (nests == NULL)
        return;
    demand->nest_correlation = equilibria_number(equilibria_member(parameters, "rho"));
    for (size_t j = 0; j < demand->n_products; j++) {
        demand->nest[j] = (uint32_t)equilibria_element(nests, j);
        if (demand->nest[j] >= demand->n_nests)
            demand->n_nests = demand->nest[j] + 1;
    }
}

static inline void equilibria_read_demand(equilibria_case *one, json_object *parameters)
{
    json_object *segments = equilibria_member(parameters, "segments");
    const double lambda = equilibria_number(equilibria_member(parameters, "box_cox_lambda"));
    const bt_demand_model model =
        equilibria_member(parameters, "nests") != NULL ? BT_NESTED_LOGIT : BT_LOGIT;
    bt_error error;

    if (bt_demand_create(model, one->n_products, json_object_array_length(segments),
                         equilibria_count_available(segments), &one->demand, &error) != BT_OK)
        equilibria_fail(one->id, error.message);
    for (size_t s = 0; s < one->demand->n_types; s++)
        equilibria_read_segment(one->demand, s, json_object_array_get_idx(segments, s), lambda);
    equilibria_read_nests(one->demand, parameters);
}

/* "objective": [name] or [name, risk aversion], the same for all sellers. */
static inline void equilibria_read_sellers(equilibria_case *one, json_object *parameters)
{
    json_object *firms = equilibria_member(parameters, "firms");
    json_object *objective = equilibria_member(parameters, "objective");
    const char *name = json_object_get_string(json_object_array_get_idx(objective, 0));

    one->n_sellers = json_object_array_length(firms);
    for (size_t i = 0; i < one->n_sellers; i++) {
        json_object *products = json_object_array_get_idx(firms, i);

        for (size_t j = 0; j < json_object_array_length(products); j++)
            one->seller[(size_t)equilibria_element(products, j)] = (uint32_t)i;
        one->objective[i] = strcmp(name, "mean_variance") == 0    ? BT_MEAN_VARIANCE
                            : strcmp(name, "mean2_variance") == 0 ? BT_MEAN2_VARIANCE
                                                                  : BT_EXPECTED_PROFIT;
        if (json_object_array_length(objective) > 1)
            one->risk_aversion[i] = equilibria_element(objective, 1);
    }
}

/* The case of unequal risk aversion states a plain logit in short form. */
static inline void equilibria_read_short_form(equilibria_case *one, json_object *parameters)
{
    json_object *quality = equilibria_member(parameters, "a");
    bt_error error;

    if (bt_demand_create(BT_LOGIT, one->n_products, 1, one->n_products, &one->demand, &error) !=
        BT_OK)
        equilibria_fail(one->id, error.message);
    one->demand->scale[0] = equilibria_number(equilibria_member(parameters, "mu"));
    one->demand->outside_utility[0] = equilibria_number(equilibria_member(parameters, "u0"));
    equilibria_numbers(quality, one->n_products, one->demand->considered_quality);
    one->n_sellers = one->n_products;
    equilibria_numbers(equilibria_member(parameters, "lambdas"), one->n_sellers,
                       one->risk_aversion);
    for (size_t i = 0; i < one->n_sellers; i++) {
        one->seller[i] = (uint32_t)i;
        one->objective[i] = BT_MEAN2_VARIANCE;
    }
}

static inline void equilibria_read_case(equilibria_case *one, json_object *json)
{
    json_object *parameters = equilibria_member(json, "params");
    json_object *cost = equilibria_member(parameters, "c");
    bt_error error;

    one->json = json;
    one->id = json_object_get_string(equilibria_member(json, "id"));
    one->n_products = json_object_array_length(cost);
    if (one->n_products > EQUILIBRIA_PRODUCTS)
        equilibria_fail(one->id, "more products than EQUILIBRIA_PRODUCTS");
    equilibria_numbers(cost, one->n_products, one->cost);
    if (equilibria_member(parameters, "segments") != NULL) {
        equilibria_read_demand(one, parameters);
        equilibria_read_sellers(one, parameters);
    } else {
        equilibria_read_short_form(one, parameters);
    }
    if (bt_demand_check(one->demand, &error) != BT_OK)
        equilibria_fail(one->id, error.message);
    one->ownership = (bt_ownership){.n_products = one->n_products,
                                    .n_sellers = one->n_sellers,
                                    .seller = one->seller,
                                    .cost = one->cost,
                                    .objective = one->objective,
                                    .risk_aversion = one->risk_aversion};
    one->nash = equilibria_read_point(one, equilibria_member(json, "nash"));
    one->joint_profit = equilibria_read_point(one, equilibria_member(json, "joint_profit_max"));
    one->marginal_cost =
        equilibria_read_point(one, equilibria_member(json, "marginal_cost_pricing"));
}

static inline equilibria_file *equilibria_load(void)
{
    const char *folder = getenv("BERTRAND_DATA");
    char path[4096];

    snprintf(path, sizeof path, "%s/equilibria.json",
             folder != NULL ? folder : "../shared/data");
    json_object *json = json_object_from_file(path);
    if (json == NULL) {
        printf("skipped: %s not found\n", path);
        exit(EQUILIBRIA_SKIPPED);
    }
    json_object *cases = equilibria_member(json, "cases");
    equilibria_file *file = calloc(1, sizeof *file);
    const size_t n_cases = json_object_array_length(cases);
    equilibria_case *all = calloc(n_cases, sizeof *all);
    if (file == NULL || all == NULL || n_cases == 0)
        equilibria_fail("all", "no memory, or no cases");
    for (size_t i = 0; i < n_cases; i++)
        equilibria_read_case(&all[i], json_object_array_get_idx(cases, i));
    *file = (equilibria_file){.n_cases = n_cases, .cases = all, .json = json};
    return file;
}

static inline void equilibria_unload(equilibria_file *file)
{
    for (size_t i = 0; i < file->n_cases; i++)
        bt_demand_destroy(file->cases[i].demand);
    json_object_put(file->json);
    free(file->cases);
    free(file);
}

#endif
