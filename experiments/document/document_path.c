/*
 * Paths into a document, and what stands there replaced: `--set` and sweep points.
 *
 *     path     = key { "." key | "[" selector "]" }
 *     selector = "*" (all elements) | number (from zero) | name (an element's `name`)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document_tree.h"
#include "experiments/document/suggestion.h"

enum { LONGEST_PATH = 32 };

typedef enum step_kind { STEP_KEY, STEP_ALL, STEP_INDEX, STEP_NAME } step_kind;

typedef struct path_step {
    step_kind kind;
    char *text; /* the key, or what stands between the brackets */
    int64_t index;
    size_t start; /* column in the path */
    size_t end;   /* of the path up to and with this step */
} path_step;

typedef struct path_setter {
    bt_document *document;
    const bt_source *source; /* "path=value" */
    const char *path;
    path_step steps[LONGEST_PATH];
    size_t n_steps;
    bt_node *value; /* each target gets a copy */
    bt_diagnostics *diagnostics;
} path_setter;

/* Report at a column of the path; the value is false. */
#define REFUSE(setter, column, ...)                                                            \
    (bt_diagnose_at((setter)->diagnostics, (setter)->source, 0, (column), __VA_ARGS__), false)

/* ---- the path's grammar ---- */

static bool refuse_path(const path_setter *setter, size_t column)
{
    return REFUSE(setter, column,
                  "'%s' is not a path: write it like market.demand.scale, "
                  "sellers[*].learning_rate or market.products[A].cost",
                  setter->path);
}

static bool add_step(path_setter *setter, step_kind kind, size_t start, size_t length,
                     size_t end)
{
    if (setter->n_steps == LONGEST_PATH)
        return REFUSE(setter, start, "the path has more than %d steps", LONGEST_PATH);
    char *text = BT_ARENA_NEW(setter->document->arena, length + 1, char);
    if (text == NULL || length == 0)
        return refuse_path(setter, start);
    memcpy(text, setter->path + start, length);
    setter->steps[setter->n_steps++] =
        (path_step){.kind = kind, .text = text, .start = start, .end = end};
    return true;
}

static bool take_key(path_setter *setter, size_t *at)
{
    size_t length = strcspn(setter->path + *at, ".[]");
    bool taken = add_step(setter, STEP_KEY, *at, length, *at + length);
    *at += length;
    return taken;
}

static bool take_selector(path_setter *setter, size_t *at)
{
    size_t start = *at + 1;
    size_t length = strcspn(setter->path + start, "]");
    if (setter->path[start + length] == '\0')
        return refuse_path(setter, *at);
    if (!add_step(setter, STEP_NAME, start, length, start + length + 1))
        return false;
    path_step *step = &setter->steps[setter->n_steps - 1];
    if (strcmp(step->text, "*") == 0)
        step->kind = STEP_ALL;
    else if (bt_text_to_integer(step->text, &step->index))
        step->kind = STEP_INDEX;
    *at = step->end;
    return true;
}

static bool parse_path(path_setter *setter)
{
    size_t at = 0;
    if (!take_key(setter, &at))
        return false;
    while (setter->path[at] != '\0') {
        bool taken;
        if (setter->path[at] == '[') {
            taken = take_selector(setter, &at);
        } else if (setter->path[at] == '.') {
            at++;
            taken = take_key(setter, &at);
        } else {
            taken = refuse_path(setter, at);
        }
        if (!taken)
            return false;
    }
    return true;
}

/* ---- walking ---- */

static bool set_below(path_setter *setter, bt_node **place, size_t number);

static const char *kind_name(const bt_node *node)
{
    if (bt_node_is_null(node))
        return "null";
    switch (node->kind) {
    case BT_NODE_LIST:
        return "a list";
    case BT_NODE_MAPPING:
        return "a mapping";
    case BT_NODE_SCALAR:
        break;
    }
    return "a single value";
}

/* The path before the step with this number, for messages. */
#define PATH_BEFORE(setter, number)                                                            \
    (int)((number) == 0 ? 0 : (setter)->steps[(number)-1].end), (setter)->path

static bool refuse_kind(const path_setter *setter, const bt_node *node, size_t number)
{
    const path_step *step = &setter->steps[number];
    if (number == 0)
        return REFUSE(setter, step->start, "the file is %s: it has no '%s'", kind_name(node),
                      step->text);
    if (node->kind == BT_NODE_LIST && step->kind == STEP_KEY)
        return REFUSE(setter, step->start,
                      "%.*s is a list: say which element, as in %.*s[0].%s, or [*] for all",
                      PATH_BEFORE(setter, number), PATH_BEFORE(setter, number), step->text);
    return REFUSE(setter, step->start, "%.*s is %s: it has no %s%s%s",
                  PATH_BEFORE(setter, number), kind_name(node),
                  step->kind == STEP_KEY ? "'" : "[", step->text,
                  step->kind == STEP_KEY ? "'" : "]");
}

