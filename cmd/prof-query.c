/* prof-query: select part of a profile, or print a report about it. */
#include <unistd.h>

#include "analyze/total.h"
#include "base/when.h"
#include "cli/progress.h"
#include "common.h"
#include "filters.h"
#include "frames.h"
#include "index_types.h"
#include "parts_wanted.h"
#include "profile/rewrite.h"
#include "profile/unit.h"
#include "query/label_frames.h"
#include "query/report.h"
#include "query/selector.h"
#include "query/subtract.h"
#include "server_options.h"
#include "terminal_size.h"
#include "time_reports.h"
#include "view/terminal.h"

static struct {
	const char *select;
	const char *by, *unit, *base, *ratio;
	struct label_list {
		const char *roots, *leaves;
	} frames;   /* --tagroot, --tagleaf */
	bool by_id; /* --span or --trace is given */
	bool incl, self, mean, normalize, relative, follow;
	struct opt_list source;
	const char *revision;
	int sort; /* enum graph_order */
	int to;   /* into to_name() */
	/* By report: whether the user asks for it, and its argument. */
	bool wanted[NREPORT];
	const char *argument[NREPORT];
} o = { .sort = -1, .to = -1 };

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
	{ 0, "select", OPT_STR, &o.select, "SELECTOR", "same as the operand",
	  .title = "What reports show" },
	{ 0, "sort", OPT_CHOICE, &o.sort, "ORDER", "order functions by flat, cum or name",
	  order_name },
	{ 0, "incl", OPT_FLAG, &o.incl, NULL, "order functions by inclusive value: --sort=cum",
	  .also = "cum" },
	{ 0, "self", OPT_FLAG, &o.self, NULL, "--sort=flat; --function: of the leaf alone",
	  .also = "flat" },
	{ 0, "by", OPT_STR, &o.by, "LABEL", "divide --top, --series ... by values of a label" },
	{ 0, "tagroot", OPT_STR, &o.frames.roots, "LABEL,...", "stacks begin with these labels" },
	{ 0, "tagleaf", OPT_STR, &o.frames.leaves, "LABEL,...", "stacks end with these labels" },
	{ 0, "mean", OPT_FLAG, &o.mean, NULL, "divide values by those of the first sample type" },
	{ 0, "ratio", OPT_STR, &o.ratio, "TYPE/TYPE", "--top: show one type per unit of another" },
	{ 0, "source", OPT_LIST, &o.source, "DIR", "--list: look for source files here, too" },
	{ 0, "revision", OPT_STR, &o.revision, "REV",
	  "--list: files as they are in this git revision" },
	{ 0, "unit", OPT_STR, &o.unit, "UNIT", "show values in this unit: ms, kB ..." },
	{ 0, "relative-percentages", OPT_FLAG, &o.relative, NULL, "shares of what filters keep" },
	{ 0, "base", OPT_FILE, &o.base, "FILE", "subtract this profile" },
	{ 0, "normalize", OPT_FLAG, &o.normalize, NULL, "scale to the total of --base first" },
	{ 0, "follow", OPT_FLAG, &o.follow, NULL, "a report for each window of a stream" },
	{ 't', "to", OPT_CHOICE, &o.to, "FORMAT", "report: text, tsv, json, html; else pprof ...",
	  to_name, .also = "report" },
	{ 0, "format", OPT_CHOICE, &o.to, "FORMAT", "the same as --to", to_name },
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
static const struct cmd cmd = { "prof-query", "Select part of a profile, or report about it.",
				"[SELECTOR] [FILE|STORE|URL]...", options, false };

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
			.to = r->argument ? (void *)&o.argument[i] : (void *)&o.wanted[i],
		};
	}
}

static void choose_format(const struct report *report, struct query *q)
{
	bool is_for_reports = o.to < NTO;

	if (o.to < 0)
		return;
	if (report && !is_for_reports)
		usage("--%s is printed as text, tsv or json, not as %s", report->name,
		      to_name((size_t)o.to));
	if (!report && is_for_reports)
		usage("-t %s is for reports: add one, such as --top", to_name((size_t)o.to));
	if (report && is_for_reports &&
	    (o.to > REPORT_HTML || (o.to == REPORT_HTML && !report->html) ||
	     (o.to == REPORT_OPENMETRICS && !report->metrics)))
		usage("-t %s is not for --%s", to_name((size_t)o.to), report->name);
	if (o.to == REPORT_OPENMETRICS && (o.mean || o.ratio || o.follow))
		usage("-t openmetrics has sums: no --mean, no --ratio, no --follow");
	if (is_for_reports)
		q->format = (enum report_format)o.to;
	else
		common.to = o.to - NTO;
}

