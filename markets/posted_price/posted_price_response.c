#include "markets/posted_price/posted_price_response.h"

#include <math.h>

#include "markets/equilibrium/limit_cycle.h"

enum {
    MOST_POSITIONS = 1024, /* of a limit cycle that are disturbed */
    MOST_PERIODS = 20000   /* over which profits are discounted */
};
static const double usual_discount = 0.95;
static const double negligible = 1e-13; /* weight of a period that is not looked at */

bool bt_price_response_create(bt_price_response *response, const bt_posted_price *market,
                              size_t n_periods, bt_arena *arena)
{
    size_t n = market->n_sellers, length = n * (n_periods + 1);
    *response = (bt_price_response){.n_periods = n_periods,
                                    .deviator_price = BT_ARENA_NEW(arena, length, double),
                                    .rival_price = BT_ARENA_NEW(arena, length, double),
                                    .gain = BT_ARENA_NEW(arena, n, double),
                                    .punishment = BT_ARENA_NEW(arena, n, double),
                                    .can_gain = BT_ARENA_NEW(arena, n, bool)};
    return response->deviator_price != NULL && response->rival_price != NULL &&
           response->gain != NULL && response->punishment != NULL && response->can_gain != NULL;
}

/* ---- one deviation ---- */

/* Two paths side by side. */
typedef struct deviation {
    const bt_limit_play *play;
    size_t seller;
    double discount;
    size_t n_periods;
    double *deviator_price; /* [period] sums over positions */
    double *rival_price;
    double profit;   /* discounted, of deviating */
    double baseline; /* and of not */
    double fall;     /* deepest, of the rivals' mean price */
} deviation;

static double profit_of(const deviation *of, uint64_t joint)
{
    return of->play->market->model->game
        ->objective[joint * of->play->market->n_sellers + of->seller];
}

/* Mean price of the seller's own products, or of all others'; NAN: there are none. */
static double mean_price(const deviation *of, uint64_t joint, bool own)
{
    const bt_posted_price *market = of->play->market;
    const double *price = market->model->game->price + joint * market->n_products;
    double total = 0;
    size_t count = 0;
    for (size_t j = 0; j < market->n_products; j++)
        if ((market->model->layout.product_seller[j] == of->seller) == own) {
            total += price[j];
            count++;
        }
    return total / (double)count;
}

static uint64_t best_deviation(const deviation *of, uint64_t joint)
{
    const bt_market_seller *seller = &of->play->market->seller[of->seller];
    uint64_t own = joint / seller->stride % seller->n_actions, best = joint;
    for (uint64_t k = 0; k < seller->n_actions; k++) {
        uint64_t other = joint + (k - own) * seller->stride;
        best = profit_of(of, other) > profit_of(of, best) ? other : best;
    }
    return best;
}

static void note_prices(deviation *of, size_t period, uint64_t joint)
{
    if (period > of->n_periods)
        return;
    of->deviator_price[period] += mean_price(of, joint, true);
    of->rival_price[period] += mean_price(of, joint, false);
}

static void note_period(deviation *of, size_t period, uint64_t joint, uint64_t undisturbed,
                        double weight)
{
    note_prices(of, period, joint);
    of->profit += weight * profit_of(of, joint);
    of->baseline += weight * profit_of(of, undisturbed);
    if (period >= 2 && period <= of->n_periods)
        of->fall =
            fmax(of->fall, mean_price(of, undisturbed, false) - mean_price(of, joint, false));
}

/* Deviate in the state after `before`. True if another price earned more at once. */
static bool deviate(deviation *of, uint64_t before)
{
    const bt_limit_play *play = of->play;
    uint64_t state = bt_limit_play_next(play, before), undisturbed_state = state;
    uint64_t undisturbed = bt_limit_play_joint(play, state);
    uint64_t joint = best_deviation(of, undisturbed);
    bool pays_at_once = joint != undisturbed;
    note_prices(of, 0, bt_limit_play_joint(play, before));
    double weight = 1;
    for (size_t period = 1;
         period <= of->n_periods || (weight > negligible && period < MOST_PERIODS); period++) {
        note_period(of, period, joint, undisturbed, weight);
        state = bt_limit_play_next_after(play, state, joint);
        undisturbed_state = bt_limit_play_next(play, undisturbed_state);
        joint = bt_limit_play_joint(play, state);
        undisturbed = bt_limit_play_joint(play, undisturbed_state);
        weight *= of->discount;
    }
    return pays_at_once;
}

/* ---- all positions of the cycle ---- */

static void respond_to(bt_price_response *response, const bt_limit_play *play, size_t seller,
                       uint64_t first, uint64_t length, double discount)
{
    size_t n_values = response->n_periods + 1, n_positions = 0;
    double fall = 0;
    deviation of = {.play = play,
                    .seller = seller,
                    .discount = discount,
                    .n_periods = response->n_periods,
                    .deviator_price = response->deviator_price + seller * n_values,
                    .rival_price = response->rival_price + seller * n_values};
    for (size_t t = 0; t < n_values; t++)
        of.deviator_price[t] = of.rival_price[t] = 0;
    response->can_gain[seller] = false;
    uint64_t state = first;
    for (uint64_t k = 0; k < length && n_positions < MOST_POSITIONS; k++) {
        uint64_t next = bt_limit_play_next(play, state);
        if (bt_limit_play_moves(play, seller, next)) {
            of.fall = 0;
            response->can_gain[seller] |= deviate(&of, state);
            fall += of.fall;
            n_positions++;
        }
        state = next;
    }
    double count = (double)n_positions; /* of a seller that never moves: NAN */
    for (size_t t = 0; t < n_values; t++) {
        of.deviator_price[t] /= count;
        of.rival_price[t] /= count;
    }
    response->punishment[seller] = fall / count;
    response->gain[seller] = of.profit / of.baseline - 1;
}

/* Per period: a seller discounts from one own move to the next. */
static double discount_of(const bt_posted_price *market, size_t i)
{
    const bt_audit_parameters *parameters = &market->model->parameters->audit;
    const bt_market_seller *seller = &market->seller[i];
    if (parameters->has_response_discount)
        return parameters->response_discount;
    if (seller->type == NULL || seller->type->discount == NULL)
        return usual_discount;
    return pow(seller->type->discount(seller->self), 1 / seller->repricing.value);
}

static void clear(bt_price_response *response, size_t n_sellers)
{
    for (size_t k = 0; k < n_sellers * (response->n_periods + 1); k++)
        response->deviator_price[k] = response->rival_price[k] = NAN;
    for (size_t i = 0; i < n_sellers; i++) {
        response->gain[i] = response->punishment[i] = NAN;
        response->can_gain[i] = false;
    }
}

void bt_price_response_find(bt_price_response *response, const bt_posted_price *market)
{
    bt_limit_play play;
    uint64_t last, first;
    clear(response, market->n_sellers);
    response->exists =
        bt_limit_play_find(market, &play) && bt_limit_play_last_state(&play, &last);
    if (!response->exists)
        return;
    uint64_t length = bt_limit_cycle(bt_limit_play_next, &play, last, &first);
    for (size_t i = 0; i < market->n_sellers; i++)
        respond_to(response, &play, i, first, length, discount_of(market, i));
}
