#include "markets/bargaining/bargaining_parameters.h"

#include "markets/checker.h"

#define OF(member) .offset = offsetof(bt_bargaining_parameters, member)

static const bt_parameter rows[] = {
    {.name = "listings",
     .type = BT_TABLE,
     OF(listings),
     .default_text = "{}",
     .table = &bt_listing_population_table,
     .meaning = "what is put up for sale; one listing a period"},
    {.name = "window",
     .type = BT_TIME,
     OF(window),
     .unit = "days",
     .default_text = "8 d",
     .range = BT_BETWEEN(1.0 / 86400, 3650),
     .meaning = "how long a listing stands"},
    {.name = "response_time",
     .type = BT_TIME,
     OF(response_time),
     .unit = "days",
     .default_text = "48 h",
     .range = BT_BETWEEN(2.0 / 86400, 3650),
     .meaning = "after which silence rejects (a seller) or walks (a buyer)"},
    {.name = "discount",
     .type = BT_REAL,
     OF(discount),
     .default_text = "0.7",
     .range = BT_BETWEEN(0, 1),
     .meaning =
         "delta: what an unsold item is worth to its seller, over its worth when listed"},
    {.name = "plays",
     .type = BT_INTEGER,
     OF(plays),
     .unit = "plays",
     .default_text = "1",
     .range = BT_BETWEEN(1, 1000000),
     .meaning = "how often each seller plays each listing, with new buyers each time"},
    {.name = "worth_plays",
     .type = BT_INTEGER,
     OF(worth_plays),
     .unit = "plays",
     .default_text = "100",
     .range = BT_BETWEEN(0, 1000000),
     .meaning = "plays by the reference seller from which a listing's worth is estimated"},
    {.name = "warm_up",
     .type = BT_INTEGER,
     OF(warm_up),
     .unit = "listings",
     .default_text = "0",
     .range = BT_BETWEEN(0, 1 << 28),
     .meaning = "the first listings, which sellers may learn on, count in no outcome; series "
                "have them"},
    {.name = "reference",
     .type = BT_TEXT,
     OF(reference),
     .meaning = "the seller who says what listings are worth, when sellers look at offers, and "
                "whom the others are compared with; the first person when not given"},
};
const bt_parameter_table bt_bargaining_parameter_table =
    BT_TABLE_OF(bt_bargaining_parameters, rows);

size_t bt_bargaining_check(const void *given, const char *const *seller_names,
                           size_t n_seller_names, bt_complain *complain, void *context)
{
    const bt_bargaining_parameters *parameters = given;
    bt_checker check = {.seller_names = seller_names,
                        .n_seller_names = n_seller_names,
                        .complain = complain,
                        .context = context};
    const bt_list_price_parameters *price = &parameters->listings.list_price;
    const char *reference = parameters->reference;
    if (!(price->minimum <= price->maximum))
        bt_checker_complain(&check, "listings.list_price",
                            "the lowest list price is above the highest");
    if (reference[0] != '\0' && seller_names != NULL &&
        !bt_checker_has_seller(&check, reference))
        bt_checker_complain(&check, "reference",
                            "seller \"%.100s\" is not one of the experiment's sellers",
                            reference);
    return check.n_complaints;
}
