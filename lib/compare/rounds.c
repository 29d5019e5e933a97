/* Pairing the runs of a round. */
#include <stdlib.h>

#include "compare/design_steps.h"

static int by_round(const void *a, const void *b)
{
	const struct run *x = *(const struct run *const *)a, *y = *(const struct run *const *)b;

	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return (x->round > y->round) - (x->round < y->round);
}

static bool has_round(const struct design *d, enum side side, int64_t round)
{
	size_t first = side == BASE ? 0 : d->k[BASE];

	for (size_t i = 0; i < d->k[side]; i++)
		if (d->run[first + i]->round == round)
			return true;
	return false;
}

/* Do all runs have a round, and no side two runs of one? Sorts the runs. */
static bool rounds_known(struct design *d)
{
	qsort(d->run, d->n, sizeof(const struct run *), by_round);
	for (size_t i = 0; i < d->n; i++)
		if (d->run[i]->round < 0 || (i && d->run[i - 1]->side == d->run[i]->side &&
					     d->run[i - 1]->round == d->run[i]->round))
			return false;
	return true;
}

static size_t whole_rounds(const struct design *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->k[BASE]; i++)
		n += has_round(d, NEW, d->run[i]->round);
	return n;
}

void pair_rounds(struct design *d, const struct runs *runs)
{
	size_t n = 0, k[2] = { 0 };

	if (!rounds_known(d) || whole_rounds(d) < 2)
		return;
	for (size_t i = 0; i < d->n; i++) {
		const struct run *r = d->run[i];

		if (has_round(d, r->side == BASE ? NEW : BASE, r->round))
			k[r->side]++;
		else
			design_warn(d, "%s is left out: its round lacks the other side",
				    design_text(runs, r->name));
	}
	/* has_round() reads all runs, so they are moved only afterwards. */
	const struct run **kept = mem_zeroed(d->n, sizeof(const struct run *));

	for (size_t i = 0; i < d->n; i++)
		if (has_round(d, d->run[i]->side == BASE ? NEW : BASE, d->run[i]->round))
			kept[n++] = d->run[i];
	memcpy(d->run, kept, n * sizeof(const struct run *));
	mem_free(kept, d->n * sizeof(const struct run *));
	d->n = n;
	memcpy(d->k, k, sizeof(k));
	d->paired = true;
}
