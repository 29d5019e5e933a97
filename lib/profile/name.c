#include "profile/name.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$';
}

size_t name_operator(struct str s)
{
	size_t n = 0;

	if (str_starts(s, S("()")))
		return 2;
	while (n < s.n && strchr("<>=-!+*/%&|^~,[]", s.p[n]))
		n++;
	return n;
}

bool name_is_operator(struct str s, size_t at)
{
	return str_starts(str_skip(s, at), S("operator")) && (at == 0 || !is_word(s.p[at - 1]));
}

/* The length of s without a "::h0123456789abcdef" at its end. */
static size_t without_hash(struct str s)
{
	uint64_t hash;

	if (s.n < 19 || !str_eq(str(s.p + s.n - 19, 3), S("::h")))
		return s.n;
	return str_hex(str_skip(s, s.n - 16), &hash) ? s.n - 19 : s.n;
}

/*
 * Rust's legacy mangling escapes what C++ names cannot hold, so a C++ demangler
 * leaves "_$LT$a..b$u20$as$u20$c$GT$::f::h<hash>".
 */

/* The escape "$NAME$" at the start of s: its length and what it stands for. */
static size_t rust_escape(struct str s, char *c)
{
	static const struct {
		const char *name;
		char c;
	} escapes[] = {
		{ "$SP$", '@' }, { "$BP$", '*' }, { "$RF$", '&' }, { "$LT$", '<' },
		{ "$GT$", '>' }, { "$LP$", '(' }, { "$RP$", ')' }, { "$C$", ',' },
	};
	ptrdiff_t end;
	uint64_t code;

	for (size_t i = 0; i < LEN(escapes); i++) {
		if (str_starts(s, str_of(escapes[i].name))) {
			*c = escapes[i].c;
			return strlen(escapes[i].name);
		}
	}
	if (!str_starts(s, S("$u")))
		return 0;
	end = str_chr(str_skip(s, 2), '$');
	if (end < 1 || !str_hex(str(s.p + 2, (size_t)end), &code) || code < 0x20 || code > 0x7e)
		return 0;
	*c = (char)code;
	return (size_t)end + 3;
}

static bool rust_legacy(struct buf *to, struct str name)
{
	size_t n = without_hash(name), from = to->n;
	bool escaped = str_find(name, S("$LT$")) >= 0 || str_find(name, S("$u")) >= 0 ||
		       str_find(name, S("$RF$")) >= 0;
	char c;

	if (n == name.n && !escaped)
		return false;
	for (size_t i = 0; i < n;) {
		size_t step = rust_escape(str(name.p + i, n - i), &c);

		if (step) {
			buf_ch(to, c);
		} else if (escaped && str_starts(str(name.p + i, n - i), S(".."))) {
			buf_add(to, S("::"));
			step = 2;
		} else if (escaped && name.p[i] == '_' && i + 1 < n && name.p[i + 1] == '$' &&
			   (i == 0 || name.p[i - 1] == ':')) {
			step = 1; /* keeps the escape from beginning a name */
		} else {
			buf_ch(to, name.p[i]);
			step = 1;
		}
		i += step;
	}
	if (to->n == from)
		buf_add(to, name);
	return true;
}

static bool is_mangled(struct str s)
{
	return str_starts(s, S("_Z")) || str_starts(s, S("_R")) || str_starts(s, S("__Z")) ||
	       str_starts(s, S("_D"));
}

/* "_ZN...17h0123456789abcdefE" */
static bool is_rust_legacy(struct str s)
{
	return str_starts(s, S("_ZN")) && s.n > 24 && str_eq(str(s.p + s.n - 20, 3), S("17h")) &&
	       s.p[s.n - 1] == 'E';
}

/*
 * Mangled names refer back to their own parts, so that a few hundred bytes, put together
 * by someone who means harm, stand for more than memory holds. The demangler hands out
 * its text in pieces and can be left in between; a name that gets too long stays as it is.
 */
struct sink {
	struct buf *to;
	size_t from;
	jmp_buf too_long;
};

static void add_piece(const char *p, size_t n, void *sink)
{
	enum { LONGEST = 64 << 10 };
	struct sink *s = sink;

	if (s->to->n - s->from + n > LONGEST)
		longjmp(s->too_long, 1);
	buf_put(s->to, p, n);
}

static bool demangle_cplusplus(struct buf *to, struct str name, int options)
{
	struct sink s = { .to = to, .from = to->n };

	if (setjmp(s.too_long) == 0) {
		if (rust_demangle_callback(name.p, options, add_piece, &s))
			return true;
		to->n = s.from;
		if (cplus_demangle_v3_callback(name.p, options, add_piece, &s))
			return true;
	}
	to->n = s.from;
	return false;
}

