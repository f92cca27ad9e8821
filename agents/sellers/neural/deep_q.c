/*
 * Deep Q-learning on a price grid: agents/learning/neural/deep_q.h, with what of the past it
 * sees as in network_seller.h. With probability
 *
 *     max(final_exploration, initial_exploration exp(-exploration_decay t)),
 *
 * t the number of own moves so far, it charges a price drawn uniformly from its grid, else the
 * one of the largest value. From move `learn_after` on it takes one learning step every
 * `learn_every` moves.
 *
 * Draws: one a move, and one more where it explores (purpose 0); `batch` a learning step
 * (purpose 4); at the start one a weight (purpose 3).
 */
#include <math.h>
#include <stddef.h>

#include "agents/learning/neural/deep_q.h"
#include "agents/sellers/neural/network_seller.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

enum { REPLAY_PURPOSE = 4 };
enum { MAXIMUM, DOUBLE };

typedef struct deep_q_parameters {
    double discount;
    double learning_rate;
    double initial_exploration;
    double final_exploration;
    double exploration_decay;
    int32_t target;
    int64_t replay;
    int64_t batch;
    int64_t learn_after;
    int64_t learn_every;
    int64_t renew_every;
    double bend;
    bt_network_seller_parameters network;
} deep_q_parameters;

