/*
 * Q-learning on a price grid (Watkins and Dayan 1992), as Calvano, Calzolari, Denicolo and
 * Pastorello (American Economic Review 110(10), 2020) set it up:
 *
 *     Q(s, a) <- Q(s, a) + alpha (profit + delta max_a' Q(s', a') - Q(s, a)),
 *
 * s the joint actions that stood at the last `memory` moves, the newest first, or the rivals'
 * actions alone (Tesauro and Kephart's (2002) Q(own price | rival's price), with `remembers:
 * rivals` and alternating moves). With
 * probability exploration exp(-decay t), t the number of own moves so far, it charges a
 * price drawn uniformly from its grid, else its greedy one; or it draws from the Boltzmann
 * distribution with temperature falling at the same rate. A seller of several products
 * learns over joint prices. On a clock of its own a move is a period between its
 * decisions.
 *
 * The maximum and the greedy action of each state are kept: raised when a new value is
 * above the maximum, searched anew only when the greedy value itself fell. Ties are broken
 * at random.
 *
 * Draws: exploration one a move (Boltzmann one); one a tie; at the start one for each of
 * the `memory` joint actions that stand before the first period.
 */
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/grid/largest_value.h"
#include "agents/sellers/grid/price_grid.h"
#include "agents/sellers/grid/q_learning_aer2020.h"
#include "agents/sellers/registry.h"

enum { EXPLORATION_PURPOSE = 0, TIE_PURPOSE = 1, HISTORY_PURPOSE = 2 };
enum { EPSILON_GREEDY, BOLTZMANN };
enum { OWN_STREAMS, AER2020 };
enum { UNIFORM_RIVALS, ZERO };
enum { JOINT_ACTIONS, RIVALS_ACTIONS };

/* Values of Q(s, a): 4 GiB of them. */
#define MAX_CELLS (UINT64_C(1) << 29)

typedef struct q_learning_parameters {
    double learning_rate;
    double discount;
    int64_t memory;
    int32_t remembers;
    int32_t exploration;
    double initial_exploration;
    double initial_temperature;
    double exploration_decay;
    bt_option initial_q;
    bt_price_grid_parameters grid;
    int32_t random_numbers;
} q_learning_parameters;

