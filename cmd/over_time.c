#include "over_time.h"

#include <time.h>

#include "cli/progress.h"
#include "common.h"
#include "profile/type.h"
#include "profile/unit.h"
#include "source/time_series.h"

const char *over_time_wanted(const struct over_time *o)
{
	return o->series ? "series" : o->profiles ? "profiles" : o->list ? "series-list" : NULL;
}

/* The table that is printed: a row of cells, as text in columns or for programs. */
struct over_time_table {
	struct out out;
	struct json json;
	struct rows rows;
	enum report_format format;
	VEC(const char *) names;
};

static bool begin_table(struct over_time_table *t, enum report_format format)
{
	t->format = format;
	vec_push(&t->names, NULL);
	if (!out_open(&t->out, common.output, common.pack))
		return false;
	t->json = (struct json){ .b = &t->out.bytes };
	if (format != REPORT_TEXT)
		rows_begin(&t->rows, &t->out, format == REPORT_JSON ? &t->json : NULL, t->names.v);
	return true;
}

static bool end_table(struct over_time_table *t)
{
	if (t->format != REPORT_TEXT && !t->out.failed)
		rows_end(&t->rows);
	if (t->format == REPORT_JSON)
		buf_ch(&t->out.bytes, '\n');
	vec_release(&t->names);
	return finish_output(&t->out);
}

/* A time: local for people, RFC 3339 for programs. */
static void put_time_cell(struct over_time_table *t, int64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
	char text[40] = "";
	struct tm tm;

	if (t->format == REPORT_TEXT && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	else if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (t->format == REPORT_TEXT)
		buf_add(&t->out.bytes, str_of(text));
	else
		rows_str(&t->rows, str_of(text));
}

static void put_text_cell(struct over_time_table *t, struct str text, size_t width)
{
	if (t->format != REPORT_TEXT) {
		rows_str(&t->rows, text);
		return;
	}
	buf_add(&t->out.bytes, S("  "));
	put_name(&t->out.bytes, text);
	for (size_t i = text.n; i < width; i++)
		buf_ch(&t->out.bytes, ' ');
}

static void put_value_cell(struct over_time_table *t, int64_t v, struct str unit)
{
	struct buf text = { 0 };

	if (t->format != REPORT_TEXT) {
		rows_int(&t->rows, v);
		return;
	}
	unit_print(&text, (double)v, unit);
	buf_printf(&t->out.bytes, "  %12.*s", STR_ARG(buf_str(&text)));
	buf_release(&text);
}

static void end_line(struct over_time_table *t)
{
	if (t->format == REPORT_TEXT) {
		buf_ch(&t->out.bytes, '\n');
		out_flush(&t->out);
	}
}

/* Going through the inputs: stores by their own means, others profile by profile. */

struct visits {
	void *context;
	void (*store)(void *context, struct store_view *v);
	void (*profile)(void *context, struct profile *p);
};

static bool visit_store(const struct visits *v, const char *path)
{
	struct dictionary d;
	struct store_view view;
	struct str lines;
	bool ok;

	dict_init(&d);
	view_open(&view, path, &d, common.has_range ? common.since : INT64_MIN,
		  common.has_range ? common.until : INT64_MAX);
	v->store(v->context, &view);
	lines = buf_str(&view.errors);
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		complain("%.*s", STR_ARG(line));
	}
	ok = !view.nerror;
	view_close(&view);
	dict_release(&d);
	return ok;
}

static bool visit_files(const struct visits *v, char **paths)
{
	struct dictionary d;
	struct profile p;
	struct source s;
	bool ok;

	dict_init(&d);
	profile_init(&p, &d);
	open_source(&s, paths, false);
	while (source_next(&s, &p)) {
		note_rounded(profile_round(&p));
		v->profile(v->context, &p);
	}
	ok = source_close(&s);
	progress_end();
	profile_release(&p);
	dict_release(&d);
	return ok;
}

static bool visit_all(const struct visits *v, char **paths)
{
	bool ok = true, has_files = !*paths;
	char **files = paths;

	for (char **at = paths; *at; at++) {
		if (store_is(*at)) {
			ok = visit_store(v, *at) && ok;
		} else {
			*files++ = *at;
			has_files = true;
		}
	}
	*files = NULL;
	return (!has_files || visit_files(v, paths)) && ok;
}

/* --series */

static void series_of_store(void *context, struct store_view *v)
{
	time_series_add_store(context, v);
}

static void series_of_profile(void *context, struct profile *p)
{
	time_series_add_profile(context, p);
}

static void split_labels(struct time_series_options *to, const char *by)
{
	struct str rest = str_of(by);

	while (rest.n) {
		if (to->nby == LEN(to->by))
			usage("--by takes at most %zu labels", LEN(to->by));
		to->by[to->nby++] = str_cut(&rest, ',');
	}
}

static bool print_points(const struct time_series *t, enum report_format format)
{
	struct over_time_table table = { 0 };
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
	vec_push(&table.names, "value");
	begin_table(&table, format);
	for (size_t i = 0; i < n && !table.out.failed; i++) {
		struct str group = point[i].group;

		put_time_cell(&table, point[i].point->time);
		for (size_t k = 0; k < t->options.nby; k++)
			put_text_cell(&table, str_cut(&group, '\0'), 16);
		put_value_cell(&table, point[i].point->value, buf_str(&t->unit));
		end_line(&table);
	}
	mem_free(point, n * sizeof(*point));
	n = end_table(&table);
	buf_release(&names);
	return n;
}

static bool print_series(const struct over_time *o, char **paths, struct selector *selector,
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
	bool ok;

	if (o->by)
		split_labels(&options, o->by);
	if (o->function && !regex_init(&re, str_of(o->function), REGEX_ANYWHERE, &why))
		usage("--function %s: %.*s", o->function, STR_ARG(buf_str(&why)));
	options.function = o->function ? &re : NULL;
	time_series_begin(&t, &options);
	v.context = &t;
	ok = visit_all(&v, paths);
	if (re.failed)
		ok = complain("--function: the pattern %s", re.failed);
	if (t.points.n == 1)
		note("no profile is selected");
	if (t.nother_type)
		note("%llu profile%s not of type %.*s and left out (--type chooses another)",
		     (unsigned long long)t.nother_type, t.nother_type == 1 ? " is" : "s are",
		     STR_ARG(buf_str(&t.type_id)));
	if (t.saturated)
		note("%llu sums do not fit in 64 bits and are kept at the limit",
		     (unsigned long long)t.saturated);
	ok = print_points(&t, format) && ok;
	time_series_release(&t);
	regex_release(&re);
	return ok;
}

/* --profiles and --series-list */

struct listing {
	struct over_time_table table;
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

static bool print_list(const struct over_time *o, char **paths, struct selector *selector,
		       enum report_format format)
{
	struct listing l = { .selector = selector, .profiles = o->profiles };
	struct visits v = { &l, list_store, list_profile };
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
	if (begin_table(&l.table, format))
		ok = visit_all(&v, paths);
	ok = end_table(&l.table) && ok;
	log_writer_end(&l.split);
	strings_release(&l.seen);
	return ok;
}

bool over_time_print(const struct over_time *o, char **paths, struct selector *selector,
		     enum report_format format)
{
	if (o->series + o->profiles + o->list > 1)
		usage("--series, --profiles or --series-list, only one of them");
	if (!o->series && (o->by || o->function || o->step))
		usage("--by, --step and --function are for --series");
	return (o->series ? print_series : print_list)(o, paths, selector, format);
}
