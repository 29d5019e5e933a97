/*
 * libprof-alloc.so samples the allocations of a program that loads it (LD_PRELOAD). Its hooks
 * come before the functions that allocate and free:
 *
 *	malloc()   counts down the bytes until the next sample. If this allocation is not
 *	           sampled, it jumps to the next malloc(): five instructions
 *	free()     checks whether the page may hold a sampled allocation. If not, it jumps to
 *	           the next free(): four instructions
 *
 * All other paths are rare. The library takes no lock, does not allocate, and uses only what is
 * safe in a signal handler; a sample that another one interrupts is finished after it. Samples
 * go to memory shared with a recorder (shared_heap.h), which unwinds and symbolizes them.
 */
#ifndef ALLOC_PRELOAD_H
#define ALLOC_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "alloc/shared_heap.h"

#define EXPORTED    __attribute__((visibility("default")))
#define RARE        __attribute__((noinline, cold))
#define THREADS     __attribute__((tls_model("initial-exec"))) __thread
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* The functions that come after the hooks; next.c finds them at the first call of any hook. */
struct next {
	void *(*malloc)(size_t);
	void *(*calloc)(size_t, size_t);
	void *(*realloc)(void *, size_t);
	void (*free)(void *);
	int (*posix_memalign)(void **, size_t, size_t);
	void *(*aligned_alloc)(size_t, size_t);
	void *(*memalign)(size_t, size_t);
	void *(*valloc)(size_t);
	void *(*pvalloc)(size_t);
	void *(*mmap)(void *, size_t, int, int, int, off_t);
	int (*munmap)(void *, size_t);
	void *(*mremap)(void *, size_t, size_t, int, void *);
};
extern struct next next;

/* Finds the next function `name`, as the object that contains `caller` sees it; NULL if none. */
void *next_function(const char *name, const void *caller);

/* Does the object that provides malloc() contain `code`? */
bool next_is_allocator(const void *code);

/*
 * Does an allocator such as jemalloc contain `code`? Its own calls of public functions are not
 * counted again: the program's call was. The C library is not such an allocator: it calls
 * malloc() as any other library does.
 */
bool next_is_inside(const void *code);

/* Do two functions belong to one object? */
bool next_same_object(const void *a, const void *b);

/*
 * Allocates before the next malloc() is known. The memory is never released. Its pages are
 * marked as holding samples, so that free() checks for it (live_is_early()).
 */
void *early_alloc(size_t size);
bool early_has(const void *p);
size_t early_size(const void *p);
void early_mark(void);

/* Sampling: countdown.h */

extern THREADS uint64_t countdown_left; /* bytes of this thread until the next sample */

/*
 * An allocation of `size` bytes by code at `caller` exceeds countdown_left. Returns true if it
 * is to be sampled, and sets *rate to the mean number of bytes between samples.
 */
RARE bool sample_due(size_t size, uint64_t *rate, const void *caller);
#define CALLER __builtin_return_address(0)

/* Makes the thread of a forked child draw its own countdown, not that of its parent. */
void sample_anew(void);

/* Records that the thread has allocated `size` bytes at p. */
RARE void sample_take(const void *p, size_t size, uint64_t rate);

/* Counts an allocation. Returns true if it exceeds what is left. */
static inline bool countdown_ends(size_t size)
{
	if (unlikely(size > countdown_left))
		return true;
	countdown_left -= size;
	return false;
}

/* Sampled allocations that are in use: live.c */

enum { LIVE_PAGE = 12, LIVE_PAGES = 1 << 20 };

/* Sampled allocations that begin in each page, modulo LIVE_PAGES; 255 means 255 or more. */
extern uint8_t live_pages[LIVE_PAGES];

static inline bool live_may_have(const void *p)
{
	return unlikely(live_pages[(uintptr_t)p >> LIVE_PAGE & (LIVE_PAGES - 1)]);
}

/* Enters an allocation. Returns its slot, or SHARED_NO_SLOT. */
uint32_t live_enter(const void *p, uint64_t id);

/*
 * Takes out p, which is about to be freed. Returns its id, or 0 if it is not in the table.
 * live_put_back() undoes that if p was not freed after all.
 */
RARE uint64_t live_take_out(const void *p);
RARE void live_put_back(const void *p, uint64_t id);

/* Empties the table, in a forked child. */
void live_forget_all(void);

/* With a recorder: share.c */

extern struct shared_heap *shared; /* NULL: not mapped yet */

/*
 * Is `shared` ready, and this process's own? The first call in a process, and in a forked
 * child, maps it. False while another thread does that, or where that fails.
 */
bool control_ready(void);

static inline struct shared_slot *shared_slots(void)
{
	return (struct shared_slot *)(void *)((char *)shared + SHARED_SLOTS_AT);
}

static inline char *shared_ring_bytes(unsigned ring)
{
	return (char *)shared + SHARED_RINGS_AT + (size_t)ring * SHARED_RING_BYTES;
}

#endif
