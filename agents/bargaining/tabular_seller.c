/*
 * Monte-Carlo control on a coarse table (Sutton and Barto 2018, section 5.4): the reference
 * that a network must reach. A state is
 *
 *     the turn (2, 4, 6), the buyer's offer and the own standing price over the list price,
 *     how much of the window has passed, whether other threads have an offer standing, how the
 *     own last answer on the thread was given (none, automatic or expired, by word), and which
 *     part of the range of list prices the listing is in,
 *
 * an action an item of the menu (seller_menu.h), its value the mean of the returns (training.h)
 * that followed it:
 *
 *     Q(s, a) <- Q(s, a) + max(1 / n(s, a), learning_rate) (return - Q(s, a)).
 *
 * While it learns it plays any item with a probability that falls linearly from `exploration`
 * to 0 over the training, else the best; or it draws from the softmax of Q / temperature, the
 * temperature falling likewise. An item that was never tried counts as good as the best of
 * those that were while it learns, and is not played afterwards. In a state that it never
 * met it rejects.
 *
 * Draws: one or two an answer, from the answer's own stream.
 */
#include <math.h>

#include "agents/bargaining/seller_menu.h"
#include "agents/bargaining/training.h"
#include "agents/sellers/registry.h"

enum { EPSILON_GREEDY, SOFTMAX };
enum { TURNS = 3, LAST_ANSWERS = 3, OTHERS = 2 };

typedef struct tabular_parameters {
    int64_t training;
    int32_t exploration;
    double initial_exploration;
    double initial_temperature;
    double learning_rate;
    int64_t offer_bins;
    int64_t price_bins;
    int64_t time_bins;
    int64_t list_price_bins;
} tabular_parameters;

#define OF(member) .offset = offsetof(tabular_parameters, member)

