#include "markets/assortment/assortment_parameters.h"

#include <stdio.h>
#include <string.h>

#include "markets/checker.h"

#define OF(type, member) .offset = offsetof(type, member)
#define ANY_NUMBER                                                                             \
    {                                                                                          \
        .bounded = false                                                                       \
    }

static const bt_parameter item_parameters[] = {
    {.name = "name",
     .type = BT_TEXT,
     OF(bt_item_group_parameters, name),
     .required = true,
     .meaning = "the item's name; with a count, what the numbers 1, 2, ... are appended to"},
    {.name = "seller",
     .type = BT_TEXT,
     OF(bt_item_group_parameters, seller),
     .required = true,
     .meaning = "who sells them"},
    {.name = "count",
     .type = BT_INTEGER,
     OF(bt_item_group_parameters, count),
     .unit = "items",
     .default_text = "1",
     .range = BT_BETWEEN(1, 100000),
     .meaning = "how many items; the numbers below are one for all or one for each"},
    {.name = "quality",
     .type = BT_REAL_LIST,
     OF(bt_item_group_parameters, quality),
     .unit = "utility",
     .range = ANY_NUMBER,
     .meaning = "utility before price; when not given, |normal| with variance 2 over the "
                "market's number of items, drawn each run"},
    {.name = "price_sensitivity",
     .type = BT_REAL_LIST,
     OF(bt_item_group_parameters, price_sensitivity),
     .unit = "utility/price",
     .range = BT_POSITIVE,
     .meaning = "utility that one unit of price costs; when not given, 1 with quality or "
                "attraction, else least_price_sensitivity and a draw like quality's"},
    {.name = "attraction",
     .type = BT_REAL_LIST,
     OF(bt_item_group_parameters, attraction),
     .unit = "1",
     .range = BT_POSITIVE,
     .meaning = "v: exp(utility) at the given price, instead of quality; buying nothing has 1"},
    {.name = "cost",
     .type = BT_REAL_LIST,
     OF(bt_item_group_parameters, cost),
     .unit = "price",
     .default_text = "0",
     .range = ANY_NUMBER,
     .meaning = "marginal cost"},
    {.name = "price",
     .type = BT_REAL_LIST,
     OF(bt_item_group_parameters, price),
     .unit = "price",
     .range = ANY_NUMBER,
     .meaning = "given prices: the seller chooses what to offer, not at what price"},
};
static const bt_parameter_table item_table =
    BT_TABLE_OF(bt_item_group_parameters, item_parameters);

static const bt_parameter market_parameters[] = {
    {.name = "capacity",
     .type = BT_INTEGER,
     OF(bt_assortment_parameters, capacity),
     .unit = "items",
     .required = true,
     .range = BT_BETWEEN(1, 100000),
     .meaning = "K: each seller offers at most so many of its items a round"},
    {.name = "contexts",
     .type = BT_CHOICE,
     OF(bt_assortment_parameters, contexts),
     .default_text = "none",
     .choices = "none|one_hot|fixed|random",
     .meaning = "items' features: none, which item it is, drawn once a run, or each round"},
    {.name = "dimension",
     .type = BT_INTEGER,
     OF(bt_assortment_parameters, dimension),
     .unit = "1",
     .default_text = "5",
     .range = BT_BETWEEN(1, 1000),
     .meaning = "d: features for quality, and as many for price sensitivity, of contexts that "
                "are drawn"},
    {.name = "least_price_sensitivity",
     .type = BT_REAL,
     OF(bt_assortment_parameters, least_price_sensitivity),
     .unit = "utility/price",
     .default_text = "0.5",
     .range = BT_POSITIVE,
     .meaning = "L0: no buyer is less sensitive to any item's price, and sellers know it"},
    {.name = "items",
     .type = BT_TABLE_LIST,
     OF(bt_assortment_parameters, items),
     .required = true,
     .table = &item_table,
     .meaning = "what can be offered"},
};
const bt_parameter_table bt_assortment_parameter_table =
    BT_TABLE_OF(bt_assortment_parameters, market_parameters);

double bt_group_number(const bt_real_list *list, size_t k, double otherwise)
{
    if (list->count == 0)
        return otherwise;
    return list->value[list->count == 1 ? 0 : k];
}

/* ---- what no table sees ---- */

typedef struct checker {
    bt_checker base;
    const bt_assortment_parameters *parameters;
} checker;

typedef struct item_path {
    char text[80];
} item_path;

static item_path path_of(size_t group, const char *member)
{
    item_path path;
    snprintf(path.text, sizeof(path.text), "items[%zu]%s%s", group,
             member[0] != '\0' ? "." : "", member);
    return path;
}

