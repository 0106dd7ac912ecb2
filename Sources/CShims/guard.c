#if defined(__linux__)
#define _GNU_SOURCE

#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What the kernel calls a signal set: one bit for each of its 64 signals. */
typedef uint64_t kernel_signals;
#define BIT(signal) ((kernel_signals)1 << ((signal) - 1))

enum phase {
    /// The child has not become the program yet.
    STARTING,
    RUNNING,
    /// SIGTERM was sent; what is left at the deadline is killed.
    ENDING,
    KILLING,
};

struct guard {
    enum phase phase;
    pid_t child;
    int lifeline;
    int status;
    int report;
    int signals;
    uint32_t grace;
    int64_t deadline;
    /// The child has exited and was told of. It stays a zombie until nothing else is left, so that its process group
    /// can't become another's while it is still signalled.
    int has_exited;
    /// Nor is it a zombie any more.
    int is_reaped;
    /// Children besides it, when last asked.
    int others;
    int can_list;
    int pause;
};

static int64_t now_milliseconds(void) {
    struct timespec now;
    if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Portico may be gone: then nobody reads, and every signal is blocked, SIGPIPE too. */
static void tell(struct guard *guard, int32_t kind, int32_t first, int32_t second) {
    portico_guard_record record;
    record.kind = kind;
    record.first = first;
    record.second = second;
    while (syscall(SYS_write, guard->status, &record, sizeof record) < 0 && errno == EINTR) {}
}

static void signal_group(struct guard *guard, int signal) {
    if (!guard->is_reaped) syscall(SYS_kill, -guard->child, signal);
}

static void begin_ending(struct guard *guard) {
    if (guard->phase >= ENDING) return;
    guard->phase = ENDING;
    guard->deadline = now_milliseconds() + guard->grace;
    signal_group(guard, SIGTERM);
    /* One that is stopped could not take it. */
    signal_group(guard, SIGCONT);
}

static void read_report(struct guard *guard) {
    int32_t failure[2];
    long count = syscall(SYS_read, guard->report, failure, sizeof failure);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count == (long)sizeof failure) {
        tell(guard, PORTICO_GUARD_FAILED, failure[0], failure[1]);
    } else {
        tell(guard, PORTICO_GUARD_STARTED, guard->child, 0);
    }
    syscall(SYS_close, guard->report);
    guard->report = -1;
    if (guard->phase == STARTING) guard->phase = RUNNING;
}

static void visit_child(pid_t child, void *context) {
    struct guard *guard = context;
    if (child == guard->child && !guard->is_reaped) return;
    /* Not another's process id: it is this process that has to wait for it, and it has not yet. */
    if (guard->phase == KILLING) syscall(SYS_kill, child, SIGKILL);
    if (syscall(SYS_wait4, child, NULL, WNOHANG | __WALL, NULL) == 0) guard->others++;
}

static void reap(struct guard *guard) {
    if (!guard->has_exited) {
        siginfo_t info;
        info.si_pid = 0;
        if (syscall(SYS_waitid, P_PID, guard->child, &info, WEXITED | WNOHANG | WNOWAIT, NULL) == 0 && info.si_pid != 0) {
            guard->has_exited = 1;
            /* Whether it became the program is told before how it ended; nobody holds the other end any more. */
            if (guard->report >= 0) read_report(guard);
            tell(guard, PORTICO_GUARD_ENDED, info.si_code == CLD_EXITED ? 0 : 1, info.si_status);
        }
    }
    if (guard->phase == KILLING) signal_group(guard, SIGKILL);
    guard->others = 0;
    guard->can_list = portico_each_child(visit_child, guard) == 0;
}

