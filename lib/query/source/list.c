/* --list: source lines of functions, with their values. */
#include "query/routines.h"
#include "query/source/listing.h"
#include "query/source/source_text.h"

/* Lines that are shown before and after those with values. */
enum { MARGIN = 5 };

/* The files read last are cached: functions of one file tend to follow each other. */
enum { CACHED = 16 };

struct lister {
	struct query *q;
	const struct listing *as;
	struct routines routines;
	struct cached_text {
		str_id file;
		bool found;
		struct source_text text;
	} cache[CACHED];
	size_t next; /* to be replaced */
};

static void lister_init(struct lister *l, struct query *q, const struct listing *as)
{
	*l = (struct lister){ .q = q, .as = as };
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

/* As text */

static void begin_text(struct query *q)
{
	buf_add(&q->out->bytes, S("Total: "));
	put_value(q, &q->out->bytes, q->total);
	buf_ch(&q->out->bytes, '\n');
}

static void begin_routine_text(struct query *q, const struct routine *routine)
{
	struct str file = dict_text(q->p->dict, routine->file);
	struct buf in = { 0 };

	buf_add(&in, file.n ? S(" in ") : S(""));
	buf_add(&in, file);
	put_routine(q, &q->out->bytes, routine, buf_str(&in));
	buf_release(&in);
}

static void remark_text(struct query *q, struct str before, struct str path, struct str after)
{
	struct buf *b = &q->out->bytes;

	buf_add(b, before);
	put_name(b, path);
	buf_add(b, after);
	buf_ch(b, '\n');
}

/* Append a source line without the control characters that a terminal could obey. */
static void put_source(struct buf *b, struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = (uint8_t)line.p[i];

		buf_ch(b, (c < ' ' && c != '\t') || c == 0x7f ? ' ' : line.p[i]);
	}
}

static void line_text(struct query *q, uint64_t line, int64_t flat, int64_t cum, struct str text)
{
	struct buf *b = &q->out->bytes;

	put_value_or_dot(q, b, flat);
	buf_ch(b, ' ');
	put_value_or_dot(q, b, cum);
	buf_printf(b, " %6llu:", (unsigned long long)line);
	put_source(b, text);
	buf_ch(b, '\n');
}

static void end_text(struct query *q)
{
	(void)q;
}

static const struct listing as_text = { begin_text, begin_routine_text, remark_text,
					line_text,  end_text,           end_text };

/* What is listed */

static void print_line(const struct lister *l, uint64_t line, int64_t flat, int64_t cum,
		       struct str text)
{
	l->as->line(l->q, line, flat, cum, text);
	out_flush(l->q->out);
}

/* Print only the lines with values. */
static void print_places(const struct lister *l, const struct routine *routine)
{
	for (uint32_t i = 0; i < routine->n; i++) {
		const struct place *place = routine_place(&l->routines, routine, i);

		if (place->at) /* 0: the line is not known */
			print_line(l, place->at, place->flat, place->cum, S(""));
	}
}

/* Print from the line where the function begins, or from a few before the first value. */
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

/* Print lines after the end of the file, which must be of another version. */
static void print_lines_beyond(const struct lister *l, const struct routine *routine,
			       const struct source_text *text)
{
	struct buf words = { 0 };

	if (routine_place(&l->routines, routine, routine->n - 1)->at <= source_text_lines(text))
		return;
	buf_printf(&words, " has only %u lines: it is of another version", source_text_lines(text));
	l->as->remark(l->q, S(""), buf_str(&text->path), buf_str(&words));
	buf_release(&words);
	for (uint32_t i = 0; i < routine->n; i++) {
		const struct place *place = routine_place(&l->routines, routine, i);

		if (place->at > source_text_lines(text))
			print_line(l, place->at, place->flat, place->cum, S(""));
	}
}

static void print_routine(struct lister *l, const struct routine *routine)
{
	struct query *q = l->q;
	struct str file = dict_text(q->p->dict, routine->file);
	const struct source_text *text = file.n ? find_text(l, routine->file) : NULL;

	l->as->begin_routine(q, routine);
	if (!file.n)
		l->as->remark(q, S("The profile has no source file of this function"), S(""),
			      S(""));
	else if (!text)
		l->as->remark(q, S("The source file is not found"), S(""), S(""));
	else if (!str_eq(buf_str(&text->path), file))
		l->as->remark(q, S("Source: "), buf_str(&text->path), S(""));
	if (!text) {
		print_places(l, routine);
	} else {
		print_annotated(l, routine, text);
		print_lines_beyond(l, routine, text);
	}
	l->as->end_routine(q);
}

static void print_listing(struct query *q, const struct listing *as)
{
	struct lister l;

	lister_init(&l, q, as);
	as->begin(q);
	for (uint32_t i = 0; i < l.routines.nroutine; i++)
		print_routine(&l, routines_at(&l.routines, i));
	as->end(q);
	lister_release(&l);
}

static void print_list(struct query *q)
{
	print_listing(q, &as_text);
}

static void print_list_html(struct query *q)
{
	print_listing(q, &listing_html);
}

/* Rows: the lines with values */

static const char *const list_cells[] = { "function", "file", "line", "flat", "cum", "text", NULL };

static void list_list(struct query *q, struct rows *r)
{
	struct lister l;

	lister_init(&l, q, &as_text);
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
	.html = print_list_html,
	.names = list_cells,
	.rows = list_list,
};
