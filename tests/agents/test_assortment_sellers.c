/* Sellers of assortments: each on a case whose answer is known, all saved and restored. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../experiment_fixture.h"
#include "agents/sellers/registry.h"

#define HEAD "format: 1\nname: t\nseed: 5\nreplications: 1\n"

static const char *const contextual[] = {
    "cap",
    "cap, refit: 0",
    "greedy_mle",
    "ts_mnl",
    "ts_mnl, clip: false",
    "dbl_mnl",
    "dbl_mnl, norm: squared_norm, data: last_episode",
    "cap_ons",
    "ofu_mnl_plus",
    "m3p",
    "ons_mpp",
};
enum { CONTEXTUAL = sizeof(contextual) / sizeof(contextual[0]) };

static const char *const bandits[] = {"mnl_ucb", "mnl_ucb, constant: 1, clip: true",
                                      "mnl_ts_beta", "mnl_ts_beta, start: singletons",
                                      "mnl_ts_correlated"};
enum { BANDITS = sizeof(bandits) / sizeof(bandits[0]) };

static void open_contextual(experiment_fixture *fixture, const char *policy, int periods)
{
    open_experiment(fixture,
                    HEAD "horizon: {periods: %d}\n"
                         "market: {type: assortment, capacity: 2, contexts: random, dimension: "
                         "2, items: [{name: i, seller: s1, count: 4, cost: 0.5}]}\n"
                         "sellers: [{name: s1, policy: %s}]\n"
                         "record: {every: %d, series: [regret, revenue, best_revenue]}\n",
                    periods, policy, periods / 4);
}

static void open_bandit(experiment_fixture *fixture, const char *policy, int periods)
{
    open_experiment(fixture,
                    HEAD
                    "horizon: {periods: %d}\n"
                    "market: {type: assortment, capacity: 2, items: [{name: i, seller: s1, "
                    "count: 5, price: [1, 0.8, 0.5, 0.9, 0.6], attraction: [0.2, 0.9, 1, "
                    "0.6, 0.1]}]}\n"
                    "sellers: [{name: s1, policy: %s}]\n"
                    "record: {every: %d, series: [regret, best_revenue, offer_share]}\n",
                    periods, policy, periods / 4);
}

static void same_state_in_pieces(const experiment_fixture *fixture)
{
    const double times[] = {1, 19, 60, 111};
    assert_saved_runs_go_on(fixture, 0, times, 4);
}

static void all_state_is_saved(void **state)
{
    (void)state;
    experiment_fixture fixture;
    for (size_t k = 0; k < CONTEXTUAL; k++) {
        open_contextual(&fixture, contextual[k], 200);
        same_state_in_pieces(&fixture);
        close_experiment(&fixture);
    }
    for (size_t k = 0; k < BANDITS; k++) {
        open_bandit(&fixture, bandits[k], 200);
        same_state_in_pieces(&fixture);
        close_experiment(&fixture);
    }
}

/* In the last quarter of 4,000 rounds each contextual learner forgoes less than this share
 * of the best revenue; a random offer forgoes more than half. M3P still spends a share
 * d/(d + k) of rounds at random, the samplers and shaken prices pay for their noise. */
