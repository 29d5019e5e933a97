/* profile_append(), the only merge: commands, windows, threads and streams use it. */
#include <stdlib.h>

#include "profile/profile.h"
#include "profile/remap.h"
#include "profile/type_order.h"
#include "profile/unit.h"

/* Header */

/* The first of two names in byte order: the result must not depend on the order of inputs. */
static str_id first_of(const struct dictionary *d, str_id a, str_id b)
{
	if (!a.i || !b.i)
		return a.i ? a : b;
	return str_cmp(dict_text(d, a), dict_text(d, b)) <= 0 ? a : b;
}

static map_id first_map_of(const struct dictionary *d, map_id a, map_id b)
{
	const struct mapping *x = dict_mapping(d, a), *y = dict_mapping(d, b);
	int order;

	if (!a.i || !b.i || a.i == b.i)
		return a.i ? a : b;
	order = str_cmp(dict_text(d, x->file), dict_text(d, y->file));
	if (!order)
		order = str_cmp(dict_text(d, x->identity), dict_text(d, y->identity));
	if (!order)
		order = (x->offset > y->offset) - (x->offset < y->offset);
	return order <= 0 ? a : b;
}

int64_t profile_end(const struct header *h)
{
	int64_t end;

	if (!h->time || h->end)
		return h->end;
	return __builtin_add_overflow(h->time, h->duration, &end) ? INT64_MAX : end;
}

/*
 * The window goes from the earliest beginning to the latest end. A profile without a
 * time adds only its duration.
 */
static void append_window(struct profile *p, struct header *to, const struct header *h)
{
	int64_t end = profile_end(to), other = profile_end(h);

	if (!to->time || (h->time && h->time < to->time))
		to->time = h->time;
	to->duration = sat_add(p, to->duration, h->duration);
	to->end = end > other ? end : other;
}

static void append_period(struct header *to, const struct header *h)
{
	if (!to->period_type.i && !to->mixed_periods) {
		to->period_type = h->period_type;
		to->period_unit = h->period_unit;
	} else if (h->period_type.i && (to->period_type.i != h->period_type.i ||
					to->period_unit.i != h->period_unit.i)) {
		to->mixed_periods = true;
	}
	to->mixed_periods |= h->mixed_periods;
	if (h->period > to->period)
		to->period = h->period;
	if (to->mixed_periods)
		to->period_type.i = to->period_unit.i = 0, to->period = 0;
}

static void append_header(struct profile *to, struct header h, struct remap *m)
{
	struct header *head = &to->head;

	h.period_type = remap_str(m, h.period_type);
	h.period_unit = remap_str(m, h.period_unit);
	append_period(head, &h);
	append_window(to, head, &h);
	head->default_type = first_of(to->dict, head->default_type, remap_str(m, h.default_type));
	head->doc_url = first_of(to->dict, head->doc_url, remap_str(m, h.doc_url));
	head->drop_frames = first_of(to->dict, head->drop_frames, remap_str(m, h.drop_frames));
	head->keep_frames = first_of(to->dict, head->keep_frames, remap_str(m, h.keep_frames));
	head->main_map = first_map_of(to->dict, head->main_map, remap_map(m, h.main_map));
}

/* The name of the default type, whether the profile declares it or not. */
static str_id default_name(const struct profile *p)
{
	return p->ncol ? p->col[profile_default_column(p)].type : p->head.default_type;
}

/* The default type of the sum: it must not depend on the order of inputs, or of its columns. */
static str_id default_of_sum(const struct profile *to, const struct profile *from, struct remap *m)
{
	str_id a = default_name(to), b = remap_str(m, default_name(from));

	if (!a.i || !b.i || !to->nprofile)
		return b.i ? b : a;
	return type_is_better_default(dict_text(to->dict, a), dict_text(to->dict, b)) ? a : b;
}

/* Columns */

struct target {
	uint32_t col; /* of `to`, for a column of `from` */
	int64_t scale;
};

