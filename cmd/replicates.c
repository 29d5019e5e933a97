#include "replicates.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common.h"

static bool load_run(struct runs *runs, enum side side, const char *path)
{
	bool ok;

	runs_begin(runs, side, path);
	ok = load_one(&runs->profile, path);
	if (!runs_end(runs) && ok)
		ok = complain("%s", runs->error.p);
	return ok;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool load_directory(struct runs *runs, enum side side, const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_shown, alphasort);
	size_t before = runs->n;
	bool ok = true;

	if (n < 0)
		return complain("%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		struct buf name = { 0 };
		struct stat st;

		buf_printf(&name, "%s/%s", path, entry[i]->d_name);
		buf_ch(&name, '\0');
		if (ok && stat(name.p, &st) == 0 && S_ISREG(st.st_mode))
			ok = load_run(runs, side, name.p);
		buf_release(&name);
		free(entry[i]);
	}
	free(entry);
	return ok && (runs->n > before || complain("%s: has no profiles in it", path));
}

bool load_runs(struct runs *runs, enum side side, char *const *paths)
{
	struct stat st;
	bool ok = true;

	for (; ok && *paths; paths++)
		ok = stat(*paths, &st) == 0 && S_ISDIR(st.st_mode) ?
			     load_directory(runs, side, *paths) :
			     load_run(runs, side, *paths);
	return ok;
}
