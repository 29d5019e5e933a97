#include "record/records.h"

#include <sys/mman.h>

/* A cursor over the words of a record. */
struct words {
	const uint8_t *at, *end;
	bool bad;
};

static uint64_t word(struct words *w)
{
	uint64_t v = 0;

	if ((size_t)(w->end - w->at) < sizeof(v)) {
		w->bad = true;
		w->at = w->end;
		return 0;
	}
	memcpy(&v, w->at, sizeof(v));
	w->at += sizeof(v);
	return v;
}

/* Two 32-bit numbers in one word. */
static void halves(struct words *w, uint32_t *a, uint32_t *b)
{
	uint64_t v = word(w);

	*a = (uint32_t)v;
	*b = (uint32_t)(v >> 32);
}

/* n words, where they are. */
static const uint64_t *list(struct words *w, uint64_t n)
{
	const uint64_t *p = (const uint64_t *)w->at;

	if (n > (size_t)(w->end - w->at) / sizeof(*p)) {
		w->bad = true;
		w->at = w->end;
		return NULL;
	}
	w->at += n * sizeof(*p);
	return p;
}

/* A string up to its NUL, or to the end. */
static struct str text(const struct words *w)
{
	const char *p = (const char *)w->at;

	return str(p, strnlen(p, (size_t)(w->end - w->at)));
}

static void parse_stack(struct words *w, struct record *r)
{
	uint64_t size = word(w), valid;

	r->sample.stack = w->at;
	if (!size || !list(w, size / 8))
		return;
	valid = word(w);
	r->sample.nstack = (size_t)(valid < size ? valid : size);
}

static void parse_sample(struct words *w, unsigned nregs, struct record *r)
{
	uint32_t reserved;
	uint64_t abi;

	r->sample.id = word(w);
	word(w); /* the address: it is in the registers or the chain, too */
	halves(w, &r->pid, &r->tid);
	r->time = word(w);
	halves(w, &r->sample.cpu, &reserved);
	r->sample.period = word(w);
	r->sample.nchain = (size_t)word(w);
	r->sample.chain = list(w, r->sample.nchain);
	if (!nregs)
		return;
	abi = word(w);
	if (abi != PERF_SAMPLE_REGS_ABI_NONE)
		r->sample.regs = list(w, nregs);
	parse_stack(w, r);
	/* 32-bit threads have other registers. */
	if (abi != PERF_SAMPLE_REGS_ABI_64)
		r->sample.regs = NULL;
}

static void parse_map(struct words *w, struct record *r)
{
	uint64_t generation, protection;

	halves(w, &r->pid, &r->tid);
	r->map.start = word(w);
	r->map.length = word(w);
	r->map.offset = word(w);
	halves(w, &r->map.major, &r->map.minor);
	r->map.inode = word(w);
	generation = word(w);
	protection = word(w);
	(void)generation;
	r->map.executable = protection & PROT_EXEC;
	r->map.path = text(w);
}

/* Number of namespaces, then { device, inode } for each, by kind. */
static void parse_namespaces(struct words *w, struct record *r)
{
	enum { MOUNT = 3 };
	uint64_t n;

	halves(w, &r->pid, &r->tid);
	n = word(w);
	for (uint64_t i = 0; i < n && !w->bad; i++) {
		uint64_t device = word(w), inode = word(w);

		(void)device;
		if (i == MOUNT)
			r->mount_ns = inode;
	}
}

static void parse_task(struct words *w, struct record *r)
{
	uint32_t parent_tid;

	halves(w, &r->pid, &r->parent);
	halves(w, &r->tid, &parent_tid);
}

/* What stands behind all records but samples: TID, TIME, CPU, IDENTIFIER. */
static uint64_t trailing_time(const struct perf_event_header *h)
{
	uint64_t time = 0;

	if (h->size >= sizeof(*h) + 32)
		memcpy(&time, (const uint8_t *)h + h->size - 24, sizeof(time));
	return time;
}

static enum record_kind kind_of(const struct perf_event_header *h)
{
	switch (h->type) {
	case PERF_RECORD_SAMPLE: return RECORD_SAMPLE;
	case PERF_RECORD_MMAP2:
		return (h->misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER ?
			       RECORD_MAP :
			       RECORD_OTHER;
	case PERF_RECORD_COMM: return RECORD_COMM;
	case PERF_RECORD_FORK: return RECORD_FORK;
	case PERF_RECORD_EXIT: return RECORD_EXIT;
	case PERF_RECORD_NAMESPACES: return RECORD_NAMESPACES;
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES: return RECORD_LOST;
	case PERF_RECORD_THROTTLE: return RECORD_THROTTLE;
	default: return RECORD_OTHER;
	}
}

static void parse_body(const struct perf_event_header *h, struct words *w, unsigned nregs,
		       struct record *r)
{
	switch (r->kind) {
	case RECORD_SAMPLE: parse_sample(w, nregs, r); break;
	case RECORD_MAP: parse_map(w, r); break;
	case RECORD_COMM:
		halves(w, &r->pid, &r->tid);
		r->comm.exec = h->misc & PERF_RECORD_MISC_COMM_EXEC;
		r->comm.name = text(w);
		break;
	case RECORD_FORK:
	case RECORD_EXIT: parse_task(w, r); break;
	case RECORD_NAMESPACES: parse_namespaces(w, r); break;
	case RECORD_LOST:
		if (h->type == PERF_RECORD_LOST)
			word(w);
		r->lost = word(w);
		break;
	default: break;
	}
}

void record_parse(const struct perf_event_header *h, unsigned nregs, struct record *r)
{
	const uint8_t *p = (const uint8_t *)h;
	struct words w = { p + sizeof(*h), p + h->size, false };

	*r = (struct record){ .kind = kind_of(h) };
	if (r->kind != RECORD_SAMPLE)
		r->time = trailing_time(h);
	parse_body(h, &w, nregs, r);
	if (w.bad)
		r->kind = RECORD_OTHER;
}
