/* The progress bar and the lines that stand for it where there is no terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/runner/progress.h"

/* A progress that writes into memory; its clock is set by hand. */
typedef struct fixture {
    char *text;
    size_t size;
    FILE *stream;
    bt_progress progress;
} fixture;

static void begin(fixture *self, bool is_terminal, bool has_colour)
{
    self->stream = open_memstream(&self->text, &self->size);
    assert_non_null(self->stream);
    self->progress = bt_progress_begin(self->stream, is_terminal, has_colour, 1000);
}

static bt_run_progress runs_at(double fraction)
{
    return (bt_run_progress){
        .n_runs = 400, .n_done = (size_t)(fraction * 400), .fraction = fraction};
}

static void show(fixture *self, bt_run_progress runs, double seconds)
{
    bt_progress_show(&self->progress, &runs, 1000 + seconds);
    fflush(self->stream);
}

static void expect(fixture *self, const char *text)
{
    fflush(self->stream);
    assert_string_equal(self->text, text);
}

static void end(fixture *self)
{
    fclose(self->stream);
    free(self->text);
}

static void test_bar(void **state)
{
    (void)state;
    fixture self;
    begin(&self, true, false);
    show(&self, runs_at(0.25), 0.05); /* too soon */
    expect(&self, "");
    show(&self, runs_at(0.25), 10);
    expect(&self, "\r\033[K[#######-----------------------] 100/400 runs  10.0/s  0:30 left");
    show(&self, runs_at(0.5), 10.05);
    expect(&self, "\r\033[K[#######-----------------------] 100/400 runs  10.0/s  0:30 left");
    end(&self);
}

static void test_few_long_runs_move_the_bar(void **state)
{
    (void)state;
    fixture self;
    begin(&self, true, false);
    bt_run_progress runs = {.n_runs = 2, .n_done = 0, .fraction = 0.5};
    show(&self, runs, 7200);
    expect(&self,
           "\r\033[K[###############---------------] 0/2 runs  2:00:00 each  2:00:00 left");
    end(&self);
}

/* Runs of an earlier call count in the bar, not in the rate. */
static void test_resumed_runs(void **state)
{
    (void)state;
    fixture self;
    begin(&self, true, false);
    bt_run_progress runs = {
        .n_runs = 100, .n_before = 50, .n_done = 10, .n_failed = 3, .fraction = 0.2};
    show(&self, runs, 100);
    expect(&self,
           "\r\033[K[##################------------] 60/100 runs  10 s each  6:40 left  3 "
           "failed");
    end(&self);
}

static void test_lines_where_there_is_no_terminal(void **state)
{
    (void)state;
    fixture self;
    begin(&self, false, false);
    show(&self, runs_at(0.1), 29.9);
    expect(&self, "");
    show(&self, runs_at(0.1), 30);
    expect(&self, "40/400 runs  1.3/s  4:30 left\n");
    show(&self, runs_at(0.15), 59);
    expect(&self, "40/400 runs  1.3/s  4:30 left\n");
    end(&self);
}

static void test_colour_only_where_it_is_wanted(void **state)
{
    (void)state;
    fixture self;
    begin(&self, true, true);
    show(&self, runs_at(0.5), 2);
    assert_non_null(strstr(self.text, "[\033[32m###############"));
    assert_non_null(strstr(self.text, "\033[0m] 200/400"));
    end(&self);
}

static void test_nothing_is_said_without_a_stream(void **state)
{
    (void)state;
    bt_progress silent = bt_progress_begin(NULL, true, true, 0);
    bt_run_progress runs = runs_at(0.5);
    bt_progress_show(&silent, &runs, 100);
    bt_progress_clear(&silent);
    bt_progress_end(&silent, &runs, 100);
}

static void test_the_end(void **state)
{
    (void)state;
    fixture self;
    begin(&self, true, false);
    show(&self, runs_at(0.5), 0.2);
    bt_run_progress runs = {.n_runs = 400, .n_done = 400, .n_failed = 1, .fraction = 1};
    bt_progress_end(&self.progress, &runs, 1000 + 3 * 86400);
    expect(&self, "\r\033[K[###############---------------] 200/400 runs  -/s  -:-- left"
                  "\r\033[K400 of 400 runs done, 1 failed, in 3 d 00 h\n");
    end(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bar),
        cmocka_unit_test(test_few_long_runs_move_the_bar),
        cmocka_unit_test(test_resumed_runs),
        cmocka_unit_test(test_lines_where_there_is_no_terminal),
        cmocka_unit_test(test_colour_only_where_it_is_wanted),
        cmocka_unit_test(test_nothing_is_said_without_a_stream),
        cmocka_unit_test(test_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
