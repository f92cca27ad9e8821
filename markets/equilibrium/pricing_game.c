/* The layout of the pricing game: memory, blocks, sellers, and the objectives' values. */
#include "markets/equilibrium/pricing_game.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/demand/demand_work.h"

enum {
    CHUNK_ENTRIES = 1024,
    BLOCK_ENTRIES = 16384,
    BLOCK_LIMIT = 64,
    RECORDED_ENTRIES = 20000 /* evaluations of larger games record entries when told to */
};

static void *allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static bool scratch_allocate(bt_pricing_game *game)
{
    const size_t n_nests = game->demand->n_nests;

    game->scratch = allocate(game->n_threads, sizeof *game->scratch);
    if (game->scratch == NULL)
        return false;
    for (size_t thread = 0; thread < game->n_threads; thread++) {
        bt_pricing_scratch *scratch = &game->scratch[thread];

        scratch->utility = allocate(game->chunk_capacity, sizeof(double));
        scratch->seller_value = allocate(game->n_products, sizeof(double));
        scratch->pair_value = allocate(game->n_products, sizeof(double));
        scratch->nest_largest = allocate(n_nests, sizeof(double));
        scratch->nest_sum = allocate(n_nests, sizeof(double));
        if (scratch->utility == NULL || scratch->seller_value == NULL ||
            scratch->pair_value == NULL || scratch->nest_largest == NULL ||
            scratch->nest_sum == NULL)
            return false;
    }
    return true;
}

static bool lay_blocks(bt_pricing_game *game)
{
    const bt_demand *demand = game->demand;
    const size_t n_entries = demand->row_start[demand->n_types];
    size_t entries =
        n_entries / BLOCK_LIMIT > BLOCK_ENTRIES ? n_entries / BLOCK_LIMIT : BLOCK_ENTRIES;
    entries = game->n_products > entries / 8 ? 8 * game->n_products : entries;
    const size_t most = n_entries / entries + 1;
    size_t type = 0;

    game->block_start = allocate(most + 1, sizeof(size_t));
    game->block_sum = allocate(most * (BT_SUMS * game->n_products + 1), sizeof(double));
    if (game->block_start == NULL || game->block_sum == NULL)
        return false;
    while (type < demand->n_types) {
        const size_t begin = demand->row_start[type];

        while (type < demand->n_types &&
               (game->n_blocks + 1 == most || demand->row_start[type] - begin < entries))
            type += game->dense != NULL ? BT_DENSE_CHUNK : 1;
        type = type < demand->n_types ? type : demand->n_types;
        game->block_start[++game->n_blocks] = type;
    }
    return true;
}

static void divide_all(const double *restrict numerator, double denominator, size_t count,
                       double *restrict quotient)
{
    for (size_t i = 0; i < count; i++)
        quotient[i] = numerator[i] / denominator;
}

static void lay_utilities(bt_pricing_game *game)
{
    const bt_demand *demand = game->demand;
    const double spread = demand->model == BT_NESTED_LOGIT ? 1 - demand->nest_correlation : 1;

    game->all_linear = true;
    game->one_transform = true;
    for (size_t type = 0; type < demand->n_types; type++) {
        const size_t begin = demand->row_start[type];
        const size_t length = demand->row_start[type + 1] - begin;
        const double scale = demand->scale[type];

        game->longest_row = length > game->longest_row ? length : game->longest_row;
        game->all_linear &= demand->transform[type] == BT_PRICE_LINEAR;
        game->one_transform &= demand->transform[type] == demand->transform[0] &&
                               demand->transform_value[type] == demand->transform_value[0];
        game->type_slope[type] = demand->price_sensitivity[type] / scale / spread;
        game->outside_utility[type] =
            demand->has_outside_option ? demand->outside_utility[type] / scale : -INFINITY;
        divide_all(demand->considered_quality + begin, scale, length,
                   game->entry_utility + begin);
        for (size_t entry = begin; spread != 1 && entry < begin + length; entry++)
            game->entry_utility[entry] /= spread;
    }
    game->one_transform |= game->all_linear;
}

