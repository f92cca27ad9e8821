/* The monopolist's oracle against published golden instances and brute force. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include <gsl/gsl_sf_lambert.h>

#include "markets/assortment/assortment.h"
#include "sim/random.h"

enum { MOST = 8 };

static void assert_close(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.15g differs from %.15g by more than %g", value, expected, tolerance);
}

static void assert_set(const bool *offered, size_t n, const char *expected)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(offered[i], strchr(expected, (int)('0' + i)) != NULL);
}

static const double golden_cost[] = {.2, .1, .3, 0, .4};
static const double golden_quality[] = {2, 1.5, 1, .5, 0};
static const double golden_coefficient[] = {1, .8, 1.2, .5, 1.5};

static void golden_prices_and_sets(void **state)
{
    (void)state;
    const struct {
        size_t capacity;
        double profit;
        const char *set;
    } golden[] = {{1, 0.914986668644, "1"},
                  {2, 1.303077174919, "13"},
                  {3, 1.564537507145, "013"},
                  {5, 1.609197352924, "01234"}};
    const double price[] = {2.80919735, 2.95919735, 2.74253069, 3.60919735, 2.67586402};
    bool offered[5];
    double best_price[5], profit;
    for (size_t g = 0; g < 4; g++) {
        assert_int_equal(bt_assortment_with_prices(5, golden_quality, golden_coefficient,
                                                   golden_cost, 1, golden[g].capacity, offered,
                                                   best_price, &profit, NULL),
                         BT_OK);
        assert_close(profit, golden[g].profit, 1e-12);
        assert_set(offered, 5, golden[g].set);
    }
    for (size_t i = 0; i < 5; i++)
        assert_close(best_price[i], price[i], 5e-9);
}

static void common_coefficient_is_a_lambert_w(void **state)
{
    (void)state;
    const double coefficient[] = {1.3, 1.3, 1.3, 1.3, 1.3};
    bool offered[5];
    double price[5], profit, sum = 0;
    bt_assortment_with_prices(5, golden_quality, coefficient, golden_cost, 1, 5, offered, price,
                              &profit, NULL);
    assert_close(profit, 1.024575069795, 1e-12);
    assert_close(price[2] - golden_cost[2], 1.793805839026, 1e-12);
    for (size_t i = 0; i < 5; i++)
        sum += exp(golden_quality[i] - 1.3 * golden_cost[i] - 1);
    assert_close(profit, gsl_sf_lambert_W0(sum) / 1.3, 1e-14);
}

static void golden_sets_at_prices(void **state)
{
    (void)state;
    const double weight[] = {.9, .5, .8, .3, .7, .2};
    const double revenue[] = {.4, .9, .6, 1, .5, .8};
    const struct {
        size_t capacity;
        double revenue;
        const char *set;
    } golden[] = {{1, .3, "1"},
                  {2, .416666666666667, "13"},
                  {3, .473076923076923, "123"},
                  {6, .497142857142857, "12345"}};
    bool offered[6];
    double best;
    for (size_t g = 0; g < 4; g++) {
        bt_assortment_at_prices(6, weight, revenue, 1, golden[g].capacity, offered, &best, NULL,
                                NULL);
        assert_close(best, golden[g].revenue, 1e-14);
        assert_set(offered, 6, golden[g].set);
    }
}

/* With capacity a revenue-ordered prefix is not optimal. */
static void capacity_counter_example(void **state)
{
    (void)state;
    const double weight[] = {.05, 1, 1};
    const double revenue[] = {1, .9, .8};
    const bool prefix[] = {true, false, false};
    bool offered[3];
    double best;
    bt_assortment_at_prices(3, weight, revenue, 1, 1, offered, &best, NULL, NULL);
    assert_close(best, .45, 1e-15);
    assert_set(offered, 3, "1");
    assert_close(bt_assortment_revenue(3, weight, revenue, 1, prefix), .05 / 1.05, 1e-15);
}

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

static void sets_match_brute_force(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), BT_AGENT_MARKET, 0);
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
        assert_close(found, brute_force_revenue(n, weight, revenue, outside, capacity), 1e-14);
        assert_close(found, bt_assortment_revenue(n, weight, revenue, outside, offered), 1e-15);
        assert_true(iterations <= 8);
    }
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

static void prices_match_brute_force_over_subsets(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(2, 0, 0), BT_AGENT_MARKET, 0);
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
        assert_close(profit, best, 1e-10);
        double weight[MOST], margin[MOST];
        for (size_t i = 0; i < n; i++) {
            weight[i] = exp(a[i] - b[i] * price[i]);
            margin[i] = price[i] - c[i];
        }
        assert_close(bt_assortment_revenue(n, weight, margin, outside, offered), profit, 1e-12);
    }
}

static void large_utilities_do_not_overflow(void **state)
{
    (void)state;
    const double a[] = {900, 899}, b[] = {1, 1}, c[] = {0, 0};
    bool offered[2];
    double price[2], profit;
    assert_int_equal(bt_assortment_with_prices(2, a, b, c, 1, 2, offered, price, &profit, NULL),
                     BT_OK);
    assert_true(isfinite(profit) && profit > 880 && profit < 900);
}

static void bad_input_is_named(void **state)
{
    (void)state;
    const double a[] = {1}, b[] = {0}, c[] = {0};
    bool offered[1];
    double price[1], profit;
    bt_error error = {0};
    assert_int_equal(
        bt_assortment_with_prices(1, a, b, c, 1, 1, offered, price, &profit, &error),
        BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "product 0"));
    assert_int_equal(
        bt_assortment_with_prices(1, a, a, c, 0, 1, offered, price, &profit, &error),
        BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "outside weight"));
    assert_int_equal(
        bt_assortment_at_prices(1, (double[]){-1}, a, 1, 1, offered, &profit, NULL, &error),
        BT_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_prices_and_sets),
        cmocka_unit_test(common_coefficient_is_a_lambert_w),
        cmocka_unit_test(golden_sets_at_prices),
        cmocka_unit_test(capacity_counter_example),
        cmocka_unit_test(sets_match_brute_force),
        cmocka_unit_test(prices_match_brute_force_over_subsets),
        cmocka_unit_test(large_utilities_do_not_overflow),
        cmocka_unit_test(bad_input_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
