#include "markets/checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_LENGTH = 512 };

void bt_checker_complain(bt_checker *checker, const char *path, const char *format, ...)
{
    char sentence[SENTENCE_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    checker->n_complaints++;
    if (checker->complain != NULL)
        checker->complain(checker->context, path, sentence);
}

bool bt_checker_has_seller(const bt_checker *checker, const char *name)
{
    for (size_t i = 0; i < checker->n_seller_names; i++)
        if (strcmp(checker->seller_names[i], name) == 0)
            return true;
    return false;
}
