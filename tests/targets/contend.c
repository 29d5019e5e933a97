/*
 * Threads that wait for locks of which it is known who holds them. "keeper" holds `kept` while
 * it sleeps, until the last of the waiters has waited for 300 ms; the main thread waits for a
 * condition variable that nobody holds, for 200 ms. Then it waits twice for a mutex at one
 * address: in ask_first() for one that "first" holds, and in ask_second() for a new one that
 * "second" holds, while "first" holds another. Prints the addresses of what is waited for:
 * "mutex ADDRESS", "condition ADDRESS LENGTH", "again ADDRESS".
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <time.h>

#include "sleeps.h"

enum { WAITERS = 3 };

static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t start;
static volatile int tid[WAITERS];

static pthread_mutex_t again, beside = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t turn, over;

static void *keep(void *unused)
{
	pthread_setname_np(pthread_self(), "keeper");
	pthread_mutex_lock(&kept);
	pthread_barrier_wait(&start);
	for (int i = 0; i < WAITERS; i++) {
		while (!tid[i])
			usleep(1000);
		until_sleeps(tid[i]);
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

/* Holds it until the main thread has waited for 300 ms. */
static void *keep_again(void *name)
{
	pthread_setname_np(pthread_self(), name);
	pthread_mutex_lock(&again);
	pthread_barrier_wait(&turn);
	until_sleeps(getpid());
	usleep(300000);
	pthread_mutex_unlock(&again);
	return NULL;
}

/* Keeps its tid alive, and another lock, until the second one is done. */
static void *keep_first(void *name)
{
	keep_again(name);
	pthread_mutex_lock(&beside);
	pthread_barrier_wait(&over);
	pthread_barrier_wait(&over);
	pthread_mutex_unlock(&beside);
	return NULL;
}

static void ask_first(void)
{
	pthread_mutex_lock(&again);
	pthread_mutex_unlock(&again);
}

static void ask_second(void)
{
	pthread_mutex_lock(&again);
	pthread_mutex_unlock(&again);
}

static void one_address(void)
{
	pthread_t first, second;

	pthread_barrier_init(&turn, NULL, 2);
	pthread_barrier_init(&over, NULL, 2);
	pthread_mutex_init(&again, NULL);
	if (pthread_create(&first, NULL, keep_first, "first"))
		abort();
	pthread_barrier_wait(&turn);
	ask_first();
	pthread_barrier_wait(&over);
	pthread_mutex_destroy(&again);
	pthread_mutex_init(&again, NULL);
	if (pthread_create(&second, NULL, keep_again, "second"))
		abort();
	pthread_barrier_wait(&turn);
	ask_second();
	pthread_join(second, NULL);
	pthread_barrier_wait(&over);
	pthread_join(first, NULL);
}

int main(void)
{
	pthread_t threads[WAITERS + 1];

	printf("mutex %p\ncondition %p %zu\nagain %p\n", (void *)&kept, (void *)&never,
	       sizeof(never), (void *)&again);
	pthread_barrier_init(&start, NULL, WAITERS + 1);
	for (long i = 0; i <= WAITERS; i++)
		if (pthread_create(&threads[i], NULL, i ? wait_for_it : keep, (void *)(i - 1)))
			abort();
	wait_for_nobody();
	for (int i = 0; i <= WAITERS; i++)
		pthread_join(threads[i], NULL);
	one_address();
	return 0;
}
