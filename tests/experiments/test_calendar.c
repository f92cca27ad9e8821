/* Dates of the best-offer data, there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiments/imports/calendar.h"

static void known_days(void **state)
{
    (void)state;
    int64_t number;
    assert_true(bt_calendar_day("01jun2012", &number));
    assert_int_equal(number, 0);
    assert_true(bt_calendar_day("31MAY2012", &number));
    assert_int_equal(number, -1);
    assert_true(bt_calendar_day("01jun2013", &number));
    assert_int_equal(number, 365);
    assert_true(bt_calendar_day("29feb2012", &number));
    assert_int_equal(number, -93);
    assert_true(bt_calendar_moment("03jul2012 18:03:24", &number));
    assert_int_equal(number, 32 * 86400 + 18 * 3600 + 3 * 60 + 24);
    assert_true(bt_calendar_moment("31may2012 23:59:59", &number));
    assert_int_equal(number, -1);
    assert_int_equal(bt_calendar_day_of(-1), -1);
    assert_int_equal(bt_calendar_day_of(86399), 0);
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",          "29feb2013", "31jun2012", "00jun2012",
                                        "1jun2012",  "01jux2012", "01jun12",   "01jun20122",
                                        "01jun1899", "01jun2200", "-1jun2012", "01jun2012 "};
    static const char *const moments[] = {
        "03jul2012",          "03jul2012 24:00:00",   "03jul2012 23:60:00",
        "03jul2012 23:59:60", "03jul2012 3:00:00",    "03jul2012T18:03:24",
        "03jul2012 18:03",    "03jul2012 18:03:24.5", "03jul2012  18:03:24"};
    int64_t unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(bt_calendar_day(texts[i], &unused));
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
        assert_false(bt_calendar_moment(moments[i], &unused));
}

static void every_day_of_three_centuries_comes_back(void **state)
{
    (void)state;
    char text[BT_CALENDAR_TEXT];
    int64_t first, last, back;
    assert_true(bt_calendar_day("01jan1900", &first));
    assert_true(bt_calendar_day("31dec2199", &last));
    assert_int_equal(last - first + 1, 300 * 365 + 73); /* leap days; not in 1900 and 2100 */
    for (int64_t day = first; day <= last; day++) {
        bt_calendar_write_day(day, text);
        assert_true(bt_calendar_day(text, &back));
        assert_int_equal(back, day);
        int64_t second = day * BT_DAY_SECONDS +
                         (day * 7919 % BT_DAY_SECONDS + BT_DAY_SECONDS) % BT_DAY_SECONDS;
        bt_calendar_write_moment(second, text);
        assert_true(bt_calendar_moment(text, &back));
        assert_int_equal(back, second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(every_day_of_three_centuries_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
