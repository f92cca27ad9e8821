/*
 * UCB for the MNL-bandit (Agrawal, Avadhanula, Goyal and Zeevi 2019, algorithm 1): at the
 * start of epoch l, with vbar_i = V_i/n_i, the best set under
 *
 *     v_i^UCB = vbar_i + sqrt(vbar_i L_i) + L_i,  L_i = C log(sqrt(N) l + 1) / n_i,
 *
 * C = 48 in the proof. Items that were never offered count as 1, as attractive as nothing:
 * the theory assumes that none is more.
 *
 * Draws: none.
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/assortment/mnl_bandit.h"
#include "agents/sellers/registry.h"

typedef struct mnl_ucb_parameters {
    double constant;
    bool clip;
} mnl_ucb_parameters;

static const bt_parameter parameters[] = {
    {.name = "constant",
     .type = BT_REAL,
     .offset = offsetof(mnl_ucb_parameters, constant),
     .unit = "1",
     .default_text = "48",
     .range = BT_NON_NEGATIVE,
     .meaning = "C: width of the confidence bound; 48 in the proof, about 1 learns far faster"},
    {.name = "clip",
     .type = BT_BOOLEAN,
     .offset = offsetof(mnl_ucb_parameters, clip),
     .default_text = "false",
     .meaning = "bounds are at most 1"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(mnl_ucb_parameters, parameters);

typedef struct mnl_ucb_seller {
    bt_mnl_bandit bandit;
    const mnl_ucb_parameters *parameters;
} mnl_ucb_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    bt_status status =
        bt_mnl_bandit_create(sizeof(mnl_ucb_seller), "mnl_ucb", setting, false, self, error);
    if (status != BT_OK)
        return status;
    mnl_ucb_seller *seller = *self;
    seller->parameters = given;
    return BT_OK;
}

static void bound_attractions(mnl_ucb_seller *seller)
{
    bt_mnl_bandit *bandit = &seller->bandit;
    double root = sqrt((double)bandit->n_own);
    double scale = seller->parameters->constant * log(root * (double)bandit->epoch + 1);
    for (uint32_t k = 0; k < bandit->n_own; k++) {
        double epochs = (double)bandit->epochs[k];
        double mean = (double)bandit->purchases[k] / epochs, width = scale / epochs;
        double bound = epochs > 0 ? mean + sqrt(mean * width) + width : 1;
        bandit->attraction[k] = seller->parameters->clip ? fmin(bound, 1) : bound;
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    mnl_ucb_seller *seller = self;
    (void)view;
    bool begins = bt_mnl_bandit_begins(&seller->bandit);
    if (begins)
        bound_attractions(seller);
    bt_mnl_bandit_offer(&seller->bandit, begins, own_price);
    return BT_NO_ACTION;
}

const bt_seller_type bt_mnl_ucb_seller = {
    .described = {.name = "mnl_ucb",
                  .summary = "Chooses sets at given prices by upper confidence bounds of "
                             "items' attractions.",
                  .source = "Agrawal, Avadhanula, Goyal and Zeevi 2019, algorithm 1",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = bt_mnl_bandit_observe,
    .archive = bt_mnl_bandit_archive,
};
