#include "io/escape.h"
#include "io/number.h"
#include "view/change.h"
#include "view/legend.h"
#include "view/svg.h"

/* The width of a character in usual fonts, relative to the font's size, as in flamegraph.pl. */
static const double CHAR_WIDTH = 0.59;

/* The name without the annotation at its end, which the colour shows. */
static struct str plain_name(struct str name)
{
	bool marked = name.n > 4 && name.p[name.n - 1] == ']' &&
		      memchr("kwij", name.p[name.n - 2], 4) &&
		      str_eq(str(name.p + name.n - 4, 2), S("_["));

	return marked ? str(name.p, name.n - 4) : name;
}

static struct str shown_name(const struct svg *s, uint32_t node)
{
	return node ? plain_name(dict_text(s->flame.p->dict, s->flame.tree.node[node].name)) :
		      S("all");
}

/* The root and differential boxes get their colours from the style sheet. */
static bool has_color(const struct svg *s, uint32_t node)
{
	return node && !s->flame.tree.diff;
}

static struct rgb color_of(const struct svg *s, uint32_t node)
{
	return namelist_find(&s->names, s->flame.tree.node[node].name)->color;
}

/* The colour that the style sheet has for a box without one of its own. */
static struct rgb styled_color(const struct svg *s, uint32_t node)
{
	static const struct rgb paper = { 0xff, 0xff, 0xff };
	struct change c;

	if (!node)
		return trunk_color;
	if (evidence_moved(&s->flame.evidence, &s->flame.layout, node))
		return paper;
	if (!evidence_for(&s->flame.evidence, &s->flame.layout, node))
		return trunk_color;
	c = layout_change(&s->flame.layout, node);
	return c.to <= 0 ? paper : change_color[change_step(c.from, c.to) + CHANGE_STEPS];
}

static struct rgb fill_of(const struct svg *s, uint32_t node)
{
	return has_color(s, node) ? color_of(s, node) : styled_color(s, node);
}

static void put_title(const struct svg *s, uint32_t node)
{
	struct buf *b = &s->out->bytes;
	double value = node ? (double)s->flame.tree.node[node].total : s->flame.layout.all;
	struct buf text = { 0 };

	buf_add(b, S("<title>"));
	xml_text(b, shown_name(s, node));
	buf_add(b, S(" ("));
	flame_put_value(&s->flame, &text, value);
	flame_put_countname(&s->flame, &text, value);
	xml_text(b, buf_str(&text));
	buf_release(&text);
	buf_add(b, S(", "));
	number_share(b, value, s->flame.layout.all, 2);
	if (s->flame.tree.diff) {
		buf_add(b, S("; "));
		legend_change(b, layout_change(&s->flame.layout, node));
	}
	buf_add(b, S(")</title>"));
}

static void put_number(const struct svg *s, const char *name, double v)
{
	struct buf *b = &s->out->bytes;

	buf_ch(b, ' ');
	buf_add(b, str_of(name));
	buf_add(b, S("=\""));
	number_short(b, v, 2);
	buf_ch(b, '"');
}

/* The bytes of the first n characters of s; all of s if it has fewer. */
static size_t bytes_of(struct str s, size_t n)
{
	struct str rest = s;
	uint32_t c;

	while (n-- && rest.n) {
		size_t length = str_utf8(rest, &c);

		rest = str_skip(rest, length ? length : 1);
	}
	return s.n - rest.n;
}

/* Write the name, cut to the box; nothing if less than three characters fit. */
static void put_label(const struct svg *s, uint32_t node, double x, double width, double y)
{
	struct buf *b = &s->out->bytes;
	struct str name = shown_name(s, node);
	size_t fit = (size_t)((width - 6 > 0 ? width - 6 : 0) / (s->o->fontsize * CHAR_WIDTH));
	size_t n = bytes_of(name, fit);
	bool white;

	if (fit < 3)
		return;
	white = rgb_wants_white(fill_of(s, node));
	buf_add(b, white ? S("<text class=\"w\" fill=\"#fff\"") : S("<text"));
	put_number(s, "x", x + 3);
	put_number(s, "y", y + s->o->height / 2 + s->o->fontsize * 0.35 - 0.5);
	buf_ch(b, '>');
	xml_text(b, n < name.n ? str(name.p, bytes_of(name, fit - 1)) : name);
	buf_add(b, n < name.n ? S("\xe2\x80\xa6</text>") : S("</text>"));
}

/* Sites that clean an SVG may take its style sheet away: boxes are not to be black. */
static void put_fill(const struct svg *s, uint32_t node)
{
	struct buf *b = &s->out->bytes;

	buf_add(b, S(" fill=\""));
	rgb_put(b, fill_of(s, node));
	buf_ch(b, '"');
}

/* Write the classes for the colour and the marks of a differential box. */
static void put_class(const struct svg *s, uint32_t node)
{
	struct buf *b = &s->out->bytes;
	struct change c = { 0 };

	if (!node) {
		buf_add(b, S("<g class=\"all\">"));
	} else if (!s->flame.tree.diff) {
		buf_add(b, S("<g>"));
	} else if (evidence_moved(&s->flame.evidence, &s->flame.layout, node)) {
		buf_add(b, S("<g class=\"moved\">"));
	} else {
		bool real = evidence_for(&s->flame.evidence, &s->flame.layout, node);

		c = layout_change(&s->flame.layout, node);
		buf_add(b, real ? S("<g class=\"d") : S("<g class=\"chance"));
		if (real)
			buf_u64(b, (uint64_t)(change_step(c.from, c.to) + CHANGE_STEPS));
		if (real && (c.to <= 0 || c.from <= 0))
			buf_add(b, c.to <= 0 ? S(" gone") : S(" new"));
		buf_add(b, evidence_blames(&s->flame.evidence, node) ? S(" blame\">") : S("\">"));
	}
}

static void put_box(const struct svg *s, const struct walk *w)
{
	double weight = w->node ? layout_weight(&s->flame.layout, w->node) : s->flame.layout.whole;
	double x = SVG_PAD + w->left * s->per, width = weight * s->per;
	uint32_t row = s->down ? w->depth : s->rows - 1 - w->depth;
	double y = s->top + row * s->o->height;

	put_class(s, w->node);
	put_title(s, w->node);
	buf_add(&s->out->bytes, S("<rect"));
	put_number(s, "x", x);
	put_number(s, "y", y);
	put_number(s, "width", width);
	put_number(s, "height", s->o->height - 1);
	put_fill(s, w->node);
	buf_add(&s->out->bytes, S("/>"));
	put_label(s, w->node, x, width, y);
	out_add(s->out, S("</g>\n"));
}

void svg_still(const struct svg *s)
{
	struct walk w;

	walk_init(&w, &s->flame.layout, s->least);
	while (walk_next(&w))
		put_box(s, &w);
	walk_release(&w);
}