static bt_node *new_mapping(path_setter *setter)
{
    return bt_node_create(setter->document, BT_NODE_MAPPING, setter->source, 0, 0);
}

/* A key that does not stand there yet: only mappings can be made on the way. */
static bool add_key(path_setter *setter, bt_node *mapping, size_t number)
{
    const path_step *step = &setter->steps[number];
    if (number + 1 < setter->n_steps && setter->steps[number + 1].kind != STEP_KEY)
        return REFUSE(setter, step->start, "%.*s is not in the file, so it has no [%s]",
                      (int)step->end, setter->path, setter->steps[number + 1].text);
    bt_node *key =
        bt_node_create(setter->document, BT_NODE_SCALAR, setter->source, 0, step->start);
    bt_node *child = new_mapping(setter);
    if (key == NULL || child == NULL)
        return REFUSE(setter, step->start, "out of memory");
    key->text = step->text;
    if (!set_below(setter, &child, number + 1))
        return false;
    return bt_node_append(setter->document, mapping, key, child);
}

static bool set_key(path_setter *setter, bt_node **place, size_t number)
{
    if (bt_node_is_null(*place) && (*place = new_mapping(setter)) == NULL)
        return REFUSE(setter, 0, "out of memory");
    bt_node *mapping = *place;
    if (mapping->kind != BT_NODE_MAPPING)
        return refuse_kind(setter, mapping, number);
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->key[i]->text, setter->steps[number].text) == 0)
            return set_below(setter, &mapping->child[i], number + 1);
    return add_key(setter, mapping, number);
}

static bool set_all(path_setter *setter, bt_node *list, size_t number)
{
    if (list->count == 0)
        return REFUSE(setter, setter->steps[number].start,
                      "%.*s is an empty list: [*] meets nothing", PATH_BEFORE(setter, number));
    for (size_t i = 0; i < list->count; i++)
        if (!set_below(setter, &list->child[i], number + 1))
            return false;
    return true;
}

static bool set_index(path_setter *setter, bt_node *list, size_t number)
{
    const path_step *step = &setter->steps[number];
    if (step->index < 0 || (uint64_t)step->index >= list->count)
        return REFUSE(
            setter, step->start, "%.*s has %zu element%s, counted from zero: there is no [%s]",
            PATH_BEFORE(setter, number), list->count, list->count == 1 ? "" : "s", step->text);
    return set_below(setter, &list->child[step->index], number + 1);
}

static bool set_name(path_setter *setter, bt_node *list, size_t number)
{
    const path_step *step = &setter->steps[number];
    bt_suggestion suggestion = bt_suggestion_begin(step->text);
    for (size_t i = 0; i < list->count; i++) {
        const bt_node *name = bt_node_find(list->child[i], "name");
        if (name == NULL || name->kind != BT_NODE_SCALAR)
            continue;
        if (strcmp(name->text, step->text) == 0)
            return set_below(setter, &list->child[i], number + 1);
        bt_suggestion_offer(&suggestion, name->text);
    }
    if (suggestion.best != NULL)
        return REFUSE(setter, step->start, "%.*s has no element named '%s': did you mean %s?",
                      PATH_BEFORE(setter, number), step->text, suggestion.best);
    return REFUSE(setter, step->start, "%.*s has no element named '%s'",
                  PATH_BEFORE(setter, number), step->text);
}

static bool set_element(path_setter *setter, bt_node *list, size_t number)
{
    if (list->kind != BT_NODE_LIST)
        return refuse_kind(setter, list, number);
    switch (setter->steps[number].kind) {
    case STEP_ALL:
        return set_all(setter, list, number);
    case STEP_INDEX:
        return set_index(setter, list, number);
    case STEP_NAME:
    case STEP_KEY:
        break;
    }
    return set_name(setter, list, number);
}

/* Put the value at `place`, or go on with the step of this number from there. */
static bool set_below(path_setter *setter, bt_node **place, size_t number)
{
    if (number < setter->n_steps)
        return setter->steps[number].kind == STEP_KEY ? set_key(setter, place, number)
                                                      : set_element(setter, *place, number);
    bt_node *value = bt_node_clone(setter->document, setter->value);
    if (value == NULL)
        return REFUSE(setter, 0, "out of memory");
    *place = value;
    return true;
}

/* ---- finding ---- */

