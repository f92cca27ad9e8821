/*
 * The best-offer market: worths and payoffs, counts, and that runs depend on nothing but
 * their seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "markets/bargaining/listing_population.h"
#include "markets/bargaining/negotiation.h"
#include "markets/bargaining/tally.h"
#include "markets/bargaining/worth.h"
#include "sim/trace.h"
#include "tests/experiment_fixture.h"

#define EXPERIMENT                                                                             \
    "format: 1\nname: t\nseed: 3\nhorizon: {periods: 3000}\n"                                  \
    "market: {type: bargaining, plays: 2, worth_plays: 20}\n"                                  \
    "sellers:\n"                                                                               \
    "  - {name: human, policy: human_bargainer}\n"                                             \
    "  - {name: slide, policy: heuristic_bargainer}\n"                                         \
    "buyers: {type: human_bargainers}\n"                                                       \
    "record: {every: 1000}\n"

enum { HUMAN, SLIDE, SELLERS };

/* ---- worths ---- */

static void a_worth_solves_its_recursion(void **state)
{
    (void)state;
    static const double discounts[] = {0, 0.3, 0.7, 0.99};
    for (size_t k = 0; k < 4; k++) {
        bt_worth worth = bt_worth_of(100, 40, 40 * 80.0, 40 * 6500.0, discounts[k]);
        double p = worth.sale_probability, v = worth.value;
        assert_true(p == 0.4 && worth.price == 80);
        assert_true(fabs(v - (p * 80 + (1 - p) * discounts[k] * v)) < 1e-12);
        assert_true(fabs(worth.sale_probability_error - sqrt(0.4 * 0.6 / 100)) < 1e-15);
        double variance = (40 * 6500.0 - 40 * 6400.0) / 39;
        assert_true(fabs(worth.price_error - sqrt(variance / 40)) < 1e-12);
    }
    assert_true(bt_worth_of(100, 40, 3200, 260000, 0).value == 0.4 * 80);
    assert_true(bt_worth_of(100, 40, 3200, 260000, 1).value == 80);
    assert_true(bt_worth_of(100, 0, 0, 0, 0.7).value == 0);
    assert_true(bt_worth_of(100, 0, 0, 0, 1).value == 0);
}

/* The delta method's error against the spread of repeated estimates: 2000 of 100 draws; its
 * standard deviation is known to 1/sqrt(4000), 1.6 %; five of these make a false alarm of about
 * one in a million. */
static void the_error_of_a_worth_is_its_spread(void **state)
{
    (void)state;
    enum { REPEATS = 2000, PLAYS = 100 };
    bt_stream stream = bt_stream_open(bt_random_key_of(5, 0, 0), BT_AGENT_MARKET, 1);
    double sum = 0, squares = 0, errors = 0;
    for (int r = 0; r < REPEATS; r++) {
        uint64_t sales = 0;
        double total = 0, total_squares = 0;
        for (int k = 0; k < PLAYS; k++)
            if (bt_stream_uniform(&stream) < 0.5) {
                double price = 50 + 50 * bt_stream_uniform(&stream);
                sales++;
                total += price;
                total_squares += price * price;
            }
        bt_worth worth = bt_worth_of(PLAYS, sales, total, total_squares, 0.7);
        sum += worth.value;
        squares += worth.value * worth.value;
        errors += worth.value_error;
    }
    double mean = sum / REPEATS, spread = sqrt(squares / REPEATS - mean * mean);
    assert_true(fabs(errors / REPEATS / spread - 1) < 0.08);
}

/* ---- listings ---- */

static const bt_listing_population *population(experiment_fixture *fixture)
{
    read_experiment(fixture, EXPERIMENT);
    return fixture->experiment.market.parameters; /* it comes first there */
}

