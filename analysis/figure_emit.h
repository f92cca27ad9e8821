/*
 * A figure as a script with its data, for those who restyle.
 *
 * Each emitter writes one self-contained file in the language of a plotting program: the
 * data first, then the drawing, in the order and colours in which the figure is drawn
 * here. Running the script writes a picture beside it. A new language is one new file and
 * one row of the table.
 */
#ifndef BT_ANALYSIS_FIGURE_EMIT_H
#define BT_ANALYSIS_FIGURE_EMIT_H

#include <stddef.h>
#include <stdio.h>

#include "analysis/figure.h"
#include "analysis/figure_layout.h"
#include "sim/status.h"

typedef struct bt_emitter {
    const char *name;   /* "gnuplot" */
    const char *ending; /* of the script's file name, without the dot */
    /* Write the script; `picture` is the file name (without ending) that it draws to. The
     * layout has the page's size and the legend. */
    void (*emit)(const bt_figure *figure, const bt_layout *layout, const char *picture,
                 FILE *script);
} bt_emitter;

extern const bt_emitter bt_gnuplot_emitter;
extern const bt_emitter bt_python_emitter;

extern const bt_emitter *const bt_emitters[];
extern const size_t bt_n_emitters;

/* NULL and BT_BAD_USAGE with the known ones when there is none of this name. */
const bt_emitter *bt_emitter_find(const char *name, bt_error *error);

/* Write the script to `path`, which is replaced: BT_CANNOT_CREATE, BT_IO; also fails as
 * bt_figure_check does. The picture's name is the figure's. */
bt_status bt_figure_emit(const bt_figure *figure, const bt_emitter *emitter, const char *path,
                         bt_error *error);

#endif
