#include "query/alert_rule.h"

#include <stdlib.h>

#include "base/when.h"
#include "query/select/selector_parts.h"

static const char *const measures[] = { "share", "value", "rate", "avg", "max" };

const char *alert_measure_name(size_t i)
{
	return i < LEN(measures) ? measures[i] : NULL;
}

struct rule_parser {
	struct str text, rest; /* the whole text, and what is left to parse */
	struct buf *error;
};

static bool rule_fail(struct rule_parser *p, const char *expected)
{
	struct str found = p->rest;

	buf_printf(p->error, "offset %zu: expected %s", p->text.n - found.n, expected);
	if (found.n)
		buf_printf(p->error, ", found '%.*s'", (int)min_size(found.n, 20), found.p);
	else
		buf_add(p->error, S(", found the end"));
	return false;
}

static void pass_blanks(struct rule_parser *p)
{
	while (p->rest.n && is_blank(*p->rest.p))
		p->rest = str_skip(p->rest, 1);
}

static bool accept_text(struct rule_parser *p, struct str what)
{
	if (!str_starts(p->rest, what))
		return false;
	p->rest = str_skip(p->rest, what.n);
	pass_blanks(p);
	return true;
}

static bool parse_measure(struct rule_parser *p, struct alert_rule *r)
{
	for (size_t i = 0; i < NMEASURE; i++) {
		if (!accept_text(p, str_of(measures[i])))
			continue;
		r->measure = (enum alert_measure)i;
		return accept_text(p, S("(")) || rule_fail(p, "'('");
	}
	return rule_fail(p, "share, value, rate, avg or max");
}

/* The offset of the first ')' outside strings; the length if there is none. */
static size_t before_parenthesis(struct str s)
{
	char quote = '\0';
	size_t i;

	for (i = 0; i < s.n && (quote || s.p[i] != ')'); i++) {
		if (quote && quote != '`' && s.p[i] == '\\')
			i++;
		else if (quote)
			quote = s.p[i] == quote ? '\0' : quote;
		else if (strchr("\"'`", s.p[i]))
			quote = s.p[i];
	}
	return min_size(i, s.n);
}

static bool is_name_of_frames(struct str name)
{
	return str_eq(name, S("function")) || str_eq(name, S("self")) || str_eq(name, S("path"));
}

/* Parse the matchers in parentheses as those of a selector in braces. */
static bool parse_frames(struct rule_parser *p, struct alert_rule *r)
{
	size_t n = before_parenthesis(p->rest), at = p->text.n - p->rest.n;
	struct buf braces = { 0 }, why = { 0 };
	bool ok;

	buf_printf(&braces, "{%.*s}", (int)min_size(n, INT32_MAX), p->rest.p);
	ok = selector_parse(&r->frames, buf_str(&braces), &why);
	if (!ok)
		buf_printf(p->error, "in the parentheses at offset %zu: %.*s", at,
			   STR_ARG(buf_str(&why)));
	for (size_t i = 0; ok && i < r->frames.labels.n; i++)
		ok = is_name_of_frames(r->frames.labels.v[i].name);
	if (!ok && !why.n)
		rule_fail(p, "function, self or path");
	if (ok && r->frames.types.n)
		ok = rule_fail(p, "function, self or path");
	p->rest = str_skip(p->rest, n);
	buf_release(&braces);
	buf_release(&why);
	return ok && (accept_text(p, S(")")) || rule_fail(p, "')'"));
}

static bool parse_comparison(struct rule_parser *p, struct alert_rule *r)
{
	r->below = str_starts(p->rest, S("<"));
	if (!r->below && !str_starts(p->rest, S(">")))
		return rule_fail(p, "one of > >= < <=");
	p->rest = str_skip(p->rest, 1);
	r->or_equal = str_starts(p->rest, S("="));
	p->rest = str_skip(p->rest, r->or_equal);
	pass_blanks(p);
	return true;
}

static bool parse_offset(struct rule_parser *p, struct alert_rule *r)
{
	if (!when_duration(p->rest, &r->offset) || !r->offset || r->offset > INT64_MAX)
		return rule_fail(p, "a length of time such as 1d");
	return true;
}

static bool parse_number(struct rule_parser *p, struct alert_rule *r)
{
	char digits[64] = "", *end;
	size_t n = min_size(p->rest.n, sizeof(digits) - 1);

	memcpy(digits, p->rest.p, n);
	r->number = strtod(digits, &end);
	if (end == digits || !(r->number >= 0 && r->number < 1e300))
		return rule_fail(p, "a number, or offset and a length of time");
	p->rest = str_skip(p->rest, (size_t)(end - digits));
	pass_blanks(p);
	return true;
}

/* A number with a unit; or [NUMBER *] offset TIME. */
static bool parse_threshold(struct rule_parser *p, struct alert_rule *r)
{
	r->number = 1;
	if (accept_text(p, S("offset")))
		return parse_offset(p, r);
	if (!parse_number(p, r))
		return false;
	if (accept_text(p, S("*")))
		return accept_text(p, S("offset")) ? parse_offset(p, r) : rule_fail(p, "offset");
	if (str_eq(p->rest, S("%"))) {
		if (r->measure != ALERT_SHARE && r->measure != ALERT_RATE)
			return rule_fail(p, "no percentage here: it is for share and rate");
		r->number /= 100;
		return true;
	}
	r->unit = p->rest;
	if (r->unit.n && r->measure == ALERT_SHARE)
		return rule_fail(p, "a number without a unit, or %");
	return true;
}

/* "> 5" for "> 5%" would never be true. */
static bool check_share(const struct rule_parser *p, const struct alert_rule *r)
{
	if (r->measure != ALERT_SHARE || r->offset || r->number <= 1)
		return true;
	buf_printf(p->error, "a share is at most 1 or 100%%");
	return false;
}

bool alert_rule_parse(struct alert_rule *r, struct str text, struct buf *error)
{
	struct rule_parser p = { .error = error };

	*r = (struct alert_rule){ .text = str_trim(text) };
	p.text = p.rest = r->name = r->text;
	return parse_measure(&p, r) && parse_frames(&p, r) && parse_comparison(&p, r) &&
	       parse_threshold(&p, r) && check_share(&p, r);
}

static bool is_name_char(char c)
{
	return selector_is_word(c, false) || c == '-' || c == '.';
}

bool alert_rule_parse_line(struct alert_rule *r, struct str line, struct buf *error)
{
	struct str rest = line, name = str_trim(str_cut(&rest, ':'));
	bool has_name = rest.p && name.n;

	for (size_t i = 0; i < name.n; i++)
		has_name = has_name && is_name_char(name.p[i]);
	if (!alert_rule_parse(r, has_name ? rest : line, error))
		return false;
	if (has_name)
		r->name = name;
	return true;
}

bool alert_rule_holds(const struct alert_rule *r, double value, double threshold)
{
	if (r->or_equal && value == threshold)
		return true;
	return r->below ? value < threshold : value > threshold;
}

void alert_rule_release(struct alert_rule *r)
{
	selector_release(&r->frames);
}
