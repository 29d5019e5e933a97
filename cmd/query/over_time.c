#include "cmd/query/over_time.h"

#include "cmd/common.h"
#include "cmd/query/exemplars.h"
#include "cmd/query/heat_map.h"
#include "cmd/query/profile_list.h"
#include "cmd/query/series_print.h"
#include "cmd/query/visits.h"

/* --series */

struct reading {
	struct time_series *t;
	bool each_profile; /* the report needs the values of each profile */
	struct profile_values *values;
};

static void series_of_store(void *context, struct store_view *v)
{
	struct reading *r = context;

	time_series_add_store(r->t, v);
}

static void series_of_profile(void *context, struct profile *p)
{
	struct reading *r = context;

	time_series_add_profile(r->t, p, (label_set_id){ 0 });
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
		to->by[to->nby] = str_cut(&rest, ',');
		for (size_t i = 0; i < to->nby; i++)
			if (str_eq(to->by[i], to->by[to->nby]))
				usage("--by %s: the same label twice", by);
		to->nby++;
	}
}

/* Note labels of --by that no profile has. */
static void note_absent_labels(const struct time_series *t)
{
	for (size_t k = 0; k < t->options.nby; k++) {
		bool found = false;

		for (uint32_t i = 1; i < t->groups.n && !found; i++) {
			struct str group = strings_get(&t->groups, i), value = { 0 };

			for (size_t at = 0; at <= k; at++)
				value = str_cut(&group, '\0');
			found = value.n > 0;
		}
		if (!found)
			note("--by: there is no label '%.*s'", STR_ARG(t->options.by[k]));
	}
}

static void note_absent_function(const struct time_series *t, const char *function)
{
	bool found = !function;

	for (uint32_t i = 1; i < t->points.n && !found; i++)
		found = ((const struct time_point *)table_row(&t->points, i))->value != 0;
	if (!found)
		note("--function: nothing matches '%s'", function);
}

bool note_other_types(const struct time_series *t)
{
	if (t->nother_type && !t->type_id.n)
		return complain("no selected profile has sample type '%.*s'",
				STR_ARG(t->options.type));
	if (t->nother_type)
		note("%llu profile%s not of type %.*s and left out (--type chooses another)",
		     (unsigned long long)t->nother_type, t->nother_type == 1 ? " is" : "s are",
		     STR_ARG(buf_str(&t->type_id)));
	if (t->saturated)
		note("%llu sums do not fit in 64 bits and are kept at the limit",
		     (unsigned long long)t->saturated);
	return true;
}

bool note_left_out(const struct time_series *t)
{
	if (t->points.n == 1 && !t->nother_type)
		note("no profile is selected");
	return note_other_types(t);
}

/* Parse the samples of --function and the series' labels. Release the pattern after reading. */
static void parse_series(const struct over_time *o, struct time_series_options *options,
			 struct regex *re)
{
	struct buf why = { 0 };

	options->step = o->step ? (int64_t)o->step : 60 * 1000000000LL;
	options->type = str_of(common.type);
	if (o->by)
		split_labels(options, o->by);
	if (o->function && !regex_init(re, str_of(o->function), REGEX_ANYWHERE, &why))
		usage("--function %s: %.*s", o->function, STR_ARG(buf_str(&why)));
	options->stacks.function = o->function ? re : NULL;
	options->stacks.self = o->self;
}

static bool read_series(struct reading *r, struct visits *v, char *const *paths, struct regex *re)
{
	int64_t since, until;
	bool ok;

	v->context = r;
	v->store = series_of_store;
	v->profile = series_of_profile;
	common.one_type = true;
	chosen_times(&since, &until);
	ok = visit_all(v, paths, since, until);
	if (re->failed)
		ok = complain("--function: the pattern %s", re->failed);
	return ok;
}