static bool arrays_allocate(bt_pricing_game *game)
{
    const bt_demand *demand = game->demand;
    const size_t n = demand->n_products;

    game->entry_utility = allocate(demand->row_start[demand->n_types], sizeof(double));
    game->type_slope = allocate(demand->n_types, sizeof(double));
    game->outside_utility = allocate(demand->n_types, sizeof(double));
    game->zero_margin_price = allocate(n, sizeof(double));
    game->free_product = allocate(n, sizeof(uint32_t));
    game->is_free = allocate(n, sizeof(uint8_t));
    game->seller_start = allocate(n + 1, sizeof(size_t));
    game->seller_product = allocate(n, sizeof(uint32_t));
    game->pair = allocate(n, sizeof(uint32_t));
    game->disutility = allocate(n, sizeof(double));
    game->disutility_slope = allocate(n, sizeof(double));
    game->margin = allocate(n, sizeof(double));
    game->value = allocate(n, sizeof(double));
    game->value_slope = allocate(n, sizeof(double));
    game->sum = allocate(BT_SUMS * n, sizeof(double));
    game->expected = allocate(n, sizeof(double));
    game->expected_square = allocate(n, sizeof(double));
    game->gradient = allocate(n, sizeof(double));
    game->response = allocate(n, sizeof(double));
    return game->entry_utility != NULL && game->type_slope != NULL &&
           game->outside_utility != NULL && game->zero_margin_price != NULL &&
           game->free_product != NULL && game->is_free != NULL && game->seller_start != NULL &&
           game->seller_product != NULL && game->pair != NULL && game->disutility != NULL &&
           game->disutility_slope != NULL && game->margin != NULL && game->value != NULL &&
           game->value_slope != NULL && game->sum != NULL && game->expected != NULL &&
           game->expected_square != NULL && game->gradient != NULL && game->response != NULL;
}

bt_pricing_game *bt_pricing_game_create(const bt_demand *demand, size_t n_threads)
{
    bt_pricing_game *game = calloc(1, sizeof *game);

    if (game == NULL)
        return NULL;
    game->demand = demand;
    game->n_products = demand->n_products;
    if (!arrays_allocate(game)) {
        bt_pricing_game_destroy(game);
        return NULL;
    }
    lay_utilities(game);
    const bool is_dense = bt_dense_applies(demand, game->one_transform);
    if (is_dense)
        game->dense = bt_dense_create(game);
    if ((is_dense && game->dense == NULL) || !lay_blocks(game)) {
        bt_pricing_game_destroy(game);
        return NULL;
    }
    game->n_threads = n_threads < 1                ? 1
                      : n_threads > game->n_blocks ? game->n_blocks
                                                   : n_threads;
    const size_t least = (game->longest_row + 1) * (is_dense ? BT_DENSE_CHUNK : 1);
    game->chunk_capacity = least > CHUNK_ENTRIES ? least : CHUNK_ENTRIES;
    if (!scratch_allocate(game)) {
        bt_pricing_game_destroy(game);
        return NULL;
    }
    return game;
}

void bt_pricing_game_destroy(bt_pricing_game *game)
{
    if (game == NULL)
        return;
    for (size_t thread = 0; game->scratch != NULL && thread < game->n_threads; thread++) {
        free(game->scratch[thread].utility);
        free(game->scratch[thread].seller_value);
        free(game->scratch[thread].pair_value);
        free(game->scratch[thread].nest_largest);
        free(game->scratch[thread].nest_sum);
    }
    free(game->scratch);
    bt_dense_destroy(game->dense);
    free(game->entry_utility);
    free(game->type_slope);
    free(game->outside_utility);
    free(game->zero_margin_price);
    free(game->free_product);
    free(game->is_free);
    free(game->seller_start);
    free(game->seller_product);
    free(game->pair);
    free(game->block_start);
    free(game->block_sum);
    free(game->disutility);
    free(game->disutility_slope);
    free(game->margin);
    free(game->value);
    free(game->value_slope);
    free(game->sum);
    free(game->expected);
    free(game->expected_square);
    free(game->gradient);
    free(game->response);
    free(game->entry_probability);
    free(game->entry_slope);
    free(game->entry_seller_value);
    free(game->product_start);
    free(game->product_type);
    free(game->product_entry);
    free(game);
}

/* Number the (nest, seller) pairs by the first product that has them. */
static void number_pairs(bt_pricing_game *game)
{
    const bt_demand *demand = game->demand;

    for (size_t seller = 0; seller < game->n_sellers; seller++) {
        for (size_t i = game->seller_start[seller]; i < game->seller_start[seller + 1]; i++) {
            const uint32_t product = game->seller_product[i];

            game->pair[product] = product;
            for (size_t k = game->seller_start[seller]; k < i; k++)
                if (demand->nest[game->seller_product[k]] == demand->nest[product]) {
                    game->pair[product] = game->pair[game->seller_product[k]];
                    break;
                }
        }
    }
}

