/* Figures: ticks, layout, pictures in every format, scripts, and everything that PLplot
 * would prompt or exit for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/figure.h"
#include "analysis/figure_draw.h"
#include "analysis/figure_emit.h"
#include "analysis/figure_layout.h"
#include "analysis/figure_ticks.h"
#include "tests/analysis/near.h"

enum { SAMPLES = 50 };

/* Two panels: a line with a band and references, and a heat map. */
static bt_figure *sample(const char *name_of_series)
{
    bt_figure *figure = bt_figure_create("sample", "Prices & <profits> over time", 2);
    assert_non_null(figure);
    double x[SAMPLES], y[SAMPLES], low[SAMPLES], high[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        x[i] = 1000.0 * (i + 1);
        y[i] = 1.5 + 0.3 * exp(-0.1 * i);
        low[i] = y[i] - 0.1;
        high[i] = y[i] + 0.1;
    }
    y[20] = NAN; /* a gap */
    size_t panel = bt_figure_add_panel(figure, "product A", "period", "price");
    bt_figure_add_band(figure, panel,
                       (bt_figure_band){"middle 90 %", BT_BLUE, SAMPLES, x, low, high});
    bt_figure_add_line(figure, panel,
                       (bt_figure_line){.label = name_of_series,
                                        .colour = BT_BLUE,
                                        .has_line = true,
                                        .n = SAMPLES,
                                        .x = x,
                                        .y = y});
    bt_figure_add_reference(
        figure, panel, (bt_figure_reference){"Bertrand\u2013Nash", BT_BLACK, BT_DASHED, 1.47});
    const double column[] = {0.1, 0.2, 0.3};
    const double row[] = {1e-6, 1e-5};
    const double value[] = {0.1, 0.2, 0.3, 0.4, NAN, 0.6};
    panel = bt_figure_add_panel(figure, "profit gain", "learning_rate", "decay");
    bt_figure_set_heat_map(figure, panel,
                           (bt_figure_heat_map){"\u0394", 3, 2, column, row, value});
    bt_figure_caption(figure, "A caption that says how the lines were made, at some length, so "
                              "that it has to be broken into more than one line of text.");
    return figure;
}

/* A picture as a string (SVG); the caller frees. */
static char *drawn(const bt_figure *figure, const char *format, size_t *size)
{
    bt_error error = {.message = ""};
    const bt_picture_format *as = bt_picture_format_find(format, &error);
    assert_non_null(as);
    unsigned char *bytes = NULL;
    if (bt_figure_draw(figure, as, &bytes, size, &error) != BT_OK)
        fail_msg("%s", error.message);
    char *text = realloc(bytes, *size + 1);
    assert_non_null(text);
    text[*size] = '\0';
    return text;
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *next = strstr(text, what); next != NULL; next = strstr(next + 1, what))
        n++;
    return n;
}

/* ---- ticks ---- */

static void assert_ticks(const bt_ticks *ticks, const char *const *labels, size_t n_labels)
{
    size_t seen = 0;
    for (size_t i = 0; i < ticks->n; i++) {
        if (ticks->tick[i].label[0] == '\0')
            continue;
        assert_true(seen < n_labels);
        assert_string_equal(ticks->tick[i].label, labels[seen++]);
    }
    assert_int_equal(seen, n_labels);
}

static const bt_figure_axis linear_axis = {.label = "period"};
static const bt_figure_axis log_axis = {.label = "period", .is_log = true};

