/*
 * kill -9 at any moment, then resume: the bytes are those of an uninterrupted run.
 *
 * This program defines pwrite and renameat2 itself, so that a child process can be made
 * to kill itself at its n-th write, before it, half-way through it or after it: while
 * the structure is written, while runs are, between a run's data and its status, before
 * and after the file gets its name.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "result_sample.h"

static char path[128], part[128], draft[128], reference[128];

/* ---- dying at a write ---- */

typedef enum moment { BEFORE, HALF_WAY, AFTER, MOMENTS } moment;

static long calls;     /* writes and renames so far */
static long last_call; /* the one to die at; 0: none */
static moment last_moment;

/* kill -9 leaves the page cache alone, so nothing here depends on the disk. */
int fsync(int file)
{
    (void)file;
    return 0;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset);
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset);

static void die(void)
{
    raise(SIGKILL);
}

static ssize_t write_or_die(int file, const void *bytes, size_t size, off_t offset)
{
    bool last = ++calls == last_call;
    if (last && last_moment == BEFORE)
        die();
    if (last && last_moment == HALF_WAY)
        size = (size + 1) / 2;
    ssize_t written = syscall(SYS_pwrite64, file, bytes, size, offset);
    if (last)
        die();
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return write_or_die(file, bytes, size, offset);
}

/* What HDF5 calls. */
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
    return write_or_die(file, bytes, size, offset);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    bool last = ++calls == last_call;
    if (last && last_moment != AFTER)
        die();
    int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    if (last)
        die();
    return result;
}

/* ---- one life of the program ---- */

/* Create or resume, write what is pending from run `first` on, publish. */
static bt_status live(size_t first, bt_error *error)
{
    bt_result_writer *writer;
    bt_status status = exists(part)
                           ? bt_result_resume(path, &sample_schema, &writer, error)
                           : bt_result_create(path, &sample_schema, false, &writer, error);
    if (status != BT_OK)
        return status;
    status = sample_write_pending(writer, first, error);
    if (status != BT_OK) {
        bt_result_close(writer);
        return status;
    }
    return bt_result_publish(writer, error);
}

/* A life that ends by SIGKILL at write number `call`; true when it came to that. */
static bool live_until(long call, moment when, size_t first)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        bt_error error;
        calls = 0;
        last_call = call;
        last_moment = when;
        _exit(live(first, &error) == BT_OK ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    assert_true(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return killed;
}

/* Runs that a reader sees as done have their data, all of them. */
static void check_done_runs(const char *name)
{
    bt_error error;
    bt_result_reader *reader;
    int64_t status[SAMPLE_RUNS];
    assert_int_equal(bt_result_open(name, &reader, &error), BT_OK);
    assert_int_equal(bt_result_read(reader, bt_result_find(reader, "status"), status, &error),
                     BT_OK);
    for (size_t run = 0; run < SAMPLE_RUNS; run++) {
        sample_run wanted, found;
        if (status[run] != BT_RUN_DONE)
            continue;
        sample_fill_run(&wanted, run);
        assert_int_equal(bt_result_read_run(reader, bt_result_find(reader, "price"),
                                            run / SAMPLE_REPLICATIONS,
                                            run % SAMPLE_REPLICATIONS, found.price, &error),
                         BT_OK);
        assert_memory_equal(found.price, wanted.price, sizeof wanted.price);
    }
    bt_result_reader_close(reader);
}

static void finish_and_compare(void)
{
    bt_error error = {BT_OK, ""};
    if (exists(part))
        check_done_runs(part);
    if (!exists(path)) {
        bt_status status = live(0, &error);
        assert_string_equal(error.message, "");
        assert_int_equal(status, BT_OK);
    }
    assert_false(exists(part));
    assert_true(sample_same_files(path, reference));
    unlink(path);
    unlink(draft);
}

/* ---- tests ---- */

static long count_calls(void)
{
    bt_error error;
    calls = 0;
    assert_int_equal(live(0, &error), BT_OK);
    long count = calls;
    unlink(path);
    return count;
}

static void killed_at_every_write(void **state)
{
    (void)state;
    long count = count_calls();
    assert_true(count > SAMPLE_RUNS * 8);
    /* after a write is before the next one, but for the last */
    for (long call = 1; call <= count; call++)
        for (int when = BEFORE; when <= (call == count ? AFTER : HALF_WAY); when++) {
            assert_true(live_until(call, (moment)when, (size_t)call % SAMPLE_RUNS));
            finish_and_compare();
        }
}

static void killed_again_and_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t random = seed;
        int lives = 0;
        while (!exists(path)) {
            long call = 1 + (long)(next_random(&random) % 60);
            moment when = (moment)(next_random(&random) % MOMENTS);
            live_until(call, when, next_random(&random) % SAMPLE_RUNS);
            assert_true(++lives < 1000);
        }
        assert_true(lives > 3);
        finish_and_compare();
    }
}

int main(void)
{
    bt_error error;
    if (!make_folder())
        return 1;
    strcpy(path, in_folder("a.h5"));
    strcpy(part, in_folder("a.h5.part"));
    strcpy(draft, in_folder("a.h5.part.new"));
    strcpy(reference, in_folder("reference.h5"));
    if (sample_write(reference, &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_every_write),
        cmocka_unit_test(killed_again_and_again),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    unlink(part);
    unlink(draft);
    unlink(reference);
    rmdir(sample_folder);
    return failed;
}
