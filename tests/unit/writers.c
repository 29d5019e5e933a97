/* Writers that all commands share: JSON, tab-separated values, numbers for people. */
#include <math.h>

#include "io/json.h"
#include "io/number.h"
#include "io/tsv.h"
#include "tap.h"

static struct buf b;

static struct json begin(int indented)
{
	b.n = 0;
	return (struct json){ .b = &b, .indented = indented };
}

static void test_json(void)
{
	struct json j = begin(0);

	json_begin_object(&j);
	json_end_object(&j);
	is(buf_str(&b), "{}", "an empty object");
	j = begin(0);
	json_begin_object(&j);
	json_member_string(&j, "s", S("a\"\\<&>\n\x01\xff\u2028"));
	json_member_int64(&j, "i", INT64_MIN);
	json_member_double(&j, "d", 0.1);
	json_member_double(&j, "nan", NAN);
	json_member_bool(&j, "b", true);
	json_member_array(&j, "a");
	json_put_fixed(&j, 12.34567, 2);
	json_begin_object(&j);
	json_end_object(&j);
	json_begin_array(&j);
	json_put_int64(&j, 1);
	json_put_int64(&j, 2);
	json_end_array(&j);
	json_end_array(&j);
	json_member_object(&j, "o");
	json_end_object(&j);
	json_end_object(&j);
	is(buf_str(&b),
	   "{\"s\":\"a\\\"\\\\\\u003c\\u0026\\u003e\\n\\u0001\ufffd\\u2028\","
	   "\"i\":-9223372036854775808,\"d\":0.10000000000000001,\"nan\":null,\"b\":true,"
	   "\"a\":[12.35,{},[1,2]],\"o\":{}}",
	   "values, keys and commas");
	j = begin(3);
	json_begin_object(&j);
	json_member_int64(&j, "a", 1);
	json_member_object(&j, "b");
	json_member_array(&j, "c");
	json_put_int64(&j, 2);
	json_end_array(&j);
	json_end_object(&j);
	json_end_object(&j);
	is(buf_str(&b), "{\n \"a\":1,\n \"b\":{\n  \"c\":[2]}}", "indented");
	j = begin(0);
	json_begin_array(&j);
	for (int i = 0; i < 2; i++) {
		json_line(&j);
		json_put_int64(&j, i);
	}
	json_line(&j);
	json_end_array(&j);
	is(buf_str(&b), "[\n0,\n1\n]", "an element a line");
}

static void test_tsv(void)
{
	b.n = 0;
	tsv_text(&b, S("a\tb\nc\\d;e"));
	is(buf_str(&b), "a\\tb\\nc\\\\d;e", "a cell");
	b.n = 0;
	tsv_item(&b, str("a;b\\\0c", 6));
	ok(str_eq(buf_str(&b), str("a\\;b\\\\\0c", 8)), "an item of a list, with a NUL");
}

static struct str percent(double v, bool sign)
{
	b.n = 0;
	number_percent(&b, v, sign);
	return buf_str(&b);
}

static void test_percent(void)
{
	is(percent(0.001, true), "0%", "next to nothing");
	is(percent(0.05, true), "+0.05%", "two decimals below 0.1");
	is(percent(0.096, false), "0.1%", "which is what the rounded one is");
	is(percent(9.94, true), "+9.9%", "one below 10");
	is(percent(9.96, false), "10%", "none from there on");
	is(percent(-51.4, true), "-51%", "below zero");
	is(percent(123456, true), "+1.23e+05%", "a large one");
	is(percent(INFINITY, true), "+inf", "from nothing");
	is(percent(-INFINITY, true), "-100%", "to nothing");
	b.n = 0;
	number_share(&b, 1, 3, 2);
	number_share(&b, 1, 0, 1);
	is(buf_str(&b), "33.33%0.0%", "shares");
}

int main(void)
{
	test_json();
	test_tsv();
	test_percent();
	buf_release(&b);
	return done();
}
