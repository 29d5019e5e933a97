#include "over_time.h"

#include "common.h"
#include "profile/type.h"
#include "time_table.h"
#include "visits.h"

/* --series */

static void series_of_store(void *context, struct store_view *v)
{
	time_series_add_store(context, v);
}

static void series_of_profile(void *context, struct profile *p)
{
	time_series_add_profile(context, p);
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
	struct visits v = { .store = series_of_store, .profile = series_of_profile };
	struct time_series t;
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
	v.context = &t;
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	if (re.failed)
		ok = complain("--function: the pattern %s", re.failed);
	note_left_out(&t);
	ok = print_points(&t, format,
			  o->measure < 0 ? ALERT_VALUE : (enum alert_measure)o->measure) &&
	     ok;
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

static void list_store(void *context, struct store_view *v)
{
	struct listing *l = context;
	struct chunk_profiles profiles = { 0 };
	struct piece p;

	view_begin(v, l->selector);
	while (view_next(v, &p)) {
		size_t n;

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
	bool exact;

	log_hash(&l->split, p, (label_set_id){ 0 });
	if (series_get(&s, buf_str(&l->split.series)) &&
	    (!l->selector || series_selected(&s, l->selector, NULL, 0, &exact)) &&
	    (l->profiles || is_new_series(l, &s)))
		list_one(l, &s, l->profiles ? l->split.rows.profile.v : NULL, l->split.rows.total.v,
			 1);
	series_release(&s);
}

static bool print_list(const struct over_time *o, char *const *paths, struct selector *selector,
		       enum report_format format)
{
	struct listing l = { .selector = selector, .profiles = o->profiles };
	struct visits v = { &l, list_store, list_profile };
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
