/*
 * A thread may end a wait and begin another while its files in /proc are read. If its number of
 * context switches is the same before and after, all that was read belongs to one wait.
 */
#include "record/off_cpu/waiting.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "base/when.h"
#include "record/kernel_text.h"
#include "record/off_cpu/futex.h"

static bool read_of_thread(int pid, int tid, const char *name, struct buf *to)
{
	char path[80];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
	return kernel_text(path, to);
}

/* The value of "key:	123" in /proc/PID/status. */
static uint64_t status_number(struct str lines, struct str key)
{
	uint64_t value = 0;

	while (lines.n) {
		struct str rest = str_cut(&lines, '\n');

		if (str_eq(str_cut(&rest, ':'), key) && str_u64(str_trim(rest), &value))
			return value;
	}
	return 0;
}

/* The letter after "State:"; 0: there is none. */
static char status_state(struct str lines)
{
	while (lines.n) {
		struct str rest = str_cut(&lines, '\n');

		if (!str_eq(str_cut(&rest, ':'), S("State")))
			continue;
		rest = str_trim(rest);
		return rest.n ? rest.p[0] : 0;
	}
	return 0;
}

/* The number of a waiting thread's context switches. False if it does not wait. */
static bool count_switches(int pid, int tid, uint64_t *n)
{
	struct buf b = { 0 };
	bool ok = read_of_thread(pid, tid, "status", &b);
	struct str text = buf_str(&b);
	char state = ok ? status_state(text) : 0;

	*n = status_number(text, S("voluntary_ctxt_switches")) +
	     status_number(text, S("nonvoluntary_ctxt_switches"));
	buf_release(&b);
	return state && !strchr("RXZ", state);
}

/* "[<0>] hrtimer_nanosleep+0x74/0xf0", one a line, leaf first; for the superuser. */
static void read_kernel_stack(int pid, int tid, struct buf *functions)
{
	struct buf b = { 0 };
	struct str lines;

	read_of_thread(pid, tid, "stack", &b);
	for (lines = buf_str(&b); lines.n;) {
		struct str line = str_cut(&lines, '\n'), name = line;

		if (str_starts(name, S("[<")))
			str_cut(&name, ' ');
		name = str_cut(&name, '+');
		if (!name.n)
			continue;
		buf_add(functions, name);
		buf_ch(functions, '\n');
	}
	buf_release(&b);
}

/* Reads the function in which it waits, which other users may read. */
static void read_wchan(int pid, int tid, struct buf *functions)
{
	struct buf b = { 0 };

	if (read_of_thread(pid, tid, "wchan", &b) && !str_eq(buf_str(&b), S("0"))) {
		buf_add(functions, buf_str(&b));
		buf_ch(functions, '\n');
	}
	buf_release(&b);
}

/* "230 0x0 ... 0x7ffe09b88668 0x7f97e1b70503": the last two are sp and pc. */
static void read_registers(int pid, int tid, struct waiting *w)
{
	struct buf b = { 0 };
	struct str rest, sp = { 0 }, pc = { 0 };

	read_of_thread(pid, tid, "syscall", &b);
	w->lock = futex_of_syscall(buf_str(&b));
	for (rest = buf_str(&b); rest.n;) {
		sp = pc;
		pc = str_cut(&rest, ' ');
	}
	if (!str_starts(sp, S("0x")) || !str_starts(pc, S("0x")) ||
	    !str_hex(str_skip(sp, 2), &w->sp) || !str_hex(str_skip(pc, 2), &w->pc))
		w->sp = w->pc = 0;
	buf_release(&b);
}

/* A page at a time, since the stack may end before the copy does. */
static void read_stack(int tid, size_t n, struct waiting *w)
{
	enum { PAGE = 4096 };

	while (w->sp && w->stack.n < n) {
		uint64_t at = w->sp + w->stack.n;
		size_t most = PAGE - at % PAGE;
		struct iovec here = { buf_room(&w->stack, most), most };
		struct iovec there = { (void *)(uintptr_t)at, most };
		ssize_t got = process_vm_readv(tid, &here, 1, &there, 1, 0);

		if (got <= 0)
			break;
		w->stack.n += (size_t)got;
	}
}

bool waiting_look(int pid, int tid, size_t stack_bytes, struct waiting *w)
{
	uint64_t before, after;

	w->functions.n = w->stack.n = 0;
	w->sp = w->pc = w->lock = 0;
	w->before = monotonic_ns();
	w->waits = count_switches(pid, tid, &before);
	if (!w->waits)
		return false;
	read_kernel_stack(pid, tid, &w->functions);
	if (!w->functions.n)
		read_wchan(pid, tid, &w->functions);
	read_registers(pid, tid, w);
	read_stack(tid, stack_bytes, w);
	w->waits = count_switches(pid, tid, &after) && before == after;
	w->after = monotonic_ns();
	return w->waits;
}

void waiting_release(struct waiting *w)
{
	buf_release(&w->functions);
	buf_release(&w->stack);
}

/* Lists */

static void each_number(const char *path, void (*visit)(void *context, int number), void *context)
{
	DIR *dir = opendir(path);

	for (struct dirent *e; dir && (e = readdir(dir));)
		if (atoi(e->d_name) > 0)
			visit(context, atoi(e->d_name));
	if (dir)
		closedir(dir);
}

struct visitor {
	void (*visit)(void *context, int pid, int tid);
	void *context;
	int pid;
};

static void visit_thread(void *context, int tid)
{
	const struct visitor *v = context;

	v->visit(v->context, v->pid, tid);
}

void waiting_threads(int pid, void (*visit)(void *context, int pid, int tid), void *context)
{
	struct visitor v = { visit, context, pid };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	each_number(path, visit_thread, &v);
}

static void visit_process(void *context, int pid)
{
	const struct visitor *v = context;

	waiting_threads(pid, v->visit, v->context);
}

void waiting_all_threads(void (*visit)(void *context, int pid, int tid), void *context)
{
	struct visitor v = { visit, context, 0 };

	each_number("/proc", visit_process, &v);
}