/* The length of a D name without the parameters at its end. */
static size_t without_parameters(struct str s)
{
	int depth = 0;

	for (size_t i = s.n; str_ends(s, S(")")) && i-- > 0;) {
		depth += s.p[i] == ')' ? 1 : s.p[i] == '(' ? -1 : 0;
		if (!depth)
			return i && s.p[i - 1] != '!' ? i : s.n; /* "f!(int)": of a template */
	}
	return s.n;
}

/* D's comes in one piece, so what refers back often is not tried. */
static bool demangle_d(struct buf *to, struct str name, enum demangle how)
{
	enum { MOST_REFERENCES = 24 };
	size_t references = 0;
	struct str text;
	char *found;

	for (size_t i = 0; i < name.n; i++)
		references += name.p[i] == 'Q';
	found = references > MOST_REFERENCES ? NULL : cplus_demangle(name.p, DMGL_DLANG);
	text = str_of(found);
	if (how != DEMANGLE_FULL)
		text.n = without_parameters(text);
	buf_add(to, text);
	free(found);
	return found != NULL;
}

bool name_demangle(struct buf *to, struct str name, enum demangle how)
{
	int options = DMGL_AUTO | DMGL_ANSI | (how == DEMANGLE_FULL ? DMGL_PARAMS : 0);
	struct buf text = { 0 };
	bool ok;

	if (how == DEMANGLE_NONE)
		return false;
	if (!is_mangled(name) || (how == DEMANGLE_RUST && !is_rust_legacy(name)))
		return rust_legacy(to, name);
	/* Strings end in a NUL. */
	ok = str_starts(name, S("_D")) ? demangle_d(&text, name, how) :
					 demangle_cplusplus(&text, name, options);
	if (!ok)
		ok = rust_legacy(to, name);
	else if (how == DEMANGLE_FULL || !rust_legacy(to, buf_str(&text)))
		buf_add(to, buf_str(&text));
	buf_release(&text);
	return ok;
}

/* Simplifying */

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
		s.n = without_hash(s);
	}
	return s;
}

/* The length of the template arguments "<...>" at the start of s, or 0. */
static size_t arguments(struct str s)
{
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<')
			depth++;
		else if (s.p[i] == '>' && (i == 0 || s.p[i - 1] != '-') && !--depth)
			return i + 1;
	}
	return 0;
}

static size_t digits(struct str s, size_t from)
{
	while (from < s.n && is_digit(s.p[from]))
		from++;
	return from;
}

/* What tells one lambda from another, at the start of s: before it stands `head`. */
static size_t lambda_number(struct str head, struct str s)
{
	size_t n;
	uint64_t address;

	if (s.p[0] == '#' && str_chr(head, '{') >= 0) /* {lambda(int)#2} */
		return digits(s, 1);
	if (str_ends(head, S("$_"))) /* $_0 */
		return digits(s, 0);
	if (s.p[0] != '$' || !str_ends(head, S("$$Lambda"))) /* $$Lambda$14/0x8f */
		return 0;
	n = digits(s, 1);
	if (!str_starts(str_skip(s, n), S("/0x")))
		return n;
	for (n += 3; n < s.n && str_hex(str(s.p + n, 1), &address);)
		n++;
	return n;
}

/* How much of s is not to be kept at `at`. */
static size_t noise(struct str s, size_t at)
{
	struct str head = str(s.p, at), rest = str_skip(s, at);
	size_t n;

	if (!at)
		return 0;
	if (rest.p[0] == '<' && (is_word(s.p[at - 1]) || s.p[at - 1] == ']'))
		return arguments(rest);
	if (str_starts(rest, S("::<"))) {
		n = arguments(str_skip(rest, 2));
		return n ? n + 2 : 0;
	}
	return lambda_number(head, rest);
}

/* An operator's name is copied whole; its template arguments stand behind a blank. */
static size_t copy_operator(struct buf *to, struct str s)
{
	size_t n = 8 + name_operator(str_skip(s, 8));

	buf_add(to, str(s.p, n));
	if (str_starts(str_skip(s, n), S(" <")))
		n += 1 + arguments(str_skip(s, n + 1));
	return n;
}

bool name_simplify(struct buf *to, struct str name)
{
	struct str s = strip_ends(name);
	size_t from = to->n;

	for (size_t i = 0; i < s.n;) {
		size_t skip = noise(s, i);

		if (!skip && name_is_operator(s, i))
			skip = copy_operator(to, str_skip(s, i));
		if (!skip)
			buf_ch(to, s.p[i++]);
		i += skip;
	}
	if (to->n == from)
		buf_add(to, name);
	return to->n - from != name.n;
}
