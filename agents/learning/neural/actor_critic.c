#include "agents/learning/neural/actor_critic.h"

#include <math.h>
#include <string.h>

#include "agents/learning/neural/losses.h"

/* Scores of the untrained actor: a hundredth of what would be usual. */
#define FIRST_GAIN 0.01

static bool allocate_rollout(bt_actor_critic *learner, bt_arena *arena)
{
    size_t rollout = learner->settings.rollout;
    learner->feature = BT_ARENA_NEW(arena, (rollout + 1) * learner->n_features, bt_real);
    learner->action = BT_ARENA_NEW(arena, rollout, uint32_t);
    learner->reward = BT_ARENA_NEW(arena, rollout, double);
    learner->value = BT_ARENA_NEW(arena, rollout + 1, double);
    learner->advantage = BT_ARENA_NEW(arena, rollout, double);
    learner->target = BT_ARENA_NEW(arena, rollout, bt_real);
    learner->weight = BT_ARENA_NEW(arena, rollout, bt_real);
    learner->gradient = BT_ARENA_NEW(arena, rollout * learner->n_actions, bt_real);
    return learner->feature != NULL && learner->action != NULL && learner->reward != NULL &&
           learner->value != NULL && learner->advantage != NULL && learner->target != NULL &&
           learner->weight != NULL && learner->gradient != NULL;
}

bool bt_actor_critic_create(bt_actor_critic *learner, const bt_actor_critic_settings *settings,
                            size_t n_features, size_t n_actions, bt_stream *initial,
                            bt_arena *arena)
{
    *learner = (bt_actor_critic){
        .settings = *settings, .n_features = n_features, .n_actions = n_actions};
    size_t width[BT_MLP_MAX_LAYERS + 1] = {n_features};
    memcpy(width + 1, settings->hidden, settings->n_hidden * sizeof(size_t));
    size_t n_widths = settings->n_hidden + 2, rows = settings->rollout + 1;
    width[n_widths - 1] = n_actions;
    if (!bt_mlp_create(&learner->actor, width, n_widths, BT_TANH, rows, false, arena))
        return false;
    width[n_widths - 1] = 1;
    if (!bt_mlp_create(&learner->critic, width, n_widths, BT_TANH, rows, false, arena) ||
        !allocate_rollout(learner, arena))
        return false;
    bt_mlp_fill(&learner->actor, FIRST_GAIN, initial);
    bt_mlp_fill(&learner->critic, 1, initial);
    return true;
}

const bt_real *bt_actor_critic_scores(bt_actor_critic *learner, const bt_real *feature)
{
    return bt_mlp_forward(&learner->actor, feature, 1);
}

void bt_advantages(size_t count, const double *reward, const double *value, double discount,
                   double trace, double *advantage)
{
    double later = 0;
    for (size_t t = count; t-- > 0;) {
        double surprise = (1 - discount) * reward[t] + discount * value[t + 1] - value[t];
        later = surprise + discount * trace * later;
        advantage[t] = later;
    }
}

/* The deviation by which advantages are divided; rollouts in which all went as expected keep
 * their scale. */
static void weigh_advantages(bt_actor_critic *learner)
{
    size_t count = learner->settings.rollout;
    double mean = 0, squares = 0;
    if (learner->settings.normalizes) {
        for (size_t t = 0; t < count; t++)
            mean += learner->advantage[t] / (double)count;
        for (size_t t = 0; t < count; t++)
            squares += (learner->advantage[t] - mean) * (learner->advantage[t] - mean);
    }
    double deviation = squares > 0 ? sqrt(squares / (double)count) + 1e-8 : 1;
    for (size_t t = 0; t < count; t++)
        learner->weight[t] = (bt_real)((learner->advantage[t] - mean) / deviation);
}

static void learn_values(bt_actor_critic *learner)
{
    size_t count = learner->settings.rollout;
    const bt_real *value =
        bt_mlp_forward(&learner->critic, learner->feature, learner->settings.rollout);
    for (size_t t = 0; t < count; t++)
        learner->target[t] = (bt_real)(learner->advantage[t] + learner->value[t]);
    bt_huber_loss(count, value, learner->target, INFINITY, 1 / (double)count,
                  learner->gradient);
    bt_mlp_backward(&learner->critic, learner->gradient, NULL);
    bt_clip_gradient(&learner->critic.weights, learner->settings.largest_gradient);
    bt_adam_step(&learner->settings.critic_adam, &learner->critic.weights);
}

static void learn_policy(bt_actor_critic *learner)
{
    size_t count = learner->settings.rollout;
    weigh_advantages(learner);
    const bt_real *score = bt_mlp_forward(&learner->actor, learner->feature, count);
    bt_policy_loss(count, learner->n_actions, score, learner->action, learner->weight,
                   learner->settings.entropy_weight, 1 / (double)count, learner->gradient);
    bt_mlp_backward(&learner->actor, learner->gradient, NULL);
    bt_clip_gradient(&learner->actor.weights, learner->settings.largest_gradient);
    bt_adam_step(&learner->settings.actor_adam, &learner->actor.weights);
}

static void learn(bt_actor_critic *learner)
{
    size_t count = learner->settings.rollout;
    const bt_real *value = bt_mlp_forward(&learner->critic, learner->feature, count + 1);
    for (size_t t = 0; t <= count; t++)
        learner->value[t] = (double)value[t];
    bt_advantages(count, learner->reward, learner->value, learner->settings.discount,
                  learner->settings.trace, learner->advantage);
    learn_values(learner);
    learn_policy(learner);
}

void bt_actor_critic_remember(bt_actor_critic *learner, const bt_real *feature, uint32_t action,
                              double reward, const bt_real *next)
{
    size_t n = learner->n_features, t = (size_t)learner->n_moves++;
    memcpy(learner->feature + t * n, feature, n * sizeof(bt_real));
    learner->action[t] = action;
    learner->reward[t] = reward;
    if (learner->n_moves < learner->settings.rollout)
        return;
    memcpy(learner->feature + learner->n_moves * n, next, n * sizeof(bt_real));
    learn(learner);
    learner->n_moves = 0;
}

void bt_actor_critic_archive(bt_actor_critic *learner, bt_archive *archive)
{
    size_t rollout = learner->settings.rollout;
    bt_mlp_archive(&learner->actor, archive);
    bt_mlp_archive(&learner->critic, archive);
    bt_archive_field(archive, "rollout_moves", &learner->n_moves, sizeof(learner->n_moves));
    bt_archive_field(archive, "rollout_feature", learner->feature,
                     (rollout + 1) * learner->n_features * sizeof(bt_real));
    bt_archive_field(archive, "rollout_action", learner->action, rollout * sizeof(uint32_t));
    bt_archive_field(archive, "rollout_reward", learner->reward, rollout * sizeof(double));
    bool is_sound = learner->n_moves < rollout;
    for (size_t t = 0; t < rollout; t++)
        is_sound = is_sound && learner->action[t] < learner->n_actions;
    if (!is_sound) {
        learner->n_moves = 0;
        memset(learner->action, 0, rollout * sizeof(uint32_t));
        bt_archive_fail(archive, "an actor-critic's rollout is out of range");
    }
}
