/* --list: source lines of functions, with their values. */
#include "query/routines.h"
#include "query/source_text.h"

/* Lines that are shown before and after those with values. */
enum { MARGIN = 5 };

/* The files that were read last: functions of one file tend to follow each other. */
enum { CACHED = 16 };

struct lister {
	struct query *q;
	struct routines routines;
	struct cached_text {
		str_id file;
		bool found;
		struct source_text text;
	} cache[CACHED];
	size_t next; /* to be replaced */
};

static void lister_init(struct lister *l, struct query *q)
{
	*l = (struct lister){ .q = q };
	routines_init(&l->routines, q, PLACES_LINES);
}

static void lister_release(struct lister *l)
{
	for (size_t i = 0; i < CACHED; i++)
		source_text_release(&l->cache[i].text);
	routines_release(&l->routines);
}

/* The text of a source file; NULL if there is none. */
static const struct source_text *find_text(struct lister *l, str_id file)
{
	struct cached_text *c = l->cache;

	while (c < l->cache + CACHED && c->file.i != file.i)
		c++;
	if (c == l->cache + CACHED) {
		c = &l->cache[l->next++ % CACHED];
		source_text_release(&c->text);
		c->file = file;
		c->found = source_text_open(&c->text, &l->q->arg.source,
					    dict_text(l->q->p->dict, file));
		l->q->result.missing += !c->found;
	}
	return c->found ? &c->text : NULL;
}

/* Text */

/* As it is, but for what a terminal could obey. */
static void put_source(struct buf *b, struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = (uint8_t)line.p[i];

		buf_ch(b, (c < ' ' && c != '\t') || c == 0x7f ? ' ' : line.p[i]);
	}
}

static void print_line(const struct lister *l, uint64_t line, int64_t flat, int64_t cum,
		       struct str text)
{
	struct buf *b = &l->q->out->bytes;

	put_value_or_dot(l->q, b, flat);
	buf_ch(b, ' ');
	put_value_or_dot(l->q, b, cum);
	buf_printf(b, " %6llu:", (unsigned long long)line);
	put_source(b, text);
	buf_ch(b, '\n');
	out_flush(l->q->out);
}

/* The lines with values alone. */
static void print_places(const struct lister *l, const struct routine *routine)
{
	for (uint32_t i = 0; i < routine->n; i++) {
		const struct place *place = routine_place(&l->routines, routine, i);

		if (place->at) /* 0: the line is not known */
			print_line(l, place->at, place->flat, place->cum, S(""));
	}
}

/* From the line where the function begins, or a few before the first value. */
static void print_annotated(const struct lister *l, const struct routine *routine,
			    const struct source_text *text)
{
	uint64_t first = routine_place(&l->routines, routine, 0)->at,
		 last = routine_place(&l->routines, routine, routine->n - 1)->at + MARGIN;
	uint32_t next = 0;

	if (routine->start && routine->start < first)
		first = routine->start;
	else if (!routine->start)
		first = first > MARGIN ? first - MARGIN : 1;
	first = first ? first : 1;
	for (uint64_t line = first; line <= last && line <= source_text_lines(text); line++) {
		int64_t flat = 0, cum = 0;

		for (; next < routine->n; next++) {
			const struct place *place = routine_place(&l->routines, routine, next);

			if (place->at > line)
				break;
			if (place->at == line) {
				flat = place->flat;
				cum = place->cum;
			}
		}
		print_line(l, line, flat, cum, source_text_line(text, (uint32_t)line));
	}
}

/* Lines that are not in the file, which is then of another version. */
static void print_lines_beyond(const struct lister *l, const struct routine *routine,
			       const struct source_text *text)
{
	struct buf *b = &l->q->out->bytes;

	if (routine_place(&l->routines, routine, routine->n - 1)->at <= source_text_lines(text))
		return;
	put_name(b, buf_str(&text->path));
	buf_printf(b, " has only %u lines: it is of another version\n", source_text_lines(text));
	for (uint32_t i = 0; i < routine->n; i++) {
		const struct place *place = routine_place(&l->routines, routine, i);

		if (place->at > source_text_lines(text))
			print_line(l, place->at, place->flat, place->cum, S(""));
	}
}

static void print_routine(struct lister *l, const struct routine *routine)
{
	struct query *q = l->q;
	struct buf *b = &q->out->bytes, in = { 0 };
	struct str file = dict_text(q->p->dict, routine->file);
	const struct source_text *text = file.n ? find_text(l, routine->file) : NULL;

	buf_add(&in, file.n ? S(" in ") : S(""));
	buf_add(&in, file);
	put_routine(q, b, routine, buf_str(&in));
	if (!file.n)
		buf_add(b, S("The profile has no source file of this function\n"));
	else if (!text)
		buf_add(b, S("The source file is not found\n"));
	else if (!str_eq(buf_str(&text->path), file)) {
		buf_add(b, S("Source: "));
		put_name(b, buf_str(&text->path));
		buf_ch(b, '\n');
	}
	if (!text) {
		print_places(l, routine);
	} else {
		print_annotated(l, routine, text);
		print_lines_beyond(l, routine, text);
	}
	buf_release(&in);
}

static void print_list(struct query *q)
{
	struct lister l;

	lister_init(&l, q);
	buf_add(&q->out->bytes, S("Total: "));
	put_value(q, &q->out->bytes, q->total);
	buf_ch(&q->out->bytes, '\n');
	for (uint32_t i = 0; i < l.routines.nroutine; i++)
		print_routine(&l, routines_at(&l.routines, i));
	lister_release(&l);
}

/* Rows: the lines with values */

static const char *const list_cells[] = { "function", "file", "line", "flat", "cum", "text", NULL };

static void list_list(struct query *q, struct rows *r)
{
	struct lister l;

	lister_init(&l, q);
	for (uint32_t i = 0; i < l.routines.nroutine; i++) {
		const struct routine *routine = routines_at(&l.routines, i);
		const struct source_text *text = routine->file.i ? find_text(&l, routine->file) :
								   NULL;

		for (uint32_t j = 0; j < routine->n; j++) {
			const struct place *place = routine_place(&l.routines, routine, j);

			rows_str(r, dict_text(q->p->dict, routine->name));
			rows_str(r, dict_text(q->p->dict, routine->file));
			rows_int(r, (int64_t)place->at);
			rows_int(r, place->flat);
			rows_int(r, place->cum);
			rows_str(r, text ? source_text_line(text, (uint32_t)place->at) : S(""));
		}
	}
	lister_release(&l);
}

const struct report report_list = {
	.name = "list",
	.help = "source lines of functions that match",
	.argument = REPORT_REGEX,
	.text = print_list,
	.names = list_cells,
	.rows = list_list,
};
