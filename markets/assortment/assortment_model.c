#include "markets/assortment/assortment_model.h"
#include "markets/checker.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const bt_item_group_parameters *groups(const bt_assortment_model *model)
{
    return model->parameters->items.element;
}

static size_t count_items(const bt_assortment_parameters *parameters)
{
    const bt_item_group_parameters *group = parameters->items.element;
    size_t count = 0;
    for (size_t g = 0; g < parameters->items.count; g++)
        count += (size_t)group[g].count;
    return count;
}

static uint32_t seller_index(const bt_market_model_setting *setting, const char *name)
{
    uint32_t i = 0;
    while (i < setting->n_seller_names && strcmp(setting->seller_names[i], name) != 0)
        i++;
    return i;
}

static bool allocate(bt_assortment_model *model)
{
    bt_arena *arena = model->arena;
    model->seller = BT_ARENA_NEW(arena, model->n_items, uint32_t);
    model->cost = BT_ARENA_NEW(arena, model->n_items, double);
    model->given_price = BT_ARENA_NEW(arena, model->n_items, double);
    model->quality = BT_ARENA_NEW(arena, model->n_items, double);
    model->price_coefficient = BT_ARENA_NEW(arena, model->n_items, double);
    model->nowhere = BT_ARENA_NEW(arena, model->n_items, double);
    model->rules = BT_ARENA_NEW(arena, model->n_sellers, bt_assortment_rules);
    return model->seller != NULL && model->cost != NULL && model->given_price != NULL &&
           model->quality != NULL && model->price_coefficient != NULL &&
           model->nowhere != NULL && model->rules != NULL;
}

static void list_item(bt_assortment_model *model, size_t item,
                      const bt_item_group_parameters *group, size_t k)
{
    model->cost[item] = bt_group_number(&group->cost, k, 0);
    model->given_price[item] = bt_group_number(&group->price, k, NAN);
    model->nowhere[item] = NAN;
    double attraction = bt_group_number(&group->attraction, k, NAN);
    bool is_given = group->quality.count + group->attraction.count > 0;
    double slope = bt_group_number(&group->price_sensitivity, k, is_given ? 1 : NAN);
    model->price_coefficient[item] = slope;
    model->quality[item] = isnan(attraction)
                               ? bt_group_number(&group->quality, k, NAN)
                               : log(attraction) + slope * model->given_price[item];
}

static const char *item_name(bt_assortment_model *model, const bt_item_group_parameters *group,
                             size_t k)
{
    char name[256];
    if (group->count == 1)
        return group->name;
    snprintf(name, sizeof(name), "%.200s%zu", group->name, k + 1);
    return bt_arena_copy_text(model->arena, name);
}

static bool list_items(bt_assortment_model *model, const bt_market_model_setting *setting)
{
    const char **name = BT_ARENA_NEW(model->arena, model->n_items, const char *);
    if (name == NULL)
        return false;
    size_t item = 0;
    for (size_t g = 0; g < model->parameters->items.count; g++)
        for (size_t k = 0; k < (size_t)groups(model)[g].count; k++, item++) {
            model->seller[item] = seller_index(setting, groups(model)[g].seller);
            list_item(model, item, &groups(model)[g], k);
            name[item] = item_name(model, &groups(model)[g], k);
            if (name[item] == NULL)
                return false;
        }
    model->layout.product_name = name;
    return true;
}

static bool lay_rules(bt_assortment_model *model)
{
    for (size_t i = 0; i < model->n_sellers; i++) {
        double *given = BT_ARENA_NEW(model->arena, model->n_items, double);
        if (given == NULL)
            return false;
        size_t own = 0;
        for (size_t j = 0; j < model->n_items; j++)
            if (model->seller[j] == i)
                given[own++] = model->given_price[j];
        model->rules[i] = (bt_assortment_rules){
            .capacity = (uint32_t)model->parameters->capacity,
            .dimension = (uint32_t)model->dimension,
            .least_price_sensitivity = model->parameters->least_price_sensitivity,
            .own_given_price = own > 0 && !isnan(given[0]) ? given : NULL,
        };
    }
    return true;
}

static bool copy_seller_names(bt_assortment_model *model,
                              const bt_market_model_setting *setting)
{
    const char **name = BT_ARENA_NEW(model->arena, model->n_sellers, const char *);
    for (size_t i = 0; name != NULL && i < model->n_sellers; i++) {
        name[i] = bt_arena_copy_text(model->arena, setting->seller_names[i]);
        if (name[i] == NULL)
            return false;
    }
    model->layout.seller_name = name;
    return name != NULL;
}

static void fill_layout(bt_assortment_model *model)
{
    bt_market_layout *layout = &model->layout;
    model->ownership = (bt_ownership){.n_products = model->n_items,
                                      .n_sellers = model->n_sellers,
                                      .seller = model->seller,
                                      .cost = model->cost};
    layout->n_products = model->n_items;
    layout->n_sellers = model->n_sellers;
    layout->n_segments = 1;
    layout->product_seller = model->seller;
    layout->product_cost = model->cost;
    layout->nash_price = model->nowhere;
    layout->joint_profit_price = model->nowhere;
    layout->fixed_price = model->nowhere;
    layout->benchmark_failure = "an assortment market has no benchmark prices";
    layout->demand = model->demand;
    layout->ownership = &model->ownership;
    layout->assortment = model->rules;
}

static size_t dimension_of(const bt_assortment_parameters *parameters, size_t n_items)
{
    switch ((bt_context_kind)parameters->contexts) {
    case BT_CONTEXT_NONE:
        return 0;
    case BT_CONTEXT_ONE_HOT:
        return n_items;
    default:
        return (size_t)parameters->dimension;
    }
}

static bt_status build(bt_assortment_model *model, const bt_market_model_setting *setting,
                       bt_error *error)
{
    if (!allocate(model) || !list_items(model, setting) || !lay_rules(model) ||
        !copy_seller_names(model, setting))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market of %zu items",
                       model->n_items);
    bt_status status =
        bt_demand_create(BT_LOGIT, model->n_items, 1, model->n_items, &model->demand, error);
    if (status == BT_OK)
        status = bt_demand_check(model->demand, error);
    fill_layout(model);
    return status;
}

bt_status bt_assortment_prepare(const bt_market_model_setting *setting, void **result,
                                bt_error *error)
{
    bt_status status =
        bt_refuse_mistakes(bt_assortment_check, setting->parameters, setting->seller_names,
                           setting->n_seller_names, error);
    if (status != BT_OK)
        return status;
    bt_arena *arena = bt_arena_create();
    bt_assortment_model *model =
        arena != NULL ? BT_ARENA_NEW(arena, 1, bt_assortment_model) : NULL;
    if (model == NULL) {
        bt_arena_destroy(arena);
        return bt_fail(error, BT_INTERNAL, "out of memory for an assortment market");
    }
    model->arena = arena;
    model->parameters = setting->parameters;
    model->n_items = count_items(setting->parameters);
    model->n_sellers = setting->n_seller_names;
    model->dimension = dimension_of(setting->parameters, model->n_items);
    status = build(model, setting, error);
    if (status != BT_OK)
        bt_assortment_release(model);
    else
        *result = model;
    return status;
}

void bt_assortment_release(void *self)
{
    bt_assortment_model *model = self;
    bt_demand_destroy(model->demand);
    bt_arena_destroy(model->arena);
}

const bt_market_layout *bt_assortment_layout(const void *self)
{
    const bt_assortment_model *model = self;
    return &model->layout;
}
