/* Rows one by one: more than a buffer of them, compressed or not, and rows that are too long.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "experiments/tables/csv_reader.h"

enum { ROWS = 100000 };

static const char *path_of(char *path, size_t size, const char *name)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, size, "%s/bertrand_csv_%ld_%s", folder != NULL ? folder : "/tmp",
             (long)getpid(), name);
    return path;
}

/* Rows of growing numbers, some fields quoted and of two lines, some lines blank: about 6 MB.
 */
static char *make_text(size_t *size)
{
    char *text = malloc((size_t)ROWS * 120), *end = text;
    assert_non_null(text);
    for (int i = 0; i < ROWS; i++)
        end += sprintf(end, "%d, plain %d ,\"quoted \"\"%d\"\", %s\",%0*d\r\n%s", i, i, i,
                       i % 5 == 0 ? "two\nlines" : "one line", 1 + i % 40, i,
                       i % 7 == 0 ? "  \n" : "");
    *size = (size_t)(end - text);
    return text;
}

static void check_rows(bt_csv_reader *reader)
{
    bt_error error;
    bt_csv_row row;
    size_t line = 1;
    bool got;
    char expected[120];
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_OK);
        assert_true(got);
        assert_int_equal(row.line, line);
        assert_int_equal(row.n_fields, 4);
        snprintf(expected, sizeof expected, "plain %d", i);
        assert_string_equal(row.field[1], expected);
        snprintf(expected, sizeof expected, "quoted \"%d\", %s", i,
                 i % 5 == 0 ? "two\nlines" : "one line");
        assert_string_equal(row.field[2], expected);
        assert_int_equal(row.length[2], strlen(expected));
        assert_int_equal(atoi(row.field[3]), i);
        line += 1 + (size_t)(i % 5 == 0) + (size_t)(i % 7 == 0);
    }
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_OK);
    assert_false(got);
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_OK);
    assert_false(got);
}

static void rows_cross_the_buffer(void **state)
{
    (void)state;
    char plain[256], packed[256];
    bt_error error;
    bt_csv_reader *reader;
    size_t size;
    char *text = make_text(&size);
    assert_int_equal(bt_csv_reader_of_bytes("t", text, size, &reader, &error), BT_OK);
    check_rows(reader);
    bt_csv_reader_close(reader);

    FILE *file = fopen(path_of(plain, sizeof plain, "plain"), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
    assert_int_equal(bt_csv_reader_open(plain, &reader, &error), BT_OK);
    check_rows(reader);
    assert_true(bt_csv_reader_fraction(reader) > 0.99);
    bt_csv_reader_close(reader);
    unlink(plain);

    gzFile compressed = gzopen(path_of(packed, sizeof packed, "gz"), "wb");
    assert_non_null(compressed);
    assert_int_equal(gzwrite(compressed, text, (unsigned)size), size);
    gzclose(compressed);
    assert_int_equal(bt_csv_reader_open(packed, &reader, &error), BT_OK);
    check_rows(reader);
    bt_csv_reader_close(reader);
    unlink(packed);
    free(text);
}

/* The mistake of a long row is told: a quotation mark that is open for all the rest of a file
 * is not read to its end. */
static void long_rows_are_refused(void **state)
{
    (void)state;
    static const size_t size = (size_t)3 << 20;
    char *text = malloc(size);
    bt_error error;
    bt_csv_reader *reader;
    bt_csv_row row;
    bool got;
    assert_non_null(text);
    memset(text, 'x', size);
    memcpy(text, "a,b\n", 4);
    assert_int_equal(bt_csv_reader_of_bytes("t", text, size, &reader, &error), BT_OK);
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_OK);
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "t:2:1: this row is longer than 1048576 bytes");
    bt_csv_reader_close(reader);

    text[4] = '"';
    for (size_t i = 100; i < size; i += 100)
        text[i] = '\n';
    assert_int_equal(bt_csv_reader_of_bytes("t", text, size, &reader, &error), BT_OK);
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_OK);
    assert_int_equal(bt_csv_reader_next(reader, &row, &got, &error), BT_BAD_INPUT);
    assert_string_equal(error.message, "t:2:1: this quotation mark is never closed");
    bt_csv_reader_close(reader);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_cross_the_buffer),
        cmocka_unit_test(long_rows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
