#include "record/jit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object/open_untrusted.h"
#include "record/kernel_text.h"
#include "record/recorder.h"
#include "symbol/perfmap.h"

struct jit {
	struct jit_place place;
	struct perfmap map;
	struct jitdump dump;
	uint64_t looked, fed; /* ms: when the map and the dump were last looked at */
};

enum { LOOK_MS = 20 };

static uint64_t now_ms(void)
{
	return recorder_now() / 1000000;
}

/* The last number of "NSpid:	1234	1": as the innermost namespace counts. */
static int inner_pid(int pid)
{
	struct buf status = { 0 };
	struct str rest, line;
	uint64_t number = (uint64_t)pid;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	kernel_text(path, &status);
	for (rest = buf_str(&status); rest.n;) {
		line = str_cut(&rest, '\n');
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
static struct jit *jit_of(struct processes *t, struct process *p)
{
	if (!p->jit) {
		p->jit = mem_zeroed(1, sizeof(*p->jit));
		p->jit->place.inner_pid = inner_pid(p->pid);
		process_uid(p, &p->jit->place.uid);
	}
	p->jit->place.root = process_root(t, p);
	return p->jit;
}

struct jit_place jit_place(struct processes *t, struct process *p)
{
	return jit_of(t, p)->place;
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

static void look(struct jit *j)
{
	uint64_t now = now_ms();
	int fd;

	if (now - j->looked < LOOK_MS)
		return;
	j->looked = now;
	fd = jit_open_map(&j->place);
	perfmap_refresh(&j->map, fd);
	if (fd >= 0)
		close(fd);
}

bool jit_is_trampoline(struct processes *t, struct process *p, uint64_t address)
{
	struct jit *j = jit_of(t, p);
	struct str name;

	if (!perfmap_find(&j->map, address, &name)) {
		look(j);
		if (!perfmap_find(&j->map, address, &name))
			return false;
	}
	return str_starts(name, S("py::"));
}

/* The mapping that stands for the dump: executable, so that it is told of. */
static struct map *dump_mapping(struct process *p)
{
	for (size_t i = 0; i < p->nmap; i++)
		if (p->map[i].binary && jitdump_is_name(p->map[i].binary->path))
			return &p->map[i];
	return NULL;
}

const struct binary *jit_dump(struct processes *t, struct process *p)
{
	struct map *m = dump_mapping(p);

	return m ? process_find(t, p, m->start)->binary : NULL;
}

bool jit_find(struct processes *t, struct process *p, uint64_t address, uint64_t time,
	      struct jit_symbol *s)
{
	const struct binary *b = jit_dump(t, p);
	struct jit *j;
	uint64_t now = now_ms();

	if (!b || b->fd < 0)
		return false;
	j = jit_of(t, p);
	if (now - j->fed >= LOOK_MS) {
		j->fed = now;
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
