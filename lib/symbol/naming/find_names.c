/*
 * Locations are sorted by file, mapping and address, so that one question has all addresses of a
 * file, and each unit of DWARF is read once.
 */
#include "symbol/naming/find_names.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/open_untrusted.h"
#include "profile/name.h"
#include "symbol/naming/naming.h"

/*
 * Kernel code is loaded and unloaded: an address without a name is looked up again in a
 * newly read list after this number of rounds.
 */
enum { KERNEL_ROUNDS = 6 };

/* Bytes of places that are sent at once. */
enum { MOST_PLACES = 1 << 20 };

/* A file with addresses whose names are not in the table yet. */
struct pending {
	uint32_t binary, rows;
	map_id map;      /* one of its mappings */
	struct str name; /* of the file, if not the mapping's; ends in a NUL */
	int fd, root;
	uint32_t first, n; /* of the places */
};

/* One call of find_names(). */
struct search {
	struct symbols *s;
	const struct profile *p;
	struct symbol_counts *counts;
	struct buf *notes;
	struct buf *wanted; /* struct wanted */
	struct naming naming;
	struct buf pending; /* struct pending; the first `asked` were answered */
	struct buf places;  /* struct symbol_place: of all pending files */
	uint32_t asked;
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

/* Marks the locations of p, which may share its dictionary with other profiles. */
static void mark_locations(const struct profile *p, uint8_t *has)
{
	uint8_t *seen = mem_zeroed(p->dict->stack.n, 1);

	for (uint32_t i = 1; i < p->sample.n; i++) {
		stack_id stack = profile_sample(p, (sample_id){ i })->stack;
		size_t n;
		const loc_id *frame = dict_frames(p->dict, stack, &n);

		for (size_t j = 0; j < n && !seen[stack.i]; j++)
			has[frame[j].i] = 1;
		seen[stack.i] = 1;
	}
	mem_free(seen, p->dict->stack.n);
}

/* Has a location no name? A placeholder counts as none: other files may have the name. */
static bool is_nameless(const struct profile *p, const struct loc *l, const struct mapping *m)
{
	return !l->func.i || name_is_start(dict_text(p->dict, dict_func(p->dict, l->func)->name),
					   dict_text(p->dict, m->file));
}

static void list_wanted(struct search *r)
{
	size_t nloc = r->p->dict->loc.n;
	uint8_t *has = mem_zeroed(nloc, 1);

	mark_locations(r->p, has);
	for (uint32_t i = 1; i < nloc; i++) {
		const struct loc *l = dict_loc(r->p->dict, (loc_id){ i });
		const struct mapping *m = dict_mapping(r->p->dict, l->map);
		struct wanted w = { .file = m->file.i,
				    .build_id = m->build_id.i,
				    .map = l->map.i,
				    .loc = i,
				    .addr = l->addr };

		if (has[i] && l->flags & LOC_ADDR && l->map.i && is_nameless(r->p, l, m))
			buf_put(r->wanted, &w, sizeof(w));
	}
	mem_free(has, nloc);
	if (r->wanted->n)
		qsort(r->wanted->p, BUF_COUNT(r->wanted, struct wanted), sizeof(struct wanted),
		      by_file);
}

static bool is_absolute(uint32_t rows)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (rows >> i & 1 && symbolizer_at(i)->absolute)
			return true;
	return false;
}

/* Addresses in memory differ from run to run, so they are used only without another address. */
struct symbol_place wanted_place(const struct profile *p, const struct wanted *w)
{
	const struct mapping *m = dict_mapping(p->dict, (map_id){ w->map });
	struct symbol_place at = { .offset = m->offset + w->addr };

	if (is_absolute(w->rows))
		at.absolute = m->start + w->addr;
	at.is_vaddr = !m->start && !m->offset && !m->size;
	return at;
}

/* Asking for names that the table does not have */

/* Appends notes, each line only once. */
static void say(struct search *r, struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		if (!line.n || strings_find(&r->s->reported, line))
			continue;
		strings_intern(&r->s->reported, line);
		buf_add(r->notes, line);
		buf_ch(r->notes, '\n');
	}
}

