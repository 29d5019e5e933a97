#include "base/ram.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

/* The number in a file; UINT64_MAX when it says "max" or cannot be read. */
static uint64_t limit_in(const char *path)
{
	unsigned long long v;
	FILE *f = fopen(path, "re");
	bool found;

	if (!f)
		return UINT64_MAX;
	found = fscanf(f, "%llu", &v) == 1;
	fclose(f);
	return found ? v : UINT64_MAX;
}

/*
 * The limits of a group and of those above it. Inside a container the path may be
 * the one outside, of which only the root is mounted: what is not there has no say.
 */
static uint64_t lowest_limit(const char *mount, struct str group, const char *file)
{
	uint64_t lowest = UINT64_MAX, limit;
	char path[PATH_MAX];

	for (;;) {
		int n = snprintf(path, sizeof(path), "%s%.*s/%s", mount, STR_ARG(group), file);

		limit = n > 0 && (size_t)n < sizeof(path) ? limit_in(path) : UINT64_MAX;
		lowest = limit < lowest ? limit : lowest;
		if (!group.n)
			return lowest;
		group.n = (size_t)(str_rchr(group, '/') > 0 ? str_rchr(group, '/') : 0);
	}
}

/* "memory" among "cpu,memory". */
static bool names_memory(struct str controllers)
{
	while (controllers.n)
		if (str_eq(str_cut(&controllers, ','), S("memory")))
			return true;
	return false;
}

/* Lines are "0::GROUP" for version 2, "7:CONTROLLERS:GROUP" for version 1. */
uint64_t ram_group_limit(const char *groups, const char *sys)
{
	struct str rest = str_of(groups);
	uint64_t lowest = UINT64_MAX;
	char mount[PATH_MAX];

	while (rest.n) {
		struct str group = str_cut(&rest, '\n'), number = str_cut(&group, ':');
		struct str controllers = str_cut(&group, ':');
		uint64_t limit = UINT64_MAX;

		if (str_eq(number, S("0"))) {
			limit = lowest_limit(sys, group, "memory.max");
		} else if (names_memory(controllers)) {
			snprintf(mount, sizeof(mount), "%s/memory", sys);
			limit = lowest_limit(mount, group, "memory.limit_in_bytes");
		}
		lowest = limit < lowest ? limit : lowest;
	}
	return lowest;
}

uint64_t ram_group(void)
{
	char groups[8192];
	FILE *f = fopen("/proc/self/cgroup", "re");
	size_t n = f ? fread(groups, 1, sizeof(groups) - 1, f) : 0;

	if (f)
		fclose(f);
	groups[n] = '\0';
	return ram_group_limit(groups, "/sys/fs/cgroup");
}

uint64_t ram_machine(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}
