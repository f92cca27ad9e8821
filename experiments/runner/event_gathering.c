#include "experiments/runner/event_gathering.h"

#include <stdlib.h>

#include "experiments/runner/event_spool.h"
#include "experiments/runner/run_log.h"
#include "sim/file_io.h"

static bt_status no_memory(bt_error *error)
{
    return bt_fail(error, BT_INTERNAL, "there is no memory for the name of the event log");
}

static const bt_market_type *market_of(const bt_plan *plan)
{
    return (const bt_market_type *)bt_sweep_base(plan->sweep)->market.type;
}

bt_status bt_events_check(const bt_plan *plan, const char *result, bool replace,
                          bt_error *error)
{
    if (market_of(plan)->event_kinds == NULL)
        return bt_fail(error, BT_BAD_INPUT, "trace: a market of type %s has no events to log",
                       market_of(plan)->described.name);
    char *path = bt_name_beside(result, ".events.h5");
    if (path == NULL)
        return no_memory(error);
    bt_status status = BT_OK;
    if (!replace && bt_file_exists(path))
        status = bt_fail(error, BT_CANNOT_CREATE,
                         "%s exists already; replace it with --force, or choose another name "
                         "with --output",
                         path);
    free(path);
    return status;
}

static bt_status describe(const bt_plan *plan, bt_event_log *log, bt_error *error)
{
    const char *const *names;
    size_t n_names = market_of(plan)->event_kinds(&names);
    bt_status status = bt_event_log_name_kinds(log, names, n_names, error);
    const bt_result_schema *schema = &plan->cube->schema;
    for (size_t i = 0; i < schema->n_attributes && status == BT_OK; i++)
        status = bt_event_log_describe(log, schema->attributes[i].name,
                                       schema->attributes[i].text, error);
    return status;
}

static bt_status append_runs(const bt_plan *plan, const bt_result_writer *writer,
                             const char *result, bt_event_log *log, bt_error *error)
{
    bt_status status = BT_OK;
    for (size_t point = 0; point < plan->n_points; point++)
        for (size_t replication = 0; replication < plan->n_replications; replication++)
            if (status == BT_OK && bt_selection_has(&plan->selection, point, replication) &&
                bt_result_run_state(writer, point, replication) == BT_RUN_DONE)
                status = bt_event_spool_gather(result, point, replication, log, error);
    return status;
}

bt_status bt_events_gather(const bt_plan *plan, const bt_result_writer *writer,
                           const char *result, bt_error *error)
{
    char *path = bt_name_beside(result, ".events.h5");
    if (path == NULL)
        return no_memory(error);
    bt_event_log *log = NULL;
    bt_status status = bt_event_log_create(path, true, &log, error);
    free(path);
    if (status == BT_OK)
        status = describe(plan, log, error);
    if (status == BT_OK)
        status = append_runs(plan, writer, result, log, error);
    bt_status closed = bt_event_log_close(log, status == BT_OK ? error : NULL);
    return status == BT_OK ? closed : status;
}

void bt_events_clean_up(const bt_plan *plan, const char *result)
{
    for (size_t point = 0; point < plan->n_points; point++)
        for (size_t replication = 0; replication < plan->n_replications; replication++)
            if (bt_selection_has(&plan->selection, point, replication))
                bt_event_spool_remove(result, point, replication);
    bt_event_spool_remove_folder(result);
}
