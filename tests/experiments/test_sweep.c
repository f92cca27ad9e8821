/* Sweeps: what each block expands to, that keys depend on values alone, that every point
 * passes the file's checks, and where each mistake is reported. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/sweep/sweep.h"

static const char base[] = "format: 1\n"
                           "name: base\n"
                           "seed: 7\n"
                           "replications: 2\n"
                           "horizon: {periods: 100}\n"
                           "market:\n"
                           "  type: posted_price\n"
                           "  demand: {model: logit, scale: 0.25}\n"
                           "  products:\n"
                           "    - {name: A, seller: s1, quality: 2, cost: 1}\n"
                           "    - {name: B, seller: s2, quality: 2, cost: 0.5}\n"
                           "sellers:\n"
                           "  - {name: s1, policy: q_learning}\n"
                           "  - {name: s2, policy: q_learning}\n";

/* A parsed experiment with its sweep. */
typedef struct fixture {
    bt_document *document;
    bt_diagnostics *diagnostics;
    bt_sweep *sweep;
    bt_status status;
} fixture;

static fixture expand_at(const char *path, const char *sweep)
{
    fixture made = {.diagnostics = bt_diagnostics_create()};
    char text[8192];
    snprintf(text, sizeof(text), "%s%s", base, sweep);
    made.status =
        bt_document_parse("e.yaml", text, strlen(text), &made.document, made.diagnostics);
    if (made.status == BT_OK)
        made.status = bt_sweep_expand(made.document, path, &made.sweep, made.diagnostics);
    return made;
}

static fixture expand(const char *sweep)
{
    fixture made = expand_at("e.yaml", sweep);
    if (made.status != BT_OK)
        fail_msg("%s", bt_diagnostics_at(made.diagnostics, 0));
    return made;
}

static void destroy(fixture *made)
{
    bt_sweep_destroy(made->sweep);
    bt_document_destroy(made->document);
    bt_diagnostics_destroy(made->diagnostics);
}

/* The points are those of `labels`, in order. */
static void expect_points(const char *sweep, const char *const *labels, size_t count)
{
    fixture made = expand(sweep);
    assert_int_equal(bt_sweep_n_points(made.sweep), count);
    for (size_t i = 0; i < count; i++) {
        char label[512];
        bt_sweep_label(made.sweep, i, label, sizeof(label));
        assert_string_equal(label, labels[i]);
    }
    destroy(&made);
}

#define EXPECT_POINTS(sweep, ...)                                                              \
    do {                                                                                       \
        static const char *const labels[] = {__VA_ARGS__};                                     \
        expect_points(sweep, labels, sizeof(labels) / sizeof(labels[0]));                      \
    } while (0)

static void test_blocks(void **state)
{
    (void)state;
    EXPECT_POINTS("", "");
    EXPECT_POINTS("sweep:\n  - grid: {market.demand.scale: [0.2, 0.30], seed: [1, 2, 1e1]}\n",
                  "market.demand.scale = 0.2, seed = 1", "market.demand.scale = 0.2, seed = 2",
                  "market.demand.scale = 0.2, seed = 10", "market.demand.scale = 0.3, seed = 1",
                  "market.demand.scale = 0.3, seed = 2",
                  "market.demand.scale = 0.3, seed = 10");
    EXPECT_POINTS("sweep:\n  - zip: {market.demand.scale: [0.2, 0.3], seed: [1, 2]}\n",
                  "market.demand.scale = 0.2, seed = 1", "market.demand.scale = 0.3, seed = 2");
    EXPECT_POINTS("sweep:\n  - list: [{seed: 3}, {market.demand.scale: 1, seed: 4}]\n",
                  "seed = 3", "market.demand.scale = 1, seed = 4");
    EXPECT_POINTS("sweep:\n  - list: [{seed: 3}]\n  - grid: {seed: [4, 3]}\n", "seed = 3",
                  "seed = 4", "seed = 3");
    EXPECT_POINTS(
        "sweep:\n  - grid: {market.demand.scale: {from: 0.025, to: 0.25, steps: 10}}\n",
        "market.demand.scale = 0.025", "market.demand.scale = 0.05",
        "market.demand.scale = 0.075", "market.demand.scale = 0.1",
        "market.demand.scale = 0.125", "market.demand.scale = 0.15",
        "market.demand.scale = 0.175", "market.demand.scale = 0.2",
        "market.demand.scale = 0.225", "market.demand.scale = 0.25");
    EXPECT_POINTS("sweep:\n  - grid: {market.demand.scale: {log: [1e-3, 10], steps: 5}}\n",
                  "market.demand.scale = 0.001", "market.demand.scale = 0.01",
                  "market.demand.scale = 0.1", "market.demand.scale = 1",
                  "market.demand.scale = 10");
    EXPECT_POINTS("sweep:\n  - zip: {seed: {from: 1, to: 9007199254740991, steps: 2}}\n",
                  "seed = 1", "seed = 9007199254740991");
    EXPECT_POINTS("sweep:\n  - grid: {market.demand.outside_utility: [0, null]}\n",
                  "market.demand.outside_utility = 0", "market.demand.outside_utility = null");
    EXPECT_POINTS("sweep:\n"
                  "  - grid: {sellers[s1].policy: [q_learning, best_response]}\n",
                  "sellers[s1].policy = q_learning", "sellers[s1].policy = best_response");
}

