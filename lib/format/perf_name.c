#include "format/perf_name.h"

#include "profile/name.h"

/* "<<" and the like must not be counted as brackets; "()" may be cut as any. */
static size_t symbol_of_operator(struct str s)
{
	return str_starts(s, S("()")) ? 0 : name_operator(s);
}

/* Go: a parenthesis between dots, "pkg.(*T).f". */
static bool is_go_receiver(struct str s, size_t at)
{
	ptrdiff_t close = str_find(str_skip(s, at), S(")."));

	return at && s.p[at - 1] == '.' && close > 0;
}

struct str perf_name(struct str s)
{
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case 'o':
			if (name_is_operator(s, i))
				i += 7 + symbol_of_operator(str_skip(s, i + 8));
			break;
		case '<':
		case '{': depth++; break;
		case '>':
		case '}':
			if (depth && (i == 0 || s.p[i - 1] != '-'))
				depth--;
			break;
		case '(':
			if (str_starts(str_skip(s, i), S("(anonymous namespace)")))
				i += 20;
			else if (is_go_receiver(s, i))
				return s;
			else if (!depth)
				return str(s.p, i);
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
		if (i >= 8 && name_is_operator(s, i - 8))
			continue;
		*symbol = str_skip(s, i + 2);
		s.n = i;
		return s;
	}
	*symbol = (struct str){ 0 };
	return s;
}
