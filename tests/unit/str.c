#include "tap.h"

static void numbers(void)
{
	uint64_t u;
	int64_t i;

	ok(str_u64(S("18446744073709551615"), &u) && u == UINT64_MAX, "largest u64");
	ok(!str_u64(S("18446744073709551616"), &u), "one more does not fit");
	ok(!str_u64(S(""), &u) && !str_u64(S("1x"), &u) && !str_u64(S("-1"), &u), "no number");
	ok(str_number_after(S("libpython3.11d.so"), S("python3."), &u) && u == 11,
	   "a number after other text");
	ok(!str_number_after(S("python3.x"), S("python3."), &u) &&
		   !str_number_after(S("3.11"), S("python3."), &u),
	   "none there, or no such text");
	ok(str_i64(S("-9223372036854775808"), &i) && i == INT64_MIN, "smallest i64");
	ok(!str_i64(S("9223372036854775808"), &i), "one more than the largest i64");
	ok(str_hex(S("ffffffffffffffff"), &u) && u == UINT64_MAX, "largest hex");
	ok(!str_hex(S("10000000000000000"), &u) && !str_hex(S("0x1"), &u), "no hex");
	ok(str_size(S("1.5K"), &u) && u == 1536, "1.5K");
	ok(str_size(S("2GiB"), &u) && u == (uint64_t)2 << 30, "2GiB");
	ok(!str_size(S("-1"), &u) && !str_size(S("K"), &u), "no size");
}

static void durations(void)
{
	uint64_t ns;

	ok(str_duration(S("30s"), &ns) && ns == 30000000000, "30s");
	ok(str_duration(S("250ms"), &ns) && ns == 250000000, "250ms");
	ok(str_duration(S("1m30s"), &ns) && ns == 90000000000, "1m30s");
	ok(str_duration(S("1.5"), &ns) && ns == 1500000000, "a bare number is seconds");
	ok(!str_duration(S(""), &ns) && !str_duration(S("s"), &ns) && !str_duration(S("1x"), &ns) &&
		   !str_duration(S("1m5"), &ns) && !str_duration(S("1.2.3s"), &ns),
	   "no durations");
	ok(!str_duration(S("9999999999999h"), &ns), "too long");
}

static void cutting(void)
{
	struct str rest = S("a;;b");

	is(str_cut(&rest, ';'), "a", "first piece");
	is(str_cut(&rest, ';'), "", "empty piece");
	ok(rest.p != NULL, "more follows");
	is(str_cut(&rest, ';'), "b", "last piece");
	ok(rest.p == NULL, "nothing follows");
	is(str_trim(S(" \t a b ")), "a b", "trim");
	rest = S("  one\t two ");
	is(str_cut_word(&rest), "one", "first word");
	is(rest, "two", "what follows it, without blanks");
	is(str_cut_word(&rest), "two", "last word");
	is(str_cut_word(&rest), "", "no more words");
	is(str_basename(S("/usr/lib/x.so")), "x.so", "basename");
	ok(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("b"), S("ab")) > 0, "order");
	ok(str_starts(str(NULL, 0), S("")), "everything starts with nothing");
}

static void utf8(void)
{
	uint32_t c;

	ok(str_utf8(S("\xe2\x82\xac"), &c) == 3 && c == 0x20ac, "euro");
	ok(str_utf8(S("\xf0\x9f\x94\xa5"), &c) == 4 && c == 0x1f525, "fire");
	ok(!str_utf8(S("\xc0\x80"), &c), "overlong");
	ok(!str_utf8(S("\xed\xa0\x80"), &c), "surrogate");
	ok(!str_utf8(S("\xf4\x90\x80\x80"), &c), "beyond U+10FFFF");
	ok(!str_utf8(S("\xe2\x82"), &c), "cut short");
	ok(!str_utf8(S(""), &c), "nothing");
}

int main(void)
{
	numbers();
	durations();
	cutting();
	utf8();
	return done();
}