static void test_where(void **state)
{
    (void)state;
    EXPECT_POINTS("sweep:\n  - {grid: {seed: [1, 2, 3]}, where: seed != 2}\n"
                  "  - grid: {seed: [2]}\n",
                  "seed = 1", "seed = 3", "seed = 2");
    EXPECT_POINTS("sweep:\n  - grid: {seed: [1, 2, 3]}\n  - grid: {seed: [4]}\n"
                  "  - where: seed >= 3\n  - grid: {seed: [1]}\n",
                  "seed = 3", "seed = 4", "seed = 1");
    /* Of a path that is swept under another spelling, one that is not swept, and a
     * default that the file does not mention. */
    EXPECT_POINTS("sweep:\n  - {grid: {market.products[*].cost: [0.5, 1.5]}, "
                  "where: 'market.products[A].cost > market.products[1].quality / 2'}\n",
                  "market.products[*].cost = 1.5");
    EXPECT_POINTS("sweep:\n  - {grid: {seed: [1, 2]}, where: 'market.size == 1 and "
                  "sellers[*].policy == \"q_learning\" and seed == 1'}\n",
                  "seed = 1");
    EXPECT_POINTS("sweep:\n  - {grid: {market.demand.outside_utility: [0, null]}, "
                  "where: market.demand.outside_utility == null}\n",
                  "market.demand.outside_utility = null");
}

/* ---- designs ---- */

static double value_at(const fixture *made, size_t point, size_t path)
{
    const char *text = bt_sweep_value(made->sweep, point, path);
    assert_non_null(text);
    return strtod(text, NULL);
}

/* The first points of GSL's Sobol sequence in two dimensions. */
static void test_sobol_is_the_known_sequence(void **state)
{
    (void)state;
    static const double unit[][2] = {
        {0.5, 0.5}, {0.75, 0.25}, {0.25, 0.75}, {0.375, 0.375}, {0.875, 0.875}};
    fixture made = expand("sweep:\n  - sobol: {points: 5, market.demand.scale: [1, 2], "
                          "market.products[A].cost: [0, 4]}\n");
    assert_int_equal(bt_sweep_n_points(made.sweep), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(fabs(value_at(&made, i, 0) - (1 + unit[i][0])) < 1e-14);
        assert_true(fabs(value_at(&made, i, 1) - 4 * unit[i][1]) < 1e-14);
    }
    destroy(&made);
}

/* Base 2 and base 3: 1/2, 1/4, 3/4, ... and 1/3, 2/3, 1/9, ... */
static void test_halton_is_the_known_sequence(void **state)
{
    (void)state;
    static const double unit[][2] = {{1. / 2, 1. / 3}, {1. / 4, 2. / 3}, {3. / 4, 1. / 9}};
    fixture made = expand("sweep:\n  - halton: {points: 3, market.demand.scale: [1, 2], "
                          "market.products[A].cost: [0, 4]}\n");
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs(value_at(&made, i, 0) - (1 + unit[i][0])) < 1e-14);
        assert_true(fabs(value_at(&made, i, 1) - 4 * unit[i][1]) < 1e-14);
    }
    destroy(&made);
}

