#include "cmd/interrupt.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

bool interrupt_with_sigterm;

static const int numbers[] = { SIGINT, SIGTERM };
static bool outlives[LEN(numbers)];

static void on_first_interrupt(int number)
{
	(void)number; /* SA_RESETHAND: the next signal has its default effect */
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

static void outlive(size_t i)
{
	struct sigaction once = { .sa_handler = on_first_interrupt,
				  .sa_flags = SA_RESTART | SA_RESETHAND };
	struct sigaction was;

	if (outlives[i] || sigaction(numbers[i], &once, &was) < 0)
		return;
	outlives[i] = was.sa_handler == SIG_DFL;
	if (!outlives[i])
		sigaction(numbers[i], &was, NULL);
}

void interrupt_outlive(char *const *paths)
{
	if (!reads_pipe(paths))
		return;
	outlive(0);
	if (interrupt_with_sigterm)
		outlive(1);
}

void interrupt_restore(void)
{
	for (size_t i = 0; i < LEN(numbers); i++) {
		if (outlives[i])
			signal(numbers[i], SIG_DFL);
		outlives[i] = false;
	}
}
