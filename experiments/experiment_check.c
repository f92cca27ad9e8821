#include "experiments/experiment_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document_tree.h"
#include "experiments/document/suggestion.h"
#include "markets/market.h"

enum { THIS_FORMAT = 1 };

typedef struct experiment_checker {
    const bt_node *root;
    const bt_experiment *experiment;
    bt_diagnostics *diagnostics;
} experiment_checker;

/* The node at a path that cannot be missing where it is asked for. */
static const bt_node *at(const experiment_checker *checker, const char *path)
{
    return bt_node_at_path(checker->root, path);
}

static const bt_registered *seller_of(const bt_experiment *experiment, size_t index)
{
    return (const bt_registered *)experiment->sellers.element + index;
}

/* "" where the seller could not be bound. */
static const char *seller_name(const bt_experiment *experiment, size_t index)
{
    const bt_group_common *common = seller_of(experiment, index)->common;
    return common != NULL && common->name != NULL ? common->name : "";
}

/* ---- the file as a whole ---- */

static void check_format(const experiment_checker *checker)
{
    const bt_node *node = bt_node_find(checker->root, "format");
    int64_t format;
    if (node == NULL || bt_node_get_kind(node) != BT_NODE_SCALAR ||
        !bt_text_to_integer(bt_node_text(node), &format) || format == THIS_FORMAT)
        return;
    bt_diagnose(checker->diagnostics, node,
                "format %lld is unknown to this program: it reads format %d", (long long)format,
                THIS_FORMAT);
}

/* No key that was meant to be another. */
static bool has_only_known_keys(const bt_node *horizon)
{
    const bt_parameter *parameter = bt_parameter_find(&bt_experiment_table, "horizon");
    for (size_t i = 0; i < bt_node_count(horizon); i++)
        if (bt_parameter_find(parameter->table, bt_node_key(horizon, i)) == NULL)
            return false;
    return true;
}

static void check_horizon(const experiment_checker *checker)
{
    const bt_node *node = bt_node_find(checker->root, "horizon");
    if (node == NULL || bt_node_get_kind(node) != BT_NODE_MAPPING)
        return;
    const bt_node *periods = bt_node_find(node, "periods");
    const bt_node *time = bt_node_find(node, "time");
    bool has_periods = periods != NULL && !bt_node_is_null(periods);
    bool has_time = time != NULL && !bt_node_is_null(time);
    if (has_periods && has_time)
        bt_diagnose(checker->diagnostics, time,
                    "a horizon is either in periods or in time, not both");
    else if (!has_periods && !has_time && has_only_known_keys(node))
        bt_diagnose(checker->diagnostics, node,
                    "the horizon lacks its length: write {periods: N} or {time: 30 d}");
}

/* In a market that goes by periods, intervals are whole numbers of them. */
static void check_interval(const experiment_checker *checker, const char *path, double interval)
{
    if (checker->experiment->horizon.periods > 0 && interval != floor(interval))
        bt_diagnose(checker->diagnostics, at(checker, path),
                    "%s must be a whole number of periods, not %.15g", path, interval);
}

/* ---- sellers ---- */

static void check_seller_name(const experiment_checker *checker, size_t index)
{
    const bt_experiment *experiment = checker->experiment;
    const char *name = seller_name(experiment, index);
    const bt_node *node = bt_node_element(bt_node_find(checker->root, "sellers"), index);
    const bt_node *name_node = bt_node_find(node, "name");
    if (name_node == NULL)
        return;
    if (name[0] == '\0' && bt_node_get_kind(name_node) == BT_NODE_SCALAR &&
        bt_node_text(name_node)[0] == '\0' && !bt_node_is_null(name_node))
        bt_diagnose(checker->diagnostics, name_node, "a seller's name may not be empty");
    for (size_t i = 0; name[0] != '\0' && i < index; i++)
        if (strcmp(seller_name(experiment, i), name) == 0) {
            bt_diagnose(checker->diagnostics, name_node,
                        "sellers[%zu] has the name '%s' too: names must differ", i, name);
            return;
        }
}

