/*
 * Tables of memray, from "memray transform csv FILE":
 *
 *	allocator,num_allocations,size,tid,thread_name,stack_trace
 *	MALLOC,1,1340,1,0x1 (main),leaf;/app/a.py;58|run;/app/b.py;80
 *
 * A row is memory in use at the peak, or as the command's options choose. Frames come leaf
 * first. A field with a comma or a quote is in quotes, and quotes in it are doubled.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

#define HEADING S("allocator,num_allocations,size,tid,thread_name,stack_trace")

enum { ALLOCATOR, OBJECTS, SIZE, TID, THREAD, STACK, FIELDS };

struct reader {
	struct stack_text s;
	uint32_t col[2];
	struct buf text; /* of the fields of a row */
};

/* Append the next field, without its quotes, to *text. False if a quote is not closed. */
static bool cut_csv_field(struct str *line, struct buf *text)
{
	if (!str_starts(*line, S("\""))) {
		buf_add(text, str_cut(line, ','));
		return true;
	}
	do { /* up to a quote, which is one of the text if another follows */
		ptrdiff_t end;

		*line = str_skip(*line, 1);
		end = str_chr(*line, '"');
		if (end < 0)
			return false;
		buf_add(text, str(line->p, (size_t)end + 1));
		*line = str_skip(*line, (size_t)end + 1);
	} while (str_starts(*line, S("\"")));
	text->n--; /* the quote at the end */
	str_cut(line, ',');
	return true;
}

static bool cut_row(struct reader *r, struct str line, struct str *field)
{
	size_t end[FIELDS], n = 0;

	r->text.n = 0;
	while (n < FIELDS && line.p) {
		if (!cut_csv_field(&line, &r->text))
			return false;
		end[n++] = r->text.n;
	}
	for (size_t i = 0; i < n; i++)
		field[i] = str(r->text.p + (i ? end[i - 1] : 0), end[i] - (i ? end[i - 1] : 0));
	return n == FIELDS && !line.p;
}

/* "leaf;/app/a.py;58" */
static bool add_frame(struct reader *r, struct str frame)
{
	ptrdiff_t last = str_rchr(frame, ';'), before;
	struct str file;
	uint64_t line;

	if (last <= 0 || !str_u64(str_skip(frame, (size_t)last + 1), &line))
		return false;
	file = str(frame.p, (size_t)last);
	before = str_rchr(file, ';');
	if (before <= 0)
		return false;
	stack_text_source(&r->s, str(frame.p, (size_t)before), str_skip(file, (size_t)before + 1),
			  line);
	return true;
}

static label_set_id row_labels(struct reader *r, const struct str *field)
{
	struct dictionary *d = r->s.p->dict;
	label_set_id labels = { 0 };
	int64_t tid;

	labels = dict_add_text_label(d, labels, S("allocator"), field[ALLOCATOR]);
	if (field[THREAD].n)
		labels = dict_add_text_label(d, labels, S("thread"), field[THREAD]);
	return str_i64(field[TID], &tid) ? dict_add_number_label(d, labels, S("tid"), tid) : labels;
}

static bool read_row(struct reader *r, struct str line)
{
	struct str field[FIELDS], stack;
	int64_t value[2];
	bool ok = cut_row(r, line, field) && str_i64(field[OBJECTS], &value[0]) &&
		  str_i64(field[SIZE], &value[1]);

	stack = ok ? field[STACK] : S("");
	while (ok && stack.n)
		ok = add_frame(r, str_cut(&stack, '|'));
	if (!ok) {
		vec_clear(&r->s.frames);
		return in_bad(r->s.in, "expected a row of '%.*s'", STR_ARG(HEADING));
	}
	stack_text_values(&r->s, r->col, value, 2, row_labels(r, field));
	return true;
}

static bool memray_read(struct in *in, struct profile *p)
{
	struct reader r = { 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col[0] = stack_text_column(&r.s, S("inuse_objects"), S("count"));
	r.col[1] = stack_text_column(&r.s, S("inuse_space"), S("bytes"));
	if (in_line(in, &line) && !str_eq(line, HEADING))
		in_fail(in, "expected the heading '%.*s'", STR_ARG(HEADING));
	while (in_line(in, &line) && (!line.n || read_row(&r, line)))
		;
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	buf_release(&r.text);
	return !in->failed;
}

static int memray_sniff(struct sniff *s)
{
	return str_starts(s->head, HEADING) ? 64 : 0;
}

const struct format format_memray = {
	.name = "memray",
	.help = "tables of memray: memray transform csv",
	.sniff = memray_sniff,
	.read = memray_read,
};
