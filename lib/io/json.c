#include "io/json.h"

#include <math.h>

/* Strings */

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

static void put_string(struct buf *b, struct str s)
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

/* Elements */

/* Write the comma and the space before the next element of an array, or before a key. */
static void begin_element(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->after_element)
		buf_ch(j->b, ',');
	if (j->begin_line)
		buf_ch(j->b, '\n');
	else if (j->depth && j->depth < j->indented)
		buf_printf(j->b, "\n%*s", j->depth, "");
	j->begin_line = false;
	j->after_element = true;
}

static void open_bracket(struct json *j, char bracket)
{
	begin_element(j);
	buf_ch(j->b, bracket);
	j->after_element = false;
	j->depth++;
}

static void close_bracket(struct json *j, char bracket)
{
	if (j->begin_line)
		buf_ch(j->b, '\n');
	buf_ch(j->b, bracket);
	j->begin_line = false;
	j->after_element = true;
	j->depth--;
}

void json_begin_object(struct json *j)
{
	open_bracket(j, '{');
}

void json_end_object(struct json *j)
{
	close_bracket(j, '}');
}

void json_begin_array(struct json *j)
{
	open_bracket(j, '[');
}

void json_end_array(struct json *j)
{
	close_bracket(j, ']');
}

void json_line(struct json *j)
{
	j->begin_line = true;
}

void json_key(struct json *j, const char *key)
{
	begin_element(j);
	put_string(j->b, str_of(key));
	buf_ch(j->b, ':');
	j->after_key = true;
}

void json_put_string(struct json *j, struct str s)
{
	begin_element(j);
	put_string(j->b, s);
}

void json_put_int64(struct json *j, int64_t v)
{
	begin_element(j);
	buf_i64(j->b, v);
}

void json_put_double(struct json *j, double v)
{
	begin_element(j);
	if (isfinite(v))
		buf_printf(j->b, "%.17g", v);
	else
		buf_add(j->b, S("null"));
}

void json_put_fixed(struct json *j, double v, int decimals)
{
	begin_element(j);
	if (isfinite(v))
		buf_printf(j->b, "%.*f", decimals, v);
	else
		buf_add(j->b, S("null"));
}

void json_put_decimal(struct json *j, int64_t v, int decimals)
{
	uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = 1;

	for (int i = 0; i < decimals; i++)
		unit *= 10;
	begin_element(j);
	if (v < 0)
		buf_ch(j->b, '-');
	buf_u64(j->b, size / unit);
	if (size % unit == 0)
		return;
	buf_printf(j->b, ".%0*llu", decimals, (unsigned long long)(size % unit));
	while (j->b->p[j->b->n - 1] == '0')
		j->b->n--;
}

void json_put_bool(struct json *j, bool v)
{
	begin_element(j);
	buf_add(j->b, v ? S("true") : S("false"));
}
