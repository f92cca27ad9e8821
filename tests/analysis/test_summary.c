/* Summaries of made-to-measure files: every statistic against numbers worked out by hand,
 * and files that lack, misshape or pad what a summary looks for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/summary.h"
#include "analysis/summary_output.h"
#include "analysis/verdict.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/near.h"

enum { POINTS = 2, RUNS = 3, RECORDS = 10, MEMBERS = 2 };

/* Student's 97.5 % quantile with two degrees of freedom (tables). */
static const double t_2 = 4.302652729696142;

/* Two products, two sellers, two points; Nash prices 1 and 2, joint-profit prices 2 and 3.
 * Prices are `start` until record 9 and then nash * (1 + 0.1 * (point + 1) * (run + 1)). */
static fixture *duopoly(void)
{
    fixture *in = fixture_new(POINTS, RUNS, RECORDS, MEMBERS, MEMBERS);
    double *swept = fixture_swept(in, "sellers[*].learning_rate");
    swept[0] = 0.1;
    swept[1] = 0.2;
    fixture_words(in, "product_name", PRODUCT, (const char *const[]){"apple", "pear"});
    fixture_words(in, "seller_name", SELLER, (const char *const[]){"M\xc3\xbcller", "Smith"});
    double *time = fixture_time(in);
    for (int i = 0; i < RECORDS; i++)
        time[i] = 100.0 * (i + 1);
    double *nash_price = fixture_benchmark(in, "nash_price", PRODUCT);
    double *joint_price = fixture_benchmark(in, "joint_profit_price", PRODUCT);
    double *nash_profit = fixture_benchmark(in, "nash_profit", SELLER);
    double *joint_profit = fixture_benchmark(in, "joint_profit", SELLER);
    double *best_welfare = fixture_benchmark(in, "first_best_welfare", POINT);
    for (int point = 0; point < POINTS; point++) {
        best_welfare[point] = 10;
        for (int i = 0; i < MEMBERS; i++) {
            nash_price[point * MEMBERS + i] = 1 + i;
            joint_price[point * MEMBERS + i] = 2 + i;
            nash_profit[point * MEMBERS + i] = 1 + i;  /* mean 1.5 */
            joint_profit[point * MEMBERS + i] = 3 + i; /* mean 3.5 */
        }
    }
    return in;
}

static double *cell(double *series, int point, int run, int record, int element, int length)
{
    return &series[((point * RUNS + run) * RECORDS + record) * length + element];
}

static double final_factor(int point, int run)
{
    return 1 + 0.1 * (point + 1) * (run + 1);
}

static double *add_prices(fixture *in)
{
    double *price = fixture_series(in, "price", "EUR", PRODUCT);
    for (int point = 0; point < POINTS; point++)
        for (int run = 0; run < RUNS; run++)
            for (int record = 0; record < RECORDS; record++)
                for (int i = 0; i < MEMBERS; i++)
                    *cell(price, point, run, record, i, MEMBERS) =
                        (1 + i) * (record < 9 ? 3 : final_factor(point, run));
    return price;
}

/* Profits end at the Nash profits plus 2 * 0.25 * (point + run). */
static double *add_profits(fixture *in)
{
    double *profit = fixture_series(in, "profit", "EUR/time", SELLER);
    for (int point = 0; point < POINTS; point++)
        for (int run = 0; run < RUNS; run++)
            for (int record = 0; record < RECORDS; record++)
                for (int i = 0; i < MEMBERS; i++)
                    *cell(profit, point, run, record, i, MEMBERS) =
                        record < 9 ? -5 : 1 + i + 0.5 * (point + run);
    return profit;
}

static bt_summary *summarize(const bt_results *results, const bt_analysis_setting *setting,
                             size_t baseline)
{
    bt_summary *summary = NULL;
    bt_error error = {.message = ""};
    if (bt_summarize(results, setting, BT_ALL_POINTS, baseline, &summary, &error) != BT_OK)
        fail_msg("%s", error.message);
    return summary;
}

