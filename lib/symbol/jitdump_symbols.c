/*
 * The symbolizer of JIT code whose mapping has the name of a jitdump. A recorder, which has the
 * times of its samples, uses jitdump.h directly. This symbolizer finds the latest code at an
 * address, for code that reached the dump too late for that.
 */
#include "object/jitdump.h"
#include "symbol/symbolizer.h"

static bool jitdump_handles(struct str file, struct str head)
{
	(void)head;
	return jitdump_is_name(file);
}

static void *open_dump(const struct symbol_file *file, struct buf *note)
{
	struct jitdump *j;

	if (file->fd < 0)
		return NULL;
	j = mem_zeroed(1, sizeof(*j));
	jitdump_feed(j, file->fd);
	if (j->full)
		buf_printf(note,
			   "%.*s is too large: the first %llu MB are read; later code has no name, "
			   "or that of earlier code at its address",
			   STR_ARG(file->name), (unsigned long long)j->file.offset >> 20);
	return j;
}

static bool jitdump_find_frames(void *with, struct symbol_place at, struct buf *frames)
{
	struct jit_symbol s;
	struct symbol_frame frame = { 0 };

	if (!jitdump_find(with, at.absolute, UINT64_MAX, &s))
		return false;
	frame.name = s.name;
	frame.file.part[0] = s.file;
	frame.line = s.line;
	buf_put(frames, &frame, sizeof(frame));
	return true;
}

static void close_dump(void *with)
{
	jitdump_release(with);
	mem_free(with, sizeof(struct jitdump));
}

const struct symbolizer symbolizer_jitdump = {
	.name = "jitdump",
	.help = "logs that JIT compilers write (jit-PID.dump)",
	.handles = jitdump_handles,
	.absolute = true,
	.open = open_dump,
	.find = jitdump_find_frames,
	.close = close_dump,
};
