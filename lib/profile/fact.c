/* Comments of a profile, and the facts "key=value" among them. */
#include "profile/profile.h"

/* Facts that a merged profile has more of than its parts. */
static const struct {
	const char *key;
	enum { SUM, MAX } how;
} counted[] = {
	{ "lost", SUM },       { "truncated", SUM }, { "throttled", SUM },
	{ "remembered", SUM }, { "samples", SUM },   { "cpu_time_ns", SUM },
	{ "wall_ns", SUM },    { "work", SUM },      { "max_rss", MAX },
};

static ptrdiff_t find(const struct profile *p, struct str key)
{
	for (size_t i = 0; i < p->ncomment; i++) {
		struct str text = profile_text(p, p->comment[i]);

		if (str_starts(text, key) && text.n > key.n && text.p[key.n] == '=')
			return (ptrdiff_t)i;
	}
	return -1;
}

static bool has(const struct profile *p, str_id text)
{
	for (size_t i = 0; i < p->ncomment; i++)
		if (p->comment[i].i == text.i)
			return true;
	return false;
}

static int64_t combine(struct profile *p, size_t row, int64_t a, int64_t b)
{
	if (counted[row].how == SUM)
		return sat_add(p, a, b);
	return a > b ? a : b;
}

/* Merge "key=NUMBER" into a fact that is there. */
static bool add_up(struct profile *p, struct str text)
{
	struct str value = text, key = str_cut(&value, '=');
	int64_t a, b;
	ptrdiff_t at;
	struct buf sum = { 0 };

	for (size_t i = 0; i < LEN(counted); i++) {
		if (!str_eq(key, str_of(counted[i].key)) || !str_i64(value, &a))
			continue;
		at = find(p, key);
		if (at < 0 || !str_i64(str_skip(profile_text(p, p->comment[at]), key.n + 1), &b))
			return false;
		buf_add(&sum, str(key.p, key.n + 1));
		buf_i64(&sum, combine(p, i, a, b));
		p->comment[at] = profile_str(p, buf_str(&sum));
		buf_release(&sum);
		return true;
	}
	return false;
}

void profile_add_comment(struct profile *p, struct str text)
{
	str_id id;

	if (!text.n || add_up(p, text))
		return;
	id = profile_str(p, text);
	if (has(p, id))
		return;
	p->comment = mem_grow(p->comment, &p->comment_cap, p->ncomment + 1, sizeof(*p->comment));
	p->comment[p->ncomment++] = id;
}

struct str profile_fact(const struct profile *p, struct str key)
{
	ptrdiff_t at = find(p, key);

	return at < 0 ? S("") : str_skip(profile_text(p, p->comment[at]), key.n + 1);
}
