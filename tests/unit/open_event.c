#include "record/sampler/open_event.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "tap.h"

/* A kernel: what it knows, and who asks. */
struct fake_kernel {
	unsigned lacks;
	bool privileged, broken;
	unsigned precise; /* levels of it */
	int calls;
};

static int fake_open(void *context, const struct perf_event_attr *a)
{
	struct fake_kernel *k = context;
	bool unknown = ((k->lacks & WITHOUT_LOST) && a->read_format & PERF_FORMAT_LOST) ||
		       ((k->lacks & WITHOUT_INHERIT_THREAD) && a->inherit_thread) ||
		       ((k->lacks & WITHOUT_NAMESPACES) && a->namespaces) ||
		       ((k->lacks & WITHOUT_DEFERRED) && event_flags(a) & DEFER_CALLCHAIN);

	k->calls++;
	if (a->precise_ip > k->precise) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (unknown || k->broken) {
		errno = EINVAL;
		return -1;
	}
	if (a->namespaces && !k->privileged) {
		errno = EACCES;
		return -1;
	}
	return 7;
}

static const struct perf_event_attr wanted = {
	.read_format = PERF_FORMAT_LOST,
	.namespaces = 1,
	.inherit = 1,
	.inherit_thread = 1,
};

/* What is left out at the end; -1: it could not be opened. */
static int left_out(struct fake_kernel *k)
{
	unsigned without = 0;

	return open_event(&wanted, &without, fake_open, k) < 0 ? -1 : (int)without;
}

/* The precise_ip that is in force where that much is wanted. */
static unsigned precise_of(unsigned wants, unsigned has)
{
	struct perf_event_attr a = wanted;
	struct fake_kernel k = { .precise = has, .privileged = true };
	unsigned without = 0;

	a.precise_ip = wants & 3;
	if (open_event(&a, &without, fake_open, &k) < 0 || without & ~WITHOUT_PRECISE_ALL)
		return 9;
	return wants - without / WITHOUT_PRECISE;
}

static void test_deferred(void)
{
	struct perf_event_attr a = wanted;
	struct fake_kernel k = { .lacks = WITHOUT_DEFERRED, .privileged = true };
	unsigned without = 0;

	event_set_flags(&a, event_flags(&a) | DEFER_CALLCHAIN);
	ok(a.inherit && a.namespaces && !a.disabled, "flags are added to those that are named");
	ok(open_event(&a, &without, fake_open, &k) >= 0 && without == WITHOUT_DEFERRED,
	   "a kernel before 6.19 walks all of the chain at the sample");
	without = 0;
	k.lacks = 0;
	ok(open_event(&a, &without, fake_open, &k) >= 0 && !without, "one of 6.19 may wait");
}

int main(void)
{
	unsigned without = 0;
	struct fake_kernel k = { .lacks = WITHOUT_LOST, .privileged = true };

	ok(left_out(&(struct fake_kernel){ .privileged = true }) == 0, "a kernel with all of it");
	ok(left_out(&k) == WITHOUT_LOST, "one that does not count what is lost keeps the others");
	ok(left_out(&(struct fake_kernel){ .lacks = WITHOUT_LOST | WITHOUT_INHERIT_THREAD,
					   .privileged = true }) ==
		   (WITHOUT_LOST | WITHOUT_INHERIT_THREAD),
	   "an older one reports namespaces all the same");
	ok(left_out(&(struct fake_kernel){ .privileged = false }) == WITHOUT_NAMESPACES,
	   "an ordinary user misses only those");
	ok(left_out(&(struct fake_kernel){ .lacks = 7 }) == 7, "one that has none of it");
	ok(left_out(&(struct fake_kernel){ .broken = true }) == -1 && errno == EINVAL,
	   "what it refuses for another reason");
	ok(left_out(&(struct fake_kernel){ .lacks = WITHOUT_INHERIT_THREAD, .privileged = true }) ==
		   WITHOUT_INHERIT_THREAD,
	   "one that lacks an older thing keeps the newer ones");
	ok(precise_of(3, 3) == 3 && precise_of(3, 1) == 1 && precise_of(2, 0) == 0 &&
		   precise_of(0, 3) == 0,
	   "addresses are as exact as the CPU has them");
	test_deferred();
	k.calls = 0;
	ok(open_event(&wanted, &without, fake_open, &k) == 7 && k.calls == 2, "it is found out");
	ok(open_event(&wanted, &without, fake_open, &k) == 7 && k.calls == 3, "once");
	return done();
}
