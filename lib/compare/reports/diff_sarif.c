/*
 * SARIF 2.1.0, for code scanning: what got slower, at its line. A result needs a place
 * in the source; findings without one are counted in the notification.
 */
#include "compare/json_put.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

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
	json_open(j, key, '{');
	json_text(j, "text", text);
	json_close(j, '}');
}

static void put_tool(struct json *j)
{
	json_open(j, "tool", '{');
	json_open(j, "driver", '{');
	json_text(j, "name", S("prof-diff"));
	json_open(j, "rules", '[');
	for (size_t i = 0; i < LEN(rules); i++) {
		json_open(j, NULL, '{');
		json_text(j, "id", str_of(rules[i].id));
		put_message(j, "shortDescription", str_of(rules[i].text));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	json_close(j, '}');
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
	json_open(j, "invocations", '[');
	json_open(j, NULL, '{');
	json_flag(j, "executionSuccessful", true);
	json_open(j, "toolExecutionNotifications", '[');
	json_open(j, NULL, '{');
	json_text(j, "level", S("note"));
	put_message(j, "message", buf_str(&text));
	json_close(j, '}');
	json_close(j, ']');
	json_close(j, '}');
	json_close(j, ']');
	buf_release(&text);
}

static void put_location(struct json *j, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

	json_open(j, "locations", '[');
	json_open(j, NULL, '{');
	json_open(j, "physicalLocation", '{');
	json_open(j, "artifactLocation", '{');
	json_text(j, "uri", file);
	json_close(j, '}');
	json_open(j, "region", '{');
	json_number(j, "startLine", line);
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, '}');
	json_close(j, ']');
}

static void put_result(struct json *j, const struct comparison *c, const struct row *r)
{
	struct buf text = { 0 };

	json_open(j, NULL, '{');
	json_text(j, "ruleId", str_of(words_rule(r)));
	json_text(j, "level", r->gated ? S("error") : S("warning"));
	words_finding(&text, c, r);
	put_message(j, "message", buf_str(&text));
	put_location(j, c, r);
	text.n = 0;
	words_fingerprint(&text, c, r);
	json_open(j, "partialFingerprints", '{');
	json_text(j, "prof/v1", buf_str(&text));
	json_close(j, '}');
	json_close(j, '}');
	buf_release(&text);
}

static void write(struct out *out, const struct comparison *c)
{
	struct json j = { &out->bytes };
	size_t n = 0;

	json_open(&j, NULL, '{');
	json_text(&j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_text(&j, "version", S("2.1.0"));
	json_open(&j, "runs", '[');
	json_open(&j, NULL, '{');
	put_tool(&j);
	put_invocation(&j, c);
	json_open(&j, "results", '[');
	for (size_t i = 0; i < c->nlisted && n < MOST_RESULTS; i++) {
		if (!words_is_worse(&c->row[i]) || !has_place(c, &c->row[i]))
			continue;
		put_result(&j, c, &c->row[i]);
		out_flush(out);
		n++;
	}
	json_close(&j, ']');
	json_close(&j, '}');
	json_close(&j, ']');
	json_close(&j, '}');
	out_flush(out);
}

const struct diff_report diff_report_sarif = { "sarif", "for code scanning", write };
