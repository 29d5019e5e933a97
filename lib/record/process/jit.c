#include "record/process/jit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "io/open_untrusted.h"
#include "object/perfmap.h"
#include "record/kernel_text.h"
#include "record/process/proc.h"
#include "record/process/process_memory.h"
#include "record/recorder.h"

enum {
	READ_NS = 20000000, /* between two reads of a file, at least */
	READ_PART = 50,     /* reads take one part in so many of the time */
	MOST_MAPS = 1 + PROCESS_ANCESTORS,
	MOST_COPIED = 64 << 20, /* bytes of each of several maps */
};

/* A perf map of one process. */
struct jit_file {
	int inner_pid; /* pid in the process's own PID namespace */
	int fd;
};

struct jit_maps {
	unsigned refs;
	int root;   /* descriptor of the processes' root; -1: this process's own */
	int chroot; /* that of a process which has changed it to another directory; -1 */
	uint32_t uid;
	struct jit_file file[MOST_MAPS]; /* the process's own first */
	size_t n;
};

struct jit {
	struct jit_maps *maps;
	struct perfmap map[MOST_MAPS];
	struct jitdump dump;
	const struct binary *dump_binary; /* the jitdump when processes.last_number was looked_at */
	uint64_t looked_at;
	int64_t maps_due, dump_due; /* ns: when the maps and the dump may be read again */
};

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

/*
 * When to read a file again, of which a read that has just ended began at `began` of cpu_ns():
 * reads of a large or hostile file take at most a part of the time.
 */
static int64_t next_read(int64_t began)
{
	int64_t pause = READ_PART * (cpu_ns() - began);

	return monotonic_ns() + (pause > READ_NS ? pause : READ_NS);
}

/* Processes */

/* The last number of a line "NSpid:	1234	1" in /proc/PID/status; or `otherwise`. */
static int status_number(int pid, struct str key, int otherwise)
{
	struct buf status = { 0 };
	struct str lines, line;
	uint64_t number = (uint64_t)otherwise;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	kernel_text(path, &status);
	for (lines = buf_str(&status); lines.n;) {
		line = str_cut(&lines, '\n');
		if (!str_starts(line, key))
			continue;
		while (line.p) {
			struct str last = str_cut(&line, '\t');

			str_u64(last, &number);
		}
	}
	buf_release(&status);
	return (int)number;
}

/* The address of a process's program: the first line of its maps. */
static bool read_layout(int pid, char line[64])
{
	char path[32];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	ok = f && fgets(line, 64, f);
	if (f)
		fclose(f);
	return ok;
}

/*
 * Finds the ancestors of a process that ran before the recording. If it was forked, its parent
 * has its program at the same address.
 */
static void find_ancestors(struct process *p)
{
	char own[64], other[64];
	int pid = p->pid;

	if (p->nancestor || !read_layout(pid, own))
		return;
	while (p->nancestor < PROCESS_ANCESTORS) {
		pid = status_number(pid, S("PPid:"), 0);
		if (pid <= 1 || !read_layout(pid, other) || strcmp(own, other) != 0)
			return;
		p->ancestor[p->nancestor++] = pid;
	}
}

/* Maps */

/* Adds the map of a process; `otherwise`: its inner pid if it is gone, 0 if that is not known. */
static void add_map(struct jit_maps *m, int pid, int otherwise)
{
	int inner = status_number(pid, S("NSpid:"), otherwise);

	if (inner)
		m->file[m->n++] = (struct jit_file){ inner, -1 };
}

/* Opens the root of a process if it is another directory of our namespace than ours; or -1. */
static int open_chroot(int pid)
{
	char path[32];
	struct stat its, ours;

	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	if (stat(path, &its) < 0 || stat("/", &ours) < 0 ||
	    (its.st_ino == ours.st_ino && its.st_dev == ours.st_dev))
		return -1;
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static struct jit_maps *new_maps(const struct mount_roots *roots, struct process *p)
{
	struct jit_maps *m = mem_zeroed(1, sizeof(*m));
	bool has_our_numbers;

	m->refs = 1;
	m->root = mount_roots_find(roots, p);
	m->chroot = m->root < 0 ? open_chroot(p->pid) : -1;
	proc_uid(p, &m->uid);
	find_ancestors(p);
	add_map(m, p->pid, p->pid);
	has_our_numbers = m->file[0].inner_pid == p->pid;
	for (size_t i = 0; i < p->nancestor; i++)
		add_map(m, p->ancestor[i], has_our_numbers ? p->ancestor[i] : 0);
	return m;
}

struct jit_maps *jit_maps_keep(struct jit_maps *m)
{
	m->refs++;
	return m;
}

void jit_maps_release(struct jit_maps *m)
{
	if (!m || --m->refs)
		return;
	for (size_t i = 0; i < m->n; i++)
		if (m->file[i].fd >= 0)
			close(m->file[i].fd);
	if (m->chroot >= 0)
		close(m->chroot);
	mem_free(m, sizeof(*m));
}

static struct jit *jit_of(const struct mount_roots *roots, struct process *p)
{
	struct jit *j = p->host_data;

	if (!j) {
		j = p->host_data = mem_zeroed(1, sizeof(*j));
		j->maps = new_maps(roots, p);
	}
	j->maps->root = mount_roots_find(roots, p);
	return j;
}

struct jit_maps *jit_maps_of(const struct mount_roots *roots, struct process *p)
{
	return jit_of(roots, p)->maps;
}

static bool is_trusted(int fd, uint32_t uid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == uid || st.st_uid == 0 || st.st_uid == geteuid());
}

