/*
 * The plot is a nested SVG whose coordinates are stretched to the width of the window. Lines
 * keep their width (vector-effect); text is outside the plot, at percentages.
 */
#include "view/chart.h"

#include <math.h>

#include "base/when.h"
#include "io/escape.h"
#include "io/number.h"
#include "view/color.h"

enum { TOP = 44, PLOT = 220, ROW = 18, WIDE = 10000, TALL = 1000, TIMES = 3 };

/* Colours that colour-blind readers can distinguish (Paul Tol, "bright"); then dashes. */
static const char *const colors[] = { "#4477aa", "#ee6677", "#228833", "#ccbb44",
				      "#66ccee", "#aa3377", "#8a8a8a" };

static const char style[] =
	".prof-chart { --ink: #1c1d21; --quiet: #5b5e66; --paper: #ffffff; --line: #cfd2d8;\n"
	"  color-scheme: light; font: 12px sans-serif; fill: var(--ink); }\n"
	"@media (prefers-color-scheme: dark) { .prof-chart { --ink: #e6e7ea; --quiet: #a2a6af;\n"
	"  --paper: #17181c; --line: #43464f; color-scheme: dark; } }\n"
	".prof-chart .paper { fill: var(--paper); }\n"
	".prof-chart .title { font-size: 15px; font-weight: bold; }\n"
	".prof-chart .quiet { fill: var(--quiet); }\n"
	".prof-chart .grid { stroke: var(--line); }\n"
	".prof-chart .label { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }\n"
	".prof-chart path { fill: none; stroke-width: 1.5px; stroke-linecap: round;\n"
	"  stroke-linejoin: round; vector-effect: non-scaling-stroke; }\n";

struct plot {
	const struct chart *c;
	struct buf *b;
	int64_t from, until;
	double least, most, tick;
};

