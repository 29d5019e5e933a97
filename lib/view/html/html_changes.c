/* Additional data of a differential page: the scale of changes, and the verdicts. */
#include "view/change.h"
#include "view/html/html.h"

static void put_conf(struct page *page, struct json *j)
{
	static const char *const widths[] = { "new", "base", "union", "difference" };
	const struct flame *f = &page->svg.flame;

	json_member_bool(j, "diff", f->tree.diff);
	json_member_bool(j, "negate", page->o->negate);
	json_member_bool(j, "normalize", page->o->normalize);
	json_member_string(j, "shape", str_of(widths[page->o->diff_width]));
	json_member_bool(j, "evidence", f->evidence.known);
	json_member_string(j, "about", f->evidence.about);
	if (f->evidence.known)
		svg_evidence(j, f);
	json_member_array(j, "ratios");
	for (int i = 0; i < CHANGE_STEPS; i++)
		json_put_double(j, change_ratio[i]);
	json_end_array(j);
	json_member_array(j, "changeColors");
	for (int i = 0; i <= 2 * CHANGE_STEPS; i++) {
		struct buf color = { 0 };

		rgb_put(&color, change_color[i]);
		json_put_string(j, buf_str(&color));
		buf_release(&color);
	}
	json_end_array(j);
}

const struct html_part html_part_changes = { put_conf, NULL };
