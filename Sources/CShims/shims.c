#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CShims.h"

#include <pthread.h>
#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

/* Four tables: table[0] for one byte, table[k] for a byte that k more follow. */
static uint32_t tables[4][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1u)));
        tables[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int level = 1; level < 4; level++) {
            uint32_t previous = tables[level - 1][byte];
            tables[level][byte] = (previous >> 8) ^ tables[0][previous & 0xFF];
        }
    }
}

uint32_t portico_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&tables_once, make_tables);
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; count >= 4; count -= 4, next += 4) {
        crc ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24;
        crc = tables[3][crc & 0xFF] ^ tables[2][(crc >> 8) & 0xFF] ^ tables[1][(crc >> 16) & 0xFF] ^ tables[0][crc >> 24];
    }
    for (; count > 0; count--, next++) crc = (crc >> 8) ^ tables[0][(crc ^ *next) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc32c_processor(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t state = ~crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = __builtin_ia32_crc32di(state, word);
    }
    for (; count > 0; count--, next++) state = __builtin_ia32_crc32qi((uint32_t)state, *next);
    return ~(uint32_t)state;
}

static int processor_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__)

__attribute__((target("crc"))) static uint32_t crc32c_processor(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        crc = __builtin_arm_crc32cd(crc, word);
    }
    for (; count > 0; count--, next++) crc = __builtin_arm_crc32cb(crc, *next);
    return ~crc;
}

static int processor_has_crc32c(void) {
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
    return 1;
#endif
}

#else

static uint32_t crc32c_processor(uint32_t crc, const void *bytes, size_t count) {
    return portico_crc32c_portable(crc, bytes, count);
}

static int processor_has_crc32c(void) { return 1; }

#endif

uint32_t portico_crc32c(uint32_t crc, const void *bytes, size_t count) {
    /* The answer never changes, so that it does not matter who asks first. */
    static int answer = -1;
    int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
    if (known < 0) {
        known = processor_has_crc32c() ? 1 : 0;
        __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
    }
    return known ? crc32c_processor(crc, bytes, count) : portico_crc32c_portable(crc, bytes, count);
}

void portico_name_thread(pthread_t thread, const char *name) {
#if defined(__linux__)
    char text[16];
    strncpy(text, name, sizeof text - 1);
    text[sizeof text - 1] = 0;
    pthread_setname_np(thread, text);
#else
    (void)thread;
    (void)name;
#endif
}
