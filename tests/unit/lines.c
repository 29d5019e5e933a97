/*
 * Line tables as libdw has them: for each address of each unit of this very program, and
 * of a small one in the versions of DWARF that the compilers know, the row that our reader
 * finds is that of dwarf_getsrc_die().
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "symbol/dwarf/dwarf_line.h"
#include "tap.h"

static char dir[] = "/tmp/prof-lines-XXXXXX";

struct compared {
	size_t units, addresses, differ;
};

static void print_ours(const struct dwarf_lines *l, uint64_t addr, struct buf *to)
{
	const struct dwarf_row *row = dwarf_lines_find(l, addr);
	struct source_path path;

	if (!row)
		return;
	path = dwarf_lines_path(l, row->file);
	source_path_print(to, &path);
	buf_printf(to, ":%u", row->line);
}

/* libdw leaves a path relative when the directory is that of the compilation. */
static void print_theirs(const struct dwarf_unit *u, Dwarf_Die *unit, uint64_t addr, struct buf *to)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, addr);
	const char *path = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	int number;

	if (!path || dwarf_lineno(line, &number) != 0)
		return;
	if (path[0] != '/')
		buf_printf(to, "%.*s/", STR_ARG(u->comp_dir));
	buf_printf(to, "%s:%d", path, number);
}

/* From the first address of a sequence to the last, and a byte on both sides. */
static void compare_sequence(const struct dwarf_unit *u, const struct dwarf_lines *l,
			     const struct span *s, Dwarf_Die *unit, struct compared *c)
{
	struct buf ours = { 0 }, theirs = { 0 };

	for (uint64_t at = s->start; at < s->start + s->size; at++, c->addresses++) {
		ours.n = theirs.n = 0;
		print_ours(l, at, &ours);
		print_theirs(u, unit, at, &theirs);
		if (str_eq(buf_str(&ours), buf_str(&theirs)) || c->differ++)
			continue;
		printf("# 0x%llx: %.*s, and libdw: %.*s\n", (unsigned long long)at,
		       STR_ARG(buf_str(&ours)), STR_ARG(buf_str(&theirs)));
	}
	buf_release(&ours);
	buf_release(&theirs);
}

static void compare_unit(struct dwarf_unit *u, Dwarf *theirs, struct compared *c)
{
	struct dwarf_lines l = { 0 };
	Dwarf_Die root, unit;

	if (!dwarf_unit_read(u, &root) || !u->has_lines || !dwarf_offdie(theirs, u->root, &unit))
		return;
	dwarf_lines_read(&l, u, true);
	for (size_t i = 0; i < l.sequences.n; i++)
		compare_sequence(u, &l, &l.sequences.v[i], &unit, c);
	c->units++;
	dwarf_lines_release(&l);
}

static void compare_file(const char *path, const char *what, size_t least)
{
	uint64_t work = UINT64_MAX;
	struct dwarf_file f = { .work = &work, .least = 1 };
	struct compared c = { 0 };
	int fd = open(path, O_RDONLY);
	const char *why;
	struct elf e;
	Dwarf *theirs;

	if (!elf_open(&e, fd, &why))
		abort();
	theirs = dwarf_begin_elf(e.handle, DWARF_C_READ, NULL);
	dwarf_file_sections(&f, &e);
	dwarf_file_units(&f);
	for (size_t i = 0; i < f.nunit; i++)
		compare_unit(&f.unit[i], theirs, &c);
	ok(c.addresses >= least, "%s: %zu addresses in %zu units", what, c.addresses, c.units);
	ok(c.differ == 0, "%s: lines are those of libdw", what);
	dwarf_file_release(&f);
	dwarf_end(theirs);
	elf_close(&e);
	close(fd);
}

static void compile(const char *cc, const char *flags)
{
	char command[1024], path[256], what[64];

	snprintf(path, sizeof(path), "%s/program", dir);
	snprintf(what, sizeof(what), "%s %s", cc, flags);
	snprintf(
		command, sizeof(command),
		"cd %s && printf '#line 7 \"sub/other.h\"\\nstatic int f(int x) { return x * x; }\\n"
		"#line 1 \"program.c\"\\nint main(int n, char **v)\\n{\\n\\tif (v[n])\\n\\t\\t"
		"return f(n);\\n\\treturn f(n + 1);\\n}\\n' >program.c && "
		"%s -O1 -g %s -ffunction-sections -o program program.c 2>/dev/null",
		dir, cc, flags);
	if (system(command) == 0)
		compare_file(path, what, 16);
	else
		ok(true, "%s # SKIP the compiler cannot", what);
}

int main(void)
{
	static const char *const versions[] = { "-gdwarf-2", "-gdwarf-3", "-gdwarf-4",
						"-gdwarf-5" };
	char command[64];

	if (!mkdtemp(dir))
		abort();
	compare_file("/proc/self/exe", "this program", 10000);
	for (size_t i = 0; i < LEN(versions); i++) {
		compile("gcc", versions[i]);
		compile("clang", versions[i]);
	}
	compile("gcc", "-gdwarf-5 -gdwarf64");
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command) != 0 || done();
}