/* Each stratum of each axis has exactly one point. */
static void test_latin_hypercube_has_one_point_in_each_stratum(void **state)
{
    (void)state;
    enum { N = 50 };
    fixture made = expand("sweep:\n  - lhs: {points: 50, market.demand.scale: [1, 2], "
                          "market.products[A].cost: {log: [0.01, 1]}}\n");
    bool taken[2][N] = {{false}};
    bool same_order = true;
    for (size_t i = 0; i < N; i++) {
        size_t first = (size_t)((value_at(&made, i, 0) - 1) * N);
        size_t second = (size_t)(log(value_at(&made, i, 1) / 0.01) / log(100) * N);
        assert_true(first < N && second < N);
        assert_false(taken[0][first]);
        assert_false(taken[1][second]);
        taken[0][first] = taken[1][second] = true;
        same_order = same_order && first == second;
    }
    assert_false(same_order);
    destroy(&made);
}

/* Means of 2000 uniforms within five standard errors (false alarm 6e-7 each), and a
 * correlation of two axes within five (likewise). */
static void test_random_is_uniform_and_independent(void **state)
{
    (void)state;
    enum { N = 2000 };
    fixture made = expand("sweep:\n  - random: {points: 2000, market.demand.scale: [1, 2], "
                          "market.products[A].cost: [1, 2], seed: {integer: [1, 6]}}\n");
    double mean[2] = {0}, product = 0;
    size_t face[6] = {0};
    for (size_t i = 0; i < N; i++) {
        double a = value_at(&made, i, 0) - 1, b = value_at(&made, i, 1) - 1;
        assert_true(a >= 0 && a <= 1 && b >= 0 && b <= 1);
        mean[0] += a / N;
        mean[1] += b / N;
        product += (a - 0.5) * (b - 0.5) * 12 / N;
        double die = value_at(&made, i, 2);
        assert_true(die >= 1 && die <= 6);
        face[(size_t)die - 1]++;
    }
    for (size_t k = 0; k < 2; k++)
        assert_true(fabs(mean[k] - 0.5) < 5 / sqrt(12.0 * N));
    assert_true(fabs(product) < 5 / sqrt(N));
    for (size_t k = 0; k < 6; k++) /* binomial: five standard deviations */
        assert_true(fabs((double)face[k] - N / 6.) < 5 * sqrt(N * 5 / 36.));
    destroy(&made);
}

/* A longer design begins with the shorter one, wherever its block stands. */
static void test_designs_grow_at_their_end(void **state)
{
    (void)state;
    static const char *const kinds[] = {"sobol", "halton", "random"};
    for (size_t k = 0; k < 3; k++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "sweep:\n  - %s: {points: 8, market.demand.scale: [1, 2]}\n", kinds[k]);
        fixture few = expand(text);
        snprintf(text, sizeof(text),
                 "sweep:\n  - list: [{market.demand.scale: 3}]\n"
                 "  - %s: {market.demand.scale: [1, 2], points: 30, seed: {integer: [1, 9]}}\n",
                 kinds[k]);
        fixture many = expand(text);
        for (size_t i = 0; i < 8; i++)
            assert_string_equal(bt_sweep_value(few.sweep, i, 0),
                                bt_sweep_value(many.sweep, i + 1, 0));
        destroy(&few);
        destroy(&many);
    }
}

/* ---- keys ---- */

/* The key of the point with this label. */
static uint64_t key_of(const char *sweep, const char *label)
{
    fixture made = expand(sweep);
    uint64_t key = 0;
    bool found = false;
    for (size_t i = 0; i < bt_sweep_n_points(made.sweep) && !found; i++) {
        char text[512];
        bt_sweep_label(made.sweep, i, text, sizeof(text));
        found = strcmp(text, label) == 0;
        key = bt_sweep_key(made.sweep, i);
    }
    assert_true(found);
    destroy(&made);
    return key;
}

