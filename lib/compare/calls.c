#include "compare/calls.h"

struct edge {
	uint32_t caller, callee;
	double samples;
};

static void add_samples(struct calls *c, uint32_t caller, uint32_t callee, double x)
{
	uint32_t row = table_intern(&c->edge, &(struct edge){ caller, callee, 0 });

	((struct edge *)table_row(&c->edge, row))->samples += x;
}

/* Add the calls of a stack, between the nodes of a path or the functions of its frames. */
static void add_stack(struct calls *c, const struct items *t, uint32_t stack, double x,
		      const uint8_t *of)
{
	size_t n;
	const loc_id *frame = dict_frames(t->p->dict, (stack_id){ stack }, &n);
	uint32_t callee = t->leaf ? t->leaf[stack] : 0;

	while (n--) {
		uint32_t caller = t->leaf ? t->parent[callee] : t->of_loc[frame[n].i];

		if (callee && caller && caller != callee && (of[caller] || of[callee]))
			add_samples(c, caller, callee, x);
		callee = caller;
	}
}

void calls_init(struct calls *c, const struct items *items, const struct matrix *m,
		const uint8_t *of)
{
	double *most = mem_zeroed(items->n, sizeof(*most));

	*c = (struct calls){ .nitem = items->n };
	table_init(&c->edge, sizeof(struct edge), offsetof(struct edge, samples));
	c->caller = mem_zeroed(items->n, sizeof(*c->caller));
	for (uint32_t i = 1; i < m->nstack; i++) {
		double x = matrix_sum(m, i);

		if (x > 0)
			add_stack(c, items, i, x, of);
	}
	for (uint32_t i = 1; i < c->edge.n; i++) {
		const struct edge *e = table_row(&c->edge, i);

		if (e->samples <= most[e->callee])
			continue;
		most[e->callee] = e->samples;
		c->caller[e->callee] = e->caller;
	}
	mem_free(most, items->n * sizeof(*most));
}

void calls_release(struct calls *c)
{
	mem_free(c->caller, c->nitem * sizeof(*c->caller));
	table_release(&c->edge);
}

double calls_between(const struct calls *c, uint32_t a, uint32_t b)
{
	uint32_t row = table_find(&c->edge, &(struct edge){ a, b, 0 });

	return row ? ((const struct edge *)table_row(&c->edge, row))->samples : 0;
}
