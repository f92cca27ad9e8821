/* Histories of negotiations: files give back what was written, what cannot have happened is
 * refused, concessions are what the formula says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "markets/bargaining/history_file.h"

/* A listing at $100 with one thread: 50, 90, 60, accepted at 90 (in cents). */
typedef struct example {
    bt_bargaining_listing listing;
    bt_bargaining_thread thread;
    bt_bargaining_turn turn[4];
} example;

static example a_sale(void)
{
    return (example){.listing = {.id = 7,
                                 .seller = 8,
                                 .list_price = 10000,
                                 .accept_price = 10000,
                                 .start = -86400,
                                 .end = 7 * 86400,
                                 .weight = 2.5,
                                 .n_threads = 1,
                                 .category = 11,
                                 .feedback_score = -1,
                                 .condition = 3000,
                                 .photos = 4,
                                 .partition = BT_PARTITION_TEST},
                     .thread = {.buyer = 9, .buyer_history = -1, .n_turns = 4},
                     .turn = {{.time = 10, .price = 5000, .number = 1, .act = BT_ACT_OFFER},
                              {.time = 20, .price = 9000, .number = 2, .act = BT_ACT_OFFER},
                              {.time = 20,
                               .price = 6000,
                               .number = 3,
                               .act = BT_ACT_OFFER,
                               .flags = BT_TURN_MESSAGE},
                              {.time = 99, .price = 6000, .number = 4, .act = BT_ACT_ACCEPT}}};
}

static bt_status check(const example *made, bt_error *error)
{
    return bt_history_check(&made->listing, &made->thread, made->turn, error);
}

static void what_can_happen_is_accepted(void **state)
{
    (void)state;
    bt_error error;
    example made = a_sale();
    assert_int_equal(check(&made, &error), BT_OK);
    made.thread.n_turns = 2; /* the listing ended */
    assert_int_equal(check(&made, &error), BT_OK);
    made.turn[1] =
        (bt_bargaining_turn){.time = 10, .price = 10000, .number = 2, .act = BT_ACT_REJECT};
    assert_int_equal(check(&made, &error), BT_OK);
    made.thread.n_turns = 1;
    made.turn[0] =
        (bt_bargaining_turn){.time = 10, .price = 10000, .number = 1, .act = BT_ACT_ACCEPT};
    assert_int_equal(check(&made, &error), BT_OK);
}

static void what_cannot_happen_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sentence;
        size_t turn; /* to change; 4: none */
        bt_bargaining_turn changed;
    } cases[] = {
        {"numbered", 1, {.time = 20, .price = 9000, .number = 3, .act = BT_ACT_OFFER}},
        {"between", 0, {.time = 10, .price = 10000, .number = 1, .act = BT_ACT_OFFER}},
        {"between", 0, {.time = 10, .price = 0, .number = 1, .act = BT_ACT_REJECT}},
        {"between", 1, {.time = 20, .price = 10100, .number = 2, .act = BT_ACT_OFFER}},
        {"between", 1, {.time = 20, .price = 5000, .number = 2, .act = BT_ACT_OFFER}},
        {"between", 2, {.time = 20, .price = 4000, .number = 3, .act = BT_ACT_OFFER}},
        {"between", 2, {.time = 20, .price = 6000, .number = 3, .act = 3}},
        {"rejection", 1, {.time = 20, .price = 9000, .number = 2, .act = BT_ACT_REJECT}},
        {"behind its end", 2, {.time = 20, .price = 5000, .number = 3, .act = BT_ACT_REJECT}},
        {"acceptance", 3, {.time = 99, .price = 6001, .number = 4, .act = BT_ACT_ACCEPT}},
        {"times", 1, {.time = 9, .price = 9000, .number = 2, .act = BT_ACT_OFFER}},
        {"times", 3, {.time = 7 * 86400, .price = 6000, .number = 4, .act = BT_ACT_ACCEPT}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bt_error error = {.status = BT_OK};
        example made = a_sale();
        made.turn[cases[i].turn] = cases[i].changed;
        assert_int_equal(check(&made, &error), BT_BAD_INPUT);
        if (strstr(error.message, cases[i].sentence) == NULL ||
            strstr(error.message, "listing 7, thread 1") == NULL)
            fail_msg("case %zu: \"%s\"", i, error.message);
    }
    bt_error error;
    example made = a_sale();
    made.listing.decline_price = 10001;
    assert_int_equal(check(&made, &error), BT_BAD_INPUT);
    made = a_sale();
    made.listing.weight = 0;
    assert_int_equal(check(&made, &error), BT_BAD_INPUT);
}

