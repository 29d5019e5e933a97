#include "record/sampler/ring.h"

#include <sys/mman.h>
#include <unistd.h>

bool ring_open(struct ring *r, int fd, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return false;
	*r = (struct ring){ .fd = fd, .page = p, .size = size, .mapped = page + size };
	r->data = (const uint8_t *)p + page;
	return true;
}

void ring_close(struct ring *r)
{
	if (r->page)
		munmap(r->page, r->mapped);
	buf_release(&r->wrapped);
	*r = (struct ring){ .fd = -1 };
}

/* The record at a position. One that wraps around the end is copied to r->wrapped. */
static const struct perf_event_header *record_at(struct ring *r, uint64_t position)
{
	size_t at = position & (r->size - 1), first;
	const struct perf_event_header *h = (const void *)(r->data + at);

	/* Records are multiples of 8 bytes, so that a header is never cut. */
	if (at + h->size <= r->size)
		return h;
	first = r->size - at;
	r->wrapped.n = 0;
	buf_put(&r->wrapped, r->data + at, first);
	buf_put(&r->wrapped, r->data, h->size - first);
	return (const void *)r->wrapped.p;
}

uint64_t ring_head(const struct ring *r)
{
	return r->page ? __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE) : 0;
}

void ring_look(struct ring *r, uint64_t head,
	       void (*look)(void *context, const struct perf_event_header *), void *context)
{
	uint64_t tail = r->page ? r->page->data_tail : head;

	while (tail < head) {
		const struct perf_event_header *h = record_at(r, tail);

		if (h->size < sizeof(*h))
			break; /* never written by the kernel */
		tail += h->size;
		look(context, h);
	}
}

void ring_drain(struct ring *r, uint64_t head,
		void (*take)(void *context, const struct perf_event_header *), void *context)
{
	if (!r->page)
		return;
	ring_look(r, head, take, context);
	__atomic_store_n(&r->page->data_tail, head, __ATOMIC_RELEASE);
}
