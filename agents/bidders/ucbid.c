/*
 * UCBid (Weed, Perchet and Rigollet 2016): bids the upper confidence bound of the item's
 * mean value, which it learns by winning. First 1, and then in round t, with w wins of mean
 * value v,
 *
 *     b_t = min(v + sqrt(3 ln t / (2 w)), 1).
 *
 * Where no highest other bid lies within Delta above the mean value, regret is at most
 * 3 + 12 ln T / Delta; always at most 2 sqrt(6 T ln T). Draws: none.
 */
#include <math.h>

#include "agents/bidders/registry.h"

typedef struct ucbid_parameters {
    double width;
} ucbid_parameters;

static const bt_parameter parameters[] = {
    {.name = "width",
     .type = BT_REAL,
     .offset = offsetof(ucbid_parameters, width),
     .unit = "1",
     .default_text = "1.5",
     .range = BT_NON_NEGATIVE,
     .meaning = "a in the confidence bound sqrt(a ln t / w): 3/2 in the paper"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(ucbid_parameters, parameters);

typedef struct ucbid {
    double width;
    double wins;
    double sum; /* of the values won */
} ucbid;

static bt_status create(const void *given, const bt_bidder_setting *setting, void **self,
                        bt_error *error)
{
    ucbid *bidder = BT_ARENA_NEW(setting->arena, 1, ucbid);
    if (bidder == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for bidder \"%s\"", setting->name);
    bidder->width = ((const ucbid_parameters *)given)->width;
    *self = bidder;
    return BT_OK;
}

static double bid(void *self, const bt_bidder_view *view)
{
    const ucbid *bidder = self;
    double t = (double)(view->round + 1);
    if (bidder->wins == 0)
        return 1;
    return fmin(bidder->sum / bidder->wins + sqrt(bidder->width * log(t) / bidder->wins), 1);
}

static void observe(void *self, const bt_bidder_feedback *feedback)
{
    ucbid *bidder = self;
    if (!feedback->won)
        return;
    bidder->wins += 1;
    bidder->sum += feedback->value;
}

static void archive(void *self, bt_archive *archive)
{
    ucbid *bidder = self;
    bt_archive_field(archive, "wins", &bidder->wins, sizeof(double));
    bt_archive_field(archive, "sum", &bidder->sum, sizeof(double));
}

const bt_bidder_type bt_ucbid_bidder = {
    .described = {.name = "ucbid",
                  .summary = "Bids the upper confidence bound of its mean value.",
                  .source = "Weed, Perchet and Rigollet 2016, algorithm 1",
                  .parameters = &parameter_table},
    .feedback = BT_BIDDER_SEES_OUTCOME,
    .create = create,
    .bid = bid,
    .observe = observe,
    .archive = archive,
};
