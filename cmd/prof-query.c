/* prof-query: select part of a profile, or print a report about it. */
#include <unistd.h>

#include "analyze/total.h"
#include "base/when.h"
#include "common.h"
#include "filters.h"
#include "over_time.h"
#include "profile/rewrite.h"
#include "query/report.h"
#include "query/selector.h"

static struct {
	const char *select, *since, *until;
	uint64_t last;
	struct over_time over_time;
	bool by_cum, by_flat;
	int to; /* into to_name() */
	/* By report: whether the user asks for it, and its argument. */
	bool wanted[NREPORT];
	const char *argument[NREPORT];
} o = { .to = -1 };

/* The formats of reports, by enum report_format; -t also takes those of streams. */
static const char *const report_formats[] = { "text", "tsv", "json" };

static const char *to_name(size_t i)
{
	const struct format *f;

	if (i < LEN(report_formats))
		return report_formats[i];
	f = format_writable_at(i - LEN(report_formats));
	return f ? f->name : NULL;
}

static bool parse_last(void *to, const char *arg)
{
	return when_duration(str_of(arg), to);
}

/* Filled in from the table of reports. */
static struct opt report_options[NREPORT + 1];

static const struct opt own_options[] = {
	{ 0, "select", OPT_STR, &o.select, "SELECTOR", "same as the operand" },
	{ 0, "cum", OPT_FLAG, &o.by_cum, NULL, "order functions by cumulative value" },
	{ 0, "flat", OPT_FLAG, &o.by_flat, NULL, "order functions by flat value (default)" },
	{ 't', "to", OPT_CHOICE, &o.to, "FORMAT", "report: text, tsv, json; else pprof, folded",
	  to_name, .also = "report" },
	{ 0 },
};

static const struct opt time_options[] = {
	{ 0, "since", OPT_STR, &o.since, "TIME", "profiles that began at that time or later" },
	{ 0, "until", OPT_STR, &o.until, "TIME", "profiles that began before that time" },
	{ 0, "series", OPT_FLAG, &o.over_time.series, NULL, "values over time" },
	{ 0, "profiles", OPT_FLAG, &o.over_time.profiles, NULL, "the profiles, with their times" },
	{ 0, "series-list", OPT_FLAG, &o.over_time.list, NULL, "sets of labels and their types" },
	{ 0, "by", OPT_STR, &o.over_time.by, "LABEL,...", "--series: one for each value of these" },
	{ 0, "step", OPT_PARSED, &o.over_time.step, "TIME", "--series: length of a step (1m)", NULL,
	  parse_last },
	{ 0, "function", OPT_STR, &o.over_time.function, "RE",
	  "--series: samples with a function that matches" },
	{ 0, "last", OPT_PARSED, &o.last, "TIME", "the same as --since now-TIME", NULL,
	  parse_last },
	{ 0 },
};

static const struct opt *const options[] = { filter_options,  report_options,
					     own_options,     time_options,
					     file_options,    sum_options,
					     general_options, NULL };
static const struct cmd cmd = { "prof-query", "Select part of a profile, or report about it.",
				"[SELECTOR] [FILE|STORE]...", options, false };

static void fill_report_options(void)
{
	static const struct {
		enum opt_kind kind;
		const char *arg;
	} kinds[] = {
		[REPORT_NO_ARGUMENT] = { OPT_FLAG, NULL },
		[REPORT_LIMIT] = { OPT_MAYBE, "N" },
		[REPORT_REGEX] = { OPT_STR, "RE" },
		[REPORT_LABEL] = { OPT_STR, "LABEL" },
	};

	for (size_t i = 0; i < NREPORT; i++) {
		const struct report *r = reports[i];

		report_options[i] = (struct opt){
			.name = r->name,
			.help = r->help,
			.kind = kinds[r->argument].kind,
			.arg = kinds[r->argument].arg,
			.to = r->argument ? (void *)&o.argument[i] : (void *)&o.wanted[i],
		};
	}
}

static void choose_format(const struct report *report, struct query *q)
{
	bool is_for_reports = o.to < (int)LEN(report_formats);

	if (o.to < 0)
		return;
	if (report && !is_for_reports)
		usage("--%s is printed as text, tsv or json, not as %s", report->name,
		      to_name((size_t)o.to));
	if (!report && is_for_reports)
		usage("-t %s is for reports: add one, such as --top", to_name((size_t)o.to));
	if (is_for_reports)
		q->format = (enum report_format)o.to;
	else
		common.to = o.to - (int)LEN(report_formats);
}

/* The report of the options, or NULL; its argument goes into q. */
static const struct report *choose_report(struct query *q)
{
	const struct report *chosen = NULL;
	const char *argument = NULL;
	struct buf why = { 0 };

	for (size_t i = 0; i < NREPORT; i++) {
		if (!o.wanted[i] && !o.argument[i])
			continue;
		if (chosen)
			usage("--%s or --%s, not both", chosen->name, reports[i]->name);
		chosen = reports[i];
		argument = o.argument[i];
	}
	choose_format(chosen, q);
	if (!chosen)
		return NULL;
	if (chosen->argument == REPORT_LIMIT && *argument &&
	    (!str_u64(str_of(argument), &q->arg.limit) || !q->arg.limit))
		usage("'%s' is not a valid N for --%s", argument, chosen->name);
	if (chosen->argument == REPORT_REGEX &&
	    !regex_init(&q->arg.function, str_of(argument), REGEX_ANYWHERE, &why))
		usage("--%s %s: %.*s", chosen->name, argument, STR_ARG(buf_str(&why)));
	q->arg.label = str_of(argument);
	if (o.by_cum && o.by_flat)
		usage("--cum or --flat, not both");
	q->arg.by_cum = o.by_cum;
	return chosen;
}

