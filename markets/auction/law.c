#include "markets/auction/law.h"

#include <gsl/gsl_randist.h>

#define OF(member) .offset = offsetof(bt_law, member)

static const bt_parameter parameters[] = {
    {.name = "law",
     .type = BT_CHOICE,
     OF(kind),
     .default_text = "bernoulli",
     .choices = "bernoulli|constant|uniform|beta|points|sequence",
     .meaning = "how numbers come about; sequence: `points` in turn, again and again"},
    {.name = "mean",
     .type = BT_REAL,
     OF(mean),
     .unit = "price",
     .default_text = "0.5",
     .range = BT_BETWEEN(0, 1),
     .meaning = "bernoulli: the probability of 1, else it is 0; constant: the number"},
    {.name = "low",
     .type = BT_REAL,
     OF(low),
     .unit = "price",
     .default_text = "0",
     .range = BT_BETWEEN(0, 1),
     .meaning = "uniform: from"},
    {.name = "high",
     .type = BT_REAL,
     OF(high),
     .unit = "price",
     .default_text = "1",
     .range = BT_BETWEEN(0, 1),
     .meaning = "uniform: to"},
    {.name = "a",
     .type = BT_REAL,
     OF(a),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "beta: its first shape, whose mean is a/(a + b)"},
    {.name = "b",
     .type = BT_REAL,
     OF(b),
     .unit = "1",
     .default_text = "1",
     .range = BT_POSITIVE,
     .meaning = "beta: its second shape"},
    {.name = "points",
     .type = BT_REAL_LIST,
     OF(points),
     .unit = "price",
     .range = BT_BETWEEN(0, 1),
     .meaning = "points: one of them, all alike; sequence: in this order"},
};
const bt_parameter_table bt_law_table = BT_TABLE_OF(bt_law, parameters);

const char *bt_law_mistake(const bt_law *law)
{
    switch ((bt_law_kind)law->kind) {
    case BT_LAW_UNIFORM:
        return law->low <= law->high ? NULL : "`low` must not be above `high`";
    case BT_LAW_POINTS:
    case BT_LAW_SEQUENCE:
        return law->points.count > 0 ? NULL : "it needs a list of `points`";
    case BT_LAW_BERNOULLI:
    case BT_LAW_CONSTANT:
    case BT_LAW_BETA:
        break;
    }
    return NULL;
}

static double draw_beta(const bt_law *law, bt_stream *stream)
{
    gsl_rng generator = {.type = bt_rng_philox, .state = stream};
    return gsl_ran_beta(&generator, law->a, law->b);
}

double bt_law_draw(const bt_law *law, uint64_t round, bt_stream *stream)
{
    switch ((bt_law_kind)law->kind) {
    case BT_LAW_BERNOULLI:
        return bt_stream_uniform(stream) < law->mean ? 1 : 0;
    case BT_LAW_CONSTANT:
        return law->mean;
    case BT_LAW_UNIFORM:
        return law->low + (law->high - law->low) * bt_stream_uniform(stream);
    case BT_LAW_BETA:
        return draw_beta(law, stream);
    case BT_LAW_POINTS:
        return law->points.value[bt_stream_below(stream, law->points.count)];
    case BT_LAW_SEQUENCE:
        return law->points.value[round % law->points.count];
    }
    return 0;
}

double bt_law_mean(const bt_law *law)
{
    double sum = 0;
    switch ((bt_law_kind)law->kind) {
    case BT_LAW_BERNOULLI:
    case BT_LAW_CONSTANT:
        return law->mean;
    case BT_LAW_UNIFORM:
        return (law->low + law->high) / 2;
    case BT_LAW_BETA:
        return law->a / (law->a + law->b);
    case BT_LAW_POINTS:
    case BT_LAW_SEQUENCE:
        for (size_t k = 0; k < law->points.count; k++)
            sum += law->points.value[k];
        return sum / (double)law->points.count;
    }
    return 0;
}
