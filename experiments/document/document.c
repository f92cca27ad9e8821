#include "experiments/document/document.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document_tree.h"

/* ---- making ---- */

bt_document *bt_document_create(void)
{
    bt_document *document = calloc(1, sizeof(*document));
    if (document == NULL)
        return NULL;
    document->arena = bt_arena_create();
    if (document->arena == NULL) {
        free(document);
        return NULL;
    }
    return document;
}

void bt_document_destroy(bt_document *document)
{
    if (document == NULL)
        return;
    bt_arena_destroy(document->arena);
    free(document);
}

bt_source *bt_source_create(bt_document *document, const char *name, const char *text,
                            size_t size, bool is_file)
{
    bt_source *source = BT_ARENA_NEW(document->arena, 1, bt_source);
    char *copy = BT_ARENA_NEW(document->arena, size + 1, char);
    char *own_name = bt_arena_copy_text(document->arena, name);
    if (source == NULL || copy == NULL || own_name == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, text, size);
    *source = (bt_source){.name = own_name,
                          .text = copy,
                          .size = size,
                          .is_file = is_file,
                          .order = document->n_sources++};
    return source;
}

bt_node *bt_node_create(bt_document *document, bt_node_kind kind, const bt_source *source,
                        size_t line, size_t column)
{
    bt_node *node = BT_ARENA_NEW(document->arena, 1, bt_node);
    if (node != NULL)
        *node = (bt_node){.kind = kind,
                          .height = kind == BT_NODE_SCALAR ? 0 : 1,
                          .source = source,
                          .line = line,
                          .column = column};
    return node;
}

static bool reserve_one(bt_document *document, bt_node *node)
{
    if (node->count < node->capacity)
        return true;
    size_t capacity = node->capacity == 0 ? 4 : 2 * node->capacity;
    bt_node **child = BT_ARENA_NEW(document->arena, capacity, bt_node *);
    bt_node **key = BT_ARENA_NEW(document->arena, capacity, bt_node *);
    if (child == NULL || key == NULL)
        return false;
    if (node->count > 0) {
        memcpy(child, node->child, node->count * sizeof(*child));
        memcpy(key, node->key, node->count * sizeof(*key));
    }
    node->child = child;
    node->key = key;
    node->capacity = capacity;
    return true;
}

bool bt_node_append(bt_document *document, bt_node *node, bt_node *key, bt_node *child)
{
    if (child == NULL || !reserve_one(document, node))
        return false;
    node->key[node->count] = key;
    node->child[node->count] = child;
    node->count++;
    if (child->height + 1 > node->height)
        node->height = child->height + 1;
    return true;
}

bt_node *bt_node_clone(bt_document *document, const bt_node *node)
{
    bt_node *copy = BT_ARENA_NEW(document->arena, 1, bt_node);
    if (copy == NULL)
        return NULL;
    *copy = *node;
    copy->count = 0;
    copy->capacity = 0;
    if (node->text != NULL) {
        copy->text = bt_arena_copy_text(document->arena, node->text);
        if (copy->text == NULL)
            return NULL;
    }
    for (size_t i = 0; i < node->count; i++) {
        bt_node *key = NULL;
        if (node->key[i] != NULL && (key = bt_node_clone(document, node->key[i])) == NULL)
            return NULL;
        if (!bt_node_append(document, copy, key, bt_node_clone(document, node->child[i])))
            return NULL;
    }
    return copy;
}

/* The sources of the copy are the original's own: a clone keeps texts, not pointers into
 * the document it came from, so that either may be destroyed first. */
typedef struct source_map {
    const bt_source **from;
    const bt_source **to;
    size_t count;
} source_map;

static const bt_source *copied_source(bt_document *copy, source_map *map,
                                      const bt_source *source)
{
    for (size_t i = map->count; i-- > 0;)
        if (map->from[i] == source)
            return map->to[i];
    const bt_source *new =
        bt_source_create(copy, source->name, source->text, source->size, source->is_file);
    map->from[map->count] = source;
    map->to[map->count++] = new;
    return new;
}

static bool adopt_sources(bt_document *copy, source_map *map, bt_node *node)
{
    node->source = copied_source(copy, map, node->source);
    if (node->source == NULL)
        return false;
    for (size_t i = 0; i < node->count; i++)
        if ((node->key[i] != NULL && !adopt_sources(copy, map, node->key[i])) ||
            !adopt_sources(copy, map, node->child[i]))
            return false;
    return true;
}

bt_document *bt_document_clone(const bt_document *document)
{
    bt_document *copy = bt_document_create();
    if (copy == NULL)
        return NULL;
    size_t n_sources = document->n_sources;
    source_map map = {.from = calloc(n_sources, sizeof(*map.from)),
                      .to = calloc(n_sources, sizeof(*map.to))};
    bool made = map.from != NULL && map.to != NULL &&
                (copy->source = copied_source(copy, &map, document->source)) != NULL &&
                (copy->root = bt_node_clone(copy, document->root)) != NULL &&
                adopt_sources(copy, &map, copy->root);
    free(map.from);
    free(map.to);
    if (!made) {
        bt_document_destroy(copy);
        return NULL;
    }
    return copy;
}

