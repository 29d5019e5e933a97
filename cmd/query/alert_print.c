#include "cmd/query/alert_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/query/time_table.h"
#include "io/number.h"
#include "profile/unit.h"
#include "query/openmetrics.h"

enum { CULPRITS = 5 };

static const char *state_of(const struct alert *a, const struct alert_episode *e)
{
	return e->firing   ? a->options.is_backtest ? "fired" : "firing" :
	       e->is_known ? "ok" :
			     "unknown";
}

/* "region=eu,service_name=api" */
static void print_group(const struct alert *a, struct str group, struct buf *b)
{
	const struct time_series_options *o = &a->options.series;

	for (size_t i = 0; i < o->nby; i++) {
		struct str value = str_cut(&group, '\0');

		buf_printf(b, "%s%.*s=%.*s", i ? "," : "", STR_ARG(o->by[i]), STR_ARG(value));
	}
}

/* "1h30m", "45s", "0.2s" */
static void print_length(struct buf *b, double seconds)
{
	uint64_t s = (uint64_t)seconds;

	if (seconds < 60 || seconds > 1e15) {
		number_short(b, seconds, 1);
		buf_ch(b, 's');
		return;
	}
	if (s >= 86400)
		buf_printf(b, "%" PRIu64 "d", s / 86400);
	if (s / 3600 % 24)
		buf_printf(b, "%" PRIu64 "h", s / 3600 % 24);
	if (s / 60 % 60)
		buf_printf(b, "%" PRIu64 "m", s / 60 % 60);
	if (s % 60 && s < 3600)
		buf_printf(b, "%" PRIu64 "s", s % 60);
}

/* Text for people */

static void print_culprits_text(struct time_table *t, const struct alert *a,
				const struct alert_episode *e)
{
	struct culprit c[CULPRITS];
	size_t n = e->firing ? alert_culprits(a, e, c, CULPRITS) : 0;
	struct buf *b = &t->out.bytes;

	for (size_t i = 0; i < n; i++) {
		struct buf value = { 0 }, before = { 0 };

		unit_print(&value, c[i].value, buf_str(&a->now.unit));
		buf_printf(b, "    %10.*s", STR_ARG(buf_str(&value)));
		if (a->rule.offset) {
			unit_print(&before, c[i].before, buf_str(&a->now.unit));
			buf_printf(b, "  (was %.*s)", STR_ARG(buf_str(&before)));
		}
		buf_add(b, S("  "));
		put_name(b, c[i].path);
		buf_ch(b, '\n');
		buf_release(&value);
		buf_release(&before);
	}
}

static void print_episode_text(struct time_table *t, const struct alert *a,
			       const struct alert_episode *e)
{
	struct buf *b = &t->out.bytes, group = { 0 };

	print_group(a, e->group, &group);
	buf_printf(b, "%-7s  ", state_of(a, e));
	when_print_local_exact(b, e->since);
	buf_add(b, S("  for "));
	print_length(b, ((double)e->until - (double)e->since) / 1e9);
	buf_add(b, S("  "));
	number_print(b, e->value, a->unit);
	if (e->is_known) {
		buf_add(b, S(" (limit "));
		number_print(b, e->threshold, a->unit);
		buf_ch(b, ')');
	}
	if (group.n)
		buf_add(b, S("  "));
	put_name(b, buf_str(&group));
	buf_ch(b, '\n');
	buf_release(&group);
	print_culprits_text(t, a, e);
}

static void print_rule_text(struct time_table *t, const struct alert *a)
{
	struct buf *b = &t->out.bytes;

	put_name(b, a->rule.name);
	if (!str_eq(a->rule.name, a->rule.text)) {
		buf_add(b, S(": "));
		put_name(b, a->rule.text);
	}
	if (a->options.is_backtest) {
		buf_printf(b, ": fired %zu time%s, in %" PRIu64 " of %" PRIu64 " steps, ",
			   a->episode.n, a->episode.n == 1 ? "" : "s", a->nfiring, a->nstep);
		print_length(b, (double)a->firing_ns / 1e9);
		buf_add(b, S(" in all"));
	}
	buf_ch(b, '\n');
	for (size_t i = 0; i < a->episode.n; i++) {
		print_episode_text(t, a, &a->episode.v[i]);
		out_flush(&t->out);
	}
}

/* TSV and JSON for programs */

static void print_culprits_cell(struct time_table *t, const struct alert *a,
				const struct alert_episode *e)
{
	struct culprit c[CULPRITS];
	struct str item[CULPRITS];
	struct buf lines[CULPRITS] = { 0 };
	size_t n = e->firing ? alert_culprits(a, e, c, CULPRITS) : 0;

	for (size_t i = 0; i < n; i++) {
		buf_printf(&lines[i], "%.*s %.0f", STR_ARG(c[i].path), c[i].value);
		item[i] = buf_str(&lines[i]);
	}
	rows_list(&t->rows, item, n);
	for (size_t i = 0; i < n; i++)
		buf_release(&lines[i]);
}

static void print_episode_row(struct time_table *t, const struct alert *a,
			      const struct alert_episode *e)
{
	struct buf group = { 0 };

	print_group(a, e->group, &group);
	rows_str(&t->rows, a->rule.name);
	rows_str(&t->rows, a->rule.text);
	rows_str(&t->rows, str_of(state_of(a, e)));
	rows_str(&t->rows, buf_str(&group));
	put_time_cell(t, e->since);
	put_time_cell(t, e->until);
	rows_int(&t->rows, (int64_t)e->nstep);
	rows_number(&t->rows, e->value);
	rows_number(&t->rows, e->threshold);
	rows_str(&t->rows, str_eq(a->unit, S("%")) ? S("") : a->unit);
	print_culprits_cell(t, a, e);
	buf_release(&group);
}

