#include "listen/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"

extern char **environ;

#define END_NS INT64_C(1000000000) /* how long a reader may take to end */

enum {
	FIRST_FD = 10,         /* of the pool's descriptors: readers use the low ones */
	DEPTH = 128,           /* most uploads that a reader has at a time */
	DEPTH_BYTES = 8 << 20, /* most bytes of those uploads */
	ATTEMPTS = 3,
	RECEIVE = 64 << 10,
	SOCKET_BYTES = 1 << 20,
};

/* Lists */

static uint64_t job_bytes(const struct job *j)
{
	return j->fields.n + j->body.n;
}

static void list_push(struct job_list *l, struct job *j)
{
	j->next = NULL;
	if (l->last)
		l->last->next = j;
	else
		l->first = j;
	l->last = j;
	l->n++;
	l->bytes += job_bytes(j);
}

static struct job *list_pop(struct job_list *l)
{
	struct job *j = l->first;

	if (!j)
		return NULL;
	l->first = j->next;
	if (!l->first)
		l->last = NULL;
	l->n--;
	l->bytes -= job_bytes(j);
	return j;
}

/* Put all jobs of another list before those of this one. */
static void list_prepend(struct job_list *l, const struct job_list *before)
{
	if (!before->n)
		return;
	before->last->next = l->first;
	l->first = before->first;
	if (!l->last)
		l->last = before->last;
	l->n += before->n;
	l->bytes += before->bytes;
}

/* Answers of the pool itself */

static void answer_job(struct job *j, uint32_t status, uint32_t retry_after, const char *message)
{
	struct answer_head a = { .status = status, .retry_after = retry_after };

	j->done(j, &a, str_of(message), S(""));
}

/* Starting */

pid_t pool_spawn(char *const *argv, const char *variable, const char *value, int fd, int shared_fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid = -1;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	if (fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, fd, READER_SOCKET);
	if (shared_fd >= 0)
		posix_spawn_file_actions_adddup2(&actions, shared_fd, READER_SHARED);
	setenv(variable, value, 1);
	error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, environ);
	unsetenv(variable);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = error;
	return error ? -1 : pid;
}

static int move_up(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	close(fd);
	return high;
}

static bool slot_start(struct pool *p, struct pool_slot *s)
{
	char number[16];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	pair[0] = move_up(pair[0]);
	pair[1] = move_up(pair[1]);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &(int){ SOCKET_BYTES }, sizeof(int));
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	s->shared = &p->shared->slot[s - p->slot];
	atomic_store(&s->shared->reading, 0);
	atomic_store(&s->shared->written, 0);
	snprintf(number, sizeof(number), "%d", (int)(s - p->slot));
	s->pid = pool_spawn(p->options.argv, READER_VARIABLE, number, pair[1], p->shared_fd);
	close(pair[1]);
	s->fd = pair[0];
	s->timed_out = false;
	s->started = monotonic_ns();
	if (s->pid > 0)
		return true;
	close(s->fd);
	s->fd = -1;
	return false;
}

bool pool_open(struct pool *p, const struct pool_options *options)
{
	bool ok = true;

	*p = (struct pool){ .options = *options };
	p->shared_fd = move_up(memfd_create("prof-listen", MFD_CLOEXEC));
	if (p->shared_fd < 0 || ftruncate(p->shared_fd, sizeof(*p->shared)) < 0)
		return false;
	p->shared = mmap(NULL, sizeof(*p->shared), PROT_READ | PROT_WRITE, MAP_SHARED, p->shared_fd,
			 0);
	if (p->shared == MAP_FAILED)
		return false;
	sink_lock_init(&p->shared->lock);
	for (unsigned i = 0; i < options->n; i++)
		ok &= slot_start(p, &p->slot[i]);
	return ok;
}

/* Sending */

static bool slot_has_room(const struct pool_slot *s, const struct job *j)
{
	return s->fd >= 0 &&
	       (!s->jobs.n || (s->jobs.n < DEPTH && s->jobs.bytes + job_bytes(j) <= DEPTH_BYTES));
}

