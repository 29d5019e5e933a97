#include "view/legend.h"

#include "io/escape.h"
#include "io/number.h"
#include "view/change.h"

enum { SWATCH = 24, BAR_TOP = 22, BAR_HEIGHT = 12, MARKS_TOP = 52, LINE = 16 };

int legend_height(const struct evidence *e)
{
	return MARKS_TOP + BAR_HEIGHT + 2 + (e->known ? 2 * LINE + 4 : 0);
}

void legend_change(struct buf *b, struct change c)
{
	if (c.from <= 0 || c.to <= 0) {
		buf_add(b, c.to > 0 ? S("new") : c.from > 0 ? S("gone") : S("0.00%"));
		return;
	}
	buf_add(b, c.to > c.from ? S("+") : S(""));
	number_share(b, c.to - c.from, c.from, 2);
}

static void put_side(struct buf *b, const struct flame *f, bool base)
{
	buf_add(b, base ? S("base ") : S("new "));
	flame_put_value(f, b, (double)(base ? f->tree.base_total[0] : f->tree.node[0].total));
}

void legend_totals(struct buf *b, const struct flame *f, struct str arrow)
{
	double base = (double)f->tree.base_total[0], now = (double)f->tree.node[0].total;
	bool negate = f->layout.negate;

	put_side(b, f, !negate);
	buf_add(b, arrow);
	put_side(b, f, negate);
	flame_put_countname(f, b, 0);
	buf_add(b, S(": "));
	legend_change(b, negate ? (struct change){ now, base } : (struct change){ base, now });
}

static void put_text(struct buf *b, int x, int y, const char *anchor, const char *text)
{
	buf_printf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"11\">%s</text>\n", x,
		   y, anchor, text);
}

static void put_scale(struct buf *b)
{
	int n = 2 * CHANGE_STEPS + 1, middle = SWATCH * CHANGE_STEPS + SWATCH / 2;

	for (int i = 0; i < n; i++) {
		buf_printf(
			b,
			"<rect class=\"d%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"",
			i, i * SWATCH, BAR_TOP, SWATCH - 1, BAR_HEIGHT);
		rgb_put(b, change_color[i]);
		buf_add(b, S("\"/>\n"));
	}
	put_text(b, 0, BAR_TOP + BAR_HEIGHT + 12, "start", "half or less");
	put_text(b, middle, BAR_TOP + BAR_HEIGHT + 12, "middle", "same");
	put_text(b, n * SWATCH, BAR_TOP + BAR_HEIGHT + 12, "end", "twice or more");
}

static void put_mark(struct buf *b, int x, int y, const char *class, const char *text)
{
	buf_printf(b, "<g class=\"%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"",
		   class, x + 1, y, SWATCH - 2, BAR_HEIGHT);
	rgb_put(b, trunk_color);
	buf_add(b, S("\"/></g>\n"));
	put_text(b, x + SWATCH + 5, y + BAR_HEIGHT - 2, "start", text);
}

/* The verdicts from replicates: which changes count, and what was compared. */
static void put_evidence(struct buf *b, const struct evidence *e)
{
	int y = MARKS_TOP + LINE;

	put_mark(b, 0, y, "chance", "may be chance");
	put_mark(b, 6 * SWATCH, y, "d5 blame", "path to what got slower");
	buf_printf(b, "<text class=\"about\" y=\"%d\" font-size=\"11\">",
		   y + LINE + BAR_HEIGHT - 2);
	xml_text(b, e->about);
	buf_add(b, S("</text>\n"));
}

void legend_svg(struct buf *b, const struct flame *f)
{
	struct buf totals = { 0 };

	legend_totals(&totals, f, S(" \xe2\x86\x92 "));
	buf_add(b, S("<text y=\"12\" font-size=\"12\">"));
	xml_text(b, buf_str(&totals));
	if (f->layout.base_scale != 1)
		buf_printf(b, " (base scaled by %.4g)", f->layout.base_scale);
	buf_add(b, S("</text>\n"));
	put_scale(b);
	put_mark(b, 0, MARKS_TOP, "d0 gone", "gone");
	put_mark(b, 4 * SWATCH, MARKS_TOP, "d10 new", "new");
	if (f->evidence.known) {
		put_mark(b, 8 * SWATCH, MARKS_TOP, "moved", "only moved");
		put_evidence(b, &f->evidence);
	}
	buf_release(&totals);
}
