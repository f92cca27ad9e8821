#include "experiments/imports/best_offer_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/imports/best_offer_repetitions.h"
#include "experiments/imports/best_offer_rows.h"
#include "experiments/imports/best_offer_turns.h"
#include "markets/bargaining/history_file.h"
#include "sim/external_sort.h"
#include "sim/random.h"

enum {
    ROWS_BETWEEN_POLLS = 4096,
    LEAST_PRICE = 995,
    MOST_PRICE = 100000, /* cents */
    DAYS_OF_A_WEEK = 7,
    SORTS_AT_A_TIME = 3,
    PURPOSE_PARTITION = 2,
    PURPOSE_IDLE = 3,
};

/* Shares of the whole work that are done behind each stage, for the progress bar. */
static const double after_listings = 0.45;
static const double after_funnel = 0.55;
static const double after_offers = 0.85;

typedef struct import {
    const bt_best_offer_import_setting *setting;
    bt_best_offer_counts *counts;
    bt_random_key key;
    bt_external_sort *by_title;
    bt_external_sort *by_listing;
    bt_external_sort *offers;
    bt_turn_builder *builder;
    bt_history_writer *writer;
    bt_best_offer_offer *offer; /* [BT_MOST_OFFERS_ON_A_LISTING] of the current listing */
    const bt_best_offer_offer *next_offer; /* not yet taken */
    uint64_t n_polls;
    bt_error *error;
} import;

/* ---- telling and asking ---- */

static bool is_poll_due(import *self)
{
    return self->n_polls++ % ROWS_BETWEEN_POLLS == 0;
}

static bt_status poll(import *self, const char *what, double fraction)
{
    const bt_best_offer_import_setting *setting = self->setting;
    if (setting->progress != NULL)
        setting->progress(setting->context, what, fraction);
    if (setting->is_interrupted != NULL && setting->is_interrupted(setting->context))
        return bt_fail(self->error, BT_INTERRUPTED, "interrupted; nothing was written");
    return BT_OK;
}

static double share(double done, double all)
{
    return all > 0 ? done / all : 1;
}

/* ---- the funnel ---- */

static bool is_excluded_category(int32_t category)
{
    return category == 316 || category == 6000 || category == 10542 || category == 172008;
}

/* The first rule, behind that about titles, by which a listing falls. */
static bt_best_offer_rule rule_of_listing(const bt_best_offer_listing *listing)
{
    bool is_sold = bt_best_offer_is_sold(listing);
    int64_t price = listing->start_price, accept = bt_best_offer_accept_price(listing);
    int64_t decline = bt_best_offer_decline_price(listing);
    bool paid_other_price = is_sold && !listing->is_by_best_offer &&
                            listing->sale_price != BT_BLANK && listing->sale_price != price;
    if (listing->is_revised || paid_other_price)
        return BT_RULE_list_price_revised;
    if (price < LEAST_PRICE || price > MOST_PRICE)
        return BT_RULE_list_price_range;
    if (is_excluded_category(listing->category))
        return BT_RULE_excluded_category;
    if (decline > price || accept > price || decline > accept)
        return BT_RULE_thresholds_revised;
    if (!is_sold && listing->end_day - listing->start_day < DAYS_OF_A_WEEK)
        return BT_RULE_unsold_ended_early;
    return BT_RULES;
}

static int by_title(const void *a, const void *b)
{
    const bt_best_offer_listing *first = a, *second = b;
    return (first->title > second->title) - (first->title < second->title);
}

/* Equal listings by their place in the file. */
static int by_listing(const void *a, const void *b)
{
    const bt_best_offer_listing *first = a, *second = b;
    if (first->item != second->item)
        return first->item > second->item ? 1 : -1;
    return (first->row > second->row) - (first->row < second->row);
}

static bt_status take_listing(import *self, const bt_csv_row *row)
{
    bt_best_offer_listing listing;
    bool complete;
    bt_status status = bt_best_offer_read_listing(self->setting->listings, row, &listing,
                                                  &complete, self->error);
    if (status != BT_OK)
        return status;
    listing.row = self->counts->listings_read++;
    if (!complete) {
        self->counts->listings[BT_RULE_incomplete_listing]++;
        return BT_OK;
    }
    listing.rule = (uint8_t)rule_of_listing(&listing);
    return bt_external_sort_add(self->by_title, &listing, self->error);
}

/* Listings with one title, of which `first` is the first: one goes on, several do not. */
static bt_status pass_title(import *self, const bt_best_offer_listing *first, size_t count)
{
    if (count > 1)
        self->counts->listings[BT_RULE_title_not_unique] += (int64_t)count;
    else if (first->rule != BT_RULES)
        self->counts->listings[first->rule]++;
    else
        return bt_external_sort_add(self->by_listing, first, self->error);
    return BT_OK;
}

