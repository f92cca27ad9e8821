#include "agents/learning/neural/adam.h"

#include <math.h>
#include <string.h>

#include "sim/instruction_set.h"

bt_adam bt_adam_defaults(double learning_rate)
{
    return (bt_adam){.learning_rate = learning_rate,
                     .first_decay = 0.9,
                     .second_decay = 0.999,
                     .epsilon = 1e-8};
}

/* A step's numbers, the same for all elements. */
typedef struct adam_step {
    bt_real first, first_rest;   /* beta_1, 1 - beta_1 */
    bt_real second, second_rest; /* beta_2, 1 - beta_2 */
    bt_real rate;                /* learning rate / (1 - beta_1^t) */
    bt_real root_scale;          /* 1 / sqrt(1 - beta_2^t) */
    bt_real epsilon;
    bt_real added_decay; /* times w into g */
    bt_real kept;        /* of w */
} adam_step;

static adam_step numbers_of_step(const bt_adam *rule, const bt_weights *weights)
{
    bool decouples = rule->decouples_weight_decay;
    return (adam_step){
        .first = (bt_real)rule->first_decay,
        .first_rest = (bt_real)(1 - rule->first_decay),
        .second = (bt_real)rule->second_decay,
        .second_rest = (bt_real)(1 - rule->second_decay),
        .rate = (bt_real)(rule->learning_rate / (1 - weights->first_decay)),
        .root_scale = (bt_real)(1 / sqrt(1 - weights->second_decay)),
        .epsilon = (bt_real)rule->epsilon,
        .added_decay = decouples ? 0 : (bt_real)rule->weight_decay,
        .kept = decouples ? (bt_real)(1 - rule->learning_rate * rule->weight_decay) : 1,
    };
}

#ifdef BT_NEURAL_DOUBLE
#define SQUARE_ROOT sqrt
#else
#define SQUARE_ROOT sqrtf
#endif

/* Elements [begin, end) of all arrays; each on its own, so vectors of any width agree. */
#define DEFINE_MOVE(name, target)                                                              \
    static target void name(const adam_step *step, bt_weights *weights, size_t begin,          \
                            size_t end)                                                        \
    {                                                                                          \
        const adam_step s = *step;                                                             \
        bt_real *restrict value = weights->value;                                              \
        bt_real *restrict gradient = weights->gradient;                                        \
        bt_real *restrict first = weights->first_moment;                                       \
        bt_real *restrict second = weights->second_moment;                                     \
        for (size_t k = begin; k < end; k++) {                                                 \
            bt_real g = gradient[k] + s.added_decay * value[k];                                \
            bt_real m = s.first * first[k] + s.first_rest * g;                                 \
            bt_real v = s.second * second[k] + s.second_rest * (g * g);                        \
            first[k] = m;                                                                      \
            second[k] = v;                                                                     \
            value[k] =                                                                         \
                s.kept * value[k] - s.rate * m / (SQUARE_ROOT(v) * s.root_scale + s.epsilon);  \
            gradient[k] = 0;                                                                   \
        }                                                                                      \
    }

DEFINE_MOVE(move_baseline, )
#if BT_HAS_WIDE_VECTORS
DEFINE_MOVE(move_avx2, BT_TARGET_AVX2)
DEFINE_MOVE(move_avx512, BT_TARGET_AVX512)
#endif

static void move_by_largest(const adam_step *s, bt_weights *weights, size_t begin, size_t end)
{
    for (size_t k = begin; k < end; k++) {
        bt_real g = weights->gradient[k] + s->added_decay * weights->value[k];
        bt_real m = s->first * weights->first_moment[k] + s->first_rest * g;
        bt_real v = s->second * weights->second_moment[k] + s->second_rest * (g * g);
        bt_real largest = weights->largest_second_moment[k];
        largest = v > largest ? v : largest;
        weights->first_moment[k] = m;
        weights->second_moment[k] = v;
        weights->largest_second_moment[k] = largest;
        weights->value[k] = s->kept * weights->value[k] -
                            s->rate * m / (SQUARE_ROOT(largest) * s->root_scale + s->epsilon);
        weights->gradient[k] = 0;
    }
}

static void move(const adam_step *step, bt_weights *weights, size_t begin, size_t end)
{
    if (weights->largest_second_moment != NULL) {
        move_by_largest(step, weights, begin, end);
        return;
    }
#if BT_HAS_WIDE_VECTORS
    bt_instruction_set set = bt_widest_instruction_set();
    if (set == BT_AVX512) {
        move_avx512(step, weights, begin, end);
        return;
    }
    if (set == BT_AVX2) {
        move_avx2(step, weights, begin, end);
        return;
    }
#endif
    move_baseline(step, weights, begin, end);
}

static adam_step begin_step(const bt_adam *rule, bt_weights *weights)
{
    weights->n_steps++;
    weights->first_decay *= rule->first_decay;
    weights->second_decay *= rule->second_decay;
    return numbers_of_step(rule, weights);
}

void bt_adam_step(const bt_adam *rule, bt_weights *weights)
{
    adam_step step = begin_step(rule, weights);
    move(&step, weights, 0, weights->count);
}

void bt_adam_step_except(const bt_adam *rule, bt_weights *weights, size_t block)
{
    adam_step step = begin_step(rule, weights);
    const bt_weight_block *left_out = &weights->block[block];
    move(&step, weights, 0, left_out->offset);
    move(&step, weights, left_out->offset + left_out->rows * left_out->columns, weights->count);
}

void bt_adam_step_rows(const bt_adam *rule, bt_weights *weights, size_t block,
                       const uint32_t *row, size_t n_rows)
{
    adam_step step = numbers_of_step(rule, weights);
    const bt_weight_block *table = &weights->block[block];
    for (size_t k = 0; k < n_rows; k++) {
        size_t begin = table->offset + row[k] * table->columns;
        move(&step, weights, begin, begin + table->columns);
    }
}

double bt_clip_gradient(bt_weights *weights, double largest)
{
    double squares = 0;
    for (size_t k = 0; k < weights->count; k++)
        squares += (double)weights->gradient[k] * (double)weights->gradient[k];
    double norm = sqrt(squares);
    if (norm > largest) {
        bt_real factor = (bt_real)(largest / norm);
        for (size_t k = 0; k < weights->count; k++)
            weights->gradient[k] *= factor;
    }
    return norm;
}
