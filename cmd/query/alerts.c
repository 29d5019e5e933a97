#include "cmd/query/alerts.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/when.h"
#include "cmd/common.h"
#include "cmd/query/alert_print.h"
#include "cmd/query/over_time.h"
#include "cmd/query/visits.h"

struct alerts {
	VEC(struct alert) alert;
	struct arena text; /* texts of rules */
	size_t from, to;   /* indexes of the rules for which stores are visited */
	bool is_before;    /* visited for the earlier range */
	bool failed;
	struct alert *explained; /* visited for the stacks at the peaks of this rule */
};

bool alerts_wanted(const struct alert_request *r)
{
	return r->rules.n || r->file;
}

/* Rules */

static void add_rule(struct alerts *a, struct str text, const char *where, uint64_t line)
{
	struct alert new = { 0 };
	struct buf why = { 0 };

	if (alert_rule_parse_line(&new.rule, arena_str(&a->text, text), &why)) {
		vec_push(&a->alert, new);
	} else if (line) {
		a->failed = true;
		complain("%s: line %" PRIu64 ": %.*s", where, line, STR_ARG(buf_str(&why)));
		alert_rule_release(&new.rule);
	} else {
		usage("%s '%.*s': %.*s", where, STR_ARG(text), STR_ARG(buf_str(&why)));
	}
	buf_release(&why);
}

static void read_rules(struct alerts *a, const char *path)
{
	struct str line;
	struct in in;

	if (in_open(&in, path)) {
		while (in_line(&in, &line)) {
			line = str_trim(line);
			if (line.n && *line.p != '#')
				add_rule(a, line, path, in.line);
		}
	}
	if (!in_close(&in))
		a->failed = true, complain("%s", in.error.p);
	in_release(&in);
}

static void parse_rules(struct alerts *a, const struct alert_request *r)
{
	for (size_t i = 0; i < r->rules.n; i++)
		add_rule(a, str_of(r->rules.v[i]), "--alert", 0);
	if (r->file)
		read_rules(a, r->file);
	if (!a->alert.n && !a->failed)
		usage("--rules %s: there are no rules", r->file);
}

/* Range and steps */

static void choose_steps(struct alert_options *o, const struct alert_request *r)
{
	chosen_times(&o->since, &o->until);
	if (r->step) {
		o->series.step = (int64_t)r->step;
		o->is_backtest = true;
		return;
	}
	if (o->since > INT64_MIN && o->until == INT64_MAX && when_now() > o->since)
		o->until = when_now();
	if (o->since == INT64_MIN || o->until == INT64_MAX ||
	    __builtin_sub_overflow(o->until, o->since, &o->series.step))
		o->series.step = 0;
	else
		o->series.origin = o->since;
}

/* A server does not give values of single profiles: refuse rules that need them. */
static void check_rules_for_servers(const struct alerts *a, int64_t step)
{
	for (size_t i = 0; i < a->alert.n; i++) {
		const struct alert_rule *rule = &a->alert.v[i].rule;

		if (rule->measure == ALERT_AVG || rule->measure == ALERT_MAX)
			usage("%.*s: a server does not say what single profiles have",
			      STR_ARG(rule->text));
		if (rule->offset && rule->offset % (uint64_t)step)
			usage("%.*s: of a server, the offset has to be a number of whole steps",
			      STR_ARG(rule->text));
	}
}

static void begin_alerts(struct alerts *a, const struct alert_request *r, char *const *paths,
			 struct selector *selector)
{
	static struct str by[LEN(((struct time_series_options *)NULL)->by)];
	struct alert_options o = { .series.selector = selector,
				   .series.type = str_of(common.type) };

	choose_steps(&o, r);
	set_series_range(&o.series);
	if (r->by)
		split_labels(&o.series, r->by);
	memcpy(by, o.series.by, sizeof(by));
	for (size_t i = 0; i < a->alert.n; i++) {
		struct alert *alert = &a->alert.v[i];

		if (alert->rule.offset && !o.series.step)
			usage("offset compares a time with that before: choose one with --since "
			      "or --last, or steps with --step");
	}
	if (visit_steps_of_servers(paths, &o.series, by, o.series.nby))
		check_rules_for_servers(a, o.series.step);
	for (size_t i = 0; i < a->alert.n; i++)
		alert_begin(&a->alert.v[i], &o);
}

/* Reading */

static void alerts_of_store(void *context, struct store_view *v)
{
	struct alerts *a = context;

	for (size_t i = a->from; i < a->to; i++)
		alert_add_store(&a->alert.v[i], v, a->is_before);
}

static void alerts_of_profile(void *context, struct profile *p)
{
	struct alerts *a = context;

	for (size_t i = 0; i < a->alert.n; i++)
		alert_add_profile(&a->alert.v[i], p);
}

static void explain_of_store(void *context, struct store_view *v)
{
	struct alerts *a = context;

	alert_explain(a->explained, v, a->is_before);
}

static bool read_stores(struct alerts *a, char *const *paths)
{
	const struct alert_options *o = &a->alert.v[0].options;
	struct visits v = { .context = a, .store = alerts_of_store, .step = o->series.step };
	bool ok;

	for (size_t i = 0; i < a->alert.n; i++)
		v.singly |= a->alert.v[i].rule.measure == ALERT_MAX;
	a->to = a->alert.n;
	a->is_before = false;
	ok = visit_stores(&v, paths, o->since, o->until);
	a->is_before = true;
	for (a->from = 0; a->from < a->alert.n; a->from++) {
		int64_t since, until;

		a->to = a->from + 1;
		if (alert_time_before(&a->alert.v[a->from], &since, &until))
			ok = visit_stores(&v, paths, since, until) && ok;
	}
	return ok;
}

