/* Plain logit with linear price: the equilibrium and best responses in closed form. */
#include "markets/equilibrium/common_markup.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "sim/vector_math.h"

enum { SELLER_ARRAYS = 10, PRODUCT_ARRAYS = 2, ITERATION_LIMIT = 200 };

/* The state of the solver, all arrays by seller unless said otherwise. Attractions stand
 * relative to exp(reference), the reference changing from step to step. */
typedef struct markup_game {
    const bt_demand *demand;
    const bt_ownership *ownership;
    size_t n_sellers;
    long double price_slope; /* a = alpha / mu */
    double anchor;           /* attraction of the outside option and of given prices */
    double outside;          /* of it, the outside option */
    bool has_anchor;
    double *anchor_profit;   /* n_F before the change of reference */
    double *zero_attraction; /* E_F relative to exp(offset) */
    double *offset;          /* -inf: no price to set */
    double *offset_low;      /* what rounding the offset left */
    double *markup;          /* v_F */
    double *markup_low;      /* what rounding the markup left */
    double *attraction;      /* T_F */
    double *rivals;          /* B_F */
    double *step;
    double *before;              /* scratch */
    double *value;               /* [product] attraction relative to its seller's E_F, or to the
                                    anchor's reference where the price is given */
    double *remainder;           /* [product] */
    long double given_reference; /* of all attractions before the change of reference */
    double reference;
    double total; /* all attraction, at the reference */
} markup_game;

static bool is_free(const bt_ownership *ownership, size_t product)
{
    return ownership->fixed_price == NULL || isnan(ownership->fixed_price[product]);
}

bool bt_common_markup_applies(const bt_demand *demand, const bt_ownership *ownership)
{
    if (!bt_demand_is_homogeneous(demand) || demand->model != BT_LOGIT ||
        demand->transform[0] != BT_PRICE_LINEAR)
        return false;
    for (size_t i = 0; ownership->objective != NULL && i < ownership->n_sellers; i++)
        if (ownership->objective[i] != BT_EXPECTED_PROFIT)
            return false;
    return true;
}

/* Newton on w + log w = t, concave and increasing in w: GSL's W takes exp(t), which overflows
 * where one seller dominates. */
double bt_lambert_w_of_exp(double t)
{
    double w = exp(fmin(t, 1));

    if (t > 1)
        w = t - log(t);
    else if (t > -30)
        w /= 1 + w;
    for (int i = 0; i < 8 && w > 0; i++) {
        const double next = w * (1 + t - log(w)) / (1 + w);

        if (fabs(next - w) <= 2 * DBL_EPSILON * w)
            return next;
        w = next;
    }
    return w;
}

/* Where the margin after fees is zero. */
static long double zero_margin_price(const bt_ownership *ownership, size_t product)
{
    return ((long double)ownership->cost[product] + (long double)ownership->fee_per_unit) /
           (1 - (long double)ownership->fee_ad_valorem);
}

static long double utility_at(const markup_game *game, size_t product, long double price)
{
    const bt_demand *demand = game->demand;

    return ((long double)demand->considered_quality[product] -
            (long double)demand->price_sensitivity[0] * price) /
           (long double)demand->scale[0];
}

static long double strategy_utility(const markup_game *game, size_t product)
{
    const bt_ownership *ownership = game->ownership;

    return utility_at(game, product,
                      is_free(ownership, product)
                          ? zero_margin_price(ownership, product)
                          : (long double)ownership->fixed_price[product]);
}

/* References: one for all that is given, one for each seller. */
static long double find_references(markup_game *game, long double *seller_reference)
{
    const bt_demand *demand = game->demand;
    const bt_ownership *ownership = game->ownership;
    long double anchor = demand->has_outside_option ? (long double)demand->outside_utility[0] /
                                                          (long double)demand->scale[0]
                                                    : -INFINITY;

    for (size_t i = 0; i < game->n_sellers; i++)
        seller_reference[i] = -INFINITY;
    for (size_t j = 0; j < demand->n_products; j++) {
        const long double utility = strategy_utility(game, j);
        long double *largest =
            is_free(ownership, j) ? &seller_reference[ownership->seller[j]] : &anchor;

        *largest = utility > *largest ? utility : *largest;
    }
    game->has_anchor = anchor > -INFINITY;
    for (size_t i = 0; !game->has_anchor && i < game->n_sellers; i++)
        anchor = seller_reference[i] > anchor ? seller_reference[i] : anchor;
    return anchor;
}

