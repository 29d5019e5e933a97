#include "io/json_read.h"

#include "base/printable.h"
#include "io/json.h"
#include "tap.h"

/* All tokens of a text, one after the other, and then the error. */
static void tokens(struct buf *b, struct str text, bool several, bool cut_short)
{
	static const char marks[] = "$nftN'K{}[]";
	struct json_in j;
	struct in in;

	in_open_memory(&in, "x", text);
	json_in_open(&j, &in);
	j.several = several;
	j.cut_short = cut_short;
	while (json_next(&j) != JSON_END) {
		buf_ch(b, marks[j.kind]);
		buf_add(b, j.text);
		buf_ch(b, ' ');
	}
	if (in.failed)
		buf_printf(b, "! %s", in.error.p);
	json_in_close(&j);
	in_close(&in);
	in_release(&in);
}

static void gives(struct str text, const char *expected)
{
	struct buf b = { 0 }, name = { 0 };

	tokens(&b, text, false, false);
	printable(&name, text);
	is(buf_str(&b), expected, "%.*s", STR_ARG(buf_str(&name)));
	buf_release(&name);
	buf_release(&b);
}

static void accepted(void)
{
	gives(S("[1, -0, 1e5, 1E+5, 0.25]"), "[ N1 N-0 N1e5 N1E+5 N0.25 ] ");
	gives(S(" {\"a\": {\"b\": [true, false, null]}}\n"), "{ Ka { Kb [ t f n ] } } ");
	gives(S("123456789012345678901234567890"), "N123456789012345678901234567890 ");
	gives(S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "'\"\\/\b\f\n\r\t ");
	gives(S("\"\\u00e9\\ud83d\\ude00\""), "'\xc3\xa9\xf0\x9f\x98\x80 ");
	gives(S("\"a\\ud83db\""), "'a?b ");
	gives(S("\"a\\ude00b\""), "'a?b ");
	gives(S("\"\xc3\xa9\x7f\""), "'\xc3\xa9\x7f ");
	gives(S("{\"a\":1,\"a\":2}"), "{ Ka N1 Ka N2 } ");
	gives(S("\xef\xbb\xbf[]"), "[ ] ");
	gives(S("[[],{}]"), "[ [ ] { } ] ");
}

static void refused(void)
{
	static const char *const texts[] = {
		"",          " ",         "-",        "01",           "1.",
		".5",        "1e",        "+1",       "0x1",          "NaN",
		"Infinity",  "1 2",       "[1,]",     "[,1]",         "{\"a\":1,}",
		"{\"a\" 1}", "{a:1}",     "{1:1}",    "[1 2]",        "\"\\q\"",
		"\"a\tb\"",  "\"a\nb\"",  "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
		"/*x*/1",    "'a'",       "\"abc",    "[1",           "tru",
		"[1]]",      "\"\\u12\"", "{\"a\":}", "[\"a\":1]",    "\"\xe2\x82\"",
	};

	for (size_t i = 0; i < LEN(texts); i++) {
		struct buf b = { 0 };

		tokens(&b, str_of(texts[i]), false, false);
		ok(str_find(buf_str(&b), S("! x: ")) >= 0, "refused: text %zu", i);
		buf_release(&b);
	}
	gives(S("{\"a\":1,}"), "! x: byte 8: invalid object key (must be a string)");
	gives(S("[1,\n2,\n3 4]"), "! x: byte 10: line 3: after array element, I expect ',' or ']'");
	gives(S("[\"a\", \"\xff\"]"), "! x: byte 8: a string is not UTF-8 text");
	gives(S("[1, 2"), "[ N1 ! x: byte 5: the JSON text ends early");
}

static void sequences(void)
{
	struct buf b = { 0 };

	tokens(&b, S("{\"a\":1}\n{\"a\":2} 3"), true, false);
	is(buf_str(&b), "{ Ka N1 } { Ka N2 } N3 ", "values that follow each other");
	b.n = 0;
	tokens(&b, S("[{\"a\":1},{\"a\":2"), false, true);
	is(buf_str(&b), "[ { Ka N1 } { Ka N2 ", "a text that is cut short");
	b.n = 0;
	tokens(&b, S("[1,}"), false, true);
	ok(str_find(buf_str(&b), S("! ")) >= 0, "errors before its end are errors");
	buf_release(&b);
}

