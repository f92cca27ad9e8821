/*
 * Small matrix products in vectors of one instruction set.
 *
 * matrix.c includes this once per instruction set, with
 *     TARGET   the functions' target attribute
 *     SUFFIX   what tells their names apart
 *
 * Vectors are written at widths that do not depend on the instruction set (the compiler
 * splits them), and each element's sum runs in one order, so all variants give the same bits.
 */

#define PASTE_AGAIN(name, suffix) name##_##suffix
#define PASTE(name, suffix) PASTE_AGAIN(name, suffix)

/* Columns [column, column + lanes * vectors) of one row of c, where element (k, j) of the
 * right factor lies at b + k * b_stride + j. */
#define COLUMNS_OF_ROW(type, vectors)                                                          \
    do {                                                                                       \
        type sum[vectors] = {{0}};                                                             \
        const bt_real *left = a, *right = b + column;                                          \
        for (size_t k = 0; k < inner; k++, left += a_step, right += b_stride)                  \
            for (size_t v = 0; v < (vectors); v++) {                                           \
                type value;                                                                    \
                memcpy(&value, right + v * LANES_OF(type), sizeof(value));                     \
                sum[v] += *left * value;                                                       \
            }                                                                                  \
        for (size_t v = 0; v < (vectors); v++) {                                               \
            type value = {0};                                                                  \
            if (adds)                                                                          \
                memcpy(&value, c + column + v * LANES_OF(type), sizeof(value));                \
            value += sum[v];                                                                   \
            memcpy(c + column + v * LANES_OF(type), &value, sizeof(value));                    \
        }                                                                                      \
        column += (vectors)*LANES_OF(type);                                                    \
    } while (0)

/* c [columns] (+)= sum over k of a[k * a_step] b[k, columns]. */
static TARGET void PASTE(row_product, SUFFIX)(const bt_real *a, size_t a_step, size_t inner,
                                              const bt_real *b, size_t b_stride, size_t columns,
                                              bool adds, bt_real *c)
{
    size_t column = 0;
    while (column + 4 * LANES_OF(wide_vector) <= columns)
        COLUMNS_OF_ROW(wide_vector, 4);
    if (column + 2 * LANES_OF(wide_vector) <= columns)
        COLUMNS_OF_ROW(wide_vector, 2);
    if (column + LANES_OF(wide_vector) <= columns)
        COLUMNS_OF_ROW(wide_vector, 1);
    if (column + LANES_OF(half_vector) <= columns)
        COLUMNS_OF_ROW(half_vector, 1);
    if (column + LANES_OF(quarter_vector) <= columns)
        COLUMNS_OF_ROW(quarter_vector, 1);
    for (; column < columns; column++) {
        bt_real sum = 0;
        for (size_t k = 0; k < inner; k++)
            sum += a[k * a_step] * b[k * b_stride + column];
        c[column] = adds ? c[column] + sum : sum;
    }
}

/* The product of two contiguous vectors: lane l of the sum takes elements l, l + lanes, ...,
 * then the lanes are folded in halves, then the rest is added. */
static TARGET bt_real PASTE(dot_product, SUFFIX)(const bt_real *a, const bt_real *b,
                                                 size_t count)
{
    quarter_vector sum = {0};
    size_t k = 0;
    if (count >= LANES_OF(wide_vector)) {
        wide_vector wide = {0};
        for (; k + LANES_OF(wide_vector) <= count; k += LANES_OF(wide_vector)) {
            wide_vector x, y;
            memcpy(&x, a + k, sizeof(x));
            memcpy(&y, b + k, sizeof(y));
            wide += x * y;
        }
        quarter_vector part[4];
        memcpy(part, &wide, sizeof(wide));
        sum = (part[0] + part[2]) + (part[1] + part[3]);
    }
    for (; k + LANES_OF(quarter_vector) <= count; k += LANES_OF(quarter_vector)) {
        quarter_vector x, y;
        memcpy(&x, a + k, sizeof(x));
        memcpy(&y, b + k, sizeof(y));
        sum += x * y;
    }
    bt_real total = 0;
    for (size_t lane = 0; lane < LANES_OF(quarter_vector); lane++)
        total += sum[lane];
    for (; k < count; k++)
        total += a[k] * b[k];
    return total;
}

static TARGET void PASTE(small_product, SUFFIX)(bt_product_form form, size_t rows, size_t inner,
                                                size_t columns, bt_matrix a, bt_matrix b,
                                                bool adds, bt_real *c, size_t c_stride)
{
    size_t row_step = form == BT_LEFT_TRANSPOSED ? 1 : a.stride;
    size_t inner_step = form == BT_LEFT_TRANSPOSED ? a.stride : 1;
    for (size_t row = 0; row < rows; row++) {
        const bt_real *left = a.at + row * row_step;
        bt_real *result = c + row * c_stride;
        if (form != BT_RIGHT_TRANSPOSED) {
            PASTE(row_product, SUFFIX)
            (left, inner_step, inner, b.at, b.stride, columns, adds, result);
            continue;
        }
        for (size_t j = 0; j < columns; j++) {
            bt_real sum = PASTE(dot_product, SUFFIX)(left, b.at + j * b.stride, inner);
            result[j] = adds ? result[j] + sum : sum;
        }
    }
}

#undef COLUMNS_OF_ROW
#undef PASTE
#undef PASTE_AGAIN
#undef TARGET
#undef SUFFIX
