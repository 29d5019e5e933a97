/*
 * GitHub's workflow commands: annotations at the lines of what became slower. GitHub shows at
 * most ten errors and ten warnings of a step. prof-diff also adds the Markdown report to the
 * step's summary.
 */
#include "compare/reports/diff_findings.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"

enum { MOST = 10 };

/* Append text without line ends and, in a property, without ':' and ','. */
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

static void put_finding(struct buf *b, const struct finding *f)
{
	buf_add(b, f->gated ? S("::error ") : S("::warning "));
	if (f->file.n) {
		buf_add(b, S("file="));
		put_escaped(b, f->file, true);
		if (f->line)
			buf_printf(b, ",line=%u", f->line);
		buf_ch(b, ',');
	}
	buf_printf(b, "title=prof-diff %s::", f->title);
	put_escaped(b, buf_str(&f->text), false);
	buf_ch(b, '\n');
}

static void put_notice(struct buf *b, const struct comparison *c)
{
	struct buf text = { 0 };

	for (size_t i = 0; words_news(&text, c, i); i++)
		buf_ch(&text, '\n');
	buf_add(b, S("::notice title=prof-diff::"));
	put_escaped(b, buf_str(&text), false);
	buf_ch(b, '\n');
	buf_release(&text);
}

static void write_github(struct out *out, const struct comparison *c)
{
	size_t n[2] = { 0 };
	struct finding f;

	put_notice(&out->bytes, c);
	finding_begin(&f, c);
	while (finding_next(&f))
		if (n[f.gated]++ < MOST)
			put_finding(&out->bytes, &f);
	finding_end(&f);
	out_flush(out);
}

const struct diff_report diff_report_github = { "github", "annotations for GitHub Actions",
						write_github };
