/*
 * Works in step with a timer: rhythm PERIOD SECONDS. At each multiple of PERIOD, in ns, it calls
 * first() for a quarter of it and second() for another.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static volatile unsigned long sink;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

__attribute__((noinline)) void first(int64_t until)
{
	while (now() < until)
		sink++;
	sink++;
}

__attribute__((noinline)) void second(int64_t until)
{
	while (now() < until)
		sink += 2;
	sink++;
}

int main(int argc, char **argv)
{
	int64_t period = argc > 2 ? atoll(argv[1]) : 0, begun = now(), t = begun;
	double seconds = argc > 2 ? atof(argv[2]) : 0;

	while (t < begun + (int64_t)(1e9 * seconds)) {
		struct timespec next;

		t += period;
		next = (struct timespec){ t / 1000000000, t % 1000000000 };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		first(t + period / 4);
		second(t + period / 2);
	}
	return 0;
}
