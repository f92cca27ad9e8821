/* The sellers of a run, made from the experiment's entries. */
#include "experiments/runner/wiring.h"

#include <math.h>

typedef struct own_products {
    uint32_t n_own;
    uint32_t *product;
    double *cost;
} own_products;

static bool is_own(const bt_market_layout *layout, size_t seller, size_t product)
{
    return layout->product_seller[product] == seller && isnan(layout->fixed_price[product]);
}

static bool list_own_products(const bt_market_layout *layout, size_t seller, bt_arena *arena,
                              own_products *own)
{
    own->n_own = 0;
    own->product = BT_ARENA_NEW(arena, layout->n_products, uint32_t);
    own->cost = BT_ARENA_NEW(arena, layout->n_products, double);
    if (own->product == NULL || own->cost == NULL)
        return false;
    for (size_t j = 0; j < layout->n_products; j++)
        if (is_own(layout, seller, j)) {
            own->product[own->n_own] = (uint32_t)j;
            own->cost[own->n_own++] = layout->product_cost[j];
        }
    return true;
}

static bt_seller_setting *describe_setting(const bt_point *point, size_t seller,
                                           const bt_seller_setting *common, bt_arena *arena)
{
    const bt_market_layout *layout = point->layout;
    const bt_seller_type *type = (const bt_seller_type *)point->seller[seller]->type;
    bool knows_demand = (type->feedback & BT_KNOWS_DEMAND) != 0;
    bt_seller_setting *setting = BT_ARENA_NEW(arena, 1, bt_seller_setting);
    own_products own;
    if (setting == NULL || !list_own_products(layout, seller, arena, &own))
        return NULL;
    *setting = *common;
    setting->name = layout->seller_name[seller];
    setting->seller = (uint32_t)seller;
    setting->n_own = own.n_own;
    setting->own_product = own.product;
    setting->own_cost = own.cost;
    bool sees_segments = (type->feedback & BT_SEES_SEGMENTS) != 0 && layout->demand != NULL;
    setting->n_segments = sees_segments ? layout->demand->n_types : 0;
    setting->segment_weight = sees_segments ? layout->demand->weight : NULL;
    setting->demand = knows_demand ? layout->demand : NULL;
    setting->ownership = knows_demand ? layout->ownership : NULL;
    setting->shopbot = (type->feedback & BT_KNOWS_SHOPBOT) != 0 ? layout->shopbot : NULL;
    setting->assortment = layout->assortment != NULL ? &layout->assortment[seller] : NULL;
    return setting;
}

static bt_repricing repricing_of(const bt_seller_common *common)
{
    return (bt_repricing){.kind = (bt_repricing_kind)common->reprice.chosen,
                          .value = common->reprice.value,
                          .offset = common->reprice_offset};
}

/* Why a seller found no benchmark is known to the market alone. */
static void add_benchmark_failure(const bt_market_layout *layout, bt_error *error)
{
    if (layout->benchmark_failure[0] == '\0' || error == NULL)
        return;
    bt_error first = *error;
    bt_fail(error, first.status, "%.500s (%.480s)", first.message, layout->benchmark_failure);
}

static bt_status create_seller(const bt_point *point, size_t i, const bt_seller_setting *common,
                               bt_arena *arena, bt_seller *seller, bt_error *error)
{
    const bt_registered *entry = point->seller[i];
    const bt_seller_setting *setting = describe_setting(point, i, common, arena);
    if (setting == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a run");
    seller->repricing = repricing_of(entry->common);
    const bt_seller_type *type = (const bt_seller_type *)entry->type;
    bt_status status = type->create(entry->parameters, setting, &seller->self, error);
    if (status == BT_OK)
        seller->type = type;
    else
        add_benchmark_failure(point->layout, error);
    return status;
}

bt_status bt_sellers_create(const bt_point *point, uint64_t replication, bt_random_key key,
                            bt_arena *arena, bt_sellers *sellers, bt_error *error)
{
    const bt_market_layout *layout = point->layout;
    sellers->n_sellers = layout->n_sellers;
    sellers->seller = BT_ARENA_NEW(arena, layout->n_sellers, bt_seller);
    bt_seller_setting common = {
        .n_sellers = (uint32_t)layout->n_sellers,
        .n_products = (uint32_t)layout->n_products,
        .fee_per_unit = layout->fee_per_unit,
        .fee_ad_valorem = layout->fee_ad_valorem,
        .nash_price = layout->nash_price,
        .joint_profit_price = layout->joint_profit_price,
        .observed_price = layout->observed_price,
        .horizon = point->horizon,
        .market_size = layout->demand != NULL ? layout->demand->size : 1,
        .replication = replication,
        .key = key,
        .arena = arena,
        .shared = bt_shared_create(arena),
    };
    if (sellers->seller == NULL || common.shared == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the sellers of a run");
    for (size_t i = 0; i < layout->n_sellers; i++) {
        if (point->seller[i] == NULL)
            continue;
        bt_status status = create_seller(point, i, &common, arena, &sellers->seller[i], error);
        if (status != BT_OK)
            return status;
    }
    return BT_OK;
}

void bt_sellers_destroy(bt_sellers *sellers)
{
    for (size_t i = 0; sellers->seller != NULL && i < sellers->n_sellers; i++) {
        const bt_seller_type *type = sellers->seller[i].type;
        if (type != NULL && type->destroy != NULL)
            type->destroy(sellers->seller[i].self);
    }
    sellers->seller = NULL;
}
