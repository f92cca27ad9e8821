#include "markets/demand/row_weights.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/vector_exp_inline.h"

static double larger(double a, double b)
{
    return b > a ? b : a;
}

static double largest_of_lanes(const double *lane)
{
    return larger(larger(larger(lane[0], lane[1]), larger(lane[2], lane[3])),
                  larger(larger(lane[4], lane[5]), larger(lane[6], lane[7])));
}

/* What to subtract from a row's utilities: the largest, except where nothing can be had
 * (then the outside option stays) and where some are beyond BT_LARGEST_UTILITY. */
static double row_origin(double *utility, size_t length, double *largest)
{
    if (*largest == -INFINITY) {
        utility[length] = 0;
        return 0;
    }
    if (*largest > BT_LARGEST_UTILITY) {
        for (size_t k = 0; k <= length; k++)
            utility[k] = utility[k] > BT_LARGEST_UTILITY ? BT_LARGEST_UTILITY : utility[k];
        *largest = BT_LARGEST_UTILITY;
    }
    return *largest;
}

#define LANES 2
#define TARGET
#define SUFFIX baseline
#include "markets/demand/row_kernel.h"

#if BT_HAS_WIDE_VECTORS

#define LANES 4
#define TARGET BT_TARGET_AVX2
#define SUFFIX avx2
#include "markets/demand/row_kernel.h"

#define LANES 8
#define TARGET BT_TARGET_AVX512
#define SUFFIX avx512
#include "markets/demand/row_kernel.h"

#endif

const bt_row_kernel *bt_row_kernel_on(bt_instruction_set set)
{
    static const bt_row_kernel kernel[BT_INSTRUCTION_SETS] = {
        {row_utilities_baseline, row_weights_baseline, choose_lanes_baseline},
#if BT_HAS_WIDE_VECTORS
        {row_utilities_avx2, row_weights_avx2, choose_lanes_avx2},
        {row_utilities_avx512, row_weights_avx512, choose_lanes_avx512},
#endif
    };

    return &kernel[set];
}
