/* Which fields an event line of perf script is taken to have, and where its frame is. */
#include "format/perf_script/perf_lines.h"
#include "profile/type.h"
#include "tap.h"

static bool equals(struct str s, const char *text)
{
	return str_eq(s, str_of(text));
}

static void test_fields(void)
{
	static const struct {
		const char *line, *comm, *event;
		enum perf_anchor anchor;
		int64_t pid, tid, cpu; /* -1: not there */
		uint64_t period;
	} c[] = {
		{ "app 20/21 [003] 1.5: 7 cycles:u: ", "app", "cycles:u", PERF_BY_TIME, 20, 21, 3,
		  7 },
		{ "app 21 1.5: ", "app", "", PERF_BY_TIME, -1, 21, -1, 0 },
		{ "app 21 1.5:        100 ", "app", "", PERF_BY_TIME, -1, 21, -1, 100 },
		{ "   21 1.5: 7 cycles: ", "", "cycles", PERF_BY_TIME, -1, 21, -1, 7 },
		{ "a 1 [0] 2 [001] 1.5: e: ", "a 1 [0]", "e", PERF_BY_TIME, -1, 2, 1, 0 },
		{ "a 1 1.2: b 2 [001] 1.5: e: ", "a 1 1.2: b", "e", PERF_BY_TIME, -1, 2, 1, 0 },
		{ "app 21 [003] K     2026-11-29 01:46:25.123456 1.5: e: ", "app", "e",
		  PERF_BY_TIME, -1, 21, 3, 0 },
		{ "VM:  900 VCPU:001 kvm 21 1.5: e: ", "kvm", "e", PERF_BY_TIME, -1, 21, -1, 0 },
		{ "app 21 [003] 7 e: ", "app", "e", PERF_BY_CPU, -1, 21, 3, 7 },
		{ "app 21 7 e: ", "app", "e", PERF_BY_EVENT, -1, 21, -1, 7 },
		{ "app      21 ", "app", "", PERF_NO_ANCHOR, -1, 21, -1, 0 },
		{ "Thread 7 ", "Thread 7", "", PERF_NO_ANCHOR, -1, -1, -1, 0 },
		{ "app       1000 e: ", "app", "e", PERF_NO_ANCHOR, -1, -1, -1, 1000 },
	};

	for (size_t i = 0; i < LEN(c); i++) {
		struct perf_event e;
		bool found = perf_event_line(str_of(c[i].line), &e);

		ok(found && equals(e.comm, c[i].comm) && equals(e.name, c[i].event) &&
			   e.anchor == c[i].anchor && e.pid == c[i].pid && e.cpu == c[i].cpu &&
			   (e.has_tid ? e.tid : -1) == c[i].tid && e.period == c[i].period &&
			   !e.has_own,
		   "'%s'", c[i].line);
	}
}

static void test_frames(void)
{
	static const struct {
		const char *line;
		uint64_t address; /* 0: there is none */
		const char *what;
	} c[] = {
		{ "a 1 1.5: 7 e:            401010 f+0x2 (/x)", 0x401010, "f+0x2 (/x)" },
		{ "a 1 1.5: 7 e:            404010 data (/x)           401010 f (/x)", 0x401010,
		  "f (/x)" },
		{ "a 1 1.5: 7 e:            401010 f (/x)          1f3000 4K", 0x401010, "f (/x)" },
		{ "a 1 1.5: 7 e:            401010 f (/x) 0x1/0x2/P/-/-/3 ", 0x401010, "f (/x)" },
		{ "a 1 1.5:            858440", 0x858440, "" },
		{ "a 1 1.5: s:t: add 12 (x)", 0, "" },
		{ "a 1 1.5: s:t: ffff888012345678 len 4", 0, "" },
	};

	for (size_t i = 0; i < LEN(c); i++) {
		struct perf_event e;
		bool found = perf_event_line(str_of(c[i].line), &e);

		ok(found && e.has_own == (c[i].address != 0) &&
			   (!e.has_own ||
			    (e.own.address == c[i].address && equals(e.own.what, c[i].what))),
		   "the frame of '%s'", c[i].line);
	}
}

static void test_types(void)
{
	static const char *const c[][2] = {
		{ "cycles", "cycles" },
		{ "cycles:ppp", "cycles" },
		{ "cycles:Pu", "cycles" },
		{ "cpu_core/cycles/P", "cycles" },
		{ "armv8_cortex_a53/cycles/", "cycles" },
		{ "cpu/mem-loads,ldlat=30/P", "mem-loads,ldlat=30" },
		{ "uncore_imc_0/cas_count_read/", "uncore_imc_0/cas_count_read/" },
		{ "kmem:kfree", "kmem:kfree" },
		{ "probe:hup", "probe:hup" },
	};

	for (size_t i = 0; i < LEN(c); i++)
		ok(equals(type_of_event(str_of(c[i][0])), c[i][1]), "the type of %s", c[i][0]);
}

int main(void)
{
	test_fields();
	test_frames();
	test_types();
	return done();
}
