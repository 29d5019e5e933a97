#include "store/merge_rows.h"

#include <stdlib.h>

#include "profile/remap.h"
#include "store/profile_hash.h"

/* Where the rows of a new block come from */

struct origin {
	struct str group, series;
	int64_t first, last;
	uint64_t nrow;
	const struct log_series *log; /* or: */
	struct view_file *file;
	const struct chunk *chunk;
	size_t times; /* of the chunk's profiles, which begin there in merge.times */
};

/*
 * Relabelling reads the rows of a block's group into a separate dictionary: only the rows that
 * are still needed get into the new block.
 */
struct relabelling {
	const struct relabel *rules; /* NULL: no relabelling; the other fields are not used */
	struct strings series;       /* the new ones */
	const struct group *group;   /* whose rows are in dict */
	struct dictionary dict;
	struct remap remap;           /* from dict into the block's */
	VEC(label_set_id) labels;     /* by number in the group: the set after the rules */
	struct profile_hasher hasher; /* of rows in the block's dictionary */
};

struct merge {
	struct store_view *v;
	struct block_writer *w;
	int64_t from, to;
	int64_t step;              /* 0: profiles are not added up */
	uint64_t most_rows;        /* of a chunk */
	VEC(struct origin) origin; /* in order of group, series, time */
	VEC(int64_t) times;        /* of profiles, if the current series must be split */
	struct dictionary out;     /* of the current group */
	struct remap remap;        /* from the logs' dictionary */
	struct rows_of_chunk rows;
	struct chunk_profiles profiles;
	struct row_runs runs;
	VEC(uint32_t) time;
	VEC(int64_t) value;
	struct relabelling relabel;
	struct merge_result *result;
	bool failed;
};

static int by_series(const void *a, const void *b)
{
	const struct origin *x = a, *y = b;
	int order = str_cmp(x->group, y->group);

	if (!order)
		order = str_cmp(x->series, y->series);
	return order ? order : (x->first > y->first) - (x->first < y->first);
}

static void add_log_origins(struct merge *m, const struct log_contents *logs)
{
	for (size_t i = 0; logs && i < logs->series.n; i++) {
		const struct log_series *s = &logs->series.v[i];
		struct origin o = { .group = s->group,
				    .series = s->bytes,
				    .first = INT64_MAX,
				    .last = INT64_MIN,
				    .log = s };

		for (size_t k = 0; k < s->rows.profile.n; k++) {
			int64_t time = s->rows.profile.v[k].time;

			if (time < m->from || time >= m->to)
				continue;
			o.first = time < o.first ? time : o.first;
			o.last = time > o.last ? time : o.last;
			o.nrow += s->first.v[k + 1] - s->first.v[k];
		}
		if (o.first <= o.last)
			vec_push(&m->origin, o);
	}
}

static void relabel_origin(struct merge *m, const struct series *s, struct origin *o)
{
	struct buf bytes = { 0 };
	struct series new = { 0 };

	relabel_series(m->relabel.rules, s, &bytes);
	o->series = strings_get(&m->relabel.series,
				strings_intern(&m->relabel.series, buf_str(&bytes)));
	m->failed |= !series_get(&new, o->series);
	o->group = series_group(&new);
	series_release(&new);
	buf_release(&bytes);
}

static void add_block_origins(struct merge *m)
{
	for (size_t i = 0; i < m->v->file.n; i++) {
		struct view_file *f = m->v->file.v[i];

		if (f->is_bad || f->name.is_log)
			continue;
		m->failed |= !block_read_chunks(&f->block);
		for (size_t k = 0; k < f->block.chunk.n; k++) {
			const struct chunk *c = &f->block.chunk.v[k];
			const struct block_series *s = &f->block.series.v[c->series];

			struct origin o = { .group = f->block.group.v[s->group].name,
					    .series = s->series.bytes,
					    .first = c->first,
					    .last = c->last,
					    .nrow = c->nrow,
					    .file = f,
					    .chunk = c };

			if (c->first >= m->to || c->last < m->from)
				continue;
			if (m->relabel.rules)
				relabel_origin(m, &s->series, &o);
			vec_push(&m->origin, o);
		}
	}
}

/* Adding the rows of an origin to those of a new chunk */

