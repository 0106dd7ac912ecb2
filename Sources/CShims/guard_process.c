#if defined(__linux__)
#define _GNU_SOURCE

#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A file of /proc, byte by byte: its lines may be longer than any buffer that a guard wants to have. */
struct text {
    int descriptor;
    int count;
    int next;
    char bytes[512];
};

static int open_text(struct text *text, const char *path) {
    text->descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    text->count = 0;
    text->next = 0;
    return text->descriptor < 0 ? -1 : 0;
}

static void close_text(struct text *text) { syscall(SYS_close, text->descriptor); }

/* -1 at the end. */
static int next_byte(struct text *text) {
    if (text->next == text->count) {
        text->count = (int)syscall(SYS_read, text->descriptor, text->bytes, sizeof text->bytes);
        text->next = 0;
        if (text->count <= 0) {
            text->count = 0;
            return -1;
        }
    }
    return (unsigned char)text->bytes[text->next++];
}

/* Reads a number of base 10 or 16, and the byte that ends it. */
static unsigned long next_number(struct text *text, unsigned int base, int *end) {
    unsigned long number = 0;
    for (;;) {
        int byte = next_byte(text);
        unsigned int digit = byte >= '0' && byte <= '9' ? (unsigned int)(byte - '0')
            : byte >= 'a' && byte <= 'f'                ? (unsigned int)(byte - 'a') + 10
                                                        : 99;
        if (digit >= base) {
            *end = byte;
            return number;
        }
        number = number * base + digit;
    }
}

static void skip_line(struct text *text, int last) {
    while (last != '\n' && last >= 0) last = next_byte(text);
}

/* One line of /proc/self/maps (proc_pid_maps(5)): address, permissions, offset, device, inode, and a path or a name. */
struct mapping {
    unsigned long start;
    unsigned long end;
    int is_shared;
    int is_file;
    /* The first two characters of `[heap]` and the like; 0 without. */
    int name[2];
};

static int next_mapping(struct text *text, struct mapping *mapping) {
    int last;
    mapping->start = next_number(text, 16, &last);
    if (last != '-') return -1;
    mapping->end = next_number(text, 16, &last);
    for (int index = 0; index < 4; index++) last = next_byte(text);
    mapping->is_shared = last == 's';
    next_byte(text);
    next_number(text, 16, &last);
    next_number(text, 16, &last);
    next_number(text, 16, &last);
    mapping->is_file = next_number(text, 10, &last) != 0;
    while (last == ' ') last = next_byte(text);
    mapping->name[0] = last == '\n' ? 0 : last;
    mapping->name[1] = last == '\n' ? 0 : (last = next_byte(text));
    skip_line(text, last);
    return 0;
}

/* Gives `start` to `end` back except for what lies within `margin` of one of the places in use. Neighbouring mappings may be
   shown as one, so that a mapping in use can hold the whole heap beside. */
static void unmap_around(unsigned long start, unsigned long end, const unsigned long *places, int count, unsigned long margin) {
    while (start < end) {
        unsigned long next = end, behind = end;
        for (int index = 0; index < count; index++) {
            unsigned long first = (places[index] - margin) & ~(margin - 1);
            unsigned long last = first + 2 * margin + margin;
            if (last <= start || first >= next) continue;
            next = first > start ? first : start;
            behind = last;
        }
        if (next > start) syscall(SYS_munmap, start, next - start);
        start = behind;
    }
}

void portico_forget_memory(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    /* Instrumented code needs its shadow memory. */
    return;
#endif
#endif
    struct text text;
    if (open_text(&text, "/proc/self/maps") != 0) return;
    /* The stack, and the thread's own storage, where errors are told. */
    unsigned long places[2];
    places[0] = (unsigned long)&text;
    places[1] = (unsigned long)&errno;
    unsigned long file_end = 0;
    struct mapping mapping;
    while (next_mapping(&text, &mapping) == 0) {
        /* What lies behind a file's own pages are the variables that begin as zero. */
        int is_variables = !mapping.is_file && mapping.start == file_end;
        if (mapping.is_file || is_variables) file_end = mapping.end;
        /* Named: the heap goes, `[stack]` holds the arguments, the rest is the kernel's. */
        int is_memory = mapping.name[0] == 0 || (mapping.name[0] == '[' && (mapping.name[1] == 'h' || mapping.name[1] == 'a'));
        /* A shared file would stay open, and its locks held, for as long as it is mapped. */
        if (mapping.is_shared || (!mapping.is_file && !is_variables && is_memory)) {
            unmap_around(mapping.start, mapping.end, places, 2, 1 << 16);
        }
    }
    close_text(&text);
}

