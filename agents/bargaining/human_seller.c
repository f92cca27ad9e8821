/*
 * A person who sells: the calibrated population's sellers.
 *
 * Looks at an offer after a delay of its turn's distribution and then lets it expire, accepts,
 * rejects or counters. At turn 2 by the first offer over the list price, b, as in the
 * published figure (round offers are treated better); at turns 4 and 6
 *
 *     logit P(accept) = intercept + slope (b - 0.68),  b the standing offer / list price.
 *
 * How far a counter-offer goes is drawn from the turn's distribution.
 */
#include <math.h>

#include "agents/bargaining/human_tables.h"
#include "agents/bargaining/lookup.h"
#include "agents/sellers/registry.h"
#include "markets/bargaining/bargaining_sides.h"

enum { SELLER_TURNS = 3 }; /* 2, 4 and 6 */

typedef struct human_seller_parameters {
    bt_real_list delay_hours;
    bt_real_list delay[SELLER_TURNS];
    bt_real_list expire; /* [turn] */
    bt_real_list first_offer;
    bt_real_list first_offer_accept;
    bt_real_list first_offer_reject;
    bt_real_list round_offer;
    bt_real_list round_offer_accept;
    bt_real_list round_offer_reject;
    double expired_in_reject;
    bt_real_list accept_intercept; /* turns 4 and 6 */
    double accept_slope;
    double accept_center;
    bt_real_list reject; /* turns 4 and 6 */
    bt_real_list concession[SELLER_TURNS];
    bt_real_list message; /* [turn] */
} human_seller_parameters;

#define OF(member) .offset = offsetof(human_seller_parameters, member)
#define SHARE BT_BETWEEN(0, 1)
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }
#define NUMBERS(name_, member, default_, range_, meaning_)                                     \
    {                                                                                          \
        .name = name_, .type = BT_REAL_LIST, OF(member), .default_text = default_,             \
        .range = range_, .meaning = meaning_                                                   \
    }
#define NUMBER(name_, member, default_, range_, meaning_)                                      \
    {                                                                                          \
        .name = name_, .type = BT_REAL, OF(member), .default_text = default_, .range = range_, \
        .meaning = meaning_                                                                    \
    }

