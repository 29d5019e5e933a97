/*
 * prof-diff: is the new side slower than the base? The output is a report, the status of
 * a gate for CI, or a differential stream with both sides.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/common.h"
#include "cmd/compare_options.h"
#include "cmd/filters.h"
#include "cmd/frames.h"
#include "cmd/page.h"
#include "cmd/picture.h"
#include "cmd/replicates.h"
#include "cmd/terminal_size.h"
#include "compare/calibrate.h"
#include "compare/reports/diff_report.h"
#include "compare/stream.h"

static struct {
	int report, normalize;
	bool check, calibrate;
	const char *svg, *work;
	struct opt_list source;
} o = { .report = -1 };

static const char *report_name(size_t i)
{
	return diff_report_at(i) ? diff_report_at(i)->name : NULL;
}

static const char *normalize_name(size_t i)
{
	static const char *const names[] = { "none", "total", "cpu", "work", NULL };

	return names[i];
}

static const struct opt own_options[] = {
	{ 0, "check", OPT_FLAG, &o.check, NULL, "exit with status 1 for a regression",
	  .title = "The report" },
	{ 0, "report", OPT_CHOICE, &o.report, "FORMAT", "text, tsv, json, markdown, junit ...",
	  report_name },
	{ 0, "calibrate", OPT_FLAG, &o.calibrate, NULL, "compare random halves of the base" },
	{ 0, "svg", OPT_FILE, &o.svg, "FILE", "draw the difference as a flame graph" },
	{ 0, "source", OPT_LIST, &o.source, "DIR", "for html: source lines, of files found here" },
	{ 0, "normalize", OPT_CHOICE, &o.normalize, "HOW",
	  "scale the stream: none, total, cpu or work", normalize_name },
	{ 0, "work", OPT_STR, &o.work, "KEY", "the fact with the amount of work done (work)" },
	{ 0 },
};
static const struct opt *const options[] = { own_options,        compare_options,
					     own_frames_options, to_options,
					     file_options,       sum_options,
					     general_options,    NULL };
static const struct cmd cmd = { "prof-diff", "Tell whether profiles differ, and in what.",
				"BASE NEW | BASE... -- NEW...", options, false };

/* Operands */

/*
 * getopt() takes the first "--" as the end of the options. Here it separates the sides, and
 * options may follow, so this operand replaces it.
 */
static char between[] = "";

static void mark_separator(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = between;
			return;
		}
	}
}

/*
 * Replace the separator with NULL, which ends the operands of the base; return those of the
 * new side.
 */
static char **split_operands(char **operands)
{
	static char *pair[4];
	size_t n = 0, at = 0;

	while (operands[n])
		n++;
	while (at < n && operands[at] != between)
		at++;
	if (at == n && n != 2)
		usage("expected two profiles, or many: BASE... -- NEW...");
	if (at == n) {
		pair[0] = operands[1];
		operands[1] = NULL;
		return pair;
	}
	operands[at] = NULL;
	if (!at || at + 1 == n)
		usage("there are no profiles %s '--'", at ? "after" : "before");
	return operands + at + 1;
}

static bool load(struct runs *runs, char **base, char **new)
{
	runs_init(runs, common.type);
	if (o.work)
		runs->work = str_of(o.work);
	return load_runs(runs, BASE, base) && load_runs(runs, NEW, new);
}

/* Outputs */

/* In GitHub Actions, append the report to the step's summary. */
static bool append_summary(const struct comparison *c)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	struct out out;
	FILE *f;
	bool ok;

	if (!path || !*path)
		return true;
	f = fopen(path, "a");
	if (!f)
		return complain("%s: %s", path, strerror(errno));
	out_open_memory(&out);
	diff_report_markdown.write(&out, c);
	ok = fwrite(out.bytes.p, 1, out.bytes.n, f) == out.bytes.n;
	ok = fclose(f) == 0 && ok;
	out_release(&out);
	return ok || complain("%s: cannot write", path);
}

