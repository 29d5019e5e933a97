#include <sys/resource.h>

#include "base/base.h"
#include "tap.h"

/* Does realloc() move pages here? */
#if defined(__linux__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                  \
	!defined(__SANITIZE_THREAD__)
enum { CAN_MOVE = true };
#else
enum { CAN_MOVE = false };
#endif

static long faults(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_minflt;
}

/* A copy of 5 MB touches 1,280 pages, or two large ones and the rest. */
static void growing(void)
{
	enum { FIRST = 5 << 20, THEN = 64 << 20, FEW = 64 };
	char *p = mem_resize(NULL, 0, FIRST);
	long copied;

	memset(p, 1, FIRST);
	copied = -faults();
	p = mem_resize(p, FIRST, THEN);
	copied += faults();
	ok(copied < FEW || !CAN_MOVE, "a large block grows without a copy");
	ok(p[0] == 1 && p[FIRST - 1] == 1, "and keeps what is in it");
	mem_free(p, THEN);
}

int main(void)
{
	growing();
	ok(mem_used() == 0, "all memory is given back");
	return done();
}
