/*
 * A program whose profile is known: main calls work(), which calls first() three
 * times as long as second(). spin SECONDS [THREADS [CHILDREN]]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile unsigned long sink;

__attribute__((noinline)) void first(double until)
{
	while (cpu() < until)
		for (int i = 0; i < 10000; i++)
			sink += (unsigned long)i;
	sink++;
}

__attribute__((noinline)) void second(double until)
{
	while (cpu() < until)
		for (int i = 0; i < 10000; i++)
			sink ^= (unsigned long)i;
	sink++;
}

__attribute__((noinline)) void work(double seconds)
{
	double begin = cpu();

	first(begin + 0.75 * seconds);
	second(begin + seconds);
	sink++;
}

static void *thread(void *seconds)
{
	work(*(double *)seconds);
	return NULL;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	int threads = argc > 2 ? atoi(argv[2]) : 0, children = argc > 3 ? atoi(argv[3]) : 0;
	pthread_t id[1000];

	puts("spinning");
	fflush(stdout);
	for (int i = 0; i < children; i++) {
		if (fork() == 0) {
			work(seconds);
			_exit(0);
		}
	}
	for (int i = 0; i < threads; i++)
		pthread_create(&id[i], NULL, thread, &seconds);
	if (!threads && !children)
		work(seconds);
	for (int i = 0; i < threads; i++)
		pthread_join(id[i], NULL);
	while (children && wait(NULL) > 0)
		;
	return 0;
}
