#include "symbol/kept_bytes.h"

#include <sys/mman.h>

/* Only written pages use memory. A full region stays for at least LEAST_CHILDREN children. */
enum { ROOM = 64 << 20, MOST_ENTRIES = 4096, LEAST_CHILDREN = 16 };

struct entry {
	struct kept_key key;
	uint64_t at, n; /* bytes from the beginning of the region */
};

struct region {
	uint64_t used;    /* bytes, this header included */
	uint32_t n, full; /* entries; full: an entry had no room */
	struct entry entry[MOST_ENTRIES];
};

static struct region *region; /* shared by a process and its children */
static unsigned children;

static void map_region(void)
{
	void *p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	region = p == MAP_FAILED ? NULL : p;
	children = 0;
}

void kept_bytes_begin(void)
{
	if (!region)
		map_region();
}

void kept_bytes_end(void)
{
	if (region)
		munmap(region, ROOM);
	region = NULL;
}

void kept_bytes_renew(void)
{
	if (!region || ++children < LEAST_CHILDREN || !region->full)
		return;
	kept_bytes_end();
	map_region();
}

/* A child may have been killed while it wrote, so only the first `n` entries count. */
struct str kept_bytes_find(struct kept_key key)
{
	uint32_t n = region ? (uint32_t)min_size(region->n, MOST_ENTRIES) : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct entry *e = &region->entry[i];

		if (memcmp(&e->key, &key, sizeof(key)) == 0 && e->at <= ROOM && e->at % 8 == 0 &&
		    e->n <= ROOM - e->at)
			return str((const char *)region + e->at, (size_t)e->n);
	}
	return (struct str){ 0 };
}

struct str kept_bytes_add(struct kept_key key, struct str bytes)
{
	uint64_t at;
	char *to;

	if (!region)
		return (struct str){ 0 };
	at = region->used ? region->used : sizeof(*region);
	at = (at + 7) / 8 * 8;
	if (region->n >= MOST_ENTRIES || at > ROOM || bytes.n > ROOM - at) {
		region->full = 1;
		return (struct str){ 0 };
	}
	to = (char *)region + at;
	memcpy(to, bytes.p, bytes.n);
	region->used = at + bytes.n;
	region->entry[region->n] = (struct entry){ key, at, bytes.n };
	__atomic_store_n(&region->n, region->n + 1, __ATOMIC_RELEASE);
	return str(to, bytes.n);
}
