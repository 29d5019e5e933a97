#include "record/process/open_files.h"

#include <stdbool.h>
#include <sys/resource.h>

static struct rlimit before;
static bool is_raised;

void open_files_raise(void)
{
	struct rlimit raised;

	if (is_raised || getrlimit(RLIMIT_NOFILE, &before) < 0 ||
	    before.rlim_cur == before.rlim_max)
		return;
	raised = before;
	raised.rlim_cur = raised.rlim_max;
	is_raised = setrlimit(RLIMIT_NOFILE, &raised) == 0;
}

void open_files_restore(void)
{
	if (is_raised)
		setrlimit(RLIMIT_NOFILE, &before);
}
