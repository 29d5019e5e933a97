/*
 * What is left of a process in the sandbox: its parent looks at it in /proc while it
 * waits, and has it try what it should not be able to do.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "symbol/naming/sandbox.h"
#include "symbol/naming/sandbox_filter.h"
#include "tap.h"

enum { PASSED = 42 };

/* Fork a child that enters the sandbox, says so, and does a thing when it is told to. */
static pid_t begin(int *channel, void (*thing)(void))
{
	pid_t self = getpid(), child;
	int pair[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		abort();
	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct iovec part = { &byte, 1 };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

		sandbox_enter(pair[1], self);
		sendmsg(SANDBOX_FD, &m, 0);
		if (recvmsg(SANDBOX_FD, &m, 0) == 1 && thing)
			thing();
		_exit(PASSED);
	}
	close(pair[1]);
	*channel = pair[0];
	if (read(*channel, &byte, 1) != 1)
		ok(false, "the child is there");
	return child;
}

static int end(pid_t child, int channel)
{
	int status = 0;

	if (write(channel, "x", 1) != 1)
		abort();
	waitpid(child, &status, 0);
	close(channel);
	return status;
}

/* A line of /proc/PID/status, after its key. */
static const char *status_of(pid_t pid, const char *key)
{
	static char line[256];
	char path[64];
	FILE *f;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof(line), f))
		found = strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return found ? line + strlen(key) + 2 : "";
}

static size_t descriptors(pid_t pid)
{
	char path[64];
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void test_rights(void)
{
	static const char *const caps[] = { "CapInh", "CapPrm", "CapEff", "CapAmb" };
	int channel, held = dup(1);
	pid_t child = begin(&channel, NULL);

	if (getuid() == 0) {
		is(str_of(status_of(child, "Uid")), "65534\t65534\t65534\t65534", "user nobody");
		is(str_of(status_of(child, "Gid")), "65534\t65534\t65534\t65534", "group nobody");
		is(str_trim(str_of(status_of(child, "Groups"))), "", "and no other groups");
		ok(descriptors(child) == 2 + 4, "no descriptors but the channel");
	}
	for (size_t i = 0; i < LEN(caps); i++)
		is(str_of(status_of(child, caps[i])), "0000000000000000", "no %s", caps[i]);
	is(str_of(status_of(child, "NoNewPrivs")), "1", "nor any to be had");
	is(str_of(status_of(child, "Seccomp")), sandbox_filters() ? "2" : "0", "a filter");
	ok(WEXITSTATUS(end(child, channel)) == PASSED, "it goes on");
	close(held);
}

static void open_file(void)
{
	if (open("/etc/passwd", O_RDONLY) >= 0 || open(".", O_RDONLY) >= 0)
		_exit(1);
}

static void open_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void execute(void)
{
	execl("/bin/true", "true", NULL);
}

static void map_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void kill_parent(void)
{
	kill(getppid(), SIGKILL);
}

static void test_filter(void)
{
	static const struct {
		void (*thing)(void);
		const char *name;
	} forbidden[] = { { open_socket, "a socket" },
			  { execute, "a program" },
			  { map_code, "new code" },
			  { kill_parent, "a signal" } };
	int channel;
	pid_t child;

	if (!sandbox_filters()) {
		ok(true, "system calls are filtered # SKIP built without libseccomp, or sanitized");
		return;
	}
	child = begin(&channel, open_file);
	ok(WEXITSTATUS(end(child, channel)) == PASSED, "no file can be opened");
	for (size_t i = 0; i < LEN(forbidden); i++) {
		int status;

		child = begin(&channel, forbidden[i].thing);
		status = end(child, channel);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s ends it",
		   forbidden[i].name);
	}
}

static void take_memory(void)
{
	sandbox_limit((uint64_t)256 << 20, 10);
	if (malloc((size_t)512 << 20))
		_exit(1);
	sandbox_limit((uint64_t)2 << 30, 10);
	if (!malloc((size_t)512 << 20))
		_exit(2);
}

static void spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void take_time(void)
{
	sandbox_limit((uint64_t)2 << 30, 1);
	spin();
}

static void test_limits(void)
{
	int channel, status;
	pid_t child = begin(&channel, take_memory);

	if (SANDBOX_SANITIZED)
		ok(end(child, channel) >= 0, "memory # SKIP not bounded under sanitizers");
	else
		ok(WEXITSTATUS(end(child, channel)) == PASSED,
		   "memory is bounded, a file at a time");
	child = begin(&channel, take_time);
	status = end(child, channel);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU, "and so is time");
}

/* A parent that dies takes its child with it, whatever that is at. */
static void test_parent(void)
{
	pid_t parent, child = 0;
	int pair[2], status;
	bool gone = false;

	if (pipe(pair) < 0)
		abort();
	fflush(stdout);
	parent = fork();
	if (parent == 0) {
		int channel;

		child = begin(&channel, NULL);
		if (write(pair[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		_exit(0);
	}
	close(pair[1]);
	waitpid(parent, &status, 0);
	ok(read(pair[0], &child, sizeof(child)) == sizeof(child), "a child of a child");
	for (int i = 0; i < 500 && !gone; i++) {
		const char *state = status_of(child, "State");

		gone = !*state || *state == 'Z';
		usleep(10000);
	}
	ok(gone, "ends with its parent");
	close(pair[0]);
}

int main(void)
{
	test_rights();
	test_filter();
	test_limits();
	test_parent();
	return done();
}
