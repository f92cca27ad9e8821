/*
 * What must hold of any bytes whatever: they are read, or refused with a message, and what
 * is read comes back from its own effective settings, and its sweep is expanded. Used with
 * libFuzzer (fuzz_document.c) and on mutated files (test_mutated_files.c).
 */
#ifndef BT_TESTS_DOCUMENT_FUZZING_H
#define BT_TESTS_DOCUMENT_FUZZING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/experiment.h"
#include "experiments/sweep/sweep.h"
#include "experiments/sweep/sweep_values.h"

#define MUST(condition)                                                                        \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);      \
            abort();                                                                           \
        }                                                                                      \
    } while (0)

/* A message is a line of valid characters with an excerpt, and nothing that a terminal would
 * take for a command. */
static inline void check_messages(const bt_diagnostics *diagnostics)
{
    for (size_t i = 0; i < bt_diagnostics_count(diagnostics); i++) {
        const char *message = bt_diagnostics_at(diagnostics, i);
        MUST(message[0] != '\0');
        for (; *message != '\0'; message++)
            MUST((unsigned char)*message >= 0x20 || *message == '\n');
    }
}

/* Bind; the effective settings as text, or NULL where there are mistakes. */
static inline char *settings_of(const bt_document *document, bt_diagnostics *diagnostics)
{
    bt_arena *arena = bt_arena_create();
    bt_experiment experiment;
    char *text = NULL;
    bt_error error;
    MUST(arena != NULL);
    size_t reported = bt_diagnostics_reported(diagnostics);
    bt_status status = bt_experiment_bind(document, &experiment, arena, diagnostics);
    MUST(status == BT_OK || status == BT_BAD_INPUT);
    MUST(status == BT_BAD_INPUT || bt_diagnostics_reported(diagnostics) == reported);
    if (status == BT_OK)
        MUST(bt_unbind(&bt_experiment_table, &experiment, &text, &error) == BT_OK);
    bt_arena_destroy(arena);
    return text;
}

/* Settings are a file that says the same. */
static inline void check_settings(const char *settings)
{
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_document *document;
    MUST(diagnostics != NULL);
    MUST(bt_document_parse("settings", settings, strlen(settings), &document, diagnostics) ==
         BT_OK);
    char *again = settings_of(document, diagnostics);
    MUST(again != NULL && strcmp(again, settings) == 0);
    free(again);
    bt_document_destroy(document);
    bt_diagnostics_destroy(diagnostics);
}

/* A point binds, or is refused with a message. */
static inline void check_point(const bt_sweep *sweep, size_t point, bt_diagnostics *diagnostics)
{
    char label[200];
    bt_arena *arena = bt_arena_create();
    bt_experiment experiment;
    MUST(arena != NULL);
    bt_sweep_label(sweep, point, label, sizeof(label));
    MUST(strlen(label) < sizeof(label));
    bt_sweep_hash(sweep, point);
    size_t reported = bt_diagnostics_reported(diagnostics);
    bt_status status = bt_sweep_bind(sweep, point, &experiment, arena, diagnostics);
    MUST((status == BT_OK) == (bt_diagnostics_reported(diagnostics) == reported));
    bt_arena_destroy(arena);
}

/* The sweep is expanded, or refused with a message; its first points are tried. */
static inline void check_sweep(const bt_document *document, bt_diagnostics *diagnostics)
{
    enum { TRIED = 4 };
    bt_sweep *sweep;
    size_t reported = bt_diagnostics_reported(diagnostics);
    bt_status status = bt_sweep_expand(document, "file", &sweep, diagnostics);
    MUST(status == BT_OK || bt_diagnostics_reported(diagnostics) > reported);
    MUST((status == BT_OK) == (sweep != NULL));
    if (sweep == NULL)
        return;
    MUST(bt_sweep_n_points(sweep) >= 1 && bt_sweep_n_points(sweep) <= BT_SWEEP_MOST_POINTS);
    for (size_t point = 0; point < bt_sweep_n_points(sweep) && point < TRIED; point++)
        check_point(sweep, point, diagnostics);
    bt_sweep_destroy(sweep);
}

/* The next text up to a NUL or the end, or NULL. To be freed. */
static inline char *take_text(const char **bytes, size_t *size)
{
    if (*size == 0)
        return NULL;
    char *text = strndup(*bytes, *size);
    MUST(text != NULL);
    size_t used = strlen(text) + 1;
    used = used < *size ? used : *size;
    *bytes += used;
    *size -= used;
    return text;
}

/* What follows the file's NUL: a path and a value, and so on. */
static inline void set_all(bt_document *document, const char *bytes, size_t size,
                           bt_diagnostics *diagnostics)
{
    for (int i = 0; i < 8; i++) {
        char *path = take_text(&bytes, &size);
        char *value = take_text(&bytes, &size);
        if (path != NULL && value != NULL)
            bt_document_set(document, path, value, "--set", diagnostics);
        free(path);
        free(value);
    }
}

/* A file, or a file, a NUL, and overrides: "path NUL value NUL ...". */
static inline void check_bytes(const char *bytes, size_t size)
{
    const char *end = memchr(bytes, '\0', size);
    size_t file_size = end != NULL ? (size_t)(end - bytes) : size;
    bt_diagnostics *diagnostics = bt_diagnostics_create();
    bt_document *document;
    MUST(diagnostics != NULL);
    bt_status status = bt_document_parse("file", bytes, file_size, &document, diagnostics);
    MUST((status == BT_OK) == (bt_diagnostics_reported(diagnostics) == 0));
    MUST(document != NULL || status == BT_BAD_INPUT);
    if (document != NULL) {
        bt_document *copy = bt_document_clone(document);
        MUST(copy != NULL);
        bt_document_destroy(document);
        if (end != NULL)
            set_all(copy, end + 1, size - file_size - 1, diagnostics);
        check_sweep(copy, diagnostics);
        bt_document_remove(copy, "sweep");
        char *settings = settings_of(copy, diagnostics);
        if (settings != NULL)
            check_settings(settings);
        free(settings);
        bt_document_destroy(copy);
    }
    check_messages(diagnostics);
    bt_diagnostics_destroy(diagnostics);
}

#endif
