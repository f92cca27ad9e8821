/*
 * Bandit gradient ascent on the own profit alone, prices in a box.
 *
 * One point (Bravo, Leslie and Mertikopoulos 2018; Flaxman, Kalai and McMahan 2005): at
 * move t draw z from the unit sphere and charge p + d_t (z - (p - centre)/radius), which
 * lies in the box; with the profit r that comes of it
 *
 *     p <- p + g_t n r z / d_t,     g_t = g / t^a,  d_t = d / t^b,
 *
 * n the number of products; then put p back into the box. Variants that leave the mean of
 * the step as it is and cut its variance: `running_mean` uses r minus an exponential mean
 * of past profits; `residual` (Zhang, Zhou, Ji and Zavlanos 2022) uses r - r of the last
 * move; `two_point` charges p + d z and p - d z in turn and uses (r+ - r-)/2.
 *
 * Draws: one for a start at random, a product; one a step (a sign), or with several
 * products one a product.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/continuous/price_box.h"
#include "agents/sellers/registry.h"

enum { DIRECTION_PURPOSE = 0 };
enum { ONE_POINT, RESIDUAL, TWO_POINT };
enum { NO_BASELINE, RUNNING_MEAN };

typedef struct gradient_parameters {
    int32_t method;
    int32_t baseline;
    double baseline_rate;
    double step;
    double step_exponent;
    double perturbation;
    double perturbation_exponent;
    bt_price_box_parameters box;
} gradient_parameters;

static const bt_parameter parameters[] = {
    {.name = "method",
     .type = BT_CHOICE,
     .offset = offsetof(gradient_parameters, method),
     .default_text = "one_point",
     .choices = "one_point|residual|two_point",
     .meaning = "how the slope of profit is estimated"},
    {.name = "baseline",
     .type = BT_CHOICE,
     .offset = offsetof(gradient_parameters, baseline),
     .default_text = "running_mean",
     .choices = "none|running_mean",
     .meaning = "one_point: what is taken off the profit"},
    {.name = "baseline_rate",
     .type = BT_REAL,
     .offset = offsetof(gradient_parameters, baseline_rate),
     .unit = "1",
     .default_text = "0.1",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "weight of the newest profit in the running mean"},
    {.name = "step",
     .type = BT_REAL,
     .offset = offsetof(gradient_parameters, step),
     .unit = "price",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "g: size of the first step"},
    {.name = "step_exponent",
     .type = BT_REAL,
     .offset = offsetof(gradient_parameters, step_exponent),
     .unit = "1",
     .default_text = "1",
     .range = BT_BETWEEN(0, 2),
     .meaning = "a: steps fall as t^-a"},
    {.name = "perturbation",
     .type = BT_REAL,
     .offset = offsetof(gradient_parameters, perturbation),
     .unit = "price",
     .default_text = "0.1",
     .range = BT_POSITIVE,
     .meaning = "d: size of the first trial around the price"},
    {.name = "perturbation_exponent",
     .type = BT_REAL,
     .offset = offsetof(gradient_parameters, perturbation_exponent),
     .unit = "1",
     .default_text = "0.3333333333333333",
     .range = BT_BETWEEN(0, 2),
     .meaning = "b: trials shrink as t^-b"},
    BT_PRICE_BOX_PARAMETERS(gradient_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(gradient_parameters, parameters);

typedef struct gradient_seller {
    const gradient_parameters *parameters;
    uint32_t n_own;
    bt_price_box box;
    double *centre;    /* [own] of the box */
    double *radius;    /* [own] half its width */
    double *price;     /* [own] p */
    double *direction; /* [own] z */
    bt_stream directions;
    uint64_t t;          /* steps begun */
    double trial;        /* d_t */
    double step;         /* g_t */
    double reference;    /* running mean, or the last profit; NAN: none yet */
    double upper_profit; /* two_point: r+ */
    uint8_t is_second;   /* two_point: p - d z stands */
} gradient_seller;

/* ---- a step ---- */

static double falling(double first, double exponent, uint64_t t)
{
    return first * pow((double)t, -exponent);
}

static void draw_direction(gradient_seller *seller)
{
    if (seller->n_own == 1) {
        seller->direction[0] = bt_stream_next(&seller->directions) >> 63 ? 1 : -1;
        return;
    }
    double length = 0;
    for (uint32_t k = 0; k < seller->n_own; k++) {
        seller->direction[k] = bt_stream_normal(&seller->directions);
        length = hypot(length, seller->direction[k]);
    }
    for (uint32_t k = 0; k < seller->n_own; k++)
        seller->direction[k] /= length;
}

static void begin_step(gradient_seller *seller)
{
    const gradient_parameters *chosen = seller->parameters;
    seller->t++;
    seller->trial = falling(chosen->perturbation, chosen->perturbation_exponent, seller->t);
    seller->step = falling(chosen->step, chosen->step_exponent, seller->t);
    draw_direction(seller);
}

