/*
 * Who bargains: people answer with the chances that were published, rules as they are written
 * down.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "agents/bargaining/lookup.h"
#include "agents/bargaining/seller_menu.h"
#include "agents/buyers/registry.h"
#include "agents/sellers/registry.h"
#include "markets/bargaining/bargaining_sides.h"
#include "tests/experiment_fixture.h"

enum { DRAWS = 20000, DAY = BT_SECONDS_IN_DAY };

/* Shares of DRAWS independent draws are held to five standard errors: a false alarm in under
 * one of a million. */
static double tolerance(double share)
{
    return 5 * sqrt(share * (1 - share) / DRAWS) + 1e-9;
}

/* ---- making sides from an experiment ---- */

typedef struct sides {
    experiment_fixture fixture;
    void *seller;
    void *buyers;
    const bt_bargaining_seller *sells;
    const bt_bargaining_buyers *buys;
} sides;

static void open_sides(sides *at, const char *policy)
{
    char text[512];
    snprintf(text, sizeof(text),
             "format: 1\nname: t\nseed: 1\nhorizon: {periods: 1}\nmarket: {type: bargaining}\n"
             "sellers: [{name: h, policy: human_bargainer}, {name: s, policy: %s}]\n"
             "buyers: {type: human_bargainers}\n",
             policy);
    read_experiment(&at->fixture, text);
    const bt_experiment *experiment = &at->fixture.experiment;
    const bt_registered *entry = (const bt_registered *)experiment->sellers.element + 1;
    const bt_seller_type *type = (const bt_seller_type *)entry->type;
    const bt_buyers_type *people = (const bt_buyers_type *)experiment->buyers.type;
    bt_seller_setting seller = {.name = "s", .arena = at->fixture.arena};
    bt_buyers_setting buyers = {.arena = at->fixture.arena};
    bt_error error;
    fail_on(type->create(entry->parameters, &seller, &at->seller, &error), &error);
    fail_on(people->create(experiment->buyers.parameters, &buyers, &at->buyers, &error),
            &error);
    at->sells = type->bargaining;
    at->buys = people->bargaining;
}

static void close_sides(sides *at)
{
    bt_arena_destroy(at->fixture.arena);
    bt_diagnostics_destroy(at->fixture.diagnostics);
    bt_document_destroy(at->fixture.document);
}

static bt_stream stream_at(uint64_t draw)
{
    return bt_stream_open(bt_random_key_of(11, draw, 0), BT_AGENT_MARKET, 1);
}

/* ---- people who sell ---- */

static const bt_listing hundred = {
    .list_price = 10000, .auto_accept = 10000, .window = (int64_t)8 * DAY};

static bt_bargaining_observation offered(uint32_t turn, int64_t price)
{
    return (bt_bargaining_observation){.listing = hundred,
                                       .turn = turn,
                                       .n_threads = 1,
                                       .buyer_price = price,
                                       .seller_price = 10000};
}

typedef struct shares {
    double accept;
    double reject;
    double expire;
    double counter;
} shares;

static shares shares_of_seller(const sides *at, uint32_t turn, int64_t price)
{
    shares found = {0};
    bt_bargaining_observation seen = offered(turn, price);
    for (uint64_t k = 0; k < DRAWS; k++) {
        bt_stream stream = stream_at(k);
        bt_response response = at->sells->respond(at->seller, &seen, &stream);
        found.expire += (double)response.expires / DRAWS;
        found.accept += (double)(!response.expires && response.concession == 1) / DRAWS;
        found.reject += (double)(!response.expires && response.concession == 0) / DRAWS;
        found.counter += (double)(response.concession > 0 && response.concession < 1) / DRAWS;
    }
    return found;
}

static void people_answer_first_offers_as_published(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "human_bargainer");
    /* offer in cents, accept, reject (expired ones, .04, included) of those not expired */
    static const double table[][3] = {{5000, 0.28, 0.21},   {6000, 0.39, 0.14},
                                      {6700, 0.485, 0.12},  {8000, 0.715, 0.092},
                                      {4200, 0.167, 0.318}, {8500, 0.7, 0.103},
                                      {5900, 0.3255, 0.19}}; /* half-way from .55 to .63 */
    for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++) {
        shares found = shares_of_seller(&at, 2, (int64_t)table[k][0]);
        double accept = 0.94 * table[k][1] / 0.96, reject = 0.94 * (table[k][2] - 0.04) / 0.96;
        assert_true(fabs(found.expire - 0.06) < tolerance(0.06));
        assert_true(fabs(found.accept - accept) < tolerance(accept));
        assert_true(fabs(found.reject - reject) < tolerance(reject));
        assert_true(fabs(found.counter + found.accept + found.reject + found.expire - 1) <
                    1e-9);
    }
    close_sides(&at);
}

