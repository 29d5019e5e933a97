#include "record/alloc/alloc_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LIBRARY "libprof-alloc.so"

enum { WAITING = 4096 }; /* processes that have connected and were not accepted yet */

bool alloc_socket_open(struct alloc_socket *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	uint64_t number = 0;
	size_t n;

	if (getrandom(&number, sizeof(number), 0) < 0)
		number = 0;
	n = (size_t)snprintf(s->name, sizeof(s->name), "prof-alloc-%d-%016llx", getpid(),
			     (unsigned long long)number);
	memcpy(at.sun_path + 1, s->name, n);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return s->fd >= 0 &&
	       bind(s->fd, (struct sockaddr *)&at,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) == 0 &&
	       listen(s->fd, WAITING) == 0;
}

void alloc_socket_close(struct alloc_socket *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Any process can connect; only those count whose memory this process may read. */
static bool may_record(int connection, int *pid)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	*pid = who.pid;
	return who.pid > 0 && (geteuid() == 0 || who.uid == geteuid());
}

/* Receives a descriptor. The buffer has room for only one. *sent: was anything sent? */
static int receive(int connection, bool *sent)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
	char byte;
	struct iovec to = { &byte, 1 };
	struct msghdr message = { .msg_iov = &to,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	int fd = -1;

	*sent = recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) == 1;
	if (!*sent)
		return -1;
	c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int alloc_socket_accept(struct alloc_socket *s, int *pid)
{
	int connection, fd = -1;

	while (fd < 0 && (connection = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		bool sent = false;

		if (may_record(connection, pid))
			fd = receive(connection, &sent);
		s->without_file += sent && fd < 0;
		close(connection);
	}
	return fd;
}

/* The file of a process that runs */

static bool is_shared_heap(const char *path)
{
	static const char name[] = "/memfd:" SHARED_HEAP_NAME " ";
	char target[sizeof(name)] = "";

	return readlink(path, target, sizeof(target) - 1) == sizeof(target) - 1 &&
	       strcmp(target, name) == 0;
}

int alloc_file_of(int pid, struct buf *why)
{
	char path[600];
	struct dirent *e;
	DIR *d;
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return -1;
	}
	while (fd < 0 && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, e->d_name);
		if (is_shared_heap(path))
			fd = open(path, O_RDWR | O_CLOEXEC);
	}
	closedir(d);
	if (fd < 0)
		buf_printf(why,
			   "process %d has not loaded " LIBRARY
			   ": start it with LD_PRELOAD=" LIBRARY,
			   pid);
	return fd;
}

/* The library */

static bool is_there(struct buf *path, struct str folder, const char *below)
{
	path->n = 0;
	buf_printf(path, "%.*s%s/" LIBRARY, STR_ARG(folder), below);
	buf_ch(path, '\0');
	return access(path->p, R_OK) == 0;
}

bool alloc_library(struct buf *path, struct buf *why)
{
	static const char *const below[] = { "", "/../lib", "/../lib64",
#ifdef __x86_64__
					     "/../lib/x86_64-linux-gnu"
#else
					     "/../lib/aarch64-linux-gnu"
#endif
	};
	char program[4096];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program));
	struct str folder = str(program, n > 0 ? (size_t)n : 0);

	folder.n = (size_t)max_size(0, (size_t)(str_rchr(folder, '/') + 1));
	folder.n -= folder.n > 0;
	for (size_t i = 0; i < LEN(below); i++) {
		if (!is_there(path, folder, below[i]))
			continue;
		if (!strpbrk(path->p, " :"))
			return true;
		buf_printf(why, "%s: LD_PRELOAD has no way to write blanks and colons", path->p);
		return false;
	}
	buf_printf(why, LIBRARY " is neither in %.*s nor in %.*s/../lib", STR_ARG(folder),
		   STR_ARG(folder));
	return false;
}

bool alloc_environment(const struct alloc_socket *s, uint64_t period, uint32_t stack,
		       const char *variables[ALLOC_VARIABLES], struct buf *why)
{
	static struct buf text[ALLOC_VARIABLES];
	const char *has = getenv("LD_PRELOAD");
	struct buf path = { 0 };
	bool ok = alloc_library(&path, why);

	for (size_t i = 0; i < ALLOC_VARIABLES; i++)
		text[i].n = 0;
	if (ok) {
		buf_printf(&text[0], "LD_PRELOAD=%s%s%s", path.p, has && *has ? ":" : "",
			   has ? has : "");
		buf_printf(&text[1], SHARED_HEAP_VARIABLE "=%llu,%u,%s", (unsigned long long)period,
			   stack, s->name);
	}
	for (size_t i = 0; i < ALLOC_VARIABLES; i++) {
		buf_ch(&text[i], '\0');
		variables[i] = text[i].p;
	}
	buf_release(&path);
	return ok;
}
