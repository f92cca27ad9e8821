#include "experiments/imports/best_offer_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/imports/best_offer_rows.h"
#include "experiments/imports/calendar.h"
#include "markets/bargaining/history_file.h"
#include "sim/file_io.h"

enum { LISTINGS_AT_A_TIME = 4096, NO_PRODUCT = 547957, PRICE_TEXT = 32 };

/* One of the two files, under a provisional name. */
typedef struct output {
    char *path;
    char *part;
    FILE *stream;
} output;

typedef struct export
{
    output listings;
    output offers;
    int64_t n_threads; /* so far: threads get numbers of their own */
    bt_best_offer_export_counts *counts;
    bt_error *error;
}
export;

/* ---- fields ---- */

static void put_text(FILE *stream, const char *text, bool last)
{
    fputs(text, stream);
    fputc(last ? '\n' : ',', stream);
}

static void put_integer(FILE *stream, int64_t value)
{
    fprintf(stream, "%" PRId64 ",", value);
}

/* Nothing where `value` is `missing`. */
static void put_known(FILE *stream, int64_t value, int64_t missing)
{
    if (value == missing)
        put_text(stream, "", false);
    else
        put_integer(stream, value);
}

static void put_price(FILE *stream, int64_t cents)
{
    fprintf(stream, "%" PRId64 ".%02d,", cents / 100, (int)(cents % 100));
}

static void put_blanks(FILE *stream, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputc(',', stream);
}

static void put_day(FILE *stream, int64_t second)
{
    char text[BT_CALENDAR_TEXT];
    bt_calendar_write_day(bt_calendar_day_of(second), text);
    put_text(stream, text, false);
}

static void put_moment(FILE *stream, int64_t second)
{
    char text[BT_CALENDAR_TEXT];
    bt_calendar_write_moment(second, text);
    put_text(stream, text, false);
}

static void put_header(FILE *stream, const char *const *columns, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++)
        put_text(stream, columns[i], i + 1 == n_columns);
}

/* ---- listings ---- */

/* How a listing ended. */
typedef struct sale {
    const bt_bargaining_thread *winner; /* NULL: unsold */
    int64_t time;
    int64_t price;
} sale;

static sale sale_of(const bt_bargaining_listing *listing, const bt_bargaining_thread *thread,
                    const bt_bargaining_turn *turn)
{
    sale found = {NULL, INT64_MAX, 0};
    for (size_t i = 0; i < listing->n_threads; i++) {
        const bt_bargaining_turn *last = &turn[thread[i].n_turns - 1];
        if (last->act == BT_ACT_ACCEPT && last->time < found.time)
            found = (sale){&thread[i], last->time, last->price};
        turn += thread[i].n_turns;
    }
    return found;
}

static void put_listing(FILE *stream, const bt_bargaining_listing *listing, const sale *sold)
{
    bool is_sold = sold->winner != NULL;
    bool has_accept = listing->accept_price < listing->list_price;
    put_integer(stream, listing->id);
    put_integer(stream, listing->id); /* each its own title */
    put_integer(stream, NO_PRODUCT);
    put_blanks(stream, 1);
    put_integer(stream, listing->seller);
    put_known(stream, is_sold ? sold->winner->buyer : -1, -1);
    put_day(stream, listing->start);
    put_known(stream, listing->feedback_score, -1);
    put_blanks(stream, 1);
    put_day(stream, is_sold ? sold->time : listing->end - 1);
    put_price(stream, listing->list_price);
    put_integer(stream, listing->photos);
    put_blanks(stream, 8);
    put_known(stream, listing->condition, 0);
    put_blanks(stream, 2);
    put_known(stream, listing->category, 0);
    if (is_sold)
        put_price(stream, sold->price);
    else
        put_blanks(stream, 1);
    put_text(stream, !is_sold ? "" : sold->price < listing->list_price ? "1" : "0", false);
    put_blanks(stream, 3);
    if (listing->decline_price > 0)
        put_price(stream, listing->decline_price);
    else
        put_blanks(stream, 1);
    if (has_accept)
        put_price(stream, listing->accept_price);
    else
        put_blanks(stream, 1);
    put_integer(stream, 0);
    put_blanks(stream, 5);
    put_text(stream, "", true);
}

