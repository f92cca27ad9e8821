/*
 * Best-offer sellers that learn: in a rigged population whose best answers are known they find
 * them, play them when the training is over, and learn no more; saved runs go on as they were.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "agents/bargaining/seller_menu.h"
#include "markets/bargaining/bargaining_sides.h"
#include "tests/experiment_fixture.h"

enum { TRAINING = 6000 };

#define NETWORKS(method)                                                                       \
    "actor_critic_bargainer, training: 6000, batch: 32, hidden: [16], actor_learning_rate: "   \
    "0.005, critic_learning_rate: 0.005, " method

static const char *const learners[] = {
    "tabular_bargainer, training: 6000, learning_rate: 0.03",
    "tabular_bargainer, training: 6000, learning_rate: 0.03, exploration: softmax, "
    "initial_temperature: 0.5",
    NETWORKS("method: a2c"),
    NETWORKS("method: ppo"),
};
enum { LEARNERS = sizeof(learners) / sizeof(learners[0]) };

/* ---- a seller and what it meets ---- */

typedef struct learner {
    experiment_fixture fixture;
    void *self;
    const bt_bargaining_seller *type;
} learner;

static void open_learner(learner *at, const char *policy)
{
    char text[512];
    snprintf(text, sizeof(text),
             "format: 1\nname: t\nseed: 1\nhorizon: {periods: 1}\nmarket: {type: bargaining}\n"
             "sellers: [{name: h, policy: human_bargainer}, {name: s, policy: %s}]\n"
             "buyers: {type: human_bargainers}\n",
             policy);
    read_experiment(&at->fixture, text);
    const bt_registered *entry =
        (const bt_registered *)at->fixture.experiment.sellers.element + 1;
    const bt_seller_type *type = (const bt_seller_type *)entry->type;
    bt_seller_setting setting = {
        .name = "s", .seller = 1, .key = bt_random_key_of(4, 0, 0), .arena = at->fixture.arena};
    bt_error error;
    fail_on(type->create(entry->parameters, &setting, &at->self, &error), &error);
    at->type = type->bargaining;
}

static void close_learner(learner *at)
{
    bt_arena_destroy(at->fixture.arena);
    bt_diagnostics_destroy(at->fixture.diagnostics);
    bt_document_destroy(at->fixture.document);
}

/* The item of the menu that it answers with. */
static unsigned ask(learner *at, uint32_t turn, const bt_turn *turns, int64_t offer,
                    bt_stream *stream)
{
    bt_bargaining_observation seen = {.listing = {.list_price = 10000,
                                                  .auto_accept = 10000,
                                                  .window = (int64_t)8 * BT_SECONDS_IN_DAY},
                                      .time = BT_SECONDS_IN_DAY,
                                      .turn = turn,
                                      .n_threads = 1,
                                      .buyer_price = offer,
                                      .seller_price = 10000,
                                      .turns = turns};
    bt_response response = at->type->respond(at->self, &seen, stream);
    for (unsigned item = 0; item < BT_MENU_SIZE; item++) {
        bt_response dish = bt_menu_response(item);
        if (dish.expires == response.expires && dish.concession == response.concession)
            return item;
    }
    fail_msg("conceded %g", response.concession);
    return 0;
}

/* ---- one answer a listing ---- */

/* Offers of .4 are best met by a half, offers of .8 accepted: .3 more than the next best. The
 * return's noise is uniform on (-.2, .2). */
static double mean_return(int64_t offer, unsigned item)
{
    if (offer < 6000)
        return item == BT_MENU_HALF ? 0.8 : 0.3 + 0.02 * item;
    return item == BT_MENU_ACCEPT ? 0.8 : 0.5 - 0.05 * item;
}

static int64_t offer_of(uint64_t listing)
{
    return listing % 2 == 0 ? 4000 : 8000;
}

