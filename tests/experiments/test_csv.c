/* Tables of sweep points: what spreadsheets write, and what must be refused where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "experiments/tables/csv.h"

static void test_what_spreadsheets_write(void **state)
{
    (void)state;
    static const char text[] =
        "\xef\xbb\xbf market.demand.scale , \"sellers[\"\"a,b\"\"].x\"\r\n"
        "\r\n"
        "0.25,\"[1, 2]\"\r\n"
        "   \n"
        "\"two\nlines\" ,\n"
        "a b ,\"\"\"\"";
    bt_csv *csv;
    bt_error error;
    assert_int_equal(bt_csv_parse("t.csv", text, sizeof(text) - 1, &csv, &error), BT_OK);
    assert_int_equal(csv->n_columns, 2);
    assert_int_equal(csv->n_rows, 3);
    static const char *const expected[] = {"0.25", "[1, 2]", "two\nlines", "", "a b", "\""};
    static const size_t line[] = {3, 5, 7};
    assert_string_equal(csv->header[0], "market.demand.scale");
    assert_string_equal(csv->header[1], "sellers[\"a,b\"].x");
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(csv->cell[i], expected[i]);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(csv->line[i], line[i]);
    bt_csv_destroy(csv);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "t.csv:1:1: there are no rows"},
        {"\n\n", "t.csv:3:1: there are no rows"},
        {"a,b\n", "t.csv:2:1: there are no rows"},
        {"a,b\n1,2\n\n3\n", "t.csv:4:1: this row has 1 field where the header names 2"},
        {"a,b\n1,2,3\n", "t.csv:2:1: this row has 3 fields where the header names 2"},
        {"a,,b\n1,2,3\n", "t.csv:1:1: column 2 has no name"},
        {"a,b,a\n1,2,3\n", "t.csv:1:1: columns 1 and 3 are both called \"a\""},
        {"a\n\"1", "t.csv:2:1: this quotation mark is never closed"},
        {"a\n\"", "t.csv:2:1: this quotation mark is never closed"},
        {"a,b\n1,\"2\"\"", "t.csv:2:3: this quotation mark is never closed"},
        {"a,b\n1,\"2\" 3\n", "t.csv:2:7: a comma or the end of the line"},
        {"a,b\n1,2\"3\n", "t.csv:2:4: a quotation mark stands inside"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        /* An exact heap copy, so that a sanitizer sees a read past the end. */
        size_t size = strlen(cases[i].text);
        char *copy = malloc(size > 0 ? size : 1);
        assert_non_null(copy);
        memcpy(copy, cases[i].text, size);
        bt_csv *csv;
        bt_error error = {.status = BT_OK};
        assert_int_equal(bt_csv_parse("t.csv", copy, size, &csv, &error), BT_BAD_INPUT);
        if (strstr(error.message, cases[i].message) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", error.message, cases[i].message);
        free(copy);
    }
    bt_csv *csv;
    bt_error error;
    assert_int_equal(bt_csv_parse("t.csv", "a\n1\0 2\n", 7, &csv, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "NUL"));
    assert_int_equal(bt_csv_read("/nonexistent/t.csv", &csv, &error), BT_NO_INPUT);
    assert_non_null(strstr(error.message, "/nonexistent/t.csv"));
    assert_int_equal(bt_csv_read("/", &csv, &error), BT_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_spreadsheets_write),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
