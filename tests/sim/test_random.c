/* Addressed random streams: known answers, equality of all forms, distributions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "sim/random.h"
#include "tests/sim/goodness_of_fit.h"

/* The file kat_vectors of Random123 1.09, lines "philox4x32 10". */
static void block_function_matches_published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], output[4];
    } vector[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
        uint32_t output[4];
        bt_philox4x32(vector[i].counter, vector[i].key, output);
        assert_memory_equal(output, vector[i].output, sizeof(output));
    }
}

static void a_stream_is_the_block_function_at_its_address(void **state)
{
    (void)state;
    bt_random_key key = {{0x12345678, 0x9abcdef0}};
    bt_stream stream = bt_stream_open(key, BT_AGENT_SELLER(3), 7);
    for (uint32_t block = 0; block < 100; block++) {
        uint32_t counter[4] = {block, 0, 0x10000003, 7};
        uint32_t word[4];
        bt_philox4x32(counter, key.word, word);
        assert_int_equal(bt_stream_next(&stream), word[0] | (uint64_t)word[1] << 32);
        assert_int_equal(bt_stream_next(&stream), word[2] | (uint64_t)word[3] << 32);
    }
}

static void the_block_number_uses_64_bits(void **state)
{
    (void)state;
    bt_random_key key = {{1, 2}};
    uint64_t index = (UINT64_C(5) << 33) + 6; /* block 5 * 2^32 + 3 */
    uint32_t counter[4] = {3, 5, 8, 9};
    uint32_t word[4];
    bt_philox4x32(counter, key.word, word);
    assert_int_equal(bt_random_at(key, 8, 9, index), word[0] | (uint64_t)word[1] << 32);
}

static void addressed_draws_are_the_draws_of_the_stream(void **state)
{
    (void)state;
    bt_random_key key = bt_random_key_of(11, 22, 33);
    bt_stream stream = bt_stream_open(key, BT_AGENT_BUYER(5), 2);
    for (uint64_t index = 0; index < 1001; index++)
        assert_int_equal(bt_random_at(key, BT_AGENT_BUYER(5), 2, index),
                         bt_stream_next(&stream));
}

/* The block form, for every count around the widths of vectors and passes. */
static void expect_block_equals_scalar(bt_instruction_set set)
{
    enum { MOST = 200 };
    bt_random_key key = bt_random_key_of(4, 5, 6);
    uint32_t first = UINT32_MAX - 50; /* agent numbers wrap */
    uint64_t index[MOST];
    for (size_t i = 0; i < MOST; i++)
        index[i] = (i * UINT64_C(0x9e3779b97f4a7c15)) >> (i % 64);
    for (size_t count = 0; count <= MOST; count++) {
        double uniform[MOST + 1];
        uniform[count] = -7;
        bt_random_uniform_block_on(set, key, first, 3, index, 0, count, uniform);
        for (size_t i = 0; i < count; i++) {
            uint64_t bits = bt_random_at(key, first + (uint32_t)i, 3, index[i]);
            assert_true(uniform[i] == bt_unit_interval(bits));
        }
        bt_random_uniform_block_on(set, key, first, 3, NULL, 9 + count, count, uniform);
        for (size_t i = 0; i < count; i++) {
            uint64_t bits = bt_random_at(key, first + (uint32_t)i, 3, 9 + count);
            assert_true(uniform[i] == bt_unit_interval(bits));
        }
        assert_true(uniform[count] == -7);
    }
}

static void block_form_has_the_same_bits_on_each_instruction_set(void **state)
{
    (void)state;
    static const char *const name[] = {"baseline", "AVX2", "AVX-512"};
    for (bt_instruction_set set = BT_BASELINE; set < BT_INSTRUCTION_SETS; set++) {
        if (bt_has_instruction_set(set))
            expect_block_equals_scalar(set);
        else
            print_message("NOT RUN: this machine lacks %s\n", name[set]);
    }
    double chosen, baseline;
    bt_random_uniform_block((bt_random_key){{1, 2}}, 3, 4, NULL, 5, 1, &chosen);
    bt_random_uniform_block_on(BT_BASELINE, (bt_random_key){{1, 2}}, 3, 4, NULL, 5, 1,
                               &baseline);
    assert_true(chosen == baseline);
}

