/* Shows ThreadSanitizer what it can't see of Swift's Mutex on Linux.
 *
 * A Mutex that is contended is taken and given back within Swift's own library and the kernel (futex(2)), which are not instrumented: the
 * sanitizer then sees no order between two threads, and calls what the lock guards a race. Preloaded, these stand before the library's two
 * functions and say what they do. They have Swift's calling convention, so it takes clang. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

/* Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow() */
#define LOCK_SLOW $s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF
#define UNLOCK_SLOW $s15Synchronization12_MutexHandleV11_unlockSlowyyF
#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

/* There where the program was built with the sanitizer. */
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

SWIFT void LOCK_SLOW(uint32_t thread, SELF) {
    static SWIFT void (*original)(uint32_t, SELF);
    if (!original) original = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, TEXT(LOCK_SLOW));
    original(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void UNLOCK_SLOW(SELF) {
    static SWIFT void (*original)(SELF);
    if (!original) original = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, TEXT(UNLOCK_SLOW));
    if (__tsan_release) __tsan_release(self);
    original(self);
}
