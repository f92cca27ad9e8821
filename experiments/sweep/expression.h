/*
 * The conditions that `where:` understands: a small expression over parameter paths.
 *
 *     sellers[s1].learning_rate < 0.2 and not (market.demand.scale >= 0.3)
 *     market.products[A].cost + 0.1 <= market.products[B].cost
 *     sellers[0].policy == 'q_learning' or sellers[0].policy <= sellers[1].policy
 *
 * From loose to tight: or; and; not; < <= > >= (numbers, or texts byte by
 * byte) == != (not chained); + -; * /; unary
 * minus; numbers, 'text', "text", true, false, null, paths, parentheses. `and` and `or` look
 * at their right side only where the left one leaves the answer open. There is nothing
 * else: no functions, no assignment, nothing that could run for long.
 */
#ifndef BT_EXPERIMENTS_EXPRESSION_H
#define BT_EXPERIMENTS_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/status.h"

typedef struct bt_expression bt_expression;

typedef enum bt_value_kind {
    BT_VALUE_NUMBER,
    BT_VALUE_TEXT,
    BT_VALUE_BOOLEAN,
    BT_VALUE_NULL
} bt_value_kind;

typedef struct bt_value {
    bt_value_kind kind;
    double number;
    bool boolean;
    const char *text;
} bt_value;

/* What stands at a path. On failure `error` says why. */
typedef bt_status bt_look_up(void *context, const char *path, bt_value *value, bt_error *error);

/* Compile `text`. Errors (BT_BAD_INPUT) say at which character and what was expected.
 * Free with bt_expression_destroy. */
bt_status bt_expression_compile(const char *text, bt_expression **expression, bt_error *error);
void bt_expression_destroy(bt_expression *expression);

/* Whether the condition holds. BT_BAD_INPUT where a path does not resolve, kinds do not
 * fit their operator, or something is divided by zero. */
bt_status bt_expression_holds(const bt_expression *expression, bt_look_up *look_up,
                              void *context, bool *holds, bt_error *error);

#endif
