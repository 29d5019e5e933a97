#include "record/live_host.h"

#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "record/interp/interpreters.h"
#include "record/kernel_text.h"
#include "record/process/group_path.h"
#include "record/process/jit.h"
#include "record/process/open_binary.h"
#include "record/process/proc.h"
#include "record/process/process_context.h"

void live_host_init(struct live_host *h)
{
	mount_roots_init(&h->roots);
	h->own_group = (struct buf){ 0 };
	h->not_opened = 0;
	group_of_ours(&h->own_group);
}

void live_host_release(struct live_host *h)
{
	mount_roots_release(&h->roots);
	buf_release(&h->own_group);
}

static bool host_open_binary(void *context, const struct process *p, const struct map *m,
			     struct binary *b)
{
	struct live_host *h = context;
	bool found;

	errno = 0;
	found = open_binary(&h->roots, p, m, b);
	h->not_opened += !found && (errno == EMFILE || errno == ENFILE);
	return found;
}

static int host_open_debug_file(void *context, const struct process *p, const struct binary *b)
{
	const struct live_host *h = context;

	return open_debug_file(&h->roots, p, b);
}

static void host_scan(void *context, struct processes *t, struct process *p)
{
	struct live_host *h = context;

	errno = 0;
	h->not_opened += !proc_scan(t, p) && (errno == EMFILE || errno == ENFILE);
}

static bool host_scan_again(void *context, struct processes *t, struct process *p)
{
	(void)context;
	return proc_scan_again(t, p);
}

static bool host_is_running(void *context, int pid)
{
	char path[64];

	(void)context;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	return access(path, R_OK) == 0;
}

static bool host_thread_name(void *context, int pid, uint32_t tid, char *name)
{
	(void)context;
	return proc_thread_name(pid, tid, name);
}

/* Reads page by page, so that a read beyond the end of the stack still gets what is before it. */
static size_t host_read(void *context, int tid, uint64_t address, void *to, size_t n)
{
	enum { MOST = 16 };
	struct iovec here = { to, n }, there[MOST];
	uint64_t page = 4096, at = address, end = address + n;
	size_t parts = 0;
	ssize_t got;

	(void)context;
	for (; parts < MOST && at < end; parts++) {
		uint64_t next = (at / page + 1) * page;

		if (next > end || parts == MOST - 1)
			next = end;
		there[parts] = (struct iovec){ (void *)(uintptr_t)at, (size_t)(next - at) };
		at = next;
	}
	got = process_vm_readv(tid, &here, 1, there, parts, 0);
	return got > 0 ? (size_t)got : 0;
}

static bool host_is_trampoline(void *context, struct processes *t, struct process *p,
			       uint64_t address)
{
	const struct live_host *h = context;

	return jit_is_trampoline(&h->roots, t, p, address);
}

static const struct region *host_runs_like(void *context, struct processes *t, struct process *p,
					   uint64_t address, uint64_t *like)
{
	const struct live_host *h = context;

	(void)address;
	return h->interpreters ?
		       evaluators_lender(&h->interpreters->samples.evaluators, t, p, like) :
		       NULL;
}

static const struct binary *host_jit_dump(void *context, struct processes *t, struct process *p)
{
	(void)context;
	return jit_dump(t, p);
}

static bool host_jit_find(void *context, struct processes *t, struct process *p, uint64_t address,
			  uint64_t time, struct jit_symbol *s)
{
	const struct live_host *h = context;

	return jit_find(&h->roots, t, p, address, time, s);
}

static bool host_script(void *context, uint64_t address, struct script_frame *f)
{
	const struct live_host *h = context;

	return h->interpreters && interp_samples_script(&h->interpreters->samples, address, f);
}

static bool host_cgroup(void *context, int pid, struct buf *lines)
{
	char path[64];

	(void)context;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	return kernel_text(path, lines);
}

static bool host_cgroup_path(void *context, uint64_t id, struct buf *path)
{
	(void)context;
	return group_path(id, path);
}

static struct str host_context_labels(void *context, struct processes *t, struct process *p,
				      struct str group, uint64_t time, uint64_t *until)
{
	struct live_host *h = context;
	struct str labels = process_context_labels(t, p, group, buf_str(&h->own_group), time,
						   until);

	if (h->interpreters && process_context_has_threads(p))
		interpreters_note_context(h->interpreters, (uint32_t)p->pid);
	return labels;
}

static void host_enter(void *context, const struct process *p)
{
	struct live_host *h = context;

	mount_roots_keep(&h->roots, p);
}

static void host_forget(void *context, struct process *p)
{
	(void)context;
	jit_release(p->host_data);
	process_context_release(p->host_context);
}

struct perf_host live_host_functions(struct live_host *h)
{
	return (struct perf_host){
		.open_binary = host_open_binary,
		.open_debug_file = host_open_debug_file,
		.scan = host_scan,
		.scan_again = host_scan_again,
		.is_running = host_is_running,
		.thread_name = host_thread_name,
		.read = host_read,
		.is_trampoline = host_is_trampoline,
		.runs_like = host_runs_like,
		.jit_dump = host_jit_dump,
		.jit_find = host_jit_find,
		.script = host_script,
		.cgroup = host_cgroup,
		.cgroup_path = host_cgroup_path,
		.context_labels = host_context_labels,
		.enter = host_enter,
		.forget = host_forget,
		.context = h,
	};
}

const struct arch *arch_host(void)
{
	struct utsname u;

	return uname(&u) < 0 ? NULL : arch_named(str_of(u.machine));
}
