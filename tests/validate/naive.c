/* Ways that take samples for independent, for comparison. */
#include <math.h>

#include "compare/multiple.h"
#include "figures.h"

static double share(const struct comparison *c, const double *x, enum side side)
{
	size_t first = side == BASE ? 0 : c->design.k[BASE];
	double sum = 0, all = 0;

	for (size_t r = first; r < first + c->design.k[side]; r++) {
		sum += x[r];
		all += c->design.samples[r];
	}
	return sum / all;
}

bool naive_threshold(const struct comparison *c)
{
	const struct family *f = &c->family[SELF];

	for (size_t i = 0; i < f->m; i++) {
		const double *x = family_counts(f, i);
		double base = share(c, x, BASE), new = share(c, x, NEW);

		if (new >= 0.01 && new > 1.05 * base)
			return true;
	}
	return false;
}

bool naive_z(const struct comparison *c)
{
	const struct family *f = &c->family[SELF];
	double *p = mem_zeroed(f->m, sizeof(*p)), n[2] = { 0 };
	bool found;

	for (size_t r = 0; r < c->design.n; r++)
		n[r >= c->design.k[BASE]] += c->design.samples[r];
	for (size_t i = 0; i < f->m; i++) {
		const double *x = family_counts(f, i);
		double base = share(c, x, BASE), new = share(c, x, NEW);
		double both = (base * n[BASE] + new *n[NEW]) / (n[BASE] + n[NEW]);

		p[i] = erfc((new - base) / sqrt(both * (1 - both) * (1 / n[BASE] + 1 / n[NEW])) /
			    M_SQRT2) /
		       2;
	}
	found = f->m && bh_threshold(p, f->m, 0.05) >= 0;
	mem_free(p, f->m * sizeof(*p));
	return found;
}
