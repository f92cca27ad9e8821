#include "markets/assortment/assortment.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sort.h>

typedef struct pricing_problem {
    size_t n_products;
    size_t capacity;
    const double *quality;
    const double *price_coefficient;
    const double *cost;
    double log_outside_weight;
    double *log_value; /* [product] log v_i(B) at the last B */
    size_t *best;      /* [capacity] products with the largest log_value */
} pricing_problem;

/* log of (1/w_0) sum of the `capacity` largest v_i(B), the largest term taken out. */
static double log_best_sum(pricing_problem *problem, double adjusted_markup)
{
    for (size_t i = 0; i < problem->n_products; i++) {
        double b = problem->price_coefficient[i];
        problem->log_value[i] =
            problem->quality[i] - b * (problem->cost[i] + adjusted_markup) - 1 - log(b);
    }
    gsl_sort_largest_index(problem->best, problem->capacity, problem->log_value, 1,
                           problem->n_products);
    double largest = problem->log_value[problem->best[0]];
    double sum = 0;
    for (size_t k = 0; k < problem->capacity; k++)
        sum += exp(problem->log_value[problem->best[k]] - largest);
    return largest + log(sum) - problem->log_outside_weight;
}

/* Rises in log B: its root is the optimal adjusted markup. */
static double excess_markup(double log_markup, void *context)
{
    return log_markup - log_best_sum(context, exp(log_markup));
}

/* The root of excess_markup in log B, bracketed and then found by Brent's method. */
static bt_status solve_log_markup(pricing_problem *problem, double *log_markup, bt_error *error)
{
    double low = -1, high = 1;
    while (excess_markup(low, problem) > 0 && low > -700)
        low *= 2;
    while (excess_markup(high, problem) < 0 && high < 700)
        high *= 2;
    if (excess_markup(low, problem) > 0 || excess_markup(high, problem) < 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "assortment: the optimal profit is not representable (exp(%g) to "
                       "exp(%g)); utilities must be of moderate size",
                       low, high);
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (solver == NULL)
        return bt_fail(error, BT_INTERNAL, "assortment: out of memory");
    gsl_function function = {.function = excess_markup, .params = problem};
    int status = gsl_root_fsolver_set(solver, &function, low, high);
    for (int step = 0; status == GSL_SUCCESS && step < 200; step++) {
        status = gsl_root_fsolver_iterate(solver);
        if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver),
                                   gsl_root_fsolver_x_upper(solver), 4e-16,
                                   4e-16) == GSL_SUCCESS)
            break;
    }
    *log_markup = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return BT_OK;
}

static bt_status check_pricing(const pricing_problem *problem, double outside_weight,
                               bt_error *error)
{
    if (problem->n_products == 0 || problem->capacity == 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "assortment: needs at least one product and a capacity of at least one");
    if (!(outside_weight > 0) || !isfinite(outside_weight))
        return bt_fail(error, BT_BAD_INPUT,
                       "assortment: the outside weight is %g; it must be positive (without an "
                       "outside option a monopolist's price has no bound)",
                       outside_weight);
    for (size_t i = 0; i < problem->n_products; i++)
        if (!isfinite(problem->quality[i]) || !isfinite(problem->cost[i]) ||
            !(problem->price_coefficient[i] > 0) || !isfinite(problem->price_coefficient[i]))
            return bt_fail(error, BT_BAD_INPUT,
                           "assortment: product %zu has quality %g, price coefficient %g, cost "
                           "%g; all must be finite and the coefficient positive",
                           i, problem->quality[i], problem->price_coefficient[i],
                           problem->cost[i]);
    return BT_OK;
}

