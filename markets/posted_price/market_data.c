#include "markets/posted_price/market_data.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markets/demand/share_inversion.h"
#include "markets/equilibrium/recovered_costs.h"

/* ---- parameters ---- */

#define OF(type, member) .offset = offsetof(type, member)
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }
#define COLUMN(key, standard, what)                                                            \
    {                                                                                          \
        .name = #key, .type = BT_TEXT, OF(bt_data_columns, key), .default_text = standard,     \
        .meaning = what                                                                        \
    }

static const bt_parameter column_parameters[] = {
    COLUMN(market, "market_ids", "the market of a row, in both files"),
    COLUMN(product, "product_ids", "the product's name"),
    COLUMN(seller, "firm_ids", "the firm that sells it"),
    COLUMN(price, "prices", "its price"),
    COLUMN(share, "shares", "its share of all buyers, those who bought nothing included"),
    COLUMN(weight, "weights", "agents: how many buyers a row stands for"),
};
static const bt_parameter_table column_table = BT_TABLE_OF(bt_data_columns, column_parameters);

static const bt_parameter taste_parameters[] = {
    {.name = "column",
     .type = BT_TEXT,
     OF(bt_taste_parameters, column),
     .required = true,
     .meaning = "a numeric column of the products, the price among them, or `constant`"},
    {.name = "mean",
     .type = BT_REAL,
     OF(bt_taste_parameters, mean),
     .unit = "utility/price",
     .default_text = "0",
     .range = ANY_NUMBER,
     .meaning = "mean coefficient, of the price only: other means are in what shares reveal"},
    {.name = "sd",
     .type = BT_REAL,
     OF(bt_taste_parameters, sd),
     .unit = "utility",
     .default_text = "0",
     .range = ANY_NUMBER,
     .meaning = "what a buyer's node is multiplied with"},
    {.name = "nodes",
     .type = BT_TEXT,
     OF(bt_taste_parameters, nodes),
     .meaning = "the agents' column of nodes; needed where sd is not 0"},
    {.name = "demographics",
     .type = BT_NAMED_REALS,
     OF(bt_taste_parameters, demographics),
     .unit = "utility",
     .range = ANY_NUMBER,
     .meaning = "columns of the agents and what each is multiplied with"},
    {.name = "reciprocals",
     .type = BT_NAMED_REALS,
     OF(bt_taste_parameters, reciprocals),
     .unit = "utility",
     .range = ANY_NUMBER,
     .meaning = "columns of the agents and what is divided by each"},
};
static const bt_parameter_table taste_table =
    BT_TABLE_OF(bt_taste_parameters, taste_parameters);

static const bt_parameter data_parameters[] = {
    {.name = "products",
     .type = BT_CSV,
     OF(bt_data_parameters, products),
     .required = true,
     .meaning = "CSV file with a row for each product of each market"},
    {.name = "agents",
     .type = BT_CSV,
     OF(bt_data_parameters, agents),
     .meaning = "CSV file with rows of simulated buyers for each market; one kind of buyer "
                "when not given",
     .given_offset = offsetof(bt_data_parameters, has_agents)},
    {.name = "market",
     .type = BT_TEXT,
     OF(bt_data_parameters, market),
     .required = true,
     .meaning = "which market of the files"},
    {.name = "columns",
     .type = BT_TABLE,
     OF(bt_data_parameters, columns),
     .default_text = "{}",
     .table = &column_table,
     .meaning = "what the files call their columns"},
    {.name = "tastes",
     .type = BT_TABLE_LIST,
     OF(bt_data_parameters, tastes),
     .required = true,
     .table = &taste_table,
     .meaning = "coefficients of utility: of the price, and of what buyers differ in"},
    {.name = "conduct",
     .type = BT_CHOICE,
     OF(bt_data_parameters, conduct),
     .default_text = "multi_product",
     .choices = "multi_product|single_product|joint_profit",
     .meaning = "who is taken to have set the data's prices: firms, each product, or all"},
    {.name = "mergers",
     .type = BT_TEXT_GROUPS,
     OF(bt_data_parameters, mergers),
     .meaning = "firms that become one after costs are recovered, named after the first"},
};
const bt_parameter_table bt_data_parameter_table =
    BT_TABLE_OF(bt_data_parameters, data_parameters);

/* ---- complaints ---- */

