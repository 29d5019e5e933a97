#include "cmd/query/time_reports.h"

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/option_use.h"
#include "cmd/query/alerts.h"
#include "cmd/query/cardinality.h"
#include "cmd/query/change_points.h"
#include "cmd/query/over_time.h"
#include "cmd/query/span_report.h"

static struct {
	const char *since, *until;
	uint64_t last;
	struct over_time values;
	struct alert_request alerts;
	struct span_request spans;
	bool changes, cardinality, heat_map, exemplars, by_span;
} o = { .values.measure = -1 };

static bool parse_length(void *to, const char *arg)
{
	return when_duration(str_of(arg), to) && *(uint64_t *)to > 0 &&
	       *(uint64_t *)to <= INT64_MAX;
}

const struct opt time_report_options[] = {
	{ 0, "since", OPT_STR, &o.since, "TIME", "profiles that began at that time or later",
	  .title = "Times, and reports about them" },
	{ 0, "until", OPT_STR, &o.until, "TIME", "profiles that began before that time" },
	{ 0, "series", OPT_FLAG, &o.values.series, NULL, "values over time" },
	{ 0, "alert", OPT_LIST, &o.alerts.rules, "RULE",
	  "exit with 1 if it is true (see the manual)" },
	{ 0, "rules", OPT_FILE, &o.alerts.file, "FILE", "--alert for each line of a file" },
	{ 0, "changes", OPT_FLAG, &o.changes, NULL, "when functions' shares changed" },
	{ 0, "cardinality", OPT_FLAG, &o.cardinality, NULL, "labels, their values and series" },
	{ 0, "span", OPT_STR, &o.spans.span, "ID", "samples of that span, by their label" },
	{ 0, "trace", OPT_STR, &o.spans.trace, "ID", "samples of that trace, by their label" },
	{ 0, "spans", OPT_FILE, &o.spans.file, "FILE", "what spans of an OTLP/JSON file cost" },
	{ 0, "profiles", OPT_FLAG, &o.values.profiles, NULL, "the profiles, with their times" },
	{ 0, "heatmap", OPT_MAYBE, &o.values.heat_map, "WHAT",
	  "profiles by time and value; or subsecond" },
	{ 0, "exemplars", OPT_MAYBE, &o.values.exemplars, "N",
	  "the profiles with the largest values" },
	{ 0, "series-list", OPT_FLAG, &o.values.list, NULL, "sets of labels and their types" },
	{ 0, "step", OPT_PARSED, &o.values.step, "TIME", "--series: length of a step (1m)", NULL,
	  parse_length },
	{ 0, "function", OPT_STR, &o.values.function, "RE",
	  "--series: samples with a function that matches" },
	{ 0, "measure", OPT_CHOICE, &o.values.measure, "MEASURE",
	  "--series: value, share, rate, avg or max", alert_measure_name },
	{ 0, "last", OPT_PARSED, &o.last, "TIME", "the same as --since now-TIME", NULL,
	  parse_length },
	{ 0 },
};

const char *report_format_name(size_t i)
{
	static const char *const names[] = { "text", "tsv",          "json", "openmetrics",
					     "html", "alertmanager", "svg" };

	return i < LEN(names) ? names[i] : NULL;
}

static void parse_time(const char *option, const char *text, int64_t *ns)
{
	struct buf why = { 0 };

	if (text && !when_parse(str_of(text), when_now(), ns, &why))
		usage("--%s %s: %.*s", option, text, STR_ARG(buf_str(&why)));
	buf_release(&why);
}

void time_report_parse_range(void)
{
	if (o.last && o.since)
		usage("--last or --since, not both");
	common.has_range = o.since || o.until || o.last;
	common.since = INT64_MIN;
	common.until = INT64_MAX;
	if (o.last)
		common.since = when_now() - (int64_t)o.last;
	parse_time("since", o.since, &common.since);
	parse_time("until", o.until, &common.until);
	if (common.since >= common.until)
		usage("--since is not before --until");
}

static int run_alerts(const struct time_report_request *r)
{
	o.alerts.by = r->by;
	o.alerts.step = o.values.step;
	o.alerts.alertmanager = r->to == TO_ALERTMANAGER;
	o.alerts.format = r->to < 0 || o.alerts.alertmanager ? REPORT_TEXT :
							       (enum report_format)r->to;
	return alerts_run(&o.alerts, r->paths, r->selector);
}

