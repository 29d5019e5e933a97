/*
 * A self-contained SVG: a first view that any viewer shows, the whole tree in packed form, and
 * the script that draws it.
 *
 * The document is XML and may be pasted into HTML. Untrusted text is only in XML text and
 * attributes (escape.h) or in JSON (json.h), never in script or style.
 */
#include "view/svg.h"

#include "base/relay.h"
#include "io/escape.h"
#include "view/assets.h"
#include "view/change.h"
#include "view/legend.h"
#include "view/origin.h"

/*
 * A first view higher than this has the root at the top: few windows are as high, and whoever shows
 * the picture without its script would see the tips of the highest stacks only.
 */
enum { TALL = 1000 };

static void put_markup(const struct svg *s, const char *text)
{
	out_add(s->out, str_of(text));
}

static void put_text(const struct svg *s, struct str text)
{
	xml_text(&s->out->bytes, text);
}

static void put_rule(struct buf *b, struct str selector, const char *class, struct str declarations)
{
	buf_add(b, selector);
	buf_add(b, str_of(class));
	buf_add(b, S(" {\n"));
	buf_add(b, declarations);
	buf_add(b, S("}\n"));
}

/* The colours of changes come from here; all other style is in style sheets. */
void svg_styles(const struct svg *s, struct str selector)
{
	struct buf *b = &s->out->bytes;

	put_rule(b, selector, "", asset_light());
	put_rule(b, selector, ".dark", asset_dark());
	buf_add(b, S("@media (prefers-color-scheme: dark) {\n"));
	put_rule(b, selector, ".auto", asset_dark());
	buf_add(b, S("}\n"));
	for (int i = 0; s->flame.tree.diff && i <= 2 * CHANGE_STEPS; i++) {
		buf_printf(b, ".prof-flame .d%d rect, .prof-flame rect.d%d { fill: ", i, i);
		rgb_put(b, change_color[i]);
		buf_add(b, S("; }\n"));
		if (rgb_wants_white(change_color[i]))
			buf_printf(b,
				   ".prof-flame .still .d%d text, .prof-flame .label.d%d "
				   "{ fill: #fff; }\n",
				   i, i);
	}
	out_add(s->out, asset_css());
}

static void put_script(const struct svg *s)
{
	put_markup(s, "<script><![CDATA[\n");
	out_add(s->out, asset_js());
	put_markup(s, "]]></script>\n");
}

/* The <svg> tag */

/*
 * A fluid picture is drawn in one size and scaled, until the script draws it in another.
 */
static void put_size(const struct svg *s)
{
	double height = s->top + s->rows * s->o->height + SVG_PAD +
			(s->origin.n ? s->o->fontsize + 6 : 0);

	if (s->o->width)
		out_printf(s->out, " width=\"%.10g\"", s->width);
	else
		put_markup(s, " width=\"100%\" preserveAspectRatio=\"xMinYMin\"");
	out_printf(s->out, " height=\"%.10g\" viewBox=\"0 0 %.10g %.10g\"", height, s->width,
		   height);
}

/* Colours that options set, for flame.css. A given backdrop decides light or dark. */
static void put_style(const struct svg *s)
{
	struct buf *b = &s->out->bytes;

	buf_add(b, S(" style=\"--match:"));
	rgb_put(b, s->o->match);
	buf_add(b, rgb_wants_white(s->o->match) ? S(";--match-ink:#fff") : S(";--match-ink:#000"));
	if (s->o->has_backdrop) {
		buf_add(b, S(";--bar:"));
		rgb_put(b, s->o->backdrop[0]);
		buf_add(b, S(";--ground:"));
		rgb_put(b, s->o->backdrop[1]);
	}
	buf_ch(b, '"');
}

void svg_head(const struct svg *s)
{
	struct str font = str_of(s->o->fonttype);
	bool dark = s->o->has_backdrop && rgb_wants_white(s->o->backdrop[0]);

	put_markup(s, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"prof-flame ");
	put_markup(s, dark ? "dark" : s->o->has_backdrop ? "light" : "auto");
	put_markup(s, "\" role=\"img\" aria-label=\"");
	put_text(s, s->title);
	put_markup(s, "\" font-family=\"");
	put_text(s, font.n ? font : S("Verdana, 'DejaVu Sans', sans-serif"));
	out_printf(s->out, "\" font-size=\"%g\"", s->o->fontsize);
	put_size(s);
	put_style(s);
	put_markup(s, ">\n<title>");
	put_text(s, s->title);
	put_markup(s, "</title>\n");
	if (s->o->notes) {
		put_markup(s, "<desc>");
		put_text(s, str_of(s->o->notes));
		put_markup(s, "</desc>\n");
	}
}

