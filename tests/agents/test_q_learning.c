/* Q-learning beside the published sessions (tests/validation): single agents, exploration,
 * memory, several products, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/spy_seller.h"

#define HEAD "format: 1\nname: test\nseed: 31\n"

static const bt_seller_type sees_rivals = SPY_TYPE(BT_SEES_RIVAL_PRICES);

/* ---- one learner against a stationary world ---- */

/* The most profitable of `points` prices from 1 to 2.5 against a rival at 1.6. */
static size_t best_of_grid(size_t points, double rival)
{
    size_t best = 0;
    double largest = -1;
    for (size_t k = 0; k < points; k++) {
        double price = 1 + 1.5 * (double)k / (double)(points - 1);
        double weight = exp((2 - price) / 0.25);
        double profit = (price - 1) * weight / (weight + exp((2 - rival) / 0.25) + 1);
        if (profit > largest) {
            largest = profit;
            best = k;
        }
    }
    return best;
}

static void check_single_agent(const char *settings)
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET
                    "horizon: {periods: 60000}\n"
                    "sellers: [{name: s1, policy: q_learning, exploration_decay: 2e-4,"
                    "           grid: {points: 11, low: 1, high: 2.5}, %s},"
                    "          {name: s2, policy: fixed, price: 1.6}]\n"
                    "record: {every: 60000, series: [price]}\n",
                    settings);
    for (uint64_t r = 0; r < 10; r++) {
        bt_run *run = complete_run(&fixture, r);
        double price[2], best = 1 + 0.15 * (double)best_of_grid(11, 1.6);
        read_outcome(&fixture, run, "final_price", price);
        assert_int_equal(integer_outcome(&fixture, run, "cycle_length"), 1);
        assert_true(fabs(price[0] - best) < 1e-12);
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

static void a_single_agent_finds_the_best_price(void **state)
{
    (void)state;
    check_single_agent("memory: 0, discount: 0");
    check_single_agent("memory: 0, discount: 0.9");
    check_single_agent("memory: 1, discount: 0.5");
    check_single_agent("memory: 0, initial_q: zero");
    check_single_agent("memory: 0, initial_q: 2");
    check_single_agent("memory: 0, discount: 0, exploration: boltzmann,"
                       " initial_temperature: 1");
    check_single_agent("memory: 0, reprice: {every: 3}");
}

/* A monopolist of two products: the best of all 81 pairs of prices. */
static void a_seller_of_several_products_learns_joint_prices(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 100000}\n"
                         "market:\n"
                         "  type: posted_price\n"
                         "  demand: {scale: 0.25}\n"
                         "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                         "             {name: B, seller: s1, quality: 2.5, cost: 1.4}]\n"
                         "sellers: [{name: s1, policy: q_learning, memory: 0, discount: 0,"
                         "           exploration_decay: 1e-4,"
                         "           grid: {points: 9, low: 1.2, high: 2.8}}]\n"
                         "record: {every: 100000, series: [price]}\n");
    double largest = 0, best[2] = {0};
    for (int a = 0; a < 81; a++) {
        double pa = 1.2 + 0.2 * (a / 9), pb = 1.2 + 0.2 * (a % 9);
        double wa = exp((2 - pa) / 0.25), wb = exp((2.5 - pb) / 0.25);
        double profit = ((pa - 1) * wa + (pb - 1.4) * wb) / (wa + wb + 1);
        if (profit > largest) {
            largest = profit;
            best[0] = pa;
            best[1] = pb;
        }
    }
    for (uint64_t r = 0; r < 5; r++) {
        bt_run *run = complete_run(&fixture, r);
        double price[2];
        read_outcome(&fixture, run, "final_price", price);
        assert_true(fabs(price[0] - best[0]) < 1e-9 && fabs(price[1] - best[1]) < 1e-9);
        bt_run_destroy(run);
    }
    close_experiment(&fixture);
}

/* ---- exploration ---- */

static const bt_seller_type quiet = SPY_TYPE(BT_SEES_OWN_PROFIT);