/* 20,000 listings; shares to five standard errors (false alarms: under one in a million). */
static void listings_are_those_of_their_population(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    experiment_fixture fixture;
    const bt_listing_population *given = population(&fixture);
    bt_random_key key = bt_random_key_of(1, 0, 0);
    size_t rejecting = 0, accepting = 0, above_median = 0;
    double demand_sum = 0, demand_squares = 0;
    for (uint64_t k = 0; k < COUNT; k++) {
        bt_listing listing, again;
        double demand, demand_again;
        bt_listing_draw(given, key, k, 1000, &listing, &demand);
        bt_listing_draw(given, key, k, 1000, &again, &demand_again);
        assert_true(listing.list_price == again.list_price && demand == demand_again);
        assert_int_equal(bt_listing_check(&listing, NULL), BT_OK);
        assert_in_range(listing.list_price, 995, 100000);
        rejecting += listing.auto_reject > 0;
        accepting += listing.auto_accept < listing.list_price;
        above_median += listing.list_price > 6122; /* of the cut lognormal: see below */
        demand_sum += demand;
        demand_squares += demand * demand;
    }
    assert_true(fabs((double)rejecting / COUNT - 0.42) < 5 * sqrt(0.42 * 0.58 / COUNT));
    assert_true(fabs((double)accepting / COUNT - 0.15) < 5 * sqrt(0.15 * 0.85 / COUNT));
    assert_true(fabs(demand_sum / COUNT) < 5 / sqrt(COUNT));
    assert_true(fabs(demand_squares / COUNT - 1) < 5 * sqrt(2.0 / COUNT));
    /* P(L > 61.22 | 9.95 <= L <= 1000), log L ~ N(3.9, 1.35^2) */
    double low = 0.5 * erfc(-(log(9.95) - 3.9) / 1.35 / sqrt(2));
    double high = 0.5 * erfc(-(log(1000) - 3.9) / 1.35 / sqrt(2));
    double middle = 0.5 * erfc(-(log(61.22) - 3.9) / 1.35 / sqrt(2));
    double share = (high - middle) / (high - low);
    assert_true(fabs((double)above_median / COUNT - share) < 5 * sqrt(0.25 / COUNT));
    bt_arena_destroy(fixture.arena);
    bt_diagnostics_destroy(fixture.diagnostics);
    bt_document_destroy(fixture.document);
}

/* ---- runs ---- */

static void threads_do_not_matter(void **state)
{
    (void)state;
    experiment_fixture alone, shared;
    read_experiment(&alone, EXPERIMENT);
    prepare_point(&alone, 1);
    read_experiment(&shared, EXPERIMENT);
    prepare_point(&shared, 3);
    bt_run *one = complete_run(&alone, 0), *three = complete_run(&shared, 0);
    assert_same_state(one, three);
    bt_run *other = complete_run(&alone, 1);
    assert_int_not_equal(bt_run_fingerprint(one), bt_run_fingerprint(other));
    bt_run_destroy(one);
    bt_run_destroy(three);
    bt_run_destroy(other);
    close_experiment(&alone);
    close_experiment(&shared);
}

static void a_saved_run_goes_on_as_if_nothing_had_been(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, EXPERIMENT);
    static const double stops[] = {1, 700, 2048, 2049, 2999};
    bt_run *whole = complete_run(&fixture, 0);
    bt_run *pieces = complete_in_pieces(&fixture, 0, stops, sizeof(stops) / sizeof(stops[0]));
    assert_same_state(whole, pieces);
    bt_run_destroy(whole);
    bt_run_destroy(pieces);
    close_experiment(&fixture);
}

