/*
 * Advantage actor-critic on a price grid: agents/learning/neural/actor_critic.h, with what of
 * the past it sees as in network_seller.h. Prices are drawn from the actor's distribution; both
 * networks learn every `rollout` moves.
 *
 * Draws: one a move (purpose 0); at the start one a weight (purpose 3).
 */
#include <stddef.h>

#include "agents/learning/neural/actor_critic.h"
#include "agents/sellers/neural/network_seller.h"
#include "agents/sellers/registry.h"

typedef struct actor_critic_parameters {
    double discount;
    double trace;
    int64_t rollout;
    double actor_learning_rate;
    double critic_learning_rate;
    double entropy_weight;
    bool normalize_advantages;
    double largest_gradient;
    bt_network_seller_parameters network;
} actor_critic_parameters;

static const bt_parameter parameters[] = {
    {.name = "discount",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, discount),
     .unit = "1",
     .default_text = "0.95",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "discount factor from one own move to the next"},
    {.name = "trace",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, trace),
     .unit = "1",
     .default_text = "0.95",
     .range = BT_BETWEEN(0, 1),
     .meaning = "lambda: 0 trusts the critic after one move, 1 only after a whole rollout"},
    {.name = "rollout",
     .type = BT_INTEGER,
     .offset = offsetof(actor_critic_parameters, rollout),
     .unit = "moves",
     .default_text = "32",
     .range = BT_BETWEEN(1, 100000),
     .meaning = "moves between learning steps"},
    {.name = "actor_learning_rate",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, actor_learning_rate),
     .unit = "1",
     .default_text = "0.001",
     .range = BT_POSITIVE,
     .meaning = "Adam's step for the network that chooses"},
    {.name = "critic_learning_rate",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, critic_learning_rate),
     .unit = "1",
     .default_text = "0.003",
     .range = BT_POSITIVE,
     .meaning = "Adam's step for the network that values"},
    {.name = "entropy_weight",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, entropy_weight),
     .unit = "1",
     .default_text = "0.01",
     .range = BT_NON_NEGATIVE,
     .meaning = "reward for prices that are hard to predict, per unit of entropy"},
    {.name = "normalize_advantages",
     .type = BT_BOOLEAN,
     .offset = offsetof(actor_critic_parameters, normalize_advantages),
     .default_text = "true",
     .meaning = "whether advantages have deviation 1 in every learning step"},
    {.name = "largest_gradient",
     .type = BT_REAL,
     .offset = offsetof(actor_critic_parameters, largest_gradient),
     .unit = "1",
     .default_text = "0.5",
     .range = BT_POSITIVE,
     .meaning = "norm to which gradients are cut"},
    BT_NETWORK_SELLER_PARAMETERS(actor_critic_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(actor_critic_parameters, parameters);

typedef struct actor_critic_seller {
    bt_network_seller network;
    bt_actor_critic learner;
} actor_critic_seller;

static bt_actor_critic_settings settings_of(const actor_critic_parameters *chosen,
                                            const bt_network_seller *network)
{
    return (bt_actor_critic_settings){
        .hidden = network->hidden,
        .n_hidden = network->n_hidden,
        .discount = chosen->discount,
        .trace = chosen->trace,
        .rollout = (size_t)chosen->rollout,
        .entropy_weight = chosen->entropy_weight,
        .normalizes = chosen->normalize_advantages,
        .largest_gradient = chosen->largest_gradient,
        .actor_adam = bt_adam_defaults(chosen->actor_learning_rate),
        .critic_adam = bt_adam_defaults(chosen->critic_learning_rate),
    };
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const actor_critic_parameters *chosen = given;
    bt_status status = bt_network_seller_create(sizeof(actor_critic_seller), &chosen->network,
                                                setting, self, error);
    if (status != BT_OK)
        return status;
    actor_critic_seller *seller = *self;
    bt_network_seller *network = &seller->network;
    bt_actor_critic_settings settings = settings_of(chosen, network);
    if (!bt_actor_critic_create(&seller->learner, &settings, network->n_features,
                                network->bandit.n_actions, &network->initial, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    actor_critic_seller *seller = self;
    bt_grid_bandit *bandit = &seller->network.bandit;
    const bt_real *score = bt_actor_critic_scores(&seller->learner, seller->network.feature);
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] = (double)score[a];
    bt_grid_bandit_softmax(bandit, 1);
    return bt_grid_bandit_play(bandit, bt_grid_bandit_draw(bandit, bandit->probability, 1),
                               own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    actor_critic_seller *seller = self;
    bt_network_seller *network = &seller->network;
    double reward = bt_network_seller_observe(network, feedback);
    bt_actor_critic_remember(&seller->learner, network->before,
                             (uint32_t)network->bandit.action, reward, network->feature);
    return network->bandit.has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    actor_critic_seller *seller = self;
    bt_network_seller_archive(&seller->network, archive);
    bt_actor_critic_archive(&seller->learner, archive);
}

const bt_seller_type bt_actor_critic_seller = {
    .described = {.name = "actor_critic",
                  .summary = "Draws prices from a network's distribution, which climbs the "
                             "advantage that another network sees in each. Rewards are "
                             "profits over the grid's largest.",
                  .source = "Mnih et al. 2016; Schulman et al. 2016",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_RIVAL_PRICES,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
