/* The tree, its limits, and paths into it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/document/document.h"

typedef struct parsed {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_status status;
} parsed;

static parsed parse_bytes(const char *bytes, size_t size)
{
    parsed result = {.diagnostics = bt_diagnostics_create()};
    result.status = bt_document_parse("t", bytes, size, &result.document, result.diagnostics);
    return result;
}

static parsed parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void release(parsed *result)
{
    bt_document_destroy(result->document);
    bt_diagnostics_destroy(result->diagnostics);
}

/* The first line of the first message. */
static void assert_first_message(const parsed *result, const char *wanted)
{
    assert_true(bt_diagnostics_count(result->diagnostics) > 0);
    const char *message = bt_diagnostics_at(result->diagnostics, 0);
    size_t length = strcspn(message, "\n");
    if (length != strlen(wanted) || strncmp(message, wanted, length) != 0)
        fail_msg("%.*s\nwanted %s", (int)length, message, wanted);
}

static const char *text_at(const bt_document *document, const char *path)
{
    const bt_node *node = bt_node_get(bt_document_root(document), path);
    return node != NULL ? bt_node_text(node) : NULL;
}

static void the_tree_holds_what_the_file_says(void **state)
{
    (void)state;
    parsed result = parse("a: 1\nb: [x, 'y z', null]\nc:\n  - {d: 2}\n  - d: 3\n    e: ~\n");
    assert_int_equal(result.status, BT_OK);
    const bt_node *root = bt_document_root(result.document);
    assert_int_equal(bt_node_get_kind(root), BT_NODE_MAPPING);
    assert_int_equal(bt_node_count(root), 3);
    assert_string_equal(bt_node_key(root, 1), "b");
    const bt_node *list = bt_node_find(root, "b");
    assert_int_equal(bt_node_get_kind(list), BT_NODE_LIST);
    assert_string_equal(bt_node_text(bt_node_element(list, 1)), "y z");
    assert_true(bt_node_is_quoted(bt_node_element(list, 1)));
    assert_false(bt_node_is_null(bt_node_element(list, 1)));
    assert_true(bt_node_is_null(bt_node_element(list, 2)));
    assert_true(bt_node_is_null(bt_node_get(root, "c[1].e")));
    assert_string_equal(text_at(result.document, "c[1].d"), "3");
    assert_null(bt_node_find(root, "z"));
    assert_null(bt_node_text(list));
    size_t size;
    assert_memory_equal(bt_document_text(result.document, &size), "a: 1\n", 5);
    assert_int_equal(size, 57);
    release(&result);
}

static void paths_may_stand_in_braces(void **state)
{
    (void)state;
    parsed result = parse("grid: {sellers[*].rate: {from: 0, to: 1}, m.p[A].c: [1, 2]}\n"
                          "list: [a[0].b, x]\nquoted: 'a[1]'\nfold: >\n  u[2] v[3].w\n");
    assert_int_equal(result.status, BT_OK);
    const bt_node *grid = bt_node_find(bt_document_root(result.document), "grid");
    assert_string_equal(bt_node_key(grid, 0), "sellers[*].rate");
    assert_string_equal(bt_node_key(grid, 1), "m.p[A].c");
    assert_int_equal(bt_node_count(bt_node_element(grid, 1)), 2);
    assert_string_equal(text_at(result.document, "list[0]"), "a[0].b");
    assert_string_equal(text_at(result.document, "quoted"), "a[1]");
    assert_string_equal(text_at(result.document, "fold"), "u[2] v[3].w\n");
    char place[32];
    bt_node_place(bt_node_element(grid, 1), place, sizeof(place));
    assert_string_equal(place, "t:1:53");
    release(&result);
}

/* An alias stands for a copy: changing one leaves the other. */
static void aliases_are_copies(void **state)
{
    (void)state;
    parsed result = parse("a: &x {v: 1, w: [2]}\nb: *x\nc: [*x, *x]\n");
    assert_int_equal(result.status, BT_OK);
    assert_int_equal(bt_document_set(result.document, "b.v", "7", "--set", result.diagnostics),
                     BT_OK);
    assert_string_equal(text_at(result.document, "a.v"), "1");
    assert_string_equal(text_at(result.document, "b.v"), "7");
    assert_string_equal(text_at(result.document, "c[1].w[0]"), "2");
    release(&result);
}

