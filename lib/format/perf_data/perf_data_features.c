/* The features of a header: the machine, the command, names of events, build ids. */
#include "format/perf_data/perf_data.h"
#include "profile/type.h"

enum feature {
	FEATURE_BUILD_ID = 2,
	FEATURE_HOSTNAME = 3,
	FEATURE_OSRELEASE = 4,
	FEATURE_ARCH = 6,
	FEATURE_CPUDESC = 8,
	FEATURE_CMDLINE = 11,
	FEATURE_EVENT_DESC = 12,
	FEATURE_DIRECTORY = 24,
	FEATURE_CLOCK_DATA = 29,
};

enum { SINGLE_FILE = 0 }; /* the version of a directory without other files of records */

enum { BUILD_ID_SIZED = 1 << 15, BUILD_ID_HOST = -1 };

/* A string with its length, padded with NULs. */
static struct str cut_string(struct cursor *c)
{
	return cursor_padded_text(c, cursor_u32(c));
}

static void take_text(struct buf *to, struct cursor *c)
{
	to->n = 0;
	buf_add(to, cut_string(c));
}

static void take_command(struct perf_data *r, struct cursor *c)
{
	uint32_t n = cursor_u32(c);

	r->command.n = 0;
	for (uint32_t i = 0; i < n && !c->failed; i++) {
		if (i)
			buf_ch(&r->command, ' ');
		buf_add(&r->command, cut_string(c));
	}
}

/* The events again, in the same order, with their names. */
static void take_names(struct perf_data *r, struct cursor *c)
{
	uint32_t n = cursor_u32(c), size = cursor_u32(c);

	for (uint32_t i = 0; i < n && i < r->events.n && !c->failed; i++) {
		uint32_t nid;
		struct str name;

		cursor_skip(c, size);
		nid = cursor_u32(c);
		name = cut_string(c);
		cursor_skip(c, 8 * (uint64_t)nid);
		if (!c->failed)
			perf_data_name_event(r, i, name);
	}
}

static void take_clock(struct perf_data *r, struct cursor *c)
{
	uint64_t wall, clock;

	cursor_skip(c, 8); /* version, number of the clock */
	wall = cursor_u64(c);
	clock = cursor_u64(c);
	if (c->failed || wall > INT64_MAX || clock > wall)
		return;
	r->has_clock = true;
	r->clock = (int64_t)(wall - clock);
}

/* If the size of a build id is not recorded, zeros at its end are padding. */
static struct str cut_build_id(struct str bytes, size_t size)
{
	static const char none[4];

	if (size)
		return str(bytes.p, min_size(size, bytes.n));
	while (bytes.n >= sizeof(none) &&
	       memcmp(bytes.p + bytes.n - sizeof(none), none, sizeof(none)) == 0)
		bytes.n -= sizeof(none);
	return bytes;
}

static void keep_build_id(struct perf_data *r, struct str path, struct str id)
{
	uint32_t row = strings_intern(&r->paths, path);

	while (r->build_id.n <= row)
		vec_push(&r->build_id, (struct perf_data_build_id){ .n = 0 });
	memcpy(r->build_id.v[row].bytes, id.p, id.n);
	r->build_id.v[row].n = id.n;
}

/* { header, pid, build id, its size and padding, path }; header.size is the total. */
bool perf_data_add_build_id(struct perf_data *r, struct cursor *c)
{
	uint16_t misc, size;
	struct cursor body;
	struct str id, path;
	int32_t pid;
	uint8_t n;

	cursor_skip(c, 4);
	misc = cursor_u16(c);
	size = cursor_u16(c);
	if (c->failed || size < 8)
		return cursor_error(c, r->in, "a list of build ids is cut short");
	body = cursor_sub(c, size - 8u);
	pid = (int32_t)cursor_u32(&body);
	id = cursor_bytes(&body, PERF_DATA_BUILD_ID_MOST);
	n = cursor_u8(&body);
	cursor_skip(&body, 3);
	path = cursor_padded_text(&body, cursor_left(&body));
	if (body.failed)
		return cursor_error(&body, r->in, "a list of build ids is cut short");
	if (pid == BUILD_ID_HOST && path.n)
		keep_build_id(r, path, cut_build_id(id, misc & BUILD_ID_SIZED ? n : 0));
	return true;
}

bool perf_data_feature(struct perf_data *r, uint64_t number, struct cursor c)
{
	switch (number) {
	case FEATURE_BUILD_ID:
		while (cursor_left(&c))
			if (!perf_data_add_build_id(r, &c))
				return false;
		break;
	case FEATURE_HOSTNAME: take_text(&r->host, &c); break;
	case FEATURE_OSRELEASE: take_text(&r->kernel, &c); break;
	case FEATURE_ARCH: take_text(&r->machine, &c); break;
	case FEATURE_CPUDESC: take_text(&r->cpu_model, &c); break;
	case FEATURE_CMDLINE: take_command(r, &c); break;
	case FEATURE_EVENT_DESC: take_names(r, &c); break;
	case FEATURE_DIRECTORY: r->has_parts = cursor_u64(&c) != SINGLE_FILE; break;
	case FEATURE_CLOCK_DATA: take_clock(r, &c); break;
	default: break;
	}
	return !c.failed || cursor_error(&c, r->in, "feature %llu of the header is cut short",
					 (unsigned long long)number);
}
