#include "query/openmetrics.h"

#include <math.h>
#include <stdlib.h>

#include "io/escape.h"
#include "profile/unit.h"
#include "query/select/selector_parts.h"

/* "seconds", "bytes", the unit itself, or nothing for counts. */
static struct str base_unit(struct str unit)
{
	double one = 1;

	if (unit_convert(&one, unit, S("seconds")))
		return S("seconds");
	if (unit_convert(&one, unit, S("bytes")))
		return S("bytes");
	return str_eq(unit, S("count")) ? S("") : unit;
}

double metric_scale(const struct metric *m)
{
	double scale = 1;

	return unit_convert(&scale, m->unit, base_unit(m->unit)) ? scale : 1;
}

void metric_label_name(struct buf *b, struct str name)
{
	if (!name.n)
		buf_ch(b, '_');
	for (size_t i = 0; i < name.n; i++)
		buf_ch(b, selector_is_word(name.p[i], i == 0) ? name.p[i] : '_');
}

static void put_metric_name(struct buf *b, const struct metric *m)
{
	struct str unit = m->instead ? str_of(m->instead) : base_unit(m->unit);

	buf_add(b, str_of(m->prefix));
	for (size_t i = 0; i < m->type.n; i++) /* a digit may be first: a prefix precedes it */
		buf_ch(b, selector_is_word(m->type.p[i], false) ? m->type.p[i] : '_');
	if (unit.n && !str_eq(unit, m->type)) {
		buf_ch(b, '_');
		for (size_t i = 0; i < unit.n; i++)
			buf_ch(b, selector_is_word(unit.p[i], false) ? unit.p[i] : '_');
	}
	buf_add(b, str_of(m->suffix));
}

void metric_help(struct buf *b, const struct metric *m, const char *help)
{
	buf_add(b, S("# HELP "));
	put_metric_name(b, m);
	buf_printf(b, " %s\n", help);
}

/* The matcher that gives a metric a label of that name, or NULL. */
static const struct matcher *label_of_selector(const struct metric *m, struct str name)
{
	for (size_t i = 0; m->selector && i < m->selector->labels.n; i++) {
		const struct matcher *found = &m->selector->labels.v[i];

		if (found->op == MATCH_EQUAL && str_eq(found->name, name) &&
		    !str_eq(name, S("function")))
			return found;
	}
	return NULL;
}

/* Does the sample that b ends with have a label of that name? Quotes in values are escaped. */
static bool has_label(const struct buf *b, struct str name)
{
	struct buf text = { 0 };
	size_t from = b->n;
	bool has = false;

	while (from && b->p[from - 1] != '\n')
		from--;
	for (int first = 0; first < 2 && !has; first++) {
		text.n = 0;
		buf_printf(&text, "%c%.*s=\"", first ? '{' : ',', STR_ARG(name));
		has = str_find(str(b->p + from, b->n - from), buf_str(&text)) >= 0;
	}
	buf_release(&text);
	return has;
}

/* Names that differ only in invalid characters get a '_' more: a name must not occur twice. */
static void put_label_name(struct buf *b, struct str name)
{
	struct buf text = { 0 };

	metric_label_name(&text, name);
	while (has_label(b, buf_str(&text)))
		buf_ch(&text, '_');
	buf_ch(b, b->n && b->p[b->n - 1] == '"' ? ',' : '{');
	buf_add(b, buf_str(&text));
	buf_release(&text);
}

/* Other control characters than line ends have no escape, and are replaced. */
static void put_label_value(struct buf *b, struct str value)
{
	struct buf text = { 0 };

	for (bool more = true; more;) {
		more = str_chr(value, '\n') >= 0;
		clean_text(&text, str_cut(&value, '\n'));
		if (more)
			buf_ch(&text, '\n');
	}
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\' || text.p[i] == '\n')
			buf_ch(b, '\\');
		buf_ch(b, text.p[i] == '\n' ? 'n' : text.p[i]);
	}
	buf_release(&text);
}

static void put_metric_label(struct buf *b, struct str name, struct str value)
{
	if (!value.n) /* the same as no label */
		return;
	put_label_name(b, name);
	buf_add(b, S("=\""));
	put_label_value(b, value);
	buf_ch(b, '"');
}

void metric_label(struct buf *b, const struct metric *m, struct str name, struct str value)
{
	if (!label_of_selector(m, name))
		put_metric_label(b, name, value);
}

void metric_begin(struct buf *b, const struct metric *m)
{
	put_metric_name(b, m);
	for (size_t i = 0; m->selector && i < m->selector->labels.n; i++) {
		const struct matcher *matcher = &m->selector->labels.v[i];

		if (label_of_selector(m, matcher->name) == matcher)
			put_metric_label(b, matcher->name, matcher->value);
	}
}

void metric_end(struct buf *b, double value, const int64_t *time)
{
	if (b->n && b->p[b->n - 1] == '"')
		buf_ch(b, '}');
	if (isnan(value))
		buf_add(b, S(" NaN"));
	else
		buf_printf(b, " %.15g", value);
	if (time) {
		int64_t ns = *time % 1000000000;

		buf_ch(b, ' ');
		buf_i64(b, *time / 1000000000 - (ns < 0));
		if (ns)
			buf_printf(b, ".%09lld", (long long)(ns < 0 ? ns + 1000000000 : ns));
	}
	buf_ch(b, '\n');
}

void metrics_end(struct buf *b)
{
	buf_add(b, S("# EOF\n"));
}
