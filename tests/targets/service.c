/*
 * A program that publishes a process context as SDKs of OpenTelemetry do, burns CPU time, changes
 * the context and goes on: service MILLISECONDS NAME [NAME2]. With "-" for a name, none.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct context {
	char magic[8];
	uint32_t version, size;
	uint64_t time;
	const char *payload;
};

static volatile unsigned long sink;

static void burn(double seconds)
{
	struct timespec t;
	double begin, now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	begin = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	do {
		for (int i = 0; i < 100000; i++)
			sink += (unsigned long)i;
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	} while (now - begin < seconds);
}

static char *put_field(char *to, int tag, const char *bytes, size_t n)
{
	*to++ = (char)(tag << 3 | 2);
	*to++ = (char)n;
	memcpy(to, bytes, n);
	return to + n;
}

/* Attribute "service.name" of a resource, and others. */
static size_t make_payload(char *to, const char *name)
{
	static const char *const keys[] = { "service.version", "service.instance.id", "host.name" };
	char value[64], pair[128], resource[1024], *r = resource;

	for (int i = 0; i < 4; i++) {
		const char *text = i ? "42" : name, *key = i ? keys[i - 1] : "service.name";
		char *end = put_field(value, 1, text, strlen(text)), *p;

		p = put_field(pair, 1, key, strlen(key));
		p = put_field(p, 2, value, (size_t)(end - value));
		r = put_field(r, 1, pair, (size_t)(p - pair));
	}
	if (r - resource > 127)
		abort();
	return (size_t)(put_field(to, 1, resource, (size_t)(r - resource)) - to);
}

static void publish(struct context *c, char *payload, const char *name, uint64_t time)
{
	c->time = 0;
	__sync_synchronize();
	memcpy(c->magic, "OTEL_CTX", 8);
	c->version = 2;
	c->size = (uint32_t)make_payload(payload, name);
	c->payload = payload;
	__sync_synchronize();
	c->time = time;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) / 1000 : 0.1;
	int fd = memfd_create("OTEL_CTX", MFD_CLOEXEC);
	static char payload[2][256];
	struct context *c;

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		return 1;
	c = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (c == MAP_FAILED)
		return 1;
	if (argc > 2 && strcmp(argv[2], "-") != 0)
		publish(c, payload[0], argv[2], 1);
	burn(seconds);
	if (argc > 3) {
		publish(c, payload[1], argv[3], 2);
		burn(seconds + 1);
	}
	return 0;
}