static const bt_node *find_named(const bt_node *list, const char *wanted)
{
    for (size_t i = 0; i < list->count; i++) {
        const bt_node *name = bt_node_find(list->child[i], "name");
        if (name != NULL && name->kind == BT_NODE_SCALAR && strcmp(name->text, wanted) == 0)
            return list->child[i];
    }
    return NULL;
}

/* The child of `node` that a step leads to, or NULL. */
static const bt_node *find_child(const bt_node *node, const path_step *step)
{
    if (step->kind == STEP_KEY)
        return bt_node_find(node, step->text);
    if (node->kind == BT_NODE_LIST && step->kind == STEP_NAME)
        return find_named(node, step->text);
    if (node->kind != BT_NODE_LIST || step->kind != STEP_INDEX || step->index < 0 ||
        (uint64_t)step->index >= node->count)
        return NULL;
    return node->child[step->index];
}

static bool are_same_scalar(const bt_node *a, const bt_node *b)
{
    return a->kind == BT_NODE_SCALAR && b->kind == BT_NODE_SCALAR &&
           strcmp(a->text, b->text) == 0;
}

/* What the steps lead to; NULL where they end, or [*] meets different scalars. */
static const bt_node *find_below(const bt_node *node, const path_step *steps, size_t n_steps)
{
    if (node == NULL || n_steps == 0)
        return node;
    if (steps->kind != STEP_ALL)
        return find_below(find_child(node, steps), steps + 1, n_steps - 1);
    const bt_node *found = NULL;
    for (size_t i = 0; node->kind == BT_NODE_LIST && i < node->count; i++) {
        const bt_node *here = find_below(node->child[i], steps + 1, n_steps - 1);
        if (here == NULL || (found != NULL && !are_same_scalar(found, here)))
            return NULL;
        found = here;
    }
    return found;
}

/* The deepest node on the way, past steps that lead nowhere. */
static const bt_node *find_deepest(const bt_node *node, const path_step *steps, size_t n_steps)
{
    for (size_t i = 0; i < n_steps; i++) {
        const bt_node *child = find_child(node, &steps[i]);
        if (child == NULL)
            break;
        node = child;
    }
    return node;
}

typedef const bt_node *finder(const bt_node *node, const path_step *steps, size_t n_steps);

/* Parse a path and follow it; `otherwise` where it is no path. */
static const bt_node *follow(const bt_node *node, const char *path, finder *find,
                             const bt_node *otherwise)
{
    bt_document *scratch = bt_document_create();
    bt_diagnostics *unheard = bt_diagnostics_create();
    const bt_source nowhere = {.name = "", .text = "", .is_file = false};
    path_setter steps = {
        .document = scratch, .source = &nowhere, .path = path, .diagnostics = unheard};
    const bt_node *found = otherwise;
    if (scratch != NULL && unheard != NULL && parse_path(&steps))
        found = find(node, steps.steps, steps.n_steps);
    bt_diagnostics_destroy(unheard);
    bt_document_destroy(scratch);
    return found;
}

const bt_node *bt_node_at_path(const bt_node *node, const char *path)
{
    return follow(node, path, find_deepest, node);
}

const bt_node *bt_node_get(const bt_node *node, const char *path)
{
    return follow(node, path, find_below, NULL);
}

/* ---- setting ---- */

/* A source that reads "path=value". */
static const bt_source *source_of(bt_document *document, const char *path, const char *value,
                                  const char *origin)
{
    size_t size = strlen(path) + 1 + strlen(value);
    char *text = malloc(size + 1);
    if (text == NULL)
        return NULL;
    snprintf(text, size + 1, "%s=%s", path, value);
    const bt_source *source = bt_source_create(document, origin, text, size, false);
    free(text);
    return source;
}

bt_status bt_document_set(bt_document *document, const char *path, const char *value,
                          const char *origin, bt_diagnostics *diagnostics)
{
    size_t reported = bt_diagnostics_reported(diagnostics);
    path_setter setter = {.document = document,
                          .source = source_of(document, path, value, origin),
                          .path = path,
                          .diagnostics = diagnostics};
    if (setter.source == NULL) {
        bt_diagnose(diagnostics, NULL, "%s: out of memory", origin);
        return BT_BAD_INPUT;
    }
    if (parse_path(&setter)) {
        setter.value = bt_document_parse_node(document, setter.source, value, strlen(value),
                                              strlen(path) + 1, diagnostics);
        if (setter.value != NULL)
            set_below(&setter, &document->root, 0);
    }
    return bt_diagnostics_reported(diagnostics) == reported ? BT_OK : BT_BAD_INPUT;
}
