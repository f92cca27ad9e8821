/*
 * A page of headings, paragraphs and rows, as plain text or as Markdown.
 */
#ifndef BT_EXPERIMENTS_PAGE_H
#define BT_EXPERIMENTS_PAGE_H

#include <stdbool.h>
#include <stdio.h>

typedef struct bt_page {
    FILE *out;
    bool markdown;
} bt_page;

/* Level 1 is the page's own; `code`: set as code in Markdown. */
void bt_page_heading(const bt_page *page, int level, const char *text, bool code);
void bt_page_paragraph(const bt_page *page, const char *text);

/* A table of keys: what each means, and the details of what it takes. */
void bt_page_begin_keys(const bt_page *page);
void bt_page_key(const bt_page *page, const char *key, const char *meaning,
                 const char *details);
void bt_page_end_keys(const bt_page *page);

#endif
