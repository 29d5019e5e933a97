#include "perf/gather.h"

#include <stddef.h>
#include <stdio.h>

#include "profile/frame_type.h"

static const uint32_t NO_COLUMN = UINT32_MAX;

enum { RECENT_BITS = 14, RECENT = 1 << RECENT_BITS };

/* The number for the kernel as a whole. No mapping has number 0. */
static const uint64_t KERNEL_NUMBER = UINT64_MAX;

struct recent_loc {
	uint64_t address;
	uint64_t number; /* of its map */
	loc_id loc;
};

struct known_mapping {
	uint64_t number; /* of a map, or of a process with JIT code */
	map_id map;      /* payload */
	uint32_t zero;
};

struct known_program {
	uint64_t process; /* its number */
	uint64_t samples; /* payload */
	map_id map;
	uint32_t zero;
};

static void init_mappings(struct gather *g)
{
	table_init(&g->mappings, sizeof(struct known_mapping), offsetof(struct known_mapping, map));
	table_init(&g->programs, sizeof(struct known_program),
		   offsetof(struct known_program, samples));
}

static void release_mappings(struct gather *g)
{
	table_release(&g->mappings);
	table_release(&g->programs);
}

void gather_init(struct gather *g, const struct label_options *o, struct decoder *d,
		 const struct gather_event *events, size_t nevent)
{
	*g = (struct gather){ .decoder = d, .events = events, .nevent = nevent };
	g->recent = mem_zeroed(RECENT, sizeof(*g->recent));
	init_mappings(g);
	sample_labels_init(&g->labels, o, d);
}

void gather_release(struct gather *g)
{
	release_mappings(g);
	sample_labels_release(&g->labels);
	buf_release(&g->columns);
	buf_release(&g->stack);
	mem_free(g->recent, RECENT * sizeof(*g->recent));
}

/* Beginning */

static void add_columns(struct gather *g, const struct gather_event *e, uint32_t *col)
{
	struct profile *p = g->p;
	int64_t scale;

	if (e->count_type)
		col[0] = profile_column(p, dict_intern(p->dict, str_of(e->count_type)),
					dict_intern(p->dict, S("count")), &scale);
	col[1] = profile_column(p, dict_intern(p->dict, str_of(e->sample_type)),
				dict_intern(p->dict, str_of(e->unit)), &scale);
}

/* The columns of an event. */
static uint32_t *columns_of(struct gather *g, size_t event)
{
	return (uint32_t *)g->columns.p + 2 * event;
}

static void begin_columns(struct gather *g)
{
	const uint32_t none[2] = { NO_COLUMN, NO_COLUMN };

	g->columns.n = 0;
	for (size_t i = 0; i < g->nevent; i++) {
		buf_put(&g->columns, none, sizeof(none));
		if (!g->as_they_come)
			add_columns(g, &g->events[i], columns_of(g, i));
	}
}

static void describe(struct gather *g, const struct gather_event *first)
{
	g->p->head = (struct header){
		.period = first->period,
		.default_type = dict_intern(g->p->dict, str_of(first->sample_type)),
	};
	if (!first->period)
		return;
	g->p->head.period_type = dict_intern(g->p->dict, str_of(first->sample_type));
	g->p->head.period_unit = dict_intern(g->p->dict, str_of(first->unit));
}

static map_id pseudo_mapping(struct gather *g, struct str name)
{
	return dict_add_mapping(g->p->dict,
				(struct mapping){ .file = dict_intern(g->p->dict, name) });
}

void gather_begin(struct gather *g, struct profile *p)
{
	func_id truncated;

	g->p = p;
	g->kernel = (map_id){ 0 };
	g->script_type = 0;
	memset(g->recent, 0, RECENT * sizeof(*g->recent));
	g->ntruncated = 0;
	memset(g->nended, 0, sizeof(g->nended));
	release_mappings(g);
	init_mappings(g);
	profile_begin(p);
	begin_columns(g);
	describe(g, &g->events[0]);
	sample_labels_begin(&g->labels, p->dict);
	truncated = dict_add_func(p->dict,
				  (struct func){ .name = dict_intern(p->dict, S("[truncated]")) });
	g->truncated = dict_add_loc(p->dict, (struct loc){ .func = truncated });
}

