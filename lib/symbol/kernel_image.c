#include "symbol/kernel_image.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "object/elf.h"
#include "symbol/debuginfod.h"
#include "symbol/kallsyms.h"

/* Paths by release, as in distributions. open_installed() also searches by build id. */
static const char *const places[] = {
	"/usr/lib/debug/boot/vmlinux-%s",
	"/usr/lib/debug/lib/modules/%s/vmlinux",
	"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
	"/lib/modules/%s/vmlinux",
	"/lib/modules/%s/build/vmlinux",
	"/boot/vmlinux-%s",
	"/boot/vmlinux-%s.debug",
};

/* The running kernel's notes have the format of those in ELF images. */
static void read_build_id(struct buf *id)
{
	enum { GNU_BUILD_ID = 3 };
	int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	char notes[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, notes, sizeof(notes));
	struct str rest = str(notes, n > 0 ? (size_t)n : 0);

	if (fd >= 0)
		close(fd);
	while (rest.n >= 12) {
		uint32_t head[3]; /* sizes of name and description, type */
		uint64_t name, all;

		memcpy(head, rest.p, sizeof(head));
		name = ((uint64_t)head[0] + 3) & ~UINT64_C(3);
		all = 12 + name + (((uint64_t)head[1] + 3) & ~UINT64_C(3));
		if (all > rest.n)
			break;
		if (head[2] == GNU_BUILD_ID && str_starts(str_skip(rest, 12), S("GNU")))
			buf_add(id, str(rest.p + 12 + name, head[1]));
		rest = str_skip(rest, (size_t)all);
	}
}

/* Places the text, the first executable segment, which begins with the symbol _text. */
static bool place_image(struct kernel_image *k, const struct elf *e)
{
	uint64_t text = kallsyms_address(S("_text"));

	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];

		if (s->type != PT_LOAD || !(s->flags & PF_X))
			continue;
		k->slide = text - s->vaddr;
		k->start = text;
		k->end = text + s->memsz;
		return text != 0;
	}
	return false;
}

/* Uses the file of a descriptor, or closes it if it is not that of the running kernel. */
static bool use_image(struct kernel_image *k, int fd, struct str build_id)
{
	struct elf e = { 0 };
	const char *why;
	bool ok = fd >= 0 && elf_open(&e, fd, &why) && build_id.n && str_eq(e.build_id, build_id) &&
		  elf_section(&e, ".debug_info") && place_image(k, &e);

	elf_close(&e);
	if (ok)
		k->fd = fd;
	else if (fd >= 0)
		close(fd);
	return ok;
}

static bool open_path(struct kernel_image *k, struct str path, struct str build_id)
{
	k->path.n = 0;
	buf_add(&k->path, path);
	buf_ch(&k->path, '\0');
	return use_image(k, open(k->path.p, O_RDONLY | O_CLOEXEC), build_id);
}

static bool open_installed(struct kernel_image *k, struct str build_id)
{
	struct buf path = { 0 };
	struct utsname u;
	bool ok = false;

	for (size_t i = 0; i < LEN(places) && !ok && uname(&u) == 0; i++) {
		struct str release = str_of(u.release), place = str_of(places[i]);
		ptrdiff_t at = str_find(place, S("%s"));

		path.n = 0;
		buf_add(&path, str(place.p, (size_t)at));
		buf_add(&path, release);
		buf_add(&path, str_skip(place, (size_t)at + 2));
		ok = open_path(k, buf_str(&path), build_id);
	}
	if (!ok && build_id.n > 1) {
		path.n = 0;
		buf_add(&path, S("/usr/lib/debug/.build-id/"));
		elf_print_build_id(&path, str(build_id.p, 1));
		buf_ch(&path, '/');
		elf_print_build_id(&path, str_skip(build_id, 1));
		buf_add(&path, S(".debug"));
		ok = open_path(k, buf_str(&path), build_id);
	}
	buf_release(&path);
	return ok;
}

void kernel_image_find(struct kernel_image *k, const char *path, bool debuginfod, struct buf *note)
{
	struct buf id = { 0 };
	bool ok;

	if (k->looked)
		return;
	k->looked = true;
	k->fd = -1;
	read_build_id(&id);
	ok = path ? open_path(k, str_of(path), buf_str(&id)) : open_installed(k, buf_str(&id));
	if (!ok && path)
		buf_printf(note,
			   "%s is not the image of the running kernel with debugging information: "
			   "its frames have no lines",
			   path);
	else if (!ok && debuginfod && id.n)
		use_image(k, debuginfod_open(buf_str(&id)), buf_str(&id));
	buf_release(&id);
}

void kernel_image_release(struct kernel_image *k)
{
	if (k->looked && k->fd >= 0)
		close(k->fd);
	buf_release(&k->path);
}
