#include "experiments/experiment.h"

#include "agents/bidders/registry.h"
#include "agents/buyers/registry.h"
#include "agents/sellers/registry.h"
#include "experiments/experiment_check.h"
#include "markets/group_name.h"
#include "markets/registry.h"

#define OF(type, member) .offset = offsetof(type, member)

/* The largest integer up to which every integer is a double: 2^53 - 1. */
#define LARGEST_EXACT 9007199254740991.0

static const bt_parameter horizon_parameters[] = {
    {.name = "periods",
     .type = BT_INTEGER,
     OF(bt_horizon_parameters, periods),
     .unit = "periods",
     .range = BT_BETWEEN(1, LARGEST_EXACT),
     .meaning = "length of a run in periods; for markets in which all act each period"},
    {.name = "time",
     .type = BT_TIME,
     OF(bt_horizon_parameters, time),
     .unit = "days",
     .default_text = "null",
     .null_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "length of a run in time; for event-driven markets"},
    {.name = "until_stable",
     .type = BT_INTEGER,
     OF(bt_horizon_parameters, until_stable),
     .unit = "periods",
     .default_text = "0",
     .range = BT_BETWEEN(0, LARGEST_EXACT),
     .meaning = "stop early once all greedy behaviour was unchanged so long; 0: never"},
};
static const bt_parameter_table horizon_table =
    BT_TABLE_OF(bt_horizon_parameters, horizon_parameters);

static const bt_parameter record_parameters[] = {
    {.name = "every",
     .type = BT_TIME,
     OF(bt_record_parameters, every),
     .unit = "periods or days",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "interval between records; 0: a hundredth of the horizon"},
    {.name = "series",
     .type = BT_TEXT_LIST,
     OF(bt_record_parameters, series),
     .meaning = "what is recorded; the market's usual series when not given"},
    {.name = "value",
     .type = BT_CHOICE,
     OF(bt_record_parameters, value),
     .default_text = "mean",
     .choices = "mean|last",
     .meaning = "whether a record holds the interval's mean or its last value"},
};
static const bt_parameter_table record_table =
    BT_TABLE_OF(bt_record_parameters, record_parameters);

static const bt_parameter checkpoint_parameters[] = {
    {.name = "every",
     .type = BT_TIME,
     OF(bt_checkpoint_parameters, every),
     .unit = "periods or days",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "simulated time between saved states of a run; 0: none are saved"},
};
static const bt_parameter_table checkpoint_table =
    BT_TABLE_OF(bt_checkpoint_parameters, checkpoint_parameters);

static const bt_parameter seller_parameters[] = {
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_seller_common, group.name),
     .required = true,
     .meaning = "the seller, as the market's products name it"},
    {.name = "count",
     .type = BT_INTEGER,
     OF(bt_seller_common, group.count),
     .range = BT_BETWEEN(1, 100000),
     .meaning = "sellers alike, called NAME1, NAME2, ..., or with the number for # in NAME",
     .given_offset = offsetof(bt_seller_common, group.has_count)},
    {.name = "reprice",
     .type = BT_OPTION,
     OF(bt_seller_common, reprice),
     .unit = "periods or days, 1/day, sales",
     .default_text = "{every: 1}",
     .choices = "every:time|poisson:|after_sales:",
     .range = BT_POSITIVE,
     .meaning =
         "when it sets prices: at an interval, at Poisson times, or after so many sales"},
    {.name = "reprice_offset",
     .type = BT_TIME,
     OF(bt_seller_common, reprice_offset),
     .unit = "periods or days",
     .default_text = "0",
     .range = BT_NON_NEGATIVE,
     .meaning = "when an interval's clock first strikes"},
};
static const bt_parameter_table seller_table = BT_TABLE_OF(bt_seller_common, seller_parameters);

static const bt_parameter bidder_parameters[] = {
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_bidder_common, group.name),
     .required = true,
     .meaning = "the bidder"},
    {.name = "count",
     .type = BT_INTEGER,
     OF(bt_bidder_common, group.count),
     .range = BT_BETWEEN(1, 100000),
     .meaning = "bidders alike, called NAME1, NAME2, ..., or with the number for # in NAME",
     .given_offset = offsetof(bt_bidder_common, group.has_count)},
    {.name = "value",
     .type = BT_TABLE,
     OF(bt_bidder_common, value),
     .default_text = "{}",
     .table = &bt_law_table,
     .meaning = "what an item is worth to it, each round"},
};
static const bt_parameter_table bidder_table = BT_TABLE_OF(bt_bidder_common, bidder_parameters);

