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
	means("@1795867200", INT64_C(1795867200000000000));
	means("@1795867200500", NOW);
	means("@1795867200500000", NOW);
	means("@1795867200500000000", NOW);
	means("@0", 0);
	for (size_t i = 0; i < LEN(none); i++)
		is_none(none[i]);
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
	return done();
}
