#include "io/escape.h"

#include "base/printable.h"

/* Bytes that are copied unchanged. */
static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_plain((uint8_t)s.p[n]))
		n++;
	return n;
}

static struct str entity(uint32_t c)
{
	switch (c) {
	case '&': return S("&amp;");
	case '<': return S("&lt;");
	case '>': return S("&gt;");
	case '"': return S("&quot;");
	case '\'': return S("&#39;");
	default: return S("");
	}
}

/* Append the first character of s, which is not plain, escaped or replaced. Returns its length. */
static size_t put_special(struct buf *b, struct str s, bool escape)
{
	uint32_t c = 0;
	size_t n = str_utf8(s, &c);

	if (!n || !is_printable(c))
		buf_add(b, S("\xef\xbf\xbd"));
	else if (escape && entity(c).n)
		buf_add(b, entity(c));
	else
		buf_add(b, str(s.p, n));
	return n ? n : 1;
}

static void put_clean(struct buf *b, struct str s, bool escape)
{
	while (s.n) {
		size_t n = plain_length(s);

		buf_add(b, str(s.p, n));
		s = str_skip(s, n);
		if (s.n)
			s = str_skip(s, put_special(b, s, escape));
	}
}

void clean_text(struct buf *b, struct str s)
{
	put_clean(b, s, false);
}

void xml_text(struct buf *b, struct str s)
{
	put_clean(b, s, true);
}

void shell_word(struct buf *b, struct str s)
{
	buf_ch(b, '\'');
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'')
			buf_add(b, S("'\\''"));
		else
			buf_ch(b, s.p[i]);
	buf_ch(b, '\'');
}
