#include "record/gather.h"

#include <stdio.h>

#include "record/kernel_text.h"

static const uint32_t NO_COLUMN = UINT32_MAX;

enum { RECENT_BITS = 12, RECENT = 1 << RECENT_BITS };

/* Map 0, that of none, has no addresses. */
struct recent_loc {
	uint64_t address;
	map_id map;
	loc_id loc;
};

struct origin {
	char comm[16], thread[16];
	uint32_t pid, tid, cpu, one;
	label_set_id labels; /* payload */
	uint32_t zero;
};

/* The control group of a process, as read from /proc: a string of the profile. */
struct group {
	uint64_t pid;
	str_id path; /* payload */
	uint32_t zero;
};

void gather_init(struct gather *g, const struct gather_options *o, struct processes *processes)
{
	*g = (struct gather){ .o = o, .processes = processes };
	g->recent = mem_zeroed(RECENT, sizeof(*g->recent));
	table_init(&g->origins, sizeof(struct origin), offsetof(struct origin, labels));
	table_init(&g->groups, sizeof(struct group), offsetof(struct group, path));
}

void gather_release(struct gather *g)
{
	table_release(&g->origins);
	table_release(&g->groups);
	buf_release(&g->columns);
	buf_release(&g->stack);
	buf_release(&g->jits);
	buf_release(&g->binaries);
	mem_free(g->recent, RECENT * sizeof(*g->recent));
}

/* Beginning */

static void add_columns(struct gather *g, const struct event *e)
{
	struct profile *p = g->p;
	uint32_t col[2] = { NO_COLUMN, NO_COLUMN };
	int64_t scale;

	if (e->is_cpu)
		col[0] = profile_column(p, dict_intern(p->dict, S("samples")),
					dict_intern(p->dict, S("count")), &scale);
	col[1] = profile_column(p, dict_intern(p->dict, str_of(e->sample_type)),
				dict_intern(p->dict, str_of(e->unit)), &scale);
	buf_put(&g->columns, col, sizeof(col));
}

static void describe(struct gather *g)
{
	const struct event *first = &g->o->events[0];

	g->p->head = (struct header){
		.period_type = dict_intern(g->p->dict, str_of(first->sample_type)),
		.period_unit = dict_intern(g->p->dict, str_of(first->unit)),
		.period = first->is_cpu && g->o->frequency ?
				  (int64_t)(1000000000 / g->o->frequency) :
				  1,
		.default_type = dict_intern(g->p->dict, str_of(first->sample_type)),
	};
}

static label_set_id add_text(struct gather *g, label_set_id set, struct str key, struct str value)
{
	struct label l = { .key = dict_intern(g->p->dict, key),
			   .str = dict_intern(g->p->dict, value) };

	return value.n ? dict_add_label(g->p->dict, set, l) : set;
}

static label_set_id add_number(struct gather *g, label_set_id set, struct str key, int64_t value)
{
	struct label l = { .key = dict_intern(g->p->dict, key), .is_num = 1, .num = value };

	return dict_add_label(g->p->dict, set, l);
}

static map_id pseudo_mapping(struct gather *g, struct str name)
{
	return dict_add_mapping(g->p->dict,
				(struct mapping){ .file = dict_intern(g->p->dict, name) });
}

static void forget_rows(struct table *t)
{
	uint32_t row = t->row_size, key = t->key_size;

	table_release(t);
	table_init(t, row, key);
}

void gather_begin(struct gather *g, struct profile *p)
{
	func_id truncated;

	g->p = p;
	g->generation++;
	g->columns.n = 0;
	g->common = (label_set_id){ 0 };
	g->kernel = (map_id){ 0 };
	g->jits.n = 0;
	g->binaries.n = 0;
	memset(g->recent, 0, RECENT * sizeof(*g->recent));
	g->ntruncated = 0;
	forget_rows(&g->origins);
	forget_rows(&g->groups);
	profile_begin(p);
	for (size_t i = 0; i < g->o->nevent; i++)
		add_columns(g, &g->o->events[i]);
	describe(g);
	for (size_t i = 0; i < g->o->nlabel; i++) {
		struct str value = str_of(g->o->labels[i]), key = str_cut(&value, '=');

		g->common = add_text(g, g->common, key, value);
	}
	truncated = dict_add_func(p->dict,
				  (struct func){ .name = dict_intern(p->dict, S("[truncated]")) });
	g->truncated = dict_add_loc(p->dict, (struct loc){ .func = truncated });
}

/* Frames */

