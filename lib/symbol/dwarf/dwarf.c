#include "symbol/dwarf/dwarf.h"

#include "symbol/dwarf/dwarf_calls.h"
#include "symbol/dwarf/dwarf_function.h"
#include "symbol/dwarf/dwarf_line.h"
#include "symbol/dwarf/dwarf_ranges.h"
#include "symbol/dwarf/dwarf_split.h"
#include "symbol/kept_bytes.h"

/* The bytes that flattened units and libdw may take before they are freed. */
enum { MOST_HELD = 32 << 20 };

/* The budget in steps for any file, and the most that its split units may add. */
static const uint64_t LEAST_WORK = 32 << 20, MOST_ADDED_WORK = (uint64_t)4 << 30;

/* About the bytes of a split unit's handle. */
enum { SPLIT_HOLDS = 32 << 10 };

/* The calls and lines of a unit that was read. */
struct dwarf_contents {
	bool have_calls, have_files, have_rows, have_split;
	struct dwarf_calls calls;
	struct dwarf_lines lines;
	struct dwarf_split *split; /* the other half of a skeleton; NULL: not found */
};

struct dwarf {
	struct dwarf_file main, alt;
	struct dwarf_package package;
	struct buf path;               /* of the binary, with a NUL */
	struct spans units;            /* id: number of a unit of main */
	uint64_t work;                 /* see dwarf_work() */
	uint64_t added;                /* to `work`, for split units */
	size_t held;                   /* bytes of flattened units and handles of split units */
	const struct dwarf_unit *last; /* the unit read last */
};

/* Opening */

static uint64_t least_address(const struct elf *image)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < image->nsegment; i++) {
		const struct elf_segment *s = &image->segment[i];

		if (s->type == PT_LOAD && s->flags & PF_X && s->vaddr < least)
			least = s->vaddr;
	}
	return least == UINT64_MAX ? 0 : least;
}

static int read_code(Dwarf_Attribute *a, void *code)
{
	dwarf_code_attribute(code, a);
	return DWARF_CB_OK;
}

/* Makes the spans of all units, from the addresses in their root entries. */
static void index_units(struct dwarf *d)
{
	struct buf intervals = { 0 };
	Dwarf_Die root;

	for (uint32_t i = 0; i < d->main.nunit; i++) {
		struct dwarf_unit *u = &d->main.unit[i];
		struct dwarf_code code = { .unit = u, .entry = &root };

		if (!dwarf_unit_read(u, &root) || u->type == DW_UT_type)
			continue;
		dwarf_getattrs(&root, read_code, &code, 0);
		dwarf_code_intervals(&code, 0, i, &intervals);
	}
	spans_init(&d->units, (struct interval *)intervals.p,
		   BUF_COUNT(&intervals, struct interval));
	buf_release(&intervals);
}

/* Takes the spans that an earlier child has made, without reading the units. */
static bool take_index(struct dwarf *d, struct str kept)
{
	size_t n = kept.n / sizeof(*d->units.v);

	if (!kept.p)
		return false;
	d->units.v = mem_grow(NULL, &d->units.cap, n, sizeof(*d->units.v));
	memcpy(d->units.v, kept.p, n * sizeof(*d->units.v));
	d->units.n = n;
	return true;
}

/* Code at addresses below `least` has no spans. */
static void find_index(struct dwarf *d, const struct elf *debug)
{
	struct kept_key key = { debug->identity, DWARF_KEEPS_INDEX ^ d->main.least << 8 };

	if (take_index(d, kept_bytes_find(key)))
		return;
	index_units(d);
	if (debug->identity.inode)
		kept_bytes_add(key,
			       str((const char *)d->units.v, d->units.n * sizeof(*d->units.v)));
}

/* The budget in steps: enough for any real file, and a bound for a hostile one. */
static uint64_t budget(const struct dwarf_file *f)
{
	enum { FOR_A_BYTE = 32 };
	uint64_t n = 0;

	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		n += f->section[i].n;
	return FOR_A_BYTE * n;
}

static void open_alt(struct dwarf *d, const struct elf *alt)
{
	d->alt.work = &d->work;
	if (!alt)
		return;
	dwarf_file_sections(&d->alt, alt);
	d->work += budget(&d->alt);
	dwarf_file_units(&d->alt);
	d->main.alt = &d->alt;
}

struct dwarf *dwarf_open(const struct elf *image, const struct elf *debug, const struct elf *alt,
			 const char *path)
{
	struct dwarf *d = mem_zeroed(1, sizeof(*d));

	d->main.work = &d->work;
	d->main.least = least_address(image);
	dwarf_file_sections(&d->main, debug);
	d->work = LEAST_WORK + budget(&d->main);
	buf_add(&d->path, str_of(path));
	buf_ch(&d->path, '\0');
	d->package.binary = d->path.p;
	open_alt(d, alt);
	dwarf_file_units_of(&d->main, debug);
	find_index(d, debug);
	if (d->units.n)
		return d;
	dwarf_close(d);
	return NULL;
}

/* Flattened units */

static struct dwarf_contents *contents_of(struct dwarf *d, struct dwarf_unit *u)
{
	if (!u->contents) {
		u->contents = mem_zeroed(1, sizeof(*u->contents));
		d->held += sizeof(*u->contents);
	}
	return u->contents;
}

