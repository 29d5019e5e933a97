/*
 * Counts memory that a program maps itself, if it is anonymous and writable: a reservation
 * uses no memory, and a file is not an allocation. Calls by the allocator are recognised by
 * their return address and skipped: the blocks that it returns to the program are counted
 * instead.
 */
#include <stdarg.h>
#include <sys/mman.h>

#include "alloc/preload.h"

static RARE void *counted_mmap(void *at, size_t size, int protection, int flags, int fd, off_t off)
{
	uint64_t rate;
	bool due = countdown_ends(size) && sample_due(size, &rate, NULL);
	void *p = next.mmap(at, size, protection, flags, fd, off);

	if (due && p != MAP_FAILED)
		sample_take(p, size, rate);
	return p;
}

EXPORTED void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (flags & MAP_ANONYMOUS && protection & PROT_WRITE && !next_is_inside(CALLER))
		return counted_mmap(at, size, protection, flags, fd, offset);
	return next.mmap(at, size, protection, flags, fd, offset);
}

#ifdef __GLIBC__
EXPORTED void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
	__attribute__((alias("mmap")));
#endif

/* A mapping is in use until its first page is unmapped. */
static RARE int checked_munmap(void *p, size_t size)
{
	uint64_t id = live_take_out(p);
	int result = next.munmap(p, size);

	if (result && id)
		live_put_back(p, id);
	for (size_t at = 1 << LIVE_PAGE; !result && at < size; at += 1 << LIVE_PAGE)
		if (live_may_have((char *)p + at))
			live_take_out((char *)p + at);
	return result;
}

static bool may_have_any(const char *p, size_t size)
{
	bool any = false;

	for (size_t at = 0; at < size && at >> LIVE_PAGE < LIVE_PAGES; at += 1 << LIVE_PAGE)
		any |= live_may_have(p + at);
	return any;
}

EXPORTED int munmap(void *p, size_t size)
{
	if (!next_is_inside(CALLER) && may_have_any(p, size))
		return checked_munmap(p, size);
	return next.munmap(p, size);
}

/* Counts as realloc() does. */
static RARE void *counted_mremap(void *p, size_t was, size_t size, int flags, void *at)
{
	uint64_t rate, id = live_may_have(p) ? live_take_out(p) : 0;
	bool due = countdown_ends(size) && sample_due(size, &rate, NULL);
	void *to = next.mremap(p, was, size, flags, at);

	if (to == MAP_FAILED && id)
		live_put_back(p, id);
	if (to != MAP_FAILED && due)
		sample_take(to, size, rate);
	return to;
}

EXPORTED void *mremap(void *p, size_t was, size_t size, int flags, ...)
{
	void *at = NULL;
	va_list rest;

	if (flags & MREMAP_FIXED) {
		va_start(rest, flags);
		at = va_arg(rest, void *);
		va_end(rest);
	}
	if (next_is_inside(CALLER))
		return next.mremap(p, was, size, flags, at);
	return counted_mremap(p, was, size, flags, at);
}
