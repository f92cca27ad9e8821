/* Nodes of random coefficients: their moments, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "markets/demand/random_coefficients.h"

/* E[z_a^p z_b^q] over the nodes. */
static double moment(const bt_nodes *nodes, size_t a, int p, size_t b, int q)
{
    double total = 0;
    for (size_t i = 0; i < nodes->count; i++) {
        const double *z = nodes->value + i * nodes->dimensions;
        total += nodes->weight[i] * pow(z[a], p) * pow(z[b], q);
    }
    return total;
}

static void quadrature_is_exact_for_the_normal_moments(void **state)
{
    (void)state;
    bt_nodes nodes;
    assert_int_equal(bt_nodes_create(BT_NODES_QUADRATURE, 130, 2, &nodes, NULL), BT_OK);
    assert_int_equal(nodes.count, 121); /* 11 points a dimension */
    static const double normal_moment[] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    for (int p = 0; p <= 8; p++)
        for (int q = 0; q <= 8; q++) {
            double expected = normal_moment[p] * normal_moment[q];
            double bound = 1e-12 * (1 + expected);
            assert_true(fabs(moment(&nodes, 0, p, 1, q) - expected) < bound);
        }
    bt_nodes_free(&nodes);
}

static void sequences_come_close_to_the_normal_moments(void **state)
{
    (void)state;
    static const bt_node_method methods[] = {BT_NODES_SOBOL, BT_NODES_HALTON};
    for (size_t m = 0; m < 2; m++) {
        bt_nodes nodes;
        assert_int_equal(bt_nodes_create(methods[m], 4095, 3, &nodes, NULL), BT_OK);
        assert_int_equal(nodes.count, 4095);
        for (size_t d = 0; d < 3; d++) {
            assert_true(fabs(moment(&nodes, d, 1, d, 0)) < 5e-3);
            assert_true(fabs(moment(&nodes, d, 2, d, 0) - 1) < 2e-2);
            assert_true(fabs(moment(&nodes, d, 1, (d + 1) % 3, 1)) < 1e-2);
        }
        bt_nodes_free(&nodes);
    }
}

static void no_dimension_is_one_node(void **state)
{
    (void)state;
    bt_nodes nodes;
    assert_int_equal(bt_nodes_create(BT_NODES_SOBOL, 50, 0, &nodes, NULL), BT_OK);
    assert_int_equal(nodes.count, 1);
    assert_true(nodes.weight[0] == 1);
    bt_nodes_free(&nodes);
}

static void too_many_dimensions_are_refused(void **state)
{
    (void)state;
    bt_nodes nodes;
    bt_error error;
    assert_int_equal(bt_nodes_create(BT_NODES_QUADRATURE, 200, 8, &nodes, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "too few for quadrature"));
    assert_int_equal(bt_nodes_create(BT_NODES_SOBOL, 200, 41, &nodes, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "at most 40 dimensions"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quadrature_is_exact_for_the_normal_moments),
        cmocka_unit_test(sequences_come_close_to_the_normal_moments),
        cmocka_unit_test(no_dimension_is_one_node),
        cmocka_unit_test(too_many_dimensions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
