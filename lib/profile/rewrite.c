/* First each location is rewritten once, then the stack of each sample. */
#include "profile/rewrite.h"

#include "base/path.h"
#include "profile/stack_group.h"

/* The root frames of a label set: n of rewriter.root_frames from `first`. */
struct root {
	label_set_id labels;
	uint32_t one;
	uint32_t first, n; /* payload */
};

struct rewriter {
	struct profile *p;
	const struct rewrite *how;
	uint32_t nloc;          /* locations before rewriting began */
	loc_id *loc;            /* by old location: the new one, 0 = left out */
	bool same_locs;         /* no location changed */
	struct table roots;     /* struct root */
	struct buf root_frames; /* loc_id */
	struct buf stack;       /* loc_id: the stack being put together */
	struct stack_group stacks;
};

/* Names */

static bool ends_in_mark(const struct buf *name)
{
	struct str s = buf_str(name);

	return s.n > 4 && str_eq(str(s.p + s.n - 4, 2), S("_[")) && s.p[s.n - 1] == ']';
}

static void add_mark(struct buf *name, const struct rewrite *how, uint32_t flags)
{
	const char *mark = NULL;

	if (flags & LOC_JOINED || (flags & LOC_INLINED && how->mark_inlined))
		mark = "_[i]";
	else if (flags & LOC_KERNEL && how->mark_kernel)
		mark = "_[k]";
	else if (flags & LOC_JIT && how->mark_jit)
		mark = "_[j]";
	if (mark && !ends_in_mark(name))
		buf_add(name, str_of(mark));
}

/* "[libc.so]", and with addresses "[libc.so <7f01>]". */
static void add_unknown(struct rewriter *w, struct buf *name, loc_id id, const struct loc *l)
{
	struct str text = dict_text(w->p->dict, dict_frame_name(w->p->dict, id));

	if (!w->how->addresses) {
		buf_add(name, text);
		return;
	}
	text = str(text.p + 1, text.n - 2);
	buf_printf(name, "[%.*s <%llx>]", STR_ARG(text),
		   (unsigned long long)(l->addr + dict_mapping(w->p->dict, l->map)->start));
}

static void add_function(struct rewriter *w, struct buf *name, const struct func *f)
{
	struct str text = dict_text(w->p->dict, f->name),
		   linkage = dict_text(w->p->dict, f->linkage);
	enum demangle how = w->how->demangle;
	struct buf plain = { 0 };
	size_t from = name->n;

	if (linkage.n && !w->how->named && (how != DEMANGLE_SIMPLE || !text.n))
		text = linkage;
	if (!w->how->force && !str_eq(text, linkage))
		how = DEMANGLE_RUST;
	if (!w->how->named && name_demangle(&plain, text, how))
		text = buf_str(&plain);
	if (!w->how->simplify || !name_simplify(name, text)) {
		name->n = from;
		buf_add(name, text);
	}
	buf_release(&plain);
}

/* " file:12": what the granularity shows after the name. */
static void add_place(struct rewriter *w, struct buf *name, const struct func *f, uint32_t line)
{
	struct str file = dict_text(w->p->dict, f->file);
	bool shows_line = w->how->granularity >= GRANULARITY_LINE && line;

	if (w->how->granularity == GRANULARITY_FUNCTION || (!file.n && !shows_line))
		return;
	if (name->n)
		buf_ch(name, ' ');
	if (file.n)
		path_clean(name, file);
	if (shows_line)
		buf_printf(name, ":%u", line);
}

static void add_address(struct rewriter *w, struct buf *name, const struct loc *l)
{
	if (w->how->granularity == GRANULARITY_ADDRESS && l->flags & LOC_ADDR)
		buf_printf(name, "%016llx ",
			   (unsigned long long)(l->addr + dict_mapping(w->p->dict, l->map)->start));
}

