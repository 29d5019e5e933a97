#include "view/namelist.h"

#include <stdlib.h>

#include "io/escape.h"
#include "view/packed.h"

enum { CHUNK = 1000 }; /* names in an element */

/* Names */

static void list_name(struct namelist *l, const struct dictionary *d, const struct tree *t,
		      str_id name)
{
	if (l->rank[name.i])
		return;
	l->rank[name.i] = 1;
	l->row = mem_grow(l->row, &l->cap, l->n + 1, sizeof(*l->row));
	l->row[l->n++] = (struct namelist_row){ .text = dict_text(d, name),
						.id = name.i,
						.flags = tree_flags(t, name) };
}

/* The names of sorted stacks are in order. */
static void list_names(struct namelist *l, const struct dictionary *d, const struct tree *t,
		       const struct sorted *stacks)
{
	for (size_t i = 0; stacks && i < stacks->ntext; i++)
		if (t->has_name[stacks->text[i].i])
			list_name(l, d, t, stacks->text[i]);
	for (uint32_t i = 0; !stacks && i < t->n; i++)
		list_name(l, d, t, t->node[i].name);
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(((const struct namelist_row *)a)->text,
		       ((const struct namelist_row *)b)->text);
}

/* Colours */

static struct rgb choose_color(const struct namelist_row *row, const struct view_options *o,
			       struct palette_map *map)
{
	const struct rgb *kept = map ? palette_map_find(map, row->text) : NULL;
	struct rgb c = { 0 };

	if (kept || !row->text.n) /* the root has none */
		return kept ? *kept : c;
	c = palette_color(o->palette, o->shade, row->text, row->flags);
	if (map)
		palette_map_set(map, row->text, c);
	return c;
}

void namelist_init(struct namelist *l, const struct dictionary *d, const struct tree *t,
		   const struct sorted *stacks, const struct view_options *o,
		   struct palette_map *map)
{
	*l = (struct namelist){ .nrank = d->str.n };
	l->rank = mem_zeroed(l->nrank, sizeof(*l->rank));
	list_names(l, d, t, stacks);
	if (!stacks)
		qsort(l->row, l->n, sizeof(*l->row), compare_texts);
	for (size_t i = 0; i < l->n; i++) {
		l->rank[l->row[i].id] = (uint32_t)i;
		l->row[i].color = choose_color(&l->row[i], o, map);
	}
}

void namelist_release(struct namelist *l)
{
	mem_free(l->row, l->cap * sizeof(*l->row));
	mem_free(l->rank, l->nrank * sizeof(*l->rank));
}

/* Writing */

/* The length of the common prefix of ASCII characters that need no escaping. */
static size_t shared_length(struct str a, struct str b)
{
	size_t most = min_size(a.n, b.n), n = 0;

	while (n < most && a.p[n] == b.p[n] && (uint8_t)a.p[n] >= 0x20 && (uint8_t)a.p[n] < 0x7f)
		n++;
	return n;
}

static uint32_t color_bits(struct rgb c)
{
	return (uint32_t)c.r << 17 | (uint32_t)c.g << 9 | (uint32_t)c.b << 1 | rgb_wants_white(c);
}

void namelist_write(const struct namelist *l, struct out *out)
{
	struct str before = S("");

	for (size_t i = 0; i < l->n; i++) {
		struct str text = l->row[i].text;
		size_t same = shared_length(before, text);

		if (i % CHUNK == 0)
			buf_add(&out->bytes, i ? S("</metadata>\n<metadata class=\"names\">") :
						 S("<metadata class=\"names\">"));
		number_pack(&out->bytes, same);
		number_pack(&out->bytes, color_bits(l->row[i].color));
		xml_text(&out->bytes, str_skip(text, same));
		buf_ch(&out->bytes, '\n');
		out_flush(out);
		before = text;
	}
	out_add(out, S("</metadata>\n"));
}
