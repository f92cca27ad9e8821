/*
 * The box of a seller whose prices are continuous: the lowest and the highest price of each
 * product that it owns, and the first one.
 *
 * Draws: one for a start at random, a product (stream BT_BOX_START_PURPOSE of the seller).
 */
#ifndef BT_AGENTS_SELLERS_PRICE_BOX_H
#define BT_AGENTS_SELLERS_PRICE_BOX_H

#include "agents/sellers/grid/price_grid.h"
#include "markets/seller.h"
#include "sim/parameter.h"

enum { BT_BOX_START_PURPOSE = 1 };

typedef struct bt_price_box_parameters {
    bt_option low;
    bt_option high;
    bt_option start;
} bt_price_box_parameters;

/* Rows of a rule's parameter table, for the member `box` of its parameter struct. */
#define BT_PRICE_BOX_PARAMETERS(rule)                                                          \
    {.name = "low",                                                                            \
     .type = BT_OPTION,                                                                        \
     .offset = offsetof(rule, box.low),                                                        \
     .unit = "price",                                                                          \
     .default_text = "cost",                                                                   \
     .number_allowed = true,                                                                   \
     .choices = BT_PRICE_CHOICES,                                                              \
     .meaning = "lowest price it considers: a number, or a benchmark of each product"},        \
        {.name = "high",                                                                       \
         .type = BT_OPTION,                                                                    \
         .offset = offsetof(rule, box.high),                                                   \
         .unit = "price",                                                                      \
         .default_text = "joint_profit",                                                       \
         .number_allowed = true,                                                               \
         .choices = BT_PRICE_CHOICES,                                                          \
         .meaning = "highest price it considers: a number, or a benchmark of each product"},   \
    {                                                                                          \
        .name = "start", .type = BT_OPTION, .offset = offsetof(rule, box.start),               \
        .unit = "price", .default_text = "random", .number_allowed = true,                     \
        .choices = BT_PRICE_CHOICES "|random",                                                 \
        .meaning = "first price: a number, a benchmark, or drawn uniformly from the box"       \
    }

/* Arrays [own], owned by the setting's arena. */
typedef struct bt_price_box {
    double *low;
    double *high;
    double *start;
} bt_price_box;

/* Errors: no such benchmark, no room between low and high, a start outside, memory. */
bt_status bt_price_box_create(const bt_price_box_parameters *parameters,
                              const bt_seller_setting *setting, bt_price_box *box,
                              bt_error *error);

/* The price in the box that is nearest. */
static inline double bt_price_box_project(const bt_price_box *box, uint32_t own, double price)
{
    return price < box->low[own]    ? box->low[own]
           : price > box->high[own] ? box->high[own]
                                    : price;
}

#endif
