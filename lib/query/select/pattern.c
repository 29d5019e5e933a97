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

bool pattern_add(struct pattern *pattern, enum frame_pattern kind, struct str text,
		 struct buf *error)
{
	struct pattern_text one = { .text = text };

	pattern->plain_names = pattern_kinds[kind].plain_names;
	if (!text.n)
		return true;
	if (pattern->list.n == MOST_PATTERNS) {
		buf_printf(error, "there may be %d at most", MOST_PATTERNS);
		return false;
	}
	if (!regex_init(&one.re, text, pattern_kinds[kind].mode, error)) {
		regex_release(&one.re);
		return false;
	}
	vec_push(&pattern->list, one);
	return true;
}

void pattern_begin(struct pattern *pattern, const struct profile *p)
{
	pattern->nmemo = p->dict->str.n;
	pattern->memo = mem_zeroed(pattern->nmemo, sizeof(*pattern->memo));
}

void pattern_release(struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->list.n; i++)
		regex_release(&pattern->list.v[i].re);
	vec_release(&pattern->list);
	mem_free(pattern->memo, pattern->nmemo * sizeof(*pattern->memo));
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

static uint32_t matches(struct pattern *pattern, const struct profile *p, str_id id)
{
	const uint32_t known = (uint32_t)1 << MOST_PATTERNS;
	uint32_t *memo = &pattern->memo[id.i];
	struct str text = dict_text(p->dict, id);

	if (*memo & known)
		return *memo & ~known;
	if (pattern->plain_names)
		text = plain_name(text);
	for (size_t i = 0; i < pattern->list.n; i++) {
		struct pattern_text *one = &pattern->list.v[i];

		if (!regex_match(&one->re, text))
			continue;
		one->matched = true;
		*memo |= (uint32_t)1 << i;
	}
	*memo |= known;
	return *memo & ~known;
}

uint32_t pattern_matches_function(struct pattern *pattern, const struct profile *p, loc_id loc)
{
	func_id id = dict_loc(p->dict, loc)->func;
	const struct func *func = dict_func(p->dict, id);

	if (!id.i || (pattern->plain_names && !func->name.i))
		return 0;
	return matches(pattern, p, func->name) |
	       (pattern->plain_names ? 0 : matches(pattern, p, func->file));
}

uint32_t pattern_matches_mapping(struct pattern *pattern, const struct profile *p, loc_id loc)
{
	map_id id = dict_loc(p->dict, loc)->map;

	return id.i ? matches(pattern, p, dict_mapping(p->dict, id)->file) : 0;
}
