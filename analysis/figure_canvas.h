/*
 * Putting a laid-out figure on paper with PLplot's calls.
 *
 * Only the child process of analysis/figure_draw.c calls this: PLplot may prompt, print
 * and exit under it.
 */
#ifndef BT_ANALYSIS_FIGURE_CANVAS_H
#define BT_ANALYSIS_FIGURE_CANVAS_H

#include <stdio.h>

#include "analysis/figure_draw.h"
#include "analysis/figure_layout.h"

/* Draw to `stream`, which PLplot closes. Complains on stderr; nonzero on failure. */
int bt_canvas_draw(const bt_figure *figure, const bt_layout *layout,
                   const bt_picture_format *format, FILE *stream);

#endif