/* Is only the frame's file shown? A function without one is then not shown either. */
static bool shows_file_only(const struct rewriter *w, const struct func *f)
{
	return w->how->granularity == GRANULARITY_FILE && (f->name.i || f->linkage.i);
}

static void make_name(struct rewriter *w, struct buf *name, loc_id id)
{
	struct loc l = *dict_loc(w->p->dict, id);
	struct func f = *dict_func(w->p->dict, l.func);

	if (shows_file_only(w, &f)) {
		add_place(w, name, &f, 0);
		return;
	}
	add_address(w, name, &l);
	if (f.name.i || f.linkage.i)
		add_function(w, name, &f);
	else
		add_unknown(w, name, id, &l);
	if (w->how->lines && l.line)
		buf_printf(name, ":%u", l.line);
	if (f.name.i || f.linkage.i)
		add_place(w, name, &f, l.line);
	add_mark(name, w->how, l.flags);
}

/* The location with its function renamed; 0 = leave it out. */
static loc_id new_loc(struct rewriter *w, loc_id id, struct buf *name)
{
	struct loc l = *dict_loc(w->p->dict, id);
	struct func f = *dict_func(w->p->dict, l.func);
	str_id text;

	if (w->how->no_inlines && l.flags & LOC_INLINED)
		return (loc_id){ 0 };
	name->n = 0;
	make_name(w, name, id);
	if (!name->n) {
		l.func.i = 0;
		return dict_add_loc(w->p->dict, l);
	}
	text = dict_intern(w->p->dict, buf_str(name));
	if (text.i == dict_frame_name(w->p->dict, id).i)
		return id;
	if (!f.linkage.i)
		f.linkage = f.name;
	f.name = text;
	l.func = dict_add_func(w->p->dict, f);
	return dict_add_loc(w->p->dict, l);
}

static void rewrite_locs(struct rewriter *w)
{
	struct buf name = { 0 };

	w->nloc = w->p->dict->loc.n;
	w->loc = mem_zeroed(w->nloc, sizeof(*w->loc));
	w->same_locs = true;
	for (uint32_t i = 1; i < w->nloc; i++) {
		w->loc[i] = new_loc(w, (loc_id){ i }, &name);
		w->same_locs = w->same_locs && w->loc[i].i == i;
	}
	buf_release(&name);
}

/* Roots */

static void push_root(struct rewriter *w, struct str name)
{
	func_id func = dict_add_func(w->p->dict,
				     (struct func){ .name = dict_intern(w->p->dict, name) });
	loc_id loc = dict_add_loc(w->p->dict, (struct loc){ .func = func });

	buf_put(&w->root_frames, &loc, sizeof(loc));
}

static void add_number(struct rewriter *w, struct buf *to, label_set_id set, struct str key)
{
	str_id id = dict_find_str(w->p->dict, key);
	const struct label *l = id.i ? dict_find_label(w->p->dict, set, id) : NULL;

	if (!l)
		buf_ch(to, '?');
	else if (l->is_num)
		buf_i64(to, l->num);
	else
		buf_add(to, dict_text(w->p->dict, l->str));
}

static void add_comm(struct rewriter *w, struct buf *to, label_set_id set)
{
	for (size_t i = 0; i < to->n; i++)
		if (to->p[i] == ' ')
			to->p[i] = '_';
	if (!w->how->pid && !w->how->tid)
		return;
	buf_ch(to, '-');
	add_number(w, to, set, S("pid"));
	if (!w->how->tid)
		return;
	buf_ch(to, '/');
	add_number(w, to, set, S("tid"));
}

static void add_root(struct rewriter *w, label_set_id set, struct str label)
{
	str_id key = dict_find_str(w->p->dict, label);
	const struct label *l = key.i ? dict_find_label(w->p->dict, set, key) : NULL;
	struct buf name = { 0 };

	if (!l)
		return;
	if (l->is_num)
		buf_i64(&name, l->num);
	else
		buf_add(&name, dict_text(w->p->dict, l->str));
	if (str_eq(label, S("comm")))
		add_comm(w, &name, set);
	if (name.n)
		push_root(w, buf_str(&name));
	buf_release(&name);
}

