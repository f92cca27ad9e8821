/*
 * A contextual seller's offers: the step from an estimate of buyers' tastes to a set with
 * prices, and from an offer to the features that its estimators see.
 *
 * theta = (psi, phi) in R^{2d}; an item with context (x^psi, x^phi) has quality <psi, x^psi>
 * and price sensitivity <phi, x^phi>, and at price p the features (x^psi, -p x^phi). The
 * best offer is planned by markets/assortment/offer_plan.h, with price sensitivities at least
 * L0 and prices up to 14/L0 over cost. Given prices stay as they are.
 */
#ifndef BT_AGENTS_SELLERS_CONTEXTUAL_OFFER_H
#define BT_AGENTS_SELLERS_CONTEXTUAL_OFFER_H

#include "agents/learning/mnl_estimator.h"
#include "markets/assortment/offer_plan.h"
#include "markets/seller.h"

typedef struct bt_contextual_offer {
    uint32_t n_own;
    size_t dimension;  /* d */
    size_t n_features; /* 2 d */
    size_t capacity;
    double least_price_sensitivity; /* L0 */
    bt_offer_plan *plan;
    size_t n_offered;
    uint32_t *item;      /* [slot] own item */
    double *feature;     /* [slot * 2 d] prices folded in */
    uint32_t *deck;      /* [own] for drawing items */
    double *probability; /* [slot] working memory */
    double *mean;        /* [2 d] working memory */
} bt_contextual_offer;

/* Errors: not in an assortment market, no contexts, out of memory. */
bt_status bt_contextual_offer_create(bt_contextual_offer *offer, const char *policy,
                                     const bt_seller_setting *setting, bt_error *error);

/* Offer as many items as allowed, drawn without replacement, at prices uniform in [low,
 * high). Draws: two an item offered (one at given prices). */
void bt_contextual_explore(bt_contextual_offer *offer, const bt_seller_view *view, double low,
                           double high, bt_stream *stream, double *own_price);

/* Another price for the item in a slot. */
void bt_contextual_reprice(bt_contextual_offer *offer, const bt_seller_view *view, size_t slot,
                           double price, double *own_price);

/* What items are worth under theta, without bonus, into the plan. */
void bt_contextual_value(bt_contextual_offer *offer, const bt_seller_view *view,
                         const double *theta);

/* Add the confidence width: variances radius_squared x' covariance x, covariance: [2d * 2d]. */
void bt_contextual_widen(bt_contextual_offer *offer, const bt_seller_view *view,
                         const double *covariance, double radius_squared);

/* Solve the plan and offer its set. With a price shock (else 0) each chosen price moves by
 * it, but not below cost. */
void bt_contextual_offer_plan(bt_contextual_offer *offer, const bt_seller_view *view,
                              double price_shock, double *own_price);

/* The slot that the buyer took, BT_NO_SLOT if none. */
size_t bt_contextual_taken(const bt_contextual_offer *offer,
                           const bt_seller_feedback *feedback);

/* information += scale X' (diag q - q q') X of the offer under theta. */
void bt_contextual_inform(bt_contextual_offer *offer, const double *theta, double scale,
                          double *information);

/* information += scale X' X of the offer. */
void bt_contextual_inform_evenly(bt_contextual_offer *offer, double scale, double *information);

/* Gradient of the offer's negative log-likelihood under theta. */
void bt_contextual_gradient(bt_contextual_offer *offer, const double *theta, size_t taken,
                            double *gradient);

void bt_contextual_offer_archive(bt_contextual_offer *offer, bt_archive *archive);

#endif