/* The tick: 1, 2 or 5 times a power of ten, at most five of them in the range. */
static double nice_tick(double range, double scale)
{
	double raw = range / 5 / scale, power = pow(10, floor(log10(raw))), part = raw / power;

	return scale * power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static void set_axis(struct plot *p)
{
	double tick;

	if (p->c->from_zero)
		p->least = fmin(0, p->least), p->most = fmax(0, p->most);
	if (!(p->most > p->least))
		p->most = p->least + (p->least != 0 ? fabs(p->least) : 1);
	tick = p->tick = nice_tick(p->most - p->least, p->c->scale > 0 ? p->c->scale : 1);
	p->least = floor(p->least / tick) * tick;
	p->most = ceil(p->most / tick) * tick;
	if (p->until <= p->from)
		p->until = p->from + 1;
}

static double plot_x(const struct plot *p, int64_t time)
{
	return ((double)time - (double)p->from) / ((double)p->until - (double)p->from) * WIDE;
}

static double plot_y(const struct plot *p, double v)
{
	return (p->most - v) / (p->most - p->least) * TALL;
}

static void put_place(const struct plot *p, double x, double y)
{
	number_short(p->b, x, 1);
	buf_ch(p->b, ' ');
	number_short(p->b, y, 1);
}

static void begin_document(const struct plot *p, size_t rows)
{
	size_t height = TOP + PLOT + 34 + rows * ROW;

	buf_printf(p->b,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"prof-chart\" width=\"100%%\" "
		   "height=\"%zu\">\n<style>\n%s</style>\n<title>",
		   height, style);
	xml_text(p->b, p->c->title);
	buf_printf(p->b,
		   "</title>\n<rect class=\"paper\" width=\"100%%\" height=\"%zu\"/>\n"
		   "<text class=\"title\" x=\"12\" y=\"26\">",
		   height);
	xml_text(p->b, p->c->title);
	buf_add(p->b, S("</text>\n"));
}

static void begin_plot(const struct plot *p)
{
	buf_printf(p->b,
		   "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		   "preserveAspectRatio=\"none\">\n",
		   TOP, PLOT, WIDE, TALL);
}

/* Draw the lines of the grid or, with `words`, the value of each at its left end. */
static void put_values(const struct plot *p, bool words)
{
	long from = lround(p->least / p->tick), to = lround(p->most / p->tick);

	for (long i = from; i <= to; i++) {
		double y = TOP + plot_y(p, (double)i * p->tick) * PLOT / TALL;

		if (!words) {
			buf_printf(p->b,
				   "<line class=\"grid\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
				   y, y);
			continue;
		}
		buf_printf(p->b, "<text class=\"quiet label\" x=\"12\" y=\"%.1f\">", y - 3);
		p->c->put(p->c->context, p->b, (double)i * p->tick);
		buf_add(p->b, S("</text>\n"));
	}
}

static void put_time(const struct plot *p, struct buf *b, int64_t time)
{
	if (p->c->is_offset)
		buf_printf(b, "+%llds", (long long)(time / 1000000000));
	else
		when_print_local(b, time);
}

static void put_times(const struct plot *p)
{
	static const char *const anchors[TIMES] = { "start", "middle", "end" };
	static const char *const places[TIMES] = { "12", "50%", "100%" };

	for (int i = 0; i < TIMES; i++) {
		struct buf text = { 0 };
		int64_t at = p->from + (p->until - p->from) / (TIMES - 1) * i;
		struct str shown;

		put_time(p, &text, i == TIMES - 1 ? p->until : at);
		shown = buf_str(&text);
		if (i && !p->c->is_offset)
			str_cut(&shown, ' '); /* show each day once */
		buf_printf(p->b,
			   "<text class=\"quiet\" x=\"%s\"%s y=\"%d\" text-anchor=\"%s\">%.*s"
			   "</text>\n",
			   places[i], i == TIMES - 1 ? " dx=\"-12\"" : "", TOP + PLOT + 18,
			   anchors[i], STR_ARG(shown));
		buf_release(&text);
	}
}

static void end_document(const struct plot *p)
{
	put_values(p, true);
	put_times(p);
	buf_add(p->b, S("</svg>\n"));
}

/* Lines */

static void put_stroke(struct buf *b, size_t i)
{
	buf_printf(b, "stroke=\"%s\"", colors[i % LEN(colors)]);
	if (i >= LEN(colors))
		buf_printf(b, " stroke-dasharray=\"%zu 4\"", 2 + 3 * (i / LEN(colors) % 4));
}

static void put_line(const struct plot *p, const struct chart_line *l, size_t number)
{
	buf_add(p->b, S("<path "));
	put_stroke(p->b, number);
	buf_add(p->b, S(" d=\""));
	for (size_t i = 0; i < l->n; i++) {
		bool joined = i && l->v[i].time - l->v[i - 1].time <= p->c->step,
		     goes_on = i + 1 < l->n && l->v[i + 1].time - l->v[i].time <= p->c->step;

		buf_ch(p->b, joined ? 'L' : 'M');
		put_place(p, plot_x(p, l->v[i].time), plot_y(p, l->v[i].value));
		if (!joined && !goes_on)
			buf_add(p->b, S("h0")); /* a dot */
	}
	buf_add(p->b, S("\"><title>"));
	xml_text(p->b, l->name);
	buf_add(p->b, S("</title></path>\n"));
}

static void put_legend(const struct plot *p, const struct chart_line *l, size_t row, size_t number)
{
	int y = TOP + PLOT + 42 + (int)row * ROW;

	buf_printf(p->b, "<path d=\"M12 %dh18\" ", y - 4);
	put_stroke(p->b, number);
	buf_printf(p->b, "/><text x=\"38\" y=\"%d\">", y);
	xml_text(p->b, l->name);
	buf_add(p->b, S("</text>\n"));
}

void chart_lines(struct buf *b, const struct chart *c, const struct chart_line *line, size_t n)
{
	struct plot p = { .c = c,
			  .b = b,
			  .from = INT64_MAX,
			  .until = INT64_MIN,
			  .least = INFINITY,
			  .most = -INFINITY };
	size_t named = 0;

	for (size_t i = 0; i < n; i++) {
		named += line[i].name.n > 0;
		for (size_t k = 0; k < line[i].n; k++) {
			const struct chart_point *v = &line[i].v[k];

			p.from = v->time < p.from ? v->time : p.from;
			p.until = v->time > p.until ? v->time : p.until;
			p.least = fmin(p.least, v->value);
			p.most = fmax(p.most, v->value);
		}
	}
	if (p.from > p.until)
		p.from = p.until = 0, p.least = p.most = 0;
	set_axis(&p);
	begin_document(&p, named);
	put_values(&p, false);
	begin_plot(&p);
	for (size_t i = 0; i < n; i++)
		put_line(&p, &line[i], i);
	buf_add(b, S("</svg>\n"));
	for (size_t i = 0, row = 0; i < n; i++)
		if (line[i].name.n)
			put_legend(&p, &line[i], row++, i);
	end_document(&p);
}

/* Heat maps */

/* A colour from pale to the hot end of the flame graphs' palette. */
static struct rgb heat_color(double share)
{
	double hot = sqrt(fmin(1, fmax(0, share)));

	return (struct rgb){ (uint8_t)(255 - 45 * hot), (uint8_t)(224 - 174 * hot),
			     (uint8_t)(150 - 130 * hot) };
}

void chart_cells(struct buf *b, const struct chart *c, const struct chart_cell *cell, size_t n)
{
	struct plot p = { .c = c,
			  .b = b,
			  .from = n ? INT64_MAX : 0,
			  .until = n ? INT64_MIN : 0,
			  .least = n ? INFINITY : 0,
			  .most = n ? -INFINITY : 0 };

	for (size_t i = 0; i < n; i++) {
		int64_t end = cell[i].time + c->step;

		p.from = cell[i].time < p.from ? cell[i].time : p.from;
		p.until = end > p.until ? end : p.until;
		p.least = fmin(p.least, cell[i].low);
		p.most = fmax(p.most, cell[i].high);
	}
	set_axis(&p);
	begin_document(&p, 0);
	put_values(&p, false);
	begin_plot(&p);
	for (size_t i = 0; i < n; i++) {
		double x = plot_x(&p, cell[i].time), y = plot_y(&p, cell[i].high);

		buf_add(b, S("<rect fill=\""));
		rgb_put(b, heat_color(cell[i].share));
		buf_printf(b, "\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", x,
			   y, plot_x(&p, cell[i].time + c->step) - x, plot_y(&p, cell[i].low) - y);
		put_time(&p, b, cell[i].time);
		buf_printf(b, ", %.15g: ", cell[i].count);
		c->put(c->context, b, cell[i].low);
		buf_add(b, S(" to "));
		c->put(c->context, b, cell[i].high);
		buf_add(b, S("</title></rect>\n"));
	}
	buf_add(b, S("</svg>\n"));
	end_document(&p);
}
