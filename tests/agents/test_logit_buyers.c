/* A finite population of buyers: who is in it, what it buys, and that nothing depends on
 * batches or threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/buyers/registry.h"
#include "markets/demand/choice.h"
#include "markets/demand/welfare.h"

/* As in logit.c, whose table binds them from a file. */
typedef struct logit_parameters {
    int64_t population;
    double arrival_probability;
    int32_t surplus; /* 0 expected, 1 realised */
} logit_parameters;

typedef struct population {
    bt_demand *demand;
    bt_arena *arena;
    void *buyers;
    int32_t surplus;
    uint8_t transform; /* of the price */
} population;

enum { N_PRODUCTS = 3 };
static const double price[N_PRODUCTS] = {1.4, 1.6, 1.5};

/* Segments that differ in price sensitivity; the last considers products 0 and 2 only. */
static bt_demand *segmented_demand(size_t n_types)
{
    bt_demand *demand;
    assert_int_equal(bt_demand_create(BT_LOGIT, N_PRODUCTS, n_types,
                                      n_types * N_PRODUCTS - (n_types > 1), &demand, NULL),
                     BT_OK);
    demand->size = 7;
    size_t entry = 0;
    for (size_t r = 0; r < n_types; r++) {
        demand->weight[r] = 1 + (double)(r % 5);
        demand->scale[r] = 0.4;
        demand->price_sensitivity[r] = 1 + 0.1 * (double)r;
        demand->outside_utility[r] = 0;
        demand->transform[r] = BT_PRICE_LINEAR;
        demand->row_start[r] = entry;
        for (uint32_t j = 0; j < N_PRODUCTS; j++) {
            if (n_types > 1 && r + 1 == n_types && j == 1)
                continue;
            demand->considered_product[entry] = j;
            demand->considered_quality[entry++] = 2 - 0.1 * j;
        }
        demand->row_start[r + 1] = entry;
    }
    demand->has_outside_option = true;
    assert_int_equal(bt_demand_check(demand, NULL), BT_OK);
    return demand;
}

static void open_population(population *people, size_t n_types, int64_t size,
                            double arrival_probability, int n_threads)
{
    logit_parameters parameters = {size, arrival_probability, people->surplus};
    people->demand = segmented_demand(n_types);
    memset(people->demand->transform, people->transform, n_types);
    people->arena = bt_arena_create();
    bt_buyers_setting setting = {.demand = people->demand,
                                 .key = bt_random_key_of(8, 0, 0),
                                 .arena = people->arena,
                                 .n_threads = n_threads};
    assert_int_equal(bt_logit_buyers.create(&parameters, &setting, &people->buyers, NULL),
                     BT_OK);
}

static void close_population(population *people)
{
    bt_logit_buyers.destroy(people->buyers);
    bt_arena_destroy(people->arena);
    bt_demand_destroy(people->demand);
}

static void serve_period(population *people, uint64_t period, bt_purchases *purchases)
{
    bt_arrivals everyone = {
        .price = price, .duration = 1, .first = period, .whole_population = true};
    bt_logit_buyers.serve(people->buyers, &everyone, purchases);
}

/* Sales of many periods against expected shares, by type apportioned: 4.5 standard
 * deviations of the binomial, false alarm below 1e-5 a product. */
static void sales_agree_with_expected_demand(void **state)
{
    (void)state;
    population people = {0};
    open_population(&people, 4, 1000, 1, 1); /* weights 1 2 3 4: exactly 100 .. 400 buyers */
    double sales[N_PRODUCTS] = {0}, share[N_PRODUCTS], outside, surplus;
    bt_purchases purchases = {.sales = sales};
    for (uint64_t period = 0; period < 400; period++)
        serve_period(&people, period, &purchases);
    bt_demand_work *work = bt_demand_work_create(people.demand);
    bt_demand_shares(people.demand, price, share, &outside, &surplus, work);
    double n = 400 * 1000;
    assert_true(purchases.n_buyers == n);
    for (size_t j = 0; j < N_PRODUCTS; j++)
        assert_true(fabs(sales[j] - n * share[j]) < 4.5 * sqrt(n * share[j] * (1 - share[j])));
    assert_true(fabs(purchases.consumer_surplus / n - surplus) < 1e-9 * surplus);
    assert_true(fabs(bt_logit_buyers.unit_mass(people.buyers) - 7.0 / 1000) < 1e-15);
    bt_demand_work_destroy(work);
    close_population(&people);
}

static void buyers_come_with_their_probability(void **state)
{
    (void)state;
    population people = {0};
    open_population(&people, 1, 500, 0.3, 1);
    double sales[N_PRODUCTS] = {0};
    bt_purchases purchases = {.sales = sales};
    for (uint64_t period = 0; period < 200; period++)
        serve_period(&people, period, &purchases);
    double n = 200 * 500;
    assert_true(fabs(purchases.n_buyers - 0.3 * n) < 4.5 * sqrt(n * 0.3 * 0.7));
    assert_true(fabs(bt_logit_buyers.unit_mass(people.buyers) - 7.0 / 150) < 1e-15);
    close_population(&people);
}

