// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
//
// Records what a program does to the files below a folder: every write, truncation, creation, renaming, deletion and sync,
// in the order in which they take place. Preloaded (LD_PRELOAD), so that it sees SQLite's calls and our own alike.
//
//   RECORD_ROOT  the folder, absolute
//   RECORD_LOG   the file that events are appended to
//   RECORD_STOP  optional: the program is killed (SIGKILL) as soon as it has done this many of them
//
// An event is: its letter, then three numbers of 8 octets (inode, offset or size, octets that follow), then the octets.
// P is what the program prints on its standard output: from then on its work is acknowledged.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t order = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int record_file = -1;
static const char *root;
static size_t root_length;
static long left = -1;

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("RECORD_LOG");
    root = getenv("RECORD_ROOT");
    if (log == NULL || root == NULL) { return; }
    root_length = strlen(root);
    const char *stop = getenv("RECORD_STOP");
    if (stop != NULL) { left = strtol(stop, NULL, 10); }
    int opened = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0) { _exit(120); }
    // Out of the way of the numbers that programs count on.
    record_file = fcntl(opened, F_DUPFD_CLOEXEC, 700);
    syscall(SYS_close, opened);
    if (record_file < 0) { _exit(121); }
}

static void put(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t done = syscall(SYS_write, record_file, next, count);
        if (done < 0 && errno == EINTR) { continue; }
        if (done <= 0) { _exit(122); }
        next += done;
        count -= (size_t)done;
    }
}

static void event(char letter, uint64_t inode, uint64_t number, const void *bytes, size_t count) {
    uint64_t numbers[3] = {inode, number, count};
    char head[25];
    head[0] = letter;
    memcpy(head + 1, numbers, sizeof numbers);
    put(head, sizeof head);
    put(bytes, count);
    // The lock is held: nothing takes place that is not recorded.
    if (letter != 'P' && left > 0 && --left == 0) {
        kill(getpid(), SIGKILL);
        for (;;) { pause(); }
    }
}

static int inside(const char *path) {
    return record_file >= 0 && strncmp(path, root, root_length) == 0
        && (path[root_length] == '/' || path[root_length] == 0);
}

/// The path of an open file, when it lies below the root.
static int path_of(int fd, char *path) {
    if (record_file < 0 || fd < 0) { return 0; }
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) { return 0; }
    path[length] = 0;
    return inside(path);
}

/// An absolute path, when it lies below the root.
static int absolute(int folder, const char *path, char *out) {
    if (record_file < 0 || path == NULL) { return 0; }
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
        return inside(out);
    }
    char base[PATH_MAX];
    if (folder == AT_FDCWD) {
        if (getcwd(base, sizeof base) == NULL) { return 0; }
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        if (length < 0) { return 0; }
        base[length] = 0;
    }
    if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) { return 0; }
    return inside(out);
}

static uint64_t inode_of(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static uint64_t inode_at(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 ? status.st_ino : 0;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (real == NULL) { real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); }

#define LOCKED(...) \
    do { \
        pthread_mutex_lock(&order); \
        __VA_ARGS__; \
        int kept = errno; \
        pthread_mutex_unlock(&order); \
        errno = kept; \
    } while (0)

static int open_recorded(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    int result = -1;
    int changes = flags & (O_CREAT | O_TRUNC);
    if (!changes || !absolute(folder, path, full)) { return (int)syscall(SYS_openat, folder, path, flags, mode); }
    LOCKED({
        int isNew = inode_at(full) == 0;
        result = (int)syscall(SYS_openat, folder, path, flags, mode);
        if (result >= 0 && isNew) { event('C', inode_of(result), 0, full, strlen(full)); }
        if (result >= 0 && !isNew && (flags & O_TRUNC)) { event('T', inode_of(result), 0, NULL, 0); }
    });
    return result;
}

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags, mode)
    return open_recorded(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags, mode)
    return open_recorded(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    MODE(flags, mode)
    return open_recorded(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags, mode)
    return open_recorded(folder, path, flags, mode);
}

