/*
 * pairs PATTERN [PAIRS]: call malloc() and free() in pairs, and print the nanoseconds of CPU time
 * that a pair takes, and the bytes that were allocated. The patterns:
 *
 *	tight      64 bytes, freed at once: the least that an allocator does
 *	mixed      16 to 271 bytes, of which 4096 are in use
 *	threads    the same in four threads
 *	words      strings of C++'s length in a tree: what a program does beside
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIVE = 4096, THREADS = 4 };

static long pairs = 20000000;

struct part {
	unsigned seed;
	uint64_t bytes;
};

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* The compiler must not see that nothing is done with it. */
static void use(void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

static void tight(struct part *part)
{
	for (long i = 0; i < pairs; i++) {
		void *p = malloc(64);

		use(p);
		free(p);
	}
	part->bytes = 64 * (uint64_t)pairs;
}

static void *mixed(void *context)
{
	struct part *part = context;
	void **live = calloc(LIVE, sizeof(*live));
	unsigned x = part->seed;

	for (long i = 0; live && i < pairs; i++) {
		size_t size;

		x = x * 1664525 + 1013904223;
		size = 16 + (x >> 12 & 255);
		free(live[x >> 20]);
		live[x >> 20] = malloc(size);
		part->bytes += size;
	}
	free(live);
	return NULL;
}

static void in_threads(struct part *part)
{
	struct part parts[THREADS];
	pthread_t thread[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		parts[i] = (struct part){ .seed = i };
		pthread_create(&thread[i], NULL, mixed, &parts[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		part->bytes += parts[i].bytes;
	}
}

/* A node with a copy of its word, for each pair of two. */
struct node {
	struct node *child[2];
	char *word;
};

static void words(struct part *part)
{
	struct node *root = NULL;
	unsigned x = 1;

	for (long i = 0; i < pairs / 2; i++) {
		char word[40];
		struct node **at = &root;
		int order = 1;

		x = x * 1664525 + 1013904223;
		snprintf(word, sizeof(word), "word %u of the tree", x >> 17);
		while (*at && (order = strcmp(word, (*at)->word)) != 0)
			at = &(*at)->child[order > 0];
		if (*at) {
			free((*at)->word);
		} else {
			*at = calloc(1, sizeof(**at));
			part->bytes += sizeof(**at);
		}
		if (*at)
			(*at)->word = strdup(word);
		part->bytes += strlen(word) + 1;
	}
}

int main(int argc, char **argv)
{
	const char *pattern = argc > 1 ? argv[1] : "tight";
	struct part part = { .seed = 1 };
	double began, per_pair;

	if (argc > 2)
		pairs = atol(argv[2]);
	began = cpu();
	if (strcmp(pattern, "tight") == 0)
		tight(&part);
	else if (strcmp(pattern, "mixed") == 0)
		mixed(&part);
	else if (strcmp(pattern, "threads") == 0)
		in_threads(&part);
	else
		words(&part);
	per_pair = (cpu() - began) / (double)pairs;
	if (strcmp(pattern, "threads") == 0)
		per_pair /= THREADS;
	printf("%.3f %llu\n", per_pair, (unsigned long long)part.bytes);
	return 0;
}
