#include "compare/multiple.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ranked {
	double p;
	size_t item;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static struct ranked *rank(const double *p, size_t m)
{
	struct ranked *r = mem_zeroed(m, sizeof(*r));

	for (size_t i = 0; i < m; i++)
		r[i] = (struct ranked){ p[i], i };
	qsort(r, m, sizeof(*r), by_p);
	return r;
}

void bh_adjust(double *adjusted, const double *p, size_t m)
{
	struct ranked *r = rank(p, m);
	double least = 1;

	for (size_t i = m; i-- > 0;) {
		least = fmin(least, r[i].p * (double)m / (double)(i + 1));
		adjusted[r[i].item] = least;
	}
	mem_free(r, m * sizeof(*r));
}

double bh_threshold(const double *p, size_t m, double q)
{
	struct ranked *r = rank(p, m);
	double threshold = -1;

	for (size_t i = m; i-- > 0 && threshold < 0;)
		if (r[i].p <= q * (double)(i + 1) / (double)m)
			threshold = r[i].p;
	mem_free(r, m * sizeof(*r));
	return threshold;
}

/* Mark the lowest of the nodes with a p-value of at most `most`, and count them. */
static size_t lowest(uint8_t *is_lowest, uint8_t *below, const double *p, const uint32_t *parent,
		     size_t m, double most)
{
	size_t n = 0;

	memset(below, 0, m);
	for (size_t i = m; i-- > 0;) {
		bool chosen = p[i] <= most;

		is_lowest[i] = chosen && !below[i];
		n += is_lowest[i];
		if (parent[i] != NO_PARENT)
			below[parent[i]] |= chosen || below[i];
	}
	return n;
}

void bh_focus(uint8_t *found, double *adjusted, const double *p, const uint32_t *parent, size_t m,
	      double q)
{
	struct ranked *r = rank(p, m);
	uint8_t *is_lowest = mem_zeroed(m, 1), *below = mem_zeroed(m, 1);

	memset(found, 0, m);
	for (size_t i = 0; i < m; i++)
		adjusted[i] = 1;
	for (size_t i = 0; i < m; i++) {
		size_t n = lowest(is_lowest, below, p, parent, m, r[i].p);
		double level = (double)m * r[i].p / (double)n;

		for (size_t j = 0; j < m; j++)
			if (is_lowest[j] && level < adjusted[j])
				adjusted[j] = level;
		if (level <= q)
			memcpy(found, is_lowest, m);
	}
	mem_free(is_lowest, m);
	mem_free(below, m);
	mem_free(r, m * sizeof(*r));
}
