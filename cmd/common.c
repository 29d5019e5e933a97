#include "cmd/common.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/progress.h"
#include "cmd/interrupt.h"
#ifndef WITHOUT_ELFUTILS
#include "object/elf.h"
#endif
#include "cmd/server_options.h"
#include "profile/type.h"

struct common common = { .from = -1, .to = -1 };

static const char *readable(size_t i)
{
	const struct format *f = format_readable_at(i);

	return f ? f->name : NULL;
}

static const char *writable(size_t i)
{
	const struct format *f = format_writable_at(i);

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
	{ 't', "to", OPT_CHOICE, &common.to, "FORMAT", "output format", writable,
	  .title = INPUT_AND_OUTPUT },
	{ 0 },
};

const struct opt file_options[] = {
	{ 'o', "output", OPT_FILE, &common.output, "FILE", "write to FILE, not to standard output",
	  .title = INPUT_AND_OUTPUT },
	{ 'f', "from", OPT_CHOICE, &common.from, "FORMAT", "input format (default: recognised)",
	  readable, .title = INPUT_AND_OUTPUT },
	{ 0, "lenient", OPT_FLAG, &common.lenient, NULL, "skip and count malformed records" },
	{ 0, "max-memory", OPT_PARSED, NULL, "SIZE", "fail above this (default: half of RAM)", NULL,
	  parse_memory },
	{ 0 },
};

const struct opt sum_options[] = {
	{ 0, "type", OPT_STR, &common.type, "TYPE", "sample type: name, index, type id or 'all'" },
	{ 'j', "jobs", OPT_INT, &common.jobs, "N", "threads that read inputs (default: the CPUs)" },
	{ 0 },
};

const struct opt general_options[] = {
	{ 'z', "compress", OPT_PARSED, &common.pack, "HOW", "none, gzip[:0-12] or zstd[:1-19]",
	  pack_name, parse_pack, .title = "All commands" },
	{ 'q', "quiet", OPT_FLAG, &common.quiet, NULL, "print errors only" },
	{ 'v', "verbose", OPT_FLAG, &common.verbose, NULL, "print more" },
	{ 0 },
};

