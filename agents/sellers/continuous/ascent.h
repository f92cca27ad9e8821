/*
 * Ascent along slopes that a seller is told, in a box of prices: what the rules that see
 * their own gradient share.
 *
 *     p <- projection on the box of p + g t^-a slope,     t = 1, 2, ...
 *
 * Draws: the box's.
 */
#ifndef BT_AGENTS_SELLERS_ASCENT_H
#define BT_AGENTS_SELLERS_ASCENT_H

#include "agents/sellers/continuous/price_box.h"

typedef struct bt_ascent_parameters {
    double step;
    double step_exponent;
    bt_price_box_parameters box;
} bt_ascent_parameters;

/* For types without parameters of their own. */
extern const bt_parameter_table bt_ascent_table;

/* bt_seller_type.self of these rules. */
typedef struct bt_ascent {
    const bt_ascent_parameters *parameters;
    uint32_t n_own;
    bt_price_box box;
    double *price; /* [own] */
    uint64_t t;    /* steps taken */
} bt_ascent;

/* The functions of a bt_seller_type, but for observe. */
bt_status bt_ascent_create(const void *parameters, const bt_seller_setting *setting,
                           void **self, bt_error *error);
uint64_t bt_ascent_decide(void *self, const bt_seller_view *view, double *own_price);
void bt_ascent_archive(void *self, bt_archive *archive);

/* One step along slope [own] times `scale`; an infinite product leads to a side of the box.
 * True if a price changed by more than a rounding error. */
bool bt_ascent_climb(bt_ascent *ascent, const double *slope, double scale);

#endif
