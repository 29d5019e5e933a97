#include "cmd/replicates.h"

#include "cli/progress.h"
#include "cmd/common.h"
#include "cmd/filters.h"

bool load_runs(struct runs *runs, enum side side, char *const *paths)
{
	const char *last = NULL;
	struct source s;
	struct profile p;
	bool ok = true;

	profile_init(&p, &runs->dict);
	open_source(&s, paths, true);
	while (ok && source_next(&s, &p)) {
		if (source_path(&s) != last)
			runs_begin(runs, side, source_path(&s));
		last = source_path(&s);
		ok = drop_own_frames(&p) && runs_add(runs, &p);
	}
	progress_end();
	if (runs->error.n)
		complain("%s", runs->error.p);
	profile_release(&p);
	return source_close(&s) && ok;
}
