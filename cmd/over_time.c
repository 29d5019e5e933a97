#include "over_time.h"

#include "common.h"
#include "profile/type.h"
#include "time_table.h"
#include "visits.h"

/* --series */

struct reading {
	struct time_series *t;
	bool each_profile; /* what is shown needs the values of each */
};

static void series_of_store(void *context, struct store_view *v)
{
	struct reading *r = context;

	time_series_add_store(r->t, v);
}

static void series_of_profile(void *context, struct profile *p)
{
	struct reading *r = context;

	time_series_add_profile(r->t, p);
}

static bool series_of_server(void *context, struct server *s)
{
	struct reading *r = context;

	return server_add_series(s, r->t, r->each_profile);
}

void split_labels(struct time_series_options *to, const char *by)
{
	struct str rest = str_of(by);

	while (rest.n) {
		if (to->nby == LEN(to->by))
			usage("--by takes at most %zu labels", LEN(to->by));
		to->by[to->nby++] = str_cut(&rest, ',');
	}
}

/* The unit of what --measure asks for. */
static struct str unit_shown(const struct time_series *t, enum alert_measure show)
{
	struct str unit = buf_str(&t->unit);

	if (show == ALERT_SHARE)
		return S("%");
	return show != ALERT_RATE ? unit : str_eq(unit, S("nanoseconds")) ? S("") : unit;
}

static void put_point(struct time_table *table, const struct time_series *t,
		      const struct time_point *p, enum alert_measure show)
{
	double scale = t->options.step ? (double)t->options.step / 1e9 : 0;
	struct str unit = unit_shown(t, show);

	if (show == ALERT_VALUE || show == ALERT_MAX)
		put_value_cell(table, show == ALERT_MAX ? p->most : p->value, unit);
	else if (show == ALERT_RATE && !unit.n)
		put_number_cell(table, time_point_measure(p, show, scale * 1e9), unit);
	else
		put_number_cell(table, time_point_measure(p, show, scale), unit);
}

static bool print_points(const struct time_series *t, enum report_format format,
			 enum alert_measure show)
{
	struct time_table table = { 0 };
	struct buf names = { 0 };
	size_t n, at[LEN(t->options.by)];
	struct time_point_named *point = time_series_sorted(t, &n);

	for (size_t i = 0; i < t->options.nby; i++) {
		at[i] = names.n;
		buf_add(&names, t->options.by[i]);
		buf_ch(&names, '\0');
	}
	vec_push(&table.names, "time");
	for (size_t i = 0; i < t->options.nby; i++)
		vec_push(&table.names, names.p + at[i]);
	vec_push(&table.names, alert_measure_name(show));
	time_table_begin(&table, format);
	for (size_t i = 0; i < n && !table.out.failed; i++) {
		struct str group = point[i].group;

		put_time_cell(&table, point[i].point->time);
		for (size_t k = 0; k < t->options.nby; k++)
			put_text_cell(&table, str_cut(&group, '\0'), 16);
		put_point(&table, t, point[i].point, show);
		end_line(&table);
	}
	mem_free(point, n * sizeof(*point));
	n = time_table_end(&table);
	buf_release(&names);
	return n;
}

void note_left_out(const struct time_series *t)
{
	if (t->points.n == 1)
		note("no profile is selected");
	if (t->nother_type)
		note("%llu profile%s not of type %.*s and left out (--type chooses another)",
		     (unsigned long long)t->nother_type, t->nother_type == 1 ? " is" : "s are",
		     STR_ARG(buf_str(&t->type_id)));
	if (t->saturated)
		note("%llu sums do not fit in 64 bits and are kept at the limit",
		     (unsigned long long)t->saturated);
}

static bool print_series(const struct over_time *o, char *const *paths, struct selector *selector,
			 enum report_format format)
{
	struct time_series_options options = { .selector = selector,
					       .step = o->step ? (int64_t)o->step :
								 60 * 1000000000LL,
					       .type = str_of(common.type) };
	enum alert_measure show = o->measure < 0 ? ALERT_VALUE : (enum alert_measure)o->measure;
	struct time_series t;
	struct reading reading = { &t, show == ALERT_AVG || show == ALERT_MAX };
	struct visits v = { &reading, series_of_store, series_of_profile, series_of_server };
	struct regex re = { 0 };
	struct buf why = { 0 };
	int64_t since, until;
	bool ok;

	if (o->by)
		split_labels(&options, o->by);
	if (o->function && !regex_init(&re, str_of(o->function), REGEX_ANYWHERE, &why))
		usage("--function %s: %.*s", o->function, STR_ARG(buf_str(&why)));
	options.stacks.function = o->function ? &re : NULL;
	options.stacks.self = o->self;
	time_series_begin(&t, &options);
	common.one_type = true;
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	if (re.failed)
		ok = complain("--function: the pattern %s", re.failed);
	note_left_out(&t);
	ok = print_points(&t, format, show) && ok;
	time_series_release(&t);
	regex_release(&re);
	return ok;
}

/* --profiles and --series-list */

struct listing {
	struct time_table table;
	struct selector *selector;
	struct strings seen;     /* series that have been listed */
	bool profiles;           /* list these */
	struct log_writer split; /* takes profiles of files apart */
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

/* One line for each type; a profile has a value of each. */
static void list_one(struct listing *l, const struct series *s, const struct stored *p,
		     const int64_t *total, size_t stride)
{
	struct buf labels = { 0 }, id = { 0 };

	print_labels_of(s, &labels);
	for (size_t i = 0; i < s->type.n; i++) {
		id.n = 0;
		series_type_id(s, i, &id);
		if (l->selector && !selector_matches_type(l->selector, buf_str(&id)))
			continue;
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

/* What is listed is selected by the labels that are listed. */
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

/* A series that has profiles in several parts of a long time is listed once. */
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

/* A point of a server: a profile, or all profiles of a series. Its duration is not known. */
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

static bool print_list(const struct over_time *o, char *const *paths, struct selector *selector,
		       enum report_format format)
{
	struct listing l = { .selector = selector, .profiles = o->profiles };
	struct visits v = { &l, list_store, list_profile, list_server };
	int64_t since, until;
	bool ok = true;

	strings_init(&l.seen);
	log_writer_begin(&l.split, "");
	if (o->profiles)
		vec_push(&l.table.names, "time");
	if (o->profiles)
		vec_push(&l.table.names, "duration_ns");
	vec_push(&l.table.names, "type");
	if (o->profiles)
		vec_push(&l.table.names, "value");
	vec_push(&l.table.names, "labels");
	common.all_labels = true;
	chosen_times(&since, &until);
	if (time_table_begin(&l.table, format))
		ok = visit_all(&v, paths, since, until);
	ok = time_table_end(&l.table) && ok;
	log_writer_end(&l.split);
	strings_release(&l.seen);
	return ok;
}

bool over_time_print(const struct over_time *o, char *const *paths, struct selector *selector,
		     enum report_format format)
{
	if (!o->series && (o->by || o->function || o->step || o->self || o->measure >= 0))
		usage("--by, --step, --function, --self and --measure are for --series");
	if (o->self && !o->function)
		usage("--self is for --function");
	return (o->series ? print_series : print_list)(o, paths, selector, format);
}
