#include "record/process/process_context.h"

#include <stdio.h>

#include "perf/cgroup_path.h"
#include "record/kernel_text.h"
#include "record/process/process_memory.h"
#include "record/process/resource_text.h"

enum {
	HEADER = 32,             /* bytes that are read of the mapping */
	VERSION = 2,             /* of its layout */
	MOST_PAYLOAD = 64 << 10, /* bytes */
	TRIES = 3,               /* reads while the process changes the context */
	MOST_LOOKS = 10,         /* searches for published contexts per second */
	SHORT_ID = 12,           /* digits of a container's id that engines show */
};

static const uint64_t FIRST_LOOK_NS = 1000000000, LAST_LOOK_NS = 64000000000;
static const uint64_t KEY_PAUSE_NS = 100000000; /* between searches for unknown keys */

struct process_context {
	struct buf published; /* labels from the mapping */
	struct buf fixed;     /* labels from all other sources */
	struct buf text;      /* both */
	uint64_t time;        /* of the publication; 0 = none so far */
	uint64_t next, pause; /* ns: time of the next search, and the pause after it */
	struct buf keys;      /* of attributes in contexts of threads: a line each, by number */
	uint64_t asked;       /* ns: when an unknown key was last searched */
	bool looked, is_readable;
	bool has_threads; /* threads have contexts */
};

void process_context_release(struct process_context *c)
{
	if (!c)
		return;
	buf_release(&c->published);
	buf_release(&c->fixed);
	buf_release(&c->text);
	buf_release(&c->keys);
	mem_free(c, sizeof(*c));
}

/* The published context */

/* "7f0012340000-7f0012341000 rw-p 00000000 00:01 3078   /memfd:OTEL_CTX (deleted)" */
static bool is_context_line(struct str line)
{
	static const char *const names[] = { "[anon_shmem:OTEL_CTX]", "[anon:OTEL_CTX]",
					     "/memfd:OTEL_CTX" };
	ptrdiff_t at = str_find(line, S("OTEL_CTX"));

	for (size_t i = 0; at >= 0 && i < LEN(names); i++)
		if (str_find(line, str_of(names[i])) >= 0)
			return true;
	return false;
}

/* The address of the context's mapping among lines of /proc/PID/maps; 0 if there is none. */
static uint64_t find_line(struct str lines)
{
	uint64_t start = 0;

	if (str_find(lines, S("OTEL_CTX")) < 0)
		return 0;
	while (lines.n && !start) {
		struct str line = str_cut(&lines, '\n'), range = line;

		if (is_context_line(line) && !str_hex(str_cut(&range, '-'), &start))
			start = 0;
	}
	return start;
}

bool process_context_in_maps(struct str maps)
{
	return find_line(maps);
}

static uint64_t find_mapping(int pid)
{
	struct buf maps = { 0 };
	uint64_t start;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	kernel_text(path, &maps);
	start = find_line(buf_str(&maps));
	buf_release(&maps);
	return start;
}

struct context_header {
	char magic[8];
	uint32_t version, size;
	uint64_t time, payload;
};

static bool read_header(int pid, uint64_t at, struct context_header *h)
{
	_Static_assert(sizeof(*h) == HEADER, "as it lies in memory");
	return process_memory_read(&pid, at, h, sizeof(*h)) &&
	       str_eq(str(h->magic, sizeof(h->magic)), S("OTEL_CTX")) && h->version == VERSION &&
	       h->size <= MOST_PAYLOAD;
}

/* Reads the context. If the process changes it meanwhile, its time is 0 or a new one. */
static bool read_once(struct process_context *c, int pid, uint64_t at)
{
	struct context_header h, again;
	struct buf payload = { 0 };
	bool ok = false;

	if (!read_header(pid, at, &h) || !h.time)
		return false;
	if (h.time == c->time)
		return true;
	ok = process_memory_read(&pid, h.payload, buf_room(&payload, h.size + 1), h.size) &&
	     read_header(pid, at, &again) && again.time == h.time;
	payload.n = h.size;
	if (ok) {
		c->published.n = c->keys.n = 0;
		resource_of_context(&c->published, buf_str(&payload));
		c->has_threads = resource_thread_keys(&c->keys, buf_str(&payload));
		c->time = h.time;
	}
	buf_release(&payload);
	return ok;
}

