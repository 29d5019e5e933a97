#include "profile/dictionary.h"

#include "base/buf.h"
#include "profile/stacks.h"

enum { PAGE = 4096 };

/* The name "[file]" of frames that have no other. */
struct bracketed {
	str_id file;
	uint32_t one;
	str_id name; /* payload */
	uint32_t zero;
};

_Static_assert(sizeof(struct bracketed) == 16, "no padding");

void dict_init(struct dictionary *d)
{
	strings_init(&d->str);
	table_init(&d->func, sizeof(struct func), sizeof(struct func));
	table_init(&d->mapping, sizeof(struct mapping), offsetof(struct mapping, file));
	table_init(&d->loc, sizeof(struct loc), sizeof(struct loc));
	table_init(&d->label, sizeof(struct label), sizeof(struct label));
	table_init(&d->label_set, sizeof(struct label_set), sizeof(struct label_set));
	stacks_init(&d->stack);
	table_init(&d->bracketed, sizeof(struct bracketed), offsetof(struct bracketed, name));
}

void dict_release(struct dictionary *d)
{
	table_release(&d->bracketed);
	stacks_release(&d->stack);
	table_release(&d->label_set);
	table_release(&d->label);
	table_release(&d->loc);
	table_release(&d->mapping);
	table_release(&d->func);
	strings_release(&d->str);
}

_Static_assert(sizeof(str_id) == sizeof(uint32_t) && sizeof(func_id) == sizeof(uint32_t) &&
		       sizeof(loc_id) == sizeof(uint32_t),
	       "an id is a row number");

void dict_intern_all(struct dictionary *d, const struct str *s, size_t n, str_id *id)
{
	strings_intern_all(&d->str, s, n, (uint32_t *)id);
}

void dict_intern_hashed(struct dictionary *d, const struct str *s, const uint32_t *hash, size_t n,
			str_id *id)
{
	strings_intern_hashed(&d->str, s, hash, n, (uint32_t *)id);
}

void dict_add_funcs(struct dictionary *d, const struct func *f, size_t n, func_id *id)
{
	table_intern_all(&d->func, f, n, (uint32_t *)id);
}

void dict_add_locs(struct dictionary *d, struct loc *l, size_t n, loc_id *id)
{
	for (size_t i = 0; i < n; i++)
		l[i].one = 1;
	table_intern_all(&d->loc, l, n, (uint32_t *)id);
}

static bool is_before(const struct dictionary *d, str_id a, str_id b)
{
	return a.i && (!b.i || str_cmp(dict_text(d, a), dict_text(d, b)) < 0);
}

map_id dict_add_mapping(struct dictionary *d, struct mapping m)
{
	uint32_t known = d->mapping.n;
	struct mapping *row;
	map_id id;

	m.which += !m.which;
	m.identity = m.build_id.i ? m.build_id : m.file;
	m.pages = m.size / PAGE + (m.size % PAGE != 0);
	id.i = table_intern(&d->mapping, &m);
	if (id.i == known)
		return id;
	row = table_row(&d->mapping, id.i);
	row->flags |= m.flags;
	row->start = m.start < row->start ? m.start : row->start;
	row->size = m.size > row->size ? m.size : row->size;
	if (is_before(d, m.file, row->file))
		row->file = m.file;
	if (!row->build_id.i)
		row->build_id = m.build_id;
	return id;
}

static str_id make_bracketed(struct dictionary *d, struct str file)
{
	struct buf name = { 0 };
	str_id id;

	if (!file.n || str_eq(file, S("[unknown]")))
		return dict_intern(d, S("[unknown]"));
	buf_printf(&name, "[%.*s]", STR_ARG(file));
	id = dict_intern(d, buf_str(&name));
	buf_release(&name);
	return id;
}

/* Recordings without names have many such frames, each of which is asked for several times. */
str_id dict_frame_name(struct dictionary *d, loc_id id)
{
	const struct loc *l = dict_loc(d, id);
	const struct func *f = dict_func(d, l->func);
	struct bracketed key = { dict_mapping(d, l->map)->file, .one = 1 }, *row;

	if (f->name.i || f->linkage.i)
		return f->name.i ? f->name : f->linkage;
	row = table_row(&d->bracketed, table_intern(&d->bracketed, &key));
	if (!row->name.i)
		row->name = make_bracketed(d, str_basename(dict_text(d, key.file)));
	return row->name;
}
