#include "s3/s3_xml.h"

#include <stdio.h>

struct str xml_element(struct str *xml, const char *name)
{
	char begin[64], end[64];
	ptrdiff_t at, length;
	struct str text;

	snprintf(begin, sizeof(begin), "<%s>", name);
	snprintf(end, sizeof(end), "</%s>", name);
	at = str_find(*xml, str_of(begin));
	if (at < 0)
		return str(NULL, 0);
	text = str_skip(*xml, (size_t)at + strlen(begin));
	length = str_find(text, str_of(end));
	if (length < 0)
		return str(NULL, 0);
	*xml = str_skip(text, (size_t)length + strlen(end));
	text.n = (size_t)length;
	return text;
}

struct str xml_element_in(const struct buf *message, const char *name)
{
	struct str xml = buf_str(message);

	return xml_element(&xml, name);
}

/* Append the character of a number, up to three bytes of UTF-8; false if it is none. */
static bool put_character(struct buf *b, struct str number)
{
	uint64_t c;
	bool ok = str_starts(number, S("x")) ? str_hex(str_skip(number, 1), &c) :
					       str_u64(number, &c);

	if (!ok || !c || c > 0xffff)
		return false;
	if (c < 0x80) {
		buf_ch(b, (char)c);
		return true;
	}
	if (c >= 0x800)
		buf_ch(b, (char)(0xe0 | c >> 12));
	buf_ch(b, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6));
	buf_ch(b, (char)(0x80 | (c & 0x3f)));
	return true;
}

static bool put_entity(struct buf *b, struct str name)
{
	static const struct {
		const char *name;
		char is;
	} entities[] = {
		{ "amp", '&' }, { "quot", '"' }, { "apos", '\'' }, { "lt", '<' }, { "gt", '>' }
	};

	if (str_starts(name, S("#")))
		return put_character(b, str_skip(name, 1));
	for (size_t i = 0; i < LEN(entities); i++)
		if (str_eq(name, str_of(entities[i].name))) {
			buf_ch(b, entities[i].is);
			return true;
		}
	return false;
}

void xml_unescape(struct buf *b, struct str text)
{
	while (text.n) {
		struct str rest = text, name = str_cut(&rest, ';');

		if (text.p[0] == '&' && rest.p && put_entity(b, str_skip(name, 1))) {
			text = rest;
			continue;
		}
		buf_ch(b, text.p[0]);
		text = str_skip(text, 1);
	}
}
