/* Memory that grows with the input: counted, limited, never NULL. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__linux__) && defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/base.h"
#include "base/ram.h"

const char *program_name = "prof";

static _Atomic size_t used, limit;
static int exhausted_status = 2;

/* A machine with little RAM may swap; a control group kills. */
static __attribute__((constructor)) void set_default_limit(void)
{
	uint64_t least = (uint64_t)1 << 30, machine = ram_machine(), group = ram_group();

	machine = machine / 2 > least ? machine / 2 : least;
	limit = (size_t)(group / 2 < machine ? group / 2 : machine);
}

void mem_limit(size_t bytes)
{
	limit = bytes;
}

size_t mem_limit_now(void)
{
	return limit;
}

size_t mem_used(void)
{
	return used;
}

/* Several threads that ask at once may exceed the limit by what each asks for. */
bool mem_fits(size_t more)
{
	size_t max = limit, now = used;

	return now <= max && more <= max - now;
}

void mem_exhausted(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: out of memory: ", program_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(exhausted_status);
}

void mem_exhausted_status(int status)
{
	exhausted_status = status;
}

static NORETURN void out_of_memory(size_t more)
{
	if (mem_fits(more))
		mem_exhausted("%zu more bytes asked for, %zu in use", more, (size_t)used);
	mem_exhausted("more than the limit of %zu MiB is needed", mem_limit_now() >> 20);
}

/* glibc's limits grow by themselves up to 32 MiB unless they are set; other libraries' do not. */
void mem_return_early(void)
{
#if defined(__linux__) && defined(__GLIBC__)
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	mallopt(M_TRIM_THRESHOLD, 256 << 10);
	mallopt(M_ARENA_MAX, 1);
#endif
}

/*
 * Large blocks are made of large pages where the kernel has them: each page that is touched for
 * the first time costs a fault, and those were a fifth of the time of large flame graphs. The
 * advice is for all pages that the block touches: the kernel moves a mapping that grows only if
 * all of it has the same advice, and realloc() copies it otherwise.
 */
static void use_large_pages(void *p, size_t size)
{
#ifdef MADV_HUGEPAGE
	enum { LARGE = 4 << 20, PAGE = 4096 };
	uintptr_t from = (uintptr_t)p & ~(uintptr_t)(PAGE - 1);
	uintptr_t to = ((uintptr_t)p + size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);

	if (size >= LARGE)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
	(void)p, (void)size;
#endif
}

void *mem_resize(void *p, size_t was, size_t size)
{
	void *q;

	if (size > was && !mem_fits(size - was))
		out_of_memory(size - was);
	if (size == 0) {
		mem_free(p, was);
		return NULL;
	}
	q = realloc(p, size);
	if (!q)
		out_of_memory(size - was);
	if (size > was)
		use_large_pages(q, size);
	used += size - was;
	return q;
}

void mem_free(void *p, size_t size)
{
	if (!p)
		return;
	free(p);
	used -= size;
}

void *mem_zeroed(size_t count, size_t size)
{
	void *p;

	if (size && count > SIZE_MAX / size)
		out_of_memory(SIZE_MAX);
	if (!mem_fits(count * size))
		out_of_memory(count * size);
	p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		out_of_memory(count * size);
	use_large_pages(p, count * size);
	used += count * size;
	return p;
}

/* The capacity, in elements, that an array of `was` grows to. */
static size_t grown(size_t was, size_t need)
{
	size_t now = was ? was : 16;

	while (now < need)
		now = now > SIZE_MAX / 2 ? need : now * 2;
	return now;
}

void *mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t was = *cap, now = grown(was, need);

	if (need <= was)
		return p;
	if (now > SIZE_MAX / size)
		out_of_memory(SIZE_MAX);
	*cap = now;
	return mem_resize(p, was * size, now * size);
}

bool mem_grow_fits(size_t cap, size_t n, size_t more, size_t size)
{
	size_t need, now;

	if (__builtin_add_overflow(n, more, &need))
		return false;
	now = grown(cap, need);
	return need <= cap || (now <= SIZE_MAX / size && mem_fits((now - cap) * size));
}

void mem_reverse(void *p, size_t n, size_t size)
{
	char *a = p, *b, byte;

	if (!n)
		return; /* p may be NULL */
	b = a + n * size;
	for (size_t left = n / 2; left--; a += size) {
		b -= size;
		for (size_t i = 0; i < size; i++) {
			byte = a[i];
			a[i] = b[i];
			b[i] = byte;
		}
	}
}
