#define _GNU_SOURCE /* memmem */
/*
 * From bytes to nodes: libyaml's events with their marks.
 *
 * A path such as sellers[*].price ends at its bracket for YAML when it stands unquoted
 * inside braces. Brackets that follow a word directly are therefore handed to libyaml as
 * two private-use characters, one for one, so that columns stay what they are, and are
 * put back in every text that comes out. Such brackets are a mistake in plain YAML, so no
 * correct file changes its meaning.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/document/document_tree.h"
#include "experiments/document/yaml_complaint.h"

/* U+F8F0 and U+F8F1 in UTF-8. */
#define OPENING "\xef\xa3\xb0"
#define CLOSING "\xef\xa3\xb1"
enum { PLACEHOLDER_LENGTH = 3 };

typedef struct anchor {
    char *name;
    const bt_node *node;
    struct anchor *next;
} anchor;

typedef struct tree_reader {
    yaml_parser_t yaml;
    bt_document *document;
    const bt_source *source;
    const char *text; /* as handed to libyaml */
    size_t text_size;
    size_t first_column; /* of the text in the source's first line */
    bt_diagnostics *diagnostics;
    anchor *anchors;
    size_t n_nodes;
    size_t n_copies;
    bool failed; /* reported; nothing more can be read */
} tree_reader;

/* ---- paths in braces ---- */

static bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

/* The closing bracket of a path element that opens at text[open]; 0: it is none. */
static size_t closing_bracket(const char *text, size_t size, size_t open)
{
    if (open == 0 || !is_word_byte(text[open - 1]))
        return 0;
    size_t i = open + 1;
    while (i < size && strchr("]\n\r,{}[#'\":", text[i]) == NULL)
        i++;
    return i < size && text[i] == ']' && i > open + 1 ? i : 0;
}

static void put_placeholder(char **to, const char *placeholder)
{
    memcpy(*to, placeholder, PLACEHOLDER_LENGTH);
    *to += PLACEHOLDER_LENGTH;
}

/* A copy with placeholders for the brackets of paths; at most three times as long. */
static char *hide_path_brackets(const char *text, size_t size, size_t *hidden_size)
{
    char *hidden = malloc(size * PLACEHOLDER_LENGTH + 1);
    if (hidden == NULL)
        return NULL;
    char *to = hidden;
    size_t closing = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '[' && (closing = closing_bracket(text, size, i)) != 0)
            put_placeholder(&to, OPENING);
        else if (closing != 0 && i == closing)
            put_placeholder(&to, CLOSING);
        else
            *to++ = text[i];
    }
    *hidden_size = (size_t)(to - hidden);
    return hidden;
}