/* The mean realised surplus is the expected one, within 4.5 standard errors: the maximum
 * utility of a buyer has standard deviation mu pi / sqrt(6), so in money scale / alpha
 * times that. False alarm below 1e-5. */
static void check_realised_surplus(double arrival_probability, bool comes_once)
{
    population people = {.surplus = 1};
    open_population(&people, 1, 1000, arrival_probability, 1);
    double sales[N_PRODUCTS] = {0}, share[N_PRODUCTS], outside, expected;
    bt_purchases purchases = {.sales = sales};
    if (comes_once)
        for (uint64_t period = 0; period < 50; period++)
            serve_period(&people, period, &purchases);
    else
        bt_logit_buyers.serve(people.buyers, &(bt_arrivals){.price = price, .count = 40000},
                              &purchases);
    bt_demand_work *work = bt_demand_work_create(people.demand);
    bt_demand_shares(people.demand, price, share, &outside, &expected, work);
    double deviation = people.demand->scale[0] / people.demand->price_sensitivity[0] * M_PI /
                       sqrt(6 * purchases.n_buyers);
    double mean = purchases.consumer_surplus / purchases.n_buyers;
    assert_true(fabs(mean - expected) < 4.5 * deviation);
    assert_true(fabs(mean - expected) > 1e-6 * deviation);
    bt_demand_work_destroy(work);
    close_population(&people);
}

static void realised_surplus_has_the_expected_mean(void **state)
{
    (void)state;
    check_realised_surplus(1, true);
    check_realised_surplus(0.4, true);
    check_realised_surplus(1, false);
}

static void realised_surplus_needs_a_linear_price(void **state)
{
    (void)state;
    logit_parameters parameters = {10, 1, 1};
    bt_demand *demand = segmented_demand(1);
    demand->transform[0] = BT_PRICE_LOG;
    bt_arena *arena = bt_arena_create();
    bt_buyers_setting setting = {.demand = demand, .arena = arena, .n_threads = 1};
    bt_error error = {0};
    void *buyers = NULL;
    assert_int_equal(bt_logit_buyers.create(&parameters, &setting, &buyers, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "linear price"));
    bt_arena_destroy(arena);
    bt_demand_destroy(demand);
}

/* Who would buy what at once, over all arrivals. */
static void serve_arrivals(population *people, const size_t *pieces, size_t n_pieces,
                           uint32_t *choice, uint32_t *who, bt_purchases *purchases)
{
    uint64_t first = 0;
    for (size_t k = 0; k < n_pieces; k++) {
        bt_arrivals batch = {.price = price, .first = first, .count = pieces[k]};
        purchases->choice = choice + first;
        purchases->buyer = who + first;
        bt_logit_buyers.serve(people->buyers, &batch, purchases);
        first += pieces[k];
    }
}

enum { N_ARRIVALS = 30000 };

static void check_batches(size_t n_types, int n_threads)
{
    static const size_t whole[] = {N_ARRIVALS};
    static const size_t pieces[] = {1, 4095, 4097, 0, 7, 12000, 9800};
    population people = {0};
    uint32_t *choice = calloc(4 * N_ARRIVALS, sizeof(*choice));
    assert_non_null(choice);
    double sales[2][N_PRODUCTS] = {{0}};
    bt_purchases once = {.sales = sales[0]}, split = {.sales = sales[1]};
    open_population(&people, n_types, 5000, 1, 1);
    serve_arrivals(&people, whole, 1, choice, choice + N_ARRIVALS, &once);
    close_population(&people);
    open_population(&people, n_types, 5000, 1, n_threads);
    serve_arrivals(&people, pieces, 7, choice + 2 * N_ARRIVALS, choice + 3 * N_ARRIVALS,
                   &split);
    close_population(&people);
    assert_memory_equal(choice, choice + 2 * N_ARRIVALS, 2 * N_ARRIVALS * sizeof(*choice));
    assert_memory_equal(sales[0], sales[1], sizeof(sales[0]));
    assert_true(once.consumer_surplus == split.consumer_surplus);
    assert_true(once.n_buyers == N_ARRIVALS && split.n_buyers == N_ARRIVALS);
    free(choice);
}

static void batches_and_threads_change_no_bit_of_arrivals(void **state)
{
    (void)state;
    check_batches(3, 1);
    check_batches(3, 4);
    check_batches(80, 1); /* more types than are kept in tables */
    check_batches(80, 3);
}

enum { MANY_TYPES = 80, MANY_BUYERS = 240 }; /* whose weights give whole numbers of buyers */

static double money_metric_of_buyer(const population *people, uint32_t buyer,
                                    const double *prices, bt_demand_work *work)
{
    size_t type = 0;
    for (uint32_t before = 0; before + 1 + type % 5 <= buyer; type++)
        before += 1 + (uint32_t)(type % 5);
    double surplus;
    assert_int_equal(
        bt_money_metric_surplus(people->demand, type, prices, &surplus, work, NULL), BT_OK);
    return surplus;
}

