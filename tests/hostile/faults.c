/* A library to preload: of the calls that change a folder, call number FAULT_AT fails.

   FAULT_ERRNO is its error, FAULT_FOLDER the folder (a part of the path), FAULT_COUNT a file whose
   length counts the calls, of all processes. Without FAULT_AT the calls are only counted. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((name##_t)dlsym(RTLD_NEXT, #name))

static int (*real_open)(const char *, int, ...);

static int concerns(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && strstr(path, folder) != NULL;
}

/* The path of an open file, and whether it is in the folder. */
static int concerns_file(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return concerns(path);
}

/* Count a call, and say whether it is the one that fails. */
static int fails(void) {
    const char *counter = getenv("FAULT_COUNT"), *at = getenv("FAULT_AT");
    const char *error = getenv("FAULT_ERRNO");
    if (!counter) return 0;
    if (!real_open) real_open = dlsym(RTLD_NEXT, "open");
    int file = real_open(counter, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (file < 0) return 0;
    static ssize_t (*real_write)(int, const void *, size_t);
    if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
    real_write(file, ".", 1);
    off_t count = lseek(file, 0, SEEK_CUR);
    close(file);
    if (!at || count != atol(at)) return 0;
    errno = error ? atoi(error) : EIO;
    return 1;
}

typedef int (*rename_t)(const char *, const char *);
int rename(const char *from, const char *to) {
    if (concerns(to) && fails()) return -1;
    return REAL(rename)(from, to);
}

typedef int (*renameat_t)(int, const char *, int, const char *);
int renameat(int a, const char *from, int b, const char *to) {
    if (concerns(to) && fails()) return -1;
    return REAL(renameat)(a, from, b, to);
}

typedef int (*link_t)(const char *, const char *);
int link(const char *from, const char *to) {
    if (concerns(to) && fails()) return -1;
    return REAL(link)(from, to);
}

typedef int (*linkat_t)(int, const char *, int, const char *, int);
int linkat(int a, const char *from, int b, const char *to, int flags) {
    if (concerns(to) && fails()) return -1;
    return REAL(linkat)(a, from, b, to, flags);
}

typedef int (*unlink_t)(const char *);
int unlink(const char *path) {
    if (concerns(path) && fails()) return -1;
    return REAL(unlink)(path);
}

typedef int (*unlinkat_t)(int, const char *, int);
int unlinkat(int folder, const char *path, int flags) {
    if ((concerns(path) || concerns_file(folder)) && fails()) return -1;
    return REAL(unlinkat)(folder, path, flags);
}

typedef int (*mkdir_t)(const char *, mode_t);
int mkdir(const char *path, mode_t mode) {
    if (concerns(path) && fails()) return -1;
    return REAL(mkdir)(path, mode);
}

typedef int (*rmdir_t)(const char *);
int rmdir(const char *path) {
    if (concerns(path) && fails()) return -1;
    return REAL(rmdir)(path);
}

typedef int (*fsync_t)(int);
int fsync(int file) {
    if (concerns_file(file) && fails()) return -1;
    return REAL(fsync)(file);
}

typedef ssize_t (*write_t)(int, const void *, size_t);
ssize_t write(int file, const void *data, size_t size) {
    if (concerns_file(file) && fails()) return -1;
    return REAL(write)(file, data, size);
}

#define OPEN(name)                                                          \
    typedef int (*name##_t)(const char *, int, ...);                        \
    int name(const char *path, int flags, ...) {                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                       \
        int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;    \
        if (writes && concerns(path) && fails()) return -1;                 \
        return REAL(name)(path, flags, mode);                               \
    }
OPEN(open)
OPEN(open64)
