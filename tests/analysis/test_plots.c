/* The figures of a result: which there are, what they show, and what they say when a file
 * does not hold what they need. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/plots.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/near.h"

enum { RUNS = 4, RECORDS = 20 };

static void fill_times(fixture *in)
{
    double *time = fixture_time(in);
    for (int i = 0; i < RECORDS; i++)
        time[i] = 100.0 * (i + 1);
}

/* Prices of run r at point p: 1 + 0.1 r + p at every record; benchmarks 1 and 2. */
static void fill_prices(fixture *in)
{
    size_t points = in->length[POINT];
    double *price = fixture_series(in, "price", "EUR", PRODUCT);
    for (size_t i = 0; i < points * RUNS * RECORDS * 2; i++)
        price[i] =
            1 + 0.1 * (double)(i / (RECORDS * 2) % RUNS) + (double)(i / (RECORDS * 2 * RUNS));
    double *nash = fixture_benchmark(in, "nash_price", PRODUCT);
    double *joint = fixture_benchmark(in, "joint_profit_price", PRODUCT);
    for (size_t i = 0; i < points * 2; i++) {
        nash[i] = 1;
        joint[i] = 2;
    }
}

typedef bt_status plots(const bt_results *results, const bt_plot_setting *setting,
                        bt_figure_list *figures, bt_error *error);

static bt_plot_setting default_setting(void)
{
    return (bt_plot_setting){.analysis = bt_default_analysis, .point = BT_ALL_POINTS};
}

static bt_figure_list *plotted(plots *plot, const bt_results *results,
                               const bt_plot_setting *setting)
{
    bt_figure_list *figures = calloc(1, sizeof(*figures));
    assert_non_null(figures);
    bt_error error = {.message = ""};
    if (plot(results, setting, figures, &error) != BT_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < figures->n; i++)
        assert_int_equal(bt_figure_check(figures->figure[i], &error), BT_OK);
    return figures;
}

static void release(bt_figure_list *figures, bt_results *results, fixture *in)
{
    bt_figure_list_clear(figures);
    free(figures);
    bt_results_close(results);
    fixture_destroy(in);
}

static void prices_are_shown_by_product_with_their_benchmarks(void **state)
{
    (void)state;
    fixture *in = fixture_new(1, RUNS, RECORDS, 2, 2);
    fill_times(in);
    fill_prices(in);
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    bt_figure_list *figures = plotted(bt_plot_trajectories, results, &setting);
    assert_int_equal(figures->n, 1);
    assert_string_equal(figures->remark[0], "the file has no series profit over time");
    const bt_figure *figure = figures->figure[0];
    assert_string_equal(figure->title, "Prices over time: fixture");
    assert_int_equal(figure->n_panels, 2);
    const bt_figure_panel *panel = &figure->panel[1];
    assert_string_equal(panel->x.label, "period");
    assert_string_equal(panel->y.label, "price (EUR)");
    assert_int_equal(panel->n_references, 2);
    assert_near(panel->reference[1].y, 2, 0);
    assert_int_equal(panel->line[0].n, RECORDS);
    assert_near(panel->line[0].y[7], 1.15, 1e-12);
    /* 5 % of 1.0, 1.1, 1.2, 1.3 by type 7 */
    assert_near(panel->band[0].low[7], 1.015, 1e-12);
    assert_near(panel->band[0].high[7], 1.285, 1e-12);
    release(figures, results, in);
}

static void runs_that_stopped_early_are_carried_on(void **state)
{
    (void)state;
    fixture *in = fixture_new(1, 2, RECORDS, 1, 1);
    fill_times(in);
    double *price = fixture_series(in, "price", "EUR", POINT);
    double *records = fixture_outcome(in, "records", BT_RESULT_INT64, POINT);
    for (int i = 0; i < 2 * RECORDS; i++)
        price[i] = i < RECORDS ? (i < 5 ? 3 : NAN) : i % RECORDS < 10 ? 1 : NAN;
    records[0] = 5;
    records[1] = 10;
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    setting.variable = "price";
    bt_figure_list *figures = plotted(bt_plot_trajectories, results, &setting);
    const bt_figure_line *line = &figures->figure[0]->panel[0].line[0];
    assert_int_equal(line->n, 10); /* nobody reaches further */
    for (size_t i = 0; i < line->n; i++)
        assert_near(line->y[i], 2, 0);
    assert_non_null(strstr(figures->figure[0]->caption, "carried on"));
    release(figures, results, in);
}

