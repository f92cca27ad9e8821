/* Binding: every type of parameter, defaults, ranges, and back to text again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/document/document.h"
#include "markets/posted_price/posted_price_parameters.h"
#include "random_settings.h"

/* ---- tables that have everything ---- */

typedef struct inner_parameters {
    double depth;
    double width; /* required */
    const char *label;
} inner_parameters;

static const bt_parameter inner_list[] = {
    {.name = "depth",
     .type = BT_REAL,
     .offset = offsetof(inner_parameters, depth),
     .default_text = "0.5",
     .range = BT_BETWEEN(0, 1),
     .meaning = "a share"},
    {.name = "width",
     .type = BT_REAL,
     .offset = offsetof(inner_parameters, width),
     .required = true,
     .range = BT_POSITIVE,
     .meaning = "how wide"},
    {.name = "label",
     .type = BT_TEXT,
     .offset = offsetof(inner_parameters, label),
     .meaning = "what is written on it"},
};
static const bt_parameter_table inner_table = BT_TABLE_OF(inner_parameters, inner_list);

typedef struct learner_parameters {
    double rate;
    int64_t memory;
} learner_parameters;

static const bt_parameter learner_list[] = {
    {.name = "rate",
     .type = BT_REAL,
     .offset = offsetof(learner_parameters, rate),
     .required = true,
     .range = BT_BETWEEN(0, 1),
     .meaning = "how fast"},
    {.name = "memory",
     .type = BT_INTEGER,
     .offset = offsetof(learner_parameters, memory),
     .default_text = "1",
     .range = BT_BETWEEN(0, 2),
     .meaning = "how long"},
};
static const bt_parameter_table learner_table = BT_TABLE_OF(learner_parameters, learner_list);

static const bt_described learner = {.name = "learner", .parameters = &learner_table};
static const bt_described idler = {.name = "idler"};
static const bt_described *const agents[] = {&learner, &idler};
static const bt_registry registry = {.kind = "agent", .entries = agents, .count = 2};

typedef struct common_parameters {
    const char *name;
} common_parameters;

static const bt_parameter common_list[] = {
    {.name = "name",
     .type = BT_TEXT,
     .offset = offsetof(common_parameters, name),
     .required = true,
     .meaning = "its name"},
};
static const bt_parameter_table common_table = BT_TABLE_OF(common_parameters, common_list);

typedef struct all_parameters {
    double real;
    double may_be_null;
    double maybe;
    int64_t integer;
    bool boolean;
    const char *text;
    int32_t choice;
    bt_option option;
    bt_option clock;
    bt_option free_option;
    double time;
    bt_real_list reals;
    bt_text_list texts;
    bt_named_reals named;
    bt_text_groups groups;
    inner_parameters inner;
    inner_parameters wanted;
    bt_table_list inners;
    bt_registered agent;
    bt_registered other_agent;
    bt_table_list agent_list;
    bool has_maybe;
    bool has_inner;
} all_parameters;

#define MEMBER(member) .name = #member, .offset = offsetof(all_parameters, member)
static const bt_parameter all_list[] = {
    {MEMBER(real), .type = BT_REAL, .default_text = "0.25", .range = BT_NON_NEGATIVE},
    {MEMBER(may_be_null), .type = BT_REAL, .default_text = "null", .null_allowed = true},
    {MEMBER(maybe), .type = BT_REAL, .given_offset = offsetof(all_parameters, has_maybe)},
    {MEMBER(integer), .type = BT_INTEGER, .default_text = "1e3", .range = BT_BETWEEN(-5, 5000)},
    {MEMBER(boolean), .type = BT_BOOLEAN, .default_text = "true"},
    {MEMBER(text), .type = BT_TEXT, .default_text = "plain"},
    {MEMBER(choice), .type = BT_CHOICE, .default_text = "second",
     .choices = "first|second|third"},
    {MEMBER(option), .type = BT_OPTION, .default_text = "{box_cox: 0.5}",
     .choices = "linear|log|box_cox:"},
    {MEMBER(clock), .type = BT_OPTION, .default_text = "{every: 2 h}",
     .choices = "every:time|poisson:", .range = BT_POSITIVE},
    {MEMBER(free_option), .type = BT_OPTION, .choices = "none|some:", .null_allowed = true,
     .number_allowed = true},
    {MEMBER(time), .type = BT_TIME, .default_text = "15 min", .range = BT_POSITIVE},
    {MEMBER(reals), .type = BT_REAL_LIST, .default_text = "[1, 2]", .range = BT_POSITIVE},
    {MEMBER(texts), .type = BT_TEXT_LIST},
    {MEMBER(named), .type = BT_NAMED_REALS},
    {MEMBER(groups), .type = BT_TEXT_GROUPS},
    {MEMBER(inner), .type = BT_TABLE, .table = &inner_table,
     .given_offset = offsetof(all_parameters, has_inner)},
    {MEMBER(wanted), .type = BT_TABLE, .table = &inner_table, .required = true},
    {MEMBER(inners), .type = BT_TABLE_LIST, .table = &inner_table},
    {MEMBER(agent), .type = BT_REGISTERED, .default_text = "{type: learner, rate: 1}",
     .registry = &registry, .selector = "type"},
    {MEMBER(other_agent), .type = BT_REGISTERED, .registry = &registry, .selector = "type"},
    {MEMBER(agent_list), .type = BT_REGISTERED_LIST, .registry = &registry,
     .table = &common_table, .selector = "policy"},
};
static const bt_parameter_table all_table = BT_TABLE_OF(all_parameters, all_list);

