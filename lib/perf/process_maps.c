/* The mappings of a process, and its address space for unwinding. */
#include "perf/process.h"

enum { MOST_LOOKS = 8 }; /* searches for a file, each by another process */

void process_drop_maps(struct process *p)
{
	if (!p->sharers || !--*p->sharers) {
		mem_free(p->map, p->cap * sizeof(*p->map));
		mem_free(p->sharers, sizeof(*p->sharers));
	}
	p->map = NULL;
	p->sharers = NULL;
	p->nmap = p->cap = p->last = 0;
}

void process_share_maps(struct process *p, struct process *with)
{
	process_drop_maps(p);
	if (!with->nmap)
		return;
	if (!with->sharers) {
		with->sharers = mem_zeroed(1, sizeof(*with->sharers));
		*with->sharers = 1;
	}
	++*with->sharers;
	p->map = with->map;
	p->nmap = with->nmap;
	p->cap = with->cap;
	p->sharers = with->sharers;
}

/* Copies a shared list of mappings, before it changes. */
static void own_maps(struct process *p)
{
	struct process own = { 0 };

	if (!p->sharers || *p->sharers == 1)
		return;
	own.map = mem_grow(NULL, &own.cap, p->nmap, sizeof(*p->map));
	own.nmap = p->nmap;
	memcpy(own.map, p->map, p->nmap * sizeof(*p->map));
	process_drop_maps(p);
	p->map = own.map;
	p->nmap = own.nmap;
	p->cap = own.cap;
}

/* Inserts a mapping at index i. */
static void insert_map(struct process *p, size_t i, struct map m)
{
	p->map = mem_grow(p->map, &p->cap, p->nmap + 1, sizeof(*p->map));
	memmove(p->map + i + 1, p->map + i, (p->nmap - i) * sizeof(*p->map));
	p->map[i] = m;
	p->nmap++;
}

static void erase_map(struct process *p, size_t i)
{
	p->nmap--;
	memmove(p->map + i, p->map + i + 1, (p->nmap - i) * sizeof(*p->map));
}

