#include "experiments/pages/page.h"

#include <string.h>

enum { TEXT_WIDTH = 88, KEY_COLUMN = 28 };

/* Words broken into lines of the text width, each indented. */
static void print_wrapped(const bt_page *page, const char *text, int indent)
{
    int column = 0; /* 0: at the start of a line */
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (column > 0 && column + 1 + length > TEXT_WIDTH) {
            fputc('\n', page->out);
            column = 0;
        }
        int blanks = column == 0 ? indent : 1;
        fprintf(page->out, "%*s%.*s", blanks, "", length, text);
        column += blanks + length;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', page->out);
}

void bt_page_heading(const bt_page *page, int level, const char *text, bool code)
{
    if (page->markdown)
        fprintf(page->out, "%.*s %s%s%s\n\n", level, "######", code ? "`" : "", text,
                code ? "`" : "");
    else if (level <= 2)
        fprintf(page->out, "%s\n%.*s\n\n", text, (int)strlen(text),
                "================================================================");
    else
        fprintf(page->out, "%s\n\n", text);
}

void bt_page_paragraph(const bt_page *page, const char *text)
{
    print_wrapped(page, text, page->markdown ? 0 : 2);
    fputc('\n', page->out);
}

void bt_page_begin_keys(const bt_page *page)
{
    if (page->markdown)
        fputs("| key | meaning | takes |\n|---|---|---|\n", page->out);
}

/* Markdown's cells end at '|'. */
static void print_cell(const bt_page *page, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("|*_<", *text) != NULL)
            fputc('\\', page->out);
        fputc(*text, page->out);
    }
}

static void print_text_row(const bt_page *page, const char *key, const char *meaning,
                           const char *details)
{
    if (strlen(key) < KEY_COLUMN)
        fprintf(page->out, "  %-*s%s\n", KEY_COLUMN, key, meaning);
    else
        fprintf(page->out, "  %s\n  %*s%s\n", key, KEY_COLUMN, "", meaning);
    if (details[0] != '\0')
        fprintf(page->out, "  %*s%s\n", KEY_COLUMN, "", details);
}

void bt_page_key(const bt_page *page, const char *key, const char *meaning, const char *details)
{
    if (!page->markdown) {
        print_text_row(page, key, meaning, details);
        return;
    }
    fprintf(page->out, "| `%s` | ", key);
    print_cell(page, meaning);
    fputs(" | ", page->out);
    print_cell(page, details);
    fputs(" |\n", page->out);
}

void bt_page_end_keys(const bt_page *page)
{
    fputc('\n', page->out);
}
