/*
 * Pricing by a logit of the own price: a buyer is thought to buy with probability
 * 1/(1 + exp(-(a - b p))), rivals left out; a and b are estimated by maximum likelihood, and
 * the price that this monopolist would charge, p = c + (1 + W(exp(a - b c - 1)))/b, is charged
 * with a falling dither (Broder and Rusmevichientong 2012, here among rivals).
 *
 * Observations are kept by their prices, in 256 classes of the box each with its mean price,
 * so that an estimate costs the same whatever their number; it is made anew after each of the
 * first moves and then whenever data have grown by `refit_growth`. A small ridge keeps it
 * finite while all buyers, or none, have bought.
 *
 * A seller of several products estimates a logit for each. Draws: those of the dither.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "agents/sellers/continuous/dithered_price.h"
#include "agents/sellers/continuous/own_price_ols.h"
#include "agents/sellers/registry.h"
#include "markets/equilibrium/common_markup.h"

enum { N_CLASSES = 256, EVERY_MOVE_UNTIL = 50, MAX_STEPS = 50 };
static const double RIDGE = 1e-3;

typedef struct logit_mle_parameters {
    bt_dither_parameters dither;
    double refit_growth;
    bt_price_box_parameters box;
} logit_mle_parameters;

static const bt_parameter parameters[] = {
    BT_DITHER_PARAMETERS(logit_mle_parameters),
    {.name = "refit_growth",
     .type = BT_REAL,
     .offset = offsetof(logit_mle_parameters, refit_growth),
     .unit = "1",
     .default_text = "0.02",
     .range = BT_NON_NEGATIVE,
     .meaning = "how much its data grow from one estimate to the next; 0: one a move"},
    BT_PRICE_BOX_PARAMETERS(logit_mle_parameters),
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(logit_mle_parameters, parameters);

/* Observations at prices of one class. */
typedef struct price_class {
    double count;
    double price; /* sum */
    double sales; /* sum, per buyer */
} price_class;

/* Index u = level - slope x of x = (p - centre)/radius of the box. */
typedef struct index_line {
    double level;
    double slope;
} index_line;

typedef struct logit_pricer {
    const logit_mle_parameters *parameters;
    const bt_seller_setting *setting;
    bt_dithered_price price;
    price_class *classes; /* [own * N_CLASSES] */
    index_line *line;     /* [own] */
    uint64_t n_observed;
    uint64_t next_fit; /* observations at which it estimates again */
} logit_pricer;

/* ---- the estimate ---- */

/* log(1 + exp(u)) */
static double softplus(double u)
{
    return u > 0 ? u + log1p(exp(-u)) : log1p(exp(u));
}

static double place_in_box(const bt_price_box *box, uint32_t own, double price)
{
    double centre = (box->low[own] + box->high[own]) / 2;
    return (price - centre) / (box->high[own] - centre);
}

/* Penalised log likelihood and, unless NULL, its gradient [2] and information [3]: level
 * level, level slope, slope slope. */
static double likelihood(const logit_pricer *seller, uint32_t own, index_line line,
                         double *gradient, double *information)
{
    const price_class *classes = seller->classes + own * N_CLASSES;
    double value = -RIDGE / 2 * (line.level * line.level + line.slope * line.slope);
    double g[2] = {-RIDGE * line.level, -RIDGE * line.slope}, h[3] = {RIDGE, 0, RIDGE};
    for (size_t c = 0; c < N_CLASSES; c++) {
        if (classes[c].count == 0)
            continue;
        double count = classes[c].count, sales = classes[c].sales;
        double x = place_in_box(&seller->price.box, own, classes[c].price / count);
        double u = line.level - line.slope * x, q = 1 / (1 + exp(-u));
        value += sales * u - count * softplus(u);
        double surprise = sales - count * q, weight = count * q * (1 - q);
        g[0] += surprise;
        g[1] -= surprise * x;
        h[0] += weight;
        h[1] -= weight * x;
        h[2] += weight * x * x;
    }
    if (gradient != NULL) {
        memcpy(gradient, g, sizeof(g));
        memcpy(information, h, sizeof(h));
    }
    return value;
}

/* One Newton step, halved until the likelihood rises; true if it moved. */
static bool step(const logit_pricer *seller, uint32_t own, index_line *line)
{
    double g[2], h[3];
    double before = likelihood(seller, own, *line, g, h);
    double determinant = h[0] * h[2] - h[1] * h[1];
    double level = (h[2] * g[0] - h[1] * g[1]) / determinant;
    double slope = (h[0] * g[1] - h[1] * g[0]) / determinant;
    if (fabs(level) + fabs(slope) < 1e-9 * (1 + fabs(line->level) + fabs(line->slope)))
        return false;
    for (double share = 1; share > 1e-6; share /= 2) {
        index_line next = {line->level + share * level, line->slope + share * slope};
        if (likelihood(seller, own, next, NULL, NULL) > before) {
            *line = next;
            return true;
        }
    }
    return false;
}

