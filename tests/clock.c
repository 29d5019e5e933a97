/* LD_PRELOAD: shifts the clock by CLOCK_OFF seconds, as a machine with a wrong time has it. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
	int (*for_real)(clockid_t, struct timespec *);
	void *found = dlsym(RTLD_NEXT, "clock_gettime");
	const char *off = getenv("CLOCK_OFF");
	int result;

	memcpy(&for_real, &found, sizeof(found));
	result = for_real(clock, t);
	if (result == 0 && off && clock == CLOCK_REALTIME)
		t->tv_sec += atol(off);
	return result;
}
