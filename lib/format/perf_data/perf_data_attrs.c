/* The events of a recording: attributes, ids and names. */
#include "format/perf_data/perf_data.h"

enum { ATTR_LEAST = 64 }; /* PERF_ATTR_SIZE_VER0: no attributes are shorter */

/* Attributes of newer kernels are longer; the additional bytes are not needed. */
bool perf_data_add_attr(struct perf_data *r, struct cursor *attr)
{
	struct perf_event_attr a = { 0 };
	struct cursor sized = *attr;
	struct str bytes;
	uint32_t size;

	cursor_skip(&sized, 4);
	size = cursor_u32(&sized);
	if (sized.failed || size < ATTR_LEAST || size > cursor_left(attr))
		return cursor_error(attr, r->in, "an event has attributes of %u bytes, of %zu",
				    size, cursor_left(attr));
	if (r->begun)
		return cursor_error(attr, r->in, "an event is described after its records");
	bytes = cursor_bytes(attr, size);
	memcpy(&a, bytes.p, min_size(sizeof(a), bytes.n));
	perf_events_add(&r->events, &a);
	vec_push(&r->event, (struct perf_data_event){ .off_cpu = false });
	return true;
}

/* Of the event that was added last. */
bool perf_data_add_ids(struct perf_data *r, struct cursor ids)
{
	while (cursor_left(&ids) >= sizeof(uint64_t)) {
		uint64_t id = cursor_u64(&ids);

		perf_events_add_id(&r->events, id, r->events.n - 1);
	}
	return true;
}

void perf_data_name_event(struct perf_data *r, size_t event, struct str name)
{
	struct buf *to = &r->event.v[event].name;

	to->n = 0;
	buf_add(to, name);
}

/* Names for events that have none, as in perf */

static const char *const hardware[] = {
	"cycles",
	"instructions",
	"cache-references",
	"cache-misses",
	"branches",
	"branch-misses",
	"bus-cycles",
	"stalled-cycles-frontend",
	"stalled-cycles-backend",
	"ref-cycles",
};
static const char *const software[] = {
	"cpu-clock",        "task-clock",   "page-faults",  "context-switches",
	"cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
	"emulation-faults", "dummy",        "bpf-output",   "cgroup-switches",
};

static const char *name_of_type(const struct perf_event_attr *a)
{
	uint64_t low = a->config & UINT32_MAX; /* the rest is the kind of core */

	if (a->type == PERF_TYPE_HARDWARE && low < LEN(hardware))
		return hardware[low];
	if (a->type == PERF_TYPE_SOFTWARE && a->config < LEN(software))
		return software[a->config];
	return NULL;
}

void perf_data_default_name(struct buf *name, const struct perf_event_attr *a)
{
	const char *known = name_of_type(a);

	if (known)
		buf_add(name, str_of(known));
	else if (a->type == PERF_TYPE_RAW)
		buf_printf(name, "raw 0x%llx", (unsigned long long)a->config);
	else
		buf_printf(name, "event %u:0x%llx", a->type, (unsigned long long)a->config);
	if (a->exclude_kernel && !a->exclude_user)
		buf_add(name, S(":u"));
	if (a->exclude_user && !a->exclude_kernel)
		buf_add(name, S(":k"));
}