/* Frames */

/* The name of a kernel module, as in /proc/kallsyms: "[snd_pcm]". */
static str_id module_name(struct gather *g, struct str path)
{
	struct str stem = str_basename(path);
	ptrdiff_t end = str_find(stem, S(".ko"));
	struct buf name = { 0 };
	str_id id;

	if (end <= 0)
		return dict_intern(g->p->dict, path);
	buf_printf(&name, "[%.*s]", (int)end, stem.p);
	for (size_t i = 0; i < name.n; i++)
		name.p[i] = name.p[i] == '-' ? '_' : name.p[i];
	id = dict_intern(g->p->dict, buf_str(&name));
	buf_release(&name);
	return id;
}

/* The mapping of the profile for a map. */
static map_id mapping_of(struct gather *g, struct process *p, const struct map *m)
{
	struct known_mapping key = { .number = m->number }, *row;
	const struct region *r = &m->region;

	row = table_row(&g->mappings, table_intern(&g->mappings, &key));
	if (!row->map.i) {
		struct mapping new = { .start = r->start,
				       .size = r->end - r->start,
				       .offset = m->offset };

		new.file = m->binary->is_kernel ? module_name(g, m->binary->path) :
						  dict_intern(g->p->dict, m->binary->path);
		new.build_id = dict_intern(g->p->dict, buf_str(&m->binary->build_id));
		if (!new.build_id.i)
			new.which = m->binary->module.id + 1;
		row->map = dict_add_mapping(g->p->dict, new);
		if (g->on_mapping)
			g->on_mapping(g->context, row->map, p, m->binary);
	}
	return row->map;
}

/* The mapping for a process's JIT code; its file is the one with that code's names. */
static map_id jit_mapping(struct gather *g, struct process *p)
{
	const struct perf_host *host = &g->decoder->host;
	struct known_mapping key = { .number = p->number }, *row;
	const struct binary *dump = NULL;
	char file[40];

	row = table_row(&g->mappings, table_intern(&g->mappings, &key));
	if (row->map.i)
		return row->map;
	if (host->jit_dump)
		dump = host->jit_dump(host->context, &g->decoder->processes, p);
	snprintf(file, sizeof(file), "/tmp/perf-%d.map", p->pid);
	row->map = pseudo_mapping(g, dump ? dump->path : str_of(file));
	if (g->on_mapping)
		g->on_mapping(g->context, row->map, p, dump);
	return row->map;
}

/*
 * The location of code without a file. A jitdump is searched now, since it knows which code was
 * at an address at a time. Perf maps are searched when the profile is complete.
 */
static struct loc jit_loc(struct gather *g, const struct perf_sample *s, uint64_t address)
{
	const struct perf_host *host = &g->decoder->host;
	struct loc row = { .addr = address, .flags = LOC_ADDR | LOC_JIT };
	struct jit_symbol symbol;
	struct func f;

	row.map = jit_mapping(g, s->process);
	if (!host->jit_find || !host->jit_find(host->context, &g->decoder->processes, s->process,
					       address, s->time, &symbol))
		return row;
	f = (struct func){ .name = dict_intern(g->p->dict, symbol.name),
			   .file = dict_intern(g->p->dict, symbol.file) };
	row.func = dict_add_func(g->p->dict, f);
	row.line = symbol.line;
	return row;
}

/*
 * The cache entry for a frame: most frames of a sample were in an earlier one. An entry for
 * another frame has another number or address.
 */
static struct recent_loc *recent_loc(struct gather *g, uint64_t number, uint64_t address)
{
	uint64_t hash = (address ^ number << 32) * 0x9e3779b97f4a7c15;

