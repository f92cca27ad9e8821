/* Myopic best responses: a contraction to Bertrand-Nash. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/random.h"
#include "tests/experiment_fixture.h"

#define HEAD "format: 1\nname: test\nseed: 5\n"
#define EACH_PERIOD "record: {every: 1, series: [price], value: last}\n"

/* Largest distance of recorded prices to Nash. */
static double distance(const experiment_fixture *fixture, const bt_run *run, size_t record,
                       size_t n_products)
{
    const double *price = recorded(fixture, run, "price", record);
    const double *nash = benchmark(fixture, "nash_price");
    double largest = 0;
    for (size_t j = 0; j < n_products; j++)
        largest = fmax(largest, fabs(price[j] - nash[j]));
    return largest;
}

/* In the symmetric game the error shrinks by rho = (n - 1) q^2 / (1 - q) a round. */
static void errors_shrink_by_the_known_ratio(void **state)
{
    (void)state;
    static const double rho[] = {0.4203298308, 0.3120591110, 0.2402400357};
    for (int n = 2; n <= 4; n++) {
        char products[512] = "", sellers[512] = "";
        for (int i = 0; i < n; i++) {
            sprintf(products + strlen(products),
                    "    - {name: P%d, seller: s%d, quality: 2, cost: 1}\n", i, i);
            sprintf(sellers + strlen(sellers),
                    "  - {name: s%d, policy: best_response, start: 1.9}\n", i);
        }
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "horizon: {periods: 12}\n"
                             "market:\n"
                             "  type: posted_price\n"
                             "  demand: {scale: 0.25}\n"
                             "  products:\n%ssellers:\n%s" EACH_PERIOD,
                        products, sellers);
        bt_run *run = complete_run(&fixture, 0);
        double ratio =
            distance(&fixture, run, 9, (size_t)n) / distance(&fixture, run, 8, (size_t)n);
        assert_true(fabs(ratio - rho[n - 2]) < 1e-4);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

/* Simultaneous best responses never take single-product sellers further from Nash. */
static void random_games_are_contractions(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(6, 0, 0), 0, 0);
    for (int game = 0; game < 60; game++) {
        double quality[3], cost[3], start[3];
        for (int i = 0; i < 3; i++) {
            quality[i] = 1 + 2 * bt_stream_uniform(&stream);
            cost[i] = 0.5 + bt_stream_uniform(&stream);
            start[i] = cost[i] + 3 * bt_stream_uniform(&stream);
        }
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "horizon: {periods: 6}\n"
                             "market:\n"
                             "  type: posted_price\n"
                             "  demand: {scale: %.3f}\n"
                             "  products:\n"
                             "    - {name: A, seller: s1, quality: %.6f, cost: %.6f}\n"
                             "    - {name: B, seller: s2, quality: %.6f, cost: %.6f}\n"
                             "    - {name: C, seller: s3, quality: %.6f, cost: %.6f}\n"
                             "sellers:\n"
                             "  - {name: s1, policy: best_response, start: %.6f}\n"
                             "  - {name: s2, policy: best_response, start: %.6f}\n"
                             "  - {name: s3, policy: best_response, start: %.6f}\n" EACH_PERIOD,
                        0.1 + bt_stream_uniform(&stream), quality[0], cost[0], quality[1],
                        cost[1], quality[2], cost[2], start[0], start[1], start[2]);
        bt_run *run = complete_run(&fixture, 0);
        for (size_t t = 1; t < 6; t++) {
            double before = distance(&fixture, run, t - 1, 3);
            double after = distance(&fixture, run, t, 3);
            assert_true(after < before || before < 1e-12);
        }
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

static void sellers_of_several_products_find_nash_on_any_clock(void **state)
{
    (void)state;
    static const char *const clocks[] = {"{every: 1}", "{every: 3}", "{poisson: 0.5}"};
    for (size_t k = 0; k < 3; k++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD "horizon: {periods: 200}\n"
                             "market:\n"
                             "  type: posted_price\n"
                             "  demand: {scale: 0.5, price_sensitivity: 2}\n"
                             "  fees: {per_unit: 0.05, ad_valorem: 0.1}\n"
                             "  products:\n"
                             "    - {name: A, seller: s1, quality: 2, cost: 0.5}\n"
                             "    - {name: B, seller: s2, quality: 2.4, cost: 0.7}\n"
                             "    - {name: C, seller: s1, quality: 1.5, cost: 0.2}\n"
                             "sellers:\n"
                             "  - {name: s1, policy: best_response}\n"
                             "  - {name: s2, policy: best_response, reprice: %s}\n"
                             "record: {every: 200, value: last,"
                             " series: [price, distance_to_nash, exploitability]}\n",
                        clocks[k]);
        bt_run *run = complete_run(&fixture, 0);
        assert_true(*recorded(&fixture, run, "distance_to_nash", 0) < 1e-10);
        assert_true(fabs(*recorded(&fixture, run, "exploitability", 0)) < 1e-10);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_shrink_by_the_known_ratio),
        cmocka_unit_test(random_games_are_contractions),
        cmocka_unit_test(sellers_of_several_products_find_nash_on_any_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