/* A trial must not leave the box. */
static double trial_size(const gradient_seller *seller, uint32_t own)
{
    return seller->trial < seller->radius[own] ? seller->trial : seller->radius[own];
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    gradient_seller *seller = self;
    (void)view;
    if (!seller->is_second)
        begin_step(seller);
    double sign = seller->is_second ? -1 : 1;
    for (uint32_t k = 0; k < seller->n_own; k++) {
        double off_centre = (seller->price[k] - seller->centre[k]) / seller->radius[k];
        own_price[k] = seller->price[k] +
                       trial_size(seller, k) * (sign * seller->direction[k] - off_centre);
    }
    return BT_NO_ACTION;
}

static void climb(gradient_seller *seller, double profit_difference)
{
    for (uint32_t k = 0; k < seller->n_own; k++) {
        double slope =
            seller->n_own * profit_difference * seller->direction[k] / trial_size(seller, k);
        seller->price[k] =
            bt_price_box_project(&seller->box, k, seller->price[k] + seller->step * slope);
    }
}

static void learn_from_one_point(gradient_seller *seller, double profit)
{
    if (seller->parameters->baseline == NO_BASELINE) {
        climb(seller, profit);
        return;
    }
    if (isnan(seller->reference))
        seller->reference = profit;
    climb(seller, profit - seller->reference);
    seller->reference += seller->parameters->baseline_rate * (profit - seller->reference);
}

static void learn_from_residual(gradient_seller *seller, double profit)
{
    if (!isnan(seller->reference))
        climb(seller, profit - seller->reference);
    seller->reference = profit;
}

static void learn_from_two_points(gradient_seller *seller, double profit)
{
    if (seller->is_second)
        climb(seller, (seller->upper_profit - profit) / 2);
    else
        seller->upper_profit = profit;
    seller->is_second = !seller->is_second;
}

/* It never stops moving: its behaviour counts as changed after every move. */
static bool observe(void *self, const bt_seller_feedback *feedback)
{
    gradient_seller *seller = self;
    switch (seller->parameters->method) {
    case ONE_POINT:
        learn_from_one_point(seller, bt_feedback_objective(feedback));
        break;
    case RESIDUAL:
        learn_from_residual(seller, bt_feedback_objective(feedback));
        break;
    default:
        learn_from_two_points(seller, bt_feedback_objective(feedback));
        break;
    }
    return true;
}

/* ---- life ---- */

static void enter_box(gradient_seller *seller)
{
    for (uint32_t k = 0; k < seller->n_own; k++) {
        seller->centre[k] = (seller->box.low[k] + seller->box.high[k]) / 2;
        seller->radius[k] = (seller->box.high[k] - seller->box.low[k]) / 2;
        seller->price[k] = seller->box.start[k];
    }
}

static bool allocate(gradient_seller *seller, bt_arena *arena)
{
    seller->centre = BT_ARENA_NEW(arena, seller->n_own, double);
    seller->radius = BT_ARENA_NEW(arena, seller->n_own, double);
    seller->price = BT_ARENA_NEW(arena, seller->n_own, double);
    seller->direction = BT_ARENA_NEW(arena, seller->n_own, double);
    return seller->centre != NULL && seller->radius != NULL && seller->price != NULL &&
           seller->direction != NULL;
}

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    gradient_seller *seller = BT_ARENA_NEW(setting->arena, 1, gradient_seller);
    if (seller != NULL)
        seller->n_own = setting->n_own;
    if (seller == NULL || !allocate(seller, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = given;
    seller->directions =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), DIRECTION_PURPOSE);
    seller->reference = NAN;
    bt_status status =
        bt_price_box_create(&seller->parameters->box, setting, &seller->box, error);
    if (status != BT_OK)
        return status;
    enter_box(seller);
    *self = seller;
    return BT_OK;
}

static void archive(void *self, bt_archive *archive)
{
    gradient_seller *seller = self;
    bt_archive_field(archive, "price", seller->price, seller->n_own * sizeof(double));
    bt_archive_field(archive, "direction", seller->direction, seller->n_own * sizeof(double));
    bt_archive_field(archive, "directions", &seller->directions, sizeof(seller->directions));
    bt_archive_field(archive, "t", &seller->t, sizeof(seller->t));
    bt_archive_field(archive, "trial", &seller->trial, sizeof(seller->trial));
    bt_archive_field(archive, "step", &seller->step, sizeof(seller->step));
    bt_archive_field(archive, "reference", &seller->reference, sizeof(seller->reference));
    bt_archive_field(archive, "upper_profit", &seller->upper_profit,
                     sizeof(seller->upper_profit));
    bt_archive_field(archive, "is_second", &seller->is_second, sizeof(seller->is_second));
}

const bt_seller_type bt_gradient_seller = {
    .described = {.name = "gradient",
                  .summary = "Climbs its own profit by small random trials of its price.",
                  .source = "Bravo, Leslie and Mertikopoulos 2018; Flaxman, Kalai and McMahan "
                            "2005",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_PROFIT,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
