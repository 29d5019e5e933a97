/*
 * Code that is hard to unwind, one way at a time: odd WAY SECONDS. The stack of each
 * is main, then the functions that are named here, then spin().
 */
#define _GNU_SOURCE
#include <alloca.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned long sink;
static double seconds = 0.3;

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

__attribute__((noinline)) void spin(void)
{
	double until = cpu() + seconds;

	while (cpu() < until)
		for (int i = 0; i < 10000; i++)
			sink += (unsigned long)i;
	sink++;
}

/* The depth of the stack is known at run time only: the CFA is in a register. */
__attribute__((noinline)) void variable(void)
{
	char *p = alloca(100 + (unsigned)getpid() % 5000);

	memset(p, 1, 100);
	spin();
	sink += (unsigned long)p[50];
}

/* More stack than perf can copy. */
__attribute__((noinline)) void large(void)
{
	volatile char room[200000];

	room[0] = room[199999] = 1;
	spin();
	sink += (unsigned long)room[100];
}

__attribute__((noinline)) void deep(int n)
{
	if (n)
		deep(n - 1);
	else
		spin();
	sink++;
}

/* More stack than perf can copy, below two callers: a quarter of the time, and the rest. */
__attribute__((noinline)) void descend(int n)
{
	volatile char room[4096];

	room[0] = room[4095] = (char)sink;
	if (n)
		descend(n - 1);
	else
		for (int i = 0; i < 300000; i++)
			sink += (unsigned long)i;
	sink += (unsigned long)room[100];
}

__attribute__((noinline)) void quarter(void)
{
	for (int i = 0; i < 40; i++)
		descend(24);
}

__attribute__((noinline)) void rest(void)
{
	for (int i = 0; i < 120; i++)
		descend(24);
}

__attribute__((noinline)) void callers(void)
{
	double until = cpu() + seconds;

	while (cpu() < until) {
		quarter();
		rest();
	}
}

/* Aligns its stack, so that the CFA is an expression. */
__attribute__((noinline, force_align_arg_pointer)) void aligned(void)
{
	volatile char room[64] __attribute__((aligned(64)));

	room[0] = 1;
	spin();
	sink += (unsigned long)room[0];
}

static void handler(int number)
{
	(void)number;
	spin();
	sink++;
}

__attribute__((noinline)) void signalled(void)
{
	signal(SIGUSR2, handler);
	raise(SIGUSR2);
	sink++;
}

/* A handler with more stack than perf can copy. */
static void large_handler(int number)
{
	(void)number;
	large();
	sink++;
}

__attribute__((noinline)) void largely_signalled(void)
{
	signal(SIGUSR2, large_handler);
	raise(SIGUSR2);
	sink++;
}

/* Calls a function that the kernel emulates, at an address that no file has. */
__attribute__((noinline)) void emulated(void)
{
	long (*old_time)(long *) = (long (*)(long *))(uintptr_t)0xffffffffff600400;
	double until = cpu() + seconds;

	while (cpu() < until)
		for (int i = 0; i < 100; i++)
			sink += (unsigned long)old_time(NULL);
}

static int compare(const void *a, const void *b)
{
	(void)a;
	(void)b;
	if (seconds > 0)
		spin();
	seconds = 0;
	return 0;
}

/* Back through the C library. */
__attribute__((noinline)) void sorting(void)
{
	int v[2] = { 2, 1 };

	qsort(v, 2, sizeof(*v), compare);
	sink++;
}

/* A binary that is no longer where it was. */
__attribute__((noinline)) void deleted(const char *self)
{
	unlink(self);
	spin();
	sink++;
}

__attribute__((noinline, aligned(4096))) void own_page(void)
{
	sink++;
}

/* Rewrites a page of its text, as hooking libraries do: the mapping becomes several. */
__attribute__((noinline)) void patched(void)
{
	char *page = (char *)(uintptr_t)own_page;

	spin();
	if (mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
		return;
	*(volatile char *)page = *page;
	if (mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0)
		spin();
	own_page();
}

/* Moves its text to anonymous memory at the same place, as programs do to get huge pages. */
__attribute__((noinline)) void moved(void)
{
	unsigned long start, end, text = (unsigned long)(uintptr_t)moved;
	FILE *f = fopen("/proc/self/maps", "r");
	char *copy;

	while (fscanf(f, "%lx-%lx%*[^\n]", &start, &end) == 2 && end <= text)
		;
	fclose(f);
	copy = mmap(NULL, end - start, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(copy, (void *)start, end - start);
	mprotect(copy, end - start, PROT_READ | PROT_EXEC);
	mremap(copy, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start);
	spin();
	sink++;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (argc > 2)
		seconds = atof(argv[2]);
	if (strcmp(way, "variable") == 0)
		variable();
	else if (strcmp(way, "large") == 0)
		large();
	else if (strcmp(way, "deep") == 0)
		deep(800);
	else if (strcmp(way, "callers") == 0)
		callers();
	else if (strcmp(way, "aligned") == 0)
		aligned();
	else if (strcmp(way, "signalled") == 0)
		signalled();
	else if (strcmp(way, "largely_signalled") == 0)
		largely_signalled();
	else if (strcmp(way, "emulated") == 0)
		emulated();
	else if (strcmp(way, "sorting") == 0)
		sorting();
	else if (strcmp(way, "patched") == 0)
		patched();
	else if (strcmp(way, "moved") == 0)
		moved();
	else if (strcmp(way, "deleted") == 0)
		deleted(argv[0]);
	else if (strcmp(way, "exec") == 0)
		execl(argv[0], argv[0], "variable", (char *)NULL);
	else
		return 2;
	sink++;
	return 0;
}
