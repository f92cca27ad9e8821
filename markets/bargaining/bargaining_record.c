/* What is recorded of a bargaining market. */
#include <math.h>
#include <string.h>

#include "markets/bargaining/bargaining_run.h"

/* ---- counting ---- */

static void add_summary(bt_listing_summary *to, const bt_listing_summary *from)
{
    double *sum = (double *)to;
    const double *more = (const double *)from;
    for (size_t i = 0; i < BT_SUMMARY_NUMBERS; i++)
        sum[i] += more[i];
}

static void add_pair(bt_paired_sums *sums, double difference, double plays)
{
    sums->difference += difference;
    sums->plays += plays;
    sums->difference_squares += difference * difference;
    sums->products += difference * plays;
    sums->plays_squares += plays * plays;
}

static void add_worth(bt_worth_sums *sums, const bt_worth *worth, double list_price)
{
    sums->listings++;
    sums->value += worth->value / list_price;
    sums->probability_error += worth->sale_probability_error;
    if (!isnan(worth->value_error)) {
        sums->value_error += worth->value_error / list_price;
        sums->n_value_errors++;
    }
}

void bt_bargaining_note_listing(bt_bargaining_run *run, uint64_t listing)
{
    uint64_t at = listing - run->block.first;
    const bt_listing_summary *summary = run->block.summary + at * run->n_sellers;
    bool counts = listing >= (uint64_t)run->model->parameters->warm_up;
    if (run->record_last)
        memset(run->interval, 0, run->n_sellers * sizeof(*run->interval));
    for (size_t i = 0; i < run->n_sellers; i++) {
        add_summary(&run->interval[i], &summary[i]);
        if (counts)
            add_pair(&run->paired[i],
                     summary[i].reward_manual - summary[run->reference].reward_manual,
                     summary[i].manual);
        uint64_t bits;
        memcpy(&bits, &summary[i].price_share, sizeof(bits));
        bt_sim_note(run->sim, 1, (uint32_t)i, bits);
    }
    if (counts)
        add_worth(&run->worth, &run->block.worth[at], run->block.list_price[at]);
}

/* ---- series ---- */

typedef double of_summary(const bt_listing_summary *sums);

static double mean_reward(const bt_listing_summary *sums)
{
    return sums->reward_valid / sums->valid;
}

static double mean_manual_reward(const bt_listing_summary *sums)
{
    return sums->reward_manual / sums->manual;
}

static double share_sold(const bt_listing_summary *sums)
{
    return sums->sold / sums->plays;
}

static double mean_price_share(const bt_listing_summary *sums)
{
    return sums->price_share / sums->sold;
}

static double share_valid(const bt_listing_summary *sums)
{
    return sums->valid / sums->plays;
}

static of_summary *const series_function[] = {mean_reward, mean_manual_reward, share_sold,
                                              mean_price_share, share_valid};

const bt_series bt_bargaining_series[BT_N_BARGAINING_SERIES] = {
    {"reward", "payoff over list price, of valid plays", "1", BT_AXIS_SELLER, false, true},
    {"reward_manual", "payoff over list price, where an offer came that no threshold answered",
     "1", BT_AXIS_SELLER, false, true},
    {"sale_probability", "share of plays that sold", "1", BT_AXIS_SELLER, false, true},
    {"sale_price", "price over list price of what sold", "1", BT_AXIS_SELLER, false, true},
    {"valid_share", "share of plays in which the seller made a move of its own", "1",
     BT_AXIS_SELLER, false, false},
};
_Static_assert(sizeof(series_function) / sizeof(series_function[0]) == BT_N_BARGAINING_SERIES,
               "a function for each series");

static bt_status is_in_order(const bt_bargaining_run *run, bt_error *error)
{
    return run->violation[0] == '\0' ? BT_OK
                                     : bt_fail(error, BT_BAD_INPUT, "%s", run->violation);
}

