/* Points in time as people give them: base/when.h. */
#include <stdlib.h>
#include <time.h>

#include "base/when.h"
#include "tap.h"

#define NOW INT64_C(1795867200500000000) /* 2026-11-28T12:00:00.5Z */

static void means(const char *text, int64_t expected)
{
	struct buf why = { 0 };
	int64_t ns = -1;
	bool good = when_parse(str_of(text), NOW, &ns, &why);

	ok(good && ns == expected, "%s is %lld (%lld)", text, (long long)expected, (long long)ns);
	buf_release(&why);
}

static void is_none(const char *text)
{
	struct buf why = { 0 };
	int64_t ns;

	ok(!when_parse(str_of(text), NOW, &ns, &why) && why.n, "'%s' is not a time", text);
	buf_release(&why);
}

/* In a time zone of their own: what clocks skip, and what they show twice. */
static void is_refused(const char *text, const char *expected)
{
	struct buf why = { 0 };
	int64_t ns;
	bool good = when_parse(str_of(text), NOW, &ns, &why);

	ok(!good && str_eq(buf_str(&why), str_of(expected)), "%s: %.*s", text, (int)why.n, why.p);
	buf_release(&why);
}

static void test_zones(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	means("2026-03-29T01:59:59", INT64_C(1774745999000000000));
	means("2026-03-29T02:00", INT64_C(1774746000000000000));
	means("2026-03-29T02:30:10", INT64_C(1774746000000000000));
	means("2026-03-29T03:00", INT64_C(1774746000000000000));
	means("2026-03-29T03:30", INT64_C(1774747800000000000));
	means("2026-10-25", INT64_C(1792879200000000000));
	means("2026-10-25T01:59", INT64_C(1792886340000000000));
	is_refused("2026-10-25T02:30", "occurs twice, since clocks were set back; write it as "
				       "2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z");
	means("2026-10-25T02:30+02:00", INT64_C(1792888200000000000));
	means("2026-10-25T03:00", INT64_C(1792893600000000000));
	setenv("TZ", "XST3XDT,M3.2.0/0,M11.1.0/0:30", 1); /* skips midnight, and has one twice */
	tzset();
	means("2026-03-08", INT64_C(1772938800000000000));
	means("2026-11-01", INT64_C(1793498400000000000));
	setenv("TZ", "LHST-10:30LHDT-11,M10.1.0,M4.1.0", 1); /* half an hour */
	tzset();
	means("2026-10-04T02:15", INT64_C(1791041400000000000));
	is_refused("2026-04-05T01:45", "occurs twice, since clocks were set back; write it as "
				       "2026-04-04T14:45:00Z or 2026-04-04T15:15:00Z");
}

/* A zone that the C library does not find is UTC for it. */
static void test_unknown_zone(void)
{
	setenv("TZ", "Nowhere/Town", 1);
	tzset();
	is_refused("2026-11-28T09:00",
		   "is a local time, and this system does not know the time zone of "
		   "TZ=Nowhere/Town; write it in UTC, as 2026-11-28T09:00:00Z");
	means("2026-11-28T12:00:00Z", INT64_C(1795867200000000000));
	means("now", NOW);
	setenv("TZ", "Etc/UTC", 1);
	tzset();
	means("2026-11-28T12:00", INT64_C(1795867200000000000));
}

static void prints(int64_t ns, const char *text)
{
	struct buf b = { 0 };

	when_print_exact(&b, ns);
	is(buf_str(&b), text, "%s", text);
	buf_release(&b);
}

static void lasts(const char *text, uint64_t expected)
{
	uint64_t ns = 1;

	ok(when_duration(str_of(text), &ns) && ns == expected, "%s lasts %llu ns", text,
	   (unsigned long long)expected);
}

static void lasts_not(const char *text)
{
	uint64_t ns;

	ok(!when_duration(str_of(text), &ns), "'%s' is no length of time", text);
}

int main(void)
{
	static const char *const none[] = {
		"",
		"yesterday",
		"now-",
		"now2h",
		"now-2x",
		"@",
		"@12x",
		"@-5",
		"2026-11-28T09:00:00+1",
		"2026-02-30",
		"2026-02-30T00:00:00Z",
		"2026-13-01",
		"26-11-28",
		"24:00",
		"9:00",
		"09:60",
		"2026-11-28T09:00Zx",
		"@99999999999999999999",
		"now-99999999999d",
		"09:00Z",
	};

	setenv("TZ", "UTC-1", 1); /* an hour east of Greenwich */
	tzset();
	means("now", NOW);
	means("now-2h30m", NOW - INT64_C(9000) * 1000000000);
	means("now+10s", NOW + INT64_C(10000000000));
	means("now-1.5h", NOW - INT64_C(5400) * 1000000000);
	means("now-1w1d", NOW - INT64_C(8 * 86400) * 1000000000);
	means("2026-11-28T12:00:00Z", INT64_C(1795867200000000000));
	means("2026-11-28 12:00:00.25z", INT64_C(1795867200250000000));
	means("2026-11-28T12:00:00+02:00", INT64_C(1795860000000000000));
	means("2026-11-28T12:00:00-00:30", INT64_C(1795869000000000000));
	means("2026-11-28T12:00Z", INT64_C(1795867200000000000));
	means("2026-11-28T12:00:00", INT64_C(1795863600000000000));
	means("2026-11-28", INT64_C(1795820400000000000));
	means("2028-02-29T00:00:00Z", INT64_C(1835395200000000000));
	means("1970-01-01T00:00:00Z", 0);
	means("09:00", INT64_C(1795852800000000000));
	means("09:00:30.5", INT64_C(1795852830500000000));
	means("2016-12-31T23:59:60Z", INT64_C(1483228800000000000)); /* a leap second */
	means("@1795867200", INT64_C(1795867200000000000));
	means("@1795867200500", NOW);
	means("@1795867200500000", NOW);
	means("@1795867200500000000", NOW);
	means("@0", 0);
	for (size_t i = 0; i < LEN(none); i++)
		is_none(none[i]);
	test_zones();
	test_unknown_zone();
	lasts("30d", UINT64_C(30 * 86400) * 1000000000);
	lasts("90", UINT64_C(90000000000));
	lasts("2h30m", UINT64_C(9000000000000));
	lasts("1ms5us", 1005000);
	lasts("0s", 0);
	lasts_not("");
	lasts_not("1h30");
	lasts_not("-1h");
	lasts_not("h");
	lasts_not("106752d");
	prints(INT64_C(1795867200000000000), "2026-11-28T12:00:00Z");
	prints(INT64_C(1795867200250000000), "2026-11-28T12:00:00.25Z");
	prints(INT64_C(1795867200000000001), "2026-11-28T12:00:00.000000001Z");
	prints(-1, "1969-12-31T23:59:59.999999999Z");
	prints(INT64_MIN, "1677-09-21T00:12:43.145224192Z");
	prints(INT64_MAX, "2262-04-11T23:47:16.854775807Z");
	return done();
}