static bt_status filter_titles(import *self)
{
    bt_best_offer_listing first = {0};
    size_t count = 0;
    double all = (double)bt_external_sort_count(self->by_title), done = 0;
    bt_status status = bt_external_sort_turn(self->by_title, self->error);
    for (const void *record = ""; status == BT_OK && record != NULL;) {
        status = bt_external_sort_next(self->by_title, &record, self->error);
        if (status != BT_OK)
            break;
        const bt_best_offer_listing *listing = record;
        if (listing != NULL && count > 0 && listing->title == first.title) {
            count++;
        } else {
            if (count > 0)
                status = pass_title(self, &first, count);
            if (listing != NULL)
                first = *listing;
            count = 1;
        }
        if (status == BT_OK && is_poll_due(self))
            status =
                poll(self, "comparing titles",
                     after_listings + (after_funnel - after_listings) * share(done++, all));
    }
    self->counts->runs += (int64_t)bt_external_sort_runs(self->by_title);
    bt_external_sort_destroy(self->by_title);
    self->by_title = NULL;
    return status;
}

/* ---- reading ---- */

static bt_status take_offer(import *self, const bt_csv_row *row)
{
    bt_best_offer_offer offer;
    bool complete;
    bt_status status =
        bt_best_offer_read_offer(self->setting->offers, row, &offer, &complete, self->error);
    if (status != BT_OK)
        return status;
    offer.row = self->counts->offers_read++;
    if (!complete) {
        self->counts->offers[BT_RULE_incomplete_offer]++;
        return BT_OK;
    }
    return bt_external_sort_add(self->offers, &offer, self->error);
}

/* One of the two files. */
typedef struct source {
    const char *path;
    const char *const *columns;
    size_t n_columns;
    bt_status (*take)(import *self, const bt_csv_row *row);
    const char *what;
    double from, to; /* of the progress */
} source;

static bt_status read_rows(import *self, const source *from, bt_csv_reader *reader)
{
    bt_csv_row row;
    bool got;
    bt_status status = bt_csv_reader_next(reader, &row, &got, self->error);
    if (status == BT_OK && !got)
        return bt_fail(self->error, BT_BAD_INPUT, "%s:1: the file is empty", from->path);
    if (status == BT_OK)
        status = bt_best_offer_check_header(from->path, &row, from->columns, from->n_columns,
                                            self->error);
    while (status == BT_OK) {
        status = bt_csv_reader_next(reader, &row, &got, self->error);
        if (status != BT_OK || !got)
            break;
        status = from->take(self, &row);
        if (status == BT_OK && is_poll_due(self))
            status =
                poll(self, from->what,
                     from->from + (from->to - from->from) * bt_csv_reader_fraction(reader));
    }
    return status;
}

static bt_status read_source(import *self, const source *from)
{
    bt_csv_reader *reader;
    bt_status status = bt_csv_reader_open(from->path, &reader, self->error);
    if (status != BT_OK)
        return status;
    status = read_rows(self, from, reader);
    bt_csv_reader_close(reader);
    return status;
}

static bt_status read_sources(import *self)
{
    const source listings = {.path = self->setting->listings,
                             .columns = bt_best_offer_listing_columns,
                             .n_columns = bt_best_offer_n_listing_columns,
                             .take = take_listing,
                             .what = "reading listings",
                             .from = 0,
                             .to = after_listings};
    const source offers = {.path = self->setting->offers,
                           .columns = bt_best_offer_offer_columns,
                           .n_columns = bt_best_offer_n_offer_columns,
                           .take = take_offer,
                           .what = "reading offers",
                           .from = after_funnel,
                           .to = after_offers};
    bt_status status = read_source(self, &listings);
    if (status == BT_OK)
        status = filter_titles(self);
    return status == BT_OK ? read_source(self, &offers) : status;
}

/* ---- joining ---- */

static bt_status fetch_offer(import *self)
{
    const void *record;
    bt_status status = bt_external_sort_next(self->offers, &record, self->error);
    self->next_offer = record;
    return status;
}

/* Pass over offers on listings below `item`, which are not there. */
static bt_status skip_offers(import *self, int64_t item)
{
    bt_status status = BT_OK;
    while (status == BT_OK && self->next_offer != NULL && self->next_offer->item < item) {
        self->counts->offers[BT_RULE_offer_of_no_listing]++;
        status = fetch_offer(self);
    }
    return status;
}

