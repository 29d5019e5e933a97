#include "compare/design.h"

#include <stdlib.h>

#include "compare/design_steps.h"

static const char *const side_name[] = { "base", "new" };

/* Messages */

bool design_fail(struct design *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&d->error, fmt, ap);
	va_end(ap);
	buf_ch(&d->error, '\0');
	d->error.n--;
	return false;
}

void design_warn(struct design *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&d->warnings, fmt, ap);
	va_end(ap);
	buf_ch(&d->warnings, '\0');
}

const char *design_warning(const struct design *d, size_t i)
{
	const char *at = d->warnings.p, *end = at + d->warnings.n;

	for (; at && at < end; at += strlen(at) + 1)
		if (!i--)
			return at;
	return NULL;
}

/* Which runs count */

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_samples(const struct runs *runs)
{
	double *v = mem_zeroed(runs->n, sizeof(*v)), middle;

	for (size_t i = 0; i < runs->n; i++)
		v[i] = runs->run[i].samples;
	qsort(v, runs->n, sizeof(*v), by_number);
	middle = v[runs->n / 2];
	mem_free(v, runs->n * sizeof(*v));
	return middle;
}

static bool is_usable(struct design *d, const struct runs *runs, const struct run *run,
		      double median)
{
	const double few = 0.05; /* of the others' samples */
	const char *why = !(run->samples > 0 && run->value > 0) ? "it has no samples" :
			  run->work <= 0                        ? "it did no work" :
			  run->cpu_ns <= 0 ? "it has samples, and no CPU time" :
					     NULL;

	if (!why && runs->n > 2 && run->samples < few * median) {
		design_warn(d, "%s is left out: it has %.0f samples, where others have %.0f",
			    design_text(runs, run->name), run->samples, median);
		return false;
	}
	if (why)
		design_warn(d, "%s is left out: %s", design_text(runs, run->name), why);
	return !why;
}

static bool choose_runs(struct design *d, const struct runs *runs)
{
	double median = runs->n ? median_samples(runs) : 0;

	d->cap = runs->n;
	d->run = mem_zeroed(d->cap, sizeof(const struct run *));
	for (int side = BASE; side <= NEW; side++) {
		for (size_t i = 0; i < runs->n; i++) {
			const struct run *run = &runs->run[i];

			if ((int)run->side != side)
				continue;
			d->given[side]++;
			if (!is_usable(d, runs, run, median))
				continue;
			d->run[d->n++] = run;
			d->k[side]++;
		}
		if (!d->given[side])
			return design_fail(d, "the %s side has no runs", side_name[side]);
		if (!d->k[side])
			return design_fail(d, "the %s side has no run that can be used: %s",
					   side_name[side], design_warning(d, 0));
	}
	return true;
}

/*
 * A copy of a run adds no information, and hides the variance of real runs. Equal values do not
 * prove a copy, since some counts do not vary (callgrind, allocations): only the same file, or
 * the same time of recording, does.
 */
static bool is_copy(const struct run *a, const struct run *b)
{
	return a->time || a->name.i == b->name.i;
}

static bool check_replicates(struct design *d, const struct runs *runs, bool *warned,
			     const struct run *a, const struct run *b)
{
	const char *names[] = { design_text(runs, a->name), design_text(runs, b->name) };

	if (is_copy(a, b))
		return design_fail(d,
				   "%s and %s are the same: replicates are runs of their own, not "
				   "copies",
				   names[0], names[1]);
	if (!*warned)
		design_warn(
			d,
			"%s and %s are equal: right for counts that do not vary, but copies of a "
			"run would hide how much runs differ",
			names[0], names[1]);
	*warned = true;
	return true;
}

static bool check_copies(struct design *d, const struct runs *runs)
{
	uint8_t *matched = mem_zeroed(d->n, 1);
	bool ok = true, warned = false;
	size_t nmatched = 0;

	for (size_t i = 0; ok && i < d->n; i++) {
		for (size_t j = i + 1; ok && j < d->n; j++) {
			if (!runs_are_same(d->run[i], d->run[j]))
				continue;
			if (d->run[i]->side == d->run[j]->side)
				ok = check_replicates(d, runs, &warned, d->run[i], d->run[j]);
			else
				matched[i] = matched[j] = 1;
		}
		nmatched += matched[i];
	}
	d->identical = d->k[BASE] == d->k[NEW] && nmatched == d->n;
	mem_free(matched, d->n);
	return ok;
}

/* The design */

static void check_losses(struct design *d, const struct runs *runs)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct run *r = d->run[i];

		if (r->lost > 0.01 * (r->samples + r->lost))
			design_warn(d, "%s lost %.1f%% of its samples", design_text(runs, r->name),
				    100 * r->lost / (r->samples + r->lost));
		if (r->nmerged > 1)
			design_warn(d, "%s is %u runs merged into one, and counts as one",
				    design_text(runs, r->name), r->nmerged);
	}
}

bool design_init(struct design *d, const struct runs *runs, const struct options *o)
{
	*d = (struct design){ 0 };
	if (!choose_runs(d, runs) || !check_copies(d, runs) || !check_alike(d, runs, o) ||
	    !choose_metric(d, runs, o) || !check_work(d, runs))
		return false;
	pair_rounds(d, runs);
	set_exposures(d, runs);
	check_order(d);
	check_losses(d, runs);
	return true;
}

void design_release(struct design *d)
{
	mem_free(d->run, d->cap * sizeof(const struct run *));
	mem_free(d->exposure, d->exposure ? d->n * sizeof(*d->exposure) : 0);
	mem_free(d->samples, d->samples ? d->n * sizeof(*d->samples) : 0);
	buf_release(&d->warnings);
	buf_release(&d->error);
	*d = (struct design){ 0 };
}