static const bt_parameter parameters[] = {
    {.name = "learning_rate",
     .type = BT_REAL,
     .offset = offsetof(q_learning_parameters, learning_rate),
     .unit = "1",
     .default_text = "0.15",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "alpha: weight of the newest experience"},
    {.name = "discount",
     .type = BT_REAL,
     .offset = offsetof(q_learning_parameters, discount),
     .unit = "1",
     .default_text = "0.95",
     .range = {.minimum = 0, .maximum = 1, .below_maximum = true, .bounded = true},
     .meaning = "delta: discount factor from one own move to the next"},
    {.name = "memory",
     .type = BT_INTEGER,
     .offset = offsetof(q_learning_parameters, memory),
     .unit = "moves",
     .default_text = "1",
     .range = BT_BETWEEN(0, 2),
     .meaning = "how many past joint actions make up the state"},
    {.name = "remembers",
     .type = BT_CHOICE,
     .offset = offsetof(q_learning_parameters, remembers),
     .default_text = "joint_actions",
     .choices = "joint_actions|rivals_actions",
     .meaning = "what it remembers of a move: all sellers' actions, or all but its own"},
    {.name = "exploration",
     .type = BT_CHOICE,
     .offset = offsetof(q_learning_parameters, exploration),
     .default_text = "epsilon_greedy",
     .choices = "epsilon_greedy|boltzmann",
     .meaning = "how it tries prices that look worse"},
    {.name = "initial_exploration",
     .type = BT_REAL,
     .offset = offsetof(q_learning_parameters, initial_exploration),
     .unit = "1",
     .default_text = "1",
     .range = BT_BETWEEN(0, 1),
     .meaning = "epsilon_greedy: probability of a random price at the first move"},
    {.name = "initial_temperature",
     .type = BT_REAL,
     .offset = offsetof(q_learning_parameters, initial_temperature),
     .unit = "price",
     .default_text = "1000",
     .range = BT_POSITIVE,
     .meaning = "boltzmann: temperature at the first move"},
    {.name = "exploration_decay",
     .type = BT_REAL,
     .offset = offsetof(q_learning_parameters, exploration_decay),
     .unit = "1/move",
     .default_text = "4e-6",
     .range = BT_NON_NEGATIVE,
     .meaning = "beta: exploration or temperature falls as exp(-beta t); 0: constant"},
    {.name = "initial_q",
     .type = BT_OPTION,
     .offset = offsetof(q_learning_parameters, initial_q),
     .unit = "price",
     .default_text = "uniform_rivals",
     .number_allowed = true,
     .choices = "uniform_rivals|zero",
     .meaning = "value of all actions at first: what they yield for ever against rivals "
                "who price at random, 0, or a number"},
    {.name = "grid",
     .type = BT_TABLE,
     .offset = offsetof(q_learning_parameters, grid),
     .default_text = "{}",
     .table = &bt_price_grid_table,
     .meaning = "the prices it may charge"},
    {.name = "random_numbers",
     .type = BT_CHOICE,
     .offset = offsetof(q_learning_parameters, random_numbers),
     .default_text = "own",
     .choices = "own|aer2020",
     .meaning = "own streams, or those of the published program (session = replication + 1)"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(q_learning_parameters, parameters);

/* The largest value of a state and the action that has it. */
typedef struct best_action {
    double value;
    uint64_t action;
} best_action;

typedef struct q_learner {
    /* hot */
    double *q;         /* [state * action] */
    best_action *best; /* [state] */
    size_t n_actions;
    uint64_t state;
    uint64_t action; /* its last */
    double learning_rate;
    double discount;
    double exploration; /* probability, or temperature */
    double decay;       /* its factor a move */
    bt_stream explore;
    bt_stream ties;
    const double *action_price; /* [action * own] */
    uint32_t n_own;
    uint32_t seller;
    uint32_t memory;
    bool is_boltzmann;
    bool remembers_own;
    bt_aer2020 *aer2020; /* NULL: own streams */

    /* set up */
    uint64_t n_joint;      /* joint actions */
    uint64_t n_remembered; /* of a move: n_joint, or the rivals' joint actions */
    uint64_t stride;       /* of its own action in a joint one */
    uint64_t newest;       /* n_remembered^(memory - 1): weight of the newest move */
    size_t n_states;
    size_t n_joint_states; /* n_joint^memory, as the market counts them */
    double *weight;        /* [action] boltzmann */
    uint64_t *tied;        /* [action] */
    double *first_q;       /* [action] */
    bool archives_aer2020;
    const q_learning_parameters *parameters;
    const bt_seller_setting *setting;
} q_learner;

/* ---- values ---- */

static double tie_uniform(q_learner *seller)
{
    return seller->aer2020 != NULL ? bt_aer2020_tie(seller->aer2020)
                                   : bt_stream_uniform(&seller->ties);
}

/* The largest value, and one of those within 2^-52 of it. */
static best_action search_best(q_learner *seller, const double *q)
{
    double largest = bt_largest_value(q, seller->n_actions);
    size_t n_tied = 0;
    for (size_t a = 0; a < seller->n_actions; a++) {
        seller->tied[n_tied] = a;
        n_tied += largest - q[a] <= DBL_EPSILON;
    }
    uint64_t chosen = seller->tied[0];
    if (n_tied > 1)
        chosen = seller->tied[(size_t)((double)n_tied * tie_uniform(seller))];
    return (best_action){largest, chosen};
}

/* Put a new value into a cell and keep the state's best action right. True if that
 * changed. */
static bool set_value(q_learner *seller, uint64_t state, uint64_t action, double value)
{
    double *q = seller->q + state * seller->n_actions;
    best_action *best = &seller->best[state];
    uint64_t before = best->action;
    q[action] = value;
    if (value > best->value)
        *best = (best_action){value, action};
    else if (value < best->value && action == before)
        *best = search_best(seller, q);
    return best->action != before;
}

/* ---- decisions ---- */

static uint64_t explore_or_exploit(q_learner *seller)
{
    double uniform = bt_stream_uniform(&seller->explore);
    if (uniform >= seller->exploration)
        return seller->best[seller->state].action;
    /* given that it explores, uniform / exploration is uniform on [0, 1) */
    uint64_t action = (uint64_t)(uniform / seller->exploration * (double)seller->n_actions);
    return action < seller->n_actions ? action : seller->n_actions - 1;
}

static uint64_t draw_by_values(q_learner *seller)
{
    const double *q = seller->q + seller->state * seller->n_actions;
    double largest = seller->best[seller->state].value, total = 0;
    for (size_t a = 0; a < seller->n_actions; a++) {
        seller->weight[a] = exp((q[a] - largest) / seller->exploration);
        total += seller->weight[a];
    }
    double target = bt_stream_uniform(&seller->explore) * total, sum = 0;
    for (size_t a = 0; a < seller->n_actions; a++) {
        sum += seller->weight[a];
        if (sum > target)
            return a;
    }
    return seller->best[seller->state].action;
}

static uint64_t explore_as_published(q_learner *seller, double time)
{
    double explores = bt_aer2020_explore(seller->aer2020, (uint64_t)time, seller->seller);
    if (explores > seller->exploration)
        return seller->best[seller->state].action;
    double which = bt_aer2020_which(seller->aer2020, seller->seller);
    return (uint64_t)((double)seller->n_actions * which);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    q_learner *seller = self;
    uint64_t action;
    if (seller->aer2020 != NULL)
        action = explore_as_published(seller, view->time);
    else if (seller->is_boltzmann)
        action = draw_by_values(seller);
    else
        action = explore_or_exploit(seller);
    seller->exploration *= seller->decay;
    seller->action = action;
    const double *price = seller->action_price + action * seller->n_own;
    for (uint32_t k = 0; k < seller->n_own; k++)
        own_price[k] = price[k];
    return action;
}

/* What is remembered of a move: the joint action, or that without the own one. */
static uint64_t remembered(const q_learner *seller, uint64_t joint_action)
{
    if (seller->remembers_own)
        return joint_action;
    return joint_action / (seller->stride * seller->n_actions) * seller->stride +
           joint_action % seller->stride;
}

static uint64_t next_state(const q_learner *seller, uint64_t joint_action)
{
    if (seller->memory == 0)
        return 0;
    if (seller->memory == 1)
        return remembered(seller, joint_action);
    return remembered(seller, joint_action) * seller->newest +
           seller->state / seller->n_remembered;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    q_learner *seller = self;
    uint64_t next = next_state(seller, feedback->joint_action);
    double old = seller->q[seller->state * seller->n_actions + seller->action];
    double target =
        bt_feedback_objective(feedback) + seller->discount * seller->best[next].value;
    bool changed = set_value(seller, seller->state, seller->action,
                             old + seller->learning_rate * (target - old));
    seller->state = next;
    return changed;
}

/* ---- life ---- */

static bt_status check_aer2020(const q_learning_parameters *chosen,
                               const bt_seller_setting *setting, bt_error *error)
{
    if (chosen->memory != 1 || chosen->exploration != EPSILON_GREEDY ||
        chosen->remembers != JOINT_ACTIONS)
        return bt_fail(
            error, BT_BAD_INPUT,
            "seller \"%s\": `random_numbers: aer2020` are those of memory 1 of joint "
            "actions and epsilon_greedy exploration",
            setting->name);
    return BT_OK;
}

static bt_status join_aer2020(q_learner *seller, bt_error *error)
{
    bt_status status = check_aer2020(seller->parameters, seller->setting, error);
    if (status != BT_OK)
        return status;
    return bt_aer2020_join(seller->setting, &seller->aer2020, &seller->archives_aer2020, error);
}

static bool allocate_actions(q_learner *seller)
{
    bt_arena *arena = seller->setting->arena;
    seller->weight = BT_ARENA_NEW(arena, seller->n_actions, double);
    seller->first_q = BT_ARENA_NEW(arena, seller->n_actions, double);
    seller->tied = BT_ARENA_NEW(arena, seller->n_actions + 1, uint64_t);
    return seller->weight != NULL && seller->first_q != NULL && seller->tied != NULL;
}

static void fill_hot(q_learner *seller)
{
    const q_learning_parameters *chosen = seller->parameters;
    const bt_seller_setting *setting = seller->setting;
    uint32_t agent = BT_AGENT_SELLER(setting->seller);
    seller->learning_rate = chosen->learning_rate;
    seller->discount = chosen->discount;
    seller->memory = (uint32_t)chosen->memory;
    seller->remembers_own = chosen->remembers == JOINT_ACTIONS;
    seller->is_boltzmann = chosen->exploration == BOLTZMANN;
    seller->exploration =
        seller->is_boltzmann ? chosen->initial_temperature : chosen->initial_exploration;
    seller->decay = exp(-chosen->exploration_decay);
    seller->explore = bt_stream_open(setting->key, agent, EXPLORATION_PURPOSE);
    seller->ties = bt_stream_open(setting->key, agent, TIE_PURPOSE);
    seller->n_own = setting->n_own;
    seller->seller = setting->seller;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    q_learner *seller = BT_ARENA_NEW(setting->arena, 1, q_learner);
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    seller->setting = setting;
    fill_hot(seller);
    bool is_published = seller->parameters->random_numbers == AER2020;
    bt_price_grid grid;
    bt_status status =
        bt_price_grid_create(&seller->parameters->grid, setting, is_published, &grid, error);
    if (status == BT_OK && is_published)
        status = join_aer2020(seller, error);
    if (status != BT_OK)
        return status;
    seller->n_actions = grid.n_actions;
    seller->action_price = grid.action_price;
    if (!allocate_actions(seller))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    *self = seller;
    return BT_OK;
}

static size_t actions(const void *self, const double **action_price)
{
    const q_learner *seller = self;
    *action_price = seller->action_price;
    return seller->n_actions;
}

/* a * b, or more than `most` where it would be. */
static uint64_t times(uint64_t a, uint64_t b, uint64_t most)
{
    return a <= most && b <= most / a ? a * b : most + 1;
}

static uint64_t power(uint64_t base, uint32_t exponent, uint64_t most)
{
    uint64_t result = 1;
    for (uint32_t k = 0; k < exponent; k++)
        result = times(result, base, most);
    return result;
}

/* How many joint actions there are, and the place of the own one in them. */
static void count_joint_actions(q_learner *seller, const size_t *n_actions)
{
    const uint64_t most = UINT64_MAX / 2;
    seller->n_joint = seller->stride = 1;
    for (uint32_t i = seller->setting->n_sellers; i-- > 0;) {
        if (i == seller->setting->seller)
            seller->stride = seller->n_joint;
        seller->n_joint = times(seller->n_joint, n_actions[i], most);
    }
    seller->n_remembered =
        seller->remembers_own ? seller->n_joint : seller->n_joint / seller->n_actions;
}

/* The states of this seller's memory; an error if they are not finite or too many. */
static bt_status count_states(q_learner *seller, const bt_seller_rivals *rivals,
                              bt_error *error)
{
    const uint64_t most = MAX_CELLS / seller->n_actions;
    for (uint32_t i = 0; i < seller->setting->n_sellers && seller->memory > 0; i++)
        if (rivals->n_actions[i] == 0)
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": to remember joint actions all sellers must be on "
                           "price grids; set `memory: 0`, or give the others grids",
                           seller->setting->name);
    if (seller->memory > 0)
        count_joint_actions(seller, rivals->n_actions);
    else
        seller->n_joint = seller->n_remembered = 1;
    seller->n_states = power(seller->n_remembered, seller->memory, most);
    seller->n_joint_states = power(seller->n_joint, seller->memory, SIZE_MAX / 2);
    if (seller->n_states > most)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": its states are too many for a table of values; use a "
                       "shorter `memory` or fewer grid points",
                       seller->setting->name);
    seller->newest = seller->memory > 1 ? seller->n_remembered : 1;
    return BT_OK;
}

