#include "record/kernel_text.h"

#include <fcntl.h>
#include <unistd.h>

bool kernel_text(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	to->n = 0;
	if (fd < 0)
		return false;
	while ((n = read(fd, buf_room(to, 4096), 4096)) > 0)
		to->n += (size_t)n;
	close(fd);
	if (!to->n)
		return false;
	to->n -= to->p[to->n - 1] == '\n';
	return true;
}
