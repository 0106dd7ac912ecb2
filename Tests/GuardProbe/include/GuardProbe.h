#ifndef PORTICO_GUARD_PROBE_H
#define PORTICO_GUARD_PROBE_H

#include <sys/types.h>

/// Forks a process that stands for Portico: it starts `arguments` under a guard, copies the first line that the child writes to
/// `output`, and then does nothing until it is killed. It never closes the child's input.
/// Returns its process id, or -1.
pid_t guard_probe_start(char *const *arguments, int output);

/// Kills it with SIGKILL and waits for it; what happens to the child is the guard's matter. Returns the signal that ended it.
int guard_probe_kill(pid_t probe);

#endif
