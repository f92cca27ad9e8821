/*
 * The number that neural layers compute with, and what all of them have in common.
 *
 * A layer is a pair of plain functions, forward and backward, on arrays that the caller owns:
 * no graph, no automatic differentiation, no allocation in a step. The first line of each
 * comment gives the shapes; the last index varies fastest. A batch is a table of rows (people,
 * tokens, moves); sequences of unequal length are packed one after the other, with
 * `offset` [sequence + 1] saying where each begins, so that nothing is padded or masked.
 *
 *     forward:   reads its input and weights, writes its output and what backward needs;
 *     backward:  given d loss / d output, writes d loss / d input (=) and adds to
 *                d loss / d weights (+=), so that weights may be used more than once.
 *
 * Weights live in one bt_weights (weights.h), activations in one arena, allocated at the start.
 *
 * Determinism. Sums have a fixed order; random bits are addressed by site, step and element
 * (dropout.h). Products of at most BT_SMALL_PRODUCT multiplications, exponentials and all
 * elementwise work give the same bits on every machine; larger products are OpenBLAS's, whose
 * bits are those of the machine's kind of processor, and of one thread as long as the program
 * has called openblas_set_num_threads(1).
 *
 * A translation unit that defines BT_NEURAL_DOUBLE before anything else, and includes the
 * sources of the layers rather than linking them, gets all of it in double precision: that is
 * how the tests compare derivatives with finite differences to many digits.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_REAL_H
#define BT_AGENTS_LEARNING_NEURAL_REAL_H

#ifdef BT_NEURAL_DOUBLE
typedef double bt_real;
#else
typedef float bt_real;
#endif

#endif
