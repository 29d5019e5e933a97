#include "compare/members.h"

/* Let first[i + 1] be the number of stacks of place i, then where they begin. */
static size_t count(struct members *m)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < m->matrix->nstack; i++) {
		size_t n;
		const uint32_t *item = items_of(m->items, i, &n);

		for (size_t j = 0; j < n; j++)
			if (m->slot[item[j]])
				m->first[m->slot[item[j]]]++;
	}
	for (size_t i = 1; i <= m->n; i++) {
		uint32_t n = m->first[i];

		m->first[i] = at;
		at += n;
	}
	return at;
}

static void fill(struct members *m)
{
	for (uint32_t i = 0; i < m->matrix->nstack; i++) {
		size_t n;
		const uint32_t *item = items_of(m->items, i, &n);

		for (size_t j = 0; j < n; j++)
			if (m->slot[item[j]])
				m->stack[m->first[m->slot[item[j]]]++] = i |
									 (j == 0 ? MEMBER_LEAF : 0);
	}
}

void members_init(struct members *m, struct items *items, const struct matrix *matrix,
		  const uint8_t *wanted)
{
	*m = (struct members){ .items = items, .matrix = matrix, .nitem = items->n };
	m->slot = mem_zeroed(items->n, sizeof(*m->slot));
	for (uint32_t i = 1; i < items->n; i++)
		if (wanted[i])
			m->slot[i] = (uint32_t)++m->n;
	m->first = mem_zeroed(m->n + 1, sizeof(*m->first));
	m->stack = mem_zeroed(count(m), sizeof(*m->stack));
	fill(m);
	m->in_set = mem_zeroed(matrix->nstack, sizeof(*m->in_set));
	m->x = mem_zeroed(matrix->nrun, sizeof(*m->x));
}

void members_release(struct members *m)
{
	mem_free(m->stack, m->first[m->n] * sizeof(*m->stack));
	mem_free(m->first, (m->n + 1) * sizeof(*m->first));
	mem_free(m->slot, m->nitem * sizeof(*m->slot));
	mem_free(m->in_set, m->matrix->nstack * sizeof(*m->in_set));
	mem_free(m->x, m->matrix->nrun * sizeof(*m->x));
	*m = (struct members){ 0 };
}

const uint32_t *members_of(const struct members *m, uint32_t item, size_t *n)
{
	uint32_t place = m->slot[item] - 1;

	*n = m->first[place + 1] - m->first[place];
	return m->stack + m->first[place];
}

void members_clear(struct members *m)
{
	m->set++;
	memset(m->x, 0, m->matrix->nrun * sizeof(*m->x));
}

void members_add(struct members *m, uint32_t item, enum kind kind, const uint8_t *skip)
{
	size_t n;
	const uint32_t *stack = members_of(m, item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF;

		if ((kind == SELF && id == stack[i]) || (skip && skip[id]) ||
		    m->in_set[id] == m->set)
			continue;
		m->in_set[id] = m->set;
		matrix_add(m->matrix, id, m->x);
	}
}
