/*
 * Drawing a figure to SVG, PDF or PNG with PLplot.
 *
 * PLplot keeps one global state, asks on standard input for what it misses and ends the
 * process when something goes wrong. It therefore draws in a child process that has no
 * standard input and hands back the finished bytes or a message: nothing survives in the
 * caller, whatever happens in there.
 *
 * The same figure gives the same bytes.
 */
#ifndef BT_ANALYSIS_FIGURE_DRAW_H
#define BT_ANALYSIS_FIGURE_DRAW_H

#include "analysis/figure.h"
#include "sim/status.h"

/* A kind of picture file. */
typedef struct bt_picture_format {
    const char *name;   /* "svg": also the file's ending */
    const char *device; /* PLplot's name of it */
    double scale;       /* device units per point */
    double text_scale;  /* of PLplot's text sizes on this device */
} bt_picture_format;

extern const bt_picture_format bt_picture_formats[];
extern const size_t bt_n_picture_formats;

/* The format with this name; NULL and BT_BAD_USAGE with the known ones when there is none. */
const bt_picture_format *bt_picture_format_find(const char *name, bt_error *error);

/* Draw into memory: *bytes [*size], to be freed by the caller. Fails as bt_figure_check
 * does, with BT_INTERNAL when PLplot cannot draw, BT_IO when there is no room for
 * temporary files. */
bt_status bt_figure_draw(const bt_figure *figure, const bt_picture_format *format,
                         unsigned char **bytes, size_t *size, bt_error *error);

/* Draw into the file `path`, which is replaced. BT_CANNOT_CREATE when it cannot be
 * created, BT_IO when it cannot be written; then no file is left behind. */
bt_status bt_figure_write(const bt_figure *figure, const bt_picture_format *format,
                          const char *path, bt_error *error);

#endif
