#include "experiments/runner/plan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

/* Points that are prepared before the builder takes them over. */
enum { CHUNK = 64 };

double bt_horizon_of(const bt_experiment *experiment, bool *is_periodic)
{
    *is_periodic = experiment->horizon.periods > 0;
    return *is_periodic ? (double)experiment->horizon.periods : experiment->horizon.time;
}

void bt_plan_destroy(bt_plan *plan)
{
    if (plan == NULL)
        return;
    bt_cube_destroy(plan->cube);
    bt_point_store_destroy(plan->store);
    bt_sweep_destroy(plan->sweep);
    free(plan);
}

/* ---- points ---- */

/* What came of preparing one point. */
typedef struct point_outcome {
    bt_point_summary *summary;
    bt_error failure;
    bool stays; /* prepared, for its runs */
} point_outcome;

typedef struct point_survey {
    const bt_plan_setting *setting;
    bt_plan *plan;
    bt_cube_builder *builder;
    bt_diagnostics *diagnostics;
    bt_error *error;
} point_survey;

static void summarize(bt_plan *plan, size_t point, point_outcome *outcome)
{
    const bt_point *prepared;
    if (bt_point_store_acquire(plan->store, point, &prepared, &outcome->failure) == BT_OK)
        bt_point_summarize(prepared, &outcome->summary, &outcome->failure);
    outcome->stays = outcome->summary != NULL && bt_point_store_has_room(plan->store);
    if (!outcome->stays)
        bt_point_store_release(plan->store, point);
}

/* Whether the point itself is wrong: then its mistakes are reported. */
static bool is_wrong(const point_survey *self, size_t point)
{
    bt_arena *arena = bt_arena_create();
    bt_experiment experiment;
    bool wrong = arena == NULL || bt_sweep_bind(self->plan->sweep, point, &experiment, arena,
                                                self->diagnostics) != BT_OK;
    bt_arena_destroy(arena);
    char label[512];
    bt_sweep_label(self->plan->sweep, point, label, sizeof(label));
    if (wrong && label[0] != '\0')
        bt_fail(self->error, BT_BAD_INPUT, "point %zu of the sweep (%s) is wrong", point,
                label);
    return wrong;
}

static bt_status take_over(point_survey *self, size_t point, const point_outcome *outcome)
{
    bt_plan *plan = self->plan;
    if (outcome->summary == NULL) {
        if (is_wrong(self, point))
            return BT_BAD_INPUT;
        if (plan->n_unprepared++ == 0)
            plan->first_failure = outcome->failure;
    }
    return bt_cube_add_point(self->builder, outcome->summary, self->error);
}

static bool is_interrupted(const point_survey *self)
{
    return self->setting->is_interrupted != NULL &&
           self->setting->is_interrupted(self->setting->context);
}

static size_t runs_of_point(const bt_plan *plan, size_t point)
{
    const bt_selection *selection = &plan->selection;
    if (point < selection->first_point || point > selection->last_point)
        return 0;
    return selection->last_replication - selection->first_replication + 1;
}

/* From the survey's use of a point to those of its runs. */
static void expect_runs(bt_plan *plan, size_t point, bool stays)
{
    bt_point_store_expect(plan->store, point, runs_of_point(plan, point));
    if (stays)
        bt_point_store_release(plan->store, point);
}

static bt_status survey_chunk(point_survey *self, size_t first, size_t count)
{
    point_outcome outcomes[CHUNK] = {0};
    bt_plan *plan = self->plan;
    atomic_bool stop = false;
    int n_threads = count < (size_t)plan->n_threads ? (int)count : plan->n_threads;
    bt_share_threads(n_threads, plan->n_threads);
#pragma omp parallel for schedule(dynamic) num_threads(n_threads)
    for (size_t i = 0; i < count; i++) {
        if (is_interrupted(self))
            atomic_store(&stop, true);
        if (!atomic_load(&stop))
            summarize(plan, first + i, &outcomes[i]);
    }
    bt_status status = BT_OK;
    if (atomic_load(&stop))
        status = bt_fail(self->error, BT_INTERRUPTED,
                         "interrupted before the first run; nothing was written");
    for (size_t i = 0; i < count; i++) {
        if (status == BT_OK)
            status = take_over(self, first + i, &outcomes[i]);
        bt_point_summary_destroy(outcomes[i].summary);
        expect_runs(plan, first + i, outcomes[i].stays);
    }
    return status;
}

