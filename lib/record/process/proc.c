#include "record/process/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/kernel_text.h"

static bool read_proc(int pid, const char *what, struct buf *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return kernel_text(path, to);
}

bool proc_thread_name(int pid, uint32_t tid, char *name)
{
	struct buf b = { 0 };
	char path[48];
	bool ok;

	snprintf(path, sizeof(path), "task/%u/comm", tid);
	ok = read_proc(pid, path, &b);
	if (ok)
		memcpy(name, b.p, min_size(b.n, 15));
	buf_release(&b);
	return ok;
}

bool proc_uid(struct process *p, uint32_t *uid)
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

bool proc_parse_mapping(struct str line, struct record_map *m)
{
	struct str range = str_cut(&line, ' '), protection, device;
	uint64_t end, major, minor;

	*m = (struct record_map){ 0 };
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
	m->has_inode = true;
	m->executable = protection.n > 2 && protection.p[2] == 'x';
	m->path = str_trim(line);
	if (str_ends(m->path, S(" (deleted)")))
		m->path.n -= strlen(" (deleted)");
	return true;
}

static void scan_comm(struct process *p)
{
	struct buf b = { 0 };

	if (read_proc(p->pid, "comm", &b))
		process_set_comm(p, buf_str(&b));
	buf_release(&b);
}

/* Is m anonymous memory right after a file's mapping? */
static bool is_between(const struct record_map *before, const struct record_map *m)
{
	return before->inode && !m->inode && before->start + before->length == m->start;
}

/* Maps a gap that the file may have filled before its text was moved; process_map() checks. */
static void map_gap(struct processes *t, struct process *p, const struct record_map *before,
		    const struct record_map *m)
{
	struct record_map gap = *before;

	gap.start = m->start;
	gap.length = m->length;
	gap.offset += before->length;
	gap.executable = true;
	process_map(t, p, &gap);
}

/* Finds the program among the mappings, which are in order of address. */
static void scan_program(struct process *p)
{
	char link[64], path[4096];
	struct str file;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", p->task);
	n = readlink(link, path, sizeof(path));
	if (n <= 0)
		return;
	file = str(path, (size_t)n);
	if (str_ends(file, S(" (deleted)")))
		file.n -= strlen(" (deleted)");
	process_set_program(p, file);
}

/*
 * Reads the mappings of a process, and sets p->task. A first thread that has ended, while others
 * go on, has none.
 */
static bool read_maps(struct process *p, struct buf *to)
{
	bool ok = read_proc(p->pid, "maps", to);
	char path[32];
	struct dirent *e;
	DIR *tasks;

	p->task = p->pid;
	if (ok)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	tasks = opendir(path);
	while (tasks && !ok && (e = readdir(tasks))) {
		int tid = atoi(e->d_name);

		ok = tid > 0 && tid != p->pid && read_proc(tid, "maps", to);
		p->task = ok ? tid : p->pid;
	}
	if (tasks)
		closedir(tasks);
	return ok;
}

bool proc_scan(struct processes *t, struct process *p)
{
	struct buf b = { 0 };
	struct str lines;
	struct record_map m, before = { 0 };
	char pid[16];
	bool ok = read_maps(p, &b);

	process_exec(t, p);
	scan_comm(p);
	snprintf(pid, sizeof(pid), "%d", p->task);
	process_enter(t, p, mount_namespace(pid));
	for (lines = buf_str(&b); lines.n; before = m) {
		if (!proc_parse_mapping(str_cut(&lines, '\n'), &m) || !m.executable)
			continue;
		if (is_between(&before, &m))
			map_gap(t, p, &before, &m);
		process_map(t, p, &m);
	}
	scan_program(p);
	buf_release(&b);
	return ok;
}

/* Does the process still have a file where it is known to have it? exec() leaves none. */
static bool has_known_file(const struct process *p, struct str lines)
{
	struct record_map m;

	while (lines.n)
		if (proc_parse_mapping(str_cut(&lines, '\n'), &m) && m.executable &&
		    process_has_file(p, m.start, m.path))
			return true;
	return false;
}

bool proc_scan_again(struct processes *t, struct process *p)
{
	struct buf b = { 0 };
	struct str lines;
	struct record_map m;
	bool added = false;

	read_maps(p, &b);
	lines = buf_str(&b);
	if (p->nmap && !has_known_file(p, lines))
		lines.n = 0;
	while (lines.n) {
		if (!proc_parse_mapping(str_cut(&lines, '\n'), &m) || !m.executable ||
		    process_has_range(p, m.start, m.length))
			continue;
		process_map(t, p, &m);
		added = true;
	}
	buf_release(&b);
	return added;
}

bool proc_is_ours(struct buf *why)
{
	char self[32];
	ssize_t n = readlink("/proc/self", self, sizeof(self));
	uint64_t pid;

	if (n < 0) {
		buf_add(why, S("there is no /proc: mount -t proc proc /proc"));
		return false;
	}
	if (str_u64(str(self, (size_t)n), &pid) && pid == (uint64_t)getpid())
		return true;
	buf_add(why,
		S("/proc shows the processes of another PID namespace, whose numbers are those "
		  "of other processes here: mount -t proc proc /proc"));
	return false;
}

bool proc_clock_is_kernels(struct buf *why)
{
	struct buf text = { 0 };
	struct str lines, line;
	uint64_t seconds = 0, ns = 0;

	kernel_text("/proc/self/timens_offsets", &text);
	for (lines = buf_str(&text); lines.n;) {
		line = str_trim(str_cut(&lines, '\n'));
		if (!str_starts(line, S("monotonic")))
			continue;
		line = str_trim(str_skip(line, strlen("monotonic")));
		if (str_starts(line, S("-")))
			line = str_skip(line, 1);
		str_u64(str_cut(&line, ' '), &seconds);
		str_u64(str_trim(line), &ns);
	}
	buf_release(&text);
	if (!seconds && !ns)
		return true;
	buf_add(why, S("this is a time namespace, whose clock is not that of the kernel's records: "
		       "record from outside of it"));
	return false;
}
