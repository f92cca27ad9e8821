/* 900 random markets: see tests/markets/any_market.h. */
#include "tests/markets/any_market.h"

static void test_any_market(void **state)
{
    (void)state;
    check_any_market(1000, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_market)};

    return cmocka_run_group_tests_name("markets.slow_any_market", tests, NULL, NULL);
}
