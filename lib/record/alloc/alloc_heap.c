#include "record/alloc/alloc_heap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Is it a file that cannot shrink while it is read? */
static bool is_safe(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	return seals >= 0 && seals & F_SEAL_SHRINK && fstat(fd, &st) == 0 &&
	       (uint64_t)st.st_size >= SHARED_BYTES;
}

static uint64_t load(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/* Is another recorder, one that still runs, using the heap? */
static bool is_taken(const struct shared_heap *shared)
{
	int by = (int)__atomic_load_n(&shared->recorder, __ATOMIC_RELAXED);

	return by && by != getpid() && __atomic_load_n(&shared->active, __ATOMIC_RELAXED) &&
	       (kill(by, 0) == 0 || errno == EPERM);
}

static void *map_heap(int fd, struct buf *why)
{
	struct shared_heap *shared;

	if (!is_safe(fd)) {
		buf_add(why, S("it is not the file of a libprof-alloc.so of this version"));
		return NULL;
	}
	shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED) {
		buf_printf(why, "%s", strerror(errno));
		return NULL;
	}
	if (shared->magic == SHARED_HEAP_MAGIC && !is_taken(shared))
		return shared;
	if (shared->magic == SHARED_HEAP_MAGIC)
		buf_printf(why, "process %u records it already", shared->recorder);
	else
		buf_add(why, S("its libprof-alloc.so is of another version"));
	munmap(shared, SHARED_BYTES);
	return NULL;
}

/* Skips the records that are in the rings; only the counts of that time matter. */
static void skip_past(struct alloc_heap *h)
{
	for (size_t i = 0; i < SHARED_RINGS; i++) {
		h->tail[i] = load(&h->shared->ring[i].head);
		__atomic_store_n(&h->shared->ring[i].tail, h->tail[i], __ATOMIC_RELEASE);
	}
	alloc_heap_lost(h);
}

struct alloc_heap *alloc_heap_open(int fd, int pid, uint64_t serial, bool started, struct buf *why)
{
	struct shared_heap *shared = map_heap(fd, why);
	struct alloc_heap *h;

	if (!shared) {
		close(fd);
		return NULL;
	}
	h = mem_zeroed(1, sizeof(*h));
	h->shared = shared;
	h->fd = fd;
	h->pid = pid;
	h->serial = serial;
	h->foreign = shared->pid != (uint32_t)pid;
	h->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (!started)
		skip_past(h);
	__atomic_store_n(&shared->recorder, (uint32_t)getpid(), __ATOMIC_RELEASE);
	return h;
}

void alloc_heap_close(struct alloc_heap *h)
{
	munmap(h->shared, SHARED_BYTES);
	close(h->fd);
	if (h->pidfd >= 0)
		close(h->pidfd);
	vec_release(&h->live);
	vec_release(&h->full);
	mem_free(h, sizeof(*h));
}

void alloc_heap_start(struct alloc_heap *h, uint64_t period, uint32_t stack, const char *socket)
{
	struct shared_heap *s = h->shared;

	s->period = period;
	s->stack = stack;
	s->follow = socket != NULL;
	if (socket)
		memcpy(s->socket, socket, strnlen(socket, SHARED_SOCKET_NAME - 1) + 1);
	__atomic_store_n(&s->active, 1, __ATOMIC_RELEASE);
}

void alloc_heap_set_period(struct alloc_heap *h, uint64_t period)
{
	__atomic_store_n(&h->shared->period, period, __ATOMIC_RELAXED);
}

uint64_t alloc_heap_period(const struct alloc_heap *h)
{
	return load(&h->shared->period);
}

void alloc_heap_stop(struct alloc_heap *h)
{
	__atomic_store_n(&h->shared->active, 0, __ATOMIC_RELEASE);
	h->shared->recorder = 0;
}

/* Rings */

static const char *ring_bytes(const struct alloc_heap *h, unsigned ring)
{
	return (const char *)h->shared + SHARED_RINGS_AT + (size_t)ring * SHARED_RING_BYTES;
}

/* The size of the record at `at`, at most `most` bytes; 0 if it is not valid. */
static size_t size_at(const char *at, uint64_t most, bool *filler)
{
	struct shared_record head;
	size_t size;

	memcpy(&head, at, offsetof(struct shared_record, ip));
	size = head.size;
	*filler = head.type == 0;
	if (size < 8 || size % 8 || size > most)
		return 0;
	return *filler || size >= sizeof(struct shared_record) ? size : 0;
}