bt_status bt_bargaining_record(void *self, size_t series, double *value, bt_error *error)
{
    const bt_bargaining_run *run = self;
    for (size_t i = 0; i < run->n_sellers; i++)
        value[i] = series_function[series](&run->interval[i]);
    return is_in_order(run, error);
}

void bt_bargaining_record_done(void *self)
{
    bt_bargaining_run *run = self;
    if (!run->record_last)
        memset(run->interval, 0, run->n_sellers * sizeof(*run->interval));
}

/* ---- outcomes by seller ---- */

static double ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static double mean_share(uint64_t units, uint64_t count)
{
    return BT_TALLY_SHARE_UNIT * ratio(units, count);
}

typedef struct outcome_source {
    const bt_bargaining_run *run;
    const bt_tally *tally;
    size_t seller;
    size_t mark; /* of the grid */
} outcome_source;

static const bt_tally_set *set_of(const outcome_source *from, bt_tally_sets which)
{
    return &from->tally->set[which];
}

typedef double of_source(const outcome_source *from);

#define SET_OUTCOME(function, set_, expression)                                                \
    static double function(const outcome_source *from)                                         \
    {                                                                                          \
        const bt_tally_set *set = set_of(from, set_);                                          \
        return expression;                                                                     \
    }

SET_OUTCOME(sale_probability, BT_ALL_PLAYS, ratio(set->sold, set->plays))
SET_OUTCOME(sale_price, BT_ALL_PLAYS, mean_share(set->price_share, set->sold))
SET_OUTCOME(sales_at_list, BT_ALL_PLAYS, ratio(set->sold_at_list, set->sold))
SET_OUTCOME(valid_share_of_plays, BT_VALID_PLAYS,
            ratio(set->plays, set_of(from, BT_ALL_PLAYS)->plays))
SET_OUTCOME(valid_sale_probability, BT_VALID_PLAYS, ratio(set->sold, set->plays))
SET_OUTCOME(valid_sale_price, BT_VALID_PLAYS, mean_share(set->price_share, set->sold))
SET_OUTCOME(valid_sold_at_list, BT_VALID_PLAYS, ratio(set->sold_at_list, set->plays))
SET_OUTCOME(valid_reward, BT_VALID_PLAYS, mean_share(set->reward, set->plays))
SET_OUTCOME(valid_payoff, BT_VALID_PLAYS, BT_TALLY_PRICE_UNIT *ratio(set->payoff, set->plays))
SET_OUTCOME(manual_share, BT_MANUAL_PLAYS, ratio(set->plays, set_of(from, BT_ALL_PLAYS)->plays))
SET_OUTCOME(manual_sale_probability, BT_MANUAL_PLAYS, ratio(set->sold, set->plays))
SET_OUTCOME(manual_sale_price, BT_MANUAL_PLAYS, mean_share(set->price_share, set->sold))
SET_OUTCOME(manual_sold_at_list, BT_MANUAL_PLAYS, ratio(set->sold_at_list, set->plays))
SET_OUTCOME(manual_reward, BT_MANUAL_PLAYS, mean_share(set->reward, set->plays))
SET_OUTCOME(manual_payoff, BT_MANUAL_PLAYS, BT_TALLY_PRICE_UNIT *ratio(set->payoff, set->plays))

static double reward_gain(const outcome_source *from)
{
    const bt_paired_sums *sums = &from->run->paired[from->seller];
    return sums->difference / sums->plays;
}

/* Of a ratio of sums over independent listings. */
static double reward_gain_error(const outcome_source *from)
{
    const bt_paired_sums *sums = &from->run->paired[from->seller];
    double gain = sums->difference / sums->plays;
    double squares = sums->difference_squares - 2 * gain * sums->products +
                     gain * gain * sums->plays_squares;
    return sqrt(fmax(0, squares)) / sums->plays;
}

static double payoff_ratio(const outcome_source *from)
{
    const bt_tally *reference = &from->run->tally[from->run->reference];
    return ratio(set_of(from, BT_MANUAL_PLAYS)->payoff, reference->set[BT_MANUAL_PLAYS].payoff);
}