static void check_repricing(const experiment_checker *checker, size_t index)
{
    enum { AFTER_SALES = 2 }; /* of the choices of `reprice` */
    const bt_seller_common *common = seller_of(checker->experiment, index)->common;
    if (common == NULL || common->reprice.chosen != AFTER_SALES ||
        common->reprice.value == floor(common->reprice.value))
        return;
    const bt_node *node = bt_node_element(bt_node_find(checker->root, "sellers"), index);
    bt_diagnose(checker->diagnostics, bt_node_at_path(node, "reprice.after_sales"),
                "sellers[%zu].reprice.after_sales must be a whole number of sales, not %.15g",
                index, common->reprice.value);
}

/* ---- who can do what the market asks ---- */

static bool seller_can(const bt_seller_type *type, bt_market_asks asks)
{
    return asks == BT_ASKS_BARGAINING ? type->bargaining != NULL : type->decide != NULL;
}

static bool buyers_can(const bt_buyers_type *type, bt_market_asks asks)
{
    return asks == BT_ASKS_BARGAINING ? type->bargaining != NULL : type->serve != NULL;
}

static void check_sides(const experiment_checker *checker)
{
    static const char *const wants[] = {
        [BT_ASKS_PRICES] = "asks for prices", [BT_ASKS_BARGAINING] = "bargains"};
    const bt_experiment *experiment = checker->experiment;
    const bt_market_type *market = (const bt_market_type *)experiment->market.type;
    for (size_t i = 0; i < experiment->sellers.count; i++) {
        const bt_described *policy = seller_of(experiment, i)->type;
        if (policy != NULL && !seller_can((const bt_seller_type *)policy, market->asks)) {
            char path[64];
            snprintf(path, sizeof(path), "sellers[%zu].policy", i);
            bt_diagnose(checker->diagnostics, at(checker, path),
                        "%s: a %s market %s, which policy %s cannot answer", path,
                        market->described.name, wants[market->asks], policy->name);
        }
    }
    const bt_described *buyers = experiment->buyers.type;
    if (buyers == NULL || buyers_can((const bt_buyers_type *)buyers, market->asks))
        return;
    const bt_node *node = bt_node_find(checker->root, "buyers");
    bt_diagnose(checker->diagnostics, node != NULL ? node : at(checker, "market"),
                "buyers: a %s market %s, which buyers of type %s cannot answer%s",
                market->described.name, wants[market->asks], buyers->name,
                market->asks == BT_ASKS_BARGAINING ? "; write buyers: {type: human_bargainers}"
                                                   : "");
}

/* ---- the market's references ---- */

/* Names that a reference may have meant: those of the market's own lists and sellers'. */
static void offer_names(bt_suggestion *suggestion, const bt_node *node)
{
    for (size_t i = 0; i < bt_node_count(node); i++) {
        const bt_node *child = bt_node_element(node, i);
        const bt_node *name = bt_node_find(child, "name");
        if (name != NULL && bt_node_get_kind(name) == BT_NODE_SCALAR)
            bt_suggestion_offer(suggestion, bt_node_text(name));
        if (bt_node_get_kind(node) == BT_NODE_MAPPING &&
            bt_node_get_kind(child) == BT_NODE_LIST)
            offer_names(suggestion, child);
    }
}

typedef struct complaint_context {
    const bt_node *market;
    const char *const *seller_names;
    size_t n_seller_names;
    bool has_unnamed_seller;
    bt_diagnostics *diagnostics;
} complaint_context;

/* The first word in quotes, which is what a complaint is about. */
static bool take_quoted(const char *sentence, char *word, size_t size)
{
    const char *opening = strchr(sentence, '"');
    if (opening == NULL)
        return false;
    size_t length = strcspn(opening + 1, "\"");
    if (length >= size)
        return false;
    memcpy(word, opening + 1, length);
    word[length] = '\0';
    return true;
}

/* What a name that nothing has may have meant, or NULL. */
static const char *meant(const complaint_context *context, const char *word)
{
    bt_suggestion suggestion = bt_suggestion_begin(word);
    for (size_t i = 0; i < context->n_seller_names; i++)
        bt_suggestion_offer(&suggestion, context->seller_names[i]);
    offer_names(&suggestion, context->market);
    bool is_itself = suggestion.best != NULL && strcmp(suggestion.best, word) == 0;
    return is_itself ? NULL : suggestion.best;
}