/* ---- reading ---- */

bt_status bt_document_parse(const char *name, const char *bytes, size_t size,
                            bt_document **document, bt_diagnostics *diagnostics)
{
    size_t reported = bt_diagnostics_reported(diagnostics);
    *document = NULL;
    bt_document *parsed = bt_document_create();
    bt_source *source =
        parsed != NULL ? bt_source_create(parsed, name, bytes, size, true) : NULL;
    if (source == NULL) {
        bt_diagnose(diagnostics, NULL, "%s: there is no memory to read it", name);
        bt_document_destroy(parsed);
        return BT_BAD_INPUT;
    }
    parsed->source = source;
    if (size > BT_DOCUMENT_LARGEST)
        bt_diagnose_at(diagnostics, source, 0, 0,
                       "the file has %zu bytes: an experiment file has at most %d", size,
                       BT_DOCUMENT_LARGEST);
    else
        parsed->root =
            bt_document_parse_node(parsed, source, source->text, size, 0, diagnostics);
    if (parsed->root == NULL)
        bt_document_destroy(parsed);
    else
        *document = parsed;
    return bt_diagnostics_reported(diagnostics) == reported ? BT_OK : BT_BAD_INPUT;
}

/* Everything that a stream holds, up to one byte more than the largest file. */
static char *read_stream(FILE *stream, size_t *size)
{
    size_t capacity = 0;
    char *bytes = NULL;
    *size = 0;
    do {
        capacity = capacity == 0 ? 65536 : 2 * capacity;
        char *larger = realloc(bytes, capacity);
        if (larger == NULL) {
            free(bytes);
            return NULL;
        }
        bytes = larger;
        *size += fread(bytes + *size, 1, capacity - *size, stream);
    } while (*size == capacity && *size <= BT_DOCUMENT_LARGEST);
    return bytes;
}

bt_status bt_document_read(const char *path, bt_document **document,
                           bt_diagnostics *diagnostics, bt_error *error)
{
    *document = NULL;
    bool is_standard_input = strcmp(path, "-") == 0;
    FILE *stream = is_standard_input ? stdin : fopen(path, "rb");
    if (stream == NULL)
        return bt_fail(error, BT_NO_INPUT, "%s: %s", path, strerror(errno));
    size_t size;
    errno = 0;
    char *bytes = read_stream(stream, &size);
    bool failed = ferror(stream) != 0;
    int reason = errno;
    if (!is_standard_input)
        fclose(stream);
    bt_status status;
    if (bytes == NULL)
        status = bt_fail(error, BT_INTERNAL, "%s: out of memory", path);
    else if (failed)
        status = bt_fail(error, reason == EISDIR ? BT_NO_INPUT : BT_IO, "%s: %s", path,
                         strerror(reason));
    else
        status = bt_document_parse(is_standard_input ? "(standard input)" : path, bytes, size,
                                   document, diagnostics);
    free(bytes);
    return status;
}

/* ---- looking ---- */

const char *bt_document_text(const bt_document *document, size_t *size)
{
    if (size != NULL)
        *size = document->source->size;
    return document->source->text;
}

const bt_node *bt_document_root(const bt_document *document)
{
    return document->root;
}

bt_node_kind bt_node_get_kind(const bt_node *node)
{
    return node->kind;
}

const char *bt_node_text(const bt_node *node)
{
    return node->text;
}

bool bt_node_is_null(const bt_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != BT_NODE_SCALAR || node->quoted)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

bool bt_node_is_quoted(const bt_node *node)
{
    return node->quoted;
}

void bt_node_place(const bt_node *node, char *place, size_t size)
{
    if (node->source->is_file)
        snprintf(place, size, "%s:%zu:%zu", node->source->name, node->line + 1,
                 node->column + 1);
    else
        snprintf(place, size, "%s", node->source->name);
}

size_t bt_node_count(const bt_node *node)
{
    return node->count;
}

const bt_node *bt_node_element(const bt_node *node, size_t index)
{
    return node->child[index];
}

const bt_node *bt_node_key_node(const bt_node *node, size_t index)
{
    return node->key[index];
}

const char *bt_node_key(const bt_node *node, size_t index)
{
    return node->key[index]->text;
}

const bt_node *bt_node_find(const bt_node *node, const char *key)
{
    if (node->kind != BT_NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->key[i]->text, key) == 0)
            return node->child[i];
    return NULL;
}

void bt_document_remove(bt_document *document, const char *key)
{
    bt_node *root = document->root;
    if (root->kind != BT_NODE_MAPPING)
        return;
    for (size_t i = 0; i < root->count; i++) {
        if (strcmp(root->key[i]->text, key) != 0)
            continue;
        size_t behind = root->count - i - 1;
        memmove(root->key + i, root->key + i + 1, behind * sizeof(*root->key));
        memmove(root->child + i, root->child + i + 1, behind * sizeof(*root->child));
        root->count--;
        return;
    }
}
