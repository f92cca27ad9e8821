/* Exact demand as buyers: the demand's own shares and surplus. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "agents/buyers/registry.h"
#include "markets/demand/welfare.h"

enum { N_PRODUCTS = 2, N_TYPES = 3 };
static const double price[N_PRODUCTS] = {1.5, 1.8};

static bt_demand *demand_with(bt_price_transform transform)
{
    bt_demand *demand;
    assert_int_equal(
        bt_demand_create(BT_LOGIT, N_PRODUCTS, N_TYPES, N_TYPES * N_PRODUCTS, &demand, NULL),
        BT_OK);
    demand->size = 40;
    demand->has_outside_option = true;
    for (size_t r = 0; r < N_TYPES; r++) {
        demand->weight[r] = 1 + (double)r;
        demand->scale[r] = 0.3;
        demand->price_sensitivity[r] = 1 + 0.5 * (double)r;
        demand->transform[r] = (uint8_t)transform;
        for (size_t j = 0; j < N_PRODUCTS; j++)
            demand->considered_quality[r * N_PRODUCTS + j] = 2 - 0.2 * (double)j;
    }
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    return demand;
}

static void check(bt_price_transform transform, double duration)
{
    bt_demand *demand = demand_with(transform);
    bt_arena *arena = bt_arena_create();
    bt_buyers_setting setting = {.demand = demand, .arena = arena, .n_threads = 2};
    void *buyers;
    assert_int_equal(bt_expected_buyers.create(NULL, &setting, &buyers, NULL), BT_OK);
    double sales[N_PRODUCTS] = {1, 2}; /* added to */
    bt_purchases purchases = {.sales = sales, .consumer_surplus = 5};
    bt_arrivals arrivals = {.price = price, .duration = duration};
    bt_expected_buyers.serve(buyers, &arrivals, &purchases);

    double share[N_PRODUCTS], outside, cost[N_PRODUCTS] = {0};
    uint32_t seller[N_PRODUCTS] = {0, 0};
    bt_demand_work *work = bt_demand_work_create(demand);
    bt_demand_shares(demand, price, share, &outside, NULL, work);
    bt_ownership ownership = {
        .n_products = N_PRODUCTS, .n_sellers = 1, .seller = seller, .cost = cost};
    bt_welfare welfare;
    assert_int_equal(bt_welfare_at(demand, &ownership, price, &welfare, work, NULL), BT_OK);
    double surplus = transform == BT_PRICE_LINEAR ? welfare.consumer_surplus
                                                  : welfare.consumer_surplus_over_outside;
    for (size_t j = 0; j < N_PRODUCTS; j++)
        assert_true(fabs(sales[j] - (1 + (double)j) - 40 * duration * share[j]) < 1e-12);
    assert_true(fabs(purchases.consumer_surplus - 5 - duration * surplus) < 1e-9 * surplus);
    assert_true(purchases.n_buyers == 40 * duration);
    assert_true(bt_expected_buyers.is_exact && bt_expected_buyers.unit_mass(buyers) == 1);
    assert_int_equal(bt_expected_buyers.population(buyers), 0);
    bt_demand_work_destroy(work);
    bt_expected_buyers.destroy(buyers);
    bt_arena_destroy(arena);
    bt_demand_destroy(demand);
}

static void linear_prices_give_shares_and_log_sums(void **state)
{
    (void)state;
    check(BT_PRICE_LINEAR, 1);
    check(BT_PRICE_LINEAR, 0.37);
}

static void other_transforms_give_the_money_metric(void **state)
{
    (void)state;
    check(BT_PRICE_LOG, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_prices_give_shares_and_log_sums),
        cmocka_unit_test(other_transforms_give_the_money_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
