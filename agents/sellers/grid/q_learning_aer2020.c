#include "agents/sellers/grid/q_learning_aer2020.h"

#include <gsl/gsl_rng.h>

enum { RAN2_STATE_BYTES = 512, MAX_SELLERS = 64 };

/* The largest seed that ran2 tells from others. */
#define LAST_SEED UINT64_C(2147483562)

typedef union ran2 {
    double alignment;
    unsigned char bytes[RAN2_STATE_BYTES];
} ran2;

struct bt_aer2020 {
    uint64_t n_sellers;
    uint64_t session;
    uint64_t next_period; /* uniforms of the period before are drawn */
    ran2 exploration;
    ran2 ties;
    double uniform[2 * MAX_SELLERS]; /* of the current period: explore?, which price */
};

static double uniform(ran2 *stream)
{
    const double largest = 1 - 1.2e-7;
    double value = (double)gsl_rng_ran2->get(stream->bytes) * (1.0 / 2147483563);
    return value < largest ? value : largest;
}

bt_status bt_aer2020_join(const bt_seller_setting *setting, bt_aer2020 **streams,
                          bool *is_first, bt_error *error)
{
    if (setting->n_sellers > MAX_SELLERS || gsl_rng_ran2->size > RAN2_STATE_BYTES)
        return bt_fail(error, BT_BAD_INPUT,
                       "`random_numbers: aer2020` serves at most %d sellers, not %u",
                       (int)MAX_SELLERS, setting->n_sellers);
    if (setting->replication >= LAST_SEED)
        return bt_fail(error, BT_BAD_INPUT, "`random_numbers: aer2020` has no session %llu",
                       (unsigned long long)setting->replication + 1);
    *streams = bt_shared_object(setting->shared, "aer2020", sizeof(**streams), is_first);
    if (*streams == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for random streams");
    if (!*is_first)
        return BT_OK;
    (*streams)->n_sellers = setting->n_sellers;
    (*streams)->session = setting->replication + 1;
    gsl_rng_ran2->set((*streams)->exploration.bytes, (unsigned long)(*streams)->session);
    gsl_rng_ran2->set((*streams)->ties.bytes, (unsigned long)(*streams)->session);
    return BT_OK;
}

uint64_t bt_aer2020_first_action(const bt_aer2020 *streams, uint32_t seller, uint64_t n_actions)
{
    ran2 stream;
    gsl_rng_ran2->set(stream.bytes, 1);
    uint64_t skipped = (streams->session - 1) * streams->n_sellers + seller;
    for (uint64_t k = 0; k < skipped; k++)
        uniform(&stream);
    return (uint64_t)((double)n_actions * uniform(&stream));
}

static void draw_period(bt_aer2020 *streams)
{
    for (uint64_t k = 0; k < 2 * streams->n_sellers; k++)
        streams->uniform[k] = uniform(&streams->exploration);
    streams->next_period++;
}

double bt_aer2020_explore(bt_aer2020 *streams, uint64_t period, uint32_t seller)
{
    while (streams->next_period <= period)
        draw_period(streams);
    return streams->uniform[seller];
}

double bt_aer2020_which(const bt_aer2020 *streams, uint32_t seller)
{
    return streams->uniform[streams->n_sellers + seller];
}

double bt_aer2020_tie(bt_aer2020 *streams)
{
    return uniform(&streams->ties);
}

void bt_aer2020_archive(bt_aer2020 *streams, bt_archive *archive)
{
    bt_archive_field(archive, "aer2020_next_period", &streams->next_period,
                     sizeof(streams->next_period));
    bt_archive_field(archive, "aer2020_exploration", streams->exploration.bytes,
                     gsl_rng_ran2->size);
    bt_archive_field(archive, "aer2020_ties", streams->ties.bytes, gsl_rng_ran2->size);
    bt_archive_field(archive, "aer2020_uniform", streams->uniform, sizeof(streams->uniform));
}
