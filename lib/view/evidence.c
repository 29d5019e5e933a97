#include "view/evidence.h"

#include <stdlib.h>

#include "io/number.h"

static void read_row(struct evidence *e, const struct profile *p, struct str row)
{
	struct finding f = { .verdict = str_cut(&row, ' ') };

	f.kind = str_cut(&row, ' ');
	f.change = str_cut(&row, ' ');
	f.low = str_cut(&row, ' ');
	f.high = str_cut(&row, ' ');
	f.q = str_cut(&row, ' ');
	f.name.i = row.p ? dict_find_str(p->dict, row).i : 0;
	if (!f.name.i)
		return;
	e->finding = mem_grow(e->finding, &e->cap, e->n + 1, sizeof(*e->finding));
	e->finding[e->n++] = f;
}

/* A function on one side only has no change: its verdict tells. */
bool finding_is_up(const struct finding *f)
{
	return str_starts(f->change, S("+")) || str_eq(f->verdict, S("new"));
}

bool finding_is_moved(const struct finding *f)
{
	return str_eq(f->verdict, S("moved"));
}

/* "FROM;TO" */
static void read_move(struct evidence *e, const struct profile *p, struct str names)
{
	struct move m = { .from = dict_find_str(p->dict, str_cut(&names, ';')) };

	m.to = names.p ? dict_find_str(p->dict, names) : (str_id){ 0 };
	if (!m.from.i || !m.to.i)
		return;
	e->move = mem_grow(e->move, &e->move_cap, e->nmove + 1, sizeof(*e->move));
	e->move[e->nmove++] = m;
}

/* A function with both slower and moved code counts as slower. */
static void mark_changed(struct evidence *e, const struct profile *p, const struct tree *t)
{
	uint8_t *by_name = mem_zeroed(p->dict->str.n, 1);

	for (size_t i = 0; i < e->nmove; i++) {
		by_name[e->move[i].from.i] |= EVIDENCE_MOVED_DOWN;
		by_name[e->move[i].to.i] |= EVIDENCE_MOVED_UP;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct finding *f = &e->finding[i];
		uint8_t *flags = &by_name[f->name.i];

		*flags |= finding_is_up(f) ? EVIDENCE_UP : EVIDENCE_DOWN;
		if (finding_is_moved(f))
			*flags |= EVIDENCE_MOVED_UP;
	}
	for (size_t i = 0; i < e->n; i++)
		if (finding_is_up(&e->finding[i]) && !finding_is_moved(&e->finding[i]))
			by_name[e->finding[i].name.i] &= (uint8_t)~EVIDENCE_MOVED_UP;
	for (uint32_t i = 1; i < t->n; i++)
		e->node[i] |= by_name[t->node[i].name.i];
	mem_free(by_name, p->dict->str.n);
}

/* Is it a callee of the root, or a callee of one? */
static bool is_near_root(const struct tree *t, uint32_t node)
{
	return t->node[t->node[node].parent].parent == 0;
}

/*
 * Mark the nodes along a path of names. The path may begin one level below the root's callees,
 * which may be the names of commands.
 */
static void mark_path(struct evidence *e, const struct profile *p, const struct tree *t,
		      struct str path)
{
	uint32_t *reached = mem_zeroed(t->n, sizeof(*reached)); /* by node: names matched so far */
	size_t nname = 0;
	struct str rest = path;
	uint32_t *name;

	while (rest.p)
		nname += str_cut(&rest, ';').n > 0;
	name = mem_zeroed(nname, sizeof(*name));
	for (size_t i = 0; i < nname; i++)
		name[i] = dict_find_str(p->dict, str_cut(&path, ';')).i;
	for (uint32_t i = 1; i < t->n; i++) {
		uint32_t n = reached[t->node[i].parent];

		if (n >= nname || t->node[i].name.i != name[n] || (!n && !is_near_root(t, i)))
			continue;
		reached[i] = n + 1;
		e->node[i] |= EVIDENCE_BLAME;
	}
	mem_free(name, nname * sizeof(*name));
	mem_free(reached, t->n * sizeof(*reached));
}

/* Each path costs a search of the whole tree, and more than a hundred outlines do not help. */
static void add_path(struct evidence *e, struct str path)
{
	enum { MOST_PATHS = 100 };

	if (e->npath >= MOST_PATHS)
		return;
	e->path = mem_grow(e->path, &e->path_cap, e->npath + 1, sizeof(*e->path));
	e->path[e->npath++] = path;
}

void evidence_init(struct evidence *e, const struct profile *p, const struct tree *t)
{
	*e = (struct evidence){ 0 };
	if (!t->diff)
		return;
	e->about = profile_fact(p, S("diff.about"));
	e->known = e->about.n > 0;
	e->nnode = t->n;
	e->node = mem_zeroed(t->n, 1);
	for (size_t i = 0; e->known && i < profile_ncomment(p); i++) {
		struct str value = dict_text(p->dict, profile_comment(p, i)),
			   key = str_cut(&value, '=');

		if (str_eq(key, S("diff.row")))
			read_row(e, p, value);
		else if (str_eq(key, S("diff.moved")))
			read_move(e, p, value);
		else if (str_eq(key, S("diff.path")) && value.n)
			add_path(e, value);
	}
	for (size_t i = 0; i < e->npath; i++)
		mark_path(e, p, t, e->path[i]);
	mark_changed(e, p, t);
}

void evidence_release(struct evidence *e)
{
	mem_free(e->finding, e->cap * sizeof(*e->finding));
	mem_free(e->path, e->path_cap * sizeof(*e->path));
	mem_free(e->move, e->move_cap * sizeof(*e->move));
	mem_free(e->node, e->nnode);
	*e = (struct evidence){ 0 };
}

/* Did the node's value rise from the base to the new side? */
static bool is_up(const struct layout *l, uint32_t node)
{
	struct change c = layout_change(l, node);

	return l->negate ? c.to < c.from : c.to > c.from;
}

bool evidence_for(const struct evidence *e, const struct layout *l, uint32_t node)
{
	uint8_t wanted = is_up(l, node) ? EVIDENCE_UP : EVIDENCE_DOWN;

	return !e->known || !node || e->node[node] & wanted;
}

bool evidence_moved(const struct evidence *e, const struct layout *l, uint32_t node)
{
	uint8_t wanted = is_up(l, node) ? EVIDENCE_MOVED_UP : EVIDENCE_MOVED_DOWN;

	return e->known && node && evidence_for(e, l, node) && e->node[node] & wanted;
}

/* Append a fraction, given as text, as a percentage. */
static void put_fraction(struct buf *b, struct str fraction)
{
	char text[32] = { 0 };

	memcpy(text, fraction.p, min_size(fraction.n, sizeof(text) - 1));
	number_percent(b, 100 * strtod(text, NULL), true);
}

void finding_put(struct buf *b, const struct finding *f)
{
	buf_add(b, f->verdict);
	buf_ch(b, ' ');
	buf_add(b, f->kind);
	if (!str_eq(f->change, S("-"))) {
		buf_add(b, S(": "));
		put_fraction(b, f->change);
		buf_add(b, S(" ["));
		put_fraction(b, f->low);
		buf_add(b, S(", "));
		put_fraction(b, f->high);
		buf_ch(b, ']');
	}
	buf_add(b, S(", q="));
	buf_add(b, f->q);
}