static void read_published(struct process_context *c, int pid)
{
	uint64_t at = find_mapping(pid);

	for (int i = 0; at && i < TRIES && !read_once(c, pid, at); i++)
		;
}

/* What does not change */

static void add_group(struct process_context *c, struct str group, struct str own_group)
{
	struct str id = cgroup_container(group);

	if (!str_eq(group, own_group))
		resource_add(&c->fixed, S("service.name"), cgroup_service(group));
	if (id.n)
		resource_add(&c->fixed, S("service.instance.id"), str(id.p, SHORT_ID));
}

static bool read_environment(struct process_context *c, int pid)
{
	struct buf environment = { 0 };
	char path[32];
	bool ok;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	ok = kernel_text(path, &environment);
	if (ok)
		resource_of_environment(&c->fixed, buf_str(&environment));
	buf_release(&environment);
	return ok;
}

/* Copies the parent's labels: a child is usually part of the same service. */
static void inherit(struct processes *t, const struct process *p, struct process_context *c)
{
	struct process *parent = p->parent ? processes_find(t, p->parent) : NULL;
	struct process_context *of = parent ? parent->host_context : NULL;

	if (of)
		buf_add(&c->fixed, buf_str(&of->text));
}

/*
 * Limits the searches per second, since the list of a process's mappings may be long. When many
 * processes come and go, few of them live long enough to publish a context.
 */
static bool may_look(uint64_t time)
{
	static uint64_t second;
	static unsigned looks;

	if (time / 1000000000 != second)
		looks = 0;
	second = time / 1000000000;
	return looks++ < MOST_LOOKS;
}

static void join(struct process_context *c)
{
	c->text.n = 0;
	buf_add(&c->text, buf_str(&c->published));
	buf_add(&c->text, buf_str(&c->fixed));
}

static struct process_context *new_context(struct process *p)
{
	return p->host_context = mem_zeroed(1, sizeof(struct process_context));
}

struct str process_context_labels(struct processes *t, struct process *p, struct str group,
				  struct str own_group, uint64_t time, uint64_t *until)
{
	struct process_context *c = p->host_context;

	if (!c)
		c = new_context(p);
	if (!c->looked) {
		c->is_readable = read_environment(c, p->pid);
		if (!c->is_readable)
			inherit(t, p, c);
		add_group(c, group, own_group);
		c->pause = FIRST_LOOK_NS;
		c->looked = true;
	}
	if (time >= c->next && !may_look(time)) {
		c->next = time + FIRST_LOOK_NS / 4;
		join(c);
	} else if (time >= c->next) {
		read_published(c, p->pid);
		join(c);
		c->next = time + c->pause;
		c->pause = c->pause < LAST_LOOK_NS ? 2 * c->pause : c->pause;
	}
	*until = c->is_readable ? c->next : UINT64_MAX;
	return buf_str(&c->text);
}

/* Contexts of threads */

bool process_context_has_threads(const struct process *p)
{
	const struct process_context *c = p->host_context;

	return c && c->has_threads;
}

/* The line of that number; empty if there is none. */
static struct str line_at(struct str lines, unsigned number)
{
	while (number-- && lines.n)
		str_cut(&lines, '\n');
	return str_cut(&lines, '\n');
}

static unsigned count_lines(struct str lines)
{
	unsigned n = 0;

	for (; lines.n; str_cut(&lines, '\n'))
		n++;
	return n;
}

struct str process_context_key(struct process *p, unsigned number, uint64_t time)
{
	struct process_context *c = p->host_context;

	if (!c)
		c = new_context(p);
	if (number >= count_lines(buf_str(&c->keys)) &&
	    (!c->asked || time > c->asked + KEY_PAUSE_NS)) {
		c->asked = time;
		read_published(c, p->pid);
		join(c);
	}
	return line_at(buf_str(&c->keys), number);
}