static bool print_series(const struct over_time *o, char *const *paths, struct selector *selector,
			 int to)
{
	struct time_series_options options = { .selector = selector };
	struct series_shown shown = { .selector = selector, .function = o->function, .to = to };
	struct time_series t;
	struct reading reading = { .t = &t };
	struct visits v = { .server = series_of_server };
	struct regex re = { 0 };
	bool ok;

	shown.measure = o->measure < 0 ? ALERT_VALUE : (enum alert_measure)o->measure;
	reading.each_profile = shown.measure == ALERT_AVG || shown.measure == ALERT_MAX;
	parse_series(o, &options, &re);
	set_series_range(&options);
	v.step = options.step;
	v.singly = shown.measure == ALERT_MAX;
	time_series_begin(&t, &options);
	ok = read_series(&reading, &v, paths, &re);
	ok = note_left_out(&t) && ok;
	if (t.points.n > 1) {
		note_absent_labels(&t);
		note_absent_function(&t, o->function);
	}
	ok = series_print(&t, &shown) && ok;
	time_series_release(&t);
	regex_release(&re);
	return ok;
}

/* Reports about the values of each profile */

static void store_begins(void *context, struct store_view *v)
{
	struct reading *r = context;

	r->values->store = v->dir;
	time_series_add_store(r->t, v);
	r->values->store = NULL;
}

/* The operand that names the server, which outlives it. */
static const char *operand_of(char *const *paths, const struct server *s)
{
	while (*paths && strcmp(*paths, s->url) != 0)
		paths++;
	return *paths;
}

static bool values_of_server(void *context, struct server *s)
{
	struct reading *r = context;
	bool ok;

	r->values->store = operand_of(r->values->paths, s);
	ok = server_add_series(s, r->t, true);
	r->values->store = NULL;
	return ok;
}

/* A server keeps no times of samples, and no durations. */
static void check_values_of_server(const struct profile_values *values)
{
	if (values->keep_times)
		usage("--heatmap=subsecond: a server keeps no times of samples: give the recording "
		      "itself");
	if (values->measure == ALERT_RATE)
		usage("--measure rate: a server does not say how long profiles lasted: value and "
		      "share are left");
}

static bool print_values(const struct over_time *o, char *const *paths, struct selector *selector,
			 int to)
{
	struct profile_values values = { .to = to, .paths = paths, .selector = selector };
	struct time_series_options options = { .selector = selector };
	struct time_series t;
	struct reading reading = { .t = &t, .values = &values };
	struct visits v = { .context = &reading,
			    .store = store_begins,
			    .profile = series_of_profile,
			    .server = values_of_server,
			    .singly = true };
	struct regex re = { 0 };
	int64_t since, until;
	bool ok;

	values.measure = o->measure < 0 ? ALERT_VALUE : (enum alert_measure)o->measure;
	if (values.measure > ALERT_RATE)
		usage("--measure avg and max are of several profiles: value, share and rate are of one");
	parse_series(o, &options, &re);
	values.step = v.step = (int64_t)o->step;
	(o->exemplars ? exemplars_begin : heat_map_begin)(&values, o->exemplars ? o->exemplars :
										  o->heat_map);
	if (has_server(paths))
		check_values_of_server(&values);
	options.each = values.add;
	options.context = &values;
	time_series_begin(&t, &options);
	values.series = &t;
	v.keep_times = values.keep_times;
	common.one_type = true;
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	if (re.failed)
		ok = complain("--function: the pattern %s", re.failed);
	if (!values.n && !t.nother_type)
		note("no profile is selected");
	if (values.nvoid)
		note("%zu of %zu profiles have no %s, so no %s, and are left out", values.nvoid,
		     values.n, values.measure == ALERT_RATE ? "length" : "values",
		     alert_measure_name(values.measure));
	ok = note_other_types(&t) && ok;
	ok = (o->exemplars ? exemplars_print : heat_map_print)(&values) && ok;
	time_series_release(&t);
	regex_release(&re);
	return ok;
}

bool over_time_print(const struct over_time *o, char *const *paths, struct selector *selector,
		     int to)
{
	bool is_list = o->profiles || o->list;

	if (!o->series && o->by)
		usage("--by is for --series");
	if (o->self && !o->function)
		usage("--self is for --function");
	if (is_list)
		return profile_list_print(paths, selector, o->profiles, (enum report_format)to);
	return (o->series ? print_series : print_values)(o, paths, selector, to);
}
