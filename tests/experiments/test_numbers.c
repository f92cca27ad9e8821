/* Numbers, times and canonical numbers of experiment files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/document/canonical.h"
#include "experiments/document/document.h"
#include "sim/random.h"

static void integers_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"-12", -12},
        {"1e3", 1000},
        {"1E+3", 1000},
        {"1.5e1", 15},
        {"12.50e2", 1250},
        {"1000e-3", 1},
        {"1.0", 1},
        {"0e99999", 0},
        {"0.0e-5", 0},
        {".5e1", 5},
        {"5.", 5},
        {"9007199254740991", INT64_C(9007199254740991)},
        {"9007199254740993", INT64_C(9007199254740993)},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"9.223372036854775807e18", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = -1;
        if (!bt_text_to_integer(cases[i].text, &value) || value != cases[i].value)
            fail_msg("%s gave %" PRId64, cases[i].text, value);
    }
}

static void what_is_no_integer_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "-",
                                        "1.5",
                                        "1e-1",
                                        "50abc",
                                        "0777",
                                        "0x10",
                                        "1_000",
                                        ".inf",
                                        ".nan",
                                        "1e",
                                        "1e+",
                                        "e3",
                                        ".",
                                        "- 1",
                                        " 1",
                                        "1 ",
                                        "1,0",
                                        "--1",
                                        "1e19",
                                        "00",
                                        "1.5e0",
                                        "1e999999999",
                                        "9223372036854775808",
                                        "1.0.0",
                                        "0b1",
                                        "0o7",
                                        "1e3.0",
                                        "12345678901234567890"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 0;
        if (bt_text_to_integer(cases[i], &value))
            fail_msg("'%s' was read as %" PRId64, cases[i], value);
    }
}

static void reals_are_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const cases[] = {"0",  "-0",    "0.1",    "1e-7",   "4e-6", ".5",
                                        "5.", "1e308", "-2.5E3", "1e-320", "+1",   "0e9"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = -1;
        assert_true(bt_text_to_real(cases[i], &value));
        double wanted = strtod(cases[i], NULL);
        assert_memory_equal(&value, &wanted, sizeof(value));
    }
}

static void what_is_no_real_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",     "nan",   "inf", "-inf",  ".inf", ".NaN",         "1e400", "1e-400", "0x1p3",
        "01.5", "1.5.2", "1,5", "1 000", "12%",  "1e1000000000", "½",     "1d",     "1f"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 0;
        if (bt_text_to_real(cases[i], &value))
            fail_msg("'%s' was read as %g", cases[i], value);
    }
}

static void times_are_in_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double days;
    } cases[] = {{"30 d", 30},           {"2 h", 2.0 / 24}, {"15 min", 15.0 / 1440},
                 {"10 s", 10.0 / 86400}, {"30d", 30},       {"1e3 s", 1e3 / 86400},
                 {"1.5   h", 1.5 / 24},  {"7", 7},          {"0 s", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double days = -1;
        assert_true(bt_text_to_days(cases[i].text, &days));
        assert_true(days == cases[i].days);
    }
    static const char *const wrong[] = {"d",      " d",  "3 w",   "3 days",
                                        "3 mins", "h 3", "3 d d", "x s"};
    double days;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(bt_text_to_days(wrong[i], &days));
}

/* Any double comes back from its canonical text: 200,000 bit patterns. */
static void canonical_numbers_read_back(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(1, 0, 0), 0, 0);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    size_t checked = 0;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = bt_stream_next(&stream);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        rewind(out);
        bt_write_number(out, value);
        fputc('\0', out);
        fflush(out);
        double back;
        if (!bt_text_to_real(text, &back))
            fail_msg("%s is not read", text);
        assert_memory_equal(&back, &value, sizeof(back));
        checked++;
    }
    assert_true(checked > 190000);
    fclose(out);
    free(text);
}

/* Integers of every size come back through their decimal text, and with their zeros
 * moved to an exponent. */
static void integers_read_back(void **state)
{
    (void)state;
    bt_stream stream = bt_stream_open(bt_random_key_of(2, 0, 0), 0, 0);
    for (int i = 0; i < 100000; i++) {
        int64_t value = (int64_t)(bt_stream_next(&stream) >> (1 + i % 63));
        if (i % 2 == 1)
            value = -value;
        char text[40];
        int64_t back;
        snprintf(text, sizeof(text), "%" PRId64, value);
        assert_true(bt_text_to_integer(text, &back));
        assert_int_equal(back, value);
        int64_t tenth = value / 1000;
        snprintf(text, sizeof(text), "%" PRId64 "e3", tenth);
        assert_true(bt_text_to_integer(text, &back));
        assert_int_equal(back, tenth * 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(what_is_no_integer_is_refused),
        cmocka_unit_test(reals_are_read_as_strtod_reads_them),
        cmocka_unit_test(what_is_no_real_is_refused),
        cmocka_unit_test(times_are_in_days),
        cmocka_unit_test(canonical_numbers_read_back),
        cmocka_unit_test(integers_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