/* Prices come back: what was integrated for others must not be taken for theirs. */
static void check_integrated_surplus(int n_threads)
{
    enum { BATCHES = 4, COUNT = 300 };
    static const double prices[BATCHES][N_PRODUCTS] = {
        {1.4, 1.6, 1.5}, {1.4, 1.6, 2.5}, {1.4, 1.6, 2.5}, {1.4, 1.6, 1.5}};
    population people = {.transform = BT_PRICE_LOG};
    open_population(&people, MANY_TYPES, MANY_BUYERS, 1, n_threads);
    bt_demand_work *work = bt_demand_work_create(people.demand);
    double sales[N_PRODUCTS] = {0};
    for (size_t k = 0; k < BATCHES; k++) {
        uint32_t who[COUNT];
        bt_purchases purchases = {.sales = sales, .buyer = who};
        bt_arrivals batch = {.price = prices[k], .first = k * COUNT, .count = COUNT};
        bt_logit_buyers.serve(people.buyers, &batch, &purchases);
        double expected = 0;
        for (size_t b = 0; b < COUNT; b++)
            expected += money_metric_of_buyer(&people, who[b], prices[k], work);
        assert_true(purchases.consumer_surplus == expected);
    }
    bt_demand_work_destroy(work);
    close_population(&people);
}

static void surplus_of_many_types_is_each_buyers_own(void **state)
{
    (void)state;
    check_integrated_surplus(1);
    check_integrated_surplus(3);
}

static void threads_change_no_bit_of_a_period(void **state)
{
    (void)state;
    double sales[3][N_PRODUCTS] = {{0}}, surplus[3];
    for (int n_threads = 1; n_threads <= 3; n_threads++) {
        population people = {0};
        open_population(&people, 7, 50000, 0.9, n_threads);
        bt_purchases purchases = {.sales = sales[n_threads - 1]};
        for (uint64_t period = 0; period < 5; period++)
            serve_period(&people, period, &purchases);
        surplus[n_threads - 1] = purchases.consumer_surplus;
        close_population(&people);
    }
    for (int k = 1; k < 3; k++) {
        assert_memory_equal(sales[k], sales[0], sizeof(sales[0]));
        assert_true(surplus[k] == surplus[0]);
    }
}

/* Each arrival is a buyer drawn uniformly: chi-square over buyers, 4.5 standard
 * deviations of its normal approximation. */
static void arrivals_are_drawn_uniformly(void **state)
{
    (void)state;
    enum { N_BUYERS = 50 };
    population people = {0};
    open_population(&people, 2, N_BUYERS, 1, 1);
    uint32_t choice[5000], who[5000];
    double sales[N_PRODUCTS] = {0}, times[N_BUYERS] = {0}, chi_square = 0;
    bt_purchases purchases = {.sales = sales, .choice = choice, .buyer = who};
    bt_arrivals batch = {.price = price, .count = 5000};
    bt_logit_buyers.serve(people.buyers, &batch, &purchases);
    for (size_t k = 0; k < 5000; k++)
        times[who[k]]++;
    for (size_t b = 0; b < N_BUYERS; b++)
        chi_square += (times[b] - 100) * (times[b] - 100) / 100;
    assert_true(fabs(chi_square - (N_BUYERS - 1)) < 4.5 * sqrt(2 * (N_BUYERS - 1)));
    close_population(&people);
}

/* Products that are not considered are never bought. With one buyer a type, apportioning
 * is visible in who can buy what. */
static void types_get_buyers_in_proportion_to_their_weights(void **state)
{
    (void)state;
    population people = {0};
    /* weights 1 2 3 of 10: shares 1.67 3.33 5 of the buyers; floors 1 3 5, the one left
     * goes to the first */
    open_population(&people, 3, 10, 1, 1);
    double only_second[N_PRODUCTS] = {INFINITY, -100, INFINITY}, sales[N_PRODUCTS] = {0};
    bt_purchases purchases = {.sales = sales};
    bt_arrivals everyone = {.price = only_second, .whole_population = true};
    bt_logit_buyers.serve(people.buyers, &everyone, &purchases);
    assert_true(sales[1] == 5); /* the third type does not consider product 1 */
    close_population(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sales_agree_with_expected_demand),
        cmocka_unit_test(buyers_come_with_their_probability),
        cmocka_unit_test(realised_surplus_has_the_expected_mean),
        cmocka_unit_test(realised_surplus_needs_a_linear_price),
        cmocka_unit_test(batches_and_threads_change_no_bit_of_arrivals),
        cmocka_unit_test(surplus_of_many_types_is_each_buyers_own),
        cmocka_unit_test(threads_change_no_bit_of_a_period),
        cmocka_unit_test(arrivals_are_drawn_uniformly),
        cmocka_unit_test(types_get_buyers_in_proportion_to_their_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
