#include "symbol/naming/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/when.h"
#include "io/open_untrusted.h"
#include "symbol/debuginfod.h"
#include "symbol/kept_bytes.h"
#include "symbol/naming/naming_child.h"
#include "symbol/naming/sandbox.h"

static const uint64_t SECOND = 1000000000;

enum { OUT_OF_MEMORY = 2 }; /* the status with which mem_resize() ends a process */

void naming_init(struct naming *n, const struct symbol_options *options)
{
	*n = (struct naming){ .options = options, .channel = { .fd = -1 } };
}

/* Bounds */

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) == 0 ?
		       (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec :
		       0;
}

static bool give_up(struct naming *n, const char *what, uint64_t most)
{
	n->text.n = 0;
	buf_printf(&n->text, "reading its symbols took more than %.4g s%s", 1e-9 * (double)most,
		   what);
	buf_ch(&n->text, '\0');
	n->why = n->text.p;
	return false;
}

/* Waits for the child while it stays within its budget. */
static bool wait_within_budget(void *context, int fd, short events)
{
	struct naming *n = context;

	for (;;) {
		uint64_t cpu = clock_ns(n->clock) - n->cpu_start;
		uint64_t wall = monotonic_ns() - n->wall_start, left;
		struct pollfd p = { .fd = fd, .events = events };

		if (cpu > n->budget.cpu)
			return give_up(n, " of CPU time", n->budget.cpu);
		if (wall > n->budget.wall)
			return give_up(n, "", n->budget.wall);
		left = n->budget.cpu - cpu;
		if (n->budget.wall - wall < left)
			left = n->budget.wall - wall;
		if (poll(&p, 1, (int)(left / 1000000) + 1) > 0)
			return true;
	}
}

static struct naming_limits limits_for(const struct naming *n, const struct naming_budget *b)
{
	return (struct naming_limits){ n->base + b->memory, b->cpu / SECOND + 2 };
}

/* The child */

/* The bytes of address space of this process, with which its child begins. */
static uint64_t address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (!f)
		return UINT64_C(1) << 40;
	if (fscanf(f, "%" SCNu64, &pages) != 1)
		pages = UINT64_C(1) << 28;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool begin_child(struct naming *n)
{
	pid_t self = getpid();
	int pair[2];

	kept_bytes_renew();
	n->base = address_space();
	mem_limit_now(); /* it asks the system, which the child may not */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	n->child = fork();
	if (n->child == 0)
		naming_child_run(pair[1], self, n->options);
	close(pair[1]);
	if (n->child < 0) {
		n->child = 0;
		close(pair[0]);
		return false;
	}
	if (clock_getcpuclockid(n->child, &n->clock) != 0)
		n->clock = CLOCK_MONOTONIC;
	n->channel = (struct naming_channel){
		.fd = pair[0], .most = NAMING_MOST_MESSAGE, .wait = wait_within_budget, .context = n
	};
	if (n->options->on_child)
		n->options->on_child(n->options->context, n->child);
	return true;
}