/* At turn 7 there is no counter-offer. */
static void the_seventh_turn_is_the_last_word(void **state)
{
    (void)state;
    bt_error error;
    bt_bargaining_turn turn[7];
    example made = a_sale();
    static const int64_t price[] = {5000, 9000, 6000, 8800, 6500, 8500, 7000};
    for (uint8_t i = 0; i < 7; i++)
        turn[i] = (bt_bargaining_turn){
            .time = 10 * i, .price = price[i], .number = i + 1, .act = BT_ACT_OFFER};
    made.thread.n_turns = 7;
    assert_int_equal(bt_history_check(&made.listing, &made.thread, turn, &error), BT_BAD_INPUT);
    turn[6].act = BT_ACT_REJECT;
    turn[6].price = 6500;
    assert_int_equal(bt_history_check(&made.listing, &made.thread, turn, &error), BT_OK);
    turn[6].act = BT_ACT_ACCEPT;
    turn[6].price = 8500;
    assert_int_equal(bt_history_check(&made.listing, &made.thread, turn, &error), BT_OK);
}

static void files_give_back_what_was_written(void **state)
{
    (void)state;
    enum { LISTINGS = 20000 }; /* more than a chunk of each table */
    char path[256];
    const char *folder = getenv("TMPDIR");
    bt_error error = {.status = BT_OK};
    bt_history_writer *writer;
    snprintf(path, sizeof path, "%s/bertrand_history_%ld.h5", folder != NULL ? folder : "/tmp",
             (long)getpid());
    assert_int_equal(bt_history_writer_create(path, true, NULL, 0, &writer, &error), BT_OK);
    for (int64_t i = 0; i < LISTINGS; i++) {
        example made = a_sale();
        made.listing.id = i;
        made.listing.n_threads = i % 3 != 0;
        made.thread.buyer = 2 * i;
        made.turn[0].time += i;
        made.turn[1].time += i;
        made.turn[2].time += i;
        made.turn[3].time += i;
        assert_int_equal(
            bt_history_writer_append(writer, &made.listing, &made.thread, made.turn, &error),
            BT_OK);
    }
    assert_int_equal(bt_history_writer_close(writer, &error), BT_OK);
    assert_int_equal(bt_history_writer_create(path, false, NULL, 0, &writer, &error),
                     BT_CANNOT_CREATE);
    bt_bargaining_history history;
    assert_int_equal(bt_history_read(path, &history, &error), BT_OK);
    unlink(path);
    assert_int_equal(history.n_listings, LISTINGS);
    assert_int_equal(history.n_threads, LISTINGS - (LISTINGS + 2) / 3);
    for (size_t i = 0; i < LISTINGS; i++) {
        example expected = a_sale();
        const bt_bargaining_listing *listing = &history.listing[i];
        expected.listing.id = (int64_t)i;
        expected.listing.n_threads = i % 3 != 0;
        expected.listing.first_thread = listing->first_thread;
        assert_memory_equal(listing, &expected.listing, sizeof *listing);
        if (listing->n_threads == 0)
            continue;
        const bt_bargaining_thread *thread = &history.thread[listing->first_thread];
        assert_int_equal(thread->buyer, 2 * i);
        assert_int_equal(thread->n_turns, 4);
        assert_int_equal(history.turn[thread->first_turn + 3].time, 99 + i);
        assert_int_equal(history.turn[thread->first_turn + 2].flags, BT_TURN_MESSAGE);
    }
    bt_history_free(&history);
}

static void concessions_follow_the_formula(void **state)
{
    (void)state;
    assert_int_equal(bt_concession_percent(6000, 5000, 10000), 20); /* the slides' examples */
    assert_int_equal(bt_concession_percent(9000, 10000, 5000), 20);
    assert_int_equal(bt_concession_percent(10000, 10000, 5000), 0);
    assert_int_equal(bt_concession_percent(5000, 10000, 5000), 100);
    assert_int_equal(bt_concession_percent(5001, 5000, 10000), 1); /* never 0 nor 100 */
    assert_int_equal(bt_concession_percent(9999, 5000, 10000), 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_happen_is_accepted),
        cmocka_unit_test(what_cannot_happen_is_refused),
        cmocka_unit_test(the_seventh_turn_is_the_last_word),
        cmocka_unit_test(files_give_back_what_was_written),
        cmocka_unit_test(concessions_follow_the_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
