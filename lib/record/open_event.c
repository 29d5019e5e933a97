#include "record/open_event.h"

#include <errno.h>
#include <stdint.h>

static struct perf_event_attr reduced(const struct perf_event_attr *wanted, unsigned without)
{
	struct perf_event_attr a = *wanted;

	if (without & WITHOUT_LOST)
		a.read_format &= ~(uint64_t)PERF_FORMAT_LOST;
	if (without & WITHOUT_INHERIT_THREAD)
		a.inherit_thread = 0;
	if (without & WITHOUT_NAMESPACES)
		a.namespaces = 0;
	return a;
}

/* The next thing that such an event has and can do without; 0: there is none. */
static unsigned next_to_drop(const struct perf_event_attr *a)
{
	return a->read_format & PERF_FORMAT_LOST ? WITHOUT_LOST :
	       a->inherit_thread                 ? WITHOUT_INHERIT_THREAD :
	       a->namespaces                     ? WITHOUT_NAMESPACES :
						   0;
}

int open_event(const struct perf_event_attr *wanted, unsigned *without, event_opener *opener,
	       void *context)
{
	unsigned dropped = *without;

	for (;;) {
		struct perf_event_attr a = reduced(wanted, dropped);
		int fd = opener(context, &a);
		unsigned next = next_to_drop(&a);

		if (fd >= 0) {
			*without = dropped;
			return fd;
		}
		/* Namespaces are reported only to the privileged. */
		if (errno == EACCES && a.namespaces)
			dropped |= WITHOUT_NAMESPACES;
		else if (errno == EINVAL && next)
			dropped |= next;
		else
			return -1;
	}
}