static void syntax_errors_have_a_place_and_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "t:1:1: there is nothing in it"},
        {"# a comment\n", "t:2:1: there is nothing in it"},
        {"a: [1, 2\n", "t:1:4: this '[' is never closed"},
        {"a: [\n", "t:2:1: the text ends where a value or a closing bracket is missing"},
        {"a: {b: 1\n", "t:1:4: this '{' is never closed"},
        {"a: \"x\nb: 2\n", "t:1:4: this quote is never closed"},
        {"a: 'x\n", "t:1:4: this quote is never closed"},
        {"a: {b: 1\nc: 2\n",
         "t:2:2: the mapping that opens in line 1 wants a ',' or its closing '}' here"},
        {"a:\n\tb: 1\n", "t:2:1: a tab may not indent a line: use spaces"},
        {"a: b: c\n", "t:1:5: a second ':' in one line: quote the text, or put what follows on "
                      "lines below"},
        {"seed 5\nb: 2\n", "t:2:2: this key does not fit the line above: check its ':' and the "
                           "indentation"},
        {"a: 1\nfoo\n", "t:2:1: this key wants a ':' and a space after it"},
        {"a: 1\nfoo\nb: 2\n", "t:2:1: this key wants a ':' and a space after it"},
        {"a: @x\n", "t:1:4: a text may not start with '@': quote it"},
        {"a: `x`\n", "t:1:4: a text may not start with '`': quote it"},
        {"a: 1\n- b\n", "t:2:1: this does not fit the mapping that starts in line 1: check the "
                        "indentation, and quote texts with special characters"},
        {"- a\nb: 1\n",
         "t:2:1: this does not fit the list that starts in line 1: check the indentation"},
        {"a: - 1\n",
         "t:1:4: a list may not start here: put '-' on a line of its own below the key"},
        {"a: \"\\q\"\n",
         "t:1:5: this escape is unknown: write \\\\ for a backslash, or use single quotes"},
        {"a: \"\\xZZ\"\n", "t:1:7: this escape wants hexadecimal digits: \\x41, \\u0041"},
        {"a: *\n", "t:1:5: a name is missing after '*' or '&': quote the text if it is none"},
        {"a: |x\n",
         "t:1:5: a text may not start here: put it on a line of its own below '|' or '>'"},
        {"a: 1\n---\nb: 2\n",
         "t:2:1: a second document starts here: one file holds one experiment"},
        {"a: 1\n...\nb: 2\n",
         "t:3:1: this does not belong to what stands above it: check the indentation"},
        {"a: !!float 1\n",
         "t:1:4: the tag '!!float' has no meaning in an experiment file: remove it"},
        {"a: !mine {b: 1}\n",
         "t:1:4: the tag '!mine' has no meaning in an experiment file: remove it"},
        {"a: !x!y 1\n", "t:1:4: tags have no meaning in an experiment file: remove this one"},
        {"a: *x\n", "t:1:4: nothing above is marked &x: quote the text if '*' belongs to it"},
        {"a: &x [*x]\n",
         "t:1:8: nothing above is marked &x: quote the text if '*' belongs to it"},
        {"a: &x {b: 1}\nc:\n  <<: *x\n",
         "t:3:3: merge keys ('<<') are not supported: write the keys out"},
        {"a: 1\nb: 2\na: 3\n",
         "t:3:1: the key 'a' stands here a second time: the first is in line 1"},
        {"? [a, b]\n: 1\n", "t:1:3: a key must be a text, not a list or a mapping"},
        {"%YAML 3.0\n---\na: 1\n", "t:1:1: only YAML 1.1 and 1.2 can be read"},
        {"a: \"x\\0y\"\n",
         "t:1:4: a text may not hold control characters: write \\\\ for a backslash"},
        {"a: \xff\n", "t:1:4: this is not valid UTF-8: save the file in UTF-8"},
        {"a: \xc3\xa9\xc3(\n", "t:1:5: this is not valid UTF-8: save the file in UTF-8"},
        {"b: 1\na: \x01\n",
         "t:2:4: a control character (0x01) may not stand in an experiment file"},
        {"\xff\xfe"
         "a",
         "t:1:1: the file is UTF-16: save it in UTF-8"},
        {"a: x\xef\xa3\xb0y\n", "t:1:5: the private-use characters U+F8F0 and U+F8F1 may not "
                                "stand in an experiment file"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parsed result = parse(cases[i].text);
        assert_int_equal(result.status, BT_BAD_INPUT);
        assert_int_equal(bt_diagnostics_count(result.diagnostics), 1);
        assert_first_message(&result, cases[i].message);
        release(&result);
    }
}

