/* Bidding rules on cases by hand: UCBid's bounds, ExpTree against weights on every interval
 * written out, WIN-EXP's unbiased estimates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "agents/bidders/registry.h"
#include "tests/experiment_fixture.h"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

typedef struct lone_bidder {
    experiment_fixture fixture;
    bt_arena *arena;
    bt_bidder_setting setting;
    const bt_bidder_type *type;
    void *self;
    uint64_t round;
} lone_bidder;

/* `settings`: "policy: ..., ..." */
static void open_lone_bidder(lone_bidder *lone, const char *settings, double horizon,
                             bt_payment payment)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "format: 1\nname: t\nseed: 1\nhorizon: {periods: 1}\nmarket: {type: auction}\n"
             "sellers: [{name: house, policy: fixed, price: 0}]\nbidders: [{name: b, %s}]\n",
             settings);
    read_experiment(&lone->fixture, text);
    const bt_registered *entry = lone->fixture.experiment.bidders.element;
    lone->arena = bt_arena_create();
    lone->type = (const bt_bidder_type *)entry->type;
    lone->round = 0;
    lone->setting = (bt_bidder_setting){.name = "b",
                                        .n_bidders = 1,
                                        .payment = payment,
                                        .horizon = horizon,
                                        .key = bt_random_key_of(1, 0, 0),
                                        .arena = lone->arena};
    bt_error error;
    fail_on(lone->type->create(entry->parameters, &lone->setting, &lone->self, &error), &error);
}

static void close_lone_bidder(lone_bidder *lone)
{
    bt_arena_destroy(lone->arena);
    close_experiment(&lone->fixture);
}

static double lone_bid(lone_bidder *lone)
{
    bt_bidder_view view = {.round = lone->round, .value = NAN};
    return lone->type->bid(lone->self, &view);
}

static void lone_observe(lone_bidder *lone, bool won, double value, double rival_bid)
{
    bt_bidder_feedback feedback = {.round = lone->round++,
                                   .won = won,
                                   .price = won ? rival_bid : 0,
                                   .value = won ? value : NAN,
                                   .rival_bid = rival_bid};
    lone->type->observe(lone->self, &feedback);
}

/* ---- UCBid ---- */

static void ucbid_bids_its_bound(void **state)
{
    (void)state;
    lone_bidder lone;
    open_lone_bidder(&lone, "policy: ucbid", 100, BT_SECOND_PRICE);
    assert_close(lone_bid(&lone), 1, 0);
    lone_observe(&lone, false, NAN, 1); /* lost: it knows no more */
    assert_close(lone_bid(&lone), 1, 0);
    double sum = 0;
    for (int wins = 1; wins <= 40; wins++) {
        sum += wins % 4 == 0;
        lone_observe(&lone, true, wins % 4 == 0, 0.1);
        double t = wins + 2;
        assert_close(lone_bid(&lone), fmin(sum / wins + sqrt(3 * log(t) / (2 * wins)), 1),
                     1e-14);
    }
    assert_true(lone_bid(&lone) < 1);
    close_lone_bidder(&lone);
}

/* ---- ExpTree ---- */

enum { MOST_INTERVALS = 2000 };

/* Weights of all intervals in order, the plain way. */
typedef struct interval_list {
    double edge[MOST_INTERVALS + 1];
    double log_density[MOST_INTERVALS];
    size_t count;
} interval_list;

static void split_interval(interval_list *list, double m)
{
    size_t k = 0;
    while (k < list->count && list->edge[k + 1] < m)
        k++;
    if (list->edge[k] == m || list->edge[k + 1] == m)
        return;
    for (size_t i = list->count; i > k; i--) {
        list->edge[i + 1] = list->edge[i];
        list->log_density[i] = list->log_density[i - 1];
    }
    list->edge[k + 1] = m;
    list->count++;
}

static double weight_of(const interval_list *list, size_t k, double largest)
{
    return (list->edge[k + 1] - list->edge[k]) * exp(list->log_density[k] - largest);
}

static double largest_density(const interval_list *list)
{
    double largest = -INFINITY;
    for (size_t k = 0; k < list->count; k++)
        largest = fmax(largest, list->log_density[k]);
    return largest;
}

/* The bid that two uniform numbers pick. */
static double pick_bid(const interval_list *list, double which, double where)
{
    double largest = largest_density(list), total = 0, sum = 0;
    size_t k = 0;
    for (size_t i = 0; i < list->count; i++)
        total += weight_of(list, i, largest);
    while (k + 1 < list->count && (sum += weight_of(list, k, largest)) <= which * total)
        k++;
    return list->edge[k] + (list->edge[k + 1] - list->edge[k]) * where;
}

