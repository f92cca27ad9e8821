/*
 * The `market:` block of a posted-price market as parameter structs, and what they
 * become: a demand and an ownership.
 *
 * `bertrand equilibrium` and `bertrand check` work on these alone; a run builds its
 * model on them (markets/posted_price/posted_price.h). What refers to what, by name:
 *
 *     products[*].seller          a seller; in a run, one of the experiment's `sellers:`
 *                                 (a seller whose products all have a `price:` needs none)
 *     sellers[*].name             the seller of some product
 *     demand.nests.groups[*][*]   products; each stands in exactly one group
 *     demand.segments[*].quality  keys are products
 *     demand.segments[*].considers  products
 *     reference.nash_price, reference.joint_profit_price   one number a product, file order
 *
 * In place of products, `data:` takes them and what buyers want from tables of real markets
 * (markets/posted_price/market_data.h).
 *
 * bt_posted_price_check finds every broken reference and says where it stands.
 */
#ifndef BT_MARKETS_POSTED_PRICE_PARAMETERS_H
#define BT_MARKETS_POSTED_PRICE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "markets/demand/demand.h"
#include "markets/demand/reference_price.h"
#include "markets/market.h"
#include "markets/audit/audit_parameters.h"
#include "markets/ownership.h"
#include "markets/posted_price/market_data.h"
#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/status.h"

typedef struct bt_nests_parameters {
    double rho;
    bt_text_groups groups;
} bt_nests_parameters;

/* One segment of buyers; what it does not give is taken from the demand. */
typedef struct bt_segment_parameters {
    double weight;
    double scale;
    double price_sensitivity;
    double outside_utility;
    bt_option price_transform;
    bt_named_reals quality;
    bt_text_list considers;
    bool has_scale;
    bool has_price_sensitivity;
    bool has_outside_utility;
    bool has_price_transform;
    bool has_considers;
} bt_segment_parameters;

/* A coefficient that varies over the buyers of a segment. */
typedef struct bt_random_price_sensitivity_parameters {
    double sd;
    int32_t distribution; /* 0 normal: alpha + sd z; 1 lognormal: alpha exp(sd z) */
} bt_random_price_sensitivity_parameters;

typedef struct bt_random_quality_parameters {
    double sd; /* q_j + sd z_j, independent over products */
} bt_random_quality_parameters;

typedef struct bt_random_coefficients_parameters {
    bt_random_price_sensitivity_parameters price_sensitivity;
    bt_random_quality_parameters quality;
    int64_t nodes;  /* a segment; quadrature takes the largest tensor grid within */
    int32_t method; /* bt_node_method */
    bool has_price_sensitivity;
    bool has_quality;
} bt_random_coefficients_parameters;

/* Buyers compare prices with what they remember (markets/demand/reference_price.h). */
typedef struct bt_reference_price_parameters {
    bt_reference_price effect;
    bt_option start; /* chosen: 0 the first price posted; else a number */
} bt_reference_price_parameters;

typedef struct bt_demand_parameters {
    int32_t model; /* bt_demand_model */
    double scale;
    double price_sensitivity;
    double outside_utility;    /* NAN: no outside option */
    bt_option price_transform; /* chosen: bt_price_transform */
    bt_nests_parameters nests;
    bt_table_list segments; /* bt_segment_parameters */
    bt_random_coefficients_parameters random_coefficients;
    bool has_nests;
    bool has_random_coefficients;
    bt_reference_price_parameters reference_price;
    bool has_reference_price;
} bt_demand_parameters;

typedef struct bt_product_parameters {
    const char *name;
    const char *seller;
    int64_t count; /* products alike (markets/posted_price/posted_price_groups.h) */
    double quality;
    double cost;
    double price; /* fixed, not a strategy */
    bool has_price;
    bool has_count;
} bt_product_parameters;

/* When a seller stands in the market (posted_price_presence.c). */
typedef struct bt_presence_parameters {
    double from;
    bt_option until; /* chosen: 0 never; else a number */
    double exit_rate;
    double entry_rate;
} bt_presence_parameters;

/* The time at which a seller leaves for good; INFINITY: never. */
double bt_presence_end(const bt_presence_parameters *presence);

typedef struct bt_market_seller_parameters {
    const char *name;
    int64_t count;       /* sellers alike */
    bt_option objective; /* chosen: bt_objective; value: gamma or lambda */
    bt_presence_parameters active;
    bool has_count;
    bool has_active;
} bt_market_seller_parameters;

typedef struct bt_fees_parameters {
    double per_unit;
    double ad_valorem;
} bt_fees_parameters;

/* Benchmark prices that stand in for the computed ones, for published experiments that
 * rounded theirs. */
typedef struct bt_reference_parameters {
    bt_real_list nash_price;
    bt_real_list joint_profit_price;
} bt_reference_parameters;

typedef struct bt_posted_price_parameters {
    double size;
    bt_demand_parameters demand;
    bt_table_list products; /* bt_product_parameters */
    bt_table_list sellers;  /* bt_market_seller_parameters */
    bt_fees_parameters fees;
    bt_reference_parameters reference;
    bt_option arrivals; /* chosen 0: Poisson, value: arrivals a day */
    bool has_arrivals;
    bt_audit_parameters audit;
    bt_data_parameters data;
    bool has_data;
} bt_posted_price_parameters;

extern const bt_parameter_table bt_posted_price_parameter_table;
extern const bt_parameter_table bt_reference_price_table; /* posted_price_reference.c */
extern const bt_parameter_table bt_presence_table;        /* posted_price_presence.c */

/* Every mistake that no table sees: broken references, names given twice, lists of a
 * wrong length. Calls `complain` for each with a path inside the market block
 * ("products[2].seller", "demand.nests.groups[1][0]") and a sentence. `seller_names`:
 * the experiment's sellers, NULL when there is no experiment. Returns how many there
 * are. */
size_t bt_posted_price_check(const void *parameters /* bt_posted_price_parameters */,
                             const char *const *seller_names, size_t n_seller_names,
                             bt_complain *complain, void *context);

/* What a market block says of the supply side; plain data that owns its arrays. */
typedef struct bt_supply {
    bt_ownership ownership;
    const char **product_name;        /* [product] file order */
    const char **seller_name;         /* [seller] */
    bt_presence_parameters *presence; /* [seller] */
    bt_arena *names;                  /* texts of groups; others are borrowed */
    const double *observed_price;     /* [product] of data; NULL without */
} bt_supply;

/* Build the demand (checked; free with bt_demand_destroy) and the supply (free with
 * bt_supply_destroy). Sellers are numbered in the order of `seller_names`, then in the
 * order of their first product. Refuses what bt_posted_price_check complains of, with
 * its first complaint. */
bt_status bt_posted_price_build(const bt_posted_price_parameters *parameters,
                                const char *const *seller_names, size_t n_seller_names,
                                bt_demand **demand, bt_supply **supply, bt_error *error);
void bt_supply_destroy(bt_supply *supply);

#endif
