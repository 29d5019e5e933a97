#include "symbol/other_file.h"

#include <unistd.h>

#include "io/open_untrusted.h"
#include "symbol/debuginfod.h"
#include "symbol/naming/naming_message.h"
#include "symbol/naming/sandbox.h"

/* Global, since a process has one parent: DWARF readers need not pass it along. */
static struct naming_channel *parent;
static bool known_missing;

void other_files_through(struct naming_channel *channel)
{
	parent = channel;
}

void other_files_missing(bool missing)
{
	known_missing = missing;
}

static int ask_parent(uint32_t kind, struct str what, uint32_t *which)
{
	struct naming_limits limits;
	uint32_t answer;
	int fd = -1;

	if (!naming_send(parent, kind, what, -1) || !naming_receive(parent, &answer, &fd) ||
	    answer != NAMING_OPENED || !naming_opened_read(buf_str(&parent->body), &limits, which))
		_exit(0); /* the parent has closed the channel */
	sandbox_limit(limits.address_space, limits.cpu_seconds);
	return fd;
}

int other_file_first(struct str *paths)
{
	uint32_t which = 0;
	int fd = -1;

	if (known_missing) {
		*paths = S("");
		return -1;
	}
	if (parent) {
		if (paths->n)
			fd = ask_parent(NAMING_PATH, *paths, &which);
		for (uint32_t i = 0; i <= which; i++)
			str_cut(paths, '\0');
		return fd;
	}
	while (paths->n && fd < 0) {
		fd = open_untrusted(-1, paths->p, 0);
		str_cut(paths, '\0');
	}
	return fd;
}

int other_file_open(const char *path)
{
	struct str list = str(path, strlen(path) + 1);

	return other_file_first(&list);
}

int other_file_of_build(struct str build_id)
{
	uint32_t which;

	if (known_missing)
		return -1;
	return parent ? ask_parent(NAMING_BUILD_ID, build_id, &which) : debuginfod_open(build_id);
}

void other_file_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
