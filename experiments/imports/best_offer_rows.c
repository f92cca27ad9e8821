#include "experiments/imports/best_offer_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/imports/calendar.h"

/* ---- columns ---- */

const char *const bt_best_offer_listing_columns[] = {
    "anon_item_id",
    "anon_title_code",
    "anon_product_id",
    "anon_leaf_categ_id",
    "anon_slr_id",
    "anon_buyer_id",
    "auct_start_dt",
    "fdbk_score_start",
    "fdbk_pstv_start",
    "auct_end_dt",
    "start_price_usd",
    "photo_count",
    "to_lst_cnt",
    "bo_lst_cnt",
    "count1",
    "ref_price1",
    "count2",
    "ref_price2",
    "count3",
    "ref_price3",
    "item_cndtn_id",
    "view_item_count",
    "wtchr_count",
    "meta_categ_id",
    "item_price",
    "bo_ck_yn",
    "ship_time_slowest",
    "ship_time_fastest",
    "ship_time_chosen",
    "decline_price",
    "accept_price",
    "bin_rev",
    "lstg_gen_type_id",
    "store",
    "ref_price4",
    "count4",
    "slr_us",
    "buyer_us",
};
const size_t bt_best_offer_n_listing_columns =
    sizeof(bt_best_offer_listing_columns) / sizeof(bt_best_offer_listing_columns[0]);

enum {
    LIST_ITEM = 0,
    LIST_TITLE = 1,
    LIST_SELLER = 4,
    LIST_BUYER = 5,
    LIST_START = 6,
    LIST_FEEDBACK = 7,
    LIST_END = 9,
    LIST_START_PRICE = 10,
    LIST_PHOTOS = 11,
    LIST_CONDITION = 20,
    LIST_CATEGORY = 23,
    LIST_SALE_PRICE = 24,
    LIST_BY_BEST_OFFER = 25,
    LIST_DECLINE_PRICE = 29,
    LIST_ACCEPT_PRICE = 30,
    LIST_REVISED = 31,
};

const char *const bt_best_offer_offer_columns[] = {
    "anon_item_id", "anon_thread_id", "anon_byr_id",   "anon_slr_id",
    "src_cre_dt",   "fdbk_score_src", "fdbk_pstv_src", "offr_type_id",
    "status_id",    "offr_price",     "src_cre_date",  "response_time",
    "slr_hist",     "byr_hist",       "any_mssg",      "byr_us",
};
const size_t bt_best_offer_n_offer_columns =
    sizeof(bt_best_offer_offer_columns) / sizeof(bt_best_offer_offer_columns[0]);

enum {
    OFFER_ITEM = 0,
    OFFER_THREAD = 1,
    OFFER_BUYER = 2,
    OFFER_TYPE = 7,
    OFFER_ANSWER = 8,
    OFFER_PRICE = 9,
    OFFER_TIME = 10,
    OFFER_RESPONSE = 11,
    OFFER_BUYER_HISTORY = 13,
    OFFER_MESSAGE = 14,
};

bt_status bt_best_offer_check_header(const char *file, const bt_csv_row *header,
                                     const char *const *columns, size_t n_columns,
                                     bt_error *error)
{
    for (size_t i = 0; i < header->n_fields && i < n_columns; i++)
        if (strcmp(header->field[i], columns[i]) != 0)
            return bt_fail(error, BT_BAD_INPUT,
                           "%s:%zu: column %zu is called \"%.60s\" where \"%s\" is expected",
                           file, header->line, i + 1, header->field[i], columns[i]);
    if (header->n_fields != n_columns)
        return bt_fail(error, BT_BAD_INPUT,
                       "%s:%zu: the header has %zu columns where %zu are "
                       "expected",
                       file, header->line, header->n_fields, n_columns);
    return BT_OK;
}

/* ---- fields ---- */

/* A row being read; the first mistake sticks. */
typedef struct field_reader {
    const char *file;
    const bt_csv_row *row;
    const char *const *columns;
    bt_error *error;
    bt_status status;
} field_reader;

static void refuse(field_reader *self, size_t column, const char *expected)
{
    if (self->status == BT_OK)
        self->status =
            bt_fail(self->error, BT_BAD_INPUT, "%s:%zu: %s: \"%.60s\" is not %s", self->file,
                    self->row->line, self->columns[column], self->row->field[column], expected);
}

static bool is_blank(const field_reader *self, size_t column)
{
    return self->row->length[column] == 0;
}

/* Digits, with a sign, and with a fraction of zeros where the file was written by a program
 * that knows reals only. */
static int64_t read_integer(field_reader *self, size_t column, int64_t least, int64_t most,
                            const char *expected)
{
    if (is_blank(self, column))
        return BT_BLANK;
    const char *next = self->row->field[column];
    bool negative = *next == '-', any = false;
    int64_t value = 0;
    for (next += negative; *next >= '0' && *next <= '9' && value < INT64_MAX / 10 - 1; next++) {
        value = 10 * value + (*next - '0');
        any = true;
    }
    if (*next == '.')
        next += 1 + strspn(next + 1, "0");
    value = negative ? -value : value;
    if (!any || *next != '\0' || value < least || value > most) {
        refuse(self, column, expected);
        return BT_BLANK;
    }
    return value;
}

static int64_t read_id(field_reader *self, size_t column)
{
    return read_integer(self, column, 0, INT64_MAX / 10, "a number");
}

