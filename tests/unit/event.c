#include "record/sampler/event.h"

#include <linux/perf_event.h>

#include "tap.h"

static struct event e;
static struct buf why, worths;

static bool find(const char *name)
{
	why.n = 0;
	return event_find(str_of(name), &e, &why);
}

static const struct gather_event *worth(uint64_t frequency)
{
	events_worth(&e, 1, frequency, &worths);
	return (const struct gather_event *)worths.p;
}

int main(void)
{
	struct str list;

	ok(find("cpu") && e.is_cpu && !e.every && !e.no_user && !e.no_kernel, "cpu by frequency");
	ok(find("cpu:u") && e.is_cpu && e.no_kernel && !e.no_user, "only user code");
	ok(find("cpu:k") && e.is_cpu && e.no_user && !e.no_kernel, "only the kernel");
	ok(find("cpu:uk") && !e.no_user && !e.no_kernel, "both");
	ok(find("cpu-clock:u") && e.is_cpu && e.is_clock && e.no_kernel && !e.every,
	   "the kernel's clock by its own name");
	ok(find("page-faults:upp") && e.no_kernel && e.precise == 2 && e.asked_precise &&
		   !event_precise(&e),
	   "what has no exact addresses");
	ok(find("software/config=2/u") && e.type == PERF_TYPE_SOFTWARE && e.config == 2 &&
		   e.no_kernel && e.every == 1 &&
		   str_eq(str_of(e.sample_type), S("software/config=2/")),
	   "an event of a PMU, with a modifier");
	ok(find("software/config=2,period=7,name=faults/:k") && e.every == 7 && e.no_user &&
		   str_eq(str_of(e.sample_type), S("faults")),
	   "with a period, a name and a colon");
	ok(!find("software/config=2/x"), "no such modifier there");
	ok(!find("nothing:p") && why.n > 0, "a tracepoint is not a modifier");
	list = S("cpu/a,b/,c,d");
	ok(str_eq(event_cut(&list), S("cpu/a,b/")) && str_eq(event_cut(&list), S("c")) &&
		   str_eq(event_cut(&list), S("d")) && !list.p,
	   "commas between slashes separate no events");
	ok(!find("cpu:x") && why.n > 0, "no such modifier");
	ok(!find(":u"), "a modifier of nothing");
	ok(find("page-faults") && e.every == 1, "page faults one by one");
	ok(!worth(99)->fixed && worth(99)->period == 1, "each is worth its period");
	event_set_period(&e, 10);
	ok(worth(99)->fixed && worth(99)->worth == 10, "every tenth is worth ten");
	e = (struct event){ .is_cpu = true, .type = PERF_TYPE_HARDWARE };
	ok(worth(4000)->fixed && worth(4000)->worth == 250000,
	   "cycles are worth the time between two at the frequency in force");
	event_set_period(&e, 1000000);
	ok(e.is_clock && worth(4000)->worth == 1000000, "a period of CPU time is the clock's");
	buf_release(&why);
	buf_release(&worths);
	return done();
}