bool alerts_print(const struct alert *alerts, size_t n, enum report_format format)
{
	static const char *const names[] = { "rule",  "expression", "state", "labels",
					     "since", "until",      "steps", "value",
					     "limit", "unit",       "paths" };
	struct time_table t = { 0 };

	for (size_t i = 0; i < LEN(names); i++)
		vec_push(&t.names, names[i]);
	if (time_table_begin(&t, format)) {
		for (size_t i = 0; i < n; i++) {
			const struct alert *a = &alerts[i];

			if (format == REPORT_TEXT)
				print_rule_text(&t, a);
			for (size_t k = 0; k < a->episode.n && format != REPORT_TEXT; k++)
				print_episode_row(&t, a, &a->episode.v[k]);
		}
	}
	return time_table_end(&t);
}

/* Webhooks: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */

static void put_json_time(struct json *j, const char *key, int64_t ns)
{
	struct buf text = { 0 };

	when_print_exact(&text, ns);
	json_member_string(j, key, buf_str(&text));
	buf_release(&text);
}

static void put_labels(struct json *j, const struct alert *a, struct str group)
{
	const struct time_series_options *o = &a->options.series;
	struct buf key = { 0 };

	json_member_object(j, "labels");
	json_member_string(j, "alertname", a->rule.name);
	for (size_t i = 0; i < o->nby; i++) {
		key.n = 0;
		metric_label_name(&key, o->by[i]);
		buf_ch(&key, '\0');
		json_member_string(j, key.p, str_cut(&group, '\0'));
	}
	json_end_object(j);
	buf_release(&key);
}

static void put_annotations(struct json *j, const struct alert *a, const struct alert_episode *e)
{
	struct culprit c[CULPRITS];
	size_t n = alert_culprits(a, e, c, CULPRITS);
	struct buf text = { 0 };

	json_member_object(j, "annotations");
	json_member_string(j, "summary", a->rule.text);
	number_print(&text, e->value, a->unit);
	json_member_string(j, "value", buf_str(&text));
	text.n = 0;
	number_print(&text, e->threshold, a->unit);
	json_member_string(j, "limit", buf_str(&text));
	text.n = 0;
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%.*s %.0f", i ? "\n" : "", STR_ARG(c[i].path), c[i].value);
	json_member_string(j, "paths", buf_str(&text));
	json_end_object(j);
	buf_release(&text);
}

/* An alert that still fires has the end time of year 1. */
static void put_alert(struct json *j, const struct alert *a, const struct alert_episode *e,
		      bool is_over)
{
	char fingerprint[24];
	uint64_t hash = XXH3_64bits_withSeed(a->rule.name.p, a->rule.name.n,
					     XXH3_64bits(e->group.p, e->group.n));

	snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64, hash);
	json_line(j);
	json_begin_object(j);
	json_member_string(j, "status", is_over ? S("resolved") : S("firing"));
	put_labels(j, a, e->group);
	put_annotations(j, a, e);
	put_json_time(j, "startsAt", e->since);
	if (is_over)
		put_json_time(j, "endsAt", e->until);
	else
		json_member_string(j, "endsAt", S("0001-01-01T00:00:00Z"));
	json_member_string(j, "generatorURL", S(""));
	json_member_string(j, "fingerprint", str_of(fingerprint));
	json_end_object(j);
}

/* Is the episode over? One that reaches the last step still fires. */
static bool is_over(const struct alert *a, const struct alert_episode *e)
{
	int64_t last = INT64_MIN;

	for (uint32_t i = 1; i < a->now.points.n && a->options.is_backtest; i++) {
		const struct time_point *p = table_row(&a->now.points, i);

		if (p->time > last)
			last = p->time;
	}
	return a->options.is_backtest && e->until <= last;
}

static bool goes_on(const struct alert *alerts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < alerts[i].episode.n; k++)
			if (alerts[i].episode.v[k].firing &&
			    !is_over(&alerts[i], &alerts[i].episode.v[k]))
				return true;
	return false;
}

bool alerts_print_webhook(const struct alert *alerts, size_t n)
{
	struct out out;
	struct json j = { .b = &out.bytes };

	if (out_open(&out, common.output, common.pack)) {
		json_begin_object(&j);
		json_member_string(&j, "version", S("4"));
		json_member_string(&j, "groupKey", S("{}:{}"));
		json_member_int64(&j, "truncatedAlerts", 0);
		json_member_string(&j, "status", goes_on(alerts, n) ? S("firing") : S("resolved"));
		json_member_string(&j, "receiver", S("prof"));
		json_member_object(&j, "groupLabels");
		json_end_object(&j);
		json_member_object(&j, "commonLabels");
		json_end_object(&j);
		json_member_object(&j, "commonAnnotations");
		json_end_object(&j);
		json_member_string(&j, "externalURL", S(""));
		json_member_array(&j, "alerts");
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < alerts[i].episode.n; k++)
				if (alerts[i].episode.v[k].firing)
					put_alert(&j, &alerts[i], &alerts[i].episode.v[k],
						  is_over(&alerts[i], &alerts[i].episode.v[k]));
		json_end_array(&j);
		json_end_object(&j);
		buf_ch(&out.bytes, '\n');
	}
	return finish_output(&out);
}