/* The first mapping that ends after an address. */
static size_t first_after(const struct process *p, uint64_t address)
{
	size_t low = 0, high = p->nmap;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->map[middle].region.end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Changes the ends of a mapping, which makes it another one. */
static void resize_map(struct processes *t, struct map *m, uint64_t start, uint64_t end)
{
	m->offset += start - m->region.start;
	m->region.start = start;
	m->region.end = end;
	m->number = ++t->last_number;
}

/*
 * Removes the parts of mappings that a new one covers. Returns the index for the new one.
 */
static size_t cut_maps(struct processes *t, struct process *p, uint64_t start, uint64_t end)
{
	size_t i = first_after(p, start);

	while (i < p->nmap && p->map[i].region.start < end) {
		struct map *m = &p->map[i], tail = *m;

		if (m->region.end > end) {
			resize_map(t, &tail, end, m->region.end);
			if (m->region.start >= start) {
				*m = tail;
				return i;
			}
			insert_map(p, i + 1, tail);
			m = &p->map[i];
		}
		if (m->region.start >= start) {
			erase_map(p, i);
			continue;
		}
		resize_map(t, m, m->region.start, start);
		i++;
	}
	return i;
}

/*
 * Some programs move their text to anonymous memory at the same address, to use huge pages. Notes
 * the mapping that was there, which may be that text; is_moved_text() checks.
 */
static void note_moved(const struct process *p, struct map *new)
{
	size_t i = first_after(p, new->region.start);
	const struct map *was;

	if (i == p->nmap)
		return;
	was = &p->map[i];
	if (was->region.start > new->region.start || was->region.end < new->region.end ||
	    (was->binary && was->binary->is_generated))
		return;
	new->moved = was->binary ? was->binary : was->moved;
	new->offset = was->offset + (new->region.start - was->region.start);
}

void process_map(struct processes *t, struct process *p, const struct record_map *m)
{
	struct map new = { .region.start = m->start, .offset = m->offset };
	size_t i;

	if (!m->length || __builtin_add_overflow(m->start, m->length, &new.region.end))
		return;
	own_maps(p);
	p->last = 0;
	new.number = ++t->last_number;
	if (m->executable)
		new.binary = binaries_find(t->binaries, m);
	if (!p->program && new.binary && !new.binary->is_vdso)
		p->program = new.binary;
	if (m->executable && !new.binary)
		note_moved(p, &new);
	i = cut_maps(t, p, m->start, new.region.end);
	if (!m->executable)
		return;
	new.region.module = new.binary && !new.binary->is_generated ? &new.binary->module : NULL;
	insert_map(p, i, new);
}

bool process_has_range(const struct process *p, uint64_t start, uint64_t length)
{
	size_t i = first_after(p, start);

	return i < p->nmap && p->map[i].region.start - start < length;
}

bool process_has_file(const struct process *p, uint64_t start, struct str path)
{
	size_t i = first_after(p, start);

	return i < p->nmap && p->map[i].region.start == start && p->map[i].binary &&
	       str_eq(p->map[i].binary->path, path);
}

void process_set_program(struct process *p, struct str path)
{
	for (size_t i = 0; i < p->nmap; i++)
		if (p->map[i].binary && str_eq(p->map[i].binary->path, path))
			p->program = p->map[i].binary;
}

/*
 * May this process search for the mapping's file? Processes that share a list of mappings each
 * try once, since only one of them may find the file.
 */
static bool may_look(const struct process *p, const struct map *m)
{
	return !m->looked || (m->looked_by != p->pid && m->looked < MOST_LOOKS);
}

static void note_look(const struct process *p, struct map *m)
{
	m->looked++;
	m->looked_by = p->pid;
}

/* Finds the file of a mapping, and from it the bias of the module. */
static void place_map(struct processes *t, struct process *p, struct map *m)
{
	note_look(p, m);
	binary_find_file(t->binaries, m->binary, p, m);
	m->region.module = m->binary->is_generated ? NULL : &m->binary->module;
	m->region.bias = binary_bias(m->binary, m->region.start, m->offset);
	m->placed = m->binary->found;
}

/* Does memory hold the file's text? Compares both at some places. */
static bool is_moved_text(struct processes *t, const struct process *p, const struct map *m)
{
	enum { PLACES = 8, BYTES = 64 };
	uint64_t step = (m->region.end - m->region.start) / PLACES;

	for (uint64_t at = 0; at < PLACES * step; at += step) {
		struct str file = elf_bytes(&m->moved->module.elf, m->offset + at, BYTES);
		char memory[BYTES];

		if (file.n != BYTES || !t->host->read ||
		    t->host->read(t->host->context, p->pid, m->region.start + at, memory, BYTES) !=
			    BYTES ||
		    memcmp(memory, file.p, BYTES) != 0)
			return false;
	}
	return step > BYTES;
}

static void find_moved(struct processes *t, struct process *p, struct map *m)
{
	note_look(p, m);
	binary_find_file(t->binaries, m->moved, p, m);
	if (!m->moved->found || !is_moved_text(t, p, m))
		return;
	m->binary = m->moved;
	place_map(t, p, m);
}

const struct map *process_find(struct processes *t, struct process *p, uint64_t address)
{
	struct map *m;
	size_t i = p->last;

	if (i >= p->nmap || address < p->map[i].region.start || address >= p->map[i].region.end) {
		i = first_after(p, address);
		if (i == p->nmap || address < p->map[i].region.start)
			return NULL;
		p->last = i;
	}
	m = &p->map[i];
	if (!m->binary && m->moved && !m->looked)
		find_moved(t, p, m);
	if (m->binary && !m->placed && (may_look(p, m) || m->binary->found))
		place_map(t, p, m);
	return m;
}

/* What unwinding asks */

static const struct region *find_region(void *context, uint64_t address)
{
	struct process_view *v = context;
	const struct map *m = process_find(v->processes, v->process, address);

	return m ? &m->region : NULL;
}

static bool find_tables(void *context, const struct region *r)
{
	struct process_view *v = context;

	return binary_find_tables(v->processes->binaries, map_of(r)->binary, v->process);
}

static size_t read_memory(void *context, uint64_t address, void *to, size_t n)
{
	struct process_view *v = context;
	const struct perf_host *host = v->processes->host;

	return host->read(host->context, v->tid, address, to, n);
}

static bool is_trampoline(void *context, uint64_t address)
{
	struct process_view *v = context;
	const struct perf_host *host = v->processes->host;

	return host->is_trampoline(host->context, v->processes, v->process, address);
}

static const struct region *runs_like(void *context, uint64_t address, uint64_t *like)
{
	struct process_view *v = context;
	const struct perf_host *host = v->processes->host;

	return host->runs_like(host->context, v->processes, v->process, address, like);
}

struct address_space process_address_space(struct process_view *v)
{
	const struct perf_host *host = v->processes->host;

	return (struct address_space){
		.find = find_region,
		.find_tables = find_tables,
		.read = host->read ? read_memory : NULL,
		.is_trampoline = host->is_trampoline ? is_trampoline : NULL,
		.runs_like = host->runs_like ? runs_like : NULL,
		.context = v,
	};
}