/* Behind the boxes */

static void put_defs(const struct svg *s)
{
	struct buf *b = &s->out->bytes;

	put_markup(s, "<defs>\n");
	if (s->o->has_backdrop) {
		put_markup(
			s,
			"<linearGradient id=\"prof-backdrop\" x2=\"0\" y2=\"1\"><stop stop-color=\"");
		rgb_put(b, s->o->backdrop[0]);
		put_markup(s, "\"/><stop offset=\"1\" stop-color=\"");
		rgb_put(b, s->o->backdrop[1]);
		put_markup(s, "\"/></linearGradient>\n");
	}
	if (s->flame.tree.diff)
		put_markup(s, "<pattern id=\"prof-gone\" width=\"6\" height=\"6\" "
			      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
			      "<rect class=\"paper\" width=\"6\" height=\"6\" fill=\"#fff\"/>"
			      "<rect class=\"stripe\" width=\"2.5\" height=\"6\" fill=\"#364b9a\"/>"
			      "</pattern>\n");
	if (s->flame.evidence.known)
		put_markup(
			s,
			"<pattern id=\"prof-moved\" width=\"5\" height=\"5\" "
			"patternUnits=\"userSpaceOnUse\">"
			"<rect class=\"paper\" width=\"5\" height=\"5\" fill=\"#fff\"/>"
			"<circle class=\"dot\" cx=\"2.5\" cy=\"2.5\" r=\"1.25\" fill=\"#8c4799\"/>"
			"</pattern>\n");
	put_markup(s, "</defs>\n<rect class=\"backdrop\" width=\"100%\" height=\"100%\" fill=\"");
	put_markup(s, s->o->has_backdrop ? "url(#prof-backdrop)\"/>\n" : "#fff\"/>\n");
}

static void put_legend(const struct svg *s)
{
	if (!s->flame.tree.diff)
		return;
	out_printf(s->out, "<g class=\"legend\" transform=\"translate(%d %g)\">\n", SVG_PAD,
		   s->top - legend_height(&s->flame.evidence) - 8);
	legend_svg(&s->out->bytes, &s->flame);
	put_markup(s, "</g>\n");
}

static void put_titles(const struct svg *s)
{
	double size = s->o->fontsize;

	out_printf(s->out, "<text x=\"%d\" y=\"%g\" font-size=\"%g\" font-weight=\"bold\">",
		   SVG_PAD, SVG_PAD + size, size + 5);
	put_text(s, s->title);
	put_markup(s, "</text>\n");
	if (!s->o->subtitle)
		return;
	out_printf(s->out, "<text class=\"quiet\" x=\"%d\" y=\"%g\">", SVG_PAD,
		   SVG_PAD + 2.5 * size);
	put_text(s, str_of(s->o->subtitle));
	put_markup(s, "</text>\n");
}

/* The bottom line */
static void put_origin(const struct svg *s)
{
	if (!s->origin.n)
		return;
	out_printf(s->out, "<text class=\"origin quiet\" x=\"%d\" y=\"%g\" font-size=\"%g\">",
		   SVG_PAD, s->top + s->rows * s->o->height + SVG_PAD + s->o->fontsize - 4,
		   s->o->fontsize - 1);
	put_text(s, buf_str(&s->origin));
	put_markup(s, "</text>\n");
}

/* Sizes */

static struct str kind_of_picture(const struct view_options *o, bool diff)
{
	if (diff)
		return S("Differential Flame Graph");
	if (o->order == ORDER_BY_TIME)
		return S("Flame Chart");
	return o->inverted ? S("Icicle Graph") : S("Flame Graph");
}

