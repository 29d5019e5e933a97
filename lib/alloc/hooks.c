/* Replacements for the C allocation functions: malloc(), free() and their relatives. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/preload.h"

#if defined(__GNUC__) && !defined(__clang__)
/* The analyzer expects each result to be freed here; the caller frees it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* RARE functions call the next functions; the others jump to them. */

static RARE void *sampled_malloc(size_t size, const void *caller)
{
	uint64_t rate;
	bool due = sample_due(size, &rate, caller);
	void *p = next.malloc(size);

	if (due && p)
		sample_take(p, size, rate);
	return p;
}

EXPORTED void *malloc(size_t size)
{
	if (countdown_ends(size))
		return sampled_malloc(size, CALLER);
	return next.malloc(size);
}

static RARE void *sampled_calloc(size_t n, size_t size, const void *caller)
{
	uint64_t rate;
	bool due = sample_due(n * size, &rate, caller);
	void *p = next.calloc(n, size);

	if (due && p)
		sample_take(p, n * size, rate);
	return p;
}

EXPORTED void *calloc(size_t n, size_t size)
{
	size_t bytes;

	/* The next function refuses a size that overflows. */
	if (likely(!__builtin_mul_overflow(n, size, &bytes)) && countdown_ends(bytes))
		return sampled_calloc(n, size, CALLER);
	return next.calloc(n, size);
}

static RARE void checked_free(void *p)
{
	if (early_has(p))
		return;
	live_take_out(p);
	next.free(p);
}

EXPORTED void free(void *p)
{
	if (live_may_have(p)) {
		checked_free(p);
		return;
	}
	next.free(p);
}

/* Copies as much of the old block as fits. Bytes after the old block hold no data yet. */
static void *move_early(const void *p, size_t size)
{
	void *to = malloc(size);
	size_t was = early_size(p);

	if (to)
		memcpy(to, p, was < size ? was : size);
	return to;
}

/*
 * Counts as free() of the old block and malloc() of a new one. The old block is taken out
 * first: once it is free, another thread may get its address.
 */
static RARE void *sampled_realloc(void *p, size_t size, bool ends, const void *caller)
{
	uint64_t rate, id;
	bool due;
	void *to;

	if (early_has(p))
		return move_early(p, size);
	due = ends && sample_due(size, &rate, caller);
	id = p && live_may_have(p) ? live_take_out(p) : 0;
	to = next.realloc(p, size);
	if (!to && size && id)
		live_put_back(p, id);
	if (to && due)
		sample_take(to, size, rate);
	return to;
}

EXPORTED void *realloc(void *p, size_t size)
{
	bool ends = countdown_ends(size);

	if (unlikely(ends) || live_may_have(p))
		return sampled_realloc(p, size, ends, CALLER);
	return next.realloc(p, size);
}

EXPORTED void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, bytes);
}

/* With an alignment */

static RARE int sampled_posix_memalign(void **p, size_t align, size_t size, const void *caller)
{
	uint64_t rate;
	bool due = sample_due(size, &rate, caller);
	int error = next.posix_memalign(p, align, size);

	if (due && !error && *p)
		sample_take(*p, size, rate);
	return error;
}

EXPORTED int posix_memalign(void **p, size_t align, size_t size)
{
	if (countdown_ends(size))
		return sampled_posix_memalign(p, align, size, CALLER);
	return next.posix_memalign(p, align, size);
}

static RARE void *sampled_aligned(void *(*function)(size_t, size_t), size_t align, size_t size,
				  const void *caller)
{
	uint64_t rate;
	bool due = sample_due(size, &rate, caller);
	void *p = function(align, size);

	if (due && p)
		sample_take(p, size, rate);
	return p;
}

EXPORTED void *aligned_alloc(size_t align, size_t size)
{
	if (countdown_ends(size))
		return sampled_aligned(next.aligned_alloc, align, size, CALLER);
	return next.aligned_alloc(align, size);
}

EXPORTED void *memalign(size_t align, size_t size)
{
	if (countdown_ends(size))
		return sampled_aligned(next.memalign, align, size, CALLER);
	return next.memalign(align, size);
}

static RARE void *sampled_pages(void *(*function)(size_t), size_t size, const void *caller)
{
	uint64_t rate;
	bool due = sample_due(size, &rate, caller);
	void *p = function(size);

	if (due && p)
		sample_take(p, size, rate);
	return p;
}

EXPORTED void *valloc(size_t size)
{
	if (countdown_ends(size))
		return sampled_pages(next.valloc, size, CALLER);
	return next.valloc(size);
}

EXPORTED void *pvalloc(size_t size)
{
	if (countdown_ends(size))
		return sampled_pages(next.pvalloc, size, CALLER);
	return next.pvalloc(size);
}