/* ---- binding a text ---- */

typedef struct bound {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_arena *arena;
    bt_status status;
} bound;

static bound bind_text(const char *text, const bt_parameter_table *table, void *parameters)
{
    bound result = {.diagnostics = bt_diagnostics_create(), .arena = bt_arena_create()};
    assert_int_equal(
        bt_document_parse("test", text, strlen(text), &result.document, result.diagnostics),
        BT_OK);
    result.status = bt_bind(bt_document_root(result.document), table, parameters, result.arena,
                            result.diagnostics);
    return result;
}

static void release(bound *result)
{
    bt_document_destroy(result->document);
    bt_diagnostics_destroy(result->diagnostics);
    bt_arena_destroy(result->arena);
}

static void print_mistakes(const bound *result)
{
    for (size_t i = 0; i < bt_diagnostics_count(result->diagnostics); i++)
        print_message("%s\n", bt_diagnostics_at(result->diagnostics, i));
}

static void defaults_fill_what_is_not_given(void **state)
{
    (void)state;
    all_parameters all;
    bound result = bind_text("{wanted: {width: 3}}", &all_table, &all);
    print_mistakes(&result);
    assert_int_equal(result.status, BT_OK);
    assert_true(all.real == 0.25);
    assert_true(isnan(all.may_be_null));
    assert_false(all.has_maybe);
    assert_int_equal(all.integer, 1000);
    assert_true(all.boolean);
    assert_string_equal(all.text, "plain");
    assert_int_equal(all.choice, 1);
    assert_int_equal(all.option.chosen, 2);
    assert_true(all.option.has_value && all.option.value == 0.5);
    assert_int_equal(all.clock.chosen, 0);
    assert_true(all.clock.value == 2.0 / 24);
    assert_true(all.time == 15.0 / 1440);
    assert_int_equal(all.reals.count, 2);
    assert_true(all.reals.value[1] == 2);
    assert_int_equal(all.texts.count, 0);
    assert_false(all.has_inner);
    assert_true(all.inner.depth == 0.5);
    assert_true(all.wanted.width == 3 && all.wanted.depth == 0.5);
    assert_string_equal(all.wanted.label, "");
    assert_ptr_equal(all.agent.type, &learner);
    assert_true(((learner_parameters *)all.agent.parameters)->rate == 1);
    assert_null(all.other_agent.type);
    release(&result);
}