/* All offers on a listing; those that are too many are counted but not kept. */
static bt_status take_offers(import *self, int64_t item, size_t *count)
{
    bt_status status = skip_offers(self, item);
    *count = 0;
    while (status == BT_OK && self->next_offer != NULL && self->next_offer->item == item) {
        if (*count < BT_MOST_OFFERS_ON_A_LISTING)
            self->offer[*count] = *self->next_offer;
        ++*count;
        status = fetch_offer(self);
    }
    return status;
}

static void drop_listing(import *self, bt_best_offer_rule rule, size_t n_offers)
{
    self->counts->listings[rule]++;
    self->counts->offers[rule] += (int64_t)n_offers;
}

bt_bargaining_partition bt_best_offer_partition(uint64_t seed, int64_t seller)
{
    static const double below[] = {0.75, 0.85, 0.90};
    bt_random_key key = bt_random_key_of(seed, 0, 0);
    double u = bt_unit_interval(
        bt_random_at(key, BT_AGENT_MARKET, PURPOSE_PARTITION, (uint64_t)seller));
    unsigned partition = 0;
    while (partition < BT_PARTITION_TEST && u >= below[partition])
        partition++;
    return (bt_bargaining_partition)partition;
}

static bool is_idle_and_left_out(const import *self, const bt_best_offer_listing *listing,
                                 size_t n_offers)
{
    if (n_offers > 0 || bt_best_offer_is_sold(listing))
        return false;
    uint64_t bits =
        bt_random_at(self->key, BT_AGENT_MARKET, PURPOSE_IDLE, (uint64_t)listing->item);
    return bt_unit_interval(bits) >= self->setting->keep_idle;
}

static bt_status write_listing(import *self, const bt_best_offer_listing *listing,
                               const bt_built_listing *built, size_t n_offers)
{
    bt_best_offer_counts *counts = self->counts;
    bool is_idle = n_offers == 0 && !bt_best_offer_is_sold(listing);
    bt_bargaining_listing record = {
        .id = listing->item,
        .seller = listing->seller,
        .list_price = listing->start_price,
        .decline_price = bt_best_offer_decline_price(listing),
        .accept_price = bt_best_offer_accept_price(listing),
        .start = bt_best_offer_start(listing),
        .end = bt_best_offer_end(listing),
        .weight = is_idle ? 1 / self->setting->keep_idle : 1,
        .n_threads = (uint32_t)built->n_threads,
        .category = listing->category,
        .feedback_score = listing->feedback_score,
        .condition = listing->condition,
        .photos = (uint8_t)listing->photos,
        .partition = (uint8_t)bt_best_offer_partition(self->setting->seed, listing->seller),
    };
    int64_t n_dropped = 0;
    for (size_t i = 0; i < BT_RULES; i++) {
        counts->offers[i] += built->dropped[i];
        n_dropped += built->dropped[i];
    }
    counts->listings_kept++;
    counts->offers_kept += (int64_t)n_offers - n_dropped;
    counts->threads_kept += (int64_t)built->n_threads;
    counts->turns_kept += (int64_t)built->n_turns;
    counts->purchases += (int64_t)built->n_purchases;
    return bt_history_writer_append(self->writer, &record, built->thread, built->turn,
                                    self->error);
}

static bt_status join_listing(import *self, const bt_best_offer_listing *listing,
                              int64_t *last_item)
{
    size_t n_offers;
    bt_built_listing built;
    if (listing->item == *last_item) {
        drop_listing(self, BT_RULE_repeated_listing, 0);
        return BT_OK;
    }
    *last_item = listing->item;
    bt_status status = take_offers(self, listing->item, &n_offers);
    if (status != BT_OK)
        return status;
    if (is_idle_and_left_out(self, listing, n_offers)) {
        drop_listing(self, BT_RULE_not_sampled, 0);
        return BT_OK;
    }
    status = bt_turn_builder_build(self->builder, listing, self->offer, n_offers, &built,
                                   self->error);
    if (status == BT_OK && built.rule != BT_RULES) {
        drop_listing(self, built.rule, n_offers);
        return BT_OK;
    }
    return status == BT_OK ? write_listing(self, listing, &built, n_offers) : status;
}

static bt_status join(import *self)
{
    int64_t last_item = BT_BLANK;
    double all = (double)bt_external_sort_count(self->by_listing), done = 0;
    bt_status status = bt_external_sort_turn(self->by_listing, self->error);
    if (status == BT_OK)
        status = bt_external_sort_turn(self->offers, self->error);
    if (status == BT_OK)
        status = fetch_offer(self);
    for (const void *listing = ""; status == BT_OK;) {
        status = bt_external_sort_next(self->by_listing, &listing, self->error);
        if (status != BT_OK || listing == NULL)
            break;
        status = join_listing(self, listing, &last_item);
        if (status == BT_OK && is_poll_due(self))
            status = poll(self, "putting turns together",
                          after_offers + (1 - after_offers) * share(done++, all));
    }
    return status == BT_OK ? skip_offers(self, INT64_MAX) : status;
}