static void choose_order(struct report_arguments *arg)
{
	if (o.incl + o.self + (o.sort >= 0) > 1)
		usage("one of --sort, --incl and --self");
	arg->order = o.incl ? GRAPH_BY_CUM : o.sort >= 0 ? (enum graph_order)o.sort : GRAPH_BY_FLAT;
}

/* Some options are for some reports. */
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

/* Cut a name for the terminal. */
static void cut_name(struct buf *b, struct str name, size_t columns)
{
	terminal_text(b, name, columns, terminal_is_ascii());
}

/* Where --list looks for source files. */
static struct source_dirs find_source_dirs(void)
{
	struct source_dirs dirs = { o.source.v, o.source.n, NULL };
	struct buf why = { 0 };

	if (o.revision && !dirs.n)
		usage("--revision is of the folders of --source, which is missing");
	if (o.revision && !source_dirs_at(&dirs, o.revision, &why))
		usage("--revision: %.*s", STR_ARG(buf_str(&why)));
	buf_release(&why);
	return dirs;
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
	check_feature(chosen, REPORT_HAS_BY, o.by && (chosen || !common.select), "by");
	check_feature(chosen, REPORT_HAS_MEAN, o.mean, "mean");
	check_feature(chosen, REPORT_HAS_RATIO, o.ratio != NULL, "ratio");
	if (o.unit && (!chosen || q->format != REPORT_TEXT))
		usage("--unit is for reports as text; other formats have exact integers");
	if (o.normalize && !o.base)
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
	q->arg.by = str_of(o.by);
	q->arg.selector = common.selector;
	q->arg.mean = o.mean;
	q->arg.source = find_source_dirs();
	q->arg.unit = str_of(o.unit);
	if (q->format == REPORT_TEXT && to_terminal()) {
		q->columns = terminal_columns();
		q->cut = cut_name;
	}
	return chosen;
}

/* Take the selector out of the operands: one that looks like a selector and names no file. */
static void take_selector(char **operands)
{
	char **to = operands;

	for (char **at = operands; *at; at++) {
		if (!selector_looks_like(str_of(*at)) || http_url_is(str_of(*at)) ||
		    access(*at, F_OK) == 0) {
			*to++ = *at;
			continue;
		}
		if (o.select)
			usage("'%s' and '%s' are both selectors", o.select, *at);
		o.select = *at;
	}
	*to = NULL;
}

/* Select by an id, too. */
static void add_id(struct selector *s, struct str name, const char *id)
{
	struct matchers *m = &s->labels;

	if (!id)
		return;
	m->v = mem_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = (struct matcher){ .name = name, .value = str_of(id), .op = MATCH_EQUAL };
}

/* The selector and --span and --trace. False if there is none of them. */
static bool parse_selector(struct selector *s)
{
	const char *span, *trace;
	struct buf why = { 0 };

	if (o.select && !selector_parse(s, str_of(o.select), &why))
		usage("selector '%s': %.*s", o.select, STR_ARG(buf_str(&why)));
	buf_release(&why);
	time_report_ids(&span, &trace);
	add_id(s, S("span_id"), span);
	add_id(s, S("trace_id"), trace);
	o.by_id = span || trace;
	return o.select || o.by_id;
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
	ok = common.select || selector_apply(s, p, &why);
	if (!ok)
		complain("selector '%s' %.*s", o.select ? o.select : "", STR_ARG(buf_str(&why)));
	buf_release(&why);
	if (!ok)
		return false;
	if (p->sample.n == 1)
		note("%s",
		     common.selector ? "the selector matches no samples" : "there are no samples");
	if (!common.type)
		return choose_column(p, col);
	for (*col = 0; *col < p->ncol; ++*col)
		if (p->col[*col].type.i == asked.type.i && p->col[*col].unit.i == asked.unit.i)
			return true;
	usage("the selector leaves out sample type %s of --type", common.type);
}

/* The sum of the column that --mean divides by: in a differential profile, of the base. */
static int64_t sum_of_counts(struct profile *p, bool of_base)
{
	struct base_side base = base_side_of(p);
	int64_t sum = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		if (!of_base || base_side_has(&base, profile_sample(p, (sample_id){ i })->labels))
			sum = sat_add(p, sum, p->col[0].v[i]);
	return sum;
}

/* The total that percentages are relative to. */
static int64_t shares_total(struct profile *p, uint32_t col)
{
	struct column_total total = column_total(p, col);
	int64_t v = column_total_shares(&total), n = o.mean ? sum_of_counts(p, total.base) : 1;

	p->saturated += total.saturated;
	return n ? v / n : v;
}

