/*
 * SARIF 2.1.0, for code scanning: what became slower, at its line. A result needs a place in the
 * source. A finding without one is at line 1 of a path that says so if it makes the gate fail;
 * else it is only counted, in the notification.
 */
#include "compare/reports/diff_findings.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/json.h"

enum { MOST_RESULTS = 5000 }; /* the most that GitHub shows */

static void put_message(struct json *j, const char *key, struct str text)
{
	json_member_object(j, key);
	json_member_string(j, "text", text);
	json_end_object(j);
}

static void put_tool(struct json *j)
{
	json_member_object(j, "tool");
	json_member_object(j, "driver");
	json_member_string(j, "name", S("prof-diff"));
	json_member_array(j, "rules");
	for (size_t i = 0; i < FINDING_RULES; i++) {
		json_begin_object(j);
		json_member_string(j, "id", str_of(finding_rules[i].id));
		put_message(j, "shortDescription", str_of(finding_rules[i].text));
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
	json_end_object(j);
}

/* The facts about the comparison, and the number of findings without a place. */
static void put_invocation(struct json *j, const struct comparison *c, size_t nowhere)
{
	struct buf text = { 0 };

	for (size_t i = 0; words_news(&text, c, i); i++)
		buf_ch(&text, '\n');
	for (size_t i = 0; words_method(&text, c, i); i++)
		buf_ch(&text, '\n');
	if (nowhere)
		buf_printf(&text, "%zu findings have no place in the source\n", nowhere);
	json_member_array(j, "invocations");
	json_begin_object(j);
	json_member_bool(j, "executionSuccessful", true);
	json_member_array(j, "toolExecutionNotifications");
	json_begin_object(j);
	json_member_string(j, "level", S("note"));
	put_message(j, "message", buf_str(&text));
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
	buf_release(&text);
}

/* Append a path as a URI: all but slashes and the unreserved characters of RFC 3986 is escaped. */
static void put_uri(struct json *j, struct str path)
{
	struct buf uri = { 0 };

	for (size_t i = 0; i < path.n; i++) {
		uint8_t c = (uint8_t)path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-._~/", c)))
			buf_ch(&uri, (char)c);
		else
			buf_printf(&uri, "%%%02X", c);
	}
	json_member_string(j, "uri", buf_str(&uri));
	buf_release(&uri);
}

static void put_location(struct json *j, const struct finding *f)
{
	json_member_array(j, "locations");
	json_begin_object(j);
	json_member_object(j, "physicalLocation");
	json_member_object(j, "artifactLocation");
	put_uri(j, f->file.n ? f->file : S("unknown"));
	json_end_object(j);
	json_member_object(j, "region");
	json_member_double(j, "startLine", f->line ? f->line : 1);
	json_end_object(j);
	json_end_object(j);
	json_end_object(j);
	json_end_array(j);
}

static void put_result(struct json *j, const struct finding *f)
{
	json_begin_object(j);
	json_member_string(j, "ruleId", str_of(f->rule));
	json_member_string(j, "level", f->gated ? S("error") : S("warning"));
	put_message(j, "message", buf_str(&f->text));
	put_location(j, f);
	json_member_object(j, "partialFingerprints");
	json_member_string(j, "prof/v1", buf_str(&f->fingerprint));
	json_end_object(j);
	json_end_object(j);
}

/* Returns the number of findings that were left out because they have no place. */
static size_t put_results(struct json *j, struct out *out, const struct comparison *c)
{
	struct finding f;
	size_t n = 0, nowhere = 0;

	json_member_array(j, "results");
	finding_begin(&f, c);
	while (finding_next(&f) && n < MOST_RESULTS) {
		bool has_place = f.file.n && f.line;

		nowhere += !has_place;
		if (!has_place && !f.gated)
			continue;
		put_result(j, &f);
		out_flush(out);
		n++;
	}
	finding_end(&f);
	json_end_array(j);
	return nowhere;
}

static void write_sarif(struct out *out, const struct comparison *c)
{
	struct json j = { .b = &out->bytes, .indented = 3 };
	size_t nowhere;

	json_begin_object(&j);
	json_member_string(&j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_member_string(&j, "version", S("2.1.0"));
	json_member_array(&j, "runs");
	json_begin_object(&j);
	put_tool(&j);
	nowhere = put_results(&j, out, c);
	put_invocation(&j, c, nowhere);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	buf_ch(&out->bytes, '\n');
	out_flush(out);
}

const struct diff_report diff_report_sarif = { "sarif", "for code scanning", write_sarif };
