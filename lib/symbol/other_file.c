#include "symbol/other_file.h"

#include <unistd.h>

#include "object/open_untrusted.h"
#include "symbol/debuginfod.h"
#include "symbol/naming_message.h"

/* A process has one parent: readers, deep down in DWARF, need not hand this along. */
static struct naming_channel *parent;

void other_files_through(struct naming_channel *channel)
{
	parent = channel;
}

static int ask_parent(uint32_t kind, struct str what)
{
	uint32_t answer;
	int fd = -1;

	if (!naming_send(parent, kind, what, -1) || !naming_receive(parent, &answer, &fd) ||
	    answer != NAMING_OPENED || !naming_limits_obey(buf_str(&parent->body)))
		_exit(0); /* the parent does not want to know any more */
	return fd;
}

int other_file_open(const char *path)
{
	return parent ? ask_parent(NAMING_PATH, str_of(path)) : open_untrusted(-1, path, 0);
}

int other_file_of_build(struct str build_id)
{
	return parent ? ask_parent(NAMING_BUILD_ID, build_id) : debuginfod_open(build_id);
}

void other_file_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
