/*
 * The symbolizer of kernel frames. The kernel's addresses differ from boot to boot, so only a
 * profile gets names whose facts name this machine, and whose time is after this boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "symbol/kallsyms.h"
#include "symbol/symbolizer.h"

static bool kernel_handles(struct str file, struct str head)
{
	(void)head;
	return mapping_flags(file) & LOC_KERNEL && str_starts(file, S("[")) &&
	       !str_starts(file, S("[guest"));
}

/* When this boot began, in ns since 1970. */
static int64_t boot_time(void)
{
	struct timespec now, up;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_BOOTTIME, &up) < 0)
		return 0;
	return (int64_t)(now.tv_sec - up.tv_sec) * 1000000000 + (now.tv_nsec - up.tv_nsec);
}

/* Does the profile have the fact with this value, and with no other? */
static bool has_fact(const struct profile *p, struct str key, const char *value)
{
	bool found = false;

	for (size_t i = 0; i < profile_ncomment(p); i++) {
		struct str rest = dict_text(p->dict, profile_comment(p, i));

		if (!str_eq(str_cut(&rest, '='), key))
			continue;
		if (!str_eq(rest, str_of(value)))
			return false;
		found = true;
	}
	return found;
}

static bool kernel_holds(const struct profile *p)
{
	enum { SLACK = 2 }; /* seconds by which the clock may have been adjusted */
	struct utsname u;

	if (uname(&u) < 0 || !has_fact(p, S("host"), u.nodename) ||
	    !has_fact(p, S("kernel"), u.release))
		return false;
	return p->head.time + (int64_t)SLACK * 1000000000 > boot_time();
}

static void close_kernel(void *with)
{
	struct kallsyms *k = with;

	kallsyms_release(k);
	mem_free(k, sizeof(*k));
}

static void *open_kernel(const struct symbol_file *file, struct buf *note)
{
	struct kallsyms *k = mem_zeroed(1, sizeof(*k));
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC), error = errno;

	(void)file;
	kallsyms_read(k, fd);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !k->hidden)
		return k;
	if (fd < 0)
		buf_printf(note,
			   "/proc/kallsyms cannot be opened: %s: the kernel's frames stay "
			   "without names",
			   strerror(error));
	else
		buf_printf(note, "the kernel's symbols are hidden from this user "
				 "(/proc/kallsyms): its frames stay without names");
	close_kernel(k);
	return NULL;
}

static bool kernel_find_frames(void *with, struct symbol_place at, struct buf *frames)
{
	struct symbol_frame frame = { 0 };

	if (!kallsyms_find(with, at.absolute, &frame.name, &frame.module))
		return false;
	buf_put(frames, &frame, sizeof(frame));
	return true;
}

const struct symbolizer symbolizer_kallsyms = {
	.name = "kallsyms",
	.help = "the running kernel, its modules and BPF programs",
	.handles = kernel_handles,
	.absolute = true,
	.holds = kernel_holds,
	.open = open_kernel,
	.find = kernel_find_frames,
	.close = close_kernel,
};
