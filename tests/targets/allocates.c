/*
 * Known amounts of memory, each allocated by a function of its own, in every way that there is.
 * What each has allocated, and not freed, is told at the end: "FUNCTION allocations bytes, in use
 * allocations bytes". All blocks are large, so that every one of them is a sample.
 *
 *	allocates LIBRARY [exec|kill|exit]   end as if by chance
 *	allocates serve [fork]               allocate now and then, until told to end; in a child
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, N = 10 };

static void *kept[N];

static void tell(const char *function, int n, long bytes, int used, long used_bytes)
{
	static char line[200];

	if (write(STDOUT_FILENO, line,
		  (size_t)snprintf(line, sizeof(line), "%s %d %ld %d %ld\n", function, n, bytes,
				   used, used_bytes)) < 0)
		_exit(1);
}

/* Half of the blocks are freed. */
static void half(const char *function, void *const *block)
{
	for (int i = 0; i < N; i += 2)
		free(block[i]);
	tell(function, N, (long)N * BLOCK, N / 2, (long)N / 2 * BLOCK);
}

#define WAY(name, ...)                                                                             \
	static void name(void)                                                                     \
	{                                                                                          \
		void *block[N];                                                                    \
                                                                                                   \
		for (int i = 0; i < N; i++)                                                        \
			__VA_ARGS__;                                                               \
		half(#name, block);                                                                \
	}

WAY(do_malloc, block[i] = malloc(BLOCK))
WAY(do_calloc, block[i] = calloc(BLOCK / 16, 16))
WAY(do_first_realloc, block[i] = realloc(NULL, BLOCK))
WAY(do_reallocarray, block[i] = reallocarray(NULL, BLOCK / 16, 16))
WAY(do_memalign, block[i] = memalign(256, BLOCK))
WAY(do_aligned_alloc, block[i] = aligned_alloc(4096, BLOCK))
WAY(do_valloc, block[i] = valloc(BLOCK))
WAY(do_pvalloc, block[i] = pvalloc(BLOCK))
WAY(do_posix_memalign, if (posix_memalign(&block[i], 64, BLOCK)) abort())

/* A block that grows is allocated anew each time; and there is one of it. */
static void do_realloc(void)
{
	char *p = NULL;
	long all = 0;

	for (int i = 1; i <= N; i++) {
		p = realloc(p, (size_t)i * BLOCK);
		all += (long)i * BLOCK;
	}
	kept[0] = p;
	tell("do_realloc", N, all, 1, (long)N * BLOCK);
}

/* What fails leaves the block in use; and size 0 frees it. */
static void do_failing(void)
{
	volatile size_t much = (size_t)1 << 62;
	void *p = malloc(BLOCK), *q = malloc(BLOCK);

	if (realloc(p, much) || malloc(much) || calloc(much, 16) || calloc(much, 1) ||
	    reallocarray(p, much, 16))
		abort();
	kept[1] = p;
	if (realloc(q, 0))
		abort();
	tell("do_failing", 2, 2L * BLOCK, 1, BLOCK);
}

static void do_mmap(void)
{
	for (int i = 0; i < N; i++) {
		char *p = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			abort();
		if (i % 2 == 0)
			munmap(p, BLOCK);
	}
	/* No use of memory: */
	mmap(NULL, 100L * BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tell("do_mmap", N, (long)N * BLOCK, N / 2, (long)N / 2 * BLOCK);
}

static void do_mremap(void)
{
	void *p = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mremap(p, BLOCK, 2 * BLOCK, MREMAP_MAYMOVE) == MAP_FAILED)
		abort();
	tell("do_mremap", 2, 3L * BLOCK, 1, 2L * BLOCK);
}

static void *in_thread(void *block)
{
	for (int i = 0; i < N; i++)
		((void **)block)[i] = malloc(BLOCK);
	return NULL;
}

static void *thread_main(void *block)
{
	return in_thread(block);
}

/* Freed by another thread, when theirs have ended. */
static void threads(void)
{
	static void *block[4][N];
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, thread_main, block[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < N; k++)
			free(block[i][k]);
	tell("thread_main", 4 * N, 4L * N * BLOCK, N, (long)N * BLOCK);
}

static void in_child(void **of_parent)
{
	for (int i = 0; i < N; i++)
		free(of_parent[i]);
	in_thread(of_parent);
	for (int i = 1; i < N; i++)
		free(of_parent[i]);
}

/* What a child frees of its parent's is the child's affair; what it has in use, too. */
static void of_parent(void)
{
	void *block[N];

	in_thread(block);
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (!pid) {
			in_child(block);
			if (i == 1)
				raise(SIGKILL);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	tell("in_child", 3 * N, 3L * N * BLOCK, 3, 3L * BLOCK);
	tell("of_parent", 4 * N, 4L * N * BLOCK, N + 3, (N + 3L) * BLOCK);
}

static void *in_library(size_t n)
{
	return malloc(n);
}

static void by_library(void *(*function)(size_t))
{
	for (int i = 0; i < N; i++)
		kept[2] = function(BLOCK);
	tell("by_library", N, (long)N * BLOCK, N, (long)N * BLOCK);
}

/* A library that is loaded when the program runs: this one. */
static void library(const char *path)
{
	void *(*function)(size_t), *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	function = object ? (void *(*)(size_t))dlsym(object, "in_dlopened") : in_library;
	by_library(function);
}

static void in_handler(int number)
{
	(void)number;
	for (int i = 0; i < N; i++)
		kept[i % N] = malloc(BLOCK);
}

static void on_small_stack(void)
{
	static char stack[16 << 10];
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_handler = in_handler, .sa_flags = SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	tell("in_handler", N, (long)N * BLOCK, N, (long)N * BLOCK);
}

__attribute__((constructor)) static void before_main(void)
{
	for (int i = 0; i < N; i++)
		kept[3] = malloc(BLOCK);
}

__attribute__((destructor)) static void after_exit(void)
{
	for (int i = 0; i < N; i++)
		kept[3] = malloc(BLOCK);
}

static void small_ones(void)
{
	for (int i = 0; i < 4000; i++) {
		void *p = malloc(500);

		if (i % 2)
			free(p);
		else
			kept[4] = p;
	}
	tell("small_ones", 4000, 4000L * 500, 2000, 2000L * 500);
}

static void serve(bool in_a_child)
{
	if (in_a_child && fork() > 0) {
		wait(NULL);
		_exit(0);
	}
	tell("ready", getpid(), 0, 0, 0);
	for (;;) {
		for (int i = 0; i < 4; i++) {
			void *old = kept[i];

			kept[i] = malloc(BLOCK);
			free(old);
		}
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	const char *end = argc > 2 ? argv[2] : "";

	if (argc < 2 || strcmp(argv[1], "serve") == 0)
		serve(end[0] != '\0');
	tell("before_main", N, (long)N * BLOCK, N, (long)N * BLOCK);
	do_malloc();
	if (strcmp(end, "kill") == 0)
		raise(SIGKILL);
	if (strcmp(end, "exit") == 0)
		_exit(3);
	if (strcmp(end, "exec") == 0)
		execl(argv[0], argv[0], argv[1], "exit", NULL);
	do_calloc();
	do_first_realloc();
	do_reallocarray();
	do_memalign();
	do_aligned_alloc();
	do_valloc();
	do_pvalloc();
	do_posix_memalign();
	do_realloc();
	do_failing();
	do_mmap();
	do_mremap();
	threads();
	of_parent();
	library(argv[1]);
	on_small_stack();
	small_ones();
	tell("after_exit", N, (long)N * BLOCK, N, (long)N * BLOCK);
	return 0;
}
