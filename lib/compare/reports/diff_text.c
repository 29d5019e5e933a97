/* For people: what is known about the whole, then the rows, in columns. */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

/* The columns of a name that count for the width, so that what follows stays in sight. */
enum { WIDEST = 48 };

/* Characters, of which those beyond ASCII have more than one byte. */
static size_t width_of(const char *cell)
{
	size_t n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static void measure_cells(const struct buf *cells, size_t width[WORDS_CELLS])
{
	const char *at = cells->p;

	for (size_t i = 0; i < WORDS_CELLS; i++, at += strlen(at) + 1)
		width[i] = min_size(WIDEST, max_size(width[i], width_of(at)));
}

static void put_row(struct buf *b, const char *at, const size_t width[WORDS_CELLS])
{
	size_t line = b->n;

	for (size_t i = 0; i < WORDS_CELLS; i++, at += strlen(at) + 1) {
		size_t n = width_of(at), pad = n < width[i] ? width[i] - n : 0;

		if (words_right[i])
			buf_printf(b, "%*s%s", (int)pad, "", at);
		else
			buf_printf(b, "%s%*s", at, (int)pad, "");
		buf_add(b, S("  "));
	}
	while (b->n > line && b->p[b->n - 1] == ' ')
		b->n--;
	buf_ch(b, '\n');
}

static void put_rows(struct buf *b, const struct comparison *c)
{
	size_t width[WORDS_CELLS] = { 0 };
	struct buf heads = { 0 }, cells = { 0 };

	for (size_t i = 0; i < WORDS_CELLS; i++)
		buf_put(&heads, words_heads[i], strlen(words_heads[i]) + 1);
	measure_cells(&heads, width);
	for (size_t i = 0; i < c->nlisted; i++) {
		cells.n = 0;
		words_cells(&cells, c, &c->row[i]);
		measure_cells(&cells, width);
	}
	buf_ch(b, '\n');
	put_row(b, heads.p, width);
	for (size_t i = 0; i < c->nlisted; i++) {
		cells.n = 0;
		words_cells(&cells, c, &c->row[i]);
		put_row(b, cells.p, width);
	}
	buf_release(&heads);
	buf_release(&cells);
}

static void write_text(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;

	buf_printf(b, "%s: ", words_outcome(c));
	words_total(b, c, "->");
	buf_ch(b, '\n');
	for (size_t i = 0; words_opening(b, c, i); i++)
		buf_ch(b, '\n');
	if (c->nlisted)
		put_rows(b, c);
	buf_printf(b, "\n%zu tests, %zu rows listed\n", c->nrow, c->nlisted);
	out_flush(out);
}

const struct diff_report diff_report_text = { "text", "for people", write_text };