/* ---- the file ---- */

typedef struct rule_row {
    uint8_t rule;
    int64_t listings, offers;
} rule_row;

static const bt_column rule_columns[] = {
    {.name = "rule_name",
     .long_name = "rule by which listings or offers were dropped",
     .units = "1",
     .type = BT_COLUMN_UINT8,
     .offset = offsetof(rule_row, rule)},
    {.name = "rule_listings",
     .long_name = "listings that the rule dropped",
     .units = "1",
     .type = BT_COLUMN_INT64,
     .offset = offsetof(rule_row, listings)},
    {.name = "rule_offers",
     .long_name = "rows of offers that the rule dropped",
     .units = "1",
     .type = BT_COLUMN_INT64,
     .offset = offsetof(rule_row, offers)},
};

static const bt_column_table rule_table = {.name = "rule",
                                           .long_name = "rule of the import",
                                           .columns = rule_columns,
                                           .n_columns = 3,
                                           .row_size = sizeof(rule_row)};

static bt_status describe(import *self)
{
    bt_column_file *file = bt_history_writer_file(self->writer);
    const char *names[BT_RULES];
    char text[64];
    for (size_t i = 0; i < BT_RULES; i++)
        names[i] = bt_best_offer_rule_name((bt_best_offer_rule)i);
    bt_status status =
        bt_column_file_name_flags(file, BT_HISTORY_TABLES, 0, names, BT_RULES, self->error);
    snprintf(text, sizeof text, "%llu", (unsigned long long)self->setting->seed);
    if (status == BT_OK)
        status = bt_column_file_describe(file, "seed", text, self->error);
    snprintf(text, sizeof text, "%.17g", self->setting->keep_idle);
    if (status == BT_OK)
        status = bt_column_file_describe(file, "keep_idle", text, self->error);
    return status;
}

static bt_status write_rules(import *self)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < BT_RULES && status == BT_OK; i++) {
        rule_row row = {(uint8_t)i, self->counts->listings[i], self->counts->offers[i]};
        status = bt_column_file_append(bt_history_writer_file(self->writer), BT_HISTORY_TABLES,
                                       &row, 1, self->error);
    }
    return status;
}

/* ---- all of it ---- */

static bt_status open_all(import *self)
{
    const bt_best_offer_import_setting *setting = self->setting;
    size_t memory = setting->memory / SORTS_AT_A_TIME;
    bt_status status = bt_history_writer_create(setting->output, setting->force, &rule_table, 1,
                                                &self->writer, self->error);
    if (status == BT_OK)
        status = describe(self);
    if (status == BT_OK)
        status = bt_external_sort_create(setting->folder, sizeof(bt_best_offer_listing),
                                         by_title, memory, &self->by_title, self->error);
    if (status == BT_OK)
        status = bt_external_sort_create(setting->folder, sizeof(bt_best_offer_listing),
                                         by_listing, memory, &self->by_listing, self->error);
    if (status == BT_OK)
        status =
            bt_external_sort_create(setting->folder, sizeof(bt_best_offer_offer),
                                    bt_best_offer_order, memory, &self->offers, self->error);
    self->builder = bt_turn_builder_create(setting->seed);
    self->offer = malloc(BT_MOST_OFFERS_ON_A_LISTING * sizeof *self->offer);
    if (status == BT_OK && (self->builder == NULL || self->offer == NULL))
        return bt_fail(self->error, BT_INTERNAL, "there is no memory for the import");
    return status;
}

static bt_status close_all(import *self, bt_status status)
{
    if (status == BT_OK)
        status = write_rules(self);
    if (status == BT_OK) {
        self->counts->runs += (int64_t)bt_external_sort_runs(self->by_listing) +
                              (int64_t)bt_external_sort_runs(self->offers);
        status = bt_history_writer_close(self->writer, self->error);
    } else {
        bt_history_writer_abandon(self->writer);
    }
    bt_external_sort_destroy(self->by_title);
    bt_external_sort_destroy(self->by_listing);
    bt_external_sort_destroy(self->offers);
    bt_turn_builder_destroy(self->builder);
    free(self->offer);
    return status;
}

bt_status bt_best_offer_import(const bt_best_offer_import_setting *setting,
                               bt_best_offer_counts *counts, bt_error *error)
{
    *counts = (bt_best_offer_counts){0};
import self = {.setting = setting, .counts = counts, .key = bt_random_key_of(setting->seed, 0, 0), .error = error };
    bt_status status = open_all(&self);
    if (status == BT_OK)
        status = read_sources(&self);
    if (status == BT_OK)
        status = join(&self);
    return close_all(&self, status);
}
