/* prof-flame: draw profiles as a flame graph. */
#include <math.h>
#include <stdlib.h>

#include "analyze/total.h"
#include "cmd/common.h"
#include "cmd/filters.h"
#include "cmd/frames.h"
#include "cmd/page.h"
#include "cmd/picture.h"
#include "cmd/terminal_size.h"
#include "io/escape.h"
#include "query/ratio.h"

static struct view_options o;

static struct {
	int view, palette, sort, diff_width, normalize;
	bool hash, random, keep_colors, flamechart;
	struct opt_list source;
	const char *revision, *ratio;
} own = { .view = -1, .sort = -1 };

/* Option arguments */

#define WORDS(function, ...)                                                                       \
	static const char *function(size_t i)                                                      \
	{                                                                                          \
		static const char *const words[] = { __VA_ARGS__ };                                \
                                                                                                   \
		return i < LEN(words) ? words[i] : NULL;                                           \
	}

WORDS(order_name, "name", "width", "none")
WORDS(diff_width_name, "new", "base", "union", "difference")
WORDS(normalize_name, "none", "total")

static const char *view_name(size_t i)
{
	return view_at(i) ? view_at(i)->name : NULL;
}

static bool parse_backdrop(void *to, const char *arg)
{
	o.has_backdrop = true;
	return backdrop_parse(str_of(arg), to);
}

static bool parse_color(void *to, const char *arg)
{
	return rgb_parse(str_of(arg), to);
}

static bool parse_font(void *to, const char *arg)
{
	*(const char **)to = arg;
	return font_is_safe(str_of(arg));
}

/* "0.1" pixels, or "0.5%" of the whole */
static bool parse_minwidth(void *to, const char *arg)
{
	char *end;

	*(double *)to = strtod(arg, &end);
	o.minwidth_percent = *end == '%';
	end += o.minwidth_percent;
	return *arg && !*end && o.minwidth >= 0 && o.minwidth <= 1e9;
}

static const struct opt own_options[] = {
	{ 't', "to", OPT_CHOICE, &own.view, "VIEW", "svg, html or text (for a terminal: text)",
	  view_name, .title = "The picture" },
	{ 0, "title", OPT_STR, &o.title, "TEXT", "heading" },
	{ 0, "subtitle", OPT_STR, &o.subtitle, "TEXT", "second line of the heading" },
	{ 0, "notes", OPT_STR, &o.notes, "TEXT", "note in the file that is not shown" },
	{ 0, "countname", OPT_STR, &o.countname, "TEXT", "name of the values (samples)" },
	{ 0, "nametype", OPT_STR, &o.nametype, "TEXT", "text before names (Function:)" },
	{ 0, "width", OPT_NUMBER, &o.width, "N", "pixels, or columns (full width)" },
	{ 0, "height", OPT_NUMBER, &o.height, "N", "pixels per frame (16)" },
	{ 0, "minwidth", OPT_PARSED, &o.minwidth, "N[%]",
	  "leave out narrower frames: pixels or percent (0.1)", NULL, parse_minwidth },
	{ 0, "fonttype", OPT_PARSED, &o.fonttype, "FONT", "font (Verdana)", NULL, parse_font },
	{ 0, "fontsize", OPT_NUMBER, &o.fontsize, "N", "pixels (12)" },
	{ 0, "colors", OPT_CHOICE, &own.palette, "PALETTE", "hot, java, safe ...", palette_name },
	{ 0, "bgcolors", OPT_PARSED, o.backdrop, "COLOR", "yellow, blue, green, grey or #rrggbb",
	  NULL, parse_backdrop },
	{ 0, "search-color", OPT_PARSED, &o.match, "#RRGGBB", "colour of matches (#e600e6)", NULL,
	  parse_color },
	{ 0, "hash", OPT_FLAG, &own.hash, NULL, "similar colours for similar names" },
	{ 0, "random", OPT_FLAG, &own.random, NULL, "more variety of colours" },
	{ 0, "cp", OPT_FLAG, &own.keep_colors, NULL, "keep colours in ./palette.map" },
	{ 0, "sort", OPT_CHOICE, &own.sort, "ORDER",
	  "sort siblings by name, width, or none: as read", order_name },
	{ 0, "inverted", OPT_FLAG, &o.inverted, NULL, "icicle graph: the root at the top" },
	{ 0, "flamechart", OPT_FLAG, &own.flamechart, NULL, "in order of time, without merging" },
	{ 0, "total", OPT_NUMBER, &o.total, "N", "value of the whole width (sum of values)" },
	{ 0, "factor", OPT_NUMBER, &o.factor, "N", "multiply the values that are shown" },
	{ 0, "source", OPT_LIST, &own.source, "DIR",
	  "html: show source lines, from files found here" },
	{ 0, "revision", OPT_STR, &own.revision, "REV",
	  "html: source files as they are in this git revision" },
	{ 0, "ratio", OPT_STR, &own.ratio, "TYPE/TYPE", "html: tell one type per unit of another" },
	{ 0, "negate", OPT_FLAG, &o.negate, NULL, "differential: from the new side to the base" },
	{ 0, "diff-width", OPT_CHOICE, &own.diff_width, "SIDE",
	  "width is new, base, union or difference", diff_width_name },
	{ 0, "diff-normalize", OPT_CHOICE, &own.normalize, "HOW",
	  "none, or total: scale both sides to one total", normalize_name },
	{ 0 },
};
static const struct opt *const options[] = { own_options,  frame_options, own_frames_options,
					     file_options, sum_options,   general_options,
					     NULL };