static void every_type_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "real: 1e-3\nmay_be_null: 4\nmaybe: 0\ninteger: 5e3\nboolean: false\ntext: 12\n"
        "choice: third\noption: log\nclock: {poisson: 2}\nfree_option: 7.5\ntime: 1.5 d\n"
        "reals: 9\ntexts: [a, 'b c']\nnamed: {A: 8, B: -1}\ngroups: [[A, B], [C]]\n"
        "inner: {width: 1, label: x}\nwanted: {width: 2}\ninners:\n  - {width: 3}\n"
        "  - width: 4\n    depth: 1\nagent: {type: idler}\nother_agent:\n  type: learner\n"
        "  rate: 0.1\n  memory: 2\nagent_list:\n  - {policy: learner, name: s1, rate: 0.5}\n"
        "  - {name: s2, policy: idler}\n";
    all_parameters all;
    bound result = bind_text(text, &all_table, &all);
    print_mistakes(&result);
    assert_int_equal(result.status, BT_OK);
    assert_true(all.real == 1e-3 && all.may_be_null == 4 && all.maybe == 0 && all.has_maybe);
    assert_int_equal(all.integer, 5000);
    assert_false(all.boolean);
    assert_string_equal(all.text, "12");
    assert_int_equal(all.choice, 2);
    assert_int_equal(all.option.chosen, 1);
    assert_false(all.option.has_value);
    assert_int_equal(all.clock.chosen, 1);
    assert_true(all.clock.value == 2);
    assert_int_equal(all.free_option.chosen, -1);
    assert_true(all.free_option.value == 7.5);
    assert_true(all.time == 1.5);
    assert_true(all.reals.count == 1 && all.reals.value[0] == 9);
    assert_int_equal(all.texts.count, 2);
    assert_string_equal(all.texts.value[1], "b c");
    assert_string_equal(all.named.name[1], "B");
    assert_true(all.named.value[1] == -1);
    assert_int_equal(all.groups.count, 2);
    assert_string_equal(all.groups.group[1].value[0], "C");
    assert_true(all.has_inner && all.inner.width == 1);
    const inner_parameters *inners = all.inners.element;
    assert_true(all.inners.count == 2 && inners[0].depth == 0.5 && inners[1].depth == 1);
    assert_ptr_equal(all.agent.type, &idler);
    assert_int_equal(((learner_parameters *)all.other_agent.parameters)->memory, 2);
    const bt_registered *agent_list = all.agent_list.element;
    assert_int_equal(all.agent_list.count, 2);
    assert_string_equal(((common_parameters *)agent_list[1].common)->name, "s2");
    assert_true(((learner_parameters *)agent_list[0].parameters)->rate == 0.5);
    release(&result);
}