/* Returns the status of the child. One that has ended by itself keeps its own. */
static int end_child(struct naming *n)
{
	struct rusage use = { 0 };
	int status = 0;

	kill(n->child, SIGKILL);
	close(n->channel.fd);
	buf_release(&n->channel.body);
	n->channel.fd = -1;
	while (wait4(n->child, &status, 0, &use) < 0 && errno == EINTR)
		;
	n->child = 0;
	n->child_cpu += (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * SECOND +
			(uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1000;
	return status;
}

void naming_end(struct naming *n)
{
	if (n->child)
		end_child(n);
	buf_release(&n->text);
}

/* The reason for the child's death, as the end of a sentence about a file. */
static void explain_death(struct naming *n, int status, struct buf *to)
{
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (n->why)
		buf_printf(to, "%s", n->why);
	else if (signal == SIGXCPU)
		buf_printf(to, "reading its symbols took more than %.4g s of CPU time",
			   1e-9 * (double)n->budget.cpu);
	else if (signal == SIGSYS)
		buf_printf(to, "reading its symbols led to a system call that it has no use for");
	else if (signal)
		buf_printf(to, "reading its symbols ended with signal %d (%s)", signal,
			   strsignal(signal));
	else if (WEXITSTATUS(status) == SANDBOX_FAILED)
		buf_printf(to, "the process that reads them cannot give up its rights");
	else if (WEXITSTATUS(status) == OUT_OF_MEMORY)
		buf_printf(to, "reading its symbols took more than %" PRIu64 " MiB of memory",
			   n->budget.memory >> 20);
	else
		buf_printf(to, "reading its symbols ended with status %d", WEXITSTATUS(status));
}

static void bury_child(struct naming *n, const struct naming_question *q, struct buf *notes)
{
	int status = end_child(n);

	buf_printf(notes, "%.*s: its names are left out: ", STR_ARG(q->name));
	explain_death(n, status, notes);
	buf_ch(notes, '\n');
}

/* Files */

static bool make_no_sense(struct naming *n)
{
	n->why = "what was read of its symbols makes no sense";
	return false;
}

/*
 * Is it an ELF object that the child may have? A compromised child could ask for any file. It gets
 * programs, libraries and debugging information, but no core dumps.
 */
static bool is_elf_object(int fd)
{
	enum { TYPE_AT = 16, REL = 1, EXEC = 2, DYN = 3 };
	unsigned char head[TYPE_AT + 1];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       memcmp(head, "\177ELF", 4) == 0 && head[TYPE_AT] >= REL && head[TYPE_AT] <= DYN;
}

static bool is_in_debug_dir(const struct naming *n, struct str path)
{
	struct str dirs = str_of(n->options->debug_dirs), dir;

	while (dirs.n) {
		dir = str_cut(&dirs, ':');
		if (dir.n && str_starts(path, dir) && str_starts(str_skip(path, dir.n), S("/")) &&
		    str_find(path, S("/../")) < 0)
			return true;
	}
	return false;
}

/* Opens a path in the target's root, or else in this machine's debug directories. */
static int open_path(const struct naming *n, struct str path)
{
	int fd = open_untrusted(n->root, path.p, 0);

	if (fd < 0 && n->root >= 0 && is_in_debug_dir(n, path))
		fd = open_untrusted(-1, path.p, 0);
	if (fd >= 0 && !is_elf_object(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Opens the first existing one of the paths, each of which counts against the budget of files. */
static int open_first(struct naming *n, struct str paths, uint32_t *which)
{
	int fd = -1;

	for (*which = 0; paths.n && n->budget.files && fd < 0; ++*which, n->budget.files--)
		fd = open_path(n, str_cut(&paths, '\0'));
	*which -= *which > 0;
	return fd;
}

static int open_build(struct naming *n, struct str build_id)
{
	int fd = n->options->debuginfod ? debuginfod_open(build_id) : -1;

	n->budget.files--;
	if (fd >= 0 && !is_elf_object(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool hand_over(struct naming *n, uint32_t kind, struct str what)
{
	uint64_t before = monotonic_ns();
	struct buf message = { 0 };
	uint32_t which = 0;
	bool sent;
	int fd;

	if (!n->budget.files) {
		n->why = "it refers to too many other files";
		return false;
	}
	if (what.n > NAMING_MOST_TEXT || (kind == NAMING_PATH && !str_ends(what, S("\0"))))
		return make_no_sense(n);
	fd = kind == NAMING_PATH ? open_first(n, what, &which) : open_build(n, what);
	naming_budget_add(&n->budget, fd);
	n->has_others |= fd >= 0;
	n->wall_start += monotonic_ns() - before; /* the parent's time does not count */
	naming_opened_write(&message, limits_for(n, &n->budget), which);
	sent = naming_send(&n->channel, NAMING_OPENED, buf_str(&message), fd);
	buf_release(&message);
	if (fd >= 0)
		close(fd);
	return sent;
}

/* Asking */

/* Takes a note, of limited length, as a compromised child could send any text. */
static bool take_note(struct str text, struct buf *notes)
{
	enum { MOST_NOTE = 1024 };

	if (text.n > MOST_NOTE)
		return false;
	buf_add(notes, text);
	return true;
}

static bool take_frames(struct naming *n, const struct naming_question *q, uint32_t *next,
			struct buf *frames)
{
	struct str body = buf_str(&n->channel.body);

	if (body.n > n->budget.answer || !naming_frames_valid(body, q->nplace, next))
		return make_no_sense(n);
	n->budget.answer -= body.n;
	buf_add(frames, body);
	return true;
}

/* Handles a message. Returns whether to wait for another one. */
static bool take_message(struct naming *n, const struct naming_question *q, uint32_t kind,
			 uint32_t *next, struct buf *frames, struct buf *notes)
{
	struct str body = buf_str(&n->channel.body);

	switch (kind) {
	case NAMING_PATH:
	case NAMING_BUILD_ID: return hand_over(n, kind, body);
	case NAMING_FRAMES: return take_frames(n, q, next, frames);
	case NAMING_NOTE: return take_note(body, notes) || make_no_sense(n);
	default: return make_no_sense(n);
	}
}

static void begin_question(struct naming *n, const struct naming_file *f)
{
	n->why = NULL;
	n->root = f->root;
	n->has_others = false;
	naming_budget_begin(&n->budget, f->fd, f->question.nplace);
	n->cpu_start = clock_ns(n->clock);
	n->wall_start = monotonic_ns();
}

/* Sends the questions about all files at once: see naming_message.h. */
static bool send_questions(struct naming *n, const struct naming_file *f, uint32_t nfile)
{
	struct buf message = { 0 };
	bool sent = true;

	for (uint32_t i = 0; i < nfile && sent; i++) {
		struct naming_question q = f[i].question;
		struct naming_budget b;

		naming_budget_begin(&b, f[i].fd, q.nplace);
		q.limits = limits_for(n, &b);
		q.flags |= i + 1 < nfile ? NAMING_MORE : 0;
		message.n = 0;
		naming_question_write(&message, &q);
		sent = naming_send(&n->channel, NAMING_ASK, buf_str(&message), f[i].fd);
	}
	buf_release(&message);
	return sent;
}

static bool take_answers(struct naming *n, const struct naming_question *q, struct buf *frames,
			 struct buf *notes)
{
	uint32_t next = 0, kind;
	int none;

	while (naming_receive(&n->channel, &kind, &none)) {
		if (kind == NAMING_DONE)
			return true;
		if (!take_message(n, q, kind, &next, frames, notes))
			return false;
	}
	return n->channel.too_large && make_no_sense(n);
}

/* If a file kills the child, asks again for the files after it. */
void naming_ask(struct naming *n, const struct naming_file *file, uint32_t nfile,
		void (*found)(void *context, const struct naming_found *), void *context,
		struct buf *notes)
{
	struct buf frames = { 0 };
	bool sent = false;

	for (uint32_t i = 0; i < nfile; i++) {
		struct naming_found f = { .question = &file[i].question };
		size_t noted = notes->n;

		if (!n->child && !begin_child(n)) {
			buf_printf(notes, "no process can be started to name addresses in: %s\n",
				   strerror(errno));
			break;
		}
		begin_question(n, &file[i]);
		sent = sent || send_questions(n, &file[i], nfile - i);
		frames.n = 0;
		f.ok = sent && take_answers(n, f.question, &frames, notes);
		f.alone = !n->has_others;
		if (f.ok) {
			f.frames = buf_str(&frames);
		} else {
			notes->n = noted;
			bury_child(n, f.question, notes);
			sent = false;
		}
		found(context, &f);
	}
	buf_release(&frames);
}