static const struct diff_report *chosen_report(void)
{
	const struct diff_report *report = o.report < 0 ? NULL : diff_report_at((size_t)o.report);

	return report ? report : &diff_report_text;
}

static bool write_report(const struct comparison *c)
{
	const struct diff_report *report = chosen_report();
	bool fits = report == &diff_report_text && to_terminal(), ok;
	struct out out;

	if (!out_open(&out, common.output, common.pack))
		return finish_output(&out);
	if (fits)
		diff_text_within(&out, c, terminal_columns());
	else
		report->write(&out, c);
	ok = finish_output(&out);
	return (report != &diff_report_github || append_summary(c)) && ok;
}

/*
 * Counts of samples are comparable only if a sample stands for the same period on both sides.
 * Times and normalized values always are.
 */
static bool check_periods(const struct runs *runs, const struct options *how)
{
	struct buf what = { 0 };
	bool differ = false;

	if (o.normalize != NORMALIZE_NONE ||
	    !str_eq(dict_text(runs->profile.dict, runs->unit), S("count")))
		return true;
	for (size_t i = 1; i < runs->n && !differ; i++)
		differ = runs_differ_in_period(runs, &runs->run[0], &runs->run[i], &what);
	if (differ && how->allow_cross_host)
		note("%.*s: the counts are compared as they are", STR_ARG(buf_str(&what)));
	else if (differ)
		complain("%.*s: counts do not compare (--normalize total compares shares, "
			 "--allow-cross-host the counts as they are)",
			 STR_ARG(buf_str(&what)));
	buf_release(&what);
	return !differ || how->allow_cross_host;
}

