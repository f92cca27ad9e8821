/*
 * What libyaml complains of, in the words of someone who writes experiment files.
 */
#ifndef BT_EXPERIMENTS_YAML_COMPLAINT_H
#define BT_EXPERIMENTS_YAML_COMPLAINT_H

#include <stddef.h>

#include <yaml.h>

typedef struct bt_yaml_complaint {
    yaml_mark_t mark; /* line and column, from zero */
    char sentence[256];
} bt_yaml_complaint;

/* The complaint of a parser that has just failed to give an event of this text. */
bt_yaml_complaint bt_yaml_complaint_of(const yaml_parser_t *yaml, const char *text,
                                       size_t size);

/* Where a byte of a text stands, counted as libyaml counts: columns are characters. */
yaml_mark_t bt_yaml_mark_of_byte(const char *text, size_t size, size_t byte);

#endif
