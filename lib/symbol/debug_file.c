#include "symbol/debug_file.h"

#include <libdeflate.h>

#include "io/cursor.h"
#include "object/debug_link.h"
#include "symbol/other_file.h"

/* A search for a debug file, and the places where it may be. */
struct search {
	const struct symbol_options *options;
	struct str path; /* of the file that refers to it */
	struct str name; /* in that file */
	struct str id;   /* its build id, in bytes; may be empty */
	struct debug_link link;
	struct buf places; /* paths, each with a NUL */
	struct elf *found;
};

/* GNU's link to an alternate file: a name, and its build id. */
static bool read_altlink(struct search *s, struct str link)
{
	struct cursor c = cursor_over(link);

	s->name = cursor_text(&c);
	s->id = cursor_bytes(&c, cursor_left(&c));
	return !c.failed && s->name.n && s->id.n;
}

/* DWARF 5's link, in both files: a version, which of the two this is, the other's name, an id. */
static bool read_sup(const struct elf *e, bool shared, struct str *name, struct str *id)
{
	struct cursor c = cursor_over(elf_contents(e, elf_section(e, ".debug_sup")));
	uint64_t version = cursor_int(&c, 2), is_shared = cursor_int(&c, 1);

	*name = cursor_text(&c);
	*id = cursor_bytes(&c, cursor_uleb(&c));
	return !c.failed && version == 5 && is_shared == shared && id->n;
}

/* Is the candidate the file that is searched for? */
static bool is_right(const struct search *s, const struct elf *e)
{
	struct str name, id;

	if (read_sup(e, true, &name, &id))
		return str_eq(s->id, id);
	if (s->id.n && e->build_id.n)
		return str_eq(s->id, e->build_id);
	return s->link.has_crc && libdeflate_crc32(0, e->file.p, e->file.n) == s->link.crc;
}

static bool try_fd(struct search *s, int fd)
{
	const char *why;
	bool opened = fd >= 0 && elf_open(s->found, fd, &why);

	other_file_close(fd);
	if (opened && is_right(s, s->found))
		return true;
	if (opened)
		elf_close(s->found);
	return false;
}

static bool search(struct search *s)
{
	struct str places;
	bool ok = false;

	debug_link_places(&s->places, s->id, s->name, s->path, str_of(s->options->debug_dirs));
	for (places = buf_str(&s->places); places.n && !ok;)
		ok = try_fd(s, other_file_first(&places));
	if (!ok && s->id.n && s->options->debuginfod)
		ok = try_fd(s, other_file_of_build(s->id));
	buf_release(&s->places);
	return ok;
}

bool debug_file_open(struct elf *debug, const struct elf *image, struct str path,
		     const struct symbol_options *options)
{
	struct search s = { .options = options, .path = path, .found = debug };

	s.id = image->build_id;
	s.link = debug_link_read(image);
	s.name = s.link.name;
	return search(&s);
}

static int digit_of(char c)
{
	const char *digits = "0123456789abcdef", *at = memchr(digits, c | 0x20, 16);

	return c >= '0' && c <= '9' ? c - '0' : at ? (int)(at - digits) : -1;
}

bool debug_file_open_build(struct elf *debug, struct str build_id,
			   const struct symbol_options *options)
{
	struct search s = { .options = options, .found = debug };
	char id[64];

	if (build_id.n % 2 || build_id.n / 2 > sizeof(id))
		return false;
	for (size_t i = 0; i < build_id.n / 2; i++) {
		int high = digit_of(build_id.p[2 * i]), low = digit_of(build_id.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id[i] = (char)(high << 4 | low);
	}
	s.id = str(id, build_id.n / 2);
	return search(&s);
}

bool debug_file_open_alt(struct elf *alt, const struct elf *debug, struct str path,
			 const struct symbol_options *options)
{
	struct search s = { .options = options, .path = path, .found = alt };

	if (!read_altlink(&s, elf_contents(debug, elf_section(debug, ".gnu_debugaltlink"))) &&
	    !read_sup(debug, false, &s.name, &s.id))
		return false;
	return search(&s);
}