static void long_series_are_averaged_in_bins(void **state)
{
    (void)state;
    enum { LONG = 4000 };
    fixture *in = fixture_new(1, 1, LONG, 1, 1);
    double *price = fixture_series(in, "price", "EUR", POINT);
    double sum = 0;
    for (int i = 0; i < LONG; i++)
        sum += price[i] = sin(i);
    bt_results *results = fixture_open(in); /* no times: records are counted from 1 */
    bt_plot_setting setting = default_setting();
    setting.variable = "price";
    bt_figure_list *figures = plotted(bt_plot_trajectories, results, &setting);
    const bt_figure_line *line = &figures->figure[0]->panel[0].line[0];
    assert_int_equal(line->n, 400);
    double mean = 0;
    for (size_t i = 0; i < line->n; i++)
        mean += line->y[i] / (double)line->n;
    assert_near(mean, sum / LONG, 1e-3);
    assert_near(line->x[0], 5.5, 0.51);
    assert_int_equal(figures->figure[0]->panel[0].n_bands, 0); /* one run has no band */
    release(figures, results, in);
}

static void convergence_shows_the_slope(void **state)
{
    (void)state;
    fixture *in = fixture_new(1, RUNS, RECORDS, 1, 1);
    fill_times(in);
    double *distance = fixture_series(in, "distance_to_nash", "1", POINT);
    for (int i = 0; i < RUNS * RECORDS; i++)
        distance[i] = (1 + i / RECORDS) * pow(100.0 * (i % RECORDS + 1), -0.5);
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    bt_figure_list *figures = plotted(bt_plot_convergence, results, &setting);
    assert_int_equal(figures->n, 1);
    const bt_figure_panel *panel = &figures->figure[0]->panel[0];
    assert_true(panel->x.is_log && panel->y.is_log);
    assert_string_equal(panel->note, "slope \u22120.5 [\u22120.5, \u22120.5]");
    assert_int_equal(panel->n_lines, 2);
    /* geometric mean of 1, 2, 3, 4 times the law, and the fitted line on it */
    double level = pow(24, 0.25);
    assert_near(panel->line[0].y[3], level * pow(400, -0.5), 1e-12);
    assert_near(panel->line[1].y[1], level * pow(2000, -0.5), 1e-12);
    release(figures, results, in);
}

static void one_parameter_gives_lines(void **state)
{
    (void)state;
    fixture *in = fixture_new(3, RUNS, RECORDS, 2, 2);
    fill_times(in);
    fill_prices(in);
    double *size = fixture_swept(in, "buyers.population");
    size[0] = 1000; /* points need not be in order */
    size[1] = 10;
    size[2] = 100;
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    setting.variable = "price";
    bt_figure_list *figures = plotted(bt_plot_sweep, results, &setting);
    assert_int_equal(figures->n, 1);
    const bt_figure_panel *panel = &figures->figure[0]->panel[0];
    assert_true(panel->x.is_log);
    assert_string_equal(panel->x.label, "buyers.population");
    const bt_figure_line *line = &panel->line[0];
    const double expected[] = {2.15, 3.15, 1.15};
    for (size_t i = 0; i < 3; i++) {
        assert_near(line->x[i], pow(10, (double)i + 1), 0);
        assert_near(line->y[i], expected[i], 1e-12);
    }
    assert_int_equal(panel->n_lines, 3); /* with Nash and joint profit */
    release(figures, results, in);
}

static void a_grid_of_two_parameters_gives_a_heat_map(void **state)
{
    (void)state;
    fixture *in = fixture_new(6, RUNS, RECORDS, 2, 2);
    fill_times(in);
    fill_prices(in);
    double *rate = fixture_swept(in, "sellers[*].learning_rate");
    double *decay = fixture_swept(in, "sellers[*].exploration_decay");
    for (int i = 0; i < 6; i++) {
        rate[i] = 0.3 - 0.1 * (i / 2); /* falling: the map is in rising order */
        decay[i] = pow(10, -(i % 2) - 5);
    }
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    setting.variable = "price";
    bt_figure_list *figures = plotted(bt_plot_sweep, results, &setting);
    assert_int_equal(figures->n, 1);
    assert_string_equal(figures->figure[0]->name, "sweep-price");
    const bt_figure_heat_map *map = figures->figure[0]->panel[0].heat_map;
    assert_non_null(map);
    assert_int_equal(map->n_columns, 3);
    assert_int_equal(map->n_rows, 2);
    assert_near(map->column[0], 0.1, 1e-12);
    assert_near(map->row[0], 1e-6, 1e-18);
    /* point 5 has rate 0.1 and decay 1e-6, point 0 rate 0.3 and decay 1e-5 */
    assert_near(map->value[0], 6.15, 1e-12);
    assert_near(map->value[5], 1.15, 1e-12);
    release(figures, results, in);
}

