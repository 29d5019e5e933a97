/*
 * Locations are sorted by file, mapping and address, so that a file is asked for all that
 * is not known of it at once, and a unit of DWARF is looked at once. Names come from the
 * table alone; what it lacks is asked for first. Then stacks are put together anew, each
 * distinct one once.
 */
#include "symbol/symbol.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "object/open_untrusted.h"
#include "symbol/mapped_file.h"
#include "symbol/name_table.h"
#include "symbol/naming.h"

/*
 * Code comes and goes in the kernel: that an address of it has no name is believed for so
 * many rounds.
 */
enum { KERNEL_ROUNDS = 6 };

/* Bytes of places that are sent at once. */
enum { MOST_PLACES = 1 << 20 };

struct symbols {
	struct symbol_options options;
	struct name_table names;
	struct strings said; /* lines that the user has read */
};

/* A location without a name. */
struct wanted {
	uint32_t file, build_id; /* of its mapping: strings of the profile */
	uint32_t map, loc;
	uint64_t addr;
	uint32_t binary; /* in the table of names; 0: there is nothing to be asked */
	uint32_t rows;   /* the symbolizers that understand it */
};

/* A file of which not all names are known yet. */
struct pending {
	uint32_t binary, rows;
	map_id map; /* one of those that it is mapped by */
	int fd, root;
	uint32_t first, n; /* of the places */
};

/* One call of symbolize(). */
struct round {
	struct symbols *s;
	struct profile *p;
	struct symbol_counts counts;
	struct buf *notes;
	struct naming naming;
	struct buf pending; /* struct pending, of which `asked` were answered */
	struct buf places;  /* struct symbol_place: of all that are pending */
	uint32_t asked;
	struct buf wanted; /* struct wanted */
	struct buf stack;  /* loc_id: the stack being put together */
	struct buf locs;   /* loc_id: what locations are replaced by, one after the other */
	struct replaced {
		uint32_t first, n; /* of locs; n = 0: it stays */
	} * by;
	uint32_t nloc; /* locations before the round */
};

/* What is wanted */

static int by_file(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->build_id != y->build_id)
		return x->build_id < y->build_id ? -1 : 1;
	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

static void list_wanted(struct round *r)
{
	for (uint32_t i = 1; i < r->nloc; i++) {
		const struct loc *l = dict_loc(r->p->dict, (loc_id){ i });
		const struct mapping *m = dict_mapping(r->p->dict, l->map);
		struct wanted w = { .file = m->file.i,
				    .build_id = m->build_id.i,
				    .map = l->map.i,
				    .loc = i,
				    .addr = l->addr };

		if (l->flags & LOC_ADDR && l->map.i && !l->func.i)
			buf_put(&r->wanted, &w, sizeof(w));
	}
	if (r->wanted.n)
		qsort(r->wanted.p, BUF_COUNT(&r->wanted, struct wanted), sizeof(struct wanted),
		      by_file);
}

static bool is_absolute(uint32_t rows)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (rows >> i & 1 && symbolizer_at(i)->absolute)
			return true;
	return false;
}

/* Where it was in memory differs from run to run: it counts only where nothing else does. */
static struct symbol_place place_of(const struct round *r, const struct wanted *w)
{
	const struct mapping *m = dict_mapping(r->p->dict, (map_id){ w->map });
	struct symbol_place at = { .offset = m->offset + w->addr };

	if (is_absolute(w->rows))
		at.absolute = m->start + w->addr;
	at.is_vaddr = !m->start && !m->offset && !m->size;
	return at;
}

/* Asking for what the table lacks */

static const char *kernel_file(uint32_t rows)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (rows >> i & 1 && symbolizer_at(i)->instead)
			return symbolizer_at(i)->instead;
	return NULL;
}

/* Each line once. */
static void say(struct round *r, struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		if (!line.n || strings_find(&r->s->said, line))
			continue;
		strings_intern(&r->s->said, line);
		buf_add(r->notes, line);
		buf_ch(r->notes, '\n');
	}
}