/* Corrects or rejects a sample, whatever its process has written. */
static bool make_valid(const struct alloc_heap *h, struct shared_record *r, size_t size)
{
	r->type = SHARED_PERF_SAMPLE;
	r->misc = SHARED_MISC_USER;
	r->size = (uint16_t)size;
	r->raw_size = SHARED_RAW;
	r->pid = (uint32_t)h->pid;
	r->tid = h->foreign ? r->pid : r->tid;
	r->address = h->serial;
	return r->rate && r->bytes && (r->slot < SHARED_SLOTS || r->slot == SHARED_NO_SLOT);
}

static size_t drain_ring(struct alloc_heap *h, unsigned ring, struct buf *scratch,
			 void (*take)(void *context, struct shared_record *), void *context)
{
	uint64_t head = load(&h->shared->ring[ring].head), tail = h->tail[ring];
	size_t n = 0;

	while (tail < head && head - tail <= SHARED_RING_BYTES) {
		uint64_t at = tail % SHARED_RING_BYTES, most = SHARED_RING_BYTES - at;
		bool filler;
		size_t size = size_at(ring_bytes(h, ring) + at,
				      head - tail < most ? head - tail : most, &filler);

		if (!size)
			break; /* never written by the library */
		tail += size;
		if (filler)
			continue;
		scratch->n = 0;
		buf_put(scratch, ring_bytes(h, ring) + at, size);
		if (make_valid(h, (struct shared_record *)(void *)scratch->p, size))
			take(context, (struct shared_record *)(void *)scratch->p);
		n++;
	}
	h->tail[ring] = head;
	__atomic_store_n(&h->shared->ring[ring].tail, head, __ATOMIC_RELEASE);
	return n;
}

size_t alloc_heap_drain(struct alloc_heap *h, struct buf *scratch,
			void (*take)(void *context, struct shared_record *), void *context)
{
	size_t n = 0;

	for (unsigned ring = 0; ring < SHARED_RINGS; ring++)
		n += drain_ring(h, ring, scratch, take, context);
	return n;
}

/* What is in use */

static const struct shared_slot *slots_of(const struct alloc_heap *h)
{
	return (const void *)((const char *)h->shared + SHARED_SLOTS_AT);
}

/* The slot at an offset of the file. */
static uint32_t slot_at(off_t at)
{
	return (uint32_t)(((uint64_t)at - SHARED_SLOTS_AT) / sizeof(struct shared_slot));
}

static void note_full(struct alloc_heap *h, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		uint64_t id = load(&slots_of(h)[i].id);

		if (id)
			vec_push(&h->full, { .id = id, .slot = i });
	}
}

/* Reads only the parts of the file that were written: reading the others would allocate memory. */
void alloc_heap_snapshot(struct alloc_heap *h)
{
	const off_t last = (off_t)SHARED_BYTES;
	off_t at = (off_t)SHARED_SLOTS_AT, end;

	vec_clear(&h->full);
	h->has_snapshot = true;
	while (at < last && (at = lseek(h->fd, at, SEEK_DATA)) >= 0) {
		end = lseek(h->fd, at, SEEK_HOLE);
		if (end <= at || end > last)
			end = last;
		note_full(h, slot_at(at), slot_at(end));
		at = end;
	}
}

void alloc_heap_drop_snapshot(struct alloc_heap *h)
{
	h->has_snapshot = false;
}

static bool was_full(const struct alloc_heap *h, const struct alloc_live *l)
{
	size_t low = 0, high = h->full.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (h->full.v[middle].slot < l->slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->full.n && h->full.v[low].slot == l->slot && h->full.v[low].id == l->id;
}

bool alloc_heap_has(const struct alloc_heap *h, const struct alloc_live *l)
{
	if (h->has_snapshot)
		return was_full(h, l);
	return load(&slots_of(h)[l->slot].id) == l->id;
}

struct alloc_lost alloc_heap_lost(struct alloc_heap *h)
{
	struct alloc_lost now = {
		.samples = load(&h->shared->lost),
		.no_slot = load(&h->shared->no_slot),
		.unseen = load(&h->shared->unseen),
		.objects = (double)load(&h->shared->lost_parts) / SHARED_PARTS,
		.bytes = (double)load(&h->shared->lost_bytes),
	};
	struct alloc_lost was = h->told;

	h->told = now;
	return (struct alloc_lost){ .samples = now.samples - was.samples,
				    .no_slot = now.no_slot - was.no_slot,
				    .unseen = now.unseen - was.unseen,
				    .objects = now.objects - was.objects,
				    .bytes = now.bytes - was.bytes };
}

bool alloc_heap_ended(const struct alloc_heap *h)
{
	struct pollfd p = { .fd = h->pidfd, .events = POLLIN };

	if (h->pidfd < 0)
		return kill(h->pid, 0) < 0 && errno != EPERM;
	return poll(&p, 1, 0) > 0;
}
