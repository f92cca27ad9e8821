/* bertrand equilibrium FILE */
#include <stdlib.h>
#include <string.h>

#include "experiments/commands/command_line.h"
#include "experiments/commands/equilibrium_report.h"
#include "experiments/experiment_file.h"
#include "experiments/market_block.h"
#include "markets/equilibrium/stationary_equilibrium.h"
#include "markets/posted_price/posted_price.h"
#include "markets/posted_price/posted_price_parameters.h"

static const bt_command_option options[] = {
    {.name = "format",
     .argument = "FORMAT",
     .meaning = "table (for people), json or csv (17 significant digits)"},
    {.name = "at",
     .argument = "P1,P2,...",
     .meaning = "evaluate these prices, one a product in the order of the file"},
    {.name = "set",
     .argument = "PATH=VALUE",
     .meaning = "replace a value of the file",
     .repeatable = true},
    {.name = "threads", .letter = 'j', .argument = "N", .meaning = "threads (default: 1)"},
};

typedef enum report_format { TABLE, JSON, CSV } report_format;

/* Everything that a call of the verb holds. */
typedef struct equilibrium_call {
    bt_arena *arena;
    bt_diagnostics *diagnostics;
    bt_document *document;
    bt_demand *demand;
    bt_supply *supply;
    const bt_reference_price *reference; /* NULL: buyers remember no prices */
    bt_equilibrium_settings settings;
    report_format format;
} equilibrium_call;

/* ---- the command line ---- */

static bt_status read_format(const bt_command *command, const bt_arguments *arguments,
                             report_format *format, bt_error *error)
{
    static const char *const names[] = {"table", "json", "csv"};
    const char *given = bt_argument(command, arguments, "format");
    *format = TABLE;
    if (given == NULL)
        return BT_OK;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(given, names[i]) == 0) {
            *format = (report_format)i;
            return BT_OK;
        }
    }
    return bt_fail(error, BT_BAD_USAGE, "--format %s: known are table, json and csv", given);
}

/* The next number of "P1,P2,..."; false if none stands there. */
static bool take_price(const char **text, double *price)
{
    char number[64];
    size_t length = strcspn(*text, ",");
    if (length >= sizeof(number))
        return false;
    memcpy(number, *text, length);
    number[length] = '\0';
    *text += length;
    return bt_text_to_real(number, price);
}

