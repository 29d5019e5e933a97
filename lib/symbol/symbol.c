/*
 * Locations are sorted by mapping and address, so that a file is asked for all that
 * is wanted of it at once, and a unit of DWARF is looked at once. Then stacks are
 * put together anew, each distinct one once.
 */
#include "symbol/symbol.h"

#include <stdlib.h>
#include <unistd.h>

#include "symbol/mapped_files.h"
#include "symbol/symbolizer.h"

struct symbols {
	struct symbol_options options;
	struct mapped_files files;
};

/* A name that was demangled, by the number of the linkage name. */
struct demangled {
	uint64_t linkage;
	str_id name; /* payload */
	uint32_t zero;
};

/* One call of symbolize(). */
struct round {
	struct symbols *s;
	struct profile *p;
	struct symbol_counts counts;
	struct table demangled;
	struct buf frames; /* struct symbol_frame: of the location at hand */
	struct buf text;   /* scratch */
	struct buf stack;  /* loc_id: the stack being put together */
	struct buf locs;   /* loc_id: what locations are replaced by, one after the other */
	struct replaced {
		uint32_t first, n; /* of locs; n = 0: it stays */
	} * by;
	uint32_t nloc; /* locations before the round */
};

/* Functions */

/* The name for people of a linkage name. */
static str_id demangle(struct round *r, str_id linkage)
{
	struct demangled row = { .linkage = linkage.i };
	uint32_t known = table_find(&r->demangled, &row);
	struct buf name = { 0 };

	if (known)
		return ((struct demangled *)table_row(&r->demangled, known))->name;
	row.name = linkage;
	if (name_demangle(&name, dict_text(r->p->dict, linkage), r->s->options.demangle))
		row.name = dict_intern(r->p->dict, buf_str(&name));
	buf_release(&name);
	table_add(&r->demangled, &row);
	return row.name;
}

/* "malloc@plt"; such a name has no mangled spelling. */
static str_id name_stub(struct round *r, str_id of)
{
	r->text.n = 0;
	buf_add(&r->text, dict_text(r->p->dict, of));
	buf_add(&r->text, S("@plt"));
	return dict_intern(r->p->dict, buf_str(&r->text));
}

static func_id function_of(struct round *r, const struct symbol_frame *f)
{
	struct func row = { .line = f->start_line };

	row.linkage = dict_intern(r->p->dict, f->linkage);
	row.name = f->linkage.n ? demangle(r, row.linkage) : dict_intern(r->p->dict, f->name);
	if (f->plt) {
		row.name = name_stub(r, row.name);
		row.linkage = (str_id){ 0 };
	}
	r->text.n = 0;
	source_path_print(&r->text, &f->file);
	row.file = dict_intern(r->p->dict, buf_str(&r->text));
	return dict_add_func(r->p->dict, row);
}

/* Locations */

static void add_frame(struct round *r, struct loc old, const struct symbol_frame *f, bool inlined)
{
	struct loc row = old;
	loc_id id;

	row.func = function_of(r, f);
	row.line = f->line;
	row.flags &= ~(uint32_t)LOC_INLINED;
	row.flags |= inlined ? LOC_INLINED : 0;
	if (f->module.n) {
		row.addr += dict_mapping(r->p->dict, old.map)->start;
		row.map = dict_add_mapping(r->p->dict,
					   (struct mapping){
						   .file = dict_intern(r->p->dict, f->module),
						   .flags = MAP_FUNCTIONS });
	}
	id = dict_add_loc(r->p->dict, row);
	buf_put(&r->locs, &id, sizeof(id));
}

/* Name the location, if a symbolizer of the file knows it. */
static bool name_loc(struct round *r, uint32_t i, struct mapped_file *file)
{
	struct loc l = *dict_loc(r->p->dict, (loc_id){ i });
	const struct mapping *m = dict_mapping(r->p->dict, l.map);
	struct symbol_place at = { .absolute = m->start + l.addr, .offset = m->offset + l.addr };
	const struct symbol_frame *frame;
	size_t n;

	at.is_vaddr = !m->start && !m->offset && !m->size;
	r->frames.n = 0;
	if (!mapped_file_find(file, at, &r->frames))
		return false;
	frame = (const struct symbol_frame *)r->frames.p;
	n = BUF_COUNT(&r->frames, *frame);
	r->by[i].first = (uint32_t)BUF_COUNT(&r->locs, loc_id);
	r->by[i].n = (uint32_t)n;
	for (size_t j = 0; j < n; j++)
		add_frame(r, l, &frame[j], j > 0);
	return true;
}

struct wanted {
	uint32_t map, loc;
	uint64_t addr;
};