static void free_units(struct dwarf_file *f)
{
	for (size_t i = 0; i < f->nunit; i++) {
		struct dwarf_contents *c = f->unit[i].contents;

		if (!c)
			continue;
		dwarf_calls_release(&c->calls);
		dwarf_lines_release(&c->lines);
		if (c->split)
			free_units(&c->split->file);
		dwarf_split_close(c->split);
		mem_free(c, sizeof(*c));
		f->unit[i].contents = NULL;
	}
	dwarf_functions_forget(f);
}

static void trim(struct dwarf *d)
{
	size_t functions = d->main.functions.cap + d->alt.functions.cap;
	size_t libdw = d->main.held + d->alt.held;

	if (d->held + functions * sizeof(struct dwarf_function) + libdw < MOST_HELD)
		return;
	free_units(&d->main);
	free_units(&d->alt);
	dwarf_file_end(&d->main);
	d->held = 0;
}

void dwarf_close(struct dwarf *d)
{
	if (!d)
		return;
	free_units(&d->main);
	free_units(&d->alt);
	dwarf_file_release(&d->main);
	dwarf_file_release(&d->alt);
	dwarf_package_close(&d->package);
	spans_release(&d->units);
	buf_release(&d->path);
	mem_free(d, sizeof(*d));
}

/* Looking up */

/* Opens the other half of a skeleton, whose size adds to the budget. */
static void open_split(struct dwarf *d, struct dwarf_unit *skeleton)
{
	struct dwarf_contents *c = contents_of(d, skeleton);
	uint64_t add;

	c->have_split = true;
	c->split = dwarf_split_open(&d->package, skeleton);
	if (!c->split)
		return;
	d->held += SPLIT_HOLDS + c->split->file.held;
	add = budget(&c->split->file);
	add = add < MOST_ADDED_WORK - d->added ? add : MOST_ADDED_WORK - d->added;
	d->added += add;
	d->work += add;
}

/* The calls of a unit; if it is split, those of its other half. */
static const struct dwarf_calls *calls_of(struct dwarf *d, struct dwarf_unit *u)
{
	struct dwarf_contents *c = contents_of(d, u);

	if (u->dwo_id && !u->file->split && !c->have_split)
		open_split(d, u);
	if (c->split)
		return calls_of(d, c->split->unit);
	if (!c->have_calls) {
		c->have_calls = true;
		dwarf_calls_read(&c->calls, u);
		d->held += dwarf_calls_size(&c->calls);
	}
	return &c->calls;
}

/* The files of a unit and, if `rows`, its rows; if it is split, those of the half in the image. */
static const struct dwarf_lines *lines_of(struct dwarf *d, struct dwarf_unit *u, bool rows)
{
	struct dwarf_unit *from = u->skeleton && !u->has_lines ? u->skeleton : u;
	struct dwarf_contents *c = contents_of(d, from);
	Dwarf_Die root;

	if (rows ? c->have_rows : c->have_files)
		return &c->lines;
	if (!from->read) /* units of an alternate file are read on demand */
		dwarf_unit_read(from, &root);
	dwarf_lines_release(&c->lines);
	dwarf_lines_read(&c->lines, from, rows);
	d->held += dwarf_lines_size(&c->lines);
	c->have_files = true;
	c->have_rows = rows;
	return &c->lines;
}

/* Name a frame; without a file and line, it gets those of its declaration. */
static void add_function(struct dwarf *d, struct symbol_frame *frame, struct dwarf_place at)
{
	const struct dwarf_function *f = dwarf_function_at(at);
	struct source_path declared = { 0 };

	frame->linkage = f->linkage;
	frame->name = f->name;
	if (f->file_unit)
		declared = dwarf_lines_path(lines_of(d, f->file_unit, false), f->file);
	if (!frame->file.part[2].n)
		frame->file = declared;
	if (source_path_eq(&frame->file, &declared))
		frame->start_line = f->line;
}

static struct symbol_frame place_of(const struct dwarf_lines *l, uint32_t file, uint32_t line)
{
	return (struct symbol_frame){ .file = dwarf_lines_path(l, file), .line = line };
}

bool dwarf_find(struct dwarf *d, uint64_t vaddr, struct buf *frames)
{
	const struct span *span = spans_find(&d->units, vaddr);
	struct dwarf_unit *u = span && span->id < d->main.nunit ? &d->main.unit[span->id] : NULL;
	const struct dwarf_calls *calls;
	const struct dwarf_lines *lines;
	const struct dwarf_row *row;
	const struct dwarf_call *call;
	struct symbol_frame frame = { 0 };
	size_t from = frames->n;
	Dwarf_Die root;

	if (!u || (!u->read && !dwarf_unit_read(u, &root)))
		return false;
	if (u != d->last)
		trim(d);
	d->last = u;
	calls = calls_of(d, u);
	lines = lines_of(d, u, true);
	row = dwarf_lines_find(lines, vaddr);
	call = dwarf_calls_find(calls, vaddr);
	if (row)
		frame = place_of(lines, row->file, row->line);
	if (row && !call)
		buf_put(frames, &frame, sizeof(frame));
	for (; call; call = dwarf_calls_parent(calls, call)) {
		add_function(d, &frame, call->function);
		buf_put(frames, &frame, sizeof(frame));
		frame = place_of(lines, call->file, call->line);
	}
	if (frames->n > from)
		symbol_frames_reverse(frames, from);
	return frames->n > from;
}
