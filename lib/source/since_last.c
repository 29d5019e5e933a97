#include "source/since_last.h"

enum { SPARE_ROWS = 10000 };

static void begin_dictionary(struct since_last *l)
{
	l->dict = mem_zeroed(1, sizeof(*l->dict));
	dict_init(l->dict);
	profile_init(&l->last, l->dict);
	profile_init(&l->now, l->dict);
}

static void end_dictionary(struct since_last *l)
{
	profile_release(&l->last);
	profile_release(&l->now);
	dict_release(l->dict);
	mem_free(l->dict, sizeof(*l->dict));
}

void since_last_begin(struct since_last *l, bool never)
{
	*l = (struct since_last){ .never = never };
	begin_dictionary(l);
}

void since_last_end(struct since_last *l)
{
	end_dictionary(l);
}

/*
 * A program's new stacks would grow the dictionary without limit: keep only the last
 * profile's.
 */
static void drop_old_rows(struct since_last *l)
{
	struct since_last old = *l;

	if (l->dict->stack.n < 4 * l->last.sample.n + SPARE_ROWS)
		return;
	begin_dictionary(l);
	profile_append(&l->last, &old.last);
	end_dictionary(&old);
}

struct profile *since_last_next(struct since_last *l)
{
	drop_old_rows(l);
	profile_clear(&l->now);
	return &l->now;
}

/* Is it one of Go's types that count from the program's start? */
static bool counts_from_beginning(const struct profile *p, const struct column *c)
{
	static const char *const names[] = { "alloc_objects", "alloc_space", "contentions",
					     "delay" };

	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq(dict_text(p->dict, c->type), str_of(names[i])))
			return true;
	return false;
}

static bool has_counts(const struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		if (counts_from_beginning(p, &p->col[i]))
			return true;
	return false;
}

/* Prepare `last` for a subtraction by adding: negate counts, and set other values to 0. */
static void negate_counts(struct profile *last)
{
	for (size_t i = 0; i < last->ncol; i++) {
		struct column *c = &last->col[i];
		bool counts = counts_from_beginning(last, c);

		for (uint32_t s = 1; s < last->sample.n; s++)
			c->v[s] = !counts ? 0 : c->v[s] == INT64_MIN ? INT64_MAX : -c->v[s];
	}
}

static bool has_negative_count(const struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		for (uint32_t s = 1; counts_from_beginning(p, &p->col[i]) && s < p->sample.n; s++)
			if (p->col[i].v[s] < 0)
				return true;
	return false;
}

/* Drop samples whose values are all zero. */
static void drop_zeros(struct profile *p)
{
	struct sample *to = mem_zeroed(p->sample.n, sizeof(*to));
	uint8_t *keep = mem_zeroed(p->sample.n, 1);

	for (uint32_t s = 1; s < p->sample.n; s++) {
		to[s] = *profile_sample(p, (sample_id){ s });
		for (size_t i = 0; i < p->ncol; i++)
			keep[s] |= p->col[i].v[s] != 0;
	}
	profile_remap(p, to, keep);
	mem_free(keep, p->sample.n);
	mem_free(to, p->sample.n * sizeof(*to));
}

/* Set the header of a difference: one profile, from the time of `last` to that of `now`. */
static void set_header(struct profile *p, const struct header *now, const struct header *last)
{
	p->head.time = last->time;
	p->head.duration = now->time - last->time;
	p->head.end = 0;
	p->nprofile = 1;
	for (size_t i = 0; i < p->ncol; i++)
		p->col[i].nprofile = 1;
}

bool since_last_take(struct since_last *l, struct profile *p)
{
	struct header now = l->now.head, last = l->last.head;
	bool has_last = l->has_last;
	/* A profile with a duration is of that time, and not of the program's life. */
	bool is_difference = has_counts(&l->now) && !l->never && !now.duration;
	struct profile difference;

	profile_init(&difference, l->dict);
	l->began_again = false;
	profile_append(&difference, &l->now);
	if (is_difference && has_last) {
		negate_counts(&l->last);
		profile_append(&difference, &l->last);
		l->began_again = has_negative_count(&difference);
	}
	if (l->began_again) {
		profile_clear(&difference);
		profile_append(&difference, &l->now);
	} else if (is_difference && has_last) {
		set_header(&difference, &now, &last);
		drop_zeros(&difference);
	}
	profile_clear(&l->last);
	profile_move(&l->last, &l->now);
	l->has_last = true;
	if (!is_difference || has_last)
		profile_append(p, &difference);
	profile_release(&difference);
	return !is_difference || has_last;
}

bool since_last_types(const struct since_last *l, struct profile *p)
{
	int64_t scale;

	if (!l->has_last)
		return false;
	profile_begin(p);
	for (size_t i = 0; i < l->last.ncol; i++) {
		const struct column *c = &l->last.col[i];
		uint32_t col = profile_column(p, dict_intern(p->dict, dict_text(l->dict, c->type)),
					      dict_intern(p->dict, dict_text(l->dict, c->unit)),
					      &scale);

		p->col[col].nprofile = 1;
	}
	p->head.period_type = dict_intern(p->dict, dict_text(l->dict, l->last.head.period_type));
	p->head.period_unit = dict_intern(p->dict, dict_text(l->dict, l->last.head.period_unit));
	return true;
}