/* Small mistakes leave a document that can be bound, so that its others are found too. */
static void small_mistakes_leave_a_document(void **state)
{
    (void)state;
    parsed result = parse("a: 1\na: 2\nb: !x 3\n");
    assert_int_equal(result.status, BT_BAD_INPUT);
    assert_int_equal(bt_diagnostics_count(result.diagnostics), 2);
    assert_non_null(result.document);
    assert_string_equal(text_at(result.document, "a"), "1");
    assert_string_equal(text_at(result.document, "b"), "3");
    release(&result);
}

static void a_byte_order_mark_and_foreign_line_ends_are_read(void **state)
{
    (void)state;
    parsed result = parse("\xef\xbb\xbf"
                          "a: 1\r\nb: {c 2}\r\nd: [1\r\n");
    assert_first_message(&result, "t:3:4: this '[' is never closed");
    release(&result);
    result = parse("\xef\xbb\xbf"
                   "a: 1\r\nb: x\r\n");
    assert_int_equal(result.status, BT_OK);
    assert_string_equal(text_at(result.document, "a"), "1");
    release(&result);
}

/* ---- limits ---- */

static void depth_is_limited(void **state)
{
    (void)state;
    char text[400] = "";
    memset(text, '[', 63);
    memset(text + 63, ']', 63);
    parsed result = parse(text);
    assert_int_equal(result.status, BT_OK);
    release(&result);
    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    result = parse(text);
    assert_first_message(&result, "t:1:65: this is nested too deeply: 64 levels are the limit");
    release(&result);
}

static void aliases_cannot_explode(void **state)
{
    (void)state;
    parsed result = parse("a: &a [x, x, x, x, x, x, x, x, x, x]\n"
                          "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
                          "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                          "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
                          "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
                          "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n");
    assert_null(result.document);
    assert_first_message(&result, "t:5:36: the aliases stand for more than 100000 values");
    release(&result);
}

static void aliases_cannot_nest_without_end(void **state)
{
    (void)state;
    char text[4000] = "a0: &a0 [x]\n";
    for (int i = 1; i < 100; i++)
        sprintf(text + strlen(text), "a%d: &a%d [*a%d]\n", i, i, i - 1);
    parsed result = parse(text);
    assert_null(result.document);
    assert_first_message(&result,
                         "t:64:12: *a62 is nested too deeply: 64 levels are the limit");
    release(&result);
}

static void size_is_limited(void **state)
{
    (void)state;
    size_t size = 8 * 1024 * 1024 + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '#', size);
    parsed result = parse_bytes(text, size);
    assert_first_message(&result,
                         "t:1:1: the file has 8388609 bytes: an experiment file has at "
                         "most 8388608");
    release(&result);
    free(text);
}

/* ---- paths ---- */

static const char market[] = "sellers:\n  - {name: s1, rate: 1}\n  - {name: s2, rate: 2}\n"
                             "none: []\nempty:\nscale: 3\nname: x\n";

static void setting_replaces_and_adds(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *value;
        const char *asked;
        const char *found;
    } cases[] = {
        {"scale", "4e-6", "scale", "4e-6"},
        {"sellers[0].rate", "0.5", "sellers[s1].rate", "0.5"},
        {"sellers[s2].rate", "0.5", "sellers[1].rate", "0.5"},
        {"sellers[*].rate", "9", "sellers[*].rate", "9"},
        {"sellers[*].colour", "red", "sellers[1].colour", "red"},
        {"sellers[1]", "{name: s3}", "sellers[s3].name", "s3"},
        {"sellers", "[a, b]", "sellers[1]", "b"},
        {"fresh", "[1, 2]", "fresh[1]", "2"},
        {"a.b.c", "1", "a.b.c", "1"},
        {"empty.every", "{poisson: 2}", "empty.every.poisson", "2"},
        {"name", "\"a: b\"", "name", "a: b"},
        {"name", "two words", "name", "two words"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parsed result = parse(market);
        assert_int_equal(bt_document_set(result.document, cases[i].path, cases[i].value,
                                         "--set", result.diagnostics),
                         BT_OK);
        const char *found = text_at(result.document, cases[i].asked);
        if (found == NULL || strcmp(found, cases[i].found) != 0)
            fail_msg("%s=%s left %s", cases[i].path, cases[i].value, found);
        release(&result);
    }
}

