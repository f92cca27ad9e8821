/*
 * Inside a document: its nodes, the texts they were read from, and how they are made.
 *
 * For the files that build or change the tree (document_parse.c, document_path.c); all
 * others use document.h.
 */
#ifndef BT_EXPERIMENTS_DOCUMENT_TREE_H
#define BT_EXPERIMENTS_DOCUMENT_TREE_H

#include "experiments/document/document.h"

enum {
    BT_DOCUMENT_LARGEST = 8 * 1024 * 1024, /* bytes of a file */
    BT_DOCUMENT_DEEPEST = 64,              /* lists and mappings inside each other */
    BT_DOCUMENT_MOST_NODES = 1000000,
    BT_DOCUMENT_MOST_COPIES = 100000 /* nodes that aliases may add */
};

/* A text that nodes were read from: a file, or the value of an override. */
typedef struct bt_source {
    const char *name; /* the file's path, or the origin of an override */
    const char *text; /* as it is shown under a message */
    size_t size;
    bool is_file;   /* false: messages give no line and column */
    uint32_t order; /* files first, then overrides as they came */
} bt_source;

struct bt_node {
    bt_node_kind kind;
    bool quoted;     /* a scalar in quotes or a block: never a number, never null */
    bool mistaken;   /* stands for what could not be read: its mistake is reported already */
    uint32_t height; /* 0 for scalars, else 1 + the highest child's */
    const bt_source *source;
    size_t line; /* from zero, as libyaml counts them */
    size_t column;
    char *text; /* scalars */
    size_t count;
    size_t capacity;
    bt_node **child; /* [count] elements or values */
    bt_node **key;   /* [count] mappings; scalars */
};

struct bt_document {
    bt_arena *arena; /* owns everything below */
    const bt_source *source;
    bt_node *root;
    uint32_t n_sources;
};

/* A copy of `text`, owned by the document. NULL when memory is out, as for all below. */
bt_source *bt_source_create(bt_document *document, const char *name, const char *text,
                            size_t size, bool is_file);

bt_node *bt_node_create(bt_document *document, bt_node_kind kind, const bt_source *source,
                        size_t line, size_t column);
bt_node *bt_node_clone(bt_document *document, const bt_node *node);

/* Add an element (key NULL) or a pair at the end; false when memory is out. */
bool bt_node_append(bt_document *document, bt_node *node, bt_node *key, bt_node *child);

/* Parse `size` bytes at `text`, which stand at column `column` of the source's first line,
 * into a node of the document. NULL, with the mistake reported, if that is not YAML; less
 * severe mistakes (duplicate keys) are reported and skipped. */
bt_node *bt_document_parse_node(bt_document *document, const bt_source *source,
                                const char *text, size_t size, size_t column,
                                bt_diagnostics *diagnostics);

/* An empty document without a root. */
bt_document *bt_document_create(void);

/* Was a mistake reported at this node, or anywhere inside it? */
bool bt_diagnostics_touch(const bt_diagnostics *diagnostics, const bt_node *node);

/* Report a mistake at a place that has no node. */
void bt_diagnose_at(bt_diagnostics *diagnostics, const bt_source *source, size_t line,
                    size_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
