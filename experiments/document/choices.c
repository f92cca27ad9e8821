#include "experiments/document/choices.h"

#include <stdio.h>
#include <string.h>

bool bt_choice_at(const char *choices, size_t index, bt_choice *choice)
{
    for (; index > 0; index--) {
        choices = strchr(choices, '|');
        if (choices == NULL)
            return false;
        choices++;
    }
    size_t length = strcspn(choices, "|");
    size_t word = strcspn(choices, ":|");
    snprintf(choice->word, sizeof(choice->word), "%.*s", (int)word, choices);
    choice->has_number = word < length;
    choice->is_time = length - word == strlen(":time") &&
                      strncmp(choices + word, ":time", strlen(":time")) == 0;
    return true;
}

int32_t bt_choice_index(const char *choices, const char *word)
{
    bt_choice choice;
    for (int32_t i = 0; bt_choice_at(choices, (size_t)i, &choice); i++)
        if (strcmp(choice.word, word) == 0)
            return i;
    return -1;
}
