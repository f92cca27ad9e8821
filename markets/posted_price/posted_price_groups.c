#include "markets/posted_price/posted_price_groups.h"

#include "markets/group_name.h"

static size_t entries_of(bool has_count, int64_t count)
{
    return has_count ? (size_t)count : 1;
}

/* The k-th product of a group, and whether memory sufficed. An entry with mistakes may lack
 * its names; one that gives no count is no group, whatever its names look like. */
static bool write_product(const bt_product_parameters *group, size_t k, bt_arena *arena,
                          bt_product_parameters *product)
{
    *product = *group;
    product->count = 1;
    if (!group->has_count || group->name == NULL || group->seller == NULL)
        return true;
    product->name = bt_group_name(group->name, (size_t)group->count, k, arena);
    product->seller = bt_group_reference(group->seller, k, arena);
    return product->name != NULL && product->seller != NULL;
}

static bool write_products(const bt_posted_price_parameters *parameters, bt_arena *arena,
                           bt_posted_price_entries *entries)
{
    const bt_product_parameters *group = parameters->products.element;
    size_t total = 0;
    for (size_t i = 0; i < parameters->products.count; i++)
        total += entries_of(group[i].has_count, group[i].count);
    bt_product_parameters *product = BT_ARENA_NEW(arena, total, bt_product_parameters);
    size_t *product_group = BT_ARENA_NEW(arena, total, size_t);
    bool is_complete = product != NULL && product_group != NULL;
    size_t j = 0;
    for (size_t i = 0; is_complete && i < parameters->products.count; i++)
        for (size_t k = 0; is_complete && k < entries_of(group[i].has_count, group[i].count);
             k++, j++) {
            product_group[j] = i;
            is_complete = write_product(&group[i], k, arena, &product[j]);
        }
    entries->parameters.products = (bt_table_list){.count = total, .element = product};
    entries->product_group = product_group;
    return is_complete;
}

static bool take_products_of_data(bt_posted_price_entries *entries, bt_arena *arena)
{
    const bt_market_data *data = &entries->data;
    bt_product_parameters *product =
        BT_ARENA_NEW(arena, data->n_products, bt_product_parameters);
    entries->product_group = BT_ARENA_NEW(arena, data->n_products, size_t);
    if (product == NULL || entries->product_group == NULL)
        return false;
    for (size_t j = 0; j < data->n_products; j++)
        product[j] = (bt_product_parameters){
            .name = data->product[j], .seller = data->owner[j], .count = 1};
    entries->parameters.products =
        (bt_table_list){.count = data->n_products, .element = product};
    return true;
}

static bool write_sellers(const bt_posted_price_parameters *parameters, bt_arena *arena,
                          bt_posted_price_entries *entries)
{
    const bt_market_seller_parameters *group = parameters->sellers.element;
    size_t total = 0;
    for (size_t i = 0; i < parameters->sellers.count; i++)
        total += entries_of(group[i].has_count, group[i].count);
    bt_market_seller_parameters *seller =
        BT_ARENA_NEW(arena, total, bt_market_seller_parameters);
    size_t *seller_group = BT_ARENA_NEW(arena, total, size_t);
    bool is_complete = seller != NULL && seller_group != NULL;
    size_t j = 0;
    for (size_t i = 0; is_complete && i < parameters->sellers.count; i++)
        for (size_t k = 0; is_complete && k < entries_of(group[i].has_count, group[i].count);
             k++, j++) {
            seller[j] = group[i];
            seller[j].count = 1;
            if (group[i].has_count)
                seller[j].name = bt_group_name(group[i].name, (size_t)group[i].count, k, arena);
            seller_group[j] = i;
            is_complete = seller[j].name != NULL;
        }
    entries->parameters.sellers = (bt_table_list){.count = total, .element = seller};
    entries->seller_group = seller_group;
    return is_complete;
}

bt_status bt_posted_price_write_out(const bt_posted_price_parameters *parameters,
                                    bt_arena *arena, bt_posted_price_entries *entries,
                                    bt_error *error)
{
    entries->parameters = *parameters;
    if (arena != NULL && parameters->has_data &&
        bt_market_data_read(&parameters->data, arena, &entries->data, NULL, NULL) > 0)
        return bt_fail(error, BT_BAD_INPUT, "the data of market %s have mistakes",
                       parameters->data.market);
    if (arena == NULL ||
        !(parameters->has_data ? take_products_of_data(entries, arena)
                               : write_products(parameters, arena, entries)) ||
        !write_sellers(parameters, arena, entries))
        return bt_fail(error, BT_INTERNAL, "out of memory for a market's products");
    return BT_OK;
}
