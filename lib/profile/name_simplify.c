/* name_simplify(): names without the parts that differ between two builds. */
#include "profile/name.h"

/* The length of s without a clone's suffix; s.n if it has none. */
static size_t without_suffix(struct str s)
{
	static const char *const suffixes[] = { ".isra",     ".part", ".cold",  ".constprop",
						".lto_priv", ".llvm", ".clone", ".localalias" };
	size_t n = s.n;

	if (str_ends(s, S("]"))) {
		ptrdiff_t clone = str_find(s, S(" [clone "));

		return clone > 0 ? (size_t)clone : s.n;
	}
	while (n && is_digit(s.p[n - 1]))
		n--;
	if (n && n < s.n && s.p[n - 1] == '.')
		n--;
	else
		n = s.n;
	for (size_t i = 0; i < LEN(suffixes); i++)
		if (str_ends(str(s.p, n), str_of(suffixes[i])))
			return n - strlen(suffixes[i]);
	return s.n;
}

static struct str strip_ends(struct str s)
{
	for (size_t n = 0; n != s.n;) {
		n = s.n;
		s.n = without_suffix(s);
		s.n = name_without_hash(s);
	}
	return s;
}

/*
 * Template arguments: which '>' closes a '<'. Most names are scanned once, since closed
 * arguments are skipped. A '<' that nothing closes is scanned to the end of the name; for
 * many of these that would be quadratic, so the first one matches all brackets at once.
 */
struct brackets {
	struct str s;
	size_t *end; /* by position of a '<': the one after its '>', or 0; NULL = not needed yet */
};

/* A '>' closes template arguments unless it is part of "->". */
static bool closes(struct str s, size_t at)
{
	return s.p[at] == '>' && at && s.p[at - 1] != '-';
}

static void match_brackets(struct brackets *b)
{
	size_t top = 0; /* after the innermost open '<'; its .end is that of the one around it */

	b->end = mem_zeroed(b->s.n, sizeof(*b->end));
	for (size_t i = 0; i < b->s.n; i++) {
		if (b->s.p[i] == '<') {
			b->end[i] = top;
			top = i + 1;
		} else if (top && closes(b->s, i)) {
			size_t open = top - 1;

			top = b->end[open];
			b->end[open] = i + 1;
		}
	}
	while (top) {
		size_t open = top - 1;

		top = b->end[open];
		b->end[open] = 0;
	}
}

/* The length of the template arguments "<...>" that begin there, or 0. */
static size_t arguments_at(struct brackets *b, size_t at)
{
	size_t depth = 0;

	if (at >= b->s.n || b->s.p[at] != '<')
		return 0;
	for (size_t i = at; !b->end && i < b->s.n; i++) {
		if (b->s.p[i] == '<')
			depth++;
		else if (closes(b->s, i) && !--depth)
			return i + 1 - at;
	}
	if (!b->end)
		match_brackets(b);
	return b->end[at] ? b->end[at] - at : 0;
}

static size_t skip_digits(struct str s, size_t from)
{
	while (from < s.n && is_digit(s.p[from]))
		from++;
	return from;
}

/* The length of a lambda's number at the start of s, which follows `head`; 0 = there is none. */
static size_t lambda_number(struct str head, struct str s, bool after_brace)
{
	size_t n;
	uint64_t address;

	if (s.p[0] == '#' && after_brace) /* {lambda(int)#2} */
		return skip_digits(s, 1);
	if (str_ends(head, S("$_"))) /* $_0 */
		return skip_digits(s, 0);
	if (s.p[0] != '$' || !str_ends(head, S("$$Lambda"))) /* $$Lambda$14/0x8f */
		return 0;
	n = skip_digits(s, 1);
	if (!str_starts(str_skip(s, n), S("/0x")))
		return n;
	for (n += 3; n < s.n && str_hex(str(s.p + n, 1), &address);)
		n++;
	return n;
}

/* The length of a part at `at` that differs between builds; 0 = none begins there. */
static size_t varying_part(struct brackets *b, size_t at, bool after_brace)
{
	struct str s = b->s, head = str(s.p, at), rest = str_skip(s, at);
	size_t n;

	if (!at)
		return 0;
	if (rest.p[0] == '<' && (name_is_word(s.p[at - 1]) || s.p[at - 1] == ']'))
		return arguments_at(b, at);
	if (str_starts(rest, S("::<"))) {
		n = arguments_at(b, at + 2);
		return n ? n + 2 : 0;
	}
	return lambda_number(head, rest, after_brace);
}

/* An operator's name is copied whole; a blank separates its template arguments. */
static size_t copy_operator(struct buf *to, struct brackets *b, size_t at)
{
	struct str s = str_skip(b->s, at);
	size_t n = 8 + name_operator(str_skip(s, 8));

	buf_add(to, str(s.p, n));
	if (str_starts(str_skip(s, n), S(" <")))
		n += 1 + arguments_at(b, at + n + 1);
	return n;
}

bool name_simplify(struct buf *to, struct str name)
{
	struct brackets b = { .s = strip_ends(name) };
	size_t from = to->n;
	bool after_brace = false;

	for (size_t i = 0; i < b.s.n;) {
		size_t skip = varying_part(&b, i, after_brace);

		if (!skip && name_is_operator(b.s, i))
			skip = copy_operator(to, &b, i);
		for (size_t n = skip ? skip : 1, end = i + n; i < end; i++)
			after_brace |= b.s.p[i] == '{';
		if (!skip)
			buf_ch(to, b.s.p[i - 1]);
	}
	mem_free(b.end, b.s.n * sizeof(*b.end));
	if (to->n == from)
		buf_add(to, name);
	return to->n - from != name.n;
}