/* Enters the answers into the table, also for places without a name. */
static void keep_answers(struct search *r, uint32_t binary, const struct naming_found *found)
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
	struct search *r = context;
	uint32_t binary = ((struct pending *)r->pending.p)[r->asked++].binary;

	if (found->ok)
		keep_answers(r, binary, found);
	else
		name_table_note(&r->s->names, binary, NAME_REFUSED);
	if (found->alone)
		name_table_note(&r->s->names, binary, NAME_ALONE);
}

static struct naming_file file_of(const struct search *r, const struct pending *p)
{
	const struct mapping *m = dict_mapping(r->p->dict, p->map);
	bool alone = name_table_noted(&r->s->names, p->binary, NAME_ALONE);

	return (struct naming_file){
		.question = { .name = p->name.n ? p->name : dict_text(r->p->dict, m->file),
			      .build_id = dict_text(r->p->dict, m->build_id),
			      .symbolizers = p->rows,
			      .flags = alone ? NAMING_ALONE : 0,
			      .place = (const struct symbol_place *)r->places.p + p->first,
			      .nplace = p->n },
		.fd = p->fd,
		.root = p->root,
	};
}

static void ask_pending(struct search *r)
{
	struct pending *p = (struct pending *)r->pending.p;
	uint32_t n = (uint32_t)BUF_COUNT(&r->pending, *p);
	struct naming_file file[NAMING_MOST_FILES];
	struct buf notes = { 0 };

	if (!n)
		return;
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

/* The last pending file, if it is of this binary; else a new one. */
static struct pending *add_pending(struct search *r, struct pending file)
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

static struct symbol_binary open_binary(const struct search *r, map_id map, struct str path)
{
	const struct symbol_source *source = &r->s->options.source;

	if (source->open)
		return source->open(source->context, r->p, map);
	return (struct symbol_binary){
		.fd = str_starts(path, S("/")) ? open_untrusted(-1, path.p, 0) : -1,
		.root = -1,
	};
}

/* The symbolizers to ask. A recorder's profile is always of this machine. */
static uint32_t rows_for(const struct search *r, struct str name, int fd)
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

/* The kernel */

static bool is_kernel(uint32_t rows)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (rows >> i & 1 && symbolizer_at(i) == &symbolizer_kallsyms)
			return true;
	return false;
}

static void *kernel_list(struct search *r)
{
	struct kernel_names *k = &r->s->kernel;
	struct buf note = { 0 };

	if (k->read && k->age < KERNEL_ROUNDS)
		return k->list;
	if (k->list)
		symbolizer_kallsyms.close(k->list);
	k->list = symbolizer_kallsyms.open(&(struct symbol_file){ .fd = -1 }, &note);
	k->read = true;
	k->age = 0;
	say(r, buf_str(&note));
	buf_release(&note);
	return k->list;
}

static void name_kernel_place(struct search *r, uint32_t binary, struct symbol_place at)
{
	struct buf frames = { 0 };
	void *list = r->s->kernel.list;

	if (!list || !symbolizer_kallsyms.find(list, at, &frames))
		list = kernel_list(r);
	if (list && (frames.n || symbolizer_kallsyms.find(list, at, &frames))) {
		const struct symbol_frame *f = (const struct symbol_frame *)frames.p;

		name_table_add(&r->s->names, binary, at, 1);
		name_table_add_frame(&r->s->names,
				     &(struct named_frame){ .name = f->name, .module = f->module });
	} else {
		name_table_add(&r->s->names, binary, at, 0);
	}
	buf_release(&frames);
}

struct symbol_place image_place(const struct symbols *s, uint64_t absolute)
{
	return (struct symbol_place){ .offset = absolute - s->kernel.image.slide,
				      .is_vaddr = true };
}

static uint32_t rows_of_elf(void)
{
	uint32_t rows = 0;

	for (size_t i = 0; i < SYMBOLIZERS; i++)
		rows |= (uint32_t)(symbolizer_at(i) == &symbolizer_elf) << i;
	return rows;
}

