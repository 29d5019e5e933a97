/*
 * GitLab's Code Quality: what became slower, at its line. Findings without a place in the
 * author's source are at line 1 of a path that says so. The format has no field for the total.
 */
#include "compare/reports/diff_findings.h"
#include "compare/reports/diff_report.h"
#include "io/json.h"

static void put_location(struct json *j, const struct finding *f)
{
	json_member_object(j, "location");
	json_member_string(j, "path", f->file.n ? f->file : S("unknown"));
	json_member_object(j, "lines");
	json_member_double(j, "begin", f->line ? f->line : 1);
	json_end_object(j);
	json_end_object(j);
}

static void put_issue(struct json *j, const struct finding *f)
{
	json_begin_object(j);
	json_member_string(j, "description", buf_str(&f->text));
	json_member_string(j, "check_name", str_of(f->rule));
	json_member_string(j, "fingerprint", buf_str(&f->fingerprint));
	json_member_string(j, "severity", f->gated ? S("major") : S("minor"));
	put_location(j, f);
	json_end_object(j);
}

static void write_codequality(struct out *out, const struct comparison *c)
{
	struct json j = { .b = &out->bytes, .indented = 3 };
	struct finding f;

	json_begin_array(&j);
	finding_begin(&f, c);
	while (finding_next(&f)) {
		put_issue(&j, &f);
		out_flush(out);
	}
	finding_end(&f);
	json_end_array(&j);
	buf_ch(&out->bytes, '\n');
	out_flush(out);
}

const struct diff_report diff_report_codequality = { "codequality", "for GitLab's Code Quality",
						     write_codequality };
