/* Tidy tables: exact text, units, early ends, quoting, names that do not exist. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/csv_writer.h"
#include "analysis/export.h"
#include "tests/analysis/fixture.h"

/* One point, two runs, three records, two products and one seller; run 1 ends after one
 * record. */
static fixture *small_market(void)
{
    fixture *in = fixture_new(1, 2, 3, 2, 1);
    fixture_swept(in, "market.demand.scale")[0] = 0.25;
    fixture_words(in, "product_name", PRODUCT, (const char *const[]){"A", "B, \"best\""});
    double *time = fixture_time(in);
    double *price = fixture_series(in, "price", "EUR", PRODUCT);
    double *profit = fixture_series(in, "profit", "EUR", SELLER);
    double *welfare = fixture_series(in, "welfare", "EUR", POINT);
    double *iterations = fixture_outcome(in, "iterations", BT_RESULT_INT64, POINT);
    double *nash_price = fixture_benchmark(in, "nash_price", PRODUCT);
    for (int i = 0; i < 3; i++)
        time[i] = 100 * (i + 1);
    for (int run = 0; run < 2; run++)
        for (int record = 0; record < 3; record++) {
            bool over = run == 1 && record > 0;
            int at = run * 3 + record;
            price[2 * at] = over ? NAN : 1.5 + record;
            price[2 * at + 1] = over ? NAN : 2.5 + record;
            profit[at] = over ? NAN : 0.1 * record;
            welfare[at] = over ? NAN : -7;
        }
    iterations[0] = 300;
    iterations[1] = NAN; /* -1 in the file: no value */
    nash_price[0] = 1.25;
    nash_price[1] = 2;
    return in;
}

/* The table; the caller frees. */
static char *exported(const bt_results *results, const char *const *name, size_t n_names,
                      size_t expected_rows)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    bt_export_setting setting = {.n_names = n_names, .point = SIZE_MAX};
    for (size_t i = 0; i < n_names; i++)
        setting.name[i] = name[i];
    size_t n_rows = 0;
    bt_error error = {.message = ""};
    if (bt_export_csv(results, &setting, stream, "memory", &n_rows, &error) != BT_OK)
        fail_msg("%s", error.message);
    fclose(stream);
    assert_int_equal(n_rows, expected_rows);
    return text;
}

static void rows_belong_to_products(void **state)
{
    (void)state;
    fixture *in = small_market();
    bt_results *results = fixture_open(in);
    char *text = exported(results, (const char *const[]){"price"}, 1, 8);
    assert_string_equal(text,
                        "point,market.demand.scale,replication,record,time,product,price\n"
                        "0,0.25,0,0,100,A,1.5\n"
                        "0,0.25,0,0,100,\"B, \"\"best\"\"\",2.5\n"
                        "0,0.25,0,1,200,A,2.5\n"
                        "0,0.25,0,1,200,\"B, \"\"best\"\"\",3.5\n"
                        "0,0.25,0,2,300,A,3.5\n"
                        "0,0.25,0,2,300,\"B, \"\"best\"\"\",4.5\n"
                        "0,0.25,1,0,100,A,1.5\n"
                        "0,0.25,1,0,100,\"B, \"\"best\"\"\",2.5\n");
    free(text);
    bt_results_close(results);
    fixture_destroy(in);
}

static void rows_of_several_units_stand_one_below_the_other(void **state)
{
    (void)state;
    fixture *in = small_market();
    in->state[1] = BT_RUN_FAILED;
    bt_results *results = fixture_open(in);
    const char *const names[] = {"welfare", "iterations", "nash_price"};
    char *text = exported(results, names, 3, 3 + 1 + 2);
    assert_string_equal(
        text, "point,market.demand.scale,replication,record,time,product,welfare,iterations,"
              "nash_price\n"
              "0,0.25,0,0,100,,-7,,\n"
              "0,0.25,0,1,200,,-7,,\n"
              "0,0.25,0,2,300,,-7,,\n"
              "0,0.25,0,,,,,300,\n"
              "0,0.25,,,,A,,,1.25\n"
              "0,0.25,,,,\"B, \"\"best\"\"\",,,2\n");
    free(text);
    bt_results_close(results);
    fixture_destroy(in);
}