/* A count for an analysis; what cannot be a count is missing. */
static int32_t read_count(field_reader *self, size_t column, int32_t missing)
{
    int64_t value = read_integer(self, column, INT32_MIN + 1, INT32_MAX, "an integer");
    return value < 0 ? missing : (int32_t)value;
}

static bool read_flag(field_reader *self, size_t column)
{
    return read_integer(self, column, 0, 1, "0, 1 or blank") == 1;
}

static int64_t read_code(field_reader *self, size_t column)
{
    return read_integer(self, column, 0, 99, "a code from 0 to 99");
}

/* Dollars to cents, rounded. */
static int64_t read_price(field_reader *self, size_t column)
{
    static const double most = 1e12;
    if (is_blank(self, column))
        return BT_BLANK;
    const char *text = self->row->field[column];
    char *end;
    double dollars = strtod(text, &end);
    bool plain = strspn(text, "0123456789.eE+-") == self->row->length[column];
    if (!plain || *end != '\0' || !(dollars >= 0) || dollars > most) {
        refuse(self, column, "a price in dollars");
        return BT_BLANK;
    }
    return llround(100 * dollars);
}

static int32_t read_day(field_reader *self, size_t column)
{
    int64_t day;
    if (is_blank(self, column))
        return BT_BLANK_DAY;
    if (bt_calendar_day(self->row->field[column], &day))
        return (int32_t)day;
    refuse(self, column, "a date like 22oct2012");
    return BT_BLANK_DAY;
}

static int64_t read_moment(field_reader *self, size_t column)
{
    int64_t second;
    if (is_blank(self, column))
        return BT_BLANK;
    if (bt_calendar_moment(self->row->field[column], &second))
        return second;
    refuse(self, column, "a moment like 03jul2012 18:03:24");
    return BT_BLANK;
}

/* ---- rows ---- */

static bt_status check_width(const char *file, const bt_csv_row *row, size_t n_columns,
                             bt_error *error)
{
    if (row->n_fields == n_columns)
        return BT_OK;
    return bt_fail(error, BT_BAD_INPUT,
                   "%s:%zu: this row has %zu field%s where there are %zu "
                   "columns",
                   file, row->line, row->n_fields, row->n_fields == 1 ? "" : "s", n_columns);
}

bt_status bt_best_offer_read_listing(const char *file, const bt_csv_row *row,
                                     bt_best_offer_listing *listing, bool *complete,
                                     bt_error *error)
{
    enum { MOST_PHOTOS = 255 };
    field_reader self = {file, row, bt_best_offer_listing_columns, error, BT_OK};
    bt_status status = check_width(file, row, bt_best_offer_n_listing_columns, error);
    if (status != BT_OK)
        return status;
    int32_t photos = read_count(&self, LIST_PHOTOS, 0);
    *listing = (bt_best_offer_listing){
        .item = read_id(&self, LIST_ITEM),
        .title = read_id(&self, LIST_TITLE),
        .seller = read_id(&self, LIST_SELLER),
        .buyer = read_id(&self, LIST_BUYER),
        .start_price = read_price(&self, LIST_START_PRICE),
        .sale_price = read_price(&self, LIST_SALE_PRICE),
        .decline_price = read_price(&self, LIST_DECLINE_PRICE),
        .accept_price = read_price(&self, LIST_ACCEPT_PRICE),
        .start_day = read_day(&self, LIST_START),
        .end_day = read_day(&self, LIST_END),
        .category = read_count(&self, LIST_CATEGORY, 0),
        .feedback_score = read_count(&self, LIST_FEEDBACK, -1),
        .condition = read_count(&self, LIST_CONDITION, 0),
        .photos = (int16_t)(photos > MOST_PHOTOS ? MOST_PHOTOS : photos),
        .is_revised = read_flag(&self, LIST_REVISED),
        .is_by_best_offer = read_flag(&self, LIST_BY_BEST_OFFER),
    };
    *complete = listing->item != BT_BLANK && listing->title != BT_BLANK &&
                listing->seller != BT_BLANK && listing->start_price != BT_BLANK &&
                listing->start_day != BT_BLANK_DAY && listing->end_day != BT_BLANK_DAY;
    return self.status;
}

bt_status bt_best_offer_read_offer(const char *file, const bt_csv_row *row,
                                   bt_best_offer_offer *offer, bool *complete, bt_error *error)
{
    field_reader self = {file, row, bt_best_offer_offer_columns, error, BT_OK};
    bt_status status = check_width(file, row, bt_best_offer_n_offer_columns, error);
    if (status != BT_OK)
        return status;
    int64_t type = read_code(&self, OFFER_TYPE), answer = read_code(&self, OFFER_ANSWER);
    *offer = (bt_best_offer_offer){
        .item = read_id(&self, OFFER_ITEM),
        .buyer = read_id(&self, OFFER_BUYER),
        .thread = read_id(&self, OFFER_THREAD),
        .price = read_price(&self, OFFER_PRICE),
        .time = read_moment(&self, OFFER_TIME),
        .response = read_moment(&self, OFFER_RESPONSE),
        .buyer_history = read_count(&self, OFFER_BUYER_HISTORY, -1),
        .type = type == BT_BLANK ? UINT8_MAX : (uint8_t)type,
        .answer = answer == BT_BLANK ? UINT8_MAX : (uint8_t)answer,
        .has_message = read_flag(&self, OFFER_MESSAGE),
    };
    *complete = offer->item != BT_BLANK && offer->buyer != BT_BLANK &&
                offer->price != BT_BLANK && offer->time != BT_BLANK && type != BT_BLANK &&
                answer != BT_BLANK;
    return self.status;
}
