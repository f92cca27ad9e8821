#include "experiments/pages/describe.h"

#include <stdlib.h>
#include <string.h>

#include "experiments/document/bind_internal.h"
#include "experiments/experiment.h"
#include "experiments/training/training.h"
#include "markets/registry.h"

enum { LONGEST_KEY = 128, TYPE_LEVEL = 3 };

/* ---- parameters ---- */

/* "a number above 0; default 0.25; in price" */
static char *details_of(const bt_parameter *parameter)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    bt_print_expectation(out, parameter);
    if (parameter->required)
        fputs("; required", out);
    else if (parameter->default_text != NULL)
        fprintf(out, "; default %s", parameter->default_text);
    else
        fputs("; optional", out);
    if (parameter->unit != NULL && strcmp(parameter->unit, "1") != 0)
        fprintf(out, "; unit: %s", parameter->unit);
    fclose(out);
    return text;
}

static void describe_table(const bt_page *page, const char *prefix,
                           const bt_parameter_table *table);

static void describe_parameter(const bt_page *page, const char *prefix,
                               const bt_parameter *parameter)
{
    char key[LONGEST_KEY];
    char inside[LONGEST_KEY];
    snprintf(key, sizeof(key), "%s%s", prefix, parameter->name);
    char *details = details_of(parameter);
    bt_page_key(page, key, parameter->meaning, details != NULL ? details : "");
    free(details);
    bool is_list = parameter->type == BT_TABLE_LIST;
    if (parameter->type != BT_TABLE && !is_list)
        return;
    snprintf(inside, sizeof(inside), "%.*s%s", LONGEST_KEY - 8, key, is_list ? "[*]." : ".");
    describe_table(page, inside, parameter->table);
}

static void describe_table(const bt_page *page, const char *prefix,
                           const bt_parameter_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        describe_parameter(page, prefix, &table->parameters[i]);
}

static void describe_keys(const bt_page *page, const bt_parameter_table *table)
{
    if (table == NULL || table->count == 0) {
        bt_page_paragraph(page, "It has no parameters.");
        return;
    }
    bt_page_begin_keys(page);
    describe_table(page, "", table);
    bt_page_end_keys(page);
}

/* ---- what a market records, what a seller is told ---- */

static const char *axis_name(bt_axis axis)
{
    switch (axis) {
    case BT_AXIS_NONE:
        return "one number";
    case BT_AXIS_PRODUCT:
        return "by product";
    case BT_AXIS_SELLER:
        return "by seller";
    case BT_AXIS_SEGMENT:
        return "by segment";
    case BT_AXIS_BIDDER:
        return "by bidder";
    case BT_AXIS_SELLER_STATE:
        return "by seller and state";
    case BT_AXIS_CYCLE_PRODUCT:
        return "by position in the cycle and product";
    case BT_AXIS_SELLER_RESPONSE:
        return "by seller and period of the response";
    case BT_AXIS_SELLER_COUNT:
        return "by seller and number";
    case BT_AXIS_SELLER_WINDOW:
        return "by seller and share of the window";
    case BT_AXIS_SELLER_TURN:
        return "by seller and turn";
    case BT_AXIS_SELLER_HUNDREDTH:
        return "by seller and hundredths";
    }
    return "";
}

static void describe_series(const bt_page *page, const bt_series *series, size_t count)
{
    bt_page_begin_keys(page);
    for (size_t i = 0; i < count; i++) {
        char details[160];
        bool has_unit = strcmp(series[i].units, "1") != 0;
        snprintf(details, sizeof(details), "%s%s%s%s", axis_name(series[i].axis),
                 has_unit ? "; unit: " : "", has_unit ? series[i].units : "",
                 series[i].is_default ? "; recorded by default" : "");
        bt_page_key(page, series[i].name, series[i].long_name, details);
    }
    bt_page_end_keys(page);
}

static void describe_market(const bt_page *page, const bt_market_type *type)
{
    bt_page_paragraph(page, "Series that `record.series` can name:");
    describe_series(page, type->series, type->n_series);
    bt_page_paragraph(page, "Outcomes, stored once for every run:");
    describe_series(page, type->outcomes, type->n_outcomes);
}

static void describe_feedback(const bt_page *page, uint32_t feedback)
{
    static const struct {
        bt_feedback bit;
        const char *words;
    } told[] = {
        {BT_SEES_OWN_SALES, "its own sales and the number of buyers"},
        {BT_SEES_RIVAL_PRICES, "its rivals' prices"},
        {BT_SEES_COUNTERFACTUALS, "what its other prices would have earned"},
        {BT_SEES_OWN_GRADIENT, "the gradient of its expected profit"},
        {BT_KNOWS_DEMAND, "the true demand"},
    };
    char text[256] = "It is told its own profit";
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (feedback & (uint32_t)told[i].bit)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %s", told[i].words);
    snprintf(text + strlen(text), sizeof(text) - strlen(text), ".");
    bt_page_paragraph(page, text);
}

