/* The deep Q-learner and the actor-critic outside any market: their formulas by hand, a bandit,
 * and a decision problem whose values are known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "agents/learning/neural/actor_critic.h"
#include "agents/learning/neural/deep_q.h"
#include "agents/learning/neural/losses.h"

#define assert_near(value, expected, bound) assert_true(fabs((value) - (expected)) <= (bound))

static bt_stream test_stream(uint32_t purpose)
{
    return bt_stream_open(bt_random_key_of(2026, 0, 0), 0, purpose);
}

static const size_t hidden[] = {16};

static bt_deep_q_settings deep_q_settings(double discount)
{
    return (bt_deep_q_settings){.hidden = hidden,
                                .n_hidden = 1,
                                .discount = discount,
                                .replay = 1000,
                                .batch = 32,
                                .renew_every = 50,
                                .bend = 1,
                                .adam = bt_adam_defaults(0.005)};
}

/* ---- Bellman targets by hand ---- */

/* A network without hidden layer whose values in state x are (x, 1 - x), and whose copy's are
 * (0.5, x): from x = 0.9 the network prefers action 0 and the copy action 1. */
static void targets_by_hand(void **state)
{
    (void)state;
    for (int doubles = 0; doubles < 2; doubles++) {
        bt_arena *arena = bt_arena_create();
        bt_stream stream = test_stream(1);
        bt_deep_q_settings settings = deep_q_settings(0.8);
        settings.n_hidden = 0;
        settings.doubles = doubles;
        bt_deep_q learner;
        assert_true(bt_deep_q_create(&learner, &settings, 1, 2, &stream, arena));
        bt_mlp *nets[] = {&learner.net, &learner.copy};
        const bt_real slope[2][2] = {{1, -1}, {0, 1}}, level[2][2] = {{0, 1}, {0.5F, 0}};
        for (size_t k = 0; k < 2; k++) {
            bt_linear *layer = &nets[k]->layer[0];
            memcpy(bt_weights_value(&nets[k]->weights, layer->weight), slope[k],
                   sizeof(slope[k]));
            memcpy(bt_weights_value(&nets[k]->weights, layer->bias), level[k],
                   sizeof(level[k]));
        }
        bt_real now = 0, next = 0.9F, target[2];
        bt_deep_q_remember(&learner, &now, 0, 0.3, &next);
        bt_deep_q_remember(&learner, &now, 1, 0.7, &now);
        bt_deep_q_targets(&learner, (const uint32_t[]){0, 1}, 2, target);
        assert_near(target[0], 0.2 * 0.3 + 0.8 * (doubles ? 0.5 : 0.9), 1e-6);
        /* at 0 the network prefers action 1, of which the copy says 0 */
        assert_near(target[1], 0.2 * 0.7 + 0.8 * (doubles ? 0 : 0.5), 1e-6);
        bt_arena_destroy(arena);
    }
}

/* Discount 1/2, values (1, 2, 0): d_0 = 0.5 * 1 + 0.5 * 2 - 1 = 0.5, d_1 = 0 + 0 - 2. */
static void advantages_by_hand(void **state)
{
    (void)state;
    const double reward[] = {1, 0}, value[] = {1, 2, 0};
    double advantage[2];
    bt_advantages(2, reward, value, 0.5, 0.5, advantage);
    assert_near(advantage[1], -2, 1e-15);
    assert_near(advantage[0], 0.5 + 0.25 * -2, 1e-15);
    bt_advantages(2, reward, value, 0.5, 0, advantage);
    assert_near(advantage[0], 0.5, 1e-15);
}

/* ---- a bandit: the third of five prices pays best ---- */

static double bandit_reward(uint32_t action, bt_stream *stream)
{
    static const double mean[] = {0.2, 0.4, 0.6, 0.5, 0.1};
    return mean[action] + 0.1 * (2 * bt_stream_uniform(stream) - 1);
}

static uint32_t draw_by_scores(const bt_real *score, size_t count, bt_stream *stream)
{
    bt_real probability[16];
    double target = bt_stream_uniform(stream), sum = 0;
    bt_softmax(1, count, score, probability);
    for (uint32_t a = 0; a < count; a++) {
        sum += (double)probability[a];
        if (sum > target)
            return a;
    }
    return (uint32_t)count - 1;
}

/* All prices are tried equally often; noise of deviation .06 over some 200 trials each, against
 * a lead of .1. */
