/* Sellers who estimate demand from their own price alone: what they make of demands that are
 * as they think. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_fit.h>

#include "agents/sellers/continuous/own_price_ols.h"
#include "tests/continuous_seller.h"

/* One period: of each own product this share of `n_buyers` is sold. */
static void observe_sales(continuous_seller *seller, const double *share, double n_buyers)
{
    double sales[CONTINUOUS_MAX_OWN];
    for (size_t k = 0; k < seller->setting.n_own; k++)
        sales[k] = share[k] * n_buyers;
    continuous_observe(
        seller, (bt_seller_feedback){.profit = NAN, .own_sales = sales, .n_buyers = n_buyers});
}

/* ---- the regression ---- */

static void the_line_is_that_of_least_squares(void **state)
{
    (void)state;
    const double price[] = {1.2, 1.9, 1.4, 1.7, 2.2}, sales[] = {0.9, 0.3, 0.6, 0.5, 0.4};
    double a, b, c00, c01, c11, residual;
    gsl_fit_linear(price, 1, sales, 1, 5, &a, &b, &c00, &c01, &c11, &residual);
    bt_own_price_ols ols = {0};
    assert_true(isnan(bt_own_price_ols_best(&ols, 1)));
    for (size_t t = 0; t < 5; t++)
        bt_own_price_ols_add(&ols, price[t], sales[t]);
    assert_near(bt_own_price_ols_best(&ols, 1.1), (1.1 - a / b) / 2, 1e-13);
    bt_own_price_ols rising = {0};
    bt_own_price_ols_add(&rising, 1, 0.2);
    assert_true(isnan(bt_own_price_ols_best(&rising, 1)));
    bt_own_price_ols_add(&rising, 2, 0.3);
    assert_true(bt_own_price_ols_best(&rising, 1) == INFINITY);
}

/* ---- dithered prices ---- */

static const char *linear_rule = "policy: ols_pricing, low: 1, high: 4, start: 3, dither: 0.1";

/* Two linear demands, 1 - .4 p and .9 - .3 p: best prices 1.75 and 2. */
static void linear_demand_is_learnt_from_two_prices(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller, linear_rule, 2, 2);
    bool known = false;
    for (size_t t = 1; t <= 60; t++) {
        double dither = 0.1 * pow((double)t, -0.25);
        continuous_decide(&seller);
        for (size_t k = 0; k < 2; k++) {
            double best = known ? 1.75 + 0.25 * (double)k : 3;
            assert_near(fabs(seller.price[k] - best), dither, 1e-9);
        }
        observe_sales(&seller,
                      (double[]){1 - 0.4 * seller.price[0], 0.9 - 0.3 * seller.price[1]}, 7);
        known = t > 1; /* the dither has changed by then, if only a little */
    }
    close_continuous_seller(&seller);
}

static void nothing_is_learnt_when_nobody_came(void **state)
{
    (void)state;
    const char *const rules[] = {"policy: ols_pricing", "policy: logit_mle_pricing"};
    for (size_t k = 0; k < 2; k++) {
        char settings[128];
        snprintf(settings, sizeof(settings), "%s, high: 4, start: 2, dither: 0", rules[k]);
        continuous_seller seller;
        open_continuous_seller(&seller, settings, 1, 2);
        for (size_t t = 0; t < 20; t++) {
            assert_near(continuous_decide(&seller), 2, 0);
            observe_sales(&seller, (double[]){NAN}, 0);
        }
        close_continuous_seller(&seller);
    }
}

static double logit_share(double a, double b, double price)
{
    return 1 / (1 + exp(-(a - b * price)));
}

/* (p - cost) b (1 - q) = 1, by bisection */
static double best_logit_price(double a, double b, double cost)
{
    double low = cost, high = cost + 10;
    for (int k = 0; k < 100; k++) {
        double p = (low + high) / 2;
        if ((p - cost) * b * (1 - logit_share(a, b, p)) < 1)
            low = p;
        else
            high = p;
    }
    return low;
}

/* To within the ridge and the width of the classes. */
static void logit_demand_is_learnt(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller,
                           "policy: logit_mle_pricing, low: 1, high: 4, start: 2.5,"
                           " dither: 0.5",
                           2, 3);
    for (size_t t = 0; t < 3000; t++) {
        continuous_decide(&seller);
        observe_sales(&seller,
                      (double[]){logit_share(5, 3, seller.price[0]),
                                 logit_share(1, 1.5, seller.price[1])},
                      4);
    }
    continuous_decide(&seller);
    double dither = 0.5 * pow(3001, -0.25);
    assert_near(fabs(seller.price[0] - best_logit_price(5, 3, 1)), dither, 1e-3);
    assert_near(fabs(seller.price[1] - best_logit_price(1, 1.5, 1)), dither, 1e-3);
    close_continuous_seller(&seller);
}