static void linear_ticks_are_round(void **state)
{
    (void)state;
    bt_ticks ticks = bt_ticks_for(&linear_axis, 0, 1, 0, 5);
    assert_ticks(&ticks, (const char *const[]){"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}, 6);
    ticks = bt_ticks_for(&linear_axis, -0.4, 0.5, 0.05, 4);
    assert_ticks(&ticks, (const char *const[]){"\u22120.25", "0.00", "0.25", "0.50"}, 4);
    assert_near(ticks.minimum, -0.445, 1e-12);
}

static void large_and_small_numbers_move_to_the_label(void **state)
{
    (void)state;
    bt_ticks ticks = bt_ticks_for(&linear_axis, 10000, 2e6, 0, 4);
    assert_ticks(&ticks, (const char *const[]){"0.0", "0.5", "1.0", "1.5", "2.0"}, 5);
    assert_string_equal(ticks.label, "period (millions)");
    assert_near(ticks.minimum, 0, 0);
    ticks = bt_ticks_for(&linear_axis, 1e-6, 4e-6, 0, 4);
    assert_ticks(&ticks, (const char *const[]){"1", "2", "3", "4"}, 4);
    assert_string_equal(ticks.label, "period (\u00D710\u207B\u2076)");
}

static void one_value_has_an_axis_too(void **state)
{
    (void)state;
    bt_ticks ticks = bt_ticks_for(&linear_axis, 3, 3, 0.05, 5);
    assert_true(ticks.minimum < 3 && ticks.maximum > 3 && ticks.n >= 2);
    ticks = bt_ticks_for(&linear_axis, 0, 0, 0.05, 5);
    assert_true(ticks.minimum <= 0 && ticks.maximum > 0 && ticks.n >= 2);
    ticks = bt_ticks_for(&log_axis, 5, 5, 0.05, 5);
    assert_true(ticks.minimum < 5 && ticks.maximum > 5 && ticks.n >= 2);
}

static void log_ticks_label_decades(void **state)
{
    (void)state;
    bt_ticks ticks = bt_ticks_for(&log_axis, 1e3, 1e6, 0, 6);
    assert_ticks(&ticks, (const char *const[]){"10\u00B3", "10\u2074", "10\u2075", "10\u2076"},
                 4);
    assert_int_equal(ticks.n, 28);
    assert_near(bt_axis_share(&ticks, 1e4), 1.0 / 3, 1e-12);
    ticks = bt_ticks_for(&log_axis, 0.02, 0.9, 0, 5);
    assert_ticks(&ticks, (const char *const[]){"0.02", "0.05", "0.1", "0.2", "0.5"}, 5);
    ticks = bt_ticks_for(&log_axis, 1e-280, 1e280, 0, 5);
    assert_true(ticks.n > 2 && ticks.n <= BT_MAX_TICKS);
}

static void cells_are_labelled_with_values_or_words(void **state)
{
    (void)state;
    const double value[] = {1e-7, 1e-6, 1e-5};
    bt_ticks ticks = bt_ticks_for_cells(&linear_axis, value, 3, 8);
    assert_ticks(
        &ticks, (const char *const[]){"10\u207B\u2077", "10\u207B\u2076", "10\u207B\u2075"}, 3);
    const char *const word[] = {"fixed", "gradient"};
    bt_figure_axis words = {.label = "policy", .category = word, .n_categories = 2};
    ticks = bt_ticks_for_cells(&words, NULL, 2, 8);
    assert_ticks(&ticks, word, 2);
}

/* ---- layout ---- */

static void everything_lies_on_the_page_and_keys_beside_the_data(void **state)
{
    (void)state;
    bt_figure *figure = sample("a mean with a rather long name");
    bt_arena *arena = bt_arena_create();
    bt_layout *layout = NULL;
    bt_error error;
    assert_int_equal(bt_figure_lay_out(figure, arena, &layout, &error), BT_OK);
    for (size_t i = 0; i < layout->n_texts; i++) {
        const bt_placed_text *text = &layout->text[i];
        double width = bt_text_width(text->text, text->size);
        assert_true(text->x >= 0 && text->x + width <= layout->width);
        assert_true(text->y > 0 && text->y < layout->height);
    }
    assert_int_equal(layout->n_entries, 3);
    double top = 0;
    for (size_t i = 0; i < figure->n_panels; i++) {
        const bt_box *box = &layout->panel[i].box;
        assert_true(box->left > 0 && box->left + box->width < layout->width);
        assert_true(box->bottom > 0 && box->width > 50 && box->height > 50);
        top = fmax(top, box->bottom + box->height);
    }
    for (size_t i = 0; i < layout->n_entries; i++)
        assert_true(layout->entry[i].y > top);
    assert_true(layout->panel[0].box.left + layout->panel[0].box.width <
                layout->panel[1].box.left);
    bt_arena_destroy(arena);
    bt_figure_destroy(figure);
}

/* ---- pictures ---- */

static void pictures_have_their_format(void **state)
{
    (void)state;
    bt_figure *figure = sample("mean");
    size_t size = 0;
    char *bytes = drawn(figure, "svg", &size);
    assert_memory_equal(bytes, "<?xml", 5);
    /* the line in two pieces of its colour, beside its key in the legend */
    assert_int_equal(count(bytes, "stroke=\"#0072B2\""), 3);
    assert_int_equal(count(bytes, "</svg>"), 1);
    assert_true(count(bytes, "<text") > 15);
    assert_int_equal(count(bytes, "nan,") + count(bytes, ",nan"), 0);
    free(bytes);
    bytes = drawn(figure, "png", &size);
    assert_memory_equal(bytes, "\x89PNG\r\n\x1A\n", 8);
    assert_true(size > 5000);
    free(bytes);
    bytes = drawn(figure, "pdf", &size);
    assert_memory_equal(bytes, "%PDF-", 5);
    assert_true(size > 2000);
    free(bytes);
    bt_figure_destroy(figure);
}

static void equal_figures_give_equal_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < bt_n_picture_formats; i++) {
        size_t size[2] = {0, 0};
        char *bytes[2];
        for (int k = 0; k < 2; k++) {
            bt_figure *figure = sample("mean");
            bytes[k] = drawn(figure, bt_picture_formats[i].name, &size[k]);
            bt_figure_destroy(figure);
        }
        assert_int_equal(size[0], size[1]);
        assert_memory_equal(bytes[0], bytes[1], size[0]);
        free(bytes[0]);
        free(bytes[1]);
    }
}

