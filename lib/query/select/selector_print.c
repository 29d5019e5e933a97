/* Writing selectors, as selector.c reads them. */
#include "query/select/selector.h"
#include "query/select/selector_parts.h"

static bool is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!selector_is_word(s.p[i], i == 0))
			return false;
	return s.n > 0;
}

static void print_quoted(struct buf *b, struct str s)
{
	uint32_t code;

	buf_ch(b, '"');
	while (s.n) {
		size_t n = str_utf8(s, &code);

		if (!n || code < 0x20 || code == 0x7f)
			buf_printf(b, "\\x%02x", (uint8_t)s.p[0]);
		else if (code == '"' || code == '\\')
			buf_printf(b, "\\%c", (int)code);
		else
			buf_add(b, str(s.p, n));
		s = str_skip(s, n ? n : 1);
	}
	buf_ch(b, '"');
}

static void print_matchers(struct buf *b, const struct matchers *m, size_t from, bool *comma)
{
	static const char *const ops[] = { "=", "!=", "=~", "!~" };

	for (size_t i = from; i < m->n; i++) {
		if (*comma)
			buf_add(b, S(", "));
		*comma = true;
		if (is_plain_name(m->v[i].name))
			buf_add(b, m->v[i].name);
		else
			print_quoted(b, m->v[i].name);
		buf_add(b, str_of(ops[m->v[i].op]));
		print_quoted(b, m->v[i].value);
	}
}

/* Would parse_type() make this matcher of its value? */
static bool stands_before_braces(const struct matcher *m)
{
	size_t colons = selector_count_colons(m->value);

	if (m->op != MATCH_EQUAL || !m->value.n || str_chr(m->value, '{') >= 0 ||
	    str_trim(m->value).n != m->value.n)
		return false;
	return matcher_part(m->name) == PART_WHOLE ? colons == 4 :
						     matcher_part(m->name) == 0 && colons < 4;
}

void selector_print(const struct selector *s, struct buf *b)
{
	bool comma = false;
	size_t before = s->types.n && stands_before_braces(&s->types.v[0]);

	if (before)
		buf_add(b, s->types.v[0].value);
	if (before && s->types.n == 1 && !s->labels.n)
		return;
	buf_ch(b, '{');
	print_matchers(b, &s->types, before, &comma);
	print_matchers(b, &s->labels, 0, &comma);
	buf_ch(b, '}');
}