	return &g->recent[hash >> (64 - RECENT_BITS)];
}

/* The location of an address in p's mapping m; in the kernel as a whole if m is NULL. */
static loc_id known_loc(struct gather *g, struct process *p, const struct map *m, uint64_t address,
			uint32_t flags)
{
	uint64_t number = m ? m->number : KERNEL_NUMBER;
	struct recent_loc *r = recent_loc(g, number, address);
	struct loc row = { .addr = address, .flags = LOC_ADDR | flags };

	if (r->address == address && r->number == number)
		return r->loc;
	row.map = m ? mapping_of(g, p, m) : g->kernel;
	row.addr -= m ? m->region.start : 0;
	*r = (struct recent_loc){ address, number, dict_add_loc(g->p->dict, row) };
	return r->loc;
}

static map_id script_mapping(struct gather *g, uint32_t type)
{
	if (type && type != g->script_type) {
		g->script = frame_type_mapping(g->p->dict, type);
		g->script_type = type;
	}
	return type ? g->script : (map_id){ 0 };
}

/* The location of a line of an interpreted function. */
static loc_id script_loc(struct gather *g, const struct user_frame *at)
{
	const struct perf_host *host = &g->decoder->host;
	struct script_frame s = { .function = S("[unknown function of an interpreter]") };
	struct func f = { 0 };

	if (host->script)
		host->script(host->context, at->address, &s);
	f.name = dict_intern(g->p->dict, s.function);
	f.file = dict_intern(g->p->dict, s.file);
	f.line = s.first;
	return dict_add_loc(g->p->dict, (struct loc){ .func = dict_add_func(g->p->dict, f),
						      .map = script_mapping(g, s.type),
						      .line = s.line,
						      .flags = s.type });
}

static loc_id user_loc(struct gather *g, const struct perf_sample *s, const struct user_frame *f)
{
	const struct map *m = f->region ? map_of(f->region) : NULL;

	if (user_frame_is_script(f))
		return script_loc(g, f);
	if (m && !map_is_generated(m))
		return known_loc(g, s->process, m, f->address, 0);
	if (m)
		return dict_add_loc(g->p->dict, jit_loc(g, s, f->address));
	return dict_add_loc(g->p->dict, (struct loc){ .addr = f->address, .flags = LOC_ADDR });
}

static loc_id named_loc(struct gather *g, struct str name, map_id map, uint32_t flags)
{
	struct func f = { .name = dict_intern(g->p->dict, name) };

	return dict_add_loc(g->p->dict, (struct loc){ .func = dict_add_func(g->p->dict, f),
						      .map = map,
						      .flags = flags });
}

/*
 * The location of a kernel address. Modules have their own mapping if there are records of it; code
 * that the kernel has made during the recording has its name already.
 */
static loc_id kernel_loc(struct gather *g, uint64_t address)
{
	struct processes *t = &g->decoder->processes;
	struct str name = kernel_codes_find(&g->decoder->kernel_codes, address);
	const struct map *m = t->kernel.nmap ? process_find(t, &t->kernel, address) : NULL;

	if (m && !str_starts(m->binary->path, S("[kernel.kallsyms]")))
		return known_loc(g, &t->kernel, m, address, LOC_KERNEL);
	if (!g->kernel.i)
		g->kernel = pseudo_mapping(g, S("[kernel.kallsyms]"));
	if (name.n)
		return named_loc(g, name, g->kernel, LOC_KERNEL);
	return known_loc(g, &t->kernel, NULL, address, LOC_KERNEL);
}

/* Makes locations for kernel frames that are known only by name. Returns their number. */
static size_t named_kernel_locs(struct gather *g, struct str lines, loc_id *to)
{
	size_t n = 0;

	if (lines.n && !g->kernel.i)
		g->kernel = pseudo_mapping(g, S("[kernel.kallsyms]"));
	while (lines.n)
		to[n++] = named_loc(g, str_cut(&lines, '\n'), g->kernel, LOC_KERNEL);
	mem_reverse(to, n, sizeof(*to));
	return n;
}