enum { PATH_LENGTH = 160, SENTENCE_LENGTH = 512, MOST_COMPLAINTS = 20 };

typedef struct reading {
    const bt_data_parameters *parameters;
    bt_arena *arena;
    bt_market_data *data;
    const size_t *product_row; /* [product] of the products' table */
    const size_t *agent_row;   /* [agent] */
    bt_complain *complain;
    void *context;
    size_t n_complaints;
} reading;

__attribute__((format(printf, 3, 4))) static void tell(reading *of, const char *path,
                                                       const char *format, ...)
{
    char sentence[SENTENCE_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    if (of->n_complaints++ < MOST_COMPLAINTS && of->complain != NULL)
        of->complain(of->context, path, sentence);
}

static void tell_no_memory(reading *of)
{
    tell(of, "data", "out of memory for the data of a market");
}

/* ---- columns and cells ---- */

enum { NO_COLUMN = -1 };

static int column_of(const bt_text_table *table, const char *name)
{
    for (size_t k = 0; k < table->n_columns; k++)
        if (strcmp(table->header[k], name) == 0)
            return (int)k;
    return NO_COLUMN;
}

static const char *cell(const bt_text_table *table, size_t row, int column)
{
    return table->cell[row * table->n_columns + (size_t)column];
}

static int need_column(reading *of, const bt_text_table *table, const char *name,
                       const char *path)
{
    int column = column_of(table, name);
    if (column == NO_COLUMN)
        tell(of, path, "%s has no column \"%s\"", table->place, name);
    return column;
}

static bool is_number(const char *text, double *value)
{
    char *end;
    if (text[0] == '\0' || text[strspn(text, "+-0123456789.eE")] != '\0')
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

/* A number of the file; where there is none, a complaint and NAN. */
static double number_at(reading *of, const bt_text_table *table, size_t row, int column,
                        const char *path)
{
    double value;
    if (is_number(cell(table, row, column), &value))
        return value;
    tell(of, path, "%s:%zu: column %s holds \"%.60s\", no number", table->place,
         table->line[row], table->header[column], cell(table, row, column));
    return NAN;
}

/* ---- rows ---- */

/* The rows of the market, in the file's order; NULL with a complaint where there are none. */
static const size_t *rows_of_market(reading *of, const bt_text_table *table, const char *path,
                                    size_t *count)
{
    *count = 0;
    int column = need_column(of, table, of->parameters->columns.market, "data.columns.market");
    size_t *row = BT_ARENA_NEW(of->arena, table->n_rows + 1, size_t);
    if (row == NULL)
        tell_no_memory(of);
    if (column == NO_COLUMN || row == NULL)
        return NULL;
    for (size_t k = 0; k < table->n_rows; k++)
        if (strcmp(cell(table, k, column), of->parameters->market) == 0)
            row[(*count)++] = k;
    if (*count == 0)
        tell(of, path, "%s has no market \"%.60s\" in its column %s", table->place,
             of->parameters->market, of->parameters->columns.market);
    return *count > 0 ? row : NULL;
}

static void check_share(reading *of, size_t j)
{
    const bt_text_table *table = &of->parameters->products;
    size_t line = table->line[of->product_row[j]];
    if (!(of->data->share[j] > 0 && of->data->share[j] < 1) && !isnan(of->data->share[j]))
        tell(of, "data.products", "%s:%zu: a market share must lie between 0 and 1, not at %g",
             table->place, line, of->data->share[j]);
    if (!(of->data->price[j] > 0) && !isnan(of->data->price[j]))
        tell(of, "data.products", "%s:%zu: a price must be above 0, not %g", table->place, line,
             of->data->price[j]);
    for (size_t k = 0; k < j; k++)
        if (strcmp(of->data->product[k], of->data->product[j]) == 0) {
            tell(of, "data.columns.product",
                 "%s:%zu: market %s has a product \"%.60s\" in line %zu already", table->place,
                 line, of->parameters->market, of->data->product[j],
                 table->line[of->product_row[k]]);
            return;
        }
}

static void check_shares(reading *of)
{
    double inside = 0;
    for (size_t j = 0; j < of->data->n_products; j++) {
        check_share(of, j);
        inside += of->data->share[j];
    }
    if (inside >= 1)
        tell(of, "data.products",
             "%s: the shares of market %s sum to %g; they are shares of all buyers, and some "
             "must buy nothing",
             of->parameters->products.place, of->parameters->market, inside);
}

static bool allocate_products(bt_market_data *data, bt_arena *arena)
{
    size_t n = data->n_products;
    data->product = BT_ARENA_NEW(arena, n, const char *);
    data->firm = BT_ARENA_NEW(arena, n, const char *);
    data->owner = BT_ARENA_NEW(arena, n, const char *);
    data->price = BT_ARENA_NEW(arena, n, double);
    data->share = BT_ARENA_NEW(arena, n, double);
    return data->product != NULL && data->firm != NULL && data->owner != NULL &&
           data->price != NULL && data->share != NULL;
}

static void read_products(reading *of)
{
    const bt_text_table *table = &of->parameters->products;
    const bt_data_columns *columns = &of->parameters->columns;
    of->product_row = rows_of_market(of, table, "data.market", &of->data->n_products);
    int product = need_column(of, table, columns->product, "data.columns.product");
    int seller = need_column(of, table, columns->seller, "data.columns.seller");
    int price = need_column(of, table, columns->price, "data.columns.price");
    int share = need_column(of, table, columns->share, "data.columns.share");
    if (of->n_complaints > 0)
        return;
    if (!allocate_products(of->data, of->arena)) {
        tell_no_memory(of);
        return;
    }
    for (size_t j = 0; j < of->data->n_products; j++) {
        size_t row = of->product_row[j];
        of->data->product[j] = cell(table, row, product);
        of->data->firm[j] = of->data->owner[j] = cell(table, row, seller);
        of->data->price[j] = number_at(of, table, row, price, "data.products");
        of->data->share[j] = number_at(of, table, row, share, "data.products");
    }
    check_shares(of);
}

/* ---- mergers ---- */

static bool is_firm(const bt_market_data *data, const char *name)
{
    for (size_t j = 0; j < data->n_products; j++)
        if (strcmp(data->firm[j], name) == 0)
            return true;
    return false;
}

static void merge(reading *of, size_t g, size_t k)
{
    const bt_text_list *group = &of->parameters->mergers.group[g];
    char path[PATH_LENGTH];
    snprintf(path, sizeof(path), "data.mergers[%zu][%zu]", g, k);
    if (!is_firm(of->data, group->value[k])) {
        tell(of, path, "market %s has no firm \"%.60s\"", of->parameters->market,
             group->value[k]);
        return;
    }
    for (size_t j = 0; j < of->data->n_products; j++) {
        if (strcmp(of->data->firm[j], group->value[k]) != 0)
            continue;
        if (of->data->owner[j] != of->data->firm[j]) {
            tell(of, path, "firm \"%.60s\" merges twice", group->value[k]);
            return;
        }
        if (k > 0)
            of->data->owner[j] = group->value[0];
    }
}

static void read_mergers(reading *of)
{
    const bt_text_groups *groups = &of->parameters->mergers;
    for (size_t g = 0; g < groups->count; g++)
        for (size_t k = 0; k < groups->group[g].count; k++)
            merge(of, g, k);
}

/* ---- buyers ---- */

static bool read_weights(reading *of)
{
    bt_market_data *data = of->data;
    data->n_agents = 1;
    const bt_text_table *table = &of->parameters->agents;
    bool has_agents = of->parameters->has_agents;
    if (has_agents)
        of->agent_row = rows_of_market(of, table, "data.agents", &data->n_agents);
    int column = has_agents ? need_column(of, table, of->parameters->columns.weight,
                                          "data.columns.weight")
                            : 0;
    if (of->n_complaints > 0)
        return false;
    data->weight = BT_ARENA_NEW(of->arena, data->n_agents, double);
    data->price_effect = BT_ARENA_NEW(of->arena, data->n_agents, double);
    data->taste = BT_ARENA_NEW(of->arena, data->n_agents * data->n_products, double);
    if (data->weight == NULL || data->price_effect == NULL || data->taste == NULL) {
        tell_no_memory(of);
        return false;
    }
    data->weight[0] = 1;
    for (size_t i = 0; has_agents && i < data->n_agents; i++) {
        data->weight[i] = number_at(of, table, of->agent_row[i], column, "data.agents");
        if (data->weight[i] <= 0)
            tell(of, "data.agents", "%s:%zu: a weight must be above 0, not %g", table->place,
                 table->line[of->agent_row[i]], data->weight[i]);
    }
    return true;
}

/* Add what one column of the agents does to a coefficient [agent]. */
static void add_column(reading *of, const char *name, double factor, bool divide,
                       const char *path, double *coefficient)
{
    const bt_text_table *table = &of->parameters->agents;
    if (!of->parameters->has_agents) {
        tell(of, path, "buyers differ by the columns of `agents`, and there is no such file");
        return;
    }
    int column = need_column(of, table, name, path);
    if (column == NO_COLUMN)
        return;
    for (size_t i = 0; i < of->data->n_agents; i++) {
        double value = number_at(of, table, of->agent_row[i], column, path);
        if (divide && value == 0)
            tell(of, path, "%s:%zu: %s is 0, and nothing can be divided by it", table->place,
                 table->line[of->agent_row[i]], name);
        coefficient[i] += divide ? factor / value : factor * value;
    }
}

static void add_columns(reading *of, const bt_named_reals *columns, bool divide,
                        const char *path, double *coefficient)
{
    for (size_t k = 0; k < columns->count; k++)
        add_column(of, columns->name[k], columns->value[k], divide, path, coefficient);
}

/* The coefficients [agent] of one taste. */
static void find_coefficients(reading *of, const bt_taste_parameters *taste, size_t k,
                              double *coefficient)
{
    char path[PATH_LENGTH];
    for (size_t i = 0; i < of->data->n_agents; i++)
        coefficient[i] = taste->mean;
    snprintf(path, sizeof(path), "data.tastes[%zu].nodes", k);
    if (taste->sd != 0 && taste->nodes[0] == '\0')
        tell(of, path, "a sd needs the agents' column of `nodes`");
    else if (taste->nodes[0] != '\0')
        add_column(of, taste->nodes, taste->sd, false, path, coefficient);
    snprintf(path, sizeof(path), "data.tastes[%zu].demographics", k);
    add_columns(of, &taste->demographics, false, path, coefficient);
    snprintf(path, sizeof(path), "data.tastes[%zu].reciprocals", k);
    add_columns(of, &taste->reciprocals, true, path, coefficient);
}

/* A characteristic's coefficients into the agents' tastes for products. */
static void add_characteristic(reading *of, const bt_taste_parameters *taste, const char *path,
                               const double *coefficient)
{
    const bt_text_table *table = &of->parameters->products;
    bt_market_data *data = of->data;
    bool is_constant = strcmp(taste->column, "constant") == 0;
    int column = is_constant ? NO_COLUMN : need_column(of, table, taste->column, path);
    if (column == NO_COLUMN && !is_constant)
        return;
    for (size_t j = 0; j < data->n_products; j++) {
        double value = is_constant ? 1 : number_at(of, table, of->product_row[j], column, path);
        for (size_t i = 0; i < data->n_agents; i++)
            data->taste[i * data->n_products + j] += coefficient[i] * value;
    }
}

static void read_taste(reading *of, size_t k, double *coefficient)
{
    const bt_taste_parameters *taste =
        (const bt_taste_parameters *)of->parameters->tastes.element + k;
    char path[PATH_LENGTH];
    find_coefficients(of, taste, k, coefficient);
    if (strcmp(taste->column, of->parameters->columns.price) == 0) {
        for (size_t i = 0; i < of->data->n_agents; i++)
            of->data->price_effect[i] += coefficient[i];
        return;
    }
    snprintf(path, sizeof(path), "data.tastes[%zu].mean", k);
    if (taste->mean != 0)
        tell(of, path, "only the price has a mean; that of %s is in what shares reveal",
             taste->column);
    snprintf(path, sizeof(path), "data.tastes[%zu].column", k);
    add_characteristic(of, taste, path, coefficient);
}

static void check_price_effects(reading *of)
{
    const bt_text_table *table = &of->parameters->agents;
    for (size_t i = 0; i < of->data->n_agents; i++) {
        double effect = of->data->price_effect[i];
        if (effect < 0 || isnan(effect))
            continue;
        if (of->parameters->has_agents)
            tell(of, "data.tastes",
                 "%s:%zu: this buyer's coefficient of price is %g; every buyer's must be below "
                 "0",
                 table->place, table->line[of->agent_row[i]], effect);
        else
            tell(of, "data.tastes",
                 "the coefficient of price is %g; write {column: %s, mean: ...} with a mean "
                 "below 0",
                 effect, of->parameters->columns.price);
    }
}

static void read_tastes(reading *of)
{
    double *coefficient = BT_ARENA_NEW(of->arena, of->data->n_agents, double);
    if (coefficient == NULL) {
        tell_no_memory(of);
        return;
    }
    for (size_t k = 0; k < of->parameters->tastes.count; k++)
        read_taste(of, k, coefficient);
    if (of->n_complaints == 0)
        check_price_effects(of);
}

size_t bt_market_data_read(const bt_data_parameters *parameters, bt_arena *arena,
                           bt_market_data *data, bt_complain *complain, void *context)
{
    *data = (bt_market_data){.n_products = 0};
    reading of = {.parameters = parameters,
                  .arena = arena,
                  .data = data,
                  .complain = complain,
                  .context = context};
    if (arena == NULL)
        tell_no_memory(&of);
    else if (parameters->products.n_columns == 0 ||
             (parameters->has_agents && parameters->agents.n_columns == 0))
        of.n_complaints++; /* the file could not be read, which was reported */
    else
        read_products(&of);
    if (of.n_complaints == 0)
        read_mergers(&of);
    if (of.n_complaints == 0 && read_weights(&of))
        read_tastes(&of);
    return of.n_complaints;
}

/* ---- demand and costs ---- */

static void fill_demand(const bt_market_data *data, double scale, double size,
                        bt_demand *demand)
{
    demand->size = size;
    demand->has_outside_option = true;
    for (size_t i = 0; i < data->n_agents; i++) {
        demand->weight[i] = data->weight[i];
        demand->scale[i] = scale;
        demand->price_sensitivity[i] = -data->price_effect[i];
        for (size_t j = 0; j < data->n_products; j++)
            demand->considered_quality[demand->row_start[i] + j] =
                data->taste[i * data->n_products + j];
    }
}

bt_status bt_market_data_demand(const bt_market_data *data, double scale, double size,
                                bt_demand **result, bt_error *error)
{
    bt_demand *demand = NULL;
    double *mean_utility = calloc(data->n_products, sizeof(double));
    bt_status status =
        mean_utility == NULL
            ? bt_fail(error, BT_INTERNAL, "out of memory for a demand from data")
            : bt_demand_create(BT_LOGIT, data->n_products, data->n_agents,
                               data->n_products * data->n_agents, &demand, error);
    if (status == BT_OK) {
        fill_demand(data, scale, size, demand);
        status = bt_demand_check(demand, error);
    }
    if (status == BT_OK)
        status = bt_invert_shares(demand, data->price, data->share, mean_utility, error);
    free(mean_utility);
    if (status != BT_OK) {
        bt_demand_destroy(demand);
        return status;
    }
    *result = demand;
    return BT_OK;
}

/* Who prices together: [product] numbers below the number of products. */
static void find_conduct(const bt_market_data *data, bt_conduct conduct, uint32_t *seller)
{
    for (size_t j = 0; j < data->n_products; j++) {
        seller[j] = conduct == BT_CONDUCT_JOINT_PROFIT ? 0 : (uint32_t)j;
        if (conduct != BT_CONDUCT_MULTI_PRODUCT)
            continue;
        for (size_t k = 0; k < j; k++)
            if (strcmp(data->firm[k], data->firm[j]) == 0) {
                seller[j] = seller[k];
                break;
            }
    }
}

bt_status bt_market_data_costs(const bt_market_data *data, bt_conduct conduct,
                               const bt_demand *demand, const bt_ownership *ownership,
                               double *cost, bt_error *error)
{
    uint32_t *seller = calloc(data->n_products, sizeof(*seller));
    if (seller == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the costs of a market");
    find_conduct(data, conduct, seller);
    bt_ownership conducting = {.n_products = data->n_products,
                               .n_sellers = data->n_products,
                               .seller = seller,
                               .fee_per_unit = ownership->fee_per_unit,
                               .fee_ad_valorem = ownership->fee_ad_valorem};
    bt_status status = bt_recover_costs(demand, &conducting, data->price, cost, error);
    free(seller);
    return status;
}