/* Two binaries can have one row, if neither has a build id: the first that is open counts. */
static void keep_binary(struct gather *g, map_id map, const struct process *p,
			const struct binary *b)
{
	struct gathered_binary none = { .root = -1 }, *row;

	while (BUF_COUNT(&g->binaries, none) <= map.i)
		buf_put(&g->binaries, &none, sizeof(none));
	row = (struct gathered_binary *)g->binaries.p + map.i;
	if (!row->binary || row->binary->fd < 0)
		*row = (struct gathered_binary){ b, process_root(g->processes, p) };
}

struct gathered_binary gather_binary(const struct gather *g, map_id map)
{
	struct gathered_binary none = { .root = -1 };

	return map.i < BUF_COUNT(&g->binaries, none) ?
		       ((struct gathered_binary *)g->binaries.p)[map.i] :
		       none;
}

static map_id mapping_of(struct gather *g, const struct process *p, struct map *m)
{
	struct mapping row = { .start = m->start, .size = m->end - m->start, .offset = m->offset };

	if (m->row_of == g->generation)
		return (map_id){ m->row };
	row.file = dict_intern(g->p->dict, m->binary->path);
	row.build_id = dict_intern(g->p->dict, buf_str(&m->binary->build_id));
	m->row = dict_add_mapping(g->p->dict, row).i;
	m->row_of = g->generation;
	keep_binary(g, (map_id){ m->row }, p, m->binary);
	return (map_id){ m->row };
}

/* The mapping is called after the file in which its code has names. */
static map_id jit_mapping(struct gather *g, struct process *p)
{
	const struct binary *dump;
	struct gathered_jit jit;
	char name[40];

	if (p->jit_row_of == g->generation)
		return (map_id){ p->jit_row };
	dump = jit_dump(g->processes, p);
	snprintf(name, sizeof(name), "/tmp/perf-%d.map", p->pid);
	jit.map = pseudo_mapping(g, dump ? dump->path : str_of(name));
	jit.place = jit_place(g->processes, p);
	if (!dump)
		buf_put(&g->jits, &jit, sizeof(jit));
	else
		keep_binary(g, jit.map, p, dump);
	p->jit_row = jit.map.i;
	p->jit_row_of = g->generation;
	return jit.map;
}

/*
 * Code without a file. A jitdump is asked now, since it knows what was where and
 * when; what a map calls it is looked up when the profile is complete.
 */
static struct loc jit_loc(struct gather *g, const struct recorded *s, uint64_t address)
{
	struct loc row = { .addr = address, .flags = LOC_ADDR | LOC_JIT };
	struct jit_symbol symbol;
	struct func f;

	row.map = jit_mapping(g, s->process);
	if (!jit_find(g->processes, s->process, address, s->time, &symbol))
		return row;
	f = (struct func){ .name = dict_intern(g->p->dict, symbol.name),
			   .file = dict_intern(g->p->dict, symbol.file) };
	row.func = dict_add_func(g->p->dict, f);
	row.line = symbol.line;
	return row;
}

/*
 * The location of an address in a mapping. Most frames of a sample are those of an
 * earlier one, so the last ones are remembered, by a hash of where they are.
 */
static loc_id known_loc(struct gather *g, map_id map, uint64_t address, uint32_t flags)
{
	uint64_t hash = (address ^ (uint64_t)map.i << 32) * 0x9e3779b97f4a7c15;
	struct recent_loc *recent = &g->recent[hash >> (64 - RECENT_BITS)];
	struct loc row = { .map = map, .addr = address, .flags = LOC_ADDR | flags };

	if (recent->address != address || recent->map.i != map.i)
		*recent = (struct recent_loc){ address, map, dict_add_loc(g->p->dict, row) };
	return recent->loc;
}

static loc_id user_loc(struct gather *g, const struct recorded *s, const struct user_frame *f)
{
	if (f->map && f->map->binary)
		return known_loc(g, mapping_of(g, s->process, f->map), f->address - f->map->start,
				 0);
	if (f->map)
		return dict_add_loc(g->p->dict, jit_loc(g, s, f->address));
	return dict_add_loc(g->p->dict, (struct loc){ .addr = f->address, .flags = LOC_ADDR });
}

static loc_id kernel_loc(struct gather *g, uint64_t address)
{
	if (!g->kernel.i)
		g->kernel = pseudo_mapping(g, S("[kernel.kallsyms]"));
	return known_loc(g, g->kernel, address, LOC_KERNEL);
}

static stack_id stack_of(struct gather *g, const struct recorded *s)
{
	loc_id *to;
	size_t n = 0;

	g->stack.n = 0;
	to = (loc_id *)buf_room(&g->stack, (s->nuser + s->nkernel + 1) * sizeof(*to));
	if (s->end != UNWIND_COMPLETE) {
		to[n++] = g->truncated;
		g->ntruncated++;
	}
	for (size_t i = s->nuser; i-- > 0;)
		to[n++] = user_loc(g, s, &s->user[i]);
	for (size_t i = s->nkernel; i-- > 0;)
		to[n++] = kernel_loc(g, s->kernel[i]);
	return dict_add_stack(g->p->dict, to, n);
}

