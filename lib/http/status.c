/* What an answer says of itself: its headers, and why it is no success. */
#include "http/http.h"

#include <strings.h>

enum { LINE_MOST = 200 };

struct str http_header(const struct http_answer *a, const char *name)
{
	struct str rest = buf_str(&a->headers);
	size_t n = strlen(name);

	while (rest.n) {
		struct str value = str_cut(&rest, '\n'), key;

		value.n -= value.n && value.p[value.n - 1] == '\r';
		key = str_cut(&value, ':');
		if (value.p && key.n == n && strncasecmp(key.p, name, n) == 0)
			return str_trim(value);
	}
	return S("");
}

/* The first line of the body; empty for HTML. */
static struct str first_line(struct str body)
{
	struct str line = str_trim(str_cut(&body, '\n'));

	line.n = min_size(line.n, LINE_MOST);
	return str_starts(line, S("<")) ? S("") : line;
}

void http_put_status(struct buf *b, const struct http_answer *a)
{
	struct str line = first_line(buf_str(&a->body));

	if (a->error.n) {
		buf_add(b, buf_str(&a->error));
		return;
	}
	if (a->location.n) {
		buf_printf(b, "the answer is elsewhere, where nobody asked to go: %.*s",
			   STR_ARG(buf_str(&a->location)));
		return;
	}
	buf_printf(b, "status %d", a->status);
	if (line.n)
		buf_printf(b, ": %.*s", STR_ARG(line));
}
