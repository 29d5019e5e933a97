/* Comments of a profile, and the facts "key=value" among them. */
#include "profile/fact.h"

/* Facts that count something, and how a sum of profiles combines them. */
static const struct {
	const char *key;
	enum { SUM, MAX } how;
} counts[] = {
	{ "lost", SUM },
	{ "lost_records", SUM },
	{ "truncated", SUM },
	{ "throttled", SUM },
	{ "truncated_not_copied", SUM },
	{ "truncated_not_mapped", SUM },
	{ "truncated_bad_frame", SUM },
	{ "truncated_no_tables", SUM },
	{ "truncated_red_zone", SUM },
	{ "truncated_too_deep", SUM },
	{ "remembered", SUM },
	{ "waits", SUM },
	{ "waits_shared_out", SUM },
	{ "waits_shared_out_ns", SUM },
	{ "waits_unknown", SUM },
	{ "waits_unknown_ns", SUM },
	{ "short_waits", SUM },
	{ "short_waits_ns", SUM },
	{ "untracked", SUM },
	{ "unseen_frees", SUM },
	{ "samples", SUM },
	{ "cpu_time_ns", SUM },
	{ "wall_ns", SUM },
	{ "work", SUM },
	{ "scrapes", SUM },
	{ "up", SUM },
	{ "scrape_ns", SUM },
	{ "max_rss", MAX },
};

void facts_init(struct table *comments)
{
	table_init(comments, sizeof(struct comment), offsetof(struct comment, text));
}

static struct comment *comment_row(const struct profile *p, uint32_t i)
{
	return table_row(&p->comment, i);
}

str_id profile_comment(const struct profile *p, size_t i)
{
	return comment_row(p, (uint32_t)i + 1)->text;
}

/* The row in `counts` of the fact "key=n", or -1 if the text is not such a fact. */
static int count_of(struct str text, struct str *key, int64_t *n)
{
	*key = str_cut(&text, '=');
	for (int i = 0; i < (int)LEN(counts); i++)
		if (str_eq(*key, str_of(counts[i].key)) && str_i64(text, n))
			return i;
	return -1;
}

/* Combine a fact with the existing one. */
static void combine_counts(struct profile *p, struct comment *c, int how, int64_t n)
{
	struct str key, text = dict_text(p->dict, c->text);
	struct buf sum = { 0 };
	int64_t old;

	count_of(text, &key, &old);
	if (counts[how].how == SUM)
		n = sat_add(p, old, n);
	else if (old > n)
		n = old;
	buf_add(&sum, str(key.p, key.n + 1));
	buf_i64(&sum, n);
	c->text = dict_intern(p->dict, buf_str(&sum));
	buf_release(&sum);
}

/* Take window_ns= into the header, whose time must be set before. */
static bool take_window(struct profile *p, struct str text)
{
	static const struct str key = { "window_ns=", 10 };
	int64_t n;

	return p->head.time && str_starts(text, key) && str_i64(str_skip(text, key.n), &n) &&
	       n >= 0 && !__builtin_add_overflow(p->head.time, n, &p->head.end);
}

void profile_add_comment(struct profile *p, struct str text)
{
	uint32_t known = p->comment.n, i;
	struct comment row = { 0 };
	struct str key;
	int64_t n;
	int how;

	if (!text.n || take_window(p, text))
		return;
	how = count_of(text, &key, &n);
	row.text = dict_intern(p->dict, text);
	row.key = how < 0 ? row.text : dict_intern(p->dict, key);
	row.is_count = how >= 0;
	i = table_intern(&p->comment, &row);
	if (i < known && how >= 0)
		combine_counts(p, comment_row(p, i), how, n);
}

void profile_add_fact(struct profile *p, const char *key, struct str value)
{
	struct buf b = { 0 };

	if (value.n) {
		buf_printf(&b, "%s=", key);
		buf_add(&b, value);
		profile_add_comment(p, buf_str(&b));
	}
	buf_release(&b);
}

void profile_add_count(struct profile *p, const char *key, uint64_t n)
{
	struct buf b = { 0 };

	buf_u64(&b, min_size(n, INT64_MAX));
	if (n)
		profile_add_fact(p, key, buf_str(&b));
	buf_release(&b);
}

struct str profile_fact(const struct profile *p, struct str key)
{
	for (uint32_t i = 1; i < p->comment.n; i++) {
		struct str value = dict_text(p->dict, comment_row(p, i)->text);

		if (str_eq(str_cut(&value, '='), key))
			return value;
	}
	return S("");
}

void profile_drop_counts(struct profile *p)
{
	struct table was = p->comment;

	facts_init(&p->comment);
	for (uint32_t i = 1; i < was.n; i++) {
		const struct comment *c = table_row(&was, i);

		if (!c->is_count)
			table_intern(&p->comment, c);
	}
	table_release(&was);
}
