/* Iterating over the pieces of a view, and reading their parts. */
#include "store/store_view.h"

static bool is_gone(const struct view_file *f, int64_t time)
{
	for (size_t i = 0; i < f->gone.n; i++)
		if (time >= f->gone.v[i].from && time < f->gone.v[i].to)
			return true;
	return false;
}

bool piece_has(const struct piece *p, int64_t time)
{
	return p->whole ||
	       (time >= p->view->since && time < p->view->until && !is_gone(p->file, time));
}

enum of_view { NOTHING, SOMETHING, EVERYTHING };

static enum of_view time_of_chunk(const struct store_view *v, const struct view_file *f,
				  const struct chunk *c)
{
	bool whole = c->first >= v->since && c->last < v->until;

	if (c->first >= v->until || c->last < v->since)
		return NOTHING;
	for (size_t i = 0; i < f->gone.n; i++) {
		const struct replaced *r = &f->gone.v[i];

		if (c->first >= r->from && c->last < r->to)
			return NOTHING;
		if (c->first < r->to && c->last >= r->from)
			whole = false;
	}
	return whole ? EVERYTHING : SOMETHING;
}

static struct in *file_in(struct view_file *f)
{
	return f->name.is_log ? &f->log.in : &f->block.in;
}

static void select_series(struct store_view *v, const struct block *b, uint32_t series)
{
	const struct block_series *s = &b->series.v[series];
	const struct group *g = &b->group.v[s->group];

	if (series == v->at_series)
		return;
	v->at_series = series;
	v->selected = v->exact = true;
	if (v->selector)
		v->selected = series_selected(&s->series, v->selector, g->key.v, g->key.n,
					      &v->exact);
}

/* Is the block wanted whole, and does it have the sums of its series? */
static bool is_wanted_by_series(const struct store_view *v, const struct view_file *f)
{
	const struct block *b = &f->block;

	return v->by_series && b->version >= 2 && !f->gone.n && b->first >= v->since &&
	       b->last < v->until;
}

static bool next_series_of_block(struct store_view *v, struct view_file *f, struct piece *p)
{
	const struct block *b = &f->block;

	while (v->at_chunk < b->series.n) {
		uint32_t i = (uint32_t)v->at_chunk++;
		const struct block_series *s = &b->series.v[i];

		select_series(v, b, i);
		if (!v->selected)
			continue;
		*p = (struct piece){ .view = v,
				     .file = f,
				     .series = &s->series,
				     .group = &b->group.v[s->group],
				     .sum = &s->sum,
				     .nprofile = s->sum.nprofile,
				     .whole = true,
				     .exact = v->exact };
		return true;
	}
	return false;
}

static bool next_of_block(struct store_view *v, struct view_file *f, struct piece *p)
{
	struct block *b = &f->block;

	if (is_wanted_by_series(v, f))
		return next_series_of_block(v, f, p);
	if (!block_read_chunks(b))
		return false;
	while (v->at_chunk < b->chunk.n) {
		const struct chunk *c = &b->chunk.v[v->at_chunk++];
		const struct block_series *s = &b->series.v[c->series];
		enum of_view time = time_of_chunk(v, f, c);

		if (time == NOTHING)
			continue;
		select_series(v, b, c->series);
		if (!v->selected)
			continue;
		*p = (struct piece){ .view = v,
				     .file = f,
				     .series = &s->series,
				     .chunk = c,
				     .group = &b->group.v[s->group],
				     .nprofile = c->nprofile,
				     .nrow = c->nrow,
				     .whole = time == EVERYTHING,
				     .exact = v->exact };
		return true;
	}
	return false;
}

static uint64_t first_number(struct str part)
{
	struct cursor c = cursor_over(part);

	return get_uleb(&c);
}

/* The keys of all labels in a log's rows, which the samples of its record may have. */
static void record_keys(const struct log *l, struct str **keys, size_t *n)
{
	size_t cap = 0;

	*keys = NULL;
	*n = 0;
	for (size_t i = 1; i < l->numbers.label.n; i++) {
		str_id key = dict_label(l->dict, l->numbers.label.v[i])->key;

		*keys = mem_grow(*keys, &cap, *n + 1, sizeof(**keys));
		(*keys)[(*n)++] = dict_text(l->dict, key);
	}
	*keys = mem_resize(*keys, cap * sizeof(**keys), *n * sizeof(**keys));
}