static void all_series_are_written_unless_told_otherwise(void **state)
{
    (void)state;
    fixture *in = small_market();
    bt_results *results = fixture_open(in);
    char *text = exported(results, NULL, 0, 8 + 4 + 4);
    assert_non_null(strstr(text, "time,product,seller,price,profit,welfare\n"));
    assert_non_null(strstr(text, "\n0,0.25,0,2,300,,1,,0.20000000000000001,\n"));
    free(text);
    bt_results_close(results);
    fixture_destroy(in);
}

static bt_status refused(const bt_results *results, const char *name, size_t point,
                         bt_error *error)
{
    bt_export_setting setting = {.name = {name}, .n_names = name != NULL, .point = point};
    size_t n_rows = 0;
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    bt_status status = bt_export_csv(results, &setting, nowhere, "nowhere", &n_rows, error);
    fclose(nowhere);
    return status;
}

static void what_cannot_be_written_is_said(void **state)
{
    (void)state;
    fixture *in = small_market();
    fixture_add(in, (bt_result_variable){.name = "strategy",
                                         .long_name = "strategy",
                                         .units = "1",
                                         .rank = 4,
                                         .dimension = {POINT, REPLICATION, PRODUCT, SELLER},
                                         .per_run = true});
    bt_results *results = fixture_open(in);
    bt_error error;
    assert_int_equal(refused(results, "prise", SIZE_MAX, &error), BT_BAD_USAGE);
    assert_non_null(strstr(error.message, "no variable 'prise'; its series are price, profit, "
                                          "welfare"));
    assert_int_equal(refused(results, "strategy", SIZE_MAX, &error), BT_BAD_USAGE);
    assert_non_null(strstr(error.message, "dimensions that a table of rows cannot show"));
    assert_int_equal(refused(results, "price", 1, &error), BT_BAD_USAGE);
    bt_results_close(results);
    fixture_destroy(in);

    in = fixture_new(1, 1, 1, 1, 1);
    results = fixture_open(in);
    assert_int_equal(refused(results, NULL, SIZE_MAX, &error), BT_BAD_INPUT);
    bt_results_close(results);
    fixture_destroy(in);
}

static void a_full_disk_is_named(void **state)
{
    (void)state;
    fixture *in = small_market();
    bt_results *results = fixture_open(in);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    bt_export_setting setting = {.point = SIZE_MAX};
    size_t n_rows = 0;
    bt_error error;
    assert_int_equal(bt_export_csv(results, &setting, full, "full.csv", &n_rows, &error),
                     BT_IO);
    fclose(full);
    bt_results_close(results);
    fixture_destroy(in);
}

static void numbers_come_back_exactly(void **state)
{
    (void)state;
    const double numbers[] = {0.1, 1.0 / 3, 5e-324, -1.7976931348623157e308, 1e15 + 0.3};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    bt_csv_writer csv = {.stream = stream};
    for (size_t i = 0; i < 5; i++)
        bt_csv_number(&csv, numbers[i]);
    bt_csv_number(&csv, NAN);
    bt_csv_end_row(&csv);
    fclose(stream);
    char *next = text;
    for (size_t i = 0; i < 5; i++) {
        double back = strtod(next, &next);
        assert_memory_equal(&back, &numbers[i], sizeof(back));
        next++;
    }
    assert_string_equal(next, "\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_belong_to_products),
        cmocka_unit_test(rows_of_several_units_stand_one_below_the_other),
        cmocka_unit_test(all_series_are_written_unless_told_otherwise),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(numbers_come_back_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