/* Whether nothing is left; then the child's remains are taken away too. */
static int is_over(struct guard *guard) {
    if (!guard->has_exited || guard->others > 0) return 0;
    if (!guard->can_list && guard->phase != KILLING) return 0;
    if (!guard->is_reaped) {
        syscall(SYS_wait4, guard->child, NULL, WNOHANG | __WALL, NULL);
        guard->is_reaped = 1;
    }
    if (!guard->can_list) return 1;
    /* The list may leave out a child while others come and go; this can't. */
    return syscall(SYS_wait4, -1, NULL, WNOHANG | __WALL, NULL) < 0 && errno == ECHILD;
}

static void read_lifeline(struct guard *guard) {
    char order;
    long count = syscall(SYS_read, guard->lifeline, &order, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) guard->lifeline = -1;
    begin_ending(guard);
}

static void read_signals(struct guard *guard) {
    struct signalfd_siginfo info;
    while (syscall(SYS_read, guard->signals, &info, sizeof info) == (long)sizeof info) {
        if (info.ssi_signo != SIGCHLD) begin_ending(guard);
    }
}

static void wait_for_event(struct guard *guard) {
    struct pollfd polled[3];
    polled[0].fd = guard->report;
    polled[1].fd = guard->lifeline;
    polled[2].fd = guard->signals;
    for (int index = 0; index < 3; index++) {
        polled[index].events = POLLIN;
        polled[index].revents = 0;
    }
    int64_t wait = -1;
    if (guard->phase == ENDING) {
        wait = guard->deadline - now_milliseconds();
        if (wait < 0) wait = 0;
    } else if (guard->phase == KILLING) {
        wait = guard->pause;
        if (guard->pause < 500) guard->pause *= 2;
    }
    struct timespec timeout;
    timeout.tv_sec = wait / 1000;
    timeout.tv_nsec = wait % 1000 * 1000000;
    long count = syscall(SYS_ppoll, polled, 3, wait < 0 ? NULL : &timeout, NULL, 8);
    if (count < 0) return;
    if (polled[0].revents != 0) read_report(guard);
    if (polled[1].revents != 0) read_lifeline(guard);
    if (polled[2].revents != 0) read_signals(guard);
    if (guard->phase == ENDING && now_milliseconds() >= guard->deadline) guard->phase = KILLING;
}

/* Everything but the descriptors that are kept; the caller's sockets and files must not stay open because of a guard. */
static void close_others(const int *kept, int count, int last) {
    unsigned int first = 0;
    for (int round = 0; round <= count; round++) {
        /* The smallest one kept that is not below `first`. */
        unsigned int next = ~0u;
        for (int index = 0; index < count; index++) {
            if ((unsigned int)kept[index] >= first && (unsigned int)kept[index] < next) next = (unsigned int)kept[index];
        }
        unsigned int end = next == ~0u ? ~0u : next - 1;
        if (first <= end && syscall(SYS_close_range, first, end, 0) != 0) {
            for (unsigned int descriptor = first; descriptor <= end && descriptor <= (unsigned int)last; descriptor++) {
                syscall(SYS_close, descriptor);
            }
        }
        if (next == ~0u) return;
        first = next + 1;
    }
}

static int highest_descriptor(void) {
    struct rlimit limit;
    limit.rlim_cur = 65536;
    syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
    return limit.rlim_cur > 65536 ? 65536 : (int)limit.rlim_cur;
}

/* Handlers point into code that must not run here; what the caller ignores the program must not ignore. */
static void reset_signals(void) {
    unsigned long action[8];
    for (volatile int index = 0; index < 8; index++) action[index] = 0;
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, action, NULL, 8);
}

