#include "compare/members.h"

static size_t count_stacks(struct members *m)
{
	for (uint32_t i = 0; i < m->matrix->nstack; i++) {
		size_t n;
		const uint32_t *item = items_of(m->items, i, &n);

		for (size_t j = 0; j < n; j++)
			if (m->slot[item[j]])
				groups_count(&m->by_slot, m->slot[item[j]] - 1);
	}
	return groups_lay_out(&m->by_slot);
}

static void place_stacks(struct members *m)
{
	for (uint32_t i = 0; i < m->matrix->nstack; i++) {
		size_t n;
		const uint32_t *item = items_of(m->items, i, &n);

		for (size_t j = 0; j < n; j++)
			if (m->slot[item[j]])
				m->stack[groups_place(&m->by_slot, m->slot[item[j]] - 1)] =
					i | (j == 0 ? MEMBER_LEAF : 0);
	}
}

void members_init(struct members *m, struct items *items, const struct matrix *matrix,
		  const uint8_t *wanted)
{
	uint32_t nslot = 0;

	*m = (struct members){ .items = items, .matrix = matrix, .nitem = items->n };
	m->slot = mem_zeroed(items->n, sizeof(*m->slot));
	for (uint32_t i = 1; i < items->n; i++)
		if (wanted[i])
			m->slot[i] = ++nslot;
	groups_init(&m->by_slot, nslot);
	m->stack = mem_zeroed(count_stacks(m), sizeof(*m->stack));
	place_stacks(m);
	m->in_set = mem_zeroed(matrix->nstack, sizeof(*m->in_set));
	m->x = mem_zeroed(matrix->nrun, sizeof(*m->x));
}

void members_release(struct members *m)
{
	mem_free(m->stack, groups_total(&m->by_slot) * sizeof(*m->stack));
	groups_release(&m->by_slot);
	mem_free(m->slot, m->nitem * sizeof(*m->slot));
	mem_free(m->in_set, m->matrix->nstack * sizeof(*m->in_set));
	mem_free(m->x, m->matrix->nrun * sizeof(*m->x));
	*m = (struct members){ 0 };
}

const uint32_t *members_of(const struct members *m, uint32_t item, size_t *n)
{
	uint32_t slot = m->slot[item] - 1;

	*n = groups_end(&m->by_slot, slot) - groups_begin(&m->by_slot, slot);
	return m->stack + groups_begin(&m->by_slot, slot);
}

void members_clear(struct members *m)
{
	m->set++;
	memset(m->x, 0, m->matrix->nrun * sizeof(*m->x));
}

void members_add_stack(struct members *m, uint32_t stack)
{
	if (m->in_set[stack] == m->set)
		return;
	m->in_set[stack] = m->set;
	matrix_add(m->matrix, stack, m->x);
}

void members_add(struct members *m, uint32_t item, enum kind kind, const uint8_t *skip)
{
	size_t n;
	const uint32_t *stack = members_of(m, item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF;

		if (!(kind == SELF && id == stack[i]) && !(skip && skip[id]))
			members_add_stack(m, id);
	}
}
