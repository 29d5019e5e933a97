/*
 * Typed vectors: arrays that grow, of any type, counted against mem_limit().
 *
 *	VEC(loc_id) stack = { 0 };
 *
 *	vec_push(&stack, loc);
 *	for (size_t i = 0; i < stack.n; i++)
 *		use(stack.v[i]);
 *	vec_release(&stack);
 *
 * A zeroed vector is empty and ready. Each VEC(type) is a type of its own: to pass one to
 * a function, name it: `struct loc_list VEC_OF(loc_id);`. A pointer to an element is valid
 * until the vector grows. The macros
 * evaluate their vector argument more than once: it must have no side effects.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <string.h>

#include "base/base.h"

#define VEC_OF(type)                                                                               \
	{                                                                                          \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}
#define VEC(type) struct VEC_OF(type)

/* Make room for `count` elements in all; vec->n does not change. */
#define vec_reserve(vec, count)                                                                    \
	((void)((vec)->v = mem_grow((vec)->v, &(vec)->cap, (count), sizeof(*(vec)->v))))

/*
 * Append one element: a value, or an initialiser in braces. It may be computed from
 * the vector itself.
 */
#define vec_push(vec, ...)                                                                         \
	do {                                                                                       \
		__typeof__(*(vec)->v) vec_new_ = __VA_ARGS__;                                      \
                                                                                                   \
		if ((vec)->n == (vec)->cap)                                                        \
			vec_reserve(vec, (vec)->n + 1);                                            \
		(vec)->v[(vec)->n++] = vec_new_;                                                   \
	} while (0)

/*
 * Do `more` elements after the last still fit below mem_limit()? To be asked before a
 * count from a file is believed: running out of memory ends the program.
 */
#define vec_fits(vec, more) mem_grow_fits((vec)->cap, (vec)->n, (more), sizeof(*(vec)->v))

/* Append `count` elements that lie at p, which is not inside the vector. */
#define vec_append(vec, p, count)                                                                  \
	do {                                                                                       \
		const __typeof__(*(vec)->v) *vec_from_ = (p);                                      \
		size_t vec_count_ = (count);                                                       \
                                                                                                   \
		vec_reserve(vec, (vec)->n + vec_count_);                                           \
		if (vec_count_)                                                                    \
			memcpy((vec)->v + (vec)->n, vec_from_, vec_count_ * sizeof(*(vec)->v));    \
		(vec)->n += vec_count_;                                                            \
	} while (0)

/* Append `count` elements that are all zero. */
#define vec_append_zeroed(vec, count)                                                              \
	do {                                                                                       \
		size_t vec_count_ = (count);                                                       \
                                                                                                   \
		vec_reserve(vec, (vec)->n + vec_count_);                                           \
		if (vec_count_)                                                                    \
			memset((vec)->v + (vec)->n, 0, vec_count_ * sizeof(*(vec)->v));            \
		(vec)->n += vec_count_;                                                            \
	} while (0)

/* The last element, of a vector that has one; and taking it off. */
#define vec_last(vec) ((vec)->v[(vec)->n - 1])
#define vec_pop(vec)  ((void)((vec)->n--))

/* No elements any more; the memory stays for the next ones. */
#define vec_clear(vec) ((void)((vec)->n = 0))

/* The elements in the opposite order. */
#define vec_reverse(vec) mem_reverse((vec)->v, (vec)->n, sizeof(*(vec)->v))

/* Give the memory back; the vector is empty and ready again. */
#define vec_release(vec)                                                                           \
	do {                                                                                       \
		mem_free((vec)->v, (vec)->cap * sizeof(*(vec)->v));                                \
		(vec)->v = NULL;                                                                   \
		(vec)->n = (vec)->cap = 0;                                                         \
	} while (0)

#endif
