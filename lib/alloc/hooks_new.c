/*
 * Replacements for operator new and operator delete, under their mangled names.
 *
 * The operators of libstdc++ and libc++ call malloc() and free(), which count. Those of an
 * allocator such as jemalloc do not, so they are counted here. A program's own operators are
 * left alone. The first call of each operator finds out which case applies.
 *
 * Arguments beyond the first (an alignment, a size, std::nothrow) stay in their registers, so
 * all forms have one type here.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/preload.h"

typedef void *new_function(size_t size, uintptr_t a, uintptr_t b);
typedef void delete_function(void *p, uintptr_t a, uintptr_t b);

static void *new_without_next(size_t size, uintptr_t a, uintptr_t b)
{
	void *p = malloc(size ? size : 1);

	(void)a;
	(void)b;
	if (!p)
		abort(); /* no code here can throw std::bad_alloc */
	return p;
}

static void delete_without_next(void *p, uintptr_t a, uintptr_t b)
{
	(void)a;
	(void)b;
	free(p);
}

static RARE void *sampled_new(new_function *function, size_t size, uintptr_t a, uintptr_t b)
{
	uint64_t rate;
	bool due = sample_due(size, &rate, NULL);
	void *p = function(size, a, b);

	if (due && p)
		sample_take(p, size, rate);
	return p;
}

static RARE void checked_delete(delete_function *function, void *p, uintptr_t a, uintptr_t b)
{
	if (early_has(p))
		return;
	live_take_out(p);
	function(p, a, b);
}

static bool is_of_compiler(const void *function)
{
	Dl_info info;
	const char *name;

	if (!dladdr(function, &info) || !info.dli_fname)
		return false;
	name = strrchr(info.dli_fname, '/');
	name = name ? name + 1 : info.dli_fname;
	return strncmp(name, "libstdc++.so", 12) == 0 || strncmp(name, "libc++", 6) == 0;
}

static new_function *next_new(const char *name, const void *caller)
{
	new_function *next_one = (new_function *)next_function(name, caller);

	return next_one ? next_one : new_without_next;
}

static delete_function *next_delete(const char *name, const void *caller)
{
	delete_function *next_one = (delete_function *)next_function(name, caller);

	return next_one ? next_one : delete_without_next;
}

/* Defines an operator new: it jumps to `go`; `next` is the operator after this one. */
#define NEW(symbol, simple)                                                                        \
	static new_function first_##symbol, *go_##symbol = first_##symbol, *next_##symbol;         \
	EXPORTED new_function symbol;                                                              \
	static void *counted_##symbol(size_t size, uintptr_t a, uintptr_t b)                       \
	{                                                                                          \
		if (countdown_ends(size))                                                          \
			return sampled_new(next_##symbol, size, a, b);                             \
		return next_##symbol(size, a, b);                                                  \
	}                                                                                          \
	static void *first_##symbol(size_t size, uintptr_t a, uintptr_t b)                         \
	{                                                                                          \
		new_function *found = next_new(#symbol, __builtin_return_address(0)), *go = found; \
                                                                                                   \
		next_##symbol = found;                                                             \
		if (next_is_allocator((const void *)(uintptr_t)found))                             \
			go = counted_##symbol;                                                     \
		else if (is_of_compiler((const void *)(uintptr_t)found))                           \
			go = simple;                                                               \
		go = go ? go : found;                                                              \
		__atomic_store_n(&go_##symbol, go, __ATOMIC_RELEASE);                              \
		return go(size, a, b);                                                             \
	}                                                                                          \
	void *symbol(size_t size, uintptr_t a, uintptr_t b)                                        \
	{                                                                                          \
		return go_##symbol(size, a, b);                                                    \
	}

#define DELETE(symbol)                                                                             \
	static delete_function first_##symbol, *go_##symbol = first_##symbol, *next_##symbol;      \
	EXPORTED delete_function symbol;                                                           \
	static void counted_##symbol(void *p, uintptr_t a, uintptr_t b)                            \
	{                                                                                          \
		if (live_may_have(p))                                                              \
			checked_delete(next_##symbol, p, a, b);                                    \
		else                                                                               \
			next_##symbol(p, a, b);                                                    \
	}                                                                                          \
	static void first_##symbol(void *p, uintptr_t a, uintptr_t b)                              \
	{                                                                                          \
		delete_function *found = next_delete(#symbol, __builtin_return_address(0));        \
		bool counts = next_is_allocator((const void *)(uintptr_t)found);                   \
		delete_function *go = counts ? counted_##symbol : found;                           \
                                                                                                   \
		next_##symbol = found;                                                             \
		__atomic_store_n(&go_##symbol, go, __ATOMIC_RELEASE);                              \
		go(p, a, b);                                                                       \
	}                                                                                          \
	void symbol(void *p, uintptr_t a, uintptr_t b)                                             \
	{                                                                                          \
		go_##symbol(p, a, b);                                                              \
	}

/*
 * The compiler's operator new() is a loop around malloc(). This one tries malloc() first, so
 * that the caller of `new` is the first function on the stack.
 */
static new_function *next__Znwm;

static void *malloc_first(size_t size, uintptr_t a, uintptr_t b)
{
	void *p = malloc(size ? size : 1);

	return likely(p) ? p : next__Znwm(size, a, b);
}

/* operator new and new[]; with std::nothrow; with an alignment; with both */
NEW(_Znwm, malloc_first)
NEW(_Znam, NULL)
NEW(_ZnwmRKSt9nothrow_t, NULL)
NEW(_ZnamRKSt9nothrow_t, NULL)
NEW(_ZnwmSt11align_val_t, NULL)
NEW(_ZnamSt11align_val_t, NULL)
NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, NULL)
NEW(_ZnamSt11align_val_tRKSt9nothrow_t, NULL)

/* operator delete and delete[]; the same; and with a size */
DELETE(_ZdlPv)
DELETE(_ZdaPv)
DELETE(_ZdlPvm)
DELETE(_ZdaPvm)
DELETE(_ZdlPvRKSt9nothrow_t)
DELETE(_ZdaPvRKSt9nothrow_t)
DELETE(_ZdlPvSt11align_val_t)
DELETE(_ZdaPvSt11align_val_t)
DELETE(_ZdlPvmSt11align_val_t)
DELETE(_ZdaPvmSt11align_val_t)
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t)
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t)
