#include "record/sampler/sample_join.h"

#include <stddef.h>

/* The most time between the program's record and its sample. */
static const uint64_t MOST_DISTANCE_NS = 1000000;

enum { MOST_PENDING = 1 << 20 }; /* bytes */

/* The head of a record that has no sample yet. */
struct pending {
	uint64_t time;
	uint32_t tid, n; /* n: its bytes, which follow */
};

/* The record of a sample that was not handed out yet. */
struct joined {
	struct joined *next;
	uint64_t time; /* of the sample */
	uint32_t tid, n;
	uint8_t bytes[]; /* n of them */
};

_Static_assert(offsetof(struct joined, bytes) % 8 == 0, "records are aligned");

void sample_join_take(struct sample_join *j, uint32_t tid, uint64_t time, struct str record)
{
	struct pending head = { time, tid, (uint32_t)record.n };

	if (j->pending.n > MOST_PENDING)
		j->pending.n = 0;
	buf_put(&j->pending, &head, sizeof(head));
	buf_add(&j->pending, record);
}

static struct joined **chain_of(struct sample_join *j, uint32_t tid, uint64_t time)
{
	uint64_t hash = (tid ^ time << 20) * 0x9e3779b97f4a7c15;

	return &j->joined[hash >> 56];
}

static void keep(struct sample_join *j, const struct pending *head, size_t at, uint64_t time)
{
	struct joined *new = mem_resize(NULL, 0, offsetof(struct joined, bytes) + head->n);
	struct joined **chain = chain_of(j, head->tid, time);

	*new = (struct joined){ .next = *chain, .time = time, .tid = head->tid, .n = head->n };
	if (head->n)
		memcpy(new->bytes, j->pending.p + at + sizeof(*head), head->n);
	*chain = new;
	j->njoined++;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * Joins the thread's last record: an interrupt may take another sample between a run of the
 * program and its sample. Earlier records of the thread have lost their sample.
 */
void sample_join_sample(struct sample_join *j, uint32_t tid, uint64_t time)
{
	struct pending head, found = { 0 };
	size_t at = 0, match = SIZE_MAX, end = 0, next;

	for (; at < j->pending.n; at = next) {
		memcpy(&head, j->pending.p + at, sizeof(head));
		next = at + sizeof(head) + head.n;
		if (head.tid != tid || distance(head.time, time) > MOST_DISTANCE_NS)
			continue;
		found = head;
		match = at;
		end = next;
	}
	if (match == SIZE_MAX)
		return;
	keep(j, &found, match, time);
	/* The other records wait for the interrupted sample, for MOST_DISTANCE_NS. */
	memmove(j->pending.p + match, j->pending.p + end, j->pending.n - end);
	j->pending.n -= end - match;
}

static void free_joined(struct joined *j)
{
	if (j)
		mem_free(j, offsetof(struct joined, bytes) + j->n);
}

/* Takes a record out of its chain. */
static struct joined *unchain(struct sample_join *j, struct joined **at)
{
	struct joined *found = *at;

	*at = found->next;
	j->njoined--;
	return found;
}

struct str sample_join_find(struct sample_join *j, uint32_t tid, uint64_t time)
{
	struct joined **at = chain_of(j, tid, time);

	free_joined(j->found);
	j->found = NULL;
	if (!j->njoined)
		return (struct str){ 0 };
	while (*at && ((*at)->tid != tid || (*at)->time != time))
		at = &(*at)->next;
	if (!*at)
		return (struct str){ 0 };
	j->found = unchain(j, at);
	return str((const char *)j->found->bytes, j->found->n);
}

void sample_join_forget(struct sample_join *j, uint64_t until)
{
	for (size_t i = 0; i < LEN(j->joined) && j->njoined; i++)
		for (struct joined **at = &j->joined[i]; *at;) {
			if ((*at)->time > until)
				at = &(*at)->next;
			else
				free_joined(unchain(j, at));
		}
}

void sample_join_release(struct sample_join *j)
{
	sample_join_forget(j, UINT64_MAX);
	free_joined(j->found);
	buf_release(&j->pending);
	*j = (struct sample_join){ 0 };
}
