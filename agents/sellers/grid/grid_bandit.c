#include "agents/sellers/grid/grid_bandit.h"

#include <math.h>

#include "agents/sellers/grid/largest_value.h"
#include "sim/vector_math.h"

enum { CHOICE_PURPOSE = 0, TIE_PURPOSE = 1, ORDER_PURPOSE = 2 };
enum { RANDOM, FIXED };

/* ---- life ---- */

/* Most that a seller could earn per unit of time: every buyer at its largest margin. */
static double largest_reward(const bt_grid_bandit *bandit, const bt_seller_setting *setting)
{
    double largest = -INFINITY;
    for (size_t a = 0; a < bandit->n_actions; a++)
        for (uint32_t k = 0; k < setting->n_own; k++)
            largest = fmax(largest, bandit->action_price[a * setting->n_own + k] *
                                            (1 - setting->fee_ad_valorem) -
                                        setting->fee_per_unit - setting->own_cost[k]);
    return largest * setting->market_size;
}

/* Fisher and Yates. */
static void shuffle_first_trials(bt_grid_bandit *bandit, const bt_seller_setting *setting)
{
    bt_stream order =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), ORDER_PURPOSE);
    for (size_t k = bandit->n_actions; k > 1; k--) {
        size_t other = bt_stream_below(&order, k);
        uint64_t swapped = bandit->first_trial[k - 1];
        bandit->first_trial[k - 1] = bandit->first_trial[other];
        bandit->first_trial[other] = swapped;
    }
}

static bool allocate_arrays(bt_grid_bandit *bandit, bt_arena *arena)
{
    size_t count = bandit->n_actions;
    bandit->times_played = BT_ARENA_NEW(arena, count, double);
    bandit->mean = BT_ARENA_NEW(arena, count, double);
    bandit->score = BT_ARENA_NEW(arena, count, double);
    bandit->probability = BT_ARENA_NEW(arena, count, double);
    bandit->first_trial = BT_ARENA_NEW(arena, count, uint64_t);
    return bandit->times_played != NULL && bandit->mean != NULL && bandit->score != NULL &&
           bandit->probability != NULL && bandit->first_trial != NULL;
}

static void fill(bt_grid_bandit *bandit, const bt_grid_bandit_parameters *chosen,
                 const bt_seller_setting *setting)
{
    uint32_t agent = BT_AGENT_SELLER(setting->seller);
    bandit->n_own = setting->n_own;
    bandit->ties_at_random = chosen->ties == RANDOM;
    bandit->planned_moves = bt_option_number(&chosen->moves, setting->horizon);
    bandit->choices = bt_stream_open(setting->key, agent, CHOICE_PURPOSE);
    bandit->ties = bt_stream_open(setting->key, agent, TIE_PURPOSE);
    bandit->reward_unit =
        bt_option_number(&chosen->reward_unit, largest_reward(bandit, setting));
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->first_trial[a] = a;
    if (chosen->first_trials == RANDOM)
        shuffle_first_trials(bandit, setting);
}