static ssize_t written(int fd, const void *bytes, ssize_t count, off_t offset) {
    if (count > 0) { event('W', inode_of(fd), (uint64_t)offset, bytes, (size_t)count); }
    return count;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write)
    char path[PATH_MAX];
    ssize_t done = -1;
    if (fd == 1 && record_file >= 0) { LOCKED({ event('P', 0, 0, bytes, count); }); }
    if (!path_of(fd, path)) { return real(fd, bytes, count); }
    LOCKED({
        off_t offset = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
        done = written(fd, bytes, real(fd, bytes, count), offset);
    });
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev)
    char path[PATH_MAX];
    if (!path_of(fd, path) && fd != 1) { return real(fd, parts, count); }
    ssize_t sum = 0;
    for (int index = 0; index < count; index++) {
        ssize_t done = write(fd, parts[index].iov_base, parts[index].iov_len);
        if (done < 0) { return sum > 0 ? sum : done; }
        sum += done;
        if ((size_t)done < parts[index].iov_len) { break; }
    }
    return sum;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64)
    char path[PATH_MAX];
    ssize_t done = -1;
    if (!path_of(fd, path)) { return real(fd, bytes, count, offset); }
    LOCKED({ done = written(fd, bytes, real(fd, bytes, count, offset), offset); });
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64)
    char path[PATH_MAX];
    int result = -1;
    if (!path_of(fd, path)) { return real(fd, size); }
    LOCKED({
        result = real(fd, size);
        if (result == 0) { event('T', inode_of(fd), (uint64_t)size, NULL, 0); }
    });
    return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int allocated(int fd, off64_t end) {
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_size == end) { event('T', status.st_ino, (uint64_t)end, NULL, 0); }
    return 0;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    REAL(posix_fallocate64)
    char path[PATH_MAX];
    int result = -1;
    if (!path_of(fd, path)) { return real(fd, offset, length); }
    LOCKED({
        result = real(fd, offset, length);
        if (result == 0) { allocated(fd, offset + length); }
    });
    return result;
}
int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

static int synced(int fd, int (*real)(int)) {
    char path[PATH_MAX];
    int result = -1;
    if (!path_of(fd, path)) { return real(fd); }
    LOCKED({
        struct stat status;
        result = real(fd);
        if (result == 0 && fstat(fd, &status) == 0) {
            event(S_ISDIR(status.st_mode) ? 'D' : 'S', status.st_ino, 0, path, strlen(path));
        }
    });
    return result;
}
int fsync(int fd) {
    REAL(fsync)
    return synced(fd, real);
}
int fdatasync(int fd) {
    REAL(fdatasync)
    return synced(fd, real);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    char one[PATH_MAX];
    char two[PATH_MAX * 2];
    char other[PATH_MAX];
    int result = -1;
    int isFrom = absolute(from_folder, from, one);
    int isTo = absolute(to_folder, to, other);
    if (!isFrom && !isTo) { return (int)syscall(SYS_renameat, from_folder, from, to_folder, to); }
    LOCKED({
        result = (int)syscall(SYS_renameat, from_folder, from, to_folder, to);
        if (result == 0) {
            int length = snprintf(two, sizeof two, "%s%c%s", one, 0, other);
            event('R', inode_at(other), 0, two, (size_t)length);
        }
    });
    return result;
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int folder, const char *path, int flags) {
    char full[PATH_MAX];
    int result = -1;
    if (!absolute(folder, path, full)) { return (int)syscall(SYS_unlinkat, folder, path, flags); }
    LOCKED({
        result = (int)syscall(SYS_unlinkat, folder, path, flags);
        if (result == 0) { event('U', 0, 0, full, strlen(full)); }
    });
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char full[PATH_MAX];
    int result = -1;
    if (!absolute(folder, path, full)) { return (int)syscall(SYS_mkdirat, folder, path, mode); }
    LOCKED({
        result = (int)syscall(SYS_mkdirat, folder, path, mode);
        if (result == 0) { event('M', inode_at(full), 0, full, strlen(full)); }
    });
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
