/* The audit of runs whose every price is known in advance: regret, swap regret and profit
 * gain against brute force, however play is counted and whenever sellers move, and the
 * responses of strategies written by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"

#define HEAD "format: 1\nname: test\nseed: 3\n"
#define TWO_SELLERS                                                                            \
    "sellers: [{name: s1, policy: fixed, price: 1}, {name: s2, policy: fixed, price: 1}]\n"    \
    "record: {every: 100, series: [price]}\n"

enum { SELLERS = 2, MOST_PRICES = 300, REMEMBERED = 9, MOST_PERIODS = 400 };

/* A seller on n equidistant prices from 1.2 to 2.2 that plays by script, or by a strategy
 * on the last prices of both: its action in state 3 a_1 + a_2. */
typedef struct player {
    size_t n_prices;
    uint64_t seed;
    const uint64_t *strategy; /* [REMEMBERED]; NULL: it plays its script */
    size_t memory;
    double price[MOST_PRICES];
    uint64_t n_moves;
} player;

static uint64_t scripted(const player *of, uint64_t move)
{
    uint64_t bits = (move + 1) * 0x9e3779b97f4a7c15u ^ of->seed * 0xbf58476d1ce4e5b9u;
    return (bits ^ bits >> 29) * 0x94d049bb133111ebu % of->n_prices;
}

static player make_player(size_t n_prices, uint64_t seed)
{
    player made = {.n_prices = n_prices, .seed = seed};
    for (size_t k = 0; k < n_prices; k++)
        made.price[k] = 1.2 + (double)k / (double)(n_prices - 1);
    return made;
}

static bt_status create(const void *parameters, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    (void)setting;
    (void)error;
    *self = (void *)(uintptr_t)parameters;
    ((player *)*self)->n_moves = 0;
    return BT_OK;
}

static size_t actions(const void *self, const double **action_price)
{
    const player *seller = self;
    *action_price = seller->price;
    return seller->n_prices;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    player *seller = self;
    uint64_t action = seller->strategy == NULL ? scripted(seller, seller->n_moves)
                      : view->joint_action == BT_NO_ACTION
                          ? seller->strategy[REMEMBERED - 1]
                          : seller->strategy[seller->memory > 0 ? view->joint_action : 0];
    seller->n_moves++;
    *own_price = seller->price[action];
    return action;
}

static size_t n_states(const void *self, size_t *memory)
{
    const player *seller = self;
    *memory = seller->memory;
    return seller->strategy == NULL ? 0 : seller->memory > 0 ? REMEMBERED : 1;
}

static uint64_t greedy_action(const void *self, size_t state)
{
    return ((const player *)self)->strategy[state];
}

static const bt_seller_type player_type = {
    .described = {.name = "player", .summary = "", .source = ""},
    .feedback = BT_SEES_RIVAL_PRICES,
    .create = create,
    .actions = actions,
    .decide = decide,
    .n_states = n_states,
    .greedy_action = greedy_action,
};

static void plant(bt_experiment *experiment, player *players, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bt_registered *entry = (bt_registered *)experiment->sellers.element + i;
        entry->type = &player_type.described;
        entry->parameters = &players[i];
    }
}

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g differs from %.12g by more than %g", value, expected, tolerance);
}

/* ---- brute force ---- */

/* Expected profit of the first of two prices, size 1. */
static double weight_of(double price)
{
    return exp((2 - price) / .25);
}

static double profit_against(double own, double rivals_weight)
{
    return (own - 1) * weight_of(own) / (weight_of(own) + rivals_weight + 1);
}

static double profit(double own, double rival)
{
    return profit_against(own, weight_of(rival));
}

/* What was played when, for how long. */
typedef struct played {
    uint64_t action[SELLERS];
    double duration;
} played;

static double brute_regret(const player players[SELLERS], const played *play, size_t count,
                           size_t i)
{
    double best = -INFINITY, time = 0;
    for (size_t k = 0; k < players[i].n_prices; k++) {
        double gain = 0;
        time = 0;
        for (size_t t = 0; t < count; t++) {
            double rival = players[1 - i].price[play[t].action[1 - i]];
            gain += play[t].duration * (profit(players[i].price[k], rival) -
                                        profit(players[i].price[play[t].action[i]], rival));
            time += play[t].duration;
        }
        best = fmax(best, gain / time);
    }
    return best;
}