/* How often each of four prices was charged in 20,000 moves at the start. */
static void count_prices(const char *settings, double count[4])
{
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET
                    "horizon: {periods: 20000}\n"
                    "sellers: [{name: s1, policy: q_learning, memory: 0, %s,"
                    "           grid: {points: 4, low: 1.3, high: 1.9}},"
                    "          {name: s2, policy: fixed, price: 1.6}]\n"
                    "record: {every: 1, series: [price]}\n",
                    settings);
    bt_run *run = complete_run(&fixture, 0);
    memset(count, 0, 4 * sizeof(double));
    for (size_t t = 0; t < 20000; t++)
        count[(size_t)round((recorded(&fixture, run, "price", t)[0] - 1.3) / 0.2)]++;
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* 4.5 standard deviations of a binomial count of 20,000: false alarm below 1e-5. */
static void assert_share(double count, double share)
{
    if (!(fabs(count - 20000 * share) < 4.5 * sqrt(20000 * share * (1 - share)) + 1))
        fail_msg("%g of 20000 is not a share of %g", count, share);
}

static void exploration_is_uniform_and_falls_as_it_should(void **state)
{
    (void)state;
    double count[4];
    /* with Q fixed at zero for all (no learning to speak of) exploration shows alone */
    count_prices("exploration_decay: 0, initial_exploration: 1", count);
    for (size_t a = 0; a < 4; a++)
        assert_share(count[a], 0.25);
    /* the greedy price is known from the start: three quarters of explorations differ;
     * mean exploration is (1 - exp(-2)) / 2 over 20,000 moves of decay 1e-4 */
    count_prices("exploration_decay: 1e-4, discount: 0", count);
    double explored = -expm1(-2) / 2;
    double most = fmax(fmax(count[0], count[1]), fmax(count[2], count[3]));
    assert_share(most, 1 - 0.75 * explored);
    count_prices("exploration_decay: 0, initial_exploration: 0", count);
    assert_true(count[0] + count[1] + count[2] + count[3] == 20000);
    assert_true(fmax(fmax(count[0], count[1]), fmax(count[2], count[3])) == 20000);
}

static void boltzmann_weighs_prices_by_their_values(void **state)
{
    (void)state;
    double count[4], weight[4], total = 0;
    count_prices("exploration: boltzmann, initial_temperature: 1e6, exploration_decay: 0",
                 count);
    for (size_t a = 0; a < 4; a++)
        assert_share(count[a], 0.25);
    /* values are known from the start: profits against the rival's one price */
    count_prices("exploration: boltzmann, initial_temperature: 0.05, exploration_decay: 0,"
                 "discount: 0",
                 count);
    for (size_t a = 0; a < 4; a++) {
        double price = 1.3 + 0.2 * (double)a, w = exp((2 - price) / 0.25);
        weight[a] = exp((price - 1) * w / (w + exp(0.4 / 0.25) + 1) / 0.05);
        total += weight[a];
    }
    for (size_t a = 0; a < 4; a++)
        assert_share(count[a], weight[a] / total);
}

/* ---- memory ---- */

/* A rival that cycles through three prices can be predicted from the last joint action but
 * not without memory; and limit strategies have as many states as memory makes. */
