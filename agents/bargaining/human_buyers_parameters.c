#include "agents/bargaining/human_buyers_parameters.h"

#include "agents/bargaining/human_tables.h"

#define SHARE BT_BETWEEN(0, 1)
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }
#define MEMBER(struct_, name_) .name = #name_, .offset = offsetof(struct_, name_)
#define NUMBER(struct_, name_, default_, range_, meaning_)                                     \
    {                                                                                          \
        MEMBER(struct_, name_), .type = BT_REAL, .unit = "1", .default_text = default_,        \
                                .range = range_, .meaning = meaning_                           \
    }
#define NUMBERS(struct_, name_, default_, range_, meaning_)                                    \
    {                                                                                          \
        MEMBER(struct_, name_), .type = BT_REAL_LIST, .unit = "1", .default_text = default_,   \
                                .range = range_, .meaning = meaning_                           \
    }
#define HOURS(struct_, name_, default_, meaning_)                                              \
    {                                                                                          \
        MEMBER(struct_, name_), .type = BT_REAL_LIST, .unit = "hours",                         \
                                .default_text = default_, .range = BT_POSITIVE,                \
                                .meaning = meaning_                                            \
    }

static const bt_parameter arrival_rows[] = {
    NUMBER(bt_human_arrival, first_intercept, "-1.12", ANY_NUMBER,
           "logit of the chance that anybody comes to a listing of demand 0"),
    NUMBER(bt_human_arrival, first_demand, "1.35", ANY_NUMBER, "by which demand raises it"),
    NUMBERS(bt_human_arrival, profile, BT_HUMAN_ARRIVAL_PROFILE, BT_NON_NEGATIVE,
            "relative chance of each equal part of the listing's window"),
    NUMBER(bt_human_arrival, next_intercept, "-0.45", ANY_NUMBER,
           "logit of the chance that after an arrival another one comes"),
    NUMBER(bt_human_arrival, next_demand, "0.65", ANY_NUMBER, "by which demand raises it"),
    NUMBER(bt_human_arrival, next_crowd, "0.6", ANY_NUMBER,
           "by which it is higher after the second arrival"),
    HOURS(bt_human_arrival, gap_hours, "[0.25, 0.5, 1, 2, 3, 6, 12, 24, 36]",
          "hours between arrivals at which the next is given"),
    NUMBERS(bt_human_arrival, gap, "[0.083, 0.13, 0.197, 0.291, 0.358, 0.496, 0.668, 0.883, 1]",
            SHARE, "share of short gaps that are shorter"),
    NUMBER(bt_human_arrival, gap_short, "0.78", SHARE, "share of gaps that are short"),
    {MEMBER(bt_human_arrival, gap_tail), .type = BT_REAL, .unit = "hours", .default_text = "40",
     .range = BT_POSITIVE,
     .meaning = "mean of what a long gap is longer than the longest short one"},
    NUMBERS(bt_human_arrival, experience_count, "[1, 3, 5, 10, 20, 30, 50, 100, 150, 250]",
            BT_NON_NEGATIVE, "negotiations that a buyer had before"),
    NUMBERS(bt_human_arrival, experience,
            "[0.24, 0.31, 0.35, 0.43, 0.52, 0.59, 0.68, 0.79, 0.85, 0.9]", SHARE,
            "share of buyers with at most so many"),
};
static const bt_parameter_table arrival_table = BT_TABLE_OF(bt_human_arrival, arrival_rows);

static const bt_parameter first_offer_rows[] = {
    NUMBER(bt_human_first_offer, buy_now_intercept, "-1.45", ANY_NUMBER,
           "logit of the chance to buy at once, at demand 0 and a list price of 40"),
    NUMBER(bt_human_first_offer, buy_now_demand, "0.25", ANY_NUMBER,
           "by which demand raises it"),
    NUMBER(bt_human_first_offer, buy_now_log_price, "-0.25", ANY_NUMBER,
           "by which a tenfold list price raises it"),
    NUMBERS(bt_human_first_offer, concession, BT_HUMAN_CONCESSIONS_1, BT_NON_NEGATIVE,
            "distribution of first offers / list price at 0, 0.01, ..., 1"),
    NUMBER(bt_human_first_offer, shift, "0.12", ANY_NUMBER,
           "probits by which demand raises an offer's rank"),
    NUMBER(bt_human_first_offer, shift_center, "0.55", ANY_NUMBER,
           "demand at which ranks stay as they are"),
};
static const bt_parameter_table first_offer_table =
    BT_TABLE_OF(bt_human_first_offer, first_offer_rows);