/* ---- offers ---- */

/* The status of an offer, and when it got it, from what came next. */
static int answer_of(const bt_bargaining_listing *listing, const sale *sold, bool is_winner,
                     const bt_bargaining_turn *offer, const bt_bargaining_turn *next,
                     int64_t *time)
{
    if (offer->act == BT_ACT_ACCEPT) {
        *time = offer->time;
        return BT_ANSWER_ACCEPTED;
    }
    if (next == NULL) {
        bool lost = sold->winner != NULL && !is_winner;
        *time = lost ? sold->time : listing->end;
        return lost ? BT_ANSWER_SOLD_ELSEWHERE : BT_ANSWER_EXPIRED;
    }
    bool is_automatic = (next->flags & BT_TURN_AUTOMATIC) != 0;
    *time = next->time;
    if (next->act == BT_ACT_OFFER)
        return BT_ANSWER_COUNTERED;
    if (next->act == BT_ACT_ACCEPT && next->price == listing->list_price) {
        *time = offer->time + 1; /* a purchase in place of an answer */
        return BT_ANSWER_SOLD_ELSEWHERE;
    }
    if (next->act == BT_ACT_ACCEPT)
        return is_automatic ? BT_ANSWER_AUTO_ACCEPTED : BT_ANSWER_ACCEPTED;
    if ((next->flags & BT_TURN_EXPIRED) != 0)
        return BT_ANSWER_EXPIRED;
    return is_automatic ? BT_ANSWER_AUTO_DECLINED : BT_ANSWER_DECLINED;
}

static void put_offer(const export *self, const bt_bargaining_listing *listing,
                      const bt_bargaining_thread *thread, const bt_bargaining_turn *turn,
                      int type, int answer, int64_t answered)
{
    FILE *stream = self->offers.stream;
    put_integer(stream, listing->id);
    put_integer(stream, self->n_threads);
    put_integer(stream, thread->buyer);
    put_integer(stream, listing->seller);
    put_day(stream, turn->time);
    put_blanks(stream, 2);
    put_integer(stream, type);
    put_integer(stream, answer);
    put_price(stream, turn->price);
    put_moment(stream, turn->time);
    put_moment(stream, answered);
    put_blanks(stream, 1);
    put_known(stream, thread->buyer_history, -1);
    put_text(stream, (turn->flags & BT_TURN_MESSAGE) != 0 ? "1" : "", false);
    put_text(stream, "", true);
    self->counts->offers++;
}

/* Whether a buyer's move after a rejection, that is no offer, has a row: who walks away in
 * words names the own old price again, who accepts a standing counter-offer names that; a
 * purchase at the list price and silence leave none. */
static bool has_own_row(const bt_bargaining_listing *listing, const bt_bargaining_turn *turn)
{
    if (turn->act == BT_ACT_ACCEPT)
        return turn->price < listing->list_price;
    return (turn->flags & BT_TURN_EXPIRED) == 0;
}

static void put_thread(export *self, const bt_bargaining_listing *listing, const sale *sold,
                       const bt_bargaining_thread *thread, const bt_bargaining_turn *turn)
{
    bool is_winner = thread == sold->winner;
    self->n_threads++;
    for (uint32_t i = 0; i < thread->n_turns; i++) {
        bool is_buyers = bt_is_buyers_turn(i + 1);
        bool after_counter = i > 0 && turn[i - 1].act == BT_ACT_OFFER;
        if (turn[i].act != BT_ACT_OFFER &&
            !(is_buyers && !after_counter && has_own_row(listing, &turn[i])))
            continue;
        int64_t answered;
        const bt_bargaining_turn *next = i + 1 < thread->n_turns ? &turn[i + 1] : NULL;
        int answer = answer_of(listing, sold, is_winner, &turn[i], next, &answered);
        int type = !is_buyers      ? BT_OFFER_BY_SELLER
                   : after_counter ? BT_OFFER_BY_BUYER
                                   : BT_OFFER_FIRST;
        put_offer(self, listing, thread, &turn[i], type, answer, answered);
    }
}

/* ---- all of it ---- */