static int open_map(const struct jit_maps *m, int inner_pid)
{
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", inner_pid);
	fd = open_untrusted(m->root >= 0 ? m->root : m->chroot, path, O_NOFOLLOW);
	if (fd < 0 || is_trusted(fd, m->uid))
		return fd;
	close(fd);
	return -1;
}

/* Opens the current file; if there is none, keeps the earlier one. */
static int hold_map(const struct jit_maps *m, struct jit_file *f)
{
	int fd = open_map(m, f->inner_pid);

	if (fd < 0)
		return f->fd;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	return fd;
}

static bool copy_map(int from, int to)
{
	off_t at = 0;
	struct stat st;

	if (fstat(from, &st) < 0)
		return false;
	while (at < st.st_size && at < MOST_COPIED)
		if (sendfile(to, from, &at, (size_t)(st.st_size - at)) <= 0)
			break;
	return at > 0;
}

int jit_maps_open(struct jit_maps *m)
{
	int all;

	if (m->n == 1)
		return fcntl(hold_map(m, &m->file[0]), F_DUPFD_CLOEXEC, 0);
	all = memfd_create("perf.map", MFD_CLOEXEC);
	for (size_t i = m->n; all >= 0 && i-- > 0;)
		if (hold_map(m, &m->file[i]) >= 0)
			copy_map(m->file[i].fd, all);
	return all;
}

static void read_maps(struct jit *j)
{
	int64_t began;

	if (monotonic_ns() < j->maps_due)
		return;
	began = cpu_ns();
	for (size_t i = 0; i < j->maps->n; i++)
		perfmap_refresh(&j->map[i], hold_map(j->maps, &j->maps->file[i]));
	j->maps_due = next_read(began);
}

static bool search_maps(const struct jit *j, uint64_t address, struct str *name)
{
	for (size_t i = 0; i < j->maps->n; i++)
		if (perfmap_find(&j->map[i], address, name))
			return true;
	return false;
}

static bool name_by_maps(struct jit *j, uint64_t address, struct str *name)
{
	if (search_maps(j, address, name))
		return true;
	read_maps(j);
	return search_maps(j, address, name);
}

/* Dumps */

/* The mapping by which a runtime shows its dump: executable, so that perf reports it. */
static const struct map *dump_mapping(struct process *p)
{
	for (size_t i = 0; i < p->nmap; i++)
		if (p->map[i].binary && jitdump_is_name(p->map[i].binary->path))
			return &p->map[i];
	return NULL;
}

const struct binary *jit_dump(struct processes *t, struct process *p)
{
	const struct map *m = dump_mapping(p);

	return m ? process_find(t, p, m->region.start)->binary : NULL;
}

static bool name_by_dump(struct jit *j, struct processes *t, struct process *p, uint64_t address,
			 uint64_t time, struct jit_symbol *s)
{
	const struct binary *b;
	int64_t began;

	/* Searching all mappings for each frame would be slow. */
	if (j->looked_at != t->last_number) {
		j->dump_binary = jit_dump(t, p);
		j->looked_at = t->last_number;
	}
	b = j->dump_binary;
	if (!b || b->fd < 0)
		return false;
	if (monotonic_ns() >= j->dump_due) {
		began = cpu_ns();
		jitdump_feed(&j->dump, b->fd);
		j->dump_due = next_read(began);
	}
	return jitdump_find(&j->dump, address, time, s);
}

bool jit_find(const struct mount_roots *roots, struct processes *t, struct process *p,
	      uint64_t address, uint64_t time, struct jit_symbol *s)
{
	struct jit *j = jit_of(roots, p);

	if (name_by_dump(j, t, p, address, time, s))
		return true;
	*s = (struct jit_symbol){ .file = S("") };
	if (j->dump_binary)
		return name_by_maps(j, address, &s->name);
	if (monotonic_ns() < j->maps_due)
		return false;
	j->maps_due = monotonic_ns() + READ_NS;
	for (size_t i = 0; i < j->maps->n; i++)
		if (j->maps->file[i].fd < 0)
			hold_map(j->maps, &j->maps->file[i]); /* before it is removed */
	return false;
}

/* Trampolines */

/*
 * Is the address in a trampoline, by the code in the process's memory? It ends with "add $8, %rsp;
 * ret", to which its call returns. CPython writes its jitdump through a buffer, so a function may
 * run long before it has a name there.
 */
static bool has_trampoline_code(int pid, uint64_t address)
{
	uint8_t code[7] = { 0 }, *end = code;

	if (!process_memory_read(&pid, address, code, sizeof(code)))
		return false;
	if (code[0] == 0xff && (code[1] & 0xf8) == 0xd0)
		end += 2; /* at the call itself: call *REGISTER */
	return memcmp(end, "\x48\x83\xc4\x08\xc3", 5) == 0;
}

bool jit_is_trampoline(const struct mount_roots *roots, struct processes *t, struct process *p,
		       uint64_t address)
{
	struct jit *j = jit_of(roots, p);
	struct jit_symbol s;

	if (name_by_maps(j, address, &s.name) || name_by_dump(j, t, p, address, UINT64_MAX, &s))
		return str_starts(s.name, S("py::"));
	return j->dump_binary && has_trampoline_code(p->pid, address);
}

void jit_release(struct jit *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->maps->n; i++)
		perfmap_release(&j->map[i]);
	jit_maps_release(j->maps);
	jitdump_release(&j->dump);
	mem_free(j, sizeof(*j));
}
