#include "profile/name.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>

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
	return str_starts(str_skip(s, at), S("operator")) &&
	       (at == 0 || !name_is_word(s.p[at - 1]));
}

size_t name_without_hash(struct str s)
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

static void put_utf8(struct buf *to, uint32_t c)
{
	if (c >= 0x10000)
		buf_ch(to, (char)(0xf0 | c >> 18));
	if (c >= 0x800)
		buf_ch(to, (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3f) : 0xe0 | c >> 12));
	if (c >= 0x80)
		buf_ch(to, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6));
	buf_ch(to, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
}

/* A character that a name can have: no control character, no half of a pair of UTF-16. */
static bool is_of_names(uint64_t c)
{
	return c >= 0x20 && (c < 0x7f || c > 0x9f) && (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
}

/* The escape "$NAME$" at the start of s: returns its length, and the character in *c. */
static size_t rust_escape(struct str s, uint32_t *c)
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
			*c = (unsigned char)escapes[i].c;
			return strlen(escapes[i].name);
		}
	}
	if (!str_starts(s, S("$u")))
		return 0;
	end = str_chr(str_skip(s, 2), '$');
	if (end < 1 || !str_hex(str(s.p + 2, (size_t)end), &code) || !is_of_names(code))
		return 0;
	*c = (uint32_t)code;
	return (size_t)end + 3;
}

static bool rust_legacy(struct buf *to, struct str name)
{
	size_t n = name_without_hash(name), from = to->n;
	bool escaped = str_find(name, S("$LT$")) >= 0 || str_find(name, S("$u")) >= 0 ||
		       str_find(name, S("$RF$")) >= 0;
	uint32_t c;

	if (n == name.n && !escaped)
		return false;
	for (size_t i = 0; i < n;) {
		size_t step = rust_escape(str(name.p + i, n - i), &c);

		if (step) {
			put_utf8(to, c);
		} else if (escaped && str_starts(str(name.p + i, n - i), S(".."))) {
			buf_add(to, S("::"));
			step = 2;
		} else if (escaped && name.p[i] == '_' && i + 1 < n && name.p[i + 1] == '$' &&
			   (i == 0 || name.p[i - 1] == ':')) {
			step = 1; /* '_' is there so that no name begins with an escape */
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
 * Mangled names refer back to their own parts, so a hostile name of a few hundred bytes
 * can expand to more than memory holds. The demangler gives its text in pieces; longjmp()
 * leaves it when the text gets too long, and the name then stays mangled.
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

/* libiberty returns a D name in one piece, so names with many back references are skipped. */
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

void name_print_start(struct buf *to, struct str file, uint64_t start)
{
	buf_add(to, str_basename(file));
	buf_printf(to, "+0x%llx", (unsigned long long)start);
}

bool name_is_start(struct str name, struct str file)
{
	struct str base = str_basename(file), offset;
	uint64_t start;

	if (!base.n || !str_starts(name, base))
		return false;
	offset = str_skip(name, base.n);
	return str_starts(offset, S("+0x")) && str_hex(str_skip(offset, 3), &start);
}
