/* The working memory of demand: sizes, blocks, and which transforms get a table. */
#include "markets/demand/demand_work.h"

#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/pricing_game.h"
#include "markets/equilibrium/seller_problem.h"

enum { BLOCK_ENTRIES = 16384, BLOCK_LIMIT = 64 };

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static void scratch_free(bt_demand_scratch *scratch)
{
    free(scratch->utility);
    free(scratch->disutility);
    free(scratch->nest_largest);
    free(scratch->nest_sum);
    free(scratch->nest_inclusive);
    free(scratch->nest_of_row);
    free(scratch->probability);
    free(scratch->shifted_price);
}

static bool scratch_allocate(bt_demand_scratch *scratch, const bt_demand_work *work)
{
    scratch->kernel = bt_row_kernel_on(bt_widest_instruction_set());
    scratch->utility = allocate(bt_row_room(work->longest_row), sizeof(double));
    scratch->disutility = allocate(work->longest_row, sizeof(double));
    scratch->nest_largest = allocate(work->n_nests, sizeof(double));
    scratch->nest_sum = allocate(work->n_nests, sizeof(double));
    scratch->nest_inclusive = allocate(work->n_nests + 1, sizeof(double));
    scratch->nest_of_row = allocate(work->n_nests, sizeof(uint32_t));
    scratch->probability = allocate(work->longest_row, sizeof(double));
    scratch->shifted_price = allocate(work->n_products, sizeof(double));
    return scratch->utility != NULL && scratch->disutility != NULL &&
           scratch->nest_largest != NULL && scratch->nest_sum != NULL &&
           scratch->nest_inclusive != NULL && scratch->nest_of_row != NULL &&
           scratch->probability != NULL && scratch->shifted_price != NULL;
}

static size_t row_length(const bt_demand *demand, size_t type)
{
    return demand->row_start[type + 1] - demand->row_start[type];
}

static void measure(bt_demand_work *work, const bt_demand *demand)
{
    work->all_linear = true;
    for (size_t type = 0; type < demand->n_types; type++) {
        if (row_length(demand, type) > work->longest_row)
            work->longest_row = row_length(demand, type);
        work->all_linear &= demand->transform[type] == BT_PRICE_LINEAR;
    }
}

/* A block is worth its own row of shares only when it has many more entries than there
 * are products to add up afterwards. */
static size_t entries_per_block(const bt_demand *demand)
{
    size_t entries = BLOCK_ENTRIES;

    if (demand->n_entries / BLOCK_LIMIT > entries)
        entries = demand->n_entries / BLOCK_LIMIT;
    if (demand->n_products > entries / 8)
        entries = 8 * demand->n_products;
    return entries;
}

static bool lay_blocks(bt_demand_work *work, const bt_demand *demand)
{
    const size_t entries = entries_per_block(demand);
    const size_t n_entries = demand->row_start[demand->n_types];
    const size_t most = n_entries / entries + 1;
    size_t type = 0;

    work->block_start = allocate(most + 1, sizeof(size_t));
    if (work->block_start == NULL)
        return false;
    while (type < demand->n_types) {
        const size_t begin = demand->row_start[type];

        while (type < demand->n_types &&
               (work->n_blocks + 1 == most || demand->row_start[type] - begin < entries))
            type++;
        work->block_start[++work->n_blocks] = type;
    }
    work->block_sum = allocate(work->n_blocks, sizeof(double));
    if (work->block_sum == NULL || work->n_blocks == 1)
        return work->block_sum != NULL;
    work->block_share = allocate(work->n_blocks * (demand->n_products + 2), sizeof(double));
    return work->block_share != NULL;
}

/* Does the transform of one type do for the other? */
static bool same_transform(const bt_demand *demand, size_t type, size_t other)
{
    return demand->transform[type] == demand->transform[other] &&
           demand->transform_value[type] == demand->transform_value[other];
}