static void show_path_brackets(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        bool opens = strncmp(from, OPENING, PLACEHOLDER_LENGTH) == 0;
        bool closes = strncmp(from, CLOSING, PLACEHOLDER_LENGTH) == 0;
        if (opens || closes) {
            *to++ = opens ? '[' : ']';
            from += PLACEHOLDER_LENGTH;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* ---- reporting ---- */

static size_t column_of(const tree_reader *reader, yaml_mark_t mark)
{
    return mark.line == 0 ? mark.column + reader->first_column : mark.column;
}

#define REPORT(reader, mark, ...)                                                              \
    bt_diagnose_at((reader)->diagnostics, (reader)->source, (mark).line,                       \
                   column_of((reader), (mark)), __VA_ARGS__)

/* Report what ends the reading. */
#define STOP(reader, mark, ...)                                                                \
    do {                                                                                       \
        REPORT(reader, mark, __VA_ARGS__);                                                     \
        (reader)->failed = true;                                                               \
    } while (0)

static void stop_without_memory(tree_reader *reader)
{
    STOP(reader, ((yaml_mark_t){0}), "there is no memory to read the file");
}

/* The next event; false when reading has ended in a mistake. */
static bool next_event(tree_reader *reader, yaml_event_t *event)
{
    if (reader->failed)
        return false;
    if (yaml_parser_parse(&reader->yaml, event))
        return true;
    if (reader->yaml.error == YAML_MEMORY_ERROR) {
        stop_without_memory(reader);
        return false;
    }
    bt_yaml_complaint complaint =
        bt_yaml_complaint_of(&reader->yaml, reader->text, reader->text_size);
    STOP(reader, complaint.mark, "%s", complaint.sentence);
    return false;
}

/* ---- nodes ---- */

static bt_node *parse_node(tree_reader *reader, yaml_event_t *event, size_t depth);

static bt_node *new_node(tree_reader *reader, bt_node_kind kind, yaml_mark_t mark)
{
    if (++reader->n_nodes > BT_DOCUMENT_MOST_NODES) {
        STOP(reader, mark, "the file has more than %d values", BT_DOCUMENT_MOST_NODES);
        return NULL;
    }
    bt_node *node = bt_node_create(reader->document, kind, reader->source, mark.line,
                                   column_of(reader, mark));
    if (node == NULL)
        stop_without_memory(reader);
    return node;
}

static void refuse_tag(tree_reader *reader, const yaml_char_t *tag, yaml_mark_t mark)
{
    static const char standard[] = "tag:yaml.org,2002:";
    if (tag == NULL)
        return;
    const char *name = (const char *)tag;
    bool is_standard = strncmp(name, standard, strlen(standard)) == 0;
    REPORT(reader, mark, "the tag '%s%s' has no meaning in an experiment file: remove it",
           is_standard ? "!!" : "", is_standard ? name + strlen(standard) : name);
}

static void remember_anchor(tree_reader *reader, const char *name, const bt_node *node)
{
    anchor *new = BT_ARENA_NEW(reader->document->arena, 1, anchor);
    if (new == NULL ||
        (new->name = bt_arena_copy_text(reader->document->arena, name)) == NULL) {
        stop_without_memory(reader);
        return;
    }
    new->node = node;
    new->next = reader->anchors;
    reader->anchors = new;
}

static size_t count_nodes(const bt_node *node)
{
    size_t count = 1;
    for (size_t i = 0; i < node->count; i++)
        count += count_nodes(node->child[i]);
    return count;
}

static bt_node *copy_anchored(tree_reader *reader, const char *name, yaml_mark_t mark,
                              size_t depth)
{
    const anchor *found = reader->anchors;
    while (found != NULL && strcmp(found->name, name) != 0)
        found = found->next;
    if (found == NULL) {
        REPORT(reader, mark, "nothing above is marked &%s: quote the text if '*' belongs to it",
               name);
        return NULL;
    }
    if (depth + found->node->height > BT_DOCUMENT_DEEPEST) {
        STOP(reader, mark, "*%s is nested too deeply: %d levels are the limit", name,
             BT_DOCUMENT_DEEPEST);
        return NULL;
    }
    reader->n_copies += count_nodes(found->node);
    if (reader->n_copies > BT_DOCUMENT_MOST_COPIES) {
        STOP(reader, mark, "the aliases stand for more than %d values",
             BT_DOCUMENT_MOST_COPIES);
        return NULL;
    }
    bt_node *copy = bt_node_clone(reader->document, found->node);
    if (copy == NULL)
        stop_without_memory(reader);
    return copy;
}

/* An alias that stands for nothing leaves a null, so that the rest is still read. */
static bt_node *parse_alias(tree_reader *reader, const yaml_event_t *event, size_t depth)
{
    const char *name = (const char *)event->data.alias.anchor;
    bt_node *copy = copy_anchored(reader, name, event->start_mark, depth);
    if (copy != NULL || reader->failed)
        return copy;
    bt_node *nothing = new_node(reader, BT_NODE_SCALAR, event->start_mark);
    if (nothing != NULL) {
        nothing->text = bt_arena_copy_text(reader->document->arena, "null");
        nothing->mistaken = true;
    }
    return nothing;
}

/* Escapes can put in what the file itself may not hold; line breaks and tabs are harmless.
 * Such characters become '?'; true if there were any. */
static bool blank_control_characters(char *text)
{
    bool found = false;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_c1 = byte == 0xc2 && (unsigned char)text[1] < 0xa0;
        if ((byte >= 0x20 && byte != 0x7f && !is_c1) || byte == '\n' || byte == '\t')
            continue;
        found = true;
        *text = '?';
        if (is_c1)
            *++text = '?';
    }
    return found;
}

static bt_node *parse_scalar(tree_reader *reader, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    refuse_tag(reader, event->data.scalar.tag, event->start_mark);
    bt_node *node = new_node(reader, BT_NODE_SCALAR, event->start_mark);
    if (node == NULL)
        return NULL;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = bt_arena_copy_text(reader->document->arena, value);
    if (node->text == NULL) {
        stop_without_memory(reader);
        return NULL;
    }
    if (blank_control_characters(node->text) || strlen(value) != event->data.scalar.length)
        REPORT(reader, event->start_mark,
               "a text may not hold control characters: write \\\\ for a backslash");
    show_path_brackets(node->text);
    return node;
}

static bt_node *parse_list(tree_reader *reader, const yaml_event_t *start, size_t depth)
{
    refuse_tag(reader, start->data.sequence_start.tag, start->start_mark);
    bt_node *list = new_node(reader, BT_NODE_LIST, start->start_mark);
    yaml_event_t event;
    while (list != NULL && next_event(reader, &event)) {
        bool ends = event.type == YAML_SEQUENCE_END_EVENT;
        bt_node *child = ends ? NULL : parse_node(reader, &event, depth);
        yaml_event_delete(&event);
        if (ends)
            return list;
        if (reader->failed || !bt_node_append(reader->document, list, NULL, child))
            break;
    }
    return NULL;
}

/* Report a key that cannot be one; true if the pair is to be kept. */
static bool check_key(tree_reader *reader, const bt_node *mapping, const bt_node *key)
{
    if (key->kind != BT_NODE_SCALAR) {
        bt_diagnose(reader->diagnostics, key, "a key must be a text, not a list or a mapping");
        return false;
    }
    if (!key->quoted && strcmp(key->text, "<<") == 0) {
        bt_diagnose(reader->diagnostics, key,
                    "merge keys ('<<') are not supported: write the keys out");
        return false;
    }
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->key[i]->text, key->text) != 0)
            continue;
        if (mapping->key[i]->source->is_file)
            bt_diagnose(reader->diagnostics, key,
                        "the key '%s' stands here a second time: the first is in line %zu",
                        key->text, mapping->key[i]->line + 1);
        else
            bt_diagnose(reader->diagnostics, key, "the key '%s' is given twice", key->text);
        return false;
    }
    return true;
}

