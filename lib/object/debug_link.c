#include "object/debug_link.h"

#include "io/cursor.h"

/* The link is a name, padded to four bytes, and the checksum of the file. */
struct debug_link debug_link_read(const struct elf *image)
{
	struct cursor c = cursor_over(elf_contents(image, elf_section(image, ".gnu_debuglink")));
	struct debug_link link = { .name = cursor_text(&c) };

	cursor_skip(&c, (4 - (link.name.n + 1) % 4) % 4);
	link.crc = (uint32_t)cursor_int(&c, 4);
	link.has_crc = !c.failed;
	if (str_chr(link.name, '/') >= 0)
		link.name = S(""); /* must not be a path */
	return link;
}

/* DIR/SUB/NAME */
static void add_place(struct buf *places, struct str dir, struct str sub, struct str name)
{
	buf_add(places, dir);
	buf_add(places, sub);
	buf_ch(places, '/');
	buf_add(places, name);
	buf_ch(places, '\0');
}

/* DIR/.build-id/01/23456789.debug */
static void add_build_id(struct buf *places, struct str dir, struct str build_id)
{
	struct buf hex = { 0 };

	if (build_id.n < 2)
		return;
	elf_print_build_id(&hex, build_id);
	buf_printf(places, "%.*s/.build-id/%.2s/%.*s.debug", STR_ARG(dir), hex.p, (int)hex.n - 2,
		   hex.p + 2);
	buf_ch(places, '\0');
	buf_release(&hex);
}

/* Adds paths next to the referring file, and under its path in the debug directories. */
static void add_name(struct buf *places, struct str name, struct str path, struct str dirs)
{
	struct str dir = str(path.p, path.n - str_basename(path).n);

	if (!name.n)
		return;
	if (name.p[0] == '/') {
		buf_add(places, name);
		buf_ch(places, '\0');
		return;
	}
	dir.n -= dir.n > 0;
	add_place(places, dir, S(""), name);
	add_place(places, dir, S("/.debug"), name);
	while (dirs.n)
		add_place(places, str_cut(&dirs, ':'), dir, name);
}

void debug_link_places(struct buf *places, struct str build_id, struct str name, struct str path,
		       struct str dirs)
{
	for (struct str rest = dirs; rest.n;)
		add_build_id(places, str_cut(&rest, ':'), build_id);
	add_name(places, name, path, dirs);
}
