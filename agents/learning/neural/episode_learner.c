#include "agents/learning/neural/episode_learner.h"

#include <math.h>
#include <string.h>

#include "agents/learning/neural/losses.h"

/* Scores of the untrained actor: a hundredth of what would be usual. */
#define FIRST_GAIN 0.01

/* Where Huber's loss stops being a square: returns are of the order of 1. */
#define BEND 1.0

static bool allocate_batch(bt_episode_learner *learner, bt_arena *arena)
{
    size_t most = learner->most;
    learner->feature = BT_ARENA_NEW(arena, most * learner->n_features, bt_real);
    learner->action = BT_ARENA_NEW(arena, most, uint32_t);
    learner->outcome = BT_ARENA_NEW(arena, most, bt_real);
    learner->advantage = BT_ARENA_NEW(arena, most, double);
    learner->old_log = BT_ARENA_NEW(arena, most, double);
    learner->weight = BT_ARENA_NEW(arena, most, bt_real);
    learner->probability = BT_ARENA_NEW(arena, most * learner->n_actions, bt_real);
    learner->gradient = BT_ARENA_NEW(arena, most * learner->n_actions, bt_real);
    return learner->feature != NULL && learner->action != NULL && learner->outcome != NULL &&
           learner->advantage != NULL && learner->old_log != NULL && learner->weight != NULL &&
           learner->probability != NULL && learner->gradient != NULL;
}

bool bt_episode_learner_create(bt_episode_learner *learner, const bt_episode_settings *settings,
                               size_t n_features, size_t n_actions, bt_stream *initial,
                               bt_arena *arena)
{
    *learner = (bt_episode_learner){.settings = *settings,
                                    .n_features = n_features,
                                    .n_actions = n_actions,
                                    .most = settings->batch + settings->longest};
    size_t width[BT_MLP_MAX_LAYERS + 1] = {n_features}, n_widths = settings->n_hidden + 2;
    memcpy(width + 1, settings->hidden, settings->n_hidden * sizeof(size_t));
    width[n_widths - 1] = n_actions;
    if (!bt_mlp_create(&learner->actor, width, n_widths, BT_RELU, learner->most, false, arena))
        return false;
    width[n_widths - 1] = 1;
    if (!bt_mlp_create(&learner->critic, width, n_widths, BT_RELU, learner->most, false,
                       arena) ||
        !allocate_batch(learner, arena))
        return false;
    bt_mlp_fill(&learner->actor, FIRST_GAIN, initial);
    bt_mlp_fill(&learner->critic, 1, initial);
    return true;
}

void bt_episode_probabilities(bt_episode_learner *learner, const bt_real *feature,
                              bt_real *probability)
{
    const bt_real *score = bt_mlp_forward(&learner->actor, feature, 1);
    bt_softmax(1, learner->n_actions, score, probability);
}

void bt_episode_move(bt_episode_learner *learner, const bt_real *feature, uint32_t action)
{
    size_t n = learner->n_features;
    if (learner->n_moves == learner->most)
        return;
    memcpy(learner->feature + learner->n_moves * n, feature, n * sizeof(bt_real));
    learner->action[learner->n_moves++] = action;
}

/* ---- learning ---- */

static void find_advantages(bt_episode_learner *learner)
{
    size_t count = learner->n_moves;
    const bt_real *value = bt_mlp_forward(&learner->critic, learner->feature, count);
    double mean = 0, squares = 0;
    for (size_t t = 0; t < count; t++)
        learner->advantage[t] = (double)learner->outcome[t] - (double)value[t];
    if (!learner->settings.normalizes)
        return;
    for (size_t t = 0; t < count; t++)
        mean += learner->advantage[t] / (double)count;
    for (size_t t = 0; t < count; t++)
        squares += (learner->advantage[t] - mean) * (learner->advantage[t] - mean);
    double deviation = squares > 0 ? sqrt(squares / (double)count) + 1e-8 : 1;
    for (size_t t = 0; t < count; t++)
        learner->advantage[t] = (learner->advantage[t] - mean) / deviation;
}

