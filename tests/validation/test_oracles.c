/*
 * The monopolist's oracle (markets/assortment/assortment.h) against golden instances, brute
 * force over subsets, and the instance on which a revenue-ordered prefix fails.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <gsl/gsl_sf_lambert.h>

#include "acceptance.h"
#include "markets/assortment/assortment.h"
#include "sim/random.h"

enum { MOST = 8 };

static void assert_set(const bool *offered, size_t n, const char *expected)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(offered[i], strchr(expected, (int)('0' + i)) != NULL);
}

/* ---- A1 ---- */

static const double golden_cost[] = {.2, .1, .3, 0, .4};
static const double golden_quality[] = {2, 1.5, 1, .5, 0};
static const double golden_coefficient[] = {1, .8, 1.2, .5, 1.5};

static double golden_profit(const double *coefficient, size_t capacity, const char *set,
                            double *price)
{
    bool offered[5];
    double profit;
    assert_int_equal(bt_assortment_with_prices(5, golden_quality, coefficient, golden_cost, 1,
                                               capacity, offered, price, &profit, NULL),
                     BT_OK);
    assert_set(offered, 5, set);
    return profit;
}

static void a1_sets_and_prices(void **state)
{
    (void)state;
    double price[5];
    const double best_price[] = {2.80919735, 2.95919735, 2.74253069, 3.60919735, 2.67586402};
    bool met = true;
    met &= judge_exact("A1 K = 1", 0.914986668644, 1e-12,
                       golden_profit(golden_coefficient, 1, "1", price));
    met &= judge_exact("A1 K = 2", 1.303077174919, 1e-12,
                       golden_profit(golden_coefficient, 2, "13", price));
    met &= judge_exact("A1 K = 3", 1.564537507145, 1e-12,
                       golden_profit(golden_coefficient, 3, "013", price));
    met &= judge_exact("A1 K = 5", 1.609197352924, 1e-12,
                       golden_profit(golden_coefficient, 5, "01234", price));
    double difference = 0;
    for (size_t i = 0; i < 5; i++)
        difference = fmax(difference, fabs(price[i] - best_price[i]));
    /* the stored prices have eight decimals */
    met &= judge_exact("A1 K = 5, largest difference of a price", 0, 5e-9, difference);
    assert_true(met);
}

static void a1_common_coefficient(void **state)
{
    (void)state;
    const double coefficient[] = {1.3, 1.3, 1.3, 1.3, 1.3};
    double price[5], sum = 0;
    double profit = golden_profit(coefficient, 5, "01234", price);
    for (size_t i = 0; i < 5; i++)
        sum += exp(golden_quality[i] - 1.3 * golden_cost[i] - 1);
    bool met = judge_exact("A1 common coefficient, profit", 1.024575069795, 1e-12, profit);
    met &= judge_exact("A1 common coefficient, markup", 1.793805839026, 1e-12,
                       price[2] - golden_cost[2]);
    met &= judge_exact("A1 common coefficient, less Lambert's W", 0, 1e-14,
                       profit - gsl_sf_lambert_W0(sum) / 1.3);
    assert_true(met);
}

static bool judge_set_at_prices(const char *name, size_t capacity, double revenue,
                                const char *set)
{
    const double weight[] = {.9, .5, .8, .3, .7, .2};
    const double unit_revenue[] = {.4, .9, .6, 1, .5, .8};
    bool offered[6];
    double best;
    assert_int_equal(bt_assortment_at_prices(6, weight, unit_revenue, 1, capacity, offered,
                                             &best, NULL, NULL),
                     BT_OK);
    assert_set(offered, 6, set);
    return judge_exact(name, revenue, 1e-12, best);
}

static void a1_sets_at_given_prices(void **state)
{
    (void)state;
    bool met = judge_set_at_prices("A1 given prices, K = 1", 1, .3, "1");
    met &= judge_set_at_prices("A1 given prices, K = 2", 2, .416666666667, "13");
    met &= judge_set_at_prices("A1 given prices, K = 3", 3, .473076923077, "123");
    met &= judge_set_at_prices("A1 given prices, K = 6", 6, .497142857143, "12345");
    assert_true(met);
}

/* ---- A2 ---- */

static size_t count_bits(size_t set)
{
    return (size_t)__builtin_popcountll(set);
}

/* Best revenue over all subsets of at most `capacity`. */
static double brute_force_revenue(size_t n, const double *weight, const double *revenue,
                                  double outside, size_t capacity)
{
    double best = 0;
    for (size_t set = 0; set < (size_t)1 << n; set++) {
        bool offered[MOST];
        for (size_t i = 0; i < n; i++)
            offered[i] = set >> i & 1;
        if (count_bits(set) <= capacity)
            best = fmax(best, bt_assortment_revenue(n, weight, revenue, outside, offered));
    }
    return best;
}

