/* A library for LD_PRELOAD that makes a folder read-only for a process while it is in use.
 *
 * A disk with errors becomes read-only under those who have files open on it (ext4 remounted by the kernel); a busy one
 * cannot be remounted by hand. While the byte in the file READ_ONLY_FLAG is not 0, whatever would change a regular file
 * or a name below READ_ONLY_FOLDER fails with EROFS, as read(2)'s neighbours say. Sockets and pipes are no disk.
 * The flag is mapped, not read: every process sees a change at once, and nothing here takes memory, which Postgres
 * could not bear in its signal handlers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const _Atomic char *flag;
static const char *folder;
static FILE *(*real_fopen)(const char *, const char *);

__attribute__((constructor)) static void map_flag(void) {
    folder = getenv("READ_ONLY_FOLDER");
    const char *path = getenv("READ_ONLY_FLAG");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *flag, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED || folder == NULL) {
        perror("READ_ONLY_FLAG, READ_ONLY_FOLDER");
        _exit(127);
    }
    close(file);
    *(void **)&real_fopen = dlsym(RTLD_NEXT, "fopen");
    flag = mapped;
}

static bool starts_with_folder(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Whether a name may not be changed now. */
static bool is_kept_name(int directory, const char *path) {
    if (flag == NULL || !atomic_load(flag)) {
        return false;
    }
    if (path[0] == '/') {
        return starts_with_folder(path);
    }
    char at[PATH_MAX], link[64];
    snprintf(link, sizeof link, directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", directory);
    ssize_t length = readlink(link, at, sizeof at - 1);
    at[length < 0 ? 0 : length] = '\0';
    return starts_with_folder(at);
}

/* Whether what an open file holds may not be changed now. */
static bool is_kept_file(int file) {
    struct stat is;
    char at[PATH_MAX], link[64];
    if (flag == NULL || !atomic_load(flag) || fstat(file, &is) != 0 || !S_ISREG(is.st_mode)) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, at, sizeof at - 1);
    at[length < 0 ? 0 : length] = '\0';
    return starts_with_folder(at);
}

static int refuse(void) {
    errno = EROFS;
    return -1;
}

/* Files that are there may be opened to be read. */
static bool is_kept_open(int directory, const char *path, bool writes, bool creates) {
    struct stat is;
    bool exists = syscall(SYS_newfstatat, directory, path, &is, 0) == 0;
    return (exists ? writes && S_ISREG(is.st_mode) : creates) && is_kept_name(directory, path);
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;
    if ((writes || flags & O_CREAT) && is_kept_open(directory, path, writes, flags & O_CREAT)) {
        return refuse();
    }
    return syscall(SYS_openat, directory, path, flags, mode);
}

/* The names that the C library has for one thing: with offsets of 64 bits, and without. */
#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return open_at(AT_FDCWD, path, flags, mode);                                                                   \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int directory, const char *path, int flags, ...) {                                                        \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return open_at(directory, path, flags, mode);                                                                  \
    }
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                                                                                    \
    FILE *name(const char *path, const char *mode) {                                                                   \
        bool writes = strpbrk(mode, "wa+") != NULL;                                                                    \
        if (writes && is_kept_open(AT_FDCWD, path, true, strpbrk(mode, "wa") != NULL)) {                               \
            refuse();                                                                                                  \
            return NULL;                                                                                               \
        }                                                                                                              \
        return real_fopen(path, mode);                                                                                 \
    }
FOPEN(fopen)
FOPEN(fopen64)

ssize_t write(int file, const void *bytes, size_t count) {
    return is_kept_file(file) ? refuse() : syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    return is_kept_file(file) ? refuse() : syscall(SYS_writev, file, parts, count);
}

#define PWRITE(name)                                                                                                   \
    ssize_t name(int file, const void *bytes, size_t count, off_t offset) {                                            \
        return is_kept_file(file) ? refuse() : syscall(SYS_pwrite64, file, bytes, count, offset);                      \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

/* The kernel takes the offset in two halves, of which the second is for machines of 32 bits. */
#define PWRITEV(name)                                                                                                  \
    ssize_t name(int file, const struct iovec *parts, int count, off_t offset) {                                       \
        return is_kept_file(file) ? refuse() : syscall(SYS_pwritev, file, parts, count, offset, 0);                    \
    }
PWRITEV(pwritev)
PWRITEV(pwritev64)

int fsync(int file) { return is_kept_file(file) ? refuse() : syscall(SYS_fsync, file); }

int fdatasync(int file) { return is_kept_file(file) ? refuse() : syscall(SYS_fdatasync, file); }

#define FTRUNCATE(name)                                                                                                \
    int name(int file, off_t size) { return is_kept_file(file) ? refuse() : syscall(SYS_ftruncate, file, size); }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

#define FALLOCATE(name)                                                                                                \
    int name(int file, int mode, off_t from, off_t size) {                                                             \
        return is_kept_file(file) ? refuse() : syscall(SYS_fallocate, file, mode, from, size);                         \
    }
FALLOCATE(fallocate)
FALLOCATE(fallocate64)

/* This one answers the error itself. */
#define POSIX_FALLOCATE(name)                                                                                          \
    int name(int file, off_t from, off_t size) {                                                                       \
        if (is_kept_file(file)) {                                                                                      \
            return EROFS;                                                                                              \
        }                                                                                                              \
        return syscall(SYS_fallocate, file, 0, from, size) == 0 ? 0 : errno;                                           \
    }
POSIX_FALLOCATE(posix_fallocate)
POSIX_FALLOCATE(posix_fallocate64)

int rename(const char *from, const char *to) {
    bool kept = is_kept_name(AT_FDCWD, from) || is_kept_name(AT_FDCWD, to);
    return kept ? refuse() : syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to) {
    return is_kept_name(AT_FDCWD, to) ? refuse() : syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    return is_kept_name(AT_FDCWD, path) ? refuse() : syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int directory, const char *path, int flags) {
    return is_kept_name(directory, path) ? refuse() : syscall(SYS_unlinkat, directory, path, flags);
}

int rmdir(const char *path) {
    return is_kept_name(AT_FDCWD, path) ? refuse() : syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char *path, mode_t mode) {
    return is_kept_name(AT_FDCWD, path) ? refuse() : syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
