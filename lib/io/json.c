#include "io/json.h"

static void put_code(struct buf *b, struct str bytes, uint32_t c)
{
	bool plain = c >= 0x20 && c < 0x7f && !strchr("\"\\<>&", (int)c);

	if (plain || (c > 0xa0 && c != 0x2028 && c != 0x2029 && (c & 0xfffe) != 0xfffe))
		buf_add(b, bytes);
	else if (c == '"' || c == '\\')
		buf_printf(b, "\\%c", (int)c);
	else if (c == '\n')
		buf_add(b, S("\\n"));
	else if (c == '\t')
		buf_add(b, S("\\t"));
	else if (c < 0x10000)
		buf_printf(b, "\\u%04x", c);
	else
		buf_printf(b, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
			   0xdc00 + ((c - 0x10000) & 0x3ff));
}

void json_str(struct buf *b, struct str s)
{
	uint32_t c;

	buf_ch(b, '"');
	while (s.n) {
		size_t n = str_utf8(s, &c);

		if (n)
			put_code(b, str(s.p, n), c);
		else
			buf_add(b, S("\xef\xbf\xbd"));
		s = str_skip(s, n ? n : 1);
	}
	buf_ch(b, '"');
}
