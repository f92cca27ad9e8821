/*
 * The weights of a network: one array of numbers in named blocks, with their gradients and the
 * moments of the optimiser beside them, so that a step of the optimiser, an archive and a model
 * file are each one loop.
 *
 *     bt_weights_open(&weights, arena, 8);
 *     layer.weight = bt_weights_add(&weights, "hidden weight", inputs, outputs);
 *     layer.bias = bt_weights_add(&weights, "hidden bias", 1, outputs);
 *     bt_weights_allocate(&weights, false, arena);
 *
 * A block is known by the index that bt_weights_add returned. Blocks start at multiples of 64
 * bytes. Everything is zero until initialised.
 */
#ifndef BT_AGENTS_LEARNING_NEURAL_WEIGHTS_H
#define BT_AGENTS_LEARNING_NEURAL_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/learning/neural/real.h"
#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/random.h"

typedef struct bt_weight_block {
    const char *name;
    size_t rows;
    size_t columns;
    size_t offset; /* of its first element */
} bt_weight_block;

typedef struct bt_weights {
    bt_arena *arena;
    size_t n_blocks;
    size_t max_blocks;
    bt_weight_block *block;
    size_t count;                   /* elements, with the gaps between blocks */
    bt_real *value;                 /* [count] */
    bt_real *gradient;              /* [count] */
    bt_real *first_moment;          /* [count] */
    bt_real *second_moment;         /* [count] */
    bt_real *largest_second_moment; /* [count]; NULL unless asked for (AMSGrad) */
    uint64_t n_steps;               /* of the optimiser */
    double first_decay;             /* beta_1^n_steps */
    double second_decay;            /* beta_2^n_steps */
} bt_weights;

/* Begin the list of at most `max_blocks` blocks. False when memory is out. */
bool bt_weights_open(bt_weights *weights, bt_arena *arena, size_t max_blocks);

/* Add a block of rows x columns; returns its index. The name is copied; more blocks than
 * max_blocks, or no memory for the name, make bt_weights_allocate fail. */
size_t bt_weights_add(bt_weights *weights, const char *name, size_t rows, size_t columns);

/* Make room for all blocks. False when memory is out or blocks were too many. */
bool bt_weights_allocate(bt_weights *weights, bool keeps_largest_second_moment);

static inline bt_real *bt_weights_value(const bt_weights *weights, size_t block)
{
    return weights->value + weights->block[block].offset;
}

static inline bt_real *bt_weights_gradient(const bt_weights *weights, size_t block)
{
    return weights->gradient + weights->block[block].offset;
}

void bt_weights_clear_gradient(bt_weights *weights);

/* Fill a block with draws from Uniform(-bound, bound), or Normal(0, deviation^2), or a number.
 * Draws: rows * columns (none for a number). */
void bt_weights_fill_uniform(bt_weights *weights, size_t block, double bound,
                             bt_stream *stream);
void bt_weights_fill_normal(bt_weights *weights, size_t block, double deviation,
                            bt_stream *stream);
void bt_weights_fill(bt_weights *weights, size_t block, double number);

/* The values of `from` into `to`, which has the same blocks (a target network). */
void bt_weights_copy(bt_weights *to, const bt_weights *from);

/* Values, moments and steps; gradients are cleared, not kept. */
void bt_weights_archive(bt_weights *weights, bt_archive *archive);

#endif
