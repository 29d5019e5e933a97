/* prof-query: select part of a profile, or print a report about it. */
#include "analyze/total.h"
#include "cli/progress.h"
#include "cmd/common.h"
#include "cmd/filters.h"
#include "cmd/frames.h"
#include "cmd/query/index_types.h"
#include "cmd/query/parts_wanted.h"
#include "cmd/query/query_options.h"
#include "cmd/query/time_reports.h"
#include "cmd/server_options.h"
#include "cmd/terminal_size.h"
#include "profile/rewrite.h"
#include "profile/unit.h"
#include "query/label_frames.h"
#include "query/report.h"
#include "query/select/selector.h"
#include "query/subtract.h"

static struct query_options *const o = &query_options;

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
		complain("selector '%s' %.*s", o->select ? o->select : "", STR_ARG(buf_str(&why)));
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

/* The sum of the column that --mean divides by; in a differential profile, that of the base. */
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
	int64_t v = column_total_shares(&total), n = o->mean ? sum_of_counts(p, total.base) : 1;

	p->saturated += total.saturated;
	return n ? v / n : v;
}

/* Checks that need the columns. */
static bool check_column(const struct profile *p, uint32_t col, struct report_arguments *arg)
{
	struct str unit = dict_text(p->dict, p->col[col].unit);
	double one = 1;

	if (o->mean && col == 0)
		return complain("--mean divides by the first sample type, and '%.*s' is that: "
				"choose another with --type",
				STR_ARG(dict_text(p->dict, p->col[col].type)));
	if (o->unit && !str_eq(str_of(o->unit), unit) && !unit_convert(&one, unit, str_of(o->unit)))
		return complain("--unit %s: sample type '%.*s' is in %.*s", o->unit,
				STR_ARG(dict_text(p->dict, p->col[col].type)), STR_ARG(unit));
	arg->has_ratio = o->ratio != NULL;
	return !o->ratio || ratio_parse(&arg->ratio, p, str_of(o->ratio)) ||
	       complain("--ratio %s: these are not two of the sample types (prof-query --types "
			"lists them)",
			o->ratio);
}

/* Subtract --base. */
static bool load_base(struct profile *p)
{
	char *paths[] = { (char *)o->base, NULL };
	struct profile base;
	size_t left = 0;
	bool ok;

	if (!o->base)
		return true;
	profile_init(&base, p->dict);
	ok = load_all(&base, paths);
	note_rounded(&base, profile_round(&base));
	if (o->normalize)
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
	struct label_frames f = { str_of(o->frames.roots), str_of(o->frames.leaves) };
	struct buf missing = { 0 };

	if (f.roots.n + f.leaves.n && label_frames_add(&f, p, &missing))
		note("no sample has a label %.*s", STR_ARG(buf_str(&missing)));
	buf_release(&missing);
}

/* Note what a report could not find. */
static void note_missing(const struct report *report, const struct query *q)
{
	if (q->result.missing)
		note("--%s: %zu file%s cannot be shown%s", report->name, q->result.missing,
		     q->result.missing == 1 ? "" : "s",
		     report == &report_list ? ": --source names folders to look in" : "");
	if (q->result.left_out)
		note("--by %s: %zu more values are left out", o->by, q->result.left_out);
	if (o->by && !q->result.found)
		note("--by: there is no label '%s'", o->by);
	if (report == &report_labels && !q->result.found)
		note("--labels: no sample has a label");
	if (report->argument > REPORT_LIMIT && !q->result.found)
		note("--%s: there is no such %s", report->name,
		     report->argument == REPORT_REGEX ? "function" : "label");
}

/* Finish the output of a report. */
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

/* Print the report; without one, write the selected part as a profile. */
static bool print(struct query *q, const struct report *report)
{
	if (report)
		return print_report(report, q);
	if (common.type)
		keep_column(q->p, q->col);
	return save(q->p, output_format());
}

