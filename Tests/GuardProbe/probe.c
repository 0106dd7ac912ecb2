#define _GNU_SOURCE

#include "GuardProbe.h"

#include "CShims.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* The caller has threads: nothing here allocates or locks. */
static void stand_in(char *const *arguments, int output) {
    static char *environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
    dup2(output, 3);
    /* Other tests' pipes must not stay open because of this process. */
    syscall(SYS_close_range, 4, ~0u, 0);
    portico_launch launch = {
        .path = arguments[0], .arguments = arguments, .environment = environment, .grace_milliseconds = 100};
    portico_child child;
    int error = 0;
    if (portico_start_child(&launch, 15000, &child, &error) != 0) _exit(1);
    char byte = 0;
    while (byte != '\n' && read(child.output, &byte, 1) == 1) {
        if (write(3, &byte, 1) != 1) _exit(2);
    }
    for (;;) pause();
}

pid_t guard_probe_start(char *const *arguments, int output) {
    pid_t probe = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (probe == 0) {
        stand_in(arguments, output);
        _exit(3);
    }
    return probe;
}

int guard_probe_kill(pid_t probe) {
    int status = 0;
    kill(probe, SIGKILL);
    while (waitpid(probe, &status, __WALL) < 0 && errno == EINTR) {}
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
