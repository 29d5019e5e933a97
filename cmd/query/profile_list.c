#include "cmd/query/profile_list.h"

#include "cmd/common.h"
#include "cmd/query/time_table.h"
#include "cmd/query/visits.h"
#include "profile/type.h"

struct listing {
	struct time_table table;
	struct selector *selector;
	struct strings seen;     /* series that are listed already */
	uint64_t n;              /* lines */
	bool profiles;           /* list profiles instead of series */
	struct log_writer split; /* divides profiles of files into series */
};

static void print_labels_of(const struct series *s, struct buf *b)
{
	for (size_t i = 0; i < s->label.n; i++) {
		const struct series_label *l = &s->label.v[i];

		buf_printf(b, "%s%.*s=", i ? "," : "", STR_ARG(l->key));
		if (l->is_num)
			buf_i64(b, l->num);
		else
			buf_add(b, l->str);
	}
}

/* Print a line for each type; a profile has a value of each. */
static void list_one(struct listing *l, const struct series *s, const struct stored *p,
		     const int64_t *total, size_t stride)
{
	struct buf labels = { 0 }, id = { 0 };

	print_labels_of(s, &labels);
	for (size_t i = 0; i < s->type.n; i++) {
		id.n = 0;
		series_type_id(s, i, &id);
		if ((l->selector && !selector_matches_type(l->selector, buf_str(&id))) ||
		    (common.type && !series_type_is(s, i, str_of(common.type))))
			continue;
		l->n++;
		if (p)
			put_time_cell(&l->table, p->time);
		if (p)
			put_value_cell(&l->table, p->duration, S("nanoseconds"));
		put_text_cell(&l->table, buf_str(&id), 44);
		if (p)
			put_value_cell(&l->table, total[i * stride], s->type.v[i].unit);
		put_text_cell(&l->table, buf_str(&labels), 0);
		end_line(&l->table);
	}
	buf_release(&labels);
	buf_release(&id);
}

static bool is_new_series(struct listing *l, const struct series *s)
{
	uint32_t n = l->seen.n;

	return strings_intern(&l->seen, s->bytes) == n;
}

/* The selector applies to the labels that are listed. */
static bool is_listed(const struct listing *l, const struct series *s)
{
	bool exact;

	return !l->selector || series_selected(s, l->selector, NULL, 0, &exact);
}

static void list_store(void *context, struct store_view *v)
{
	struct listing *l = context;
	struct chunk_profiles profiles = { 0 };
	struct piece p;

	if (l->profiles)
		view_begin(v, l->selector);
	else
		view_begin_series(v, l->selector);
	while (view_next(v, &p)) {
		size_t n;

		if (!is_listed(l, p.series))
			continue;
		if (!l->profiles) {
			if (is_new_series(l, p.series))
				list_one(l, p.series, NULL, NULL, 0);
			continue;
		}
		if (!piece_profiles(&p, &profiles))
			continue;
		n = profiles.profile.n;
		for (size_t i = 0; i < n; i++)
			if (piece_has(&p, profiles.profile.v[i].time))
				list_one(l, p.series, &profiles.profile.v[i], profiles.total.v + i,
					 n);
	}
	chunk_profiles_release(&profiles);
}

static void list_profile(void *context, struct profile *p)
{
	struct listing *l = context;
	struct series s = { 0 };

	log_hash(&l->split, p, (label_set_id){ 0 });
	if (series_get(&s, buf_str(&l->split.series)) && is_listed(l, &s) &&
	    (l->profiles || is_new_series(l, &s)))
		list_one(l, &s, l->profiles ? l->split.rows.profile.v : NULL, l->split.rows.total.v,
			 1);
	series_release(&s);
}

/* Is this series new? A long range is read in parts, and a series may be in several. */
static bool is_new_point(struct listing *l, const struct server_point *p, struct str labels)
{
	uint32_t n = l->seen.n;
	struct buf key = { 0 };
	bool is_new;

	buf_printf(&key, "%.*s %.*s", STR_ARG(p->type->is.id), STR_ARG(labels));
	is_new = strings_intern(&l->seen, buf_str(&key)) == n;
	buf_release(&key);
	return is_new;
}

/* Print a server's point: a profile, or the sum of a series. Its duration is unknown. */
static void list_point(void *context, const struct server_point *p)
{
	struct listing *l = context;
	struct buf labels = { 0 };

	for (size_t i = 0; i < p->series->n_labels; i++)
		if (*p->series->labels[i]->value)
			buf_printf(&labels, "%s%s=%s", labels.n ? "," : "",
				   p->series->labels[i]->name, p->series->labels[i]->value);
	if (!l->profiles && !is_new_point(l, p, buf_str(&labels))) {
		buf_release(&labels);
		return;
	}
	l->n++;
	if (l->profiles)
		put_time_cell(&l->table, p->time * 1000000);
	if (l->profiles)
		put_value_cell(&l->table, 0, S("nanoseconds"));
	put_text_cell(&l->table, p->type->is.id, 44);
	if (l->profiles)
		put_value_cell(&l->table, p->value, p->type->is.part[2]);
	put_text_cell(&l->table, buf_str(&labels), 0);
	end_line(&l->table);
	buf_release(&labels);
}

static bool list_server(void *context, struct server *s)
{
	struct listing *l = context;
	struct label_names names = { 0 };
	bool ok = true;

	for (size_t i = 0; i < s->type.n && ok; i++) {
		const struct server_type *t = &s->type.v[i];

		server_label_names(s, t, &names);
		ok = (l->profiles ? server_profiles : server_totals)(s, t, names.v, names.n,
								     list_point, l);
	}
	vec_release(&names);
	return ok;
}

bool profile_list_print(char *const *paths, struct selector *selector, bool profiles,
			enum report_format format)
{
	struct listing l = { .selector = selector, .profiles = profiles };
	struct visits v = { &l, list_store, list_profile, list_server };
	int64_t since, until;
	bool ok = true;

	strings_init(&l.seen);
	log_writer_begin(&l.split, "");
	if (profiles)
		vec_push(&l.table.names, "time");
	if (profiles)
		vec_push(&l.table.names, "duration_ns");
	vec_push(&l.table.names, "type");
	if (profiles)
		vec_push(&l.table.names, "value");
	vec_push(&l.table.names, "labels");
	common.all_labels = true;
	chosen_times(&since, &until);
	if (time_table_begin(&l.table, format))
		ok = visit_all(&v, paths, since, until);
	ok = time_table_end(&l.table) && ok;
	if (!l.n && ok)
		note("no profile is selected");
	log_writer_end(&l.split);
	strings_release(&l.seen);
	return ok;
}
