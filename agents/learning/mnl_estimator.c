#include "agents/learning/mnl_estimator.h"

#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

/* A lower triangle in row major order is LAPACK's upper one: no copies are made. */
enum { MAX_STEPS = 50, MAX_HALVINGS = 30 };
static const double small_step = 1e-7;

/* ---- one offer ---- */

/* Weights of an offer with the largest taken out; returns log(1 + sum e^u). */
static double choice_weights(size_t n_offered, size_t n_features, const double *feature,
                             const double *theta, double *probability)
{
    double largest = 0;
    for (size_t k = 0; k < n_offered; k++) {
        double utility = 0;
        for (size_t f = 0; f < n_features; f++)
            utility += theta[f] * feature[k * n_features + f];
        probability[k] = utility;
        largest = fmax(largest, utility);
    }
    double sum = exp(-largest);
    for (size_t k = 0; k < n_offered; k++) {
        probability[k] = exp(probability[k] - largest);
        sum += probability[k];
    }
    for (size_t k = 0; k < n_offered; k++)
        probability[k] /= sum;
    return largest + log(sum);
}

void bt_mnl_probabilities(size_t n_offered, size_t n_features, const double *feature,
                          const double *theta, double *probability)
{
    choice_weights(n_offered, n_features, feature, theta, probability);
}

static void add_mean(size_t n_offered, size_t n_features, const double *feature,
                     const double *probability, double *mean)
{
    for (size_t k = 0; k < n_offered; k++)
        for (size_t f = 0; f < n_features; f++)
            mean[f] += probability[k] * feature[k * n_features + f];
}

void bt_mnl_gradient(size_t n_offered, size_t n_features, const double *feature,
                     const double *probability, size_t taken, double *gradient)
{
    memset(gradient, 0, n_features * sizeof(double));
    add_mean(n_offered, n_features, feature, probability, gradient);
    for (size_t f = 0; taken < n_offered && f < n_features; f++)
        gradient[f] -= feature[taken * n_features + f];
}

static void mirror(size_t n, double *matrix)
{
    for (size_t row = 0; row < n; row++)
        for (size_t column = 0; column < row; column++)
            matrix[column * n + row] = matrix[row * n + column];
}

/* Lower triangle only. */
static void add_information(size_t n_offered, size_t n_features, const double *feature,
                            const double *probability, double scale, double *information,
                            double *mean)
{
    blasint n = (blasint)n_features;
    memset(mean, 0, n_features * sizeof(double));
    add_mean(n_offered, n_features, feature, probability, mean);
    for (size_t k = 0; k < n_offered; k++)
        cblas_dsyr(CblasRowMajor, CblasLower, n, scale * probability[k],
                   feature + k * n_features, 1, information, n);
    cblas_dsyr(CblasRowMajor, CblasLower, n, -scale, mean, 1, information, n);
}

void bt_mnl_add_information(size_t n_offered, size_t n_features, const double *feature,
                            const double *probability, double scale, double *information,
                            double *mean)
{
    add_information(n_offered, n_features, feature, probability, scale, information, mean);
    mirror(n_features, information);
}

/* ---- all offers so far ---- */

double bt_mnl_history_bytes(size_t n_features, size_t capacity, double rounds)
{
    return rounds * ((double)(capacity * n_features) * sizeof(double) + 2 * sizeof(uint32_t));
}