static bt_status survey_points(point_survey *self)
{
    bt_plan *plan = self->plan;
    for (size_t point = 0; point < plan->n_points; point++) {
        bt_point_store_expect(plan->store, point, 1);
        plan->n_selected += runs_of_point(plan, point);
    }
    bt_status status = BT_OK;
    for (size_t first = 0; first < plan->n_points && status == BT_OK; first += CHUNK) {
        size_t left = plan->n_points - first;
        status = survey_chunk(self, first, left < CHUNK ? left : CHUNK);
    }
    if (status == BT_OK && plan->n_unprepared == plan->n_points) {
        *self->error = plan->first_failure;
        status = plan->first_failure.status;
    }
    return status;
}

/* ---- the plan ---- */

void bt_share_threads(int n_side_by_side, int n_threads)
{
    omp_set_max_active_levels(n_side_by_side < n_threads ? 2 : 1);
}

static int share_of_one(size_t n_side_by_side, int n_threads)
{
    return n_side_by_side >= (size_t)n_threads ? 1 : n_threads / (int)n_side_by_side;
}

/* What a point may use while it is prepared, or one of its runs, whichever is more; where
 * many are at work side by side, none gets more than one (bt_share_threads). */
static int threads_inside(const bt_plan *plan, int n_threads)
{
    size_t n_runs = 0;
    for (size_t point = 0; point < plan->n_points; point++)
        n_runs += runs_of_point(plan, point);
    size_t fewest = n_runs < plan->n_points ? n_runs : plan->n_points;
    return share_of_one(fewest, n_threads);
}

static bt_status build(point_survey *self)
{
    const bt_plan_setting *setting = self->setting;
    bt_plan *plan = self->plan;
    bt_status status = bt_cube_builder_create(plan->sweep, &self->builder, self->error);
    if (status == BT_OK)
        status = survey_points(self);
    size_t size;
    const bt_cube_origin origin = {.experiment = bt_document_text(setting->document, &size),
                                   .overrides = setting->overrides,
                                   .selection = setting->selection};
    if (status == BT_OK)
        status = bt_cube_build(self->builder, &origin, &plan->cube, self->error);
    bt_cube_builder_destroy(self->builder);
    return status;
}

bt_status bt_plan_create(const bt_plan_setting *setting, bt_plan **plan,
                         bt_diagnostics *diagnostics, bt_error *error)
{
    *plan = NULL;
    bt_plan *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for the experiment");
    made->n_threads = setting->n_threads;
    bt_status status =
        bt_sweep_expand(setting->document, setting->path, &made->sweep, diagnostics);
    if (status == BT_OK) {
        made->n_points = bt_sweep_n_points(made->sweep);
        made->n_replications = (size_t)bt_sweep_base(made->sweep)->replications;
        status = bt_selection_parse(setting->selection, made->n_points, made->n_replications,
                                    &made->selection, error);
    }
    if (status == BT_OK)
        status = bt_point_store_create(made->sweep, threads_inside(made, setting->n_threads),
                                       &made->store, error);
    point_survey survey = {
        .setting = setting, .plan = made, .diagnostics = diagnostics, .error = error};
    if (status == BT_OK)
        status = build(&survey);
    if (status != BT_OK) {
        bt_plan_destroy(made);
        return status;
    }
    *plan = made;
    return BT_OK;
}
