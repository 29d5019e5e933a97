#include "listen/multipart.h"

#include <strings.h>

static bool is_word(struct str s, struct str word)
{
	return s.n == word.n && strncasecmp(s.p, word.p, s.n) == 0;
}

/* Cut off the text up to the next ';' outside quotes. */
static struct str cut_parameter(struct str *rest)
{
	struct str all = *rest;
	bool quoted = false;

	for (size_t i = 0; i < all.n; i++) {
		if (all.p[i] == '\\' && quoted && i + 1 < all.n)
			i++;
		else if (all.p[i] == '"')
			quoted = !quoted;
		else if (all.p[i] == ';' && !quoted) {
			*rest = str_skip(all, i + 1);
			return str(all.p, i);
		}
	}
	*rest = str(NULL, 0);
	return all;
}

struct str header_parameter(struct str value, struct str name)
{
	cut_parameter(&value);
	while (value.n) {
		struct str text = cut_parameter(&value), key = str_cut(&text, '=');

		if (!is_word(str_trim(key), name))
			continue;
		text = str_trim(text);
		if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
			text = str(text.p + 1, text.n - 2);
		return text;
	}
	return S("");
}

static bool multipart_fail(struct multipart *m, const char *error)
{
	m->error = error;
	return false;
}

/* The offset of "--BOUNDARY" at the beginning of a line; -1 if it is not there. */
static ptrdiff_t find_boundary(const struct multipart *m, struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		ptrdiff_t found = str_find(str_skip(s, at), m->boundary);

		if (found < 0)
			return -1;
		at += (size_t)found;
		if (at >= 2 && s.p[at - 1] == '-' && s.p[at - 2] == '-' &&
		    (at == 2 || s.p[at - 3] == '\n'))
			return (ptrdiff_t)at - 2;
		at++;
	}
	return -1;
}

/* The text after the boundary at `at`. *last: this boundary ends the body. */
static struct str after_boundary(const struct multipart *m, struct str s, size_t at, bool *last)
{
	s = str_skip(s, at + 2 + m->boundary.n);
	*last = str_starts(s, S("--"));
	str_cut(&s, '\n');
	return s;
}

bool multipart_begin(struct multipart *m, struct str content_type, struct str body)
{
	ptrdiff_t at;

	*m = (struct multipart){ .boundary = header_parameter(content_type, S("boundary")) };
	if (!m->boundary.n || m->boundary.n > 200)
		return multipart_fail(m, "the Content-Type has no boundary");
	at = find_boundary(m, body);
	if (at < 0)
		return multipart_fail(m, "the body has no part: the boundary is not there");
	m->rest = after_boundary(m, body, (size_t)at, &m->ended);
	return true;
}

/* Remove the headers; false if they do not end. */
static bool part_headers(struct multipart *m, struct str *bytes, struct str *name)
{
	while (bytes->n) {
		struct str line = str_cut(bytes, '\n'), key;

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.n)
			return bytes->p || multipart_fail(m, "a part ends in its headers");
		key = str_cut(&line, ':');
		if (is_word(str_trim(key), S("Content-Disposition")))
			*name = header_parameter(line, S("name"));
	}
	return multipart_fail(m, "a part ends in its headers");
}

bool multipart_next(struct multipart *m, struct multipart_part *part)
{
	struct str bytes;
	ptrdiff_t end;

	if (m->ended || m->error)
		return false;
	end = find_boundary(m, m->rest);
	if (end < 0)
		return multipart_fail(m, "the body is cut short: its last boundary is not there");
	bytes = str(m->rest.p, (size_t)end);
	m->rest = after_boundary(m, m->rest, (size_t)end, &m->ended);
	part->name = S("");
	if (!part_headers(m, &bytes, &part->name))
		return false;
	if (bytes.n && bytes.p[bytes.n - 1] == '\n')
		bytes.n--;
	if (bytes.n && bytes.p[bytes.n - 1] == '\r')
		bytes.n--;
	part->bytes = bytes;
	return true;
}
