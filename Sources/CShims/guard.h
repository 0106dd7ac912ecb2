#ifndef PORTICO_GUARD_H
#define PORTICO_GUARD_H

#include "include/CGuard.h"

/* Bound when linked: a guard that gave its memory back can't look symbols up. */
#define PORTICO_BOUND __attribute__((visibility("hidden")))

/// The descriptors that a guard gets from the process that forks it; none is below 3.
typedef struct {
    int lifeline;
    int status;
    int input;
    int output;
    int errors;
    /// The pipe over which the child says why it could not become the program; closed by a successful exec.
    int report_read;
    int report_write;
} portico_guard_descriptors;

/// The guard's whole life, in the forked process. Its caller's process may have any number of threads, any of which
/// may have held any lock: so nothing is called from here on but `syscall`.
PORTICO_BOUND __attribute__((noreturn)) void portico_guard_run(const portico_launch *launch, const portico_guard_descriptors *descriptors);

/// Becomes the program, in the process that the guard forked.
PORTICO_BOUND __attribute__((noreturn)) void portico_become_program(
    const portico_launch *launch, const portico_guard_descriptors *descriptors, pid_t guard);

/// Gives back the memory that a forked process shares with the one it comes from.
PORTICO_BOUND void portico_forget_memory(void);

/// Replaces what `ps` shows as the arguments.
PORTICO_BOUND void portico_show_as(const char *name, unsigned long length);

/// Asks the kernel for the process's children; calls `visit` for each. Returns -1 where the kernel can't say.
PORTICO_BOUND int portico_each_child(void (*visit)(pid_t child, void *context), void *context);

#endif
