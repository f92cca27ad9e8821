/*
 * A YAML document whose every node knows where it stands: file, line, column.
 *
 * Parsing is libyaml's; this is the tree, the overrides (`--set`, sweep points), and
 * the binding of a node to a parameter table (sim/parameter.h). It knows nothing of
 * markets or agents: each registered type brings its table.
 *
 * All mistakes of a file are reported in one pass, as diagnostics with file:line:col,
 * the offending line with a caret, and "did you mean ..." where a word is close.
 */
#ifndef BT_EXPERIMENTS_DOCUMENT_H
#define BT_EXPERIMENTS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/arena.h"
#include "sim/parameter.h"
#include "sim/status.h"

typedef struct bt_document bt_document;
typedef struct bt_node bt_node;

typedef enum bt_node_kind { BT_NODE_SCALAR, BT_NODE_LIST, BT_NODE_MAPPING } bt_node_kind;

/* A list of what is wrong. */
typedef struct bt_diagnostics bt_diagnostics;
bt_diagnostics *bt_diagnostics_create(void);
void bt_diagnostics_destroy(bt_diagnostics *diagnostics);
size_t bt_diagnostics_count(const bt_diagnostics *diagnostics);
/* How many mistakes were reported, also those that are not kept because they repeat one,
 * follow from one or come after too many: whether a step went well is told by this number
 * standing still. */
size_t bt_diagnostics_reported(const bt_diagnostics *diagnostics);
/* Count a mistake without a message: one that was reported before explains it. */
void bt_diagnostics_report_silently(bt_diagnostics *diagnostics);
/* The message with number `index`: "file:line:col: sentence\n    source line\n    ^". */
const char *bt_diagnostics_at(const bt_diagnostics *diagnostics, size_t index);
/* Report a mistake at a node (NULL: the document as a whole). */
void bt_diagnose(bt_diagnostics *diagnostics, const bt_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Parse bytes; `name` is what messages call the file. Always gives BT_OK or
 * BT_BAD_INPUT with diagnostics. *document is NULL where the text is not YAML; where it
 * is, but has smaller mistakes (duplicate keys), it is there too, so that binding it
 * reports the rest in the same pass. Limits on depth, size and aliases guard against
 * hostile files.
 *
 * YAML as experiment files use it: one document; anchors and aliases (an alias stands for
 * a copy); no tags, no merge keys, only texts as keys. Beyond YAML, a path with brackets
 * may stand unquoted inside braces: `{sellers[*].price: 1}`. */
bt_status bt_document_parse(const char *name, const char *bytes, size_t size,
                            bt_document **document, bt_diagnostics *diagnostics);
/* Read and parse a file ("-": standard input). BT_NO_INPUT when it is missing. */
bt_status bt_document_read(const char *path, bt_document **document,
                           bt_diagnostics *diagnostics, bt_error *error);
void bt_document_destroy(bt_document *document);

/* An independent copy, to apply a sweep point to. */
bt_document *bt_document_clone(const bt_document *document);

/* The text that was parsed, verbatim. */
const char *bt_document_text(const bt_document *document, size_t *size);
const bt_node *bt_document_root(const bt_document *document);

bt_node_kind bt_node_get_kind(const bt_node *node);
const char *bt_node_text(const bt_node *node); /* scalars, else NULL */
bool bt_node_is_null(const bt_node *node);     /* null, ~ or nothing, unquoted */
bool bt_node_is_quoted(const bt_node *node);   /* a text in quotes, never a number */
size_t bt_node_count(const bt_node *node);     /* elements or pairs */
const bt_node *bt_node_element(const bt_node *node, size_t index); /* element or value */
const char *bt_node_key(const bt_node *node, size_t index);        /* mappings */
const bt_node *bt_node_key_node(const bt_node *node, size_t index);
const bt_node *bt_node_find(const bt_node *node, const char *key); /* mappings, or NULL */

/* Numbers as an experiment file writes them: 1e3 is an integer, 1.5 is not; 50abc, 0777,
 * 0x10 are errors; .inf and .nan are not numbers. */
bool bt_text_to_real(const char *text, double *value);
bool bt_text_to_integer(const char *text, int64_t *value);
/* A time in days: `30 d`, `2 h`, `15 min`, `10 s`, or a bare number. */
bool bt_text_to_days(const char *text, double *days);

/* Put `value` (YAML flow text: `0.1`, `[1, 2]`, `{poisson: 2}`) at a path such as
 * `sellers[*].learning_rate`, `market.products[A].cost` (an element by its `name`),
 * `market.products[0].cost`, `market.demand.scale`. A key that does not stand in the
 * file is added, with the mappings on the way to it; `[*]` sets all. `origin` is what
 * messages call the place the value came from ("--set", "sweep[0]"). Reports a path that
 * meets nothing. */
bt_status bt_document_set(bt_document *document, const char *path, const char *value,
                          const char *origin, bt_diagnostics *diagnostics);

/* Remove a top-level key (the sweep, before a point is bound). */
void bt_document_remove(bt_document *document, const char *key);

/* The deepest node that exists on the way along a path (which may have no `[*]`). */
const bt_node *bt_node_at_path(const bt_node *node, const char *path);

/* The node at a path (as in bt_document_set), or NULL: nothing stands there, or `[*]`
 * meets different values. */
const bt_node *bt_node_get(const bt_node *node, const char *path);

/* Where a node stands, "file:line:col"; only the name of what is no file. Cut to `size`. */
void bt_node_place(const bt_node *node, char *place, size_t size);

/* Fill `parameters` (table->struct_size bytes, zeroed here) from a mapping node, with
 * defaults, types, ranges, unknown keys and missing required keys reported; what could not
 * be read is zero, texts are "". An optional table that is not given has its own defaults.
 * Text and lists are owned by `arena`. Returns BT_OK or BT_BAD_INPUT. */
bt_status bt_bind(const bt_node *node, const bt_parameter_table *table, void *parameters,
                  bt_arena *arena, bt_diagnostics *diagnostics);

/* The effective settings: `parameters` written as canonical YAML (every parameter,
 * defaults included, 17 significant digits), appended to a growing text. */
bt_status bt_unbind(const bt_parameter_table *table, const void *parameters, char **text,
                    bt_error *error);

#endif
