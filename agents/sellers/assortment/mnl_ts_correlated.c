/*
 * Thompson sampling for the MNL-bandit with correlated draws (Agrawal, Avadhanula, Goyal and
 * Zeevi 2017, algorithm 2). After one epoch of each item alone, at the start of an epoch, with
 * vbar_i = V_i/n_i and one z, the largest of K standard normals, for all items,
 *
 *     v_i = vbar_i + z sigma_i,
 *     sigma_i = sqrt(50 vbar_i (vbar_i + 1)/n_i) + 75 sqrt(log(T K))/n_i,
 *
 * T the rounds of the run. Drawn together the items of a set are optimistic together.
 *
 * Draws: K normals an epoch (purpose 0).
 */
#include <math.h>
#include <stddef.h>

#include "agents/sellers/assortment/mnl_bandit.h"
#include "agents/sellers/registry.h"

enum { NORMAL_PURPOSE = 0 };

typedef struct mnl_ts_correlated_parameters {
    double variance_constant;
    double width_constant;
} mnl_ts_correlated_parameters;

static const bt_parameter parameters[] = {
    {.name = "variance_constant",
     .type = BT_REAL,
     .offset = offsetof(mnl_ts_correlated_parameters, variance_constant),
     .unit = "1",
     .default_text = "50",
     .range = BT_NON_NEGATIVE,
     .meaning = "weight of the estimate's variance, in the root"},
    {.name = "width_constant",
     .type = BT_REAL,
     .offset = offsetof(mnl_ts_correlated_parameters, width_constant),
     .unit = "1",
     .default_text = "75",
     .range = BT_NON_NEGATIVE,
     .meaning = "weight of the term that falls as 1/n"},
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(mnl_ts_correlated_parameters, parameters);

typedef struct mnl_ts_correlated_seller {
    bt_mnl_bandit bandit;
    const mnl_ts_correlated_parameters *parameters;
    double log_rounds_items; /* log(T K) */
    size_t capacity;
    bt_stream normals;
} mnl_ts_correlated_seller;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    bt_status status = bt_mnl_bandit_create(sizeof(mnl_ts_correlated_seller),
                                            "mnl_ts_correlated", setting, true, self, error);
    if (status != BT_OK)
        return status;
    mnl_ts_correlated_seller *seller = *self;
    seller->parameters = given;
    seller->capacity = seller->bandit.plan->capacity;
    seller->log_rounds_items = log(setting->horizon * (double)seller->capacity);
    seller->normals =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), NORMAL_PURPOSE);
    return BT_OK;
}

/* The largest of K normals, one for all items. */
static double draw_boost(mnl_ts_correlated_seller *seller)
{
    double largest = -INFINITY;
    for (size_t k = 0; k < seller->capacity; k++)
        largest = fmax(largest, bt_stream_normal(&seller->normals));
    return largest;
}

static void draw_attractions(mnl_ts_correlated_seller *seller)
{
    bt_mnl_bandit *bandit = &seller->bandit;
    const mnl_ts_correlated_parameters *chosen = seller->parameters;
    double boost = draw_boost(seller);
    for (uint32_t k = 0; k < bandit->n_own; k++) {
        double epochs = (double)bandit->epochs[k];
        double mean = (double)bandit->purchases[k] / epochs;
        double width = sqrt(chosen->variance_constant * mean * (mean + 1) / epochs) +
                       chosen->width_constant * sqrt(seller->log_rounds_items) / epochs;
        bandit->attraction[k] = mean + boost * width;
    }
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    mnl_ts_correlated_seller *seller = self;
    (void)view;
    bool begins = bt_mnl_bandit_begins(&seller->bandit);
    if (begins)
        draw_attractions(seller);
    bt_mnl_bandit_offer(&seller->bandit, begins, own_price);
    return BT_NO_ACTION;
}

static void archive(void *self, bt_archive *archive)
{
    mnl_ts_correlated_seller *seller = self;
    bt_mnl_bandit_archive(&seller->bandit, archive);
    bt_archive_field(archive, "normals", &seller->normals, sizeof(seller->normals));
}

const bt_seller_type bt_mnl_ts_correlated_seller = {
    .described =
        {.name = "mnl_ts_correlated",
         .summary =
             "Chooses sets at given prices under attractions drawn together, around their "
             "estimates.",
         .source = "Agrawal, Avadhanula, Goyal and Zeevi 2017, algorithm 2",
         .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = bt_mnl_bandit_observe,
    .archive = archive,
};
