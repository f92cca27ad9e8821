/*
 * Thompson sampling for the MNL-bandit (Agrawal, Avadhanula, Goyal and Zeevi 2017, algorithm
 * 1): purchases an epoch are geometric with success probability 1/(1 + v_i), whose conjugate
 * prior is a Beta. At the start of an epoch
 *
 *     theta_i ~ Beta(n_i, V_i),  v_i = 1/theta_i - 1,
 *
 * with n_i = V_i = 1 at the start. The prior stays in when each item is first offered alone:
 * without it an item that was not bought in its first epoch has V_i = 0, draws v_i = 0 for ever
 * and is never offered again, and regret is linear.
 *
 * Draws: two gamma variates an item and epoch, by GSL (purpose 0).
 */
#include <math.h>
#include <stddef.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "agents/sellers/assortment/mnl_bandit.h"
#include "agents/sellers/registry.h"

enum { ATTRACTION_PURPOSE = 0 };
enum { START_FROM_PRIOR, START_FROM_SINGLETONS };

typedef struct mnl_ts_beta_parameters {
    int32_t start;
} mnl_ts_beta_parameters;

static const bt_parameter parameters[] = {
    {.name = "start",
     .type = BT_CHOICE,
     .offset = offsetof(mnl_ts_beta_parameters, start),
     .default_text = "prior",
     .choices = "prior|singletons",
     .meaning = "from the prior alone, or after one epoch of each item alone (on top of it)"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(mnl_ts_beta_parameters, parameters);

typedef struct mnl_ts_beta_seller {
    bt_mnl_bandit bandit;
    bt_stream attractions;
} mnl_ts_beta_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const mnl_ts_beta_parameters *chosen = given;
    bt_status status =
        bt_mnl_bandit_create(sizeof(mnl_ts_beta_seller), "mnl_ts_beta", setting,
                             chosen->start == START_FROM_SINGLETONS, self, error);
    if (status != BT_OK)
        return status;
    mnl_ts_beta_seller *seller = *self;
    seller->attractions =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), ATTRACTION_PURPOSE);
    return BT_OK;
}

/* 1/theta - 1 for theta ~ Beta(n, V) is a ratio of gamma variates of shapes V and n. */
static void draw_attractions(mnl_ts_beta_seller *seller)
{
    bt_mnl_bandit *bandit = &seller->bandit;
    gsl_rng generator = {.type = bt_rng_philox, .state = &seller->attractions};
    for (uint32_t k = 0; k < bandit->n_own; k++) {
        double purchases = gsl_ran_gamma(&generator, 1 + (double)bandit->purchases[k], 1);
        double epochs = gsl_ran_gamma(&generator, 1 + (double)bandit->epochs[k], 1);
        bandit->attraction[k] = purchases / epochs;
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    mnl_ts_beta_seller *seller = self;
    (void)view;
    bool begins = bt_mnl_bandit_begins(&seller->bandit);
    if (begins)
        draw_attractions(seller);
    bt_mnl_bandit_offer(&seller->bandit, begins, own_price);
    return BT_NO_ACTION;
}

static void archive(void *self, bt_archive *archive)
{
    mnl_ts_beta_seller *seller = self;
    bt_mnl_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "attractions", &seller->attractions, sizeof(seller->attractions));
}

const bt_seller_type bt_mnl_ts_beta_seller = {
    .described =
        {.name = "mnl_ts_beta",
         .summary =
             "Chooses sets at given prices under attractions drawn from their posterior.",
         .source = "Agrawal, Avadhanula, Goyal and Zeevi 2017, algorithm 1",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = bt_mnl_bandit_observe,
    .archive = archive,
};
