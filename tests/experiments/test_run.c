/* A run: what is recorded does not disturb it, and it can be saved at any moment. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/random.h"
#include "tests/experiment_fixture.h"

#define HEAD "format: 1\nname: test\nseed: 12\n"

/* Markets of every kind, without their `record:`. */
static const char *const markets[] = {
    /* a synchronous game on grids */
    HEAD CALVANO_MARKET
    "horizon: {periods: 20000}\n"
    "sellers: [{name: s1, policy: q_learning, exploration_decay: 1e-3},"
    "          {name: s2, policy: q_learning, exploration_decay: 1e-3, memory: 0}]\n",
    /* the published random numbers */
    HEAD CALVANO_MARKET "horizon: {periods: 20000}\n"
                        "sellers: [{name: s1, policy: q_learning, exploration_decay: 1e-3,"
                        "           random_numbers: aer2020},"
                        "          {name: s2, policy: q_learning, exploration_decay: 1e-3,"
                        "           random_numbers: aer2020}]\n",
    /* clocks of their own, memory 2, Boltzmann */
    HEAD CALVANO_MARKET
    "horizon: {periods: 20000}\n"
    "sellers: [{name: s1, policy: q_learning, exploration: boltzmann, memory: 2,"
    "           initial_temperature: 1, exploration_decay: 1e-3, grid: {points: 4},"
    "           reprice: {every: 2}},"
    "          {name: s2, policy: q_learning, reprice: {poisson: 0.3}, grid: {points: 5}}]\n",
    /* continuous prices */
    HEAD CALVANO_MARKET "horizon: {periods: 5000}\n"
                        "sellers: [{name: s1, policy: gradient, low: 1.2, high: 2.2},"
                        "          {name: s2, policy: best_response, reprice: {every: 3}}]\n",
    /* a population of buyers */
    HEAD CALVANO_MARKET
    "horizon: {periods: 3000}\n"
    "sellers: [{name: s1, policy: q_learning, memory: 0, initial_q: zero},"
    "          {name: s2, policy: gradient, method: two_point, low: 1.2, high: 2.2,"
    "           reprice: {after_sales: 7}}]\n"
    "buyers: {type: logit, population: 20, arrival_probability: 0.7}\n",
    /* events: exact flows */
    HEAD CALVANO_MARKET
    "horizon: {time: 2000}\n"
    "sellers: [{name: s1, policy: q_learning, reprice: {every: 0.7}},"
    "          {name: s2, policy: q_learning, reprice: {after_sales: 2}}]\n",
    /* events: sampled arrivals */
    HEAD CALVANO_MARKET
    "horizon: {time: 1000}\n"
    "sellers: [{name: s1, policy: gradient, low: 1.2, high: 2.2, reprice: {poisson: 0.5}},"
    "          {name: s2, policy: gradient, low: 1.2, high: 2.2,"
    "           reprice: {after_sales: 9}}]\n"
    "buyers: {type: logit, population: 10}\n",
};
enum { N_MARKETS = sizeof(markets) / sizeof(markets[0]) };

static const char *const records[] = {
    "record: {every: 1000}\n",
    "record: {every: 10, series: [price]}\n",
    "record: {every: 370, series: [profit_gain, exploitability, welfare], value: last}\n",
    "record: {series: [sales]}\n",
};
enum { N_RECORDS = sizeof(records) / sizeof(records[0]) };

static void recording_leaves_the_trajectory_alone(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MARKETS; m++) {
        uint64_t fingerprint = 0;
        for (size_t r = 0; r < N_RECORDS; r++) {
            experiment_fixture fixture;
            open_experiment(&fixture, "%s%s", markets[m], records[r]);
            bt_run *run = complete_run(&fixture, 0);
            if (r == 0)
                fingerprint = bt_run_fingerprint(run);
            if (bt_run_fingerprint(run) != fingerprint)
                fail_msg("market %zu goes another way when %s is recorded", m, records[r]);
            bt_run_destroy(run);
            close_experiment(&fixture);
        }
    }
}