/* Put to's columns in byte order, and renumber the targets. */
static void sort_columns(struct profile *to, struct target *target, size_t n)
{
	for (uint32_t i = 1; i < to->ncol; i++) {
		for (uint32_t j = i; j; j--) {
			struct column *a = &to->col[j - 1], *b = &to->col[j], swap = *a;
			int order = str_cmp(dict_text(to->dict, a->type),
					    dict_text(to->dict, b->type));

			if (!order)
				order = str_cmp(dict_text(to->dict, a->unit),
						dict_text(to->dict, b->unit));
			if (order <= 0)
				break;
			*a = *b;
			*b = swap;
			for (size_t t = 0; t < n; t++)
				target[t].col = target[t].col == j     ? j - 1 :
						target[t].col == j - 1 ? j :
									 target[t].col;
			for (size_t o = 0; o < to->nobservation; o++) {
				uint32_t *col = &to->observation[o].col;

				*col = *col == j ? j - 1 : *col == j - 1 ? j : *col;
			}
		}
	}
}

/* The column that takes the values of each of from's. The caller frees the array of from->ncol. */
static struct target *match_columns(struct profile *to, const struct profile *from, struct remap *m)
{
	struct target *target = mem_zeroed(from->ncol, sizeof(*target));
	bool alike = to->ncol == from->ncol || !to->nprofile;

	for (uint32_t i = 0; i < from->ncol; i++) {
		str_id type = remap_str(m, from->col[i].type);
		str_id unit = remap_str(m, from->col[i].unit);
		size_t known = to->ncol;
		struct target *t = &target[i];

		t->col = profile_column(to, type, unit, &t->scale);
		to->col[t->col].nprofile += from->col[i].nprofile - (to->ncol > known);
		alike = alike && t->col == i;
	}
	if (!alike)
		sort_columns(to, target, from->ncol);
	return target;
}

/* Samples */

/* Add the values of a column to the samples that from's have become. */
static void append_column(struct profile *to, const struct profile *from, uint32_t i,
			  struct target target, const sample_id *now)
{
	const struct column *c = &from->col[i];
	int64_t *v = to->col[target.col].v;

	for (uint32_t s = 1; s < from->sample.n; s++) {
		int64_t more = target.scale == 1 ? c->v[s] : sat_mul(to, c->v[s], target.scale);

		if (__builtin_add_overflow(v[now[s].i], more, &v[now[s].i]))
			v[now[s].i] = sat_add(to, more < 0 ? INT64_MIN : INT64_MAX, more);
	}
	for (uint32_t s = 1; c->frac && s < from->sample.n; s++) {
		unsigned __int128 frac = (unsigned __int128)c->frac[s] * (uint64_t)target.scale;

		profile_add_value(to, target.col, now[s], (int64_t)(frac / FRAC_ONE));
		profile_add_frac(to, target.col, now[s], (uint64_t)(frac % FRAC_ONE));
	}
}

static void append_samples(struct profile *to, const struct profile *from, struct remap *m,
			   const struct target *target)
{
	sample_id *now = mem_zeroed(from->sample.n, sizeof(*now));

	for (uint32_t i = 1; i < from->sample.n; i++) {
		const struct sample *s = profile_sample(from, (sample_id){ i });

		now[i] = profile_add_sample(to, remap_stack(m, s->stack),
					    remap_label_set(m, s->labels));
	}
	for (uint32_t i = 0; from->sample.n > 1 && i < from->ncol; i++)
		append_column(to, from, i, target[i], now);
	for (size_t i = 0; i < from->nobservation; i++) {
		struct observation o = from->observation[i];

		profile_observe(to, o.time, now[o.sample.i], target[o.col].col,
				sat_mul(to, o.value, target[o.col].scale));
	}
	mem_free(now, from->sample.n * sizeof(*now));
}

void profile_append(struct profile *to, const struct profile *from)
{
	struct remap m;
	struct target *target;
	str_id type;

	if (!from->nprofile)
		return;
	remap_init(&m, to->dict, from->dict);
	type = default_of_sum(to, from, &m);
	target = match_columns(to, from, &m);
	append_samples(to, from, &m, target);
	append_header(to, from->head, &m);
	if (default_name(to).i != type.i)
		to->head.default_type = type;
	for (size_t i = 0; i < profile_ncomment(from); i++)
		profile_add_comment(to, dict_text(from->dict, profile_comment(from, i)));
	to->saturated += from->saturated;
	to->nprofile += from->nprofile;
	mem_free(target, from->ncol * sizeof(*target));
	remap_release(&m);
}

void profile_move(struct profile *to, struct profile *from)
{
	bool keep_times = to->keep_times;

	if (to->nprofile || to->dict != from->dict) {
		profile_append(to, from);
		return;
	}
	profile_release(to);
	*to = *from;
	profile_init(from, to->dict);
	from->keep_times = keep_times;
}
