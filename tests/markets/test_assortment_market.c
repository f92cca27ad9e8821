/* The assortment market: clairvoyants have no regret, others what closed forms say; shares,
 * surplus, mistakes, saving. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../experiment_fixture.h"

#define HEAD "format: 1\nname: t\nseed: 5\nreplications: 1\n"

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

/* Where the last record of a run stands. */
static const double *last(const experiment_fixture *fixture, const bt_run *run,
                          const char *series)
{
    return recorded(fixture, run, series, bt_run_n_records(run) - 1);
}

static void clairvoyant_has_no_regret(void **state)
{
    (void)state;
    const char *contexts[] = {"none", "one_hot", "fixed", "random"};
    for (size_t c = 0; c < 4; c++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "horizon: {periods: 200}\n"
                             "market: {type: assortment, capacity: 3, contexts: %s, items: "
                             "[{name: i, seller: s1, count: 8, cost: 0.3}]}\n"
                             "sellers: [{name: s1, policy: static_assortment}]\n",
                        contexts[c]);
        bt_run *run = complete_run(&fixture, 0);
        assert_close(real_outcome(&fixture, run, "total_regret"), 0, 1e-10);
        assert_close(real_outcome(&fixture, run, "revenue_share"), 1, 1e-12);
        assert_int_equal(integer_outcome(&fixture, run, "iterations"), 200);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* Two sellers of one item each, at prices 2 and 1.5, quality 1 and 0.5, sensitivity 1: all
 * that is expected has a closed form; what is sold agrees within five standard errors (false
 * alarm one in a million). */
static void shares_surplus_and_regret_as_computed(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 40000}\n"
                         "market: {type: assortment, capacity: 1, items: [{name: A, seller: "
                         "s1, quality: 1, cost: 0.5}, {name: B, seller: s2, quality: 0.5, "
                         "cost: 1}]}\n"
                         "sellers: [{name: s1, policy: fixed, price: 2}, {name: s2, policy: "
                         "fixed, price: 1.5}]\n"
                         "record: {every: 40000, series: [regret, revenue, best_revenue, "
                         "profit, consumer_surplus, welfare, price, items_offered]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double weight = exp(-1.0), total = 1 + 2 * weight, q = weight / total;
    assert_close(last(&fixture, run, "revenue")[0], 1.5 * q, 1e-12);
    assert_close(last(&fixture, run, "revenue")[1], 0.5 * q, 1e-12);
    assert_close(*last(&fixture, run, "consumer_surplus"), log(total), 1e-12);
    assert_close(*last(&fixture, run, "welfare"), log(total) + 2 * q, 1e-12);
    assert_close(last(&fixture, run, "price")[0], 2, 1e-12);
    assert_close(last(&fixture, run, "items_offered")[1], 1, 0);
    double error = 1.5 * sqrt(q * (1 - q) / 40000);
    assert_close(last(&fixture, run, "profit")[0], 1.5 * q, 5 * error);
    /* the best response's B solves B (1 + e^-1) = e^{1 - 0.5 - B - 1}; find it by bisection */
    double low = 0, high = 2;
    for (int k = 0; k < 100; k++) {
        double middle = (low + high) / 2;
        if (exp(-0.5 - middle) / (1 + weight) > middle)
            low = middle;
        else
            high = middle;
    }
    assert_close(last(&fixture, run, "best_revenue")[0], low, 1e-10);
    assert_close(last(&fixture, run, "regret")[0], low - 1.5 * q, 1e-10);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* Best responses to best responses: Bertrand-Nash of the logit duopoly of one item each. */
static void clairvoyants_in_competition_reach_nash(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 60}\n"
                         "market: {type: assortment, capacity: 1, items: [{name: A, seller: "
                         "s1, quality: 8, price_sensitivity: 4, cost: 1}, {name: B, seller: "
                         "s2, quality: 8, price_sensitivity: 4, cost: 1}]}\n"
                         "sellers: [{name: s1, policy: static_assortment}, {name: s2, policy: "
                         "static_assortment}]\n"
                         "record: {every: 1, series: [price]}\n");
    bt_run *run = complete_run(&fixture, 0);
    assert_close(last(&fixture, run, "price")[0], 1.4729266600, 1e-9);
    assert_close(last(&fixture, run, "price")[1], 1.4729266600, 1e-9);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void too_many_items_end_the_run(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD "horizon: {periods: 10}\n"
                                   "market: {type: assortment, capacity: 2, items: [{name: i, "
                                   "seller: s1, count: 3, quality: 1}]}\n"
                                   "sellers: [{name: s1, policy: fixed, price: 2}]\n");
    bt_run *run = start_run(&fixture, 0);
    bool finished;
    bt_error error;
    assert_int_not_equal(bt_run_advance(run, INFINITY, &finished, &error), BT_OK);
    assert_non_null(strstr(error.message, "offered 3 items in round 0; at most 2"));
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void saved_runs_go_on(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD "horizon: {periods: 300}\n"
                         "market: {type: assortment, capacity: 2, contexts: random, dimension: "
                         "3, items: [{name: i, seller: s1, count: 4}, {name: k, seller: s2, "
                         "count: 4}]}\n"
                         "sellers: [{name: s1, policy: static_assortment}, {name: s2, policy: "
                         "static_assortment}]\n");
    const double times[] = {1, 77, 150};
    assert_saved_runs_go_on(&fixture, 0, times, 3);
    close_experiment(&fixture);
}

/* Whether the file or its point is refused with this sentence. */
static void refused(const char *market, const char *rest, const char *sentence)
{
    assert_refused(sentence, HEAD "market: {type: assortment, capacity: 2, %s}\n%s", market,
                   rest);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    const char *one = "horizon: {periods: 9}\n"
                      "sellers: [{name: s1, policy: static_assortment}]\n";
    refused("items: [{name: i, seller: s2}]", one, "no items");
    refused("items: [{name: i, seller: s1, count: 3, quality: [1, 2]}]", one, "or 3, not 2");
    refused("items: [{name: i, seller: s1, attraction: 1}]", one, "at a given `price`");
    refused("items: [{name: i, seller: s1, price: 1}, {name: k, seller: s1}]", one, "or none");
    refused("contexts: random, items: [{name: i, seller: s1, quality: 1}]", one, "features");
    refused("items: [{name: i, seller: s1}]",
            "horizon: {time: 9 d}\nsellers: [{name: s1, policy: static_assortment}]\n",
            "counts rounds");
    refused("items: [{name: i, seller: s1}]",
            "horizon: {periods: 9}\nbuyers: {type: logit, population: 3}\n"
            "sellers: [{name: s1, policy: static_assortment}]\n",
            "leave `buyers` out");
    refused("items: [{name: i, seller: s1}]",
            "horizon: {periods: 9}\n"
            "sellers: [{name: s1, policy: static_assortment, reprice: {every: 2}}]\n",
            "`reprice`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clairvoyant_has_no_regret),
        cmocka_unit_test(shares_surplus_and_regret_as_computed),
        cmocka_unit_test(clairvoyants_in_competition_reach_nash),
        cmocka_unit_test(too_many_items_end_the_run),
        cmocka_unit_test(saved_runs_go_on),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
