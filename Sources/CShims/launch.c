#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "guard.h"

#include <errno.h>

#if defined(__linux__)

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A pipe of which both ends are above the standard streams, and closed on exec. */
static int make_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    for (int index = 0; index < 2; index++) {
        if (ends[index] > 2) continue;
        int moved = fcntl(ends[index], F_DUPFD_CLOEXEC, 3);
        int error = errno;
        close(ends[index]);
        ends[index] = moved;
        if (moved >= 0) continue;
        close(ends[1 - index]);
        errno = error;
        return -1;
    }
    return 0;
}

enum { LIFELINE, STATUS, INPUT, OUTPUT, ERRORS, REPORT, PIPES };

static void close_pipes(int pipes[PIPES][2], int count) {
    for (int index = 0; index < count; index++) {
        for (int end = 0; end < 2; end++) {
            if (pipes[index][end] >= 0) close(pipes[index][end]);
        }
    }
}

static void close_end(int pipes[PIPES][2], int which, int end) {
    close(pipes[which][end]);
    pipes[which][end] = -1;
}

/* 1 with the guard's first record, 0 when the time is over, -1 when the guard is gone. */
static int first_record(int status, int timeout_milliseconds, portico_guard_record *record) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long passed = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
        long left = timeout_milliseconds - passed;
        struct pollfd polled = {.fd = status, .events = POLLIN};
        int ready = poll(&polled, 1, left > 0 ? (int)left : 0);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return 0;
        /* Shorter than PIPE_BUF: it comes whole. */
        ssize_t count = read(status, record, sizeof *record);
        if (count < 0 && errno == EINTR) continue;
        return count == (ssize_t)sizeof *record ? 1 : -1;
    }
}

/* Without exit signal and without the handlers of pthread_atfork: those take locks that this process's other threads may
   hold for long, and prepare what a guard never calls. */
static pid_t fork_guard(const portico_launch *launch, int pipes[PIPES][2]) {
    portico_guard_descriptors descriptors = {
        .lifeline = pipes[LIFELINE][0],
        .status = pipes[STATUS][1],
        .input = pipes[INPUT][0],
        .output = pipes[OUTPUT][1],
        .errors = pipes[ERRORS][1],
        .report_read = pipes[REPORT][0],
        .report_write = pipes[REPORT][1],
    };
    /* No handler of this process may run in the guard before it has taken them down. */
    sigset_t all, before;
    sigfillset(&all);
    /* The two symbols that a guard uses are looked up here, if they are looked up late: this one, and `syscall` below. */
    errno = 0;
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t guard = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (guard == 0) portico_guard_run(launch, &descriptors);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return guard;
}

int portico_start_child(const portico_launch *launch, int timeout_milliseconds, portico_child *child, int *error) {
    int pipes[PIPES][2];
    for (int index = 0; index < PIPES; index++) {
        if (make_pipe(pipes[index]) == 0) continue;
        *error = errno;
        close_pipes(pipes, index);
        return PORTICO_STAGE_GUARD;
    }
    pid_t guard = fork_guard(launch, pipes);
    if (guard < 0) {
        *error = errno;
        close_pipes(pipes, PIPES);
        return PORTICO_STAGE_GUARD;
    }
    close_end(pipes, LIFELINE, 0);
    close_end(pipes, STATUS, 1);
    close_end(pipes, INPUT, 0);
    close_end(pipes, OUTPUT, 1);
    close_end(pipes, ERRORS, 1);
    close_end(pipes, REPORT, 0);
    close_end(pipes, REPORT, 1);

    portico_guard_record record = {0, 0, 0};
    int told = first_record(pipes[STATUS][0], timeout_milliseconds, &record);
    if (told > 0 && record.kind == PORTICO_GUARD_STARTED) {
        child->guard = guard;
        child->child = record.first;
        child->input = pipes[INPUT][1];
        child->output = pipes[OUTPUT][0];
        child->errors = pipes[ERRORS][0];
        child->lifeline = pipes[LIFELINE][1];
        child->status = pipes[STATUS][0];
        return 0;
    }
    close_pipes(pipes, PIPES);
    /* One that told of a failure has nothing left to do and exits by itself. */
    if (told <= 0) portico_kill_guard(guard);
    while (waitpid(guard, NULL, __WALL) < 0 && errno == EINTR) {}
    *error = told > 0 ? record.second : told == 0 ? ETIMEDOUT : ECHILD;
    return told > 0 ? record.first : told == 0 ? PORTICO_STAGE_TIMEOUT : PORTICO_STAGE_GUARD;
}

int portico_reap_guard(pid_t guard) {
    pid_t reaped = waitpid(guard, NULL, __WALL | WNOHANG);
    return reaped == guard ? 1 : reaped == 0 ? 0 : -1;
}

void portico_kill_guard(pid_t guard) { kill(guard, SIGKILL); }

#else

int portico_start_child(const portico_launch *launch, int timeout_milliseconds, portico_child *child, int *error) {
    (void)launch;
    (void)timeout_milliseconds;
    (void)child;
    *error = ENOSYS;
    return PORTICO_STAGE_GUARD;
}

int portico_reap_guard(pid_t guard) {
    (void)guard;
    return -1;
}

void portico_kill_guard(pid_t guard) { (void)guard; }

#endif
