#include "experiments/runner/run_counts.h"

#include <stdlib.h>

bt_status bt_run_counts_read(bt_result_reader *reader, bt_run_counts *counts, bt_error *error)
{
    const bt_result_variable *variable = bt_result_find(reader, "status");
    *counts = (bt_run_counts){0};
    counts->n_points = bt_result_length(reader, "point");
    counts->n_replications = bt_result_length(reader, "replication");
    size_t n_runs = counts->n_points * counts->n_replications;
    if (variable == NULL || variable->type != BT_RESULT_INT64 ||
        bt_result_elements(reader, variable) != n_runs)
        return bt_fail(error, BT_BAD_INPUT, "the file has no status for each of its runs");
    int64_t *state = malloc(n_runs * sizeof(*state));
    if (state == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for %zu runs", n_runs);
    bt_status status = bt_result_read(reader, variable, state, error);
    for (size_t i = 0; i < n_runs && status == BT_OK; i++) {
        counts->done += state[i] == BT_RUN_DONE;
        counts->failed += state[i] == BT_RUN_FAILED;
    }
    counts->pending = n_runs - counts->done - counts->failed;
    free(state);
    return status;
}