static const bt_interval *statistic(const bt_summary *summary, size_t point, const char *name)
{
    size_t index = bt_statistic_find(&summary->list, name);
    assert_true(index < summary->list.n);
    return &summary->point[point].statistic[index];
}

static void assert_interval(const bt_interval *interval, double mean, double half, size_t n)
{
    assert_near(interval->mean, mean, 1e-12);
    assert_near(interval->low, mean - half, 1e-9);
    assert_near(interval->high, mean + half, 1e-9);
    assert_int_equal(interval->n, n);
}

static void prices_and_profits_are_summarized(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_prices(in);
    add_profits(in);
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, BT_NO_BASELINE);

    /* factors 1.1, 1.2, 1.3: mean price 1.5 * 1.2, sd of run means 0.15 */
    assert_interval(statistic(summary, 0, "price"), 1.8, t_2 * 0.15 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "price_above_nash"), 0.2, t_2 * 0.1 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "distance_to_nash"), 0.2, t_2 * 0.1 / sqrt(3), 3);
    assert_interval(statistic(summary, 1, "distance_to_nash"), 0.4, t_2 * 0.2 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "nash_price"), 1.5, 0, 3);
    assert_interval(statistic(summary, 0, "joint_profit_price"), 2.5, 0, 3);
    assert_interval(&summary->point[0].price[1], 2.4, t_2 * 0.2 / sqrt(3), 3);

    /* profits 1.5 + 0.5 run over a gap of 2: Delta 0, 0.25, 0.5 */
    assert_interval(statistic(summary, 0, "profit"), 2, t_2 * 0.5 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "delta"), 0.25, t_2 * 0.25 / sqrt(3), 3);
    assert_interval(statistic(summary, 1, "delta"), 0.5, t_2 * 0.25 / sqrt(3), 3);
    assert_interval(&summary->point[1].delta[0], 0.5, t_2 * 0.25 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "producer_surplus"), 4, t_2 * 1 / sqrt(3), 3);
    assert_interval(statistic(summary, 0, "producer_surplus_share"), 0.4, t_2 * 0.1 / sqrt(3),
                    3);
    assert_string_equal(summary->list.statistic[BT_STATISTIC_PRICE].units, "EUR");

    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void differences_are_paired_by_replication(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_profits(in);
    in->common_random_numbers = true;
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, 0);
    size_t delta = bt_statistic_find(&summary->list, "delta");
    /* each run gains exactly 0.25: no spread is left, though Delta itself spreads */
    assert_interval(&summary->point[1].difference[delta], 0.25, 0, 3);
    assert_interval(&summary->point[0].difference[delta], 0, 0, 3);
    assert_true(results->common_random_numbers);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void the_window_can_be_chosen(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_prices(in);
    bt_results *results = fixture_open(in);
    bt_analysis_setting setting = bt_default_analysis;
    setting.window = 0.5;
    setting.confidence = 0.8;
    bt_summary *summary = summarize(results, &setting, BT_NO_BASELINE);
    /* four records at 3 * 1.5 and one at 1.2 * 1.5; 90 % quantile of t with 2: 1.885618 */
    assert_interval(statistic(summary, 0, "price"), (4 * 4.5 + 1.8) / 5,
                    1.885618083164127 * 0.03 / sqrt(3), 3);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

/* Run 0 ended in a cycle of 2, run 1 converged without finite strategies, run 2 did not
 * converge though its strategies have a cycle. */
static void limit_cycles_are_final_where_a_run_converged(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_prices(in);
    double *converged = fixture_outcome(in, "converged", BT_RESULT_INT64, POINT);
    double *length = fixture_outcome(in, "cycle_length", BT_RESULT_INT64, POINT);
    double *delta = fixture_outcome(in, "delta", BT_RESULT_DOUBLE, POINT);
    double *final_price = fixture_outcome(in, "final_price", BT_RESULT_DOUBLE, PRODUCT);
    double *exploitability =
        fixture_outcome(in, "final_exploitability", BT_RESULT_DOUBLE, POINT);
    for (int i = 0; i < POINTS * RUNS; i++) {
        converged[i] = i % RUNS < 2;
        length[i] = i % RUNS == 0 ? 2 : i % RUNS == 1 ? NAN : 1;
        delta[i] = 0.5 + i % RUNS;
        final_price[2 * i] = final_price[2 * i + 1] = 7;
        exploitability[i] = 0.1 * (1 + i % RUNS);
    }
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, BT_NO_BASELINE);
    assert_near(statistic(summary, 0, "price")->mean, (7 + 1.5 * 1.2 + 1.5 * 1.3) / 3, 1e-12);
    assert_near(statistic(summary, 0, "converged")->mean, 2.0 / 3, 1e-15);
    assert_near(statistic(summary, 0, "cycle_length_2")->mean, 0.5, 0);
    assert_int_equal(statistic(summary, 0, "cycle_length_2")->n, 2);
    /* without series of profits and exploitability the file's own values stand in */
    assert_near(statistic(summary, 0, "delta")->mean, 1.5, 1e-15);
    assert_near(statistic(summary, 0, "exploitability")->mean, 0.2, 1e-15);
    bt_summary_destroy(summary);

    bt_analysis_setting windows = bt_default_analysis;
    windows.use_limit_cycle = false;
    summary = summarize(results, &windows, BT_NO_BASELINE);
    assert_near(statistic(summary, 0, "price")->mean, 1.8, 1e-12);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void times_and_rates_come_from_the_distance(void **state)
{
    (void)state;
    fixture *in = duopoly();
    double *distance = fixture_series(in, "distance_to_nash", "1", POINT);
    double *exploitability = fixture_series(in, "exploitability", "EUR", POINT);
    for (int run = 0; run < POINTS * RUNS; run++)
        for (int i = 0; i < RECORDS; i++) {
            double time = 100.0 * (i + 1);
            distance[run * RECORDS + i] = pow(time, -0.5 - 0.1 * (run % RUNS));
            exploitability[run * RECORDS + i] = 6 * pow(time, -1);
        }
    bt_results *results = fixture_open(in);
    bt_analysis_setting setting = bt_default_analysis;
    setting.n_epsilons = 2;
    setting.epsilon[0] = 0.05; /* 100^-0.5 = 0.1; 500^-0.5 = 0.0447; 100^-0.7 = 0.0398 */
    setting.epsilon[1] = 0.01; /* 1000^-0.7 = 0.0079; 1000^-0.6 = 0.0158 */
    bt_summary *summary = summarize(results, &setting, BT_NO_BASELINE);
    assert_interval(statistic(summary, 0, "convergence_rate"), -0.6, t_2 * 0.1 / sqrt(3), 3);
    assert_near(statistic(summary, 0, "exploitability_rate")->mean, -1, 1e-12);
    /* of the mean Nash profit 1.5 */
    assert_near(statistic(summary, 0, "exploitability")->mean, 6 / 1000.0 / 1.5, 1e-15);
    assert_near(statistic(summary, 0, "time_within_0.05")->mean, (400 + 200 + 100) / 3.0,
                1e-12);
    assert_near(statistic(summary, 0, "share_within_0.01")->mean, 1 / 3.0, 1e-15);
    assert_int_equal(statistic(summary, 0, "time_within_0.01")->n, 1);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void only_runs_that_are_done_count(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_profits(in);
    in->state[1] = BT_RUN_FAILED;
    in->state[3] = in->state[4] = in->state[5] = BT_RUN_PENDING;
    in->unfinished = true;
    bt_results *results = fixture_open(in); /* finds the .part */
    assert_true(results->is_part);
    assert_int_equal(results->n_done, 2);
    assert_int_equal(results->n_failed, 1);
    assert_int_equal(results->n_pending, 3);
    bt_summary *summary = summarize(results, &bt_default_analysis, BT_NO_BASELINE);
    assert_int_equal(statistic(summary, 0, "delta")->n, 2);
    assert_near(statistic(summary, 0, "delta")->mean, 0.25, 1e-15);
    assert_int_equal(statistic(summary, 1, "delta")->n, 0);
    char verdict[BT_VERDICT_LENGTH];
    bt_write_verdict(summary, &summary->point[1], verdict, sizeof(verdict));
    assert_string_equal(verdict, "No run of this point is done.");
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

/* Points with fewer products and records are padded with NAN. */
static void padding_does_not_count(void **state)
{
    (void)state;
    fixture *in = duopoly();
    double *price = add_prices(in);
    for (int run = 0; run < RUNS; run++)
        for (int record = 0; record < RECORDS; record++) {
            *cell(price, 1, run, record, 1, MEMBERS) = NAN;
            if (record >= 5)
                *cell(price, 1, run, record, 0, MEMBERS) = NAN;
        }
    in->data[5][3] = NAN; /* joint_profit_price of point 1's second product */
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, BT_NO_BASELINE);
    assert_near(statistic(summary, 1, "price")->mean, 3, 1e-15);
    assert_near(statistic(summary, 1, "price_above_nash")->mean, 2, 1e-15);
    assert_near(statistic(summary, 1, "joint_profit_price")->mean, 2, 0);
    assert_true(isnan(summary->point[1].price[1].mean));
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

/* Text of a summary in one of its formats; the caller frees. */
typedef bt_status writes(const bt_summary *summary, FILE *stream, bt_error *error);

static char *written(writes *write, const bt_summary *summary)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    bt_error error;
    assert_int_equal(write(summary, stream, &error), BT_OK);
    fclose(stream);
    return text;
}

static void a_file_without_anything_known_is_summarized(void **state)
{
    (void)state;
    fixture *in = fixture_new(1, 2, 3, 1, 1);
    double *mood = fixture_series(in, "mood", "smiles", POINT);
    for (int i = 0; i < 6; i++)
        mood[i] = i;
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, BT_NO_BASELINE);
    assert_near(statistic(summary, 0, "mood")->mean, 3.5, 0);
    assert_false(summary->list.statistic[BT_STATISTIC_PRICE].is_available);
    char verdict[BT_VERDICT_LENGTH];
    bt_write_verdict(summary, &summary->point[0], verdict, sizeof(verdict));
    assert_non_null(strstr(verdict, "nothing to compare"));
    char *text = written(bt_write_summary_text, summary);
    assert_non_null(strstr(text, "mood (smiles)"));
    assert_non_null(strstr(text, "Not recorded in this file: price, profit"));
    assert_null(strstr(text, "final price"));
    free(text);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

/* Variables with the names that are looked for, in shapes that nobody wants. */
static void wrong_shapes_are_not_taken_for_what_they_are_called(void **state)
{
    (void)state;
    fixture *in = duopoly();
    fixture_series(in, "price", "EUR", SELLER);
    fixture_series(in, "distance_to_nash", "1", PRODUCT);
    fixture_series(in, "delta", "1", POINT);
    fixture_outcome(in, "converged", BT_RESULT_DOUBLE, PRODUCT);
    fixture_benchmark(in, "nash_welfare", PRODUCT);
    fixture_words(in, "exploitability", PRODUCT, (const char *const[]){"a", "b"});
    fixture_add(in,
                (bt_result_variable){.name = "consumer_surplus",
                                     .long_name = "",
                                     .units = "",
                                     .rank = 5,
                                     .dimension = {POINT, REPLICATION, RECORD, PRODUCT, SELLER},
                                     .per_run = true});
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, 0);
    const char *const unavailable[] = {"price",        "distance_to_nash", "converged",
                                       "nash_welfare", "exploitability",   "consumer_surplus"};
    for (size_t i = 0; i < sizeof(unavailable) / sizeof(unavailable[0]); i++) {
        size_t index = bt_statistic_find(&summary->list, unavailable[i]);
        assert_false(summary->list.statistic[index].is_available);
    }
    free(written(bt_write_summary_text, summary));
    free(written(bt_write_summary_csv, summary));
    free(written(bt_write_summary_json, summary));
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void verdicts_say_how_far_and_who_gained(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_prices(in);
    add_profits(in);
    bt_results *results = fixture_open(in);
    bt_analysis_setting setting = bt_default_analysis;
    setting.confidence = 0.5; /* narrow enough for certain signs */
    bt_summary *summary = summarize(results, &setting, BT_NO_BASELINE);
    char verdict[BT_VERDICT_LENGTH];
    bt_write_verdict(summary, &summary->point[1], verdict, sizeof(verdict));
    assert_non_null(strstr(verdict, "Prices ended 40 % above Bertrand-Nash ["));
    assert_non_null(strstr(verdict, "above competitive ones: profit gain \u0394 = 0.5 ["));
    /* text that does not fit is cut, not overrun */
    char small[20];
    bt_write_verdict(summary, &summary->point[1], small, sizeof(small));
    assert_int_equal(strlen(small), sizeof(small) - 1);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void csv_has_a_row_for_each_statistic(void **state)
{
    (void)state;
    fixture *in = duopoly();
    add_profits(in);
    in->title = "quoted, \"twice\"";
    bt_results *results = fixture_open(in);
    bt_summary *summary = summarize(results, &bt_default_analysis, 0);
    char *text = written(bt_write_summary_csv, summary);
    assert_non_null(strstr(text,
                           "point,sellers[*].learning_rate,statistic,product,seller,units,"
                           "mean,ci_low,ci_high,standard_error,n,difference,"
                           "difference_ci_low,difference_ci_high,difference_n\n"));
    assert_non_null(strstr(text, "\n1,0.20000000000000001,delta,,,1,0.5,"));
    assert_non_null(strstr(text, ",3,0.25,0.25,0.25,3\n"));
    assert_non_null(strstr(text, "\n0,0.10000000000000001,delta,,M\xc3\xbcller,1,0.25,"));
    free(text);
    bt_summary_destroy(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void points_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    fixture *in = duopoly();
    bt_results *results = fixture_open(in);
    bt_summary *summary = NULL;
    bt_error error;
    assert_int_equal(
        bt_summarize(results, &bt_default_analysis, 2, BT_NO_BASELINE, &summary, &error),
        BT_BAD_USAGE);
    assert_non_null(strstr(error.message, "has no point 2: its points are 0 to 1"));
    assert_null(summary);
    bt_results_close(results);
    fixture_destroy(in);
}

static void files_that_are_no_results_are_refused(void **state)
{
    (void)state;
    bt_results *results = NULL;
    bt_error error;
    assert_int_equal(bt_results_open("/tmp/bertrand-no-such-file.h5", &results, &error),
                     BT_NO_INPUT);
    assert_int_equal(bt_results_open("/dev/null", &results, &error), BT_BAD_INPUT);
    assert_null(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_and_profits_are_summarized),
        cmocka_unit_test(differences_are_paired_by_replication),
        cmocka_unit_test(the_window_can_be_chosen),
        cmocka_unit_test(limit_cycles_are_final_where_a_run_converged),
        cmocka_unit_test(times_and_rates_come_from_the_distance),
        cmocka_unit_test(only_runs_that_are_done_count),
        cmocka_unit_test(padding_does_not_count),
        cmocka_unit_test(a_file_without_anything_known_is_summarized),
        cmocka_unit_test(wrong_shapes_are_not_taken_for_what_they_are_called),
        cmocka_unit_test(verdicts_say_how_far_and_who_gained),
        cmocka_unit_test(csv_has_a_row_for_each_statistic),
        cmocka_unit_test(points_that_do_not_exist_are_refused),
        cmocka_unit_test(files_that_are_no_results_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
