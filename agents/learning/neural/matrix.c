#include "agents/learning/neural/matrix.h"

#include <string.h>

#include <cblas.h>

enum { DOT_LANES = 16 };
/* From TILE_ROWS rows on it pays to turn the right factor over; it must fit on the stack. */
enum { TILE_ROWS = 4, TILE_INNER = 512, TILE_COLUMNS = 16 };
typedef bt_real small_vector __attribute__((vector_size(4 * sizeof(bt_real))));
typedef bt_real half_vector __attribute__((vector_size(32)));
typedef bt_real quarter_vector __attribute__((vector_size(16)));
#define LANES_OF(type) (sizeof(type) / sizeof(bt_real))

#define BYTES 16
#define TARGET
#define SUFFIX baseline
#include "agents/learning/neural/matrix_kernel.h"

#if BT_HAS_WIDE_VECTORS

#define BYTES 32
#define TARGET BT_TARGET_AVX2
#define SUFFIX avx2
#include "agents/learning/neural/matrix_kernel.h"

#define BYTES 64
#define TARGET BT_TARGET_AVX512
#define SUFFIX avx512
#include "agents/learning/neural/matrix_kernel.h"

#endif

void bt_small_product_on(bt_instruction_set set, bt_product_form form, size_t rows,
                         size_t inner, size_t columns, bt_matrix a, bt_matrix b, bool adds,
                         bt_real *c, size_t c_stride)
{
#if BT_HAS_WIDE_VECTORS
    if (set == BT_AVX512) {
        small_product_avx512(form, rows, inner, columns, a, b, adds, c, c_stride);
        return;
    }
    if (set == BT_AVX2) {
        small_product_avx2(form, rows, inner, columns, a, b, adds, c, c_stride);
        return;
    }
#endif
    (void)set;
    small_product_baseline(form, rows, inner, columns, a, b, adds, c, c_stride);
}

static void large_product(bt_product_form form, size_t rows, size_t inner, size_t columns,
                          bt_matrix a, bt_matrix b, bool adds, bt_real *c, size_t c_stride)
{
#ifdef BT_NEURAL_DOUBLE
    cblas_dgemm
#else
    cblas_sgemm
#endif
        (CblasRowMajor, form == BT_LEFT_TRANSPOSED ? CblasTrans : CblasNoTrans,
         form == BT_RIGHT_TRANSPOSED ? CblasTrans : CblasNoTrans, (blasint)rows,
         (blasint)columns, (blasint)inner, 1, a.at, (blasint)a.stride, b.at, (blasint)b.stride,
         adds ? 1 : 0, c, (blasint)c_stride);
}

void bt_product(bt_product_form form, size_t rows, size_t inner, size_t columns, bt_matrix a,
                bt_matrix b, bool adds, bt_real *c, size_t c_stride)
{
    if (rows * inner * columns > BT_SMALL_PRODUCT)
        large_product(form, rows, inner, columns, a, b, adds, c, c_stride);
    else
        bt_small_product_on(bt_widest_instruction_set(), form, rows, inner, columns, a, b, adds,
                            c, c_stride);
}
