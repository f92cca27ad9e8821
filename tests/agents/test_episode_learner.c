/* Actor-critic over episodes: PPO moves a probability as far as its clip, A2C one step; batches
 * are learnt from when they are full, and moves beyond an episode's longest are left out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "agents/learning/neural/episode_learner.h"

enum { BATCH = 64, ACTIONS = 2 };

static const bt_real always[] = {1};

static void open_learner(bt_episode_learner *learner, double clip, size_t epochs,
                         bt_arena *arena)
{
    bt_episode_settings settings = {.hidden = NULL,
                                    .n_hidden = 0,
                                    .batch = BATCH,
                                    .longest = 8,
                                    .clip = clip,
                                    .epochs = epochs,
                                    .normalizes = true,
                                    .largest_gradient = 10,
                                    .actor_adam = bt_adam_defaults(0.001),
                                    .critic_adam = bt_adam_defaults(0.001)};
    bt_stream initial = bt_stream_open(bt_random_key_of(1, 0, 0), BT_AGENT_MARKET, 0);
    assert_true(bt_episode_learner_create(learner, &settings, 1, ACTIONS, &initial, arena));
}

/* A batch in which both actions came equally often, and action 0 was the better one: the
 * probability of action 0 before and after. */
static void play_batch(bt_episode_learner *learner, double *before, double *after)
{
    bt_real probability[ACTIONS];
    bt_episode_probabilities(learner, always, probability);
    *before = (double)probability[0];
    for (uint32_t episode = 0; episode < BATCH; episode++) {
        bt_episode_move(learner, always, episode % 2);
        bool learns = bt_episode_end(learner, episode % 2 == 0 ? 1 : 0, 0);
        assert_true(learns == (episode == BATCH - 1));
    }
    bt_episode_probabilities(learner, always, probability);
    *after = (double)probability[0];
}

/* Advantages are 1 and -1, so that both actions reach the clip where p0 / (its old value) is
 * 1.2; Adam's momentum carries a few steps of .001 beyond. */
static void the_clip_ends_what_a_batch_can_do(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_episode_learner clipped, free_learner, single;
    double before, after;
    open_learner(&clipped, 0.2, 2000, arena);
    play_batch(&clipped, &before, &after);
    assert_true(fabs(before - 0.5) < 0.02);
    assert_true(fabs(after - 1.2 * before) < 0.02);
    open_learner(&free_learner, 1e6, 2000, arena);
    play_batch(&free_learner, &before, &after);
    assert_true(after > 0.8);
    open_learner(&single, 0, 1, arena);
    play_batch(&single, &before, &after);
    /* one step of .001 on each score and its bias: p0 up by p0 p1 times .004 */
    assert_true(fabs(after - before - 0.001) < 1e-4);
    bt_arena_destroy(arena);
}

static void an_episode_that_fills_the_batch_is_taken_whole(void **state)
{
    (void)state;
    bt_arena *arena = bt_arena_create();
    bt_episode_learner learner;
    open_learner(&learner, 0, 1, arena);
    for (uint32_t move = 0; move < BATCH - 1; move++)
        bt_episode_move(&learner, always, 0);
    assert_false(bt_episode_end(&learner, 1, 0));
    for (uint32_t move = 0; move < 20; move++) /* longer than there is room for */
        bt_episode_move(&learner, always, 1);
    assert_int_equal(learner.n_moves, BATCH + 8);
    assert_true(bt_episode_end(&learner, 0, 0));
    assert_int_equal(learner.n_moves, 0);
    bt_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clip_ends_what_a_batch_can_do),
        cmocka_unit_test(an_episode_that_fills_the_batch_is_taken_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