static const bt_parameter parameters[] = {
    {.name = "format",
     .type = BT_INTEGER,
     OF(bt_experiment, format),
     .required = true,
     .meaning = "version of the file format: 1"},
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_experiment, name),
     .required = true,
     .meaning = "what the experiment is called"},
    {.name = "seed",
     .type = BT_INTEGER,
     OF(bt_experiment, seed),
     .required = true,
     .range = BT_BETWEEN(0, LARGEST_EXACT),
     .meaning = "the seed of every random stream"},
    {.name = "replications",
     .type = BT_INTEGER,
     OF(bt_experiment, replications),
     .unit = "runs",
     .default_text = "1",
     .range = BT_BETWEEN(1, 1e9),
     .meaning = "runs of each sweep point, each with draws of its own"},
    {.name = "horizon",
     .type = BT_TABLE,
     OF(bt_experiment, horizon),
     .required = true,
     .table = &horizon_table,
     .meaning = "how long a run lasts: {periods: N} or {time: 30 d}"},
    {.name = "market",
     .type = BT_REGISTERED,
     OF(bt_experiment, market),
     .required = true,
     .registry = &bt_market_registry,
     .selector = "type",
     .meaning = "where buyers and sellers meet"},
    {.name = "sellers",
     .type = BT_REGISTERED_LIST,
     OF(bt_experiment, sellers),
     .required = true,
     .table = &seller_table,
     .registry = &bt_seller_registry,
     .selector = "policy",
     .meaning = "who sells, and by what rule they price"},
    {.name = "bidders",
     .type = BT_REGISTERED_LIST,
     OF(bt_experiment, bidders),
     .table = &bidder_table,
     .registry = &bt_bidder_registry,
     .selector = "policy",
     .meaning = "who bids, in an auction market, and by what rule"},
    {.name = "buyers",
     .type = BT_REGISTERED,
     OF(bt_experiment, buyers),
     .default_text = "{type: expected}",
     .registry = &bt_buyers_registry,
     .selector = "type",
     .meaning = "who buys: exact demand, or a population that draws its choices"},
    {.name = "record",
     .type = BT_TABLE,
     OF(bt_experiment, record),
     .default_text = "{}",
     .table = &record_table,
     .meaning = "what is written down, and how often"},
    {.name = "checkpoint",
     .type = BT_TABLE,
     OF(bt_experiment, checkpoint),
     .default_text = "{}",
     .table = &checkpoint_table,
     .meaning = "saved states, from which a long run that was killed goes on"},
    {.name = "trace",
     .type = BT_BOOLEAN,
     OF(bt_experiment, trace),
     .default_text = "false",
     .meaning = "log every event of every run"},
    {.name = "common_random_numbers",
     .type = BT_BOOLEAN,
     OF(bt_experiment, common_random_numbers),
     .default_text = "false",
     .meaning = "give a replication the same draws at every sweep point"},
    {.name = "on_failure",
     .type = BT_CHOICE,
     OF(bt_experiment, on_failure),
     .default_text = "continue",
     .choices = "continue|stop",
     .meaning = "whether a run that fails stops the runs that have not begun"},
    {.name = "confidence_level",
     .type = BT_REAL,
     OF(bt_experiment, confidence_level),
     .default_text = "0.95",
     .range = {.minimum = 0,
               .maximum = 1,
               .above_minimum = true,
               .below_maximum = true,
               .bounded = true},
     .meaning = "of the confidence intervals over replications"},
};

const bt_parameter_table bt_experiment_table = BT_TABLE_OF(bt_experiment, parameters);

/* An entry with mistakes may lack what is common to all, or its name. */
static size_t group_size(const bt_registered *group)
{
    const bt_group_common *common = group->common;
    return common != NULL && common->has_count ? (size_t)common->count : 1;
}

static const char *name_in_group(const bt_registered *group, size_t k, bt_arena *arena)
{
    const bt_group_common *common = group->common;
    if (common == NULL || common->name == NULL)
        return "";
    return common->has_count ? bt_group_name(common->name, group_size(group), k, arena)
                             : common->name;
}

bt_status bt_group_entries_create(const bt_table_list *groups, bt_arena *arena,
                                  bt_group_entries *entries, bt_error *error)
{
    const bt_registered *group = groups->element;
    *entries = (bt_group_entries){.count = 0};
    size_t total = 0;
    for (size_t i = 0; i < groups->count; i++)
        total += group_size(&group[i]);
    entries->name = BT_ARENA_NEW(arena, total + 1, const char *);
    entries->entry = BT_ARENA_NEW(arena, total + 1, const bt_registered *);
    bool is_complete = entries->name != NULL && entries->entry != NULL;
    for (size_t i = 0; is_complete && i < groups->count; i++)
        for (size_t k = 0; is_complete && k < group_size(&group[i]); k++) {
            entries->entry[entries->count] = &group[i];
            entries->name[entries->count] = name_in_group(&group[i], k, arena);
            is_complete = entries->name[entries->count++] != NULL;
        }
    return is_complete ? BT_OK
                       : bt_fail(error, BT_INTERNAL, "out of memory for %zu agents", total);
}

bt_status bt_experiment_bind(const bt_document *document, bt_experiment *experiment,
                             bt_arena *arena, bt_diagnostics *diagnostics)
{
    size_t reported = bt_diagnostics_reported(diagnostics);
    const bt_node *root = bt_document_root(document);
    bt_status status = bt_bind(root, &bt_experiment_table, experiment, arena, diagnostics);
    if (bt_node_get_kind(root) == BT_NODE_MAPPING)
        bt_experiment_check(root, experiment, diagnostics);
    return bt_diagnostics_reported(diagnostics) == reported ? status : BT_BAD_INPUT;
}