static void deep_q_learns_the_arms_of_a_bandit(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_stream initial = test_stream(2), play = test_stream(3), draws = test_stream(4);
    bt_deep_q_settings settings = deep_q_settings(0);
    bt_deep_q learner;
    assert_true(bt_deep_q_create(&learner, &settings, 1, 5, &initial, arena));
    const bt_real one = 1;
    for (int t = 0; t < 3000; t++) {
        uint32_t action = (uint32_t)bt_stream_below(&play, 5);
        bt_deep_q_remember(&learner, &one, action, bandit_reward(action, &play), &one);
        bt_deep_q_learn(&learner, &draws);
    }
    const bt_real *value = bt_deep_q_values(&learner, &one);
    const double mean[] = {0.2, 0.4, 0.6, 0.5, 0.1};
    for (size_t a = 0; a < 5; a++)
        assert_near(value[a], mean[a], 0.05);
    bt_arena_destroy(arena);
}

static bt_actor_critic_settings actor_critic_settings(double discount)
{
    return (bt_actor_critic_settings){.hidden = hidden,
                                      .n_hidden = 1,
                                      .discount = discount,
                                      .trace = 0.9,
                                      .rollout = 16,
                                      .entropy_weight = 0.01,
                                      .normalizes = true,
                                      .largest_gradient = 0.5,
                                      .actor_adam = bt_adam_defaults(0.005),
                                      .critic_adam = bt_adam_defaults(0.01)};
}

static void the_actor_learns_the_best_arm_of_a_bandit(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_stream initial = test_stream(5), play = test_stream(6);
    bt_actor_critic_settings settings = actor_critic_settings(0);
    bt_actor_critic learner;
    assert_true(bt_actor_critic_create(&learner, &settings, 1, 5, &initial, arena));
    const bt_real one = 1;
    for (int t = 0; t < 8000; t++) {
        uint32_t action = draw_by_scores(bt_actor_critic_scores(&learner, &one), 5, &play);
        bt_actor_critic_remember(&learner, &one, action, bandit_reward(action, &play), &one);
    }
    bt_real probability[5];
    bt_softmax(1, 5, bt_actor_critic_scores(&learner, &one), probability);
    assert_true(probability[2] > 0.8);
    bt_arena_destroy(arena);
}

/* ---- two states: what pays later against what pays now ---- */

/* In state 0, action 0 pays nothing and leads to state 1, action 1 pays .2 and stays; in state
 * 1, action 0 pays 1 and leads back to 0, action 1 pays nothing and stays. With discount .9 the
 * best is action 0 in both: V(1) = 1 + .9 V(0), V(0) = .9 V(1), so V(1) = 1 / .19 and V(0) =
 * .9 / .19; times .1 these are .526 and .474. Of the others, Q(0, 1) = .2 + .9 V(0), Q(1, 1) =
 * .9 V(1). A myopic learner would stay in state 0 for .2 a move. */
static double step(uint32_t *at, uint32_t action)
{
    uint32_t before = *at;
    if (action == 0)
        *at = 1 - *at;
    if (before == 0)
        return action == 0 ? 0 : 0.2;
    return action == 0 ? 1 : 0;
}

static void features_of(uint32_t at, bt_real *feature)
{
    feature[0] = at == 0;
    feature[1] = at == 1;
}

static void deep_q_solves_a_problem_of_two_states(void **state)
{
    (void)state;
    for (int doubles = 0; doubles < 2; doubles++) {
        bt_arena *arena = bt_arena_create();
        bt_stream initial = test_stream(7), play = test_stream(8), draws = test_stream(9);
        bt_deep_q_settings settings = deep_q_settings(0.9);
        settings.doubles = doubles;
        bt_deep_q learner;
        assert_true(bt_deep_q_create(&learner, &settings, 2, 2, &initial, arena));
        uint32_t at = 0;
        bt_real now[2], next[2];
        for (int t = 0; t < 10000; t++) {
            uint32_t action = (uint32_t)bt_stream_below(&play, 2);
            features_of(at, now);
            double reward = step(&at, action);
            features_of(at, next);
            bt_deep_q_remember(&learner, now, action, reward, next);
            bt_deep_q_learn(&learner, &draws);
        }
        const double v0 = 0.09 / 0.19, v1 = 0.1 / 0.19;
        const double expected[2][2] = {{v0, 0.02 + 0.9 * v0}, {v1, 0.9 * v1}};
        for (uint32_t s = 0; s < 2; s++) {
            features_of(s, now);
            const bt_real *value = bt_deep_q_values(&learner, now);
            for (size_t a = 0; a < 2; a++)
                assert_near(value[a], expected[s][a], 0.01);
        }
        bt_arena_destroy(arena);
    }
}

