/*
 * `where:` keeps the points that satisfy a condition. Paths are looked up in the
 * effective settings with the point's values put in, so a condition may speak of
 * parameters that are not swept, and of defaults.
 */
#include <stdlib.h>
#include <string.h>

#include "experiments/sweep/expression.h"
#include "experiments/sweep/sweep_points.h"

/* One point, as a condition sees it. */
typedef struct point_view {
    const bt_sweep_reader *reader;
    const bt_document *settings;
    size_t point;
    bt_document *applied; /* the settings with the point's values; NULL until needed */
} point_view;

static bt_status apply(point_view *view, bt_error *error)
{
    view->applied = bt_document_clone(view->settings);
    bt_diagnostics *mistakes = bt_diagnostics_create();
    if (view->applied == NULL || mistakes == NULL) {
        bt_diagnostics_destroy(mistakes);
        return bt_fail(error, BT_INTERNAL, "there is no memory for a point");
    }
    size_t count;
    const bt_points *points = view->reader->points;
    const bt_setting *setting = bt_points_settings(points, view->point, &count);
    bt_status status = BT_OK;
    for (size_t i = 0; i < count && status == BT_OK; i++)
        status = bt_document_set(view->applied, points->path[setting[i].path], setting[i].value,
                                 setting[i].origin, mistakes);
    if (status != BT_OK)
        bt_fail(error, status, "%s",
                bt_diagnostics_count(mistakes) > 0 ? bt_diagnostics_at(mistakes, 0)
                                                   : "a value cannot be set");
    bt_diagnostics_destroy(mistakes);
    return status;
}

static bt_value value_of(const char *text)
{
    bt_value value = {.kind = BT_VALUE_TEXT, .text = text};
    if (bt_text_to_real(text, &value.number)) {
        value.kind = BT_VALUE_NUMBER;
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        value.kind = BT_VALUE_BOOLEAN;
        value.boolean = text[0] == 't';
    } else if (strcmp(text, "null") == 0 || strcmp(text, "~") == 0) {
        value.kind = BT_VALUE_NULL;
    }
    return value;
}

static bt_status look_up(void *context, const char *path, bt_value *value, bt_error *error)
{
    point_view *view = context;
    if (view->applied == NULL) {
        bt_status status = apply(view, error);
        if (status != BT_OK)
            return status;
    }
    const bt_node *node = bt_node_get(bt_document_root(view->applied), path);
    const char *text = node == NULL ? NULL : bt_node_text(node);
    if (text == NULL)
        return bt_fail(error, BT_BAD_INPUT,
                       "no single number or word stands at %s in the experiment", path);
    *value = value_of(text);
    return BT_OK;
}

static bt_status evaluate_points(bt_sweep_reader *reader, const bt_expression *condition,
                                 size_t first, const bt_document *settings, bool *keep,
                                 bt_error *error)
{
    for (size_t point = first; point < reader->points->n_points; point++) {
        point_view view = {.reader = reader, .settings = settings, .point = point};
        bt_status status =
            bt_expression_holds(condition, look_up, &view, &keep[point - first], error);
        bt_document_destroy(view.applied);
        if (status != BT_OK)
            return status;
    }
    return BT_OK;
}

void bt_sweep_where(bt_sweep_reader *reader, const bt_node *node, size_t first,
                    const bt_document *settings)
{
    const char *text = bt_node_text(node);
    bt_expression *condition = NULL;
    bt_error error;
    bt_status status;
    if (text == NULL)
        status = bt_fail(&error, BT_BAD_INPUT,
                         "a condition is one text, as in where: market.demand.scale < 0.3");
    else
        status = bt_expression_compile(text, &condition, &error);
    size_t count = reader->points->n_points - first;
    bool *keep = calloc(count > 0 ? count : 1, sizeof(*keep));
    if (keep == NULL)
        reader->points->out_of_memory = true;
    else if (status == BT_OK && settings != NULL)
        status = evaluate_points(reader, condition, first, settings, keep, &error);
    if (status != BT_OK) {
        bt_diagnose(reader->diagnostics, node, "where: %s", error.message);
        reader->status = BT_BAD_INPUT;
    } else if (keep != NULL && settings != NULL) {
        bt_points_filter(reader->points, first, keep);
    }
    bt_expression_destroy(condition);
    free(keep);
}
