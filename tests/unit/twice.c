#include "record/sampler/twice.h"

#include "tap.h"

static struct twice twice;

static bool counted(uint32_t tid, uint32_t cpu, size_t event, uint64_t id)
{
	struct record r = { .kind = RECORD_SAMPLE, .tid = tid, .cpu = cpu, .id = id };

	return twice_counted(&twice, &r, event);
}

int main(void)
{
	bool any = false;

	twice_init(&twice);
	ok(!counted(1, 0, 0, 100) && !counted(1, 0, 0, 100), "a thread's event");
	ok(counted(1, 0, 0, 101) && !counted(1, 0, 0, 100), "the one that it has besides");
	ok(!counted(1, 1, 0, 101), "on another CPU it may be the only one");
	ok(!counted(1, 0, 1, 102), "another event");
	ok(!counted(2, 0, 0, 101), "another thread");
	for (uint32_t tid = 10; tid < 200000; tid++)
		any |= counted(tid, 0, 0, 100);
	ok(!any && twice.first.n < 100000, "threads without end take no memory without end");
	twice_release(&twice);
	return done();
}
