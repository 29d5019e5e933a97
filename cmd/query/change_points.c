#include "cmd/query/change_points.h"

#include <math.h>

#include "base/when.h"
#include "changes/changes.h"
#include "changes/detect.h"
#include "cmd/common.h"
#include "cmd/query/over_time.h"
#include "cmd/query/time_table.h"
#include "cmd/query/visits.h"
#include "io/number.h"
#include "source/function_history.h"

enum { MANY_TIMES = 10 }; /* from this factor on, print "N times" instead of a percentage */
#define MINUTE_NS INT64_C(60000000000)

static void history_of_store(void *context, struct store_view *v)
{
	function_history_add_store(context, v);
}

static void history_of_profile(void *context, struct profile *p)
{
	function_history_add_profile(context, p);
}

static bool read_history(struct history *h, char *const *paths, struct selector *selector)
{
	struct time_series_options options = { .selector = selector,
					       .step = h->step,
					       .type = str_of(common.type) };
	struct function_history_reader r;
	struct visits v = { &r, history_of_store, history_of_profile, .step = h->step };
	int64_t since, until;
	bool ok;

	visit_steps_of_servers(paths, &options, function_history_labels, NHISTORY_LABEL);
	function_history_begin(&r, h, &options);
	chosen_times(&since, &until);
	ok = visit_all(&v, paths, since, until);
	ok = note_other_types(&r.types) && ok;
	if (r.nfar)
		note("%llu profiles are too far from the others in time and left out",
		     (unsigned long long)r.nfar);
	function_history_end(&r);
	history_end(h);
	return ok;
}

/* Printing */

static struct str function_name(const struct history *h, uint32_t function)
{
	return strings_get(&h->name, function);
}

static int64_t window_time(const struct history *h, uint32_t window)
{
	return h->start + (int64_t)window * h->step;
}

static void put_share(struct buf *b, double share)
{
	number_percent(b, 100 * share, false);
}

/* "+24% (+21% to +27%)", "12 times (10 to 15)", or new for a function without earlier values. */
static void put_interval(struct buf *b, const struct change *c)
{
	if (!(c->before > 0)) {
		buf_add(b, S("new"));
		return;
	}
	if (!(c->after > 0)) {
		buf_add(b, S("gone"));
		return;
	}
	if (c->after >= MANY_TIMES * c->before) {
		number_short(b, c->after / c->before, 0);
		buf_printf(b, " times (%.0f to %.0f)", c->low, c->high);
		return;
	}
	number_percent(b, 100 * (c->after / c->before - 1), true);
	buf_add(b, S(" ("));
	number_percent(b, 100 * (c->low - 1), true);
	buf_add(b, S(" to "));
	number_percent(b, 100 * (c->high - 1), true);
	buf_ch(b, ')');
}

static void put_confidence(struct buf *b, double q)
{
	if (q < 0.0001)
		buf_add(b, S("> 99.99%"));
	else
		buf_printf(b, "%.*f%%", q < 0.01 ? 2 : 1, 100 * (1 - q));
}

static void print_change_text(struct time_table *t, struct str group, const struct history *h,
			      const struct change *c)
{
	struct buf *b = &t->out.bytes;

	when_print_local(b, window_time(h, c->window));
	buf_add(b, S("  "));
	put_share(b, c->before);
	buf_add(b, S(" -> "));
	put_share(b, c->after);
	buf_add(b, S("  "));
	put_interval(b, c);
	buf_add(b, S("  "));
	put_confidence(b, c->q);
	buf_add(b, S("  "));
	put_name(b, function_name(h, c->function));
	if (group.n) {
		buf_add(b, S("  "));
		put_name(b, group);
	}
	if (c->deploy) {
		buf_add(b, S("  "));
		put_name(b, c->deploy->key);
		buf_ch(b, '=');
		put_name(b, c->deploy->value);
	}
	if (c->window > c->last_before + 1)
		buf_printf(b, "  (after a gap of %u windows)", c->window - c->last_before - 1);
	buf_ch(b, '\n');
	out_flush(&t->out);
}

static void print_change_row(struct time_table *t, struct str group, const struct history *h,
			     const struct change *c)
{
	bool has_ratio = c->before > 0;
	struct buf deploy = { 0 };

	if (c->deploy)
		buf_printf(&deploy, "%.*s=%.*s", STR_ARG(c->deploy->key),
			   STR_ARG(c->deploy->value));
	if (group.n)
		rows_str(&t->rows, group);
	put_time_cell(t, window_time(h, c->window));
	put_time_cell(t, window_time(h, c->last_before));
	rows_str(&t->rows, function_name(h, c->function));
	rows_number(&t->rows, c->before);
	rows_number(&t->rows, c->after);
	rows_number(&t->rows, has_ratio ? c->after / c->before : NAN);
	rows_number(&t->rows, has_ratio ? c->low : NAN);
	rows_number(&t->rows, has_ratio ? c->high : NAN);
	rows_number(&t->rows, 1 - c->q);
	rows_str(&t->rows, buf_str(&deploy));
	buf_release(&deploy);
}

/* Add the changes of one group to the table, which all groups share. */
static void print_changes(struct time_table *t, struct str group, const struct history *h,
			  const struct changes *c)
{
	for (size_t i = 0; i < c->change.n && !t->out.failed; i++) {
		if (c->change.v[i].kind != CHANGED)
			continue;
		if (t->format == REPORT_TEXT)
			print_change_text(t, group, h, &c->change.v[i]);
		else
			print_change_row(t, group, h, &c->change.v[i]);
	}
}