static void people_accept_more_of_a_higher_standing_offer(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "human_bargainer");
    for (uint32_t turn = 4; turn <= 6; turn += 2) {
        double before = 0;
        for (int64_t price = 5000; price <= 9000; price += 1000) {
            shares found = shares_of_seller(&at, turn, price);
            double logit = (turn == 4 ? -0.45 : -0.35) + 5 * ((double)price / 1e4 - 0.68);
            double expire = turn == 4 ? 0.06 : 0.045;
            double accept = (1 - expire) / (1 + exp(-logit));
            assert_true(fabs(found.accept - accept) < tolerance(accept));
            assert_true(found.accept > before);
            before = found.accept;
        }
    }
    close_sides(&at);
}

static void delays_stay_below_their_limit(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "human_bargainer");
    static const int64_t limits[] = {2, 100, 3600, 86400, 172800};
    for (size_t k = 0; k < 5; k++)
        for (uint64_t d = 0; d < 500; d++) {
            bt_stream stream = stream_at(d);
            assert_in_range(at.sells->delay(at.seller, 2, limits[k], &stream), 1,
                            limits[k] - 1);
        }
    double within_an_hour = 0; /* .470 of the .961 that come at all */
    for (uint64_t d = 0; d < DRAWS; d++) {
        bt_stream stream = stream_at(d);
        within_an_hour +=
            (double)(at.sells->delay(at.seller, 2, 172800, &stream) < 3600) / DRAWS;
    }
    assert_true(fabs(within_an_hour - 0.470 / 0.961) < tolerance(0.489));
    close_sides(&at);
}

/* ---- people who buy ---- */

static shares shares_of_buyer(const sides *at, const bt_thread *thread, double list_price)
{
    shares found = {0};
    bt_listing listing = hundred;
    listing.list_price = llround(100 * list_price);
    bt_bargaining_buyer_view view = {
        .listing = &listing, .turn = thread->n_turns + 1, .thread = thread};
    for (uint64_t k = 0; k < DRAWS; k++) {
        bt_stream stream = stream_at(k);
        bt_buyer_move move = at->buys->move(at->buyers, &view, &stream);
        bool is_silent = move.delay >= (int64_t)2 * DAY;
        found.expire += (double)is_silent / DRAWS;
        found.accept += (double)(!is_silent && move.concession == 1) / DRAWS;
        found.reject += (double)(!is_silent && move.concession == 0) / DRAWS;
        found.counter += (double)(move.concession > 0 && move.concession < 1) / DRAWS;
    }
    return found;
}

/* log10 of the list price 39.81 is 1.6, where chances are as published. */
static void people_react_to_rejections_as_published(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "accept_all");
    double list_price = pow(10, 1.6);
    bt_thread thread = {.n_turns = 2, .seller_price = 3981};
    static const double table[][3] = {
        {0.5, 0.03, 0.685}, {0.75, 0.375, 0.398}, {0.9, 0.78, 0.155}};
    for (size_t k = 0; k < 3; k++) {
        thread.turn[0].concession = table[k][0];
        thread.turn[1] = (bt_turn){.concession = 0};
        shares found = shares_of_buyer(&at, &thread, list_price);
        assert_true(fabs(found.accept - table[k][1]) < tolerance(table[k][1]) + 1e-4);
        assert_true(fabs(found.reject + found.expire - table[k][2]) < tolerance(table[k][2]));
        assert_true(fabs(found.reject - 0.135 * table[k][2]) < tolerance(0.135 * table[k][2]));
        thread.turn[1].is_expired = true;
        shares expired = shares_of_buyer(&at, &thread, list_price);
        double left = table[k][0] < 0.6 ? 0.01 : table[k][0] < 0.8 ? 0.02 : 0.065;
        assert_true(fabs(expired.accept - left) < tolerance(left) + 1e-4);
        thread.turn[1] = (bt_turn){.concession = 0, .is_automatic = true};
        shares automatic = shares_of_buyer(&at, &thread, list_price);
        double share = 0.35 * table[k][1];
        assert_true(fabs(automatic.accept - share) < tolerance(share) + 1e-4);
    }
    close_sides(&at);
}