static double turn_3_at_list(const outcome_source *from)
{
    const uint64_t *kind = from->tally->turn[2];
    uint64_t all = 0;
    for (size_t k = 0; k < BT_TURN_KINDS; k++)
        all += kind[k];
    return ratio(from->tally->at_list_price_3, all);
}

/* ---- outcomes over grids ---- */

/* Share of one or two kinds among moves that were not automatic. */
static double share_of_kinds(const uint64_t *kind, bt_turn_kind one, bt_turn_kind other)
{
    uint64_t all = 0;
    for (size_t k = 0; k <= BT_TURN_EXPIRE; k++)
        all += kind[k];
    return ratio(kind[one] + (other != one ? kind[other] : 0), all);
}

static double count_of_moves(const uint64_t *kind)
{
    uint64_t all = 0;
    for (size_t k = 0; k <= BT_TURN_EXPIRE; k++)
        all += kind[k];
    return (double)all;
}

#define KIND_OUTCOME(function, table, one, other)                                              \
    static double function(const outcome_source *from)                                         \
    {                                                                                          \
        return share_of_kinds(from->tally->table[from->mark], one, other);                     \
    }
#define COUNT_OUTCOME(function, table)                                                         \
    static double function(const outcome_source *from)                                         \
    {                                                                                          \
        return count_of_moves(from->tally->table[from->mark]);                                 \
    }

KIND_OUTCOME(turn_accept, turn, BT_TURN_ACCEPT, BT_TURN_ACCEPT)
KIND_OUTCOME(turn_counter, turn, BT_TURN_COUNTER, BT_TURN_COUNTER)
KIND_OUTCOME(turn_reject, turn, BT_TURN_REJECT, BT_TURN_REJECT)
KIND_OUTCOME(turn_expire, turn, BT_TURN_EXPIRE, BT_TURN_EXPIRE)
COUNT_OUTCOME(turn_count, turn)
KIND_OUTCOME(accept_2, answer_2, BT_TURN_ACCEPT, BT_TURN_ACCEPT)
KIND_OUTCOME(reject_2, answer_2, BT_TURN_REJECT, BT_TURN_EXPIRE)
COUNT_OUTCOME(count_2, answer_2)
KIND_OUTCOME(accept_3, answer_3_rejected, BT_TURN_ACCEPT, BT_TURN_ACCEPT)
KIND_OUTCOME(walk_3, answer_3_rejected, BT_TURN_REJECT, BT_TURN_EXPIRE)
COUNT_OUTCOME(count_3, answer_3_rejected)
KIND_OUTCOME(accept_3_expired, answer_3_expired, BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_3_expired, answer_3_expired)
KIND_OUTCOME(accept_3_half, answer_3_conceded[0], BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_3_half, answer_3_conceded[0])
KIND_OUTCOME(accept_3_two_thirds, answer_3_conceded[1], BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_3_two_thirds, answer_3_conceded[1])
KIND_OUTCOME(accept_3_three_quarters, answer_3_conceded[2], BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_3_three_quarters, answer_3_conceded[2])
KIND_OUTCOME(accept_3_four_fifths, answer_3_conceded[3], BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_3_four_fifths, answer_3_conceded[3])
KIND_OUTCOME(accept_5, answer_5_rejected, BT_TURN_ACCEPT, BT_TURN_ACCEPT)
COUNT_OUTCOME(count_5, answer_5_rejected)

static double turn_automatic(const outcome_source *from)
{
    const uint64_t *kind = from->tally->turn[from->mark];
    uint64_t automatic = kind[BT_TURN_AUTOMATIC_ACCEPT] + kind[BT_TURN_AUTOMATIC_REJECT];
    return ratio(automatic, automatic + (uint64_t)count_of_moves(kind));
}

