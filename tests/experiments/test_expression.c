/* The conditions of `where:`: precedence against hand-computed answers, kinds, and the
 * place that every mistake is reported at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "experiments/sweep/expression.h"

static int n_looked_up;

static bt_status look_up(void *context, const char *path, bt_value *value, bt_error *error)
{
    (void)context;
    n_looked_up++;
    if (strcmp(path, "a.b") == 0)
        *value = (bt_value){.kind = BT_VALUE_NUMBER, .number = 3};
    else if (strcmp(path, "sellers[s 1/x].rate") == 0)
        *value = (bt_value){.kind = BT_VALUE_NUMBER, .number = 0.25};
    else if (strcmp(path, "policy") == 0)
        *value = (bt_value){.kind = BT_VALUE_TEXT, .text = "q_learning"};
    else if (strcmp(path, "trace") == 0)
        *value = (bt_value){.kind = BT_VALUE_BOOLEAN, .boolean = true};
    else if (strcmp(path, "nothing") == 0)
        *value = (bt_value){.kind = BT_VALUE_NULL};
    else
        return bt_fail(error, BT_BAD_INPUT, "nothing stands at %s", path);
    return BT_OK;
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"1 + 2 * 3 == 7", true},
        {"(1 + 2) * 3 == 9", true},
        {"10 - 4 - 3 == 3", true},
        {"12 / 3 / 2 == 2", true},
        {"-2 * -3 == 6", true},
        {"- - 2 == 2", true},
        {"2 - -3 == 5", true},
        {"a.b<4", true},
        {"a.b <= 3 and a.b >= 3", true},
        {"a.b > 3", false},
        {"a.b != 3", false},
        {"1e3 == 1000", true},
        {"2.5e-1 == 0.25", true},
        {"3-1==2", true},
        {"sellers[s 1/x].rate * 4 == 1", true},
        {"policy == 'q_learning'", true},
        {"policy == \"fixed\"", false},
        {"policy != 'fixed'", true},
        {"policy > 'fixed' and policy >= 'q_learning'", true},
        {"policy < 'q_learning' or policy <= 'Q'", false},
        {"nothing == null", true},
        {"nothing != null", false},
        {"a.b == null", false},
        {"null != policy", true},
        {"trace", true},
        {"not trace", false},
        {"not not trace", true},
        {"true or false and false", true},
        {"(true or false) and false", false},
        {"not false and false", false},
        {"not (false and false)", true},
        {"false and nowhere > 1", false},
        {"true or 1 / 0 > 1", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bt_error error;
        bt_expression *expression;
        bool holds = !cases[i].holds;
        assert_int_equal(bt_expression_compile(cases[i].text, &expression, &error), BT_OK);
        assert_int_equal(bt_expression_holds(expression, look_up, NULL, &holds, &error), BT_OK);
        if (holds != cases[i].holds)
            fail_msg("%s", cases[i].text);
        bt_expression_destroy(expression);
    }
}

static void test_right_side_only_when_needed(void **state)
{
    (void)state;
    bt_expression *expression;
    bt_error error;
    bool holds;
    assert_int_equal(bt_expression_compile("false and trace", &expression, &error), BT_OK);
    n_looked_up = 0;
    assert_int_equal(bt_expression_holds(expression, look_up, NULL, &holds, &error), BT_OK);
    assert_int_equal(n_looked_up, 0);
    bt_expression_destroy(expression);
}

static void expect_message(const char *text, bool compiles, const char *expected)
{
    bt_expression *expression = NULL;
    bt_error error = {.status = BT_OK};
    bt_status status = bt_expression_compile(text, &expression, &error);
    if (compiles) {
        bool holds = true;
        assert_int_equal(status, BT_OK);
        status = bt_expression_holds(expression, look_up, NULL, &holds, &error);
        assert_false(holds);
    }
    assert_int_equal(status, BT_BAD_INPUT);
    if (strstr(error.message, expected) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", text, error.message, expected);
    bt_expression_destroy(expression);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool compiles;
        const char *message;
    } cases[] = {
        {"", false, "character 1 of \"\": it ends"},
        {"a.b <", false, "character 6"},
        {"a.b = 3", false, "equality is written =="},
        {"1 < 2 < 3", false, "character 7 of \"1 < 2 < 3\": comparisons do not chain"},
        {"(1 < 2", false, "closing parenthesis"},
        {"1 < 2)", false, "character 6"},
        {"policy == 'x", false, "character 11"},
        {"sellers[s1.rate > 1", false, "character 8"},
        {"0x10 > 1", false, "not a number"},
        {"1.2.3 > 1", false, "not a number"},
        {"12abc > 1", false, "not a number"},
        {"1e999 > 1", false, "not a number"},
        {"a.b > and 1", false, "character 7"},
        {"a.b > 1 a.b", false, "character 9"},
        {"a.b & 1", false, "character 5"},
        {"system(1)", false, "character 7"},
        {"nowhere > 1", true, "character 1: nothing stands at nowhere"},
        {"1 > 'x'", true, "character 5: this is a text where a number"},
        {"a.b", true, "character 1: this is a number where true or false"},
        {"not 3", true, "character 5: this is a number"},
        {"policy == 3", true, "character 11: this is a number where a text"},
        {"-policy == 3", true, "character 2: this is a text"},
        {"1 < 2 and 1 / (a.b - 3) > 0", true, "character 13: division by zero"},
        {"true and 5", true, "character 10"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_message(cases[i].text, cases[i].compiles, cases[i].message);
}

/* Nesting and length end in a message, never in a crash. */
static void test_hostile_sizes(void **state)
{
    (void)state;
    static const char *const repeated[] = {"(", "-", "not ", "1+", "[", "'", "a."};
    for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++)
        for (size_t times = 50; times <= 5000; times *= 10) {
            size_t length = strlen(repeated[i]);
            char *text = calloc(times * length + 1, 1);
            assert_non_null(text);
            for (size_t k = 0; k < times; k++)
                memcpy(text + k * length, repeated[i], length);
            bt_expression *expression = NULL;
            bt_error error = {.status = BT_OK};
            bt_status status = bt_expression_compile(text, &expression, &error);
            if (status == BT_OK)
                bt_expression_destroy(expression);
            else
                assert_true(error.message[0] != '\0');
            free(text);
        }
    char *sum = calloc(4097, 1);
    assert_non_null(sum);
    memset(sum, '1', 4096);
    for (size_t k = 1; k < 4092; k += 2)
        sum[k] = '+';
    memcpy(sum + 4091, " > 0 ", 5);
    bt_expression *expression;
    bt_error error;
    bool holds;
    assert_int_equal(bt_expression_compile(sum, &expression, &error), BT_OK);
    assert_int_equal(bt_expression_holds(expression, look_up, NULL, &holds, &error), BT_OK);
    assert_true(holds);
    bt_expression_destroy(expression);
    free(sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_right_side_only_when_needed),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_hostile_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