static int run_values(const struct time_report_request *r)
{
	o.values.by = r->by;
	o.values.self = r->self;
	return status(
		over_time_print(&o.values, r->paths, r->selector, r->to < 0 ? REPORT_TEXT : r->to));
}

static int run_changes(const struct time_report_request *r)
{
	return status(change_points_print(
		&(struct change_request){ .step = o.values.step,
					  .inclusive = r->incl,
					  .by = r->by,
					  .format = r->to < 0 ? REPORT_TEXT :
								(enum report_format)r->to },
		r->paths, r->selector));
}

static int run_cardinality(const struct time_report_request *r)
{
	if (r->by || common.type)
		usage("--%s is not for --cardinality", r->by ? "by" : "type");
	return status(cardinality_print(r->paths, r->selector,
					r->to < 0 ? REPORT_TEXT : (enum report_format)r->to));
}

static int run_spans(const struct time_report_request *r)
{
	if (r->by)
		usage("--by is for --series");
	return status(span_report_print(&o.spans, r->paths, r->selector,
					r->to < 0 ? REPORT_TEXT : (enum report_format)r->to));
}

void time_report_ids(const char **span, const char **trace)
{
	if ((o.spans.span && !*o.spans.span) || (o.spans.trace && !*o.spans.trace))
		usage("--%s: the id is empty", o.spans.span && !*o.spans.span ? "span" : "trace");
	*span = o.spans.file ? NULL : o.spans.span;
	*trace = o.spans.file ? NULL : o.spans.trace;
}

/*
 * Each report: whether it is requested, its function, and formats other than text, TSV and
 * JSON.
 */
static const struct time_report {
	const char *name;
	const bool *wanted;
	int (*run)(const struct time_report_request *r);
	unsigned formats;
} time_reports[] = {
	{ "series", &o.values.series, run_values, 1 << REPORT_OPENMETRICS | 1 << TO_SVG },
	{ "heatmap", &o.heat_map, run_values, 1 << TO_SVG },
	{ "exemplars", &o.exemplars, run_values, 0 },
	{ "spans", &o.by_span, run_spans, 0 },
	{ "profiles", &o.values.profiles, run_values, 0 },
	{ "series-list", &o.values.list, run_values, 0 },
	{ "cardinality", &o.cardinality, run_cardinality, 0 },
	{ "changes", &o.changes, run_changes, 0 },
	{ "alert", &o.alerts.wanted, run_alerts, 1 << TO_ALERTMANAGER },
};

static const struct time_report *wanted_report(void)
{
	const struct time_report *found = NULL;

	o.alerts.wanted = alerts_wanted(&o.alerts);
	o.by_span = o.spans.file != NULL;
	o.heat_map = o.values.heat_map != NULL;
	o.exemplars = o.values.exemplars != NULL;
	for (size_t i = 0; i < LEN(time_reports); i++) {
		if (!*time_reports[i].wanted)
			continue;
		if (found)
			usage("--%s or --%s, not both", found->name, time_reports[i].name);
		found = &time_reports[i];
	}
	return found;
}

const char *time_report_wanted(void)
{
	const struct time_report *r = wanted_report();

	return r ? r->name : NULL;
}

void time_report_check_options(const char *report)
{
	static const char of_functions[] = "series heatmap exemplars";
	const char *of_times = time_report_wanted();
	const struct option_use uses[] = {
		{ "step", o.values.step > 0, "series heatmap changes alert" },
		{ "function", o.values.function != NULL, of_functions },
		{ "measure", o.values.measure >= 0, of_functions },
	};

	option_uses_check(uses, LEN(uses), of_times ? of_times : report, of_times != NULL);
}

int time_report_run(const struct time_report_request *r)
{
	const struct time_report *report = wanted_report();

	if (report && r->to > REPORT_JSON && (r->to >= NTO || !(report->formats >> r->to & 1)))
		usage("--%s is not printed as %s", report->name,
		      r->to < NTO ? report_format_name((size_t)r->to) : "a profile");
	return report ? report->run(r) : 2;
}