/* Up to the first offer that no threshold answers nothing depends on the seller. */
static void all_sellers_face_the_same_plays(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, EXPERIMENT);
    bt_run *run = complete_run(&fixture, 0);
    double manual[SELLERS], gain[SELLERS], reward[SELLERS], ratio[SELLERS], payoff[SELLERS];
    double buy_now[SELLERS][BT_FINAL_TURN];
    read_outcome(&fixture, run, "share_manual", manual);
    read_outcome(&fixture, run, "reward_gain", gain);
    read_outcome(&fixture, run, "manual_reward", reward);
    read_outcome(&fixture, run, "payoff_ratio", ratio);
    read_outcome(&fixture, run, "manual_payoff", payoff);
    read_outcome(&fixture, run, "turn_accept", buy_now);
    assert_true(manual[HUMAN] == manual[SLIDE] && manual[HUMAN] > 0.1);
    assert_true(gain[HUMAN] == 0 && ratio[HUMAN] == 1);
    assert_true(fabs(gain[SLIDE] - (reward[SLIDE] - reward[HUMAN])) < 1e-7);
    assert_true(fabs(ratio[SLIDE] - payoff[SLIDE] / payoff[HUMAN]) < 1e-12);
    assert_int_equal(integer_outcome(&fixture, run, "iterations"), 3000);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void records_cover_the_run(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, EXPERIMENT);
    bt_run *run = complete_run(&fixture, 0);
    double mean = 0, sold[SELLERS];
    assert_int_equal(bt_run_n_records(run), 3);
    for (size_t k = 0; k < 3; k++)
        mean += recorded(&fixture, run, "sale_probability", k)[SLIDE] / 3;
    read_outcome(&fixture, run, "overall_sale_probability", sold);
    assert_true(fabs(mean - sold[SLIDE]) < 1e-12);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- the log of offers ---- */

static size_t kind_named(const char *name)
{
    experiment_fixture fixture;
    open_experiment(&fixture, EXPERIMENT);
    const char *const *names;
    size_t count = bt_point_market_type(fixture.point)->event_kinds(&names), kind = 0;
    while (kind < count && strcmp(names[kind], name) != 0)
        kind++;
    assert_in_range(kind, 0, count - 1);
    close_experiment(&fixture);
    return kind;
}

/* Every number of the file follows from the log: here sales and turn 2. */
static void the_log_has_every_offer(void **state)
{
    (void)state;
    experiment_fixture fixture, plain;
    open_experiment(&fixture, "%strace: true\n", EXPERIMENT);
    open_experiment(&plain, EXPERIMENT);
    bt_run *run = complete_run(&fixture, 0), *untraced = complete_run(&plain, 0);
    assert_int_equal(bt_run_fingerprint(run), bt_run_fingerprint(untraced));
    const bt_logged_event *event;
    size_t count, sold = 0, listed = 0, second = 0, accepted = 0;
    bt_error error;
    fail_on(bt_trace_take(bt_run_trace(run), &event, &count, &error), &error);
    size_t is_sold = kind_named("sold"), is_listed = kind_named("listed");
    size_t accepts = kind_named("accept"), first = kind_named("counter");
    size_t last = kind_named("expire"), message = kind_named("message");
    for (size_t k = 0; k < count; k++) {
        size_t kind = (size_t)event[k].kind;
        double turn = 10 * (event[k].outcome - floor(event[k].outcome));
        bool is_move = kind == accepts || (kind >= first && kind <= last);
        listed += kind == is_listed && event[k].agent == SLIDE;
        sold += kind == is_sold && event[k].agent == SLIDE;
        if (is_move && kind != message && event[k].agent == SLIDE && fabs(turn - 2) < 1e-6) {
            second++;
            accepted += kind == accepts;
        }
    }
    double share[SELLERS], moves[SELLERS][BT_FINAL_TURN], accept[SELLERS][BT_FINAL_TURN];
    read_outcome(&fixture, run, "overall_sale_probability", share);
    read_outcome(&fixture, run, "turn_moves", moves);
    read_outcome(&fixture, run, "turn_accept", accept);
    assert_int_equal(listed, 6000);
    assert_true(fabs((double)sold / 6000 - share[SLIDE]) < 1e-12);
    assert_int_equal(second, (size_t)moves[SLIDE][1]);
    assert_true(fabs((double)accepted / (double)second - accept[SLIDE][1]) < 1e-12);
    bt_run_destroy(run);
    bt_run_destroy(untraced);
    close_experiment(&fixture);
    close_experiment(&plain);
}

/* ---- sellers who learn ---- */

typedef struct learner {
    uint64_t answers;
    uint64_t told;
    uint64_t sold;
    uint64_t last;
    bool in_order;
    bool rewards_fit;
} learner;