/* Take the selector out of the operands: one that looks like a selector and names no file. */
static void take_selector(char **operands)
{
	char **to = operands;

	for (char **at = operands; *at; at++) {
		if (!selector_looks_like(str_of(*at)) || access(*at, F_OK) == 0) {
			*to++ = *at;
			continue;
		}
		if (o.select)
			usage("'%s' and '%s' are both selectors", o.select, *at);
		o.select = *at;
	}
	*to = NULL;
}

static void parse_selector(struct selector *s)
{
	struct buf why = { 0 };

	if (o.select && !selector_parse(s, str_of(o.select), &why))
		usage("selector '%s': %.*s", o.select, STR_ARG(buf_str(&why)));
	buf_release(&why);
}

static void parse_time(const char *option, const char *text, int64_t *ns)
{
	struct buf why = { 0 };

	if (text && !when_parse(str_of(text), when_now(), ns, &why))
		usage("--%s %s: %.*s", option, text, STR_ARG(buf_str(&why)));
	buf_release(&why);
}

static void parse_range(void)
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

/* Apply the selector, and choose the column of --type, or the default one. */
static bool select_part(struct selector *s, struct profile *p, uint32_t *col)
{
	struct buf why = { 0 };
	struct column asked = { 0 };
	bool ok;

	if (common.type) {
		if (!choose_column(p, col))
			return false;
		asked = p->col[*col];
	}
	ok = selector_apply(s, p, &why);
	if (!ok)
		complain("selector '%s' %.*s", o.select, STR_ARG(buf_str(&why)));
	buf_release(&why);
	if (!ok)
		return false;
	if (p->sample.n == 1)
		note("%s", o.select ? "the selector matches no samples" : "there are no samples");
	if (!common.type)
		return choose_column(p, col);
	for (*col = 0; *col < p->ncol; ++*col)
		if (p->col[*col].type.i == asked.type.i && p->col[*col].unit.i == asked.unit.i)
			return true;
	usage("the selector leaves out sample type %s of --type", common.type);
}

/* The total that percentages are relative to, before filters leave anything out. */
static int64_t shares_total(struct profile *p, uint32_t col)
{
	struct column_total total = column_total(p, col);

	p->saturated += total.saturated;
	return column_total_shares(&total);
}

static bool print_report(const struct report *report, struct query *q)
{
	struct out out;

	q->out = &out;
	if (out_open(&out, common.output, common.pack))
		report_print(report, q);
	if (q->arg.function.failed) {
		out_abandon(&out);
		out_release(&out);
		return complain("--%s: the pattern %s", report->name, q->arg.function.failed);
	}
	if (report->argument > REPORT_LIMIT && !q->result.found)
		note("--%s: there is no such %s", report->name,
		     report->argument == REPORT_REGEX ? "function" : "label");
	return finish_output(&out);
}

/* Print the report, or write what the query selects as a profile. */
static bool print(struct query *q, const struct report *report)
{
	if (report)
		return print_report(report, q);
	if (common.type)
		keep_column(q->p, q->col);
	return save(q->p, output_format());
}

int main(int argc, char **argv)
{
	struct selector selector = { 0 };
	struct filter filter = { 0 };
	struct query query = { 0 };
	struct dictionary dict;
	struct profile p;
	struct buf filters = { 0 };
	const struct report *report;
	char **paths;
	bool ok;

	fill_report_options();
	paths = start(&cmd, argc, argv);
	take_selector(paths);
	parse_selector(&selector);
	parse_range();
	common.selector = o.select ? &selector : NULL;
	parse_filters(&filter);
	if (over_time_wanted(&o.over_time)) {
		if (o.to >= (int)LEN(report_formats))
			usage("--%s is printed as text, tsv or json",
			      over_time_wanted(&o.over_time));
		ok = over_time_print(&o.over_time, paths, o.select ? &selector : NULL,
				     o.to < 0 ? REPORT_TEXT : (enum report_format)o.to);
		selector_release(&selector);
		filter_release(&filter);
		return status(ok);
	}
	report = choose_report(&query);
	filter_describe(&filter, &filters);
	query.p = &p;
	query.filters = buf_str(&filters);
	dict_init(&dict);
	profile_init(&p, &dict);
	ok = load_all(&p, paths);
	note_rounded(profile_round(&p));
	if (p.ncol && select_part(&selector, &p, &query.col)) {
		query.total = shares_total(&p, query.col);
		rewrite(&p, &(struct rewrite){ 0 });
		ok = apply_filters(&filter, &p) && print(&query, report) && ok;
	} else if (ok && !p.nprofile) {
		note("no profile is selected");
	} else {
		ok = false;
	}
	buf_release(&filters);
	regex_release(&query.arg.function);
	filter_release(&filter);
	selector_release(&selector);
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return status(ok);
}
