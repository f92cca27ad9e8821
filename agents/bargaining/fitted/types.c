/*
 * Buyers and sellers estimated from data, for experiments: both name the file that
 * `bertrand train bargaining` wrote.
 */
#include "agents/bargaining/fitted/sides.h"
#include "agents/buyers/registry.h"
#include "agents/sellers/registry.h"

typedef struct fitted_parameters {
    const char *population;
} fitted_parameters;

static const bt_parameter parameters[] = {
    {.name = "population",
     .type = BT_TEXT,
     .offset = offsetof(fitted_parameters, population),
     .required = true,
     .meaning = "the file of models that `bertrand train bargaining` wrote"},
};

static const bt_parameter_table parameter_table = BT_TABLE_OF(fitted_parameters, parameters);

static bt_status load(const void *given, bt_arena *arena, void **self, bt_error *error)
{
    const fitted_parameters *named = given;
    bt_population *population = BT_ARENA_NEW(arena, 1, bt_population);
    if (population == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a population");
    bt_status status = bt_population_load(named->population, population, error);
    *self = status == BT_OK ? population : NULL;
    return status;
}

static void destroy(void *self)
{
    if (self != NULL)
        bt_population_free(self);
}

/* ---- buyers ---- */

static bt_status create_buyers(const void *given, const bt_buyers_setting *setting, void **self,
                               bt_error *error)
{
    return load(given, setting->arena, self, error);
}

static uint64_t population_size(const void *self)
{
    (void)self;
    return 0;
}

static double unit_mass(const void *self)
{
    (void)self;
    return 1;
}

const bt_buyers_type bt_fitted_bargainers = {
    .described = {.name = "fitted_bargainers",
                  .summary = "People who buy by best offer, as models estimated from data.",
                  .source = "Green and Plunkett 2020",
                  .parameters = &parameter_table},
    .create = create_buyers,
    .population = population_size,
    .unit_mass = unit_mass,
    .destroy = destroy,
    .bargaining = &bt_fitted_buyers_side,
};

/* ---- sellers ---- */

static bt_status create_seller(const void *given, const bt_seller_setting *setting, void **self,
                               bt_error *error)
{
    return load(given, setting->arena, self, error);
}

const bt_seller_type bt_fitted_bargainer = {
    .described = {.name = "fitted_bargainer",
                  .summary = "Bargaining: a person who sells, as models estimated from data.",
                  .source = "Green and Plunkett 2020",
                  .parameters = &parameter_table},
    .create = create_seller,
    .destroy = destroy,
    .bargaining = &bt_fitted_seller_side,
};