bt_status bt_assortment_with_prices(size_t n_products, const double *quality,
                                    const double *price_coefficient, const double *cost,
                                    double outside_weight, size_t capacity, bool *offered,
                                    double *price, double *profit, bt_error *error)
{
    pricing_problem problem = {
        .n_products = n_products,
        .capacity = capacity < n_products ? capacity : n_products,
        .quality = quality,
        .price_coefficient = price_coefficient,
        .cost = cost,
        .log_outside_weight = log(outside_weight),
    };
    bt_status status = check_pricing(&problem, outside_weight, error);
    if (status != BT_OK)
        return status;
    problem.log_value = malloc(n_products * sizeof(double));
    problem.best = malloc(problem.capacity * sizeof(size_t));
    double log_markup = 0;
    if (problem.log_value == NULL || problem.best == NULL)
        status = bt_fail(error, BT_INTERNAL, "assortment: out of memory");
    else
        status = solve_log_markup(&problem, &log_markup, error);
    if (status == BT_OK) {
        *profit = exp(log_markup);
        log_best_sum(&problem, *profit);
        for (size_t i = 0; i < n_products; i++) {
            offered[i] = false;
            price[i] = cost[i] + 1 / price_coefficient[i] + *profit;
        }
        for (size_t k = 0; k < problem.capacity; k++)
            offered[problem.best[k]] = true;
    }
    free(problem.log_value);
    free(problem.best);
    return status;
}

double bt_assortment_revenue(size_t n_products, const double *weight, const double *revenue,
                             double outside_weight, const bool *offered)
{
    double attraction = outside_weight, sum = 0;
    for (size_t i = 0; i < n_products; i++) {
        if (offered[i]) {
            attraction += weight[i];
            sum += weight[i] * revenue[i];
        }
    }
    return sum / attraction;
}

/* The set of at most `capacity` products with the largest positive w_i (r_i - lambda). */
static void best_set(size_t n_products, const double *weight, const double *revenue,
                     double lambda, size_t capacity, double *gain, size_t *best, bool *offered)
{
    for (size_t i = 0; i < n_products; i++) {
        gain[i] = weight[i] * (revenue[i] - lambda);
        offered[i] = false;
    }
    gsl_sort_largest_index(best, capacity, gain, 1, n_products);
    for (size_t k = 0; k < capacity; k++)
        offered[best[k]] = gain[best[k]] > 0;
}

static bt_status check_weights(size_t n_products, const double *weight, const double *revenue,
                               double outside_weight, size_t capacity, bt_error *error)
{
    if (n_products == 0 || capacity == 0 || !(outside_weight > 0) || !isfinite(outside_weight))
        return bt_fail(error, BT_BAD_INPUT,
                       "assortment: needs products, a capacity of at least one and a positive "
                       "outside weight (given: %zu, %zu, %g)",
                       n_products, capacity, outside_weight);
    for (size_t i = 0; i < n_products; i++)
        if (!(weight[i] >= 0) || !isfinite(weight[i]) || !isfinite(revenue[i]))
            return bt_fail(error, BT_BAD_INPUT,
                           "assortment: product %zu has weight %g and revenue %g; weights must "
                           "be finite and not negative, revenues finite",
                           i, weight[i], revenue[i]);
    return BT_OK;
}

bt_status bt_assortment_at_prices(size_t n_products, const double *weight,
                                  const double *revenue, double outside_weight, size_t capacity,
                                  bool *offered, double *expected_revenue, size_t *iterations,
                                  bt_error *error)
{
    bt_status status =
        check_weights(n_products, weight, revenue, outside_weight, capacity, error);
    if (status != BT_OK)
        return status;
    capacity = capacity < n_products ? capacity : n_products;
    double *gain = malloc(n_products * sizeof(double));
    size_t *best = malloc(capacity * sizeof(size_t));
    if (gain == NULL || best == NULL) {
        free(gain);
        free(best);
        return bt_fail(error, BT_INTERNAL, "assortment: out of memory");
    }
    double lambda = 0, previous = -1;
    size_t steps = 0;
    while (lambda > previous) {
        previous = lambda;
        best_set(n_products, weight, revenue, lambda, capacity, gain, best, offered);
        lambda = bt_assortment_revenue(n_products, weight, revenue, outside_weight, offered);
        steps++;
    }
    *expected_revenue = lambda;
    if (iterations != NULL)
        *iterations = steps;
    free(gain);
    free(best);
    return BT_OK;
}