static void push_profile(struct merge *m, struct stored s, struct str meta)
{
	s.meta = strings_intern(&m->rows.meta, meta);
	vec_push(&m->rows.profile, s);
}

static void take_from_log(struct merge *m, const struct log_series *s, int64_t from, int64_t to)
{
	size_t ntype = s->rows.ntype;

	for (size_t i = 0; i < s->rows.profile.n; i++) {
		struct stored p = s->rows.profile.v[i];
		uint32_t number = (uint32_t)m->rows.profile.n;

		if (p.time < from || p.time >= to)
			continue;
		p.main_map = remap_map(&m->remap, (map_id){ p.main_map }).i;
		push_profile(m, p, strings_get(&s->rows.meta, p.meta));
		vec_append(&m->rows.total, s->rows.total.v + i * ntype, ntype);
		for (size_t r = s->first.v[i]; r < s->first.v[i + 1]; r++) {
			struct chunk_row row = s->rows.row.v[r];

			row.stack = remap_stack(&m->remap, (stack_id){ row.stack }).i;
			row.labels = remap_label_set(&m->remap, (label_set_id){ row.labels }).i;
			row.profile = number;
			vec_push(&m->rows.row, row);
		}
		vec_append(&m->rows.value, s->rows.value.v + s->first.v[i] * ntype,
			   (s->first.v[i + 1] - s->first.v[i]) * ntype);
	}
}

/* Take the wanted profiles of a piece; now[i] becomes 1 + the new number of profile i. */
static void take_profiles(struct merge *m, struct piece *p, const struct row_numbers *n,
			  int64_t from, int64_t to, uint32_t *now)
{
	size_t ntype = p->series->type.n, nprofile = m->profiles.profile.n;

	for (size_t i = 0; i < nprofile; i++) {
		struct stored s = m->profiles.profile.v[i];

		if (s.time < from || s.time >= to || !piece_has(p, s.time))
			continue;
		s.main_map = s.main_map < n->map.n ? n->map.v[s.main_map].i : 0;
		if (m->relabel.rules)
			s.main_map = remap_map(&m->relabel.remap, (map_id){ s.main_map }).i;
		push_profile(m, s, m->profiles.meta.v[s.meta]);
		now[i] = (uint32_t)m->rows.profile.n;
		for (size_t t = 0; t < ntype; t++)
			vec_push(&m->rows.total, m->profiles.total.v[t * nprofile + i]);
	}
}

/* Convert the numbers of a run to rows of the new block's dictionary. */
static void rows_of_run(struct merge *m, struct piece *p, const struct row_numbers *n,
			const struct row_run *run, uint32_t *stack, uint32_t *labels)
{
	*stack = piece_stack(p, n, run->stack).i;
	*labels = piece_labels(p, n, run->labels).i;
	if (!m->relabel.rules || p->file->block.in.failed)
		return;
	*stack = remap_stack(&m->relabel.remap, (stack_id){ *stack }).i;
	*labels = remap_label_set(&m->relabel.remap, m->relabel.labels.v[run->labels]).i;
}

static void take_rows(struct merge *m, struct piece *p, const struct row_numbers *n, size_t nrow,
		      const uint32_t *now)
{
	size_t at = 0, ntype = p->series->type.n;

	for (size_t i = 0; i < m->runs.n; i++) {
		const struct row_run *run = &m->runs.v[i];
		uint32_t stack, labels;

		rows_of_run(m, p, n, run, &stack, &labels);

		for (size_t k = 0; k < run->n; k++, at++) {
			uint32_t profile = now[m->time.v[at]];

			if (!profile)
				continue;
			vec_push(&m->rows.row, { stack, labels, profile - 1 });
			for (size_t t = 0; t < ntype; t++)
				vec_push(&m->rows.value, m->value.v[t * nrow + at]);
		}
	}
}

static void forget_relabelled(struct merge *m)
{
	if (m->relabel.group) {
		remap_release(&m->relabel.remap);
		dict_release(&m->relabel.dict);
	}
	m->relabel.group = NULL;
}

static void release_relabelling(struct relabelling *r)
{
	if (r->rules)
		strings_release(&r->series);
	vec_release(&r->labels);
	profile_hasher_release(&r->hasher);
}

