#include "record/binary.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "object/open_untrusted.h"
#include "record/go_rule.h"

enum {
	OVERLAYFS = 0x794c7630,
	VDSO_INODE = 1, /* of device 0:0, which has no files */
};

/* The key of a binary. */
struct known {
	uint32_t major, minor;
	uint64_t inode;
	struct binary *binary; /* payload */
};

void binaries_init(struct binaries *b, const struct arch *arch)
{
	*b = (struct binaries){ .arch = arch };
	table_init(&b->known, sizeof(struct known), offsetof(struct known, binary));
}

static void free_binary(struct binary *bin)
{
	cfi_close(&bin->cfi);
	elf_close(&bin->elf);
	buf_release(&bin->build_id);
	buf_release(&bin->name);
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
}

static struct binary *add(struct binaries *b, const struct known *key, struct str path)
{
	struct binary *bin = mem_zeroed(1, sizeof(*bin));

	b->all = mem_grow(b->all, &b->cap, b->n + 1, sizeof(*b->all));
	b->all[b->n++] = bin;
	bin->id = ++b->last_id;
	bin->fd = -1;
	bin->major = key->major;
	bin->minor = key->minor;
	bin->inode = key->inode;
	buf_add(&bin->name, path);
	buf_ch(&bin->name, '\0');
	bin->path = str(bin->name.p, path.n);
	return bin;
}

void binaries_sweep(struct binaries *b)
{
	size_t kept = 0;

	table_release(&b->known);
	table_init(&b->known, sizeof(struct known), offsetof(struct known, binary));
	for (size_t i = 0; i < b->n; i++) {
		struct binary *bin = b->all[i];
		struct known row = { bin->major, bin->minor, bin->inode, bin };

		if (!bin->used) {
			free_binary(bin);
			continue;
		}
		bin->used = false;
		b->all[kept++] = bin;
		table_add(&b->known, &row);
	}
	b->n = kept;
}

void binaries_unload(const struct binaries *b)
{
	for (size_t i = 0; i < b->n; i++)
		elf_unload(&b->all[i]->elf);
}

static bool is_vdso(struct str path)
{
	return str_eq(path, S("[vdso]"));
}

struct binary *binaries_find(struct binaries *b, uint32_t major, uint32_t minor, uint64_t inode,
			     struct str path)
{
	struct known key = { major, minor, inode, NULL }, *row;

	if (is_vdso(path))
		key = (struct known){ 0, 0, VDSO_INODE, NULL };
	else if (!inode || !str_starts(path, S("/")) || str_starts(path, S("//")))
		return NULL;
	row = table_row(&b->known, table_intern(&b->known, &key));
	if (!row->binary) {
		row->binary = add(b, &key, path);
		row->binary->is_vdso = is_vdso(path);
	}
	return row->binary;
}

/* Opening */

/*
 * Is that the file that was mapped? Overlay file systems show another device to
 * stat() than to the memory map; there the path must do.
 */
static bool is_same(int fd, const struct binary *bin)
{
	struct stat st;
	struct statfs fs;

	if (fstat(fd, &st) < 0)
		return false;
	if (st.st_ino == bin->inode && major(st.st_dev) == bin->major &&
	    minor(st.st_dev) == bin->minor)
		return true;
	return fstatfs(fd, &fs) == 0 && fs.f_type == OVERLAYFS;
}

static int open_checked(int root, const char *path, const struct binary *bin)
{
	int fd = open_untrusted(root, path, 0);

	if (fd >= 0 && !is_same(fd, bin)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Devices are not compared: those that stat() shows of btrfs are not the mapping's. */
static bool has_inode(int fd, const struct binary *bin)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == bin->inode;
}

static int open_file(const struct binary *bin, const struct binary_place *where)
{
	char path[96];
	int fd;

	/* The kernel's own link to the mapped file, even if it was deleted. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", where->pid,
		 (unsigned long long)where->start, (unsigned long long)where->end);
	fd = reopen_untrusted(open(path, O_PATH | O_CLOEXEC));
	if (fd >= 0 && has_inode(fd, bin))
		return fd;
	if (fd >= 0)
		close(fd); /* another file is mapped there by now */
	snprintf(path, sizeof(path), "/proc/%d/root", where->pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		int file = open_checked(fd, bin->path.p, bin);

		close(fd);
		if (file >= 0)
			return file;
	}
	return open_checked(where->root, bin->path.p, bin);
}

/* How large an image in memory is: its section headers are the last of it. */
static size_t image_size(const char *p)
{
	ElfW(Ehdr) header;

	memcpy(&header, p, sizeof(header));
	return header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
}

static bool open_vdso(struct binary *bin)
{
	const char *p = (const char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
	const char *why;

	return p && elf_open_memory(&bin->elf, str(p, image_size(p)), &why);
}

void binary_open(struct binaries *b, struct binary *bin, const struct binary_place *where)
{
	const char *why;

	if (bin->tried)
		return;
	if (bin->is_vdso) {
		bin->tried = true;
		if (!open_vdso(bin))
			return;
	} else {
		bin->fd = open_file(bin, where);
		bin->tried = bin->fd >= 0;
		if (bin->fd < 0 || !elf_open(&bin->elf, bin->fd, &why))
			return;
	}
	bin->base = elf_base(&bin->elf);
	elf_print_build_id(&bin->build_id, bin->elf.build_id);
	bin->is_go = gopclntab_open(&bin->go, &bin->elf);
	if (!bin->is_go)
		cfi_open(&bin->cfi, &bin->elf, b->arch);
}

bool binary_has_rules(const struct binary *bin)
{
	return bin->is_go || cfi_any(&bin->cfi);
}

struct rule binary_rule(const struct binaries *b, const struct binary *bin, uint64_t vaddr)
{
	return bin->is_go ? go_rule(&bin->go, b->arch, vaddr) : cfi_rule(&bin->cfi, vaddr);
}

uint64_t binary_bias(const struct binary *bin, uint64_t start, uint64_t offset)
{
	uint64_t vaddr;

	return elf_vaddr(&bin->elf, offset, &vaddr) ? start - vaddr : start - offset;
}
