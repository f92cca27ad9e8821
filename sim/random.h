/*
 * Addressed random streams.
 *
 * Randomness is addressed, never shared. A draw is a pure function of
 * (experiment seed, point, replication; agent, purpose; index): the first three
 * give a run's key, itself an output of the generator, the others the counter
 * of Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, SC'11; Debian's Random123).
 * Nothing depends on the thread that draws or on what other agents drew.
 *
 * A counter is [draw block low, draw block high, agent, purpose]; each block of
 * 128 bits holds two draws of 64.
 */
#ifndef BT_SIM_RANDOM_H
#define BT_SIM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

#include "sim/instruction_set.h"

/* The key of all streams of one run. */
typedef struct bt_random_key {
    uint32_t word[2];
} bt_random_key;

/* One stream; plain data, copy to branch. */
typedef struct bt_stream {
    bt_random_key key;
    uint32_t agent;
    uint32_t purpose;
    uint64_t block;     /* the next block to generate */
    uint64_t draw[2];   /* the current block */
    uint32_t remaining; /* draws of it not yet taken: 0, 1 or 2 */
    uint32_t padding;   /* always 0: a stream is archived as bytes */
} bt_stream;

/* Agent numbers: a role in the top four bits, an index below. */
#define BT_AGENT_MARKET UINT32_C(0)
#define BT_AGENT_SELLER(index) (UINT32_C(0x10000000) | (uint32_t)(index))
#define BT_AGENT_BUYER(index) (UINT32_C(0x20000000) | (uint32_t)(index))

/* The Philox4x32-10 block function itself (for known-answer tests). */
void bt_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

/* The key of a run. `point_key` is a hash of the point's parameter values (0 under
 * common random numbers), never a running count. */
bt_random_key bt_random_key_of(uint64_t experiment_seed, uint64_t point_key,
                               uint64_t replication);

/* The stream of one agent for one purpose, at its first draw. */
bt_stream bt_stream_open(bt_random_key key, uint32_t agent, uint32_t purpose);

/* Refill the stream's block (called by bt_stream_next). */
void bt_stream_refill(bt_stream *stream);

/* The next 64 random bits. Draws consumed: one. */
static inline uint64_t bt_stream_next(bt_stream *stream)
{
    if (stream->remaining == 0)
        bt_stream_refill(stream);
    return stream->draw[stream->remaining-- % 2];
}

/* 53 random bits as a double in [0, 1). */
static inline double bt_unit_interval(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1.0p-53;
}

/* A uniform double in [0, 1). Draws consumed: one. */
static inline double bt_stream_uniform(bt_stream *stream)
{
    return bt_unit_interval(bt_stream_next(stream));
}

/* uniform[i] = the next uniform double, i < count: the same as single calls, sooner where
 * there are dozens of them. Draws consumed: count. */
void bt_stream_uniform_block(bt_stream *stream, size_t count, double *uniform);

/* A uniform integer in [0, bound), unbiased to 2^-64 (multiply and shift). Draws
 * consumed: one. */
static inline uint64_t bt_stream_below(bt_stream *stream, uint64_t bound)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)(((wide)bt_stream_next(stream) * bound) >> 64);
}

/* An exponential variate of rate 1. Draws consumed: one. */
double bt_stream_exponential(bt_stream *stream);

/* value[i] = the next exponential variate, i < count: the same as single calls, sooner.
 * Draws consumed: count. */
void bt_stream_exponential_block(bt_stream *stream, size_t count, double *value);

/* A standard normal variate by inversion (GSL). Draws consumed: one. */
double bt_stream_normal(bt_stream *stream);

/* The draw with number `index` of a stream, without opening it: the form for
 * millions of buyers, each of whom takes its `index`-th draw. */
uint64_t bt_random_at(bt_random_key key, uint32_t agent, uint32_t purpose, uint64_t index);

/* uniform[i] = the draw `index[i]` (or `index_all` when index is NULL) of agent
 * first_agent + i for `purpose`, for i < count. The block form of bt_random_at:
 * same values, faster. */
void bt_random_uniform_block(bt_random_key key, uint32_t first_agent, uint32_t purpose,
                             const uint64_t *index, uint64_t index_all, size_t count,
                             double *uniform);

/* The same with the code for one instruction set, which the machine must have: for
 * the test that all give the same bits. */
void bt_random_uniform_block_on(bt_instruction_set set, bt_random_key key, uint32_t first_agent,
                                uint32_t purpose, const uint64_t *index, uint64_t index_all,
                                size_t count, double *uniform);

/* Philox as a GSL generator type, so that every GSL distribution works on it:
 * gsl_rng_alloc(bt_rng_philox); gsl_rng_set seeds it; or bind it to a stream. */
extern const gsl_rng_type *const bt_rng_philox;

/* Set a generator of type bt_rng_philox to a stream (copied). */
void bt_rng_bind(gsl_rng *generator, const bt_stream *stream);

#endif
