/* Names of addresses, from those recorded binaries that were found. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "format/perf_data/perf_data.h"
#include "io/open_untrusted.h"
#include "symbol/kallsyms.h"
#include "symbol/symbol.h"

/* Is the running kernel the recorded build, as far as that is known? (Notes as in ELF.) */
static bool is_kernel_build(const struct perf_data *r)
{
	uint32_t row = strings_find(&r->paths, S("[kernel.kallsyms]"));
	const struct perf_data_build_id *id;
	char notes[4096];
	int fd;
	ssize_t n;

	if (!row || row >= r->build_id.n || !r->build_id.v[row].n)
		return true;
	id = &r->build_id.v[row];
	fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, notes, sizeof(notes));
	if (fd >= 0)
		close(fd);
	return n > 0 && str_find(str(notes, (size_t)n), str(id->bytes, id->n)) >= 0;
}

/* Addresses of the kernel are those of this boot if its text has the recorded address. */
bool perf_data_kernel_runs(const struct perf_data *r)
{
	struct utsname u;

	return r->is_here && r->kernel_text && uname(&u) == 0 &&
	       str_eq(buf_str(&r->kernel), str_of(u.release)) && is_kernel_build(r) &&
	       (r->kernel_text == kallsyms_address(S("_text")) ||
		r->kernel_text == kallsyms_address(S("_stext")));
}

static int open_jit_map(const struct perf_data *r, int pid)
{
	char path[40];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", pid);
	return r->is_here ? open_untrusted(-1, path, 0) : -1;
}

/* The debugging information of a missing binary may still exist. */
static bool has_debug_file(const struct binary *b)
{
	struct str id = buf_str(&b->build_id);
	struct buf path = { 0 };
	bool there;

	if (id.n < 2)
		return false;
	buf_printf(&path, "/usr/lib/debug/.build-id/%.2s/%.*s.debug", id.p, (int)id.n - 2,
		   id.p + 2);
	buf_ch(&path, '\0');
	there = access(path.p, R_OK) == 0;
	buf_release(&path);
	return there;
}

/* A copy, since the symbols close it. */
static struct symbol_binary open_mapping(void *context, const struct profile *p, map_id map)
{
	const struct perf_data *r = context;
	struct symbol_binary none = { .fd = -1, .root = -1, .unknown = true }, b = none;
	const struct perf_data_mapping *m;

	if (mapping_flags(dict_text(p->dict, dict_mapping(p->dict, map)->file)) & LOC_KERNEL) {
		b.unknown = !perf_data_kernel_runs(r);
		return b;
	}
	if (map.i >= r->mapping.n)
		return none;
	m = &r->mapping.v[map.i];
	b.unknown = false;
	if (!m->binary) {
		b.fd = m->pid ? open_jit_map(r, m->pid) : -1;
		b.unknown = b.fd < 0;
	} else if (m->binary->fd >= 0) {
		b.fd = fcntl(m->binary->fd, F_DUPFD_CLOEXEC, 0);
	} else if (m->binary->is_vdso) {
		b.unknown = !m->binary->found;
	} else {
		b.unknown = !has_debug_file(m->binary);
	}
	return b;
}

static void note_all(struct perf_data *r, struct str lines)
{
	while (lines.n) {
		struct str line = str_cut(&lines, '\n');

		in_note(r->in, 0, "%.*s", STR_ARG(line));
	}
}

void perf_data_name(struct perf_data *r)
{
	struct symbol_options how = { .source = { .open = open_mapping, .context = r },
				      .inlines = true,
				      .lines = true };
	struct symbols *s = symbols_open(&how);
	struct buf notes = { 0 };
	struct symbol_counts n = symbolize(s, r->p, &notes);

	note_all(r, buf_str(&notes));
	if (n.unnamed)
		in_note(r->in, 0, "%u of %u addresses have no name", n.unnamed,
			n.named + n.unnamed);
	buf_release(&notes);
	symbols_close(s);
}