static uint8_t find_table(bt_demand_work *work, const bt_demand *demand, size_t type,
                          size_t *n_own)
{
    const uint8_t transform = demand->transform[type];

    if (transform == BT_PRICE_LINEAR)
        return BT_TABLE_PRICE;
    if (transform == BT_PRICE_LOG)
        return BT_TABLE_LOG;
    for (size_t own = 0; own < *n_own; own++)
        if (same_transform(demand, work->table_type[BT_TABLE_FIRST_OWN + own], type))
            return (uint8_t)(BT_TABLE_FIRST_OWN + own);
    if (BT_TABLE_FIRST_OWN + *n_own == BT_TABLE_LIMIT)
        return BT_TABLE_NONE;
    work->table_type[BT_TABLE_FIRST_OWN + *n_own] = type;
    return (uint8_t)(BT_TABLE_FIRST_OWN + (*n_own)++);
}

static bool plan_tables(bt_demand_work *work, const bt_demand *demand)
{
    bool any_log = false;
    size_t n_own = 0;

    work->type_table = allocate(demand->n_types, sizeof(uint8_t));
    if (work->type_table == NULL)
        return false;
    for (size_t type = 0; type < demand->n_types; type++) {
        work->type_table[type] = find_table(work, demand, type, &n_own);
        any_log |= demand->transform[type] == BT_PRICE_LOG ||
                   demand->transform[type] == BT_PRICE_BOX_COX;
    }
    if ((n_own + any_log) * demand->n_products >= demand->row_start[demand->n_types]) {
        for (size_t type = 0; type < demand->n_types; type++)
            if (work->type_table[type] != BT_TABLE_PRICE)
                work->type_table[type] = BT_TABLE_NONE;
        return true;
    }
    work->n_tables = n_own > 0 ? BT_TABLE_FIRST_OWN + n_own : any_log ? BT_TABLE_LOG + 1 : 0;
    for (size_t table = BT_TABLE_LOG; table < work->n_tables; table++) {
        work->table[table] = allocate(demand->n_products, sizeof(double));
        if (work->table[table] == NULL)
            return false;
    }
    return true;
}

bt_demand_work *bt_demand_work_create(const bt_demand *demand)
{
    bt_demand_work *work = calloc(1, sizeof *work);

    if (work == NULL)
        return NULL;
    measure(work, demand);
    work->n_nests = demand->n_nests;
    work->n_products = demand->n_products;
    work->product_share = allocate(work->n_products, sizeof(double));
    work->row_slope = allocate(work->longest_row, sizeof(double));
    if (work->product_share == NULL || work->row_slope == NULL || !lay_blocks(work, demand) ||
        !plan_tables(work, demand) || bt_demand_work_use_threads(work, 1, NULL) != BT_OK) {
        bt_demand_work_destroy(work);
        return NULL;
    }
    return work;
}

void bt_demand_work_destroy(bt_demand_work *work)
{
    if (work == NULL)
        return;
    for (size_t thread = 0; thread < work->n_threads; thread++)
        scratch_free(&work->scratch[thread]);
    for (size_t table = 0; table < BT_TABLE_LIMIT; table++)
        free(work->table[table]);
    free(work->scratch);
    free(work->block_start);
    free(work->block_sum);
    free(work->block_share);
    free(work->type_table);
    free(work->product_share);
    free(work->row_slope);
    bt_seller_problem_destroy(work->seller_problem);
    bt_pricing_game_destroy(work->pricing);
    free(work);
}

bt_status bt_demand_work_use_threads(bt_demand_work *work, size_t n_threads, bt_error *error)
{
    const size_t wanted = n_threads < 1                ? 1
                          : n_threads > work->n_blocks ? work->n_blocks
                                                       : n_threads;

    if (wanted <= work->n_threads) {
        work->n_threads_used = wanted;
        return BT_OK;
    }
    bt_demand_scratch *scratch = realloc(work->scratch, wanted * sizeof *scratch);
    if (scratch == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for %zu threads", wanted);
    memset(scratch + work->n_threads, 0, (wanted - work->n_threads) * sizeof *scratch);
    work->scratch = scratch;
    while (work->n_threads < wanted) {
        const bool enough = scratch_allocate(&scratch[work->n_threads++], work);

        if (!enough)
            return bt_fail(error, BT_INTERNAL, "no memory for %zu threads", wanted);
    }
    work->n_threads_used = wanted;
    return BT_OK;
}