static const bt_parameter parameters[] = {
    BT_TRAINING_PARAMETER(tabular_parameters, training),
    {.name = "exploration",
     .type = BT_CHOICE,
     OF(exploration),
     .default_text = "epsilon_greedy",
     .choices = "epsilon_greedy|softmax",
     .meaning = "how it tries answers that look worse"},
    {.name = "initial_exploration",
     .type = BT_REAL,
     OF(initial_exploration),
     .unit = "1",
     .default_text = "1",
     .range = BT_BETWEEN(0, 1),
     .meaning = "epsilon_greedy: probability of any answer, at first"},
    {.name = "initial_temperature",
     .type = BT_REAL,
     OF(initial_temperature),
     .unit = "list prices",
     .default_text = "0.1",
     .range = BT_POSITIVE,
     .meaning = "softmax: temperature at first"},
    {.name = "learning_rate",
     .type = BT_REAL,
     OF(learning_rate),
     .unit = "1",
     .default_text = "0.002",
     .range = BT_BETWEEN(0, 1),
     .meaning = "least weight of the newest return; 0: the mean of all"},
    {.name = "offer_bins",
     .type = BT_INTEGER,
     OF(offer_bins),
     .default_text = "10",
     .range = BT_BETWEEN(1, 30),
     .meaning = "parts into which offers over the list price are put"},
    {.name = "price_bins",
     .type = BT_INTEGER,
     OF(price_bins),
     .default_text = "5",
     .range = BT_BETWEEN(1, 30),
     .meaning = "the same of the own standing price"},
    {.name = "time_bins",
     .type = BT_INTEGER,
     OF(time_bins),
     .default_text = "4",
     .range = BT_BETWEEN(1, 30),
     .meaning = "the same of the time that has passed"},
    {.name = "list_price_bins",
     .type = BT_INTEGER,
     OF(list_price_bins),
     .default_text = "3",
     .range = BT_BETWEEN(1, 30),
     .meaning = "the same of list prices, between 10 and 1000 on a logarithmic scale"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(tabular_parameters, parameters);

typedef struct tabular_seller {
    const tabular_parameters *parameters;
    uint64_t listings; /* learnt from */
    size_t n_states;
    double *value;   /* [state * item] */
    uint64_t *tries; /* [state * item] */
    size_t n_answers;
    size_t *answer; /* [BT_MOST_ANSWERS] cells of this play */
} tabular_seller;

/* ---- states ---- */

static size_t bin(double share, int64_t bins)
{
    double at = floor(share * (double)bins);
    if (!(at > 0))
        return 0;
    return at < (double)bins ? (size_t)at : (size_t)bins - 1;
}

/* 0: this is the first answer; 1: the last was automatic, or silence; 2: it was given. */
static size_t last_answer(const bt_bargaining_observation *seen)
{
    if (seen->turn == 2)
        return 0;
    const bt_turn *last = &seen->turns[seen->turn - 3];
    return last->is_automatic || last->is_expired ? 1 : 2;
}

static size_t state_of(const tabular_parameters *by, const bt_bargaining_observation *seen)
{
    double list_price = (double)seen->listing.list_price;
    /* what was conceded so far: half of the list price or more is the last bin */
    double conceded = 2 * (1 - (double)seen->seller_price / list_price);
    size_t state = seen->turn / 2 - 1;
    state = state * LAST_ANSWERS + last_answer(seen);
    state = state * OTHERS + (seen->others.open.buyer_offers > 0);
    state = state * (size_t)by->offer_bins +
            bin((double)seen->buyer_price / list_price, by->offer_bins);
    state = state * (size_t)by->price_bins + bin(conceded, by->price_bins);
    state = state * (size_t)by->time_bins +
            bin((double)seen->time / (double)seen->listing.window, by->time_bins);
    return state * (size_t)by->list_price_bins +
           bin((log10(0.01 * list_price) - 1) / 2, by->list_price_bins);
}

/* ---- answers ---- */

static unsigned best_item(const tabular_seller *seller, size_t state)
{
    const double *value = seller->value + state * BT_MENU_SIZE;
    const uint64_t *tries = seller->tries + state * BT_MENU_SIZE;
    unsigned best = BT_MENU_SIZE;
    for (unsigned item = 0; item < BT_MENU_SIZE; item++)
        if (tries[item] > 0 && (best == BT_MENU_SIZE || value[item] > value[best]))
            best = item;
    return best < BT_MENU_SIZE ? best : BT_MENU_REJECT;
}

static unsigned draw_by_values(const tabular_seller *seller, size_t state, double temperature,
                               bt_stream *stream)
{
    const double *value = seller->value + state * BT_MENU_SIZE;
    const uint64_t *tries = seller->tries + state * BT_MENU_SIZE;
    unsigned best = best_item(seller, state);
    double weight[BT_MENU_SIZE], total = 0;
    for (unsigned item = 0; item < BT_MENU_SIZE; item++) {
        weight[item] = tries[item] > 0 ? exp((value[item] - value[best]) / temperature) : 1;
        total += weight[item];
    }
    double target = bt_stream_uniform(stream) * total, sum = 0;
    for (unsigned item = 0; item < BT_MENU_SIZE; item++) {
        sum += weight[item];
        if (sum > target)
            return item;
    }
    return best;
}

static unsigned choose(const tabular_seller *seller, size_t state, bt_stream *stream)
{
    const tabular_parameters *by = seller->parameters;
    double ahead = bt_training_ahead(seller->listings, by->training);
    if (!(ahead > 0))
        return best_item(seller, state);
    if (by->exploration == SOFTMAX)
        return draw_by_values(seller, state, ahead * by->initial_temperature, stream);
    if (bt_stream_uniform(stream) < ahead * by->initial_exploration)
        return (unsigned)bt_stream_below(stream, BT_MENU_SIZE);
    return best_item(seller, state);
}

static bt_response respond(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    tabular_seller *seller = self;
    size_t state = state_of(seller->parameters, seen);
    unsigned item = choose(seller, state, stream);
    if (seller->n_answers < BT_MOST_ANSWERS)
        seller->answer[seller->n_answers++] = state * BT_MENU_SIZE + item;
    return bt_menu_response(item);
}

static void learn(void *self, const bt_bargaining_payoff *payoff)
{
    tabular_seller *seller = self;
    if (payoff->listing < (uint64_t)seller->parameters->training) {
        for (size_t k = 0; k < seller->n_answers; k++) {
            size_t cell = seller->answer[k];
            double weight = 1 / (double)++seller->tries[cell];
            seller->value[cell] += fmax(weight, seller->parameters->learning_rate) *
                                   (payoff->reward - seller->value[cell]);
        }
        seller->listings = payoff->listing + 1;
    }
    seller->n_answers = 0;
}

/* ---- life ---- */

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    tabular_seller *seller = BT_ARENA_NEW(setting->arena, 1, tabular_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    const tabular_parameters *by = given;
    seller->n_states = (size_t)(TURNS * LAST_ANSWERS * OTHERS * by->offer_bins *
                                by->price_bins * by->time_bins * by->list_price_bins);
    size_t cells = seller->n_states * BT_MENU_SIZE;
    seller->value = BT_ARENA_NEW(setting->arena, cells, double);
    seller->tries = BT_ARENA_NEW(setting->arena, cells, uint64_t);
    seller->answer = BT_ARENA_NEW(setting->arena, BT_MOST_ANSWERS, size_t);
    if (seller->value == NULL || seller->tries == NULL || seller->answer == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the table of seller \"%s\"",
                       setting->name);
    *self = seller;
    return BT_OK;
}

/* Between listings no answers wait. */
static void archive(void *self, bt_archive *archive)
{
    tabular_seller *seller = self;
    size_t cells = seller->n_states * BT_MENU_SIZE;
    bt_archive_field(archive, "listings_learnt", &seller->listings, sizeof(seller->listings));
    bt_archive_field(archive, "value", seller->value, cells * sizeof(double));
    bt_archive_field(archive, "tries", seller->tries, cells * sizeof(uint64_t));
}

static const bt_bargaining_seller bargaining = {
    .is_prompt = true, .respond = respond, .learn = learn};

const bt_seller_type bt_tabular_bargainer = {
    .described = {.name = "tabular_bargainer",
                  .summary = "Bargaining: learns the value of each answer in coarse states by "
                             "Monte Carlo, then plays the best.",
                  .source = "Sutton and Barto 2018; Green and Plunkett 2020",
                  .parameters = &parameter_table},
    .create = create,
    .archive = archive,
    .bargaining = &bargaining,
};
