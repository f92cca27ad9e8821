/*
 * UCB with partially identified demand (Misra, Schwartz and Abernethy 2019): a seller that
 * knows the segment of each buyer, and each segment's share of all buyers. Valuations of a
 * segment lie within a half-range h of its centre, so that none is more than 2 h below the
 * highest price at which the segment bought, or more than 2 h above the lowest that it
 * refused. That bounds the profit of every price:
 *
 *     margin_k x share of segments that surely buy at p_k <= profit_k
 *                          <= margin_k x share of segments that may buy at p_k.
 *
 * A price whose upper bound is below the largest lower bound is not charged. Of the others,
 * those never tried come first, then the one with the largest
 *
 *     untuned: mean_k + m_k sqrt(2 ln t / n_k)
 *     tuned:   mean_k + 2 m_k h sqrt(ln t / n_k min(1/4, V_k)),
 *
 * m_k the margin in units of rewards, V_k the variance of the share of
 * buyers who bought, plus sqrt(2 ln t / n_k). By default h is estimated: half the largest
 * distance by which a segment bought above a price that it refused (our reconstruction;
 * the paper estimates it from the same events).
 *
 * score[k] is the sum of squared deviations of the share who bought. Draws: one a tie.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/grid/grid_bandit.h"
#include "agents/sellers/registry.h"
#include "sim/vector_math.h"

enum { TUNED, UNTUNED };

typedef struct ucb_pi_parameters {
    int32_t index;
    bt_option half_range;
    bt_grid_bandit_parameters bandit;
} ucb_pi_parameters;

static const bt_parameter parameters[] = {
    {.name = "index",
     .type = BT_CHOICE,
     .offset = offsetof(ucb_pi_parameters, index),
     .default_text = "tuned",
     .choices = "tuned|untuned",
     .meaning = "the index of the prices that are left"},
    {.name = "half_range",
     .type = BT_OPTION,
     .offset = offsetof(ucb_pi_parameters, half_range),
     .unit = "price",
     .default_text = "estimated",
     .choices = "estimated",
     .number_allowed = true,
     .range = BT_NON_NEGATIVE,
     .meaning = "how far valuations within a segment lie from its centre: estimated, or known"},
    BT_GRID_BANDIT_PARAMETERS(ucb_pi_parameters),
    BT_FIRST_TRIALS_PARAMETER(ucb_pi_parameters),
    BT_TIES_PARAMETER(ucb_pi_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(ucb_pi_parameters, parameters);

typedef struct ucb_pi {
    bt_grid_bandit bandit;
    const ucb_pi_parameters *parameters;
    const double *segment_weight;
    size_t n_segments;
    double half_range;
    double *highest_bought; /* [segment] -INFINITY: never */
    double *lowest_refused; /* [segment] INFINITY: never */
    double *margin;         /* [action] in units of rewards, of all buyers */
    double *surely;         /* [action + 1] scratch: weight that surely buys */
    double *maybe;          /* [action + 1] scratch: weight that may buy */
} ucb_pi;

/* ---- life ---- */

static bt_status check(const bt_seller_setting *setting, bt_error *error)
{
    if (setting->n_own != 1)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": ucb_pi prices one product, not %u; use another policy",
                       setting->name, setting->n_own);
    if (setting->n_segments == 0 || setting->assortment != NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": ucb_pi learns from segments of buyers, which this type "
                       "of market does not have; use a posted_price market",
                       setting->name);
    return BT_OK;
}

static bool allocate(ucb_pi *seller, bt_arena *arena)
{
    size_t n_actions = seller->bandit.n_actions;
    seller->highest_bought = BT_ARENA_NEW(arena, seller->n_segments, double);
    seller->lowest_refused = BT_ARENA_NEW(arena, seller->n_segments, double);
    seller->margin = BT_ARENA_NEW(arena, n_actions, double);
    seller->surely = BT_ARENA_NEW(arena, n_actions + 1, double);
    seller->maybe = BT_ARENA_NEW(arena, n_actions + 1, double);
    return seller->highest_bought != NULL && seller->lowest_refused != NULL &&
           seller->margin != NULL && seller->surely != NULL && seller->maybe != NULL;
}