static const bt_parameter turn_3_rows[] = {
    NUMBERS(bt_human_turn_3, offer, "[0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1]",
            SHARE, "first offers / list price at which the next two are given"),
    NUMBERS(bt_human_turn_3, accept,
            "[0, 0.01, 0.02, 0.04, 0.08, 0.155, 0.257, 0.38, 0.584, 0.78, 0.95]", SHARE,
            "chance to accept the list price after an active rejection"),
    NUMBERS(bt_human_turn_3, walk,
            "[0.9, 0.765, 0.71, 0.65, 0.6, 0.535, 0.455, 0.36, 0.26, 0.155, 0.03]", SHARE,
            "chance to walk then"),
    NUMBERS(bt_human_turn_3, round_offer, "[0.5, 0.6, 0.67, 0.7, 0.75, 0.8, 0.83]", SHARE,
            "round first offers / list price, to within 0.005"),
    NUMBERS(bt_human_turn_3, round_accept, "[0.03, 0.05, 0.205, 0.175, 0.375, 0.562, 0.57]",
            SHARE, "chance to accept then after a round offer"),
    NUMBERS(bt_human_turn_3, round_walk, "[0.685, 0.588, 0.495, 0.545, 0.398, 0.28, 0.275]",
            SHARE, "chance to walk then after a round offer"),
    NUMBERS(bt_human_turn_3, expired_offer, "[0.6, 0.8]", SHARE,
            "first offers / list price that part the next"),
    NUMBERS(bt_human_turn_3, expired_accept, "[0.01, 0.02, 0.065]", SHARE,
            "chance to accept after an expired offer: below the first, the second, and above"),
    NUMBER(bt_human_turn_3, expired_counter, "0.2", SHARE,
           "chance to make another offer after an expired one"),
    NUMBER(bt_human_turn_3, automatic_accept, "0.35", SHARE,
           "chance to accept after an automatic rejection, over that after an active one"),
    NUMBER(bt_human_turn_3, automatic_counter, "0.42", SHARE,
           "chance to make another offer after an automatic rejection"),
    NUMBERS(bt_human_turn_3, grid_offer, "[0.5, 0.6666667, 0.75, 0.8]", SHARE,
            "first offers / list price, the rows of grid_accept"),
    NUMBERS(bt_human_turn_3, grid_concession, "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]", SHARE,
            "seller's concessions, the columns of grid_accept"),
    NUMBERS(bt_human_turn_3, grid_accept,
            "[0.03, 0.05, 0.085, 0.14, 0.2, 0.3, 0.41, 0.54, "
            "0.04, 0.1, 0.185, 0.285, 0.39, 0.48, 0.565, 0.66, "
            "0.03, 0.11, 0.2, 0.325, 0.45, 0.555, 0.62, 0.64, "
            "0.09, 0.185, 0.28, 0.375, 0.47, 0.57, 0.67, 0.77]",
            SHARE, "chance to accept after a concession, row by row"),
    NUMBER(bt_human_turn_3, half_accept, "0.045", SHARE,
           "what is added where the seller met the buyer half-way"),
    NUMBER(bt_human_turn_3, counter, "0.41", SHARE,
           "chance to counter a concession that is not accepted"),
};
static const bt_parameter_table turn_3_table = BT_TABLE_OF(bt_human_turn_3, turn_3_rows);