static bt_status read_prices(const char *text, size_t n_products, bt_arena *arena,
                             double **prices, bt_error *error)
{
    const char *rest = text;
    size_t count = 1;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ',';
    if (count != n_products)
        return bt_fail(error, BT_BAD_USAGE,
                       "--at %s: %zu price%s for %zu product%s; one a product is wanted", text,
                       count, count == 1 ? "" : "s", n_products, n_products == 1 ? "" : "s");
    *prices = BT_ARENA_NEW(arena, n_products, double);
    if (*prices == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    for (size_t j = 0; j < n_products; j++, rest++)
        if (!take_price(&rest, &(*prices)[j]))
            return bt_fail(error, BT_BAD_USAGE, "--at %s: price %zu is not a number", text,
                           j + 1);
    return BT_OK;
}

/* ---- the market ---- */

static bt_status refuse_input(const equilibrium_call *call)
{
    bt_diagnostics_print(call->diagnostics, stderr);
    return BT_BAD_INPUT;
}

/* A file that is a market's mapping is wrapped before overrides name paths in it. */
static bt_status read_document(const bt_command *command, const bt_arguments *arguments,
                               equilibrium_call *call, bt_error *error)
{
    const char *const *overrides;
    size_t n_overrides = bt_argument_all(command, arguments, "set", &overrides);
    bt_status status = bt_experiment_file_read(arguments->positional[0], NULL, 0,
                                               &call->document, call->diagnostics, error);
    if (call->document == NULL)
        return status == BT_BAD_INPUT ? refuse_input(call) : status;
    bt_market_block_wrap(call->document);
    status = bt_experiment_overrides_apply(call->document, overrides, n_overrides,
                                           call->diagnostics, error);
    return status == BT_BAD_INPUT ? BT_OK : status; /* the mistakes are told with the rest */
}

static bt_status build_market(equilibrium_call *call, bt_error *error)
{
    bt_registered market;
    bt_market_block_bind(call->document, &market, call->arena, call->diagnostics);
    if (bt_diagnostics_reported(call->diagnostics) > 0)
        return refuse_input(call);
    if (market.type != &bt_posted_price_market.described)
        return bt_fail(error, BT_BAD_INPUT,
                       "equilibria are computed for posted_price markets, not for %s",
                       market.type->name);
    const bt_posted_price_parameters *parameters = market.parameters;
    if (parameters->demand.has_reference_price)
        call->reference = &parameters->demand.reference_price.effect;
    return bt_posted_price_build(parameters, NULL, 0, &call->demand, &call->supply, error);
}

/* ---- computing ---- */

static bt_status print_report(const equilibrium_call *call, bt_equilibrium_report *report,
                              bt_error *error)
{
    const bt_ownership *ownership = &call->supply->ownership;
    report->n_products = ownership->n_products;
    report->n_sellers = ownership->n_sellers;
    report->product_name = call->supply->product_name;
    report->seller_name = call->supply->seller_name;
    report->product_seller = ownership->seller;
    if (call->format == JSON)
        return bt_equilibrium_report_json(report, stdout, error);
    if (call->format == CSV)
        bt_equilibrium_report_csv(report, stdout);
    else
        bt_equilibrium_report_table(report, stdout);
    return BT_OK;
}

static bt_status evaluate(const equilibrium_call *call, const char *at, bt_error *error)
{
    double *prices = NULL;
    bt_status status = read_prices(at, call->demand->n_products, call->arena, &prices, error);
    if (status != BT_OK)
        return status;
    bt_price_point point = {0};
    status = bt_equilibrium_evaluate(call->demand, &call->supply->ownership, prices,
                                     &call->settings, &point, error);
    bt_equilibrium_report report = {.evaluated = &point};
    if (status == BT_OK)
        status = print_report(call, &report, error);
    bt_price_point_free(&point);
    return status;
}

/* With the certificate that tells what sellers gain by leaving it. */
static bt_status evaluate_first_best(const equilibrium_call *call, bt_price_point *point,
                                     bt_error *error)
{
    const bt_ownership *ownership = &call->supply->ownership;
    bt_price_point at_cost = {0};
    bt_status status = bt_first_best(call->demand, ownership, &at_cost, error);
    if (status == BT_OK)
        status = bt_equilibrium_evaluate(call->demand, ownership, at_cost.price,
                                         &call->settings, point, error);
    bt_price_point_free(&at_cost);
    return status;
}

/* Bertrand-Nash or, where buyers remember prices, what stays so (with loss aversion: the
 * highest such prices). */
static bt_status find_equilibria(const equilibrium_call *call, bt_equilibrium_result *result,
                                 bt_error *error)
{
    const bt_ownership *ownership = &call->supply->ownership;
    if (call->reference == NULL)
        return bt_equilibrium_solve(call->demand, ownership, &call->settings, result, error);
    result->point = calloc(1, sizeof(*result->point));
    if (result->point == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory");
    bt_status status =
        bt_stationary_equilibrium(call->demand, ownership, call->reference->sensitivity,
                                  &call->settings, &result->point[0], error);
    result->n_points = status == BT_OK;
    return status;
}

static bt_status solve(const equilibrium_call *call, bt_error *error)
{
    const bt_ownership *ownership = &call->supply->ownership;
    bt_equilibrium_result result = {0};
    bt_price_point joint_profit = {0};
    bt_price_point first_best = {0};
    bt_price_point observed = {0};
    const double *observed_price = call->supply->observed_price;
    bt_equilibrium_report report = {
        .result = &result, .joint_profit = &joint_profit, .first_best = &first_best};
    bt_status status = find_equilibria(call, &result, error);
    if (status == BT_OK)
        status = bt_joint_profit_solve(call->demand, ownership, &call->settings, &joint_profit,
                                       error);
    if (status == BT_OK)
        status = evaluate_first_best(call, &first_best, error);
    if (status == BT_OK && observed_price != NULL) {
        status = bt_equilibrium_evaluate(call->demand, ownership, observed_price,
                                         &call->settings, &observed, error);
        report.observed = &observed;
    }
    if (status == BT_OK)
        status = print_report(call, &report, error);
    bt_price_point_free(&observed);
    bt_price_point_free(&first_best);
    bt_price_point_free(&joint_profit);
    bt_equilibrium_result_free(&result);
    return status;
}

/* ---- the verb ---- */

static bt_status work(const bt_command *command, const bt_arguments *arguments,
                      equilibrium_call *call, bt_error *error)
{
    int64_t n_threads = 1;
    bt_status status = read_format(command, arguments, &call->format, error);
    if (status == BT_OK)
        status = bt_argument_integer(command, arguments, "threads", 1, 4096, &n_threads, error);
    if (status == BT_OK)
        status = read_document(command, arguments, call, error);
    if (status == BT_OK)
        status = build_market(call, error);
    if (status != BT_OK)
        return status;
    call->settings.n_threads = (size_t)n_threads;
    const char *at = bt_argument(command, arguments, "at");
    if (at != NULL && call->reference != NULL)
        return bt_fail(
            error, BT_BAD_USAGE,
            "--at: where buyers remember prices (demand.reference_price), what prices "
            "bring depends on those before them; try a run");
    return at != NULL ? evaluate(call, at, error) : solve(call, error);
}

static bt_status run(const bt_command *command, const bt_arguments *arguments, bt_error *error)
{
    equilibrium_call call = {.arena = bt_arena_create(),
                             .diagnostics = bt_diagnostics_create(),
                             .settings = bt_equilibrium_defaults()};
    bt_status status = call.arena != NULL && call.diagnostics != NULL
                           ? work(command, arguments, &call, error)
                           : bt_fail(error, BT_INTERNAL, "out of memory");
    bt_demand_destroy(call.demand);
    bt_supply_destroy(call.supply);
    bt_document_destroy(call.document);
    bt_diagnostics_destroy(call.diagnostics);
    bt_arena_destroy(call.arena);
    return status;
}

const bt_command bt_verb_equilibrium = {
    .name = "equilibrium",
    .synopsis = "equilibrium FILE.yaml [options]",
    .summary = "Print a market's Bertrand-Nash equilibria, joint-profit prices and first best",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .min_positional = 1,
    .max_positional = 1,
    .run = run,
};
