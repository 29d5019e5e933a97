/* Describing an answer without success to the user. */
#include "http/http.h"

enum { LINE_MOST = 200 };

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