static void stream_blocks_are_the_draws_of_the_stream(void **state)
{
    (void)state;
    enum { MOST = 200 };
    bt_stream in_blocks = bt_stream_open(bt_random_key_of(1, 2, 3), BT_AGENT_SELLER(4), 5);
    bt_stream one_by_one = in_blocks;
    for (size_t count = 0; count <= MOST; count++) {
        double value[MOST];
        bt_stream_uniform_block(&in_blocks, count, value);
        for (size_t i = 0; i < count; i++)
            assert_true(value[i] == bt_stream_uniform(&one_by_one));
        bt_stream_exponential_block(&in_blocks, count, value);
        for (size_t i = 0; i < count; i++)
            assert_true(value[i] == bt_stream_exponential(&one_by_one));
        if (count % 3 == 0)
            assert_int_equal(bt_stream_next(&in_blocks), bt_stream_next(&one_by_one));
    }
}

/* Buyers may be divided among threads in any way. */
static void blocks_do_not_depend_on_threads(void **state)
{
    (void)state;
    enum { BUYERS = 10000, PIECE = 77 };
    static double whole[BUYERS];
    static double pieces[BUYERS];
    bt_random_key key = bt_random_key_of(8, 0, 0);
    bt_random_uniform_block(key, BT_AGENT_BUYER(0), 1, NULL, 3, BUYERS, whole);
#pragma omp parallel for schedule(dynamic) num_threads(4)
    for (size_t start = 0; start < BUYERS; start += PIECE) {
        size_t count = BUYERS - start < PIECE ? BUYERS - start : PIECE;
        bt_random_uniform_block(key, BT_AGENT_BUYER(start), 1, NULL, 3, count, pieces + start);
    }
    assert_memory_equal(whole, pieces, sizeof(whole));
}

/* ------------------------------------------------------------- replications */

static int compare_words(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(uint64_t));
}

/* All replications of a sweep sharing one seed is a mistake that others made. The
 * probability that 64-bit draws of right streams collide here is below 1e-10. */
static void runs_and_agents_differ_pairwise(void **state)
{
    (void)state;
    enum { SEEDS = 3, POINTS = 5, REPLICATIONS = 200, AGENTS = 3, PURPOSES = 2 };
    enum { ALL = SEEDS * POINTS * REPLICATIONS * AGENTS * PURPOSES };
    static uint64_t first[ALL];
    size_t count = 0;
    const uint32_t agent[AGENTS] = {BT_AGENT_MARKET, BT_AGENT_SELLER(0), BT_AGENT_BUYER(0)};
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint64_t point = 0; point < POINTS; point++)
            for (uint64_t replication = 0; replication < REPLICATIONS; replication++) {
                bt_random_key key = bt_random_key_of(seed, point << 32, replication);
                for (int a = 0; a < AGENTS; a++)
                    for (uint32_t purpose = 0; purpose < PURPOSES; purpose++) {
                        bt_stream stream = bt_stream_open(key, agent[a], purpose);
                        first[count++] = bt_stream_next(&stream);
                    }
            }
    qsort(first, count, sizeof(*first), compare_words);
    for (size_t i = 1; i < count; i++)
        assert_int_not_equal(first[i - 1], first[i]);
}

static void one_replication_repeated_is_identical(void **state)
{
    (void)state;
    bt_stream once = bt_stream_open(bt_random_key_of(7, 8, 9), BT_AGENT_SELLER(1), 4);
    bt_stream again = bt_stream_open(bt_random_key_of(7, 8, 9), BT_AGENT_SELLER(1), 4);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bt_stream_next(&once), bt_stream_next(&again));
    bt_stream branch = once; /* plain data: a copy goes on alike */
    assert_int_equal(bt_stream_next(&once), bt_stream_next(&branch));
}

static void each_part_of_the_address_matters(void **state)
{
    (void)state;
    bt_random_key reference = bt_random_key_of(1, 2, 3);
    for (int bit = 0; bit < 64; bit++) {
        uint64_t flip = UINT64_C(1) << bit;
        bt_random_key other[] = {bt_random_key_of(1 ^ flip, 2, 3),
                                 bt_random_key_of(1, 2 ^ flip, 3),
                                 bt_random_key_of(1, 2, 3 ^ flip)};
        for (int i = 0; i < 3; i++)
            assert_memory_not_equal(&other[i], &reference, sizeof(reference));
    }
}

