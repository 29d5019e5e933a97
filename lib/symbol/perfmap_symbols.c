/* The symbolizer of JIT code whose mapping has the name of a perf map, as in perf. */
#include "object/perfmap.h"
#include "symbol/symbolizer.h"

static bool perfmap_handles(struct str file, struct str head)
{
	struct str base = str_basename(file);

	(void)head;
	return str_starts(base, S("perf-")) && str_ends(base, S(".map"));
}

static long long megabytes(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (long long)st.st_size >> 20 : 0;
}

static void *open_map(const struct symbol_file *file, struct buf *note)
{
	struct perfmap *m;

	if (file->fd < 0)
		return NULL;
	m = mem_zeroed(1, sizeof(*m));
	perfmap_refresh(m, file->fd);
	if (m->full)
		buf_printf(note,
			   "%.*s is too large: of %lld MB, the first %llu MB are read; later code "
			   "has no name, or that of earlier code at its address",
			   STR_ARG(file->name), megabytes(file->fd),
			   (unsigned long long)m->file.offset >> 20);
	return m;
}

static bool perfmap_find_frames(void *with, struct symbol_place at, struct buf *frames)
{
	struct symbol_frame frame = { 0 };

	if (!perfmap_find(with, at.absolute, &frame.name))
		return false;
	buf_put(frames, &frame, sizeof(frame));
	return true;
}

static void close_map(void *with)
{
	perfmap_release(with);
	mem_free(with, sizeof(struct perfmap));
}

const struct symbolizer symbolizer_perfmap = {
	.name = "perfmap",
	.help = "maps that JIT compilers write (perf-PID.map)",
	.handles = perfmap_handles,
	.absolute = true,
	.open = open_map,
	.find = perfmap_find_frames,
	.close = close_map,
};
