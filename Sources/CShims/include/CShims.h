#ifndef PORTICO_CSHIMS_H
#define PORTICO_CSHIMS_H

#include "CGuard.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `count` bytes, going on from `crc` (0 at the beginning).
/// Uses the processor's instruction where there is one.
uint32_t portico_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same by tables only; for processors without the instruction, and for the test that compares the two.
uint32_t portico_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

/// Stores `value` so that whoever reads it with `portico_load_acquire` also sees everything written before.
static inline void portico_store_release(uint32_t *place, uint32_t value) {
    __atomic_store_n(place, value, __ATOMIC_RELEASE);
}

/// Gives a thread the name that the system shows, cut at 15 characters. Best effort.
void portico_name_thread(pthread_t thread, const char *name);

/// Reads what `portico_store_release` stored.
static inline uint32_t portico_load_acquire(const uint32_t *place) {
    return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

#endif
