#include "perf/cgroups.h"

#include <stddef.h>

struct known_cgroup {
	uint64_t id;
	uint64_t path; /* payload: its number in paths; 0 = not found */
};

void cgroups_init(struct cgroups *c, const struct perf_host *host)
{
	*c = (struct cgroups){ .host = host };
	table_init(&c->known, sizeof(struct known_cgroup), offsetof(struct known_cgroup, path));
	strings_init(&c->paths);
}

void cgroups_release(struct cgroups *c)
{
	table_release(&c->known);
	strings_release(&c->paths);
}

/* The kernel reuses an id only after many others. */
void cgroups_add(struct cgroups *c, uint64_t id, struct str path)
{
	struct known_cgroup key = { .id = id }, *row;

	row = table_row(&c->known, table_intern(&c->known, &key));
	row->path = strings_intern(&c->paths, path);
}

/* A group that is not found is not searched again. */
struct str cgroups_path(struct cgroups *c, uint64_t id)
{
	const struct perf_host *host = c->host;
	struct known_cgroup key = { .id = id }, *row;
	uint32_t known = c->known.n, at;
	struct buf path = { 0 };

	if (!id)
		return S("");
	at = table_intern(&c->known, &key);
	if (at == known && host->cgroup_path && host->cgroup_path(host->context, id, &path))
		cgroups_add(c, id, buf_str(&path));
	buf_release(&path);
	row = table_row(&c->known, at);
	return strings_get(&c->paths, (uint32_t)row->path);
}