static void a2_sets_at_given_prices(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), BT_AGENT_MARKET, 0);
    double difference = 0;
    for (int trial = 0; trial < 500; trial++) {
        size_t n = 1 + bt_stream_below(&stream, MOST);
        size_t capacity = 1 + bt_stream_below(&stream, n);
        double weight[MOST], revenue[MOST], found;
        bool offered[MOST];
        for (size_t i = 0; i < n; i++) {
            weight[i] = 2 * bt_stream_uniform(&stream);
            revenue[i] = bt_stream_uniform(&stream) - .1;
        }
        double outside = .2 + bt_stream_uniform(&stream);
        size_t iterations;
        assert_int_equal(bt_assortment_at_prices(n, weight, revenue, outside, capacity, offered,
                                                 &found, &iterations, NULL),
                         BT_OK);
        assert_true(iterations <= 8);
        double best = brute_force_revenue(n, weight, revenue, outside, capacity);
        double of_set = bt_assortment_revenue(n, weight, revenue, outside, offered);
        difference = fmax(difference, fmax(fabs(found - best), fabs(found - of_set)));
    }
    assert_true(judge_exact("A2 500 sets at given prices", 0, 1e-14, difference));
}

/* The optimal profit of one set: the root of B = sum_S v_i(B) / w_0, by plain bisection. */
static double profit_of_set(size_t n, const double *a, const double *b, const double *c,
                            double outside, size_t set)
{
    double low = 0, high = 1e3;
    for (int halving = 0; halving < 200; halving++) {
        double middle = (low + high) / 2, sum = 0;
        for (size_t i = 0; i < n; i++)
            if (set >> i & 1)
                sum += exp(a[i] - b[i] * (c[i] + middle) - 1) / b[i];
        if (sum / outside > middle)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void a2_sets_and_prices(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(2, 0, 0), BT_AGENT_MARKET, 0);
    double from_best = 0, from_revenue = 0;
    for (int trial = 0; trial < 200; trial++) {
        size_t n = 1 + bt_stream_below(&stream, MOST);
        size_t capacity = 1 + bt_stream_below(&stream, n);
        double a[MOST], b[MOST], c[MOST], price[MOST], profit, best = 0;
        bool offered[MOST];
        for (size_t i = 0; i < n; i++) {
            a[i] = 4 * bt_stream_uniform(&stream) - 1;
            b[i] = .3 + 2 * bt_stream_uniform(&stream);
            c[i] = bt_stream_uniform(&stream);
        }
        double outside = .2 + 2 * bt_stream_uniform(&stream);
        assert_int_equal(bt_assortment_with_prices(n, a, b, c, outside, capacity, offered,
                                                   price, &profit, NULL),
                         BT_OK);
        for (size_t set = 1; set < (size_t)1 << n; set++)
            if (count_bits(set) <= capacity)
                best = fmax(best, profit_of_set(n, a, b, c, outside, set));
        double weight[MOST], margin[MOST];
        for (size_t i = 0; i < n; i++) {
            weight[i] = exp(a[i] - b[i] * price[i]);
            margin[i] = price[i] - c[i];
        }
        double revenue = bt_assortment_revenue(n, weight, margin, outside, offered);
        from_best = fmax(from_best, fabs(profit - best));
        from_revenue = fmax(from_revenue, fabs(profit - revenue));
    }
    bool met = judge_exact("A2 200 sets with prices", 0, 1e-10, from_best);
    met &= judge_exact("A2 200 sets with prices, profit at these", 0, 1e-12, from_revenue);
    assert_true(met);
}

/* ---- A3 ---- */

static void a3_a_prefix_fails_with_capacity(void **state)
{
    (void)state;
    const double weight[] = {.05, 1, 1};
    const double revenue[] = {1, .9, .8};
    const bool prefix[] = {true, false, false};
    bool offered[3];
    double best;
    bt_assortment_at_prices(3, weight, revenue, 1, 1, offered, &best, NULL, NULL);
    assert_set(offered, 3, "1");
    bool met = judge_exact("A3 optimum", .45, 1e-15, best);
    met &= judge_exact("A3 revenue-ordered prefix", .05 / 1.05, 1e-15,
                       bt_assortment_revenue(3, weight, revenue, 1, prefix));
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a1_sets_and_prices),
        cmocka_unit_test(a1_common_coefficient),
        cmocka_unit_test(a1_sets_at_given_prices),
        cmocka_unit_test(a2_sets_at_given_prices),
        cmocka_unit_test(a2_sets_and_prices),
        cmocka_unit_test(a3_a_prefix_fails_with_capacity),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
