/* What the monopolist's oracle does at the edges; its golden instances are in
 * tests/validation/test_oracles.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "markets/assortment/assortment.h"

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
        cmocka_unit_test(large_utilities_do_not_overflow),
        cmocka_unit_test(bad_input_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