/* ------------------------------------------------------------ distributions */

enum { DRAWS = 1 << 18 };

static bt_stream test_stream(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(2024, 0, 0), BT_AGENT_BUYER(17), purpose);
}

static void uniforms_along_a_stream(void **state)
{
    (void)state;
    static double value[DRAWS];
    bt_stream stream = test_stream(1);
    size_t pair_cell[4096] = {0};
    for (size_t i = 0; i < DRAWS; i++) {
        value[i] = bt_stream_uniform(&stream);
        assert_true(value[i] >= 0 && value[i] < 1);
        if (i % 2 == 1)
            pair_cell[(size_t)(64 * value[i - 1]) * 64 + (size_t)(64 * value[i])]++;
    }
    assert_true(uniform_cells_p_value(pair_cell, 4096) > ALARM_RATE);
    assert_true(kolmogorov_smirnov_p_value(value, DRAWS) > ALARM_RATE);
}

/* Buyers take one draw each: neighbours in agent number must be independent too. */
static void uniforms_across_agents(void **state)
{
    (void)state;
    static double value[DRAWS];
    bt_random_uniform_block(bt_random_key_of(5, 0, 0), BT_AGENT_BUYER(0), 1, NULL, 0, DRAWS,
                            value);
    size_t pair_cell[4096] = {0};
    double product = 0;
    for (size_t i = 1; i < DRAWS; i++) {
        pair_cell[(size_t)(64 * value[i - 1]) * 64 + (size_t)(64 * value[i])] += i % 2;
        product += (value[i - 1] - 0.5) * (value[i] - 0.5);
    }
    double z = product * 12 / sqrt(DRAWS - 1.0);
    assert_true(normal_p_value(z) > ALARM_RATE);
    assert_true(uniform_cells_p_value(pair_cell, 4096) > ALARM_RATE);
    assert_true(kolmogorov_smirnov_p_value(value, DRAWS) > ALARM_RATE);
}

/* First draws of successive replications: what an average over replications sees. */
static void uniforms_across_replications(void **state)
{
    (void)state;
    enum { REPLICATIONS = 1 << 16 };
    static double value[REPLICATIONS];
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        bt_stream stream = bt_stream_open(bt_random_key_of(5, 77, i), BT_AGENT_SELLER(0), 0);
        value[i] = bt_stream_uniform(&stream);
    }
    assert_true(kolmogorov_smirnov_p_value(value, REPLICATIONS) > ALARM_RATE);
}

static void each_bit_is_fair(void **state)
{
    (void)state;
    bt_stream stream = test_stream(2);
    size_t ones[64] = {0};
    for (size_t i = 0; i < DRAWS; i++) {
        uint64_t word = bt_stream_next(&stream);
        for (int bit = 0; bit < 64; bit++)
            ones[bit] += word >> bit & 1;
    }
    for (int bit = 0; bit < 64; bit++) {
        double z = ((double)ones[bit] - DRAWS / 2.0) / sqrt(DRAWS / 4.0);
        assert_true(normal_p_value(z) > ALARM_RATE / 64);
    }
}

static void integers_below_a_bound(void **state)
{
    (void)state;
    static const uint64_t bound[] = {1, 2, 7, 15, 1000};
    for (size_t k = 0; k < sizeof(bound) / sizeof(bound[0]); k++) {
        bt_stream stream = test_stream(3);
        size_t cell[1000] = {0};
        for (size_t i = 0; i < DRAWS; i++) {
            uint64_t value = bt_stream_below(&stream, bound[k]);
            assert_true(value < bound[k]);
            cell[value]++;
        }
        if (bound[k] > 1)
            assert_true(uniform_cells_p_value(cell, (size_t)bound[k]) > ALARM_RATE);
    }
    bt_stream stream = test_stream(3);
    bt_stream copy = stream;
    assert_int_equal(bt_stream_below(&stream, UINT64_C(1) << 63), bt_stream_next(&copy) >> 1);
}

