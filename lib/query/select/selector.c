/* Reading selectors. */
#include "query/select/selector.h"

#include "query/select/selector_parts.h"

struct parser {
	struct selector *s;
	struct str text;
	size_t at;
	struct buf word; /* the last name or string, NUL-terminated */
	struct buf *error;
};

/* Returns false. */
static bool parse_fail(struct parser *p, size_t at, const char *what)
{
	struct str found = str_skip(p->text, at);

	buf_printf(p->error, "offset %zu: %s", at, what);
	if (!found.n)
		buf_add(p->error, S(", found the end"));
	else
		buf_printf(p->error, ", found '%.*s'", (int)min_size(found.n, 20), found.p);
	return false;
}

static char next_char(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

/* Blanks, and comments: '#' and the rest of the line. */
static void skip_blanks(struct parser *p)
{
	for (bool in_comment = false; p->at < p->text.n; p->at++) {
		char c = p->text.p[p->at];

		in_comment = c != '\n' && (in_comment || c == '#');
		if (!in_comment && !memchr(" \t\r\n", c, 4))
			break;
	}
}

/* Skip c, and the blanks after it, if it comes next. */
static bool accept_char(struct parser *p, char c)
{
	if (p->at >= p->text.n || next_char(p) != c)
		return false;
	p->at++;
	skip_blanks(p);
	return true;
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_ch(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_ch(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_ch(b, (char)(0xe0 | c >> 12));
		} else {
			buf_ch(b, (char)(0xf0 | c >> 18));
			buf_ch(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_ch(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_ch(b, (char)(0x80 | (c & 0x3f)));
}

/* Parse `digits` digits of that base at p->at, as in \x41, \101, \u0041 and \U00000041. */
static bool parse_code(struct parser *p, size_t digits, uint32_t base, bool is_byte)
{
	uint64_t code = 0;

	for (size_t i = 0; i < digits; i++, p->at++) {
		uint64_t digit;

		if (p->at >= p->text.n || !str_hex(str(p->text.p + p->at, 1), &digit) ||
		    digit >= base)
			return parse_fail(p, p->at, "expected a digit of an escape");
		code = code * base + digit;
	}
	if (code > (is_byte ? 0xff : 0x10ffff) || (code >> 11 == 0x1b && !is_byte))
		return parse_fail(p, p->at - digits, "expected the number of a character");
	if (is_byte)
		buf_ch(&p->word, (char)code);
	else
		add_utf8(&p->word, (uint32_t)code);
	return true;
}

/* Parse what follows a backslash, as in Go. */
static bool parse_escape(struct parser *p)
{
	static const char letters[] = "abfnrtv\\'\"", bytes[] = "\a\b\f\n\r\t\v\\'\"";
	char c = next_char(p);
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c >= '0' && c <= '7')
		return parse_code(p, 3, 8, true);
	if (letter)
		buf_ch(&p->word, bytes[letter - letters]);
	else if (!c || !strchr("xuU", c))
		return parse_fail(p, p->at, "expected an escape");
	p->at++;
	if (c == 'x')
		return parse_code(p, 2, 16, true);
	if (c == 'u' || c == 'U')
		return parse_code(p, c == 'u' ? 4 : 8, 16, false);
	return true;
}

/* Read a string into p->word. */
static bool parse_quoted(struct parser *p)
{
	size_t start = p->at;
	char quote = next_char(p);

	if (!quote || !strchr("\"'`", quote))
		return parse_fail(p, p->at, "expected a string in quotes");
	p->word.n = 0;
	for (p->at++; p->at < p->text.n && next_char(p) != quote;) {
		char c = p->text.p[p->at++];

		if (c != '\\' || quote == '`')
			buf_ch(&p->word, c);
		else if (!parse_escape(p))
			return false;
	}
	if (p->at >= p->text.n)
		return parse_fail(p, start, "expected a string that ends");
	accept_char(p, quote);
	return true;
}

/* Read a label's name into p->word. */
static bool parse_name(struct parser *p)
{
	size_t start = p->at;

	if (next_char(p) && strchr("\"'`", next_char(p)))
		return parse_quoted(p);
	while (selector_is_word(next_char(p), p->at == start))
		p->at++;
	if (p->at == start)
		return parse_fail(p, start, "expected a label name");
	p->word.n = 0;
	buf_add(&p->word, str(p->text.p + start, p->at - start));
	skip_blanks(p);
	return true;
}

static bool parse_operator(struct parser *p, enum matcher_op *op)
{
	bool negative = next_char(p) == '!';

	if (!negative && next_char(p) != '=')
		return parse_fail(p, p->at, "expected =, !=, =~ or !~");
	p->at++;
	*op = negative ? MATCH_NOT_EQUAL : MATCH_EQUAL;
	if (next_char(p) == '~') {
		p->at++;
		*op = negative ? MATCH_NOT_REGEX : MATCH_REGEX;
	} else if (negative && next_char(p) != '=') {
		return parse_fail(p, p->at, "expected != or !~");
	} else if (negative) {
		p->at++;
	}
	skip_blanks(p);
	return true;
}

static struct matcher *add_matcher(struct selector *s, struct str label, enum matcher_op op,
				   struct str value)
{
	struct matchers *m = matcher_part(label) == PART_NONE ? &s->labels : &s->types;

	m->v = mem_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n] = (struct matcher){ .name = arena_str(&s->bytes, label),
				       .value = arena_str(&s->bytes, value),
				       .op = op };
	return &m->v[m->n++];
}

/* Compile the matcher's value, a pattern at that offset of the text. */
static bool compile_pattern(struct parser *p, struct matcher *m, size_t at)
{
	struct buf why = { 0 };
	bool ok = regex_init(&m->re, m->value, REGEX_WHOLE, &why);

	if (!ok)
		buf_printf(p->error, "offset %zu: the pattern '%.*s' has an error %.*s", at,
			   STR_ARG(m->value), STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

/*
 * A type id, or a name: where a name may be, Pyroscope takes an id as well. The sixth part of an
 * id is ignored: it is not about the type.
 */
static bool add_type(struct parser *p, size_t at, struct str text)
{
	size_t colons = selector_count_colons(text);

	if (colons > 5)
		return parse_fail(p, at, "expected a profile type id of five parts");
	if (colons == 5)
		text.n = (size_t)str_rchr(text, ':');
	add_matcher(p->s, colons >= 4 ? S("__profile_type__") : S("__name__"), MATCH_EQUAL, text);
	return true;
}

/* name="value", or "name" alone, which is __name__="name". */
static bool parse_matcher(struct parser *p)
{
	bool in_quotes = next_char(p) && strchr("\"'`", next_char(p));
	enum matcher_op op;
	struct str label;
	struct matcher *m;
	size_t at = p->at;

	if (!parse_name(p))
		return false;
	if (in_quotes && (next_char(p) == ',' || next_char(p) == '}'))
		return add_type(p, at, buf_str(&p->word));
	label = arena_str(&p->s->bytes, buf_str(&p->word));
	if (!parse_operator(p, &op))
		return false;
	at = p->at;
	if (!parse_quoted(p))
		return false;
	if (op == MATCH_EQUAL && str_eq(label, S("__name__")))
		return add_type(p, at, buf_str(&p->word));
	m = add_matcher(p->s, label, op, buf_str(&p->word));
	return op < MATCH_REGEX || compile_pattern(p, m, at);
}

static bool parse_braces(struct parser *p)
{
	accept_char(p, '{');
	while (!accept_char(p, '}')) {
		if (!parse_matcher(p))
			return false;
		if (!accept_char(p, ',') && next_char(p) != '}')
			return parse_fail(p, p->at, "expected ',' or '}'");
	}
	if (p->at < p->text.n)
		return parse_fail(p, p->at, "expected nothing after '}'");
	return true;
}

bool selector_parse(struct selector *s, struct str text, struct buf *error)
{
	struct parser p = { .s = s, .text = text, .error = error };
	ptrdiff_t brace = str_chr(text, '{');
	size_t end = brace < 0 ? text.n : (size_t)brace;
	struct str type = str_trim(str(text.p, end));
	bool ok = true;

	*s = (struct selector){ 0 };
	if (type.n)
		ok = add_type(&p, 0, type);
	p.at = end;
	if (!type.n && brace < 0)
		ok = parse_fail(&p, 0, "expected '{' or a profile type id");
	else if (ok && brace >= 0)
		ok = parse_braces(&p);
	buf_release(&p.word);
	return ok;
}

bool selector_looks_like(struct str text)
{
	return str_chr(text, '{') >= 0 || selector_count_colons(text) >= 4;
}

static void matchers_release(struct matchers *m)
{
	for (size_t i = 0; i < m->n; i++)
		regex_release(&m->v[i].re);
	mem_free(m->v, m->cap * sizeof(*m->v));
}

void selector_release(struct selector *s)
{
	matchers_release(&s->types);
	matchers_release(&s->labels);
	arena_release(&s->bytes);
	*s = (struct selector){ 0 };
}