static int by_place(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* The locations without a name, as a list of struct wanted. */
static void list_wanted(const struct round *r, struct buf *list)
{
	for (uint32_t i = 1; i < r->nloc; i++) {
		const struct loc *l = dict_loc(r->p->dict, (loc_id){ i });
		struct wanted w = { l->map.i, i, l->addr };

		if (l->flags & LOC_ADDR && l->map.i && !l->func.i)
			buf_put(list, &w, sizeof(w));
	}
	if (list->n)
		qsort(list->p, BUF_COUNT(list, struct wanted), sizeof(struct wanted), by_place);
}

/* The mapping needs no other tool to name what is in it. */
static void flag_mapping(struct round *r, map_id map)
{
	struct mapping *m = table_row(&r->p->dict->mapping, map.i);

	m->flags |= MAP_FUNCTIONS;
	m->flags |= r->s->options.lines ? MAP_FILENAMES | MAP_LINES : 0;
	m->flags |= r->s->options.inlines ? MAP_INLINES : 0;
}

/* n locations of one mapping. */
static void name_mapping(struct round *r, const struct wanted *w, size_t n, struct buf *notes)
{
	map_id map = { w->map };
	struct mapped_file *file = mapped_files_get(&r->s->files, r->p, map, notes);
	uint32_t named = 0;

	for (size_t i = 0; i < n; i++)
		named += name_loc(r, w[i].loc, file);
	mapped_file_rest(file);
	r->counts.files++;
	r->counts.missing += !file->present;
	r->counts.named += named;
	r->counts.unnamed += (uint32_t)n - named;
	if (named)
		flag_mapping(r, map);
}

static void name_locs(struct round *r, struct buf *notes)
{
	struct buf list = { 0 };
	const struct wanted *w;
	size_t n;

	list_wanted(r, &list);
	w = (const struct wanted *)list.p;
	n = BUF_COUNT(&list, *w);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && w[end].map == w[i].map;)
			end++;
		name_mapping(r, &w[i], end - i, notes);
	}
	buf_release(&list);
}

/* Stacks */

static stack_id new_stack(struct round *r, stack_id old)
{
	size_t n;
	const loc_id *frame = dict_frames(r->p->dict, old, &n);

	r->stack.n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct replaced *by = &r->by[frame[i].i];

		if (by->n)
			buf_put(&r->stack, (const loc_id *)r->locs.p + by->first,
				by->n * sizeof(loc_id));
		else
			buf_put(&r->stack, &frame[i], sizeof(loc_id));
	}
	return dict_add_stack(r->p->dict, (const loc_id *)r->stack.p, BUF_COUNT(&r->stack, loc_id));
}

static void replace_stacks(struct round *r)
{
	uint32_t n = r->p->sample.n, nstack = r->p->dict->stack.n;
	stack_id *stack = mem_zeroed(nstack, sizeof(*stack)); /* by old one; 0: not yet made */
	struct sample *to = mem_zeroed(n, sizeof(*to));

	for (uint32_t i = 1; i < n; i++) {
		to[i] = *profile_sample(r->p, (sample_id){ i });
		if (to[i].stack.i && !stack[to[i].stack.i].i)
			stack[to[i].stack.i] = new_stack(r, to[i].stack);
		to[i].stack = stack[to[i].stack.i];
	}
	profile_remap(r->p, to, NULL);
	mem_free(to, n * sizeof(*to));
	mem_free(stack, nstack * sizeof(*stack));
}

struct symbol_counts symbolize(struct symbols *s, struct profile *p, struct buf *notes)
{
	struct round r = { .s = s, .p = p, .nloc = p->dict->loc.n };

	table_init(&r.demangled, sizeof(struct demangled), sizeof(uint64_t));
	r.by = mem_zeroed(r.nloc, sizeof(*r.by));
	mapped_files_begin(&s->files);
	name_locs(&r, notes);
	mapped_files_end(&s->files);
	if (r.counts.named)
		replace_stacks(&r);
	mem_free(r.by, r.nloc * sizeof(*r.by));
	table_release(&r.demangled);
	buf_release(&r.frames);
	buf_release(&r.text);
	buf_release(&r.stack);
	buf_release(&r.locs);
	return r.counts;
}

/* Opening and closing */

struct symbols *symbols_open(const struct symbol_options *options)
{
	struct symbols *s = mem_zeroed(1, sizeof(*s));

	s->options = *options;
	if (!s->options.debug_dirs)
		s->options.debug_dirs = "/usr/lib/debug";
	mapped_files_init(&s->files, &s->options);
	return s;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	mapped_files_release(&s->files);
	mem_free(s, sizeof(*s));
}