/* The slope of the clipped ratio is that of r A = A r (log p)' inside, and 0 where the clip
 * holds. */
static double clipped_weight(double advantage, double ratio, double clip)
{
    bool is_held = advantage >= 0 ? ratio > 1 + clip : ratio < 1 - clip;
    return is_held ? 0 : ratio * advantage;
}

static void weigh_moves(bt_episode_learner *learner, const bt_real *score, bool is_first)
{
    size_t count = learner->n_moves, actions = learner->n_actions;
    bt_softmax(count, actions, score, learner->probability);
    for (size_t t = 0; t < count; t++) {
        double log_now = log((double)learner->probability[t * actions + learner->action[t]]);
        if (is_first)
            learner->old_log[t] = log_now;
        double ratio = exp(log_now - learner->old_log[t]);
        learner->weight[t] =
            (bt_real)clipped_weight(learner->advantage[t], ratio, learner->settings.clip);
    }
}

static void learn_policy(bt_episode_learner *learner, double entropy_weight, bool is_first)
{
    size_t count = learner->n_moves;
    const bt_real *score = bt_mlp_forward(&learner->actor, learner->feature, count);
    weigh_moves(learner, score, is_first);
    bt_policy_loss(count, learner->n_actions, score, learner->action, learner->weight,
                   entropy_weight, 1 / (double)count, learner->gradient);
    bt_mlp_backward(&learner->actor, learner->gradient, NULL);
    bt_clip_gradient(&learner->actor.weights, learner->settings.largest_gradient);
    bt_adam_step(&learner->settings.actor_adam, &learner->actor.weights);
}

static void learn_values(bt_episode_learner *learner)
{
    size_t count = learner->n_moves;
    const bt_real *value = bt_mlp_forward(&learner->critic, learner->feature, count);
    bt_huber_loss(count, value, learner->outcome, BEND, 1 / (double)count, learner->gradient);
    bt_mlp_backward(&learner->critic, learner->gradient, NULL);
    bt_clip_gradient(&learner->critic.weights, learner->settings.largest_gradient);
    bt_adam_step(&learner->settings.critic_adam, &learner->critic.weights);
}

bool bt_episode_end(bt_episode_learner *learner, double outcome, double entropy_weight)
{
    for (; learner->n_ended < learner->n_moves; learner->n_ended++)
        learner->outcome[learner->n_ended] = (bt_real)outcome;
    if (learner->n_moves < learner->settings.batch)
        return false;
    find_advantages(learner);
    for (size_t epoch = 0; epoch < learner->settings.epochs; epoch++) {
        learn_policy(learner, entropy_weight, epoch == 0);
        learn_values(learner);
    }
    learner->n_moves = learner->n_ended = 0;
    return true;
}

void bt_episode_learner_archive(bt_episode_learner *learner, bt_archive *archive)
{
    size_t batch = learner->settings.batch;
    uint64_t n_moves = learner->n_moves;
    bt_mlp_archive(&learner->actor, archive);
    bt_mlp_archive(&learner->critic, archive);
    bt_archive_field(archive, "batch_moves", &n_moves, sizeof(n_moves));
    bt_archive_field(archive, "batch_feature", learner->feature,
                     batch * learner->n_features * sizeof(bt_real));
    bt_archive_field(archive, "batch_action", learner->action, batch * sizeof(uint32_t));
    bt_archive_field(archive, "batch_outcome", learner->outcome, batch * sizeof(bt_real));
    bool is_sound = n_moves < batch;
    for (size_t t = 0; t < batch; t++)
        is_sound = is_sound && learner->action[t] < learner->n_actions;
    if (!is_sound) {
        n_moves = 0;
        memset(learner->action, 0, batch * sizeof(uint32_t));
        bt_archive_fail(archive, "a learner's batch of moves is out of range");
    }
    learner->n_moves = learner->n_ended = (size_t)n_moves;
}
