/*
 * Stacks, one per line and one per sample: "root;caller;leaf". Pyroscope's /ingest calls this
 * format "lines". Any text could be in it, so it is read only where it is named.
 */
#include "format/format.h"
#include "format/pyroscope/named_stack.h"

static bool read_lines(struct in *in, struct profile *p)
{
	struct named_stacks s;
	struct str line;

	named_stacks_begin(&s, p);
	while (in_line(in, &line)) {
		if (memchr(line.p, '\0', line.n) &&
		    !in_bad(in, "a stack has a NUL byte: this is no text"))
			break;
		if (str_trim(line).n)
			named_stacks_add_text(&s, line, 1);
	}
	named_stacks_release(&s);
	return !in->failed;
}

const struct format format_lines = {
	.name = "lines",
	.help = "stacks, 'root;caller;leaf', one per sample",
	.text = true,
	.read = read_lines,
};