static bool build_stream(struct runs *runs, const struct options *how, const struct comparison *c)
{
	struct buf why = { 0 };
	bool ok = stream_build(runs, how, c, (enum normalize)o.normalize, &why);

	if (!ok)
		complain("--normalize %s: %.*s", normalize_name((size_t)o.normalize),
			 STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

/*
 * A person gets a report, the next command a stream. Decided once, since standard output is closed
 * when the report is written.
 */
static bool at_terminal;

static bool has_report(void)
{
	return o.check || o.report >= 0 || (at_terminal && !common.output && common.to < 0);
}

static bool draw(const struct view *view, struct profile *p, const struct view_options *how,
		 const char *path)
{
	struct view_result r = { 0 };
	bool ok = write_picture(view, p, how, path, &r);

	if (r.empty)
		complain("there is nothing to draw: all values are 0");
	view_result_release(&r);
	return ok;
}

static bool draw_difference(struct profile *p)
{
	struct view_options how = view_defaults();

	how.title = "Differential flame graph";
	return draw(&view_svg, p, &how, o.svg);
}

/* Draw the page of the differential profile, with the report above it. */
static bool draw_page(struct profile *p, const struct out *top)
{
	struct view_options how = view_defaults();
	struct view_source source = page_source(o.source.v, o.source.n);
	bool ok;

	how.minwidth = 1;
	how.above = buf_str(&top->bytes);
	how.source = o.source.n ? &source : NULL;
	ok = draw(&view_html, p, &how, common.output);
	page_note_missing();
	return ok;
}

/* Does each side have several runs? Only then does the stream get verdicts. */
static bool has_replicates(const struct runs *runs)
{
	size_t n[2] = { 0 };

	for (size_t i = 0; i < runs->n; i++)
		n[runs->run[i].side]++;
	return n[BASE] > 1 && n[NEW] > 1;
}

/* If the runs cannot be compared, a report fails; a stream or picture gets a note. */
static bool compare_runs(struct comparison *c, struct runs *runs, const struct options *how,
			 bool *known)
{
	*known = (has_report() || has_replicates(runs)) && compare(c, runs, how);
	if (failed_pattern())
		return complain("a pattern %s", failed_pattern());
	if (!c->error)
		return true;
	if (has_report())
		return complain("%s", c->error);
	note("%s", c->error);
	return true;
}

/*
 * Write the outputs of the differential profile. Afterwards the runs cannot be compared any
 * more.
 */
static bool write_difference(struct runs *runs, const struct options *how,
			     const struct comparison *c, const struct out *top)
{
	bool ok = true;

	if (!check_periods(runs, how) || !build_stream(runs, how, c))
		return false;
	if (!has_report())
		ok = save(&runs->profile, output_format());
	if (o.svg || top)
		rewrite_frames(&runs->profile);
	if (top)
		ok = draw_page(&runs->profile, top);
	return (!o.svg || draw_difference(&runs->profile)) && ok;
}

static bool write_page(struct runs *runs, const struct options *how, const struct comparison *c)
{
	struct out top;
	bool ok;

	out_open_memory(&top);
	chosen_report()->write(&top, c);
	ok = write_difference(runs, how, c, &top);
	out_release(&top);
	return ok;
}

static bool diff(struct runs *runs, const struct options *how, struct comparison *c)
{
	bool known, ok;

	if (!compare_runs(c, runs, how, &known))
		return false;
	if (has_report() && chosen_report()->is_page_top)
		return write_page(runs, how, c);
	ok = !has_report() || write_report(c);
	if (has_report() && !o.svg)
		return ok;
	return write_difference(runs, how, known ? c : NULL, NULL) && ok;
}

/* Compare the base with itself. */
static bool calibrate_base(char **base, const struct options *how)
{
	enum { SPLITS = 200 };
	struct calibration c;
	struct buf why = { 0 };
	struct runs runs;
	struct out out;
	bool ok;

	for (char **at = base; *at; at++)
		if (*at == between)
			usage("--calibrate takes the runs of one program");
	runs_init(&runs, common.type);
	if (o.work)
		runs.work = str_of(o.work);
	ok = load_runs(&runs, BASE, base);
	if (ok && !calibrate(&c, &runs, how, SPLITS, &why))
		ok = complain("%s", why.p);
	if (ok && out_open(&out, common.output, common.pack))
		calibration_print(&out.bytes, &c);
	ok = ok && finish_output(&out);
	buf_release(&why);
	runs_release(&runs);
	return ok;
}

static int outcome(const struct comparison *c)
{
	switch (c->outcome) {
	case FAILED: return 1;
	case UNDERPOWERED: return 2;
	case INCONCLUSIVE: return 3;
	default: return 0;
	}
}

/* Returns the exit status. */
static int compare_sides(char **operands, const struct options *how)
{
	struct comparison c = { 0 };
	char **new = split_operands(operands);
	struct runs runs;
	bool ok;
	int found;

	if (has_report() && common.to >= 0)
		usage("-t is for the differential stream; --report names the report's format");
	if (o.source.n && !(has_report() && chosen_report()->is_page_top))
		usage("--source is for --report html");
	ok = load(&runs, operands, new) && diff(&runs, how, &c);
	found = ok && o.check ? outcome(&c) : status(ok);
	if (ok && o.check && !c.can_gate && c.outcome == UNDERPOWERED)
		note("one run on a side decides nothing: give several of each (prof-record --ab "
		     "records them), or --allow-single");
	comparison_release(&c);
	runs_release(&runs);
	return found;
}

int main(int argc, char **argv)
{
	static char here[PATH_MAX];
	struct options how;
	char **operands;
	int found;

	mark_separator(argc, argv);
	operands = start(&cmd, argc, argv);
	at_terminal = isatty(STDOUT_FILENO);
	how = read_compare_options();
	how.root = str_of(getcwd(here, sizeof(here)));
	found = o.calibrate ? status(calibrate_base(operands, &how)) :
			      compare_sides(operands, &how);
	release_compare_options(&how);
	return found;
}
