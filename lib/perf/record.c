#include "perf/record.h"

#include <sys/mman.h>

#include "io/cursor.h"

enum {
	BRANCH_ENTRY = 24,         /* bytes */
	BRANCH_COUNTERS = 1 << 19, /* PERF_SAMPLE_BRANCH_COUNTERS, of Linux 6.8 */
	FILTERED = 1 << 15,        /* PERF_RECORD_MISC_LOST_SAMPLES_BPF, of Linux 6.14 */
	MOST_BUILD_ID = 20,
};

/* A record that is parsed: the bytes left, and its fields. */
struct parser {
	struct cursor c;
	const struct perf_event_attr *attr;
	uint64_t fields; /* attr->sample_type */
};

static uint64_t word(struct parser *p)
{
	return cursor_int(&p->c, 8);
}

/* Reads a word that a record has if the event has one of these fields. */
static uint64_t word_of(struct parser *p, uint64_t field)
{
	return p->fields & field ? word(p) : 0;
}

static void read_pair(struct parser *p, uint32_t *a, uint32_t *b)
{
	*a = (uint32_t)cursor_int(&p->c, 4);
	*b = (uint32_t)cursor_int(&p->c, 4);
}

/* Takes n values of `size` bytes in place; NULL if the record has fewer. */
static const void *values(struct parser *p, uint64_t n, size_t size)
{
	const void *at = p->c.at;

	if (n > cursor_left(&p->c) / size) {
		cursor_fail(&p->c);
		return NULL;
	}
	p->c.at += n * size;
	return at;
}

/* A string up to its NUL, or to the end. */
static struct str text(const struct parser *p)
{
	const char *at = (const char *)p->c.at;

	return str(at, strnlen(at, cursor_left(&p->c)));
}

/* Samples */

/* The values of counters, of one or of a group. */
static void skip_read(struct parser *p)
{
	uint64_t format = p->attr->read_format;
	uint64_t times = !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) +
			 !!(format & PERF_FORMAT_TOTAL_TIME_RUNNING);
	uint64_t each = 1 + !!(format & PERF_FORMAT_ID) + !!(format & PERF_FORMAT_LOST), n = 1;

	if (format & PERF_FORMAT_GROUP)
		n = word(p);
	values(p, times, 8);
	values(p, n, each * 8);
}

static void read_chain(struct parser *p, struct record_sample *s)
{
	s->nchain = (size_t)word(p);
	s->chain = values(p, s->nchain, sizeof(*s->chain));
}

/* Bytes of a tracepoint; their size, with its own four bytes, is a multiple of 8. */
static void read_raw(struct parser *p, struct record_sample *s)
{
	uint64_t size = cursor_int(&p->c, 4);

	if (size % 8 != 4)
		cursor_fail(&p->c);
	s->raw = cursor_bytes(&p->c, size);
}

/* Reads recorded branches. Only those recorded as calls make a call stack. */
static void read_branches(struct parser *p, struct record_sample *s)
{
	uint64_t n = word(p), kind = p->attr->branch_sample_type;
	const void *branches;

	if (kind & PERF_SAMPLE_BRANCH_HW_INDEX)
		word(p);
	branches = values(p, n, BRANCH_ENTRY);
	if (kind & PERF_SAMPLE_BRANCH_CALL_STACK && branches) {
		s->calls = branches;
		s->ncall = (size_t)n;
	}
	if (kind & BRANCH_COUNTERS)
		values(p, n, 8);
}

static const uint64_t *read_registers(struct parser *p, uint64_t mask, bool *is_32bit)
{
	uint64_t abi = word(p);

	*is_32bit = abi == PERF_SAMPLE_REGS_ABI_32;
	if (abi == PERF_SAMPLE_REGS_ABI_NONE)
		return NULL;
	return values(p, (uint64_t)__builtin_popcountll(mask), sizeof(uint64_t));
}

static void read_stack(struct parser *p, struct record_sample *s)
{
	uint64_t size = word(p), valid;

	s->stack = values(p, size, 1);
	if (!size)
		return;
	valid = word(p);
	s->nstack = (size_t)(valid < size ? valid : size);
}

/* Skips the fields between the copy of the stack and the control group. */
static void skip_to_cgroup(struct parser *p)
{
	static const uint64_t one_word[] = { PERF_SAMPLE_DATA_SRC, PERF_SAMPLE_TRANSACTION };
	bool is_32bit;

	if (p->fields & PERF_SAMPLE_WEIGHT_TYPE)
		word(p);
	for (size_t i = 0; i < LEN(one_word); i++)
		word_of(p, one_word[i]);
	if (p->fields & PERF_SAMPLE_REGS_INTR)
		read_registers(p, p->attr->sample_regs_intr, &is_32bit);
	word_of(p, PERF_SAMPLE_PHYS_ADDR);
}