static bool record_selected(struct log *l, struct selector *selector, bool *exact)
{
	struct str *keys;
	size_t n;
	bool selected;

	*exact = true;
	if (!selector)
		return true;
	record_keys(l, &keys, &n);
	selected = series_selected(&l->record.series, selector, keys, n, exact);
	mem_free(keys, n * sizeof(*keys));
	return selected;
}

/* The next record, in order of the file. */
static bool next_of_log(struct store_view *v, struct view_file *f, struct piece *p)
{
	struct log *l = &f->log;

	if (!v->at_chunk++)
		log_rewind(l);
	while (log_next(l)) {
		struct cursor c = cursor_over(l->record.part[CHUNK_PROFILES]);

		if (!chunk_profiles_get(&c, l->record.series.type.n, &v->profiles) ||
		    v->profiles.profile.n != 1) {
			in_fail_at(&l->in, l->at, "the record before is malformed");
			continue;
		}
		*p = (struct piece){ .view = v, .file = f, .series = &l->record.series };
		p->nprofile = 1;
		p->nrow = first_number(l->record.part[CHUNK_RUNS]);
		p->whole = piece_has(p, v->profiles.profile.v[0].time);
		if (p->whole && record_selected(l, v->selector, &p->exact))
			return true;
	}
	v->torn += l->torn;
	return false;
}

static void begin_file(struct store_view *v)
{
	v->at_chunk = 0;
	v->at_series = UINT32_MAX;
}

void view_begin(struct store_view *v, struct selector *selector)
{
	v->selector = selector;
	v->by_series = false;
	v->at_file = 0;
	begin_file(v);
}

void view_begin_series(struct store_view *v, struct selector *selector)
{
	view_begin(v, selector);
	v->by_series = true;
}

bool view_next(struct store_view *v, struct piece *p)
{
	for (; v->at_file < v->file.n; v->at_file++, begin_file(v)) {
		struct view_file *f = v->file.v[v->at_file];

		if (f->is_bad)
			continue;
		if (f->name.is_log ? next_of_log(v, f, p) : next_of_block(v, f, p))
			return true;
		if (file_in(f)->failed)
			view_error(v, file_in(f)->error.p);
	}
	return false;
}

bool piece_has_label(const struct piece *p, struct str key)
{
	const struct log *l = &p->file->log;

	for (size_t i = 0; p->group && i < p->group->key.n; i++)
		if (str_eq(p->group->key.v[i], key))
			return true;
	for (size_t i = 1; !p->group && i < l->numbers.label.n; i++)
		if (str_eq(dict_text(l->dict, dict_label(l->dict, l->numbers.label.v[i])->key),
			   key))
			return true;
	return false;
}

/* Parts */

bool piece_fail(struct piece *p, const char *what)
{
	uint64_t at = p->chunk ? p->file->block.section.v[p->chunk->section].at : p->file->log.at;

	return in_fail_at(file_in(p->file), at, "%s are malformed", what);
}

static bool piece_part(struct piece *p, size_t i, struct cursor *c)
{
	struct buf *raw = &p->view->part[min_size(i, CHUNK_VALUES)];
	struct block *b = &p->file->block;

	if (!p->chunk) {
		*c = cursor_over(p->file->log.record.part[i]);
		return true;
	}
	if (!section_unpack(&b->section.v[p->chunk->section + i], &b->in, b->file, raw))
		return false;
	*c = cursor_over(buf_str(raw));
	return true;
}

bool piece_profiles(struct piece *p, struct chunk_profiles *to)
{
	struct cursor c;

	if (!piece_part(p, CHUNK_PROFILES, &c))
		return false;
	if (p->chunk) { /* the texts stay valid while other pieces are read */
		to->bytes.n = 0;
		buf_put(&to->bytes, c.at, cursor_left(&c));
		c = cursor_over(buf_str(&to->bytes));
	}
	return (chunk_profiles_get(&c, p->series->type.n, to) && to->profile.n == p->nprofile) ||
	       piece_fail(p, "profiles");
}