static void other_designs_give_markers(void **state)
{
    (void)state;
    fixture *in = fixture_new(4, RUNS, RECORDS, 2, 2);
    fill_prices(in);
    double *cost = fixture_swept(in, "cost");
    double *scale = fixture_swept(in, "scale");
    for (int i = 0; i < 4; i++) {
        cost[i] = 0.1 * i;
        scale[i] = 0.2 * (4 - i);
    }
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    setting.variable = "price";
    bt_figure_list *figures = plotted(bt_plot_sweep, results, &setting);
    const bt_figure *figure = figures->figure[0];
    assert_int_equal(figure->n_panels, 2);
    assert_false(figure->panel[1].line[0].has_line);
    assert_true(figure->panel[1].line[0].has_markers);
    release(figures, results, in);
}

static void words_stand_along_the_axis(void **state)
{
    (void)state;
    fixture *in = fixture_new(2, RUNS, RECORDS, 2, 2);
    fill_prices(in);
    fixture_words(in, "sellers[0].policy", POINT,
                  (const char *const[]){"q_learning", "gradient"});
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    bt_figure_list *figures = plotted(bt_plot_sweep, results, &setting);
    const bt_figure_panel *panel = &figures->figure[0]->panel[0];
    assert_int_equal(panel->x.n_categories, 2);
    assert_string_equal(panel->x.category[1], "gradient");
    assert_false(panel->line[0].has_line);
    release(figures, results, in);
}

static void what_is_not_there_is_said(void **state)
{
    (void)state;
    fixture *in = fixture_new(1, RUNS, RECORDS, 1, 1);
    double *price = fixture_series(in, "price", "EUR", POINT);
    for (int i = 0; i < RUNS * RECORDS; i++)
        price[i] = NAN;
    bt_results *results = fixture_open(in);
    bt_plot_setting setting = default_setting();
    bt_figure_list *figures = plotted(bt_plot_trajectories, results, &setting);
    assert_int_equal(figures->n, 0);
    assert_string_equal(figures->remark[0], "trajectory-price has no number to show");
    bt_error error;
    assert_int_equal(bt_plot_sweep(results, &setting, figures, &error), BT_OK);
    assert_int_equal(bt_plot_convergence(results, &setting, figures, &error), BT_OK);
    assert_int_equal(figures->n, 0);
    setting.variable = "nonsense";
    assert_int_equal(bt_plot_trajectories(results, &setting, figures, &error), BT_BAD_USAGE);
    assert_non_null(strstr(error.message, "no series 'nonsense'"));
    release(figures, results, in);
}

/* Times that jump, repeat or are no numbers must not lead astray. */
static void hostile_times_are_survived(void **state)
{
    (void)state;
    const double hostile[][4] = {{NAN, NAN, NAN, NAN},
                                 {5, 1, 1e300, 2},
                                 {0, 0, 0, 0},
                                 {-1, -2, INFINITY, 3},
                                 {1, -INFINITY, 2, 4}};
    for (size_t k = 0; k < sizeof(hostile) / sizeof(hostile[0]); k++) {
        fixture *in = fixture_new(1, RUNS, RECORDS, 1, 1);
        double *time = fixture_time(in);
        double *distance = fixture_series(in, "distance_to_nash", "1", POINT);
        for (int i = 0; i < RECORDS; i++)
            time[i] = hostile[k][i % 4];
        for (int i = 0; i < RUNS * RECORDS; i++)
            distance[i] = 1.0 / (1 + i);
        bt_results *results = fixture_open(in);
        bt_plot_setting setting = default_setting();
        bt_figure_list *figures = plotted(bt_plot_convergence, results, &setting);
        setting.variable = "distance_to_nash";
        bt_error error;
        assert_int_equal(bt_plot_trajectories(results, &setting, figures, &error), BT_OK);
        release(figures, results, in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_shown_by_product_with_their_benchmarks),
        cmocka_unit_test(runs_that_stopped_early_are_carried_on),
        cmocka_unit_test(long_series_are_averaged_in_bins),
        cmocka_unit_test(convergence_shows_the_slope),
        cmocka_unit_test(one_parameter_gives_lines),
        cmocka_unit_test(a_grid_of_two_parameters_gives_a_heat_map),
        cmocka_unit_test(other_designs_give_markers),
        cmocka_unit_test(words_stand_along_the_axis),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(hostile_times_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
