#include "store/relabel.h"

#include "store/compaction.h"

/* Labels */

static label_set_id rename_key(struct dictionary *d, label_set_id set, str_id from, str_id to)
{
	VEC(struct label) label = { 0 };
	label_set_id renamed = { 0 };

	for (; set.i; set = dict_label_set(d, set)->rest)
		vec_push(&label, *dict_label(d, dict_label_set(d, set)->label));
	while (label.n) {
		struct label l = vec_last(&label);

		vec_pop(&label);
		if (l.key.i == from.i)
			l.key = to;
		renamed = dict_add_label(d, renamed, l);
	}
	vec_release(&label);
	return renamed;
}

label_set_id relabel_set(const struct relabel *r, struct dictionary *d, label_set_id set)
{
	for (size_t i = 0; i < r->n && set.i; i++) {
		str_id from = dict_intern(d, r->v[i].from), to = dict_intern(d, r->v[i].to);

		if (!dict_find_label(d, set, from))
			continue;
		if (to.i)
			set = rename_key(d, dict_drop_label(d, set, to), from, to);
		else
			set = dict_drop_label(d, set, from);
	}
	return set;
}

void relabel_series(const struct relabel *r, const struct series *s, struct buf *bytes)
{
	struct dictionary d;

	dict_init(&d);
	series_put_relabelled(bytes, s, &d, relabel_set(r, &d, series_labels(s, &d)));
	dict_release(&d);
}

/* Blocks */

static bool is_named(const struct relabel *r, struct str key)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i].from, key))
			return true;
	return false;
}

static bool block_has_label(const struct block *b, const struct relabel *r)
{
	for (size_t i = 0; i < b->series.n; i++)
		for (size_t k = 0; k < b->series.v[i].series.label.n; k++)
			if (is_named(r, b->series.v[i].series.label.v[k].key))
				return true;
	for (size_t i = 0; i < b->group.n; i++)
		for (size_t k = 0; k < b->group.v[i].key.n; k++)
			if (is_named(r, b->group.v[i].key.v[k]))
				return true;
	return false;
}

static bool rewrite_block(struct compaction *c, struct store_view *v, const struct relabel *r)
{
	const struct view_file *f = v->file.v[0];
	uint64_t before = c->result->nprofile;
	struct merge_how how = { .from = store_day_of(f->block.first),
				 .level = f->name.level,
				 .step = f->name.step,
				 .relabel = r };

	how.to = how.from + DAY_NS;
	if (!compaction_write(c, v, NULL, &how))
		return false;
	if (c->result->nprofile - before != f->block.nprofile)
		return compaction_error(c, "relabelling has lost profiles; the block stays");
	return compaction_remove(c, f->name.text) && compaction_sync(c);
}

/* A damaged block stays as it is, with an error. */
static void relabel_block(struct compaction *c, const struct store_name *n, const struct relabel *r)
{
	struct store_names one = { 0 };
	struct dictionary dict;
	struct store_view v;

	vec_push(&one, *n);
	dict_init(&dict);
	view_open_files(&v, c->dir, &dict, &one);
	compaction_bad_files(c, &v);
	if (!v.file.v[0]->is_bad && block_has_label(&v.file.v[0]->block, r))
		rewrite_block(c, &v, r);
	view_close(&v);
	dict_release(&dict);
	vec_release(&one);
}

bool store_relabel(const char *dir, const struct relabel *r, struct compact_result *result,
		   uint64_t *nlog)
{
	struct compact_options o = { 0 };
	struct compaction c = { .dir = dir, .options = &o, .result = result };
	struct store_names blocks = { 0 };
	bool was_left;

	*nlog = 0;
	if (!compaction_begin(&c, &was_left))
		return result->is_busy;
	if (remove_temporary(&c) && compact_logs(&c) && remove_all_replaced(&c) &&
	    compaction_list(&c))
		vec_append(&blocks, c.names.v, c.names.n);
	for (size_t i = 0; i < blocks.n && !c.stopped; i++) {
		if (blocks.v[i].is_log)
			++*nlog;
		else
			relabel_block(&c, &blocks.v[i], r);
	}
	vec_release(&blocks);
	return compaction_end(&c);
}
