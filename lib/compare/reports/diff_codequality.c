/*
 * GitLab's Code Quality: what got slower, at its line; what has no place in the source
 * is at line 1 of a path that says so. The format has no room for the whole.
 */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/json.h"

static void put_location(struct json *j, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

	json_member_object(j, "location");
	json_member_string(j, "path", file.n ? file : S("unknown"));
	json_member_object(j, "lines");
	json_member_double(j, "begin", file.n && line ? line : 1);
	json_end_object(j);
	json_end_object(j);
}

static void put_issue(struct json *j, const struct comparison *c, const struct row *r)
{
	struct buf text = { 0 };

	json_begin_object(j);
	words_finding(&text, c, r);
	json_member_string(j, "description", buf_str(&text));
	json_member_string(j, "check_name", str_of(words_rule(r)));
	text.n = 0;
	words_fingerprint(&text, c, r);
	json_member_string(j, "fingerprint", buf_str(&text));
	json_member_string(j, "severity", r->gated ? S("major") : S("minor"));
	put_location(j, c, r);
	json_end_object(j);
	buf_release(&text);
}

static void write_codequality(struct out *out, const struct comparison *c)
{
	struct json j = { .b = &out->bytes, .indented = 3 };

	json_begin_array(&j);
	for (size_t i = 0; i < c->nlisted; i++) {
		if (!words_is_worse(&c->row[i]))
			continue;
		put_issue(&j, c, &c->row[i]);
		out_flush(out);
	}
	json_end_array(&j);
	buf_ch(&out->bytes, '\n');
	out_flush(out);
}

const struct diff_report diff_report_codequality = { "codequality", "for GitLab's Code Quality",
						     write_codequality };
