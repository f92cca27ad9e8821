/*
 * The derivative follower (Greenwald and Kephart 1999): it knows its own profit alone, keeps
 * moving its price the same way until profit falls, and then turns round.
 *
 * Each move is by |delta| drawn from U[step_low, step_high]; at a side of the box it turns
 * round, too. Profits compared are per unit of time: moves that come at random times would
 * else be judged by how long their prices stood. The first direction is drawn; the first
 * price is the box's.
 *
 * With several products it moves one price at a time, in turn, each with a direction of its
 * own, and judges the direction by the profit of all of them.
 *
 * Draws: the box's; one a product for its first direction, and one a move.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/continuous/price_box.h"
#include "agents/sellers/registry.h"

enum { STEP_PURPOSE = 0 };

typedef struct derivative_follower_parameters {
    double step_low;
    double step_high;
    bt_price_box_parameters box;
} derivative_follower_parameters;

static const bt_parameter parameters[] = {
    {.name = "step_low",
     .type = BT_REAL,
     .offset = offsetof(derivative_follower_parameters, step_low),
     .unit = "price",
     .default_text = "0.01",
     .range = BT_NON_NEGATIVE,
     .meaning = "smallest change of price in a move"},
    {.name = "step_high",
     .type = BT_REAL,
     .offset = offsetof(derivative_follower_parameters, step_high),
     .unit = "price",
     .default_text = "0.02",
     .range = BT_POSITIVE,
     .meaning = "largest change of price in a move; changes are uniform between the two"},
    BT_PRICE_BOX_PARAMETERS(derivative_follower_parameters),
};
static const bt_parameter_table parameter_table =
    BT_TABLE_OF(derivative_follower_parameters, parameters);

typedef struct derivative_follower {
    const derivative_follower_parameters *parameters;
    uint32_t n_own;
    bt_price_box box;
    double *price;     /* [own] */
    double *direction; /* [own] 1 up, -1 down */
    uint32_t turn;     /* the product that moves, or moved last */
    uint8_t has_opened;
    double last_profit; /* NAN: none yet */
    bt_stream steps;
} derivative_follower;

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const derivative_follower_parameters *chosen = given;
    if (!(chosen->step_low <= chosen->step_high))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": `step_low` must not exceed `step_high`, they are %g "
                       "and %g",
                       setting->name, chosen->step_low, chosen->step_high);
    derivative_follower *seller = BT_ARENA_NEW(setting->arena, 1, derivative_follower);
    if (seller != NULL) {
        seller->price = BT_ARENA_NEW(setting->arena, setting->n_own, double);
        seller->direction = BT_ARENA_NEW(setting->arena, setting->n_own, double);
    }
    if (seller == NULL || seller->price == NULL || seller->direction == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    bt_status status = bt_price_box_create(&chosen->box, setting, &seller->box, error);
    if (status != BT_OK)
        return status;
    seller->parameters = chosen;
    seller->n_own = setting->n_own;
    seller->last_profit = NAN;
    seller->steps =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), STEP_PURPOSE);
    for (uint32_t k = 0; k < seller->n_own; k++) {
        seller->price[k] = seller->box.start[k];
        seller->direction[k] = bt_stream_next(&seller->steps) >> 63 ? 1 : -1;
    }
    *self = seller;
    return BT_OK;
}

static void move(derivative_follower *seller)
{
    const derivative_follower_parameters *chosen = seller->parameters;
    double step = chosen->step_low +
                  (chosen->step_high - chosen->step_low) * bt_stream_uniform(&seller->steps);
    uint32_t k = seller->turn;
    double side = seller->direction[k] > 0 ? seller->box.high[k] : seller->box.low[k];
    if (seller->price[k] == side)
        seller->direction[k] *= -1;
    seller->price[k] =
        bt_price_box_project(&seller->box, k, seller->price[k] + seller->direction[k] * step);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    derivative_follower *seller = self;
    (void)view;
    if (seller->has_opened)
        move(seller);
    seller->has_opened = 1;
    memcpy(own_price, seller->price, seller->n_own * sizeof(double));
    return BT_NO_ACTION;
}

/* It never stops moving: its behaviour counts as changed after every move. */
static bool observe(void *self, const bt_seller_feedback *feedback)
{
    derivative_follower *seller = self;
    if (!isnan(seller->last_profit)) {
        if (bt_feedback_objective(feedback) < seller->last_profit)
            seller->direction[seller->turn] *= -1;
        seller->turn = (seller->turn + 1) % seller->n_own;
    }
    seller->last_profit = bt_feedback_objective(feedback);
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    derivative_follower *seller = self;
    bt_archive_field(archive, "price", seller->price, seller->n_own * sizeof(double));
    bt_archive_field(archive, "direction", seller->direction, seller->n_own * sizeof(double));
    bt_archive_field(archive, "turn", &seller->turn, sizeof(seller->turn));
    bt_archive_field(archive, "has_opened", &seller->has_opened, sizeof(seller->has_opened));
    bt_archive_field(archive, "last_profit", &seller->last_profit, sizeof(double));
    bt_archive_field(archive, "steps", &seller->steps, sizeof(seller->steps));
    if (bt_archive_restores(archive) && seller->turn >= seller->n_own) {
        seller->turn = 0;
        bt_archive_fail(archive, "it was the turn of a product that the seller does not own");
    }
}

const bt_seller_type bt_derivative_follower_seller = {
    .described = {.name = "derivative_follower",
                  .summary = "Keeps moving its price the same way until its profit falls, and "
                             "then turns round.",
                  .source = "Greenwald and Kephart 1999",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