/* Select and filter: afterwards the profile has only what reports need. */
static bool prepare(struct query *q, struct profile *p, struct selector *selector)
{
	struct filter filter = { 0 };
	bool ok;

	q->p = p;
	note_rounded(p, profile_round(p));
	if (!p->ncol || !select_part(selector, p, &q->col) || !check_column(p, q->col, &q->arg))
		return false;
	q->total = shares_total(p, q->col);
	rewrite(p, &(struct rewrite){ 0 });
	if (!drop_own_frames(p))
		return false;
	rewrite_names(p);
	add_label_frames(p);
	parse_filters(&filter);
	filter.all_frames = true;
	ok = apply_filters(&filter, p);
	filter_release(&filter);
	if (!ok)
		return false;
	rewrite_granularity(p, q->columns);
	if (o->relative)
		q->total = shares_total(p, q->col);
	return true;
}

/* Streams */

/* Begin the block of a window; on a terminal, overwrite the previous one. */
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

/* Print the report of a window, or write the window as a part of a stream. */
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

/*
 * Read and print the next window of a stream, in a dictionary of its own. False at the end of
 * the stream.
 */
static bool follow_window(struct source *s, struct selector *selector, struct query *q,
			  const struct report *report, bool *ok)
{
	struct dictionary dict;
	struct profile p;
	bool more, quiet = common.quiet, prepared;

	dict_init(&dict);
	profile_init(&p, &dict);
	more = source_next(s, &p);
	common.quiet = quiet || q->window; /* notes only about the first window */
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

/* No profile is selected: a report for programs has no rows, and is valid all the same. */
static bool print_nothing(struct query *q, struct profile *p, const struct report *report)
{
	struct out out;

	note("no profile is selected");
	if (!report || q->format == REPORT_TEXT || q->format == REPORT_HTML)
		return true;
	q->p = p;
	q->out = &out;
	if (out_open(&out, common.output, common.pack))
		report_print_nothing(report, q);
	return finish_output(&out);
}

/* Read the sum of all inputs. */
static bool query_sum(char **paths, struct selector *selector, struct query *q,
		      const struct report *report)
{
	struct dictionary dict;
	struct profile p;
	bool ok, has_base;

	dict_init(&dict);
	profile_init(&p, &dict);
	ok = load_all(&p, paths);
	note_rounded(&p, profile_round(&p));
	has_base = load_base(&p); /* without it, the numbers would be no differences */
	if (has_base && ok && !p.nprofile)
		ok = print_nothing(q, &p, report);
	else if (has_base)
		ok = prepare(q, &p, selector) && print(q, report) && ok;
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return ok && has_base;
}

static bool is_followed(const struct report *report)
{
	if (common.count && !common.every)
		usage("--count is for --every");
	if (common.every && o->base)
		usage("--base is subtracted from a sum, not from each profile of --every");
	if (common.every)
		return true;
	if (report && report->features & REPORT_HAS_WINDOWS)
		o->follow = true;
	if (o->follow && !report)
		usage("--follow prints a report for each window: add one, such as --top");
	if (o->follow && o->base)
		usage("--base is subtracted from a sum, not from each window");
	return o->follow;
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

	paths = query_start(argc, argv);
	query_check_options();
	common.selector = query_selector(&selector) ? &selector : NULL;
	time_report_parse_range();
	common.select = has_server(paths) || (o->base && server_is(o->base));
	parse_filters(&filter);
	filter_describe(&filter, &filters);
	if (time_report_wanted()) {
		struct time_report_request r = { paths,   common.selector, o->by,
						 o->self, o->incl,         o->to };
		int result;

		if (common.every)
			usage("--every makes a stream, which --%s does not read: give it to a store",
			      time_report_wanted());
		if (filters.n || filter.all_frames)
			usage("--%s takes a selector, but no filters", time_report_wanted());
		result = time_report_run(&r);
		selector_release(&selector);
		filter_release(&filter);
		return result;
	}
	report = query_report(&query);
	choose_parts(&(struct parts_wanted){
		.report = report,
		.two_types = o->mean || o->ratio,
		.has_filters = filters.n || o->base,
		.lists = { o->by, o->frames.roots, o->frames.leaves },
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
