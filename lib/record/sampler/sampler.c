#include "record/sampler/sampler.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "record/kernel_text.h"
#include "record/process/open_files.h"
#include "record/sampler/cpus.h"
#include "record/sampler/open_event.h"
#include "record/sampler/sampler_events.h"

enum {
	/*
	 * Sampling a whole CPU slows down other tasks, too, but little up to this frequency. At
	 * higher frequencies few tasks are shorter than a period.
	 */
	MOST_BY_CPU = 2000,
	/* The approximate time of a sample, on a slow machine. */
	SAMPLE_NS = 2000,
	STACK_BYTES_A_NS = 3,
	STACK_OF_SAMPLE = 32 << 10, /* a larger copy does not change the frequency in force */
	HUNG_UP_MS = 10,            /* between reads of rings without wake-ups */
};

static uint64_t kernel_setting(const char *path, uint64_t otherwise)
{
	struct buf text = { 0 };
	uint64_t value;

	if (!kernel_text(path, &text) || !str_u64(buf_str(&text), &value))
		value = otherwise;
	buf_release(&text);
	return value;
}

/*
 * The highest frequency that the machine can sustain. The kernel limits the rate, and the share
 * of time that samples take. But it enforces that share only for hardware interrupts: samples of
 * its clock could nearly stop the program.
 */
static uint64_t most_frequency(const struct sampler_options *o)
{
	uint64_t rate = kernel_setting("/proc/sys/kernel/perf_event_max_sample_rate", 100000);
	uint64_t percent = kernel_setting("/proc/sys/kernel/perf_cpu_time_max_percent", 25);
	uint64_t stack = min_size(o->stack_bytes, STACK_OF_SAMPLE);
	uint64_t most = percent * 10000000 / (SAMPLE_NS + stack / STACK_BYTES_A_NS);

	if (percent && percent < 100 && most < rate)
		rate = most;
	return rate ? rate : 1;
}

static bool is_refused(const struct sampler *s)
{
	return s->error == EACCES || s->error == EPERM;
}

bool sampler_inherits(const struct sampler_options *o)
{
	bool inherits = !o->frequency || o->frequency > MOST_BY_CPU;

	for (size_t i = 0; i < o->nevent; i++)
		inherits |= !sampler_is_by_cpu(&o->events[i]) && !o->events[i].is_alloc;
	return inherits && (o->target == TARGET_TASKS || o->target == TARGET_CHILD);
}

/* Opens as much as is allowed: whole CPUs, else tasks, else only their user code. */
static bool open_allowed(struct sampler *s, const int *cpus, struct buf *why)
{
	const struct sampler_options *o = s->o;
	bool tasks = o->target == TARGET_TASKS || o->target == TARGET_CHILD;

	s->by_cpu = tasks && ((sampler_has_frequency(s) && s->frequency <= MOST_BY_CPU) ||
			      sampler_has_switches(s));
	if (sampler_open_events(s, cpus, why))
		return true;
	if (s->by_cpu && is_refused(s)) {
		why->n = 0;
		s->by_cpu = false;
		if (sampler_open_events(s, cpus, why))
			return true;
	}
	if (!is_refused(s) || !o->kernel || o->kernel_or_fail || o->target == TARGET_SYSTEM)
		return false;
	if (sampler_has_switches(s)) {
		buf_add(why, S("\n  waits begin in the kernel: they need "
			       "kernel.perf_event_paranoid=1, or those rights"));
		return false;
	}
	why->n = 0;
	s->user_only = true;
	return sampler_open_events(s, cpus, why);
}

/* Lists all CPUs that are online, and which of them are sampled. */
static bool choose_cpus(struct sampler *s, int *cpus, struct buf *why)
{
	int wanted[MOST_CPUS];
	size_t n;

	cpus_online(&s->online);
	s->nring = cpus_choose(NULL, buf_str(&s->online), cpus, why);
	n = cpus_choose(s->o->cpus, buf_str(&s->online), wanted, why);
	s->rings = mem_zeroed(s->nring, sizeof(*s->rings));
	s->samples = mem_zeroed(s->nring, sizeof(*s->samples));
	s->cpus = mem_zeroed(s->nring, sizeof(*s->cpus));
	for (size_t k = 0; k < s->nring; k++) {
		s->cpus[k] = cpus[k];
		for (size_t i = 0; i < n; i++)
			s->samples[k] |= cpus[k] == wanted[i];
	}
	return s->nring && n;
}

