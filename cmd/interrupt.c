#include "interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool outlives;

static void on_first_interrupt(int number)
{
	(void)number; /* SA_RESETHAND: the next one finds the default */
}

static bool reads_pipe(char *const *paths)
{
	struct stat st;

	for (; *paths; paths++)
		if (strcmp(*paths, "-") == 0)
			return fstat(STDIN_FILENO, &st) == 0 &&
			       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
	return false;
}

void interrupt_outlive(char *const *paths)
{
	struct sigaction once = { .sa_handler = on_first_interrupt,
				  .sa_flags = SA_RESTART | SA_RESETHAND };
	struct sigaction was;

	if (outlives || !reads_pipe(paths) || sigaction(SIGINT, &once, &was) < 0)
		return;
	outlives = was.sa_handler == SIG_DFL;
	if (!outlives)
		sigaction(SIGINT, &was, NULL);
}

void interrupt_restore(void)
{
	if (outlives)
		signal(SIGINT, SIG_DFL);
	outlives = false;
}
