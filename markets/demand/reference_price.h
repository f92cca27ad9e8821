/*
 * Reference prices: buyers compare a price with the one that they remember.
 *
 * A product of price p and reference price r is chosen as if it cost
 *
 *     perceived price = p + gamma (p - r),       gamma (loss aversion) instead of gamma if p >
 * r,
 *
 * that is, with linear price the utility q - alpha p gets - alpha gamma (p - r). After each
 * period r <- memory r + (1 - memory) p (Guo, Ying, Lavaei and Shen 2025; Winer 1986). Only
 * choices follow perceived prices: what is paid is p.
 */
#ifndef BT_MARKETS_REFERENCE_PRICE_H
#define BT_MARKETS_REFERENCE_PRICE_H

typedef struct bt_reference_price {
    double sensitivity;   /* gamma >= 0 */
    double loss_aversion; /* >= 1 */
    double memory;        /* in [0, 1) */
} bt_reference_price;

/* How much of p - r is felt on top of the price. At p = r: as below. */
static inline double bt_reference_weight(const bt_reference_price *of, double price,
                                         double reference)
{
    return price > reference ? of->sensitivity * of->loss_aversion : of->sensitivity;
}

static inline double bt_perceived_price(const bt_reference_price *of, double price,
                                        double reference)
{
    return price + bt_reference_weight(of, price, reference) * (price - reference);
}

#endif
