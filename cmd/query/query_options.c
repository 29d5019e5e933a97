#include "cmd/query/query_options.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/filters.h"
#include "cmd/frames.h"
#include "cmd/option_use.h"
#include "cmd/query/time_reports.h"
#include "cmd/server_options.h"
#include "cmd/terminal_size.h"
#include "view/terminal.h"

struct query_options query_options = { .sort = -1, .to = -1 };

static const char *to_name(size_t i)
{
	const struct format *f;

	if (i < NTO)
		return report_format_name(i);
	f = format_writable_at(i - NTO);
	return f ? f->name : NULL;
}

static const char *order_name(size_t i)
{
	static const char *const names[] = { "flat", "cum", "name" };

	return i < LEN(names) ? names[i] : NULL;
}

static bool parse_every(void *to, const char *arg)
{
	return when_duration(str_of(arg), to) && *(uint64_t *)to > 0 &&
	       *(uint64_t *)to <= INT64_MAX;
}

static bool parse_count(void *to, const char *arg)
{
	return str_u64(str_of(arg), to) && *(uint64_t *)to > 0;
}

/* Filled in from the table of reports. */
static struct opt report_options[NREPORT + 1];

static const struct opt own_options[] = {
	{ 0, "select", OPT_STR, &query_options.select, "SELECTOR", "same as the operand",
	  .title = "What reports show" },
	{ 0, "sort", OPT_CHOICE, &query_options.sort, "ORDER",
	  "order functions by flat, cum or name", order_name },
	{ 0, "incl", OPT_FLAG, &query_options.incl, NULL, "--sort=cum; --changes: inclusive shares",
	  .also = "cum" },
	{ 0, "self", OPT_FLAG, &query_options.self, NULL,
	  "--sort=flat; --function: of the leaf alone", .also = "flat" },
	{ 0, "by", OPT_STR, &query_options.by, "LABEL",
	  "divide --top, --series ... by values of a label" },
	{ 0, "tagroot", OPT_STR, &query_options.frames.roots, "LABEL,...",
	  "stacks begin with these labels" },
	{ 0, "tagleaf", OPT_STR, &query_options.frames.leaves, "LABEL,...",
	  "stacks end with these labels" },
	{ 0, "mean", OPT_FLAG, &query_options.mean, NULL,
	  "divide values by those of the first sample type" },
	{ 0, "ratio", OPT_STR, &query_options.ratio, "TYPE/TYPE",
	  "--top: show one type per unit of another" },
	{ 0, "source", OPT_LIST, &query_options.source, "DIR",
	  "--list: look for source files here, too" },
	{ 0, "revision", OPT_STR, &query_options.revision, "REV",
	  "--list: files as they are in this git revision" },
	{ 0, "unit", OPT_STR, &query_options.unit, "UNIT", "show values in this unit: ms, kB ..." },
	{ 0, "relative-percentages", OPT_FLAG, &query_options.relative, NULL,
	  "shares of what filters keep" },
	{ 0, "base", OPT_FILE, &query_options.base, "FILE", "subtract this profile" },
	{ 0, "normalize", OPT_FLAG, &query_options.normalize, NULL,
	  "scale to the total of --base first" },
	{ 0, "follow", OPT_FLAG, &query_options.follow, NULL,
	  "a report for each window of a stream" },
	{ 't', "to", OPT_CHOICE, &query_options.to, "FORMAT",
	  "report: text, tsv, json, html; else pprof ...", to_name, .also = "report" },
	{ 0, "format", OPT_CHOICE, &query_options.to, "FORMAT", "the same as --to", to_name },
	{ 0 },
};

static const struct opt scrape_options[] = {
	{ 0, "every", OPT_PARSED, &common.every, "TIME", "read URLs of profiles again and again",
	  NULL, parse_every, .title = INPUT_AND_OUTPUT },
	{ 0, "count", OPT_PARSED, &common.count, "N", "--every: so often, then end", NULL,
	  parse_count },
	{ 0 },
};

static const struct opt *const options[] = { filter_options,
					     name_options,
					     report_options,
					     own_options,
					     time_report_options,
					     scrape_options,
					     file_options,
					     sum_options,
					     server_options,
					     general_options,
					     NULL };
