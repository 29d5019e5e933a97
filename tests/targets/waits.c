/*
 * Waits of all kinds, one after the other, each in a function of its own. Each prints
 * "FUNCTION REASON NS TIMES": how long and how often it waited; and at the end come "cpu" and
 * "all" of the main thread. NS is wall time less the thread's CPU time, so waits for a CPU are
 * in it. TIMES is the kernel's count of voluntary switches, which those are not in.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "sleeps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start;
static int pipe_fd[2], idle_fd[2];
static const char *file;

static long long clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long waited(void)
{
	return clock_ns(CLOCK_MONOTONIC) - clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void work(long long ns)
{
	long long until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until)
		;
}

static long times_waited(void)
{
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	return u.ru_nvcsw;
}

static void do_sleep(void)
{
	for (int i = 0; i < 10; i++)
		usleep(12000);
}

static void do_poll(void)
{
	struct pollfd p = { idle_fd[0], POLLIN, 0 };

	for (int i = 0; i < 10; i++)
		poll(&p, 1, 11);
}

/* Another thread holds it for 150 ms of waiting. */
static void *hold(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&start);
	until_sleeps(getpid());
	usleep(150000);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void do_lock(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void *feed(void *unused)
{
	until_sleeps(getpid());
	usleep(130000);
	if (write(pipe_fd[1], "", 1) != 1)
		abort();
	return unused;
}

static void do_pipe(void)
{
	char c;

	if (read(pipe_fd[0], &c, 1) != 1)
		abort();
}

/* From the disk, whatever was read before. */
static void do_disk(void)
{
	void *to = NULL;
	int fd = open(file, O_RDONLY | O_DIRECT);

	if (fd < 0 || posix_memalign(&to, 4096, 1 << 20))
		return;
	while (read(fd, to, 1 << 20) > 0)
		;
	close(fd);
}

static void *compete(void *unused)
{
	work(150000000);
	return unused;
}

/* With another thread on one CPU. */
static void do_share(void)
{
	work(150000000);
}

static void use_one_cpu(void)
{
	cpu_set_t all, one;

	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	for (int i = CPU_SETSIZE; i--;)
		if (CPU_ISSET(i, &all)) {
			CPU_SET(i, &one);
			break;
		}
	sched_setaffinity(0, sizeof(one), &one);
}

static void timed(const char *name, const char *reason, void (*what)(void))
{
	long times = times_waited();
	long long before = waited();

	what();
	before = waited() - before;
	printf("%s %s %lld %ld\n", name, reason, before, times_waited() - times);
}

static pthread_t begin(void *(*what)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, what, NULL))
		abort();
	return t;
}

/* Waits for as long as it is let: for those that attach. */
static int stay(void)
{
	printf("ready\n");
	fflush(stdout);
	begin(feed);
	for (;;)
		do_pipe();
}

int main(int argc, char **argv)
{
	long long all = clock_ns(CLOCK_MONOTONIC);
	pthread_t other;

	if (pipe(pipe_fd) || pipe(idle_fd))
		return 1;
	if (argc > 1 && strcmp(argv[1], "stay") == 0)
		return stay();
	file = argv[1];
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	pthread_barrier_init(&start, NULL, 2);
	timed("do_sleep", "sleep", do_sleep);
	timed("do_poll", "poll", do_poll);
	other = begin(hold);
	pthread_barrier_wait(&start);
	timed("do_lock", "lock", do_lock);
	pthread_join(other, NULL);
	other = begin(feed);
	timed("do_pipe", "pipe", do_pipe);
	pthread_join(other, NULL);
	if (file)
		timed("do_disk", "io", do_disk);
	use_one_cpu();
	other = begin(compete);
	timed("do_share", "runnable", do_share);
	pthread_join(other, NULL);
	printf("cpu - %lld 0\n", clock_ns(CLOCK_THREAD_CPUTIME_ID));
	printf("all - %lld %ld\n", clock_ns(CLOCK_MONOTONIC) - all, times_waited());
	return 0;
}
