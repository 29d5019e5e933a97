/*
 * Chooses the allocations to sample. Each allocated byte is chosen with probability 1/R, and an
 * allocation is sampled if one of its bytes is chosen. A thread counts down the bytes until the
 * next chosen one. That number has an exponential distribution, so it does not depend on
 * earlier allocations. An allocation of S bytes is sampled at most once, with probability
 * p = 1 - exp(-S/R), and stands for 1/p allocations and S/p bytes.
 *
 * These functions call no library: they run in signal handlers, and in any process.
 */
#ifndef ALLOC_COUNTDOWN_H
#define ALLOC_COUNTDOWN_H

#include <stdint.h>
#include <string.h>

/* The next number of the splitmix64 generator. Any initial state will do. */
static inline uint64_t countdown_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* The natural logarithm of a number > 0 that is not subnormal, within 1e-13. */
static inline double countdown_log(double x)
{
	uint64_t bits;
	double s, s2, sum = 0;
	int exponent;

	memcpy(&bits, &x, sizeof(bits));
	exponent = (int)(bits >> 52) - 1023;
	bits = (bits & 0xfffffffffffff) | (uint64_t)1023 << 52;
	memcpy(&x, &bits, sizeof(x));
	if (x > 1.4142135623730951) {
		x /= 2;
		exponent++;
	}
	s = (x - 1) / (x + 1);
	s2 = s * s;
	for (int k = 19; k > 1; k -= 2)
		sum = (sum + 1.0 / k) * s2;
	return exponent * 0.6931471805599453 + 2 * s * (1 + sum);
}

/* Draws the number of bytes until the next sample: 0 to 37 times `rate`, which is the mean. */
static inline uint64_t countdown_draw(uint64_t *state, uint64_t rate)
{
	double u = (double)((countdown_random(state) >> 11) + 1) * 0x1p-53; /* (0, 1] */

	return (uint64_t)((double)rate * -countdown_log(u));
}

/* 1 - exp(-x) for x >= 0. */
static inline double countdown_share(double x)
{
	double term = 1, sum = 0;
	int halved = 0;

	if (x > 40)
		return 1;
	for (; x > 0.5; halved++)
		x /= 2;
	for (int k = 1; k < 14; k++) {
		term *= -x / k;
		sum -= term;
	}
	/* 1 - (1 - s)^2 = s (2 - s) */
	while (halved--)
		sum *= 2 - sum;
	return sum;
}

/* The probability that an allocation of `bytes` bytes is sampled. */
static inline double countdown_probability(uint64_t bytes, uint64_t rate)
{
	return countdown_share((double)bytes / (double)rate);
}

#endif