bool sampler_open(struct sampler *s, const struct sampler_options *o, struct buf *why)
{
	int cpus[MOST_CPUS];

	*s = (struct sampler){ .o = o, .most_frequency = most_frequency(o), .switch_period = 1 };
	s->frequency = s->most_frequency;
	if (o->frequency && o->frequency < s->frequency)
		s->frequency = o->frequency;
	open_files_raise();
	return choose_cpus(s, cpus, why) && open_allowed(s, cpus, why);
}

void sampler_close(struct sampler *s)
{
	sampler_close_events(s);
	mem_free(s->rings, s->nring * sizeof(*s->rings));
	mem_free(s->samples, s->nring * sizeof(*s->samples));
	mem_free(s->cpus, s->nring * sizeof(*s->cpus));
	mem_free(s->fds, s->fd_cap * sizeof(*s->fds));
	perf_events_release(&s->events);
	buf_release(&s->online);
	buf_release(&s->event_fds);
	buf_release(&s->switch_fds);
	buf_release(&s->less_precise);
}

static void control(struct sampler *s, unsigned long request)
{
	for (size_t i = 0; i < s->nfd; i++)
		ioctl(s->fds[i], request, 0);
}

void sampler_start(struct sampler *s)
{
	control(s, PERF_EVENT_IOC_ENABLE);
}

void sampler_stop(struct sampler *s)
{
	control(s, PERF_EVENT_IOC_DISABLE);
}

void sampler_pause(struct sampler *s, bool pause)
{
	const int *fd = (const int *)s->event_fds.p;

	for (size_t i = 0; i < BUF_COUNT(&s->event_fds, int); i++)
		ioctl(fd[i], pause ? PERF_EVENT_IOC_DISABLE : PERF_EVENT_IOC_ENABLE, 0);
}

unsigned sampler_precise(const struct sampler *s, size_t event)
{
	unsigned wanted = event_precise(&s->o->events[event]);
	unsigned less = ((const unsigned *)s->less_precise.p)[event] / WITHOUT_PRECISE;

	return wanted > less ? wanted - less : 0;
}

void sampler_set_switch_period(struct sampler *s, uint64_t period)
{
	const int *fd = (const int *)s->switch_fds.p;

	s->switch_period = period;
	for (size_t i = 0; i < BUF_COUNT(&s->switch_fds, int); i++)
		ioctl(fd[i], PERF_EVENT_IOC_PERIOD, &period);
}

bool sampler_cpus_changed(const struct sampler *s)
{
	struct buf online = { 0 };
	bool changed;

	if (s->o->cpus)
		return false;
	cpus_online(&online);
	changed = online.n && !str_eq(buf_str(&online), buf_str(&s->online));
	buf_release(&online);
	return changed;
}

uint64_t sampler_lost(const struct sampler *s)
{
	uint64_t lost = 0, counts[2];

	for (size_t i = 0; i < s->nfd; i++)
		if (read(s->fds[i], counts, sizeof(counts)) == sizeof(counts))
			lost += counts[1];
	return lost;
}

void sampler_wait(struct sampler *s, int ms, int ended)
{
	struct pollfd fds[MOST_CPUS + 2];
	bool hung_up = false;
	int ask = s->o->program ? s->o->program->ask : -1;

	for (size_t i = 0; i < s->nring; i++) {
		bool out = s->rings[i].hung_up;

		fds[i] = (struct pollfd){ .fd = out ? -1 : s->rings[i].fd, .events = POLLIN };
		hung_up |= out;
	}
	if (hung_up && ms > HUNG_UP_MS)
		ms = HUNG_UP_MS;
	fds[s->nring] = (struct pollfd){ .fd = ask, .events = POLLIN };
	fds[s->nring + 1] = (struct pollfd){ .fd = ended, .events = POLLIN };
	if (poll(fds, s->nring + 2, ms) <= 0)
		return;
	/* If the task of a ring's owner has ended, other tasks may still write to the ring. */
	for (size_t i = 0; i < s->nring; i++)
		s->rings[i].hung_up |= (fds[i].revents & (POLLHUP | POLLERR)) != 0;
}
