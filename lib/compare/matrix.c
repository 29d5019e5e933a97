#include "compare/matrix.h"

static uint32_t stack_of(const struct runs *runs, const struct cell *c)
{
	return profile_sample(&runs->profile, c->sample)->stack.i;
}

static size_t count_entries(struct matrix *m, const struct runs *runs, const struct design *d)
{
	for (size_t r = 0; r < d->n; r++)
		for (size_t i = 0; i < d->run[r]->ncell; i++)
			groups_count(&m->by_stack, stack_of(runs, &d->run[r]->cell[i]));
	return groups_lay_out(&m->by_stack);
}

void matrix_init(struct matrix *m, const struct runs *runs, const struct design *d)
{
	*m = (struct matrix){ .nstack = runs->profile.dict->stack.n, .nrun = d->n };
	groups_init(&m->by_stack, m->nstack);
	m->entry = mem_zeroed(count_entries(m, runs, d), sizeof(*m->entry));
	for (size_t r = 0; r < d->n; r++) {
		const struct run *run = d->run[r];
		/* Values are weights of samples, scaled to a mean of 1. */
		double weight = run->samples / (run->value / run->unit);

		for (size_t i = 0; i < run->ncell; i++) {
			uint32_t at = groups_place(&m->by_stack, stack_of(runs, &run->cell[i]));

			m->entry[at] = (struct entry){
				(uint32_t)r, (float)((double)run->cell[i].value * weight)
			};
		}
	}
}

void matrix_release(struct matrix *m)
{
	mem_free(m->entry, groups_total(&m->by_stack) * sizeof(*m->entry));
	groups_release(&m->by_stack);
	*m = (struct matrix){ 0 };
}

double matrix_sum(const struct matrix *m, uint32_t stack)
{
	size_t n;
	const struct entry *e = matrix_stack(m, stack, &n);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)e[i].x;
	return sum;
}

void matrix_add(const struct matrix *m, uint32_t stack, double *x)
{
	size_t n;
	const struct entry *e = matrix_stack(m, stack, &n);

	for (size_t i = 0; i < n; i++)
		x[e[i].run] += (double)e[i].x;
}
