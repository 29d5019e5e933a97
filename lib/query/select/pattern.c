#include "query/select/pattern.h"

const struct pattern_kind pattern_kinds[NPATTERN] = {
	[PATTERN_DROP] = { "drop_frames", REGEX_WHOLE, true },
	[PATTERN_KEEP] = { "keep_frames", REGEX_WHOLE, true },
	[PATTERN_LEAF] = { "leaf", REGEX_ANYWHERE, false },
	[PATTERN_FOCUS] = { "focus", REGEX_ANYWHERE, false },
	[PATTERN_IGNORE] = { "ignore", REGEX_ANYWHERE, false },
	[PATTERN_HIDE] = { "hide", REGEX_ANYWHERE, false },
	[PATTERN_SHOW] = { "show", REGEX_ANYWHERE, false },
	[PATTERN_SHOW_FROM] = { "show-from", REGEX_ANYWHERE, false },
	[PATTERN_PRUNE_FROM] = { "prune-from", REGEX_ANYWHERE, true },
};

bool pattern_set(struct pattern *pattern, enum frame_pattern kind, struct str text,
		 struct buf *error)
{
	pattern_release(pattern);
	pattern->plain_names = pattern_kinds[kind].plain_names;
	if (text.n && !regex_init(&pattern->re, text, pattern_kinds[kind].mode, error))
		return false;
	pattern->text = text;
	return true;
}

void pattern_begin(struct pattern *pattern, const struct profile *p)
{
	pattern->nmemo = p->dict->str.n;
	pattern->memo = mem_zeroed(pattern->nmemo, 1);
}

void pattern_release(struct pattern *pattern)
{
	regex_release(&pattern->re);
	mem_free(pattern->memo, pattern->nmemo);
	*pattern = (struct pattern){ 0 };
}

/*
 * A name without its parameters: up to the first '(' that is not part of
 * "(anonymous namespace)" or "operator()". Some ABIs put a '.' in front.
 */
static struct str plain_name(struct str s)
{
	size_t i = 0;

	if (str_starts(s, S(".")))
		s = str_skip(s, 1);
	while (i < s.n) {
		struct str rest = str_skip(s, i);

		if (str_starts(rest, S("(anonymous namespace)")))
			i += S("(anonymous namespace)").n;
		else if (str_starts(rest, S("operator()")))
			i += S("operator()").n;
		else if (rest.p[0] == '(')
			s.n = i;
		else
			i++;
	}
	return s;
}

static bool matches(struct pattern *pattern, const struct profile *p, str_id id)
{
	enum { UNKNOWN, NO, YES };
	uint8_t *memo = &pattern->memo[id.i];
	struct str text = dict_text(p->dict, id);

	if (*memo == UNKNOWN) {
		if (pattern->plain_names)
			text = plain_name(text);
		*memo = regex_match(&pattern->re, text) ? YES : NO;
		pattern->matched |= *memo == YES;
	}
	return *memo == YES;
}

bool pattern_matches_function(struct pattern *pattern, const struct profile *p, loc_id loc)
{
	func_id id = dict_loc(p->dict, loc)->func;
	const struct func *func = dict_func(p->dict, id);

	if (pattern->plain_names)
		return func->name.i && matches(pattern, p, func->name);
	return id.i && (matches(pattern, p, func->name) || matches(pattern, p, func->file));
}

bool pattern_matches_mapping(struct pattern *pattern, const struct profile *p, loc_id loc)
{
	map_id id = dict_loc(p->dict, loc)->map;

	return id.i && matches(pattern, p, dict_mapping(p->dict, id)->file);
}