static void contextual_learners_learn(void **state)
{
    (void)state;
    const double share[CONTEXTUAL] = {0.02, 0.02, 0.02, 0.05, 0.08, 0.03,
                                      0.05, 0.15, 0.02, 0.2,  0.05};
    for (size_t k = 0; k < CONTEXTUAL; k++) {
        experiment_fixture fixture;
        open_contextual(&fixture, contextual[k], 4000);
        bt_run *run = complete_run(&fixture, 0);
        double forgone =
            *recorded(&fixture, run, "regret", 3) / *recorded(&fixture, run, "best_revenue", 3);
        if (!(forgone >= 0 && forgone < share[k]))
            fail_msg("%s forgoes %g of the best revenue", contextual[k], forgone);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* Under these attractions the best pair is items 1 and 3 of 0 .. 4, worth 0.504: the bandits
 * with practical constants offer little else in the end; the others, with the constants of
 * their proofs, forgo no more at the end than at the start. */
static void bandits_find_the_best_set(void **state)
{
    (void)state;
    const double least[BANDITS] = {0, 0.9, 0.9, 0.9, 0};
    for (size_t k = 0; k < BANDITS; k++) {
        experiment_fixture fixture;
        open_bandit(&fixture, bandits[k], 40000);
        bt_run *run = complete_run(&fixture, 0);
        const double *offered = recorded(&fixture, run, "offer_share", 3);
        double first = *recorded(&fixture, run, "regret", 0);
        double final = *recorded(&fixture, run, "regret", 3);
        if (!(offered[1] >= least[k] && offered[3] >= least[k] && final <= first + 1e-3))
            fail_msg("%s offers the best items in %g and %g of rounds", bandits[k], offered[1],
                     offered[3]);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- one rule by hand: UCB's bounds after known epochs ---- */

static const bt_seller_setting *bandit_setting(bt_arena *arena, size_t n_own, uint32_t capacity)
{
    bt_seller_setting *setting = BT_ARENA_NEW(arena, 1, bt_seller_setting);
    bt_assortment_rules *rules = BT_ARENA_NEW(arena, 1, bt_assortment_rules);
    double *price = BT_ARENA_NEW(arena, n_own, double);
    assert_true(setting != NULL && rules != NULL && price != NULL);
    for (size_t k = 0; k < n_own; k++)
        price[k] = 1;
    *rules = (bt_assortment_rules){.capacity = capacity, .own_given_price = price};
    *setting = (bt_seller_setting){.name = "s1",
                                   .n_own = (uint32_t)n_own,
                                   .own_cost = BT_ARENA_NEW(arena, n_own, double),
                                   .horizon = 1000,
                                   .assortment = rules,
                                   .key = bt_random_key_of(1, 2, 3),
                                   .arena = arena};
    return setting;
}

/* Two items at price 1 of which one may be shown: the one with the higher bound, computed
 * here from the counts. The buyer takes what is shown in every third round. */
static void ucb_bounds_as_by_hand(void **state)
{
    (void)state;
    const struct {
        double constant;
        bool clip;
    } chosen = {0.5, false};
    bt_arena *arena = bt_arena_create();
    const bt_seller_setting *setting = bandit_setting(arena, 2, 1);
    void *self;
    bt_error error;
    fail_on(bt_mnl_ucb_seller.create(&chosen, setting, &self, &error), &error);
    double own_price[2], epochs[2] = {0}, sold[2] = {0}, epoch = 1;
    bool begins = true;
    uint32_t shown = 0;
    int n_changes = 0;
    for (int round = 0; round < 300; round++) {
        double bound[2];
        for (int k = 0; k < 2; k++) {
            double width = 0.5 * log(sqrt(2) * epoch + 1) / epochs[k],
                   mean = sold[k] / epochs[k];
            bound[k] = epochs[k] > 0 ? mean + sqrt(mean * width) + width : 1;
        }
        bool sells = round % 3 == 0;
        uint32_t last = shown;
        bt_buyer_view buyer = {.outside_weight = NAN};
        bt_seller_view view = {.joint_action = BT_NO_ACTION, .buyer = &buyer};
        bt_mnl_ucb_seller.decide(self, &view, own_price);
        assert_true(isfinite(own_price[0]) != isfinite(own_price[1]));
        shown = isfinite(own_price[0]) ? 0u : 1u;
        n_changes += round > 0 && shown != last;
        if (begins)
            assert_true(bound[shown] >= bound[1 - shown]);
        else
            assert_int_equal(shown, last);
        uint32_t taken = sells ? shown : BT_NO_PURCHASE;
        bt_mnl_ucb_seller.observe(self, &(bt_seller_feedback){.purchase = &taken});
        sold[shown] += sells;
        epochs[shown] += !sells;
        epoch += !sells;
        begins = !sells;
    }
    assert_true(n_changes > 10);
    bt_arena_destroy(arena);
}

/* ---- where they do not belong ---- */

static void wrong_markets_are_refused(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_seller_setting setting = {.name = "s1", .n_own = 1, .arena = arena};
    const bt_described *const *entry = bt_seller_registry.entries;
    size_t refused = 0;
    for (size_t k = 0; k < bt_seller_registry.count; k++) {
        const char *name = entry[k]->name;
        bool needs_contexts = strstr(name, "cap") == name || strstr(name, "_mnl") != NULL ||
                              strstr(name, "ofu_") == name ||
                              strstr(name, "greedy_mle") != NULL || strcmp(name, "m3p") == 0 ||
                              strcmp(name, "ons_mpp") == 0;
        bool needs_prices = strstr(name, "mnl_") == name;
        if (!needs_contexts && !needs_prices && strcmp(name, "static_assortment") != 0)
            continue;
        void *self;
        bt_error error;
        const bt_seller_type *type = (const bt_seller_type *)entry[k];
        void *parameters = BT_ARENA_NEW(arena, entry[k]->parameters->struct_size + 1, char);
        assert_int_equal(type->create(parameters, &setting, &self, &error), BT_BAD_INPUT);
        assert_non_null(strstr(error.message, "type assortment"));
        refused++;
    }
    assert_int_equal(refused, 12);
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_state_is_saved),
        cmocka_unit_test(contextual_learners_learn),
        cmocka_unit_test(bandits_find_the_best_set),
        cmocka_unit_test(ucb_bounds_as_by_hand),
        cmocka_unit_test(wrong_markets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