static const bt_parameter parameters[] = {
    {.name = "discount",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, discount),
     .unit = "1",
     .default_text = "0.95",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "discount factor from one own move to the next"},
    {.name = "learning_rate",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, learning_rate),
     .unit = "1",
     .default_text = "0.001",
     .range = BT_POSITIVE,
     .meaning = "Adam's step"},
    {.name = "initial_exploration",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, initial_exploration),
     .unit = "1",
     .default_text = "1",
     .range = BT_BETWEEN(0, 1),
     .meaning = "probability of a random price at the first move"},
    {.name = "final_exploration",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, final_exploration),
     .unit = "1",
     .default_text = "0.01",
     .range = BT_BETWEEN(0, 1),
     .meaning = "below which that probability does not fall"},
    {.name = "exploration_decay",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, exploration_decay),
     .unit = "1/move",
     .default_text = "2e-4",
     .range = BT_NON_NEGATIVE,
     .meaning = "that probability falls as exp(-decay t)"},
    {.name = "target",
     .type = BT_CHOICE,
     .offset = offsetof(deep_q_parameters, target),
     .default_text = "maximum",
     .choices = "maximum|double",
     .meaning = "the next state's value: the copy's largest, or the copy's at the action that "
                "the network itself prefers (double Q-learning)"},
    {.name = "replay",
     .type = BT_INTEGER,
     .offset = offsetof(deep_q_parameters, replay),
     .unit = "moves",
     .default_text = "10000",
     .range = BT_BETWEEN(1, 10000000),
     .meaning = "how many past moves it can learn from again"},
    {.name = "batch",
     .type = BT_INTEGER,
     .offset = offsetof(deep_q_parameters, batch),
     .unit = "moves",
     .default_text = "32",
     .range = BT_BETWEEN(1, 4096),
     .meaning = "moves a learning step"},
    {.name = "learn_after",
     .type = BT_INTEGER,
     .offset = offsetof(deep_q_parameters, learn_after),
     .unit = "moves",
     .default_text = "200",
     .range = BT_AT_LEAST(1),
     .meaning = "moves before the first learning step"},
    {.name = "learn_every",
     .type = BT_INTEGER,
     .offset = offsetof(deep_q_parameters, learn_every),
     .unit = "moves",
     .default_text = "1",
     .range = BT_AT_LEAST(1),
     .meaning = "moves between learning steps"},
    {.name = "renew_every",
     .type = BT_INTEGER,
     .offset = offsetof(deep_q_parameters, renew_every),
     .unit = "steps",
     .default_text = "200",
     .range = BT_AT_LEAST(1),
     .meaning = "learning steps between renewals of the copy that values next states"},
    {.name = "bend",
     .type = BT_REAL,
     .offset = offsetof(deep_q_parameters, bend),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "error, in rewards, above which the Huber loss is linear"},
    BT_NETWORK_SELLER_PARAMETERS(deep_q_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(deep_q_parameters, parameters);

typedef struct deep_q_seller {
    bt_network_seller network;
    const deep_q_parameters *parameters;
    bt_deep_q learner;
    bt_stream replay;
    double exploration;        /* before the floor */
    double exploration_factor; /* a move */
    uint64_t preferred;        /* at its last move */
    bool changed;              /* what it prefers, from the move before */
} deep_q_seller;

static bt_deep_q_settings settings_of(const deep_q_parameters *chosen,
                                      const bt_network_seller *network)
{
    return (bt_deep_q_settings){.hidden = network->hidden,
                                .n_hidden = network->n_hidden,
                                .discount = chosen->discount,
                                .doubles = chosen->target == DOUBLE,
                                .replay = (size_t)chosen->replay,
                                .batch = (size_t)chosen->batch,
                                .renew_every = (size_t)chosen->renew_every,
                                .bend = chosen->bend,
                                .adam = bt_adam_defaults(chosen->learning_rate)};
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const deep_q_parameters *chosen = given;
    bt_status status =
        bt_network_seller_create(sizeof(deep_q_seller), &chosen->network, setting, self, error);
    if (status != BT_OK)
        return status;
    deep_q_seller *seller = *self;
    bt_network_seller *network = &seller->network;
    bt_deep_q_settings settings = settings_of(chosen, network);
    seller->parameters = chosen;
    seller->replay =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), REPLAY_PURPOSE);
    seller->exploration = chosen->initial_exploration;
    seller->exploration_factor = bt_exp(-chosen->exploration_decay);
    if (!bt_deep_q_create(&seller->learner, &settings, network->n_features,
                          network->bandit.n_actions, &network->initial, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    return BT_OK;
}

static uint64_t preferred_action(deep_q_seller *seller)
{
    const bt_real *value = bt_deep_q_values(&seller->learner, seller->network.feature);
    uint64_t best = 0;
    for (uint64_t a = 1; a < seller->network.bandit.n_actions; a++)
        best = value[a] > value[best] ? a : best;
    return best;
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    deep_q_seller *seller = self;
    bt_grid_bandit *bandit = &seller->network.bandit;
    uint64_t action = preferred_action(seller);
    seller->changed = action != seller->preferred;
    seller->preferred = action;
    double exploration = fmax(seller->exploration, seller->parameters->final_exploration);
    seller->exploration *= seller->exploration_factor;
    if (bt_stream_uniform(&bandit->choices) < exploration)
        action = bt_grid_bandit_draw_uniform(bandit);
    return bt_grid_bandit_play(bandit, action, own_price);
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    deep_q_seller *seller = self;
    bt_network_seller *network = &seller->network;
    uint64_t n_moves = network->bandit.n_moves;
    double reward = bt_network_seller_observe(network, feedback);
    bt_deep_q_remember(&seller->learner, network->before, (uint32_t)network->bandit.action,
                       reward, network->feature);
    if (n_moves >= (uint64_t)seller->parameters->learn_after &&
        n_moves % (uint64_t)seller->parameters->learn_every == 0)
        bt_deep_q_learn(&seller->learner, &seller->replay);
    return seller->changed;
}

static void archive(void *self, bt_archive *archive)
{
    deep_q_seller *seller = self;
    bt_network_seller_archive(&seller->network, archive);
    bt_deep_q_archive(&seller->learner, archive);
    bt_archive_field(archive, "replay_draws", &seller->replay, sizeof(seller->replay));
    bt_archive_field(archive, "exploration", &seller->exploration, sizeof(seller->exploration));
    bt_archive_field(archive, "preferred", &seller->preferred, sizeof(seller->preferred));
    bt_archive_field(archive, "changed", &seller->changed, sizeof(seller->changed));
}

const bt_seller_type bt_deep_q_seller = {
    .described = {.name = "deep_q",
                  .summary = "Learns with a network, from remembered moves, what each price is "
                             "worth after what it saw lately. Rewards are profits over the "
                             "grid's largest.",
                  .source = "Mnih et al. 2015; van Hasselt, Guez and Silver 2016",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_RIVAL_PRICES,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