/* Every token once across the border of two pieces. */
static void borders(void)
{
	static const char text[] =
		"{\"long key\\u00e9\":\"v\\u00e4lue\",\"n\":-12345678901,\"t\":true}";
	struct buf b = { 0 }, want = { 0 }, got = { 0 };
	bool same = true;

	tokens(&want, S("[{\"long key\\u00e9\":\"v\\u00e4lue\",\"n\":-12345678901,\"t\":true}]"),
	       false, false);
	for (size_t shift = 0; shift < sizeof(text); shift++) {
		b.n = got.n = 0;
		buf_ch(&b, '[');
		while (b.n < 16384 - shift)
			buf_ch(&b, ' ');
		buf_printf(&b, "%s]", text);
		tokens(&got, buf_str(&b), false, false);
		same &= str_eq(buf_str(&got), buf_str(&want));
	}
	ok(same && want.n == 50, "tokens across pieces (%zu)", want.n);
	buf_release(&b);
	buf_release(&want);
	buf_release(&got);
}

static void open_text(struct json_in *j, struct in *in, struct str text)
{
	in_open_memory(in, "x", text);
	json_in_open(j, in);
	json_next(j);
}

static void close_text(struct json_in *j, struct in *in)
{
	json_in_close(j);
	in_close(in);
	in_release(in);
}

static void walking(void)
{
	struct json_in j;
	struct in in;
	struct str key;
	struct buf keys = { 0 };
	int64_t sum = 0;

	open_text(
		&j, &in,
		S("{\"skip\":{\"deep\":[1,{\"x\":2}]},\"list\":[10,[99],20],\"n\":7,\"no\":[[]]}"));
	ok(json_enter(&j, JSON_OBJECT), "an object is entered");
	while (json_member(&j, &key)) {
		buf_printf(&keys, "%.*s ", STR_ARG(key));
		if (str_eq(key, S("n")))
			sum += json_i64(&j);
		else if (str_eq(key, S("list")) && json_enter(&j, JSON_ARRAY))
			while (json_element(&j))
				sum += j.kind == JSON_NUMBER ? json_i64(&j) : 0;
	}
	is(buf_str(&keys), "skip list n no ", "members; what is not entered is passed over");
	ok(sum == 37 && !in.failed && j.depth == 0, "elements, likewise");
	ok(json_next(&j) == JSON_END && !in.failed, "and the end");
	close_text(&j, &in);
	buf_release(&keys);

	open_text(&j, &in, S("[1,2,3,4]"));
	json_enter(&j, JSON_ARRAY);
	json_element(&j);
	ok(!json_fail(&j, "no %s", "ones"), "a reader's own error");
	is(buf_str(&in.error), "x: byte 1: no ones", "has the token's place");
	ok(!json_element(&j) && json_next(&j) == JSON_END, "and ends the reading");
	close_text(&j, &in);

	open_text(&j, &in, S("[]"));
	ok(!json_enter(&j, JSON_OBJECT), "an array is no object");
	is(buf_str(&in.error), "x: byte 0: expected an object, found an array", "says so");
	close_text(&j, &in);
}

static bool is_i64(const char *text, int64_t expected)
{
	struct json_in j;
	struct in in;
	int64_t v;
	bool good;

	open_text(&j, &in, str_of(text));
	good = json_is_i64(&j, &v) && v == expected && json_i64(&j) == expected && !in.failed;
	close_text(&j, &in);
	return good;
}

static bool is_no_i64(const char *text)
{
	struct json_in j;
	struct in in;
	int64_t v;
	bool bad;

	open_text(&j, &in, str_of(text));
	bad = !json_is_i64(&j, &v) && json_i64(&j) == 0 && in.failed;
	close_text(&j, &in);
	return bad;
}