/*
 * The fields are in the order of the kernel's perf_output_sample(). What follows the control
 * group (sizes of pages and the like) is not needed.
 */
static void parse_sample(struct parser *p, struct record *r)
{
	const struct perf_event_attr *a = p->attr;
	uint32_t reserved;
	uint64_t id;

	r->id = word_of(p, PERF_SAMPLE_IDENTIFIER);
	r->sample.ip = word_of(p, PERF_SAMPLE_IP);
	if (p->fields & PERF_SAMPLE_TID)
		read_pair(p, &r->pid, &r->tid);
	r->time = word_of(p, PERF_SAMPLE_TIME);
	r->sample.address = word_of(p, PERF_SAMPLE_ADDR);
	id = word_of(p, PERF_SAMPLE_ID);
	r->id = r->id ? r->id : id;
	word_of(p, PERF_SAMPLE_STREAM_ID);
	if (p->fields & PERF_SAMPLE_CPU)
		read_pair(p, &r->cpu, &reserved);
	r->sample.period = p->fields & PERF_SAMPLE_PERIOD ? word(p) :
			   a->freq                        ? 1 :
							    a->sample_period;
	if (p->fields & PERF_SAMPLE_READ)
		skip_read(p);
	if (p->fields & PERF_SAMPLE_CALLCHAIN)
		read_chain(p, &r->sample);
	if (p->fields & PERF_SAMPLE_RAW)
		read_raw(p, &r->sample);
	if (p->fields & PERF_SAMPLE_BRANCH_STACK)
		read_branches(p, &r->sample);
	r->sample.regs_mask = a->sample_regs_user;
	if (p->fields & PERF_SAMPLE_REGS_USER)
		r->sample.regs = read_registers(p, a->sample_regs_user, &r->sample.is_32bit);
	if (p->fields & PERF_SAMPLE_STACK_USER)
		read_stack(p, &r->sample);
	if (p->fields & PERF_SAMPLE_CGROUP) {
		skip_to_cgroup(p);
		r->sample.cgroup = word(p);
	}
}

/* Other records */

/*
 * Does a record of a mapping hold a build id of that size, instead of the file's device and
 * inode? The kernel uses one header for all events that it reports a mapping to, and does not
 * clear the flag after an event that asks for build ids (perf_event_mmap_output() in
 * kernel/events/core.c): while another program records with them, the flag says nothing for
 * an event that does not. perf inject adds build ids without asking, of these sizes.
 */
static bool holds_build_id(const struct perf_event_header *h, const struct perf_event_attr *a,
			   uint8_t size)
{
	enum { MD5 = 16, SHA1 = 20 };

	return h->misc & PERF_RECORD_MISC_MMAP_BUILD_ID &&
	       (a->build_id || size == MD5 || size == SHA1);
}

