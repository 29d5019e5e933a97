#include "common.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/progress.h"
#include "profile/type.h"

struct common common = { .from = -1, .to = -1 };

static const char *readable(size_t i)
{
	const struct format *f = format_at(i);

	return f ? f->name : NULL;
}

static bool parse_pack(void *to, const char *arg)
{
	return pack_parse(str_of(arg), to);
}

static const char *pack_name(size_t i)
{
	static const char *const names[] = { "none", "gzip", "zstd", NULL };

	return names[i];
}

static bool parse_memory(void *to, const char *arg)
{
	uint64_t bytes;

	(void)to;
	if (!str_size(str_of(arg), &bytes) || !bytes)
		return false;
	mem_limit(bytes);
	return true;
}

const struct opt to_options[] = {
	{ 't', "to", OPT_CHOICE, &common.to, "FORMAT", "output format", readable },
	{ 0 },
};

const struct opt file_options[] = {
	{ 'o', "output", OPT_FILE, &common.output, "FILE", "write here, not to standard output" },
	{ 'f', "from", OPT_CHOICE, &common.from, "FORMAT", "input format (default: look at it)",
	  readable },
	{ 0, "type", OPT_STR, &common.type, "TYPE", "sample type: name, index or type id" },
	{ 0, "lenient", OPT_FLAG, &common.lenient, NULL, "skip and count malformed records" },
	{ 0, "max-memory", OPT_PARSED, NULL, "SIZE", "give up beyond this (default: half of RAM)",
	  NULL, parse_memory },
	{ 0 },
};

const struct opt general_options[] = {
	{ 'z', "compress", OPT_PARSED, &common.pack, "HOW", "none, gzip[:0-12] or zstd[:1-19]",
	  pack_name, parse_pack },
	{ 'q', "quiet", OPT_FLAG, &common.quiet, NULL, "say nothing but errors" },
	{ 'v', "verbose", OPT_FLAG, &common.verbose, NULL, "say more" },
	{ 0 },
};

char **start(const struct cmd *cmd, int argc, char **argv)
{
	int first;

	signal(SIGPIPE, SIG_DFL); /* a closed pipe ends a filter, quietly */
	first = cmd_parse(cmd, argc, argv);
	return argv + first;
}

void note(const char *fmt, ...)
{
	va_list ap;

	if (common.quiet)
		return;
	va_start(ap, fmt);
	inform(fmt, ap);
	va_end(ap);
}

void note_lines(struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		note("%.*s", STR_ARG(line));
	}
}

static uint64_t total_size(char *const *paths)
{
	struct stat st;
	uint64_t total = 0;

	for (; *paths; paths++)
		if (stat(*paths, &st) == 0 && S_ISREG(st.st_mode))
			total += (uint64_t)st.st_size;
	return total;
}

/* What helps: the library knows no options. */
static const char *way_out(enum in_reason reason)
{
	switch (reason) {
	case IN_OVER_MEMORY: return ": --max-memory allows more";
	case IN_UNKNOWN_FORMAT: return ": --from says which it is";
	default: return "";
	}
}

bool load_one(struct profile *p, const char *path)
{
	struct load l = { .from = common.from < 0 ? NULL : format_at((size_t)common.from),
			  .lenient = common.lenient,
			  .in.progress = progress_add };
	bool ok = format_load(&l, path, p);

	if (!ok)
		complain("%s%s", l.error.p, way_out(l.reason));
	if (ok && common.verbose)
		note("%s: %s", path, l.from->name);
	if (l.skipped)
		note("%s: skipped %llu malformed record%s", path, (unsigned long long)l.skipped,
		     l.skipped == 1 ? "" : "s");
	common.text_in |= l.from && l.from->text;
	buf_release(&l.error);
	return ok;
}

static void start_again(struct profile *p)
{
	bool timed = p->timed;

	profile_release(p);
	profile_init(p);
	p->timed = timed;
}

static bool load_again(struct profile *p, const char *path)
{
	if (strcmp(path, "-") == 0)
		return complain("standard input cannot be read again without what was bad: "
				"it is left out");
	return load_one(p, path);
}

/*
 * Load all paths. A bad input may have left half of its samples behind; then the
 * good ones are read again, without it.
 */
static bool load_good(struct profile *p, char *const *paths, bool *bad)
{
	bool ok = true, spoilt = false;

	for (size_t i = 0; paths[i]; i++) {
		uint32_t before = p->nprofile;

		bad[i] = !load_one(p, paths[i]);
		ok &= !bad[i];
		spoilt |= bad[i] && p->nprofile > before;
	}
	if (spoilt)
		start_again(p);
	for (size_t i = 0; spoilt && paths[i]; i++)
		if (!bad[i])
			load_again(p, paths[i]);
	return ok;
}

bool load_all(struct profile *p, char *const *paths)
{
	static char *const standard_input[] = { (char *)"-", NULL };
	size_t n = 0;
	bool *bad, ok;

	if (!*paths)
		paths = standard_input;
	if (!common.quiet)
		progress_start(total_size(paths));
	while (paths[n])
		n++;
	bad = mem_zeroed(n, sizeof(*bad));
	ok = load_good(p, paths, bad);
	mem_free(bad, n * sizeof(*bad));
	progress_end();
	return settle(p) && ok;
}

bool settle(struct profile *p)
{
	struct buf dropped = { 0 };

	profile_settle(p, &dropped);
	if (dropped.n && !p->ncol && p->nprofile > 1)
		complain("the inputs have no sample type in common (%.*s)",
			 STR_ARG(buf_str(&dropped)));
	else if (dropped.n)
		note("left out sample types that not all inputs have: %.*s",
		     STR_ARG(buf_str(&dropped)));
	if (p->saturated)
		note("sums that 64 bits cannot hold stay at the limit: %llu",
		     (unsigned long long)p->saturated);
	p->saturated = 0;
	dropped.n = dropped.n && !p->ncol;
	buf_release(&dropped);
	return p->ncol > 0;
}

bool choose_column(const struct profile *p, uint32_t *col)
{
	struct buf have = { 0 };

	*col = profile_default_column(p);
	if (!common.type || type_find(p, str_of(common.type), col))
		return true;
	for (uint32_t i = 0; i < p->ncol; i++)
		buf_printf(&have, "%s%.*s", i ? ", " : "",
			   STR_ARG(profile_text(p, p->col[i].type)));
	complain("there is no sample type '%s' (there is: %.*s)", common.type,
		 STR_ARG(buf_str(&have)));
	buf_release(&have);
	return false;
}

void keep_column(struct profile *p, uint32_t col)
{
	while (p->ncol > col + 1)
		profile_drop_column(p, col + 1);
	while (p->ncol > 1)
		profile_drop_column(p, 0);
}

const struct format *output_format(void)
{
	if (common.to >= 0)
		return format_at((size_t)common.to);
	return common.text_in ? &format_folded : &format_pprof;
}

bool save(struct profile *p, const struct format *format)
{
	struct out out;

	if (!format->write)
		return complain("%s can be read, but not written", format->name);
	if (out_open(&out, common.output, common.pack))
		format->write(&out, p);
	return finish_output(&out);
}

static const char *way_out_of(enum out_reason reason)
{
	switch (reason) {
	case OUT_TERMINAL: return ": use -o FILE or -t folded";
	case OUT_UNFRAMED: return ": leave out -z none";
	default: return "";
	}
}

bool finish_output(struct out *out)
{
	bool ok = out_close(out);

	if (!ok)
		complain("%s%s", out->error.p, way_out_of(out->reason));
	out_release(out);
	return ok;
}

int status(bool ok)
{
	return ok ? 0 : 2;
}
