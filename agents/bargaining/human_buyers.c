/*
 * People who buy: the calibrated population's buyers.
 *
 * Who comes: a first buyer with logit P = a + b z, z the listing's demand (standard normal,
 * nobody's to see but theirs), at a time of the week's profile; after each arrival another one
 * with its own logit, after a gap. Who comes buys at once, or makes a first offer drawn from
 * the published distribution, ranks moved by demand.
 *
 * Turn 3 depends on how turn 2 answered the first offer b: an active rejection, one by
 * expiry, an automatic one, or a concession c (bilinear in b and c; halves please more); what
 * is cheap is accepted more. Turns 5 and 7 depend on the last answer. Who does
 * not accept or counter walks, mostly without a word.
 *
 * Figures of Green and Plunkett (2020); the functional forms between them are ours. What the
 * figures do not say, above all how persistent a buyer's type is, they do not say here
 * either; `persistence` moves it by hand and is off.
 */
#include <math.h>

#include "agents/bargaining/human_buyers_parameters.h"
#include "agents/bargaining/lookup.h"
#include "agents/buyers/registry.h"
#include "markets/bargaining/bargaining_sides.h"

typedef struct human_buyers {
    const bt_human_buyers_parameters *given;
    double *profile; /* [part] cumulative, rises to 1 */
    bt_time_table gap;
    bt_concession_table concession[BT_OFFER_TURNS]; /* turns 1, 3, 5 */
    bt_time_table delay[BT_LATER_TURNS];            /* turns 3, 5, 7 */
    bt_dotted_curve reject_accept;
    bt_dotted_curve reject_walk;
    bt_curve reject_accept_5;
} human_buyers;

/* ---- who comes ---- */

static int64_t draw_first_time(const human_buyers *buyers, int64_t window, bt_stream *stream)
{
    size_t parts = buyers->given->arrival.profile.count, part = 0;
    double rank = bt_stream_uniform(stream);
    while (part + 1 < parts && buyers->profile[part] <= rank)
        part++;
    double share = ((double)part + bt_stream_uniform(stream)) / (double)parts;
    int64_t time = (int64_t)(share * (double)window);
    return time < window ? time : window - 1;
}

static double draw_gap(const human_buyers *buyers, bt_stream *stream)
{
    const bt_human_arrival *given = &buyers->given->arrival;
    if (bt_stream_uniform(stream) < given->gap_short)
        return bt_time_draw_below(&buyers->gap, INFINITY, stream);
    double longest = buyers->gap.seconds[buyers->gap.count - 1];
    return longest + 3600 * given->gap_tail * bt_stream_exponential(stream);
}

static size_t arrive(const void *self, const bt_listing *listing, double demand, size_t most,
                     bt_stream *stream, int64_t *times)
{
    const human_buyers *buyers = self;
    const bt_human_arrival *given = &buyers->given->arrival;
    if (bt_stream_uniform(stream) >=
        bt_logistic(given->first_intercept + given->first_demand * demand))
        return 0;
    int64_t time = draw_first_time(buyers, listing->window, stream);
    double logit = given->next_intercept + given->next_demand * demand;
    for (size_t count = 0; count < most; count++) {
        if (time >= listing->window)
            return count;
        times[count] = time;
        double crowd = count > 0 ? given->next_crowd : 0;
        if (bt_stream_uniform(stream) >= bt_logistic(logit + crowd))
            return count + 1;
        time += (int64_t)fmin(draw_gap(buyers, stream), 1e9);
    }
    return most;
}

/* Linear between the given counts, the first of which holds 0 as well; beyond the last, as
 * many again. */
static uint32_t history(const void *self, bt_stream *stream)
{
    const human_buyers *buyers = self;
    const bt_real_list *count = &buyers->given->arrival.experience_count;
    const double *share = buyers->given->arrival.experience.value;
    double rank = bt_stream_uniform(stream);
    size_t last = count->count - 1, i = 0;
    if (rank < share[0])
        return (uint32_t)(rank / share[0] * (count->value[0] + 1));
    while (i < last && share[i + 1] <= rank)
        i++;
    double beyond = i < last ? (rank - share[i]) / (share[i + 1] - share[i])
                             : (rank - share[i]) / (1 - share[i]);
    double width = i < last ? count->value[i + 1] - count->value[i] : count->value[i];
    return (uint32_t)(count->value[i] + 1 + beyond * width);
}