bt_mnl_history *bt_mnl_history_create(size_t n_features, size_t capacity, size_t room,
                                      bt_arena *arena)
{
    bt_mnl_history *history = BT_ARENA_NEW(arena, 1, bt_mnl_history);
    if (history == NULL)
        return NULL;
    history->n_features = n_features;
    history->capacity = capacity;
    history->room = room;
    history->feature = BT_ARENA_NEW(arena, room * capacity * n_features, double);
    history->n_offered = BT_ARENA_NEW(arena, room, uint32_t);
    history->taken = BT_ARENA_NEW(arena, room, uint32_t);
    history->hessian = BT_ARENA_NEW(arena, n_features * n_features, double);
    history->gradient = BT_ARENA_NEW(arena, n_features, double);
    history->trial = BT_ARENA_NEW(arena, n_features, double);
    history->step = BT_ARENA_NEW(arena, n_features, double);
    history->centred = BT_ARENA_NEW(arena, (capacity + 1) * n_features, double);
    history->probability = BT_ARENA_NEW(arena, capacity, double);
    bool is_complete =
        history->feature != NULL && history->n_offered != NULL && history->taken != NULL &&
        history->hessian != NULL && history->gradient != NULL && history->trial != NULL &&
        history->step != NULL && history->centred != NULL && history->probability != NULL;
    return is_complete ? history : NULL;
}

void bt_mnl_history_add(bt_mnl_history *history, size_t n_offered, const double *feature,
                        size_t taken)
{
    size_t t = history->rounds, width = history->capacity * history->n_features;
    if (t == history->room)
        return;
    memcpy(history->feature + t * width, feature,
           n_offered * history->n_features * sizeof(double));
    history->n_offered[t] = (uint32_t)n_offered;
    history->taken[t] = (uint32_t)(taken < n_offered ? taken : n_offered);
    history->rounds++;
}

void bt_mnl_history_archive(bt_mnl_history *history, bt_archive *archive)
{
    bt_archive_field(archive, "history_rounds", &history->rounds, sizeof(history->rounds));
    bt_archive_field(archive, "history_first", &history->first, sizeof(history->first));
    if (history->rounds > history->room || history->first > history->rounds) {
        history->rounds = history->first = 0;
        bt_archive_fail(archive, "a seller saw more rounds than its run can have");
        return;
    }
    size_t width = history->capacity * history->n_features;
    bt_archive_field(archive, "history_feature", history->feature,
                     history->rounds * width * sizeof(double));
    bt_archive_field(archive, "history_offered", history->n_offered,
                     history->rounds * sizeof(uint32_t));
    bt_archive_field(archive, "history_taken", history->taken,
                     history->rounds * sizeof(uint32_t));
    for (size_t t = 0; bt_archive_restores(archive) && t < history->rounds; t++)
        if (history->n_offered[t] > history->capacity ||
            history->taken[t] > history->n_offered[t]) {
            history->rounds = history->first = 0;
            bt_archive_fail(archive, "a seller offered more items than it may");
        }
}

static const double *feature_of(const bt_mnl_history *history, size_t t)
{
    return history->feature + t * history->capacity * history->n_features;
}

static double ridge_term(size_t n, double ridge, const double *theta)
{
    double square = 0;
    for (size_t f = 0; f < n; f++)
        square += theta[f] * theta[f];
    return ridge / 2 * square;
}

static double utility_of(size_t n, const double *feature, const double *theta)
{
    double utility = 0;
    for (size_t f = 0; f < n; f++)
        utility += feature[f] * theta[f];
    return utility;
}

static double loss_at(bt_mnl_history *history, double ridge, const double *theta)
{
    size_t n = history->n_features;
    double loss = ridge_term(n, ridge, theta);
    for (size_t t = history->first; t < history->rounds; t++) {
        size_t n_offered = history->n_offered[t], taken = history->taken[t];
        const double *feature = feature_of(history, t);
        loss += choice_weights(n_offered, n, feature, theta, history->probability);
        if (taken < n_offered)
            loss -= utility_of(n, feature + taken * n, theta);
    }
    return loss;
}

/* sqrt(q_k) (x_k - mean) and, for nothing, sqrt(q_0) mean: X'(diag q - qq')X is the sum of
 * their squares. */
