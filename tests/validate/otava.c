#include "otava.h"

#include <math.h>
#include <stdlib.h>

#include "compare/special.h"

struct part {
	size_t from, to;
};

struct means {
	double n, mean, variance; /* of the population */
};

static struct means means_of(const double *x, size_t from, size_t to)
{
	struct means m = { .n = (double)(to - from) };

	for (size_t i = from; i < to; i++)
		m.mean += x[i] / m.n;
	for (size_t i = from; i < to; i++)
		m.variance += (x[i] - m.mean) * (x[i] - m.mean) / m.n;
	return m;
}

/* Student's t test of two samples with a common variance, two-sided. */
static double t_test(const double *x, struct part left, struct part right, double *change)
{
	struct means a = means_of(x, left.from, left.to), b = means_of(x, right.from, right.to);
	double df = a.n + b.n - 2, pooled, t;

	*change = fmax(a.mean != 0 ? fabs(b.mean / a.mean - 1) : 0,
		       b.mean != 0 ? fabs(a.mean / b.mean - 1) : 0);
	if (df <= 0)
		return 1;
	pooled = ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / df;
	t = fabs(a.mean - b.mean) / sqrt(pooled * (1 / a.n + 1 / b.n));
	return isnan(t) ? 1 : fmin(1, 2 * student_tail(t, df));
}

/* The split of a part that maximises Q over all its beginnings [from, kappa). */
static double best_split(const double *x, struct part part, size_t *at)
{
	size_t from = part.from, n = part.to - from;
	double most = -INFINITY;

	*at = 0;
	for (size_t kappa = 2; kappa <= n; kappa++) {
		double within_left = 0, within_right = 0, across = 0;

		for (size_t i = 0; i < kappa; i++)
			for (size_t k = i + 1; k < kappa; k++)
				within_right += fabs(x[from + i] - x[from + k]);
		/* One point after the other goes from the right to the left. */
		for (size_t tau = 1; tau < kappa; tau++) {
			double l = (double)tau, r = (double)(kappa - tau), q, to_left = 0,
			       to_right = 0;
			size_t moved = from + tau - 1;

			for (size_t i = 0; i < tau - 1; i++)
				to_left += fabs(x[from + i] - x[moved]);
			for (size_t i = tau; i < kappa; i++)
				to_right += fabs(x[from + i] - x[moved]);
			across += to_right - to_left;
			within_left += to_left;
			within_right -= to_right;
			q = 2 / (l + r) * across - (l > 1 ? 2 * r / (l + r) / (l - 1) * within_left : 0) -
			    (r > 1 ? 2 * l / (l + r) / (r - 1) * within_right : 0);
			if (q > most) {
				most = q;
				*at = from + tau;
			}
		}
	}
	return most;
}

static int by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static void sort_points(struct points *p)
{
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_size);
}

static struct part part_of(const struct points *p, size_t i, struct part whole)
{
	return (struct part){ i ? p->v[i - 1] : whole.from, i < p->n ? p->v[i] : whole.to };
}

/* Points of one window: the split with the largest Q of all parts, as long as it is significant. */
static void split_window(const double *x, struct part window, double p, struct points *found)
{
	double ignored;

	for (;;) {
		struct part best = { 0 };
		double most = -INFINITY;
		size_t at = 0;

		for (size_t i = 0; i <= found->n; i++) {
			struct part part = part_of(found, i, window);
			size_t here;
			double q;

			if (part.to - part.from < 2)
				continue;
			q = best_split(x, part, &here);
			if (q > most) {
				most = q;
				at = here;
				best = part;
			}
		}
		if (!at || t_test(x, (struct part){ best.from, at }, (struct part){ at, best.to },
				  &ignored) > p)
			return;
		vec_push(found, at);
		sort_points(found);
	}
}

static void weak_points(const double *x, size_t n, size_t window, double p, struct points *weak)
{
	for (size_t start = 0; start < n;) {
		struct points new = { 0 };
		struct part part = { start, min_size(start + window, n) };
		size_t last = 0;

		split_window(x, part, p, &new);
		for (size_t i = 0; i < new.n; i++) {
			bool is_new = true;

			for (size_t k = 0; k < weak->n; k++)
				is_new &= weak->v[k] != new.v[i];
			if (is_new)
				vec_push(weak, new.v[i]);
			last = new.v[i];
		}
		vec_release(&new);
		start = last > start + window / 2 ? last : start + window / 2;
	}
	sort_points(weak);
}

/* Remove the weakest point until all are strong. */
static void merge_points(const double *x, size_t n, double p, double least, struct points *found)
{
	double *pv = mem_zeroed(found->n, sizeof(*pv)), *change = mem_zeroed(found->n, sizeof(*pv));
	size_t all = found->n;
	struct part whole = { 0, n };

	for (size_t i = 0; i < found->n; i++)
		pv[i] = t_test(x, part_of(found, i, whole), part_of(found, i + 1, whole), &change[i]);
	while (found->n) {
		size_t worst = 0;

		for (size_t i = 1; i < found->n; i++)
			worst = pv[i] > pv[worst] ? i : worst;
		if (pv[worst] < p) {
			for (size_t i = worst = 0; i < found->n; i++)
				worst = change[i] < change[worst] ? i : worst;
			if (change[worst] > least)
				break;
		}
		found->n--;
		for (size_t i = worst; i < found->n; i++) {
			found->v[i] = found->v[i + 1];
			pv[i] = pv[i + 1];
			change[i] = change[i + 1];
		}
		for (size_t i = worst ? worst - 1 : 0; i <= worst && i < found->n; i++)
			pv[i] = t_test(x, part_of(found, i, whole), part_of(found, i + 1, whole),
				       &change[i]);
	}
	mem_free(pv, all * sizeof(*pv));
	mem_free(change, all * sizeof(*change));
}

void otava_find(const double *x, size_t n, size_t window, double p, double least,
		struct points *found)
{
	vec_clear(found);
	weak_points(x, n, window, 10 * p, found);
	merge_points(x, n, p, least, found);
}