/* ---- what they do ---- */

typedef struct chances {
    double accept;
    double counter;
} chances;

static bool is_half(double concession)
{
    return fabs(concession - 0.5) < 0.005;
}

static double clamp_share(double value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* How an offer was answered. */
static const bt_turn *last_answer(const bt_thread *thread)
{
    return &thread->turn[thread->n_turns - 1];
}

static double log_price(const human_buyers *buyers, const bt_listing *listing)
{
    return log10(0.01 * (double)listing->list_price) - buyers->given->log_price_center;
}

static chances after_rejection_3(const human_buyers *buyers, const bt_turn *answer,
                                 double offer)
{
    const bt_human_turn_3 *given = &buyers->given->turn_3;
    double accept = bt_dotted_curve_at(&buyers->reject_accept, offer);
    if (answer->is_automatic)
        return (chances){given->automatic_accept * accept, given->automatic_counter};
    if (answer->is_expired) {
        size_t i = 0;
        while (i < given->expired_offer.count && offer >= given->expired_offer.value[i])
            i++;
        return (chances){given->expired_accept.value[i], given->expired_counter};
    }
    return (chances){accept, 1 - accept - bt_dotted_curve_at(&buyers->reject_walk, offer)};
}

/* Where x lies between the knots: the lower one and the share of the way. */
static size_t locate(const bt_real_list *knots, double x, double *share)
{
    size_t i = 0;
    while (i + 2 < knots->count && x > knots->value[i + 1])
        i++;
    *share = clamp_share((x - knots->value[i]) / (knots->value[i + 1] - knots->value[i]));
    return i;
}

static chances after_concession_3(const human_buyers *buyers, const bt_turn *answer,
                                  double offer)
{
    const bt_human_turn_3 *given = &buyers->given->turn_3;
    double down, right;
    size_t row = locate(&given->grid_offer, offer, &down);
    size_t column = locate(&given->grid_concession, answer->concession, &right);
    size_t width = given->grid_concession.count;
    const double *low = given->grid_accept.value + row * width + column, *high = low + width;
    double accept = (1 - down) * ((1 - right) * low[0] + right * low[1]) +
                    down * ((1 - right) * high[0] + right * high[1]);
    if (is_half(answer->concession))
        accept += given->half_accept;
    if (!answer->has_message)
        accept = clamp_share(accept * buyers->given->persistence.turn_3);
    return (chances){accept, given->counter * (1 - accept)};
}

/* Move the logit of acceptance; what is not accepted keeps its proportions. */
static chances shift_acceptance(chances before, double shift)
{
    double odds = before.accept * exp(shift);
    double accept = odds / (1 - before.accept + odds);
    double left = before.accept < 1 ? (1 - accept) / (1 - before.accept) : 0;
    return (chances){accept, before.counter * left};
}

static chances at_turn_3(const human_buyers *buyers, const bt_bargaining_buyer_view *view)
{
    const bt_turn *answer = last_answer(view->thread);
    double offer = view->thread->turn[0].concession;
    chances plain = answer->concession == 0 ? after_rejection_3(buyers, answer, offer)
                                            : after_concession_3(buyers, answer, offer);
    return shift_acceptance(plain, buyers->given->price_sensitivity *
                                       log_price(buyers, view->listing));
}

static bool was_actively_rejected(const bt_turn *turn)
{
    return turn->concession == 0 && !turn->is_automatic && !turn->is_expired;
}

static chances at_turn_5(const human_buyers *buyers, const bt_bargaining_buyer_view *view)
{
    const bt_human_later_turns *given = &buyers->given->later;
    const bt_turn *answer = last_answer(view->thread);
    double concession = answer->concession;
    if (concession == 0) {
        double offer = (double)view->thread->buyer_price / (double)view->listing->list_price;
        return (chances){bt_curve_at(&buyers->reject_accept_5, offer), given->reject_counter_5};
    }
    double accept = given->accept_5 + given->accept_square_5 * concession * concession +
                    (is_half(concession) ? given->accept_half_5 : 0);
    bool persists = was_actively_rejected(&view->thread->turn[1]);
    accept = clamp_share(accept + (persists ? buyers->given->persistence.accept_5 : 0));
    double counter =
        given->counter_5 * (1 - accept) + (persists ? buyers->given->persistence.counter_5 : 0);
    return (chances){accept, clamp_share(counter)};
}

static chances at_turn_7(const human_buyers *buyers, const bt_bargaining_buyer_view *view)
{
    const bt_human_later_turns *given = &buyers->given->later;
    double concession = last_answer(view->thread)->concession;
    double accept = concession == 0 ? given->reject_accept_7
                                    : given->accept_7 + given->accept_slope_7 * concession;
    return (chances){clamp_share(accept), 0};
}

static bt_buyer_move first_move(const human_buyers *buyers,
                                const bt_bargaining_buyer_view *view, bt_stream *stream)
{
    const bt_human_first_offer *given = &buyers->given->first_offer;
    double logit = given->buy_now_intercept + given->buy_now_demand * view->demand +
                   given->buy_now_log_price * log_price(buyers, view->listing);
    if (bt_stream_uniform(stream) < bt_logistic(logit))
        return (bt_buyer_move){.buys_now = true};
    double shift = given->shift * (view->demand - given->shift_center);
    double offer = bt_concession_draw_shifted(&buyers->concession[0], shift, stream);
    bool speaks = bt_stream_uniform(stream) < buyers->given->message.value[0];
    return (bt_buyer_move){.concession = offer, .has_message = speaks};
}

static bt_buyer_move answer(const human_buyers *buyers, const bt_bargaining_buyer_view *view,
                            bt_stream *stream)
{
    chances chance = view->turn == 3   ? at_turn_3(buyers, view)
                     : view->turn == 5 ? at_turn_5(buyers, view)
                                       : at_turn_7(buyers, view);
    size_t index = view->turn / 2 - 1;
    double rank = bt_stream_uniform(stream);
    bool accepts = rank < chance.accept, counters = rank < chance.accept + chance.counter;
    if (!counters && !accepts && bt_stream_uniform(stream) >= buyers->given->active_walk)
        return (bt_buyer_move){.delay = INT64_MAX};
    bt_buyer_move move = {.concession = accepts ? 1 : 0};
    move.delay = (int64_t)bt_time_draw_below(&buyers->delay[index], INFINITY, stream);
    if (counters && !accepts) {
        move.concession = bt_concession_draw(&buyers->concession[index + 1], stream);
        move.has_message = bt_stream_uniform(stream) < buyers->given->message.value[index + 1];
    }
    return move;
}

static bt_buyer_move move(const void *self, const bt_bargaining_buyer_view *view,
                          bt_stream *stream)
{
    const human_buyers *buyers = self;
    return view->turn == 1 ? first_move(buyers, view, stream) : answer(buyers, view, stream);
}

/* ---- set-up ---- */

static bt_status check_lengths(const bt_human_buyers_parameters *given, bt_error *error)
{
    const bt_human_turn_3 *turn_3 = &given->turn_3;
    size_t cells = turn_3->grid_offer.count * turn_3->grid_concession.count;
    if (given->message.count != BT_OFFER_TURNS)
        return bt_fail(error, BT_BAD_INPUT,
                       "message needs three numbers, for turns 1, 3 and 5");
    if (turn_3->grid_offer.count < 2 || turn_3->grid_concession.count < 2 ||
        turn_3->grid_accept.count != cells)
        return bt_fail(error, BT_BAD_INPUT,
                       "turn_3.grid_accept has %zu numbers, not one for each of at least two "
                       "offers and two concessions",
                       turn_3->grid_accept.count);
    if (turn_3->expired_accept.count != turn_3->expired_offer.count + 1)
        return bt_fail(error, BT_BAD_INPUT,
                       "turn_3.expired_accept needs one number more than expired_offer");
    if (given->arrival.experience.count == 0 ||
        given->arrival.experience.count != given->arrival.experience_count.count ||
        !(given->arrival.experience.value[0] > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "arrival.experience needs a share above 0 for each experience_count");
    return BT_OK;
}

static bt_status make_curves(const bt_human_buyers_parameters *given, human_buyers *buyers,
                             bt_error *error)
{
    const bt_human_turn_3 *turn_3 = &given->turn_3;
    bt_status status = bt_curve_make("turn_3.accept", &turn_3->offer, &turn_3->accept,
                                     &buyers->reject_accept.curve, error);
    if (status == BT_OK)
        status = bt_curve_make("turn_3.walk", &turn_3->offer, &turn_3->walk,
                               &buyers->reject_walk.curve, error);
    if (status == BT_OK)
        status = bt_curve_make("turn_3.round_accept", &turn_3->round_offer,
                               &turn_3->round_accept, &buyers->reject_accept.dots, error);
    if (status == BT_OK)
        status = bt_curve_make("turn_3.round_walk", &turn_3->round_offer, &turn_3->round_walk,
                               &buyers->reject_walk.dots, error);
    if (status == BT_OK)
        status = bt_curve_make("later.reject_accept_5", &given->later.offer_5,
                               &given->later.reject_accept_5, &buyers->reject_accept_5, error);
    return status;
}

static bt_status make_tables(const bt_human_buyers_parameters *given, human_buyers *buyers,
                             bt_error *error)
{
    static const char *const delay_name[] = {"delay_3", "delay_5", "delay_7"};
    bt_status status =
        bt_concession_table_make("first_offer.concession", &given->first_offer.concession,
                                 &buyers->concession[0], error);
    if (status == BT_OK)
        status = bt_concession_table_make("concession_3", &given->concession_3,
                                          &buyers->concession[1], error);
    if (status == BT_OK)
        status = bt_concession_table_make("concession_5", &given->concession_5,
                                          &buyers->concession[2], error);
    if (status == BT_OK)
        status = bt_time_table_make("arrival.gap", &given->arrival.gap_hours,
                                    &given->arrival.gap, &buyers->gap, error);
    for (size_t t = 0; status == BT_OK && t < BT_LATER_TURNS; t++)
        status = bt_time_table_make(delay_name[t], &given->delay_hours, &given->delay[t],
                                    &buyers->delay[t], error);
    return status;
}

static bt_status make_profile(const bt_real_list *profile, human_buyers *buyers,
                              bt_arena *arena, bt_error *error)
{
    double total = 0, sum = 0;
    for (size_t i = 0; i < profile->count; i++)
        total += profile->value[i];
    if (!(total > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "arrival.profile: no part of the window has arrivals");
    buyers->profile = BT_ARENA_NEW(arena, profile->count, double);
    if (buyers->profile == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for buyers");
    for (size_t i = 0; i < profile->count; i++) {
        sum += profile->value[i];
        buyers->profile[i] = sum / total;
    }
    return BT_OK;
}

static bt_status create(const void *parameters, const bt_buyers_setting *setting, void **self,
                        bt_error *error)
{
    const bt_human_buyers_parameters *given = parameters;
    human_buyers *buyers = BT_ARENA_NEW(setting->arena, 1, human_buyers);
    if (buyers == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for buyers");
    buyers->given = given;
    *self = buyers;
    bt_status status = check_lengths(given, error);
    if (status == BT_OK)
        status = make_profile(&given->arrival.profile, buyers, setting->arena, error);
    if (status == BT_OK)
        status = make_curves(given, buyers, error);
    if (status == BT_OK)
        status = make_tables(given, buyers, error);
    return status;
}

static uint64_t population(const void *self)
{
    (void)self;
    return 0;
}

static double unit_mass(const void *self)
{
    (void)self;
    return 1;
}

static const bt_bargaining_buyers bargaining = {
    .arrive = arrive, .history = history, .move = move};

const bt_buyers_type bt_human_bargainers = {
    .described = {.name = "human_bargainers",
                  .summary = "People who buy by best offer, as people on eBay did.",
                  .source = "Green and Plunkett 2020; Backus, Blake, Larsen and Tadelis 2020",
                  .parameters = &bt_human_buyers_parameter_table},
    .create = create,
    .population = population,
    .unit_mass = unit_mass,
    .bargaining = &bargaining,
};
