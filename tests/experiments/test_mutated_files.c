/*
 * Every catalogue file and every broken file, mutated in thousands of ways that do not
 * change from run to run: whatever is made of them is read, or refused with a message.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <glob.h>

#include <cmocka.h>

#include "document_fuzzing.h"
#include "sim/random.h"

enum { MUTANTS_OF_A_FILE = 50, MOST_STEPS = 6 };

typedef struct bytes {
    char *data;
    size_t size;
} bytes;

static const char *const tokens[] = {
    "[",
    "]",
    "{",
    "}",
    ": ",
    ",",
    "- ",
    "\"",
    "'",
    "&a ",
    "*a",
    "!!int ",
    "<<: ",
    "|\n",
    ">\n",
    "# ",
    "\t",
    "\r\n",
    "---\n",
    "...\n",
    "%YAML\n",
    "null",
    "~",
    ".inf",
    "1e999",
    "0x1F",
    "0777",
    "-0",
    "1e-400",
    "? ",
    "\\u0000",
    "\xff",
    "\xef\xbb\xbf",
    "\xc2\x85",
    "\xe2\x80\xa8",
    "sellers[*].price",
    "true",
    "{poisson: 2}",
    "name: s1\n",
    "9007199254740993",
    "é",
    "[[[[[[[[",
    "policy: fixed",
    "segments: [{weight: 1}]",
};

static bytes read_file(const char *path)
{
    bytes file = {.data = NULL};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    FILE *memory = open_memstream(&file.data, &file.size);
    assert_non_null(memory);
    for (int byte = fgetc(stream); byte != EOF; byte = fgetc(stream))
        fputc(byte, memory);
    fclose(memory);
    fclose(stream);
    return file;
}

static size_t below(bt_stream *stream, size_t bound)
{
    return bound == 0 ? 0 : (size_t)(bt_stream_next(stream) % bound);
}

/* `size` bytes at `start` give way to `new`. */
static void replace(bytes *file, size_t start, size_t size, const char *new, size_t new_size)
{
    bytes made = {.size = file->size - size + new_size};
    made.data = malloc(made.size + 1);
    assert_non_null(made.data);
    memcpy(made.data, file->data, start);
    memcpy(made.data + start, new, new_size);
    memcpy(made.data + start + new_size, file->data + start + size, file->size - start - size);
    free(file->data);
    *file = made;
}

/* One change: a token put in or over, bytes cut out or doubled, one byte changed, or a piece
 * of another file. */
static void mutate(bytes *file, const bytes *other, bt_stream *stream)
{
    size_t start = below(stream, file->size + 1);
    size_t length = below(stream, file->size - start + 1) % 24;
    const char *token = tokens[below(stream, sizeof(tokens) / sizeof(tokens[0]))];
    size_t from = below(stream, other->size + 1);
    size_t piece = below(stream, other->size - from + 1) % 60;
    char byte = (char)below(stream, 256);
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, file->data + start, length);
    switch (below(stream, 6)) {
    case 0:
        replace(file, start, 0, token, strlen(token));
        break;
    case 1:
        replace(file, start, length, token, strlen(token));
        break;
    case 2:
        replace(file, start, length, "", 0);
        break;
    case 3:
        replace(file, start, 0, copy, length);
        break;
    case 4:
        replace(file, start, length > 0 ? 1 : 0, &byte, 1);
        break;
    default:
        replace(file, start, length, other->data + from, piece);
    }
    free(copy);
}

static void check_mutants(const bytes *file, const bytes *other, uint64_t seed)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(seed, 0, 0), 0, 0);
    for (int i = 0; i < MUTANTS_OF_A_FILE; i++) {
        bytes mutant = {.size = file->size, .data = malloc(file->size + 1)};
        assert_non_null(mutant.data);
        memcpy(mutant.data, file->data, file->size);
        size_t n_steps = 1 + below(&stream, MOST_STEPS);
        for (size_t step = 0; step < n_steps; step++)
            mutate(&mutant, other, &stream);
        check_bytes(mutant.data, mutant.size);
        free(mutant.data);
    }
}

static void mutants_are_read_or_refused(void **state)
{
    (void)state;
    const char *source = getenv("BERTRAND_SOURCE");
    assert_non_null(source);
    char pattern[1024];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s/experiments/catalogue/*.yaml", source);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    snprintf(pattern, sizeof(pattern), "%s/tests/experiments/broken/*.yaml", source);
    assert_int_equal(glob(pattern, GLOB_APPEND, NULL, &found), 0);
    assert_true(found.gl_pathc > 100);
    bytes other = read_file(found.gl_pathv[0]);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        bytes file = read_file(found.gl_pathv[i]);
        check_bytes(file.data, file.size);
        check_mutants(&file, &other, i);
        free(other.data);
        other = file;
    }
    free(other.data);
    globfree(&found);
}

/* The same, of texts that follow the tables and so are mostly right. */
static void overrides_are_applied_or_refused(void **state)
{
    (void)state;
    static const char *const overrides[][2] = {
        {"market.demand.scale", "0.3"},
        {"sellers[*].learning_rate", "0.2"},
        {"sellers[0]", "null"},
        {"market", "[]"},
        {"horizon.time", "3 d"},
        {"market.products[*].cost", "{a: 1}"},
        {"sellers[*].reprice", "{after_sales: 2}"},
        {"record.series", "[price, price]"},
        {"market.demand.segments", "[{weight: 1, considers: [A]}]"},
        {"sellers", "x"},
        {"market.type", "&a [*a]"},
    };
    enum { N_OVERRIDES = sizeof(overrides) / sizeof(overrides[0]) };
    const char *source = getenv("BERTRAND_SOURCE");
    char path[1024];
    assert_non_null(source);
    snprintf(path, sizeof(path), "%s/experiments/catalogue/quickstart.yaml", source);
    bytes file = read_file(path);
    for (size_t i = 0; i < N_OVERRIDES; i++)
        for (size_t k = 0; k < N_OVERRIDES; k++) {
            char *data = NULL;
            size_t size;
            FILE *memory = open_memstream(&data, &size);
            assert_non_null(memory);
            fwrite(file.data, 1, file.size, memory);
            fprintf(memory, "%c%s%c%s%c%s%c%s", 0, overrides[i][0], 0, overrides[i][1], 0,
                    overrides[k][0], 0, overrides[k][1]);
            fclose(memory);
            check_bytes(data, size);
            free(data);
        }
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutants_are_read_or_refused),
        cmocka_unit_test(overrides_are_applied_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
