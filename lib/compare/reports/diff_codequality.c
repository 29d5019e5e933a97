/*
 * GitLab's Code Quality: what got slower, at its line; what has no place in the source
 * stands at line 1 of a path that says so. The format has no room for the whole.
 */
#include "compare/json_put.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

static void put_location(struct json *j, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

	json_open(j, "location", '{');
	json_text(j, "path", file.n ? file : S("unknown"));
	json_open(j, "lines", '{');
	json_number(j, "begin", file.n && line ? line : 1);
	json_close(j, '}');
	json_close(j, '}');
}

static void put_issue(struct json *j, const struct comparison *c, const struct row *r)
{
	struct buf text = { 0 };

	json_open(j, NULL, '{');
	words_finding(&text, c, r);
	json_text(j, "description", buf_str(&text));
	json_text(j, "check_name", str_of(words_rule(r)));
	text.n = 0;
	words_fingerprint(&text, c, r);
	json_text(j, "fingerprint", buf_str(&text));
	json_text(j, "severity", r->gated ? S("major") : S("minor"));
	put_location(j, c, r);
	json_close(j, '}');
	buf_release(&text);
}

static void write(struct out *out, const struct comparison *c)
{
	struct json j = { &out->bytes };

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < c->nlisted; i++) {
		if (!words_is_worse(&c->row[i]))
			continue;
		put_issue(&j, c, &c->row[i]);
		out_flush(out);
	}
	json_close(&j, ']');
	out_flush(out);
}

const struct diff_report diff_report_codequality = { "codequality", "for GitLab's Code Quality",
						     write };