static void people_react_to_concessions_as_published(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "accept_all");
    bt_thread thread = {.n_turns = 2, .seller_price = 3500};
    static const double table[][3] = {{0.5, 0.2, 0.05}, {0.75, 0.4, 0.325}, {0.8, 0.5, 0.515}};
    for (size_t k = 0; k < 3; k++) {
        thread.turn[0].concession = table[k][0];
        thread.turn[1] = (bt_turn){.concession = table[k][1]};
        shares found = shares_of_buyer(&at, &thread, pow(10, 1.6));
        assert_true(fabs(found.accept - table[k][2]) < tolerance(table[k][2]) + 1e-4);
        double counter = 0.41 * (1 - table[k][2]);
        assert_true(fabs(found.counter - counter) < tolerance(counter) + 1e-4);
        shares dear = shares_of_buyer(&at, &thread, 398.1); /* tenfold: logit - 0.75 */
        double odds = table[k][2] / (1 - table[k][2]) * exp(-0.75);
        assert_true(fabs(dear.accept - odds / (1 + odds)) <
                    tolerance(odds / (1 + odds)) + 1e-4);
    }
    close_sides(&at);
}

static void people_come_as_their_demand_says(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "accept_all");
    for (int demand = -2; demand <= 2; demand++) {
        double came = 0;
        for (uint64_t k = 0; k < DRAWS; k++) {
            int64_t times[64];
            bt_stream stream = stream_at(k);
            size_t count = at.buys->arrive(at.buyers, &hundred, demand, 64, &stream, times);
            came += (double)(count > 0) / DRAWS;
            for (size_t i = 0; i < count; i++)
                assert_in_range(times[i], i > 0 ? times[i - 1] : 0, hundred.window - 1);
        }
        double share = bt_logistic(-1.12 + 1.35 * demand);
        assert_true(fabs(came - share) < tolerance(share));
    }
    close_sides(&at);
}

/* ---- rules ---- */

typedef struct rule_case {
    const char *rule;
    uint32_t turn;
    double day;
    double offer;
    double concession;
} rule_case;

static void rules_are_as_written_down(void **state)
{
    (void)state;
    static const rule_case cases[] = {
        {"slide", 2, 4.96, 0.5, 0},       {"slide", 2, 4.97, 0.5, 1},
        {"slide", 4, 2.48, 0.5, 0.6},     {"slide", 4, 2.49, 0.5, 1},
        {"slide", 6, 1, 0.8, 0.6},        {"slide", 6, 1, 0.81, 1},
        {"november_10", 2, 4.88, 0.5, 0}, {"november_10", 2, 4.89, 0.5, 1},
        {"november_10", 4, 2.08, 0.5, 0}, {"november_10", 4, 2.09, 0.5, 1},
        {"november_10", 6, 1, 0.5, 1},    {"patient", 2, 5.05, 0.5, 0},
        {"patient", 2, 5.06, 0.5, 1},     {"patient", 4, 2.01, 0.5, 0},
        {"patient", 4, 2.02, 0.5, 0.5},   {"patient", 6, 2.04, 0.5, 0},
        {"patient", 6, 2.05, 0.5, 1},     {"impatient", 2, 3.03, 0.5, 0},
        {"impatient", 2, 3.04, 0.5, 1},   {"impatient", 4, 3, 0.5, 1},
        {"impatient", 6, 3, 0.9, 0},      {"human", 2, 1, 0.67, 0.5},
        {"human", 2, 1, 0.68, 1},         {"human", 4, 1, 0.66, 0.5},
        {"human", 4, 1, 0.67, 1},         {"human", 6, 1, 0.1, 1},
    };
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        sides at;
        char policy[64];
        snprintf(policy, sizeof(policy), "heuristic_bargainer, rule: %s", cases[k].rule);
        open_sides(&at, policy);
        bt_turn turns[BT_FINAL_TURN] = {{.time = 0}};
        bt_bargaining_observation seen = offered(cases[k].turn, llround(1e4 * cases[k].offer));
        seen.time = llround(cases[k].day * DAY);
        seen.turns = turns;
        bt_stream stream = stream_at(0);
        bt_response response = at.sells->respond(at.seller, &seen, &stream);
        if (response.expires || response.concession != cases[k].concession)
            fail_msg("%s, turn %u, day %g, offer %g: conceded %g", cases[k].rule,
                     (unsigned)cases[k].turn, cases[k].day, cases[k].offer,
                     response.concession);
        close_sides(&at);
    }
}

