/*
 * A table for databases: tab-separated values, one row a sample, with a line of names before
 * the first. DuckDB, ClickHouse and others read it as it is (prof-recipes(7)).
 *
 *	time	duration	stack	cpu_nanoseconds	thread	...
 *
 * Times are nanoseconds since 1970, and those of the profile. A stack is its frames, root
 * first, joined by ';', which is written "\;" inside a name. Then each sample type has a
 * column, then each key of a label, in order of appearance; a label that is missing is an
 * empty cell. A key that names an earlier column gets "_label" appended. Samples whose values
 * are all 0 have no row.
 *
 * This format can only be written. Lost: files, lines, addresses, mappings, comments.
 */
#include "base/vec.h"
#include "format/format.h"
#include "io/tsv.h"

struct rows {
	struct buf *b;
	const struct profile *p;
	VEC(str_id) keys; /* of labels */
};

static void add_key(struct rows *r, str_id key)
{
	for (size_t i = 0; i < r->keys.n; i++)
		if (r->keys.v[i].i == key.i)
			return;
	vec_push(&r->keys, key);
}

static void find_keys(struct rows *r)
{
	const struct dictionary *d = r->p->dict;
	uint8_t *seen = mem_zeroed(d->label_set.n, 1);

	for (uint32_t i = 1; i < r->p->sample.n; i++) {
		label_set_id set = profile_sample(r->p, (sample_id){ i })->labels;

		for (; set.i && !seen[set.i]; set = dict_label_set(d, set)->rest) {
			seen[set.i] = 1;
			add_key(r, dict_label(d, dict_label_set(d, set)->label)->key);
		}
	}
	mem_free(seen, d->label_set.n);
}

static void put_type(struct rows *r, const struct column *c)
{
	struct str unit = dict_text(r->p->dict, c->unit);

	tsv_text(r->b, dict_text(r->p->dict, c->type));
	if (unit.n)
		buf_ch(r->b, '_');
	tsv_text(r->b, unit);
}

static bool is_taken(struct str cells, struct str name)
{
	while (cells.n)
		if (str_eq(str_cut(&cells, '\t'), name))
			return true;
	return false;
}

static void put_names(struct rows *r)
{
	size_t begin = r->b->n;

	buf_add(r->b, S("time\tduration\tstack"));
	for (size_t i = 0; i < r->p->ncol; i++) {
		buf_ch(r->b, '\t');
		put_type(r, &r->p->col[i]);
	}
	for (size_t i = 0; i < r->keys.n; i++) {
		struct str key = dict_text(r->p->dict, r->keys.v[i]);
		bool taken = is_taken(str(r->b->p + begin, r->b->n - begin), key);

		buf_ch(r->b, '\t');
		tsv_text(r->b, key);
		if (taken)
			buf_add(r->b, S("_label"));
	}
	buf_ch(r->b, '\n');
}

static void put_stack(struct rows *r, stack_id stack)
{
	size_t n;
	const loc_id *frames = dict_frames(r->p->dict, stack, &n);

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_ch(r->b, ';');
		tsv_item(r->b, dict_text(r->p->dict, dict_frame_name(r->p->dict, frames[i])));
	}
}

static void put_label(struct rows *r, label_set_id set, str_id key)
{
	const struct label *l = dict_find_label(r->p->dict, set, key);

	buf_ch(r->b, '\t');
	if (l && l->is_num)
		buf_i64(r->b, l->num);
	else if (l)
		tsv_text(r->b, dict_text(r->p->dict, l->str));
}

static bool is_nothing(const struct profile *p, sample_id id)
{
	for (uint32_t col = 0; col < p->ncol; col++)
		if (profile_value(p, col, id))
			return false;
	return true;
}

static void put_row(struct rows *r, sample_id id)
{
	const struct sample *s = profile_sample(r->p, id);

	buf_i64(r->b, r->p->head.time);
	buf_ch(r->b, '\t');
	buf_i64(r->b, r->p->head.duration);
	buf_ch(r->b, '\t');
	put_stack(r, s->stack);
	for (uint32_t col = 0; col < r->p->ncol; col++) {
		buf_ch(r->b, '\t');
		buf_i64(r->b, profile_value(r->p, col, id));
	}
	for (size_t i = 0; i < r->keys.n; i++)
		put_label(r, s->labels, r->keys.v[i]);
	buf_ch(r->b, '\n');
}

static void write_rows(struct out *out, struct profile *p)
{
	struct rows r = { .b = &out->bytes, .p = p };

	profile_round(p);
	find_keys(&r);
	put_names(&r);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		if (!is_nothing(p, (sample_id){ i }))
			put_row(&r, (sample_id){ i });
		out_flush(out);
	}
	vec_release(&r.keys);
}

const struct format format_rows = {
	.name = "rows",
	.help = "a row a sample, for databases",
	.text = true,
	.all_types = true,
	.write = write_rows,
};
