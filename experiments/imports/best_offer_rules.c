#include "experiments/imports/best_offer_rules.h"

#include <inttypes.h>

#include "analysis/csv_writer.h"
#include "sim/json.h"

static const struct {
    const char *name;
    const char *meaning;
} rules[] = {
#define BT_RULE_TEXT(name, meaning) {#name, meaning},
    BT_BEST_OFFER_RULES(BT_RULE_TEXT)
#undef BT_RULE_TEXT
};

const char *bt_best_offer_rule_name(bt_best_offer_rule rule)
{
    return rules[rule].name;
}

const char *bt_best_offer_rule_meaning(bt_best_offer_rule rule)
{
    return rules[rule].meaning;
}

static bt_status print_text(const bt_best_offer_counts *counts, FILE *stream, bt_error *error)
{
    int64_t listings = counts->listings_read, offers = counts->offers_read;
    fprintf(stream, "%-26s %12s %12s\n", "", "listings", "offers");
    fprintf(stream, "%-26s %12" PRId64 " %12" PRId64 "\n", "read", listings, offers);
    for (size_t i = 0; i < BT_RULES; i++) {
        if (counts->listings[i] == 0 && counts->offers[i] == 0)
            continue;
        fprintf(stream, "  %-24s %12" PRId64 " %12" PRId64 "  %s\n", rules[i].name,
                -counts->listings[i], -counts->offers[i], rules[i].meaning);
    }
    fprintf(stream, "%-26s %12" PRId64 " %12" PRId64 "\n", "kept", counts->listings_kept,
            counts->offers_kept);
    fprintf(stream,
            "%" PRId64 " threads with %" PRId64 " turns; %" PRId64
            " of them purchases at the list price\n",
            counts->threads_kept, counts->turns_kept, counts->purchases);
    if (ferror(stream))
        return bt_fail(error, BT_IO, "the table cannot be written");
    return BT_OK;
}

static bt_status print_json(const bt_best_offer_counts *counts, FILE *stream, bt_error *error)
{
    bt_json json = bt_json_to(stream);
    bt_json_begin_object(&json, NULL);
    bt_json_integer(&json, "listings_read", counts->listings_read);
    bt_json_integer(&json, "offers_read", counts->offers_read);
    bt_json_begin_array(&json, "rules");
    for (size_t i = 0; i < BT_RULES; i++) {
        bt_json_begin_flat_object(&json, NULL);
        bt_json_text(&json, "rule", rules[i].name);
        bt_json_integer(&json, "listings", counts->listings[i]);
        bt_json_integer(&json, "offers", counts->offers[i]);
        bt_json_text(&json, "meaning", rules[i].meaning);
        bt_json_end(&json);
    }
    bt_json_end(&json);
    bt_json_integer(&json, "listings_kept", counts->listings_kept);
    bt_json_integer(&json, "offers_kept", counts->offers_kept);
    bt_json_integer(&json, "threads_kept", counts->threads_kept);
    bt_json_integer(&json, "turns_kept", counts->turns_kept);
    bt_json_integer(&json, "purchases", counts->purchases);
    bt_json_integer(&json, "runs", counts->runs);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}

static void print_csv_row(bt_csv_writer *csv, const char *name, int64_t listings,
                          int64_t offers, const char *meaning)
{
    bt_csv_text(csv, name);
    bt_csv_count(csv, (size_t)listings);
    bt_csv_count(csv, (size_t)offers);
    bt_csv_text(csv, meaning);
    bt_csv_end_row(csv);
}

static bt_status print_csv(const bt_best_offer_counts *counts, FILE *stream, bt_error *error)
{
    bt_csv_writer csv = {.stream = stream};
    bt_csv_text(&csv, "rule");
    bt_csv_text(&csv, "listings");
    bt_csv_text(&csv, "offers");
    bt_csv_text(&csv, "meaning");
    bt_csv_end_row(&csv);
    print_csv_row(&csv, "read", counts->listings_read, counts->offers_read, "in the files");
    for (size_t i = 0; i < BT_RULES; i++)
        print_csv_row(&csv, rules[i].name, counts->listings[i], counts->offers[i],
                      rules[i].meaning);
    print_csv_row(&csv, "kept", counts->listings_kept, counts->offers_kept, "in the result");
    return bt_csv_finish(&csv, "standard output", error);
}

bt_status bt_best_offer_counts_print(const bt_best_offer_counts *counts, bt_table_format format,
                                     FILE *stream, bt_error *error)
{
    if (format == BT_TABLE_JSON)
        return print_json(counts, stream, error);
    if (format == BT_TABLE_CSV)
        return print_csv(counts, stream, error);
    return print_text(counts, stream, error);
}
