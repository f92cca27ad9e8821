/* Starts, and best-response play. */
#include "markets/equilibrium/equilibrium_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/adjusted_markup.h"
#include "markets/equilibrium/common_markup.h"

enum { SAMPLED_TYPES = 32, REMEMBERED_ROUNDS = 64 };
static const double SETTLED = 1e-9;
static const double RISE_LIMIT = 1e9;

/* The price that a type alone would bear for an entry: its seller's margin 1/a at the least,
 * and against the outside option (`high`) as a monopolist would set it. */
static double type_price(const bt_pricing_game *game, size_t type, size_t entry, bool high)
{
    const bt_demand *demand = game->demand;
    const uint32_t product = demand->considered_product[entry];
    const bool needs_positive =
        demand->transform[type] == BT_PRICE_LOG || demand->transform[type] == BT_PRICE_BOX_COX;
    /* Where cost is no scale for a price, one unit of money is. */
    const double zero_margin = needs_positive && game->zero_margin_price[product] <= 0
                                   ? 1
                                   : game->zero_margin_price[product];
    const double low = bt_adjusted_price(demand, type, zero_margin);

    if (!high)
        return low;
    if (demand->transform[type] == BT_PRICE_BUDGET)
        return low + 0.8 * fmax(demand->transform_value[type] - low, 0);
    if (demand->transform[type] != BT_PRICE_LINEAR)
        return 4 * low;
    if (!demand->has_outside_option)
        return zero_margin + 4 * (low - zero_margin);
    const double slope = game->type_slope[type];
    const double excess =
        game->entry_utility[entry] - slope * zero_margin - game->outside_utility[type];
    return zero_margin + (1 + bt_lambert_w_of_exp(excess - 1)) / slope;
}

/* Lowest of the low or highest of the high prices over (a sample of) the types that consider
 * a product. */
static double bound_price(const bt_pricing_game *game, size_t product, bool high)
{
    const bt_demand *demand = game->demand;
    const size_t begin = game->dense != NULL ? 0 : game->product_start[product];
    const size_t end = game->dense != NULL ? demand->n_types : game->product_start[product + 1];
    const size_t stride = (end - begin) / SAMPLED_TYPES + 1;
    double bound = high ? -INFINITY : INFINITY;

    for (size_t k = begin; k < end; k += stride) {
        const size_t type = game->dense != NULL ? k : game->product_type[k];
        const size_t entry =
            game->dense != NULL ? demand->row_start[type] + product : game->product_entry[k];
        const double price = type_price(game, type, entry, high);

        if (isfinite(price))
            bound = high ? fmax(bound, price) : fmin(bound, price);
    }
    return isfinite(bound) ? bound : game->zero_margin_price[product] + 1;
}

/* Number `index` of a sequence in (0, 1) that fills it evenly, another one for each seller. */
static double even_number(size_t index, size_t seller)
{
    const double golden = 0.6180339887498949;
    const double number =
        (double)index * golden + (double)seller * (0.5 + 0.1 * (double)(index % 5));

    return number - floor(number);
}

/* The mean of the low prices over (a sample of) the types. */
static double typical_price(const bt_pricing_game *game, size_t product)
{
    const bt_demand *demand = game->demand;
    const size_t begin = game->dense != NULL ? 0 : game->product_start[product];
    const size_t end = game->dense != NULL ? demand->n_types : game->product_start[product + 1];
    const size_t stride = (end - begin) / SAMPLED_TYPES + 1;
    double sum = 0;
    double weights = 0;

    for (size_t k = begin; k < end; k += stride) {
        const size_t type = game->dense != NULL ? k : game->product_type[k];
        const size_t entry =
            game->dense != NULL ? demand->row_start[type] + product : game->product_entry[k];

        sum += demand->weight[type] * type_price(game, type, entry, false);
        weights += demand->weight[type];
    }
    return weights > 0 && isfinite(sum) ? sum / weights : game->zero_margin_price[product] + 1;
}

void bt_typical_prices(const bt_pricing_game *game, double *price)
{
    for (size_t product = 0; product < game->n_products; product++)
        price[product] = game->is_free[product] ? typical_price(game, product)
                                                : game->ownership->fixed_price[product];
}

void bt_start_prices(const bt_pricing_game *game, size_t start, double *price)
{
    const bt_ownership *ownership = game->ownership;

    for (size_t product = 0; product < game->n_products; product++) {
        if (!game->is_free[product]) {
            price[product] = ownership->fixed_price[product];
            continue;
        }
        const double low = bound_price(game, product, false);
        const double mix = start == 0   ? 0
                           : start == 1 ? 1
                                        : even_number(start, ownership->seller[product]);

        price[product] = low;
        if (mix > 0)
            price[product] += mix * fmax(bound_price(game, product, true) - low, 0);
    }
}

