/*
 * The library that a program is started with (LD_PRELOAD=libprof-alloc.so) to have its
 * allocations sampled. It stands before the functions that allocate and free:
 *
 *	malloc()   counts down the bytes until the next sample; if that is not this allocation,
 *	           it jumps to the next malloc(): five instructions
 *	free()     looks whether a sampled allocation may lie in the page; if not, it jumps to
 *	           the next free(): four
 *
 * Everything else is rare. Nothing here takes a lock, allocates, or uses what a signal handler
 * may not; a sample that is interrupted by another is finished after it. What is sampled goes
 * to memory that a recorder shares (shared_heap.h); the library names and unwinds nothing.
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

/* The functions that come after ours; next.c finds them at the first call of any. */
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

/* The function of that name after ours, as the object that holds `caller` sees it; or NULL. */
void *next_function(const char *name, const void *caller);

/* Is code at that address part of what provides malloc()? */
bool next_is_allocator(const void *code);

/*
 * Is it code of an allocator such as jemalloc? What that allocates or maps by public names was
 * counted where it was asked for it. The C library is none: it calls malloc() as others do.
 */
bool next_is_inside(const void *code);

/* Do two functions belong to one object? */
bool next_same_object(const void *a, const void *b);

/*
 * Memory that is given out before the next malloc() is known, and never given back: it is in a
 * page that may hold samples, so that free() looks (live_is_early()).
 */
void *early_alloc(size_t size);
bool early_has(const void *p);
size_t early_size(const void *p);
void early_mark(void);

/* Sampling: countdown.h */

extern THREADS uint64_t countdown_left; /* bytes of this thread that are not sampled */

/*
 * An allocation of that size, by code at `caller`, goes beyond what is left. True: it is to be
 * sampled; *rate is the mean number of bytes between samples then.
 */
RARE bool sample_due(size_t size, uint64_t *rate, const void *caller);
#define CALLER __builtin_return_address(0)

/* The thread is that of a forked child: it draws anew, and not what its parent draws. */
void sample_anew(void);

/* Write down that the thread has allocated so many bytes at p. */
RARE void sample_take(const void *p, size_t size, uint64_t rate);

/* Count an allocation; true if it goes beyond what is left. */
static inline bool countdown_ends(size_t size)
{
	if (unlikely(size > countdown_left))
		return true;
	countdown_left -= size;
	return false;
}

/* Sampled allocations that are in use: live.c */

enum { LIVE_PAGE = 12, LIVE_PAGES = 1 << 20 };

/* Sampled allocations by the page in which they begin, modulo LIVE_PAGES: 255 and more is 255. */
extern uint8_t live_pages[LIVE_PAGES];

static inline bool live_may_have(const void *p)
{
	return unlikely(live_pages[(uintptr_t)p >> LIVE_PAGE & (LIVE_PAGES - 1)]);
}

/* Enter one; returns its slot, or SHARED_NO_SLOT. */
uint32_t live_enter(const void *p, uint64_t id);

/*
 * p is about to be freed: take it out. Returns the id that it had, or 0 if it was not there;
 * size of 0 is never asked. live_put_back() undoes that, where it was not freed after all.
 */
RARE uint64_t live_take_out(const void *p);
RARE void live_put_back(const void *p, uint64_t id);

/* The process is a forked child: nothing is in use. */
void live_forget_all(void);

/* With a recorder: control.c */

extern struct shared_heap *shared; /* NULL: there is none yet */

/*
 * Is `shared` this process's own? Makes it so at the first call in a process, and in a forked
 * child. False while another thread does that, or where it is not possible.
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
