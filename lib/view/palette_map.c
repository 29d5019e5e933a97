/*
 * Names may contain "->" (those of inlined Java methods do), so the last one on a line is the
 * separator.
 */
#include "view/palette_map.h"

#include <stdlib.h>
#include <unistd.h>

#include "io/escape.h"
#include "io/in.h"
#include "io/out.h"

void palette_map_init(struct palette_map *m)
{
	*m = (struct palette_map){ 0 };
	strings_init(&m->names);
}

void palette_map_release(struct palette_map *m)
{
	strings_release(&m->names);
	mem_free(m->color, m->cap * sizeof(*m->color));
}

const struct rgb *palette_map_find(const struct palette_map *m, struct str name)
{
	uint32_t i = strings_find(&m->names, name);

	return i ? &m->color[i] : NULL;
}

void palette_map_set(struct palette_map *m, struct str name, struct rgb color)
{
	uint32_t i = strings_intern(&m->names, name);

	m->color = mem_grow(m->color, &m->cap, (size_t)i + 1, sizeof(*m->color));
	m->color[i] = color;
}

/* Reading */

static ptrdiff_t find_last_arrow(struct str line)
{
	for (size_t i = line.n; i-- > 1;)
		if (line.p[i] == '>' && line.p[i - 1] == '-')
			return (ptrdiff_t)i - 1;
	return -1;
}

static bool read_line(struct palette_map *m, struct in *in, struct str line)
{
	ptrdiff_t at = find_last_arrow(line);
	struct rgb color;

	if (at < 0 || !rgb_parse(str_skip(line, (size_t)at + 2), &color))
		return in_fail(in, "expected 'name->rgb(r,g,b)', found '%.*s'",
			       STR_ARG(str(line.p, min_size(line.n, 80))));
	palette_map_set(m, str(line.p, (size_t)at), color);
	return true;
}

bool palette_map_read(struct palette_map *m, const char *path, struct buf *error)
{
	struct in in;
	struct str line;
	bool ok;

	if (access(path, F_OK) != 0)
		return true;
	if (in_open(&in, path))
		while (in_line(&in, &line) && read_line(m, &in, line))
			;
	ok = in_close(&in);
	if (!ok)
		buf_add(error, buf_str(&in.error));
	in_release(&in);
	return ok;
}

/* Writing */

struct entry {
	struct str name;
	struct rgb color;
};

static int compare_entries(const void *a, const void *b)
{
	return str_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static struct entry *in_order(const struct palette_map *m)
{
	struct entry *all = mem_zeroed(m->names.n, sizeof(*all));

	for (uint32_t i = 1; i < m->names.n; i++)
		all[i] = (struct entry){ strings_get(&m->names, i), m->color[i] };
	qsort(all + 1, m->names.n - 1, sizeof(*all), compare_entries);
	return all;
}

bool palette_map_write(const struct palette_map *m, const char *path, struct buf *error)
{
	struct entry *all = in_order(m);
	struct out out;
	bool ok;

	if (out_open(&out, path, (struct pack){ PACK_NONE, 0 })) {
		for (uint32_t i = 1; i < m->names.n; i++) {
			clean_text(&out.bytes, all[i].name);
			out_printf(&out, "->rgb(%d,%d,%d)\n", all[i].color.r, all[i].color.g,
				   all[i].color.b);
		}
	}
	ok = out_close(&out);
	if (!ok)
		buf_add(error, buf_str(&out.error));
	out_release(&out);
	mem_free(all, m->names.n * sizeof(*all));
	return ok;
}
