#include "common.h"
static const struct opt *const options[] = { common_options, NULL };
static const struct cmd cmd = { "prof-merge", "Turn profiles of any format into folded stacks.",
				"[FILE]...", options, false };

int main(int argc, char **argv)
{
	char **paths = start(&cmd, argc, argv);
	struct profile p;
	uint32_t col;
	bool ok;

	profile_init(&p);
	ok = load_all(&p, paths);
	if (p.ncol && choose_column(&p, &col)) {

		ok &= save(&p, output_format());
	}
	profile_release(&p);
	return status(ok);
}
