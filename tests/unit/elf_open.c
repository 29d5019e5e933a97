/* Files that are no images: nothing is open afterwards, and closing that is allowed. */
#include "object/elf.h"

#include <fcntl.h>
#include <unistd.h>

#include "scratch.h"
#include "tap.h"

static void refused(const char *path, const char *text, const char *name)
{
	struct elf e;
	const char *why = NULL;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(&e, 0x5a, sizeof(e));
	ok(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		   !elf_open(&e, fd, &why) && why,
	   "%s", name);
	ok(!e.handle && !e.mapped && !e.segment && !e.section, "and nothing is open");
	elf_close(&e);
	close(fd);
}

int main(void)
{
	char path[64];

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/file", dir);
	refused("/dev/null", "", "a device");
	refused(path, "", "an empty file");
	refused(path, "#!/bin/sh\n", "a script");
	refused(path, "\177ELF", "the beginning of an image");
	run("rm -r %s", dir);
	return done();
}