/* The rows of the piece's group, in the new block's dictionary or, to relabel, in m's own. */
static const struct row_numbers *numbers_for(struct merge *m, struct piece *p)
{
	const struct row_numbers *n;

	if (!m->relabel.rules)
		return piece_numbers(p, &m->out);
	if (m->relabel.group == p->group)
		return piece_numbers(p, &m->relabel.dict);
	forget_relabelled(m);
	view_forget_numbers(m->v);
	dict_init(&m->relabel.dict);
	n = piece_numbers(p, &m->relabel.dict);
	vec_clear(&m->relabel.labels);
	for (size_t i = 0; n && i < n->label_set.n; i++)
		vec_push(&m->relabel.labels,
			 relabel_set(m->relabel.rules, &m->relabel.dict, n->label_set.v[i]));
	remap_init(&m->relabel.remap, &m->out, &m->relabel.dict);
	m->relabel.group = p->group;
	return n;
}

static struct piece piece_of(const struct merge *m, const struct origin *o)
{
	const struct block *b = &o->file->block;
	const struct block_series *s = &b->series.v[o->chunk->series];

	return (struct piece){ .view = m->v,
			       .file = o->file,
			       .series = &s->series,
			       .chunk = o->chunk,
			       .group = &b->group.v[s->group],
			       .nprofile = o->chunk->nprofile,
			       .nrow = o->chunk->nrow };
}

static bool take_from_block(struct merge *m, const struct origin *o, int64_t from, int64_t to)
{
	struct piece p = piece_of(m, o);
	size_t nrow, ntype = p.series->type.n, nprofile;
	const struct row_numbers *n = numbers_for(m, &p);
	uint32_t *now;

	if (!n || !piece_profiles(&p, &m->profiles) || !piece_runs(&p, &m->runs, &nrow))
		return false;
	nprofile = m->profiles.profile.n;
	vec_reserve(&m->time, nrow);
	vec_reserve(&m->value, nrow * ntype);
	if (!piece_times(&p, &m->runs, nprofile, m->time.v))
		return false;
	for (size_t t = 0; t < ntype; t++)
		if (!piece_values(&p, t, nrow, m->value.v + t * nrow))
			return false;
	now = mem_zeroed(nprofile, sizeof(*now));
	if (o->chunk->first >= from && o->chunk->first < to)
		vec_append(&m->rows.more_hash, m->profiles.more_hash.v, m->profiles.more_hash.n);
	take_profiles(m, &p, n, from, to, now);
	take_rows(m, &p, n, nrow, now);
	mem_free(now, nprofile * sizeof(*now));
	return !o->file->block.in.failed;
}

/* Chunks */

static bool read_times(struct merge *m, struct origin *o)
{
	struct piece p = piece_of(m, o);

	o->times = m->times.n;
	if (!piece_profiles(&p, &m->profiles))
		return false;
	for (size_t i = 0; i < m->profiles.profile.n; i++)
		vec_push(&m->times, m->profiles.profile.v[i].time);
	return true;
}

static uint64_t log_rows_in(const struct log_series *s, int64_t from, int64_t to)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->rows.profile.n; i++)
		if (s->rows.profile.v[i].time >= from && s->rows.profile.v[i].time < to)
			sum += s->first.v[i + 1] - s->first.v[i];
	return sum;
}

/* Profiles of one series have about as many rows each. */
static uint64_t block_rows_in(const struct merge *m, const struct origin *o, int64_t from,
			      int64_t to)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->chunk->nprofile; i++)
		n += m->times.v[o->times + i] >= from && m->times.v[o->times + i] < to;
	return n ? (uint64_t)((double)o->nrow * (double)n / (double)o->chunk->nprofile) : 0;
}

static uint64_t rows_in(const struct merge *m, const struct origin *o, size_t n, int64_t from,
			int64_t to)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (o[i].first < to && o[i].last >= from)
			sum += o[i].log ? log_rows_in(o[i].log, from, to) :
					  block_rows_in(m, &o[i], from, to);
	return sum;
}

/* Prepare rows_in() for a series that has too many rows for a chunk. */
static bool must_be_split(struct merge *m, struct origin *o, size_t n)
{
	uint64_t sum = 0;

	vec_clear(&m->times);
	for (size_t i = 0; i < n; i++)
		sum += o[i].nrow;
	for (size_t i = 0; i < n && sum > m->most_rows; i++)
		m->failed |= !o[i].log && !read_times(m, &o[i]);
	return sum > m->most_rows && !m->failed;
}

