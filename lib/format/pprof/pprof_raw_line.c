#include "format/pprof/pprof_raw_line.h"

static uint32_t line_number(uint64_t n)
{
	return n <= INT32_MAX ? (uint32_t)n : 0;
}

/* The number after the last colon, which is cut off. False if there is none. */
static bool cut_number(struct str *s, uint64_t *n)
{
	ptrdiff_t colon = str_rchr(*s, ':');

	if (colon < 0 || !str_u64(str_skip(*s, (size_t)colon + 1), n))
		return false;
	s->n = (size_t)colon;
	return true;
}

/*
 * Where the file's name begins in "operator new /src/my dir/a.c": at the first absolute
 * path, else after the last blank.
 */
static size_t file_at(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++) {
		struct str path = str_skip(s, i + 1);

		if (s.p[i] != ' ')
			continue;
		if ((path.p[0] == '/' && path.p[1] != ' ') ||
		    (path.n > 2 && path.p[1] == ':' && path.p[2] == '\\'))
			return i + 1;
	}
	return (size_t)(str_rchr(s, ' ') + 1);
}

/* Where " s=" and a number follow the number of a line; text.n if they do not. */
static size_t start_at(struct str text, uint64_t *start)
{
	for (size_t at = 0; at < text.n; at++) {
		struct str after = str_skip(text, at), place = str(text.p, at);
		uint64_t line;

		if (!str_starts(after, S(" s=")) || !cut_number(&place, &line))
			continue;
		after = str_skip(after, 3);
		if (str_u64(str_cut(&after, '('), start))
			return at;
	}
	return text.n;
}

bool raw_line_parse(struct raw_line *line, struct str text)
{
	uint64_t start = 0, last, before;
	size_t at = start_at(text, &start);
	struct str place = str(text.p, at), linkage = str_skip(text, at);

	*line = (struct raw_line){ .is_known = at < text.n, .linkage = S("") };
	if (!line->is_known)
		return str_eq(text, S("??"));
	cut_number(&place, &last);
	line->number = line_number(last);
	if (cut_number(&place, &before)) {
		line->number = line_number(before);
		line->column = line_number(last);
	}
	str_cut(&linkage, '(');
	if (str_ends(linkage, S(")")))
		line->linkage = str(linkage.p, linkage.n - 1);
	at = file_at(place);
	line->file = str_skip(place, at);
	line->function = str_trim(str(place.p, at));
	line->start = line_number(start);
	return true;
}
