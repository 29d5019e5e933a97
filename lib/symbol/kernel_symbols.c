/*
 * The symbolizer of the kernel's frames. Addresses are those of the running kernel,
 * which differ from boot to boot: a profile is touched only when its facts say that it
 * was recorded here, and its time that this was since then.
 */
#include <fcntl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "symbol/kallsyms.h"
#include "symbol/symbolizer.h"

static bool handles(struct str file, struct str head)
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

/* Does the profile have the fact, and everywhere with that value? */
static bool says(const struct profile *p, struct str key, const char *value)
{
	bool said = false;

	for (size_t i = 0; i < profile_ncomment(p); i++) {
		struct str rest = dict_text(p->dict, profile_comment(p, i));

		if (!str_eq(str_cut(&rest, '='), key))
			continue;
		if (!str_eq(rest, str_of(value)))
			return false;
		said = true;
	}
	return said;
}

static bool holds(const struct profile *p)
{
	enum { SLACK = 2 }; /* s that a clock may have been put right by */
	struct utsname u;

	if (uname(&u) < 0 || !says(p, S("host"), u.nodename) || !says(p, S("kernel"), u.release))
		return false;
	return !p->head.time || p->head.time + (int64_t)SLACK * 1000000000 > boot_time();
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
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);

	(void)file;
	kallsyms_read(k, fd);
	if (fd >= 0)
		close(fd);
	if (!k->hidden)
		return k;
	buf_printf(note, "the kernel's symbols are hidden from this user (/proc/kallsyms): its "
			 "frames stay without names");
	close_kernel(k);
	return NULL;
}

static bool find(void *with, struct symbol_place at, struct buf *frames)
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
	.handles = handles,
	.absolute = true,
	.holds = holds,
	.open = open_kernel,
	.find = find,
	.close = close_kernel,
};
