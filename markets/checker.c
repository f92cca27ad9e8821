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

typedef struct first_complaint {
    bool is_set;
    bt_error *error;
} first_complaint;

static void keep_first(void *context, const char *path, const char *sentence)
{
    first_complaint *first = context;
    if (!first->is_set)
        bt_fail(first->error, BT_BAD_INPUT, "market.%s: %s", path, sentence);
    first->is_set = true;
}

bt_status bt_refuse_mistakes(bt_market_check *check, const void *parameters,
                             const char *const *seller_names, size_t n_seller_names,
                             bt_error *error)
{
    first_complaint first = {.error = error};
    size_t n_mistakes = check(parameters, seller_names, n_seller_names, keep_first, &first);
    return n_mistakes == 0 ? BT_OK : BT_BAD_INPUT;
}
