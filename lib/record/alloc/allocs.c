#include "record/alloc/allocs.h"

#include <linux/perf_event.h>
#include <math.h>
#include <string.h>

#include "alloc/countdown.h"
#include "base/when.h"
#include "record/recorder.h"

enum {
	HANDLED_NS = 10000000, /* after its end, until all records of a process are handled */
	MOST_NODES = 1 << 20,  /* frames of stacks, before unused ones are swept */
	MOST_SAMPLES = 4000,   /* per second and process: a few percent of a CPU on both sides */
	ADAPT_NS = 100000000,
	PROMPT_NS = 500000, /* a slower snapshot is tried again */
	MOST_TRIES = 20,
	LEAST_LIVE = 1024, /* fewer allocations are not checked before a cut */
};

enum { ALLOC_OBJECTS, ALLOC_SPACE, INUSE_OBJECTS, INUSE_SPACE };

void allocs_init(struct allocs *a, struct decoder *d, struct gather *g, size_t event)
{
	*a = (struct allocs){
		.decoder = d,
		.gather = g,
		.event = event,
		.period = SHARED_DEFAULT_PERIOD,
		.stack = SHARED_DEFAULT_STACK,
		.socket.fd = -1,
	};
	alloc_stacks_init(&a->stacks);
	strings_init(&a->threads);
}

void allocs_release(struct allocs *a)
{
	for (size_t i = 0; i < a->heaps.n; i++)
		alloc_heap_close(a->heaps.v[i]);
	if (a->decoder)
		alloc_socket_close(&a->socket);
	vec_release(&a->heaps);
	vec_release(&a->sums);
	alloc_stacks_release(&a->stacks);
	if (a->decoder)
		strings_release(&a->threads);
	buf_release(&a->scratch);
}

/* Processes */

static void add_heap(struct allocs *a, struct alloc_heap *h)
{
	vec_push(&a->heaps, h);
	a->last_serial = h->serial;
	a->counts.processes++;
}

bool allocs_listen(struct allocs *a, const char *variables[ALLOC_VARIABLES], struct buf *why)
{
	if (alloc_socket_open(&a->socket))
		return alloc_environment(&a->socket, a->period, a->stack, variables, why);
	buf_add(why, S("cannot listen for processes that allocate"));
	return false;
}

bool allocs_attach(struct allocs *a, int pid, bool children, struct buf *why)
{
	int fd = alloc_file_of(pid, why);
	struct alloc_heap *h = NULL;

	if (fd < 0)
		return false;
	h = alloc_heap_open(fd, pid, a->last_serial + 1, false, why);
	if (!h)
		return false;
	if (children && a->socket.fd < 0 && !alloc_socket_open(&a->socket))
		children = false;
	add_heap(a, h);
	alloc_heap_start(h, a->period, a->stack, children ? a->socket.name : NULL);
	return true;
}

static void accept_all(struct allocs *a)
{
	struct buf why = { 0 };
	int fd, pid;

	while (a->socket.fd >= 0 && (fd = alloc_socket_accept(&a->socket, &pid)) >= 0) {
		struct alloc_heap *h = alloc_heap_open(fd, pid, a->last_serial + 1, true, &why);

		if (h)
			add_heap(a, h);
	}
	a->counts.without_file = a->socket.without_file;
	buf_release(&why);
}

void allocs_stop(struct allocs *a)
{
	for (size_t i = 0; i < a->heaps.n; i++)
		alloc_heap_stop(a->heaps.v[i]);
}

static const struct perf_event_attr attr = {
	.sample_type = SHARED_SAMPLE_TYPE,
	.sample_regs_user = SHARED_REGS_MASK,
};

static void take_record(void *context, struct shared_record *r)
{
	struct allocs *a = context;
	uint64_t now = monotonic_ns();

	if (r->time > now)
		r->time = now;
	decoder_add(a->decoder, (const struct perf_event_header *)(const void *)r, &attr, a->event);
}

void allocs_take(struct allocs *a)
{
	size_t n = 0;

	accept_all(a);
	for (size_t i = 0; i < a->heaps.n; i++) {
		size_t drained = alloc_heap_drain(a->heaps.v[i], &a->scratch, take_record, a);

		a->heaps.v[i]->drained += drained;
		n += drained;
	}
	if (n)
		a->taken = monotonic_ns();
}