/* Mean profit of each action against rivals who price uniformly, for ever. */
static void value_against_uniform_rivals(q_learner *seller, const bt_grid_game *game)
{
    uint32_t i = seller->setting->seller;
    for (size_t a = 0; a < seller->n_actions; a++)
        seller->first_q[a] = 0;
    for (size_t joint = 0; joint < game->n_joint; joint++)
        seller->first_q[joint / game->stride[i] % seller->n_actions] +=
            game->objective[joint * game->n_sellers + i];
    double n_rival_actions = (double)(game->n_joint / seller->n_actions);
    for (size_t a = 0; a < seller->n_actions; a++)
        seller->first_q[a] = seller->first_q[a] / n_rival_actions / (1 - seller->discount);
}

static bt_status choose_first_values(q_learner *seller, const bt_seller_rivals *rivals,
                                     bt_error *error)
{
    const bt_option *initial = &seller->parameters->initial_q;
    if (initial->chosen == UNIFORM_RIVALS) {
        if (rivals->game == NULL)
            return bt_fail(error, BT_BAD_INPUT,
                           "seller \"%s\": `initial_q: uniform_rivals` needs all sellers on "
                           "price grids with at most two million joint actions; set "
                           "`initial_q: zero` or a number",
                           seller->setting->name);
        value_against_uniform_rivals(seller, rivals->game);
        return BT_OK;
    }
    for (size_t a = 0; a < seller->n_actions; a++)
        seller->first_q[a] = initial->chosen == ZERO ? 0 : initial->value;
    return BT_OK;
}