static bool begin_table(struct time_table *t, enum report_format format, bool has_groups)
{
	static const char *const names[] = { "labels", "time",       "last_before", "function",
					     "before", "after",      "ratio",       "low",
					     "high",   "confidence", "deploy" };

	for (size_t i = !has_groups; i < LEN(names); i++)
		vec_push(&t->names, names[i]);
	return time_table_begin(t, format);
}

/* Note what was examined, and which apparent changes are not reported. */
static void note_rest(const struct history *h, const struct changes *c)
{
	size_t nmoved = 0, nexplained = 0, nwindow = 0;

	for (size_t i = 0; i < c->change.n; i++) {
		const struct change *x = &c->change.v[i];

		nmoved += x->kind == MOVED_TO;
		nexplained += x->kind == EXPLAINED_BY;
		if (x->kind == MOVED_TO && common.verbose)
			note("%.*s: cost moved from or to %.*s",
			     STR_ARG(function_name(h, x->function)),
			     STR_ARG(function_name(h, x->other)));
	}
	for (size_t i = 0; i < h->nwindow; i++)
		nwindow += h->total.v[i] > 0;
	if (c->is_short)
		note("%zu steps with samples are too few to look for changes: %d are needed",
		     nwindow, FEWEST);
	else
		note("%zu windows, %zu functions looked at, %zu too small", nwindow, c->nfunction,
		     c->nsmall);
	if (nmoved)
		note("%zu functions' cost moved to or from others, and is not reported", nmoved);
	if (nexplained)
		note("%zu functions' shares changed only because others did", nexplained);
}

/*
 * Read the history of the selected profiles, and find its changes. looked: set if there was enough
 * of it.
 */
static bool find_in_history(struct time_table *t, const struct change_request *r,
			    char *const *paths, struct selector *selector, struct str group,
			    bool *looked)
{
	struct changes_options options = { 0 };
	struct changes c;
	struct history h;
	bool ok;

	history_init(&h, r->step ? (int64_t)r->step : MINUTE_NS);
	h.inclusive = r->inclusive;
	ok = read_history(&h, paths, selector);
	changes_find(&h, &options, &c);
	print_changes(t, group, &h, &c);
	if (group.n)
		note("%.*s:", STR_ARG(group));
	note_rest(&h, &c);
	*looked |= !c.is_short;
	changes_release(&c);
	history_release(&h);
	return ok;
}

/* Groups */

static void groups_of_store(void *context, struct store_view *v)
{
	time_series_add_store(context, v);
}

static void groups_of_profile(void *context, struct profile *p)
{
	if (p->sample.n > 1)
		time_series_add_profile(context, p, (label_set_id){ 0 });
}

/* Find the sets of values of the labels of --by. */
static bool find_groups(struct time_series *t, const struct change_request *r, char *const *paths,
			struct selector *selector)
{
	struct time_series_options options = { .selector = selector, .type = str_of(common.type) };
	struct visits v = { t, groups_of_store, groups_of_profile };
	int64_t since, until;

	if (has_server(paths))
		usage("--changes --by: a server is asked for one set of labels: select it");
	for (char *const *path = paths; *path || path == paths; path++)
		if (!*path || strcmp(*path, "-") == 0)
			usage("--changes --by reads its inputs more than once: give files or a store");
	split_labels(&options, r->by);
	time_series_begin(t, &options);
	chosen_times(&since, &until);
	return visit_all(&v, paths, since, until);
}

/* Add the labels of a group to the selector. `to` borrows from both. */
static void select_group(struct selector *to, const struct selector *from,
			 const struct time_series *t, struct str group, struct buf *name)
{
	VEC(struct matcher) all = { 0 };

	*to = from ? *from : (struct selector){ 0 };
	for (size_t i = 0; i < to->labels.n; i++)
		vec_push(&all, to->labels.v[i]);
	name->n = 0;
	for (size_t i = 0; i < t->options.nby; i++) {
		struct str value = str_cut(&group, '\0');

		vec_push(&all, { .name = t->options.by[i], .value = value, .op = MATCH_EQUAL });
		buf_printf(name, "%s%.*s=%.*s", i ? "," : "", STR_ARG(t->options.by[i]),
			   STR_ARG(value));
	}
	to->labels = (struct matchers){ all.v, all.n, all.cap };
}

static bool find_in_groups(struct time_table *t, const struct change_request *r, char *const *paths,
			   struct selector *selector, bool *looked)
{
	struct time_series groups;
	struct buf name = { 0 };
	bool ok = find_groups(&groups, r, paths, selector);
	size_t n;
	struct time_point_named *group = time_series_sorted(&groups, &n);

	for (size_t i = 0; i < n; i++) {
		struct selector of_group;

		select_group(&of_group, selector, &groups, group[i].group, &name);
		ok = find_in_history(t, r, paths, &of_group, buf_str(&name), looked) && ok;
		mem_free(of_group.labels.v, of_group.labels.cap * sizeof(*of_group.labels.v));
	}
	mem_free(group, n * sizeof(*group));
	time_series_release(&groups);
	buf_release(&name);
	return ok;
}

bool change_points_print(const struct change_request *r, char *const *paths,
			 struct selector *selector)
{
	struct time_table t = { 0 };
	bool ok = true, looked = false;

	if (begin_table(&t, r->format, r->by != NULL))
		ok = r->by ? find_in_groups(&t, r, paths, selector, &looked) :
			     find_in_history(&t, r, paths, selector, S(""), &looked);
	ok = time_table_end(&t) && ok;
	if (ok && !looked)
		ok = complain("--changes: nothing could be looked at; choose a longer time or a "
			      "shorter --step");
	return ok;
}