static void test_keys_are_of_values_alone(void **state)
{
    (void)state;
    const char *label = "market.demand.scale = 0.3, market.products[A].cost = 1";
    uint64_t key = key_of("sweep:\n  - grid: {market.demand.scale: [0.3], "
                          "market.products[A].cost: [1]}\n",
                          label);
    /* other points before and after, other ways to write a number, other blocks */
    assert_int_equal(key, key_of("sweep:\n  - grid: {market.demand.scale: [0.1, 0.2, 0.30, 1], "
                                 "market.products[A].cost: [0.5, 10e-1]}\n",
                                 label));
    assert_int_equal(key, key_of("sweep:\n  - list: [{seed: 1}, {market.demand.scale: 3e-1, "
                                 "market.products[A].cost: 1.0}]\n",
                                 label));
    /* the order of the paths does not matter */
    assert_int_equal(key, key_of("sweep:\n  - zip: {market.products[A].cost: [1], "
                                 "market.demand.scale: [0.3]}\n",
                                 "market.products[A].cost = 1, market.demand.scale = 0.3"));
    /* but each value does, and which path it belongs to */
    assert_true(key != key_of("sweep:\n  - zip: {market.products[A].cost: [1], "
                              "market.demand.scale: [0.30000000000000004]}\n",
                              "market.products[A].cost = 1, market.demand.scale = "
                              "0.30000000000000004"));
    assert_true(key != key_of("sweep:\n  - zip: {market.products[B].cost: [1], "
                              "market.demand.scale: [0.3]}\n",
                              "market.products[B].cost = 1, market.demand.scale = 0.3"));
}

static void test_keys_differ_between_points(void **state)
{
    (void)state;
    fixture made = expand("sweep:\n  - random: {points: 500, market.demand.scale: [1, 2]}\n"
                          "  - grid: {seed: {from: 1, to: 500, steps: 500}}\n");
    size_t count = bt_sweep_n_points(made.sweep);
    assert_int_equal(count, 1000);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(bt_sweep_key(made.sweep, i) != bt_sweep_key(made.sweep, k));
    destroy(&made);
}

static void test_common_random_numbers_have_key_zero(void **state)
{
    (void)state;
    fixture made = expand("common_random_numbers: true\nsweep:\n  - grid: {seed: [1, 2]}\n");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(bt_sweep_key(made.sweep, i), 0);
    assert_true(bt_sweep_hash(made.sweep, 0) != bt_sweep_hash(made.sweep, 1));
    destroy(&made);
}

/* ---- binding ---- */

static void test_points_are_bound(void **state)
{
    (void)state;
    fixture made = expand("sweep:\n  - grid: {seed: [11, 12]}\n  - list: [{replicas: 1}]\n"
                          "  - list: [{market.demand.scale: -1}]\n");
    bt_arena *arena = bt_arena_create();
    bt_experiment experiment;
    bt_diagnostics *mistakes = bt_diagnostics_create();
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(bt_sweep_bind(made.sweep, i, &experiment, arena, mistakes), BT_OK);
        assert_int_equal(experiment.seed, 11 + (int)i);
        assert_int_equal(experiment.replications, 2);
        assert_string_equal(experiment.name, "base");
    }
    assert_int_equal(bt_sweep_bind(made.sweep, 2, &experiment, arena, mistakes), BT_BAD_INPUT);
    assert_int_equal(bt_diagnostics_count(mistakes), 1);
    assert_non_null(strstr(bt_diagnostics_at(mistakes, 0), "e.yaml:17:23: "));
    assert_non_null(strstr(bt_diagnostics_at(mistakes, 0), "replicas"));
    assert_int_equal(bt_sweep_bind(made.sweep, 3, &experiment, arena, mistakes), BT_BAD_INPUT);
    assert_non_null(strstr(bt_diagnostics_at(mistakes, 1), "e.yaml:18:34: "));
    bt_diagnostics_destroy(mistakes);
    bt_arena_destroy(arena);
    assert_string_equal(bt_sweep_base_value(made.sweep, 0), "7");
    destroy(&made);
}

/* ---- tables ---- */