void portico_guard_run(const portico_launch *launch, const portico_guard_descriptors *descriptors) {
    static const char name[] = "portico-guard";
    struct guard guard;
    guard.phase = STARTING;
    guard.lifeline = descriptors->lifeline;
    guard.status = descriptors->status;
    guard.report = descriptors->report_read;
    guard.grace = launch->grace_milliseconds;
    guard.deadline = 0;
    guard.has_exited = 0;
    guard.is_reaped = 0;
    guard.others = 0;
    guard.can_list = 1;
    guard.pause = 5;

    /* A terminal's signals, and whoever signals the caller's group, don't mean the guard. */
    syscall(SYS_setsid);
    int kept[7];
    kept[0] = descriptors->lifeline;
    kept[1] = descriptors->status;
    kept[2] = descriptors->input;
    kept[3] = descriptors->output;
    kept[4] = descriptors->errors;
    kept[5] = descriptors->report_read;
    kept[6] = descriptors->report_write;
    close_others(kept, 7, highest_descriptor());
    reset_signals();
    syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    syscall(SYS_prctl, PR_SET_NAME, name, 0, 0, 0);
    /* All stay blocked, as the caller left them; these are read. */
    kernel_signals watched = BIT(SIGCHLD) | BIT(SIGTERM) | BIT(SIGINT) | BIT(SIGHUP) | BIT(SIGQUIT);
    guard.signals = (int)syscall(SYS_signalfd4, -1, &watched, 8, SFD_CLOEXEC | SFD_NONBLOCK);

    pid_t itself = (pid_t)syscall(SYS_getpid);
    guard.child = guard.signals < 0 ? -1 : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (guard.child == 0) portico_become_program(launch, descriptors, itself);
    if (guard.child < 0) {
        tell(&guard, PORTICO_GUARD_FAILED, PORTICO_STAGE_FORK, errno);
        for (;;) syscall(SYS_exit_group, 1);
    }
    /* The child does the same; whoever comes first. */
    syscall(SYS_setpgid, guard.child, guard.child);
    syscall(SYS_close, descriptors->input);
    syscall(SYS_close, descriptors->output);
    syscall(SYS_close, descriptors->errors);
    syscall(SYS_close, descriptors->report_write);
    /* It must not keep a file system from being unmounted. */
    syscall(SYS_chdir, "/");
    portico_show_as(name, sizeof name - 1);
    /* The launch description goes with it. */
    portico_forget_memory();

    for (;;) {
        wait_for_event(&guard);
        reap(&guard);
        if (guard.has_exited) begin_ending(&guard);
        if (is_over(&guard)) break;
    }
    for (;;) syscall(SYS_exit_group, 0);
}

void portico_become_program(const portico_launch *launch, const portico_guard_descriptors *descriptors, pid_t guard) {
    int32_t failure[2];
    syscall(SYS_setpgid, 0, 0);
    /* Should the guard itself be killed. It has one thread, so that the signal means the process. */
    syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if ((pid_t)syscall(SYS_getppid) != guard) goto end;

    failure[0] = PORTICO_STAGE_FORK;
    if (syscall(SYS_dup3, descriptors->input, 0, 0) < 0) goto report;
    if (syscall(SYS_dup3, descriptors->output, 1, 0) < 0) goto report;
    if (syscall(SYS_dup3, descriptors->errors, 2, 0) < 0) goto report;

    failure[0] = PORTICO_STAGE_DIRECTORY;
    if (launch->directory != NULL && syscall(SYS_chdir, launch->directory) != 0) goto report;

    failure[0] = PORTICO_STAGE_LIMITS;
    const int resources[3] = {RLIMIT_AS, RLIMIT_NOFILE, RLIMIT_CPU};
    const uint64_t values[3] = {launch->address_space, launch->open_files, launch->processor_seconds};
    for (int index = 0; index < 3; index++) {
        if (values[index] == 0) continue;
        struct rlimit limit;
        limit.rlim_cur = values[index];
        limit.rlim_max = values[index];
        if (syscall(SYS_prlimit64, 0, resources[index], &limit, NULL) != 0) goto report;
    }

    kernel_signals none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    failure[0] = PORTICO_STAGE_EXEC;
    syscall(SYS_execve, launch->path, launch->arguments, launch->environment);

report:
    failure[1] = errno;
    syscall(SYS_write, descriptors->report_write, failure, sizeof failure);
end:
    for (;;) syscall(SYS_exit_group, 127);
}

#endif
