#include "markets/audit/audit_window.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { FIRST_BLOCK_LENGTH = 64 }; /* periods, where the end is not known */

/* Where block `block` begins, the end known. */
static double boundary(const bt_audit_window *window, uint64_t block)
{
    double at = window->start +
                (window->end - window->start) * ((double)block / (double)BT_AUDIT_BLOCKS);
    return window->counts_periods ? ceil(at) : at;
}

static void clear_current(bt_audit_window *window)
{
    window->current = window->sum + window->n_full * window->length;
    memset(window->current, 0, window->length * sizeof(double));
}

/* Begin the next block that has any length; the last is never full. */
static void begin_known_block(bt_audit_window *window)
{
    window->left = 0;
    while (window->left <= 0 && window->n_full < BT_AUDIT_BLOCKS - 1) {
        window->left = boundary(window, window->n_full + 1) - boundary(window, window->n_full);
        if (window->left <= 0) {
            clear_current(window);
            window->n_full++;
        }
    }
    if (window->n_full == BT_AUDIT_BLOCKS - 1)
        window->left = DBL_MAX;
    clear_current(window);
}

bool bt_audit_window_create(bt_audit_window *window, bt_arena *arena, size_t length,
                            double share, double horizon, bool counts_periods,
                            bool end_is_known)
{
    *window = (bt_audit_window){.length = length,
                                .share = share,
                                .end_is_known = end_is_known,
                                .counts_periods = counts_periods,
                                .end = horizon,
                                .block_length = FIRST_BLOCK_LENGTH};
    window->start = horizon * (1 - share);
    if (counts_periods)
        window->start = fmin(floor(window->start), horizon - 1);
    window->is_waiting = end_is_known && window->start > 0;
    window->sum = BT_ARENA_NEW(arena, length * BT_AUDIT_BLOCKS, double);
    if (window->sum == NULL)
        return false;
    clear_current(window);
    if (window->is_waiting)
        window->left = window->start;
    else if (end_is_known)
        begin_known_block(window);
    else
        window->left = window->block_length;
    return true;
}

static void merge_pairs(bt_audit_window *window)
{
    for (size_t block = 0; block < BT_AUDIT_BLOCKS / 2; block++) {
        double *to = window->sum + block * window->length;
        const double *from = window->sum + 2 * block * window->length;
        for (size_t k = 0; k < window->length; k++)
            to[k] = from[k] + from[window->length + k];
    }
    window->n_full = BT_AUDIT_BLOCKS / 2;
    window->block_length *= 2;
}

void bt_audit_window_turn(bt_audit_window *window)
{
    if (!window->end_is_known) {
        if (++window->n_full == BT_AUDIT_BLOCKS)
            merge_pairs(window);
        window->left = window->block_length;
        clear_current(window);
        return;
    }
    window->n_full += !window->is_waiting;
    window->is_waiting = false;
    begin_known_block(window);
}

void bt_audit_window_blocks(const bt_audit_window *window, size_t *first, size_t *end)
{
    *first = 0;
    *end = window->is_waiting ? 0 : (size_t)window->n_full + 1;
    if (window->end_is_known)
        return;
    double in_current = window->block_length - window->left;
    double blocks_so_far = (double)window->n_full + in_current / window->block_length;
    *first = (size_t)floor((1 - window->share) * blocks_so_far);
    *end = (size_t)window->n_full + (in_current > 0);
}

void bt_audit_window_total(const bt_audit_window *window, size_t first, size_t end,
                           double *total)
{
    memset(total, 0, window->length * sizeof(double));
    for (size_t block = first; block < end; block++)
        for (size_t k = 0; k < window->length; k++)
            total[k] += window->sum[block * window->length + k];
}

void bt_audit_window_archive(bt_audit_window *window, bt_archive *archive)
{
    bt_archive_field(archive, "audit_blocks", &window->n_full, sizeof(window->n_full));
    bt_archive_field(archive, "audit_waits", &window->is_waiting, sizeof(window->is_waiting));
    bt_archive_field(archive, "audit_left", &window->left, sizeof(window->left));
    bt_archive_field(archive, "audit_block_length", &window->block_length,
                     sizeof(window->block_length));
    if (window->n_full >= BT_AUDIT_BLOCKS || !(window->left > 0) ||
        !(window->block_length >= 1) || window->is_waiting > 1) {
        window->n_full = 0;
        window->left = window->block_length = 1;
        window->is_waiting = 0;
        bt_archive_fail(archive, "a saved audit has blocks that it cannot have");
    }
    window->current = window->sum + window->n_full * window->length;
    bt_archive_field(archive, "audit_sums", window->sum,
                     (window->n_full + 1) * window->length * sizeof(double));
}