static void memory_makes_the_states(void **state)
{
    (void)state;
    for (int memory = 0; memory <= 2; memory++) {
        spy rival = {.price = {1.3, 1.6, 1.9}, .n_prices = 3, .is_on_grid = true};
        char text[1024];
        snprintf(text, sizeof(text),
                 HEAD CALVANO_MARKET "horizon: {periods: 200000}\n"
                                     "sellers: [{name: s1, policy: q_learning, memory: %d,"
                                     "           discount: 0, exploration_decay: 3e-5,"
                                     "           grid: {points: 7, low: 1, high: 2.2}},"
                                     "          {name: s2, policy: fixed, price: 1}]\n"
                                     "record: {every: 999, series: [price]}\n",
                 memory);
        experiment_fixture fixture;
        read_experiment(&fixture, text);
        plant_spy(&fixture.experiment, 1, &quiet, &rival);
        prepare_point(&fixture, 1);
        size_t n_states = memory == 0 ? 1 : memory == 1 ? 21 : 441;
        assert_int_equal(bt_point_axis_length(fixture.point, BT_AXIS_SELLER_STATE),
                         2 * n_states);
        bt_run *run = complete_run(&fixture, 0);
        int64_t *strategy = calloc(2 * n_states, sizeof(*strategy));
        assert_non_null(strategy);
        read_outcome(&fixture, run, "strategy", strategy);
        assert_true(strategy[0] >= 0 && strategy[0] < 7);
        assert_int_equal(strategy[n_states], -1); /* a spy has no strategy to tell */
        if (memory == 1) {
            /* state = own action * 3 + the rival's; the rival plays the next of three */
            for (size_t own = 2; own <= 4; own++)
                for (size_t rivals = 0; rivals < 3; rivals++) {
                    double next = rival.price[(rivals + 1) % 3], largest = -1;
                    int64_t best = 0;
                    for (int64_t a = 0; a < 7; a++) {
                        double price = 1 + 0.2 * (double)a, w = exp((2 - price) / 0.25);
                        double profit = (price - 1) * w / (w + exp((2 - next) / 0.25) + 1);
                        if (profit > largest) {
                            largest = profit;
                            best = a;
                        }
                    }
                    assert_int_equal(strategy[own * 3 + rivals], best);
                }
        }
        free(strategy);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* ---- what is refused ---- */

static void check_refusal(const char *first, const char *second, const char *words)
{
    experiment_fixture fixture;
    char text[1024];
    snprintf(text, sizeof(text),
             HEAD CALVANO_MARKET "horizon: {periods: 10}\n"
                                 "sellers: [{name: s1, policy: q_learning%s},"
                                 "          {name: s2, policy: %s}]\n",
             first, second);
    read_experiment(&fixture, text);
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    if (strstr(error.message, words) == NULL)
        fail_msg("%s", error.message);
    fixture.point = NULL;
    close_experiment(&fixture);
}

static void what_cannot_be_learnt_is_refused(void **state)
{
    (void)state;
    check_refusal("", "gradient, high: 2", "to remember joint actions all sellers must be on");
    check_refusal(", memory: 0", "gradient, high: 2", "`initial_q: uniform_rivals` needs");
    check_refusal(", memory: 2, grid: {points: 900}", "q_learning", "states are too many");
    check_refusal(", memory: 0, random_numbers: aer2020", "fixed, price: 1",
                  "are those of memory 1");
}

static void streams_of_sellers_differ(void **state)
{
    (void)state;
    spy rival = {.price = {1.3, 1.6, 1.9}, .n_prices = 3, .is_on_grid = true};
    experiment_fixture fixture;
    read_experiment(&fixture, HEAD
                    "market:\n"
                    "  type: posted_price\n"
                    "  demand: {scale: 0.25}\n"
                    "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                    "             {name: B, seller: s2, quality: 2, cost: 1},"
                    "             {name: C, seller: s3, quality: 2, cost: 1}]\n"
                    "horizon: {periods: 64}\n"
                    "sellers: [{name: s1, policy: q_learning}, {name: s2, policy: q_learning},"
                    "          {name: s3, policy: fixed, price: 1}]\n");
    plant_spy(&fixture.experiment, 2, &sees_rivals, &rival);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    size_t n_equal = 0;
    for (size_t t = 0; t < 64; t++)
        n_equal += rival.told_price[t][0] == rival.told_price[t][1];
    assert_true(n_equal < 20); /* 4.3 are expected; more than 20 have probability 1e-8 */
    bt_run_destroy(run);
    close_experiment(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_agent_finds_the_best_price),
        cmocka_unit_test(a_seller_of_several_products_learns_joint_prices),
        cmocka_unit_test(exploration_is_uniform_and_falls_as_it_should),
        cmocka_unit_test(boltzmann_weighs_prices_by_their_values),
        cmocka_unit_test(memory_makes_the_states),
        cmocka_unit_test(what_cannot_be_learnt_is_refused),
        cmocka_unit_test(streams_of_sellers_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
