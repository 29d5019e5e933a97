#include "record/open_binary.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "object/debug_link.h"
#include "object/open_untrusted.h"

enum { OVERLAYFS = 0x794c7630, BTRFS = 0x9123683e };

/* Does stat() show the device that memory maps show? Not of overlays and subvolumes. */
static bool has_true_device(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || (fs.f_type != OVERLAYFS && fs.f_type != BTRFS);
}

/* Is that the file that was mapped? A record with a build id has no inode: it is checked later. */
static bool is_same(int fd, const struct binary *bin)
{
	struct stat st;
	int generation;

	if (!bin->inode)
		return bin->build_id.n;
	if (fstat(fd, &st) < 0 || st.st_ino != bin->inode)
		return false;
	if (bin->generation && ioctl(fd, FS_IOC_GETVERSION, &generation) == 0 &&
	    (uint32_t)generation != (uint32_t)bin->generation)
		return false;
	return (major(st.st_dev) == bin->major && minor(st.st_dev) == bin->minor) ||
	       !has_true_device(fd);
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

static int open_file(const struct mount_roots *roots, const struct process *p, const struct map *m,
		     const struct binary *bin)
{
	char path[96];
	int fd;

	/* The kernel's own link to the mapped file, even if it was deleted. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", p->pid,
		 (unsigned long long)m->region.start, (unsigned long long)m->region.end);
	fd = reopen_untrusted(open(path, O_PATH | O_CLOEXEC));
	if (fd >= 0 && is_same(fd, bin))
		return fd;
	if (fd >= 0)
		close(fd); /* another file is mapped there by now */
	snprintf(path, sizeof(path), "/proc/%d/root", p->pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		int file = open_checked(fd, bin->path.p, bin);

		close(fd);
		if (file >= 0)
			return file;
	}
	return open_checked(mount_roots_find(roots, p), bin->path.p, bin);
}

bool open_binary(const struct mount_roots *roots, const struct process *p, const struct map *m,
		 struct binary *bin)
{
	if (bin->is_kernel)
		return false;
	if (bin->is_vdso)
		return elf_open_vdso(&bin->module.elf);
	bin->fd = open_file(roots, p, m, bin);
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
