/* A library for LD_PRELOAD that moves a process's wall clock.
 *
 * CLOCK_OFFSET names a file of eight bytes: the seconds to add, as this machine writes an int64_t. It is mapped, not
 * read: every process sees a change at once, and asking for the time takes no memory, which Postgres could not bear in
 * its signal handlers (libfaketime takes some, and would have to be installed).
 * Only the wall clock moves; timeouts and pauses, which follow the monotonic clock, last as long as they say.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *offset;

__attribute__((constructor)) static void map_offset(void) {
    const char *path = getenv("CLOCK_OFFSET");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        perror("CLOCK_OFFSET");
        _exit(127);
    }
    close(file);
    offset = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && offset != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += atomic_load(offset);
    }
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec exact;
    int failed = clock_gettime(CLOCK_REALTIME, &exact);
    if (!failed) {
        now->tv_sec = exact.tv_sec;
        now->tv_usec = exact.tv_nsec / 1000;
    }
    return failed;
}

time_t time(time_t *copy) {
    struct timespec exact;
    time_t now = clock_gettime(CLOCK_REALTIME, &exact) ? (time_t)-1 : exact.tv_sec;
    if (copy != NULL) {
        *copy = now;
    }
    return now;
}
