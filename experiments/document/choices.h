/*
 * The words of a BT_CHOICE or BT_OPTION parameter, as its table writes them:
 * "linear|log|box_cox:|budget:", "every:time|poisson:|after_sales:".
 */
#ifndef BT_EXPERIMENTS_CHOICES_H
#define BT_EXPERIMENTS_CHOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BT_CHOICE_LENGTH = 64 };

typedef struct bt_choice {
    char word[BT_CHOICE_LENGTH];
    bool has_number; /* written {word: number} */
    bool is_time;    /* the number may carry a unit of time */
} bt_choice;

/* Fill the choice with this index; false when there are no more. */
bool bt_choice_at(const char *choices, size_t index, bt_choice *choice);

/* The index of a word; -1: it is none of them. */
int32_t bt_choice_index(const char *choices, const char *word);

#endif
