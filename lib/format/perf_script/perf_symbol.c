/*
 * Symbols as perf prints them, and the names of functions in them. perf usually demangles
 * without parameters, so most remaining parentheses belong to the name, as in
 * "work(int)::{lambda(int)#1}::operator()". Some demanglers and runtimes do write a
 * parameter list, always at the end.
 */
#include "format/perf_script/perf_lines.h"
#include "profile/name.h"

/* The offset of what closes s.p[at], or s.n. */
static size_t closing(struct str s, size_t at)
{
	size_t depth = 0;

	for (; at < s.n; at++) {
		depth += s.p[at] == '(';
		if (s.p[at] == ')' && !--depth)
			break;
	}
	return at;
}

/* Java's result: "V", "[I", "Ljava/lang/String;" */
static bool is_descriptor(struct str s)
{
	while (s.n && s.p[0] == '[')
		s = str_skip(s, 1);
	if (s.n == 1)
		return memchr("VZBCSIJFD", s.p[0], 9) != NULL;
	return s.n > 1 && s.p[0] == 'L' && str_chr(s, ' ') < 0 && str_chr(s, ':') < 0 &&
	       str_chr(s, '(') < 0;
}

/* Swift's and Rust's result: " -> Int"; after a closure's, its function follows. */
static bool is_result(struct str s)
{
	return str_starts(s, S("-> ")) && str_find(s, S(" in ")) < 0;
}

/* Can this follow a parameter list? */
static bool ends_function(struct str tail, struct str *clone)
{
	static const char *const words[] = {
		"const", "volatile", "restrict", "noexcept", "&&",
		"&",     "throws",   "rethrows", "async",    "mutating"
	};

	*clone = S("");
	for (;;) {
		size_t n = tail.n;

		if (str_starts(tail, S(" [clone "))) {
			*clone = tail;
			return true;
		}
		tail = str_trim(tail);
		if (!tail.n || is_result(tail) || str_starts(tail, S("{}")))
			return true;
		for (size_t i = 0; i < LEN(words); i++)
			if (str_starts(tail, str_of(words[i])))
				tail = str_skip(tail, strlen(words[i]));
		if (str_starts(tail, S("[")) && str_chr(tail, ']') > 1)
			tail = str_skip(tail, (size_t)str_chr(tail, ']') + 1);
		if (tail.n == n)
			return is_descriptor(tail);
	}
}

/* Names that hold a path, a selector or the like have no parameters. */
static bool has_no_parameters(struct str s)
{
	return str_starts(s, S("py::")) || str_starts(s, S("-[")) || str_starts(s, S("+["));
}

/* Do parameters of a type begin at `at`: "fn(u32) -> u32", "dyn Fn()"? */
static bool is_function_type(struct str s, size_t at)
{
	static const char *const words[] = { "fn", "Fn", "FnMut", "FnOnce" };

	for (size_t i = 0; i < LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (str_ends(str(s.p, at), str_of(words[i])) &&
		    (at == n || is_blank(s.p[at - n - 1]) || s.p[at - n - 1] == '&'))
			return true;
	}
	return false;
}

struct str perf_function_name(struct str s, struct str *clone)
{
	enum { LONGEST = 64 << 10 }; /* bytes; each parenthesis looks ahead */
	int depth = 0;
	size_t end;

	*clone = S("");
	for (size_t i = 0; i < s.n && s.n <= LONGEST && !has_no_parameters(s); i++) {
		switch (s.p[i]) {
		case 'o':
			if (name_is_operator(s, i))
				i += 7 + name_operator(str_skip(s, i + 8));
			break;
		case '<':
		case '{': depth++; break;
		case '>':
		case '}': depth -= depth && s.p[i - 1] != '-'; break;
		case '(':
			if (depth)
				break;
			end = closing(s, i); /* s.n: the name was cut short */
			if (i && !is_function_type(s, i) &&
			    (end == s.n || ends_function(str_skip(s, end + 1), clone)))
				return str_trim(str(s.p, i));
			i = end;
			break;
		}
	}
	return s;
}

struct str perf_inlined_part(struct str *symbol)
{
	struct str s = *symbol;

	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '-' || s.p[i + 1] != '>')
			continue;
		if ((i >= 8 && name_is_operator(s, i - 8)) || (i && is_blank(s.p[i - 1])) ||
		    (i + 2 < s.n && is_blank(s.p[i + 2])))
			continue;
		*symbol = str_skip(s, i + 2);
		s.n = i;
		return s;
	}
	*symbol = (struct str){ 0 };
	return s;
}
