#include "view/view.h"

const struct view *view_at(size_t i)
{
#define VIEW_ROW(name) &view_##name,
	static const struct view *const views[] = { VIEWS(VIEW_ROW) };

	return i < LEN(views) ? views[i] : NULL;
}

void view_result_release(struct view_result *r)
{
	buf_release(&r->error);
}

struct str view_countname(const struct profile *p, const struct view_options *o)
{
	struct str type = dict_text(p->dict, p->col[o->col].type);
	struct str unit = dict_text(p->dict, p->col[o->col].unit);

	if (o->countname)
		return str_of(o->countname);
	return str_eq(unit, S("count")) || !unit.n ? type : unit;
}

bool backdrop_parse(struct str s, struct rgb backdrop[2])
{
	static const struct {
		const char *name;
		struct rgb color[2];
	} names[] = {
		{ "yellow", { { 0xee, 0xee, 0xee }, { 0xee, 0xee, 0xb0 } } },
		{ "blue", { { 0xee, 0xee, 0xee }, { 0xe0, 0xe0, 0xff } } },
		{ "green", { { 0xee, 0xf2, 0xee }, { 0xe0, 0xff, 0xe0 } } },
		{ "grey", { { 0xf8, 0xf8, 0xf8 }, { 0xe8, 0xe8, 0xe8 } } },
	};

	for (size_t i = 0; i < LEN(names); i++) {
		if (str_eq(s, str_of(names[i].name))) {
			memcpy(backdrop, names[i].color, sizeof(names[i].color));
			return true;
		}
	}
	if (!rgb_parse(s, &backdrop[0]))
		return false;
	backdrop[1] = backdrop[0];
	return true;
}

bool font_is_safe(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80);

		if (!letter && !(c >= '0' && c <= '9') && !memchr(" ,-_'", c, 5))
			return false;
	}
	return s.n > 0;
}

struct view_options view_defaults(void)
{
	return (struct view_options){
		.fontsize = 12,
		.height = 16,
		.factor = 1,
		.minwidth = 0.1,
		.match = { 230, 0, 230 },
	};
}