/*
 * Write a series' chunk of the time [from, to), or several if one would be too large. Profiles
 * of one second stay together.
 */
static void write_span(struct merge *m, const struct origin *o, size_t n, size_t ntype,
		       int64_t from, int64_t to, bool split)
{
	if (split && to - from > SECOND_NS && rows_in(m, o, n, from, to) > m->most_rows) {
		int64_t middle = from + (to - from) / 2;

		write_span(m, o, n, ntype, from, middle, true);
		write_span(m, o, n, ntype, middle, to, true);
		return;
	}
	chunk_begin(&m->rows, ntype);
	for (size_t i = 0; i < n && !m->failed; i++) {
		if (o[i].first >= to || o[i].last < from)
			continue;
		if (o[i].log)
			take_from_log(m, o[i].log, from, to);
		else
			m->failed |= !take_from_block(m, &o[i], from, to);
	}
	if (m->relabel.rules && !m->failed)
		profile_hash(&m->relabel.hasher, &m->out, o[0].series, &m->rows);
	m->result->nprofile += m->rows.profile.n;
	if (m->step && !m->failed)
		chunk_reduce(&m->rows, m->step, &m->result->saturated);
	if (!m->failed && m->rows.profile.n)
		m->failed |= !block_add_chunk(m->w, o[0].series, &m->rows);
}

static void write_series(struct merge *m, struct origin *o, size_t n)
{
	struct series s = { 0 };
	int64_t first = INT64_MAX, last = INT64_MIN;
	bool split = must_be_split(m, o, n);

	for (size_t i = 0; i < n; i++) {
		first = o[i].first < first ? o[i].first : first;
		last = o[i].last > last ? o[i].last : last;
	}
	m->failed |= !series_get(&s, o[0].series);
	first = first < m->from ? m->from : first;
	last = last >= m->to ? m->to - 1 : last;
	for (int64_t at = span_of(first, CHUNK_SPAN); at <= last && !m->failed; at += CHUNK_SPAN)
		write_span(m, o, n, s.type.n, at < m->from ? m->from : at,
			   at + CHUNK_SPAN < m->to ? at + CHUNK_SPAN : m->to, split);
	series_release(&s);
}

static void write_group(struct merge *m, struct origin *o, size_t n)
{
	size_t end;

	dict_init(&m->out);
	remap_init(&m->remap, &m->out, m->v->dict);
	view_forget_numbers(m->v);
	block_group_begin(m->w, o[0].group);
	for (size_t i = 0; i < n && !m->failed; i = end) {
		for (end = i + 1; end < n && str_eq(o[end].series, o[i].series);)
			end++;
		write_series(m, o + i, end - i);
	}
	if (!m->failed)
		m->failed |= !block_group_end(m->w, &m->out);
	forget_relabelled(m);
	profile_hasher_forget(&m->relabel.hasher);
	remap_release(&m->remap);
	dict_release(&m->out);
	view_forget_numbers(m->v);
}

bool merge_into_block(struct store_view *v, const struct log_contents *logs,
		      const struct merge_how *how, struct block_writer *w,
		      struct merge_result *result)
{
	struct merge m = { .v = v,
			   .w = w,
			   .from = how->from,
			   .to = how->to,
			   .step = how->step,
			   .most_rows = how->most_rows ? how->most_rows : MOST_ROWS,
			   .relabel = { .rules = how->relabel },
			   .result = result };
	size_t end;

	if (how->relabel)
		strings_init(&m.relabel.series);
	add_log_origins(&m, logs);
	add_block_origins(&m);
	if (m.origin.n)
		qsort(m.origin.v, m.origin.n, sizeof(*m.origin.v), by_series);
	for (size_t i = 0; i < m.origin.n && !m.failed; i = end) {
		for (end = i + 1;
		     end < m.origin.n && str_eq(m.origin.v[end].group, m.origin.v[i].group);)
			end++;
		write_group(&m, m.origin.v + i, end - i);
	}
	release_relabelling(&m.relabel);
	vec_release(&m.origin);
	vec_release(&m.times);
	chunk_release(&m.rows);
	chunk_profiles_release(&m.profiles);
	vec_release(&m.runs);
	vec_release(&m.time);
	vec_release(&m.value);
	return !m.failed;
}