bt_status bt_grid_bandit_create(size_t size, const bt_grid_bandit_parameters *chosen,
                                const bt_seller_setting *setting, void **self, bt_error *error)
{
    bt_grid_bandit *bandit = bt_arena_allocate(setting->arena, 1, size);
    if (bandit == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    bt_price_grid grid;
    bt_status status = bt_price_grid_create(&chosen->grid, setting, false, &grid, error);
    if (status != BT_OK)
        return status;
    bandit->n_actions = grid.n_actions;
    bandit->action_price = grid.action_price;
    if (!allocate_arrays(bandit, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    fill(bandit, chosen, setting);
    if (!(bandit->reward_unit > 0))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": no price of its grid is above cost and fees, so that "
                       "rewards have no scale; raise the grid's `high`",
                       setting->name);
    *self = bandit;
    return BT_OK;
}

bt_status bt_grid_bandit_create_plain(const void *given, const bt_seller_setting *setting,
                                      void **self, bt_error *error)
{
    const bt_plain_bandit_parameters *chosen = given;
    return bt_grid_bandit_create(sizeof(bt_grid_bandit), &chosen->bandit, setting, self, error);
}

size_t bt_grid_bandit_actions(const void *self, const double **action_price)
{
    const bt_grid_bandit *bandit = self;
    *action_price = bandit->action_price;
    return bandit->n_actions;
}

void bt_grid_bandit_archive(void *self, bt_archive *archive)
{
    bt_grid_bandit *bandit = self;
    size_t bytes = bandit->n_actions * sizeof(double);
    bt_archive_field(archive, "times_played", bandit->times_played, bytes);
    bt_archive_field(archive, "mean", bandit->mean, bytes);
    bt_archive_field(archive, "score", bandit->score, bytes);
    bt_archive_field(archive, "probability", bandit->probability, bytes);
    bt_archive_field(archive, "has_moved", &bandit->has_moved, sizeof(bandit->has_moved));
    bt_archive_field(archive, "n_moves", &bandit->n_moves, sizeof(bandit->n_moves));
    bt_archive_field(archive, "action", &bandit->action, sizeof(bandit->action));
    bt_archive_field(archive, "choices", &bandit->choices, sizeof(bandit->choices));
    bt_archive_field(archive, "ties", &bandit->ties, sizeof(bandit->ties));
    if (bandit->action >= bandit->n_actions) {
        bandit->action = 0;
        bt_archive_fail(archive, "the last action of a learner is not on its price grid");
    }
}

/* ---- playing ---- */

uint64_t bt_grid_bandit_play(bt_grid_bandit *bandit, uint64_t action, double *own_price)
{
    bandit->has_moved = action != bandit->action || bandit->n_moves == 0;
    bandit->n_moves++;
    bandit->action = action;
    const double *price = bandit->action_price + action * bandit->n_own;
    for (uint32_t k = 0; k < bandit->n_own; k++)
        own_price[k] = price[k];
    return action;
}

void bt_grid_bandit_count(bt_grid_bandit *bandit, double reward)
{
    uint64_t action = bandit->action;
    bandit->times_played[action] += 1;
    bandit->mean[action] += (reward - bandit->mean[action]) / bandit->times_played[action];
}

void bt_grid_bandit_count_deviation(bt_grid_bandit *bandit, double reward)
{
    double before = reward - bandit->mean[bandit->action];
    bt_grid_bandit_count(bandit, reward);
    bandit->score[bandit->action] += before * (reward - bandit->mean[bandit->action]);
}

bool bt_grid_bandit_observe_counterfactuals(void *self, const bt_seller_feedback *feedback)
{
    bt_grid_bandit *bandit = self;
    double scale = 1 / bandit->reward_unit;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->score[a] += scale * feedback->counterfactual_profit[a];
    return bandit->has_moved;
}

bool bt_grid_bandit_tries(const bt_grid_bandit *bandit, uint64_t *action)
{
    if (bandit->n_moves >= bandit->n_actions)
        return false;
    *action = bandit->first_trial[bandit->n_moves];
    return true;
}

/* ---- choosing ---- */

static uint64_t nth_equal(const double *value, size_t count, double wanted, uint64_t n)
{
    for (size_t a = 0; a < count; a++)
        if (value[a] == wanted && n-- == 0)
            return a;
    return 0;
}

uint64_t bt_grid_bandit_largest(bt_grid_bandit *bandit, const double *value)
{
    double largest = bt_largest_value(value, bandit->n_actions);
    uint64_t n_tied = 0;
    for (size_t a = 0; a < bandit->n_actions; a++)
        n_tied += value[a] == largest;
    uint64_t which = 0;
    if (n_tied > 1 && bandit->ties_at_random)
        which = bt_stream_below(&bandit->ties, n_tied);
    return nth_equal(value, bandit->n_actions, largest, which);
}

uint64_t bt_grid_bandit_draw(bt_grid_bandit *bandit, const double *weight, double total)
{
    double target = bt_stream_uniform(&bandit->choices) * total, sum = 0;
    uint64_t last = 0;
    for (size_t a = 0; a < bandit->n_actions; a++) {
        sum += weight[a];
        if (sum > target)
            return a;
        last = weight[a] > 0 ? a : last;
    }
    return last; /* rounding: the sum fell short of its total */
}

uint64_t bt_grid_bandit_draw_uniform(bt_grid_bandit *bandit)
{
    return bt_stream_below(&bandit->choices, bandit->n_actions);
}

void bt_grid_bandit_softmax(bt_grid_bandit *bandit, double factor)
{
    size_t count = bandit->n_actions;
    double *probability = bandit->probability, total = 0;
    double largest = bt_largest_value(bandit->score, count);
    for (size_t a = 0; a < count; a++)
        probability[a] = factor * (bandit->score[a] - largest);
    bt_exp_block(probability, count, probability);
    for (size_t a = 0; a < count; a++)
        total += probability[a];
    for (size_t a = 0; a < count; a++)
        probability[a] /= total;
}

void bt_grid_bandit_mix(bt_grid_bandit *bandit, double share)
{
    double uniform = share / (double)bandit->n_actions;
    for (size_t a = 0; a < bandit->n_actions; a++)
        bandit->probability[a] = (1 - share) * bandit->probability[a] + uniform;
}