static void fill_values(q_learner *seller)
{
    for (size_t state = 0; state < seller->n_states; state++) {
        double *q = seller->q + state * seller->n_actions;
        memcpy(q, seller->first_q, seller->n_actions * sizeof(double));
        seller->best[state] = search_best(seller, q);
    }
}

/* What stood before the first period, the same for all learners of a run. */
static bt_status choose_first_state(q_learner *seller, const bt_seller_rivals *rivals,
                                    bt_error *error)
{
    const bt_seller_setting *setting = seller->setting;
    seller->state = 0;
    if (seller->memory == 0)
        return BT_OK;
    bool is_first;
    uint64_t *history = bt_shared_object(setting->shared, "joint actions before the first",
                                         2 * sizeof(uint64_t), &is_first);
    if (history == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    if (is_first && seller->aer2020 != NULL) {
        for (uint32_t i = 0; i < setting->n_sellers; i++)
            history[0] = history[0] * rivals->n_actions[i] +
                         bt_aer2020_first_action(seller->aer2020, i, rivals->n_actions[i]);
    } else if (is_first) {
        bt_stream stream =
            bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), HISTORY_PURPOSE);
        for (size_t k = 0; k < 2; k++)
            history[k] = bt_stream_below(&stream, seller->n_joint);
    }
    seller->state = remembered(seller, history[0]) * seller->newest;
    if (seller->memory > 1)
        seller->state += remembered(seller, history[1]);
    return BT_OK;
}

