/* All ways to choose some of a few runs, as sets of bits. */
#ifndef COMPARE_CHOICES_H
#define COMPARE_CHOICES_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* The number of ways to choose k of n. */
static inline double choices(size_t n, size_t k)
{
	double ways = 1;

	for (size_t i = 1; i <= k; i++)
		ways *= (double)(n - k + i) / (double)i;
	return round(ways);
}

static inline uint64_t first_choice(size_t k)
{
	return ((uint64_t)1 << k) - 1;
}

/* The next larger number with as many bits set. */
static inline uint64_t next_choice(uint64_t v)
{
	uint64_t low = v & -v, carry = v + low;

	return carry | ((v ^ carry) / low) >> 2;
}

#endif