static void add_centred(bt_mnl_history *history, size_t n_offered, const double *feature,
                        const double *mean)
{
    size_t n = history->n_features;
    double outside = 1;
    for (size_t k = 0; k < n_offered; k++) {
        double root = sqrt(history->probability[k]);
        outside -= history->probability[k];
        for (size_t f = 0; f < n; f++)
            history->centred[k * n + f] = root * (feature[k * n + f] - mean[f]);
    }
    double root = sqrt(fmax(outside, 0));
    for (size_t f = 0; f < n; f++)
        history->centred[n_offered * n + f] = root * mean[f];
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (blasint)n, (blasint)(n_offered + 1), 1,
                history->centred, (blasint)n, 1, history->hessian, (blasint)n);
}

/* Loss, gradient and Hessian at theta. */
static double differentiate(bt_mnl_history *history, double ridge, const double *theta)
{
    size_t n = history->n_features;
    double loss = ridge_term(n, ridge, theta);
    bt_mnl_set_identity(n, ridge, history->hessian);
    for (size_t f = 0; f < n; f++)
        history->gradient[f] = ridge * theta[f];
    for (size_t t = history->first; t < history->rounds; t++) {
        size_t n_offered = history->n_offered[t], taken = history->taken[t];
        const double *feature = feature_of(history, t);
        loss += choice_weights(n_offered, n, feature, theta, history->probability);
        memset(history->step, 0, n * sizeof(double));
        add_mean(n_offered, n, feature, history->probability, history->step);
        add_centred(history, n_offered, feature, history->step);
        for (size_t f = 0; f < n; f++)
            history->gradient[f] += history->step[f];
        if (taken < n_offered) {
            loss -= utility_of(n, feature + taken * n, theta);
            for (size_t f = 0; f < n; f++)
                history->gradient[f] -= feature[taken * n + f];
        }
    }
    return loss;
}

/* One damped Newton step; returns its largest component, 0 when it was the last. */
static double newton_step(bt_mnl_history *history, double ridge, double *theta)
{
    size_t n = history->n_features;
    double loss = differentiate(history, ridge, theta);
    memcpy(history->step, history->gradient, n * sizeof(double));
    if (LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', (lapack_int)n, 1, history->hessian, (lapack_int)n,
                      history->step, (lapack_int)n) != 0)
        return 0;
    double largest = 0;
    for (size_t f = 0; f < n; f++)
        largest = fmax(largest, fabs(history->step[f]));
    if (largest < small_step) { /* the last one: quadratically small errors remain */
        for (size_t f = 0; f < n; f++)
            theta[f] -= history->step[f];
        return 0;
    }
    double part = 1;
    for (int halving = 0; halving < MAX_HALVINGS; halving++, part /= 2) {
        for (size_t f = 0; f < n; f++)
            history->trial[f] = theta[f] - part * history->step[f];
        if (loss_at(history, ridge, history->trial) <= loss) {
            memcpy(theta, history->trial, n * sizeof(double));
            return part * largest;
        }
    }
    return 0;
}

int bt_mnl_fit(bt_mnl_history *history, double ridge, double *theta)
{
    int steps = 0;
    while (steps < MAX_STEPS && newton_step(history, ridge, theta) >= small_step)
        steps++;
    return steps;
}

/* ---- symmetric matrices ---- */

void bt_mnl_set_identity(size_t n, double scale, double *matrix)
{
    memset(matrix, 0, n * n * sizeof(double));
    for (size_t k = 0; k < n; k++)
        matrix[k * n + k] = scale;
}

bool bt_mnl_invert(size_t n, const double *matrix, double *inverse)
{
    memcpy(inverse, matrix, n * n * sizeof(double));
    lapack_int size = (lapack_int)n;
    if (LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', size, inverse, size) != 0 ||
        LAPACKE_dpotri(LAPACK_COL_MAJOR, 'U', size, inverse, size) != 0)
        return false;
    mirror(n, inverse);
    return true;
}