/* Whether a complaint only follows from a mistake that was reported before: one inside what
 * it is about, or a name that could not be read. */
static bool follows_from_another(const complaint_context *context, const bt_node *node,
                                 const char *path, const char *word)
{
    size_t length = strlen(path);
    bool about_seller = length > 7 && strcmp(path + length - 7, ".seller") == 0;
    return bt_diagnostics_touch(context->diagnostics, node) || word[0] == '\0' ||
           (context->has_unnamed_seller && about_seller);
}

static void tell_complaint(void *data, const char *path, const char *sentence)
{
    const complaint_context *context = data;
    const bt_node *node = bt_node_at_path(context->market, path);
    char word[128];
    bool is_about_word = take_quoted(sentence, word, sizeof(word));
    if (follows_from_another(context, node, path, is_about_word ? word : path)) {
        bt_diagnostics_report_silently(context->diagnostics);
        return;
    }
    const char *best = is_about_word ? meant(context, word) : NULL;
    if (best != NULL)
        bt_diagnose(context->diagnostics, node, "market.%s: %s; did you mean %s?", path,
                    sentence, best);
    else
        bt_diagnose(context->diagnostics, node, "market.%s: %s", path, sentence);
}

void bt_market_references_check(const bt_node *market_node, const bt_registered *market,
                                const char *const *seller_names, size_t n_seller_names,
                                bt_diagnostics *diagnostics)
{
    const bt_market_type *type = (const bt_market_type *)market->type;
    complaint_context context = {.market = market_node,
                                 .seller_names = seller_names,
                                 .n_seller_names = n_seller_names,
                                 .diagnostics = diagnostics};
    for (size_t i = 0; i < n_seller_names; i++)
        context.has_unnamed_seller |= seller_names[i][0] == '\0';
    if (type != NULL && type->check != NULL)
        type->check(market->parameters, seller_names, n_seller_names, tell_complaint, &context);
}

/* No two sellers share a name once groups are written out. */
static void check_group_names(const experiment_checker *checker,
                              const bt_group_entries *sellers)
{
    const bt_registered *first = checker->experiment->sellers.element;
    for (size_t i = 0; i < sellers->count; i++)
        for (size_t k = 0; k < i && sellers->count > checker->experiment->sellers.count; k++)
            if (sellers->entry[i] != sellers->entry[k] && sellers->name[i][0] != '\0' &&
                strcmp(sellers->name[i], sellers->name[k]) == 0) {
                size_t group = (size_t)(sellers->entry[i] - first);
                const bt_node *node =
                    bt_node_element(bt_node_find(checker->root, "sellers"), group);
                bt_diagnose(checker->diagnostics, bt_node_find(node, "name"),
                            "sellers[%zu] and sellers[%zu] both have a seller '%s'",
                            (size_t)(sellers->entry[k] - first), group, sellers->name[i]);
                return;
            }
}

static void check_market(const experiment_checker *checker)
{
    const bt_experiment *experiment = checker->experiment;
    bt_group_entries sellers;
    bt_error error = {.status = BT_OK};
    bt_arena *arena = bt_arena_create();
    if (arena != NULL &&
        bt_group_entries_create(&experiment->sellers, arena, &sellers, &error) == BT_OK) {
        check_group_names(checker, &sellers);
        bt_market_references_check(bt_node_find(checker->root, "market"), &experiment->market,
                                   sellers.name, sellers.count, checker->diagnostics);
    }
    bt_arena_destroy(arena);
}

/* ---- bidders ---- */

static const bt_registered *bidder_of(const bt_experiment *experiment, size_t index)
{
    return (const bt_registered *)experiment->bidders.element + index;
}

static const bt_node *bidder_node(const experiment_checker *checker, size_t index)
{
    return bt_node_element(bt_node_find(checker->root, "bidders"), index);
}