void portico_show_as(const char *name, unsigned long length) {
    struct text text;
    if (open_text(&text, "/proc/self/stat") != 0) return;
    /* The second field is a name in brackets that may hold anything; it was set to one without brackets. */
    int byte;
    do byte = next_byte(&text);
    while (byte >= 0 && byte != ')');
    unsigned long place[2];
    place[0] = place[1] = 0;
    /* Fields 48 and 49 say where the arguments begin and end (proc_pid_stat(5)); the third follows now. */
    int field = 2;
    while (byte >= 0 && field < 50) {
        if (field >= 48) {
            place[field - 48] = next_number(&text, 10, &byte);
            field++;
        } else {
            byte = next_byte(&text);
            if (byte == ' ') field++;
        }
    }
    close_text(&text);
    volatile char *arguments = (volatile char *)place[0];
    if (place[0] == 0 || place[1] <= place[0]) return;
    for (unsigned long index = 0; index < place[1] - place[0]; index++) {
        arguments[index] = index < length && index + 1 < place[1] - place[0] ? name[index] : 0;
    }
}

static pid_t parent_of(const char *digits, unsigned int count) {
    /* Volatile: or else the compiler makes a call of the copying. */
    volatile char path[32];
    static const char head[] = "/proc/", tail[] = "/stat";
    unsigned int length = 0;
    for (unsigned int index = 0; index < sizeof head - 1; index++) path[length++] = head[index];
    for (unsigned int index = 0; index < count; index++) path[length++] = digits[index];
    for (unsigned int index = 0; index < sizeof tail; index++) path[length++] = tail[index];
    struct text text;
    if (open_text(&text, (const char *)path) != 0) return -1;
    /* The parent is the second field behind the last bracket; a name may hold brackets of its own. */
    pid_t parent = -1;
    int byte = next_byte(&text);
    while (byte >= 0) {
        if (byte != ')') {
            byte = next_byte(&text);
            continue;
        }
        byte = next_byte(&text);
        if (byte != ' ') continue;
        byte = next_byte(&text);
        if (byte < 'A' || byte > 'Z') {
            if (byte < 'a' || byte > 'z') continue;
        }
        byte = next_byte(&text);
        if (byte != ' ') continue;
        parent = (pid_t)next_number(&text, 10, &byte);
        break;
    }
    close_text(&text);
    return parent;
}

/* For kernels without `children` files. */
static int each_process_of(pid_t parent, void (*visit)(pid_t, void *), void *context) {
    struct entry {
        uint64_t inode;
        int64_t offset;
        unsigned short length;
        unsigned char type;
        char name[];
    };
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    _Alignas(8) char bytes[1024];
    long count;
    while ((count = syscall(SYS_getdents64, descriptor, bytes, sizeof bytes)) > 0) {
        for (long offset = 0; offset < count;) {
            const struct entry *entry = (const struct entry *)(bytes + offset);
            offset += entry->length;
            unsigned int digits = 0;
            pid_t process = 0;
            while (digits < 10 && entry->name[digits] >= '0' && entry->name[digits] <= '9') {
                process = process * 10 + (entry->name[digits++] - '0');
            }
            if (digits > 0 && entry->name[digits] == 0 && parent_of(entry->name, digits) == parent) visit(process, context);
        }
    }
    syscall(SYS_close, descriptor);
    return count < 0 ? -1 : 0;
}

int portico_each_child(void (*visit)(pid_t child, void *context), void *context) {
    struct text text;
    /* A guard has one thread, so that the children of the thread are all that it has. */
    if (open_text(&text, "/proc/thread-self/children") != 0) {
        return each_process_of((pid_t)syscall(SYS_getpid), visit, context);
    }
    int end = ' ';
    for (;;) {
        pid_t child = (pid_t)next_number(&text, 10, &end);
        if (child > 0) visit(child, context);
        if (end < 0) break;
    }
    close_text(&text);
    return 0;
}

#endif