static const struct cmd cmd = { "prof-flame",
				"Draw profiles as a flame graph.",
				"[FILE]...",
				options,
				false,
				.everyday = "to title width minwidth colors sort inverted "
					    "flamechart source root lines no-inlines simplify "
					    "reverse max-depth output type" };

/* Defaults that depend on the view and the terminal */

static enum text_color terminal_colors(void)
{
	const char *no = getenv("NO_COLOR"), *how = getenv("COLORTERM"), *term = getenv("TERM");

	if (!to_terminal() || (no && *no) || !term || strcmp(term, "dumb") == 0)
		return TEXT_PLAIN;
	return how && (strcmp(how, "truecolor") == 0 || strcmp(how, "24bit") == 0) ? TEXT_TRUE :
										     TEXT_256;
}

/* A terminal is too narrow for small frames; by default the widest come first. */
static void complete_text_options(void)
{
	o.ascii = terminal_is_ascii();
	o.text_color = terminal_colors();
	if (!o.width)
		o.width = (double)terminal_columns();
	if (o.minwidth < 0) {
		o.minwidth = 1;
		o.minwidth_percent = true;
	}
	if (own.sort < 0)
		own.sort = ORDER_BY_WIDTH;
}

static void check_range(const char *option, double v, double least, double most)
{
	if (!(v >= least && v <= most))
		usage("--%s is a number from %g to %g", option, least, most);
}

static const struct view *complete_options(void)
{
	const struct view *view = own.view >= 0 ? view_at((size_t)own.view) :
				  to_terminal() ? &view_text :
						  &view_svg;

	if (view == &view_text)
		complete_text_options();
	if (o.width)
		check_range("width", o.width, view == &view_text ? 20 : 100, 100000);
	check_range("height", o.height, 3, 1000);
	check_range("fontsize", o.fontsize, 1, 200);
	check_range("total", o.total, 0, 1e19);
	check_range("factor", o.factor, -1e18, 1e18);
	if (o.minwidth < 0) /* a page shows its first view only without script */
		o.minwidth = view == &view_html ? 1 : 0.1;
	if (view == &view_html && own.flamechart)
		usage("--flamechart is for svg and text: html has a heat map over time");
	if (view == &view_html && own.keep_colors)
		usage("--cp is for svg");
	if (view != &view_html && own.source.n)
		usage("--source is for html");
	if (view != &view_html && own.ratio)
		usage("--ratio is for html");
	if (own.revision && !own.source.n)
		usage("--revision is of the folders of --source, which is missing");
	o.palette = (size_t)own.palette;
	o.palette_file = own.keep_colors ? "palette.map" : NULL;
	o.shade = own.hash ? SHADE_BY_HASH : own.random ? SHADE_BY_RANDOM : SHADE_BY_SUM;
	o.order = own.flamechart ? ORDER_BY_TIME :
		  own.sort < 0   ? ORDER_BY_NAME :
				   (enum sibling_order)own.sort;
	o.diff_width = (enum diff_width)own.diff_width;
	o.normalize = own.normalize != 0;
	return view;
}