/* Write a table into a fresh folder; returns the path of an experiment beside it. */
static void write_table(const char *text, char *folder, size_t size)
{
    snprintf(folder, size, "/tmp/bertrand-sweep-XXXXXX");
    assert_non_null(mkdtemp(folder));
    char path[256];
    snprintf(path, sizeof(path), "%s/points.csv", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_table(const char *folder)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/points.csv", folder);
    unlink(path);
    rmdir(folder);
}

static fixture expand_table(const char *text)
{
    char folder[128], path[256];
    write_table(text, folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/e.yaml", folder);
    fixture made = expand_at(path, "sweep:\n  - table: points.csv\n");
    remove_table(folder);
    return made;
}

static void test_table(void **state)
{
    (void)state;
    fixture made = expand_table("market.demand.scale,\"seed\"\r\n"
                                "0.50,1\r\n\r\n,2\r\n\"{log: 1}\",3\r\n");
    assert_int_equal(made.status, BT_OK);
    static const char *const labels[] = {"market.demand.scale = 0.5, seed = 1", "seed = 2",
                                         "market.demand.scale = {log: 1}, seed = 3"};
    assert_int_equal(bt_sweep_n_points(made.sweep), 3);
    for (size_t i = 0; i < 3; i++) {
        char label[128];
        bt_sweep_label(made.sweep, i, label, sizeof(label));
        assert_string_equal(label, labels[i]);
    }
    assert_null(bt_sweep_value(made.sweep, 1, 0));
    destroy(&made);
}

static void test_table_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *table;
        const char *message;
    } cases[] = {
        {"seed\n1,2\n", "points.csv:2:1: this row has 2 fields"},
        {"seed\n\"1\n", "points.csv:2:1: this quotation mark is never closed"},
        {"seed\n{a: [\n", "points.csv:2"},
        {"replications\n1\n", "cannot be swept"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture made = expand_table(cases[i].table);
        assert_int_equal(made.status, BT_BAD_INPUT);
        const char *message = bt_diagnostics_at(made.diagnostics, 0);
        if (strstr(message, cases[i].message) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", message, cases[i].message);
        destroy(&made);
    }
    fixture made = expand_at("e.yaml", "sweep:\n  - table: nowhere/points.csv\n");
    assert_int_equal(made.status, BT_NO_INPUT);
    assert_non_null(strstr(bt_diagnostics_at(made.diagnostics, 0), "e.yaml:16:12: "));
    destroy(&made);
}

/* ---- mistakes ---- */

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *sweep; /* begins on line 15 */
        const char *message;
    } cases[] = {
        {"sweep: {grid: {seed: [1]}}\n", "e.yaml:15:8: a sweep is a list of blocks"},
        {"sweep: 3\n", "e.yaml:15:8: a sweep is a list"},
        {"sweep: []\n", "e.yaml:15:8: no point is left"},
        {"sweep:\n  - seed\n", "e.yaml:16:5: here a mapping"},
        {"sweep:\n  - gird: {seed: [1]}\n",
         "e.yaml:16:5: there is no sweep block \"gird\"; did "
         "you mean \"grid\""},
        {"sweep:\n  - fractional_factorial: {}\n", "there are grid, zip"},
        {"sweep:\n  - {grid: {seed: [1]}, zip: {seed: [1]}}\n",
         "e.yaml:16:25: a block has one"},
        {"sweep:\n  - grid: {}\n", "e.yaml:16:11: here a mapping"},
        {"sweep:\n  - grid: [1]\n", "e.yaml:16:11: here a mapping"},
        {"sweep:\n  - grid: {seed: []}\n", "e.yaml:16:18: this list of values is empty"},
        {"sweep:\n  - grid: {replications: [1]}\n", "e.yaml:16:12: replications concerns"},
        {"sweep:\n  - grid: {checkpoint.every: [1]}\n",
         "e.yaml:16:12: checkpoint.every concerns"},
        {"sweep:\n  - zip: {seed: [1, 2], market.size: [1]}\n",
         "e.yaml:16:25: zip goes through its lists in step, but seed has 2 values and "
         "market.size has 1"},
        {"sweep:\n  - grid: {seed: {from: 1, to: 2}}\n", "steps"},
        {"sweep:\n  - grid: {seed: {from: 1, to: 2, steps: 0}}\n", "e.yaml:16:42: steps"},
        {"sweep:\n  - grid: {seed: {from: 1, to: 2, steps: 1}}\n", "one step cannot reach"},
        {"sweep:\n  - grid: {seed: {from: 1, to: 2, step: 1}}\n", "step"},
        {"sweep:\n  - grid: {seed: {log: [0, 2], steps: 3}}\n", "e.yaml:16:2"},
        {"sweep:\n  - grid: {seed: {log: [1], steps: 3}}\n", "log has 1 number"},
        {"sweep:\n  - list: {seed: 1}\n", "e.yaml:16:11: here a list of points"},
        {"sweep:\n  - list: [3]\n", "e.yaml:16:12: here a mapping"},
        {"sweep:\n  - sobol: {seed: [1, 2]}\n", "e.yaml:16:12: a design says how many points"},
        {"sweep:\n  - sobol: {points: 0, seed: [1, 2]}\n", "e.yaml:16:21: points is a whole"},
        {"sweep:\n  - sobol: {points: 1.5, seed: [1, 2]}\n", "e.yaml:16:21: points is a whole"},
        {"sweep:\n  - sobol: {points: 4}\n", "no path to spread"},
        {"sweep:\n  - sobol: {points: 4, seed: [2, 1]}\n", "e.yaml:16:30: a range runs from"},
        {"sweep:\n  - sobol: {points: 4, seed: [1, 2, 3]}\n", "e.yaml:16:30: a range has two"},
        {"sweep:\n  - lhs: {points: 4, seed: {log: [-1, 2]}}\n", "positive"},
        {"sweep:\n  - lhs: {points: 4, seed: {integer: [1, 2.5]}}\n", "whole numbers"},
        {"sweep:\n  - lhs: {points: 4, seed: {between: [1, 2]}}\n", "a range is written"},
        {"sweep:\n  - random: {points: 2000000, seed: [1, 2]}\n", "from 1 to 1000000"},
        {"sweep:\n  - grid: {seed: {from: 1, to: 9, steps: 1000000}, market.size: [1, 2]}\n",
         "a sweep may have 1000000 points"},
        {"sweep:\n  - {grid: {seed: [1, 2]}, where: seed > 2}\n", "no point is left"},
        {"sweep:\n  - {grid: {seed: [1, 2]}, where: seed >}\n",
         "e.yaml:16:35: where: at character 7"},
        {"sweep:\n  - {grid: {seed: [1, 2]}, where: nowhere > 2}\n",
         "e.yaml:16:35: where: at character 1: no single number or word stands at nowhere"},
        {"sweep:\n  - {grid: {seed: [1, 2]}, where: [1]}\n",
         "e.yaml:16:35: where: a condition"},
        {"sweep:\n  - {grid: {seed: [1]}, where: 'market.products[*].cost > 0'}\n",
         "no single number or word stands at market.products[*].cost"},
        {"sweep:\n  - table: ''\n", "e.yaml:16:12: a table is the name"},
        {"sweep:\n  - table: [a]\n", "e.yaml:16:12: a table is the name"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture made = expand_at("e.yaml", cases[i].sweep);
        if (made.status != BT_BAD_INPUT)
            fail_msg("%s: status %d", cases[i].sweep, (int)made.status);
        assert_null(made.sweep);
        assert_true(bt_diagnostics_count(made.diagnostics) >= 1);
        const char *message = bt_diagnostics_at(made.diagnostics, 0);
        if (strstr(message, cases[i].message) == NULL)
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].sweep, message, cases[i].message);
        destroy(&made);
    }
}

/* A mistake in the file and one in the sweep are both reported. */
static void test_one_pass_reports_all(void **state)
{
    (void)state;
    fixture made = expand_at("e.yaml", "confidence: 3\nsweep:\n  - gird: {seed: [1]}\n");
    assert_int_equal(made.status, BT_BAD_INPUT);
    assert_int_equal(bt_diagnostics_count(made.diagnostics), 2);
    destroy(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_sobol_is_the_known_sequence),
        cmocka_unit_test(test_halton_is_the_known_sequence),
        cmocka_unit_test(test_latin_hypercube_has_one_point_in_each_stratum),
        cmocka_unit_test(test_random_is_uniform_and_independent),
        cmocka_unit_test(test_designs_grow_at_their_end),
        cmocka_unit_test(test_keys_are_of_values_alone),
        cmocka_unit_test(test_keys_differ_between_points),
        cmocka_unit_test(test_common_random_numbers_have_key_zero),
        cmocka_unit_test(test_points_are_bound),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_mistakes),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_one_pass_reports_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