/* The last rounds' price vectors, to recognise one that comes back. */
typedef struct play_memory {
    double *price; /* [REMEMBERED_ROUNDS * product] */
    size_t n_products;
    size_t stored;
} play_memory;

static bool same_prices(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && !(fabs(a[i] - b[i]) <= SETTLED * fmax(fabs(a[i]), fabs(b[i]))))
            return false;
    return true;
}

/* How many rounds ago these prices stood, 0 when they did not. */
static size_t rounds_ago(const play_memory *memory, const double *price)
{
    const size_t n = memory->n_products;

    for (size_t ago = 1; ago <= REMEMBERED_ROUNDS && ago <= memory->stored; ago++) {
        const size_t place = (memory->stored - ago) % REMEMBERED_ROUNDS;

        if (same_prices(memory->price + place * n, price, n))
            return ago;
    }
    return 0;
}

static void remember(play_memory *memory, const double *price)
{
    memcpy(memory->price + memory->stored % REMEMBERED_ROUNDS * memory->n_products, price,
           memory->n_products * sizeof *price);
    memory->stored++;
}

/* Each seller in turn to its best response; states[move * product] (NULL allowed) gets the
 * prices after each move. */
static bt_status play_round(bt_responder *responder, double *price, double *states,
                            bt_error *error)
{
    bt_pricing_game *game = responder->game;
    const size_t n = game->n_products;
    double before;
    double after;

    for (size_t seller = 0; seller < game->n_sellers; seller++) {
        const bt_status status =
            bt_respond(responder, seller, price, game->response, &before, &after, error);

        if (status != BT_OK)
            return status;
        /* Who gains nothing stays: play settles where it can. Who can only stay out of losses
         * goes to its cost. */
        if (after > before + 1e-13 * fabs(before) || (after == 0 && before == 0))
            memcpy(price, game->response, n * sizeof *price);
        if (states != NULL)
            memcpy(states + seller * n, price, n * sizeof *price);
    }
    return BT_OK;
}

static bt_status trace_cycle(bt_responder *responder, double *price, size_t rounds,
                             bt_play *play, bt_error *error)
{
    const size_t n = responder->game->n_products;
    const size_t n_sellers = responder->game->n_sellers;
    bt_status status = BT_OK;

    play->cycle_length = rounds * n_sellers;
    play->cycle_price = calloc(play->cycle_length * n, sizeof(double));
    if (play->cycle_price == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for a cycle of %zu best responses",
                       play->cycle_length);
    for (size_t round = 0; status == BT_OK && round < rounds; round++)
        status = play_round(responder, price, play->cycle_price + round * n_sellers * n, error);
    return status;
}

static double price_scale(const bt_pricing_game *game, const double *price)
{
    double scale = 0;

    for (size_t product = 0; product < game->n_products; product++)
        scale = fmax(scale, fmax(fabs(price[product]), fabs(game->zero_margin_price[product])));
    return scale > 0 ? scale : 1;
}

static double largest_free_price(const bt_pricing_game *game, const double *price)
{
    double largest = 0;

    for (size_t i = 0; i < game->n_free; i++)
        largest = fmax(largest, fabs(price[game->free_product[i]]));
    return largest;
}

bt_status bt_play_best_responses(bt_responder *responder, double *price, size_t max_rounds,
                                 bool want_cycle, bt_play *play, bt_error *error)
{
    const bt_pricing_game *game = responder->game;
    const double scale = price_scale(game, price);
    play_memory memory = {.n_products = game->n_products};
    double last = largest_free_price(game, price);
    size_t rounds_risen = 0;
    bt_status status = BT_OK;

    *play = (bt_play){.end = BT_PLAY_WENT_ON};
    memory.price = calloc(REMEMBERED_ROUNDS * game->n_products, sizeof(double));
    if (memory.price == NULL)
        return bt_fail(error, BT_INTERNAL, "no memory for best-response play");
    remember(&memory, price);
    while (status == BT_OK && play->end == BT_PLAY_WENT_ON && play->rounds < max_rounds) {
        status = play_round(responder, price, NULL, error);
        play->rounds++;
        const size_t ago = rounds_ago(&memory, price);
        const double largest = largest_free_price(game, price);

        rounds_risen = largest > last * (1 + SETTLED) ? rounds_risen + 1 : 0;
        last = largest;
        if (ago == 1)
            play->end = BT_PLAY_SETTLED;
        else if (ago > 1)
            play->end = BT_PLAY_CYCLED;
        else if (largest > RISE_LIMIT * scale ||
                 (play->rounds == max_rounds && rounds_risen > max_rounds / 2))
            play->end = BT_PLAY_ROSE;
        else if (largest < scale / RISE_LIMIT / RISE_LIMIT)
            play->end = BT_PLAY_FELL;
        if (play->end == BT_PLAY_CYCLED && want_cycle && status == BT_OK)
            status = trace_cycle(responder, price, ago, play, error);
        remember(&memory, price);
    }
    free(memory.price);
    return status;
}