/* The heap with that serial; NULL if its process has ended. */
static struct alloc_heap *heap_of(const struct allocs *a, uint64_t serial)
{
	size_t low = 0, high = a->heaps.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (a->heaps.v[middle]->serial < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->heaps.n && a->heaps.v[low]->serial == serial ? a->heaps.v[low] : NULL;
}

/* The profile */

void allocs_begin(struct allocs *a)
{
	static const char *const names[][2] = { { "alloc_objects", "count" },
						{ "alloc_space", "bytes" },
						{ "inuse_objects", "count" },
						{ "inuse_space", "bytes" } };
	struct profile *p = a->gather->p;
	int64_t scale;

	for (size_t i = 0; i < LEN(names); i++)
		a->columns[i] = profile_column(p, dict_intern(p->dict, str_of(names[i][0])),
					       dict_intern(p->dict, str_of(names[i][1])), &scale);
	vec_clear(&a->sums);
	a->counts = (struct alloc_counts){ .processes = a->counts.processes,
					   .without_file = a->counts.without_file };
	p->head.default_type = dict_intern(p->dict, S("inuse_space"));
	if (!a->alone)
		return;
	p->head.period = (int64_t)a->period;
	p->head.period_type = dict_intern(p->dict, S("space"));
	p->head.period_unit = dict_intern(p->dict, S("bytes"));
}

static void add_sums(struct allocs *a, sample_id row, size_t first, double objects, double bytes)
{
	if (row.i >= a->sums.n)
		vec_append_zeroed(&a->sums, row.i + 1 - a->sums.n);
	a->sums.v[row.i].v[first] += objects;
	a->sums.v[row.i].v[first + 1] += bytes;
}

static void put_sums(struct allocs *a)
{
	for (size_t i = 1; i < a->sums.n; i++)
		for (size_t k = 0; k < LEN(a->columns); k++) {
			double v = fmin(a->sums.v[i].v[k], 0x1p62);

			profile_add_value(a->gather->p, a->columns[k], (sample_id){ (uint32_t)i },
					  llround(v));
		}
	vec_clear(&a->sums);
}

/* The row in this window's profile of an allocation from an earlier window. */
static sample_id row_of_live(struct allocs *a, const struct alloc_heap *h,
			     const struct alloc_live *l)
{
	struct processes *all = &a->decoder->processes;
	struct perf_sample s = {
		.process = processes_get(all, h->pid),
		.pid = (uint32_t)h->pid,
		.tid = l->tid,
		.cpu = UINT32_MAX,
		.time = l->time,
		.event = a->event,
		.user = a->decoder->user,
		.thread = strings_get(&a->threads, l->thread).p,
	};

	s.nuser = alloc_stacks_get(&a->stacks, l->stack, all, s.process, a->decoder->user, &s.end);
	return gather_row(a->gather, &s);
}

/* What is in use */

/* Drops the stacks that no live allocation has. */
static void sweep_stacks(struct allocs *a)
{
	size_t n = alloc_stacks_count(&a->stacks);
	uint32_t *numbers;

	if (n < MOST_NODES)
		return;
	numbers = mem_zeroed(n, sizeof(*numbers));
	for (size_t i = 0; i < a->heaps.n; i++)
		for (size_t k = 0; k < a->heaps.v[i]->live.n; k++)
			numbers[a->heaps.v[i]->live.v[k].stack] = 1;
	alloc_stacks_sweep(&a->stacks, numbers);
	for (size_t i = 0; i < a->heaps.n; i++)
		for (size_t k = 0; k < a->heaps.v[i]->live.n; k++) {
			struct alloc_live *l = &a->heaps.v[i]->live.v[k];

			l->stack = numbers[l->stack];
		}
	mem_free(numbers, n * sizeof(*numbers));
}

/* Drops the allocations that were freed. */
static void forget_freed(struct alloc_heap *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->live.n; i++)
		if (alloc_heap_has(h, &h->live.v[i]))
			h->live.v[kept++] = h->live.v[i];
	h->live.n = h->kept = kept;
}

static void remember(struct allocs *a, struct alloc_heap *h, const struct perf_sample *s,
		     struct alloc_live l)
{
	l.stack = alloc_stacks_keep(&a->stacks, s);
	l.thread = s->thread ? strings_intern(&a->threads, str_of(s->thread)) : 0;
	l.tid = s->tid;
	l.time = s->time;
	vec_push(&h->live, l);
	if (h->live.n >= 2 * h->kept + LEAST_LIVE)
		forget_freed(h);
}

static void put_live(struct allocs *a, struct alloc_heap *h)
{
	forget_freed(h);
	for (size_t i = 0; i < h->live.n; i++) {
		const struct alloc_live *l = &h->live.v[i];

		add_sums(a, row_of_live(a, h, l), INUSE_OBJECTS, l->objects, l->bytes);
		a->counts.inuse_objects += l->objects;
		a->counts.inuse_bytes += l->bytes;
	}
}

/* Adds a row for the lost samples, so that the sums are right. */
static void put_lost(struct allocs *a, struct alloc_heap *h)
{
	struct alloc_lost lost = alloc_heap_lost(h), *all = &a->counts.lost;
	struct perf_sample s = {
		.process = decoder_process(a->decoder, (uint32_t)h->pid),
		.pid = (uint32_t)h->pid,
		.tid = (uint32_t)h->pid,
		.cpu = UINT32_MAX,
		.event = a->event,
		.instead = "[lost]",
		.thread = "",
	};

	if (!s.process)
		return;
	all->samples += lost.samples;
	all->no_slot += lost.no_slot;
	all->unseen += lost.unseen;
	all->objects += lost.objects;
	all->bytes += lost.bytes;
	a->counts.objects += lost.objects;
	a->counts.bytes += lost.bytes;
	if (lost.samples)
		add_sums(a, gather_row(a->gather, &s), ALLOC_OBJECTS, lost.objects, lost.bytes);
}

