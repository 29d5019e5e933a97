#include "profile/unit.h"
#include "tap.h"

static void prints(double value, const char *unit, const char *expected)
{
	struct buf b = { 0 };

	unit_print(&b, value, str_of(unit));
	is(buf_str(&b), expected, "%g %s", value, unit);
	buf_release(&b);
}

static void prints_like(double value, double like, const char *unit, const char *expected)
{
	struct buf b = { 0 };

	unit_print_like(&b, value, like, str_of(unit));
	is(buf_str(&b), expected, "%g %s like %g", value, unit, like);
	buf_release(&b);
}

int main(void)
{
	double v = 3;

	prints(0, "nanoseconds", "0");
	prints(999, "nanoseconds", "999ns");
	prints(1500, "ns", "1.50us");
	prints(90, "seconds", "90s");
	prints(3599, "s", "3599s");
	prints(3600, "s", "1hrs");
	prints(2, "minutes", "120s");
	prints(-1500000, "ns", "-1.50ms");
	prints(1024, "bytes", "1kB");
	prints(1.25 * (1 << 30), "B", "1.25GB");
	prints(42, "count", "42");
	prints(1e12, "widgets", "1000000000000");
	prints_like(1, 1e9, "ns", "0");
	prints_like(10e6, 1e9, "ns", "0.01s");
	prints_like(-10e6, 1e9, "ns", "-0.01s");
	ok(unit_common(10e6, 8e9, S("ns")) == 1e9, "0.01s beside 8s");
	ok(unit_common(10e6, 900e6, S("ns")) == 10e6, "10ms beside 900ms");
	ok(unit_common(10e6, 1000e6, S("ns")) == 10e6, "10ms beside 1000ms");
	ok(unit_convert(&v, S("kb"), S("bytes")) && v == 3072, "3kb are 3072 bytes");
	ok(unit_convert(&v, S("bytes"), S("MB")) && v == 3.0 / 1024, "and less than a MB");
	ok(!unit_convert(&v, S("ms"), S("kb")) && !unit_convert(&v, S("x"), S("x")), "no such way");
	ok(unit_is_known(S("us")) && !unit_is_known(S("count")) && !unit_is_known(S("")), "known");
	return done();
}
