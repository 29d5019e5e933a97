#include "record/facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void fact_text(struct profile *p, const char *key, struct str value)
{
	struct buf b = { 0 };

	if (value.n) {
		buf_printf(&b, "%s=%.*s", key, STR_ARG(value));
		profile_add_comment(p, buf_str(&b));
	}
	buf_release(&b);
}

void fact_number(struct profile *p, const char *key, uint64_t value)
{
	struct buf b = { 0 };

	buf_u64(&b, value);
	fact_text(p, key, buf_str(&b));
	buf_release(&b);
}

/* "model name	: Intel(R) Xeon(R)" in /proc/cpuinfo; arm64 has no such line. */
static void add_cpu_model(struct profile *p)
{
	char text[8192];
	int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	struct str lines = str(text, n > 0 ? (size_t)n : 0);

	if (fd >= 0)
		close(fd);
	while (lines.n) {
		struct str value = str_cut(&lines, '\n'), key = str_cut(&value, ':');

		if (str_eq(str_trim(key), S("model name"))) {
			fact_text(p, "cpu_model", str_trim(value));
			return;
		}
	}
}

void facts_of_machine(struct profile *p)
{
	struct utsname u;

	if (uname(&u) == 0) {
		fact_text(p, "host", str_of(u.nodename));
		fact_text(p, "kernel", str_of(u.release));
	}
	add_cpu_model(p);
}

const char *fact_run(void)
{
	static char run[17];
	uint64_t random = 0;

	if (!run[0]) {
		if (getrandom(&random, sizeof(random), 0) < 0)
			random = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
		snprintf(run, sizeof(run), "%016llx", (unsigned long long)random);
	}
	return run;
}

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=:,./@%^";

	return *word && strspn(word, plain) == strlen(word);
}

void fact_command(struct profile *p, char *const *words)
{
	struct buf b = { 0 };

	for (; *words; words++) {
		if (b.n)
			buf_ch(&b, ' ');
		if (is_plain(*words)) {
			buf_add(&b, str_of(*words));
			continue;
		}
		buf_ch(&b, '\'');
		for (const char *c = *words; *c; c++)
			buf_add(&b, *c == '\'' ? S("'\\''") : str(c, 1));
		buf_ch(&b, '\'');
	}
	fact_text(p, "command", buf_str(&b));
	buf_release(&b);
}

uint64_t fact_cpu_time(const int *pids, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		struct timespec t;
		clockid_t clock;

		if (clock_getcpuclockid(pids[i], &clock) == 0 && clock_gettime(clock, &t) == 0)
			sum += (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
	return sum;
}
