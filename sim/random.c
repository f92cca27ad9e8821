#include "sim/random.h"

#include <string.h>

#include <gsl/gsl_cdf.h>

#include "sim/log_inline.h"
#include "sim/vector_math.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

static inline uint64_t join(uint32_t low, uint32_t high)
{
    return (uint64_t)low | (uint64_t)high << 32;
}

static inline philox4x32_ctr_t generate(uint64_t block, uint32_t agent, uint32_t purpose,
                                        bt_random_key key)
{
    philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), agent, purpose}};
    philox4x32_key_t philox_key = {{key.word[0], key.word[1]}};
    return philox4x32_R(10, counter, philox_key);
}

void bt_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4])
{
    bt_random_key random_key = {{key[0], key[1]}};
    philox4x32_ctr_t words =
        generate(join(counter[0], counter[1]), counter[2], counter[3], random_key);
    memcpy(output, words.v, sizeof(words.v));
}

bt_random_key bt_random_key_of(uint64_t experiment_seed, uint64_t point_key,
                               uint64_t replication)
{
    bt_random_key seed_key = {{(uint32_t)experiment_seed, (uint32_t)(experiment_seed >> 32)}};
    philox4x32_ctr_t words =
        generate(point_key, (uint32_t)replication, (uint32_t)(replication >> 32), seed_key);
    return (bt_random_key){{words.v[0], words.v[1]}};
}

bt_stream bt_stream_open(bt_random_key key, uint32_t agent, uint32_t purpose)
{
    return (bt_stream){.key = key, .agent = agent, .purpose = purpose};
}

void bt_stream_refill(bt_stream *stream)
{
    philox4x32_ctr_t words =
        generate(stream->block, stream->agent, stream->purpose, stream->key);
    stream->draw[0] = join(words.v[0], words.v[1]);
    stream->draw[1] = join(words.v[2], words.v[3]);
    stream->block++;
    stream->remaining = 2;
}

double bt_stream_exponential(bt_stream *stream)
{
    return -bt_log_of_normal(1 - bt_stream_uniform(stream), 0);
}

void bt_stream_exponential_block(bt_stream *stream, size_t count, double *value)
{
    bt_stream_uniform_block(stream, count, value);
    for (size_t i = 0; i < count; i++)
        value[i] = 1 - value[i];
    bt_log_of_normals(value, count, value);
    for (size_t i = 0; i < count; i++)
        value[i] = -value[i];
}

double bt_stream_normal(bt_stream *stream)
{
    /* The midpoints of 2^52 cells: symmetric, and never 0 or 1. */
    uint64_t cell = bt_stream_next(stream) >> 12;
    return gsl_cdf_ugaussian_Pinv(((double)cell + 0.5) * 0x1.0p-52);
}

uint64_t bt_random_at(bt_random_key key, uint32_t agent, uint32_t purpose, uint64_t index)
{
    philox4x32_ctr_t words = generate(index / 2, agent, purpose, key);
    return index % 2 == 0 ? join(words.v[0], words.v[1]) : join(words.v[2], words.v[3]);
}

/* The GSL generator type: its state is a stream. */

static void set_generator(void *state, unsigned long int seed)
{
    bt_stream *stream = state;
    *stream = bt_stream_open(bt_random_key_of(seed, 0, 0), BT_AGENT_MARKET, 0);
}

static unsigned long int get_bits(void *state)
{
    return bt_stream_next(state);
}

static double get_uniform(void *state)
{
    return bt_stream_uniform(state);
}

_Static_assert(sizeof(unsigned long int) == sizeof(uint64_t), "GSL draws hold 64 bits");

static const gsl_rng_type philox_type = {.name = "philox4x32-10",
                                         .max = UINT64_MAX,
                                         .min = 0,
                                         .size = sizeof(bt_stream),
                                         .set = set_generator,
                                         .get = get_bits,
                                         .get_double = get_uniform};

const gsl_rng_type *const bt_rng_philox = &philox_type;

void bt_rng_bind(gsl_rng *generator, const bt_stream *stream)
{
    memcpy(generator->state, stream, sizeof(*stream));
}
