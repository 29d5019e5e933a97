/* Limits of control groups, from trees of files that look like the kernel's. */
#include "base/ram.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char top[] = "/tmp/prof-ram-XXXXXX";

static void make_group(const char *group, const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, group);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", top, group, file);
	f = fopen(path, "w");
	if (!f)
		exit(1);
	fputs(text, f);
	fclose(f);
}

int main(void)
{
	char command[64];

	if (!mkdtemp(top))
		return 1;
	make_group("", "memory.max", "max\n");
	make_group("a", "memory.max", "4000\n");
	make_group("a/b", "memory.max", "max\n");
	make_group("c", "memory.max", "9000\n");
	make_group("c/d", "memory.max", "5000\n");
	make_group("memory", "memory.limit_in_bytes", "9223372036854771712\n");
	make_group("memory/v1", "memory.limit_in_bytes", "3000\n");
	ok(ram_group_limit("0::/a\n", top) == 4000, "a group's own limit");
	ok(ram_group_limit("0::/a/b\n", top) == 4000, "that of the group above");
	ok(ram_group_limit("0::/c/d\n", top) == 5000, "the lower of two");
	ok(ram_group_limit("0::/\n", top) == UINT64_MAX, "none");
	ok(ram_group_limit("0::/a/elsewhere\n", top) == 4000, "a group that cannot be seen");
	ok(ram_group_limit("", top) == UINT64_MAX, "no groups");
	ok(ram_group_limit("9:cpu:/a\n4:blkio,memory:/v1\n0::/\n", top) == 3000, "version 1");
	ok(ram_group_limit("9:cpu:/v1\n", top) == UINT64_MAX, "another controller's group");
	ok(ram_group_limit("4:memory:/x\n0::/a\n", top) == 4000, "both versions");
	ok(ram_machine() > (uint64_t)1 << 24, "the machine has memory");
	snprintf(command, sizeof(command), "rm -rf %s", top);
	ok(system(command) == 0, "cleaned up");
	return done();
}
