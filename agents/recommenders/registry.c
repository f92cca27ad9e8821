/* Sequential recommenders: one line each. */
#include "agents/recommenders/sequence_model.h"

static const bt_described *const entries[] = {
    &bt_sasrec_model.described,
    &bt_gru_model.described,
    &bt_popularity_model.described,
};

const bt_registry bt_sequence_model_registry = {
    .kind = "recommender",
    .entries = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};