/* NAN while the estimate says nothing of prices. */
static double best_price(const logit_pricer *seller, uint32_t own)
{
    const bt_price_box *box = &seller->price.box;
    double radius = (box->high[own] - box->low[own]) / 2, centre = box->low[own] + radius;
    double b = seller->line[own].slope / radius, a = seller->line[own].level + b * centre;
    double cost = bt_cost_with_fees(seller->setting, own);
    if (b == 0)
        return NAN;
    return b < 0 ? INFINITY : cost + (1 + bt_lambert_w_of_exp(a - b * cost - 1)) / b;
}

static void estimate(logit_pricer *seller)
{
    for (uint32_t k = 0; k < seller->price.n_own; k++) {
        for (int i = 0; i < MAX_STEPS && step(seller, k, &seller->line[k]); i++)
            ;
        bt_dithered_price_recommend(&seller->price, k, best_price(seller, k));
    }
    double grown = ceil((double)seller->n_observed * (1 + seller->parameters->refit_growth));
    seller->next_fit = seller->n_observed < EVERY_MOVE_UNTIL ? seller->n_observed + 1
                       : grown > (double)seller->n_observed  ? (uint64_t)grown
                                                             : seller->n_observed + 1;
}

/* ---- life ---- */

static bt_status create(const void *given, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    const logit_mle_parameters *chosen = given;
    logit_pricer *seller = BT_ARENA_NEW(setting->arena, 1, logit_pricer);
    if (seller != NULL) {
        seller->classes =
            BT_ARENA_NEW(setting->arena, (size_t)setting->n_own * N_CLASSES, price_class);
        seller->line = BT_ARENA_NEW(setting->arena, setting->n_own, index_line);
    }
    if (seller == NULL || seller->classes == NULL || seller->line == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    seller->parameters = chosen;
    seller->setting = setting;
    *self = seller;
    return bt_dithered_price_create(&chosen->dither, &chosen->box, setting, &seller->price,
                                    error);
}

static uint64_t decide(void *self, const bt_seller_view *view, double *own_price)
{
    logit_pricer *seller = self;
    (void)view;
    bt_dithered_price_charge(&seller->price, own_price);
    return BT_NO_ACTION;
}

static void note(logit_pricer *seller, uint32_t own, double sales)
{
    double price = seller->price.charged[own];
    double place = (place_in_box(&seller->price.box, own, price) + 1) / 2 * N_CLASSES;
    size_t c = place < 0 ? 0 : place >= N_CLASSES ? N_CLASSES - 1 : (size_t)place;
    price_class *class = &seller->classes[own * N_CLASSES + c];
    class->count += 1;
    class->price += price;
    class->sales += sales;
}

/* It never stops moving: its behaviour counts as changed after every move. */
static bool observe(void *self, const bt_seller_feedback *feedback)
{
    logit_pricer *seller = self;
    if (!(feedback->n_buyers > 0))
        return true;
    for (uint32_t k = 0; k < seller->price.n_own; k++)
        note(seller, k, feedback->own_sales[k] / feedback->n_buyers);
    seller->n_observed++;
    if (seller->n_observed >= seller->next_fit)
        estimate(seller);
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    logit_pricer *seller = self;
    size_t n_own = seller->price.n_own;
    bt_dithered_price_archive(&seller->price, archive);
    bt_archive_field(archive, "classes", seller->classes,
                     n_own * N_CLASSES * sizeof(price_class));
    bt_archive_field(archive, "line", seller->line, n_own * sizeof(index_line));
    bt_archive_field(archive, "n_observed", &seller->n_observed, sizeof(uint64_t));
    bt_archive_field(archive, "next_fit", &seller->next_fit, sizeof(uint64_t));
}

const bt_seller_type bt_logit_mle_pricing_seller = {
    .described = {.name = "logit_mle_pricing",
                  .summary = "Fits a logit of its own price to its sales and charges what that "
                             "thinks best, with a falling dither.",
                  .source = "Broder and Rusmevichientong 2012",
                  .parameters = &parameter_table},
    .feedback = BT_SEES_OWN_SALES,
    .create = create,
    .decide = decide,
    .observe = observe,
    .archive = archive,
};
