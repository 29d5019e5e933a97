/* prof-fold: profiles of any format in, folded stacks out. */
#include "common.h"
#include "frames.h"

static struct {
	const char *event;
} o;

static const struct opt own_options[] = {
	{ 0, "event", OPT_STR, &o.event, "NAME", "the same as --type, for perf's events",
	  .also = "event-filter" },
	{ 0 },
};
static const struct opt *const options[] = { own_options,  frame_options,   to_options,
					     file_options, general_options, NULL };
static const struct cmd cmd = { "prof-fold",
				"Turn profiles of any format into folded stacks, one a line.",
				"[FILE]...", options, false };

int main(int argc, char **argv)
{
	char **paths = start(&cmd, argc, argv);
	struct profile p;
	uint32_t col;
	bool ok;

	if (o.event)
		common.type = o.event;
	profile_init(&p);
	ok = load_all(&p, paths);
	if (p.ncol && choose_column(&p, &col)) {
		keep_column(&p, col);
		rewrite_frames(&p);
		ok &= save(&p, common.to >= 0 ? output_format() : &format_folded);
	} else {
		ok = false;
	}
	profile_release(&p);
	return status(ok);
}
