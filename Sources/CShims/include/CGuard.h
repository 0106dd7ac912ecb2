#ifndef PORTICO_CGUARD_H
#define PORTICO_CGUARD_H

#include <stdint.h>
#include <sys/types.h>

/// What is run under a guard. Everything is prepared before the first process is forked; the strings may go once
/// `portico_start_child` has returned.
typedef struct {
    /// Where the program is; not searched for.
    const char *path;
    /// Both end with a null pointer.
    char *const *arguments;
    char *const *environment;
    /// Null: where the caller runs.
    const char *directory;
    /// Bytes of address space, open descriptors, seconds of processor time; 0 = the caller's own limit.
    uint64_t address_space;
    uint64_t open_files;
    uint64_t processor_seconds;
    /// Between SIGTERM and SIGKILL.
    uint32_t grace_milliseconds;
} portico_launch;

/// A child that runs, and its guard. All descriptors are the caller's to close, and are closed on exec.
typedef struct {
    pid_t guard;
    pid_t child;
    /// The child's standard input (to write), output and error (to read).
    int input;
    int output;
    int errors;
    /// To write: any byte asks the guard to end the child; so does the end of this pipe, however it comes about.
    int lifeline;
    /// To read: `portico_guard_record`s; its end says that the guard is gone, and with it everything that it guarded.
    int status;
} portico_child;

/// What a guard tells, whole records on a pipe.
typedef struct {
    int32_t kind;
    int32_t first;
    int32_t second;
} portico_guard_record;

enum {
    /// `first` = the child's process id.
    PORTICO_GUARD_STARTED = 1,
    /// `first` = the stage that failed, `second` = errno.
    PORTICO_GUARD_FAILED = 2,
    /// The child itself is gone. `first` = 0: `second` is its exit code; `first` = 1: `second` is the signal that ended it.
    PORTICO_GUARD_ENDED = 3,
};

/// What failed in starting a child.
enum {
    /// Pipes, or the guard's own process.
    PORTICO_STAGE_GUARD = 1,
    /// The child's process.
    PORTICO_STAGE_FORK = 2,
    PORTICO_STAGE_DIRECTORY = 3,
    PORTICO_STAGE_LIMITS = 4,
    PORTICO_STAGE_EXEC = 5,
    /// The program was not reached in time.
    PORTICO_STAGE_TIMEOUT = 6,
};

/// Starts a program under a guard of its own: a process that outlives the caller for as long as it takes to end the
/// program, its process group, and whatever descends from it, even if those left the group and the session.
///
/// Blocks until the program runs, or can't, at most `timeout_milliseconds`.
/// Returns 0, or the stage that failed with the reason in `*error`; then nothing runs and no descriptor is left.
int portico_start_child(const portico_launch *launch, int timeout_milliseconds, portico_child *child, int *error);

/// Whether the guard, whose status pipe has ended, was waited for (1), still has to be (0), or isn't there (-1).
/// Never blocks. A guard sends no SIGCHLD and is invisible to a plain `waitpid(-1)`: nobody else takes it away.
int portico_reap_guard(pid_t guard);

/// Ends a guard that doesn't do its work; its child follows by the parent-death signal.
void portico_kill_guard(pid_t guard);

#endif