static bt_status create_learner(const void *parameters, const bt_seller_setting *setting,
                                void **self, bt_error *error)
{
    (void)setting;
    (void)error;
    *self = (void *)(uintptr_t)parameters;
    **(learner **)self = (learner){.in_order = true, .rewards_fit = true};
    return BT_OK;
}

static bt_response accept_and_count(void *self, const bt_bargaining_observation *seen,
                                    bt_stream *stream)
{
    (void)seen;
    (void)stream;
    ((learner *)self)->answers++;
    return (bt_response){.concession = 1};
}

static void be_told(void *self, const bt_bargaining_payoff *payoff)
{
    learner *seller = self;
    seller->told++;
    seller->sold += payoff->is_sold;
    seller->in_order = seller->in_order && payoff->listing >= seller->last;
    seller->last = payoff->listing;
    seller->rewards_fit = seller->rewards_fit && payoff->reward >= 0 && payoff->reward <= 1 &&
                          (!payoff->is_sold || payoff->price >= 9.95 * payoff->reward);
}

static const bt_bargaining_seller learns = {
    .is_prompt = true, .respond = accept_and_count, .learn = be_told};
static const bt_seller_type learner_type = {
    .described = {.name = "learner", .summary = "", .source = ""},
    .create = create_learner,
    .bargaining = &learns};

/* It is told of every play, listing by listing, with any number of threads. */
static void a_learner_is_told_of_every_play(void **state)
{
    (void)state;
    experiment_fixture fixture;
    learner seller;
    read_experiment(&fixture, EXPERIMENT);
    bt_registered *entry = (bt_registered *)fixture.experiment.sellers.element + SLIDE;
    entry->type = &learner_type.described;
    entry->parameters = &seller;
    prepare_point(&fixture, 3);
    bt_run *run = complete_run(&fixture, 0);
    double sold[SELLERS], manual[SELLERS];
    read_outcome(&fixture, run, "overall_sale_probability", sold);
    read_outcome(&fixture, run, "share_manual", manual);
    assert_int_equal(seller.told, 6000);
    assert_true(fabs((double)seller.sold / 6000 - sold[SLIDE]) < 1e-12);
    assert_true(seller.in_order && seller.rewards_fit);
    assert_true((double)seller.answers <= 6000 * manual[SLIDE] && seller.answers > 1000);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- mistakes ---- */

static void assert_no_run(const char *text, const char *sentence)
{
    experiment_fixture fixture;
    bt_error error;
    read_experiment(&fixture, text);
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    if (strstr(error.message, sentence) == NULL)
        fail_msg("%s", error.message);
    bt_arena_destroy(fixture.arena);
    bt_diagnostics_destroy(fixture.diagnostics);
    bt_document_destroy(fixture.document);
}

static void somebody_must_be_a_person(void **state)
{
    (void)state;
    assert_no_run("format: 1\nname: t\nseed: 3\nhorizon: {periods: 10}\n"
                  "market: {type: bargaining}\n"
                  "sellers: [{name: s, policy: accept_all}]\n"
                  "buyers: {type: human_bargainers}\n",
                  "one must be a person");
    assert_no_run(
        "format: 1\nname: t\nseed: 3\nhorizon: {periods: 10}\n"
        "market: {type: bargaining, reference: s}\n"
        "sellers: [{name: s, policy: accept_all}, {name: h, policy: human_bargainer}]\n"
        "buyers: {type: human_bargainers}\n",
        "is no person");
    assert_no_run("format: 1\nname: t\nseed: 3\nhorizon: {time: 10}\n"
                  "market: {type: bargaining}\n"
                  "sellers: [{name: h, policy: human_bargainer}]\n"
                  "buyers: {type: human_bargainers}\n",
                  "counts listings");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worth_solves_its_recursion),
        cmocka_unit_test(the_error_of_a_worth_is_its_spread),
        cmocka_unit_test(listings_are_those_of_their_population),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(a_saved_run_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(all_sellers_face_the_same_plays),
        cmocka_unit_test(records_cover_the_run),
        cmocka_unit_test(the_log_has_every_offer),
        cmocka_unit_test(a_learner_is_told_of_every_play),
        cmocka_unit_test(somebody_must_be_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
