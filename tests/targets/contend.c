/*
 * Threads that wait for locks of which it is known who holds them. "keeper" holds `kept` while
 * it sleeps, until the last of the waiters has waited for 300 ms; the main thread waits for a
 * condition variable that nobody holds, for 200 ms. Prints the addresses of what is waited for:
 * "mutex ADDRESS", "condition ADDRESS LENGTH".
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAITERS = 3 };

static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t start;
static volatile int tid[WAITERS];

/* It gets there late where other programs take the CPUs: the lock must be held until then. */
static void until_it_sleeps(int thread)
{
	char name[64], line[256], *end;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", thread);
	for (int tries = 0; tries < 10000; tries++) {
		f = fopen(name, "r");
		if (!f || !fgets(line, sizeof(line), f) || !(end = strrchr(line, ')')))
			abort();
		fclose(f);
		if (end[2] == 'S')
			return;
		usleep(1000);
	}
	abort();
}

static void *keep(void *unused)
{
	pthread_setname_np(pthread_self(), "keeper");
	pthread_mutex_lock(&kept);
	pthread_barrier_wait(&start);
	for (int i = 0; i < WAITERS; i++) {
		while (!tid[i])
			usleep(1000);
		until_it_sleeps(tid[i]);
	}
	usleep(300000);
	pthread_mutex_unlock(&kept);
	return unused;
}

static void want(void)
{
	pthread_mutex_lock(&kept);
	pthread_mutex_unlock(&kept);
}

static void *wait_for_it(void *number)
{
	pthread_barrier_wait(&start);
	tid[(long)number] = gettid();
	want();
	return NULL;
}

static void wait_for_nobody(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 200000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&other);
	pthread_cond_timedwait(&never, &other, &until);
	pthread_mutex_unlock(&other);
}

int main(void)
{
	pthread_t threads[WAITERS + 1];

	printf("mutex %p\ncondition %p %zu\n", (void *)&kept, (void *)&never, sizeof(never));
	pthread_barrier_init(&start, NULL, WAITERS + 1);
	for (long i = 0; i <= WAITERS; i++)
		if (pthread_create(&threads[i], NULL, i ? wait_for_it : keep, (void *)(i - 1)))
			abort();
	wait_for_nobody();
	for (int i = 0; i <= WAITERS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
