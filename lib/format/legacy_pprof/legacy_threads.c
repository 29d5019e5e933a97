/*
 * The stacks of all threads, which gperftools' threadz prints:
 *
 *	--- Thread 7f794964e700 (name: thread1/14751) stack: ---
 *	  PC:  0x7f794a32bf7d: nanosleep
 *	  0x7f794a32414e: start_thread
 *	      creator: 0xa45b96 0xa460b4
 *	--- Thread 7f7948978700 (name: thread3/14759) stack: ---
 *	  [same as previous thread]
 *
 * The stack of a thread's creator continues its own, as in google/pprof.
 */
#include "format/legacy_pprof/legacy_stacks.h"

static bool begins_thread(struct str line)
{
	return str_starts(line, S("--- Thread ")) && str_ends(line, S("stack: ---"));
}

/* Read the lines of a thread; *line becomes the next line, empty at the end. */
static bool read_thread(struct legacy *l, struct str *line)
{
	const int64_t one = 1;
	bool same = false, ended = true;

	while (in_line(l->in, line)) {
		*line = str_trim(*line);
		ended = !str_starts(*line, S("---"));
		if (!ended)
			break;
		if (str_find(*line, S("same as previous thread")) >= 0)
			same = true;
		else if (!legacy_addresses(l, *line, 1))
			return false;
	}
	if (ended)
		*line = S("");
	if (!same)
		legacy_sample(l, &one);
	else if (l->samples.n)
		vec_last(&l->samples).value[0]++;
	return true;
}

/* The first line that begins with "-". */
static struct str first_thread(struct legacy *l)
{
	struct str line;

	while (in_line(l->in, &line))
		if (str_starts(line, S("-")) || legacy_begins_maps(line))
			return str_trim(line);
	return S("");
}

void legacy_read_threads(struct legacy *l, struct str header)
{
	struct str line = begins_thread(header) ? header : first_thread(l);

	legacy_period(l, S("thread"), S("count"), 1);
	legacy_column(l, S("thread"), S("count"));
	while (line.n && !legacy_begins_maps(line)) {
		if (str_starts(line, S("---- no stack trace for")))
			break;
		if (!begins_thread(line)) {
			in_bad(l->in, "expected '--- Thread ... stack: ---', found '%.*s'",
			       STR_ARG(str(line.p, min_size(line.n, 80))));
			break;
		}
		if (!read_thread(l, &line))
			return;
	}
	legacy_read_maps(l, legacy_begins_maps(line));
	legacy_drop_double_leaves(l);
}
