/* Gaussian elimination. */
#include "markets/equilibrium/elimination.h"

#include <math.h>
#include <string.h>

bool bt_eliminate(double *matrix, size_t n, size_t *pivot)
{
    for (size_t k = 0; k < n; k++) {
        size_t largest = k;

        for (size_t i = k + 1; i < n; i++)
            if (fabs(matrix[i * n + k]) > fabs(matrix[largest * n + k]))
                largest = i;
        pivot[k] = largest;
        if (!(fabs(matrix[largest * n + k]) > 0) || !isfinite(matrix[largest * n + k]))
            return false;
        if (largest != k)
            for (size_t c = 0; c < n; c++) {
                const double held = matrix[k * n + c];

                matrix[k * n + c] = matrix[largest * n + c];
                matrix[largest * n + c] = held;
            }
        for (size_t i = k + 1; i < n; i++) {
            double *row = matrix + i * n;
            const double *top = matrix + k * n;
            const double multiple = row[k] /= top[k];

            if (multiple == 0)
                continue;
            for (size_t c = k + 1; c < n; c++)
                row[c] -= multiple * top[c];
        }
    }
    return true;
}

void bt_substitute(const double *matrix, size_t n, const size_t *pivot, double *vector)
{
    for (size_t k = 0; k < n; k++) {
        const double held = vector[k];

        vector[k] = vector[pivot[k]];
        vector[pivot[k]] = held;
    }
    for (size_t i = 0; i < n; i++) {
        double sum = vector[i];

        for (size_t c = 0; c < i; c++)
            sum -= matrix[i * n + c] * vector[c];
        vector[i] = sum;
    }
    for (size_t i = n; i-- > 0;) {
        double sum = vector[i];

        for (size_t c = i + 1; c < n; c++)
            sum -= matrix[i * n + c] * vector[c];
        vector[i] = sum / matrix[i * n + i];
    }
}

/* sum[k] = sum[k] - multiple * vector[k] */
static inline void take_away(double sum[restrict BT_SUBSTITUTED], double multiple,
                             const double vector[restrict BT_SUBSTITUTED])
{
    for (size_t k = 0; k < BT_SUBSTITUTED; k++)
        sum[k] -= multiple * vector[k];
}

void bt_substitute_several(const double *matrix, size_t n, const size_t *pivot, double *vectors)
{
    enum { WIDTH = BT_SUBSTITUTED };
    double sum[WIDTH];

    for (size_t k = 0; k < n; k++) {
        memcpy(sum, vectors + k * WIDTH, sizeof sum);
        memmove(vectors + k * WIDTH, vectors + pivot[k] * WIDTH, sizeof sum);
        memcpy(vectors + pivot[k] * WIDTH, sum, sizeof sum);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(sum, vectors + i * WIDTH, sizeof sum);
        for (size_t c = 0; c < i; c++)
            take_away(sum, matrix[i * n + c], vectors + c * WIDTH);
        memcpy(vectors + i * WIDTH, sum, sizeof sum);
    }
    for (size_t i = n; i-- > 0;) {
        memcpy(sum, vectors + i * WIDTH, sizeof sum);
        for (size_t c = i + 1; c < n; c++)
            take_away(sum, matrix[i * n + c], vectors + c * WIDTH);
        for (size_t k = 0; k < WIDTH; k++)
            vectors[i * WIDTH + k] = sum[k] / matrix[i * n + i];
    }
}