void gather_count_end(struct gather *g, enum unwind_end end)
{
	g->nended[end]++;
	g->ntruncated += end != UNWIND_COMPLETE;
}

static stack_id stack_of(struct gather *g, const struct perf_sample *s)
{
	loc_id *to;
	size_t n = 0, most = s->nuser + s->nkernel + s->kernel_names.n + 2;

	g->stack.n = 0;
	to = (loc_id *)buf_room(&g->stack, most * sizeof(*to));
	if (s->end != UNWIND_COMPLETE)
		to[n++] = g->truncated;
	if (s->instead)
		to[n++] = named_loc(g, str_of(s->instead), (map_id){ 0 }, 0);
	for (size_t i = s->nuser; i-- > 0;)
		to[n++] = user_loc(g, s, &s->user[i]);
	for (size_t i = s->nkernel; i-- > 0;)
		to[n++] = kernel_loc(g, s->kernel[i]);
	n += named_kernel_locs(g, s->kernel_names, to + n);
	return dict_add_stack(g->p->dict, to, n);
}

/* Programs */

/* The mapping of a process's program. Finds its file, so that it has a build id. */
static map_id program_mapping(struct gather *g, struct process *p)
{
	struct processes *t = &g->decoder->processes;
	size_t i = 0;

	while (i < p->nmap && p->map[i].binary != p->program)
		i++;
	if (i == p->nmap)
		return (map_id){ 0 };
	return mapping_of(g, p, process_find(t, p, p->map[i].region.start));
}

static void count_program(struct gather *g, struct process *p)
{
	struct known_program key = { .process = p->number }, *row;
	uint32_t known = g->programs.n, at;

	if (!p->program)
		return;
	at = table_intern(&g->programs, &key);
	row = table_row(&g->programs, at);
	if (at == known)
		row->map = program_mapping(g, p);
	row->samples++;
}

/* Adds up samples by program, since many processes may run the same one. */
void gather_end(struct gather *g)
{
	uint32_t n = g->p->dict->mapping.n;
	uint64_t *samples = mem_zeroed(n, sizeof(*samples));

	for (uint32_t i = 1; i < g->programs.n; i++) {
		const struct known_program *row = table_row(&g->programs, i);

		samples[row->map.i] += row->samples;
	}
	samples[0] = 0;
	for (uint32_t i = 1; i < n; i++)
		if (samples[i] > samples[g->p->head.main_map.i])
			g->p->head.main_map = (map_id){ i };
	mem_free(samples, n * sizeof(*samples));
}

sample_id gather_row(struct gather *g, const struct perf_sample *s)
{
	count_program(g, s->process);
	return profile_add_sample(g->p, stack_of(g, s), sample_labels_of(&g->labels, s));
}

uint32_t gather_count_column(const struct gather *g, size_t event)
{
	return ((const uint32_t *)g->columns.p)[2 * event];
}

uint32_t gather_column(const struct gather *g, size_t event)
{
	return ((const uint32_t *)g->columns.p)[2 * event + 1];
}

sample_id gather_sample(struct gather *g, const struct perf_sample *s)
{
	const struct gather_event *e = &g->events[s->event];
	uint32_t *col = columns_of(g, s->event);
	int64_t worth = e->fixed ? e->worth : (int64_t)s->period;
	sample_id sample = gather_row(g, s);

	gather_count_end(g, s->end);
	if (col[1] == NO_COLUMN && !g->p->ncol)
		describe(g, e);
	if (col[1] == NO_COLUMN)
		add_columns(g, e, col);
	if (col[0] != NO_COLUMN)
		profile_add_value(g->p, col[0], sample, 1);
	profile_add_value(g->p, col[1], sample, worth);
	profile_observe(g->p, s->time, sample, col[1], worth);
	return sample;
}
