/* Records, one by one: those of the kernel go to lib/perf, those of perf are handled here. */
#include "format/perf_data/perf_data.h"
#include "format/perf_data/perf_data_off_cpu.h"

enum { ALIGNED = 8 };

const struct perf_event_header *perf_data_aligned(struct perf_data *r, struct str bytes)
{
	if ((uintptr_t)bytes.p % ALIGNED) {
		r->aligned.n = 0;
		buf_add(&r->aligned, bytes);
		bytes.p = r->aligned.p;
	}
	return (const struct perf_event_header *)(const void *)bytes.p;
}

/* No record can be found after this position. */
static bool stop_at(struct perf_data *r, bool goes_on)
{
	r->stopped = goes_on;
	return false;
}

bool perf_data_header(struct perf_data *r, struct str bytes, struct perf_event_header *h)
{
	if (bytes.n < sizeof(*h))
		return stop_at(r, in_bad_at(r->in, r->pos, "ends in the middle of a record"));
	memcpy(h, bytes.p, sizeof(*h));
	return true;
}

bool perf_data_header_fits(struct perf_data *r, const struct perf_event_header *h, uint64_t left)
{
	if (h->size < sizeof(*h))
		return stop_at(r, in_bad_at(r->in, r->pos, "a record of type %u has a size of %u",
					    h->type, h->size));
	if (h->size > left)
		return stop_at(r,
			       in_bad_at(r->in, r->pos,
					 "a record of %u bytes goes beyond the end: %llu are left",
					 h->size, (unsigned long long)left));
	return true;
}

uint64_t perf_data_tail(const struct perf_event_header *h)
{
	struct cursor c = cursor_over(str((const char *)(h + 1), h->size - sizeof(*h)));

	switch (h->type) {
	case PERF_DATA_TRACING: return cursor_u32(&c);
	case PERF_DATA_AUXTRACE: return cursor_u64(&c);
	default: return 0;
	}
}

/* Perf's own */

static struct cursor body_of(struct perf_data *r, const struct perf_event_header *h)
{
	return cursor_at(str((const char *)(h + 1), h->size - sizeof(*h)), r->pos + sizeof(*h));
}

static bool take_attr(struct perf_data *r, const struct perf_event_header *h)
{
	struct cursor c = body_of(r, h);

	return perf_data_add_attr(r, &c) && perf_data_add_ids(r, c);
}

static bool take_feature(struct perf_data *r, const struct perf_event_header *h)
{
	struct cursor c = body_of(r, h);
	uint64_t number = cursor_u64(&c);

	return perf_data_feature(r, number, c);
}

static bool take_build_id(struct perf_data *r, const struct perf_event_header *h)
{
	struct cursor c = cursor_at(str((const char *)h, h->size), r->pos);

	return perf_data_add_build_id(r, &c);
}

/* { type, id, data }: the name of the event with that id. */
static bool take_update(struct perf_data *r, const struct perf_event_header *h)
{
	enum { NAME = 2 };
	struct cursor c = body_of(r, h);
	uint64_t type = cursor_u64(&c), id = cursor_u64(&c);
	struct str name = cursor_padded_text(&c, cursor_left(&c));

	if (type == NAME && name.n && perf_events_has_id(&r->events, id))
		perf_data_name_event(r, perf_events_with_id(&r->events, id), name);
	return true;
}

static bool take_own(struct perf_data *r, const struct perf_event_header *h)
{
	switch (h->type) {
	case PERF_DATA_ATTR: return take_attr(r, h);
	case PERF_DATA_FEATURE: return take_feature(r, h);
	case PERF_DATA_BUILD_ID: return take_build_id(r, h);
	case PERF_DATA_EVENT_UPDATE: return take_update(r, h);
	case PERF_DATA_COMPRESSED:
	case PERF_DATA_COMPRESSED2: return perf_data_unpack(r, h);
	case PERF_DATA_AUXTRACE: r->traces++; return true;
	case PERF_DATA_FINISHED_ROUND:
		if (r->begun)
			decoder_end_round(&r->decoder);
		return true;
	default: break; /* about CPUs, clocks and traces */
	}
	if (h->type > PERF_DATA_COMPRESSED2 && !r->unknown++)
		r->unknown_type = h->type;
	return true;
}

/* The kernel's */

/*
 * The address of the kernel's text, which differs between boots. perf writes the address of a
 * symbol as the mapping's offset.
 */
static void note_kernel_text(struct perf_data *r, const struct perf_event_header *h)
{
	struct record map;

	if (h->type != PERF_RECORD_MMAP || r->kernel_text)
		return;
	record_parse(h, &r->events.attr[0], &map);
	if (map.kind == RECORD_MAP && map.map.in_kernel &&
	    (str_eq(map.map.path, S("[kernel.kallsyms]_text")) ||
	     str_eq(map.map.path, S("[kernel.kallsyms]_stext"))))
		r->kernel_text = map.map.offset;
}

static bool add_to_decoder(struct perf_data *r, const struct perf_event_header *h)
{
	size_t event = perf_events_find(&r->events, h);
	const struct perf_event_attr *attr = &r->events.attr[event];

	if (h->type == PERF_RECORD_SAMPLE && perf_events_is_foreign(&r->events, h))
		return in_bad_at(r->in, r->pos, "a sample of an event that is not described");
	if (h->type == PERF_RECORD_SAMPLE && r->event.v[event].off_cpu) {
		h = perf_data_off_cpu(&r->scratch, h, attr);
		attr = &perf_data_off_cpu_attr;
	}
	if (!h || !decoder_add(&r->decoder, h, attr, event))
		return in_bad_at(r->in, r->pos, "a record is shorter than its event says");
	return true;
}

/* Do waiting records fit in memory? In a file without rounds, they wait until its end. */
static bool has_room(struct perf_data *r)
{
	return in_fits(r->in, r->decoder.queue.bytes, 2);
}

bool perf_data_record(struct perf_data *r, const struct perf_event_header *h)
{
	if (h->type >= PERF_DATA_FIRST)
		return take_own(r, h);
	if (!r->begun && !perf_data_begin(r))
		return false;
	if (h->type > PERF_DATA_LAST_KERNEL && !r->unknown++)
		r->unknown_type = h->type;
	note_kernel_text(r, h);
	return add_to_decoder(r, h) && has_room(r);
}
