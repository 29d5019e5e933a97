#include "perf/process.h"

#include <stddef.h>

struct known_process {
	uint64_t pid;
	struct process *process; /* payload; NULL once it was dropped */
};

struct known_thread {
	uint64_t tid;
	char name[16]; /* payload; empty: ask the host */
};

enum { MOST_FORGOTTEN = 1024, MOST_THREADS = 65536 };

static void init_threads(struct processes *t)
{
	table_init(&t->threads, sizeof(struct known_thread), offsetof(struct known_thread, name));
}

void processes_init(struct processes *t, struct binaries *binaries, const struct perf_host *host)
{
	*t = (struct processes){ .binaries = binaries, .host = host, .kernel.pid = -1 };
	table_init(&t->known, sizeof(struct known_process),
		   offsetof(struct known_process, process));
	init_threads(t);
}

/* Releases the host's data about a process's program. */
static void forget_host_data(struct processes *t, struct process *p)
{
	if ((p->host_data || p->host_context) && t->host->forget)
		t->host->forget(t->host->context, p);
	p->host_data = p->host_context = NULL;
}

static void free_process(struct processes *t, struct process *p)
{
	forget_host_data(t, p);
	process_drop_maps(p);
	mem_free(p, sizeof(*p));
}

void processes_release(struct processes *t)
{
	for (uint32_t i = 1; i < t->known.n; i++) {
		struct process *p = ((struct known_process *)table_row(&t->known, i))->process;

		if (p)
			free_process(t, p);
	}
	process_drop_maps(&t->kernel);
	table_release(&t->known);
	table_release(&t->threads);
}

/* Keys are pid + 1, so that pid 0, the idle task, has a row. */
static struct known_process key_of(int pid)
{
	return (struct known_process){ .pid = (uint64_t)(uint32_t)pid + 1 };
}

/* Finds or adds the row of a process. */
static struct known_process *process_row(struct processes *t, int pid)
{
	struct known_process key = key_of(pid);

	return table_row(&t->known, table_intern(&t->known, &key));
}

/* Row 0 is that of no key, and has no process. */
struct process *processes_find(struct processes *t, int pid)
{
	struct known_process key = key_of(pid);

	return ((struct known_process *)table_row(&t->known, table_find(&t->known, &key)))->process;
}

struct process *processes_get(struct processes *t, int pid)
{
	struct known_process *row = process_row(t, pid);

	if (!row->process) {
		row->process = mem_zeroed(1, sizeof(*row->process));
		row->process->pid = pid;
		row->process->number = ++t->last_number;
	}
	return row->process;
}

void processes_visit(struct processes *t, void (*visit)(void *context, struct process *),
		     void *context)
{
	for (uint32_t i = 1; i < t->known.n; i++) {
		struct process *p = ((struct known_process *)table_row(&t->known, i))->process;

		if (p)
			visit(context, p);
	}
}

/* Rebuilds the table without the dropped processes. */
static void forget_rows(struct processes *t)
{
	struct table was = t->known;

	table_init(&t->known, was.row_size, was.key_size);
	for (uint32_t i = 1; i < was.n; i++) {
		const struct known_process *row = table_row(&was, i);

		if (row->process)
			table_intern(&t->known, row);
	}
	table_release(&was);
	t->nforgotten = 0;
}

void process_forget(struct processes *t, struct process *p)
{
	process_row(t, p->pid)->process = NULL;
	free_process(t, p);
	if (++t->nforgotten > MOST_FORGOTTEN && t->nforgotten > t->known.n / 2)
		forget_rows(t);
}

static void use_binaries(void *context, struct process *p)
{
	(void)context;
	for (size_t i = 0; i < p->nmap; i++) {
		if (p->map[i].binary)
			p->map[i].binary->used = true;
		if (p->map[i].moved)
			p->map[i].moved->used = true;
	}
	if (p->program)
		p->program->used = true;
}

void processes_sweep(struct processes *t)
{
	processes_visit(t, use_binaries, NULL);
	use_binaries(NULL, &t->kernel);
	binaries_sweep(t->binaries);
	if (t->threads.n > MOST_THREADS) { /* the names of live threads are asked for again */
		table_release(&t->threads);
		init_threads(t);
	}
}

/* What processes do */

void process_exec(struct processes *t, struct process *p)
{
	process_drop_maps(p);
	p->nancestor = 0;
	p->program = NULL;
	p->number = ++t->last_number;
	forget_host_data(t, p);
}

void process_fork(struct process *child, struct process *parent)
{
	if (child == parent)
		return;
	process_share_maps(child, parent);
	child->program = parent->program;
	child->parent = parent->pid;
	child->cgroup = parent->cgroup;
	child->mount_ns = parent->mount_ns;
	memcpy(child->comm, parent->comm, sizeof(child->comm));
	child->uid = parent->uid;
	child->knows_uid = parent->knows_uid;
	child->wanted = NOT_ASKED;
	child->ancestor[0] = parent->pid;
	child->nancestor = min_size(parent->nancestor + 1, PROCESS_ANCESTORS);
	memcpy(child->ancestor + 1, parent->ancestor,
	       (child->nancestor - 1) * sizeof(*child->ancestor));
}

void process_enter(struct processes *t, struct process *p, uint64_t mount_ns)
{
	p->mount_ns = mount_ns;
	if (t->host->enter)
		t->host->enter(t->host->context, p);
}

/* Threads */

void process_name_thread(struct processes *t, uint32_t tid, struct str name)
{
	struct known_thread key = { .tid = tid }, *row;

	if (!t->thread_names || !tid)
		return;
	row = table_row(&t->threads, table_intern(&t->threads, &key));
	memset(row->name, 0, sizeof(row->name));
	memcpy(row->name, name.p, min_size(name.n, sizeof(row->name) - 1));
}

const char *process_thread_name(struct processes *t, const struct process *p, uint32_t tid)
{
	struct known_thread key = { .tid = tid }, *row;

	if (tid == (uint32_t)p->pid || !tid)
		return p->comm;
	row = table_row(&t->threads, table_intern(&t->threads, &key));
	if (!row->name[0] && t->host->thread_name)
		t->host->thread_name(t->host->context, p->pid, tid, row->name);
	return row->name[0] ? row->name : p->comm;
}

void process_set_comm(struct process *p, struct str comm)
{
	memset(p->comm, 0, sizeof(p->comm));
	memcpy(p->comm, comm.p, min_size(comm.n, sizeof(p->comm) - 1));
}
