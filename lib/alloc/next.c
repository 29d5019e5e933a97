/* Finds the functions that come after the hooks in the loader's search order. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/preload.h"

enum { EARLY_BYTES = 64 << 10, ALIGN = 16 };

/* Memory before there is a malloc() */

static _Alignas(1 << LIVE_PAGE) char early[EARLY_BYTES];
static size_t early_used;

bool early_has(const void *p)
{
	return (uintptr_t)p - (uintptr_t)early < EARLY_BYTES;
}

size_t early_size(const void *p)
{
	size_t size;

	memcpy(&size, (const char *)p - ALIGN, sizeof(size));
	return size;
}

/* 255 is never decremented. */
void early_mark(void)
{
	if (!early_used)
		return;
	for (uintptr_t at = (uintptr_t)early; at < (uintptr_t)early + EARLY_BYTES;
	     at += 1 << LIVE_PAGE)
		live_pages[at >> LIVE_PAGE & (LIVE_PAGES - 1)] = 255;
}

void *early_alloc(size_t size)
{
	size_t whole = size > EARLY_BYTES ? EARLY_BYTES :
					    ALIGN + (size + ALIGN - 1) / ALIGN * ALIGN;
	size_t at = __atomic_fetch_add(&early_used, whole, __ATOMIC_RELAXED);

	if (at + whole > EARLY_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	early_mark();
	memcpy(early + at, &size, sizeof(size));
	return early + at + ALIGN;
}

/* Looking up */

/* The code of an allocator other than the C library's; empty until that is known. */
static uintptr_t inside_start, inside_size;

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
		inside_start = start;
		__atomic_store_n(&inside_size, h->p_memsz, __ATOMIC_RELEASE);
		return 1;
	}
	return 0;
}

static void find_allocator(void)
{
	if (!next_is_allocator((const void *)(uintptr_t)&getenv))
		dl_iterate_phdr(see_object, NULL);
}

static THREADS bool looking;

/* Returns false if the caller must use early_alloc(): dlsym() may allocate while `looking`. */
static bool look_up(void)
{
	struct next found;

	if (looking)
		return false;
	looking = true;
#define FIND(name) found.name = (__typeof__(found.name))dlsym(RTLD_NEXT, #name)
	FIND(malloc);
	FIND(calloc);
	FIND(realloc);
	FIND(free);
	FIND(posix_memalign);
	FIND(aligned_alloc);
	FIND(memalign);
	FIND(valloc);
	FIND(pvalloc);
	FIND(mmap);
	FIND(munmap);
	FIND(mremap);
#undef FIND
	looking = false;
	next = found;
	find_allocator();
	return true;
}

static void *first_malloc(size_t size)
{
	return look_up() ? next.malloc(size) : early_alloc(size);
}

/* Memory of early_alloc() is zero already. */
static void *first_calloc(size_t n, size_t size)
{
	size_t bytes;

	if (look_up())
		return next.calloc(n, size);
	return __builtin_mul_overflow(n, size, &bytes) ? NULL : early_alloc(bytes);
}

static void *first_realloc(void *p, size_t size)
{
	return look_up() ? next.realloc(p, size) : early_alloc(size);
}

static void first_free(void *p)
{
	if (look_up())
		next.free(p);
}

static int first_posix_memalign(void **p, size_t align, size_t size)
{
	return look_up() ? next.posix_memalign(p, align, size) : ENOMEM;
}

static void *first_aligned_alloc(size_t align, size_t size)
{
	return look_up() ? next.aligned_alloc(align, size) : NULL;
}

static void *first_memalign(size_t align, size_t size)
{
	return look_up() ? next.memalign(align, size) : NULL;
}

static void *first_valloc(size_t size)
{
	return look_up() ? next.valloc(size) : NULL;
}

static void *first_pvalloc(size_t size)
{
	return look_up() ? next.pvalloc(size) : NULL;
}

static void *first_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return look_up() ? next.mmap(at, size, protection, flags, fd, offset) : (void *)-1;
}

static int first_munmap(void *p, size_t size)
{
	return look_up() ? next.munmap(p, size) : -1;
}

static void *first_mremap(void *p, size_t was, size_t size, int flags, void *to)
{
	return look_up() ? next.mremap(p, was, size, flags, to) : (void *)-1;
}

struct next next = {
	.malloc = first_malloc,
	.calloc = first_calloc,
	.realloc = first_realloc,
	.free = first_free,
	.posix_memalign = first_posix_memalign,
	.aligned_alloc = first_aligned_alloc,
	.memalign = first_memalign,
	.valloc = first_valloc,
	.pvalloc = first_pvalloc,
	.mmap = first_mmap,
	.munmap = first_munmap,
	.mremap = first_mremap,
};

/* A library that a program loads with dlopen(3) may be visible to its own callers only. */
static void *as_caller_sees(const char *name, const void *caller)
{
	Dl_info info;
	void *object, *found;

	if (!dladdr(caller, &info) || !info.dli_fname)
		return NULL;
	object = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	/* The object stays open, so that the function found in it stays mapped. */
	found = object ? dlsym(object, name) : NULL;
	return found && !next_same_object(found, (const void *)&next_function) ? found : NULL;
}

void *next_function(const char *name, const void *caller)
{
	void *found = dlsym(RTLD_NEXT, name);

	return found ? found : as_caller_sees(name, caller);
}

static const void *object_of(const void *code)
{
	Dl_info info;

	return dladdr(code, &info) ? info.dli_fbase : NULL;
}

bool next_same_object(const void *a, const void *b)
{
	const void *object = object_of(a);

	return object && object == object_of(b);
}

bool next_is_allocator(const void *code)
{
	return next_same_object(code, (const void *)(uintptr_t)next.malloc);
}

bool next_is_inside(const void *code)
{
	uintptr_t size = __atomic_load_n(&inside_size, __ATOMIC_ACQUIRE);

	return (uintptr_t)code - inside_start < size;
}
