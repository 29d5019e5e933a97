/*
 * Legacy pprof formats, as text, which gperftools, tcmalloc, jemalloc, Go ("debug=1") and
 * Java wrote before profile.proto, and some still write. The files that read the layouts
 * describe them: legacy_heap.c, legacy_counts.c, legacy_threads.c, legacy_java.c; CPU
 * profiles are binary: gperftools.c. The result is that of google/pprof
 * (profile/legacy_profile.go), except that the names in Go's comments and jemalloc's heaps
 * are also read.
 */
#include "format/format.h"
#include "format/legacy_pprof/legacy_stacks.h"

/* "goroutine profile: total 7" */
static bool is_count(struct str line)
{
	ptrdiff_t at = str_find(line, S(" profile: total "));
	uint64_t n;

	return at > 0 && str_chr(str(line.p, (size_t)at), ' ') < 0 &&
	       str_u64(str_skip(line, (size_t)at + S(" profile: total ").n), &n);
}

enum legacy_kind legacy_kind(struct str line)
{
	uint64_t n;

	if (str_starts(line, S("heap profile:")))
		return LEGACY_HEAP;
	if (str_starts(line, S("heap_v2/")) && str_u64(str_skip(line, 8), &n))
		return LEGACY_JEMALLOC;
	if (str_starts(line, S("--- contentionz ")) || str_starts(line, S("--- mutex:")) ||
	    str_starts(line, S("--- contention:")))
		return LEGACY_CONTENTION;
	if (str_eq(line, S("--- heapz 1 ---")))
		return LEGACY_JAVA_HEAP;
	if (str_starts(line, S("--- threadz ")) ||
	    (str_starts(line, S("--- Thread ")) && str_ends(line, S("stack: ---"))))
		return LEGACY_THREADS;
	return is_count(line) ? LEGACY_COUNT : LEGACY_NONE;
}

/* The first line that is neither blank nor a comment. */
static bool first_line(struct in *in, struct str *line)
{
	while (in_line(in, line)) {
		*line = str_trim(*line);
		if (line->n && line->p[0] != '#')
			return true;
	}
	return false;
}

static void read_kind(struct legacy *l, struct str line)
{
	struct buf header = { 0 };

	buf_add(&header, line); /* a copy, since reading the next line replaces it */
	line = buf_str(&header);
	switch (legacy_kind(line)) {
	case LEGACY_HEAP: legacy_read_heap(l, line); break;
	case LEGACY_JEMALLOC: legacy_read_jemalloc(l, line); break;
	case LEGACY_COUNT: legacy_read_count(l, line); break;
	case LEGACY_CONTENTION: legacy_read_contention(l); break;
	case LEGACY_THREADS: legacy_read_threads(l, line); break;
	case LEGACY_JAVA_HEAP: legacy_read_java_heap(l); break;
	case LEGACY_NONE:
		in_fail(l->in, "expected the first line of a legacy pprof profile, found '%.*s'",
			STR_ARG(str(line.p, min_size(line.n, 80))));
	}
	buf_release(&header);
}

static bool legacy_pprof_read(struct in *in, struct profile *p)
{
	struct legacy l;
	struct str line;

	if (!first_line(in, &line))
		return in_fail(in, "holds no samples");
	legacy_begin(&l, in, p);
	read_kind(&l, line);
	legacy_end(&l);
	return !in->failed;
}

static int legacy_pprof_sniff(struct sniff *s)
{
	struct str head = s->head;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_ends(line, S("\r")))
			line.n--;
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		return legacy_kind(line) ? 64 : 0; /* at least eight bytes */
	}
	return 0;
}

const struct format format_legacy_pprof = {
	.name = "legacy-pprof",
	.help = "heaps, contentions, threads of gperftools, Go, jemalloc",
	.sniff = legacy_pprof_sniff,
	.read = legacy_pprof_read,
};