static void check_bidder_name(const experiment_checker *checker, size_t index)
{
    const bt_bidder_common *common = bidder_of(checker->experiment, index)->common;
    const bt_node *node = bt_node_find(bidder_node(checker, index), "name");
    if (node == NULL || common == NULL)
        return;
    for (size_t i = 0; i < index; i++) {
        const bt_bidder_common *other = bidder_of(checker->experiment, i)->common;
        if (other != NULL && other->group.name != NULL && common->group.name != NULL &&
            strcmp(other->group.name, common->group.name) == 0) {
            bt_diagnose(checker->diagnostics, node,
                        "bidders[%zu] has the name '%s' too: names must differ", i,
                        common->group.name);
            return;
        }
    }
}

static void check_bidders(const experiment_checker *checker)
{
    const bt_experiment *experiment = checker->experiment;
    const bt_market_type *type = (const bt_market_type *)experiment->market.type;
    const bt_node *bidders = bt_node_find(checker->root, "bidders");
    if (type != NULL && !type->takes_bidders && experiment->bidders.count > 0)
        bt_diagnose(checker->diagnostics, bidders,
                    "a %s market has no bidders: leave `bidders` out", type->described.name);
    if (type != NULL && type->takes_bidders && bidders == NULL)
        bt_diagnose(checker->diagnostics, at(checker, "market.type"),
                    "in a market of type %s somebody must bid: list `bidders`",
                    type->described.name);
    for (size_t i = 0; i < experiment->bidders.count; i++) {
        const bt_bidder_common *common = bidder_of(experiment, i)->common;
        const char *mistake = common != NULL ? bt_law_mistake(&common->value) : NULL;
        check_bidder_name(checker, i);
        if (mistake != NULL)
            bt_diagnose(checker->diagnostics, bt_node_find(bidder_node(checker, i), "value"),
                        "bidders[%zu].value: %s", i, mistake);
    }
}

/* ---- what is recorded ---- */

static bool is_listed(const bt_series *series, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(series[i].name, name) == 0)
            return true;
    return false;
}

static void refuse_series(const experiment_checker *checker, const bt_market_type *type,
                          const bt_node *node, const char *name)
{
    bt_suggestion suggestion = bt_suggestion_begin(name);
    for (size_t i = 0; i < type->n_series; i++)
        bt_suggestion_offer(&suggestion, type->series[i].name);
    if (is_listed(type->outcomes, type->n_outcomes, name))
        bt_diagnose(checker->diagnostics, node,
                    "'%.60s' is an outcome, stored once for every run: leave it out here",
                    name);
    else if (suggestion.best != NULL)
        bt_diagnose(checker->diagnostics, node,
                    "record.series: a %s market has no series '%.60s': did you mean %s?",
                    type->described.name, name, suggestion.best);
    else
        bt_diagnose(checker->diagnostics, node,
                    "record.series: a %s market has no series '%.60s': "
                    "`bertrand describe market %s` lists them",
                    type->described.name, name, type->described.name);
}

static void check_series(const experiment_checker *checker)
{
    const bt_market_type *type = (const bt_market_type *)checker->experiment->market.type;
    const bt_text_list *series = &checker->experiment->record.series;
    for (size_t i = 0; i < series->count && type != NULL; i++) {
        char path[64];
        snprintf(path, sizeof(path), "record.series[%zu]", i);
        const char *name = series->value[i];
        if (name[0] == '\0')
            continue;
        if (!is_listed(type->series, type->n_series, name))
            refuse_series(checker, type, at(checker, path), name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(series->value[k], name) == 0) {
                bt_diagnose(checker->diagnostics, at(checker, path),
                            "record.series names '%.60s' twice", name);
                break;
            }
    }
}

/* ---- all ---- */

void bt_experiment_check(const bt_node *root, const bt_experiment *experiment,
                         bt_diagnostics *diagnostics)
{
    experiment_checker checker = {
        .root = root, .experiment = experiment, .diagnostics = diagnostics};
    check_format(&checker);
    check_horizon(&checker);
    check_interval(&checker, "record.every", experiment->record.every);
    check_interval(&checker, "checkpoint.every", experiment->checkpoint.every);
    for (size_t i = 0; i < experiment->sellers.count; i++) {
        check_seller_name(&checker, i);
        check_repricing(&checker, i);
    }
    if (experiment->market.type != NULL) {
        check_sides(&checker);
        check_market(&checker);
    }
    check_bidders(&checker);
    check_series(&checker);
}
