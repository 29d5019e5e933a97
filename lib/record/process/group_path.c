/*
 * The id of a control group is that of its directory in the cgroup file system, which
 * open_by_handle_at(2) can open. perf's ids are of version 1 if its perf_event controller is
 * mounted, else of version 2.
 */
#include "record/process/group_path.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "record/kernel_text.h"

enum { FILEID_KERNFS = 0xfe /* include/linux/exportfs.h */ };

/* Is it the mount to use? Finds its place in "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0". */
static bool is_mount(struct str line, struct str *place, bool version2)
{
	struct str type, options;

	str_cut(&line, ' ');
	*place = str_cut(&line, ' ');
	type = str_cut(&line, ' ');
	options = str_cut(&line, ' ');
	if (version2)
		return str_eq(type, S("cgroup2"));
	while (str_eq(type, S("cgroup")) && options.n)
		if (str_eq(str_cut(&options, ','), S("perf_event")))
			return true;
	return false;
}

static bool find_mount(struct buf *place)
{
	struct buf mounts = { 0 };
	struct str at;

	kernel_text("/proc/self/mounts", &mounts);
	for (int version = 1; version <= 2 && !place->n; version++)
		for (struct str rest = buf_str(&mounts); rest.n && !place->n;)
			if (is_mount(str_cut(&rest, '\n'), &at, version == 2))
				buf_add(place, at);
	buf_ch(place, '\0');
	place->n--;
	buf_release(&mounts);
	return place->n > 0;
}

/* The path below the mount of the directory that `fd` has open. */
static bool path_of(int fd, struct str mount, struct buf *path)
{
	char link[48], target[4096];
	struct str found;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target));
	found = str(target, n > 0 ? (size_t)n : 0);
	if (!str_starts(found, mount) || str_ends(found, S(" (deleted)")))
		return false;
	found = str_skip(found, mount.n);
	buf_add(path, found.n ? found : S("/"));
	return true;
}

bool group_path(uint64_t id, struct buf *path)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} file = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	struct buf place = { 0 };
	int mount = find_mount(&place) ? open(place.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = -1;
	bool ok;

	memcpy(file.room + sizeof(struct file_handle), &id, sizeof(id));
	if (mount >= 0)
		fd = open_by_handle_at(mount, &file.handle, O_PATH | O_CLOEXEC);
	ok = fd >= 0 && path_of(fd, buf_str(&place), path);
	if (fd >= 0)
		close(fd);
	if (mount >= 0)
		close(mount);
	buf_release(&place);
	return ok;
}

void group_of_ours(struct buf *path)
{
	struct buf lines = { 0 };
	struct str rest;

	kernel_text("/proc/self/cgroup", &lines);
	for (rest = buf_str(&lines); rest.n;) {
		struct str line = str_cut(&rest, '\n');

		if (str_starts(line, S("0::")))
			buf_add(path, str_skip(line, 3));
	}
	buf_release(&lines);
}