static void replications_and_seeds_differ(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MARKETS; m++) {
        experiment_fixture fixture;
        open_experiment(&fixture, "%s", markets[m]);
        bt_run *one = complete_run(&fixture, 0), *same = complete_run(&fixture, 0);
        bt_run *other = complete_run(&fixture, 1);
        assert_same_state(one, same);
        assert_true(bt_run_fingerprint(one) != bt_run_fingerprint(other));
        bt_run_destroy(one);
        bt_run_destroy(same);
        bt_run_destroy(other);
        close_experiment(&fixture);
    }
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void a_run_saved_at_random_moments_ends_in_the_same_bytes(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(3, 0, 0), 0, 0);
    for (size_t m = 0; m < N_MARKETS; m++) {
        experiment_fixture fixture;
        open_experiment(&fixture, "%srecord: {every: 100}\n", markets[m]);
        double horizon =
            bt_point_record_times(fixture.point)[bt_point_n_records(fixture.point) - 1];
        double time[5];
        for (size_t k = 0; k < 5; k++)
            time[k] = floor(horizon * bt_stream_uniform(&stream));
        qsort(time, 5, sizeof(double), ascending);
        bt_run *whole = complete_run(&fixture, 2);
        bt_run *pieces = complete_in_pieces(&fixture, 2, time, 5);
        assert_true(bt_run_fingerprint(whole) == bt_run_fingerprint(pieces));
        assert_same_state(whole, pieces);
        double delta = real_outcome(&fixture, whole, "delta");
        double delta_of_pieces = real_outcome(&fixture, pieces, "delta");
        assert_memory_equal(&delta, &delta_of_pieces, sizeof(delta));
        bt_run_destroy(whole);
        bt_run_destroy(pieces);
        close_experiment(&fixture);
    }
}

/* A saved run goes on under other settings: here, with another learning rate. */
static void a_saved_run_branches(void **state)
{
    (void)state;
    uint64_t fingerprint[2];
    unsigned char *bytes = NULL;
    size_t size = 0;
    for (int branch = 0; branch < 2; branch++) {
        experiment_fixture fixture;
        open_experiment(&fixture,
                        HEAD CALVANO_MARKET
                        "horizon: {periods: %d}\n"
                        "sellers: [{name: s1, policy: q_learning, learning_rate: %g},"
                        "          {name: s2, policy: q_learning}]\n"
                        "record: {every: 1000, series: [price]}\n",
                        branch ? 4000 : 3000, branch ? 0.3 : 0.15);
        bt_run *run = start_run(&fixture, 0);
        if (branch == 0) {
            advance_run(run, 2000);
            bytes = saved_run(run, &size);
        } else {
            restore_run(run, bytes, size);
            assert_true(bt_run_time(run) == 2000);
        }
        assert_true(advance_run(run, INFINITY));
        fingerprint[branch] = bt_run_fingerprint(run);
        assert_int_equal(bt_run_n_records(run), branch ? 4 : 3);
        bt_run_destroy(run);
        close_experiment(&fixture);
    }
    assert_true(fingerprint[0] != fingerprint[1]);
    free(bytes);
}

static void a_saved_run_of_another_experiment_is_refused(void **state)
{
    (void)state;
    experiment_fixture small, large;
    open_experiment(&small, HEAD CALVANO_MARKET
                    "horizon: {periods: 100}\n"
                    "sellers: [{name: s1, policy: q_learning, grid: {points: 4}},"
                    "          {name: s2, policy: q_learning, grid: {points: 4}}]\n");
    open_experiment(
        &large, HEAD CALVANO_MARKET
        "horizon: {periods: 100}\n"
        "sellers: [{name: s1, policy: q_learning}, {name: s2, policy: q_learning}]\n");
    bt_run *run = complete_run(&small, 0), *other = start_run(&large, 0);
    size_t size;
    unsigned char *bytes = saved_run(run, &size);
    bt_archive *archive;
    assert_int_equal(bt_archive_open(bytes, size, &archive, NULL), BT_OK);
    bt_run_archive(other, archive);
    assert_int_not_equal(bt_archive_status(archive, NULL), BT_OK);
    bt_archive_destroy(archive);
    free(bytes);
    bt_run_destroy(run);
    bt_run_destroy(other);
    close_experiment(&small);
    close_experiment(&large);
}

static void slices_do_not_matter(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_MARKETS; m++) {
        experiment_fixture fixture;
        open_experiment(&fixture, "%s", markets[m]);
        bt_run *whole = complete_run(&fixture, 0), *sliced = start_run(&fixture, 0);
        while (!advance_run(sliced, 333.25))
            ;
        assert_same_state(whole, sliced);
        bt_run_destroy(whole);
        bt_run_destroy(sliced);
        close_experiment(&fixture);
    }
}