static const struct cmd cmd = { "prof-query",
				"Select part of a profile, or report about it.",
				"[SELECTOR] [FILE|STORE|URL]...",
				options,
				false,
				.everyday =
					"focus ignore hide show-from tag no-inlines simplify "
					"top tree peek list timeline labels values types summary "
					"sort by source base follow to since until last series "
					"function step alert changes heatmap every output type" };

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
			.title = "Reports",
			.kind = kinds[r->argument].kind,
			.arg = kinds[r->argument].arg,
			.to = r->argument ? (void *)&query_options.argument[i] :
					    (void *)&query_options.wanted[i],
		};
	}
}

static void choose_format(const struct report *report, struct query *q)
{
	bool is_for_reports = query_options.to < NTO;

	if (query_options.to < 0)
		return;
	if (report && !is_for_reports)
		usage("--%s is printed as text, tsv or json, not as %s", report->name,
		      to_name((size_t)query_options.to));
	if (!report && is_for_reports)
		usage("-t %s is for reports: add one, such as --top",
		      to_name((size_t)query_options.to));
	if (report && is_for_reports &&
	    (query_options.to > REPORT_HTML || (query_options.to == REPORT_HTML && !report->html) ||
	     (query_options.to == REPORT_OPENMETRICS && !report->metrics)))
		usage("-t %s is not for --%s", to_name((size_t)query_options.to), report->name);
	if (query_options.to == REPORT_OPENMETRICS &&
	    (query_options.mean || query_options.ratio || query_options.follow))
		usage("-t openmetrics has sums: no --mean, no --ratio, no --follow");
	if (is_for_reports)
		q->format = (enum report_format)query_options.to;
	else
		common.to = query_options.to - NTO;
}

static void choose_order(struct report_arguments *arg)
{
	if (query_options.incl + query_options.self + (query_options.sort >= 0) > 1)
		usage("one of --sort, --incl and --self");
	arg->order = query_options.incl      ? GRAPH_BY_CUM :
		     query_options.sort >= 0 ? (enum graph_order)query_options.sort :
					       GRAPH_BY_FLAT;
}

/* Exit with a usage error if an option is given that the report does not have. */
static void check_feature(const struct report *report, enum report_feature feature, bool wanted,
			  const char *option)
{
	struct buf which = { 0 };

	if (!wanted || (report && report->features & feature))
		return;
	for (size_t i = 0; i < NREPORT; i++)
		if (reports[i]->features & feature)
			buf_printf(&which, "%s--%s", which.n ? ", " : "", reports[i]->name);
	usage("--%s is for %.*s", option, STR_ARG(buf_str(&which)));
}

/* Shorten a name to the terminal's width. */
static void cut_name(struct buf *b, struct str name, size_t columns)
{
	terminal_text(b, name, columns, terminal_is_ascii());
}

/* The directories in which --list looks for source files. */
static struct source_dirs find_source_dirs(void)
{
	struct source_dirs dirs = { query_options.source.v, query_options.source.n, NULL, true };
	struct buf why = { 0 };
	struct stat st;

