#include "record/process/open_binary.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "io/open_untrusted.h"
#include "object/debug_link.h"
#include "record/process/process_memory.h"

enum { OVERLAYFS = 0x794c7630, BTRFS = 0x9123683e, EXT4 = 0xef53, XFS = 0x58465342 };

/* Does stat() show the same device as memory maps? On overlays and subvolumes it does not. */
static bool has_true_device(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || (fs.f_type != OVERLAYFS && fs.f_type != BTRFS);
}

static bool has_build_id(int fd, const struct binary *bin)
{
	struct elf e;
	const char *why;
	bool ok = elf_open(&e, fd, &why) && e.build_id.n &&
		  elf_is_build(&e, buf_str(&bin->build_id));

	elf_close(&e);
	return ok;
}

/* Is it the file that was mapped? A record with a build id has no inode. */
static bool is_same(int fd, const struct binary *bin)
{
	struct stat st;
	int generation;

	if (!bin->inode)
		return bin->build_id.n && has_build_id(fd, bin);
	if (fstat(fd, &st) < 0 || st.st_ino != bin->inode)
		return false;
	if (bin->generation && ioctl(fd, FS_IOC_GETVERSION, &generation) == 0 &&
	    (uint32_t)generation != (uint32_t)bin->generation)
		return false;
	return (major(st.st_dev) == bin->major && minor(st.st_dev) == bin->minor) ||
	       !has_true_device(fd);
}

/*
 * Opens a file by its handle, which consists of inode and generation, even if its path now leads
 * to another file. Only root may. `beside`: a directory of the same file system.
 */
static int open_inode(int beside, const struct binary *bin)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + 12];
	} file = { .handle = { .handle_bytes = 8, .handle_type = 1 /* FILEID_INO32_GEN */ } };
	uint32_t short_form[2] = { (uint32_t)bin->inode, (uint32_t)bin->generation };
	struct statfs fs;

	if (fstatfs(beside, &fs) < 0 || (fs.f_type != EXT4 && fs.f_type != XFS))
		return -1;
	if (fs.f_type == EXT4) {
		memcpy(file.room + sizeof(file.handle), short_form, sizeof(short_form));
	} else {
		file.handle.handle_bytes = 12;
		file.handle.handle_type = 0x81; /* with an inode of 64 bits */
		memcpy(file.room + sizeof(file.handle), &bin->inode, 8);
		memcpy(file.room + sizeof(file.handle) + 8, &short_form[1], 4);
	}
	return open_by_handle_at(beside, &file.handle, O_PATH | O_CLOEXEC);
}

/* The directory in which a file is. */
static int open_folder(int root, struct str path)
{
	struct buf folder = { 0 };
	ptrdiff_t slash = str_rchr(path, '/');
	int at, fd;

	buf_add(&folder, str(path.p, slash > 0 ? (size_t)slash : 1));
	buf_ch(&folder, '\0');
	at = untrusted_path(root, folder.p, 0);
	fd = at < 0 ? -1 : openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at >= 0)
		close(at);
	buf_release(&folder);
	return fd;
}

static int open_by_inode(int root, const struct binary *bin)
{
	int beside = bin->inode && bin->generation ? open_folder(root, bin->path) : -1, fd = -1;

	if (beside >= 0) {
		fd = reopen_untrusted(open_inode(beside, bin));
		close(beside);
	}
	if (fd >= 0 && !is_same(fd, bin)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int open_checked(int root, const char *path, const struct binary *bin)
{
	int fd = open_untrusted(root, path, 0);

	if (fd >= 0 && !is_same(fd, bin)) {
		close(fd);
		fd = -1;
	}
	return fd >= 0 ? fd : open_by_inode(root, bin);
}

static int open_file(const struct mount_roots *roots, const struct process *p, const struct map *m,
		     const struct binary *bin)
{
	char path[96];
	int fd;

	/* The kernel's own link to the mapped file, even if it was deleted. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", process_task(p),
		 (unsigned long long)m->region.start, (unsigned long long)m->region.end);
	fd = reopen_untrusted(open(path, O_PATH | O_CLOEXEC));
	if (fd >= 0 && is_same(fd, bin))
		return fd;
	if (fd >= 0)
		close(fd); /* another file is mapped there now */
	snprintf(path, sizeof(path), "/proc/%d/root", process_task(p));
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		int file = open_checked(fd, bin->path.p, bin);

		close(fd);
		if (file >= 0)
			return file;
	}
	return open_checked(mount_roots_find(roots, p), bin->path.p, bin);
}

/* Copies the vDSO of a 32-bit process, which this process does not have, to a file in memory. */
static int copy_vdso32(const struct process *p, const struct map *m)
{
	enum { LARGEST = 64 << 10 };
	size_t n = (size_t)(m->region.end - m->region.start);
	uint8_t image[LARGEST];
	int pid = process_task(p), fd = -1;

	if (n <= LARGEST && process_memory_read(&pid, m->region.start, image, n))
		fd = memfd_create("vdso32", MFD_CLOEXEC);
	if (fd >= 0 && pwrite(fd, image, n, 0) != (ssize_t)n) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool open_binary(const struct mount_roots *roots, const struct process *p, const struct map *m,
		 struct binary *bin)
{
	if (bin->is_kernel)
		return false;
	if (bin->is_vdso && !bin->is_vdso32)
		return elf_open_vdso(&bin->module.elf);
	bin->fd = bin->is_vdso32 ? copy_vdso32(p, m) : open_file(roots, p, m, bin);
	return bin->fd >= 0;
}

int open_debug_file(const struct mount_roots *roots, const struct process *p,
		    const struct binary *bin)
{
	const struct elf *image = &bin->module.elf;
	struct str link = debug_link_read(image).name, rest;
	struct buf places = { 0 };
	int fd = -1;

	debug_link_places(&places, image->build_id, link, bin->path, S("/usr/lib/debug"));
	for (rest = buf_str(&places); rest.n && fd < 0; str_cut(&rest, '\0'))
		fd = open_untrusted(mount_roots_find(roots, p), rest.p, 0);
	buf_release(&places);
	return fd;
}