static void setting_says_what_a_path_misses(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *value;
        const char *message;
    } cases[] = {
        {"sellers[2].rate", "1",
         "--set: sellers has 2 elements, counted from zero: there is no [2]"},
        {"sellers[-1].rate", "1",
         "--set: sellers has 2 elements, counted from zero: there is no [-1]"},
        {"sellers[s3].rate", "1", "--set: sellers has no element named 's3': did you mean s1?"},
        {"sellers[bob].rate", "1", "--set: sellers has no element named 'bob'"},
        {"sellers.rate", "1",
         "--set: sellers is a list: say which element, as in sellers[0].rate, or [*] for all"},
        {"none[*].rate", "1", "--set: none is an empty list: [*] meets nothing"},
        {"scale.x", "1", "--set: scale is a single value: it has no 'x'"},
        {"scale[0]", "1", "--set: scale is a single value: it has no [0]"},
        {"absent[0].x", "1", "--set: absent is not in the file, so it has no [0]"},
        {"sellers[0", "1",
         "--set: 'sellers[0' is not a path: write it like market.demand.scale, "
         "sellers[*].learning_rate or market.products[A].cost"},
        {"", "1",
         "--set: '' is not a path: write it like market.demand.scale, "
         "sellers[*].learning_rate or market.products[A].cost"},
        {"a..b", "1",
         "--set: 'a..b' is not a path: write it like market.demand.scale, "
         "sellers[*].learning_rate or market.products[A].cost"},
        {"scale", "[1", "--set: this '[' is never closed"},
        {"scale", "", "--set: a value is missing: write null for none"},
        {"scale", "{a: 1, a: 2}", "--set: the key 'a' is given twice"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parsed result = parse(market);
        assert_int_equal(bt_document_set(result.document, cases[i].path, cases[i].value,
                                         "--set", result.diagnostics),
                         BT_BAD_INPUT);
        assert_first_message(&result, cases[i].message);
        release(&result);
    }
}

static void an_override_is_shown_with_its_caret(void **state)
{
    (void)state;
    parsed result = parse(market);
    bt_document_set(result.document, "sellers[7].rate", "1", "--set", result.diagnostics);
    assert_string_equal(bt_diagnostics_at(result.diagnostics, 0),
                        "--set: sellers has 2 elements, counted from zero: there is no [7]\n"
                        "    sellers[7].rate=1\n"
                        "            ^");
    release(&result);
}

static void a_clone_is_independent(void **state)
{
    (void)state;
    parsed result = parse(market);
    bt_document *clone = bt_document_clone(result.document);
    assert_int_equal(bt_document_set(clone, "scale", "8", "sweep[0]", result.diagnostics),
                     BT_OK);
    bt_document_remove(clone, "name");
    assert_string_equal(text_at(result.document, "scale"), "3");
    assert_string_equal(text_at(result.document, "name"), "x");
    bt_document *second = bt_document_clone(clone);
    release(&result);
    bt_document_destroy(clone);
    assert_string_equal(text_at(second, "scale"), "8");
    assert_null(text_at(second, "name"));
    char place[32];
    bt_node_place(bt_node_get(bt_document_root(second), "scale"), place, sizeof(place));
    assert_string_equal(place, "sweep[0]");
    bt_node_place(bt_node_get(bt_document_root(second), "sellers[1].rate"), place,
                  sizeof(place));
    assert_string_equal(place, "t:3:22");
    bt_document_remove(second, "no such key");
    bt_document_destroy(second);
}

static void missing_files_are_named(void **state)
{
    (void)state;
    bt_document *document;
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_error error;
    assert_int_equal(bt_document_read("/no/such/file.yaml", &document, diagnostics, &error),
                     BT_NO_INPUT);
    assert_string_equal(error.message, "/no/such/file.yaml: No such file or directory");
    assert_int_equal(bt_document_read("/", &document, diagnostics, &error), BT_NO_INPUT);
    assert_string_equal(error.message, "/: Is a directory");
    assert_int_equal(bt_diagnostics_count(diagnostics), 0);
    bt_diagnostics_destroy(diagnostics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_holds_what_the_file_says),
        cmocka_unit_test(paths_may_stand_in_braces),
        cmocka_unit_test(aliases_are_copies),
        cmocka_unit_test(syntax_errors_have_a_place_and_a_sentence),
        cmocka_unit_test(small_mistakes_leave_a_document),
        cmocka_unit_test(a_byte_order_mark_and_foreign_line_ends_are_read),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(aliases_cannot_explode),
        cmocka_unit_test(aliases_cannot_nest_without_end),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(setting_replaces_and_adds),
        cmocka_unit_test(setting_says_what_a_path_misses),
        cmocka_unit_test(an_override_is_shown_with_its_caret),
        cmocka_unit_test(a_clone_is_independent),
        cmocka_unit_test(missing_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