static double brute_swap_regret(const player players[SELLERS], const played *play, size_t count,
                                size_t i)
{
    double total = 0, time = 0;
    for (size_t t = 0; t < count; t++)
        time += play[t].duration;
    for (size_t from = 0; from < players[i].n_prices; from++) {
        double best = 0;
        for (size_t to = 0; to < players[i].n_prices; to++) {
            double gain = 0;
            for (size_t t = 0; t < count; t++) {
                double rival = players[1 - i].price[play[t].action[1 - i]];
                if (play[t].action[i] == from)
                    gain += play[t].duration * (profit(players[i].price[to], rival) -
                                                profit(players[i].price[from], rival));
            }
            best = fmax(best, gain);
        }
        total += best / time;
    }
    return total;
}

static double brute_delta(const experiment_fixture *fixture, const player players[SELLERS],
                          const played *play, size_t count)
{
    double nash = benchmark(fixture, "nash_profit")[0];
    double joint = benchmark(fixture, "joint_profit")[0];
    double sum = 0, time = 0;
    for (size_t t = 0; t < count; t++) {
        double p = players[0].price[play[t].action[0]], q = players[1].price[play[t].action[1]];
        sum += play[t].duration * (profit(p, q) + profit(q, p)) / 2;
        time += play[t].duration;
    }
    return (sum / time - nash) / (joint - nash);
}

static void assert_audited(const experiment_fixture *fixture, bt_run *run,
                           const player players[SELLERS], const played *play, size_t count)
{
    double regret[SELLERS], swap[SELLERS], time = 0;
    for (size_t t = 0; t < count; t++)
        time += play[t].duration;
    assert_close(real_outcome(fixture, run, "audit_time"), time, 1e-9);
    assert_close(real_outcome(fixture, run, "audit_delta"),
                 brute_delta(fixture, players, play, count), 1e-9);
    read_outcome(fixture, run, "audit_regret", regret);
    read_outcome(fixture, run, "audit_swap_regret", swap);
    double largest = -INFINITY;
    for (size_t i = 0; i < SELLERS; i++) {
        assert_close(regret[i], brute_regret(players, play, count, i), 1e-12);
        assert_close(swap[i], brute_swap_regret(players, play, count, i), 1e-12);
        largest = fmax(largest, regret[i]);
    }
    assert_true(real_outcome(fixture, run, "audit_largest_regret") == largest);
    assert_close(real_outcome(fixture, run, "audit_relative_regret"),
                 largest / benchmark(fixture, "nash_profit")[0], 1e-12);
}

/* ---- periods ---- */