static void the_actor_solves_a_problem_of_two_states(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_stream initial = test_stream(10), play = test_stream(11);
    bt_actor_critic_settings settings = actor_critic_settings(0.9);
    bt_actor_critic learner;
    assert_true(bt_actor_critic_create(&learner, &settings, 2, 2, &initial, arena));
    uint32_t at = 0;
    bt_real now[2], next[2], probability[2];
    for (int t = 0; t < 20000; t++) {
        features_of(at, now);
        uint32_t action = draw_by_scores(bt_actor_critic_scores(&learner, now), 2, &play);
        double reward = step(&at, action);
        features_of(at, next);
        bt_actor_critic_remember(&learner, now, action, reward, next);
    }
    for (uint32_t s = 0; s < 2; s++) {
        features_of(s, now);
        bt_softmax(1, 2, bt_actor_critic_scores(&learner, now), probability);
        assert_true(probability[0] > 0.8);
    }
    bt_arena_destroy(arena);
}

/* ---- archives ---- */

static void restore(void (*archive)(void *, bt_archive *), void *from, void *to)
{
    bt_archive *saved = bt_archive_create(), *restored;
    bt_error error;
    size_t size;
    archive(from, saved);
    const void *bytes = bt_archive_bytes(saved, &size);
    assert_int_equal(bt_archive_open(bytes, size, &restored, &error), BT_OK);
    archive(to, restored);
    assert_int_equal(bt_archive_status(restored, &error), BT_OK);
    assert_true(bt_archive_at_end(restored));
    bt_archive_destroy(saved);
    bt_archive_destroy(restored);
}

static void archive_deep_q(void *learner, bt_archive *archive)
{
    bt_deep_q_archive(learner, archive);
}

static void archive_actor_critic(void *learner, bt_archive *archive)
{
    bt_actor_critic_archive(learner, archive);
}

static void deep_q_moves(bt_deep_q *learner, bt_stream *play, bt_stream *draws, int moves)
{
    uint32_t at = 0;
    for (int t = 0; t < moves; t++) {
        bt_real now[2], next[2];
        uint32_t action = (uint32_t)bt_stream_below(play, 2);
        features_of(at, now);
        double reward = step(&at, action);
        features_of(at, next);
        bt_deep_q_remember(learner, now, action, reward, next);
        bt_deep_q_learn(learner, draws);
    }
}

static void actor_critic_moves(bt_actor_critic *learner, bt_stream *play, int moves)
{
    const bt_real one[] = {1, 0};
    for (int t = 0; t < moves; t++) {
        uint32_t action = draw_by_scores(bt_actor_critic_scores(learner, one), 2, play);
        bt_actor_critic_remember(learner, one, action, action, one);
    }
}

static void learners_go_on_from_archives(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_stream initial = test_stream(12), play = test_stream(13), draws = test_stream(14);
    bt_deep_q_settings q_settings = deep_q_settings(0.9);
    bt_actor_critic_settings ac_settings = actor_critic_settings(0.9);
    bt_deep_q q, other_q;
    bt_actor_critic ac, other_ac;
    assert_true(bt_deep_q_create(&q, &q_settings, 2, 2, &initial, arena));
    assert_true(bt_deep_q_create(&other_q, &q_settings, 2, 2, &initial, arena));
    assert_true(bt_actor_critic_create(&ac, &ac_settings, 2, 2, &initial, arena));
    assert_true(bt_actor_critic_create(&other_ac, &ac_settings, 2, 2, &initial, arena));

    deep_q_moves(&q, &play, &draws, 133);
    restore(archive_deep_q, &q, &other_q);
    bt_stream play_again = play, draws_again = draws;
    deep_q_moves(&q, &play, &draws, 133);
    deep_q_moves(&other_q, &play_again, &draws_again, 133);
    assert_memory_equal(q.net.weights.value, other_q.net.weights.value,
                        q.net.weights.count * sizeof(bt_real));

    actor_critic_moves(&ac, &play, 133); /* in the middle of a rollout */
    restore(archive_actor_critic, &ac, &other_ac);
    play_again = play;
    actor_critic_moves(&ac, &play, 133);
    actor_critic_moves(&other_ac, &play_again, 133);
    assert_memory_equal(ac.actor.weights.value, other_ac.actor.weights.value,
                        ac.actor.weights.count * sizeof(bt_real));
    assert_memory_equal(ac.critic.weights.value, other_ac.critic.weights.value,
                        ac.critic.weights.count * sizeof(bt_real));
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_by_hand),
        cmocka_unit_test(advantages_by_hand),
        cmocka_unit_test(deep_q_learns_the_arms_of_a_bandit),
        cmocka_unit_test(the_actor_learns_the_best_arm_of_a_bandit),
        cmocka_unit_test(deep_q_solves_a_problem_of_two_states),
        cmocka_unit_test(the_actor_solves_a_problem_of_two_states),
        cmocka_unit_test(learners_go_on_from_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
