#include "record/sampler/open_event.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The flags follow read_format. */
enum { FLAGS_AT = offsetof(struct perf_event_attr, read_format) + sizeof(uint64_t) };

uint64_t event_flags(const struct perf_event_attr *a)
{
	uint64_t flags;

	memcpy(&flags, (const char *)a + FLAGS_AT, sizeof(flags));
	return flags;
}

void event_set_flags(struct perf_event_attr *a, uint64_t flags)
{
	memcpy((char *)a + FLAGS_AT, &flags, sizeof(flags));
}

static unsigned precise_left(const struct perf_event_attr *wanted, unsigned without)
{
	unsigned less = (without & WITHOUT_PRECISE_ALL) / WITHOUT_PRECISE;

	return wanted->precise_ip > less ? (unsigned)wanted->precise_ip - less : 0;
}

static struct perf_event_attr reduced(const struct perf_event_attr *wanted, unsigned without)
{
	struct perf_event_attr a = *wanted;

	if (without & WITHOUT_LOST)
		a.read_format &= ~(uint64_t)PERF_FORMAT_LOST;
	if (without & WITHOUT_INHERIT_THREAD)
		a.inherit_thread = 0;
	if (without & WITHOUT_NAMESPACES)
		a.namespaces = 0;
	if (without & WITHOUT_BUILD_ID)
		a.build_id = 0;
	if (without & WITHOUT_CGROUP) {
		a.cgroup = 0;
		a.sample_type &= ~(uint64_t)PERF_SAMPLE_CGROUP;
	}
	if (without & WITHOUT_KSYMBOL)
		a.ksymbol = 0;
	if (without & WITHOUT_DEFERRED)
		event_set_flags(&a, event_flags(&a) & ~(DEFER_CALLCHAIN | DEFER_OUTPUT));
	a.precise_ip = precise_left(wanted, without) & 3;
	return a;
}

/* Adds a feature to `without`, if the event has it. */
static unsigned drop(const struct perf_event_attr *a, unsigned without, unsigned thing)
{
	bool has = thing == WITHOUT_LOST           ? a->read_format & PERF_FORMAT_LOST :
		   thing == WITHOUT_INHERIT_THREAD ? a->inherit_thread :
		   thing == WITHOUT_BUILD_ID       ? a->build_id :
		   thing == WITHOUT_CGROUP     ? a->cgroup || a->sample_type & PERF_SAMPLE_CGROUP :
		   thing == WITHOUT_NAMESPACES ? a->namespaces :
		   thing == WITHOUT_KSYMBOL    ? a->ksymbol :
		   thing == WITHOUT_DEFERRED   ? event_flags(a) & (DEFER_CALLCHAIN | DEFER_OUTPUT) :
						 a->precise_ip;

	/* The levels of precise_ip are a number, not bits. */
	return !has ? without : thing == WITHOUT_PRECISE ? without + thing : without | thing;
}

static bool try(const struct perf_event_attr *wanted, unsigned without, event_opener *opener,
		void *context, int *fd)
{
	struct perf_event_attr a = reduced(wanted, without);

	*fd = opener(context, &a);
	return *fd >= 0;
}

/* The features to leave out next; `without` if none is left. */
static unsigned next_without(const struct perf_event_attr *wanted, unsigned without,
			     event_opener *opener, void *context, int *fd)
{
	static const unsigned things[] = { WITHOUT_DEFERRED,       WITHOUT_LOST,
					   WITHOUT_INHERIT_THREAD, WITHOUT_BUILD_ID,
					   WITHOUT_CGROUP,         WITHOUT_KSYMBOL,
					   WITHOUT_NAMESPACES,     WITHOUT_PRECISE };
	struct perf_event_attr a = reduced(wanted, without);
	unsigned newest = without;

	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++) {
		unsigned less = drop(&a, without, things[i]);

		if (less == without)
			continue;
		if (newest == without)
			newest = less;
		if (try(wanted, less, opener, context, fd))
			return less;
	}
	return newest;
}

/* Handles an error that tells which feature the kernel refused. */
static unsigned told_without(const struct perf_event_attr *wanted, unsigned without, int error)
{
	struct perf_event_attr a = reduced(wanted, without);

	/* Only privileged users get records of namespaces. */
	if (error == EACCES)
		return drop(&a, without, WITHOUT_NAMESPACES);
	if (error == EOPNOTSUPP || error == ENOENT)
		return drop(&a, without, WITHOUT_PRECISE);
	return without;
}

int open_event(const struct perf_event_attr *wanted, unsigned *without, event_opener *opener,
	       void *context)
{
	unsigned dropped = *without;
	int fd;

	while (!try(wanted, dropped, opener, context, &fd)) {
		int error = errno;
		unsigned more = told_without(wanted, dropped, error);

		if (more == dropped && error == EINVAL)
			more = next_without(wanted, dropped, opener, context, &fd);
		if (fd >= 0) {
			*without = more;
			return fd;
		}
		errno = error;
		if (more == dropped)
			return -1;
		dropped = more;
	}
	*without = dropped;
	return fd;
}
