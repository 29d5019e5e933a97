/* Sums that saturate at the limits of int64 instead of wrapping, and count how often. */
#ifndef ANALYZE_SUM_H
#define ANALYZE_SUM_H

#include "base/base.h"

/* a + b. */
static inline int64_t sum_add(int64_t a, int64_t b, uint64_t *saturated)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	++*saturated;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

/* a - b. */
static inline int64_t sum_subtract(int64_t a, int64_t b, uint64_t *saturated)
{
	int64_t difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	++*saturated;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

/* The magnitude of v, which is exact for INT64_MIN, too. */
static inline uint64_t sum_magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

#endif
