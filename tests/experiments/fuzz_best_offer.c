/* libFuzzer: the CSV reader and the import of best-offer data. The first byte says which of
 * the two files the bytes are rows of, and whether they come with the right header.
 *
 *     cmake --preset fuzz && cmake --build build/fuzz --target fuzz_best_offer
 *     build/fuzz/tests/fuzz_best_offer -max_total_time=60 -max_len=4000
 *
 * What the builder of turns keeps must be a history that the rules allow. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/imports/best_offer_repetitions.h"
#include "experiments/imports/best_offer_turns.h"
#include "experiments/tables/csv_reader.h"
#include "markets/bargaining/history_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MOST_OFFERS = 64 };

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* A listing of the middle kind: fields of the bytes decide how it ended. */
static bt_best_offer_listing listing_of(uint8_t kind)
{
    return (bt_best_offer_listing){
        .item = 1,
        .title = 1,
        .seller = 1,
        .buyer = kind & 1 ? 1 : BT_BLANK,
        .start_price = 10000,
        .sale_price = kind & 1 ? 10000 : BT_BLANK,
        .decline_price = kind & 2 ? 5000 : BT_BLANK,
        .accept_price = kind & 4 ? 9000 : BT_BLANK,
        .start_day = 31,
        .end_day = 31 + (kind >> 4),
        .is_by_best_offer = (kind & 8) != 0,
    };
}

static void check_built(const bt_best_offer_listing *listing, const bt_built_listing *built)
{
    bt_error error;
    bt_bargaining_listing record = {.id = 1,
                                    .list_price = listing->start_price,
                                    .decline_price = bt_best_offer_decline_price(listing),
                                    .accept_price = bt_best_offer_accept_price(listing),
                                    .start = bt_best_offer_start(listing),
                                    .end = bt_best_offer_end(listing),
                                    .weight = 1,
                                    .n_threads = (uint32_t)built->n_threads};
    if (built->rule == BT_RULES &&
        bt_history_check(&record, built->thread, built->turn, &error) != BT_OK)
        require(false, error.message);
}

static void build(uint8_t kind, bt_best_offer_offer *offers, size_t count)
{
    bt_error error;
    bt_built_listing built;
    bt_best_offer_listing listing = listing_of(kind);
    bt_turn_builder *builder = bt_turn_builder_create(1);
    require(builder != NULL, "no memory");
    for (size_t i = 0; i < count; i++)
        offers[i].item = 1;
    qsort(offers, count, sizeof *offers, bt_best_offer_order);
    require(bt_turn_builder_build(builder, &listing, offers, count, &built, &error) == BT_OK,
            "building failed");
    check_built(&listing, &built);
    bt_turn_builder_destroy(builder);
}

static void read_offers(uint8_t kind, bt_csv_reader *reader)
{
    bt_error error;
    bt_csv_row row;
    bt_best_offer_offer offers[MOST_OFFERS];
    size_t count = 0;
    bool got = true, complete;
    while (bt_csv_reader_next(reader, &row, &got, &error) == BT_OK && got &&
           bt_best_offer_read_offer("f", &row, &offers[count], &complete, &error) == BT_OK)
        if (complete && ++count == MOST_OFFERS)
            break;
    if (count > 0)
        build(kind, offers, count);
}

static void read_listings(bt_csv_reader *reader)
{
    bt_error error;
    bt_csv_row row;
    bt_best_offer_listing listing;
    bool got = true, complete;
    if (bt_csv_reader_next(reader, &row, &got, &error) != BT_OK || !got)
        return;
    bt_best_offer_check_header("f", &row, bt_best_offer_listing_columns,
                               bt_best_offer_n_listing_columns, &error);
    while (bt_csv_reader_next(reader, &row, &got, &error) == BT_OK && got)
        bt_best_offer_read_listing("f", &row, &listing, &complete, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bt_error error;
    bt_csv_reader *reader;
    if (size < 2)
        return 0;
    require(bt_csv_reader_of_bytes("f", bytes + 2, size - 2, &reader, &error) == BT_OK,
            "no memory");
    if (bytes[0] % 2 == 0)
        read_offers(bytes[1], reader);
    else
        read_listings(reader);
    bt_csv_reader_close(reader);
    return 0;
}
