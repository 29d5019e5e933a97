#include "perf/perf_events.h"

#include <stddef.h>
#include <string.h>

#include "perf/record.h"

struct known_id {
	uint64_t id;
	uint64_t event; /* payload */
};

void perf_events_init(struct perf_events *e)
{
	*e = (struct perf_events){ .n = 0 };
	table_init(&e->ids, sizeof(struct known_id), offsetof(struct known_id, event));
}

void perf_events_release(struct perf_events *e)
{
	mem_free(e->attr, e->cap * sizeof(*e->attr));
	table_release(&e->ids);
	*e = (struct perf_events){ .n = 0 };
}

size_t perf_events_add(struct perf_events *e, const struct perf_event_attr *attr)
{
	e->attr = mem_grow(e->attr, &e->cap, e->n + 1, sizeof(*e->attr));
	e->attr[e->n] = *attr;
	return e->n++;
}

void perf_events_add_id(struct perf_events *e, uint64_t id, size_t event)
{
	struct known_id row = { id, event };

	table_intern(&e->ids, &row);
}

/* The fields of `sample_type` among `before`, as bytes. */
static size_t bytes_of(uint64_t sample_type, uint64_t before)
{
	return 8 * (size_t)__builtin_popcountll(sample_type & before);
}

/* The offset of the event's id in a record; 0 if the record has none. */
static size_t id_place(const struct perf_event_attr *a, const struct perf_event_header *h)
{
	uint64_t fields = a->sample_type, key = PERF_SAMPLE_IDENTIFIER;
	size_t after = 8; /* bytes from the id to the end of the record */
	size_t size = record_written(h, a);

	if (!(fields & key))
		key = PERF_SAMPLE_ID;
	if (!(fields & key))
		return 0;
	if (h->type == PERF_RECORD_SAMPLE)
		return sizeof(*h) +
		       (key == PERF_SAMPLE_IDENTIFIER ?
				0 :
				bytes_of(fields, PERF_SAMPLE_IP | PERF_SAMPLE_TID |
							 PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR));
	if (!a->sample_id_all)
		return 0;
	if (key == PERF_SAMPLE_ID)
		after += bytes_of(fields, PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU);
	return size >= sizeof(*h) + after ? size - after : 0;
}

/* The id of a record; 0 if it has none, or if there is only one event. */
static struct known_id id_of(const struct perf_events *e, const struct perf_event_header *h)
{
	size_t at = e->n > 1 ? id_place(&e->attr[0], h) : 0;
	struct known_id key = { 0 };

	if (at && h->size >= at + sizeof(key.id))
		memcpy(&key.id, (const char *)h + at, sizeof(key.id));
	return key;
}

size_t perf_events_find(const struct perf_events *e, const struct perf_event_header *h)
{
	struct known_id key = id_of(e, h);

	return ((struct known_id *)table_row(&e->ids, table_find(&e->ids, &key)))->event;
}

bool perf_events_has_id(const struct perf_events *e, uint64_t id)
{
	return table_find(&e->ids, &(struct known_id){ .id = id });
}

size_t perf_events_with_id(const struct perf_events *e, uint64_t id)
{
	uint32_t row = table_find(&e->ids, &(struct known_id){ .id = id });

	return ((struct known_id *)table_row(&e->ids, row))->event;
}

bool perf_events_is_foreign(const struct perf_events *e, const struct perf_event_header *h)
{
	struct known_id key = id_of(e, h);

	return key.id && !table_find(&e->ids, &key);
}