static void numbers(void)
{
	struct json_in j;
	struct in in;

	ok(is_i64("9007199254740993", 9007199254740993) &&
		   is_i64("9223372036854775807", INT64_MAX) &&
		   is_i64("-9223372036854775808", INT64_MIN),
	   "integers are exact");
	ok(is_i64("12.0", 12) && is_i64("-1.5e3", -1500) && is_i64("0e9", 0), "in other spellings");
	ok(is_no_i64("9223372036854775808") && is_no_i64("1.5") && is_no_i64("1e300") &&
		   is_no_i64("\"1\"") && is_no_i64("null"),
	   "what is no integer");
	open_text(&j, &in, S("18446744073709551615"));
	ok(json_u64(&j) == UINT64_MAX && !in.failed, "the largest unsigned one");
	close_text(&j, &in);
	open_text(&j, &in, S("-1"));
	ok(json_u64(&j) == 0 && in.failed, "no unsigned one is negative");
	is(buf_str(&in.error), "x: byte 0: expected an unsigned integer of 64 bits, found -1",
	   "says so");
	close_text(&j, &in);
	open_text(&j, &in, S("-0.25e-1"));
	ok(json_f64(&j) == -0.025 && !in.failed, "a double");
	close_text(&j, &in);
	open_text(&j, &in, S("1e999"));
	ok(json_f64(&j) == 0 && in.failed, "one that is too large");
	close_text(&j, &in);
}

static void repeat(struct buf *b, struct str piece, size_t times)
{
	while (times--)
		buf_add(b, piece);
}

static void bounds(void)
{
	struct buf b = { 0 }, got = { 0 };

	repeat(&b, S("["), JSON_DEEPEST + 1);
	tokens(&got, buf_str(&b), false, false);
	ok(str_ends(buf_str(&got), S("nested too deeply")), "too deep");
	b.n = got.n = 0;
	repeat(&b, S("["), JSON_DEEPEST);
	repeat(&b, S("]"), JSON_DEEPEST);
	tokens(&got, buf_str(&b), false, false);
	ok(got.n == 4 * JSON_DEEPEST, "as deep as allowed");
	b.n = got.n = 0;
	buf_ch(&b, '"');
	repeat(&b, S("0123456789abcdef"), (2 * JSON_LONGEST + 100000) / 16);
	buf_ch(&b, '"');
	tokens(&got, buf_str(&b), false, false);
	ok(str_find(buf_str(&got), S("too long")) >= 0, "too long");
	b.n = got.n = 0;
	buf_ch(&b, '"');
	repeat(&b, S("0123456789abcde\\n"), 100000);
	buf_ch(&b, '"');
	tokens(&got, buf_str(&b), false, false);
	ok(got.n == 1600002, "a long string, of many pieces");
	buf_release(&b);
	buf_release(&got);
}

static void writes(struct str s, const char *expected, const char *name)
{
	struct buf b = { 0 };
	struct json_in j;
	struct in in;

	json_put_string(&(struct json){ .b = &b }, s);
	is(buf_str(&b), expected, "%s", name);
	open_text(&j, &in, buf_str(&b));
	ok(j.kind == JSON_STRING && !in.failed, "and can be read");
	close_text(&j, &in);
	buf_release(&b);
}

static void written(void)
{
	writes(S("a\"b\\c\n\t\x01/"), "\"a\\\"b\\\\c\\n\\t\\u0001/\"", "written: controls");
	writes(S("<&>"), "\"\\u003c\\u0026\\u003e\"", "what ends a script element");
	writes(S("\xff"), "\"\xef\xbf\xbd\"", "what is not UTF-8");
	writes(S("\xe2\x80\xa8\xc3\xa9"), "\"\\u2028\xc3\xa9\"", "line separators");
}

int main(void)
{
	accepted();
	refused();
	sequences();
	borders();
	walking();
	numbers();
	bounds();
	written();
	return done();
}
