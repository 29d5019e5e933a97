#include <stdio.h>

#include "io/escape.h"
#include "io/json.h"
#include "profile/unit.h"
#include "view/change.h"
#include "view/svg.h"

/*
 * The units in which values can be shown, from fine to coarse: each one's size in the column's
 * unit, and its name. There are none if the user has renamed values.
 */
void svg_units(struct json *j, const struct profile *p, uint32_t col, bool renamed)
{
	static const char *const units[] = { "ns", "us", "ms", "s",  "mins", "hrs",
					     "B",  "kB", "MB", "GB", "TB",   "PB" };
	struct str own = dict_text(p->dict, p->col[col].unit);

	json_member_array(j, "units");
	for (size_t i = 0; i < LEN(units) && !renamed; i++) {
		int64_t ratio = unit_ratio(str_of(units[i]), own);

		if (!ratio)
			continue;
		json_begin_array(j);
		json_put_int64(j, ratio);
		json_put_string(j, str_of(units[i]));
		json_end_array(j);
	}
	json_end_array(j);
}

/* Write text in the same way as the document's names. */
static void put_clean(struct json *j, struct str s)
{
	struct buf clean = { 0 };

	clean_text(&clean, s);
	json_put_string(j, buf_str(&clean));
	buf_release(&clean);
}

/*
 * The findings: [name, direction, text, whether it only moved, whether it is about the function's
 * own code]; the moves: [from, to]; and the paths to code that became slower.
 */
void svg_evidence(struct json *j, const struct flame *f)
{
	const struct evidence *e = &f->evidence;
	struct buf text = { 0 };

	json_member_array(j, "findings");
	for (size_t i = 0; i < e->n; i++) {
		text.n = 0;
		finding_put(&text, &e->finding[i]);
		json_begin_array(j);
		put_clean(j, dict_text(f->p->dict, e->finding[i].name));
		json_put_int64(j, finding_is_up(&e->finding[i]) ? 1 : -1);
		put_clean(j, buf_str(&text));
		json_put_bool(j, finding_is_moved(&e->finding[i]));
		json_put_bool(j, str_eq(e->finding[i].kind, S("self")));
		json_end_array(j);
	}
	json_end_array(j);
	json_member_array(j, "moves");
	for (size_t i = 0; i < e->nmove; i++) {
		json_begin_array(j);
		put_clean(j, dict_text(f->p->dict, e->move[i].from));
		put_clean(j, dict_text(f->p->dict, e->move[i].to));
		json_end_array(j);
	}
	json_end_array(j);
	json_member_array(j, "blame");
	for (size_t i = 0; i < e->npath; i++)
		put_clean(j, e->path[i]);
	json_end_array(j);
	buf_release(&text);
}

static void put_diff(struct json *j, const struct svg *s)
{
	static const char *const widths[] = { "new", "base", "union", "difference" };

	json_member_bool(j, "negate", s->o->negate);
	json_member_double(j, "baseScale", s->flame.layout.base_scale);
	json_member_string(j, "shape", str_of(widths[s->o->diff_width]));
	json_member_bool(j, "evidence", s->flame.evidence.known);
	if (s->flame.evidence.known)
		svg_evidence(j, &s->flame);
	json_member_array(j, "ratios");
	for (int i = 0; i < CHANGE_STEPS; i++)
		json_put_double(j, change_ratio[i]);
	json_end_array(j);
}

/* If doubles would round sums, the script also keeps integers: multiples of the unit, as text. */
static void put_exact(struct json *j, const struct svg *s)
{
	const int64_t most = (int64_t)1 << 53;
	const struct tree *tree = &s->flame.tree;
	char unit[24];

	if (tree->node[0].total <= most && !(tree->diff && tree->base_total[0] > most))
		return;
	snprintf(unit, sizeof(unit), "%llu", (unsigned long long)s->packed.unit);
	json_member_string(j, "exact", str_of(unit));
}

void svg_conf(const struct svg *s)
{
	static const char *const orders[] = { "name", "width", "none", "time" };
	const struct view_options *o = s->o;
	struct json j = { .b = &s->out->bytes, .indented = 2 };

	buf_add(j.b, S("<metadata class=\"conf\">"));
	json_begin_object(&j);
	json_member_int64(&j, "nodes", s->packed.n);
	json_member_double(&j, "unit", (double)s->packed.unit);
	put_exact(&j, s);
	json_member_bool(&j, "diff", s->flame.tree.diff);
	if (s->flame.tree.diff)
		put_diff(&j, s);
	json_member_string(&j, "title", s->title);
	json_member_string(&j, "subtitle", str_of(o->subtitle));
	json_member_string(&j, "countname", s->flame.countname);
	json_member_string(&j, "nametype", o->nametype ? str_of(o->nametype) : S("Function:"));
	json_member_string(&j, "order", str_of(orders[o->order]));
	json_member_bool(&j, "inverted", o->inverted);
	json_member_double(&j, "width", o->width);
	json_member_double(&j, "height", o->height);
	json_member_double(&j, "fontsize", o->fontsize);
	json_member_double(&j, "total", s->flame.layout.total);
	json_member_double(&j, "factor", o->factor);
	json_member_string(&j, "query", o->query);
	svg_units(&j, s->flame.p, o->col, o->countname || o->factor != 1);
	json_end_object(&j);
	out_add(s->out, S("</metadata>\n"));
}
