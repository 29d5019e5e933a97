#include "record/process/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/process/open_files.h"

static NORETURN void run_child(const struct launch *how, int wait, int report)
{
	char *const *command = how->command;
	char byte;
	int error;

	for (size_t i = 0; i < how->nenvironment; i++)
		putenv((char *)how->environment[i]);
	if (how->to_stderr)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	open_files_restore();
	signal(SIGXFSZ, SIG_DFL); /* ignored in prof itself */
	if (read(wait, &byte, 1) != 1)
		_exit(125); /* cancelled */
	execvp(command[0], command);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(125);
	_exit(error == ENOENT ? 127 : 126);
}

bool launch_prepare(struct launched *l, const struct launch *how)
{
	int go[2], report[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return false;
	if (pipe2(report, O_CLOEXEC) < 0) {
		close(go[0]);
		close(go[1]);
		return false;
	}
	l->pid = fork();
	if (l->pid == 0) {
		close(go[1]); /* else the child would wait for itself */
		run_child(how, go[0], report[1]);
	}
	close(go[0]);
	close(report[1]);
	l->go = go[1];
	l->report = report[0];
	return l->pid > 0;
}

int launch_go(struct launched *l)
{
	int error = 0;

	if (write(l->go, "", 1) != 1)
		error = errno;
	close(l->go);
	if (!error && read(l->report, &error, sizeof(error)) != sizeof(error))
		error = 0; /* closed by a successful exec() */
	close(l->report);
	return error;
}

void launch_cancel(struct launched *l)
{
	close(l->go);
	close(l->report);
	waitpid(l->pid, NULL, 0);
}
