#include "record/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/jit.h"
#include "record/kernel_text.h"

struct known_process {
	uint64_t pid;
	struct process *process; /* payload; NULL once it was forgotten */
};

struct known_thread {
	uint64_t tid;
	char name[16]; /* payload; empty if it must be asked for */
};

struct known_root {
	uint64_t mount_ns;
	int fd; /* payload; + 1, 0 = not there */
	uint32_t used;
};

enum { MOST_FORGOTTEN = 1024, MOST_THREADS = 65536 };

static uint64_t mount_namespace(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static bool read_proc(int pid, const char *what, struct buf *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return kernel_text(path, to);
}

void processes_init(struct processes *t, struct binaries *binaries)
{
	*t = (struct processes){ .binaries = binaries };
	table_init(&t->known, sizeof(struct known_process),
		   offsetof(struct known_process, process));
	table_init(&t->threads, sizeof(struct known_thread), offsetof(struct known_thread, name));
	table_init(&t->roots, sizeof(struct known_root), offsetof(struct known_root, fd));
	t->own_mount_ns = mount_namespace("self");
}

static void release_process(struct process *p)
{
	jit_release(p->jit);
	mem_free(p->map, p->cap * sizeof(*p->map));
	mem_free(p, sizeof(*p));
}

static void close_root(const struct known_root *root)
{
	if (root->fd > 0)
		close(root->fd - 1);
}

void processes_release(struct processes *t)
{
	for (uint32_t i = 1; i < t->known.n; i++) {
		struct process *p = ((struct known_process *)table_row(&t->known, i))->process;

		if (p)
			release_process(p);
	}
	for (uint32_t i = 1; i < t->roots.n; i++)
		close_root(table_row(&t->roots, i));
	table_release(&t->known);
	table_release(&t->threads);
	table_release(&t->roots);
}

/* Pid 0, the idle task, has a row like others: keys count from 1. */
static struct known_process key_of(int pid)
{
	return (struct known_process){ .pid = (uint64_t)(uint32_t)pid + 1 };
}

/* The row of a process; it gets one if it has none. */
static struct known_process *row_of(struct processes *t, int pid)
{
	struct known_process key = key_of(pid);

	return table_row(&t->known, table_intern(&t->known, &key));
}

/* Row 0, that of none, has no process. */
struct process *processes_find(struct processes *t, int pid)
{
	struct known_process key = key_of(pid);

	return ((struct known_process *)table_row(&t->known, table_find(&t->known, &key)))->process;
}

struct process *processes_get(struct processes *t, int pid)
{
	struct known_process *row = row_of(t, pid);

	if (!row->process) {
		row->process = mem_zeroed(1, sizeof(*row->process));
		row->process->pid = pid;
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

/* Make the table again without those that were forgotten. */
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
	row_of(t, p->pid)->process = NULL;
	release_process(p);
	if (++t->nforgotten > MOST_FORGOTTEN && t->nforgotten > t->known.n / 2)
		forget_rows(t);
}

/* Sweeping */

static void use_binaries(void *context, struct process *p)
{
	(void)context;
	for (size_t i = 0; i < p->nmap; i++)
		if (p->map[i].binary)
			p->map[i].binary->used = true;
}

static void use_root(void *context, struct process *p)
{
	struct processes *t = context;
	struct known_root key = { .mount_ns = p->mount_ns };
	uint32_t row = p->mount_ns ? table_find(&t->roots, &key) : 0;

	if (row)
		((struct known_root *)table_row(&t->roots, row))->used = 1;
}

static void sweep_roots(struct processes *t)
{
	struct table was = t->roots;

	processes_visit(t, use_root, t);
	table_init(&t->roots, was.row_size, was.key_size);
	for (uint32_t i = 1; i < was.n; i++) {
		struct known_root *root = table_row(&was, i);

		if (!root->used) {
			close_root(root);
			continue;
		}
		root->used = 0;
		table_add(&t->roots, root);
	}
	table_release(&was);
}

void processes_sweep(struct processes *t)
{
	processes_visit(t, use_binaries, NULL);
	binaries_sweep(t->binaries);
	sweep_roots(t);
	if (t->threads.n > MOST_THREADS) { /* those that live will be asked again */
		table_release(&t->threads);
		table_init(&t->threads, sizeof(struct known_thread),
			   offsetof(struct known_thread, name));
	}
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
	struct buf b = { 0 };
	char path[48];

	if (tid == (uint32_t)p->pid || !tid)
		return p->comm;
	row = table_row(&t->threads, table_intern(&t->threads, &key));
	if (row->name[0])
		return row->name;
	snprintf(path, sizeof(path), "task/%u/comm", tid);
	if (read_proc(p->pid, path, &b))
		memcpy(row->name, b.p, min_size(b.n, sizeof(row->name) - 1));
	buf_release(&b);
	return row->name[0] ? row->name : p->comm;
}

bool process_uid(struct process *p, uint32_t *uid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d", p->pid);
	if (stat(path, &st) == 0) {
		p->uid = st.st_uid;
		p->knows_uid = true;
	}
	*uid = p->uid;
	return p->knows_uid;
}

/* Mappings */

/* Put a mapping at place i. */
static void insert(struct process *p, size_t i, struct map m)
{
	p->map = mem_grow(p->map, &p->cap, p->nmap + 1, sizeof(*p->map));
	memmove(p->map + i + 1, p->map + i, (p->nmap - i) * sizeof(*p->map));
	p->map[i] = m;
	p->nmap++;
}

static void erase(struct process *p, size_t i)
{
	p->nmap--;
	memmove(p->map + i, p->map + i + 1, (p->nmap - i) * sizeof(*p->map));
}

/* The first mapping that ends behind an address. */
static size_t first_behind(const struct process *p, uint64_t address)
{
	size_t low = 0, high = p->nmap;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->map[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What a new mapping covers is gone; what sticks out on its sides stays. */
static size_t cut(struct process *p, uint64_t start, uint64_t end)
{
	size_t i = first_behind(p, start);

	while (i < p->nmap && p->map[i].start < end) {
		struct map *m = &p->map[i], tail = *m;

		if (m->end > end) {
			tail.offset += end - m->start;
			tail.start = end;
			tail.row = 0;
			if (m->start >= start) {
				*m = tail;
				return i;
			}
			insert(p, i + 1, tail);
			m = &p->map[i];
		}
		if (m->start >= start) {
			erase(p, i);
			continue;
		}
		m->end = start;
		m->row = 0;
		i++;
	}
	return i;
}

void process_map(struct processes *t, struct process *p, const struct new_map *m)
{
	uint64_t end;
	size_t i;
	struct map new = { .start = m->start, .offset = m->offset };

	if (!m->length || __builtin_add_overflow(m->start, m->length, &end))
		return;
	new.end = end;
	p->last = 0;
	i = cut(p, m->start, end);
	if (!m->executable)
		return;
	new.binary = binaries_find(t->binaries, m->major, m->minor, m->inode, m->path);
	insert(p, i, new);
}

void process_exec(struct process *p)
{
	p->nmap = p->last = 0;
	jit_release(p->jit);
	p->jit = NULL;
	p->jit_row_of = 0;
}

void process_fork(struct processes *t, struct process *child, const struct process *parent)
{
	(void)t;
	if (child == parent)
		return;
	child->map = mem_grow(child->map, &child->cap, parent->nmap, sizeof(*child->map));
	if (parent->nmap)
		memcpy(child->map, parent->map, parent->nmap * sizeof(*child->map));
	child->nmap = parent->nmap;
	child->last = 0;
	child->mount_ns = parent->mount_ns;
	memcpy(child->comm, parent->comm, sizeof(child->comm));
	child->uid = parent->uid;
	child->knows_uid = parent->knows_uid;
	child->wanted = NOT_ASKED;
}

static void keep_root(struct processes *t, int pid, uint64_t mount_ns)
{
	struct known_root key = { .mount_ns = mount_ns };
	struct known_root *row = table_row(&t->roots, table_intern(&t->roots, &key));
	char path[64];

	if (row->fd)
		return;
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	row->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) + 1;
}

void process_enter(struct processes *t, struct process *p, uint64_t mount_ns)
{
	p->mount_ns = mount_ns;
	if (mount_ns && mount_ns != t->own_mount_ns)
		keep_root(t, p->pid, mount_ns);
}

int process_root(const struct processes *t, const struct process *p)
{
	struct known_root key = { .mount_ns = p->mount_ns };
	uint32_t row = p->mount_ns == t->own_mount_ns ? 0 : table_find(&t->roots, &key);

	return row ? ((struct known_root *)table_row(&t->roots, row))->fd - 1 : -1;
}

struct map *process_find(struct processes *t, struct process *p, uint64_t address)
{
	struct map *m;
	size_t i = p->last;

	if (i >= p->nmap || address < p->map[i].start || address >= p->map[i].end) {
		i = first_behind(p, address);
		if (i == p->nmap || address < p->map[i].start)
			return NULL;
		p->last = i;
	}
	m = &p->map[i];
	if (m->binary && !m->biased) {
		struct binary_place where = { p->pid, process_root(t, p), m->start, m->end };

		binary_open(t->binaries, m->binary, &where);
		m->bias = binary_bias(m->binary, m->start, m->offset);
		m->biased = true;
	}
	return m;
}

/* From /proc */

/* "55d0a000-55d0b000 r-xp 00002000 08:01 1234   /usr/bin/app" */
static bool parse_line(struct str line, struct new_map *m)
{
	struct str range = str_cut(&line, ' '), protection, device;
	uint64_t end, major, minor;

	protection = str_cut(&line, ' ');
	if (!str_hex(str_cut(&range, '-'), &m->start) || !str_hex(range, &end) || end < m->start ||
	    !str_hex(str_cut(&line, ' '), &m->offset))
		return false;
	device = str_cut(&line, ' ');
	if (!str_hex(str_cut(&device, ':'), &major) || !str_hex(device, &minor) ||
	    !str_u64(str_cut(&line, ' '), &m->inode))
		return false;
	m->length = end - m->start;
	m->major = (uint32_t)major;
	m->minor = (uint32_t)minor;
	m->executable = protection.n > 2 && protection.p[2] == 'x';
	m->path = str_trim(line);
	if (str_ends(m->path, S(" (deleted)")))
		m->path.n -= strlen(" (deleted)");
	return true;
}

static void scan_comm(struct process *p)
{
	struct buf b = { 0 };

	if (read_proc(p->pid, "comm", &b)) {
		size_t n = min_size(b.n, sizeof(p->comm) - 1);

		memset(p->comm, 0, sizeof(p->comm));
		memcpy(p->comm, b.p, n);
	}
	buf_release(&b);
}

bool process_scan(struct processes *t, struct process *p)
{
	struct buf b = { 0 };
	struct str rest;
	struct new_map m;
	char pid[16];
	bool ok = read_proc(p->pid, "maps", &b);

	process_exec(p);
	scan_comm(p);
	snprintf(pid, sizeof(pid), "%d", p->pid);
	process_enter(t, p, mount_namespace(pid));
	for (rest = buf_str(&b); rest.n;)
		if (parse_line(str_cut(&rest, '\n'), &m) && m.executable)
			process_map(t, p, &m);
	buf_release(&b);
	return ok;
}