static void weigh_intervals(interval_list *list, double m, bool won, double gain, double rate)
{
    double largest = largest_density(list), total = 0, happened = 0;
    for (size_t k = 0; k < list->count; k++) {
        total += weight_of(list, k, largest);
        happened += (list->edge[k] >= m) == won ? weight_of(list, k, largest) : 0;
    }
    for (size_t k = 0; k < list->count; k++)
        if ((list->edge[k] >= m) == won)
            list->log_density[k] += rate * (gain - 1) * total / happened;
}

enum rival_order { ANY_ORDER, REPEATING, FALLING };

/* Both see the same rounds; the tree's bid is the one that its draws pick from the list. */
static void check_tree(enum rival_order order)
{
    static interval_list list;
    lone_bidder lone;
    const double rate = 0.01; /* at a larger one rounding errors grow from round to round */
    open_lone_bidder(&lone, "policy: exp_tree, learning_rate: 0.01", 1000, BT_SECOND_PRICE);
    list.count = 1;
    list.edge[0] = 0;
    list.edge[1] = 1;
    list.log_density[0] = 0;
    bt_stream draws = bt_stream_open(lone.setting.key, BT_AGENT_BUYER(0), 0);
    bt_stream world = bt_stream_open(lone.setting.key, BT_AGENT_MARKET, 9);
    for (int t = 0; t < 1000; t++) {
        double which = bt_stream_uniform(&draws), where = bt_stream_uniform(&draws);
        double bid = lone_bid(&lone);
        assert_close(bid, pick_bid(&list, which, where), 1e-7);
        double m = bt_stream_uniform(&world), value = bt_stream_uniform(&world);
        if (order == REPEATING)
            m = floor(m * 8) / 8; /* also 0, which all bids beat */
        if (order == FALLING)
            m = 0.9 - 0.0008 * t;
        bool won = bid > m;
        lone_observe(&lone, won, value, m);
        split_interval(&list, m);
        weigh_intervals(&list, m, won, won ? value - m : 0, rate);
    }
    close_lone_bidder(&lone);
}

static void exp_tree_weighs_every_interval(void **state)
{
    (void)state;
    check_tree(ANY_ORDER);
    check_tree(REPEATING);
    check_tree(FALLING);
}

/* ---- WIN-EXP ---- */

/* One round from the uniform distribution: the bids' weights after it are known. Half of 5
 * bids beat m = 0.4: those of 0.5, 0.75, 1. */
static void win_exp_weighs_by_what_happened(void **state)
{
    (void)state;
    for (int payment = 0; payment < 2; payment++) {
        lone_bidder lone;
        open_lone_bidder(&lone, "policy: win_exp, bids: 5, learning_rate: 0.3", 10,
                         (bt_payment)payment);
        bool won = lone_bid(&lone) > 0.4;
        lone_observe(&lone, won, 0.9, 0.4);
        double weight[5], total = 0;
        for (int k = 0; k < 5; k++) {
            double price = payment == BT_FIRST_PRICE ? 0.25 * k : 0.4;
            double estimate = (k >= 2) != won ? 0 : won ? (0.9 - price - 1) / 0.6 : -1 / 0.4;
            weight[k] = exp(0.3 * estimate);
            total += weight[k];
        }
        /* the next bid is that of its draw */
        bt_stream draws = bt_stream_open(lone.setting.key, BT_AGENT_BUYER(0), 0);
        bt_stream_uniform(&draws);
        double rest = bt_stream_uniform(&draws) * total;
        int k = 0;
        while (k < 4 && (rest -= weight[k]) >= 0)
            k++;
        assert_close(lone_bid(&lone), 0.25 * k, 0);
        close_lone_bidder(&lone);
    }
}

/* Long against one rival bid, both weighers bid on the right side of it: below where the
 * value is lower, above where it is higher. */
static void weighers_learn_the_side(void **state)
{
    (void)state;
    const char *policy[] = {"policy: exp_tree, width: 0.3", "policy: win_exp"};
    const double value[] = {0.1, 0.9};
    for (int k = 0; k < 4; k++) {
        lone_bidder lone;
        open_lone_bidder(&lone, policy[k % 2], 3000, BT_SECOND_PRICE);
        int n_above = 0;
        for (int t = 0; t < 3000; t++) {
            bool won = lone_bid(&lone) > 0.4;
            n_above += t >= 2000 && won;
            lone_observe(&lone, won, value[k / 2], 0.4);
        }
        if (k / 2 == 0)
            assert_true(n_above < 50);
        else
            assert_true(n_above > 950);
        close_lone_bidder(&lone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ucbid_bids_its_bound),
        cmocka_unit_test(exp_tree_weighs_every_interval),
        cmocka_unit_test(win_exp_weighs_by_what_happened),
        cmocka_unit_test(weighers_learn_the_side),
    };
    return cmocka_run_group_tests_name("agents.test_bidders", tests, NULL, NULL);
}
