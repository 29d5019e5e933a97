/*
 * SARIF 2.1.0, for code scanning: what got slower, at its line. A result needs a place
 * in the source; findings without one are counted in the notification.
 */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/json.h"

enum { MOST_RESULTS = 5000 }; /* that GitHub shows */

static const struct {
	const char *id, *text;
} rules[] = {
	{ "prof/self-regression", "A function takes more CPU time itself" },
	{ "prof/subtree-regression", "A function takes more with all that it calls" },
	{ "prof/new-cost", "A function that is new takes time" },
};

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
	for (size_t i = 0; i < LEN(rules); i++) {
		json_begin_object(j);
		json_member_string(j, "id", str_of(rules[i].id));
		put_message(j, "shortDescription", str_of(rules[i].text));
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
	json_end_object(j);
}

static bool has_place(const struct comparison *c, const struct row *r)
{
	uint32_t line;

	return words_file(c, r, &line).n && line;
}

/* What is known about the whole, and how many findings have no place. */
static void put_invocation(struct json *j, const struct comparison *c)
{
	struct buf text = { 0 };
	size_t lost = 0;

	for (size_t i = 0; i < c->nlisted; i++)
		lost += words_is_worse(&c->row[i]) && !has_place(c, &c->row[i]);
	buf_printf(&text, "%s: ", words_outcome(c));
	words_total(&text, c, "->");
	buf_ch(&text, '\n');
	for (size_t i = 0; words_opening(&text, c, i); i++)
		buf_ch(&text, '\n');
	if (lost)
		buf_printf(&text, "%zu findings have no place in the source\n", lost);
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

static void put_location(struct json *j, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

	json_member_array(j, "locations");
	json_begin_object(j);
	json_member_object(j, "physicalLocation");
	json_member_object(j, "artifactLocation");
	json_member_string(j, "uri", file);
	json_end_object(j);
	json_member_object(j, "region");
	json_member_double(j, "startLine", line);
	json_end_object(j);
	json_end_object(j);
	json_end_object(j);
	json_end_array(j);
}

static void put_result(struct json *j, const struct comparison *c, const struct row *r)
{
	struct buf text = { 0 };

	json_begin_object(j);
	json_member_string(j, "ruleId", str_of(words_rule(r)));
	json_member_string(j, "level", r->gated ? S("error") : S("warning"));
	words_finding(&text, c, r);
	put_message(j, "message", buf_str(&text));
	put_location(j, c, r);
	text.n = 0;
	words_fingerprint(&text, c, r);
	json_member_object(j, "partialFingerprints");
	json_member_string(j, "prof/v1", buf_str(&text));
	json_end_object(j);
	json_end_object(j);
	buf_release(&text);
}

static void write_sarif(struct out *out, const struct comparison *c)
{
	struct json j = { .b = &out->bytes, .indented = 3 };
	size_t n = 0;

	json_begin_object(&j);
	json_member_string(&j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_member_string(&j, "version", S("2.1.0"));
	json_member_array(&j, "runs");
	json_begin_object(&j);
	put_tool(&j);
	put_invocation(&j, c);
	json_member_array(&j, "results");
	for (size_t i = 0; i < c->nlisted && n < MOST_RESULTS; i++) {
		if (!words_is_worse(&c->row[i]) || !has_place(c, &c->row[i]))
			continue;
		put_result(&j, c, &c->row[i]);
		out_flush(out);
		n++;
	}
	json_end_array(&j);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	buf_ch(&out->bytes, '\n');
	out_flush(out);
}

const struct diff_report diff_report_sarif = { "sarif", "for code scanning", write_sarif };