static void fill(ucb_pi *seller, const bt_seller_setting *setting)
{
    const bt_option *half_range = &seller->parameters->half_range;
    seller->half_range = bt_option_number(half_range, 0);
    for (size_t r = 0; r < seller->n_segments; r++) {
        seller->highest_bought[r] = -INFINITY;
        seller->lowest_refused[r] = INFINITY;
    }
    for (size_t a = 0; a < seller->bandit.n_actions; a++) {
        double kept = seller->bandit.action_price[a] * (1 - setting->fee_ad_valorem) -
                      setting->fee_per_unit - setting->own_cost[0];
        seller->margin[a] = kept * setting->market_size / seller->bandit.reward_unit;
    }
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const ucb_pi_parameters *chosen = given;
    bt_status status = check(setting, error);
    if (status == BT_OK)
        status = bt_grid_bandit_create(sizeof(ucb_pi), &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    ucb_pi *seller = *self;
    seller->parameters = chosen;
    seller->n_segments = setting->n_segments;
    seller->segment_weight = setting->segment_weight;
    if (!allocate(seller, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    fill(seller, setting);
    return BT_OK;
}

/* ---- what is known of demand ---- */

/* Number of prices up to `bound` (or below it, when it is not included). */
static size_t n_prices_to(const bt_grid_bandit *bandit, double bound, bool included)
{
    size_t low = 0, high = bandit->n_actions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        double price = bandit->action_price[middle];
        if (price < bound || (included && price == bound))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Weights of the segments that surely buy, or may buy, at each price. */
static void bound_demand(ucb_pi *seller)
{
    size_t n_actions = seller->bandit.n_actions;
    for (size_t a = 0; a <= n_actions; a++)
        seller->surely[a] = seller->maybe[a] = 0;
    for (size_t r = 0; r < seller->n_segments; r++) {
        double lowest = seller->highest_bought[r] - 2 * seller->half_range;
        double highest = seller->lowest_refused[r] + 2 * seller->half_range;
        seller->surely[n_prices_to(&seller->bandit, lowest, true)] += seller->segment_weight[r];
        seller->maybe[n_prices_to(&seller->bandit, highest, false)] +=
            seller->segment_weight[r];
    }
    for (size_t a = n_actions; a-- > 0;) { /* a segment that buys at a price buys below it */
        seller->surely[a] += seller->surely[a + 1];
        seller->maybe[a] += seller->maybe[a + 1];
    }
}

static double largest_lower_bound(const ucb_pi *seller)
{
    double largest = 0;
    for (size_t a = 0; a < seller->bandit.n_actions; a++) {
        double bound = seller->margin[a] * seller->surely[a + 1];
        largest = bound > largest ? bound : largest;
    }
    return largest;
}

/* ---- decisions ---- */

static double index_of(const ucb_pi *seller, size_t action, double log_time)
{
    const bt_grid_bandit *bandit = &seller->bandit;
    double trials = bandit->times_played[action], share = log_time / trials;
    if (seller->parameters->index == UNTUNED)
        return bandit->mean[action] + seller->margin[action] * sqrt(2 * share);
    double variance = bandit->score[action] / trials + sqrt(2 * share);
    double bound = variance < 0.25 ? variance : 0.25;
    return bandit->mean[action] +
           2 * seller->margin[action] * seller->half_range * sqrt(share * bound);
}

static uint64_t most_promising(ucb_pi *seller)
{
    bt_grid_bandit *bandit = &seller->bandit;
    double log_time = bt_log((double)(bandit->n_moves + 1));
    bound_demand(seller);
    double floor = largest_lower_bound(seller);
    for (size_t a = 0; a < bandit->n_actions; a++) {
        bool is_out =
            seller->margin[a] <= 0 || seller->margin[a] * seller->maybe[a + 1] < floor;
        bandit->probability[a] = is_out ? -INFINITY : INFINITY;
        if (!is_out && bandit->times_played[a] > 0)
            bandit->probability[a] = index_of(seller, a, log_time);
    }
    for (size_t k = 0; k < bandit->n_actions; k++)
        if (bandit->probability[bandit->first_trial[k]] == INFINITY)
            return bandit->first_trial[k];
    return bt_grid_bandit_largest(bandit, bandit->probability);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    (void)view;
    ucb_pi *seller = self;
    return bt_grid_bandit_play(&seller->bandit, most_promising(seller), own_price);
}

/* ---- learning ---- */

static void learn_segment(ucb_pi *seller, size_t segment, double price, double came,
                          double bought)
{
    double *highest = &seller->highest_bought[segment];
    double *lowest = &seller->lowest_refused[segment];
    if (bought > 0 && price > *highest)
        *highest = price;
    if (bought < came && price < *lowest)
        *lowest = price;
    double apart = (*highest - *lowest) / 2;
    if (seller->parameters->half_range.chosen != -1 && apart > seller->half_range)
        seller->half_range = apart;
}

static void count_share(bt_grid_bandit *bandit, double reward, double margin)
{
    uint64_t action = bandit->action;
    double before = (reward - bandit->mean[action]) / margin;
    bt_grid_bandit_count(bandit, reward);
    bandit->score[action] += before * (reward - bandit->mean[action]) / margin;
}

static bool observe(void *self, const bt_seller_feedback *feedback)
{
    ucb_pi *seller = self;
    bt_grid_bandit *bandit = &seller->bandit;
    double price = bandit->action_price[bandit->action];
    for (size_t r = 0; r < seller->n_segments; r++)
        if (feedback->segment_buyers[r] > 0)
            learn_segment(seller, r, price, feedback->segment_buyers[r],
                          feedback->segment_sales[r]);
    count_share(bandit, bt_grid_bandit_reward(bandit, feedback),
                seller->margin[bandit->action]);
    return bandit->has_moved;
}

static void archive(void *self, bt_archive *archive)
{
    ucb_pi *seller = self;
    size_t bytes = seller->n_segments * sizeof(double);
    bt_grid_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "half_range", &seller->half_range, sizeof(double));
    bt_archive_field(archive, "highest_bought", seller->highest_bought, bytes);
    bt_archive_field(archive, "lowest_refused", seller->lowest_refused, bytes);
}

const bt_seller_type bt_ucb_pi_seller = {
    .described = {.name = "ucb_pi",
                  .summary = "Charges the most promising of the prices that what segments of "
                             "buyers bought and refused has not ruled out.",
                  .source = "Misra, Schwartz and Abernethy 2019",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_SEGMENTS,
    .create = create,
    .actions = bt_grid_bandit_actions,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
