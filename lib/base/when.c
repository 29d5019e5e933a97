#include "base/when.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define DAY    86400

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

int64_t when_now(void)
{
	return clock_ns(CLOCK_REALTIME);
}

int64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Durations */

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* micro sign */
	{ "\xce\xbcs", 1000 }, /* Greek mu */
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", UINT64_C(60) * 1000000000 },
	{ "min", UINT64_C(60) * 1000000000 },
	{ "h", UINT64_C(3600) * 1000000000 },
	{ "d", UINT64_C(86400) * 1000000000 },
	{ "w", UINT64_C(604800) * 1000000000 },
};

static size_t count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

static bool parse_unit(struct str *s, uint64_t *ns)
{
	size_t n = 0;

	while (n < s->n && !is_digit(s->p[n]) && s->p[n] != '.')
		n++;
	for (size_t i = 0; i < LEN(units); i++) {
		if (!str_eq(str(s->p, n), str_of(units[i].name)))
			continue;
		*ns = units[i].ns;
		*s = str_skip(*s, n);
		return true;
	}
	return false;
}

/* Digits after a point, in units of 10^-9, at most nine of them. */
static uint64_t parse_fraction(struct str *s)
{
	uint64_t fraction = 0, scale = 100000000;

	if (!s->n || s->p[0] != '.')
		return 0;
	for (*s = str_skip(*s, 1); s->n && is_digit(s->p[0]); *s = str_skip(*s, 1), scale /= 10)
		fraction += scale * (uint64_t)(s->p[0] - '0');
	return fraction;
}

/* "2h30m": each number has a unit. */
static bool parse_part(struct str *s, uint64_t *sum)
{
	size_t n = count_digits(*s);
	uint64_t number, unit, fraction;
	unsigned __int128 ns;

	if (!str_u64(str(s->p, n), &number))
		return false;
	*s = str_skip(*s, n);
	fraction = parse_fraction(s);
	if (!parse_unit(s, &unit))
		return false;
	ns = (unsigned __int128)number * unit + (unsigned __int128)fraction * unit / 1000000000;
	ns += *sum;
	*sum = (uint64_t)ns;
	return ns <= INT64_MAX;
}

bool when_duration(struct str text, uint64_t *ns)
{
	uint64_t seconds;

	if (str_u64(text, &seconds)) {
		*ns = seconds * (uint64_t)SECOND;
		return seconds <= INT64_MAX / (uint64_t)SECOND;
	}
	*ns = 0;
	if (!text.n)
		return false;
	while (text.n)
		if (!parse_part(&text, ns))
			return false;
	return true;
}

/* Points in time */

/* A number of that many digits, within bounds, after the character `after` (0: none). */
static bool parse_number(struct str *s, char after, size_t digits, int least, int most, int *v)
{
	uint64_t number;

	if (after && (!s->n || s->p[0] != after))
		return false;
	if (after)
		*s = str_skip(*s, 1);
	if (s->n < digits || count_digits(str(s->p, digits)) != digits ||
	    !str_u64(str(s->p, digits), &number))
		return false;
	*v = (int)number;
	*s = str_skip(*s, digits);
	return *v >= least && *v <= most;
}

/* "09:00" or "09:00:30.5" */
static bool parse_clock(struct str *s, struct tm *tm, uint64_t *fraction)
{
	if (!parse_number(s, 0, 2, 0, 23, &tm->tm_hour) ||
	    !parse_number(s, ':', 2, 0, 59, &tm->tm_min))
		return false;
	if (!s->n || s->p[0] != ':')
		return true;
	if (!parse_number(s, ':', 2, 0, 60, &tm->tm_sec))
		return false;
	*fraction = parse_fraction(s);
	return true;
}

/* "Z" or "+01:00": seconds east of Greenwich. */
static bool parse_zone(struct str *s, int *east)
{
	int hour, minute, sign = s->p[0] == '-' ? -1 : 1;

	if (s->p[0] == 'Z' || s->p[0] == 'z') {
		*s = str_skip(*s, 1);
		*east = 0;
		return true;
	}
	if (s->p[0] != '+' && s->p[0] != '-')
		return false;
	if (!parse_number(s, s->p[0], 2, 0, 23, &hour) || !parse_number(s, ':', 2, 0, 59, &minute))
		return false;
	*east = sign * (hour * 3600 + minute * 60);
	return true;
}

