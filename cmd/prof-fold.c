/* prof-fold: turn profiles into folded stacks. */
#include "analyze/total.h"
#include "cmd/common.h"
#include "cmd/filters.h"
#include "cmd/frames.h"
#ifndef WITHOUT_ELFUTILS
#include "symbol/symbol.h"
#endif

static struct {
	const char *event, *vmlinux;
	bool symbolize, debuginfod, list_formats;
} o;

static const struct opt own_options[] = {
	{ 0, "event", OPT_STR, &o.event, "NAME", "same as --type, for perf's events",
	  .also = "event-filter" },
	{ 0, "symbolize", OPT_FLAG, &o.symbolize, NULL,
	  "find names of addresses in their binaries" },
	{ 0, "debuginfod", OPT_FLAG, &o.debuginfod, NULL,
	  "also ask the servers in $DEBUGINFOD_URLS" },
	{ 0, "vmlinux", OPT_FILE, &o.vmlinux, "FILE", "--symbolize: the running kernel's image" },
	{ 0, "list-formats", OPT_FLAG, &o.list_formats, NULL,
	  "print the formats that can be read and written" },
	{ 0 },
};
static const struct opt *const options[] = { own_options,     frame_options, own_frames_options,
					     to_options,      file_options,  sum_options,
					     general_options, NULL };
static const struct cmd cmd = { "prof-fold", "Turn profiles into folded stacks, one per line.",
				"[FILE]...", options, false };

#ifdef WITHOUT_ELFUTILS
static void name_addresses(struct profile *p)
{
	(void)p;
	usage("--symbolize needs elfutils, and this prof-fold was built without");
}
#else
static void name_addresses(struct profile *p)
{
	struct symbol_options how = {
		.inlines = true, .lines = true, .debuginfod = o.debuginfod, .vmlinux = o.vmlinux
	};
	struct symbols *s = symbols_open(&how);
	struct buf notes = { 0 };
	struct symbol_counts n;

	n = symbolize(s, p, &notes);
	note_lines(buf_str(&notes));
	if (n.unnamed)
		note("%u of %u addresses have no name; %u of %u files are missing", n.unnamed,
		     n.named + n.unnamed, n.missing, n.files);
	buf_release(&notes);
	symbols_close(s);
}
#endif

static const struct format *fold_format(void)
{
	return common.to >= 0 ? output_format() : &format_folded;
}

/* Keep only the requested types. */
static bool keep_types(struct profile *p)
{
	uint32_t col;

	if (wants_all_types(p) && fold_format()->all_types)
		return true;
	if (!choose_column(p, &col))
		return false;
	keep_column(p, col);
	return true;
}

/* Folded stacks of nothing are an empty file. */
static void note_nothing(const struct profile *p)
{
	for (uint32_t col = 0; col < p->ncol; col++)
		if (column_total(p, col).magnitude)
			return;
	note(p->sample.n > 1 ? "all values are 0" : "there are no samples");
}

/* A line for each format: its name, "read", "write" or "-", and a description. */
static bool list_formats(void)
{
	struct out out;

	if (out_open(&out, common.output, (struct pack){ .kind = PACK_NONE }))
		for (size_t i = 0; format_at(i); i++) {
			const struct format *f = format_at(i);

			if (f->read || f->write)
				out_printf(&out, "%-14s %-4s %-5s  %s\n", f->name,
					   f->read ? "read" : "-", f->write ? "write" : "-",
					   f->help);
		}
	return finish_output(&out);
}

int main(int argc, char **argv)
{
	char **paths = start(&cmd, argc, argv);
	struct dictionary dict;
	struct profile p;
	bool ok;

	if (o.list_formats)
		return status(list_formats());
	if (o.event)
		common.type = o.event;
	dict_init(&dict);
	profile_init(&p, &dict);
	common.one_type = true;
	ok = load_all(&p, paths);
	if (ok && !p.ncol)
		complain("there is no profile to fold");
	if (p.ncol && keep_types(&p)) {
		if (o.symbolize || o.debuginfod)
			name_addresses(&p);
		ok &= drop_own_frames(&p);
		rewrite_frames(&p);
		ok &= save(&p, fold_format());
		note_nothing(&p); /* after fractions were rounded */
	} else {
		ok = false;
	}
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return status(ok);
}
