/*
 * Creates the file shared with a recorder: when the process starts, and again in a forked
 * child, which needs its own. The kernel zeroes `own` in a child (MADV_WIPEONFORK).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "alloc/preload.h"
#include "alloc/raw_call.h"

enum { NEW, STARTING, READY, IMPOSSIBLE };

static struct {
	_Alignas(1 << 16) uint32_t state;
} own;

struct shared_heap *shared;

/* The file's descriptor. A program may close it, and open another file under its number. */
static struct {
	int fd;
	ino_t inode;
} file;

static bool failed(long result)
{
	return result < 0 && result > -4096;
}

/* Moves the descriptor to a high number: programs expect new descriptors to be small. */
static int move_away(int fd)
{
	static const int least[] = { 1000, 240, 100 };

	for (size_t i = 0; i < sizeof(least) / sizeof(*least); i++) {
		long high = raw_call3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, least[i]);

		if (failed(high))
			continue;
		raw_call1(SYS_close, fd);
		return (int)high;
	}
	return fd;
}

static ino_t inode_of(int fd)
{
	struct stat st;

	return failed(raw_call3(SYS_fstat, fd, &st, 0)) ? 0 : st.st_ino;
}

/* Closes the parent's descriptor, in a forked child. */
static void close_old(void)
{
	if (file.inode && inode_of(file.fd) == file.inode)
		raw_call1(SYS_close, file.fd);
	file.inode = 0;
}

/* May the process have a file of that size? A larger one would end it with SIGXFSZ. */
static bool may_have_file(void)
{
	struct rlimit limit;

	return !failed(raw_call6(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&limit, 0, 0)) &&
	       limit.rlim_cur >= SHARED_BYTES;
}

/* Maps a new file at `shared`, or anywhere if that is NULL. Returns its descriptor, or -1. */
static int map_file(void)
{
	int place = shared ? MAP_FIXED : 0;
	long fd, p;

	if (!may_have_file())
		return -1;
	fd = raw_call3(SYS_memfd_create, SHARED_HEAP_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING, 0);
	if (failed(fd))
		return -1;
	raw_call3(SYS_ftruncate, fd, SHARED_BYTES, 0);
	raw_call3(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	p = raw_call6(SYS_mmap, (long)shared, SHARED_BYTES, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE | place, fd, 0);
	if (failed(p)) {
		raw_call1(SYS_close, fd);
		return -1;
	}
	raw_call3(SYS_madvise, p, SHARED_BYTES, MADV_DONTDUMP);
	__atomic_store_n(&shared, (struct shared_heap *)p, __ATOMIC_RELEASE);
	close_old();
	file.fd = move_away((int)fd);
	file.inode = inode_of(file.fd);
	return file.fd;
}

/*
 * Sends the descriptor to the recorder's socket, where the kernel keeps it until it is read; -1
 * says that there is no file.
 */
static bool hand_over(const char *name, int descriptor)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = strnlen(name, SHARED_SOCKET_NAME - 1);
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	struct iovec byte = { (char[]){ 0 }, 1 };
	struct msghdr message = { .msg_iov = &byte,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	long fd = raw_call3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok;

	if (failed(fd))
		return false;
	memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(descriptor));
	if (descriptor < 0)
		message.msg_controllen = 0;
	memcpy(to.sun_path + 1, name, length);
	ok = !failed(raw_call3(SYS_connect, fd, &to,
			       offsetof(struct sockaddr_un, sun_path) + 1 + length)) &&
	     raw_call3(SYS_sendmsg, fd, &message, MSG_NOSIGNAL) == 1;
	raw_call1(SYS_close, fd);
	return ok;
}

/* A recorder's request, from the environment variable or from the parent's file. */
struct wish {
	uint64_t period, stack;
	char socket[SHARED_SOCKET_NAME]; /* empty: no request */
};

static const char *number(const char *text, uint64_t *value)
{
	for (*value = 0; *text >= '0' && *text <= '9'; text++)
		*value = *value * 10 + (uint64_t)(*text - '0');
	return *text == ',' ? text + 1 : text;
}

static void wish_from_text(struct wish *w, const char *text)
{
	text = number(number(text, &w->period), &w->stack);
	memcpy(w->socket, text, strnlen(text, sizeof(w->socket) - 1));
}

static void wish_of_parent(struct wish *w)
{
	if (!shared->follow || !shared->active)
		return;
	w->period = shared->period;
	w->stack = shared->stack;
	memcpy(w->socket, shared->socket, sizeof(w->socket) - 1);
}

static void fill_in(const struct wish *w)
{
	shared->magic = SHARED_HEAP_MAGIC;
	shared->period = w->socket[0] ? w->period : SHARED_DEFAULT_PERIOD;
	shared->stack = w->socket[0] ? (uint32_t)w->stack : SHARED_DEFAULT_STACK;
	memcpy(shared->socket, w->socket, sizeof(w->socket));
	__atomic_store_n(&shared->pid, (uint32_t)raw_call1(SYS_getpid, 0), __ATOMIC_RELEASE);
}

static bool start(void)
{
	const char *text = environ ? getenv(SHARED_HEAP_VARIABLE) : NULL;
	struct wish wish = { 0 };

	if (shared)
		wish_of_parent(&wish);
	else if (text)
		wish_from_text(&wish, text);
	raw_call3(SYS_madvise, &own, sizeof(own), MADV_WIPEONFORK);
	if (shared)
		live_forget_all();
	if (map_file() < 0) {
		if (wish.socket[0])
			hand_over(wish.socket, -1);
		return false;
	}
	fill_in(&wish);
	if (wish.socket[0] && hand_over(wish.socket, file.fd)) {
		shared->follow = 1;
		__atomic_store_n(&shared->active, 1, __ATOMIC_RELEASE);
	}
	return true;
}

bool control_ready(void)
{
	uint32_t state = __atomic_load_n(&own.state, __ATOMIC_ACQUIRE);
	bool ok;

	if (likely(state == READY))
		return true;
	/* The loader may allocate before there is an environment. */
	if (state != NEW || !environ ||
	    !__atomic_compare_exchange_n(&own.state, &state, STARTING, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	ok = start();
	__atomic_store_n(&own.state, ok ? READY : IMPOSSIBLE, __ATOMIC_RELEASE);
	return ok;
}

/* Called by fork() in the child. A program that calls clone(2) itself does not call it. */
static void in_child(void)
{
	sample_anew();
	/* A recorder that records the child alone must find its file. */
	if (!shared || !shared->active)
		control_ready();
}

__attribute__((constructor)) static void on_load(void)
{
	control_ready();
	pthread_atfork(NULL, NULL, in_child);
}