char **start(const struct cmd *cmd, int argc, char **argv)
{
	int first;

	signal(SIGPIPE, SIG_DFL); /* a closed pipe ends a filter without a message */
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error that names it */
#ifndef WITHOUT_ELFUTILS
	elf_guard(); /* recordings have binaries; call it before inputs are mapped */
#endif
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

void complain_lines(struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		complain("%.*s", STR_ARG(line));
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

/* The option that helps with an error; the library does not know the options. */
static const char *input_hint(enum in_reason reason)
{
	switch (reason) {
	case IN_OVER_MEMORY: return ": --max-memory allows more";
	case IN_UNKNOWN_FORMAT: return ": use --from to name it";
	default: return "";
	}
}

static void report_input(void *context, const struct source_report *r)
{
	(void)context;
	if (r->error)
		complain("%s%s", r->error, input_hint(r->reason));
	if (r->nwithout_time)
		note("%s: %u profile%s not say of which time; left out", r->path, r->nwithout_time,
		     r->nwithout_time == 1 ? " does" : "s do");
	if (!r->error && common.verbose && r->format)
		note("%s: %s", r->path, r->format->name);
	if (r->skipped)
		note("%s: skipped %llu malformed record%s", r->path, (unsigned long long)r->skipped,
		     r->skipped == 1 ? "" : "s");
	note_lines(r->notes);
	common.text_in |= r->format && r->format->text;
	common.events_in |= r->format && r->format->events;
	if (strcmp(r->path, "-") == 0)
		interrupt_restore();
}

static void note_line(void *context, const char *line)
{
	(void)context;
	note("%s", line);
}

static bool wants_all(void)
{
	return common.type && strcmp(common.type, "all") == 0;
}

bool has_server(char *const *paths)
{
	for (; *paths; paths++)
		if (server_is(*paths))
			return true;
	return false;
}

/*
 * Credentials in environment variables are for Pyroscope servers only; other URLs get those of
 * options and .netrc.
 */
static void set_servers(struct source_options *o, char *const *paths)
{
	static struct http_settings to_server, to_endpoint;

	for (; *paths; paths++) {
		if (!http_url_is(str_of(*paths)))
			continue;
		server_settings(server_is(*paths) ? SERVER_PYROSCOPE : SERVER_OTHER,
				server_is(*paths) ? &to_server : &to_endpoint);
	}
	o->to_server = &to_server;
	o->to_endpoint = &to_endpoint;
}

void open_source(struct source *s, char *const *paths, bool directories)
{
	static char *const standard_input[] = { (char *)"-", NULL };
	struct source_options options;

	if (!*paths)
		paths = standard_input;
	interrupt_outlive(paths);
	if (!common.quiet)
		progress_start(total_size(paths));
	options = (struct source_options){
		.from = common.from < 0 ? NULL : format_readable_at((size_t)common.from),
		.lenient = common.lenient,
		.directories = directories,
		.has_range = common.has_range,
		.since = common.since,
		.until = common.until,
		.selector = common.selector,
		.type = wants_all() ? S("") : str_of(common.type),
		.one_type = common.one_type && !wants_all(),
		.no_stacks = common.no_stacks,
		.label = common.label,
		.nlabel = common.nlabel,
		.all_labels = common.all_labels,
		.server_step = common.server_step,
		.server_origin = common.server_origin,
		.select = common.select,
		.every = (int64_t)common.every,
		.count = common.count,
		.note = note_line,
		.jobs = (unsigned)common.jobs,
		.each = common.each,
		.progress = progress_add,
		.report = report_input,
	};
	set_servers(&options, paths);
	source_open(s, paths, &options);
}

bool load_all(struct profile *p, char *const *paths)
{
	struct source s;
	bool ok;

	open_source(&s, paths, false);
	source_sum(&s, p);
	ok = source_close(&s);
	progress_end();
	return ok;
}

static void print_types(const struct profile *p, struct buf *types)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		buf_printf(types, "%s%.*s", i ? ", " : "",
			   STR_ARG(dict_text(p->dict, p->col[i].type)));
}

/* Note how many profiles do not have the column's type. */
static void note_left_out(const struct profile *p, uint32_t col)
{
	uint32_t without = p->nprofile - p->col[col].nprofile;
	struct buf types = { 0 };

	if (!without)
		return;
	print_types(p, &types);
	note("%u of %u profiles %s no sample type '%.*s' and %s left out (all types: %.*s)",
	     without, p->nprofile, without == 1 ? "has" : "have",
	     STR_ARG(dict_text(p->dict, p->col[col].type)), without == 1 ? "is" : "are",
	     STR_ARG(buf_str(&types)));
	buf_release(&types);
}

/* Note the types that a result with only one type leaves out. */
static void note_other_types(const struct profile *p, uint32_t col)
{
	struct buf others = { 0 };
	uint32_t shown = p->col[col].type.i;

	for (uint32_t i = 0; i < p->ncol; i++) {
		uint64_t n = 0;
		struct str type = dict_text(p->dict, p->col[i].type);
		bool is_count = str_ends(type, S("samples")), is_plain = str_eq(type, S("samples"));

		if (i == col)
			continue;
		for (uint32_t j = 1; j < p->sample.n; j++) {
			n += p->col[i].v[j] != 0;
			is_count &= !is_plain || !p->col[i].v[j] || p->col[col].v[j];
		}
		if (is_count)
			continue; /* of samples in a profile of times */
		if (n)
			buf_printf(&others, "%s%.*s (stacks: %llu)", others.n ? ", " : "",
				   STR_ARG(type), (unsigned long long)n);
	}
	if (others.n)
		note("only sample type '%.*s' is used; left out: %.*s (--type chooses another)",
		     STR_ARG(dict_text(p->dict, (str_id){ shown })), STR_ARG(buf_str(&others)));
	buf_release(&others);
}

bool wants_all_types(const struct profile *p)
{
	uint32_t col;

	return wants_all() && !type_find(p, S("all"), &col);
}

bool choose_column(const struct profile *p, uint32_t *col)
{
	struct buf have = { 0 };

	if (wants_all_types(p))
		return complain("--type all: only pprof output and otlp, of prof-fold and "
				"prof-merge, hold more than one sample type");
	*col = profile_default_column(p);
	if (!common.type || type_find(p, str_of(common.type), col)) {
		note_left_out(p, *col);
		if (!common.type && common.events_in && !common.shows_all_types)
			note_other_types(p, *col);
		return true;
	}
	print_types(p, &have);
	complain("no profile has sample type '%s' (all types: %.*s)", common.type,
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
		return format_writable_at((size_t)common.to);
	return common.text_in ? &format_folded : &format_pprof;
}

static bool has_values(const struct profile *p)
{
	for (size_t col = 0; col < p->ncol; col++)
		for (uint32_t i = 1; i < p->sample.n; i++)
			if (p->col[col].v[i])
				return true;
	return false;
}

void note_rounded(const struct profile *p, uint64_t n)
{
	if (n)
		note("%llu value%s below 1 %s rounded to 0; %s", (unsigned long long)n,
		     n == 1 ? "" : "s", n == 1 ? "is" : "are",
		     has_values(p) ? "the total is kept" : "nothing is left");
}

bool save(struct profile *p, const struct format *format)
{
	struct out out;

	note_rounded(p, profile_round(p));
	if (format == &format_folded && p->ncol > 1)
		note_other_types(p, profile_default_column(p));
	if (out_open(&out, common.output, common.pack))
		format->write(&out, p);
	return finish_output(&out);
}

static const char *output_hint(enum out_reason reason)
{
	switch (reason) {
	case OUT_TERMINAL: return ": use -o FILE or -t folded";
	case OUT_UNFRAMED: return ": leave out -z none";
	default: return "";
	}
}

bool complain_output(const struct out *out)
{
	return complain("%s%s", out->error.p, output_hint(out->reason));
}

bool finish_output(struct out *out)
{
	bool ok = out_close(out);

	if (!ok)
		complain_output(out);
	else if (out->renamed)
		note("the command or thread of %llu sample%s has another name in the output, "
		     "since the format cannot hold its own",
		     (unsigned long long)out->renamed, out->renamed == 1 ? "" : "s");
	out_release(out);
	return ok;
}

void note_saturation(const struct profile *p)
{
	if (p->saturated)
		note("%llu sum%s not fit in 64 bits and %s kept at the limit",
		     (unsigned long long)p->saturated, p->saturated == 1 ? " does" : "s do",
		     p->saturated == 1 ? "is" : "are");
}

int status(bool ok)
{
	return ok ? 0 : 2;
}
