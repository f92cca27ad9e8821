#define _GNU_SOURCE /* F_OFD_SETLK, renameat2, strerrordesc_np */
#include "sim/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