/* Keep the answers, and of which places there was none. */
static void keep_answers(struct round *r, uint32_t binary, const struct naming_found *found)
{
	const struct naming_question *q = found->question;
	struct cursor c = cursor_over(found->frames);
	struct named_frame f;
	uint32_t place, n;

	for (uint32_t i = 0; i < q->nplace; i++) {
		struct cursor at = c;

		naming_answer_read(&at, &place, &n);
		if (at.failed || place != i)
			n = 0;
		else
			c = at;
		name_table_add(&r->s->names, binary, q->place[i], n);
		for (uint32_t j = 0; j < n; j++) {
			naming_frame_read(&c, &f);
			name_table_add_frame(&r->s->names, &f);
		}
	}
}

static void on_found(void *context, const struct naming_found *found)
{
	struct round *r = context;
	uint32_t binary = ((struct pending *)r->pending.p)[r->asked++].binary;

	if (found->ok)
		keep_answers(r, binary, found);
	else
		name_table_note(&r->s->names, binary, NAME_REFUSED);
	if (found->alone)
		name_table_note(&r->s->names, binary, NAME_ALONE);
}

static struct naming_file file_of(const struct round *r, const struct pending *p)
{
	const struct mapping *m = dict_mapping(r->p->dict, p->map);
	bool alone = name_table_noted(&r->s->names, p->binary, NAME_ALONE);

	return (struct naming_file){
		.question = { .name = dict_text(r->p->dict, m->file),
			      .build_id = dict_text(r->p->dict, m->build_id),
			      .symbolizers = p->rows,
			      .flags = alone ? NAMING_ALONE : 0,
			      .place = (const struct symbol_place *)r->places.p + p->first,
			      .nplace = p->n },
		.fd = p->fd,
		.root = p->root,
	};
}

static void ask_pending(struct round *r)
{
	struct pending *p = (struct pending *)r->pending.p;
	uint32_t n = (uint32_t)BUF_COUNT(&r->pending, *p);
	struct naming_file file[NAMING_MOST_FILES];
	struct buf notes = { 0 };

	for (uint32_t i = 0; i < n; i++)
		file[i] = file_of(r, &p[i]);
	r->asked = 0;
	naming_ask(&r->naming, file, n, on_found, r, &notes);
	say(r, buf_str(&notes));
	buf_release(&notes);
	for (uint32_t i = 0; i < n; i++)
		if (p[i].fd >= 0)
			close(p[i].fd);
	r->pending.n = r->places.n = 0;
}

/* The last of those that are pending, if it is of that binary; else a new one. */
static struct pending *add_pending(struct round *r, struct pending file)
{
	struct pending *p = (struct pending *)r->pending.p;
	size_t n = BUF_COUNT(&r->pending, *p);

	if (n && p[n - 1].binary == file.binary) {
		if (file.fd >= 0)
			close(file.fd);
		return &p[n - 1];
	}
	if (n == NAMING_MOST_FILES || r->places.n > MOST_PLACES)
		ask_pending(r);
	file.first = (uint32_t)BUF_COUNT(&r->places, struct symbol_place);
	buf_put(&r->pending, &file, sizeof(file));
	return (struct pending *)(r->pending.p + r->pending.n) - 1;
}

/* Mappings */

static struct symbol_binary open_binary(const struct round *r, map_id map, struct str path)
{
	const struct symbol_source *source = &r->s->options.source;

	if (source->open)
		return source->open(source->context, r->p, map);
	return (struct symbol_binary){
		.fd = str_starts(path, S("/")) ? open_untrusted(-1, path.p, 0) : -1,
		.root = -1,
	};
}

/* The symbolizers to be asked: what a recorder's profile says is of this machine. */
static uint32_t rows_for(const struct round *r, struct str name, int fd)
{
	char head[64];
	uint32_t rows = symbolizers_for(name, file_head(fd, head));

	for (size_t i = 0; i < SYMBOLIZERS; i++) {
		const struct symbolizer *s = symbolizer_at(i);

		if (rows >> i & 1 && s->holds && !r->s->options.source.open && !s->holds(r->p))
			rows &= ~(1u << i);
	}
	return rows;
}