static double last_turn(const outcome_source *from)
{
    uint64_t all = 0;
    for (size_t t = 0; t < BT_FINAL_TURN; t++)
        all += from->tally->last_turn[t];
    return ratio(from->tally->last_turn[from->mark], all);
}

/* Of the moves that can have one. */
static double message_share(const outcome_source *from)
{
    const uint64_t *kind = from->tally->turn[from->mark];
    bool is_buyers = bt_turn_is_buyers((uint32_t)from->mark + 1);
    uint64_t can = kind[BT_TURN_COUNTER] + (is_buyers ? 0 : kind[BT_TURN_REJECT]);
    return ratio(from->tally->message[from->mark], can);
}

static double thread_share(const outcome_source *from)
{
    const bt_tally_set *set = set_of(from, BT_ALL_PLAYS);
    return ratio(set->threads[from->mark], set->plays);
}

static double valid_thread_share(const outcome_source *from)
{
    const bt_tally_set *set = set_of(from, BT_VALID_PLAYS);
    return ratio(set->threads[from->mark], set->plays);
}

static double cumulated(const uint64_t *count, size_t last, uint64_t whole)
{
    uint64_t sum = 0;
    for (size_t i = 0; i <= last; i++)
        sum += count[i];
    return ratio(sum, whole);
}

static double sold_by(const outcome_source *from)
{
    const bt_tally_set *set = set_of(from, BT_ALL_PLAYS);
    return cumulated(set->sold_in, from->mark, set->plays);
}

static double valid_sold_by(const outcome_source *from)
{
    const bt_tally_set *set = set_of(from, BT_VALID_PLAYS);
    return cumulated(set->sold_in, from->mark, set->plays);
}

/* Below the mark, but at the last: there at it, too. */
static double sold_below(const bt_tally_set *set, size_t mark)
{
    if (mark == BT_TALLY_PRICES - 1)
        return 1 - ratio(set->sold_at_list, set->sold);
    return mark > 0 ? cumulated(set->sold_for, mark - 1, set->sold) : 0;
}

static double price_below(const outcome_source *from)
{
    return sold_below(set_of(from, BT_ALL_PLAYS), from->mark);
}

static double valid_price_below(const outcome_source *from)
{
    return sold_below(set_of(from, BT_VALID_PLAYS), from->mark);
}

/* ---- the list ---- */

