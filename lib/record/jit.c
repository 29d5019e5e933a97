#include "record/jit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object/open_untrusted.h"
#include "object/perfmap.h"
#include "record/kernel_text.h"
#include "record/proc.h"
#include "record/recorder.h"

struct jit {
	struct jit_place place;
	struct perfmap map;
	struct jitdump dump;
	const struct binary *dump_binary; /* its jitdump, as of processes.last_number */
	uint64_t looked_at;
	uint64_t map_read, dump_read; /* ms: when the map and the dump were last read */
};

enum { READ_MS = 20 };

static uint64_t now_ms(void)
{
	return recorder_now() / 1000000;
}

/* The last number of "NSpid:	1234	1": as the innermost namespace counts. */
static int inner_pid(int pid)
{
	struct buf status = { 0 };
	struct str lines, line;
	uint64_t number = (uint64_t)pid;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	kernel_text(path, &status);
	for (lines = buf_str(&status); lines.n;) {
		line = str_cut(&lines, '\n');
		if (!str_starts(line, S("NSpid:")))
			continue;
		while (line.p) {
			struct str last = str_cut(&line, '\t');

			str_u64(last, &number);
		}
	}
	buf_release(&status);
	return (int)number;
}

/* While a process runs, it can be asked for what its map is called. */
static struct jit *jit_of(const struct mount_roots *roots, struct process *p)
{
	struct jit *j = p->host_data;

	if (!j) {
		j = p->host_data = mem_zeroed(1, sizeof(*j));
		j->place.inner_pid = inner_pid(p->pid);
		proc_uid(p, &j->place.uid);
	}
	j->place.root = mount_roots_find(roots, p);
	return j;
}

struct jit_place jit_place(const struct mount_roots *roots, struct process *p)
{
	return jit_of(roots, p)->place;
}

static bool is_trusted(int fd, uint32_t uid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == uid || st.st_uid == 0 || st.st_uid == geteuid());
}

int jit_open_map(const struct jit_place *place)
{
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", place->inner_pid);
	fd = open_untrusted(place->root, path, O_NOFOLLOW);
	if (fd < 0 || is_trusted(fd, place->uid))
		return fd;
	close(fd);
	return -1;
}

static void read_map(struct jit *j)
{
	uint64_t now = now_ms();
	int fd;

	if (now - j->map_read < READ_MS)
		return;
	j->map_read = now;
	fd = jit_open_map(&j->place);
	perfmap_refresh(&j->map, fd);
	if (fd >= 0)
		close(fd);
}

bool jit_is_trampoline(const struct mount_roots *roots, struct process *p, uint64_t address)
{
	struct jit *j = jit_of(roots, p);
	struct str name;

	if (!perfmap_find(&j->map, address, &name)) {
		read_map(j);
		if (!perfmap_find(&j->map, address, &name))
			return false;
	}
	return str_starts(name, S("py::"));
}

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

bool jit_find(const struct mount_roots *roots, struct processes *t, struct process *p,
	      uint64_t address, uint64_t time, struct jit_symbol *s)
{
	struct jit *j = jit_of(roots, p);
	const struct binary *b;
	uint64_t now = now_ms();

	/* Looking through all mappings for each frame would take long. */
	if (j->looked_at != t->last_number) {
		j->dump_binary = jit_dump(t, p);
		j->looked_at = t->last_number;
	}
	b = j->dump_binary;
	if (!b || b->fd < 0)
		return false;
	if (now - j->dump_read >= READ_MS) {
		j->dump_read = now;
		jitdump_feed(&j->dump, b->fd);
	}
	return jitdump_find(&j->dump, address, time, s);
}

void jit_release(struct jit *j)
{
	if (!j)
		return;
	perfmap_release(&j->map);
	jitdump_release(&j->dump);
	mem_free(j, sizeof(*j));
}
