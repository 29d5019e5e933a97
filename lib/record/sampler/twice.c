#include "record/sampler/twice.h"

#include <stddef.h>

/*
 * With more entries the table is emptied. From then on either of a thread's two events may be the
 * one that counts; when that changes, one sample may count twice.
 */
enum { MOST_KNOWN = 1 << 16 };

struct first_event {
	uint32_t tid, cpu;
	uint64_t event; /* from 1 */
	uint64_t id;    /* payload: of the event that counts */
};

void twice_init(struct twice *t)
{
	table_init(&t->first, sizeof(struct first_event), offsetof(struct first_event, id));
}

void twice_release(struct twice *t)
{
	table_release(&t->first);
}

bool twice_counted(struct twice *t, const struct record *r, size_t event)
{
	struct first_event key = { .tid = r->tid, .cpu = r->cpu, .event = event + 1, .id = r->id };
	struct first_event *row;

	if (t->first.n > MOST_KNOWN)
		table_clear(&t->first);
	row = table_row(&t->first, table_intern(&t->first, &key));
	return row->id != r->id;
}