/* One mistake each: the sentence, without place and excerpt. */
static void each_mistake_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *sentence;
    } cases[] = {
        {"real: -1", "real must be a number of at least 0, not -1"},
        {"real: abc", "real must be a number of at least 0, not 'abc'"},
        {"real: '1'", "real must be a number of at least 0, not '1': remove the quotes"},
        {"real: 1_000",
         "real must be a number of at least 0, not '1_000': write it without '_'"},
        {"real: 15%", "real must be a number of at least 0, not '15%': write a fraction, not a "
                      "percentage"},
        {"real:", "real has no value: it must be a number of at least 0"},
        {"real: [1]", "real must be a number of at least 0, not a list"},
        {"real: {a: 1}", "real must be a number of at least 0, not a mapping"},
        {"may_be_null: x", "may_be_null must be a number, or null, not 'x'"},
        {"integer: 1.5", "integer must be an integer from -5 to 5000, not 1.5"},
        {"integer: 5001", "integer must be an integer from -5 to 5000, not 5001"},
        {"integer: 50abc", "integer must be an integer from -5 to 5000, not '50abc'"},
        {"integer: 0x10",
         "integer must be an integer from -5 to 5000, not '0x10': write it in decimal"},
        {"integer: 0777", "integer must be an integer from -5 to 5000, not '0777': write it "
                          "without leading zeros"},
        {"boolean: yes", "boolean must be true or false, not 'yes'"},
        {"boolean: 'true'", "boolean must be true or false, not 'true'"},
        {"text: [a]", "text must be a text, not a list"},
        {"text: null", "text has no value: it must be a text"},
        {"choice: thrid", "choice has no choice 'thrid': did you mean third?"},
        {"choice: zzz", "choice must be first, second or third, not 'zzz'"},
        {"choice: {first: 1}", "choice must be first, second or third, not a mapping"},
        {"option: box_cox", "option: 'box_cox' needs a number: write {box_cox: NUMBER}"},
        {"option: {log: 1}", "option: 'log' takes no number: write log alone"},
        {"option: {box_cox: x}", "option.box_cox must be a number, not 'x'"},
        {"option: {boxcox: 1}", "option has no choice 'boxcox': did you mean box_cox?"},
        {"option: 3", "option must be linear, log or {box_cox: NUMBER}, not 3"},
        {"option: {log: 1, linear: 2}",
         "option must be linear, log or {box_cox: NUMBER}, not a mapping"},
        {"clock: {every: 0 s}", "clock.every must be a time above 0 (30 d, 2 h, 15 min, 10 s, "
                                "or a bare number), not '0 s'"},
        {"clock: every", "clock: 'every' needs a time: write {every: TIME}"},
        {"free_option: [1]",
         "free_option must be none, {some: NUMBER}, a number or null, not a list"},
        {"time: 3 weeks", "time must be a time above 0 (30 d, 2 h, 15 min, 10 s, or a bare "
                          "number), not '3 weeks'"},
        {"reals: [1, 0]", "reals[1] must be a number above 0, not 0"},
        {"reals: x", "reals must be a number or a list of numbers above 0, not 'x'"},
        {"texts: [a, {b: c}]", "texts[1] must be a text, not a mapping"},
        {"named: [1]", "named must be names with numbers, as in {A: 1, B: 2}, not a list"},
        {"named: {A: x}", "named.A must be a number, not 'x'"},
        {"groups: [A]",
         "groups must be a list of lists of words, as in [[A, B], [C]], not 'A'"},
        {"groups: A", "groups must be a list of lists of words, as in [[A, B], [C]], not 'A'"},
        {"inner: 3", "inner must be a mapping of keys to values, not 3"},
        {"inner: {depth: 1}", "inner lacks 'width' (how wide)"},
        {"inner: {widht: 1}", "inner has no key 'widht': did you mean width?"},
        {"inner: {width 1}", "a ':' is missing after 'width'"},
        {"inner: {width: 1, zzz: 2}", "inner has no key 'zzz': known are depth, width, label"},
        {"inners: {width: 1}",
         "inners must be a list of mappings, each starting with '-', not a mapping"},
        {"inners: [{width: 1}, {width: 0}]", "inners[1].width must be a number above 0, not 0"},
        {"agent: learner", "agent must be a mapping with the key 'type', not 'learner'"},
        {"agent: {rate: 1}", "agent lacks 'type' (which says what it is)"},
        {"agent: {tpye: idler}", "agent has no key 'tpye': did you mean type?"},
        {"agent: {type: lerner}",
         "agent.type: there is no agent 'lerner': did you mean learner? (known are learner, "
         "idler)"},
        {"agent: {type: robot}",
         "agent.type: there is no agent 'robot': known are learner, idler"},
        {"agent: {type: [x]}", "agent.type must be a text, not a list"},
        {"agent: {type: idler, rate: 1}", "agent (idler) has no key 'rate': known are type"},
        {"agent: {type: learner}", "agent (learner) lacks 'rate' (how fast)"},
        {"agent_list: [{policy: idler}]", "agent_list[0] (idler) lacks 'name' (its name)"},
        {"agent_list: [{policy: idler, name: x, memry: 2}]",
         "agent_list[0] (idler) has no key 'memry': known are policy, name"},
        {"zzzzzz: 1", "the file has no key 'zzzzzz': known are real, may_be_null, maybe, "
                      "integer, boolean, text, choice, option, clock, free_option, time, reals "
                      "and 9 more"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[256];
        all_parameters all;
        snprintf(text, sizeof(text), "wanted: {width: 1}\n%s", cases[i].text);
        bound result = bind_text(text, &all_table, &all);
        assert_int_equal(result.status, BT_BAD_INPUT);
        const char *message = bt_diagnostics_at(result.diagnostics, 0);
        const char *sentence = strchr(message, ' ') + 1;
        size_t length = strcspn(sentence, "\n");
        if (bt_diagnostics_count(result.diagnostics) != 1 ||
            length != strlen(cases[i].sentence) ||
            strncmp(sentence, cases[i].sentence, length) != 0) {
            print_mistakes(&result);
            fail_msg("%s should give: %s", cases[i].text, cases[i].sentence);
        }
        release(&result);
    }
}

static void all_mistakes_come_at_once_in_the_order_of_the_file(void **state)
{
    (void)state;
    all_parameters all;
    bound result = bind_text("integer: x\nzzz: 1\nreal: -1\ntime: never\n", &all_table, &all);
    static const char *const places[] = {
        "test:1:1:", "test:1:10:", "test:2:1:", "test:3:7:", "test:4:7:"};
    assert_int_equal(bt_diagnostics_count(result.diagnostics), 5);
    for (size_t i = 0; i < 5; i++)
        assert_memory_equal(bt_diagnostics_at(result.diagnostics, i), places[i],
                            strlen(places[i]));
    release(&result);
}

static void the_caret_stands_below_the_mistake(void **state)
{
    (void)state;
    all_parameters all;
    bound result = bind_text("wanted: {label: caf\xc3\xa9, width: -2}", &all_table, &all);
    assert_string_equal(bt_diagnostics_at(result.diagnostics, 0),
                        "test:1:30: wanted.width must be a number above 0, not -2\n"
                        "    wanted: {label: caf\xc3\xa9, width: -2}\n"
                        "                                 ^");
    release(&result);
}