/* Drawing */

/* Note what the picture omits. */
static void note_result(const struct view_result *r)
{
	if (o.total && o.total < r->sum * 0.98)
		note("--total is ignored: it is less than the sum of all values, %.0f", r->sum);
	if (r->negative)
		note("%u negative %s drawn as 0", r->negative,
		     r->negative == 1 ? "value is" : "values are");
}

/* The options with which prof-query has the same values and stacks; a page knows its type. */
static void put_query_options(struct buf *b, const struct profile *p, const struct view *view)
{
	frames_put_query_options(b, p);
	if (!common.type || view->is_whole)
		return;
	buf_add(b, b->n ? S(" --type ") : S("--type "));
	shell_word(b, str_of(common.type));
}

static bool draw_profile(struct profile *p, const struct view *view)
{
	struct view_result r = { 0 };
	bool ok;

	if (own.flamechart && is_differential(p))
		return complain("--flamechart is not for differential profiles: they have no time");
	ok = write_picture(view, p, &o, common.output, &r);
	note_result(&r);
	if (r.error.n)
		complain("%.*s", STR_ARG(buf_str(&r.error)));
	else if (r.empty)
		complain("there is nothing to draw: all values are 0");
	view_result_release(&r);
	return ok;
}

/*
 * Layout needs integers: scale fractions to millionths, and divide the printed values. Round
 * them if the sum is too large for that, or if there are several types.
 */
static void scale_fractions(struct profile *p)
{
	enum { MILLION = 1000000 };
	double sum = 0;

	if (p->ncol > 1) {
		note_rounded(p, profile_round(p));
		return;
	}
	if (!p->col[0].frac)
		return;
	for (uint32_t i = 1; i < p->sample.n; i++)
		sum += fabs((double)profile_value(p, 0, (sample_id){ i }));
	if (sum * MILLION > 0x1p62) {
		note_rounded(p, profile_round(p));
		return;
	}
	profile_scale(p, MILLION, 1);
	o.factor /= MILLION;
}

/* Find the columns of --ratio. */
static bool choose_ratio(const struct profile *p)
{
	struct ratio ratio;

	if (!own.ratio)
		return true;
	if (!ratio_parse(&ratio, p, str_of(own.ratio)))
		return complain("--ratio %s: these are not two of the sample types (prof-query "
				"--types lists them)",
				own.ratio);
	o.has_ratio = true;
	o.over = ratio.over;
	o.under = ratio.under;
	return true;
}

/* Choose the type that a page shows first; the page contains all. */
static bool choose_first_column(const struct profile *p)
{
	if (!choose_ratio(p))
		return false;
	if (common.type)
		return choose_column(p, &o.col);
	o.col = profile_default_column(p);
	return true;
}

static bool choose_columns(struct profile *p, const struct view *view)
{
	if (!p->ncol)
		return false;
	if (view->is_whole)
		return choose_first_column(p);
	if (!choose_column(p, &o.col))
		return false;
	keep_column(p, o.col);
	o.col = 0;
	return true;
}

int main(int argc, char **argv)
{
	const struct view *view;
	struct view_source source;
	struct dictionary dict;
	struct profile p;
	struct buf query = { 0 };
	char **paths;
	bool ok;

	o = view_defaults();
	o.minwidth = -1; /* not given */
	paths = start(&cmd, argc, argv);
	view = complete_options();
	if (own.source.n) {
		source = page_source(own.source.v, own.source.n);
		o.source = &source;
		if (own.revision)
			page_source_revision(own.revision);
	}
	dict_init(&dict);
	profile_init(&p, &dict);
	p.keep_times = own.flamechart || view->is_whole;
	common.one_type = !view->is_whole;
	ok = view->is_whole ? load_with_times(&p, paths) : load_all(&p, paths);
	if (ok && !p.ncol)
		complain("there is no profile to draw");
	if (choose_columns(&p, view)) {
		ok &= drop_own_frames(&p);
		put_query_options(&query, &p, view);
		o.query = buf_str(&query);
		rewrite_frames(&p);
		scale_fractions(&p);
		ok &= draw_profile(&p, view);
		page_note_missing();
	} else {
		ok = false;
	}
	note_saturation(&p);
	buf_release(&query);
	profile_release(&p);
	dict_release(&dict);
	return status(ok);
}