/* value = exp(utility - reference), the rounding of the difference put right. */
static void fill_values(markup_game *game, const long double *seller_reference,
                        long double anchor_reference)
{
    const bt_ownership *ownership = game->ownership;
    const size_t n = game->demand->n_products;

    for (size_t j = 0; j < n; j++) {
        const long double difference =
            strategy_utility(game, j) -
            (is_free(ownership, j) ? seller_reference[ownership->seller[j]] : anchor_reference);

        game->value[j] = (double)difference;
        game->remainder[j] = (double)(difference - (long double)game->value[j]);
    }
    bt_exp_block(game->value, n, game->value);
    for (size_t j = 0; j < n; j++)
        game->value[j] += game->value[j] * game->remainder[j];
}

static double outside_value(const markup_game *game, long double anchor_reference)
{
    if (!game->demand->has_outside_option)
        return 0;
    return exp((double)((long double)game->demand->outside_utility[0] /
                            (long double)game->demand->scale[0] -
                        anchor_reference));
}

static void sum_values(markup_game *game, long double anchor_reference)
{
    const bt_ownership *ownership = game->ownership;

    game->outside = outside_value(game, anchor_reference);
    game->anchor = game->outside;
    for (size_t i = 0; i < game->n_sellers; i++)
        game->zero_attraction[i] = game->anchor_profit[i] = 0;
    for (size_t j = 0; j < game->demand->n_products; j++) {
        const size_t seller = ownership->seller[j];

        if (is_free(ownership, j)) {
            game->zero_attraction[seller] += game->value[j];
            continue;
        }
        game->anchor += game->value[j];
        game->anchor_profit[seller] +=
            (double)(game->price_slope * ((long double)ownership->fixed_price[j] -
                                          zero_margin_price(ownership, j))) *
            game->value[j];
    }
}

static void lay_out(markup_game *game, const bt_demand *demand, const bt_ownership *ownership,
                    double *memory)
{
    const size_t n_sellers = ownership->n_sellers;

    *game = (markup_game){.demand = demand, .ownership = ownership, .n_sellers = n_sellers};
    double **array[] = {&game->offset_low,      &game->markup_low, &game->anchor_profit,
                        &game->zero_attraction, &game->offset,     &game->markup,
                        &game->attraction,      &game->rivals,     &game->step,
                        &game->before};
    _Static_assert(sizeof array / sizeof *array == SELLER_ARRAYS, "one per seller array");
    for (size_t i = 0; i < SELLER_ARRAYS; i++)
        *array[i] = memory + i * n_sellers;
    game->value = memory + SELLER_ARRAYS * n_sellers;
    game->remainder = game->value + ownership->n_products;
    game->price_slope =
        (long double)demand->price_sensitivity[0] / (long double)demand->scale[0];
    long double *seller_reference =
        (long double *)(void *)(game->remainder + ownership->n_products);
    seller_reference =
        (long double *)(void *)(((uintptr_t)seller_reference + 15) & ~(uintptr_t)15);

    const long double anchor_reference = find_references(game, seller_reference);
    game->given_reference = anchor_reference;
    for (size_t i = 0; i < n_sellers; i++) {
        const long double offset = seller_reference[i] - anchor_reference;

        game->offset[i] = (double)offset;
        game->offset_low[i] = isfinite(offset) ? (double)(offset - game->offset[i]) : 0;
    }
    fill_values(game, seller_reference, anchor_reference);
    sum_values(game, anchor_reference);
}

size_t bt_common_markup_memory(const bt_ownership *ownership)
{
    return SELLER_ARRAYS * ownership->n_sellers + PRODUCT_ARRAYS * ownership->n_products +
           2 * ownership->n_sellers + 2;
}

/* T, B and the reference at the present markups. */
static void set_attractions(markup_game *game)
{
    const size_t n = game->n_sellers;

    game->reference = game->has_anchor ? 0 : -INFINITY;
    for (size_t i = 0; i < n; i++) {
        game->attraction[i] = game->offset[i] - game->markup[i];
        if (game->attraction[i] > game->reference)
            game->reference = game->attraction[i];
    }
    for (size_t i = 0; i < n; i++) {
        const long double exponent = (long double)game->offset[i] - game->markup[i] -
                                     game->reference + game->offset_low[i] -
                                     game->markup_low[i];

        game->attraction[i] = (double)exponent;
        game->before[i] =
            game->offset[i] > -INFINITY ? (double)(exponent - game->attraction[i]) : 0;
    }
    bt_exp_block(game->attraction, n, game->attraction);
    for (size_t i = 0; i < n; i++)
        game->attraction[i] += game->attraction[i] * game->before[i];

    const double anchor = game->anchor * exp(-game->reference);
    double sum = anchor;
    for (size_t i = 0; i < n; i++) {
        game->attraction[i] *= game->zero_attraction[i];
        game->before[i] = sum;
        sum += game->attraction[i];
    }
    game->total = sum;
    double after = 0;
    for (size_t i = n; i-- > 0;) {
        game->rivals[i] = game->before[i] + after;
        after += game->attraction[i];
    }
}