/* A hundred are kept; the rest is counted, and nothing is taken for right. */
static void too_many_mistakes_are_cut(void **state)
{
    (void)state;
    char text[4000] = "";
    for (int i = 0; i < 150; i++)
        sprintf(text + strlen(text), "k%d: 1\n", i);
    all_parameters all;
    bound result = bind_text(text, &all_table, &all);
    assert_int_equal(result.status, BT_BAD_INPUT);
    assert_int_equal(bt_diagnostics_count(result.diagnostics), 101);
    assert_int_equal(bt_diagnostics_reported(result.diagnostics), 151);
    assert_string_equal(bt_diagnostics_at(result.diagnostics, 100),
                        "after 100 mistakes the others are not shown");
    assert_int_equal(bt_bind(bt_document_root(result.document), &all_table, &all, result.arena,
                             result.diagnostics),
                     BT_BAD_INPUT);
    release(&result);
}

/* ---- there and back ---- */

/* bind(unbind(x)) == x, and the text is the same the second time. */
static void assert_round_trip(const bt_parameter_table *table, const char *text)
{
    char *one = calloc(1, table->struct_size);
    char *two = calloc(1, table->struct_size);
    char *first = NULL;
    char *second = NULL;
    bt_error error;
    bound original = bind_text(text, table, one);
    if (original.status != BT_OK) {
        print_mistakes(&original);
        fail_msg("%s", text);
    }
    assert_int_equal(bt_unbind(table, one, &first, &error), BT_OK);
    bound again = bind_text(first, table, two);
    if (again.status != BT_OK || !same_table(table, one, two)) {
        print_mistakes(&again);
        fail_msg("%s\nbecame\n%s", text, first);
    }
    assert_int_equal(bt_unbind(table, two, &second, &error), BT_OK);
    assert_string_equal(first, second);
    free(first);
    free(second);
    release(&original);
    release(&again);
    free(one);
    free(two);
}

static void random_settings_come_back(const bt_parameter_table *table, uint64_t seed, int times)
{
    bt_stream stream = bt_stream_open(bt_random_key_of(seed, 0, 0), 0, 0);
    for (int i = 0; i < times; i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        write_random_nested(out, &stream, table);
        fclose(out);
        assert_round_trip(table, text);
        free(text);
    }
}

static void settings_of_every_type_come_back(void **state)
{
    (void)state;
    random_settings_come_back(&all_table, 11, 3000);
}

static void settings_of_the_posted_price_market_come_back(void **state)
{
    (void)state;
    random_settings_come_back(&bt_posted_price_parameter_table, 12, 1000);
}

static void settings_are_canonical(void **state)
{
    (void)state;
    all_parameters all;
    bound result = bind_text("wanted: {width: 0.1}\ntext: 'two words'\n"
                             "agent_list: [{name: s1, policy: idler}]\n",
                             &all_table, &all);
    char *text = strdup("settings:\n");
    bt_error error;
    assert_int_equal(bt_unbind(&all_table, &all, &text, &error), BT_OK);
    assert_string_equal(text, "settings:\n"
                              "real: 0.25\n"
                              "may_be_null: null\n"
                              "integer: 1000\n"
                              "boolean: true\n"
                              "text: \"two words\"\n"
                              "choice: second\n"
                              "option: {box_cox: 0.5}\n"
                              "clock: {every: 0.08333333333333333}\n"
                              "time: 0.010416666666666666\n"
                              "reals: [1, 2]\n"
                              "wanted:\n"
                              "  depth: 0.5\n"
                              "  width: 0.1\n"
                              "agent:\n"
                              "  type: learner\n"
                              "  rate: 1\n"
                              "  memory: 1\n"
                              "agent_list:\n"
                              "  - policy: idler\n"
                              "    name: s1\n");
    free(text);
    release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_what_is_not_given),
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(each_mistake_has_its_sentence),
        cmocka_unit_test(all_mistakes_come_at_once_in_the_order_of_the_file),
        cmocka_unit_test(the_caret_stands_below_the_mistake),
        cmocka_unit_test(too_many_mistakes_are_cut),
        cmocka_unit_test(settings_of_every_type_come_back),
        cmocka_unit_test(settings_of_the_posted_price_market_come_back),
        cmocka_unit_test(settings_are_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
