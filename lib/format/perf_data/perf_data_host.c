/*
 * Finding the files of a recording's binaries: at their paths, or in the cache in which perf
 * record keeps copies ($PERF_BUILDID_DIR, ~/.debug). A file is used if it has the recorded
 * build id. If none was recorded, it is used if it has the same device and inode, and has not
 * changed since, on the recorded machine: one of that name, or, if none was recorded, one whose
 * file has the generation of the inode, which file systems choose by chance.
 */
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "format/perf_data/perf_data.h"
#include "io/open_untrusted.h"
#include "object/debug_link.h"

static bool has_build_id(int fd, struct str build_id)
{
	struct elf elf = { 0 };
	const char *why;
	bool same = elf_open(&elf, fd, &why) && elf_is_build(&elf, build_id);

	elf_close(&elf);
	return same;
}

/* Has a file changed since the recording was written? */
static bool has_changed(const struct perf_data *r, const struct stat *file)
{
	struct stat recording;

	return r->in->path && stat(r->in->path, &recording) == 0 &&
	       file->st_ctime > recording.st_mtime;
}

static bool has_inode(const struct perf_data *r, int fd, const struct binary *b)
{
	struct stat st;
	int generation;

	if (!b->inode || fstat(fd, &st) < 0 || st.st_ino != b->inode ||
	    major(st.st_dev) != b->major || minor(st.st_dev) != b->minor || has_changed(r, &st))
		return false;
	if (!b->generation || ioctl(fd, FS_IOC_GETVERSION, &generation) < 0)
		return r->is_here;
	return (uint32_t)generation == (uint32_t)b->generation;
}

static bool is_recorded(const struct perf_data *r, int fd, const struct binary *b)
{
	return b->build_id.n ? has_build_id(fd, buf_str(&b->build_id)) : has_inode(r, fd, b);
}

static int open_if_recorded(const struct perf_data *r, const char *path, const struct binary *b)
{
	int fd = open_untrusted(-1, path, 0);

	if (fd >= 0 && !is_recorded(r, fd, b)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* perf's cache: DIR/.build-id/ab/cdef.../elf */
static int open_cached(const struct perf_data *r, const struct binary *b)
{
	enum { SHORTEST = 8 };
	const char *dir = getenv("PERF_BUILDID_DIR"), *home = getenv("HOME");
	struct str id = buf_str(&b->build_id);
	struct buf path = { 0 };
	int fd;

	if (id.n < SHORTEST || (!dir && !home))
		return -1;
	buf_printf(&path, "%s%s/.build-id/%.2s/%.*s/elf", dir ? dir : home, dir ? "" : "/.debug",
		   id.p, (int)id.n - 2, id.p + 2);
	buf_ch(&path, '\0');
	fd = open_if_recorded(r, path.p, b);
	buf_release(&path);
	return fd;
}

static bool host_open_binary(void *context, const struct process *p, const struct map *m,
			     struct binary *b)
{
	struct perf_data *r = context;

	(void)p;
	(void)m;
	if (b->is_kernel || b->is_vdso32)
		return false;
	if (b->is_vdso)
		return (r->is_here || b->build_id.n) && elf_open_vdso(&b->module.elf);
	b->fd = open_if_recorded(r, b->path.p, b);
	if (b->fd < 0)
		b->fd = open_cached(r, b);
	if (b->fd < 0)
		strings_intern(&r->missing, b->path);
	return b->fd >= 0;
}

static int host_open_debug_file(void *context, const struct process *p, const struct binary *b)
{
	const struct elf *image = &b->module.elf;
	struct str link = debug_link_read(image).name, rest;
	struct buf places = { 0 };
	int fd = -1;

	(void)context;
	(void)p;
	debug_link_places(&places, image->build_id, link, b->path, S("/usr/lib/debug"));
	for (rest = buf_str(&places); rest.n && fd < 0; str_cut(&rest, '\0'))
		fd = open_untrusted(-1, rest.p, 0);
	buf_release(&places);
	return fd;
}

static struct str host_build_id(void *context, struct str path)
{
	struct perf_data *r = context;
	uint32_t row = strings_find(&r->paths, path);

	/* The kernel's own has the name of a symbol at its end. */
	if (!row && str_starts(path, S("[kernel.kallsyms]")))
		row = strings_find(&r->paths, S("[kernel.kallsyms]"));
	if (!row || row >= r->build_id.n)
		return S("");
	return str(r->build_id.v[row].bytes, r->build_id.v[row].n);
}

struct perf_host perf_data_host(struct perf_data *r)
{
	return (struct perf_host){
		.open_binary = host_open_binary,
		.open_debug_file = host_open_debug_file,
		.build_id = host_build_id,
		.context = r,
	};
}