/* log B_F where B_F itself is too small for the reference. */
static double log_rivals(const markup_game *game, size_t seller)
{
    double largest = game->has_anchor ? log(game->anchor) : -INFINITY;
    double sum = 0;

    for (size_t i = 0; i < game->n_sellers; i++)
        if (i != seller && game->offset[i] - game->markup[i] > largest)
            largest = game->offset[i] - game->markup[i];
    if (game->has_anchor)
        sum = game->anchor * exp(-largest);
    for (size_t i = 0; i < game->n_sellers; i++)
        if (i != seller && game->zero_attraction[i] > 0)
            sum += game->zero_attraction[i] * exp(game->offset[i] - game->markup[i] - largest);
    return largest + log(sum);
}

/* All sellers at once to their best responses (in logarithms: safe from anywhere). */
static void best_response_step(markup_game *game)
{
    set_attractions(game);
    for (size_t i = 0; i < game->n_sellers; i++) {
        if (game->offset[i] == -INFINITY)
            continue;
        const double log_b = game->rivals[i] > 1e-200 ? log(game->rivals[i]) + game->reference
                                                      : log_rivals(game, i);
        const double anchored =
            game->anchor_profit[i] == 0 ? 0 : game->anchor_profit[i] * exp(-log_b);

        game->step[i] = 1 + anchored +
                        bt_lambert_w_of_exp(log(game->zero_attraction[i]) + game->offset[i] -
                                            1 - anchored - log_b);
    }
    for (size_t i = 0; i < game->n_sellers; i++)
        if (game->offset[i] > -INFINITY) {
            game->markup[i] = game->step[i];
            game->markup_low[i] = 0;
        }
}

/* The Newton step at the present attractions; returns the largest |g| of the conditions. */
static double newton_step(markup_game *game)
{
    const double shift = exp(-game->reference);
    double along_solution = 0;
    double along_direction = 0;
    double largest = 0;

    for (size_t i = 0; i < game->n_sellers; i++) {
        if (game->offset[i] == -INFINITY) {
            game->step[i] = game->before[i] = 0;
            continue;
        }
        const double t = game->attraction[i];
        const double b = game->rivals[i];
        const double h = (t + game->anchor_profit[i] * shift) / b;
        const double g = (double)((long double)game->markup[i] - 1 - h + game->markup_low[i]);
        const double diagonal = 1 + t / b + h * t / b;

        largest = fabs(g) > largest || isnan(g) ? fabs(g) : largest;
        game->step[i] = -g / diagonal;
        game->before[i] = h / b / diagonal;
        along_solution += t * game->step[i];
        along_direction += t * game->before[i];
    }
    const double factor = along_solution / (1 - along_direction);
    for (size_t i = 0; i < game->n_sellers; i++)
        game->step[i] += factor * game->before[i];
    return largest;
}

/* Apply the step; returns its largest size relative to the markups. */
static double apply_step(markup_game *game)
{
    double largest = 0;

    for (size_t i = 0; i < game->n_sellers; i++) {
        const double markup = fabs(game->markup[i]);
        const double relative = fabs(game->step[i]) / (markup > 1 ? markup : 1);

        largest = relative > largest || isnan(relative) ? relative : largest;
        const long double moved =
            (long double)game->markup[i] + game->markup_low[i] + game->step[i];
        game->markup[i] = (double)moved;
        game->markup_low[i] = (double)(moved - game->markup[i]);
    }
    return largest;
}

/* Newton from the best responses to moderate markups; a step that does not bring the
 * conditions down is replaced by best responses, which always contract. */
static size_t solve_markups(markup_game *game)
{
    double last_condition = INFINITY;
    double last_size = INFINITY;

    for (size_t i = 0; i < game->n_sellers; i++) {
        game->markup[i] = game->offset[i] == -INFINITY ? 0 : 2;
        game->markup_low[i] = 0;
    }
    best_response_step(game);
    for (size_t iteration = 1; iteration <= ITERATION_LIMIT; iteration++) {
        set_attractions(game);
        const double condition = newton_step(game);

        if (!(condition < last_condition) && last_size > 1e-10) {
            best_response_step(game);
            last_condition = last_size = INFINITY;
            continue;
        }
        const double size = apply_step(game);
        /* What is left after such a step is its square. */
        if (size <= 1e-9) {
            set_attractions(game);
            return iteration;
        }
        last_condition = condition;
        last_size = size;
    }
    return 0;
}