/* The default title: the kind of picture and, if known, the recorded command. */
static void set_title(struct svg *s)
{
	struct buf command = { 0 };

	if (s->o->title) {
		s->title = str_of(s->o->title);
		return;
	}
	flame_put_command(&s->flame, &command);
	buf_add(&s->titled, kind_of_picture(s->o, s->flame.tree.diff));
	buf_add(&s->titled, command.n ? S(": ") : S(""));
	buf_add(&s->titled, buf_str(&command));
	s->title = buf_str(&s->titled);
	buf_release(&command);
}

static double width_of(const struct view_options *o)
{
	return o->width ? o->width : SVG_WIDTH;
}

double svg_pixels(const struct view_options *o)
{
	return width_of(o) - 2 * SVG_PAD;
}

void svg_init(struct svg *s, struct palette_map *map)
{
	const struct view_options *o = s->o;
	double whole = s->flame.layout.whole;
	struct walk w;

	set_title(s);
	namelist_init(&s->names, s->flame.p->dict, &s->flame.tree,
		      s->flame.has_stacks ? &s->flame.stacks : NULL, o, map);
	origin_put(&s->origin, s->flame.p);
	s->width = width_of(o);
	s->per = svg_pixels(o) / whole;
	s->top = SVG_PAD + o->fontsize * (o->subtitle ? 3.5 : 2) +
		 (s->flame.tree.diff ? legend_height(&s->flame.evidence) + 8 : 0);
	s->least = layout_least(o, whole, svg_pixels(o));
	walk_init(&w, &s->flame.layout, s->least);
	while (walk_next(&w))
		if (w.depth >= s->rows)
			s->rows = w.depth + 1;
	walk_release(&w);
	s->down = o->inverted || s->top + s->rows * o->height > TALL;
}

/* The document */

void svg_release(struct svg *s)
{
	buf_release(&s->titled);
	buf_release(&s->origin);
	namelist_release(&s->names);
}

void svg_first_view(const struct svg *s)
{
	put_defs(s);
	put_legend(s);
	put_markup(s, "<g class=\"still\">\n");
	put_titles(s);
	svg_still(s);
	put_markup(s, "</g>\n");
	put_origin(s);
}

static void pack_tree(void *svg, void *tree)
{
	struct svg *s = svg;

	if (s->flame.has_stacks)
		packed_write_stacks(&s->packed, tree, &s->flame.stacks, &s->names);
	else
		packed_write(&s->packed, tree, &s->flame.layout, &s->names);
}

/* The first view takes as long as packing the whole tree: another thread does that meanwhile. */
static void write_document(struct svg *s)
{
	struct relay packing;
	OWN_CACHE_LINES struct out tree;

	out_open_memory(&tree);
	relay_begin(&packing, pack_tree, s, true);
	relay_pass(&packing, &tree);
	put_markup(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	svg_head(s);
	put_markup(s, "<style><![CDATA[\n");
	svg_styles(s, S(".prof-flame"));
	put_markup(s, "]]></style>\n");
	svg_first_view(s);
	namelist_write(&s->names, s->out);
	relay_end(&packing);
	out_add(s->out, buf_str(&tree.bytes));
	out_release(&tree);
	svg_conf(s);
	put_script(s);
	put_markup(s, "</svg>\n");
}

static void write_picture(struct svg *s, struct palette_map *map)
{
	svg_init(s, map);
	write_document(s);
	svg_release(s);
}

/* Write with the colours of o->palette_file, and add those of new names to that file. */
static bool write_with_map(struct svg *s, struct buf *error)
{
	struct palette_map map;
	bool ok;

	palette_map_init(&map);
	ok = palette_map_read(&map, s->o->palette_file, error);
	if (ok) {
		write_picture(s, &map);
		ok = s->out->failed || palette_map_write(&map, s->o->palette_file, error);
	}
	palette_map_release(&map);
	return ok;
}

static bool draw_svg(struct out *out, struct profile *p, const struct view_options *o,
		     struct view_result *r)
{
	struct svg s = { .out = out, .o = o };
	bool ok = flame_init_drawn(&s.flame, p, o, r, svg_pixels(o));

	if (ok && o->palette_file)
		ok = write_with_map(&s, &r->error);
	else if (ok)
		write_picture(&s, NULL);
	flame_release(&s.flame);
	return ok;
}

const struct view view_svg = { "svg", "an SVG for the browser, alone in one file", draw_svg };
