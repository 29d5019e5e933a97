#include "symbol/mapped_file.h"

#include <unistd.h>

static const struct symbolizer *const table[SYMBOLIZERS] = {
	&symbolizer_go,      &symbolizer_elf,     &symbolizer_kallsyms,
	&symbolizer_perfmap, &symbolizer_jitdump, &symbolizer_fde
};

const struct symbolizer *symbolizer_at(size_t i)
{
	return i < LEN(table) ? table[i] : NULL;
}

uint32_t symbolizers_for(struct str name, struct str head)
{
	uint32_t rows = 0;

	for (size_t i = 0; i < SYMBOLIZERS; i++)
		rows |= (uint32_t)table[i]->handles(name, head) << i;
	return rows;
}

struct str file_head(int fd, char head[static 64])
{
	ssize_t n = fd >= 0 ? pread(fd, head, 64, 0) : 0;

	return str(head, n > 0 ? (size_t)n : 0);
}

void mapped_file_open(struct mapped_file *m, const struct symbol_file *file, uint32_t rows,
		      struct buf *notes)
{
	char head[64];

	*m = (struct mapped_file){ 0 };
	rows &= symbolizers_for(file->name, file_head(file->fd, head));
	for (size_t i = 0; i < SYMBOLIZERS; i++) {
		size_t before = notes->n;

		if (rows >> i & 1)
			m->with[i] = table[i]->open(file, notes);
		if (notes->n > before)
			buf_ch(notes, '\n');
	}
}

void mapped_file_close(struct mapped_file *m)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (m->with[i])
			table[i]->close(m->with[i]);
	*m = (struct mapped_file){ 0 };
}

bool mapped_file_find(const struct mapped_file *m, struct symbol_place at, struct buf *frames)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (m->with[i] && table[i]->find(m->with[i], at, frames))
			return true;
	return false;
}