static void exponential_and_normal_variates(void **state)
{
    (void)state;
    static double exponential[DRAWS];
    static double normal[DRAWS];
    bt_stream stream = test_stream(4);
    for (size_t i = 0; i < DRAWS; i++) {
        double x = bt_stream_exponential(&stream);
        double y = bt_stream_normal(&stream);
        assert_true(isfinite(x) && x >= 0 && isfinite(y));
        exponential[i] = gsl_cdf_exponential_P(x, 1);
        normal[i] = gsl_cdf_ugaussian_P(y);
    }
    assert_true(kolmogorov_smirnov_p_value(exponential, DRAWS) > ALARM_RATE);
    assert_true(kolmogorov_smirnov_p_value(normal, DRAWS) > ALARM_RATE);
    assert_int_equal(stream.block * 2 - stream.remaining, 2 * DRAWS); /* one draw each */
}

/* The extreme draws: no infinite variate comes from any 64 bits. */
static void extreme_draws_give_finite_variates(void **state)
{
    (void)state;
    static const uint64_t extreme[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, 0x7ff};
    for (size_t i = 0; i < sizeof(extreme) / sizeof(extreme[0]); i++) {
        bt_stream stream = {.draw = {0, extreme[i]}, .remaining = 1};
        bt_stream copy = stream;
        bt_stream other = stream;
        assert_true(bt_stream_uniform(&stream) < 1);
        assert_true(isfinite(bt_stream_exponential(&copy)));
        assert_true(isfinite(bt_stream_normal(&other)));
    }
}

static void gsl_distributions_work_on_a_stream(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(bt_rng_philox);
    assert_non_null(generator);
    assert_string_equal(gsl_rng_name(generator), "philox4x32-10");
    bt_stream stream = test_stream(5);
    bt_rng_bind(generator, &stream);
    for (int i = 0; i < 100; i++)
        assert_int_equal(gsl_rng_get(generator), bt_stream_next(&stream));
    assert_true(gsl_rng_uniform(generator) == bt_stream_uniform(&stream));

    static double probability[DRAWS];
    for (size_t i = 0; i < DRAWS; i++)
        probability[i] = gsl_cdf_gamma_P(gsl_ran_gamma(generator, 2.5, 1.0), 2.5, 1.0);
    assert_true(kolmogorov_smirnov_p_value(probability, DRAWS) > ALARM_RATE);
    for (size_t i = 0; i < DRAWS; i++)
        probability[i] = gsl_cdf_ugaussian_P(gsl_ran_gaussian_ziggurat(generator, 1.0));
    assert_true(kolmogorov_smirnov_p_value(probability, DRAWS) > ALARM_RATE);
    size_t cell[6] = {0};
    for (size_t i = 0; i < DRAWS; i++)
        cell[gsl_rng_uniform_int(generator, 6)]++;
    assert_true(uniform_cells_p_value(cell, 6) > ALARM_RATE);

    gsl_rng *clone = gsl_rng_clone(generator);
    assert_int_equal(gsl_rng_get(clone), gsl_rng_get(generator));
    gsl_rng_set(generator, 1);
    gsl_rng_set(clone, 2);
    assert_int_not_equal(gsl_rng_get(clone), gsl_rng_get(generator));
    gsl_rng_free(clone);
    gsl_rng_free(generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_function_matches_published_vectors),
        cmocka_unit_test(a_stream_is_the_block_function_at_its_address),
        cmocka_unit_test(the_block_number_uses_64_bits),
        cmocka_unit_test(addressed_draws_are_the_draws_of_the_stream),
        cmocka_unit_test(block_form_has_the_same_bits_on_each_instruction_set),
        cmocka_unit_test(stream_blocks_are_the_draws_of_the_stream),
        cmocka_unit_test(blocks_do_not_depend_on_threads),
        cmocka_unit_test(runs_and_agents_differ_pairwise),
        cmocka_unit_test(one_replication_repeated_is_identical),
        cmocka_unit_test(each_part_of_the_address_matters),
        cmocka_unit_test(uniforms_along_a_stream),
        cmocka_unit_test(uniforms_across_agents),
        cmocka_unit_test(uniforms_across_replications),
        cmocka_unit_test(each_bit_is_fair),
        cmocka_unit_test(integers_below_a_bound),
        cmocka_unit_test(exponential_and_normal_variates),
        cmocka_unit_test(extreme_draws_give_finite_variates),
        cmocka_unit_test(gsl_distributions_work_on_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
