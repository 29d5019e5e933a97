/*
 * JSON in no known format: recognised, so that it is not mistaken for text, and refused
 * with a message about what it is.
 */
#include "format/format.h"
#include "format/json/json_paths.h"

/* Known kinds of JSON, and what to do with them. */
static const struct {
	struct str path;
	const char *advice;
} known[] = {
	{ S("snapshot.meta"),
	  "a heap snapshot of V8 has no stacks; --heap-prof writes a .heapprofile, which has" },
	{ S("ticks.*.tm"),
	  "the output of 'node --prof-process --preprocess' cannot be read; node --cpu-prof "
	  "writes a .cpuprofile, which can" },
	{ S("recording.sampleStackTraces"), "timelines of Safari cannot be read" },
	{ S("run_id"),
	  "lines of JSON of Python's profiler have no stacks; its --collapsed and --gecko have" },
	{ S("threadDump"),
	  "a dump of Java's threads as JSON: 'jcmd PID Thread.dump_to_file FILE' writes text, which "
	  "can be read" },
	{ S("root_frame.function"),
	  "pyinstrument's own JSON cannot be read; pyinstrument -r speedscope writes what can" },
	{ S("data.probes"), "the output of 'bpftrace -f json': without -f it can be read" },
};

/* Some keys of the outermost object. */
static void name_keys(struct sniff *s, struct buf *b)
{
	enum { SOME = 8 };
	size_t n = 0;

	for (uint32_t i = 1; i < s->json_paths.n && n < SOME; i++) {
		struct str path = strings_get(&s->json_paths, i);

		if (str_chr(path, '.') >= 0 || path.n > 40)
			continue;
		buf_printf(b, "%s%.*s", n++ ? ", " : "", STR_ARG(path));
	}
	for (size_t i = 0; i < b->n; i++)
		if ((uint8_t)b->p[i] < 0x20 || b->p[i] == 0x7f)
			b->p[i] = ' ';
}

static int json_sniff(struct sniff *s)
{
	struct buf keys = { 0 };

	if (!json_is_json(s))
		return 0;
	for (size_t i = 0; i < LEN(known); i++)
		if (json_has(s, known[i].path))
			return sniff_refuse(s, JSON_ANY_BITS - 1, "%s", known[i].advice);
	name_keys(s, &keys);
	sniff_refuse(s, JSON_ANY_BITS - 1,
		     "no profile known here has such members (%.*s): 'prof-fold --list-formats' "
		     "prints what can be read",
		     STR_ARG(keys.n ? buf_str(&keys) : S("none")));
	buf_release(&keys);
	return JSON_ANY_BITS - 1;
}

const struct format format_json = {
	.name = "json",
	.help = "other JSON, which is refused",
	.sniff = json_sniff,
};