static void group_by_seller(bt_pricing_game *game)
{
    const uint32_t *seller = game->ownership->seller;

    memset(game->seller_start, 0, (game->n_sellers + 1) * sizeof *game->seller_start);
    for (size_t product = 0; product < game->n_products; product++)
        game->seller_start[seller[product] + 1]++;
    game->single_product_sellers = true;
    for (size_t i = 0; i < game->n_sellers; i++) {
        game->single_product_sellers &= game->seller_start[i + 1] <= 1;
        game->seller_start[i + 1] += game->seller_start[i];
    }
    for (size_t product = game->n_products; product-- > 0;)
        game->seller_product[--game->seller_start[seller[product] + 1]] = (uint32_t)product;
    /* The fill has moved each end back to its beginning, one place to the right. */
    memmove(game->seller_start, game->seller_start + 1,
            game->n_sellers * sizeof *game->seller_start);
    game->seller_start[game->n_sellers] = game->n_products;
}

void bt_pricing_game_set_ownership(bt_pricing_game *game, const bt_ownership *ownership)
{
    game->ownership = ownership;
    game->n_sellers = ownership->n_sellers;
    game->keep = 1 - ownership->fee_ad_valorem;
    game->n_free = 0;
    game->any_risk_aversion = false;
    for (size_t product = 0; product < game->n_products; product++) {
        const bool is_free =
            ownership->fixed_price == NULL || isnan(ownership->fixed_price[product]);

        game->zero_margin_price[product] =
            (ownership->cost[product] + ownership->fee_per_unit) / game->keep;
        game->is_free[product] = is_free;
        if (is_free)
            game->free_product[game->n_free++] = (uint32_t)product;
    }
    for (size_t seller = 0; ownership->objective != NULL && seller < game->n_sellers; seller++)
        game->any_risk_aversion |= ownership->objective[seller] != BT_EXPECTED_PROFIT;
    group_by_seller(game);
    if (game->demand->model == BT_NESTED_LOGIT)
        number_pairs(game);
}

bt_pricing_game *bt_pricing_game_of(const bt_demand *demand, const bt_ownership *ownership,
                                    bt_demand_work *work)
{
    if (work->pricing == NULL)
        work->pricing = bt_pricing_game_create(demand, 1);
    if (work->pricing != NULL)
        bt_pricing_game_set_ownership(work->pricing, ownership);
    return work->pricing;
}

static void index_products(bt_pricing_game *game)
{
    const bt_demand *demand = game->demand;
    const size_t n_entries = demand->row_start[demand->n_types];
    size_t *start = game->product_start;

    for (size_t entry = 0; entry < n_entries; entry++)
        start[demand->considered_product[entry] + 1]++;
    for (size_t product = 0; product < game->n_products; product++)
        start[product + 1] += start[product];
    for (size_t type = demand->n_types; type-- > 0;)
        for (size_t entry = demand->row_start[type + 1]; entry-- > demand->row_start[type];) {
            const size_t place = --start[demand->considered_product[entry] + 1];

            game->product_type[place] = (uint32_t)type;
            game->product_entry[place] = entry;
        }
    memmove(start, start + 1, game->n_products * sizeof *start);
    start[game->n_products] = n_entries;
}

bt_status bt_pricing_game_keep_entries(bt_pricing_game *game, bt_error *error)
{
    const size_t n_entries = game->demand->row_start[game->demand->n_types];

    if (game->entries_kept)
        return BT_OK;
    game->entry_probability = allocate(n_entries, sizeof(double));
    game->entry_slope = allocate(n_entries, sizeof(double));
    game->entry_seller_value = allocate(n_entries, sizeof(double));
    game->product_start = allocate(game->n_products + 1, sizeof(size_t));
    game->product_type = allocate(n_entries, sizeof(uint32_t));
    game->product_entry = allocate(n_entries, sizeof(size_t));
    if (game->entry_probability == NULL || game->entry_slope == NULL ||
        game->entry_seller_value == NULL || game->product_start == NULL ||
        game->product_type == NULL || game->product_entry == NULL)
        return bt_fail(error, BT_INTERNAL,
                       "no memory for the choice probabilities of %zu considered products",
                       n_entries);
    index_products(game);
    game->entries_kept = true;
    game->recording = n_entries <= RECORDED_ENTRIES && game->dense == NULL;
    return BT_OK;
}

