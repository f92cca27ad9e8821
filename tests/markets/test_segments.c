/* Which segments of buyers came and bought, as told to sellers who may know. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/experiment_fixture.h"
#include "tests/spy_seller.h"

static const bt_seller_type sees_segments = SPY_TYPE(BT_SEES_SEGMENTS | BT_SEES_OWN_SALES);
static const bt_seller_type sees_sales = SPY_TYPE(BT_SEES_OWN_SALES);

static const double weight[2] = {0.75, 0.25}, sensitivity[2] = {1, 2};

/* A spy with prices 1.3, 1.5, 1.8 in turn against 1.6, for 12 periods. */
static spy watch(const bt_seller_type *type, const char *buyers, const char *settings)
{
    spy seller = {.price = {1.3, 1.5, 1.8}, .n_prices = 3, .is_on_grid = true};
    experiment_fixture fixture;
    char text[2048];
    snprintf(text, sizeof(text),
             "format: 1\nname: test\nseed: 3\nhorizon: {periods: 12}\n"
             "market:\n  type: posted_price\n  size: 10\n"
             "  demand: {scale: 0.25, segments: [{weight: 3}, {weight: 1,"
             "           price_sensitivity: 2}]}\n"
             "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
             "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
             "buyers: %s\n"
             "sellers: [{name: s1, policy: fixed, price: 1%s},"
             "          {name: s2, policy: fixed, price: 1.6}]\n",
             buyers, settings);
    read_experiment(&fixture, text);
    plant_spy(&fixture.experiment, 0, type, &seller);
    prepare_point(&fixture, 1);
    bt_run *run = complete_run(&fixture, 0);
    bt_run_destroy(run);
    close_experiment(&fixture);
    return seller;
}

static double segment_share(size_t segment, double price)
{
    double own = exp((2 - sensitivity[segment] * price) / 0.25);
    return own / (own + exp((2 - sensitivity[segment] * 1.6) / 0.25) + 1);
}

static void expected_sales_are_told_by_segment(void **state)
{
    (void)state;
    spy seller = watch(&sees_segments, "{type: expected}", "");
    assert_int_equal(seller.n_observations, 12);
    for (size_t k = 0; k < 12; k++)
        for (size_t r = 0; r < 2; r++) {
            double sales = 10 * weight[r] * segment_share(r, seller.price[k % 3]);
            assert_true(fabs(seller.told_segment_sales[k][r] - sales) < 1e-12);
            assert_true(fabs(seller.told_segment_buyers[k][r] - 10 * weight[r]) < 1e-12);
        }
}

/* Over a longer interval: per unit of time. */
static void what_is_told_is_per_unit_of_time(void **state)
{
    (void)state;
    spy seller = watch(&sees_segments, "{type: expected}", ", reprice: {every: 3}");
    assert_int_equal(seller.n_observations, 4);
    for (size_t k = 0; k < 4; k++)
        for (size_t r = 0; r < 2; r++) {
            double sales = 10 * weight[r] * segment_share(r, seller.price[k % 3]);
            assert_true(fabs(seller.told_segment_sales[k][r] - sales) < 1e-12);
        }
}

/* Segments of sampled buyers add up to what a seller who is not told of them sees; their
 * shares are right to five standard errors (false alarms: one in 70,000). */
static void sampled_sales_are_told_by_segment(void **state)
{
    (void)state;
    const char *buyers = "{type: logit, population: 20000}";
    spy seller = watch(&sees_segments, buyers, ""), other = watch(&sees_sales, buyers, "");
    for (size_t k = 0; k < 12; k++) {
        double sum = seller.told_segment_sales[k][0] + seller.told_segment_sales[k][1];
        assert_true(fabs(sum - seller.told_sales[k][0]) < 1e-12);
        assert_true(seller.told_sales[k][0] == other.told_sales[k][0]);
        for (size_t r = 0; r < 2; r++) {
            double share = segment_share(r, seller.price[k % 3]), n = 20000 * weight[r];
            double bought = seller.told_segment_sales[k][r] / (10 * weight[r]);
            assert_true(fabs(bought - share) < 5 * sqrt(share * (1 - share) / n));
            assert_true(fabs(seller.told_segment_buyers[k][r] - 10 * weight[r]) < 1e-12);
        }
    }
}

static void only_those_who_come_are_counted(void **state)
{
    (void)state;
    spy seller =
        watch(&sees_segments, "{type: logit, population: 20000, arrival_probability: 0.3}", "");
    for (size_t k = 0; k < 12; k++) {
        double sum = seller.told_segment_buyers[k][0] + seller.told_segment_buyers[k][1];
        assert_true(fabs(sum - seller.feedback[k].n_buyers) < 1e-12);
        for (size_t r = 0; r < 2; r++) {
            double n = 20000 * weight[r];
            double came = seller.told_segment_buyers[k][r] / (10 * weight[r]) * 0.3;
            assert_true(fabs(came - 0.3) < 5 * sqrt(0.21 / n));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_sales_are_told_by_segment),
        cmocka_unit_test(what_is_told_is_per_unit_of_time),
        cmocka_unit_test(sampled_sales_are_told_by_segment),
        cmocka_unit_test(only_those_who_come_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
