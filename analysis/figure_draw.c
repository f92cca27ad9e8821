#include "analysis/figure_draw.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/figure_canvas.h"
#include "analysis/figure_layout.h"
#include "sim/file_io.h"

/* PLplot draws letters 1.34 times as high as it is told (its FONT_SIZE_RATIO). */
#define PLPLOT_TEXT_SCALE (1 / 1.34)

const bt_picture_format bt_picture_formats[] = {
    {"svg", "svg", 1, PLPLOT_TEXT_SCALE},
    {"pdf", "pdfcairo", 1, PLPLOT_TEXT_SCALE},
    {"png", "pngcairo", 3, PLPLOT_TEXT_SCALE},
};
const size_t bt_n_picture_formats = sizeof(bt_picture_formats) / sizeof(bt_picture_formats[0]);

const bt_picture_format *bt_picture_format_find(const char *name, bt_error *error)
{
    for (size_t i = 0; i < bt_n_picture_formats; i++)
        if (strcmp(bt_picture_formats[i].name, name) == 0)
            return &bt_picture_formats[i];
    bt_fail(error, BT_BAD_USAGE, "there is no picture format '%s': choose svg, pdf or png",
            name);
    return NULL;
}

/* In the child: silence, no input, then draw. */
__attribute__((noreturn)) static void draw_in_child(const bt_figure *figure,
                                                    const bt_layout *layout,
                                                    const bt_picture_format *format,
                                                    FILE *picture, FILE *messages)
{
    setenv("SOURCE_DATE_EPOCH", "0", 1); /* PDF would carry the time of drawing */
    if (freopen("/dev/null", "r", stdin) == NULL || dup2(fileno(messages), STDOUT_FILENO) < 0 ||
        dup2(fileno(messages), STDERR_FILENO) < 0)
        _exit(1);
    int failed = bt_canvas_draw(figure, layout, format, picture);
    fflush(stdout);
    fflush(stderr);
    _exit(failed ? 1 : 0);
}

/* What the child complained about, on one line. */
static void read_message(FILE *messages, char *text, size_t size)
{
    rewind(messages);
    size_t length = fread(text, 1, size - 1, messages);
    text[length] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char next = text[i] == '\n' || text[i] == '\t' ? ' ' : text[i];
        bool is_gap = next == ' ' && (used == 0 || text[used - 1] == ' ');
        if (next != '\0' && next != '*' && !is_gap)
            text[used++] = next;
    }
    while (used > 0 && text[used - 1] == ' ')
        used--;
    text[used] = '\0';
}

static bt_status read_picture(FILE *picture, unsigned char **bytes, size_t *size,
                              bt_error *error)
{
    if (fseek(picture, 0, SEEK_END) != 0)
        return bt_fail(error, BT_IO, "a drawn picture cannot be read back");
    long length = ftell(picture);
    rewind(picture);
    if (length <= 0)
        return bt_fail(error, BT_INTERNAL, "PLplot drew nothing");
    unsigned char *read = malloc((size_t)length);
    if (read == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a picture was drawn");
    if (fread(read, 1, (size_t)length, picture) != (size_t)length) {
        free(read);
        return bt_fail(error, BT_IO, "a drawn picture cannot be read back");
    }
    *bytes = read;
    *size = (size_t)length;
    return BT_OK;
}

static bt_status wait_for(pid_t child, const bt_figure *figure, FILE *messages, bt_error *error)
{
    int result = 0;
    while (waitpid(child, &result, 0) < 0)
        if (errno != EINTR)
            return bt_fail(error, BT_INTERNAL, "figure %s: its drawing process was lost",
                           figure->name);
    if (WIFEXITED(result) && WEXITSTATUS(result) == 0)
        return BT_OK;
    char message[512];
    read_message(messages, message, sizeof(message));
    if (WIFSIGNALED(result))
        return bt_fail(error, BT_INTERNAL, "figure %s: PLplot was ended by signal %d%s%s",
                       figure->name, WTERMSIG(result), message[0] == '\0' ? "" : ": ", message);
    return bt_fail(error, BT_INTERNAL, "figure %s: PLplot cannot draw it: %s", figure->name,
                   message[0] == '\0' ? "it gave no reason" : message);
}

/* Draw with `picture` and `messages` shared between the two processes. */
static bt_status draw_apart(const bt_figure *figure, const bt_layout *layout,
                            const bt_picture_format *format, FILE *picture, FILE *messages,
                            bt_error *error)
{
    fflush(NULL); /* the child must not write what waits in the parent's buffers */
    pid_t child = fork();
    if (child < 0)
        return bt_fail(error, BT_INTERNAL, "no process can be started for drawing: %s",
                       strerror(errno));
    if (child == 0)
        draw_in_child(figure, layout, format, picture, messages);
    return wait_for(child, figure, messages, error);
}

bt_status bt_figure_draw(const bt_figure *figure, const bt_picture_format *format,
                         unsigned char **bytes, size_t *size, bt_error *error)
{
    bt_arena *arena = bt_arena_create();
    if (arena == NULL)
        return bt_fail(error, BT_INTERNAL, "memory ran out while a picture was drawn");
    bt_layout *layout = NULL;
    bt_status status = bt_figure_lay_out(figure, arena, &layout, error);
    FILE *picture = status == BT_OK ? tmpfile() : NULL;
    FILE *messages = status == BT_OK ? tmpfile() : NULL;
    if (status == BT_OK && (picture == NULL || messages == NULL))
        status = bt_fail(error, BT_IO, "a temporary file for drawing cannot be made: %s",
                         strerror(errno));
    if (status == BT_OK)
        status = draw_apart(figure, layout, format, picture, messages, error);
    if (status == BT_OK)
        status = read_picture(picture, bytes, size, error);
    if (picture != NULL)
        fclose(picture);
    if (messages != NULL)
        fclose(messages);
    bt_arena_destroy(arena);
    return status;
}

bt_status bt_figure_write(const bt_figure *figure, const bt_picture_format *format,
                          const char *path, bt_error *error)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    bt_status status = bt_figure_draw(figure, format, &bytes, &size, error);
    if (status != BT_OK)
        return status;
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        status =
            bt_fail(error, BT_CANNOT_CREATE, "%s cannot be created: %s", path, strerror(errno));
    } else {
        bool written = fwrite(bytes, 1, size, file) == size;
        bool closed = fclose(file) == 0;
        if (!written || !closed) {
            status = bt_fail(error, BT_IO, "%s cannot be written: %s", path, strerror(errno));
            bt_file_discard(path);
        }
    }
    free(bytes);
    return status;
}
