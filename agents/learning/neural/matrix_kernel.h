/*
 * Small matrix products in vectors of one instruction set.
 *
 * matrix.c includes this once per instruction set, with
 *     BYTES    in a vector
 *     TARGET   the functions' target attribute
 *     SUFFIX   what tells their names apart
 *
 * Each element's sum runs in one order, whatever the width of vectors, so all variants give
 * the same bits.
 */

#define PASTE_AGAIN(name, suffix) name##_##suffix
#define PASTE(name, suffix) PASTE_AGAIN(name, suffix)

typedef bt_real PASTE(vector, SUFFIX) __attribute__((vector_size(BYTES)));
#define VECTOR PASTE(vector, SUFFIX)

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
    while (column + 4 * LANES_OF(VECTOR) <= columns)
        COLUMNS_OF_ROW(VECTOR, 4);
    if (column + 2 * LANES_OF(VECTOR) <= columns)
        COLUMNS_OF_ROW(VECTOR, 2);
    if (column + LANES_OF(VECTOR) <= columns)
        COLUMNS_OF_ROW(VECTOR, 1);
#if BYTES >= 64
    if (column + LANES_OF(half_vector) <= columns)
        COLUMNS_OF_ROW(half_vector, 1);
#endif
#if BYTES >= 32
    if (column + LANES_OF(quarter_vector) <= columns)
        COLUMNS_OF_ROW(quarter_vector, 1);
#endif
    for (; column < columns; column++) {
        bt_real sum = 0;
        for (size_t k = 0; k < inner; k++)
            sum += a[k * a_step] * b[k * b_stride + column];
        c[column] = adds ? c[column] + sum : sum;
    }
}

/* The product of two contiguous vectors: lane l of DOT_LANES takes elements l, l + DOT_LANES,
 * ...; then lanes are folded to four, which take the rest in fours; then one by one. */
static TARGET bt_real PASTE(dot_product, SUFFIX)(const bt_real *a, const bt_real *b,
                                                 size_t count)
{
    small_vector sum = {0};
    size_t k = 0;
    if (count >= DOT_LANES) {
        VECTOR wide[DOT_LANES / LANES_OF(VECTOR)] = {{0}};
        for (; k + DOT_LANES <= count; k += DOT_LANES)
            for (size_t v = 0; v < DOT_LANES / LANES_OF(VECTOR); v++) {
                VECTOR x, y;
                memcpy(&x, a + k + v * LANES_OF(VECTOR), sizeof(x));
                memcpy(&y, b + k + v * LANES_OF(VECTOR), sizeof(y));
                wide[v] += x * y;
            }
        small_vector part[4];
        memcpy(part, wide, sizeof(part));
        sum = (part[0] + part[2]) + (part[1] + part[3]);
    }
    for (; k + LANES_OF(small_vector) <= count; k += LANES_OF(small_vector)) {
        small_vector x, y;
        memcpy(&x, a + k, sizeof(x));
        memcpy(&y, b + k, sizeof(y));
        sum += x * y;
    }
    bt_real total = 0;
    for (size_t lane = 0; lane < LANES_OF(small_vector); lane++)
        total += sum[lane];
    for (; k < count; k++)
        total += a[k] * b[k];
    return total;
}

/* c (+)= a b' by tiles of b, turned over once for all rows. */
static TARGET void PASTE(turned_product, SUFFIX)(size_t rows, size_t inner, size_t columns,
                                                 bt_matrix a, bt_matrix b, bool adds,
                                                 bt_real *c, size_t c_stride)
{
    bt_real tile[TILE_INNER * TILE_COLUMNS];
    for (size_t begin = 0; begin < columns; begin += TILE_COLUMNS) {
        size_t width = columns - begin < TILE_COLUMNS ? columns - begin : TILE_COLUMNS;
        for (size_t j = 0; j < width; j++)
            for (size_t k = 0; k < inner; k++)
                tile[k * TILE_COLUMNS + j] = b.at[(begin + j) * b.stride + k];
        for (size_t row = 0; row < rows; row++)
            PASTE(row_product, SUFFIX)
        (a.at + row * a.stride, 1, inner, tile, TILE_COLUMNS, width, adds,
         c + row * c_stride + begin);
    }
}

static TARGET void PASTE(dot_products, SUFFIX)(size_t rows, size_t inner, size_t columns,
                                               bt_matrix a, bt_matrix b, bool adds, bt_real *c,
                                               size_t c_stride)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t j = 0; j < columns; j++) {
            bt_real sum =
                PASTE(dot_product, SUFFIX)(a.at + row * a.stride, b.at + j * b.stride, inner);
            bt_real *at = c + row * c_stride + j;
            *at = adds ? *at + sum : sum;
        }
}

static TARGET void PASTE(small_product, SUFFIX)(bt_product_form form, size_t rows, size_t inner,
                                                size_t columns, bt_matrix a, bt_matrix b,
                                                bool adds, bt_real *c, size_t c_stride)
{
    if (form == BT_RIGHT_TRANSPOSED && rows >= TILE_ROWS && inner <= TILE_INNER) {
        PASTE(turned_product, SUFFIX)(rows, inner, columns, a, b, adds, c, c_stride);
        return;
    }
    if (form == BT_RIGHT_TRANSPOSED) {
        PASTE(dot_products, SUFFIX)(rows, inner, columns, a, b, adds, c, c_stride);
        return;
    }
    size_t row_step = form == BT_LEFT_TRANSPOSED ? 1 : a.stride;
    size_t inner_step = form == BT_LEFT_TRANSPOSED ? a.stride : 1;
    for (size_t row = 0; row < rows; row++)
        PASTE(row_product, SUFFIX)
    (a.at + row * row_step, inner_step, inner, b.at, b.stride, columns, adds,
     c + row * c_stride);
}

#undef COLUMNS_OF_ROW
#undef VECTOR
#undef BYTES
#undef PASTE
#undef PASTE_AGAIN
#undef TARGET
#undef SUFFIX
