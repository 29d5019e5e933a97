#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
	bool on, shown;
	uint64_t total, done;
	double start, last;
} progress;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
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
	double mb = (double)progress.done / 1e6, rate = mb / (t - progress.start);

	fprintf(stderr, "\r\033[K%.0f MB", mb);
	if (progress.total > progress.done && rate > 0)
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
	t = now();
	if (t - progress.start < 1 || t - progress.last < 0.2)
		return;
	progress.last = t;
	show(t);
}

void progress_show(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	progress.shown = true;
}

void progress_end(void)
{
	if (progress.shown)
		fprintf(stderr, "\r\033[K");
	progress.on = progress.shown = false;
}
