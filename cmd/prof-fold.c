/* prof-fold: turn profiles into folded stacks. */
#include "common.h"
#include "frames.h"
#ifndef WITHOUT_ELFUTILS
#include "object/elf.h"
#include "symbol/symbol.h"
#endif

static struct {
	const char *event;
	bool symbolize, debuginfod;
} o;

static const struct opt own_options[] = {
	{ 0, "event", OPT_STR, &o.event, "NAME", "same as --type, for perf's events",
	  .also = "event-filter" },
	{ 0, "symbolize", OPT_FLAG, &o.symbolize, NULL,
	  "find names of addresses in their binaries" },
	{ 0, "debuginfod", OPT_FLAG, &o.debuginfod, NULL,
	  "also ask the servers in $DEBUGINFOD_URLS" },
	{ 0 },
};
static const struct opt *const options[] = { own_options,  frame_options,   to_options,
					     file_options, general_options, NULL };
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
	struct symbol_options how = { .inlines = true, .lines = true, .debuginfod = o.debuginfod };
	struct symbols *s = symbols_open(&how);
	struct buf notes = { 0 };
	struct symbol_counts n;

	elf_guard();
	n = symbolize(s, p, &notes);
	note_lines(buf_str(&notes));
	if (n.unnamed)
		note("%u of %u addresses have no name; %u of %u files are missing", n.unnamed,
		     n.named + n.unnamed, n.missing, n.files);
	buf_release(&notes);
	symbols_close(s);
}
#endif

int main(int argc, char **argv)
{
	char **paths = start(&cmd, argc, argv);
	struct dictionary dict;
	struct profile p;
	uint32_t col;
	bool ok;

	if (o.event)
		common.type = o.event;
	dict_init(&dict);
	profile_init(&p, &dict);
	ok = load_all(&p, paths);
	if (p.ncol && choose_column(&p, &col)) {
		keep_column(&p, col);
		if (o.symbolize || o.debuginfod)
			name_addresses(&p);
		rewrite_frames(&p);
		ok &= save(&p, common.to >= 0 ? output_format() : &format_folded);
	} else {
		ok = false;
	}
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return status(ok);
}