static void the_best_answer_to_each_offer_is_found(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEARNERS; k++) {
        learner at;
        open_learner(&at, learners[k]);
        bt_turn turns[BT_FINAL_TURN] = {{.price = 4000, .concession = 0.4}};
        bt_stream stream = bt_stream_open(bt_random_key_of(7, 0, 0), BT_AGENT_MARKET, 1);
        for (uint64_t listing = 0; listing < TRAINING; listing++) {
            int64_t offer = offer_of(listing);
            turns[0] = (bt_turn){.price = offer, .concession = (double)offer / 1e4};
            unsigned item = ask(&at, 2, turns, offer, &stream);
            double noise = 0.4 * (bt_stream_uniform(&stream) - 0.5);
            bt_bargaining_payoff payoff = {.listing = listing,
                                           .reward = mean_return(offer, item) + noise};
            at.type->learn(at.self, &payoff);
        }
        for (uint64_t listing = TRAINING; listing < TRAINING + 200; listing++) {
            int64_t offer = offer_of(listing);
            turns[0] = (bt_turn){.price = offer, .concession = (double)offer / 1e4};
            unsigned item = ask(&at, 2, turns, offer, &stream);
            assert_int_equal(item, offer < 6000 ? BT_MENU_HALF : BT_MENU_ACCEPT);
            /* the training is over: punishment teaches nothing */
            bt_bargaining_payoff payoff = {.listing = listing, .reward = -100};
            at.type->learn(at.self, &payoff);
        }
        close_learner(&at);
    }
}

/* ---- two answers a listing ---- */

/* Rejecting at turn 2 brings nothing at once, but then turn 4 comes, where accepting pays .8;
 * accepting at turn 2 pays .5, all else .2. Only who gives the first answer the return of the
 * whole listing rejects. */
static void an_answer_is_credited_with_what_follows(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEARNERS; k++) {
        learner at;
        open_learner(&at, learners[k]);
        bt_turn turns[BT_FINAL_TURN] = {{.price = 5500, .concession = 0.55},
                                        {.price = 10000},
                                        {.price = 7500, .concession = 0.45}};
        bt_stream stream = bt_stream_open(bt_random_key_of(8, 0, 0), BT_AGENT_MARKET, 1);
        unsigned first = BT_MENU_SIZE, second = BT_MENU_SIZE;
        for (uint64_t listing = 0; listing <= TRAINING; listing++) {
            first = ask(&at, 2, turns, 5500, &stream);
            double reward = first == BT_MENU_ACCEPT ? 0.5 : 0.2;
            if (first == BT_MENU_REJECT) {
                second = ask(&at, 4, turns, 7500, &stream);
                reward = second == BT_MENU_ACCEPT ? 0.8 : 0.1;
            }
            bt_bargaining_payoff payoff = {.listing = listing, .reward = reward};
            at.type->learn(at.self, &payoff);
        }
        assert_int_equal(first, BT_MENU_REJECT);
        assert_int_equal(second, BT_MENU_ACCEPT);
        close_learner(&at);
    }
}

/* ---- in a market ---- */

static const char market_text[] =
    "format: 1\nname: t\nseed: 3\nhorizon: {periods: %d}\n"
    "market: {type: bargaining, plays: 2, worth_plays: 20, warm_up: %d}\n"
    "sellers:\n"
    "  - {name: human, policy: human_bargainer}\n"
    "  - {name: learner, policy: %s}\n"
    "buyers: {type: human_bargainers}\n"
    "record: {every: 500}\n";

static void saved_learners_go_on_as_if_nothing_had_been(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEARNERS; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture, market_text, 3000, 500, learners[k]);
        static const double stops[] = {1, 499, 1234, 2500};
        bt_run *whole = complete_run(&fixture, 0);
        bt_run *second = complete_in_pieces(&fixture, 0, stops, 4);
        assert_same_state(whole, second);
        bt_run_destroy(whole);
        bt_run_destroy(second);
        close_experiment(&fixture);
    }
}

/* Of 3000 listings all, the first half, and the second: shares of plays add up. */
static void outcomes_leave_the_warm_up_out(void **state)
{
    (void)state;
    static const int listings[] = {3000, 1500, 3000}, warm_up[] = {0, 0, 1500};
    double manual[3][2], sold[3][2];
    for (size_t k = 0; k < 3; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture, market_text, listings[k], warm_up[k], "accept_all");
        bt_run *run = complete_run(&fixture, 0);
        read_outcome(&fixture, run, "share_manual", manual[k]);
        read_outcome(&fixture, run, "overall_sale_probability", sold[k]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    for (size_t seller = 0; seller < 2; seller++) {
        assert_true(manual[1][seller] != manual[2][seller]);
        assert_true(fabs(manual[1][seller] + manual[2][seller] - 2 * manual[0][seller]) < 1e-9);
        assert_true(fabs(sold[1][seller] + sold[2][seller] - 2 * sold[0][seller]) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_answer_to_each_offer_is_found),
        cmocka_unit_test(an_answer_is_credited_with_what_follows),
        cmocka_unit_test(saved_learners_go_on_as_if_nothing_had_been),
        cmocka_unit_test(outcomes_leave_the_warm_up_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