/* From sampled buyers, with fees: the maximum of the likelihood is near the truth. */
static void logit_demand_is_learnt_from_samples(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller,
                           "policy: logit_mle_pricing, low: 1, high: 4, start: 2.5,"
                           " dither: 0.6, dither_exponent: 0.1",
                           1, 3);
    seller.setting.fee_ad_valorem = 0.2;
    seller.setting.fee_per_unit = 0.1;
    bt_stream world = bt_stream_open(seller.setting.key, BT_AGENT_MARKET, 0);
    double mean = 0;
    for (size_t t = 0; t < 40000; t++) {
        double price = continuous_decide(&seller);
        double share = bt_stream_uniform(&world) < logit_share(5, 3, price);
        observe_sales(&seller, &share, 1);
        mean += t >= 30000 ? price / 10000 : 0;
    }
    /* the dither's mean is .002 at most by five standard errors; the estimate's error in the
     * best price is .006 over seeds */
    assert_near(mean, best_logit_price(5, 3, 1.1 / 0.8), 0.03);
    close_continuous_seller(&seller);
}

/* ---- explore, then exploit ---- */

#define EXPLORER "policy: explore_then_exploit, low: 1, high: 4, rounds: 500,"

static void exploration_is_uniform_and_exploitation_the_line_of_all_data(void **state)
{
    (void)state;
    const char *const regressions[] = {"goes_on", "stops"};
    for (size_t r = 0; r < 2; r++) {
        char settings[256];
        snprintf(settings, sizeof(settings),
                 EXPLORER " explore_low: 1.5, explore_high: 2.5, regression: %s",
                 regressions[r]);
        continuous_seller seller;
        open_continuous_seller(&seller, settings, 1, 5);
        double price[600], sales[600], sum = 0;
        for (size_t t = 0; t < 600; t++) {
            price[t] = continuous_decide(&seller);
            sales[t] = exp(-price[t]); /* no line */
            observe_sales(&seller, &sales[t], 3);
            sum += t < 500 ? price[t] : 0;
            assert_true(t >= 500 || (price[t] >= 1.5 && price[t] <= 2.5));
            if (t < 500)
                continue;
            double a, b, c00, c01, c11, residual;
            gsl_fit_linear(price, 1, sales, 1, r == 0 ? t : 500, &a, &b, &c00, &c01, &c11,
                           &residual);
            assert_near(price[t], (1 - a / b) / 2, 1e-10);
        }
        assert_near(sum / 500, 2, 5 * sqrt(1.0 / 12 / 500));
        assert_true((price[599] != price[500]) == (r == 0));
        close_continuous_seller(&seller);
    }
}

static void identical_draws_are_at_the_same_place_of_each_range(void **state)
{
    (void)state;
    continuous_seller one, other, own;
    open_continuous_seller(&one, EXPLORER " explore_low: 1, explore_high: 2, draws: identical",
                           1, 5);
    open_continuous_seller(&other,
                           EXPLORER " explore_low: 2, explore_high: 4, draws: identical", 1, 5);
    open_continuous_seller(&own, EXPLORER " explore_low: 1, explore_high: 2", 1, 5);
    for (size_t t = 0; t < 100; t++) {
        continuous_decide(&one);
        continuous_decide(&other);
        continuous_decide(&own);
        assert_near(other.price[0], 2 * one.price[0], 1e-14);
        assert_true(own.price[0] != one.price[0]);
    }
    close_continuous_seller(&one);
    close_continuous_seller(&other);
    close_continuous_seller(&own);
}

static void where_demand_does_not_fall_the_box_ends(void **state)
{
    (void)state;
    continuous_seller seller;
    open_continuous_seller(&seller, EXPLORER " explore_low: 1.5, explore_high: 2.5", 1, 5);
    for (size_t t = 0; t < 500; t++) {
        double share = continuous_decide(&seller) / 4;
        observe_sales(&seller, &share, 3);
    }
    assert_near(continuous_decide(&seller), 4, 0);
    close_continuous_seller(&seller);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_is_that_of_least_squares),
        cmocka_unit_test(linear_demand_is_learnt_from_two_prices),
        cmocka_unit_test(nothing_is_learnt_when_nobody_came),
        cmocka_unit_test(logit_demand_is_learnt),
        cmocka_unit_test(logit_demand_is_learnt_from_samples),
        cmocka_unit_test(exploration_is_uniform_and_exploitation_the_line_of_all_data),
        cmocka_unit_test(identical_draws_are_at_the_same_place_of_each_range),
        cmocka_unit_test(where_demand_does_not_fall_the_box_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
