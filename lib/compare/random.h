/* Random numbers that depend only on the seed, and are the same on every machine. */
#ifndef COMPARE_RANDOM_H
#define COMPARE_RANDOM_H

#include "base/base.h"

/* The next 64 bits: splitmix64. */
static inline uint64_t random_bits(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

#endif