bool piece_runs(struct piece *p, struct row_runs *to, size_t *nrow)
{
	struct cursor c;
	uint64_t most = p->chunk ? p->nrow : UINT32_MAX;

	if (!piece_part(p, CHUNK_RUNS, &c))
		return false;
	if (!chunk_runs_get(&c, most, to, nrow) || (p->chunk && *nrow != p->nrow))
		return piece_fail(p, "stacks of rows");
	/* Each row has at least one byte in this section. */
	if (p->chunk && *nrow > p->file->block.section.v[p->chunk->section + CHUNK_TIMES].raw)
		return piece_fail(p, "stacks of rows");
	return in_fits(file_in(p->file), *nrow, (p->series->type.n + 2) * sizeof(int64_t));
}

bool piece_times(struct piece *p, const struct row_runs *runs, size_t nprofile, uint32_t *to)
{
	struct cursor c;

	if (!piece_part(p, CHUNK_TIMES, &c))
		return false;
	return chunk_times_get(&c, runs, nprofile, to) || piece_fail(p, "times of rows");
}

static bool multiply(int64_t *v, size_t n, int64_t divisor, int64_t factor)
{
	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(v[i] / divisor, factor, &v[i]))
			return false;
	return true;
}

bool piece_sums(struct piece *p, size_t type, const struct row_runs *runs, int64_t *sums, int *like,
		int64_t *factor, uint64_t *saturated)
{
	struct cursor c;

	if (!piece_part(p, CHUNK_VALUES + type, &c))
		return false;
	return (chunk_sums_get(&c, runs, sums, like, factor, saturated) && *like < (int)type) ||
	       piece_fail(p, "values");
}

bool piece_values(struct piece *p, size_t type, size_t nrow, int64_t *to)
{
	struct cursor c;
	int like, second;
	int64_t factor, divisor;
	bool ok = piece_part(p, CHUNK_VALUES + type, &c) &&
		  (chunk_values_get(&c, nrow, to, &like, &factor) || piece_fail(p, "values"));

	if (!ok || like < 0)
		return ok;
	if ((size_t)like >= type)
		return piece_fail(p, "values");
	ok = piece_part(p, CHUNK_VALUES + (size_t)like, &c) &&
	     (chunk_values_get(&c, nrow, to, &second, &divisor) || piece_fail(p, "values"));
	if (ok && (second >= 0 || !multiply(to, nrow, divisor, factor)))
		return piece_fail(p, "values");
	return ok;
}

/* Dictionaries */

static bool group_get_rows(struct piece *p, struct dictionary *dict)
{
	struct buf *raw = &p->view->symbols;
	struct block *b = &p->file->block;
	struct row_numbers *n = &p->file->numbers;
	struct cursor c;

	row_numbers_begin(n);
	if (!section_unpack(&p->group->symbols, &b->in, b->file, raw))
		return false;
	c = cursor_over(buf_str(raw));
	if (!symbols_get(&c, dict, n) || cursor_left(&c))
		return in_fail_at(&b->in, p->group->symbols.at, "symbols are malformed");
	if (!section_unpack(&p->group->stacks, &b->in, b->file, raw))
		return false;
	c = cursor_over(buf_str(raw));
	if (!stacks_get(&c, dict, n, NULL, 0) || cursor_left(&c))
		return in_fail_at(&b->in, p->group->stacks.at, "stacks are malformed");
	return true;
}

const struct row_numbers *piece_numbers(struct piece *p, struct dictionary *dict)
{
	struct view_file *f = p->file;

	if (!p->chunk)
		return &f->log.numbers;
	if (f->group == p->group && f->group_dict == dict)
		return &f->numbers;
	f->group = NULL;
	if (!group_get_rows(p, dict))
		return NULL;
	f->group = p->group;
	f->group_dict = dict;
	return &f->numbers;
}

void view_forget_numbers(struct store_view *v)
{
	for (size_t i = 0; i < v->file.n; i++)
		v->file.v[i]->group = NULL;
}

stack_id piece_stack(struct piece *p, const struct row_numbers *n, uint32_t stack)
{
	if (stack < n->stack.n)
		return n->stack.v[stack];
	piece_fail(p, "stacks of rows");
	return (stack_id){ 0 };
}

label_set_id piece_labels(struct piece *p, const struct row_numbers *n, uint32_t labels)
{
	if (labels < n->label_set.n)
		return n->label_set.v[labels];
	piece_fail(p, "labels of rows");
	return (label_set_id){ 0 };
}
