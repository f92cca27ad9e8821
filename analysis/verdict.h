/*
 * The summary of a point in sentences: how far prices ended from Bertrand-Nash, who
 * gained against it, whether and how fast the runs got there.
 */
#ifndef BT_ANALYSIS_VERDICT_H
#define BT_ANALYSIS_VERDICT_H

#include <stddef.h>

#include "analysis/summary.h"

enum { BT_VERDICT_LENGTH = 1536 };

/* Says what the numbers allow, and what is missing when they allow nothing. */
void bt_write_verdict(const bt_summary *summary, const bt_point_summary *point, char *text,
                      size_t size);

#endif
