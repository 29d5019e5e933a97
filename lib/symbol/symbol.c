/*
 * First the table is filled with all names that can be found. Then locations get their
 * names from the table, and each distinct stack is rebuilt once.
 */
#include "symbol/symbol.h"

#include "profile/stack_group.h"
#include "symbol/kept_bytes.h"
#include "symbol/naming/find_names.h"

/* One call of symbolize(). */
struct round {
	struct symbols *s;
	struct profile *p;
	struct symbol_counts counts;
	struct buf wanted; /* struct wanted */
	struct buf stack;  /* loc_id: the stack being rebuilt */
	struct buf locs;   /* loc_id: the replacements of locations, one after the other */
	struct replaced {
		uint32_t first, n; /* of locs; n = 0: not replaced */
	} * by;
	uint32_t nloc; /* locations before the round */
};

/* Locations */

static str_id kept_text(struct round *r, uint32_t text)
{
	return dict_intern(r->p->dict, strings_get(&r->s->names.texts, text));
}

static void add_frame(struct round *r, struct loc old, const struct kept_frame *f, bool inlined)
{
	struct func func = { .name = kept_text(r, f->name),
			     .linkage = kept_text(r, f->linkage),
			     .file = kept_text(r, f->file),
			     .line = f->start_line };
	struct loc row = old;
	loc_id id;

	row.func = dict_add_func(r->p->dict, func);
	row.line = f->line;
	row.flags &= ~(uint32_t)LOC_INLINED;
	row.flags |= inlined ? LOC_INLINED : 0;
	if (f->module) {
		row.addr += dict_mapping(r->p->dict, old.map)->start;
		row.map = dict_add_mapping(r->p->dict,
					   (struct mapping){ .file = kept_text(r, f->module),
							     .flags = MAP_FUNCTIONS });
	}
	id = dict_add_loc(r->p->dict, row);
	buf_put(&r->locs, &id, sizeof(id));
}

/* Mark the mapping as named, so that other tools do not name its addresses again. */
static void flag_mapping(struct round *r, map_id map)
{
	struct mapping *m = table_row(&r->p->dict->mapping, map.i);

	m->flags |= MAP_FUNCTIONS;
	m->flags |= r->s->options.lines ? MAP_FILENAMES | MAP_LINES : 0;
	m->flags |= r->s->options.inlines ? MAP_INLINES : 0;
}

/* Is the only frame named after its function's start? That is no name for other tools. */
static bool is_start(const struct round *r, map_id map, const struct kept_frame *f, uint32_t n)
{
	struct str file = dict_text(r->p->dict, dict_mapping(r->p->dict, map)->file);

	return n == 1 && name_is_start(strings_get(&r->s->names.texts, f->name), file);
}

/* Gives a location its frames in the table. Returns whether it has a name now. */
static bool name_location(struct round *r, const struct wanted *w)
{
	const struct kept_name *known = NULL;
	struct loc l = *dict_loc(r->p->dict, (loc_id){ w->loc });
	const struct kept_frame *f;

	if (w->image)
		known = name_table_find(&r->s->names, w->image,
					image_place(r->s, wanted_place(r->p, w).absolute), 0);
	if (w->binary && (!known || !known->n))
		known = name_table_find(&r->s->names, w->binary, wanted_place(r->p, w), 0);
	if (!known || !known->n)
		return false;
	f = name_table_frames(&r->s->names, known);
	r->by[w->loc].first = (uint32_t)BUF_COUNT(&r->locs, loc_id);
	r->by[w->loc].n = known->n;
	for (uint32_t i = 0; i < known->n; i++)
		add_frame(r, l, &f[i], i > 0);
	if (is_start(r, l.map, f, known->n))
		return false;
	flag_mapping(r, l.map);
	return true;
}

static void name_locations(struct round *r)
{
	const struct wanted *w = (const struct wanted *)r->wanted.p;

	for (size_t i = 0; i < BUF_COUNT(&r->wanted, *w); i++)
		if (name_location(r, &w[i]))
			r->counts.named++;
		else
			r->counts.unnamed++;
}

/* Stacks */

/* *to becomes the stack, maybe later. */
static void new_stack(struct round *r, stack_id old, struct stack_group *g, stack_id *to)
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
	stack_group_add(g, (const loc_id *)r->stack.p, BUF_COUNT(&r->stack, loc_id), to);
}

static void replace_stacks(struct round *r)
{
	uint32_t n = r->p->sample.n, nstack = r->p->dict->stack.n;
	struct stack_group g = { .dict = r->p->dict };
	stack_id *stack = mem_zeroed(nstack, sizeof(*stack)); /* by old one */
	struct sample *to = mem_zeroed(n, sizeof(*to));

	for (uint32_t i = 1; i < n; i++) {
		stack_id old = profile_sample(r->p, (sample_id){ i })->stack;

		if (!old.i || stack[old.i].i)
			continue;
		stack[old.i] = old; /* until it is known */
		new_stack(r, old, &g, &stack[old.i]);
	}
	stack_group_end(&g);
	for (uint32_t i = 1; i < n; i++) {
		to[i] = *profile_sample(r->p, (sample_id){ i });
		to[i].stack = stack[to[i].stack.i];
	}
	profile_remap(r->p, to, NULL);
	mem_free(to, n * sizeof(*to));
	mem_free(stack, nstack * sizeof(*stack));
}

struct symbol_counts symbolize(struct symbols *s, struct profile *p, struct buf *notes)
{
	struct round r = { .s = s, .p = p, .nloc = p->dict->loc.n };

	r.by = mem_zeroed(r.nloc, sizeof(*r.by));
	find_names(s, p, &r.wanted, &r.counts, notes);
	name_locations(&r);
	if (r.locs.n)
		replace_stacks(&r);
	mem_free(r.by, r.nloc * sizeof(*r.by));
	buf_release(&r.wanted);
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
	if (s->options.again)
		kept_bytes_begin();
	name_table_init(&s->names);
	strings_init(&s->reported);
	return s;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	if (s->kernel.list)
		symbolizer_kallsyms.close(s->kernel.list);
	if (s->options.again)
		kept_bytes_end();
	kernel_image_release(&s->kernel.image);
	name_table_release(&s->names);
	strings_release(&s->reported);
	mem_free(s, sizeof(*s));
}