static const bt_parameter parameters[] = {
    {.name = "delay_hours",
     .type = BT_REAL_LIST,
     OF(delay_hours),
     .unit = "hours",
     .default_text = BT_HUMAN_DELAY_HOURS,
     .range = BT_POSITIVE,
     .meaning = "hours after an offer at which the next three are given"},
    NUMBERS("delay_2", delay[0], BT_HUMAN_DELAYS_2, SHARE,
            "share of offers answered by then at turn 2; only its shape counts"),
    NUMBERS("delay_4", delay[1], BT_HUMAN_DELAYS_4, SHARE, "the same at turn 4"),
    NUMBERS("delay_6", delay[2], BT_HUMAN_DELAYS_6, SHARE, "the same at turn 6"),
    NUMBERS("expire", expire, "[0.06, 0.06, 0.045]", SHARE,
            "share of offers left to expire at turns 2, 4 and 6, had the listing no end"),
    NUMBERS("first_offer", first_offer, "[0, 0.42, 0.45, 0.55, 0.63, 0.85, 0.89, 1]", SHARE,
            "first offers / list price at which the next two are given"),
    NUMBERS("first_offer_accept", first_offer_accept,
            "[0, 0.167, 0.189, 0.277, 0.374, 0.7, 0.76, 0.85]", SHARE,
            "chance that turn 2 accepts a first offer that is not round"),
    NUMBERS("first_offer_reject", first_offer_reject,
            "[0.64, 0.318, 0.295, 0.216, 0.164, 0.103, 0.104, 0.104]", SHARE,
            "chance that turn 2 rejects it, expired offers included"),
    NUMBERS("round_offer", round_offer, "[0.5, 0.6, 0.67, 0.7, 0.75, 0.8, 0.83]", SHARE,
            "round first offers / list price, to within 0.005"),
    NUMBERS("round_offer_accept", round_offer_accept,
            "[0.28, 0.39, 0.485, 0.547, 0.635, 0.715, 0.73]", SHARE,
            "chance that turn 2 accepts a round first offer"),
    NUMBERS("round_offer_reject", round_offer_reject,
            "[0.21, 0.14, 0.12, 0.105, 0.095, 0.092, 0.1]", SHARE,
            "chance that turn 2 rejects it, expired offers included"),
    NUMBER("expired_in_reject", expired_in_reject, "0.04", SHARE,
           "what of these rejections were expired offers"),
    NUMBERS("accept_intercept", accept_intercept, "[-0.45, -0.35]", ANY_NUMBER,
            "logit of the chance that turns 4 and 6 accept an offer of accept_center"),
    NUMBER("accept_slope", accept_slope, "5", ANY_NUMBER,
           "by which this logit rises with the offer / list price"),
    NUMBER("accept_center", accept_center, "0.68", SHARE, "offer / list price, see above"),
    NUMBERS("reject", reject, "[0.22, 0.235]", SHARE,
            "chance that turns 4 and 6 reject an offer that is not left to expire"),
    NUMBERS(
        "concession_2", concession[0], BT_HUMAN_CONCESSIONS_2, BT_NON_NEGATIVE,
        "distribution of turn 2's concessions at 0, 0.01, ..., 1; what lies between counts"),
    NUMBERS("concession_4", concession[1], BT_HUMAN_CONCESSIONS_4, BT_NON_NEGATIVE,
            "the same at turn 4"),
    NUMBERS("concession_6", concession[2], BT_HUMAN_CONCESSIONS_6, BT_NON_NEGATIVE,
            "the same at turn 6"),
    NUMBERS("message", message, "[0.207, 0.271, 0.255]", SHARE,
            "share of rejections and counter-offers with a message, at turns 2, 4 and 6"),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(human_seller_parameters, parameters);

typedef struct human_seller {
    const human_seller_parameters *parameters;
    bt_time_table delay[SELLER_TURNS];
    bt_concession_table concession[SELLER_TURNS];
    bt_dotted_curve accept;
    bt_dotted_curve reject;
} human_seller;

static size_t index_of(uint32_t turn)
{
    return turn / 2 - 1;
}

/* ---- what it does ---- */

static int64_t delay(const void *self, uint32_t turn, int64_t limit, bt_stream *stream)
{
    const human_seller *seller = self;
    double seconds = bt_time_draw_below(&seller->delay[index_of(turn)], (double)limit, stream);
    int64_t whole = (int64_t)seconds;
    return whole < 1 ? 1 : whole < limit ? whole : limit - 1;
}

typedef struct answer_chances {
    double accept;
    double reject;
} answer_chances;

static answer_chances chances_at_turn_2(const human_seller *seller, double offer)
{
    double expired = seller->parameters->expired_in_reject;
    double reject = bt_dotted_curve_at(&seller->reject, offer) - expired;
    return (answer_chances){bt_dotted_curve_at(&seller->accept, offer) / (1 - expired),
                            fmax(0, reject) / (1 - expired)};
}

static answer_chances chances_later(const human_seller *seller, size_t index, double offer)
{
    const human_seller_parameters *given = seller->parameters;
    double accept = bt_logistic(given->accept_intercept.value[index - 1] +
                                given->accept_slope * (offer - given->accept_center));
    return (answer_chances){accept, given->reject.value[index - 1]};
}

static bt_response respond(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    const human_seller *seller = self;
    size_t index = index_of(seen->turn);
    if (bt_stream_uniform(stream) < seller->parameters->expire.value[index])
        return (bt_response){.expires = true};
    double offer = (double)seen->buyer_price / (double)seen->listing.list_price;
    answer_chances chances =
        index == 0 ? chances_at_turn_2(seller, offer) : chances_later(seller, index, offer);
    double rank = bt_stream_uniform(stream);
    if (rank < chances.accept)
        return (bt_response){.concession = 1};
    bool speaks = bt_stream_uniform(stream) < seller->parameters->message.value[index];
    if (rank < chances.accept + chances.reject)
        return (bt_response){.concession = 0, .has_message = speaks};
    return (bt_response){.concession = bt_concession_draw(&seller->concession[index], stream),
                         .has_message = speaks};
}

/* ---- set-up ---- */

static bt_status make_curves(const human_seller_parameters *given, human_seller *seller,
                             bt_error *error)
{
    bt_status status = bt_curve_make("first_offer_accept", &given->first_offer,
                                     &given->first_offer_accept, &seller->accept.curve, error);
    if (status == BT_OK)
        status = bt_curve_make("first_offer_reject", &given->first_offer,
                               &given->first_offer_reject, &seller->reject.curve, error);
    if (status == BT_OK)
        status = bt_curve_make("round_offer_accept", &given->round_offer,
                               &given->round_offer_accept, &seller->accept.dots, error);
    if (status == BT_OK)
        status = bt_curve_make("round_offer_reject", &given->round_offer,
                               &given->round_offer_reject, &seller->reject.dots, error);
    return status;
}

static bt_status check_lengths(const human_seller_parameters *given, bt_error *error)
{
    if (given->expire.count != SELLER_TURNS || given->message.count != SELLER_TURNS)
        return bt_fail(error, BT_BAD_INPUT,
                       "expire and message need three numbers, for turns 2, 4 and 6");
    if (given->accept_intercept.count != SELLER_TURNS - 1 ||
        given->reject.count != SELLER_TURNS - 1)
        return bt_fail(error, BT_BAD_INPUT,
                       "accept_intercept and reject need two numbers, for turns 4 and 6");
    if (given->expired_in_reject >= 1)
        return bt_fail(error, BT_BAD_INPUT, "expired_in_reject must be below 1");
    return BT_OK;
}

static bt_status create(const void *given_parameters, const bt_seller_setting *setting,
                        void **self, bt_error *error)
{
    static const char *const delay_name[] = {"delay_2", "delay_4", "delay_6"};
    static const char *const table_name[] = {"concession_2", "concession_4", "concession_6"};
    const human_seller_parameters *given = given_parameters;
    human_seller *seller = BT_ARENA_NEW(setting->arena, 1, human_seller);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for a seller");
    seller->parameters = given;
    *self = seller;
    bt_status status = check_lengths(given, error);
    if (status == BT_OK)
        status = make_curves(given, seller, error);
    for (size_t t = 0; status == BT_OK && t < SELLER_TURNS; t++) {
        status = bt_time_table_make(delay_name[t], &given->delay_hours, &given->delay[t],
                                    &seller->delay[t], error);
        if (status == BT_OK)
            status = bt_concession_table_make(table_name[t], &given->concession[t],
                                              &seller->concession[t], error);
    }
    return status;
}

static const bt_bargaining_seller bargaining = {.delay = delay, .respond = respond};

const bt_seller_type bt_human_bargainer = {
    .described = {.name = "human_bargainer",
                  .summary = "A person who sells by best offer, as people on eBay did.",
                  .source = "Green and Plunkett 2020; Backus, Blake, Larsen and Tadelis 2020",
                  .parameters = &parameter_table},
    .create = create,
    .bargaining = &bargaining,
};
