#include "agents/learning/neural/deep_q.h"

#include <string.h>

#include "agents/learning/neural/losses.h"

static bool allocate_memory(bt_deep_q *learner, bt_arena *arena)
{
    size_t replay = learner->settings.replay, batch = learner->settings.batch;
    learner->feature = BT_ARENA_NEW(arena, replay * learner->n_features, bt_real);
    learner->next_feature = BT_ARENA_NEW(arena, replay * learner->n_features, bt_real);
    learner->reward = BT_ARENA_NEW(arena, replay, bt_real);
    learner->action = BT_ARENA_NEW(arena, replay, uint32_t);
    learner->drawn = BT_ARENA_NEW(arena, batch, uint32_t);
    learner->batch_feature = BT_ARENA_NEW(arena, batch * learner->n_features, bt_real);
    learner->gradient = BT_ARENA_NEW(arena, batch * learner->n_actions, bt_real);
    learner->target = BT_ARENA_NEW(arena, batch, bt_real);
    return learner->feature != NULL && learner->next_feature != NULL &&
           learner->reward != NULL && learner->action != NULL && learner->drawn != NULL &&
           learner->batch_feature != NULL && learner->gradient != NULL &&
           learner->target != NULL;
}

bool bt_deep_q_create(bt_deep_q *learner, const bt_deep_q_settings *settings, size_t n_features,
                      size_t n_actions, bt_stream *initial, bt_arena *arena)
{
    *learner =
        (bt_deep_q){.settings = *settings, .n_features = n_features, .n_actions = n_actions};
    size_t width[BT_MLP_MAX_LAYERS + 1] = {n_features};
    memcpy(width + 1, settings->hidden, settings->n_hidden * sizeof(size_t));
    width[settings->n_hidden + 1] = n_actions;
    size_t n_widths = settings->n_hidden + 2;
    if (!bt_mlp_create(&learner->net, width, n_widths, BT_RELU, settings->batch, false,
                       arena) ||
        !bt_mlp_create(&learner->copy, width, n_widths, BT_RELU, settings->batch, false,
                       arena) ||
        !allocate_memory(learner, arena))
        return false;
    bt_mlp_fill(&learner->net, 1, initial);
    bt_weights_copy(&learner->copy.weights, &learner->net.weights);
    return true;
}

const bt_real *bt_deep_q_values(bt_deep_q *learner, const bt_real *feature)
{
    return bt_mlp_forward(&learner->net, feature, 1);
}

void bt_deep_q_remember(bt_deep_q *learner, const bt_real *feature, uint32_t action,
                        double reward, const bt_real *next)
{
    size_t place = learner->n_remembered++ % learner->settings.replay;
    size_t n = learner->n_features;
    memcpy(learner->feature + place * n, feature, n * sizeof(bt_real));
    memcpy(learner->next_feature + place * n, next, n * sizeof(bt_real));
    learner->action[place] = action;
    learner->reward[place] = (bt_real)reward;
}

static void gather(bt_deep_q *learner, const bt_real *table, const uint32_t *which,
                   size_t count)
{
    size_t n = learner->n_features;
    for (size_t k = 0; k < count; k++)
        memcpy(learner->batch_feature + k * n, table + which[k] * n, n * sizeof(bt_real));
}

static size_t best_action(const bt_real *value, size_t n_actions)
{
    size_t best = 0;
    for (size_t a = 1; a < n_actions; a++)
        best = value[a] > value[best] ? a : best;
    return best;
}

void bt_deep_q_targets(bt_deep_q *learner, const uint32_t *which, size_t count, bt_real *target)
{
    size_t n = learner->n_actions;
    bt_real discount = (bt_real)learner->settings.discount;
    gather(learner, learner->next_feature, which, count);
    const bt_real *worth = bt_mlp_forward(&learner->copy, learner->batch_feature, count);
    const bt_real *chooser = learner->settings.doubles
                                 ? bt_mlp_forward(&learner->net, learner->batch_feature, count)
                                 : worth;
    for (size_t k = 0; k < count; k++) {
        bt_real next = worth[k * n + best_action(chooser + k * n, n)];
        target[k] = (1 - discount) * learner->reward[which[k]] + discount * next;
    }
}

/* Moves drawn uniformly, with repetition. */
static void draw_batch(bt_deep_q *learner, bt_stream *stream)
{
    size_t replay = learner->settings.replay;
    size_t kept = learner->n_remembered < replay ? (size_t)learner->n_remembered : replay;
    for (size_t k = 0; k < learner->settings.batch; k++)
        learner->drawn[k] = (uint32_t)bt_stream_below(stream, kept);
}

double bt_deep_q_learn(bt_deep_q *learner, bt_stream *stream)
{
    size_t batch = learner->settings.batch, n = learner->n_actions;
    if (learner->n_steps++ % learner->settings.renew_every == 0)
        bt_weights_copy(&learner->copy.weights, &learner->net.weights);
    draw_batch(learner, stream);
    bt_deep_q_targets(learner, learner->drawn, batch, learner->target);
    gather(learner, learner->feature, learner->drawn, batch);
    const bt_real *value = bt_mlp_forward(&learner->net, learner->batch_feature, batch);
    memset(learner->gradient, 0, batch * n * sizeof(bt_real));
    double loss = 0;
    for (size_t k = 0; k < batch; k++) {
        size_t cell = k * n + learner->action[learner->drawn[k]];
        loss += bt_huber_loss(1, value + cell, learner->target + k, learner->settings.bend,
                              1 / (double)batch, learner->gradient + cell);
    }
    bt_mlp_backward(&learner->net, learner->gradient, NULL);
    bt_adam_step(&learner->settings.adam, &learner->net.weights);
    return loss / (double)batch;
}

void bt_deep_q_archive(bt_deep_q *learner, bt_archive *archive)
{
    size_t replay = learner->settings.replay;
    size_t bytes = replay * learner->n_features * sizeof(bt_real);
    bt_mlp_archive(&learner->net, archive);
    bt_mlp_archive(&learner->copy, archive);
    bt_archive_field(archive, "n_remembered", &learner->n_remembered,
                     sizeof(learner->n_remembered));
    bt_archive_field(archive, "n_learning_steps", &learner->n_steps, sizeof(learner->n_steps));
    bt_archive_field(archive, "feature", learner->feature, bytes);
    bt_archive_field(archive, "next_feature", learner->next_feature, bytes);
    bt_archive_field(archive, "reward", learner->reward, replay * sizeof(bt_real));
    bt_archive_field(archive, "remembered_action", learner->action, replay * sizeof(uint32_t));
    for (size_t k = 0; k < replay; k++)
        if (learner->action[k] >= learner->n_actions) {
            learner->action[k] = 0;
            bt_archive_fail(archive, "a remembered action is out of range");
        }
}