static void rules_look_at_what_they_name(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "heuristic_bargainer, rule: patient");
    bt_turn turns[BT_FINAL_TURN] = {{.time = 0}};
    turns[3].time = llround(2.02 * DAY); /* turn 4 was late: now by the offer */
    bt_bargaining_observation seen = offered(6, 6700);
    seen.time = (int64_t)5 * DAY;
    seen.turns = turns;
    bt_stream stream = stream_at(0);
    assert_true(at.sells->respond(at.seller, &seen, &stream).concession == 0.5);
    seen.buyer_price = 6701;
    assert_true(at.sells->respond(at.seller, &seen, &stream).concession == 1);
    close_sides(&at);
    open_sides(&at, "heuristic_bargainer, rule: impatient");
    seen = offered(4, 6000);
    seen.others.recent.best_buyer = 0.51;
    assert_true(at.sells->respond(at.seller, &seen, &stream).concession == 0);
    close_sides(&at);
}

static void the_random_seller_uses_the_whole_menu(void **state)
{
    (void)state;
    sides at;
    open_sides(&at, "random_bargainer");
    bt_bargaining_observation seen = offered(2, 5000);
    double count[BT_MENU_SIZE] = {0};
    for (uint64_t k = 0; k < DRAWS; k++) {
        bt_stream stream = stream_at(k);
        bt_response response = at.sells->respond(at.seller, &seen, &stream);
        for (unsigned item = 0; item < BT_MENU_SIZE; item++) {
            bt_response dish = bt_menu_response(item);
            count[item] += dish.expires == response.expires &&
                           dish.concession == response.concession && !response.has_message;
        }
    }
    for (unsigned item = 0; item < BT_MENU_SIZE; item++)
        assert_true(fabs(count[item] / DRAWS - 1.0 / BT_MENU_SIZE) <
                    tolerance(1.0 / BT_MENU_SIZE));
    close_sides(&at);
}

/* ---- tables that are none ---- */

static void tables_that_are_none_are_refused(void **state)
{
    (void)state;
    double falling[] = {0.5, 0.4}, hours[] = {1, 2}, rising[] = {0.2, 0.4};
    bt_real_list two = {2, falling}, at = {2, hours}, right = {2, rising}, one = {1, hours};
    bt_curve curve;
    bt_time_table times;
    bt_concession_table concessions;
    bt_error error;
    assert_int_equal(bt_curve_make("x", &two, &at, &curve, &error), BT_BAD_INPUT);
    assert_int_equal(bt_curve_make("x", &at, &one, &curve, &error), BT_BAD_INPUT);
    assert_int_equal(bt_time_table_make("x", &at, &two, &times, &error), BT_BAD_INPUT);
    assert_int_equal(bt_time_table_make("x", &at, &right, &times, &error), BT_OK);
    assert_int_equal(bt_concession_table_make("x", &at, &concessions, &error), BT_BAD_INPUT);
    double flat[BT_HUNDREDTHS] = {0};
    bt_real_list all_flat = {BT_HUNDREDTHS, flat};
    assert_int_equal(bt_concession_table_make("x", &all_flat, &concessions, &error),
                     BT_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_answer_first_offers_as_published),
        cmocka_unit_test(people_accept_more_of_a_higher_standing_offer),
        cmocka_unit_test(delays_stay_below_their_limit),
        cmocka_unit_test(people_react_to_rejections_as_published),
        cmocka_unit_test(people_react_to_concessions_as_published),
        cmocka_unit_test(people_come_as_their_demand_says),
        cmocka_unit_test(rules_are_as_written_down),
        cmocka_unit_test(rules_look_at_what_they_name),
        cmocka_unit_test(the_random_seller_uses_the_whole_menu),
        cmocka_unit_test(tables_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
