#include "compare/matrix.h"

static uint32_t stack_of(const struct runs *runs, const struct cell *c)
{
	return profile_sample(&runs->profile, c->sample)->stack.i;
}

/* Let first[i + 1] be the number of entries of stack i, then where they begin. */
static size_t count(struct matrix *m, const struct runs *runs, const struct design *d)
{
	uint32_t at = 0;

	for (size_t r = 0; r < d->n; r++)
		for (size_t i = 0; i < d->run[r]->ncell; i++)
			m->first[stack_of(runs, &d->run[r]->cell[i]) + 1]++;
	for (uint32_t i = 1; i <= m->nstack; i++) {
		uint32_t n = m->first[i];

		m->first[i] = at;
		at += n;
	}
	return at;
}

void matrix_init(struct matrix *m, const struct runs *runs, const struct design *d)
{
	*m = (struct matrix){ .nstack = runs->profile.dict->stack.n, .nrun = d->n };
	m->first = mem_zeroed((size_t)m->nstack + 1, sizeof(*m->first));
	m->entry = mem_zeroed(count(m, runs, d), sizeof(*m->entry));
	for (size_t r = 0; r < d->n; r++) {
		const struct run *run = d->run[r];
		/* values are what samples weigh; on the average one weighs 1 */
		double weight = run->samples / (run->value / run->unit);

		for (size_t i = 0; i < run->ncell; i++) {
			uint32_t at = m->first[stack_of(runs, &run->cell[i]) + 1]++;

			m->entry[at] = (struct entry){
				(uint32_t)r, (float)((double)run->cell[i].value * weight)
			};
		}
	}
}

void matrix_release(struct matrix *m)
{
	mem_free(m->entry, m->first[m->nstack] * sizeof(*m->entry));
	mem_free(m->first, ((size_t)m->nstack + 1) * sizeof(*m->first));
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
