/*
 * Records are in blocks, which are reused once all their records were handed out. Only pointers
 * are sorted, so records do not move and are parsed only once.
 */
#include "perf/record_queue.h"

#include <stdlib.h>

enum {
	BLOCK = 256 << 10,    /* bytes; more than the largest record */
	MOST_SPARE = 2 << 20, /* bytes of empty blocks that are kept after a burst */
	ALIGNED = 8,
};

struct queue_block {
	struct queue_block *next;
	size_t used;   /* bytes of data */
	size_t nwaits; /* waiting records in it */
	uint64_t data[BLOCK / 8];
};

struct queued_record {
	uint64_t number; /* in order of arrival */
	struct queue_block *of;
	size_t size; /* bytes, including this struct */
	size_t event;
	struct record record;
};

static void free_blocks(struct queue_block *b)
{
	while (b) {
		struct queue_block *next = b->next;

		mem_free(b, sizeof(*b));
		b = next;
	}
}

void record_queue_release(struct record_queue *q)
{
	free_blocks(q->block);
	free_blocks(q->spare);
	buf_release(&q->waiting);
	*q = (struct record_queue){ .bytes = 0 };
}

/* A block with room for n bytes. */
static struct queue_block *block_for(struct record_queue *q, size_t n)
{
	struct queue_block *b = q->block;

	if (b && !b->nwaits)
		b->used = 0;
	if (b && sizeof(b->data) - b->used >= n)
		return b;
	b = q->spare;
	if (b) {
		q->spare = b->next;
		q->spare_bytes -= sizeof(*b);
	} else {
		b = mem_resize(NULL, 0, sizeof(*b));
	}
	b->used = b->nwaits = 0;
	b->next = q->block;
	q->block = b;
	return b;
}

void record_queue_add(struct record_queue *q, const struct perf_event_header *h,
		      const struct record *r, size_t event)
{
	size_t extent = record_extent(h, r), size = sizeof(struct queued_record) + extent;
	struct queue_block *b;
	struct queued_record *to;

	size = (size + ALIGNED - 1) & ~(size_t)(ALIGNED - 1);
	b = block_for(q, size);
	to = (struct queued_record *)(b->data + b->used / sizeof(*b->data));
	b->used += size;
	b->nwaits++;
	*to = (struct queued_record){ q->nadded++, b, size, event, *r };
	memcpy(to + 1, h, extent);
	record_moved(&to->record, h, to + 1);
	buf_put(&q->waiting, &to, sizeof(to));
	q->bytes += size;
	q->newest = r->time > q->newest ? r->time : q->newest;
}

/* Keeps some of the blocks without waiting records as spares. The newest block is in use. */
static void sweep_blocks(struct record_queue *q)
{
	struct queue_block **at = q->block ? &q->block->next : &q->block;

	while (*at) {
		struct queue_block *b = *at;

		if (b->nwaits) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		if (q->spare_bytes + sizeof(*b) > MOST_SPARE) {
			mem_free(b, sizeof(*b));
			continue;
		}
		b->next = q->spare;
		q->spare = b;
		q->spare_bytes += sizeof(*b);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct queued_record *x = *(struct queued_record *const *)a;
	const struct queued_record *y = *(struct queued_record *const *)b;

	if (x->record.time != y->record.time)
		return x->record.time < y->record.time ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Records of one ring are in order; those of several are not. */
static bool are_in_order(struct queued_record *const *all, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (by_time(&all[i - 1], &all[i]) > 0)
			return false;
	return true;
}

void record_queue_until(struct record_queue *q, uint64_t until,
			void (*handle)(void *context, const struct record *r, size_t event),
			void *context)
{
	struct queued_record **all = (struct queued_record **)q->waiting.p;
	size_t n = BUF_COUNT(&q->waiting, *all), done = 0;

	if (n > q->nsorted && !are_in_order(all, n))
		qsort(all, n, sizeof(*all), by_time);
	for (; done < n && all[done]->record.time < until; done++) {
		handle(context, &all[done]->record, all[done]->event);
		all[done]->of->nwaits--;
		q->bytes -= all[done]->size;
	}
	if (!done) {
		q->nsorted = n;
		return;
	}
	memmove(all, all + done, (n - done) * sizeof(*all));
	q->waiting.n -= done * sizeof(*all);
	q->nsorted = n - done;
	sweep_blocks(q);
}

uint64_t record_queue_end_round(struct record_queue *q)
{
	uint64_t before = q->round;

	q->round = q->newest;
	return before;
}