/* Check what could not be checked before the columns were known. */
static bool check_column(const struct profile *p, uint32_t col, struct report_arguments *arg)
{
	struct str unit = dict_text(p->dict, p->col[col].unit);
	double one = 1;

	if (o.mean && col == 0)
		return complain("--mean divides by the first sample type, and '%.*s' is that: "
				"choose another with --type",
				STR_ARG(dict_text(p->dict, p->col[col].type)));
	if (o.unit && !str_eq(str_of(o.unit), unit) && !unit_convert(&one, unit, str_of(o.unit)))
		return complain("--unit %s: sample type '%.*s' is in %.*s", o.unit,
				STR_ARG(dict_text(p->dict, p->col[col].type)), STR_ARG(unit));
	arg->has_ratio = o.ratio != NULL;
	return !o.ratio || ratio_parse(&arg->ratio, p, str_of(o.ratio)) ||
	       complain("--ratio %s: these are not two of the sample types (prof-query --types "
			"lists them)",
			o.ratio);
}

/* Subtract --base. */
static bool load_base(struct profile *p)
{
	char *paths[] = { (char *)o.base, NULL };
	struct profile base;
	size_t left = 0;
	bool ok;

	if (!o.base)
		return true;
	profile_init(&base, p->dict);
	ok = load_all(&base, paths);
	note_rounded(profile_round(&base));
	if (o.normalize)
		left = normalize_to_base(p, &base);
	if (left)
		note("--normalize: %zu of %zu sample types have no total to scale to", left,
		     p->ncol);
	subtract_base(p, &base);
	profile_release(&base);
	return ok;
}

/* Put the labels of --tagroot and --tagleaf on the stacks. */
static void add_label_frames(struct profile *p)
{
	struct label_frames f = { str_of(o.frames.roots), str_of(o.frames.leaves) };
	struct buf missing = { 0 };

	if (f.roots.n + f.leaves.n && label_frames_add(&f, p, &missing))
		note("no sample has a label %.*s", STR_ARG(buf_str(&missing)));
	buf_release(&missing);
}

/* Note what a report did not find. */
static void note_missing(const struct report *report, const struct query *q)
{
	if (q->result.missing)
		note("--%s: %zu file%s cannot be shown%s", report->name, q->result.missing,
		     q->result.missing == 1 ? "" : "s",
		     report == &report_list ? ": --source names folders to look in" : "");
	if (q->result.left_out)
		note("--by %s: %zu more values are left out", o.by, q->result.left_out);
	if (o.by && !q->result.found)
		note("--by: there is no label '%s'", o.by);
	if (report->argument > REPORT_LIMIT && !q->result.found)
		note("--%s: there is no such %s", report->name,
		     report->argument == REPORT_REGEX ? "function" : "label");
}

/* Close the output of a report. */
static bool finish_report(const struct report *report, struct query *q)
{
	if (q->arg.function.failed) {
		out_abandon(q->out);
		out_release(q->out);
		return complain("--%s: the pattern %s", report->name, q->arg.function.failed);
	}
	if (report)
		note_missing(report, q);
	return finish_output(q->out);
}