static const bt_parameter later_rows[] = {
    NUMBERS(bt_human_later_turns, offer_5, "[0.5, 0.65, 0.7, 0.75, 0.8, 0.85, 0.89]", SHARE,
            "standing offers / list price at which the next is given"),
    NUMBERS(bt_human_later_turns, reject_accept_5, "[0.01, 0.03, 0.05, 0.1, 0.165, 0.24, 0.28]",
            SHARE, "chance that turn 5 accepts after a rejection"),
    NUMBER(bt_human_later_turns, reject_counter_5, "0.4", SHARE,
           "chance that turn 5 makes another offer after a rejection"),
    NUMBER(bt_human_later_turns, accept_5, "0.16", SHARE,
           "chance that turn 5 accepts after the smallest concession"),
    NUMBER(bt_human_later_turns, accept_square_5, "0.75", ANY_NUMBER,
           "by which the square of the seller's concession raises it"),
    NUMBER(bt_human_later_turns, accept_half_5, "0.05", SHARE,
           "what is added where the seller met the buyer half-way"),
    NUMBER(bt_human_later_turns, counter_5, "0.52", SHARE,
           "chance to counter a concession that is not accepted"),
    NUMBER(bt_human_later_turns, reject_accept_7, "0.18", SHARE,
           "chance that turn 7 accepts after a rejection"),
    NUMBER(bt_human_later_turns, accept_7, "0.22", SHARE,
           "chance that turn 7 accepts after the smallest concession"),
    NUMBER(bt_human_later_turns, accept_slope_7, "0.55", ANY_NUMBER,
           "by which the seller's concession raises it"),
};
static const bt_parameter_table later_table = BT_TABLE_OF(bt_human_later_turns, later_rows);

static const bt_parameter persistence_rows[] = {
    NUMBER(
        bt_human_persistence, accept_5, "0", BT_BETWEEN(-1, 1),
        "added to turn 5's chance to accept a concession after an active rejection at turn 2"),
    NUMBER(bt_human_persistence, counter_5, "0", BT_BETWEEN(-1, 1),
           "added to its chance to counter then"),
    NUMBER(bt_human_persistence, turn_3, "1", BT_NON_NEGATIVE,
           "factor of turn 3's chance to accept a concession that came without a message"),
};
static const bt_parameter_table persistence_table =
    BT_TABLE_OF(bt_human_persistence, persistence_rows);

#define TABLE(name_, table_, meaning_)                                                         \
    {                                                                                          \
        .name = #name_, .type = BT_TABLE,                                                      \
        .offset = offsetof(bt_human_buyers_parameters, name_), .default_text = "{}",           \
        .table = &(table_), .meaning = meaning_                                                \
    }
#define DELAYS(name_, index, default_, meaning_)                                               \
    {                                                                                          \
        .name = name_, .type = BT_REAL_LIST,                                                   \
        .offset = offsetof(bt_human_buyers_parameters, delay[index]), .unit = "1",             \
        .default_text = default_, .range = SHARE, .meaning = meaning_                          \
    }

static const bt_parameter rows[] = {
    TABLE(arrival, arrival_table, "who comes, and when"),
    TABLE(first_offer, first_offer_table, "what they do first"),
    TABLE(turn_3, turn_3_table, "how they answer the seller's first answer"),
    TABLE(later, later_table, "how they answer the later ones"),
    TABLE(persistence, persistence_table,
          "what the published figures do not identify; off by default"),
    NUMBER(bt_human_buyers_parameters, price_sensitivity, "-0.75", ANY_NUMBER,
           "by which a tenfold list price raises the logit of turn 3's chance to accept"),
    NUMBER(bt_human_buyers_parameters, log_price_center, "1.6", ANY_NUMBER,
           "log10 of the list price at which it stays as given"),
    NUMBER(bt_human_buyers_parameters, active_walk, "0.135", SHARE,
           "share of those who walk that say so"),
    NUMBERS(
        bt_human_buyers_parameters, concession_3, BT_HUMAN_CONCESSIONS_3, BT_NON_NEGATIVE,
        "distribution of turn 3's concessions at 0, 0.01, ..., 1; what lies between counts"),
    NUMBERS(bt_human_buyers_parameters, concession_5, BT_HUMAN_CONCESSIONS_5, BT_NON_NEGATIVE,
            "the same at turn 5"),
    HOURS(bt_human_buyers_parameters, delay_hours, BT_HUMAN_DELAY_HOURS,
          "hours after the seller's move at which the next three are given"),
    DELAYS("delay_3", 0, BT_HUMAN_DELAYS_3,
           "share of buyers who moved by then at turn 3; only its shape counts"),
    DELAYS("delay_5", 1, BT_HUMAN_DELAYS_5, "the same at turn 5"),
    DELAYS("delay_7", 2, BT_HUMAN_DELAYS_7, "the same at turn 7"),
    NUMBERS(bt_human_buyers_parameters, message, "[0.074, 0.136, 0.128]", SHARE,
            "share of offers with a message, at turns 1, 3 and 5"),
};
const bt_parameter_table bt_human_buyers_parameter_table =
    BT_TABLE_OF(bt_human_buyers_parameters, rows);
