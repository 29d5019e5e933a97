/*
 * GitHub's workflow commands: annotations at the lines of what got slower. A step shows
 * ten errors and ten warnings. prof-diff puts the Markdown report into the step's
 * summary as well.
 */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

enum { MOST = 10 };

/* Data may have no line ends, properties no ':' and ',' either. */
static void put_escaped(struct buf *b, struct str s, bool property)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_printf(b, "%%%02X", c);
		else
			buf_ch(b, s.p[i]);
	}
}

static void put_place(struct buf *b, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

	if (!file.n)
		return;
	buf_add(b, S("file="));
	put_escaped(b, file, true);
	if (line)
		buf_printf(b, ",line=%u", line);
	buf_ch(b, ',');
}

static void put_row(struct buf *b, const struct comparison *c, const struct row *r)
{
	struct buf text = { 0 };

	words_finding(&text, c, r);
	buf_add(b, r->gated ? S("::error ") : S("::warning "));
	put_place(b, c, r);
	buf_printf(b, "title=prof-diff %s::", words_verdict(r));
	put_escaped(b, buf_str(&text), false);
	buf_ch(b, '\n');
	buf_release(&text);
}

static void put_notice(struct buf *b, const struct comparison *c)
{
	struct buf text = { 0 };

	words_total(&text, c, "->");
	buf_ch(&text, '\n');
	for (size_t i = 0; words_opening(&text, c, i); i++)
		buf_ch(&text, '\n');
	buf_printf(b, "::notice title=prof-diff %s::", words_outcome(c));
	put_escaped(b, buf_str(&text), false);
	buf_ch(b, '\n');
	buf_release(&text);
}

static void write_github(struct out *out, const struct comparison *c)
{
	size_t n[2] = { 0 };

	put_notice(&out->bytes, c);
	for (size_t i = 0; i < c->nlisted; i++) {
		const struct row *r = &c->row[i];

		if (words_is_worse(r) && n[r->gated]++ < MOST)
			put_row(&out->bytes, c, r);
	}
	out_flush(out);
}

const struct diff_report diff_report_github = { "github", "annotations for GitHub Actions",
						write_github };
