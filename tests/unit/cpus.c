#include "record/sampler/cpus.h"

#include "tap.h"

static int cpus[MOST_CPUS];
static struct buf why;

static size_t choose(const char *wanted, const char *online)
{
	why.n = 0;
	return cpus_choose(wanted, str_of(online), cpus, &why);
}

int main(void)
{
	struct buf online = { 0 };

	ok(choose(NULL, "0-1,4") == 3 && cpus[1] == 1 && cpus[2] == 4, "all that are online");
	ok(choose("4,0", "0-1,4") == 2 && cpus[0] == 4 && cpus[1] == 0, "those that are wanted");
	ok(choose("0,0-1,1", "0-1,4") == 2, "each of them once");
	ok(choose("1-3", "0-1,4") == 0, "one of them is not online");
	is(buf_str(&why), "CPU 2 is not online", "and which that is");
	ok(choose("0,", "0-1,4") == 0, "no list");
	is(buf_str(&why), "'0,' is not a list of CPUs", "and that it is none");
	ok(choose("1-18446744073709551615", "0-1") == 0, "more than there can be");
	cpus_online(&online);
	if (online.n) {
		buf_ch(&online, '\0');
		ok(choose(online.p, online.p) > 0, "the kernel's own list is one");
	} else {
		printf("ok %d # SKIP the kernel lists no CPUs\n", ++tap_n);
	}
	buf_release(&online);
	buf_release(&why);
	return done();
}
