#include "query/selector.h"

struct parser {
	struct selector *s;
	struct str text;
	size_t at;
	struct buf word; /* the last name or string, NUL-terminated */
	struct buf *error;
};

/* Returns false. */
static bool fail(struct parser *p, size_t at, const char *what)
{
	struct str found = str_skip(p->text, at);

	buf_printf(p->error, "offset %zu: %s", at, what);
	if (!found.n)
		buf_add(p->error, S(", found the end"));
	else
		buf_printf(p->error, ", found '%.*s'", (int)min_size(found.n, 20), found.p);
	return false;
}

static char look(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->text.n && memchr(" \t\r\n", p->text.p[p->at], 4))
		p->at++;
}

/* Pass c, and the blanks behind it, if it comes next. */
static bool accept(struct parser *p, char c)
{
	if (p->at >= p->text.n || look(p) != c)
		return false;
	p->at++;
	skip_blanks(p);
	return true;
}

static bool is_word(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
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

/* \x41, \101, \u0041, \U00000041: `digits` digits of that base at p->at. */
static bool number_escape(struct parser *p, size_t digits, uint32_t base, bool is_byte)
{
	uint64_t code = 0;

	for (size_t i = 0; i < digits; i++, p->at++) {
		uint64_t digit;

		if (p->at >= p->text.n || !str_hex(str(p->text.p + p->at, 1), &digit) ||
		    digit >= base)
			return fail(p, p->at, "expected a digit of an escape");
		code = code * base + digit;
	}
	if (code > (is_byte ? 0xff : 0x10ffff) || (code >> 11 == 0x1b && !is_byte))
		return fail(p, p->at - digits, "expected the number of a character");
	if (is_byte)
		buf_ch(&p->word, (char)code);
	else
		add_utf8(&p->word, (uint32_t)code);
	return true;
}

/* What stands behind a backslash, as in Go. */
static bool escape(struct parser *p)
{
	static const char letters[] = "abfnrtv\\'\"", bytes[] = "\a\b\f\n\r\t\v\\'\"";
	char c = look(p);
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c >= '0' && c <= '7')
		return number_escape(p, 3, 8, true);
	if (letter)
		buf_ch(&p->word, bytes[letter - letters]);
	else if (!c || !strchr("xuU", c))
		return fail(p, p->at, "expected an escape");
	p->at++;
	if (c == 'x')
		return number_escape(p, 2, 16, true);
	if (c == 'u' || c == 'U')
		return number_escape(p, c == 'u' ? 4 : 8, 16, false);
	return true;
}

/* A string to p->word. */
static bool quoted(struct parser *p)
{
	size_t start = p->at;
	char quote = look(p);

	if (!quote || !strchr("\"'`", quote))
		return fail(p, p->at, "expected a string in quotes");
	p->word.n = 0;
	for (p->at++; p->at < p->text.n && look(p) != quote;) {
		char c = p->text.p[p->at++];

		if (c != '\\' || quote == '`')
			buf_ch(&p->word, c);
		else if (!escape(p))
			return false;
	}
	if (p->at >= p->text.n)
		return fail(p, start, "expected a string that ends");
	accept(p, quote);
	return true;
}

/* A label's name to p->word. */
static bool name(struct parser *p)
{
	size_t start = p->at;

	if (look(p) && strchr("\"'`", look(p)))
		return quoted(p);
	while (is_word(look(p), p->at == start))
		p->at++;
	if (p->at == start)
		return fail(p, start, "expected a label name");
	p->word.n = 0;
	buf_add(&p->word, str(p->text.p + start, p->at - start));
	skip_blanks(p);
	return true;
}

static bool operator(struct parser *p, enum matcher_op *op)
{
	bool negative = look(p) == '!';

	if (!negative && look(p) != '=')
		return fail(p, p->at, "expected =, !=, =~ or !~");
	p->at++;
	*op = negative ? MATCH_NOT_EQUAL : MATCH_EQUAL;
	if (look(p) == '~') {
		p->at++;
		*op = negative ? MATCH_NOT_REGEX : MATCH_REGEX;
	} else if (negative && look(p) != '=') {
		return fail(p, p->at, "expected != or !~");
	} else if (negative) {
		p->at++;
	}
	skip_blanks(p);
	return true;
}

static struct matcher *add(struct selector *s, struct str label, enum matcher_op op,
			   struct str value)
{
	s->matcher = mem_grow(s->matcher, &s->cap, s->n + 1, sizeof(*s->matcher));
	s->matcher[s->n] = (struct matcher){ .name = arena_str(&s->bytes, label),
					     .value = arena_str(&s->bytes, value),
					     .op = op };
	return &s->matcher[s->n++];
}

/* The last matcher's value is a pattern that stands at that offset. */
static bool compile(struct parser *p, struct matcher *m, size_t at)
{
	struct buf why = { 0 };
	bool ok = regex_init(&m->re, m->value, REGEX_WHOLE, &why);

	if (!ok)
		buf_printf(p->error, "offset %zu: the pattern '%.*s' has an error %.*s", at,
			   STR_ARG(m->value), STR_ARG(buf_str(&why)));
	buf_release(&why);
	return ok;
}

/* name="value", or "name" alone, which is __name__="name". */
static bool matcher(struct parser *p)
{
	bool in_quotes = look(p) && strchr("\"'`", look(p));
	enum matcher_op op;
	struct str label;
	struct matcher *m;
	size_t at;

	if (!name(p))
		return false;
	if (in_quotes && (look(p) == ',' || look(p) == '}')) {
		add(p->s, S("__name__"), MATCH_EQUAL, buf_str(&p->word));
		return true;
	}
	label = arena_str(&p->s->bytes, buf_str(&p->word));
	if (!operator(p, &op))
		return false;
	at = p->at;
	if (!quoted(p))
		return false;
	m = add(p->s, label, op, buf_str(&p->word));
	return op < MATCH_REGEX || compile(p, m, at);
}

static bool matchers(struct parser *p)
{
	accept(p, '{');
	while (!accept(p, '}')) {
		if (!matcher(p))
			return false;
		if (!accept(p, ',') && look(p) != '}')
			return fail(p, p->at, "expected ',' or '}'");
	}
	if (p->at < p->text.n)
		return fail(p, p->at, "expected nothing behind '}'");
	return true;
}

static size_t count_colons(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ':';
	return n;
}

/* A type id or a name. A sixth part of an id says nothing about the type. */
static bool head(struct parser *p, struct str text)
{
	size_t colons = count_colons(text);

	if (colons > 5)
		return fail(p, 0, "expected a profile type id of five parts");
	if (colons == 5)
		text.n = (size_t)str_rchr(text, ':');
	add(p->s, colons >= 4 ? S("__profile_type__") : S("__name__"), MATCH_EQUAL, text);
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
		ok = head(&p, type);
	p.at = end;
	if (!type.n && brace < 0)
		ok = fail(&p, 0, "expected '{' or a profile type id");
	else if (ok && brace >= 0)
		ok = matchers(&p);
	buf_release(&p.word);
	return ok;
}

bool selector_looks_like(struct str text)
{
	return str_chr(text, '{') >= 0 || count_colons(text) >= 4;
}

void selector_release(struct selector *s)
{
	for (size_t i = 0; i < s->n; i++)
		regex_release(&s->matcher[i].re);
	mem_free(s->matcher, s->cap * sizeof(*s->matcher));
	arena_release(&s->bytes);
	*s = (struct selector){ 0 };
}