static const bt_item_group_parameters *group_at(const checker *check, size_t g)
{
    return (const bt_item_group_parameters *)check->parameters->items.element + g;
}

static void check_length(checker *check, size_t g, const char *member, const bt_real_list *list)
{
    size_t count = (size_t)group_at(check, g)->count;
    if (list->count > 1 && list->count != count)
        bt_checker_complain(&check->base, path_of(g, member).text,
                            "one number for all is needed, or %zu, not %zu", count,
                            list->count);
}

static void check_lists(checker *check, size_t g)
{
    const bt_item_group_parameters *group = group_at(check, g);
    check_length(check, g, "quality", &group->quality);
    check_length(check, g, "price_sensitivity", &group->price_sensitivity);
    check_length(check, g, "attraction", &group->attraction);
    check_length(check, g, "cost", &group->cost);
    check_length(check, g, "price", &group->price);
}

static void check_tastes(checker *check, size_t g)
{
    const bt_item_group_parameters *group = group_at(check, g);
    bool is_drawn = check->parameters->contexts == BT_CONTEXT_FIXED ||
                    check->parameters->contexts == BT_CONTEXT_RANDOM;
    bool is_given = group->quality.count + group->attraction.count > 0;
    if (is_drawn && (is_given || group->price_sensitivity.count > 0))
        bt_checker_complain(&check->base, path_of(g, "").text,
                            "with drawn contexts buyers' tastes come from the features");
    if (group->quality.count > 0 && group->attraction.count > 0)
        bt_checker_complain(&check->base, path_of(g, "attraction").text,
                            "give quality or attraction, not both");
    if (group->attraction.count > 0 && group->price.count == 0)
        bt_checker_complain(&check->base, path_of(g, "attraction").text,
                            "an attraction is one at a given `price`");
    double least = check->parameters->least_price_sensitivity;
    for (size_t k = 0; check->parameters->contexts == BT_CONTEXT_ONE_HOT && is_given &&
                       k < (size_t)group->count && group->price_sensitivity.count != 0;
         k++)
        if (k < group->price_sensitivity.count && group->price_sensitivity.value[k] < least)
            bt_checker_complain(&check->base, path_of(g, "price_sensitivity").text,
                                "%g is below least_price_sensitivity, which is %g",
                                group->price_sensitivity.value[k], least);
}

/* A seller's items have all given prices, or none. */
static void check_prices(checker *check, size_t g)
{
    for (size_t h = 0; h < g; h++)
        if (strcmp(group_at(check, h)->seller, group_at(check, g)->seller) == 0 &&
            (group_at(check, h)->price.count > 0) != (group_at(check, g)->price.count > 0)) {
            bt_checker_complain(
                &check->base, path_of(g, "price").text,
                "all items of a seller have given prices, or none; those of \"%s\" "
                "differ",
                group_at(check, g)->seller);
            return;
        }
}

static void check_names(checker *check, size_t g)
{
    if (check->base.seller_names != NULL &&
        !bt_checker_has_seller(&check->base, group_at(check, g)->seller))
        bt_checker_complain(&check->base, path_of(g, "seller").text,
                            "seller \"%s\" is not one of the experiment's sellers",
                            group_at(check, g)->seller);
    for (size_t h = 0; h < g; h++)
        if (strcmp(group_at(check, h)->name, group_at(check, g)->name) == 0)
            bt_checker_complain(&check->base, path_of(g, "name").text,
                                "there are other items \"%s\" above", group_at(check, g)->name);
}

static void check_experiment_sellers(checker *check)
{
    for (size_t i = 0; i < check->base.n_seller_names; i++) {
        const char *name = check->base.seller_names[i];
        bool sells = false;
        for (size_t g = 0; g < check->parameters->items.count; g++)
            sells = sells || strcmp(group_at(check, g)->seller, name) == 0;
        if (!sells)
            bt_checker_complain(&check->base, "items",
                                "the experiment's seller \"%.200s\" has no items", name);
    }
}

size_t bt_assortment_check(const void *parameters, const char *const *seller_names,
                           size_t n_seller_names, bt_complain *complain, void *context)
{
    checker check = {.base = {.seller_names = seller_names,
                              .n_seller_names = n_seller_names,
                              .complain = complain,
                              .context = context},
                     .parameters = parameters};
    check_experiment_sellers(&check);
    for (size_t g = 0; g < check.parameters->items.count; g++) {
        check_names(&check, g);
        check_lists(&check, g);
        check_tastes(&check, g);
        check_prices(&check, g);
    }
    return check.base.n_complaints;
}
