/*
 * The parameters of human_buyers.c. docs/reference.md says what each means.
 */
#ifndef BT_AGENTS_BARGAINING_HUMAN_BUYERS_PARAMETERS_H
#define BT_AGENTS_BARGAINING_HUMAN_BUYERS_PARAMETERS_H

#include "sim/parameter.h"

enum { BT_OFFER_TURNS = 3, BT_LATER_TURNS = 3 };

typedef struct bt_human_arrival {
    double first_intercept;
    double first_demand;
    bt_real_list profile;
    double next_intercept;
    double next_demand;
    double next_crowd;
    bt_real_list gap_hours;
    bt_real_list gap;
    double gap_short;
    double gap_tail;
    bt_real_list experience_count;
    bt_real_list experience;
} bt_human_arrival;

typedef struct bt_human_first_offer {
    double buy_now_intercept;
    double buy_now_demand;
    double buy_now_log_price;
    bt_real_list concession;
    double shift;
    double shift_center;
} bt_human_first_offer;

typedef struct bt_human_turn_3 {
    bt_real_list offer;
    bt_real_list accept;
    bt_real_list walk;
    bt_real_list round_offer;
    bt_real_list round_accept;
    bt_real_list round_walk;
    bt_real_list expired_offer;
    bt_real_list expired_accept;
    double expired_counter;
    double automatic_accept;
    double automatic_counter;
    bt_real_list grid_offer;
    bt_real_list grid_concession;
    bt_real_list grid_accept;
    double half_accept;
    double counter;
} bt_human_turn_3;

typedef struct bt_human_later_turns {
    bt_real_list offer_5;
    bt_real_list reject_accept_5;
    double reject_counter_5;
    double accept_5;
    double accept_square_5;
    double accept_half_5;
    double counter_5;
    double reject_accept_7;
    double accept_7;
    double accept_slope_7;
} bt_human_later_turns;

typedef struct bt_human_persistence {
    double accept_5;
    double counter_5;
    double turn_3;
} bt_human_persistence;

typedef struct bt_human_buyers_parameters {
    bt_human_arrival arrival;
    bt_human_first_offer first_offer;
    bt_human_turn_3 turn_3;
    bt_human_later_turns later;
    bt_human_persistence persistence;
    double price_sensitivity;
    double log_price_center;
    double active_walk;
    bt_real_list concession_3;
    bt_real_list concession_5;
    bt_real_list delay_hours;
    bt_real_list delay[BT_LATER_TURNS];
    bt_real_list message; /* turns 1, 3 and 5 */
} bt_human_buyers_parameters;

extern const bt_parameter_table bt_human_buyers_parameter_table;

#endif
