/*
 * Values of single profiles of a server, which has no call for them: a series in steps of 1 ms
 * says when each profile began and its sum. For the samples of a function, each of these ms is
 * merged on its own.
 */
#include "source/server_parts.h"

struct found {
	int64_t time, value; /* ms; the sum of all samples */
	struct series_group group;
};

struct listing {
	const struct server *server;
	const struct label_names *names;
	struct dictionary *d;
	VEC(struct found) found;
};

static void keep_point(void *context, const struct server_point *point)
{
	struct listing *l = context;
	struct found new = { .time = point->time, .value = point->value };
	VEC(struct str) name = { 0 }, value = { 0 };

	for (size_t i = 0; i < l->names->n; i++) {
		vec_push(&name, str_of(l->names->v[i]));
		vec_push(&value, server_point_label(point, name.v[i]));
		if (value.v[i].n)
			new.group.labels = dict_add_text_label(l->d, new.group.labels, name.v[i],
							       value.v[i]);
	}
	server_put_selector(l->server, name.v, value.v, name.n, &new.group.selector);
	vec_push(&l->found, new);
	vec_release(&name);
	vec_release(&value);
}

/* Add the sums as profiles of one sample without a stack. */
static void add_sums(struct server *s, const struct server_type *t, const struct listing *l,
		     struct time_series *to)
{
	struct merge merge = { .type = t };
	struct profile p;

	profile_init(&p, l->d);
	for (size_t i = 0; i < l->found.n; i++) {
		const struct found *f = &l->found.v[i];

		server_begin_profile(s, &p, t->group);
		p.head.duration = 0;
		profile_add_value(&p, t->col,
				  profile_add_sample(&p, (stack_id){ 0 }, f->group.labels),
				  sat_mul(&p, f->value, t->scale));
		merge.labels = f->group.labels;
		merge.question.range.start = f->time;
		server_add_merge(to, &merge, &p);
	}
	profile_release(&p);
}

static bool merge_each(struct server *s, const struct server_type *t, const struct listing *l,
		       struct time_series *to)
{
	struct merges merges = { 0 };
	bool ok;

	for (size_t i = 0; i < l->found.n; i++)
		merges_add(s, &merges, t, &l->found.v[i].group,
			   (struct ms_range){ l->found.v[i].time, l->found.v[i].time });
	ok = server_merge(s, &merges, l->d, server_add_merge, to);
	merges_release(&merges);
	return ok;
}

bool server_add_values(struct server *s, const struct server_type *t, struct time_series *to)
{
	struct label_names names = { 0 };
	struct dictionary d;
	struct listing l = { .server = s, .names = &names, .d = &d };
	bool ok;

	dict_init(&d);
	server_label_names(s, t, &names);
	ok = server_profiles(s, t, names.v, names.n, keep_point, &l);
	if (ok && to->options.stacks.function)
		ok = merge_each(s, t, &l, to);
	else if (ok)
		add_sums(s, t, &l, to);
	for (size_t i = 0; i < l.found.n; i++)
		buf_release(&l.found.v[i].group.selector);
	vec_release(&l.found);
	vec_release(&names);
	dict_release(&d);
	return ok;
}