static void parse_map(const struct perf_event_header *h, struct parser *p, struct record *r)
{
	struct record_map *m = &r->map;
	uint32_t protection, flags;
	struct cursor before;
	uint8_t size;

	read_pair(p, &r->pid, &r->tid);
	m->start = word(p);
	m->length = word(p);
	m->offset = word(p);
	m->executable = !(h->misc & PERF_RECORD_MISC_MMAP_DATA);
	m->in_kernel = (h->misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
	if (h->type == PERF_RECORD_MMAP2) {
		before = p->c;
		size = cursor_u8(&p->c);
		if (holds_build_id(h, p->attr, size)) {
			cursor_skip(&p->c, 3);
			m->build_id = cursor_bytes(&p->c, MOST_BUILD_ID);
			m->build_id.n = min_size(m->build_id.n, size);
		} else {
			p->c = before;
			m->has_inode = true;
			read_pair(p, &m->major, &m->minor);
			m->inode = word(p);
			m->generation = word(p);
		}
		read_pair(p, &protection, &flags);
		m->executable = protection & PROT_EXEC;
	}
	m->path = text(p);
}

/* Number of namespaces, then { device, inode } for each, by kind. */
static void parse_namespaces(struct parser *p, struct record *r)
{
	uint64_t n;

	read_pair(p, &r->pid, &r->tid);
	n = word(p);
	for (uint64_t i = 0; i < n && !p->c.failed; i++) {
		uint64_t device = word(p), inode = word(p);

		(void)device;
		if (i == MNT_NS_INDEX)
			r->mount_ns = inode;
	}
}

static void parse_task(struct parser *p, struct record *r)
{
	read_pair(p, &r->pid, &r->parent);
	read_pair(p, &r->tid, &r->parent_tid);
}

static void parse_lost(const struct perf_event_header *h, struct parser *p, struct record *r)
{
	r->lost_samples = h->type == PERF_RECORD_LOST_SAMPLES;
	if (!r->lost_samples)
		word(p); /* the event's id */
	r->lost = word(p);
	if (r->lost_samples && h->misc & FILTERED)
		r->lost = 0; /* a filter dropped them */
}

static void parse_deferred(struct parser *p, struct record *r)
{
	r->deferred.cookie = word(p);
	r->deferred.nchain = (size_t)word(p);
	r->deferred.chain = values(p, r->deferred.nchain, sizeof(uint64_t));
}

/* Address; length, kind of code, flags; name. */
static void parse_kernel_code(struct parser *p, struct record *r)
{
	uint64_t sizes; /* length, kind, flags: 32, 16 and 16 bits */

	r->kernel_code.start = word(p);
	sizes = word(p);
	r->kernel_code.length = sizes & UINT32_MAX;
	r->kernel_code.removed = sizes >> 48 & PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER;
	r->kernel_code.name = text(p);
}

size_t record_trailer(const struct perf_event_attr *attr)
{
	enum {
		FIELDS = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID |
			 PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER
	};

	return attr->sample_id_all ? 8 * (size_t)__builtin_popcountll(attr->sample_type & FIELDS) :
				     0;
}

/*
 * For each event that gets a record of its code, the kernel makes that larger by a trailer
 * (perf_event_ksymbol_output()), and writes only one, after the name, which is padded to 8 bytes.
 */
size_t record_written(const struct perf_event_header *h, const struct perf_event_attr *attr)
{
	const size_t name = sizeof(*h) + 16;
	size_t n;

	if (h->type != PERF_RECORD_KSYMBOL || h->size < name)
		return h->size;
	n = strnlen((const char *)h + name, h->size - name);
	return min_size(h->size, name + ((n + 8) & ~(size_t)7) + record_trailer(attr));
}

/*
 * With sample_id_all, records other than samples end with some of a sample's fields: TID, TIME,
 * ID, STREAM_ID, CPU, IDENTIFIER.
 */
static void parse_trailer(const struct perf_event_header *h, const struct perf_event_attr *attr,
			  struct record *r)
{
	size_t n = record_trailer(attr), end = record_written(h, attr);
	struct parser p = { .attr = attr, .fields = attr->sample_type };
	uint32_t reserved;
	uint64_t id;

	if (!n || n > end - sizeof(*h))
		return;
	p.c = cursor_over(str((const char *)h + end - n, n));
	if (p.fields & PERF_SAMPLE_TID)
		read_pair(&p, &r->pid, &r->tid);
	r->time = word_of(&p, PERF_SAMPLE_TIME);
	id = word_of(&p, PERF_SAMPLE_ID);
	word_of(&p, PERF_SAMPLE_STREAM_ID);
	if (p.fields & PERF_SAMPLE_CPU)
		read_pair(&p, &r->cpu, &reserved);
	r->id = word_of(&p, PERF_SAMPLE_IDENTIFIER);
	r->id = r->id ? r->id : id;
}

static enum record_kind kind_of(const struct perf_event_header *h)
{
	uint16_t mode = h->misc & PERF_RECORD_MISC_CPUMODE_MASK;

	switch (h->type) {
	case PERF_RECORD_SAMPLE: return RECORD_SAMPLE;
	case PERF_RECORD_MMAP:
	case PERF_RECORD_MMAP2:
		return mode == PERF_RECORD_MISC_USER || mode == PERF_RECORD_MISC_KERNEL ?
			       RECORD_MAP :
			       RECORD_OTHER;
	case PERF_RECORD_COMM: return RECORD_COMM;
	case PERF_RECORD_FORK: return RECORD_FORK;
	case PERF_RECORD_EXIT: return RECORD_EXIT;
	case PERF_RECORD_NAMESPACES: return RECORD_NAMESPACES;
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES: return RECORD_LOST;
	case PERF_RECORD_THROTTLE: return RECORD_THROTTLE;
	case PERF_RECORD_SWITCH:
	case PERF_RECORD_SWITCH_CPU_WIDE: return RECORD_SWITCH;
	case PERF_RECORD_CGROUP: return RECORD_CGROUP;
	case PERF_RECORD_KSYMBOL: return RECORD_KERNEL_CODE;
	case PERF_RECORD_CALLCHAIN_DEFERRED_TYPE: return RECORD_DEFERRED;
	default: return RECORD_OTHER;
	}
}

static enum record_mode mode_of(const struct perf_event_header *h)
{
	switch (h->misc & PERF_RECORD_MISC_CPUMODE_MASK) {
	case PERF_RECORD_MISC_KERNEL: return RECORD_IN_KERNEL;
	case PERF_RECORD_MISC_HYPERVISOR:
	case PERF_RECORD_MISC_GUEST_KERNEL:
	case PERF_RECORD_MISC_GUEST_USER: return RECORD_IN_GUEST;
	default: return RECORD_IN_USER;
	}
}

static void parse_body(const struct perf_event_header *h, struct parser *p, struct record *r)
{
	switch (r->kind) {
	case RECORD_SAMPLE:
		r->sample.mode = mode_of(h);
		parse_sample(p, r);
		break;
	case RECORD_MAP: parse_map(h, p, r); break;
	case RECORD_COMM:
		read_pair(p, &r->pid, &r->tid);
		r->comm.exec = h->misc & PERF_RECORD_MISC_COMM_EXEC;
		r->comm.name = text(p);
		break;
	case RECORD_FORK:
	case RECORD_EXIT: parse_task(p, r); break;
	case RECORD_NAMESPACES: parse_namespaces(p, r); break;
	case RECORD_SWITCH: /* the thread is that of the trailer */
		r->task_switch.out = h->misc & PERF_RECORD_MISC_SWITCH_OUT;
		r->task_switch.preempt = h->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT;
		break;
	case RECORD_LOST: parse_lost(h, p, r); break;
	case RECORD_CGROUP:
		r->cgroup.id = word(p);
		r->cgroup.path = text(p);
		break;
	case RECORD_KERNEL_CODE: parse_kernel_code(p, r); break;
	case RECORD_DEFERRED: parse_deferred(p, r); break;
	default: break;
	}
}

void record_parse(const struct perf_event_header *h, const struct perf_event_attr *attr,
		  struct record *r)
{
	struct parser p = { .attr = attr, .fields = attr->sample_type };

	p.c = cursor_over(str((const char *)(h + 1), h->size - sizeof(*h)));
	*r = (struct record){ .kind = kind_of(h) };
	/* The trailer first: pids of the record itself replace those in it. */
	if (r->kind != RECORD_SAMPLE)
		parse_trailer(h, attr, r);
	parse_body(h, &p, r);
	if (p.c.failed)
		r->kind = RECORD_MALFORMED;
}

/* Moving */

static const void *moved(const void *p, const void *from, const void *to)
{
	return p ? (const char *)to + ((const char *)p - (const char *)from) : NULL;
}

void record_moved(struct record *r, const void *from, const void *to)
{
	switch (r->kind) {
	case RECORD_SAMPLE:
		r->sample.chain = moved(r->sample.chain, from, to);
		r->sample.regs = moved(r->sample.regs, from, to);
		r->sample.stack = moved(r->sample.stack, from, to);
		r->sample.calls = moved(r->sample.calls, from, to);
		r->sample.raw.p = moved(r->sample.raw.p, from, to);
		break;
	case RECORD_MAP:
		r->map.path.p = moved(r->map.path.p, from, to);
		r->map.build_id.p = moved(r->map.build_id.p, from, to);
		break;
	case RECORD_CGROUP: r->cgroup.path.p = moved(r->cgroup.path.p, from, to); break;
	case RECORD_KERNEL_CODE:
		r->kernel_code.name.p = moved(r->kernel_code.name.p, from, to);
		break;
	case RECORD_COMM: r->comm.name.p = moved(r->comm.name.p, from, to); break;
	case RECORD_DEFERRED: r->deferred.chain = moved(r->deferred.chain, from, to); break;
	default: break;
	}
}

size_t record_extent(const struct perf_event_header *h, const struct record *r)
{
	if (r->kind == RECORD_SWITCH)
		return sizeof(*h);
	if (r->kind != RECORD_SAMPLE || !r->sample.stack)
		return h->size;
	return (size_t)(r->sample.stack - (const uint8_t *)h) + r->sample.nstack;
}
