/*
 * Memory that a program maps itself. It counts if it is anonymous and may be written: a
 * reservation is no use of memory, and a file is no allocation. What the allocator maps is
 * counted where it gives it out, so its own calls are told apart, by where they come from.
 */
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "alloc/preload.h"

/* The code of what provides malloc(); all of memory until that is known. */
static uintptr_t allocator_start, allocator_end = UINTPTR_MAX;

static int see_object(struct dl_phdr_info *object, size_t size, void *context)
{
	uintptr_t code = (uintptr_t)next.malloc;

	(void)size;
	(void)context;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &object->dlpi_phdr[i];
		uintptr_t start = object->dlpi_addr + h->p_vaddr;

		if (h->p_type != PT_LOAD || code - start >= h->p_memsz)
			continue;
		allocator_start = start;
		__atomic_store_n(&allocator_end, start + h->p_memsz, __ATOMIC_RELEASE);
		return 1;
	}
	return 0;
}

__attribute__((constructor)) static void on_load(void)
{
	free(malloc(1)); /* so that next.malloc is known */
	dl_iterate_phdr(see_object, NULL);
}

static bool is_allocator(const void *caller)
{
	uintptr_t end = __atomic_load_n(&allocator_end, __ATOMIC_ACQUIRE);

	return (uintptr_t)caller - allocator_start < end - allocator_start;
}

static RARE void *counted_mmap(void *at, size_t size, int protection, int flags, int fd, off_t off)
{
	uint64_t rate;
	bool due = countdown_ends(size) && sample_due(size, &rate);
	void *p = next.mmap(at, size, protection, flags, fd, off);

	if (due && p != MAP_FAILED)
		sample_take(p, size, rate);
	return p;
}

EXPORTED void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (flags & MAP_ANONYMOUS && protection & PROT_WRITE &&
	    !is_allocator(__builtin_return_address(0)))
		return counted_mmap(at, size, protection, flags, fd, offset);
	return next.mmap(at, size, protection, flags, fd, offset);
}

EXPORTED void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
	__attribute__((alias("mmap")));

/* A mapping counts until its first page is gone. */
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
	if (!is_allocator(__builtin_return_address(0)) && may_have_any(p, size))
		return checked_munmap(p, size);
	return next.munmap(p, size);
}

/* As realloc() counts. */
static RARE void *counted_mremap(void *p, size_t was, size_t size, int flags, void *at)
{
	uint64_t rate, id = live_may_have(p) ? live_take_out(p) : 0;
	bool due = countdown_ends(size) && sample_due(size, &rate);
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
	if (is_allocator(__builtin_return_address(0)))
		return next.mremap(p, was, size, flags, at);
	return counted_mremap(p, was, size, flags, at);
}