/* ---- types and kinds ---- */

void bt_describe_type(const bt_page *page, const bt_kind *kind, const bt_described *type)
{
    char heading[160];
    snprintf(heading, sizeof(heading), "%s: %s", kind->parameter->selector, type->name);
    bt_page_heading(page, TYPE_LEVEL, heading, true);
    bt_page_paragraph(page, type->summary);
    if (type->source != NULL && type->source[0] != '\0') {
        char source[512];
        snprintf(source, sizeof(source), "Source: %s", type->source);
        bt_page_paragraph(page, source);
    }
    bool is_seller = strcmp(kind->registry->kind, "seller") == 0;
    if (is_seller)
        describe_feedback(page, ((const bt_seller_type *)type)->feedback);
    describe_keys(page, type->parameters);
    if (kind->registry == &bt_market_registry)
        describe_market(page, (const bt_market_type *)type);
}

void bt_describe_kind(const bt_page *page, const bt_kind *kind)
{
    const bt_registry *registry = kind->registry;
    char heading[160];
    snprintf(heading, sizeof(heading), "%s: %s", registry->kind, kind->parameter->meaning);
    bt_page_heading(page, 2, heading, false);
    if (kind->parameter->table != NULL) {
        snprintf(heading, sizeof(heading),
                 "Keys of every %s, beside those of its `%s`:", registry->kind,
                 kind->parameter->selector);
        bt_page_paragraph(page, heading);
        describe_keys(page, kind->parameter->table);
    }
    for (size_t i = 0; i < registry->count; i++)
        bt_describe_type(page, kind, registry->entries[i]);
}

/* ---- the file ---- */

void bt_describe_experiment(const bt_page *page)
{
    bt_page_heading(page, 2, "The experiment file", false);
    describe_keys(page, &bt_experiment_table);
}

void bt_describe_sweep(const bt_page *page)
{
    static const struct {
        const char *key;
        const char *meaning;
        const char *takes;
    } blocks[] = {
        {"grid", "every combination, the last path fastest",
         "{PATH: VALUES, ...}; VALUES are [0.2, 0.3], {from: 0, to: 1, steps: 5} or "
         "{log: [1e-7, 1e-4], steps: 7}"},
        {"zip", "in step; lists of one length", "{PATH: VALUES, ...}"},
        {"list", "points one by one", "[{PATH: VALUE, ...}, ...]"},
        {"sobol", "a low-discrepancy design", "{points: N, PATH: [LOW, HIGH], ...}"},
        {"halton", "a low-discrepancy design", "{points: N, PATH: [LOW, HIGH], ...}"},
        {"lhs", "a Latin hypercube", "{points: N, PATH: [LOW, HIGH], ...}"},
        {"random", "independent and uniform", "{points: N, PATH: [LOW, HIGH], ...}"},
        {"table",
         "a CSV file whose header names the paths; an empty field keeps the base value",
         "a file, relative to the experiment's folder"},
        {"where",
         "keeps what satisfies a condition: of all blocks above, or, beside a design, "
         "of that block",
         "a condition over paths, as in market.demand.scale < 0.3"},
    };
    bt_page_heading(page, 2, "The sweep", false);
    bt_page_paragraph(page, "`sweep:` is a list of blocks, concatenated in order; each makes "
                            "points, which are the file with some values replaced. Paths are "
                            "those of --set: market.demand.scale, sellers[*].learning_rate, "
                            "market.products[A].cost.");
    bt_page_begin_keys(page);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        bt_page_key(page, blocks[i].key, blocks[i].meaning, blocks[i].takes);
    bt_page_end_keys(page);
}

void bt_describe_training(const bt_page *page)
{
    bt_page_heading(page, 2, "The training file", false);
    bt_page_paragraph(page, "What `bertrand train sequences` reads.");
    describe_keys(page, &bt_training_file_table);
}

void bt_describe_all(const bt_page *page)
{
    bt_kind kinds[BT_MOST_KINDS];
    size_t n_kinds = bt_list_kinds(kinds);
    if (page->markdown) {
        bt_page_heading(page, 1, "Reference", false);
        bt_page_paragraph(
            page,
            "Everything that an experiment file or a training file can say. This page is the "
            "output of `bertrand describe --format markdown`; it comes from "
            "the tables that also parse the file.");
    }
    bt_describe_experiment(page);
    bt_describe_sweep(page);
    bt_describe_training(page);
    for (size_t i = 0; i < n_kinds; i++)
        bt_describe_kind(page, &kinds[i]);
}
