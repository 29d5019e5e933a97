/*
 * Source lines: with o->source, nodes of the tree are lines of functions. conf.source has the
 * files whose text was found: [path, where, [[first line, "text\n..."], ...]]. The block
 * "places" has, for each place, the number of its name, 1 + the number of its file in
 * conf.files (0: no file), and its line.
 */
#include "io/escape.h"
#include "view/html/html.h"

/* Lines to show around those with values. */
enum { MARGIN = 12 };

/* The separator in names by line: a control character, which no name has. */
static const char BETWEEN = '\x1f';

static struct html_place place_of(const struct dictionary *d, loc_id loc, str_id name)
{
	const struct loc *l = dict_loc(d, loc);

	return (struct html_place){ name, dict_func(d, l->func)->file, l->line };
}

static str_id name_by_line(struct dictionary *d, loc_id loc)
{
	str_id name = dict_frame_name(d, loc);
	struct html_place place = place_of(d, loc, name);
	struct buf b = { 0 };
	str_id id;

	buf_add(&b, dict_text(d, name));
	buf_ch(&b, BETWEEN);
	buf_u64(&b, place.file.i);
	buf_ch(&b, BETWEEN);
	buf_u64(&b, place.line);
	id = dict_intern(d, buf_str(&b));
	buf_release(&b);
	return id;
}

/* Number the places, in order of locations. */
static void list_places(struct page *page, const struct frame_names *names)
{
	struct dictionary *d = page->p->dict;
	struct html_places *l = &page->places;

	l->nof = d->str.n;
	l->of = mem_zeroed(l->nof, sizeof(*l->of));
	l->place = mem_grow(l->place, &l->cap, 1, sizeof(*l->place));
	l->place[0] = (struct html_place){ 0 };
	l->n = 1;
	for (uint32_t i = 1; i < names->n; i++) {
		uint32_t *number = &l->of[names->of[i].i];

		if (*number)
			continue;
		*number = (uint32_t)l->n;
		l->place = mem_grow(l->place, &l->cap, l->n + 1, sizeof(*l->place));
		l->place[l->n++] = place_of(d, (loc_id){ i }, dict_frame_name(d, (loc_id){ i }));
	}
}

void html_tree_by_line(struct page *page)
{
	struct frame_names names;

	frame_names_init(&names, page->p->dict, name_by_line);
	tree_build_all(&page->by_line, page->p, page->o->col, &names, page->node);
	list_places(page, &names);
	frame_names_release(&names);
	page->tree = &page->by_line;
}

void html_places_release(struct page *page)
{
	mem_free(page->places.place, page->places.cap * sizeof(*page->places.place));
	mem_free(page->places.of, page->places.nof * sizeof(*page->places.of));
}

/* Files */

struct file_list {
	uint32_t *number; /* by str_id of the path: its number plus 1 */
	size_t nnumber;
	str_id *path;
	size_t n, cap;
};

static void list_files(const struct page *page, struct file_list *l)
{
	*l = (struct file_list){ .nnumber = page->p->dict->str.n };
	l->number = mem_zeroed(l->nnumber, sizeof(*l->number));
	for (size_t i = 1; i < page->places.n; i++) {
		str_id file = page->places.place[i].file;

		if (!file.i || l->number[file.i])
			continue;
		l->path = mem_grow(l->path, &l->cap, l->n + 1, sizeof(*l->path));
		l->path[l->n++] = file;
		l->number[file.i] = (uint32_t)l->n;
	}
}

static void release_files(struct file_list *l)
{
	mem_free(l->number, l->nnumber * sizeof(*l->number));
	mem_free(l->path, l->cap * sizeof(*l->path));
}

/* Mark the lines of a file that are near a place. */
static uint8_t *find_shown_lines(const struct page *page, str_id file, size_t nline)
{
	uint8_t *shown = mem_zeroed(nline + 1, 1);

	for (size_t i = 1; i < page->places.n; i++) {
		const struct html_place *place = &page->places.place[i];
		size_t from = place->line > MARGIN ? place->line - MARGIN : 1;

		if (place->file.i != file.i || !place->line)
			continue;
		for (size_t k = from; k <= nline && k <= (size_t)place->line + MARGIN; k++)
			shown[k] = 1;
	}
	return shown;
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	while (text.p && text.n) {
		str_cut(&text, '\n');
		n++;
	}
	return n;
}

/* Append the text of a line. Tabs stay, since they indent it. */
static void put_line(struct buf *b, struct str line)
{
	while (line.p) {
		struct str piece = str_cut(&line, '\t');

		clean_text(b, piece);
		buf_add(b, line.p ? S("\t") : S("\n"));
	}
}

static void put_runs(struct json *j, struct str text, const uint8_t *shown, size_t nline)
{
	struct buf run = { 0 };

	for (size_t i = 1; i <= nline; i++) {
		struct str line = str_cut(&text, '\n');

		if (!shown[i])
			continue;
		if (i == 1 || !shown[i - 1]) {
			json_begin_array(j);
			json_put_int64(j, (int64_t)i);
		}
		put_line(&run,
			 line.n && line.p[line.n - 1] == '\r' ? str(line.p, line.n - 1) : line);
		if (i == nline || !shown[i + 1]) {
			json_put_string(j, buf_str(&run));
			json_end_array(j);
			run.n = 0;
		}
	}
	buf_release(&run);
}

static void put_file(struct page *page, struct json *j, str_id file)
{
	const struct view_source *source = page->o->source;
	struct buf text = { 0 }, clean = { 0 };

	clean_text(&clean, dict_text(page->p->dict, file));
	json_begin_array(j);
	json_put_string(j, buf_str(&clean));
	json_begin_array(j);
	if (source->find(source->context, dict_text(page->p->dict, file), &text)) {
		size_t nline = count_lines(buf_str(&text));
		uint8_t *shown = find_shown_lines(page, file, nline);

		put_runs(j, buf_str(&text), shown, nline);
		mem_free(shown, nline + 1);
	}
	json_end_array(j);
	json_end_array(j);
	buf_release(&text);
	buf_release(&clean);
}

static void put_conf(struct page *page, struct json *j)
{
	struct file_list files;

	if (page->tree != &page->by_line)
		return;
	list_files(page, &files);
	json_member_int64(j, "places", (int64_t)page->places.n);
	json_member_array(j, "files");
	for (size_t i = 0; i < files.n; i++)
		put_file(page, j, files.path[i]);
	json_end_array(j);
	release_files(&files);
}

static void put_blocks(struct page *page)
{
	struct file_list files;
	struct buf b = { 0 };

	if (page->tree != &page->by_line)
		return;
	list_files(page, &files);
	for (size_t i = 1; i < page->places.n; i++) {
		const struct html_place *place = &page->places.place[i];

		html_number(&b, page->svg.names.rank[place->name.i]);
		html_number(&b, files.number[place->file.i]);
		html_number(&b, place->line);
	}
	html_block(page, "places", &b);
	buf_release(&b);
	release_files(&files);
}

const struct html_part html_part_source = { put_conf, put_blocks };