/* The root frames of a label set, made once. */
static struct root root_of(struct rewriter *w, label_set_id set)
{
	struct root key = { .labels = set, .one = 1 };
	uint32_t known = w->roots.n, row = table_intern(&w->roots, &key);
	struct root *root = table_row(&w->roots, row);

	if (row == known) {
		root->first = (uint32_t)BUF_COUNT(&w->root_frames, loc_id);
		for (size_t i = 0; i < w->how->nroot; i++)
			add_root(w, set, w->how->root[i]);
		root->n = (uint32_t)BUF_COUNT(&w->root_frames, loc_id) - root->first;
	}
	return *root;
}

/* Stacks */

static bool have_same_name(struct profile *p, loc_id a, loc_id b)
{
	return dict_frame_name(p->dict, a).i == dict_frame_name(p->dict, b).i;
}

static void push_frame(struct rewriter *w, loc_id loc)
{
	size_t n = BUF_COUNT(&w->stack, loc_id);

	if (!loc.i)
		return;
	if (w->how->collapse_recursion && n &&
	    have_same_name(w->p, ((loc_id *)w->stack.p)[n - 1], loc))
		return;
	buf_put(&w->stack, &loc, sizeof(loc));
}

/* *to becomes the stack, maybe later. */
static void rewrite_stack(struct rewriter *w, stack_id old, struct root root, stack_id *to)
{
	const loc_id *frame;
	size_t n;

	w->stack.n = 0;
	for (uint32_t i = 0; i < root.n; i++)
		push_frame(w, ((const loc_id *)w->root_frames.p)[root.first + i]);
	frame = dict_frames(w->p->dict, old, &n);
	for (size_t i = 0; i < n; i++)
		push_frame(w, w->loc[frame[i].i]);
	n = BUF_COUNT(&w->stack, loc_id);
	if (w->how->reverse)
		mem_reverse(w->stack.p, n, sizeof(loc_id));
	if (w->how->max_depth)
		n = min_size(n, w->how->max_depth);
	stack_group_add(&w->stacks, (const loc_id *)w->stack.p, n, to);
}

/* Does the profile have any of the labels that become root frames? */
static bool has_roots(const struct rewriter *w)
{
	for (size_t i = 0; i < w->how->nroot; i++)
		if (dict_find_str(w->p->dict, w->how->root[i]).i)
			return true;
	return false;
}

/* Do all stacks stay as they are? */
static bool stacks_stay(const struct rewriter *w)
{
	const struct rewrite *how = w->how;

	return w->same_locs && !has_roots(w) && !how->collapse_recursion && !how->reverse &&
	       !how->max_depth;
}

static void rewrite_samples(struct rewriter *w)
{
	uint32_t n = w->p->sample.n;
	struct sample *to = mem_zeroed(n, sizeof(*to));

	for (uint32_t i = 1; i < n; i++) {
		to[i] = *profile_sample(w->p, (sample_id){ i });
		rewrite_stack(w, to[i].stack, root_of(w, to[i].labels), &to[i].stack);
	}
	stack_group_end(&w->stacks);
	profile_remap(w->p, to, NULL);
	mem_free(to, n * sizeof(*to));
}

void rewrite(struct profile *p, const struct rewrite *how)
{
	struct rewriter w = { .p = p, .how = how, .stacks.dict = p->dict };

	table_init(&w.roots, sizeof(struct root), offsetof(struct root, first));
	rewrite_locs(&w);
	if (!stacks_stay(&w))
		rewrite_samples(&w);
	mem_free(w.loc, w.nloc * sizeof(*w.loc));
	table_release(&w.roots);
	buf_release(&w.root_frames);
	buf_release(&w.stack);
}