static bool read_files(struct alerts *a, char *const *paths)
{
	struct visits v = { .context = a, .profile = alerts_of_profile };
	const struct alert_options *o = &a->alert.v[0].options;
	int64_t since = o->since;

	for (size_t i = 0; i < a->alert.n; i++) {
		int64_t from, until;

		if (alert_time_before(&a->alert.v[i], &from, &until) && from < since)
			since = from;
	}
	return visit_files(&v, paths, since, o->until);
}

/* Read stores again, for the stacks at the peaks of the rules that fire. */
static bool explain_firing(struct alerts *a, char *const *paths)
{
	struct visits v = { .context = a, .store = explain_of_store };
	bool ok = true;

	for (size_t i = 0; i < a->alert.n; i++) {
		struct alert *alert = &a->alert.v[i];

		a->explained = alert;
		for (size_t k = 0; k < alert->episode.n; k++) {
			const struct alert_episode *e = &alert->episode.v[k];
			int64_t since, until, offset = (int64_t)alert->rule.offset;
			bool is_new = !k || alert->episode.v[k - 1].peak != e->peak;

			if (!e->firing || !is_new)
				continue;
			alert_peak_time(alert, e, &since, &until);
			a->is_before = false;
			ok = visit_stores(&v, paths, since, until) && ok;
			a->is_before = true;
			if (offset)
				ok = visit_stores(&v, paths, since - offset, until - offset) && ok;
		}
	}
	return ok;
}

/* Judging */

/* What is missing if a measure is no number. */
static const char *lacks(const struct alert *a)
{
	return a->rule.measure == ALERT_RATE ? "length" : "values";
}

static bool has_value(const struct time_series *t)
{
	for (uint32_t i = 1; i < t->points.n; i++)
		if (((const struct time_point *)table_row(&t->points, i))->value)
			return true;
	return false;
}

/* Do the rule's matchers select nothing at all? */
static bool matches_nothing(const struct alert *a)
{
	return a->rule.frames.labels.n > 0 && !has_value(&a->now) && !has_value(&a->before);
}

/* Note what the rule does not say anything about. */
static void note_unknown(const struct alert *a)
{
	struct str text = a->rule.text;

	if (a->nunknown)
		note("%.*s: for %" PRIu64 " of %" PRIu64
		     " steps there is no profile of the time before",
		     STR_ARG(text), a->nunknown, a->nstep);
	if (a->nvanished)
		note("%.*s: sets of labels without a profile, which had one the time before: %" PRIu64,
		     STR_ARG(text), a->nvanished);
	if (a->nvoid)
		note("%.*s: the profiles of %" PRIu64 " of %" PRIu64 " steps have no %s",
		     STR_ARG(text), a->nvoid, a->nstep, lacks(a));
	if (a->nempty)
		note("%.*s: %" PRIu64 " step%s no profile", STR_ARG(text), a->nempty,
		     a->nempty == 1 ? " has" : "s have");
	if (matches_nothing(a))
		note("%.*s: no sample matches what is in the parentheses", STR_ARG(text));
}

static void judge(struct alerts *a)
{
	struct buf why = { 0 };

	for (size_t i = 0; i < a->alert.n; i++) {
		struct alert *alert = &a->alert.v[i];
		struct str text = alert->rule.text;

		why.n = 0;
		if (!alert->nstep && alert->now.points.n == 1)
			a->failed |= !complain("%.*s: no profile is selected, so the rule cannot "
					       "be evaluated",
					       STR_ARG(text));
		else if (!alert_judge(alert, &why))
			a->failed |= !complain("%.*s: %.*s", STR_ARG(text), STR_ARG(buf_str(&why)));
		else if (alert->nunknown == alert->nstep)
			a->failed |= !complain("%.*s: there is no profile of the time before",
					       STR_ARG(text));
		else if (alert->nvoid + alert->nunknown == alert->nstep)
			a->failed |= !complain("%.*s: the profiles have no %s, so the rule cannot "
					       "be evaluated",
					       STR_ARG(text), lacks(alert));
		else
			note_unknown(alert);
		if (!selector_check(&alert->rule.frames, &why))
			a->failed |= !complain("%.*s: %.*s", STR_ARG(text), STR_ARG(buf_str(&why)));
	}
	buf_release(&why);
}

static int alerts_status(const struct alerts *a)
{
	for (size_t i = 0; i < a->alert.n && !a->failed; i++)
		if (a->alert.v[i].nfiring)
			return 1;
	return a->failed ? 2 : 0;
}

int alerts_run(const struct alert_request *r, char *const *paths, struct selector *selector)
{
	struct alerts a = { 0 };
	int result;

	parse_rules(&a, r);
	if (a.alert.n) {
		begin_alerts(&a, r, paths, selector);
		a.failed |= !read_stores(&a, paths);
		a.failed |= !read_files(&a, paths);
		a.failed |= !note_left_out(&a.alert.v[0].now);
		judge(&a);
		a.failed |= !explain_firing(&a, paths);
		a.failed |= !(r->alertmanager ? alerts_print_webhook(a.alert.v, a.alert.n) :
						alerts_print(a.alert.v, a.alert.n, r->format));
	}
	result = alerts_status(&a);
	for (size_t i = 0; i < a.alert.n; i++)
		alert_release(&a.alert.v[i]);
	vec_release(&a.alert);
	arena_release(&a.text);
	return result;
}
