/*
 * The rows of anon_bo_lists.csv and anon_bo_threads.csv: the best-offer data of Backus,
 * Blake, Larsen and Tadelis (2020),
 * https://www.nber.org/research/data/best-offer-sequential-bargaining.
 *
 * Columns must be those of the published files, in their order; of the listings' 38 and the
 * offers' 16, these records keep what the import uses. A blank field is a missing value; a
 * field that does not read as what its column holds is a mistake of the file. Prices become
 * cents, dates days and moments seconds since 2012-06-01 00:00:00.
 */
#ifndef BT_EXPERIMENTS_BEST_OFFER_ROWS_H
#define BT_EXPERIMENTS_BEST_OFFER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "experiments/tables/csv_reader.h"
#include "sim/status.h"

#define BT_BLANK INT64_MIN /* a field that is empty */
#define BT_BLANK_DAY INT32_MIN

/* A row of the listings. */
typedef struct bt_best_offer_listing {
    int64_t item;
    int64_t title;
    int64_t seller;
    int64_t buyer;       /* blank: unsold */
    int64_t start_price; /* cents */
    int64_t sale_price;  /* cents; blank: unsold */
    int64_t decline_price;
    int64_t accept_price;
    int64_t row; /* from 0, in the file */
    int32_t start_day;
    int32_t end_day; /* of the sale if there was one */
    int32_t category;
    int32_t feedback_score;
    int32_t condition;
    int16_t photos;
    bool is_revised;
    bool is_by_best_offer; /* sold through an offer */
    uint8_t rule;          /* bt_best_offer_rule that it falls by; BT_RULES: none so far */
} bt_best_offer_listing;

/* What an offer is, and what became of it, as the file codes it. */
enum { BT_OFFER_FIRST = 0, BT_OFFER_BY_BUYER = 1, BT_OFFER_BY_SELLER = 2 };
enum {
    BT_ANSWER_EXPIRED = 0,
    BT_ANSWER_ACCEPTED = 1,
    BT_ANSWER_DECLINED = 2,
    BT_ANSWER_AUTO_DECLINED = 6,
    BT_ANSWER_COUNTERED = 7,
    BT_ANSWER_SOLD_ELSEWHERE = 8,
    BT_ANSWER_AUTO_ACCEPTED = 9,
};

/* A row of the offers: an offer and the answer that it got. */
typedef struct bt_best_offer_offer {
    int64_t item;
    int64_t buyer;
    int64_t thread;
    int64_t price;    /* cents */
    int64_t time;     /* seconds */
    int64_t response; /* seconds; means nothing after a counter-offer */
    int64_t row;      /* from 0, in the file */
    int32_t buyer_history;
    uint8_t type;
    uint8_t answer;
    bool has_message;
} bt_best_offer_offer;

extern const char *const bt_best_offer_listing_columns[];
extern const size_t bt_best_offer_n_listing_columns;
extern const char *const bt_best_offer_offer_columns[];
extern const size_t bt_best_offer_n_offer_columns;

/* Whether a header names exactly these columns. `file` is for the message. */
bt_status bt_best_offer_check_header(const char *file, const bt_csv_row *header,
                                     const char *const *columns, size_t n_columns,
                                     bt_error *error);

/* Take a row apart. *complete is false when a field without which the row cannot be used is
 * blank. BT_BAD_INPUT: "file:line: column: ...". */
bt_status bt_best_offer_read_listing(const char *file, const bt_csv_row *row,
                                     bt_best_offer_listing *listing, bool *complete,
                                     bt_error *error);
bt_status bt_best_offer_read_offer(const char *file, const bt_csv_row *row,
                                   bt_best_offer_offer *offer, bool *complete, bt_error *error);

#endif
