#include "query/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The environment with messages in English. */
static char **english_environment(void)
{
	size_t n = 0;
	char **e;

	while (environ[n])
		n++;
	e = mem_zeroed(n + 2, sizeof(*e));
	e[0] = (char *)"LC_ALL=C";
	memcpy(e + 1, environ, n * sizeof(*e));
	return e;
}

static void free_environment(char **e)
{
	size_t n = 0;

	while (e[n])
		n++;
	mem_free(e, (n + 1) * sizeof(*e));
}

bool child_start(struct child *c, const char *program, const char *const *arguments)
{
	posix_spawn_file_actions_t actions;
	char **environment = english_environment();
	const char *argv[16] = { program };
	int fd[2];
	bool ok;

	for (size_t i = 0; arguments[i] && i + 2 < LEN(argv); i++)
		argv[i + 1] = arguments[i];
	if (pipe(fd) < 0) {
		free_environment(environment);
		return false;
	}
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, fd[1]);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ok = posix_spawnp(&c->pid, program, &actions, NULL, (char *const *)argv, environment) == 0;
	posix_spawn_file_actions_destroy(&actions);
	free_environment(environment);
	close(fd[1]);
	if (!ok)
		close(fd[0]);
	c->fd = fd[0];
	return ok;
}

bool child_end(struct child *c)
{
	int status = -1;

	close(c->fd);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool child_output(struct buf *b, size_t most, const char *program, const char *const *arguments)
{
	enum { PIECE = 64 << 10 };
	size_t before = b->n;
	struct child c;
	ssize_t n;

	if (!child_start(&c, program, arguments))
		return false;
	while ((n = read(c.fd, buf_room(b, PIECE), PIECE)) > 0 || (n < 0 && errno == EINTR)) {
		b->n += n > 0 ? (size_t)n : 0;
		if (b->n - before > most)
			break;
	}
	return child_end(&c) && b->n - before <= most;
}
