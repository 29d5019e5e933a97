#include "record/sampler/evaluators.h"

#include <stddef.h>

#include "record/interp/interpreter_files.h"

enum { MOST_LENDERS = 4096 };

struct known_evaluator {
	uint64_t module;
	struct evaluator evaluator; /* payload */
};

struct known_lender {
	uint64_t process; /* process.number */
	/* Payload: */
	uint64_t nmap; /* mappings that were there */
	uint64_t map;  /* map.number of the one that has the evaluator; 0: none has */
};

void evaluators_init(struct evaluators *e)
{
	table_init(&e->known, sizeof(struct known_evaluator),
		   offsetof(struct known_evaluator, evaluator));
	table_init(&e->lenders, sizeof(struct known_lender), offsetof(struct known_lender, nmap));
}

void evaluators_release(struct evaluators *e)
{
	table_release(&e->known);
	table_release(&e->lenders);
}

/* The row of a module, which is examined the first time. */
static uint32_t examined_module(struct evaluators *e, const struct module *m)
{
	struct known_evaluator row = { .module = m->id };
	uint32_t i = table_find(&e->known, &row);

	if (i)
		return i;
	evaluator_find(&row.evaluator, m);
	return table_intern(&e->known, &row);
}

const struct evaluator *evaluators_of(struct evaluators *e, const struct module *m)
{
	const struct known_evaluator *row;

	if (!e->last || e->last_module != m->id)
		e->last = examined_module(e, m);
	e->last_module = m->id;
	row = table_row(&e->known, e->last);
	return &row->evaluator;
}

/* Does a mapping have PHP's evaluator? */
static bool lends_frame(struct evaluators *e, struct processes *t, struct process *p, size_t i)
{
	const struct map *m = &p->map[i];
	const struct evaluator *found;

	if (!m->binary || (m->binary != p->program && !interpreter_has_name(m->binary->path)))
		return false;
	m = process_find(t, p, m->region.start);
	if (!m || !m->region.module || !m->region.module->elf.handle)
		return false;
	found = evaluators_of(e, m->region.module);
	return found->nparts && found->kind == INTERP_PHP &&
	       found->part[0].start + m->region.bias - m->region.start <
		       m->region.end - m->region.start;
}

static uint64_t find_lender(struct evaluators *e, struct processes *t, struct process *p)
{
	for (size_t i = 0; i < p->nmap; i++)
		if (lends_frame(e, t, p, i))
			return p->map[i].number;
	return 0;
}

/* What is known of a process, as long as its mappings are those that were examined. */
static struct known_lender *lender_of(struct evaluators *e, struct processes *t, struct process *p)
{
	struct known_lender row = { .process = p->number }, *known;
	uint32_t i = table_find(&e->lenders, &row);

	if (!i && e->lenders.n > MOST_LENDERS)
		table_clear(&e->lenders);
	if (!i)
		i = table_intern(&e->lenders, &row);
	known = table_row(&e->lenders, i);
	if (known->nmap != p->nmap) {
		known->nmap = p->nmap;
		known->map = find_lender(e, t, p);
	}
	return known;
}

const struct region *evaluators_lender(struct evaluators *e, struct processes *t, struct process *p,
				       uint64_t *like)
{
	const struct known_lender *known = lender_of(e, t, p);
	const struct code_range *code;
	const struct region *r;

	for (size_t i = 0; known->map && i < p->nmap; i++) {
		if (p->map[i].number != known->map)
			continue;
		r = &p->map[i].region;
		code = &evaluators_of(e, r->module)->part[0];
		/* In its middle, the frame has the size that it has in all instructions. */
		*like = code->start + (code->end - code->start) / 2 + r->bias;
		return r;
	}
	return NULL;
}