/* Is a place to be asked for? */
static bool is_unknown(const struct round *r, const struct wanted *w)
{
	uint32_t rounds = kernel_file(w->rows) ? KERNEL_ROUNDS : 0;

	return w->binary && !name_table_noted(&r->s->names, w->binary, NAME_REFUSED) &&
	       !name_table_find(&r->s->names, w->binary, place_of(r, w), rounds);
}

/* Put what is not known of n locations of a mapping to what is pending. */
static void look_up_mapping(struct round *r, struct wanted *w, size_t n)
{
	map_id map = { w->map };
	const struct mapping *m = dict_mapping(r->p->dict, map);
	struct str name = dict_text(r->p->dict, m->file);
	struct symbol_binary file = open_binary(r, map, name);
	uint32_t rows = rows_for(r, name, file.fd), binary = 0;
	struct pending *p = NULL;

	r->counts.files++;
	r->counts.missing += file.fd < 0 && str_starts(name, S("/"));
	if (rows)
		binary = name_table_binary(&r->s->names, name, dict_text(r->p->dict, m->build_id),
					   file.fd, rows);
	if (file.fd < 0 && kernel_file(rows))
		file.fd = open(kernel_file(rows), O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < n; i++) {
		struct symbol_place at;

		w[i].binary = binary;
		w[i].rows = rows;
		if (!is_unknown(r, &w[i]))
			continue;
		if (!p)
			p = add_pending(r, (struct pending){ .binary = binary,
							     .rows = rows,
							     .map = map,
							     .fd = file.fd,
							     .root = file.root });
		at = place_of(r, &w[i]);
		buf_put(&r->places, &at, sizeof(at));
		p->n++;
	}
	if (!p && file.fd >= 0)
		close(file.fd);
}

static void look_up_all(struct round *r)
{
	struct wanted *w = (struct wanted *)r->wanted.p;
	size_t n = BUF_COUNT(&r->wanted, *w);

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && w[end].map == w[i].map;)
			end++;
		look_up_mapping(r, &w[i], end - i);
	}
	ask_pending(r);
}

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

/* The mapping needs no other tool to name what is in it. */
static void flag_mapping(struct round *r, map_id map)
{
	struct mapping *m = table_row(&r->p->dict->mapping, map.i);

	m->flags |= MAP_FUNCTIONS;
	m->flags |= r->s->options.lines ? MAP_FILENAMES | MAP_LINES : 0;
	m->flags |= r->s->options.inlines ? MAP_INLINES : 0;
}

/* Name the location, if the table knows it. */
static bool name_location(struct round *r, const struct wanted *w)
{
	const struct kept_name *known = NULL;
	struct loc l = *dict_loc(r->p->dict, (loc_id){ w->loc });
	const struct kept_frame *f;

	if (w->binary)
		known = name_table_find(&r->s->names, w->binary, place_of(r, w), 0);
	if (!known || !known->n)
		return false;
	f = name_table_frames(&r->s->names, known);
	r->by[w->loc].first = (uint32_t)BUF_COUNT(&r->locs, loc_id);
	r->by[w->loc].n = known->n;
	for (uint32_t i = 0; i < known->n; i++)
		add_frame(r, l, &f[i], i > 0);
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
	struct round r = { .s = s, .p = p, .notes = notes, .nloc = p->dict->loc.n };

	r.by = mem_zeroed(r.nloc, sizeof(*r.by));
	name_table_begin(&s->names);
	naming_init(&r.naming, &s->options);
	list_wanted(&r);
	look_up_all(&r);
	naming_end(&r.naming);
	name_locations(&r);
	if (r.counts.named)
		replace_stacks(&r);
	r.counts.child_cpu = r.naming.child_cpu;
	mem_free(r.by, r.nloc * sizeof(*r.by));
	buf_release(&r.pending);
	buf_release(&r.places);
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
	name_table_init(&s->names);
	strings_init(&s->said);
	return s;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	name_table_release(&s->names);
	strings_release(&s->said);
	mem_free(s, sizeof(*s));
}