static void end_heap(struct allocs *a, size_t i)
{
	struct alloc_heap *h = a->heaps.v[i];

	put_live(a, h);
	put_lost(a, h);
	alloc_heap_close(h);
	a->heaps.n--;
	memmove(&a->heaps.v[i], &a->heaps.v[i + 1], (a->heaps.n - i) * sizeof(*a->heaps.v));
}

/* Drops the frames of libprof-alloc.so, so that the first one is its caller's. */
static void leave_out_hooks(struct perf_sample *s)
{
	while (s->nuser && s->user->region &&
	       str_starts(str_basename(region_file(s->user->region)), S("libprof-alloc.so"))) {
		s->user++;
		s->nuser--;
	}
}

struct raw {
	uint32_t slot;
	uint64_t rate, id;
} __attribute__((packed));
_Static_assert(sizeof(struct raw) == SHARED_RAW, "as the library writes it");

void allocs_sample(struct allocs *a, const struct perf_sample *sample)
{
	struct alloc_heap *h = heap_of(a, sample->record->address);
	struct perf_sample s = *sample;
	struct alloc_live l = { 0 };
	struct raw raw;
	double p;

	if (s.time < a->begun || s.record->raw.n < sizeof(raw))
		return;
	memcpy(&raw, s.record->raw.p, sizeof(raw));
	p = countdown_probability(s.period, raw.rate);
	l.objects = 1 / p;
	l.bytes = (double)s.period / p;
	l.id = raw.id;
	l.slot = raw.slot;
	leave_out_hooks(&s);
	add_sums(a, gather_row(a->gather, &s), ALLOC_OBJECTS, l.objects, l.bytes);
	gather_count_end(a->gather, s.end);
	a->counts.objects += l.objects;
	a->counts.bytes += l.bytes;
	if (h && l.slot != SHARED_NO_SLOT)
		remember(a, h, &s, l);
}

/* Drops allocations from before an exec(), which discards the memory without free(). */
static void forget_before(struct alloc_heap *h, uint64_t time)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->live.n; i++)
		if (h->live.v[i].time >= time)
			h->live.v[kept++] = h->live.v[i];
	h->live.n = kept;
}

void allocs_task(struct allocs *a, const struct record *r)
{
	for (size_t i = a->heaps.n; i-- > 0;) {
		struct alloc_heap *h = a->heaps.v[i];

		if ((uint32_t)h->pid != r->pid)
			continue;
		if (r->kind == RECORD_COMM)
			forget_before(h, r->time);
		else if (r->kind == RECORD_EXIT && r->pid == r->tid && alloc_heap_ended(h))
			end_heap(a, i);
	}
}

static const uint64_t MOST_PERIOD = (uint64_t)1 << 40;

/*
 * Adapts the period of a program that allocates so much that samples would slow it down, or fill
 * the rings. Each sample has the period it was taken with, so sums stay right.
 */
static void adapt(struct allocs *a, struct alloc_heap *h, uint64_t now)
{
	uint64_t period = alloc_heap_period(h), lost = h->shared->lost - h->told.samples;
	double per_second;

	if (!h->adapted)
		h->adapted = now;
	if (now - h->adapted < ADAPT_NS)
		return;
	per_second = 1e9 * (double)(h->drained + lost) / (double)(now - h->adapted);
	h->drained = 0;
	h->adapted = now;
	if (per_second > MOST_SAMPLES && period < MOST_PERIOD)
		period *= 1 + (uint64_t)fmin(per_second / MOST_SAMPLES, 1024);
	else if (per_second < MOST_SAMPLES / 4.0 && period / 2 >= a->period)
		period /= 2;
	else
		return;
	alloc_heap_set_period(h, period);
	a->most_period = period > a->most_period ? period : a->most_period;
}

void allocs_look(struct allocs *a, uint64_t now)
{
	for (size_t i = a->heaps.n; i-- > 0;) {
		struct alloc_heap *h = a->heaps.v[i];

		if (!h->ended && alloc_heap_ended(h))
			h->ended = now;
		else if (h->ended && now - h->ended > HANDLED_NS)
			end_heap(a, i);
		else if (a->adapts)
			adapt(a, h, now);
	}
}

/* Retries, since on a busy machine this thread may lose its CPU between clock and snapshot. */
uint64_t allocs_snapshot(struct allocs *a)
{
	uint64_t time;
	int tries = 0;

	do {
		time = monotonic_ns();
		for (size_t i = 0; i < a->heaps.n; i++)
			alloc_heap_snapshot(a->heaps.v[i]);
	} while (a->heaps.n && monotonic_ns() - time > PROMPT_NS && ++tries < MOST_TRIES);
	return time;
}

void allocs_cut(struct allocs *a)
{
	for (size_t i = 0; i < a->heaps.n; i++) {
		put_live(a, a->heaps.v[i]);
		put_lost(a, a->heaps.v[i]);
		alloc_heap_drop_snapshot(a->heaps.v[i]);
	}
	put_sums(a);
	sweep_stacks(a);
}