static bool print_report(const struct report *report, struct query *q)
{
	struct out out;

	q->out = &out;
	if (out_open(&out, common.output, common.pack))
		report_print(report, q);
	return finish_report(report, q);
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

/* Select and filter: from here on the profile is what reports are about. */
static bool prepare(struct query *q, struct profile *p, struct selector *selector)
{
	struct filter filter = { 0 };
	bool ok;

	q->p = p;
	note_rounded(profile_round(p));
	if (!p->ncol || !select_part(selector, p, &q->col) || !check_column(p, q->col, &q->arg))
		return false;
	q->total = shares_total(p, q->col);
	rewrite(p, &(struct rewrite){ 0 });
	add_label_frames(p);
	parse_filters(&filter);
	ok = apply_filters(&filter, p);
	filter_release(&filter);
	if (!ok)
		return false;
	rewrite_names(p, q->columns);
	if (o.relative)
		q->total = shares_total(p, q->col);
	return true;
}

/* Streams */

/* Begin the block of a window: on a terminal, in the place of the one before. */
static void begin_window(const struct report *report, struct query *q)
{
	struct buf *b = &q->out->bytes;

	if (report->features & REPORT_HAS_WINDOWS)
		return;
	if (q->columns)
		buf_add(b, S("\033[H\033[J"));
	else if (q->window && q->format != REPORT_JSON)
		buf_ch(b, '\n');
}

/* The report of a window, or the window itself as a part of a stream. */
static void print_window(const struct report *report, struct query *q)
{
	if (report) {
		begin_window(report, q);
		report_print(report, q);
	} else {
		if (common.type)
			keep_column(q->p, q->col);
		output_format()->write(q->out, q->p);
	}
	out_flush_all(q->out);
}

/* The next window of a stream, in a dictionary of its own. False at the end of the stream. */
static bool follow_window(struct source *s, struct selector *selector, struct query *q,
			  const struct report *report, bool *ok)
{
	struct dictionary dict;
	struct profile p;
	bool more, quiet = common.quiet, prepared;

	dict_init(&dict);
	profile_init(&p, &dict);
	more = source_next(s, &p);
	common.quiet = quiet || q->window; /* notes are for the first window */
	prepared = more && prepare(q, &p, selector);
	common.quiet = quiet;
	if (prepared) {
		print_window(report, q);
		q->window++;
	} else if (more) {
		*ok = false;
	}
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return more && !q->out->failed && !q->arg.function.failed;
}

static bool follow(char **paths, struct selector *selector, struct query *q,
		   const struct report *report)
{
	bool ok = true;
	struct source s;
	struct out out;

	q->in_stream = true;
	if (q->columns && !q->arg.limit && report == &report_top)
		q->arg.limit = max_size(terminal_lines(), 10) - 5;
	q->out = &out;
	open_source(&s, paths, false);
	progress_end();
	if (out_open(&out, common.output, common.pack))
		while (follow_window(&s, selector, q, report, &ok))
			;
	ok = source_close(&s) && ok;
	return finish_report(report, q) && ok;
}

/* The sum of all inputs. */
static bool query_sum(char **paths, struct selector *selector, struct query *q,
		      const struct report *report)
{
	struct dictionary dict;
	struct profile p;
	bool ok;

	dict_init(&dict);
	profile_init(&p, &dict);
	ok = load_all(&p, paths);
	note_rounded(profile_round(&p));
	ok = load_base(&p) && ok;
	if (ok && !p.nprofile)
		note("no profile is selected");
	else
		ok = prepare(q, &p, selector) && print(q, report) && ok;
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return ok;
}

static bool is_followed(const struct report *report)
{
	if (common.count && !common.every)
		usage("--count is for --every");
	if (common.every && o.base)
		usage("--base is subtracted from a sum, not from each profile of --every");
	if (common.every)
		return true;
	if (report && report->features & REPORT_HAS_WINDOWS)
		o.follow = true;
	if (o.follow && !report)
		usage("--follow prints a report for each window: add one, such as --top");
	if (o.follow && o.base)
		usage("--base is subtracted from a sum, not from each window");
	return o.follow;
}

int main(int argc, char **argv)
{
	struct selector selector = { 0 };
	struct filter filter = { 0 };
	struct query query = { 0 };
	struct buf filters = { 0 };
	const struct report *report;
	char **paths;
	bool ok;

	fill_report_options();
	paths = start(&cmd, argc, argv);
	take_selector(paths);
	common.selector = parse_selector(&selector) ? &selector : NULL;
	time_report_parse_range();
	common.select = has_server(paths) || (o.base && server_is(o.base));
	if (o.by_id && common.select)
		usage("--span and --trace: the answers of a server do not say of what spans they are");
	parse_filters(&filter);
	filter_describe(&filter, &filters);
	if (time_report_wanted()) {
		struct time_report_request r = { paths, common.selector, o.by, o.self, o.to };
		int result;

		if (common.every)
			usage("--every makes a stream, which --%s does not read: give it to a store",
			      time_report_wanted());
		if (filters.n)
			usage("--%s takes a selector, but no filters", time_report_wanted());
		result = time_report_run(&r);
		selector_release(&selector);
		filter_release(&filter);
		return result;
	}
	report = choose_report(&query);
	choose_parts(&(struct parts_wanted){
		.report = report,
		.two_types = o.mean || o.ratio,
		.has_filters = filters.n || o.base,
		.lists = { o.by, o.frames.roots, o.frames.leaves },
		.tags = &filter.tags,
	});
	if (report == &report_types && common.no_stacks && has_index_types(paths))
		return status(print_index_types(paths, query.format));
	query.filters = buf_str(&filters);
	ok = is_followed(report) ? follow(paths, &selector, &query, report) :
				   query_sum(paths, &selector, &query, report);
	buf_release(&filters);
	regex_release(&query.arg.function);
	source_dirs_release(&query.arg.source);
	filter_release(&filter);
	selector_release(&selector);
	return status(ok);
}