static void stable_behaviour_ends_a_run_and_pads_its_records(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, HEAD CALVANO_MARKET
                    "horizon: {periods: 100000, until_stable: 500}\n"
                    "sellers: [{name: s1, policy: best_response},"
                    "          {name: s2, policy: best_response}]\n"
                    "record: {every: 100, series: [price, distance_to_nash]}\n");
    bt_run *run = complete_run(&fixture, 0);
    double periods = bt_run_time(run);
    assert_int_equal(integer_outcome(&fixture, run, "converged"), 1);
    assert_int_equal(integer_outcome(&fixture, run, "iterations"), (int64_t)periods);
    assert_true(periods > 500 && periods < 700);
    size_t n_records = bt_run_n_records(run);
    assert_int_equal(n_records, (size_t)ceil(periods / 100));
    assert_int_equal(bt_point_n_records(fixture.point), 1000);
    assert_true(recorded(&fixture, run, "price", n_records - 1)[1] > 1);
    assert_true(isnan(recorded(&fixture, run, "price", n_records)[0]));
    assert_true(recorded(&fixture, run, "distance_to_nash", n_records - 1)[0] < 1e-12);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void the_last_record_ends_at_the_horizon(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture,
                    HEAD CALVANO_MARKET "horizon: {periods: 25}\n"
                                        "sellers: [{name: s1, policy: fixed, price: 1.5},"
                                        "          {name: s2, policy: fixed, price: 1.6}]\n"
                                        "record: {every: 10}\n");
    const double *time = bt_point_record_times(fixture.point);
    assert_int_equal(bt_point_n_records(fixture.point), 3);
    assert_true(time[0] == 10 && time[1] == 20 && time[2] == 25);
    bt_run *run = complete_run(&fixture, 0);
    assert_true(recorded(&fixture, run, "price", 2)[1] == 1.6);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

static void common_random_numbers_are_a_matter_of_the_key(void **state)
{
    (void)state;
    experiment_fixture fixture;
    open_experiment(&fixture, "%s", markets[4]);
    bt_run *run = complete_run(&fixture, 0);
    uint64_t fingerprint = bt_run_fingerprint(run);
    bt_run_destroy(run);
    bt_point_release(fixture.point);
    bt_error error;
    fail_on(bt_point_prepare(&fixture.experiment, 99, 1, &fixture.point, &error), &error);
    run = complete_run(&fixture, 0);
    assert_true(bt_run_fingerprint(run) != fingerprint);
    bt_run_destroy(run);
    close_experiment(&fixture);
}

/* A large population and a demand of many types, which use threads. */
static void threads_inside_a_run_change_no_bit(void **state)
{
    (void)state;
    static const char *const buyers[] = {"logit, population: 60000", "expected"};
    for (size_t b = 0; b < 2; b++) {
        bt_run *run[3];
        experiment_fixture fixture[3];
        for (int k = 0; k < 3; k++) {
            char text[2048];
            snprintf(text, sizeof(text),
                     HEAD "market:\n"
                          "  type: posted_price\n"
                          "  demand:\n"
                          "    scale: 0.25\n"
                          "    random_coefficients: {price_sensitivity: {sd: 0.3},"
                          " quality: {sd: 0.1}, nodes: 3000, method: halton}\n"
                          "  products: [{name: A, seller: s1, quality: 2, cost: 1},"
                          "             {name: B, seller: s2, quality: 2, cost: 1}]\n"
                          "horizon: {periods: 40}\n"
                          "sellers: [{name: s1, policy: gradient, low: 1.1, high: 3},"
                          "          {name: s2, policy: gradient, low: 1.1, high: 3}]\n"
                          "buyers: {type: %s}\n"
                          "record: {every: 1}\n",
                     buyers[b]);
            read_experiment(&fixture[k], text);
            prepare_point(&fixture[k], k + 1);
            run[k] = complete_run(&fixture[k], 0);
        }
        assert_same_state(run[0], run[1]);
        assert_same_state(run[0], run[2]);
        for (int k = 0; k < 3; k++) {
            bt_run_destroy(run[k]);
            close_experiment(&fixture[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recording_leaves_the_trajectory_alone),
        cmocka_unit_test(replications_and_seeds_differ),
        cmocka_unit_test(a_run_saved_at_random_moments_ends_in_the_same_bytes),
        cmocka_unit_test(a_saved_run_branches),
        cmocka_unit_test(a_saved_run_of_another_experiment_is_refused),
        cmocka_unit_test(slices_do_not_matter),
        cmocka_unit_test(stable_behaviour_ends_a_run_and_pads_its_records),
        cmocka_unit_test(the_last_record_ends_at_the_horizon),
        cmocka_unit_test(common_random_numbers_are_a_matter_of_the_key),
        cmocka_unit_test(threads_inside_a_run_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
