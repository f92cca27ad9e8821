/*
 * The published sessions of Calvano et al. (2020) that the data folder has: one line each,
 * "session,iterations,final_state_0based,cycle_length,delta,fnv1a64_strategy".
 */
#ifndef BT_TESTS_AER_SESSIONS_H
#define BT_TESTS_AER_SESSIONS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/hash.h"

enum { AER_SESSIONS = 100, AER_STATES = 225, AER_SKIPPED = 77 };

typedef struct aer_session {
    int64_t iterations;
    int64_t final_state;
    int64_t cycle_length;
    double delta;
    uint64_t strategy_hash;
} aer_session;

/* Read all sessions; ends the test as skipped where the file is missing. */
static inline void read_aer_sessions(aer_session session[AER_SESSIONS])
{
    const char *folder = getenv("BERTRAND_DATA");
    char path[4096], line[256];
    snprintf(path, sizeof(path), "%s/aer-sessions-1-100.csv",
             folder != NULL ? folder : "../shared/data");
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        printf("skipped: %s not found\n", path);
        exit(AER_SKIPPED);
    }
    int count = 0;
    if (fgets(line, sizeof(line), file) == NULL)
        count = -1;
    while (count >= 0 && count < AER_SESSIONS && fgets(line, sizeof(line), file) != NULL) {
        aer_session *one = &session[count];
        long long number, iterations, state, cycle;
        unsigned long long hash;
        if (sscanf(line, "%lld,%lld,%lld,%lld,%lf,%llx", &number, &iterations, &state, &cycle,
                   &one->delta, &hash) != 6 ||
            number != count + 1)
            break;
        one->iterations = iterations;
        one->final_state = state;
        one->cycle_length = cycle;
        one->strategy_hash = hash;
        count++;
    }
    fclose(file);
    if (count != AER_SESSIONS) {
        printf("%s: line %d is not a session\n", path, count + 2);
        exit(1);
    }
}

/* FNV-1a over the limit strategies: one byte an entry, one-based price indices, in the
 * order state 0: seller 1, seller 2, state 1: ...  strategy: [seller * state]. */
static inline uint64_t aer_strategy_hash(const int64_t *strategy)
{
    uint64_t hash = BT_HASH_START;
    for (size_t state = 0; state < AER_STATES; state++)
        for (size_t seller = 0; seller < 2; seller++) {
            unsigned char price = (unsigned char)(strategy[seller * AER_STATES + state] + 1);
            hash = bt_hash_bytes(hash, &price, 1);
        }
    return hash;
}

#endif
