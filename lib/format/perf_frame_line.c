#include "format/perf_frame_line.h"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool perf_frame_line(struct str line, uint64_t *address, struct str *what)
{
	size_t i = 0, from;

	while (i < line.n && is_blank(line.p[i]))
		i++;
	from = i;
	while (i < line.n && is_hex(line.p[i]))
		i++;
	if (i == from || i - from > 16 || i == line.n || !is_blank(line.p[i]))
		return false;
	str_hex(str(line.p + from, i - from), address);
	*what = str_trim(str_skip(line, i));
	return what->n > 0;
}

struct str perf_cut_binary(struct str *what)
{
	struct str s = *what, binary;
	ptrdiff_t open = (ptrdiff_t)s.n - 1, depth = 0;

	if (!str_ends(s, S(")")))
		return S("");
	for (; open >= 0; open--) {
		depth += s.p[open] == ')' ? 1 : s.p[open] == '(' ? -1 : 0;
		if (!depth)
			break;
	}
	if (open > 0 && !is_blank(s.p[open - 1]))
		open = -1;
	for (size_t i = s.n; open < 0 && i-- > 1;)
		if (s.p[i] == '(' && is_blank(s.p[i - 1]))
			open = (ptrdiff_t)i;
	if (open < 0)
		return S("");
	binary = str(s.p + open + 1, s.n - (size_t)open - 2);
	*what = str_trim(str(s.p, (size_t)open));
	return binary;
}

struct str perf_strip_offset(struct str symbol)
{
	ptrdiff_t plus = str_rchr(symbol, '+');
	uint64_t offset;

	if (plus > 0 && str_starts(str_skip(symbol, (size_t)plus), S("+0x")) &&
	    str_hex(str_skip(symbol, (size_t)plus + 3), &offset))
		symbol.n = (size_t)plus;
	return symbol;
}
