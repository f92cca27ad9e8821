/*
 * The learning seller of Green and Plunkett (2020): an actor-critic
 * (agents/learning/neural/episode_learner.h) that answers with items of a menu (seller_menu.h)
 * and sees what a seller sees (seller_features.h). While it learns it draws answers from the
 * actor's distribution; afterwards it gives the likeliest. The weight of the entropy is held
 * for the first half of the training and falls linearly to 0 over the second.
 *
 * Draws: one an answer while it learns, from the answer's own stream; at the start one a weight
 * (purpose 0).
 */
#include <math.h>

#include "agents/bargaining/seller_features.h"
#include "agents/bargaining/seller_menu.h"
#include "agents/bargaining/training.h"
#include "agents/learning/neural/episode_learner.h"
#include "agents/sellers/registry.h"

enum { A2C, PPO };

typedef struct actor_critic_parameters {
    int64_t training;
    int32_t method;
    double clip;
    int64_t epochs;
    int64_t batch;
    double actor_learning_rate;
    double critic_learning_rate;
    double entropy_weight;
    bool normalize_advantages;
    double largest_gradient;
    bt_real_list hidden;
} actor_critic_parameters;

#define OF(member) .offset = offsetof(actor_critic_parameters, member)

static const bt_parameter parameters[] = {
    BT_TRAINING_PARAMETER(actor_critic_parameters, training),
    {.name = "method",
     .type = BT_CHOICE,
     OF(method),
     .default_text = "ppo",
     .choices = "a2c|ppo",
     .meaning = "advantage actor-critic, or proximal policy optimisation, which is clipped"},
    {.name = "clip",
     .type = BT_REAL,
     OF(clip),
     .unit = "1",
     .default_text = "0.1",
     .range = BT_POSITIVE,
     .meaning = "ppo: how far a batch may move a probability, as a ratio less 1"},
    {.name = "epochs",
     .type = BT_INTEGER,
     OF(epochs),
     .default_text = "4",
     .range = BT_BETWEEN(1, 1000),
     .meaning = "ppo: steps a batch"},
    {.name = "batch",
     .type = BT_INTEGER,
     OF(batch),
     .unit = "answers",
     .default_text = "512",
     .range = BT_BETWEEN(1, 100000),
     .meaning = "answers between learning steps"},
    {.name = "actor_learning_rate",
     .type = BT_REAL,
     OF(actor_learning_rate),
     .unit = "1",
     .default_text = "0.001",
     .range = BT_POSITIVE,
     .meaning = "Adam's step for the network that chooses"},
    {.name = "critic_learning_rate",
     .type = BT_REAL,
     OF(critic_learning_rate),
     .unit = "1",
     .default_text = "0.001",
     .range = BT_POSITIVE,
     .meaning = "Adam's step for the network that values"},
    {.name = "entropy_weight",
     .type = BT_REAL,
     OF(entropy_weight),
     .unit = "1",
     .default_text = "0.01",
     .range = BT_NON_NEGATIVE,
     .meaning = "reward for answers that are hard to predict, per unit of entropy; falls to 0 "
                "over the second half of the training"},
    {.name = "normalize_advantages",
     .type = BT_BOOLEAN,
     OF(normalize_advantages),
     .default_text = "true",
     .meaning = "whether advantages have deviation 1 in every batch"},
    {.name = "largest_gradient",
     .type = BT_REAL,
     OF(largest_gradient),
     .unit = "1",
     .default_text = "0.5",
     .range = BT_POSITIVE,
     .meaning = "norm to which gradients are cut"},
    {.name = "hidden",
     .type = BT_REAL_LIST,
     OF(hidden),
     .unit = "1",
     .default_text = "[64, 64]",
     .range = BT_BETWEEN(1, 4096),
     .meaning = "widths of the hidden layers of both networks"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(actor_critic_parameters, parameters);

typedef struct actor_critic_seller {
    const actor_critic_parameters *parameters;
    uint64_t listings; /* learnt from */
    bt_episode_learner learner;
} actor_critic_seller;

/* ---- answers ---- */

static double ahead(const actor_critic_seller *seller)
{
    return bt_training_ahead(seller->listings, seller->parameters->training);
}

static unsigned likeliest(const bt_real *probability)
{
    unsigned best = 0;
    for (unsigned item = 1; item < BT_MENU_SIZE; item++)
        if (probability[item] > probability[best])
            best = item;
    return best;
}

static unsigned draw(const bt_real *probability, bt_stream *stream)
{
    double target = bt_stream_uniform(stream), sum = 0;
    for (unsigned item = 0; item < BT_MENU_SIZE; item++) {
        sum += (double)probability[item];
        if (sum > target)
            return item;
    }
    return likeliest(probability);
}

static bt_response respond(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    actor_critic_seller *seller = self;
    bt_real feature[BT_SELLER_FEATURES], probability[BT_MENU_SIZE];
    bt_seller_features(seen, feature);
    bt_episode_probabilities(&seller->learner, feature, probability);
    if (!(ahead(seller) > 0))
        return bt_menu_response(likeliest(probability));
    unsigned item = draw(probability, stream);
    bt_episode_move(&seller->learner, feature, item);
    return bt_menu_response(item);
}

static void learn(void *self, const bt_bargaining_payoff *payoff)
{
    actor_critic_seller *seller = self;
    if (!(ahead(seller) > 0))
        return;
    double weight = seller->parameters->entropy_weight * fmin(1, 2 * ahead(seller));
    bt_episode_end(&seller->learner, payoff->reward, weight);
    seller->listings = payoff->listing + 1;
}

/* ---- life ---- */

static bt_status read_hidden(const bt_real_list *given, const bt_seller_setting *setting,
                             size_t *hidden, bt_error *error)
{
    if (given->count >= BT_MLP_MAX_LAYERS)
        return bt_fail(error, BT_BAD_INPUT, "seller \"%s\": hidden: at most %d layers",
                       setting->name, BT_MLP_MAX_LAYERS - 1);
    for (size_t k = 0; k < given->count; k++) {
        hidden[k] = (size_t)given->value[k];
        if ((double)hidden[k] != given->value[k])
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": hidden: widths are whole numbers, not %g",
                           setting->name, given->value[k]);
    }
    return BT_OK;
}

static bool make_learner(actor_critic_seller *seller, const bt_seller_setting *setting,
                         const size_t *hidden)
{
    const actor_critic_parameters *by = seller->parameters;
    bool is_ppo = by->method == PPO;
    bt_episode_settings settings = {
        .hidden = hidden,
        .n_hidden = by->hidden.count,
        .batch = (size_t)by->batch,
        .longest = BT_MOST_ANSWERS,
        .clip = is_ppo ? by->clip : 0,
        .epochs = is_ppo ? (size_t)by->epochs : 1,
        .normalizes = by->normalize_advantages,
        .largest_gradient = by->largest_gradient,
        .actor_adam = bt_adam_defaults(by->actor_learning_rate),
        .critic_adam = bt_adam_defaults(by->critic_learning_rate),
    };
    bt_stream initial = bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), 0);
    return bt_episode_learner_create(&seller->learner, &settings, BT_SELLER_FEATURES,
                                     BT_MENU_SIZE, &initial, setting->arena);
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const actor_critic_parameters *by = given;
    size_t *hidden = BT_ARENA_NEW(setting->arena, BT_MLP_MAX_LAYERS, size_t);
    actor_critic_seller *seller = BT_ARENA_NEW(setting->arena, 1, actor_critic_seller);
    if (seller == NULL || hidden == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    bt_status status = read_hidden(&by->hidden, setting, hidden, error);
    if (status != BT_OK)
        return status;
    seller->parameters = by;
    if (!make_learner(seller, setting, hidden))
        return bt_fail(error, BT_INTERNAL, "out of memory for the networks of seller \"%s\"",
                       setting->name);
    *self = seller;
    return BT_OK;
}

static void archive(void *self, bt_archive *archive)
{
    actor_critic_seller *seller = self;
    bt_archive_field(archive, "listings_learnt", &seller->listings, sizeof(seller->listings));
    bt_episode_learner_archive(&seller->learner, archive);
}

static const bt_bargaining_seller bargaining = {
    .is_prompt = true, .respond = respond, .learn = learn};

const bt_seller_type bt_actor_critic_bargainer = {
    .described = {.name = "actor_critic_bargainer",
                  .summary = "Bargaining: draws answers from a network's distribution, which "
                             "climbs the advantage over what another network expects; then "
                             "gives the likeliest.",
                  .source = "Green and Plunkett 2020; Mnih et al. 2016; Schulman et al. 2017",
                  .parameters = &parameter_table},
    .create = create,
    .archive = archive,
    .bargaining = &bargaining,
};