static bt_status begin(void *self, const bt_seller_rivals *rivals, bt_error *error)
{
    q_learner *seller = self;
    bt_status status = count_states(seller, rivals, error);
    if (status == BT_OK)
        status = choose_first_values(seller, rivals, error);
    if (status != BT_OK)
        return status;
    bt_arena *arena = seller->setting->arena;
    seller->q = BT_ARENA_NEW(arena, seller->n_states * seller->n_actions, double);
    seller->best = BT_ARENA_NEW(arena, seller->n_states, best_action);
    if (seller->q == NULL || seller->best == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"",
                       seller->setting->name);
    fill_values(seller);
    return choose_first_state(seller, rivals, error);
}

static void archive(void *self, bt_archive *archive)
{
    q_learner *seller = self;
    bt_archive_field(archive, "q", seller->q,
                     seller->n_states * seller->n_actions * sizeof(double));
    bt_archive_field(archive, "best", seller->best, seller->n_states * sizeof(best_action));
    bt_archive_field(archive, "state", &seller->state, sizeof(seller->state));
    bt_archive_field(archive, "action", &seller->action, sizeof(seller->action));
    bt_archive_field(archive, "exploration", &seller->exploration, sizeof(seller->exploration));
    bt_archive_field(archive, "explore", &seller->explore, sizeof(seller->explore));
    bt_archive_field(archive, "ties", &seller->ties, sizeof(seller->ties));
    if (seller->archives_aer2020)
        bt_aer2020_archive(seller->aer2020, archive);
    if (seller->state >= seller->n_states || seller->action >= seller->n_actions) {
        seller->state = 0;
        seller->action = 0;
        bt_archive_fail(archive, "a Q-learner's state or action is out of range");
    }
}

static size_t n_states(const void *self, size_t *memory)
{
    const q_learner *seller = self;
    *memory = seller->memory;
    return seller->n_joint_states;
}

static uint64_t greedy_action(const void *self, size_t state)
{
    const q_learner *seller = self;
    if (seller->memory == 0)
        return seller->best[0].action;
    uint64_t own = remembered(seller, state % seller->n_joint);
    if (seller->memory == 2)
        own += remembered(seller, state / seller->n_joint) * seller->newest;
    return seller->best[own].action;
}

static double discount(const void *self)
{
    const q_learner *seller = self;
    return seller->discount;
}

const bt_seller_type bt_q_learning_seller = {
    .described = {.name = "q_learning",
                  .summary = "Learns the value of each price in each state of the market by "
                             "trial and error.",
                  .source = "Watkins and Dayan 1992; Calvano, Calzolari, Denicolo and "
                            "Pastorello 2020; Tesauro and Kephart 2002",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_RIVAL_PRICES,
    .create = create,
    .actions = actions,
    .begin = begin,
    .decide = decide,
    .observe = observe,
    .archive = archive,
    .n_states = n_states,
    .greedy_action = greedy_action,
    .discount = discount,
};
