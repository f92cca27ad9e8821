/*
 * Sellers of the MNL-bandit: what to offer at given prices, learnt in epochs.
 *
 * An epoch offers one set until the first round in which nothing of it is bought. The number
 * of purchases of item i in an epoch that offers it has mean v_i, its attraction, whatever
 * the set (Agrawal, Avadhanula, Goyal and Zeevi 2019, lemma A.1): so V_i/n_i, purchases over
 * epochs, estimates v_i without bias. A rule turns (n_i, V_i) into attractions, and the best
 * set under those is offered next.
 */
#ifndef BT_AGENTS_SELLERS_MNL_BANDIT_H
#define BT_AGENTS_SELLERS_MNL_BANDIT_H

#include "markets/assortment/offer_plan.h"
#include "markets/seller.h"

typedef struct bt_mnl_bandit {
    uint32_t n_own;
    bt_offer_plan *plan;
    uint64_t *epochs;    /* [own] n_i */
    uint64_t *purchases; /* [own] V_i */
    uint64_t *in_epoch;  /* [own] purchases in this epoch */
    double *attraction;  /* [own] for the rule to fill in */
    uint64_t epoch;      /* l, from 1; 0 before the first */
    uint8_t is_over;     /* the epoch */
    bool starts_alone;   /* the first epochs offer each item alone */
} bt_mnl_bandit;

/* Make a seller of `size` bytes, zero but for the bt_mnl_bandit that it begins with. Errors:
 * no assortment market, prices not given, out of memory. */
bt_status bt_mnl_bandit_create(size_t size, const char *policy,
                               const bt_seller_setting *setting, bool starts_alone, void **self,
                               bt_error *error);

/* Whether a new epoch begins whose set the rule's attractions decide: the caller then fills
 * them in before bt_mnl_bandit_offer. */
bool bt_mnl_bandit_begins(bt_mnl_bandit *bandit);

/* The set of this epoch, planned anew if `begins`. */
void bt_mnl_bandit_offer(bt_mnl_bandit *bandit, bool begins, double *own_price);

/* bt_seller_type.observe (returns true), and .archive of rules without further state. */
bool bt_mnl_bandit_observe(void *self, const bt_seller_feedback *feedback);
void bt_mnl_bandit_archive(void *self, bt_archive *archive);

#endif