void bt_mnl_newton_step(size_t n, double size, const double *inverse, const double *gradient,
                        double *theta)
{
    for (size_t row = 0; row < n; row++)
        for (size_t column = 0; column < n; column++)
            theta[row] -= size * inverse[row * n + column] * gradient[column];
}

void bt_mnl_draw(size_t n, const double *mean, const double *covariance, double scale,
                 bt_stream *stream, double *factor, double *theta)
{
    memcpy(factor, covariance, n * n * sizeof(double));
    for (size_t k = 0; k < n; k++)
        theta[k] = bt_stream_normal(stream);
    bool is_definite =
        LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', (lapack_int)n, factor, (lapack_int)n) == 0;
    if (is_definite)
        cblas_dtrmv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (blasint)n, factor,
                    (blasint)n, theta, 1);
    for (size_t k = 0; k < n; k++)
        theta[k] = mean[k] + (is_definite ? scale * theta[k] : 0);
}

double bt_mnl_form(size_t n, const double *x, const double *matrix, size_t stride,
                   const double *y)
{
    double sum = 0;
    for (size_t row = 0; row < n; row++) {
        double inner = 0;
        for (size_t column = 0; column < n; column++)
            inner += matrix[row * stride + column] * y[column];
        sum += x[row] * inner;
    }
    return sum;
}

/* |p(m) - centre|^2 where p(m) - centre = sum_k l_k a_k / (l_k + m) e_k, a the coordinates of
 * point - centre; *slope receives its derivative in the multiplier m. */
static double distance_at(size_t n, const double *eigenvalue, const double *coordinate,
                          double multiplier, double *slope)
{
    double square = 0;
    *slope = 0;
    for (size_t k = 0; k < n; k++) {
        double shifted = eigenvalue[k] + multiplier;
        double part = eigenvalue[k] * coordinate[k] / shifted;
        square += part * part;
        *slope -= 2 * part * part / shifted;
    }
    return square;
}

/* 1/distance is close to linear in the multiplier: Newton on it climbs from 0. */
static double find_multiplier(size_t n, const double *eigenvalue, const double *coordinate,
                              double radius_squared)
{
    double multiplier = 0, slope;
    for (int step = 0; step < 100; step++) {
        double square = distance_at(n, eigenvalue, coordinate, multiplier, &slope);
        double distance = sqrt(square), radius = sqrt(radius_squared);
        double move = 2 * square * (distance - radius) / (radius * -slope);
        multiplier += move;
        if (fabs(move) <= 1e-14 * (1 + multiplier))
            break;
    }
    return multiplier;
}

void bt_mnl_project(size_t n, const double *matrix, const double *centre, double radius_squared,
                    double *point, double *eigenvector, double *work)
{
    double *eigenvalue = work, *coordinate = work + n, *difference = work + 2 * n;
    double square = 0;
    for (size_t k = 0; k < n; k++) {
        difference[k] = point[k] - centre[k];
        square += difference[k] * difference[k];
    }
    if (square <= radius_squared)
        return;
    memcpy(eigenvector, matrix, n * n * sizeof(double));
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'L', (lapack_int)n, eigenvector, (lapack_int)n,
                      eigenvalue) != 0) {
        for (size_t k = 0; k < n; k++)
            point[k] = centre[k] + difference[k] * sqrt(radius_squared / square);
        return;
    }
    cblas_dgemv(CblasRowMajor, CblasTrans, (blasint)n, (blasint)n, 1, eigenvector, (blasint)n,
                difference, 1, 0, coordinate, 1);
    double multiplier = find_multiplier(n, eigenvalue, coordinate, radius_squared);
    for (size_t k = 0; k < n; k++)
        coordinate[k] *= eigenvalue[k] / (eigenvalue[k] + multiplier);
    memcpy(point, centre, n * sizeof(double));
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (blasint)n, (blasint)n, 1, eigenvector, (blasint)n,
                coordinate, 1, 1, point, 1);
}