/* function, name, long name, axis: shares and the like (X), numbers of moves (N) */
#define SELLER_OUTCOMES(X, N)                                                                  \
    X(sale_probability, "overall_sale_probability", "share of plays that sold", SELLER)        \
    X(sale_price, "overall_sale_price", "price over list price of what sold", SELLER)          \
    X(sales_at_list, "sales_at_list", "share of sales at the list price", SELLER)              \
    X(valid_share_of_plays, "share_valid",                                                     \
      "share of plays in which the seller made a move of its own", SELLER)                     \
    X(valid_sale_probability, "valid_sale_probability", "share of valid plays that sold",      \
      SELLER)                                                                                  \
    X(valid_sale_price, "valid_sale_price", "price over list price in valid plays", SELLER)    \
    X(valid_sold_at_list, "valid_sold_at_list",                                                \
      "share of valid plays that sold at the list price", SELLER)                              \
    X(valid_reward, "valid_reward", "payoff over list price of valid plays", SELLER)           \
    X(valid_payoff, "valid_payoff", "payoff of valid plays", SELLER)                           \
    X(manual_share, "share_manual", "share of plays with an offer that no threshold answered", \
      SELLER)                                                                                  \
    X(manual_sale_probability, "manual_sale_probability", "share of manual plays that sold",   \
      SELLER)                                                                                  \
    X(manual_sale_price, "manual_sale_price", "price over list price in manual plays", SELLER) \
    X(manual_sold_at_list, "manual_sold_at_list",                                              \
      "share of manual plays that sold at the list price", SELLER)                             \
    X(manual_reward, "manual_reward", "payoff over list price of manual plays", SELLER)        \
    X(manual_payoff, "manual_payoff", "payoff of manual plays", SELLER)                        \
    X(reward_gain, "reward_gain", "reward less the reference seller's, of the same plays",     \
      SELLER)                                                                                  \
    X(reward_gain_error, "reward_gain_error", "its standard error over listings", SELLER)      \
    X(payoff_ratio, "payoff_ratio", "payoff over the reference seller's, of the same plays",   \
      SELLER)                                                                                  \
    X(turn_3_at_list, "turn3_at_list", "share of turn 3 moves at the list price", SELLER)      \
    X(turn_accept, "turn_accept", "share of moves that accept (turn 1: buy at once)",          \
      SELLER_TURN)                                                                             \
    X(turn_counter, "turn_counter", "share of moves that offer another price", SELLER_TURN)    \
    X(turn_reject, "turn_reject", "share of moves that reject or walk", SELLER_TURN)           \
    X(turn_expire, "turn_expire", "share of silences that reject or walk", SELLER_TURN)        \
    N(turn_count, "turn_moves", "moves that were not automatic", SELLER_TURN)                  \
    X(turn_automatic, "turn_automatic", "share of moves that a threshold made", SELLER_TURN)   \
    X(last_turn, "last_turn", "share of threads whose last move it is", SELLER_TURN)           \
    X(message_share, "turn_message", "share with a message of the moves that can have one",    \
      SELLER_TURN)                                                                             \
    X(thread_share, "thread_share", "share of plays with so many threads", SELLER_COUNT)       \
    X(valid_thread_share, "valid_thread_share", "share of valid plays with so many threads",   \
      SELLER_COUNT)                                                                            \
    X(sold_by, "sold_by", "share of plays that sold by then", SELLER_WINDOW)                   \
    X(valid_sold_by, "valid_sold_by", "share of valid plays that sold by then", SELLER_WINDOW) \
    X(price_below, "sold_below", "share of sales below that share of the list price",          \
      SELLER_HUNDREDTH)                                                                        \
    X(valid_price_below, "valid_sold_below",                                                   \
      "share of valid plays' sales below that share of the list price", SELLER_HUNDREDTH)      \
    X(accept_2, "turn2_accept_by_offer", "turn 2 accepts, by first offer / list price",        \
      SELLER_HUNDREDTH)                                                                        \
    X(reject_2, "turn2_reject_by_offer",                                                       \
      "turn 2 rejects or lets expire, by first offer / list price", SELLER_HUNDREDTH)          \
    N(count_2, "turn2_moves_by_offer", "moves at turn 2, by first offer / list price",         \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_3, "turn3_accept_after_reject",                                                   \
      "turn 3 accepts after an active rejection, by first offer / list price",                 \
      SELLER_HUNDREDTH)                                                                        \
    X(walk_3, "turn3_walk_after_reject",                                                       \
      "turn 3 walks after an active rejection, by first offer / list price", SELLER_HUNDREDTH) \
    N(count_3, "turn3_moves_after_reject", "moves at turn 3 after an active rejection",        \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_3_expired, "turn3_accept_after_expiry",                                           \
      "turn 3 accepts after an expired offer, by first offer / list price", SELLER_HUNDREDTH)  \
    N(count_3_expired, "turn3_moves_after_expiry", "moves at turn 3 after an expired offer",   \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_3_half, "turn3_accept_after_concession_half",                                     \
      "turn 3 accepts a concession after an offer of 1/2", SELLER_HUNDREDTH)                   \
    N(count_3_half, "turn3_moves_after_concession_half", "its moves", SELLER_HUNDREDTH)        \
    X(accept_3_two_thirds, "turn3_accept_after_concession_two_thirds",                         \
      "turn 3 accepts a concession after an offer of 2/3", SELLER_HUNDREDTH)                   \
    N(count_3_two_thirds, "turn3_moves_after_concession_two_thirds", "its moves",              \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_3_three_quarters, "turn3_accept_after_concession_three_quarters",                 \
      "turn 3 accepts a concession after an offer of 3/4", SELLER_HUNDREDTH)                   \
    N(count_3_three_quarters, "turn3_moves_after_concession_three_quarters", "its moves",      \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_3_four_fifths, "turn3_accept_after_concession_four_fifths",                       \
      "turn 3 accepts a concession after an offer of 4/5", SELLER_HUNDREDTH)                   \
    N(count_3_four_fifths, "turn3_moves_after_concession_four_fifths", "its moves",            \
      SELLER_HUNDREDTH)                                                                        \
    X(accept_5, "turn5_accept_after_rejects",                                                  \
      "turn 5 accepts after active rejections at turns 2 and 4, by standing offer",            \
      SELLER_HUNDREDTH)                                                                        \
    N(count_5, "turn5_moves_after_rejects", "its moves", SELLER_HUNDREDTH)

