#include "perf_map.h"

#include <stdio.h>

struct trampoline {
	uint64_t start, end;
};

void perf_maps_init(struct perf_maps *m)
{
	*m = (struct perf_maps){ 0 };
}

void perf_maps_release(struct perf_maps *m)
{
	for (size_t i = 0; i < m->n; i++)
		buf_release(&m->map[i].list);
	mem_free(m->map, m->cap * sizeof(*m->map));
}

/* Lines that were added since: "7f00 b py::main:walk.py" */
static void read_more(struct perf_map *m)
{
	char path[64], line[1024];
	unsigned long start, size;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/root/tmp/perf-%d.map", m->pid, m->pid);
	f = fopen(path, "r");
	if (!f || fseek(f, m->at, SEEK_SET)) {
		if (f)
			fclose(f);
		return;
	}
	while (fgets(line, sizeof(line), f) && strchr(line, '\n')) {
		m->at = ftell(f);
		if (sscanf(line, "%lx %lx", &start, &size) != 2 || !strstr(line, " py::"))
			continue;
		buf_put(&m->list, &(struct trampoline){ start, start + size },
			sizeof(struct trampoline));
	}
	fclose(f);
}

static bool search(const struct perf_map *m, uint64_t address)
{
	const struct trampoline *t = (const struct trampoline *)m->list.p;

	for (size_t i = BUF_COUNT(&m->list, *t); i-- > 0;)
		if (address >= t[i].start && address < t[i].end)
			return true;
	return false;
}

bool perf_maps_trampoline(struct perf_maps *m, int pid, uint64_t address)
{
	size_t i = 0;

	while (i < m->n && m->map[i].pid != pid)
		i++;
	if (i == m->n) {
		m->map = mem_grow(m->map, &m->cap, m->n + 1, sizeof(*m->map));
		m->map[m->n++] = (struct perf_map){ .pid = pid };
	}
	if (search(&m->map[i], address))
		return true;
	if (m->closed)
		return false;
	read_more(&m->map[i]);
	return search(&m->map[i], address);
}
