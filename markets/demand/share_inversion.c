#include "markets/demand/share_inversion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>

enum { MOST_STEPS = 5000 };
static const double tolerance = 1e-12; /* relative, of each share */

typedef struct inversion {
    bt_demand *demand;
    const double *price;
    const double *share; /* [product] observed */
    size_t n;
    double *deviation; /* [entry] qualities as they were given */
    double *mean;      /* [product] */
    double *trial;     /* [product] */
    double *predicted; /* [product] */
    double *step;      /* [product] */
    double *slope;     /* [product * product] d share / d mean utility */
    double *chosen;    /* [product] of one type */
    bt_demand_work *work;
} inversion;

static bool allocate(inversion *of)
{
    size_t n = of->n;
    of->deviation = malloc((of->demand->n_entries + 1) * sizeof(double));
    of->mean = calloc(5 * n + n * n, sizeof(double));
    of->work = bt_demand_work_create(of->demand);
    if (of->deviation == NULL || of->mean == NULL || of->work == NULL)
        return false;
    of->trial = of->mean + n;
    of->predicted = of->trial + n;
    of->step = of->predicted + n;
    of->chosen = of->step + n;
    of->slope = of->chosen + n;
    memcpy(of->deviation, of->demand->considered_quality,
           of->demand->n_entries * sizeof(double));
    return true;
}

static void release(inversion *of)
{
    free(of->deviation);
    free(of->mean);
    bt_demand_work_destroy(of->work);
}

static bt_status check(const bt_demand *demand, const double *share, bt_error *error)
{
    double sum = 0;
    if (demand->model != BT_LOGIT || !demand->has_outside_option)
        return bt_fail(error, BT_BAD_INPUT,
                       "mean utilities are found for a plain logit with an outside option");
    for (size_t r = 1; r < demand->n_types; r++)
        if (demand->scale[r] != demand->scale[0])
            return bt_fail(error, BT_BAD_INPUT,
                           "mean utilities are found where all buyers have one scale, not %g "
                           "and %g",
                           demand->scale[0], demand->scale[r]);
    for (size_t j = 0; j < demand->n_products; j++) {
        if (!(share[j] > 0))
            return bt_fail(error, BT_BAD_INPUT,
                           "product %zu: a market share must be above 0, not %g", j, share[j]);
        sum += share[j];
    }
    if (!(sum < 1))
        return bt_fail(error, BT_BAD_INPUT,
                       "market shares sum to %g; they must leave something to those who buy "
                       "nothing",
                       sum);
    return BT_OK;
}

/* Shares at mean utilities; returns how far they are, max |log s - log s(delta)|. */
static double predict(inversion *of, const double *mean)
{
    bt_demand *demand = of->demand;
    double outside, farthest = 0;
    for (size_t k = 0; k < demand->n_entries; k++)
        demand->considered_quality[k] = of->deviation[k] + mean[demand->considered_product[k]];
    bt_demand_shares(demand, of->price, of->predicted, &outside, NULL, of->work);
    for (size_t j = 0; j < of->n; j++) {
        double distance = fabs(log(of->share[j] / of->predicted[j]));
        farthest = distance <= farthest ? farthest : distance;
    }
    return farthest;
}

static void find_slope(inversion *of)
{
    const bt_demand *demand = of->demand;
    memset(of->slope, 0, of->n * of->n * sizeof(double));
    for (size_t r = 0; r < demand->n_types; r++) {
        const uint32_t *product = demand->considered_product + demand->row_start[r];
        size_t count = demand->row_start[r + 1] - demand->row_start[r];
        double outside, weight = demand->weight[r] / demand->scale[r];
        bt_choice_probabilities(demand, r, of->price, of->chosen, &outside, of->work);
        for (size_t k = 0; k < count; k++) {
            double *row = of->slope + product[k] * of->n;
            row[product[k]] += weight * of->chosen[k];
            for (size_t l = 0; l < count; l++)
                row[product[l]] -= weight * of->chosen[k] * of->chosen[l];
        }
    }
}

/* of->step: how far Newton goes from what predict saw last. False: no such step. */
static bool find_newton_step(inversion *of)
{
    find_slope(of);
    for (size_t j = 0; j < of->n; j++)
        of->step[j] = of->predicted[j] * log(of->share[j] / of->predicted[j]);
    lapack_int n = (lapack_int)of->n;
    return LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', n, 1, of->slope, n, of->step, 1) == 0;
}

static void find_contraction_step(inversion *of)
{
    for (size_t j = 0; j < of->n; j++)
        of->step[j] = of->demand->scale[0] * log(of->share[j] / of->predicted[j]);
}

/* Go `part` of the step on trial; returns how far that is from the observed shares. */
static double try_step(inversion *of)
{
    for (size_t j = 0; j < of->n; j++)
        of->trial[j] = of->mean[j] + of->step[j];
    return predict(of, of->trial);
}

/* Mean utilities until they are as good as rounding lets them be. */
static double iterate(inversion *of)
{
    double distance = predict(of, of->mean);
    for (int k = 0; k < MOST_STEPS && distance > 0; k++) {
        double reached = INFINITY;
        if (distance < 1 && find_newton_step(of))
            reached = try_step(of);
        if (!(reached < distance)) {
            if (distance <= tolerance)
                break;
            predict(of, of->mean);
            find_contraction_step(of);
            reached = try_step(of);
            if (!(reached < INFINITY))
                break;
        }
        memcpy(of->mean, of->trial, of->n * sizeof(double));
        distance = reached;
    }
    return predict(of, of->mean);
}

static void start(inversion *of)
{
    double inside = 0;
    for (size_t j = 0; j < of->n; j++)
        inside += of->share[j];
    for (size_t j = 0; j < of->n; j++)
        of->mean[j] = of->demand->scale[0] * log(of->share[j] / (1 - inside));
}

bt_status bt_invert_shares(bt_demand *demand, const double *price, const double *share,
                           double *mean_utility, bt_error *error)
{
    inversion of = {.demand = demand, .price = price, .share = share, .n = demand->n_products};
    bt_status status = check(demand, share, error);
    if (status != BT_OK)
        return status;
    if (!allocate(&of)) {
        release(&of);
        return bt_fail(error, BT_INTERNAL,
                       "out of memory for the mean utilities of %zu products", of.n);
    }
    start(&of);
    double distance = iterate(&of);
    if (!(distance <= tolerance))
        status =
            bt_fail(error, BT_BAD_INPUT,
                    "no mean utilities were found that give the observed shares: they stay "
                    "%g off, relative to the share",
                    distance);
    else
        memcpy(mean_utility, of.mean, of.n * sizeof(double));
    release(&of);
    return status;
}