static bt_status check_seller(const bt_ownership *ownership, size_t seller, bt_error *error)
{
    const double risk_aversion =
        ownership->risk_aversion == NULL ? 0 : ownership->risk_aversion[seller];

    if (ownership->objective == NULL || ownership->objective[seller] == BT_EXPECTED_PROFIT)
        return BT_OK;
    if (ownership->objective[seller] > BT_MEAN2_VARIANCE)
        return bt_fail(error, BT_BAD_INPUT, "seller %zu has the unknown objective %u", seller,
                       (unsigned)ownership->objective[seller]);
    if (!isfinite(risk_aversion) || risk_aversion < 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "the risk aversion of seller %zu must be zero or positive, not %g",
                       seller, risk_aversion);
    return BT_OK;
}

static bt_status check_product(const bt_ownership *ownership, size_t product, bt_error *error)
{
    if (ownership->seller[product] >= ownership->n_sellers)
        return bt_fail(error, BT_BAD_INPUT,
                       "product %zu belongs to seller %u, but sellers run from 0 to %zu",
                       product, (unsigned)ownership->seller[product], ownership->n_sellers - 1);
    if (!isfinite(ownership->cost[product]))
        return bt_fail(error, BT_BAD_INPUT,
                       "the cost of product %zu must be a finite number, not %g", product,
                       ownership->cost[product]);
    if (ownership->fixed_price != NULL && isinf(ownership->fixed_price[product]))
        return bt_fail(error, BT_BAD_INPUT,
                       "the fixed price of product %zu must be finite; leave a product that "
                       "is not on offer out of the buyers' consideration",
                       product);
    return BT_OK;
}

bt_status bt_ownership_check(const bt_demand *demand, const bt_ownership *ownership,
                             bt_error *error)
{
    bt_status status = BT_OK;

    if (ownership->n_products != demand->n_products)
        return bt_fail(error, BT_BAD_INPUT, "sellers own %zu products, but buyers consider %zu",
                       ownership->n_products, demand->n_products);
    if (ownership->n_sellers == 0 || ownership->n_sellers > ownership->n_products)
        return bt_fail(error, BT_BAD_INPUT,
                       "%zu products need between one and %zu sellers, not %zu",
                       ownership->n_products, ownership->n_products, ownership->n_sellers);
    if (!isfinite(ownership->fee_per_unit))
        return bt_fail(error, BT_BAD_INPUT, "the fee per unit must be finite, not %g",
                       ownership->fee_per_unit);
    if (!(ownership->fee_ad_valorem >= 0 && ownership->fee_ad_valorem < 1))
        return bt_fail(error, BT_BAD_INPUT,
                       "the ad valorem fee must be at least 0 and below 1, not %g",
                       ownership->fee_ad_valorem);
    for (size_t product = 0; status == BT_OK && product < ownership->n_products; product++)
        status = check_product(ownership, product, error);
    for (size_t seller = 0; status == BT_OK && seller < ownership->n_sellers; seller++)
        status = check_seller(ownership, seller, error);
    return status;
}

bt_value_form bt_seller_value_form(const bt_ownership *ownership, size_t seller,
                                   double expected)
{
    const double risk_aversion =
        ownership->risk_aversion == NULL ? 0 : ownership->risk_aversion[seller];
    const double sign = expected < 0 ? -1 : 1;

    switch (ownership->objective == NULL ? BT_EXPECTED_PROFIT : ownership->objective[seller]) {
    case BT_MEAN_VARIANCE:
        return (bt_value_form){1, 2 * risk_aversion, -2 * risk_aversion};
    case BT_MEAN2_VARIANCE:
        return (bt_value_form){0, 2 * (sign + risk_aversion), -2 * risk_aversion};
    default:
        return (bt_value_form){1, 0, 0};
    }
}

double bt_objective_of_moments(const bt_ownership *ownership, size_t seller, double expected,
                               double expected_square)
{
    const bt_value_form form = bt_seller_value_form(ownership, seller, expected);

    return (form.constant + form.mean / 2 * expected) * expected +
           form.square / 2 * expected_square;
}