static void check_periods(size_t n_prices, int periods, double window, const char *buyers)
{
    experiment_fixture fixture;
    char text[2048];
    snprintf(text, sizeof(text),
             HEAD CALVANO_MARKET "  audit: {window: %g, swap_regret: true}\n" TWO_SELLERS
                                 "horizon: {periods: %d}\nbuyers: %s\n",
             window, periods, buyers);
    read_experiment(&fixture, text);
    player players[SELLERS] = {make_player(n_prices, 1), make_player(n_prices, 2)};
    plant(&fixture.experiment, players, SELLERS);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    played play[MOST_PERIODS];
    size_t count = (size_t)(periods * window), first = (size_t)periods - count;
    for (size_t t = 0; t < count; t++)
        play[t] =
            (played){{scripted(&players[0], first + t), scripted(&players[1], first + t)}, 1};
    assert_audited(&fixture, run, players, play, count);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void figures_are_those_of_brute_force(void **state)
{
    (void)state;
    check_periods(7, 400, .5, "{type: expected}");
    check_periods(3, 100, 1, "{type: expected}");
    check_periods(15, 400, .05, "{type: expected}");
}

static void sampled_buyers_leave_regret_in_expected_profit(void **state)
{
    (void)state;
    check_periods(7, 400, .5, "{type: logit, population: 3}");
}

/* 90,000 joint actions: profits are summed, not joint actions counted. */
static void large_games_are_audited_by_sums(void **state)
{
    (void)state;
    check_periods(MOST_PRICES, 40, .5, "{type: expected}");
}

/* Three sellers of 130 prices have no table: profits from weights, or where the demand is
 * not plain logit (but nested with nests that do not correlate) by evaluating it. */
static void check_without_table(const char *demand)
{
    enum { THREE = 3, PRICES = 130, PERIODS = 40 };
    experiment_fixture fixture;
    char text[2048];
    snprintf(text, sizeof(text),
             HEAD "market:\n  type: posted_price\n  demand: %s\n  products:\n"
                  "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
                  "    - {name: B, seller: s2, quality: 2, cost: 1}\n"
                  "    - {name: C, seller: s3, quality: 2, cost: 1}\n"
                  "sellers: [{name: s1, policy: fixed, price: 1},\n"
                  "          {name: s2, policy: fixed, price: 1},\n"
                  "          {name: s3, policy: fixed, price: 1}]\n"
                  "record: {every: 100, series: [price]}\nhorizon: {periods: %d}\n",
             demand, PERIODS);
    read_experiment(&fixture, text);
    player players[THREE] = {make_player(PRICES, 1), make_player(PRICES, 2),
                             make_player(PRICES, 3)};
    plant(&fixture.experiment, players, THREE);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    double regret[THREE];
    read_outcome(&fixture, run, "audit_regret", regret);
    for (size_t i = 0; i < THREE; i++) {
        double best = -INFINITY;
        for (size_t k = 0; k < PRICES; k++) {
            double gain = 0;
            for (uint64_t t = PERIODS / 2; t < PERIODS; t++) {
                double rivals = 0;
                for (size_t j = 0; j < THREE; j++)
                    if (j != i)
                        rivals += weight_of(players[j].price[scripted(&players[j], t)]);
                gain += profit_against(players[i].price[k], rivals) -
                        profit_against(players[i].price[scripted(&players[i], t)], rivals);
            }
            best = fmax(best, gain / (PERIODS / 2));
        }
        assert_close(regret[i], best, 1e-12);
    }
    assert_true(isfinite(real_outcome(&fixture, run, "audit_delta")));
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void games_without_a_table_are_audited(void **state)
{
    (void)state;
    check_without_table("{model: logit, scale: 0.25, outside_utility: 0}");
    check_without_table("{model: nested_logit, scale: 0.25, outside_utility: 0,"
                        " nests: {rho: 0, groups: [[A, B, C]]}}");
}

static void missing_bands_are_said_to_be_missing(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture, HEAD CALVANO_MARKET "  audit: {largest_game: 48}\n" TWO_SELLERS
                                                  "horizon: {periods: 100}\n");
    player players[SELLERS] = {make_player(7, 1), make_player(7, 2)};
    plant(&fixture.experiment, players, SELLERS);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    assert_true(isnan(*benchmark(&fixture, "grid_coarse_delta_lowest")));
    assert_true(isnan(*benchmark(&fixture, "grid_correlated_delta_highest")));
    assert_true(isnan(real_outcome(&fixture, run, "audit_least_regret")));
    assert_int_equal(integer_outcome(&fixture, run, "audit_certificate"), -1);
    assert_true(real_outcome(&fixture, run, "audit_largest_regret") > 0);
    assert_int_not_equal(integer_outcome(&fixture, run, "audit_verdict"), -1);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* ---- time ---- */

enum { MOST_STRETCHES = 200 };

/* Seller i moves at offset_i + k every_i; stretches of standing prices from `start` on. */
static size_t stretches(const player players[SELLERS], const double every[SELLERS],
                        double start, double end, played *play)
{
    uint64_t move[SELLERS] = {0, 0};
    double now = 0;
    size_t count = 0;
    while (now < end) {
        double next = fmin((double)(move[0] + 1) * every[0], (double)(move[1] + 1) * every[1]);
        next = fmin(next, end);
        double duration = next - fmax(now, start);
        if (duration > 0) {
            assert_true(count < MOST_STRETCHES);
            play[count++] = (played){
                {scripted(&players[0], move[0]), scripted(&players[1], move[1])}, duration};
        }
        for (size_t i = 0; i < SELLERS; i++)
            move[i] += (double)(move[i] + 1) * every[i] <= next;
        now = next;
    }
    return count;
}

static void play_is_weighed_by_the_time_that_prices_stood(void **state)
{
    (void)state;
    static const char *const buyers[] = {"{type: expected}", "{type: logit, population: 20}"};
    for (size_t b = 0; b < 2; b++) {
        experiment_fixture fixture;
        char text[2048];
        snprintf(text, sizeof(text),
                 HEAD CALVANO_MARKET
                 "  audit: {window: 0.4, swap_regret: true}\n"
                 "sellers: [{name: s1, policy: fixed, price: 1, reprice: {every: 1}},\n"
                 "          {name: s2, policy: fixed, price: 1, reprice: {every: 0.75}}]\n"
                 "record: {every: 7, series: [price]}\n"
                 "horizon: {time: 61}\nbuyers: %s\n",
                 buyers[b]);
        read_experiment(&fixture, text);
        player players[SELLERS] = {make_player(5, 8), make_player(5, 9)};
        plant(&fixture.experiment, players, SELLERS);
        prepare_point(&fixture, 1);
        bt_run *run = complete_run(&fixture, 0);
        played play[MOST_STRETCHES];
        size_t count =
            stretches(players, (const double[SELLERS]){1, .75}, 61 * (1 - .4), 61, play);
        assert_audited(&fixture, run, players, play, count);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- responses ---- */

/* Both high keep high; after anything else both low; after both low, high again: a price
 * war of one period. Grid 1.2, 1.7, 2.2; high is 1.7. */
static const uint64_t one_period_war[REMEMBERED] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
static const uint64_t always_high[REMEMBERED] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

static void open_strategies(experiment_fixture *fixture, const uint64_t *strategy,
                            size_t memory, player players[SELLERS])
{
    read_experiment(fixture, HEAD CALVANO_MARKET "  audit: {response_periods: 5}\n" TWO_SELLERS
                                                 "horizon: {periods: 100}\n");
    for (size_t i = 0; i < SELLERS; i++) {
        players[i] = make_player(3, i);
        players[i].strategy = strategy;
        players[i].memory = memory;
    }
    plant(&fixture->experiment, players, SELLERS);
    prepare_point(fixture, 1);
}

static void assert_prices(const double *price, const double *expected)
{
    for (size_t t = 0; t < 6; t++)
        assert_close(price[t], expected[t], 1e-12);
}

static void at_an_equilibrium_there_is_nothing_to_gain(void **state)
{
    (void)state;
    experiment_fixture fixture;
    player players[SELLERS];
    open_strategies(&fixture, one_period_war, 1, players);
    bt_run *run = complete_run(&fixture, 0);
    assert_int_equal(bt_point_axis_length(fixture.point, BT_AXIS_SELLER_RESPONSE), 12);
    double deviator[12], rival[12], gain[SELLERS], punishment[SELLERS];
    read_outcome(&fixture, run, "deviator_price", deviator);
    read_outcome(&fixture, run, "rival_price", rival);
    read_outcome(&fixture, run, "deviation_gain", gain);
    read_outcome(&fixture, run, "deviation_punishment", punishment);
    assert_true(profit(1.7, 1.7) > profit(1.2, 1.7) && profit(1.7, 1.7) > profit(2.2, 1.7));
    for (size_t i = 0; i < SELLERS; i++) {
        static const double stays[] = {1.7, 1.7, 1.7, 1.7, 1.7, 1.7};
        assert_prices(deviator + 6 * i, stays);
        assert_prices(rival + 6 * i, stays);
        assert_close(gain[i], 0, 1e-15);
        assert_true(punishment[i] == 0);
    }
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* As above on the prices 1.5, 1.9, 2.3, where undercutting 1.9 pays at once. */
static void a_war_deters_where_undercutting_pays(void **state)
{
    (void)state;
    for (int with_memory = 0; with_memory < 2; with_memory++) {
        experiment_fixture fixture;
        player players[SELLERS];
        open_strategies(&fixture, with_memory ? one_period_war : always_high,
                        (size_t)with_memory, players);
        close_experiment(&fixture);
        read_experiment(&fixture,
                        HEAD CALVANO_MARKET "  audit: {response_periods: 5}\n" TWO_SELLERS
                                            "horizon: {periods: 100}\n");
        for (size_t i = 0; i < SELLERS; i++)
            for (size_t k = 0; k < 3; k++)
                players[i].price[k] = 1.5 + .4 * (double)k;
        plant(&fixture.experiment, players, SELLERS);
        prepare_point(&fixture, 1);
        bt_run *run = complete_run(&fixture, 0);
        double deviator[12], rival[12], gain[SELLERS], punishment[SELLERS];
        read_outcome(&fixture, run, "deviator_price", deviator);
        read_outcome(&fixture, run, "rival_price", rival);
        read_outcome(&fixture, run, "deviation_gain", gain);
        read_outcome(&fixture, run, "deviation_punishment", punishment);
        double high = profit(1.9, 1.9), undercut = profit(1.5, 1.9), war = profit(1.5, 1.5);
        assert_true(undercut > high);
        double path = undercut - high + (with_memory ? .95 * (war - high) : 0);
        const double down[] = {1.9, 1.5, with_memory ? 1.5 : 1.9, 1.9, 1.9, 1.9};
        const double other[] = {1.9, 1.9, with_memory ? 1.5 : 1.9, 1.9, 1.9, 1.9};
        for (size_t i = 0; i < SELLERS; i++) {
            assert_prices(deviator + 6 * i, down);
            assert_prices(rival + 6 * i, other);
            assert_close(gain[i], path * (1 - .95) / high, 1e-10);
            assert_close(punishment[i], with_memory ? .4 : 0, 1e-12);
        }
        assert_true(real_outcome(&fixture, run, "audit_delta") > .5);
        assert_int_equal(integer_outcome(&fixture, run, "audit_verdict"),
                         with_memory && path < 0 ? 3 : 2);
        assert_int_equal(integer_outcome(&fixture, run, "audit_certificate"), 1);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- saving ---- */

static void a_saved_run_has_the_same_audit(void **state)
{
    (void)state;
    static const char *const horizon[] = {"{periods: 30000}",
                                          "{periods: 30000, until_stable: 29000}"};
    static const double times[] = {1, 777, 14999, 15000, 15001, 29999};
    for (size_t h = 0; h < 2; h++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD CALVANO_MARKET
                        "sellers: [{name: s1, policy: q_learning, grid: {points: 5}},\n"
                        "          {name: s2, policy: exp3}]\n"
                        "record: {every: 1000, series: [price]}\nhorizon: %s\n",
                        horizon[h]);
        bt_run *straight = complete_run(&fixture, 1);
        bt_run *pieces = complete_in_pieces(&fixture, 1, times, 6);
        assert_same_state(straight, pieces);
        assert_true(real_outcome(&fixture, straight, "audit_largest_regret") ==
                    real_outcome(&fixture, pieces, "audit_largest_regret"));
        bt_run_destroy(straight);
        bt_run_destroy(pieces);
        close_experiment(&fixture);
    }
}

static void sellers_off_grids_are_not_audited(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD CALVANO_MARKET
                    "sellers: [{name: s1, policy: gradient}, {name: s2, policy: exp3}]\n"
                    "horizon: {periods: 100}\n");
    bt_run *run = complete_run(&fixture, 0);
    double regret[SELLERS];
    read_outcome(&fixture, run, "audit_regret", regret);
    assert_true(isnan(regret[0]) && isnan(regret[1]));
    assert_true(isnan(real_outcome(&fixture, run, "audit_delta")));
    assert_int_equal(integer_outcome(&fixture, run, "audit_verdict"), -1);
    assert_int_equal(bt_point_axis_length(fixture.point, BT_AXIS_SELLER_RESPONSE), 0);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_of_brute_force),
        cmocka_unit_test(sampled_buyers_leave_regret_in_expected_profit),
        cmocka_unit_test(large_games_are_audited_by_sums),
        cmocka_unit_test(games_without_a_table_are_audited),
        cmocka_unit_test(missing_bands_are_said_to_be_missing),
        cmocka_unit_test(play_is_weighed_by_the_time_that_prices_stood),
        cmocka_unit_test(at_an_equilibrium_there_is_nothing_to_gain),
        cmocka_unit_test(a_war_deters_where_undercutting_pays),
        cmocka_unit_test(a_saved_run_has_the_same_audit),
        cmocka_unit_test(sellers_off_grids_are_not_audited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
