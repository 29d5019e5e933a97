#include "base/printable.h"

static bool turns_direction(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool is_printable(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0xfffe && c != 0xffff &&
	       !turns_direction(c);
}

static void put_escape(struct buf *b, uint32_t c)
{
	if (c == '\n')
		buf_add(b, S("\\n"));
	else if (c == '\t')
		buf_add(b, S("\\t"));
	else if (c < 0x100)
		buf_printf(b, "\\x%02x", c);
	else
		buf_printf(b, "\\u%04x", c);
}

void printable(struct buf *b, struct str s)
{
	while (s.n) {
		uint32_t c;
		size_t n = str_utf8(s, &c);

		if (n && is_printable(c))
			buf_add(b, str(s.p, n));
		else
			put_escape(b, n ? c : (uint8_t)s.p[0]);
		s = str_skip(s, n ? n : 1);
	}
}

void printable_lines(struct buf *b, struct str s)
{
	while (s.p) {
		printable(b, str_cut(&s, '\n'));
		if (s.p)
			buf_ch(b, '\n');
	}
}
