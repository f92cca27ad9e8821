/* Sellers that learn with networks, in and out of a market: what their networks see, that they
 * find the price that pays, and that a run goes on from a checkpoint as if it had not stopped.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "agents/sellers/neural/network_seller.h"
#include "tests/lone_seller.h"

/* ---- what the network sees ---- */

/* Grid 0.25, 0.5, 0.75, 1: middle 0.625, half range 0.375. */
static void features_by_hand(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: deep_q, memory: 2", 4, 1, 1);
    const bt_network_seller *network = lone.self;
    assert_int_equal(network->n_features, 4);
    uint64_t first = lone_decide(&lone);
    lone_observe(&lone, 0.125, NULL);
    uint64_t second = lone_decide(&lone);
    lone_observe(&lone, 0.5, NULL);
    assert_true(network->feature[0] == (bt_real)(-1 + 2 * (double)second / 3));
    assert_true(network->feature[1] == (bt_real)0.5);
    assert_true(network->feature[2] == (bt_real)(-1 + 2 * (double)first / 3));
    assert_true(network->feature[3] == (bt_real)0.125);
    assert_true(network->before[0] == network->feature[2]);
    assert_true(network->before[2] == 0);
    close_lone_seller(&lone);
}

static void rivals_are_seen_only_where_asked_for(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        lone_seller lone;
        open_lone_seller(&lone,
                         all ? "policy: actor_critic, observes: all" : "policy: actor_critic",
                         4, 1, 1);
        const bt_network_seller *network = lone.self;
        const double price[] = {0.25, 0.8125};
        assert_int_equal(network->n_features, all ? 3 : 2);
        lone_decide(&lone);
        bt_seller_feedback feedback = {
            .duration = 1, .profit = 0.2, .joint_action = BT_NO_ACTION, .price = price};
        lone.type->observe(lone.self, &feedback);
        if (all)
            assert_true(network->feature[2] == (bt_real)0.5);
        close_lone_seller(&lone);
    }
}

/* ---- a price that pays best ---- */

/* The third of five prices brings .6, its neighbours .4, the others .2, all with noise. */
static double share_of_best_price(const char *settings, size_t moves)
{
    lone_seller lone;
    open_lone_seller(&lone, settings, 5, 1, 3);
    bt_stream noise = bt_stream_open(bt_random_key_of(1, 2, 3), 0, 0);
    double times = 0;
    for (size_t t = 0; t < moves + 1000; t++) {
        uint64_t action = lone_decide(&lone);
        uint64_t distance = action > 2 ? action - 2 : 2 - action;
        times += t >= moves && distance == 0;
        lone_observe(&lone,
                     0.6 - 0.2 * (double)distance + 0.2 * (bt_stream_uniform(&noise) - 0.5),
                     NULL);
    }
    close_lone_seller(&lone);
    return times / 1000;
}

static void networks_find_the_best_price(void **state)
{
    (void)state;
    /* explores 1 move in 100, and then finds it in 1 of 5 */
    assert_true(share_of_best_price("policy: deep_q, hidden: [16], exploration_decay: 1e-3",
                                    8000) > 0.9);
    assert_true(share_of_best_price("policy: deep_q, hidden: [16], exploration_decay: 1e-3, "
                                    "target: double, memory: 0",
                                    8000) > 0.9);
    assert_true(share_of_best_price("policy: actor_critic, hidden: [16], discount: 0", 20000) >
                0.8);
}

/* ---- in a market ---- */

static const char market[] = "format: 1\nname: test\nseed: 5\nhorizon: {periods: 700}\n"
                             "record: {every: 10, series: [price]}\n"
                             "market:\n"
                             "  type: posted_price\n"
                             "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n"
                             "  products:\n"
                             "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
                             "    - {name: B, seller: s2, quality: 2, cost: 1}\n"
                             "    - {name: C, seller: s2, quality: 2, cost: 1}\n"
                             "sellers:\n"
                             "  - {name: s1, policy: deep_q, memory: 3, observes: all}\n"
                             "  - {name: s2, policy: actor_critic, observes: all, "
                             "grid: {points: 4}, rollout: 20}\n";

static void runs_go_on_from_an_archive(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, "%s", market);
    bt_run *whole = complete_run(&fixture, 0);
    bt_run *begun = start_run(&fixture, 0);
    assert_false(advance_run(begun, 333));
    bt_archive *saved = bt_archive_create(), *restored;
    bt_run_archive(begun, saved);
    size_t size;
    const void *bytes = bt_archive_bytes(saved, &size);
    bt_error error;
    fail_on(bt_archive_open(bytes, size, &restored, &error), &error);
    bt_run *resumed = start_run(&fixture, 0);
    bt_run_archive(resumed, restored);
    fail_on(bt_archive_status(restored, &error), &error);
    assert_true(advance_run(resumed, INFINITY));
    for (size_t record = 0; record < 70; record++)
        assert_memory_equal(recorded(&fixture, whole, "price", record),
                            recorded(&fixture, resumed, "price", record), 3 * sizeof(double));
    bt_archive_destroy(saved);
    bt_archive_destroy(restored);
    bt_run_destroy(whole);
    bt_run_destroy(begun);
    bt_run_destroy(resumed);
    close_experiment(&fixture);
}

static void check_refused(const char *settings, const char *expected)
{
    experiment_fixture fixture;
    char text[2048];
    bt_error error;
    snprintf(text, sizeof(text),
             "format: 1\nname: test\nseed: 1\n" CALVANO_MARKET "horizon: {periods: 1}\n"
             "sellers: [{name: s1, policy: deep_q, hidden: %s},"
             "          {name: s2, policy: fixed, price: 2}]\n",
             settings);
    read_experiment(&fixture, text);
    bt_status status = bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error);
    bt_run *run = NULL;
    if (status == BT_OK)
        status = bt_run_create(fixture.point, 0, &run, &error);
    assert_int_equal(status, BT_BAD_INPUT);
    assert_non_null(strstr(error.message, expected));
    close_experiment(&fixture);
}

static void impossible_networks_are_refused(void **state)
{
    (void)state;
    check_refused("[32, 2.5]", "a layer of 2.5 units");
    check_refused("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "16 layers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_by_hand),
        cmocka_unit_test(rivals_are_seen_only_where_asked_for),
        cmocka_unit_test(networks_find_the_best_price),
        cmocka_unit_test(runs_go_on_from_an_archive),
        cmocka_unit_test(impossible_networks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
