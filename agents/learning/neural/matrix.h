/*
 * Matrix products, row major. Small ones by code of our own, which gives the same bits on every
 * machine and spares the call's overhead; large ones by CBLAS.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_MATRIX_H
#define BT_AGENTS_LEARNING_NEURAL_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "agents/learning/neural/real.h"
#include "sim/instruction_set.h"

/* Multiplications up to which a product is our own. */
enum { BT_SMALL_PRODUCT = 1 << 19 };

/* How the factors of a product lie in memory. */
typedef enum bt_product_form {
    BT_PLAIN,            /* a: [rows, inner],  b: [inner, columns] */
    BT_LEFT_TRANSPOSED,  /* a: [inner, rows],  b: [inner, columns] */
    BT_RIGHT_TRANSPOSED, /* a: [rows, inner],  b: [columns, inner] */
    BT_PRODUCT_FORMS
} bt_product_form;

/* A matrix inside a larger one: `stride` elements from one row to the next. */
typedef struct bt_matrix {
    const bt_real *at;
    size_t stride;
} bt_matrix;

/* c = a b, or c += a b. c: [rows, columns] with c_stride elements from row to row, apart from
 * a and b. */
void bt_product(bt_product_form form, size_t rows, size_t inner, size_t columns, bt_matrix a,
                bt_matrix b, bool adds, bt_real *c, size_t c_stride);

/* The small form with the code for one instruction set, which the machine must have: for the
 * test that all give the same bits. */
void bt_small_product_on(bt_instruction_set set, bt_product_form form, size_t rows,
                         size_t inner, size_t columns, bt_matrix a, bt_matrix b, bool adds,
                         bt_real *c, size_t c_stride);

#endif