size_t bt_common_markup_solve(const bt_demand *demand, const bt_ownership *ownership,
                              double *price, double *margin, double *share,
                              double *outside_share, double *log_sum, double *memory)
{
    markup_game game;

    lay_out(&game, demand, ownership, memory);
    const size_t iterations = solve_markups(&game);
    const double shift = exp(-game.reference);
    for (size_t j = 0; j < demand->n_products; j++) {
        const size_t seller = ownership->seller[j];

        if (is_free(ownership, j)) {
            const long double markup =
                ((long double)game.markup[seller] + game.markup_low[seller]) / game.price_slope;

            price[j] = (double)(zero_margin_price(ownership, j) + markup);
            margin[j] = (double)((1 - (long double)ownership->fee_ad_valorem) * markup);
            share[j] = game.attraction[seller] / game.total *
                       (game.value[j] / game.zero_attraction[seller]);
        } else {
            price[j] = ownership->fixed_price[j];
            margin[j] = bt_margin(ownership, j, price[j]);
            share[j] = game.value[j] * shift / game.total;
        }
    }
    *outside_share = game.outside * shift / game.total;
    *log_sum = (double)(game.given_reference + (long double)game.reference +
                        (long double)log(game.total));
    return iterations;
}

/* What stands against one seller: logarithms of attractions. */
typedef struct response_sums {
    double log_rivals;     /* all that the seller cannot change, its given prices included */
    double anchored;       /* n_F / B_F */
    double log_attraction; /* E_F */
} response_sums;

static double best_response_utility(const bt_demand *demand, const bt_ownership *ownership,
                                    size_t seller, const double *price, size_t product)
{
    const bool own_strategy =
        ownership->seller[product] == seller && is_free(ownership, product);
    const double at =
        own_strategy ? (double)zero_margin_price(ownership, product) : price[product];

    return (demand->considered_quality[product] - demand->price_sensitivity[0] * at) /
           demand->scale[0];
}

static response_sums sum_for_response(const bt_demand *demand, const bt_ownership *ownership,
                                      size_t seller, const double *price)
{
    const double slope = demand->price_sensitivity[0] / demand->scale[0];
    const double outside =
        demand->has_outside_option ? demand->outside_utility[0] / demand->scale[0] : -INFINITY;
    double largest_own = -INFINITY;
    double largest_rival = outside;
    double own = 0;
    double rivals = 0;
    double anchored = 0;

    for (size_t j = 0; j < demand->n_products; j++) {
        const double utility = best_response_utility(demand, ownership, seller, price, j);
        double *largest = ownership->seller[j] == seller && is_free(ownership, j)
                              ? &largest_own
                              : &largest_rival;

        *largest = utility > *largest ? utility : *largest;
    }
    if (outside > -INFINITY)
        rivals += exp(outside - largest_rival);
    for (size_t j = 0; j < demand->n_products; j++) {
        const double utility = best_response_utility(demand, ownership, seller, price, j);

        if (ownership->seller[j] == seller && is_free(ownership, j)) {
            own += exp(utility - largest_own);
        } else if (utility > -INFINITY) {
            const double value = exp(utility - largest_rival);

            rivals += value;
            if (ownership->seller[j] == seller)
                anchored +=
                    slope * (price[j] - (double)zero_margin_price(ownership, j)) * value;
        }
    }
    return (response_sums){.log_rivals = largest_rival + log(rivals),
                           .anchored = anchored / rivals,
                           .log_attraction = largest_own + log(own)};
}

double bt_common_markup_best_response(const bt_demand *demand, const bt_ownership *ownership,
                                      size_t seller, const double *price, double *best)
{
    const double slope = demand->price_sensitivity[0] / demand->scale[0];
    const response_sums sums = sum_for_response(demand, ownership, seller, price);
    const double keep = 1 - ownership->fee_ad_valorem;

    if (sums.log_rivals == -INFINITY || isnan(sums.log_rivals))
        return INFINITY;
    const double anchored = sums.anchored;
    /* At the best response the profit is what exceeds the margin 1/a: v_F - 1. */
    const double profit = sums.log_attraction == -INFINITY
                              ? anchored
                              : anchored + bt_lambert_w_of_exp(sums.log_attraction - 1 -
                                                               anchored - sums.log_rivals);
    for (size_t j = 0; j < demand->n_products; j++)
        if (ownership->seller[j] == seller && is_free(ownership, j))
            best[j] =
                (double)(zero_margin_price(ownership, j) + (long double)((1 + profit) / slope));
    return keep * profit / slope;
}
