/*
 * Stacks that phpspy prints:
 *
 *	0 usleep <internal>:-1
 *	1 App\Job::run /srv/app/job.php:39
 *	2 <main> /srv/app/main.php:5
 *	# uri = /index.php
 *	# - - - - -
 *
 * The leaf is number 0. Lines that begin with '#' hold facts about the request, and are left
 * out; a stack ends where the next begins.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct php_frame {
	uint64_t number;
	struct str name, file;
	uint64_t line; /* 0 = none */
};

static bool parse_php_frame(struct str line, struct php_frame *f)
{
	struct str rest = line;
	ptrdiff_t colon;
	int64_t number;

	if (!str_u64(str_cut(&rest, ' '), &f->number))
		return false;
	f->name = str_cut(&rest, ' ');
	colon = str_rchr(rest, ':');
	if (!f->name.n || colon <= 0 || !str_i64(str_skip(rest, (size_t)colon + 1), &number) ||
	    number < -1)
		return false;
	f->file = str(rest.p, (size_t)colon);
	f->line = number > 0 ? (uint64_t)number : 0;
	return true;
}

static bool read_php_line(struct stack_text *s, uint32_t col, struct str line)
{
	struct php_frame f;
	bool ends = !line.n || str_starts(line, S("# - "));

	if (!ends && line.p[0] == '#')
		return true;
	if (!ends && !parse_php_frame(line, &f))
		return in_bad(s->in, "expected 'NUMBER FUNCTION FILE:LINE', found '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	if ((ends || !f.number) && s->frames.n)
		stack_text_sample(s, col, 1, (label_set_id){ 0 });
	if (ends)
		return true;
	if (f.number != s->frames.n)
		return in_bad(s->in, "expected frame %zu, found %llu", s->frames.n,
			      (unsigned long long)f.number);
	stack_text_source(s, f.name, str_eq(f.file, S("<internal>")) ? S("") : f.file, f.line);
	return true;
}

static bool phpspy_read(struct in *in, struct profile *p)
{
	struct stack_text s;
	struct str line;
	uint32_t col;

	stack_text_begin(&s, in, p);
	col = stack_text_column(&s, S("samples"), S("count"));
	while (in_line(in, &line) && read_php_line(&s, col, str_trim(line)))
		;
	if (!in->failed && s.frames.n)
		stack_text_sample(&s, col, 1, (label_set_id){ 0 });
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&s);
	return !in->failed;
}

/* Frames from number 0 on, and the line that ends a stack. */
static int phpspy_sniff(struct sniff *s)
{
	enum { FRAMES = 24, END = 40 };
	struct str head = s->head;
	struct php_frame f;
	uint64_t n = 0;

	while (head.n) {
		struct str line = str_trim(str_cut(&head, '\n'));

		if (!head.p && !s->all && n)
			break; /* cut short */
		if (n && (!line.n || str_starts(line, S("# - "))))
			return END;
		if (str_starts(line, S("#")))
			continue;
		if (!parse_php_frame(line, &f) || (!n && f.number))
			return 0;
		n++;
	}
	return n ? FRAMES : 0;
}

const struct format format_phpspy = {
	.name = "phpspy",
	.help = "stacks that phpspy prints",
	.sniff = phpspy_sniff,
	.read = phpspy_read,
};