/* One key and its value; false when reading has ended. */
static bool parse_pair(tree_reader *reader, bt_node *mapping, yaml_event_t *key_event,
                       size_t depth)
{
    bt_node *key = parse_node(reader, key_event, depth);
    yaml_event_t event;
    if (key == NULL || !next_event(reader, &event))
        return false;
    bt_node *value = parse_node(reader, &event, depth);
    yaml_event_delete(&event);
    if (value == NULL)
        return false;
    if (!check_key(reader, mapping, key))
        return true;
    return bt_node_append(reader->document, mapping, key, value);
}

static bt_node *parse_mapping(tree_reader *reader, const yaml_event_t *start, size_t depth)
{
    refuse_tag(reader, start->data.mapping_start.tag, start->start_mark);
    bt_node *mapping = new_node(reader, BT_NODE_MAPPING, start->start_mark);
    yaml_event_t event;
    while (mapping != NULL && next_event(reader, &event)) {
        bool ends = event.type == YAML_MAPPING_END_EVENT;
        bool read = ends || parse_pair(reader, mapping, &event, depth);
        yaml_event_delete(&event);
        if (ends)
            return mapping;
        if (!read)
            break;
    }
    return NULL;
}

static const char *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

static bt_node *parse_unanchored(tree_reader *reader, const yaml_event_t *event, size_t depth)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return parse_scalar(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return parse_list(reader, event, depth + 1);
    case YAML_MAPPING_START_EVENT:
        return parse_mapping(reader, event, depth + 1);
    case YAML_ALIAS_EVENT:
        return parse_alias(reader, event, depth);
    default:
        STOP(reader, event->start_mark, "a value is missing here");
        return NULL;
    }
}

