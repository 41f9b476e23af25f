// Loaded by LD_PRELOAD: from fail_about_every(n) on, about one in n allocations of all threads but the first one
// fails. For programs whose first thread is Python's.
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_uint rarity;
static atomic_long failed;
static atomic_uint state = 12345;

void fail_about_every(unsigned n)
{
        rarity = n;
}

long failed_allocations(void)
{
        return failed;
}

static int fails(void)
{
        unsigned n = rarity;
        unsigned next;

        if (n == 0 || getpid() == syscall(SYS_gettid))
                return 0;
        next = state * 1103515245U + 12345U;
        state = next;
        if ((next >> 16) % n != 0)
                return 0;
        failed++;
        errno = ENOMEM;
        return 1;
}

void *malloc(size_t bytes)
{
        return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
        return fails() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
        return fails() ? NULL : __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
        return fails() ? NULL : __libc_memalign(alignment, bytes);
}
