#include "agents/learning/ridge.h"

#include <string.h>

#include <cblas.h>
#include <lapacke.h>

bool bt_ridge_create(bt_ridge *regression, size_t n_features, double ridge, bt_arena *arena)
{
    regression->n_features = n_features;
    regression->inverse = BT_ARENA_NEW(arena, n_features * n_features, double);
    regression->theta = BT_ARENA_NEW(arena, n_features, double);
    regression->direction = BT_ARENA_NEW(arena, n_features, double);
    regression->factor = BT_ARENA_NEW(arena, n_features * n_features, double);
    if (regression->inverse == NULL || regression->theta == NULL ||
        regression->direction == NULL || regression->factor == NULL)
        return false;
    for (size_t d = 0; d < n_features; d++)
        regression->inverse[d * n_features + d] = 1 / ridge;
    return true;
}

double bt_ridge_observe(bt_ridge *regression, const double *feature, double value)
{
    int n = (int)regression->n_features;
    double *direction = regression->direction;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, regression->inverse, n, feature, 1, 0,
                direction, 1);
    double spread = 1 + cblas_ddot(n, feature, 1, direction, 1);
    double surprise = value - cblas_ddot(n, feature, 1, regression->theta, 1);
    cblas_dger(CblasRowMajor, n, n, -1 / spread, direction, 1, direction, 1,
               regression->inverse, n);
    cblas_daxpy(n, surprise / spread, direction, 1, regression->theta, 1);
    return spread;
}

bool bt_ridge_draw(bt_ridge *regression, double noise, bt_stream *stream, double *drawn)
{
    int n = (int)regression->n_features;
    size_t count = regression->n_features;
    memcpy(regression->factor, regression->inverse, count * count * sizeof(double));
    for (size_t d = 0; d < count; d++)
        drawn[d] = bt_stream_normal(stream);
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, regression->factor, n) != 0) {
        memcpy(drawn, regression->theta, count * sizeof(double));
        return false;
    }
    cblas_dtrmv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, regression->factor, n,
                drawn, 1);
    for (size_t d = 0; d < count; d++)
        drawn[d] = regression->theta[d] + noise * drawn[d];
    return true;
}

void bt_ridge_archive(bt_ridge *regression, bt_archive *archive)
{
    size_t n = regression->n_features;
    bt_archive_field(archive, "inverse", regression->inverse, n * n * sizeof(double));
    bt_archive_field(archive, "theta", regression->theta, n * sizeof(double));
}
