/*
 * Threads that publish contexts as SDKs of OpenTelemetry do (OTEP 4947), and burn CPU time in
 * functions that are named after them: traces MILLISECONDS [LIBRARY]
 *
 * Each of three threads goes round: work_a under trace aa.., work_b under trace bb.. with the
 * attributes http.route and step, work_none under no context, work_invalid under a record that is
 * marked as being written. With LIBRARY, which is this file with -DLIBRARY, the variable is there,
 * else here. The process context is published first; LATE in the environment adds the key "step"
 * to it later, CHILD runs a child instead of the threads, and SCHEMA names another schema.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct record {
	uint8_t trace[16], span[8], valid, flags;
	uint16_t size;
	uint8_t attributes[64];
} __attribute__((packed));

#ifndef NO_VARIABLE
__attribute__((visibility("default"))) __thread struct record *volatile otel_thread_ctx_v1;
#ifdef BIG
/* Too large for the space that programs leave for libraries that are loaded late. */
__thread char otel_padding[BIG];
#endif

__attribute__((visibility("default"), noinline)) void set_context(struct record *r)
{
	otel_thread_ctx_v1 = r;
#ifdef BIG
	otel_padding[BIG / 2] = 1;
#endif
}
#endif

#ifndef LIBRARY
struct context {
	char magic[8];
	uint32_t version, size;
	volatile uint64_t time;
	const char *payload;
};

#ifdef NO_VARIABLE
static void (*set_context)(struct record *);
#endif
static struct context *published;
static char payload[2][512];
static volatile unsigned long sink;

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static char *put(char *to, int tag, const char *bytes, size_t n)
{
	*to++ = (char)(tag << 3 | 2);
	if (n > 127)
		*to++ = (char)(n | 0x80);
	*to++ = (char)(n > 127 ? n >> 7 : n);
	memcpy(to, bytes, n);
	return to + n;
}

/* An attribute { 1 key, 2 value }, as field 2 of the context. */
static char *put_attribute(char *to, const char *key, const char *value, size_t n)
{
	char pair[400], *p = put(pair, 1, key, strlen(key));

	p = put(p, 2, value, n);
	return put(to, 2, pair, (size_t)(p - pair));
}

/* A value { 5 list { 1 value { 1 string } } } of the first n keys. */
static size_t make_keys(char *to, int n)
{
	static const char *const keys[] = { "http.route", "step" };
	char list[300], value[64], *l = list;

	for (int i = 0; i < n; i++) {
		char *end = put(value, 1, keys[i], strlen(keys[i]));

		l = put(l, 1, value, (size_t)(end - value));
	}
	return (size_t)(put(to, 5, list, (size_t)(l - list)) - to);
}

static void publish(int nkeys)
{
	static int turn;
	char value[400], *end = payload[++turn & 1];
	const char *schema = getenv("SCHEMA") ? getenv("SCHEMA") : "tlsdesc_v1_dev";
	size_t n = (size_t)(put(value, 1, schema, strlen(schema)) - value);

	end = put_attribute(end, "threadlocal.schema_version", value, n);
	n = make_keys(value, nkeys);
	end = put_attribute(end, "threadlocal.attribute_key_map", value, n);
	published->time = 0;
	__sync_synchronize();
	published->payload = payload[turn & 1];
	published->size = (uint32_t)(end - payload[turn & 1]);
	__sync_synchronize();
	published->time = now(CLOCK_BOOTTIME);
}

static void publish_first(void)
{
	int fd = memfd_create("OTEL_CTX", 0);

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		exit(2);
	published = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	madvise(published, 4096, MADV_DONTFORK);
	memcpy(published->magic, "OTEL_CTX", 8);
	published->version = 2;
	publish(getenv("LATE") ? 1 : 2);
}

/* Burns CPU time of the thread. One function for each context, so that stacks tell the truth. */
#define WORK(name)                                                                                 \
	__attribute__((noinline)) static void name(uint64_t ns)                                    \
	{                                                                                          \
		uint64_t until = now(CLOCK_THREAD_CPUTIME_ID) + ns;                                \
                                                                                                   \
		while (now(CLOCK_THREAD_CPUTIME_ID) < until)                                       \
			for (int i = 0; i < 10000; i++)                                            \
				sink += (unsigned long)i;                                          \
	}

WORK(work_a)
WORK(work_b)
WORK(work_none)
WORK(work_invalid)
WORK(work_parent)
WORK(work_child)

static void add(struct record *r, int key, const char *value)
{
	r->attributes[r->size] = (uint8_t)key;
	r->attributes[r->size + 1] = (uint8_t)strlen(value);
	memcpy(r->attributes + r->size + 2, value, strlen(value));
	r->size = (uint16_t)(r->size + 2 + strlen(value));
}

/* Of each 10 ms: 4 under a, 3 under b, 2 under none, 1 under a record in change. */
static void *run(void *argument)
{
	long ms = (long)argument;
	struct record a = { .valid = 1 }, b = { .valid = 1 }, invalid = { 0 };

	memset(a.trace, 0xaa, 16);
	memset(a.span, 0xa1, 8);
	memset(b.trace, 0xbb, 16);
	memset(b.span, 0xb1, 8);
	memset(invalid.trace, 0xcc, 16);
	memset(invalid.span, 0xc1, 8);
	add(&b, 0, "/old");
	add(&b, 1, "charge");
	add(&b, 0, "/pay");
	add(&b, 9, "of no key");
	for (long i = 0; i < ms / 10; i++) {
		set_context(&a);
		work_a(4000000);
		set_context(&b);
		work_b(3000000);
		set_context(NULL);
		work_none(2000000);
		set_context(&invalid);
		work_invalid(1000000);
		set_context(NULL);
	}
	return NULL;
}

/* A child that has its parent's memory, but no process context. */
static void run_child(void)
{
	struct record a = { .valid = 1 };
	int status;

	memset(a.trace, 0xaa, 16);
	memset(a.span, 0xa1, 8);
	set_context(&a);
	work_parent(700000000);
	if (!fork()) {
		work_child(200000000);
		_exit(0);
	}
	wait(&status);
	work_parent(100000000);
}

int main(int argc, char **argv)
{
	pthread_t thread[3];
	long ms = argc > 1 ? atol(argv[1]) : 100;

	publish_first();
#ifdef NO_VARIABLE
	work_none(5000000); /* a thread that is older than the library */
	set_context = (void (*)(struct record *))dlsym(dlopen(argv[2], RTLD_NOW), "set_context");
#endif
	if (getenv("CHILD")) {
		run_child();
		return 0;
	}
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, run, (void *)ms);
	if (getenv("LATE")) {
		usleep(50000);
		publish(2);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
#endif