static void hostile_texts_stay_texts(void **state)
{
    (void)state;
    bt_figure *figure = sample("#u#d<script>\x01\xFF\xC0 & \"'#");
    for (size_t i = 0; i < bt_n_picture_formats; i++) {
        size_t size = 0;
        char *bytes = drawn(figure, bt_picture_formats[i].name, &size);
        assert_null(strstr(bytes, "<script>"));
        free(bytes);
    }
    bt_figure_destroy(figure);
    char long_text[5000];
    memset(long_text, 'm', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    figure = sample(long_text);
    size_t size = 0;
    free(drawn(figure, "svg", &size));
    bt_figure_destroy(figure);
}

/* ---- failures: no prompt, no exit, no file left behind ---- */

static void unknown_formats_are_named(void **state)
{
    (void)state;
    bt_error error;
    assert_null(bt_picture_format_find("gif", &error));
    assert_int_equal(error.status, BT_BAD_USAGE);
    assert_non_null(strstr(error.message, "'gif'"));
    assert_null(bt_emitter_find("stata", &error));
    assert_int_equal(error.status, BT_BAD_USAGE);
}

static void a_missing_driver_is_a_sentence(void **state)
{
    (void)state;
    bt_figure *figure = sample("mean");
    const bt_picture_format missing = {"svg", "no-such-device", 1, 1};
    unsigned char *bytes = NULL;
    size_t size = 0;
    bt_error error;
    assert_int_equal(bt_figure_draw(figure, &missing, &bytes, &size, &error), BT_INTERNAL);
    assert_non_null(strstr(error.message, "no driver 'no-such-device'"));
    assert_null(bytes);
    bt_figure_destroy(figure);
}

static void paths_that_cannot_be_written_are_named(void **state)
{
    (void)state;
    bt_figure *figure = sample("mean");
    bt_error error;
    const char *nowhere = "/no-such-folder/figure.svg";
    assert_int_equal(bt_figure_write(figure, &bt_picture_formats[0], nowhere, &error),
                     BT_CANNOT_CREATE);
    assert_non_null(strstr(error.message, nowhere));
    assert_int_equal(bt_figure_emit(figure, &bt_gnuplot_emitter, nowhere, &error),
                     BT_CANNOT_CREATE);
    bt_figure_destroy(figure);
}

static void a_full_disk_is_named(void **state)
{
    (void)state;
    bt_figure *figure = sample("mean");
    bt_error error;
    assert_int_equal(bt_figure_write(figure, &bt_picture_formats[0], "/dev/full", &error),
                     BT_IO);
    assert_int_equal(bt_figure_emit(figure, &bt_python_emitter, "/dev/full", &error), BT_IO);
    struct stat is;
    assert_int_equal(stat("/dev/full", &is), 0);
    assert_true(S_ISCHR(is.st_mode)); /* a device that was named as output stays */
    bt_figure_destroy(figure);
}

static void figures_without_numbers_are_refused(void **state)
{
    (void)state;
    bt_figure *figure = bt_figure_create("empty", "Empty", 1);
    bt_error error;
    assert_int_equal(bt_figure_check(figure, &error), BT_BAD_INPUT);
    size_t panel = bt_figure_add_panel(figure, NULL, "x", "y");
    const double x[] = {1, 2};
    const double y[] = {-1, 0};
    bt_figure_add_line(figure, panel,
                       (bt_figure_line){.has_line = true, .n = 2, .x = x, .y = y});
    assert_int_equal(bt_figure_check(figure, &error), BT_OK);
    figure->panel[panel].y.is_log = true;
    assert_int_equal(bt_figure_check(figure, &error), BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "log axes"));
    assert_int_equal(bt_figure_drop_empty_panels(figure), 0);
    bt_figure_destroy(figure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_ticks_are_round),
        cmocka_unit_test(large_and_small_numbers_move_to_the_label),
        cmocka_unit_test(one_value_has_an_axis_too),
        cmocka_unit_test(log_ticks_label_decades),
        cmocka_unit_test(cells_are_labelled_with_values_or_words),
        cmocka_unit_test(everything_lies_on_the_page_and_keys_beside_the_data),
        cmocka_unit_test(pictures_have_their_format),
        cmocka_unit_test(equal_figures_give_equal_bytes),
        cmocka_unit_test(hostile_texts_stay_texts),
        cmocka_unit_test(unknown_formats_are_named),
        cmocka_unit_test(a_missing_driver_is_a_sentence),
        cmocka_unit_test(paths_that_cannot_be_written_are_named),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(figures_without_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