static bool to_ns(time_t seconds, uint64_t fraction, int64_t *ns)
{
	return !__builtin_mul_overflow((int64_t)seconds, SECOND, ns) &&
	       !__builtin_add_overflow(*ns, (int64_t)fraction, ns);
}

/* "CET-1CEST": a zone that TZ describes itself, by name and offset, as in POSIX. */
static bool describes_zone(const char *tz)
{
	const char *end = tz;

	if (*tz == '<')
		return strchr(tz, '>') != NULL;
	while ((*end >= 'A' && *end <= 'Z') || (*end >= 'a' && *end <= 'z'))
		end++;
	return end - tz >= 3 && *end && strchr("+-0123456789", *end);
}

/* In the places where C libraries look: musl in all of these. */
static bool has_zone_file(const char *tz)
{
	const char *dirs[] = { getenv("TZDIR"), "/usr/share/zoneinfo", "/share/zoneinfo",
			       "/etc/zoneinfo" };
	char path[PATH_MAX];

	if (tz[0] == '/')
		return access(tz, R_OK) == 0;
	for (size_t i = 0; i < LEN(dirs); i++) {
		if (!dirs[i] || !*dirs[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s", dirs[i], tz);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

/*
 * Is the local time zone known? In a container without zone files, or with a misspelt TZ, the
 * C library takes UTC for it without a word.
 */
static bool zone_is_known(struct buf *error)
{
	static const char *const universal[] = { "UTC", "GMT", "Etc/UTC", "Etc/GMT" };
	const char *tz = getenv("TZ");

	if (tz && *tz == ':')
		tz++;
	if (!tz || !*tz || describes_zone(tz) || has_zone_file(tz))
		return true;
	for (size_t i = 0; i < LEN(universal); i++)
		if (strcmp(tz, universal[i]) == 0)
			return true;
	buf_printf(error,
		   "is a local time, and this system does not know the time zone of TZ=%s; write "
		   "it in UTC, as 2026-11-28T09:00:00Z",
		   tz);
	return false;
}

/* Seconds east of Greenwich, here and at that time. */
static time_t local_offset(time_t at)
{
	struct tm tm;

	return localtime_r(&at, &tm) ? tm.tm_gmtoff : 0;
}

/* The moment between these two from which local time has the later one's offset. */
static time_t offset_change(time_t before, time_t after)
{
	time_t offset = local_offset(after);

	while (after - before > 1) {
		time_t middle = before + (after - before) / 2;

		if (local_offset(middle) == offset)
			after = middle;
		else
			before = middle;
	}
	return after;
}

/*
 * The moment at which clocks here show `clock` (seconds, as if of UTC). A time that they skip is
 * the moment of the skip: a clock shows a later time from then on. False if they show it
 * twice; midnight is the first of two, the day's beginning.
 */
static bool from_local(time_t clock, time_t *at, struct buf *error)
{
	time_t before = local_offset(clock - DAY), after = local_offset(clock + DAY);
	bool is_before = local_offset(clock - before) == before;
	bool is_after = local_offset(clock - after) == after;

	if (!zone_is_known(error))
		return false;
	*at = clock - (is_before ? before : after);
	if (!is_before && !is_after)
		*at = offset_change(clock - DAY, clock + DAY);
	if (!is_before || !is_after || before == after || clock % DAY == 0)
		return true;
	buf_add(error, S("occurs twice, since clocks were set back; write it as "));
	when_print(error, (int64_t)*at * SECOND);
	buf_add(error, S(" or "));
	when_print(error, (int64_t)(clock - after) * SECOND);
	return false;
}

static bool parse_date(struct str s, int64_t *ns, struct buf *error)
{
	struct tm tm = { 0 };
	uint64_t fraction = 0;
	time_t clock;
	int east = 0, day;
	bool has_zone = false;

	if (!parse_number(&s, 0, 4, 1970, 2261, &tm.tm_year) ||
	    !parse_number(&s, '-', 2, 1, 12, &tm.tm_mon) ||
	    !parse_number(&s, '-', 2, 1, 31, &tm.tm_mday))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	day = tm.tm_mday;
	timegm(&tm);
	if (tm.tm_mday != day) /* 30 February is no day; timegm() makes it one of March */
		return false;
	if (s.n && (s.p[0] == 'T' || s.p[0] == 't' || s.p[0] == ' ')) {
		s = str_skip(s, 1);
		if (!parse_clock(&s, &tm, &fraction))
			return false;
		has_zone = s.n > 0;
		if (has_zone && !parse_zone(&s, &east))
			return false;
	}
	clock = timegm(&tm);
	if (s.n || (!has_zone && !from_local(clock, &clock, error)))
		return false;
	return to_ns(clock - east, fraction, ns);
}

static bool parse_clock_of_today(struct str s, int64_t now, int64_t *ns, struct buf *error)
{
	time_t at = (time_t)(now / SECOND);
	uint64_t fraction = 0;
	struct tm tm;

	if (!localtime_r(&at, &tm))
		return false;
	tm.tm_sec = 0;
	return parse_clock(&s, &tm, &fraction) && !s.n && from_local(timegm(&tm), &at, error) &&
	       to_ns(at, fraction, ns);
}

/* Whether it is seconds or finer follows from the number of digits. */
static bool parse_epoch(struct str s, int64_t *ns)
{
	int64_t v, unit = s.n <= 11 ? SECOND : s.n <= 14 ? 1000000 : s.n <= 17 ? 1000 : 1;

	return s.n && is_digit(s.p[0]) && str_i64(s, &v) && !__builtin_mul_overflow(v, unit, ns);
}

static bool parse_relative(struct str s, int64_t now, int64_t *ns)
{
	uint64_t distance = 0;
	bool back = s.n && s.p[0] == '-';

	*ns = now;
	if (!s.n)
		return true;
	if ((!back && s.p[0] != '+') || !when_duration(str_skip(s, 1), &distance))
		return false;
	return !(back ? __builtin_sub_overflow(now, (int64_t)distance, ns) :
			__builtin_add_overflow(now, (int64_t)distance, ns));
}

bool when_parse(struct str text, int64_t now, int64_t *ns, struct buf *error)
{
	size_t before = error->n;
	bool ok;

	if (str_starts(text, S("now")))
		ok = parse_relative(str_skip(text, 3), now, ns);
	else if (str_starts(text, S("@")))
		ok = parse_epoch(str_skip(text, 1), ns);
	else if (text.n > 2 && text.p[2] == ':')
		ok = parse_clock_of_today(text, now, ns, error);
	else
		ok = parse_date(text, ns, error);
	if (!ok && error->n == before)
		buf_add(error, S("is not a time; write it as 2026-11-28T09:00:00Z, 09:00, "
				 "now-2h30m or @1795907618"));
	return ok;
}

/* Append the broken-down time; with a fraction, also ".25", without zeros at the end. */
static void put_broken_down(struct buf *b, const char *form, int64_t ns,
			    struct tm *(*broken_down)(const time_t *t, struct tm *to),
			    bool is_exact)
{
	int64_t fraction = (ns % SECOND + SECOND) % SECOND;
	time_t seconds = (time_t)(ns / SECOND - (ns % SECOND < 0));
	struct tm tm;
	char text[32] = "?";

	if (broken_down(&seconds, &tm))
		strftime(text, sizeof(text), form, &tm);
	buf_add(b, str_of(text));
	if (!is_exact || !fraction)
		return;
	buf_printf(b, ".%09lld", (long long)fraction);
	while (b->p[b->n - 1] == '0')
		b->n--;
}

static void put_utc(struct buf *b, int64_t ns, bool is_exact)
{
	put_broken_down(b, "%Y-%m-%dT%H:%M:%S", ns, gmtime_r, is_exact);
	buf_ch(b, 'Z');
}

void when_print(struct buf *b, int64_t ns)
{
	put_utc(b, ns, false);
}

void when_print_exact(struct buf *b, int64_t ns)
{
	put_utc(b, ns, true);
}

void when_print_local(struct buf *b, int64_t ns)
{
	put_broken_down(b, "%Y-%m-%d %H:%M:%S", ns, localtime_r, false);
}

void when_print_local_exact(struct buf *b, int64_t ns)
{
	put_broken_down(b, "%Y-%m-%d %H:%M:%S", ns, localtime_r, true);
}
