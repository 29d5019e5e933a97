/* For people: the news, the rows in columns, and how they were measured. */
#include "compare/reports/diff_cells.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

enum {
	WIDEST = 48,  /* columns of a name or path, so that the cells after it stay in sight */
	LONGEST = 40, /* rows, so that the news stays in sight; all that fail the gate are shown */
};

/* The number of characters; those outside ASCII have several bytes. */
static size_t width_of(const char *cell)
{
	size_t n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static void measure_cells(const struct buf *cells, size_t width[CELLS])
{
	const char *at = cells->p;

	for (size_t i = 0; i < CELLS; i++, at += strlen(at) + 1)
		width[i] = max_size(width[i], width_of(at));
}

/* A table: the columns of its cells, and whether they are left out; 0 columns in all: no limit. */
struct table_shape {
	size_t width[CELLS], columns;
	bool left_out[CELLS];
};

/* Leave out cells until a row fits. The last one, the path, is cut if enough of it is left. */
static void fit_table(struct table_shape *t)
{
	static const size_t least_needed[] = { 8, 7, 3, 4, 6 }; /* q, p, base, new, of all */
	enum { PATH = CELLS - 1, GAP = 2, LEAST_PATH = 12 };
	size_t all = 0;

	for (size_t i = 0; i < PATH; i++)
		all += t->width[i] + GAP;
	for (size_t i = 0; t->columns && i < LEN(least_needed) && all - GAP > t->columns; i++) {
		t->left_out[least_needed[i]] = true;
		all -= t->width[least_needed[i]] + GAP;
	}
	t->left_out[PATH] = t->columns && all + LEAST_PATH > t->columns;
}

/* Cut the line that begins there to the table's columns. */
static void cut_line(struct buf *b, size_t line, size_t columns)
{
	static const size_t dots = sizeof("...") - 1;
	size_t n = 0, at = line, cut = line;

	for (; at < b->n; at++) {
		n += (b->p[at] & 0xc0) != 0x80;
		if (n <= columns - dots)
			cut = at + 1;
	}
	if (n <= columns)
		return;
	b->n = cut;
	buf_add(b, S("..."));
}

static void put_row(struct buf *b, const struct buf *cells, const struct table_shape *t)
{
	const char *at = cells->p;
	size_t line = b->n;

	for (size_t i = 0; i < CELLS; i++, at += strlen(at) + 1) {
		size_t n = width_of(at), pad = n < t->width[i] ? t->width[i] - n : 0;

		if (t->left_out[i])
			continue;
		if (cells_right[i])
			buf_printf(b, "%*s%s", (int)pad, "", at);
		else
			buf_printf(b, "%s%*s", at, (int)pad, "");
		buf_add(b, S("  "));
	}
	while (b->n > line && b->p[b->n - 1] == ' ')
		b->n--;
	if (t->columns)
		cut_line(b, line, t->columns);
	buf_ch(b, '\n');
}

static bool is_shown(const struct comparison *c, size_t row)
{
	return row < LONGEST || c->row[row].gated;
}

/* The most columns of a name: what it leaves is for the numbers. */
static size_t widest_name(size_t columns)
{
	enum { NUMBERS = 48, NARROWEST = 20 };

	if (!columns || columns >= NUMBERS + WIDEST)
		return WIDEST;
	return columns > NUMBERS + NARROWEST ? columns - NUMBERS : NARROWEST;
}

static void put_rows(struct buf *b, const struct comparison *c, size_t columns)
{
	struct table_shape shape = { .columns = columns };
	size_t hidden = 0;
	struct cells t;

	cells_begin(&t, c, widest_name(columns));
	measure_cells(cells_heads(&t), shape.width);
	for (size_t i = 0; i < c->nlisted; i++)
		if (is_shown(c, i))
			measure_cells(cells_row(&t, &c->row[i]), shape.width);
		else
			hidden++;
	fit_table(&shape);
	buf_ch(b, '\n');
	put_row(b, cells_heads(&t), &shape);
	for (size_t i = 0; i < c->nlisted; i++)
		if (is_shown(c, i))
			put_row(b, cells_row(&t, &c->row[i]), &shape);
	if (hidden)
		buf_printf(b, "and %zu more row%s: --report tsv shows all\n", hidden,
			   hidden == 1 ? "" : "s");
	cells_end(&t);
}

/* Break the line that begins there at blanks; what goes on is indented. */
static void break_line(struct buf *b, size_t line, size_t columns)
{
	struct buf text = { 0 };
	struct str rest;
	size_t used = 0;

	buf_add(&text, str(b->p + line, b->n - line));
	rest = buf_str(&text);
	b->n = line;
	while (rest.n) {
		struct str word = str_cut(&rest, ' ');
		size_t n = 0;

		for (size_t i = 0; i < word.n; i++)
			n += (word.p[i] & 0xc0) != 0x80;
		if (used && used + 1 + n > columns) {
			buf_add(b, S("\n  "));
			used = 2;
		} else if (b->n > line) {
			buf_ch(b, ' ');
			used++;
		}
		buf_add(b, word);
		used += n;
	}
	buf_release(&text);
}

static void put_prose(struct buf *b, const struct comparison *c, size_t columns,
		      bool (*put)(struct buf *, const struct comparison *, size_t))
{
	for (size_t i = 0, line = b->n; put(b, c, i); i++, line = b->n) {
		if (columns)
			break_line(b, line, columns);
		buf_ch(b, '\n');
	}
}

void diff_text_within(struct out *out, const struct comparison *c, size_t columns)
{
	struct buf *b = &out->bytes;

	put_prose(b, c, columns, words_news);
	if (c->nlisted)
		put_rows(b, c, columns);
	buf_add(b, S("\nhow this was measured:\n"));
	put_prose(b, c, columns, words_method);
	out_flush(out);
}

static void write_text(struct out *out, const struct comparison *c)
{
	diff_text_within(out, c, 0);
}

const struct diff_report diff_report_text = { "text", "for people", write_text };
