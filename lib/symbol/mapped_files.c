#include "symbol/mapped_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "symbol/regular_file.h"

enum { IDLE_ROUNDS = 2 };

static const struct symbolizer *const table[SYMBOLIZERS] = { &symbolizer_go, &symbolizer_elf,
							     &symbolizer_kallsyms,
							     &symbolizer_perfmap,
							     &symbolizer_jitdump };

const struct symbolizer *symbolizer_at(size_t i)
{
	return i < LEN(table) ? table[i] : NULL;
}

void mapped_files_init(struct mapped_files *f, const struct symbol_options *options)
{
	*f = (struct mapped_files){ .options = options };
	strings_init(&f->said);
}

/* Opening and closing one */

static void close_tables(struct mapped_file *m)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++) {
		if (m->with[i])
			table[i]->close(m->with[i]);
		m->with[i] = NULL;
	}
}

static void close_file(struct mapped_file *m)
{
	close_tables(m);
	mem_free((char *)m->name.p, m->name.n + 1);
	mem_free((char *)m->build_id.p, m->build_id.n + 1);
	mem_free(m, sizeof(*m));
}

void mapped_files_release(struct mapped_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		close_file(f->all[i]);
	mem_free(f->all, f->cap * sizeof(*f->all));
	strings_release(&f->said);
}

static int open_by_path(struct str path)
{
	return str_starts(path, S("/")) ? regular_file_open(path.p) : -1;
}

static int open_source(const struct mapped_files *f, const struct profile *p, map_id map)
{
	const struct symbol_source *source = &f->options->source;

	if (source->open)
		return source->open(source->context, p, map);
	return open_by_path(dict_text(p->dict, dict_mapping(p->dict, map)->file));
}

/* Fill in what tells the file from another one; all 0 when there is none. */
static void identify(int fd, uint64_t identity[4])
{
	struct stat st;

	memset(identity, 0, 4 * sizeof(*identity));
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	identity[0] = st.st_dev;
	identity[1] = st.st_ino;
	identity[2] = (uint64_t)st.st_size;
	identity[3] = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
}

static void say(struct mapped_files *f, struct str line, struct buf *notes)
{
	if (!line.n || strings_find(&f->said, line))
		return;
	strings_intern(&f->said, line);
	buf_add(notes, line);
	buf_ch(notes, '\n');
}

static void open_tables(struct mapped_files *f, struct mapped_file *m, int fd, struct buf *notes)
{
	struct symbol_file file = { m->name, m->build_id, fd, f->options };
	struct buf note = { 0 };
	char head[64];
	ssize_t n = fd >= 0 ? pread(fd, head, sizeof(head), 0) : 0;

	identify(fd, m->identity);
	m->present = fd >= 0 || !str_starts(m->name, S("/"));
	for (size_t i = 0; i < SYMBOLIZERS; i++) {
		note.n = 0;
		if (table[i]->handles(m->name, str(head, n > 0 ? (size_t)n : 0)))
			m->with[i] = table[i]->open(&file, &note);
		say(f, buf_str(&note), notes);
	}
	buf_release(&note);
}

/* All of them */

static struct str copy(struct str s)
{
	char *to = mem_zeroed(s.n + 1, 1);

	memcpy(to, s.p, s.n);
	return str(to, s.n);
}

static struct mapped_file *find_file(struct mapped_files *f, struct str name, struct str build_id)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->all[i]->name, name) && str_eq(f->all[i]->build_id, build_id))
			return f->all[i];
	return NULL;
}

static struct mapped_file *add_file(struct mapped_files *f, struct str name, struct str build_id)
{
	struct mapped_file *m = mem_zeroed(1, sizeof(*m));

	f->all = mem_grow(f->all, &f->cap, f->n + 1, sizeof(*f->all));
	f->all[f->n++] = m;
	m->name = copy(name);
	m->build_id = copy(build_id);
	return m;
}

/*
 * It was open before. Some tables follow their file as it changes; the others are made
 * anew when no build id vouches for them and the file is another one.
 */
static void reopen(struct mapped_files *f, struct mapped_file *m, int fd, struct buf *notes)
{
	uint64_t identity[4];
	bool follows = false;

	for (size_t i = 0; i < SYMBOLIZERS; i++) {
		if (!m->with[i] || !table[i]->refresh)
			continue;
		table[i]->refresh(m->with[i], fd);
		follows = true;
	}
	identify(fd, identity);
	if (follows || m->build_id.n || memcmp(identity, m->identity, sizeof(identity)) == 0)
		return;
	close_tables(m);
	open_tables(f, m, fd, notes);
}

struct mapped_file *mapped_files_get(struct mapped_files *f, const struct profile *p, map_id map,
				     struct buf *notes)
{
	const struct mapping *row = dict_mapping(p->dict, map);
	struct str name = dict_text(p->dict, row->file),
		   build_id = dict_text(p->dict, row->build_id);
	struct mapped_file *m = find_file(f, name, build_id);
	int fd;

	if (m && m->used == f->round)
		return m;
	fd = open_source(f, p, map);
	if (m && m->present) {
		reopen(f, m, fd, notes);
	} else {
		m = m ? m : add_file(f, name, build_id);
		close_tables(m);
		open_tables(f, m, fd, notes);
	}
	regular_file_close(fd);
	m->used = f->round;
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		m->off[i] = m->with[i] && table[i]->holds && !f->options->source.open &&
			    !table[i]->holds(p);
	return m;
}

bool mapped_file_find(struct mapped_file *m, struct symbol_place at, struct buf *frames)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (m->with[i] && !m->off[i] && table[i]->find(m->with[i], at, frames))
			return true;
	return false;
}

void mapped_file_rest(struct mapped_file *m)
{
	for (size_t i = 0; i < SYMBOLIZERS; i++)
		if (m->with[i] && table[i]->rest)
			table[i]->rest(m->with[i]);
}

/* Rounds */

void mapped_files_begin(struct mapped_files *f)
{
	f->round++;
}

void mapped_files_end(struct mapped_files *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->round - f->all[i]->used < IDLE_ROUNDS)
			f->all[kept++] = f->all[i];
		else
			close_file(f->all[i]);
	}
	f->n = kept;
}
