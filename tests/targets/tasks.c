/*
 * Tasks that live for 1 to 50 ms of CPU time each: tasks process N and tasks thread N, one
 * after the other; tasks churn N, so many threads at a time, without end.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned long sink;

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void *work(void *ms)
{
	double until = cpu_ms() + (double)(long)ms;

	while (cpu_ms() < until)
		for (int i = 0; i < 5000; i++)
			sink += (unsigned long)i;
	return NULL;
}

static void *renew(void *ms)
{
	pthread_t next;

	work(ms);
	pthread_create(&next, NULL, renew, ms);
	pthread_detach(next);
	return NULL;
}

static void run(int thread, long ms)
{
	pthread_t t;

	if (thread) {
		pthread_create(&t, NULL, work, (void *)ms);
		pthread_join(t, NULL);
	} else if (fork() == 0) {
		work((void *)ms);
		_exit(0);
	} else {
		wait(NULL);
	}
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 100;
	pthread_t t;

	/* Most are short: 1 to 4 ms, one in sixteen 50 ms. */
	if (strcmp(argv[1], "churn") != 0) {
		for (int i = 0; i < n; i++)
			run(strcmp(argv[1], "thread") == 0, i % 16 == 15 ? 50 : 1 + i % 4);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		pthread_create(&t, NULL, renew, (void *)20L);
		pthread_detach(t);
	}
	for (;;)
		pause();
}