/* Labels */

/* The cgroup of version 2 ("0::/path"), else the first one that is listed. */
static struct str cgroup_path(struct str lines)
{
	struct str first = S(""), path;

	while (lines.n) {
		path = str_cut(&lines, '\n');
		if (str_starts(path, S("0::")))
			return str_skip(path, 3);
		str_cut(&path, ':');
		str_cut(&path, ':');
		if (!first.n && path.n)
			first = path;
	}
	return first;
}

/* Looked up once a profile. */
static struct str group_of(struct gather *g, uint32_t pid)
{
	struct group key = { .pid = (uint64_t)pid + 1 };
	uint32_t known = g->groups.n, row = table_intern(&g->groups, &key);
	struct group *group = table_row(&g->groups, row);
	struct buf b = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	if (row == known && kernel_text(path, &b))
		group->path = dict_intern(g->p->dict, cgroup_path(buf_str(&b)));
	buf_release(&b);
	return dict_text(g->p->dict, group->path);
}

/* A container's id is what container runtimes put in the path: 64 hex digits. */
static struct str container_id(struct str path)
{
	size_t run = 0;

	for (size_t i = 0; i < path.n; i++) {
		bool hex = (path.p[i] >= '0' && path.p[i] <= '9') ||
			   (path.p[i] >= 'a' && path.p[i] <= 'f');

		run = hex ? run + 1 : 0;
		if (run == 64)
			return str(path.p + i - 63, 64);
	}
	return S("");
}

static label_set_id make_labels(struct gather *g, const struct recorded *s)
{
	label_set_id set = g->common;
	unsigned by = g->o->label_by;
	struct str group = S("");

	if (by & (LABEL_BY_CGROUP | LABEL_BY_CONTAINER))
		group = group_of(g, s->pid);
	if (by & LABEL_BY_COMM)
		set = add_text(g, set, S("comm"), str_of(s->process->comm));
	if (by & LABEL_BY_PID)
		set = add_number(g, set, S("pid"), s->pid);
	if (by & LABEL_BY_TID)
		set = add_number(g, set, S("tid"), s->tid);
	if (by & LABEL_BY_THREAD)
		set = add_text(g, set, S("thread"), str_of(s->thread));
	if (by & LABEL_BY_CPU)
		set = add_number(g, set, S("cpu"), s->cpu);
	if (by & LABEL_BY_CGROUP)
		set = add_text(g, set, S("cgroup"), group);
	if (by & LABEL_BY_CONTAINER)
		set = add_text(g, set, S("container"), container_id(group));
	return set;
}

/* Label sets by what they are made of, so that each is made once. */
static label_set_id labels_of(struct gather *g, const struct recorded *s)
{
	unsigned by = g->o->label_by;
	bool by_process = by & (LABEL_BY_PID | LABEL_BY_CGROUP | LABEL_BY_CONTAINER);
	struct origin key = { .one = 1 };
	uint32_t known = g->origins.n, row;
	struct origin *o;

	if (by & LABEL_BY_COMM)
		memcpy(key.comm, s->process->comm, sizeof(key.comm));
	if (by & LABEL_BY_THREAD)
		strncpy(key.thread, s->thread, sizeof(key.thread) - 1);
	key.pid = by_process ? s->pid : 0;
	key.tid = by & LABEL_BY_TID ? s->tid : 0;
	key.cpu = by & LABEL_BY_CPU ? s->cpu + 1 : 0;
	row = table_intern(&g->origins, &key);
	if (row == known) {
		label_set_id set = make_labels(g, s);

		o = table_row(&g->origins, row);
		o->labels = set;
	}
	o = table_row(&g->origins, row);
	return o->labels;
}

/* What a sample of an event is worth: its period, where that is what is shown. */
static int64_t worth(const struct gather *g, const struct recorded *s)
{
	const struct event *e = &g->o->events[s->event];

	if (e->is_cpu && !e->is_clock)
		return g->o->frequency ? (int64_t)(1000000000 / g->o->frequency) : 0;
	return (int64_t)s->period;
}

void gather_sample(struct gather *g, const struct recorded *s)
{
	const uint32_t *col = (const uint32_t *)g->columns.p + 2 * s->event;
	sample_id sample = profile_add_sample(g->p, stack_of(g, s), labels_of(g, s));

	if (col[0] != NO_COLUMN)
		profile_add_value(g->p, col[0], sample, 1);
	profile_add_value(g->p, col[1], sample, worth(g, s));
}