/* The node that starts with `event`, inside `depth` lists and mappings; NULL: failed. */
static bt_node *parse_node(tree_reader *reader, yaml_event_t *event, size_t depth)
{
    if (depth >= BT_DOCUMENT_DEEPEST) {
        STOP(reader, event->start_mark, "this is nested too deeply: %d levels are the limit",
             BT_DOCUMENT_DEEPEST);
        return NULL;
    }
    bt_node *node = parse_unanchored(reader, event, depth);
    const char *name = anchor_of(event);
    if (node != NULL && name != NULL)
        remember_anchor(reader, name, node);
    return reader->failed ? NULL : node;
}

/* ---- the stream ---- */

/* What follows the first document: nothing, or it is refused. */
static void expect_end(tree_reader *reader)
{
    yaml_event_t event;
    while (next_event(reader, &event)) {
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT)
            STOP(reader, event.start_mark,
                 "a second document starts here: one file holds one experiment");
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return;
    }
}

/* Skip to the event that opens the root; false if there is none. */
static bool find_root(tree_reader *reader, yaml_event_t *event)
{
    while (next_event(reader, event)) {
        switch (event->type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_START_EVENT:
            yaml_event_delete(event);
            break;
        case YAML_STREAM_END_EVENT:
            STOP(reader, event->start_mark, "%s",
                 reader->source->is_file ? "there is nothing in it"
                                         : "a value is missing: write null for none");
            yaml_event_delete(event);
            return false;
        default:
            return true;
        }
    }
    return false;
}

static bt_node *parse_stream(tree_reader *reader)
{
    yaml_event_t event;
    if (!find_root(reader, &event))
        return NULL;
    bt_node *root = parse_node(reader, &event, 0);
    yaml_event_delete(&event);
    if (root != NULL)
        expect_end(reader);
    return reader->failed ? NULL : root;
}

/* UTF-16 and the characters that stand for brackets are refused before libyaml looks. */
static bool check_encoding(tree_reader *reader, const char *text, size_t size)
{
    if (size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
        STOP(reader, ((yaml_mark_t){0}), "the file is UTF-16: save it in UTF-8");
        return false;
    }
    const char *reserved = memmem(text, size, OPENING, PLACEHOLDER_LENGTH);
    if (reserved == NULL)
        reserved = memmem(text, size, CLOSING, PLACEHOLDER_LENGTH);
    if (reserved == NULL)
        return true;
    yaml_mark_t mark = bt_yaml_mark_of_byte(text, size, (size_t)(reserved - text));
    STOP(reader, mark,
         "the private-use characters U+F8F0 and U+F8F1 may not stand in an experiment file");
    return false;
}

bt_node *bt_document_parse_node(bt_document *document, const bt_source *source,
                                const char *text, size_t size, size_t column,
                                bt_diagnostics *diagnostics)
{
    tree_reader reader = {.document = document,
                          .source = source,
                          .first_column = column,
                          .diagnostics = diagnostics};
    if (!check_encoding(&reader, text, size))
        return NULL;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
        text += 3;
        size -= 3;
    }
    char *hidden = hide_path_brackets(text, size, &reader.text_size);
    if (hidden == NULL || !yaml_parser_initialize(&reader.yaml)) {
        stop_without_memory(&reader);
        free(hidden);
        return NULL;
    }
    reader.text = hidden;
    yaml_parser_set_encoding(&reader.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.yaml, (const unsigned char *)hidden, reader.text_size);
    bt_node *root = parse_stream(&reader);
    yaml_parser_delete(&reader.yaml);
    free(hidden);
    return root;
}
