#include "interp/python_name.h"

#include <stddef.h>

bool python_name_parse(struct python_name_parts *p, struct str record)
{
	struct str rest = record;

	*p = (struct python_name_parts){ 0 };
	if (record.n < offsetof(struct code_names, bytes))
		return false;
	memcpy(&p->head, record.p, offsetof(struct code_names, bytes));
	rest = str_skip(rest, offsetof(struct code_names, bytes));
	p->name = str(rest.p, p->head.name.copied);
	if (p->name.n > rest.n)
		return false;
	rest = str_skip(rest, p->name.n);
	p->file = str(rest.p, p->head.file.copied);
	if (p->file.n > rest.n)
		return false;
	rest = str_skip(rest, p->file.n);
	p->lines = str(rest.p, p->head.lines);
	return p->lines.n <= rest.n;
}

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		buf_ch(b, (char)c);
	} else if (c < 0x800) {
		buf_ch(b, (char)(0xc0 | c >> 6));
		buf_ch(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_ch(b, (char)(0xe0 | c >> 12));
		buf_ch(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_ch(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_ch(b, (char)(0xf0 | c >> 18));
		buf_ch(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_ch(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_ch(b, (char)(0x80 | (c & 0x3f)));
	}
}

void python_string_decode(struct buf *b, const struct interp_string *s, unsigned kind_shift,
			  struct str bytes)
{
	size_t size = s->state >> (kind_shift & 31) & 7;
	size_t n = size ? bytes.n / size : 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = 0;

		memcpy(&c, bytes.p + i * size, min_size(size, 4)); /* little-endian */
		add_utf8(b, c);
	}
	if (n < s->length)
		buf_add(b, S("..."));
}
