#include "cli/progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/when.h"

static struct {
	pthread_mutex_t lock; /* for all but `done` and `on` */
	_Atomic bool on;
	_Atomic uint64_t done;
	bool shown;
	uint64_t total;
	double start, last;
} progress = { .lock = PTHREAD_MUTEX_INITIALIZER };

static double now(void)
{
	return 1e-9 * (double)monotonic_ns();
}

void progress_start(uint64_t total)
{
	progress.on = isatty(STDERR_FILENO);
	progress.total = total;
	progress.done = 0;
	progress.start = progress.last = now();
}

static void show(double t)
{
	uint64_t done = progress.done;
	double mb = (double)done / 1e6, rate = mb / (t - progress.start);

	fprintf(stderr, "\r\033[K%.0f MB", mb);
	if (progress.total > done && rate > 0)
		fprintf(stderr, " of %.0f, %.0f MB/s, %.0f s left", (double)progress.total / 1e6,
			rate, ((double)progress.total / 1e6 - mb) / rate);
	else
		fprintf(stderr, ", %.0f MB/s", rate);
	fflush(stderr);
	progress.shown = true;
}

void progress_add(size_t n)
{
	double t;

	if (!progress.on)
		return;
	progress.done += n;
	if (pthread_mutex_trylock(&progress.lock) != 0)
		return; /* another thread is at it */
	t = now();
	if (t - progress.start >= 1 && t - progress.last >= 0.2) {
		progress.last = t;
		show(t);
	}
	pthread_mutex_unlock(&progress.lock);
}

void progress_show(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	pthread_mutex_lock(&progress.lock);
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	progress.shown = true;
	pthread_mutex_unlock(&progress.lock);
}

void progress_end(void)
{
	pthread_mutex_lock(&progress.lock);
	if (progress.shown)
		fprintf(stderr, "\r\033[K");
	progress.on = progress.shown = false;
	pthread_mutex_unlock(&progress.lock);
}
