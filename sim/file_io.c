#define _GNU_SOURCE /* F_OFD_SETLK, renameat2, strerrordesc_np */
#include "sim/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bt_status bt_file_fail(bt_error *error, bt_status status, const char *action, const char *path)
{
    const char *reason = strerrordesc_np(errno);
    return bt_fail(error, status, "cannot %s %s: %s", action, path,
                   reason == NULL ? "unknown reason" : reason);
}

bool bt_file_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

int bt_file_open(const char *path, bool create)
{
    return open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
}

bool bt_file_write(int file, uint64_t offset, const void *bytes, size_t size)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        ssize_t written = pwrite(file, next, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        next += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return true;
}

bool bt_file_read(int file, uint64_t offset, void *bytes, size_t size)
{
    unsigned char *next = bytes;
    while (size > 0) {
        ssize_t got = pread(file, next, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return false;
        next += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

uint64_t bt_file_length(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
}

uint64_t bt_file_free_space(int file)
{
    struct statvfs disk;
    if (fstatvfs(file, &disk) != 0)
        return UINT64_MAX;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

bool bt_file_lock(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    return fcntl(file, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

/* A new name survives a power failure only when its folder is flushed. File systems
 * that cannot flush folders need not. */
static void flush_folder(const char *path)
{
    char folder[4096] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL && (size_t)(slash - path) + 2 <= sizeof folder)
        snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

static bool rename_to_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (bt_file_exists(to)) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

bool bt_file_rename(const char *from, const char *to, bool replace)
{
    bool done = replace ? rename(from, to) == 0 : rename_to_new(from, to);
    if (done)
        flush_folder(to);
    return done;
}

void bt_file_discard(const char *path)
{
    struct stat is;
    if (stat(path, &is) == 0 && S_ISREG(is.st_mode))
        unlink(path);
}

static bt_status write_whole(const char *path, const void *bytes, size_t size, bt_error *error)
{
    int file = bt_file_open(path, true);
    if (file < 0)
        return bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
    bool written =
        ftruncate(file, 0) == 0 && bt_file_write(file, 0, bytes, size) && fsync(file) == 0;
    bt_status status = written ? BT_OK : bt_file_fail(error, BT_IO, "write", path);
    close(file);
    return status;
}

bt_status bt_file_replace(const char *path, const void *bytes, size_t size, bt_error *error)
{
    char draft[4096];
    int length = snprintf(draft, sizeof draft, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof draft)
        return bt_fail(error, BT_CANNOT_CREATE, "the name of %.60s... is too long", path);
    bt_status status = write_whole(draft, bytes, size, error);
    if (status == BT_OK && !bt_file_rename(draft, path, true))
        status = bt_file_fail(error, BT_CANNOT_CREATE, "create", path);
    if (status != BT_OK)
        unlink(draft);
    return status;
}

bt_status bt_file_read_all(const char *path, void **bytes, size_t *size, bt_error *error)
{
    *bytes = NULL;
    if (!bt_file_exists(path))
        return bt_fail(error, BT_NO_INPUT, "there is no %s", path);
    int file = bt_file_open(path, false);
    if (file < 0)
        return bt_file_fail(error, BT_IO, "read", path);
    *size = (size_t)bt_file_length(file);
    *bytes = malloc(*size > 0 ? *size : 1);
    bt_status status = BT_OK;
    if (*bytes == NULL)
        status = bt_fail(error, BT_INTERNAL, "there is no memory to read %s", path);
    else if (!bt_file_read(file, 0, *bytes, *size))
        status = bt_file_fail(error, BT_IO, "read", path);
    close(file);
    if (status != BT_OK) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}
