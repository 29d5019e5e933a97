#include "perf/binary.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUILD_ID_BYTES = 24,
	VDSO_INODE = 1, /* of device 0:0, which has no files */
	VDSO32_INODE = 2,
};

/* The key of a binary: one of build id; device, inode and generation; path. */
struct known_binary {
	uint8_t build_id[BUILD_ID_BYTES];
	uint32_t major, minor;
	uint64_t inode, generation;
	uint64_t path;         /* its number in binaries.paths */
	struct binary *binary; /* payload */
};

static void init_known(struct binaries *b)
{
	table_init(&b->known, sizeof(struct known_binary), offsetof(struct known_binary, binary));
}

void binaries_init(struct binaries *b, const struct arch *arch, const struct perf_host *host)
{
	*b = (struct binaries){ .arch = arch, .host = host };
	init_known(b);
	strings_init(&b->paths);
}

static void free_binary(struct binary *bin)
{
	module_close(&bin->module);
	buf_release(&bin->build_id);
	mem_free((char *)bin->path.p, bin->path.n + 1);
	if (bin->fd >= 0)
		close(bin->fd);
	mem_free(bin, sizeof(*bin));
}

void binaries_release(struct binaries *b)
{
	for (size_t i = 0; i < b->n; i++)
		free_binary(b->all[i]);
	mem_free(b->all, b->cap * sizeof(*b->all));
	table_release(&b->known);
	strings_release(&b->paths);
}

static bool is_vdso(struct str path)
{
	return str_eq(path, S("[vdso]"));
}

/* Is it the vDSO of a 32-bit program? Both have the same name. */
static bool is_vdso32(const struct record_map *m)
{
	return is_vdso(m->path) && m->start <= UINT32_MAX;
}

static struct known_binary key_of(struct binaries *b, const struct record_map *m)
{
	struct known_binary key = { .inode = 0 };

	if (is_vdso(m->path)) {
		key.inode = is_vdso32(m) ? VDSO32_INODE : VDSO_INODE;
	} else if (m->build_id.n) {
		memcpy(key.build_id, m->build_id.p, min_size(m->build_id.n, sizeof(key.build_id)));
	} else if (m->inode) {
		key.inode = m->inode;
		key.generation = m->generation;
		key.major = m->major;
		key.minor = m->minor;
	} else {
		key.path = strings_intern(&b->paths, m->path);
	}
	return key;
}

/*
 * Is it the kernel's name for shared memory without a file: of memfd_create(2), anonymous, or of
 * System V? It may hold an image; if that cannot be opened, it is generated code.
 */
static bool is_shared_memory(struct str path)
{
	return str_starts(path, S("/memfd:")) || str_starts(path, S("/dev/zero")) ||
	       str_starts(path, S("/SYSV"));
}

static struct binary *new_binary(struct binaries *b, const struct record_map *m)
{
	struct binary *bin = mem_zeroed(1, sizeof(*bin));
	struct str from = is_vdso32(m) ? S("[vdso32]") : m->path;
	char *path = mem_zeroed(1, from.n + 1);

	memcpy(path, from.p, from.n);
	b->all = mem_grow(b->all, &b->cap, b->n + 1, sizeof(*b->all));
	b->all[b->n++] = bin;
	bin->module.id = ++b->last_id;
	bin->fd = -1;
	bin->path = str(path, from.n);
	bin->is_vdso = is_vdso(m->path);
	bin->is_vdso32 = is_vdso32(m);
	bin->is_kernel = m->in_kernel;
	bin->is_generated = is_shared_memory(m->path);
	bin->major = m->major;
	bin->minor = m->minor;
	bin->inode = m->inode;
	bin->generation = m->generation;
	elf_print_build_id(&bin->build_id, m->build_id);
	return bin;
}

/* Names of memory and of devices: "[heap]", "//anon", "anon_inode:[io_uring]". */
static bool is_pseudo_file(struct str path)
{
	return !path.n || str_starts(path, S("[")) || str_starts(path, S("//")) ||
	       str_starts(path, S("anon_inode:"));
}

/* A file has a path (relative, if a tool has shortened it) and, in most records, an inode. */
static bool is_file(const struct record_map *m)
{
	if (is_pseudo_file(m->path))
		return false;
	return m->inode || m->build_id.n || (!m->has_inode && str_starts(m->path, S("/")));
}

struct binary *binaries_find(struct binaries *b, const struct record_map *m)
{
	struct known_binary key, *row;

	if (!is_vdso(m->path) && !is_file(m) && !m->in_kernel)
		return NULL;
	key = key_of(b, m);
	row = table_row(&b->known, table_intern(&b->known, &key));
	if (!row->binary)
		row->binary = new_binary(b, m);
	return row->binary;
}

void binaries_sweep(struct binaries *b)
{
	struct table was = b->known;
	size_t kept = 0;

	init_known(b);
	for (uint32_t i = 1; i < was.n; i++) {
		const struct known_binary *row = table_row(&was, i);

		if (row->binary->used)
			table_add(&b->known, row);
	}
	table_release(&was);
	for (size_t i = 0; i < b->n; i++) {
		struct binary *bin = b->all[i];

		if (!bin->used) {
			free_binary(bin);
			continue;
		}
		bin->used = false;
		b->all[kept++] = bin;
	}
	b->n = kept;
}

void binaries_unload(const struct binaries *b)
{
	for (size_t i = 0; i < b->n; i++) {
		elf_unload(&b->all[i]->module.elf);
		elf_unload(&b->all[i]->module.debug_file);
	}
}

/* Closes a file that is not the mapped one. Another process may have that. */
static void give_up_file(struct binary *bin)
{
	elf_close(&bin->module.elf);
	if (bin->fd >= 0)
		close(bin->fd);
	bin->fd = -1;
	bin->found = false;
}

/* Does the file still have a path? A deleted one without an image holds generated code. */
static bool has_link(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || st.st_nlink;
}

void binary_find_file(struct binaries *b, struct binary *bin, const struct process *p,
		      const struct map *m)
{
	const char *why;

	if (bin->found || !b->host->open_binary ||
	    !b->host->open_binary(b->host->context, p, m, bin))
		return;
	bin->found = true;
	if (bin->fd >= 0 && !elf_open(&bin->module.elf, bin->fd, &why)) {
		bin->is_generated = !has_link(bin->fd) && !jitdump_is_name(bin->path);
		return;
	}
	if (!elf_is_build(&bin->module.elf, buf_str(&bin->build_id))) {
		give_up_file(bin);
		return;
	}
	bin->is_generated = false;
	bin->build_id.n = 0;
	elf_print_build_id(&bin->build_id, bin->module.elf.build_id);
	module_open(&bin->module, b->arch);
}

bool binary_find_tables(struct binaries *b, struct binary *bin, const struct process *p)
{
	const struct perf_host *host = b->host;
	int fd = host->open_debug_file ? host->open_debug_file(host->context, p, bin) : -1;
	bool found = module_open_debug_frame(&bin->module, fd);

	if (fd >= 0)
		close(fd);
	return found;
}

uint64_t binary_bias(const struct binary *bin, uint64_t start, uint64_t offset)
{
	uint64_t vaddr;

	return elf_vaddr(&bin->module.elf, offset, &vaddr) ? start - vaddr : start - offset;
}
