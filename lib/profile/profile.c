#include "profile/profile.h"

#include <math.h>

#include "profile/stacks.h"
#include "profile/unit.h"

static const uint64_t FRAC_ONE = 1000000000000000000; /* 10^18 */

void profile_init(struct profile *p)
{
	*p = (struct profile){ 0 };
	strings_init(&p->str);
	table_init(&p->func, sizeof(struct func), sizeof(struct func));
	table_init(&p->mapping, sizeof(struct mapping), offsetof(struct mapping, start));
	table_init(&p->loc, sizeof(struct loc), sizeof(struct loc));
	stacks_init(&p->stack);
	table_init(&p->label, sizeof(struct label), sizeof(struct label));
	table_init(&p->labels, sizeof(struct labels), sizeof(struct labels));
	table_init(&p->sample, sizeof(struct sample), sizeof(struct sample));
}

static void release_column(struct profile *p, struct column *c)
{
	mem_free(c->v, p->cap * sizeof(*c->v));
	mem_free(c->frac, p->cap * sizeof(*c->frac));
}

static void release_samples(struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		release_column(p, &p->col[i]);
	mem_free(p->col, p->col_cap * sizeof(*p->col));
	mem_free(p->time, p->cap * sizeof(*p->time));
	table_release(&p->sample);
}

void profile_release(struct profile *p)
{
	release_samples(p);
	mem_free(p->comment, p->comment_cap * sizeof(*p->comment));
	table_release(&p->labels);
	table_release(&p->label);
	stacks_release(&p->stack);
	table_release(&p->loc);
	table_release(&p->mapping);
	table_release(&p->func);
	strings_release(&p->str);
	*p = (struct profile){ 0 };
}

map_id profile_add_mapping(struct profile *p, struct mapping m)
{
	uint32_t known = p->mapping.n;
	struct mapping *row;
	map_id id;

	m.one = 1;
	id.i = table_intern(&p->mapping, &m);
	row = table_row(&p->mapping, id.i);
	if (id.i < known) {
		row->flags |= m.flags;
		if (m.start < row->start)
			row->start = m.start;
	}
	return id;
}

str_id profile_frame_name(struct profile *p, loc_id id)
{
	const struct loc *l = profile_loc(p, id);
	struct str file = profile_text(p, profile_mapping(p, l->map)->file);
	struct buf name = { 0 };
	str_id text = profile_func(p, l->func)->name;

	if (text.i)
		return text;
	text = profile_func(p, l->func)->linkage;
	if (text.i)
		return text;
	file = str_basename(file);
	if (!file.n || str_eq(file, S("[unknown]")))
		return profile_str(p, S("[unknown]"));
	buf_printf(&name, "[%.*s]", STR_ARG(file));
	text = profile_str(p, buf_str(&name));
	buf_release(&name);
	return text;
}

stack_id profile_add_stack(struct profile *p, const loc_id *frames, size_t n)
{
	return (stack_id){ stacks_intern(&p->stack, frames, n, stacks_hash(frames, n)) };
}

/* Label sets */

static labels_id push_label(struct profile *p, labels_id rest, label_id label)
{
	struct labels row = { rest, label };

	return (labels_id){ table_intern(&p->labels, &row) };
}

/* Put the labels gathered on top of a set back, the last gathered first. */
static labels_id push_all(struct profile *p, labels_id set, struct buf *gathered)
{
	const label_id *l = (const label_id *)gathered->p;

	for (size_t i = gathered->n / sizeof(*l); i-- > 0;)
		set = push_label(p, set, l[i]);
	buf_release(gathered);
	return set;
}

labels_id profile_add_label(struct profile *p, labels_id set, struct label l)
{
	label_id id = { table_intern(&p->label, &l) };
	struct buf above = { 0 };

	for (const struct labels *row; set.i; set = row->rest) {
		row = profile_labels(p, set);
		if (row->label.i <= id.i)
			break;
		buf_put(&above, &row->label, sizeof(row->label));
	}
	return push_all(p, push_label(p, set, id), &above);
}

