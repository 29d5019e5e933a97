#include "symbol/frame.h"

void symbol_frames_reverse(struct buf *frames, size_t from)
{
	struct symbol_frame *frame = (struct symbol_frame *)(frames->p + from);
	size_t n = (frames->n - from) / sizeof(*frame);

	for (size_t i = 0; i < n / 2; i++) {
		struct symbol_frame swap = frame[i];

		frame[i] = frame[n - 1 - i];
		frame[n - 1 - i] = swap;
	}
}

void source_path_print(struct buf *b, const struct source_path *path)
{
	size_t from = b->n;

	for (size_t i = 0; i < LEN(path->part); i++) {
		if (!path->part[i].n)
			continue;
		if (b->n > from && b->p[b->n - 1] != '/')
			buf_ch(b, '/');
		buf_add(b, path->part[i]);
	}
}

bool source_path_eq(const struct source_path *a, const struct source_path *b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	source_path_print(&x, a);
	source_path_print(&y, b);
	same = str_eq(buf_str(&x), buf_str(&y));
	buf_release(&x);
	buf_release(&y);
	return same;
}