/* Asks the kernel's image for lines and inlined calls; else the name of kallsyms stays. */
static void ask_image(struct search *r, struct wanted *w)
{
	const struct kernel_image *k = &r->s->kernel.image;
	uint64_t absolute = wanted_place(r->p, w).absolute;
	struct symbol_place at = image_place(r->s, absolute);
	uint32_t rows = rows_of_elf();

	if (!kernel_image_has(k, absolute))
		return;
	w->image = name_table_binary(&r->s->names, str_of(k->path.p), S(""), k->fd, rows);
	if (!w->image || name_table_noted(&r->s->names, w->image, NAME_REFUSED) ||
	    name_table_find(&r->s->names, w->image, at, 0))
		return;
	add_pending(r, (struct pending){ .binary = w->image,
					 .rows = rows,
					 .map = { w->map },
					 .name = str_of(k->path.p),
					 .fd = fcntl(k->fd, F_DUPFD_CLOEXEC, 0),
					 .root = -1 })
		->n++;
	buf_put(&r->places, &at, sizeof(at));
}

static void find_image(struct search *r)
{
	const struct symbol_options *o = &r->s->options;
	struct buf note = { 0 };

	if (o->lines || o->inlines)
		kernel_image_find(&r->s->kernel.image, o->vmlinux, o->debuginfod, &note);
	say(r, buf_str(&note));
	buf_release(&note);
}

/* Mappings */

/* Is an answer for the location missing in the table? */
static bool is_unknown(const struct search *r, const struct wanted *w)
{
	uint32_t rounds = is_kernel(w->rows) ? KERNEL_ROUNDS : 0;

	return w->binary && !name_table_noted(&r->s->names, w->binary, NAME_REFUSED) &&
	       !name_table_find(&r->s->names, w->binary, wanted_place(r->p, w), rounds);
}

/* Adds to the pending ones those of n locations of a mapping that are not in the table. */
static void look_up_mapping(struct search *r, struct wanted *w, size_t n)
{
	map_id map = { w->map };
	const struct mapping *m = dict_mapping(r->p->dict, map);
	struct str name = dict_text(r->p->dict, m->file);
	struct symbol_binary file = open_binary(r, map, name);
	uint32_t rows = file.unknown ? 0 : rows_for(r, name, file.fd), binary = 0;
	struct pending *p = NULL;

	r->counts->files++;
	r->counts->missing += file.fd < 0 && str_starts(name, S("/"));
	if (rows)
		binary = name_table_binary(&r->s->names, name, dict_text(r->p->dict, m->build_id),
					   file.fd, rows);
	for (size_t i = 0; i < n; i++) {
		struct symbol_place at;

		w[i].binary = binary;
		w[i].rows = rows;
		if (is_kernel(rows)) {
			find_image(r);
			ask_image(r, &w[i]);
		}
		if (!is_unknown(r, &w[i]))
			continue;
		at = wanted_place(r->p, &w[i]);
		r->counts->asked++;
		if (is_kernel(rows)) {
			name_kernel_place(r, binary, at);
			continue;
		}
		if (!p)
			p = add_pending(r, (struct pending){ .binary = binary,
							     .rows = rows,
							     .map = map,
							     .fd = file.fd,
							     .root = file.root });
		buf_put(&r->places, &at, sizeof(at));
		p->n++;
	}
	if (!p && file.fd >= 0)
		close(file.fd);
}

static void look_up_all(struct search *r)
{
	struct wanted *w = (struct wanted *)r->wanted->p;
	size_t n = BUF_COUNT(r->wanted, *w);

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && w[end].map == w[i].map;)
			end++;
		look_up_mapping(r, &w[i], end - i);
	}
	ask_pending(r);
}

void find_names(struct symbols *s, const struct profile *p, struct buf *wanted,
		struct symbol_counts *counts, struct buf *notes)
{
	struct search r = { .s = s, .p = p, .counts = counts, .notes = notes, .wanted = wanted };

	name_table_begin(&s->names);
	s->kernel.age++;
	naming_init(&r.naming, &s->options);
	list_wanted(&r);
	look_up_all(&r);
	naming_end(&r.naming);
	counts->child_cpu = r.naming.child_cpu;
	buf_release(&r.pending);
	buf_release(&r.places);
}