/* The least busy reader that has room for the job. */
static struct pool_slot *choose_slot(struct pool *p, const struct job *j)
{
	struct pool_slot *best = NULL;

	for (unsigned i = 0; i < p->options.n; i++) {
		struct pool_slot *s = &p->slot[i];

		if (slot_has_room(s, j) && (!best || s->jobs.bytes < best->jobs.bytes))
			best = s;
	}
	return best;
}

/* Send as much as the socket takes. */
static void slot_send(struct pool_slot *s)
{
	while (s->sending) {
		struct job *j = s->sending;
		struct str part[3] = { str((const char *)&j->head, sizeof(j->head)),
				       buf_str(&j->fields), buf_str(&j->body) };
		struct iovec io[3];
		size_t skip = j->sent;
		int n = 0;
		ssize_t sent;

		for (int i = 0; i < 3; i++) {
			size_t passed = min_size(skip, part[i].n);

			skip -= passed;
			part[i] = str_skip(part[i], passed);
			if (part[i].n)
				io[n++] = (struct iovec){ (void *)(uintptr_t)part[i].p, part[i].n };
		}
		sent = sendmsg(s->fd, &(struct msghdr){ .msg_iov = io, .msg_iovlen = (size_t)n },
			       MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0)
			return; /* the socket is full, or the reader has ended */
		j->sent += (size_t)sent;
		if (j->sent == sizeof(j->head) + job_bytes(j))
			s->sending = j->next;
	}
}

static void dispatch(struct pool *p)
{
	struct pool_slot *s;

	while (p->waiting.first && (s = choose_slot(p, p->waiting.first))) {
		struct job *j = list_pop(&p->waiting);

		j->sent = 0;
		j->head.id = ++p->next_id;
		list_push(&s->jobs, j);
		if (!s->sending)
			s->sending = j;
		slot_send(s);
	}
}

void pool_submit(struct pool *p, struct job *j)
{
	j->attempts = 0;
	list_push(&p->waiting, j);
	dispatch(p);
}

size_t pool_pending(const struct pool *p)
{
	size_t n = p->waiting.n;

	for (unsigned i = 0; i < p->options.n; i++)
		n += p->slot[i].jobs.n;
	return n;
}

/* Readers that have ended */

static void say_why(const struct pool *p, const struct pool_slot *s, int status, char *why,
		    size_t size, uint32_t *http)
{
	*http = 400;
	if (s->timed_out) {
		snprintf(why, size, "the body takes more than %lld s to read",
			 (long long)(p->options.read_ns / 1000000000));
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == READER_NO_MEMORY) {
		*http = 413;
		snprintf(why, size, "the body needs more than %llu MiB of memory to read",
			 (unsigned long long)(p->options.memory >> 20));
	} else if (WIFSIGNALED(status)) {
		snprintf(why, size, "the body has ended its reader with signal %d",
			 WTERMSIG(status));
	} else {
		snprintf(why, size, "the body has ended its reader with status %d",
			 WEXITSTATUS(status));
	}
}

/* Answer an upload whose reader has ended, or put it into `again`. */
static void settle_job(struct pool *p, struct job *j, const struct pool_slot *s, uint32_t reading,
		       uint32_t written, int status, struct job_list *again)
{
	char why[128];
	uint32_t http;

	if (reading && j->head.id == reading) {
		say_why(p, s, status, why, sizeof(why), &http);
		answer_job(j, http, 0, why);
	} else if (written && (int32_t)(j->head.id - written) <= 0) {
		answer_job(j, 503, 1,
			   "the reader has ended while writing: what is kept is not known");
	} else if (++j->attempts >= ATTEMPTS) {
		answer_job(j, 503, 10, "readers end before they have read it");
	} else {
		list_push(again, j);
	}
}