enum market_outcome { ITERATIONS, MEAN_WORTH, WORTH_ERROR, PROBABILITY_ERROR, MARKET_OUTCOMES };

static of_source *const outcome_function[] = {
#define OUTCOME_FUNCTION(function, name, long_name, axis) function,
    SELLER_OUTCOMES(OUTCOME_FUNCTION, OUTCOME_FUNCTION)
#undef OUTCOME_FUNCTION
};

const bt_series bt_bargaining_outcomes[BT_N_BARGAINING_OUTCOMES] = {
    [ITERATIONS] = {"iterations", "listings", "periods", BT_AXIS_NONE, true, true},
    [MEAN_WORTH] = {"mean_worth", "mean worth over list price of all listings", "1",
                    BT_AXIS_NONE, false, true},
    [WORTH_ERROR] = {"worth_error",
                     "mean standard error of a worth over list price, where two plays sold",
                     "1", BT_AXIS_NONE, false, true},
    [PROBABILITY_ERROR] = {"sale_probability_error",
                           "mean standard error of a listing's probability of sale", "1",
                           BT_AXIS_NONE, false, true},
#define OUTCOME_ROW(function, name, long_name, axis)                                           \
    {name, long_name, "1", BT_AXIS_##axis, false, true},
#define COUNT_ROW(function, name, long_name, axis)                                             \
    {name, long_name, "moves", BT_AXIS_##axis, false, true},
    SELLER_OUTCOMES(OUTCOME_ROW, COUNT_ROW)
#undef OUTCOME_ROW
#undef COUNT_ROW
};
_Static_assert(sizeof(outcome_function) / sizeof(outcome_function[0]) + MARKET_OUTCOMES ==
                   BT_N_BARGAINING_OUTCOMES,
               "a function for each outcome");

static void fill_seller_outcome(const bt_bargaining_run *run, size_t outcome, double *value)
{
    const bt_axis_grid *grid = bt_axis_grid_of(bt_bargaining_outcomes[outcome].axis);
    size_t marks = grid != NULL ? grid->count : 1;
    for (size_t i = 0; i < run->n_sellers; i++)
        for (size_t mark = 0; mark < marks; mark++) {
            outcome_source from = {
                .run = run, .tally = &run->tally[i], .seller = i, .mark = mark};
            value[i * marks + mark] = outcome_function[outcome - MARKET_OUTCOMES](&from);
        }
}

bt_status bt_bargaining_outcome(void *self, size_t outcome, void *value, bt_error *error)
{
    const bt_bargaining_run *run = self;
    double *real = value;
    switch ((enum market_outcome)outcome) {
    case ITERATIONS:
        *(int64_t *)value = (int64_t)run->listings;
        break;
    case MEAN_WORTH:
        *real = run->worth.value / run->worth.listings;
        break;
    case WORTH_ERROR:
        *real = run->worth.value_error / run->worth.n_value_errors;
        break;
    case PROBABILITY_ERROR:
        *real = run->worth.probability_error / run->worth.listings;
        break;
    default:
        fill_seller_outcome(run, outcome, real);
    }
    return is_in_order(run, error);
}