labels_id profile_drop_label(struct profile *p, labels_id set, str_id key)
{
	struct buf kept = { 0 };
	bool found = false;

	for (labels_id at = set; at.i; at = profile_labels(p, at)->rest) {
		label_id label = profile_labels(p, at)->label;

		if (profile_label(p, label)->key.i == key.i)
			found = true;
		else
			buf_put(&kept, &label, sizeof(label));
	}
	if (found)
		return push_all(p, (labels_id){ 0 }, &kept);
	buf_release(&kept);
	return set;
}

const struct label *profile_find_label(const struct profile *p, labels_id set, str_id key)
{
	for (; set.i; set = profile_labels(p, set)->rest) {
		const struct label *l = profile_label(p, profile_labels(p, set)->label);

		if (l->key.i == key.i)
			return l;
	}
	return NULL;
}

/* Samples and their values */

static void *grow_zeroed(void *p, size_t was, size_t now)
{
	p = mem_resize(p, was, now);
	memset((char *)p + was, 0, now - was);
	return p;
}

/* Make room for sample rows in all that is kept beside the table. */
static void grow_samples(struct profile *p)
{
	size_t was = p->cap * sizeof(int64_t), now;

	p->cap = p->cap ? p->cap * 2 : 64;
	now = p->cap * sizeof(int64_t);
	if (p->timed)
		p->time = grow_zeroed(p->time, was, now);
	for (size_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		c->v = grow_zeroed(c->v, was, now);
		if (c->frac)
			c->frac = grow_zeroed(c->frac, was, now);
	}
}

/* A sample without stack and labels is real, but its key is that of row 0. */
static sample_id bare_sample(struct profile *p)
{
	if (!p->bare.i)
		p->bare.i = table_append(&p->sample, &(struct sample){ 0 });
	return p->bare;
}

/* Does the hint still hold? */
static bool is_sample(const struct profile *p, sample_id id, struct sample row)
{
	const struct sample *s = profile_sample(p, id);

	return id.i && id.i < p->sample.n && s->stack.i == row.stack.i &&
	       s->labels.i == row.labels.i;
}

sample_id profile_add_sample(struct profile *p, stack_id stack, labels_id labels, uint64_t time)
{
	struct sample row = { stack, labels };
	sample_id *hint = &p->stack.row[stack.i].sample, id = *hint;

	if (p->timed)
		id.i = table_append(&p->sample, &row);
	else if (!stack.i && !labels.i)
		id = bare_sample(p);
	else if (!is_sample(p, id, row))
		id.i = table_intern(&p->sample, &row);
	*hint = id;
	while (id.i >= p->cap)
		grow_samples(p);
	if (p->timed)
		p->time[id.i] = time;
	return id;
}

/* Ask for the memory that looking this stack up will touch first. */
static void prefetch_slot(const struct profile *p, uint32_t hash)
{
	const struct index *ix = &p->stack.index;

	if (ix->slot)
		__builtin_prefetch(&ix->slot[hash >> (32 - ix->bits)]);
}

static uint32_t likely_row(const struct profile *p, uint32_t hash)
{
	const struct index *ix = &p->stack.index;

	return ix->slot ? ix->slot[hash >> (32 - ix->bits)].row : 0;
}

/* And what that leads to: the frames, and the sample's row and values. */
static void prefetch_sample(const struct profile *p, uint32_t hash)
{
	const struct stack *s = &p->stack.row[likely_row(p, hash)];

	__builtin_prefetch(p->stack.frames + s->first);
	if (!s->sample.i)
		return;
	__builtin_prefetch(profile_sample(p, s->sample));
	for (size_t i = 0; i < p->ncol; i++)
		__builtin_prefetch(p->col[i].v + s->sample.i);
}

/* The frames of a sample without any may be nowhere. */
static const loc_id *frames_of(const struct batch_sample *b, const loc_id *frames)
{
	return b->n ? frames + b->first : frames;
}

/*
 * Profiles of one program mostly list its stacks in the same order. So the one
 * behind the stack that was found last is tried first: that takes no hash, and
 * memory that lies beside what was just read.
 */
static void find_next_stacks(struct profile *p, const loc_id *frames, struct batch_sample *batch,
			     size_t n)
{
	uint32_t next = p->stack.next;

	for (size_t i = 0; i < n; i++) {
		const loc_id *f = frames_of(&batch[i], frames);

		batch[i].stack.i = stacks_is(&p->stack, next, f, batch[i].n) ? next++ : 0;
		if (batch[i].stack.i)
			continue;
		batch[i].hash = stacks_hash(f, batch[i].n);
		prefetch_slot(p, batch[i].hash);
	}
}