	for (size_t i = 0; i < dirs.n; i++)
		if (stat(dirs.v[i], &st) != 0 || !S_ISDIR(st.st_mode))
			usage("--source %s: there is no such folder", dirs.v[i]);
	if (query_options.revision && !dirs.n)
		usage("--revision is of the folders of --source, which is missing");
	if (query_options.revision && !source_dirs_at(&dirs, query_options.revision, &why))
		usage("--revision: %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return dirs;
}

/* The requested report, or NULL, and its argument. */
static const struct report *chosen_report(const char **argument)
{
	const struct report *chosen = NULL;

	*argument = NULL;
	for (size_t i = 0; i < NREPORT; i++) {
		if (!query_options.wanted[i] && !query_options.argument[i])
			continue;
		if (chosen)
			usage("--%s or --%s, not both", chosen->name, reports[i]->name);
		chosen = reports[i];
		*argument = query_options.argument[i];
	}
	return chosen;
}

/* Exit with a usage error if a list has an empty name. */
static void check_names(const char *option, const char *list)
{
	struct str rest = list ? str_of(list) : (struct str){ 0 };

	if (!list)
		return;
	do
		if (!str_cut(&rest, ',').n)
			usage("--%s '%s': a label without a name", option, list);
	while (rest.p);
}

void query_check_options(void)
{
	static const char of_functions[] = "top peek summary changes",
			  with_values[] = "top tree peek list disasm dot traces labels summary";
	const char *argument, *of_times = time_report_wanted();
	const struct report *report = chosen_report(&argument);
	const struct query_options *o = &query_options;
	const struct option_use uses[] = {
		{ "sort", o->sort >= 0, "top peek summary" },
		{ "incl", o->incl, of_functions },
		{ "self", o->self, "top peek summary series heatmap exemplars" },
		{ "tagroot", o->frames.roots != NULL, NULL },
		{ "tagleaf", o->frames.leaves != NULL, NULL },
		{ "mean", o->mean, NULL },
		{ "ratio", o->ratio != NULL, NULL },
		{ "source", o->source.n > 0, "list" },
		{ "revision", o->revision != NULL, "list" },
		{ "unit", o->unit != NULL, with_values },
		{ "relative-percentages", o->relative,
		  "top tree peek list disasm dot timeline labels summary" },
		{ "base", o->base != NULL, NULL },
		{ "normalize", o->normalize, NULL },
		{ "follow", o->follow, NULL },
		{ "count", common.count && !common.every, NULL },
	};

	check_names("by", o->by);
	check_names("tagroot", o->frames.roots);
	check_names("tagleaf", o->frames.leaves);
	if (report && of_times)
		usage("--%s or --%s, not both", report->name, of_times);
	option_uses_check(uses, LEN(uses),
			  of_times ? of_times :
			  report   ? report->name :
				     NULL,
			  of_times != NULL);
	time_report_check_options(report ? report->name : NULL);
	frames_check_options(of_times);
}

const struct report *query_report(struct query *q)
{
	const char *argument;
	const struct report *chosen = chosen_report(&argument);
	struct buf why = { 0 };

	choose_format(chosen, q);
	check_feature(chosen, REPORT_HAS_BY, query_options.by && (chosen || !common.select), "by");
	check_feature(chosen, REPORT_HAS_MEAN, query_options.mean, "mean");
	check_feature(chosen, REPORT_HAS_RATIO, query_options.ratio != NULL, "ratio");
	if (query_options.unit && (!chosen || q->format != REPORT_TEXT))
		usage("--unit is for reports as text; other formats have exact integers");
	if (query_options.normalize && !query_options.base)
		usage("--normalize scales to the total of --base, which is missing");
	if (!chosen)
		return NULL;
	if (chosen->argument == REPORT_LIMIT && *argument &&
	    (!str_u64(str_of(argument), &q->arg.limit) || !q->arg.limit))
		usage("'%s' is not a valid N for --%s", argument, chosen->name);
	if (chosen->argument == REPORT_REGEX &&
	    !regex_init(&q->arg.function, str_of(argument), REGEX_ANYWHERE, &why))
		usage("--%s %s: %.*s", chosen->name, argument, STR_ARG(buf_str(&why)));
	q->arg.label = str_of(argument);
	choose_order(&q->arg);
	q->arg.by = str_of(query_options.by);
	q->arg.selector = common.selector;
	q->arg.mean = query_options.mean;
	q->arg.source = find_source_dirs();
	q->arg.unit = str_of(query_options.unit);
	if (q->format == REPORT_TEXT && to_terminal()) {
		q->columns = terminal_columns();
		q->cut = cut_name;
	}
	return chosen;
}

/* Remove the selector from the operands: one that looks like a selector and is not a file. */
static void take_selector(char **operands)
{
	char **to = operands;

	for (char **at = operands; *at; at++) {
		if (!selector_looks_like(str_of(*at)) || http_url_is(str_of(*at)) ||
		    access(*at, F_OK) == 0) {
			*to++ = *at;
			continue;
		}
		if (query_options.select)
			usage("'%s' and '%s' are both selectors", query_options.select, *at);
		query_options.select = *at;
	}
	*to = NULL;
}

/* Add an id to the selector. */
static void add_id(struct selector *s, struct str name, const char *id)
{
	struct matchers *m = &s->labels;

	if (!id)
		return;
	m->v = mem_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = (struct matcher){ .name = name, .value = str_of(id), .op = MATCH_EQUAL };
}

bool query_selector(struct selector *s)
{
	const char *span, *trace;
	struct buf why = { 0 };

	if (query_options.select && !selector_parse(s, str_of(query_options.select), &why))
		usage("selector '%s': %.*s", query_options.select, STR_ARG(buf_str(&why)));
	buf_release(&why);
	time_report_ids(&span, &trace);
	add_id(s, S("span_id"), span);
	add_id(s, S("trace_id"), trace);
	return query_options.select || span || trace;
}

char **query_start(int argc, char **argv)
{
	char **paths;

	fill_report_options();
	paths = start(&cmd, argc, argv);
	take_selector(paths);
	return paths;
}