static void slot_ended(struct pool *p, struct pool_slot *s)
{
	uint32_t reading = atomic_load(&s->shared->reading);
	uint32_t written = atomic_load(&s->shared->written);
	struct job_list jobs = s->jobs, again = { 0 };
	char why[128];
	uint32_t http;
	int status = 0;
	struct job *j;

	kill(s->pid, SIGKILL);
	waitpid(s->pid, &status, 0);
	close(s->fd);
	s->fd = -1;
	s->jobs = (struct job_list){ 0 };
	s->sending = NULL;
	s->in.n = 0;
	p->nrestart++;
	say_why(p, s, status, why, sizeof(why), &http);
	p->options.report(why);
	while ((j = list_pop(&jobs)))
		settle_job(p, j, s, reading, written, status, &again);
	list_prepend(&p->waiting, &again);
}

/* Receiving */

static void slot_answers(struct pool_slot *s)
{
	struct str got = buf_str(&s->in);
	struct answer_head a;

	while (got.n >= sizeof(a)) {
		struct job *j = s->jobs.first;
		size_t n;

		memcpy(&a, got.p, sizeof(a));
		n = (size_t)a.nmessage + a.nnotes;
		if (got.n - sizeof(a) < n || !j || j == s->sending)
			break;
		list_pop(&s->jobs);
		j->done(j, &a, str(got.p + sizeof(a), a.nmessage),
			str(got.p + sizeof(a) + a.nmessage, a.nnotes));
		got = str_skip(got, sizeof(a) + n);
	}
	if (got.n && got.p != s->in.p)
		memmove(s->in.p, got.p, got.n);
	s->in.n = got.n;
}

static void slot_receive(struct pool *p, struct pool_slot *s)
{
	ssize_t n = recv(s->fd, buf_room(&s->in, RECEIVE), RECEIVE, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		slot_ended(p, s);
		return;
	}
	s->in.n += (size_t)n;
	slot_answers(s);
}

void pool_poll(const struct pool *p, struct pollfd *fds)
{
	for (unsigned i = 0; i < p->options.n; i++) {
		const struct pool_slot *s = &p->slot[i];

		fds[i] = (struct pollfd){ s->fd, POLLIN | (s->sending ? POLLOUT : 0), 0 };
	}
}

void pool_run(struct pool *p, const struct pollfd *fds)
{
	for (unsigned i = 0; i < p->options.n; i++) {
		struct pool_slot *s = &p->slot[i];

		if (s->fd < 0 || fds[i].fd != s->fd)
			continue;
		if (fds[i].revents & POLLOUT)
			slot_send(s);
		if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			slot_receive(p, s);
	}
	pool_tick(p);
}

/* Start a reader again, after a delay if it ended soon after its start. */
static void start_again(struct pool *p, struct pool_slot *s)
{
	const int64_t pause = 100000000;

	if (s->fd < 0 && monotonic_ns() - s->started >= pause)
		slot_start(p, s);
}

void pool_tick(struct pool *p)
{
	for (unsigned i = 0; i < p->options.n; i++) {
		struct pool_slot *s = &p->slot[i];

		start_again(p, s);
		if (s->fd < 0 || s->timed_out || !atomic_load(&s->shared->reading) ||
		    monotonic_ns() - atomic_load(&s->shared->since) < p->options.read_ns)
			continue;
		s->timed_out = true;
		kill(s->pid, SIGKILL);
	}
	dispatch(p);
}

/* A reader may block on a pipe that is never emptied: limit the wait. */
static void await_end(pid_t pid)
{
	const struct timespec pause = { 0, 10000000 };
	int64_t end = monotonic_ns() + END_NS;

	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (monotonic_ns() > end)
			kill(pid, SIGKILL);
		nanosleep(&pause, NULL);
	}
}

void pool_close(struct pool *p)
{
	struct job *j;

	while ((j = list_pop(&p->waiting)))
		answer_job(j, 503, 10, "the program ends");
	for (unsigned i = 0; i < p->options.n; i++) {
		struct pool_slot *s = &p->slot[i];

		while ((j = list_pop(&s->jobs)))
			answer_job(j, 503, 10, "the program ends");
		if (s->fd < 0)
			continue;
		shutdown(s->fd, SHUT_WR);
		await_end(s->pid);
		close(s->fd);
		buf_release(&s->in);
	}
	munmap(p->shared, sizeof(*p->shared));
	close(p->shared_fd);
}
