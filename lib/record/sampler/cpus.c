#include "record/sampler/cpus.h"

#include <unistd.h>

#include "record/kernel_text.h"

void cpus_online(struct buf *list)
{
	kernel_text("/sys/devices/system/cpu/online", list);
}

static bool is_among(int cpu, const int *cpus, size_t n)
{
	while (n--)
		if (cpus[n] == cpu)
			return true;
	return false;
}

/* Lists each CPU once. Returns 0 if the list is malformed. */
static size_t parse(struct str list, int *cpus)
{
	size_t n = 0;
	uint64_t from, to;

	while (list.p) {
		struct str last = str_cut(&list, ','), first = str_cut(&last, '-');

		if (!str_u64(first, &from) || (last.p && !str_u64(last, &to)))
			return 0;
		for (to = last.p ? to : from; from <= to && n < MOST_CPUS; from++)
			if (!is_among((int)from, cpus, n))
				cpus[n++] = (int)from;
	}
	return n;
}

/* The CPUs that are online. If the kernel has no list, they are numbered from 0. */
static size_t all_online(struct str list, int *cpus)
{
	size_t n = parse(list, cpus);

	if (!n)
		for (; (long)n < sysconf(_SC_NPROCESSORS_ONLN) && n < MOST_CPUS; n++)
			cpus[n] = (int)n;
	return n;
}

size_t cpus_choose(const char *wanted, struct str online, int *cpus, struct buf *why)
{
	int all[MOST_CPUS];
	size_t nall, n;

	if (!wanted)
		return all_online(online, cpus);
	nall = all_online(online, all);
	n = parse(str_of(wanted), cpus);
	if (!n)
		buf_printf(why, "'%s' is not a list of CPUs", wanted);
	for (size_t i = 0; i < n; i++) {
		if (!is_among(cpus[i], all, nall)) {
			buf_printf(why, "CPU %d is not online", cpus[i]);
			return 0;
		}
	}
	return n;
}

bool cpus_have(const char *list, int cpu)
{
	int cpus[MOST_CPUS];

	return is_among(cpu, cpus, parse(str_of(list), cpus));
}
