#include "io/escape.h"
#include "io/json.h"
#include "profile/unit.h"
#include "view/change.h"
#include "view/svg.h"

static void put_str(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, ",\n\"%s\":", key);
	json_str(b, value);
}

static void put_bool(struct buf *b, const char *key, bool value)
{
	buf_printf(b, ",\n\"%s\":%s", key, value ? "true" : "false");
}

static void put_double(struct buf *b, const char *key, double value)
{
	buf_printf(b, ",\n\"%s\":%.17g", key, value);
}

/*
 * The units that values can be shown in, from fine to coarse: how many of the
 * column's one of them is, and its name. None when values were renamed.
 */
static void put_units(const struct svg *s)
{
	static const char *const units[] = { "ns", "us", "ms", "s",  "mins", "hrs",
					     "B",  "kB", "MB", "GB", "TB",   "PB" };
	struct buf *b = &s->out->bytes;
	struct str own = dict_text(s->flame.p->dict, s->flame.p->col[s->o->col].unit);
	bool renamed = s->o->countname || s->o->factor != 1, first = true;

	buf_add(b, S(",\n\"units\":["));
	for (size_t i = 0; i < LEN(units) && !renamed; i++) {
		int64_t ratio = unit_ratio(str_of(units[i]), own);

		if (!ratio)
			continue;
		buf_printf(b, "%s[%lld,\"%s\"]", first ? "" : ",", (long long)ratio, units[i]);
		first = false;
	}
	buf_ch(b, ']');
}

/* Text as the document's names are written. */
static void put_clean(struct buf *b, struct str s)
{
	struct buf clean = { 0 };

	clean_text(&clean, s);
	json_str(b, buf_str(&clean));
	buf_release(&clean);
}

/* What was found: [name, direction, text], and the ways to what got slower. */
static void put_evidence(const struct svg *s)
{
	const struct evidence *e = &s->flame.evidence;
	struct buf *b = &s->out->bytes, text = { 0 };

	buf_add(b, S(",\n\"findings\":["));
	for (size_t i = 0; i < e->n; i++) {
		text.n = 0;
		finding_put(&text, &e->finding[i]);
		buf_add(b, i ? S(",\n[") : S("["));
		put_clean(b, dict_text(s->flame.p->dict, e->finding[i].name));
		buf_printf(b, ",%d,", finding_is_up(&e->finding[i]) ? 1 : -1);
		put_clean(b, buf_str(&text));
		buf_ch(b, ']');
	}
	buf_add(b, S("],\n\"blame\":["));
	for (size_t i = 0; i < e->npath; i++) {
		buf_add(b, i ? S(",") : S(""));
		put_clean(b, e->path[i]);
	}
	buf_ch(b, ']');
	buf_release(&text);
}

static void put_diff(const struct svg *s)
{
	static const char *const widths[] = { "new", "base", "union", "difference" };
	struct buf *b = &s->out->bytes;

	put_bool(b, "negate", s->o->negate);
	put_double(b, "baseScale", s->flame.layout.base_scale);
	put_str(b, "shape", str_of(widths[s->o->diff_width]));
	put_bool(b, "evidence", s->flame.evidence.known);
	if (s->flame.evidence.known)
		put_evidence(s);
	buf_add(b, S(",\n\"ratios\":["));
	for (int i = 0; i < CHANGE_STEPS; i++)
		buf_printf(b, "%s%g", i ? "," : "", change_ratio[i]);
	buf_ch(b, ']');
}

void svg_conf(const struct svg *s)
{
	static const char *const orders[] = { "name", "width", "none", "time" };
	const struct view_options *o = s->o;
	struct buf *b = &s->out->bytes;

	buf_printf(b, "<metadata class=\"conf\">{\"nodes\":%u", s->packed.n);
	put_double(b, "unit", (double)s->packed.unit);
	put_bool(b, "diff", s->flame.tree.diff);
	if (s->flame.tree.diff)
		put_diff(s);
	put_str(b, "title", s->title);
	put_str(b, "subtitle", str_of(o->subtitle));
	put_str(b, "countname", s->flame.countname);
	put_str(b, "nametype", o->nametype ? str_of(o->nametype) : S("Function:"));
	put_str(b, "order", str_of(orders[o->order]));
	put_bool(b, "inverted", o->inverted);
	put_double(b, "width", o->width);
	put_double(b, "height", o->height);
	put_double(b, "fontsize", o->fontsize);
	put_double(b, "total", s->flame.layout.total);
	put_double(b, "factor", o->factor);
	put_units(s);
	out_add(s->out, S("}</metadata>\n"));
}