static bt_status check_listing(const bt_bargaining_listing *listing, bt_error *error)
{
    if (listing->weight != 1)
        return bt_fail(error, BT_BAD_INPUT,
                       "listing %" PRId64 " stands for %g listings, which this format cannot "
                       "say: import with --keep-idle 1",
                       listing->id, listing->weight);
    if (listing->start % BT_DAY_SECONDS != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "listing %" PRId64 " does not begin at midnight, and this format knows "
                       "the day alone",
                       listing->id);
    return BT_OK;
}

static bt_status put_history(export *self, const bt_bargaining_history *history)
{
    bt_status status = BT_OK;
    for (size_t i = 0; i < history->n_listings && status == BT_OK; i++) {
        const bt_bargaining_listing *listing = &history->listing[i];
        const bt_bargaining_thread *thread = &history->thread[listing->first_thread];
        const bt_bargaining_turn *turn =
            listing->n_threads > 0 ? &history->turn[thread->first_turn] : NULL;
        status = check_listing(listing, self->error);
        sale sold = sale_of(listing, thread, turn);
        put_listing(self->listings.stream, listing, &sold);
        self->counts->listings++;
        for (size_t k = 0; k < listing->n_threads; k++) {
            put_thread(self, listing, &sold, &thread[k], turn);
            turn += thread[k].n_turns;
        }
    }
    return status;
}

static bt_status copy(export *self, bt_history_reader *reader)
{
    bt_bargaining_history history;
    bt_status status;
    put_header(self->listings.stream, bt_best_offer_listing_columns,
               bt_best_offer_n_listing_columns);
    put_header(self->offers.stream, bt_best_offer_offer_columns, bt_best_offer_n_offer_columns);
    do {
        status = bt_history_reader_next(reader, LISTINGS_AT_A_TIME, &history, self->error);
        if (status == BT_OK)
            status = put_history(self, &history);
    } while (status == BT_OK && history.n_listings > 0);
    return status;
}

static char *joined(const char *a, const char *b)
{
    size_t size = strlen(a) + strlen(b) + 1;
    char *text = malloc(size);
    if (text != NULL)
        snprintf(text, size, "%s%s", a, b);
    return text;
}

static bt_status open_output(output *self, const char *folder, const char *name, bool force,
                             bt_error *error)
{
    self->path = joined(folder, name);
    self->part = self->path != NULL ? joined(self->path, ".part") : NULL;
    if (self->part == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to write into %s", folder);
    if (!force && bt_file_exists(self->path))
        return bt_fail(error, BT_CANNOT_CREATE, "%s exists already: --force replaces it",
                       self->path);
    self->stream = fopen(self->part, "w");
    return self->stream != NULL ? BT_OK
                                : bt_file_fail(error, BT_CANNOT_CREATE, "create", self->part);
}

static bt_status close_output(output *self, bt_status status, bool force, bt_error *error)
{
    if (self->stream != NULL) {
        bool failed = ferror(self->stream) != 0;
        failed |= fclose(self->stream) != 0;
        if (status == BT_OK && failed)
            status = bt_file_fail(error, BT_IO, "write", self->part);
        if (status == BT_OK && !bt_file_rename(self->part, self->path, force))
            status = bt_file_fail(error, BT_CANNOT_CREATE, "create", self->path);
        if (status != BT_OK)
            bt_file_discard(self->part);
    }
    free(self->path);
    free(self->part);
    return status;
}

bt_status bt_best_offer_export(const char *history, const char *folder, bool force,
                               bt_best_offer_export_counts *counts, bt_error *error)
{
    export self = {.counts = counts, .error = error};
    bt_history_reader *reader;
    *counts = (bt_best_offer_export_counts){0};
    bt_status status = bt_history_reader_open(history, &reader, error);
    if (status != BT_OK)
        return status;
    status = open_output(&self.listings, folder, "/anon_bo_lists.csv", force, error);
    if (status == BT_OK)
        status = open_output(&self.offers, folder, "/anon_bo_threads.csv", force, error);
    if (status == BT_OK)
        status = copy(&self, reader);
    bt_history_reader_close(reader);
    status = close_output(&self.offers, status, force, error);
    return close_output(&self.listings, status, force, error);
}