static void find_stacks(struct profile *p, const loc_id *frames, struct batch_sample *batch,
			size_t n)
{
	find_next_stacks(p, frames, batch, n);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			__builtin_prefetch(&p->stack.row[likely_row(p, batch[i].hash)]);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			prefetch_sample(p, batch[i].hash);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			batch[i].stack.i = stacks_intern(&p->stack, frames_of(&batch[i], frames),
							 batch[i].n, batch[i].hash);
	p->stack.next = n ? batch[n - 1].stack.i + 1 : 0;
}

void profile_expect(struct profile *p, size_t nsample)
{
	enum { MOST = 1 << 20 }; /* a broken or malicious input may promise anything */

	index_reserve(&p->stack.index, (uint32_t)min_size(nsample, MOST));
	index_reserve(&p->sample.index, (uint32_t)min_size(nsample, MOST));
}

void profile_add_batch(struct profile *p, const loc_id *frames, struct batch_sample *batch,
		       size_t n)
{
	find_stacks(p, frames, batch, n);
	for (size_t i = 0; i < n; i++) {
		struct sample row = { batch[i].stack, batch[i].labels };

		if (!is_sample(p, p->stack.row[row.stack.i].sample, row))
			table_prefetch(&p->sample, &row);
	}
	for (size_t i = 0; i < n; i++)
		batch[i].row = profile_add_sample(p, batch[i].stack, batch[i].labels, 0);
}

int64_t sat_add(struct profile *p, int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	p->saturated++;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

int64_t sat_mul(struct profile *p, int64_t a, int64_t b)
{
	int64_t product;

	if (!__builtin_mul_overflow(a, b, &product))
		return product;
	p->saturated++;
	return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
}

void profile_add_value(struct profile *p, uint32_t col, sample_id sample, int64_t v)
{
	int64_t *at = &p->col[col].v[sample.i];

	*at = sat_add(p, *at, v);
}

void profile_add_frac(struct profile *p, uint32_t col, sample_id sample, uint64_t frac)
{
	struct column *c = &p->col[col];

	if (!c->frac)
		c->frac = grow_zeroed(NULL, 0, p->cap * sizeof(*c->frac));
	c->frac[sample.i] += frac;
	if (c->frac[sample.i] >= FRAC_ONE) {
		c->frac[sample.i] -= FRAC_ONE;
		profile_add_value(p, col, sample, 1);
	}
}

/* Add all values of a sample to those of another profile with the same columns. */
static void copy_values(struct profile *to, sample_id new, const struct profile *from,
			sample_id old)
{
	for (uint32_t i = 0; i < from->ncol; i++) {
		profile_add_value(to, i, new, from->col[i].v[old.i]);
		if (from->col[i].frac && from->col[i].frac[old.i])
			profile_add_frac(to, i, new, from->col[i].frac[old.i]);
	}
}

/* The same profile without samples; those of `p` stay as they are. */
static struct profile without_samples(const struct profile *p)
{
	struct profile empty = *p;

	table_init(&empty.sample, sizeof(struct sample), sizeof(struct sample));
	empty.bare.i = 0;
	empty.cap = 0;
	empty.time = NULL;
	empty.col = mem_zeroed(p->col_cap, sizeof(*empty.col));
	for (uint32_t i = 0; i < p->ncol; i++) {
		empty.col[i] = p->col[i];
		empty.col[i].v = NULL;
		empty.col[i].frac = NULL;
	}
	return empty;
}

static void add_copy(struct profile *to, struct sample s, const struct profile *from, uint32_t i)
{
	uint64_t time = from->timed ? from->time[i] : 0;

	copy_values(to, profile_add_sample(to, s.stack, s.labels, time), from, (sample_id){ i });
}

void profile_remap(struct profile *p, const struct sample *to, const uint8_t *keep)
{
	struct profile was = *p;

	*p = without_samples(&was);
	for (uint32_t i = 1; i < was.sample.n; i++)
		if (!keep || keep[i])
			add_copy(p, to[i], &was, i);
	release_samples(&was);
}

struct profile profile_part(const struct profile *p, const sample_id *samples, size_t n)
{
	struct profile part = without_samples(p);

	for (size_t i = 0; i < n; i++)
		add_copy(&part, *profile_sample(p, samples[i]), p, samples[i].i);
	return part;
}

void profile_rejoin(struct profile *p, struct profile *part)
{
	struct profile whole = *part;

	release_samples(part);
	whole.sample = p->sample;
	whole.bare = p->bare;
	whole.cap = p->cap;
	whole.time = p->time;
	whole.col = p->col;
	whole.col_cap = p->col_cap;
	whole.ncol = p->ncol;
	*p = whole;
}

void profile_scale(struct profile *p, double factor)
{
	for (uint32_t i = 0; i < p->ncol; i++) {
		for (uint32_t j = 1; j < p->sample.n; j++) {
			double v = round((double)p->col[i].v[j] * factor);

			p->col[i].v[j] = v >= 0x1p63 ? INT64_MAX :
					 v < -0x1p63 ? INT64_MIN :
						       (int64_t)v;
			p->saturated += fabs(v) > 0x1p63;
		}
	}
}

/* Columns */

static void rescale(struct profile *p, struct column *c, int64_t by)
{
	for (uint32_t i = 1; i < p->sample.n; i++)
		c->v[i] = sat_mul(p, c->v[i], by);
}

static uint32_t new_column(struct profile *p, str_id type, str_id unit)
{
	struct column c = { .type = type, .unit = unit };

	p->col = mem_grow(p->col, &p->col_cap, p->ncol + 1, sizeof(*p->col));
	if (p->cap)
		c.v = grow_zeroed(NULL, 0, p->cap * sizeof(*c.v));
	p->col[p->ncol] = c;
	return (uint32_t)p->ncol++;
}

/* A column of that type in a unit that `unit` can be turned to; else none. */
static uint32_t find_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	struct str name = profile_text(p, unit);
	int64_t finer;

	for (uint32_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		if (c->type.i != type.i)
			continue;
		*scale = unit_ratio(name, profile_text(p, c->unit));
		if (*scale)
			return i;
		finer = unit_ratio(profile_text(p, c->unit), name);
		if (finer) {
			rescale(p, c, finer);
			c->unit = unit;
			*scale = 1;
			return i;
		}
	}
	return UINT32_MAX;
}

uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	uint32_t i = find_column(p, type, unit, scale);

	if (i == UINT32_MAX) {
		i = new_column(p, type, unit);
		*scale = 1;
	}
	if (p->col[i].last != p->nprofile) {
		p->col[i].last = p->nprofile;
		p->col[i].nprofile++;
	}
	return i;
}

void profile_drop_column(struct profile *p, uint32_t col)
{
	release_column(p, &p->col[col]);
	p->ncol--;
	memmove(&p->col[col], &p->col[col + 1], (p->ncol - col) * sizeof(*p->col));
}

uint32_t profile_default_column(const struct profile *p)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (p->head.default_type.i && p->col[i].type.i == p->head.default_type.i)
			return i;
	return p->ncol ? (uint32_t)p->ncol - 1 : 0;
}

void profile_begin(struct profile *p)
{
	if (p->before)
		p->before(p, p->before_arg);
	p->nprofile++;
}

/* v + frac to the nearest integer; halves away from zero. */
static void round_fractions(struct profile *p, struct column *c)
{
	for (uint32_t i = 1; c->frac && i < p->sample.n; i++) {
		uint64_t half = FRAC_ONE / 2;

		if (c->frac[i] > half || (c->frac[i] == half && c->v[i] >= 0))
			c->v[i] = sat_add(p, c->v[i], 1);
	}
	mem_free(c->frac, p->cap * sizeof(*c->frac));
	c->frac = NULL;
}

void profile_settle(struct profile *p, struct buf *dropped)
{
	for (uint32_t i = 0; i < p->ncol;) {
		struct column *c = &p->col[i];

		if (c->nprofile < p->nprofile) {
			buf_printf(dropped, "%s%.*s/%.*s", dropped->n ? ", " : "",
				   STR_ARG(profile_text(p, c->type)),
				   STR_ARG(profile_text(p, c->unit)));
			profile_drop_column(p, i);
			continue;
		}
		round_fractions(p, c);
		i++;
	}
}
