#include "symbol/name_table.h"

#include <sys/stat.h>

enum { MOST = 3 << 20 }; /* approximate bytes; what grows may have twice that */

_Static_assert(sizeof(struct kept_name) == 40, "no padding");

void name_table_init(struct name_table *t)
{
	*t = (struct name_table){ .round = t->round };
	strings_init(&t->binaries);
	strings_init(&t->texts);
	table_init(&t->names, sizeof(struct kept_name), offsetof(struct kept_name, first));
}

void name_table_release(struct name_table *t)
{
	strings_release(&t->binaries);
	strings_release(&t->texts);
	table_release(&t->names);
	buf_release(&t->frames);
	buf_release(&t->notes);
}

/* Binaries */

/* The identity of a binary: its build id, or else the fields of stat(2). */
static void write_identity(struct buf *to, struct str name, struct str build_id, int fd)
{
	struct stat st;

	if (build_id.n) {
		buf_printf(to, "%s build id ", fd >= 0 ? "file" : "no file");
		buf_add(to, build_id);
	} else if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_ino) {
		const uint64_t what[] = {
			st.st_dev, st.st_ino, (uint64_t)st.st_size,
			(uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec,
			(uint64_t)st.st_ctim.tv_sec * 1000000000 + (uint64_t)st.st_ctim.tv_nsec
		};

		buf_put(to, what, sizeof(what));
	} else if (fd < 0 && str_starts(name, S("["))) { /* the kernel, or its vDSO */
		buf_add(to, name);
	}
}

uint32_t name_table_binary(struct name_table *t, struct str name, struct str build_id, int fd,
			   uint32_t rows)
{
	struct buf identity = { 0 };
	uint32_t binary = 0;

	write_identity(&identity, name, build_id, fd);
	if (identity.n) {
		buf_put(&identity, &rows, sizeof(rows));
		binary = strings_intern(&t->binaries, buf_str(&identity));
	}
	buf_release(&identity);
	return binary;
}

bool name_table_noted(const struct name_table *t, uint32_t binary, enum name_note note)
{
	return binary < t->notes.n && t->notes.p[binary] & (char)note;
}

void name_table_note(struct name_table *t, uint32_t binary, enum name_note note)
{
	while (t->notes.n <= binary)
		buf_ch(&t->notes, 0);
	t->notes.p[binary] |= (char)note;
}

/* Names */

static struct kept_name key_of(uint32_t binary, struct symbol_place at)
{
	return (struct kept_name){ .binary = binary,
				   .is_vaddr = at.is_vaddr,
				   .offset = at.offset,
				   .absolute = at.absolute };
}

const struct kept_name *name_table_find(struct name_table *t, uint32_t binary,
					struct symbol_place at, uint32_t rounds)
{
	struct kept_name key = key_of(binary, at);
	uint32_t row = table_find(&t->names, &key);
	struct kept_name *known = table_row(&t->names, row);

	if (row)
		known->used = t->round;
	if (!row || (!known->n && rounds && t->round - known->round >= rounds))
		return NULL;
	return known;
}

void name_table_add(struct name_table *t, uint32_t binary, struct symbol_place at, uint32_t n)
{
	struct kept_name key = key_of(binary, at), *row;

	row = table_row(&t->names, table_intern(&t->names, &key));
	row->first = (uint32_t)BUF_COUNT(&t->frames, struct kept_frame);
	row->n = n;
	row->round = row->used = t->round;
}

static uint32_t keep_text(struct name_table *t, struct str s)
{
	uint32_t before = t->texts.n, i = strings_intern(&t->texts, s);

	if (i == before)
		t->text_bytes += s.n + 1 + 4 * sizeof(uint64_t);
	return i;
}

void name_table_add_frame(struct name_table *t, const struct named_frame *f)
{
	struct kept_frame row = { keep_text(t, f->name),
				  keep_text(t, f->linkage),
				  keep_text(t, f->module),
				  keep_text(t, f->file),
				  f->line,
				  f->start_line };

	buf_put(&t->frames, &row, sizeof(row));
}

/* Rounds */

static void copy_name(struct name_table *t, const struct name_table *from,
		      const struct kept_name *name)
{
	struct kept_name row = *name;
	const struct kept_frame *f = name_table_frames(from, name);

	row.binary = strings_intern(&t->binaries, strings_get(&from->binaries, name->binary));
	row.first = (uint32_t)BUF_COUNT(&t->frames, struct kept_frame);
	table_intern(&t->names, &row);
	if (name->binary < from->notes.n)
		name_table_note(t, row.binary, (enum name_note)from->notes.p[name->binary]);
	for (uint32_t i = 0; i < name->n; i++) {
		struct named_frame frame = { .name = strings_get(&from->texts, f[i].name),
					     .linkage = strings_get(&from->texts, f[i].linkage),
					     .module = strings_get(&from->texts, f[i].module),
					     .file = strings_get(&from->texts, f[i].file),
					     .line = f[i].line,
					     .start_line = f[i].start_line };

		name_table_add_frame(t, &frame);
	}
}

static void drop_unused(struct name_table *t)
{
	struct name_table was = *t;

	name_table_init(t);
	for (uint32_t i = 1; i < was.names.n; i++) {
		const struct kept_name *name = table_row(&was.names, i);

		if (name->used == was.round)
			copy_name(t, &was, name);
	}
	name_table_release(&was);
}

void name_table_begin(struct name_table *t)
{
	size_t row = sizeof(struct kept_name) + 2 * sizeof(uint32_t); /* with its index */
	size_t bytes = t->names.n * row + t->frames.n + t->text_bytes;

	if (bytes >= MOST)
		drop_unused(t);
	t->round++;
}
