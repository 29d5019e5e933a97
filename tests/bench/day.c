/*
 * A day of profiles of several services, as they would come from a fleet, made from one
 * real recording and the same on every machine:
 *
 *	day SERVICES HOURS DIR < FOLDED
 *
 * writes DIR/svc-N/TIME.pb.gz, a profile for every 10 s (gzip -6). Services have from 300
 * to 12,500 stacks, each with a share of its own; one core is busy on average, at 100
 * samples a second, more by day than by night. One sample in 500 is in a stack that never
 * comes again, as in a program whose lines of code are many.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "format/format.h"

static uint64_t seed;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double random_unit(void)
{
	return (double)(random_number() >> 11) / (double)(UINT64_C(1) << 53);
}

static double random_normal(void)
{
	return sqrt(-2 * log(1 - random_unit())) * cos(2 * M_PI * random_unit());
}

static size_t random_poisson(double mean)
{
	double v = round(mean + sqrt(mean) * random_normal());

	return v > 0 ? (size_t)v : 0;
}

struct service {
	struct dictionary dict;
	map_id map;
	stack_id *stack;
	double *up_to; /* running sum of the shares */
	size_t n;
	double size; /* cores */
};

static loc_id add_frame(struct service *s, struct str name, size_t site)
{
	struct dictionary *d = &s->dict;
	uint32_t at = hash_bytes(name.p, name.n) % 131072;
	struct func f = { .name = dict_intern(d, name), .line = at % 1000 + 1 };
	struct loc l = { .map = s->map, .flags = LOC_ADDR, .addr = at * 512 + site * 16 };
	struct buf text = { 0 };

	buf_printf(&text, "/build/src/module%u/source%u.cpp", at % 40, at % 500);
	f.file = dict_intern(d, buf_str(&text));
	buf_release(&text);
	l.func = dict_add_func(d, f);
	l.line = f.line + (uint32_t)site;
	return dict_add_loc(d, l);
}

/* A stack of the recording, with call sites of its own. */
static stack_id add_stack(struct service *s, struct str line, size_t variant)
{
	ptrdiff_t blank = str_rchr(line, ' ');
	loc_id frame[512];
	size_t n = 0;

	line.n = blank > 0 ? (size_t)blank : 0;
	while (line.n && n < LEN(frame)) {
		struct str name = str_cut(&line, ';');

		frame[n] = add_frame(s, name, line.n ? n % 8 : 8 + variant);
		n++;
	}
	return dict_add_stack(&s->dict, frame, n);
}

static void begin_service(struct service *s, size_t number, const struct str *line, size_t nline)
{
	static const size_t stacks[] = { 12500, 8000, 2600, 900, 300 };
	double sum = 0;

	seed = 88172645463325252 + number * 7919;
	for (int i = 0; i < 20; i++)
		random_number();
	*s = (struct service){ .n = stacks[number % LEN(stacks)] };
	dict_init(&s->dict);
	s->map =
		dict_add_mapping(&s->dict,
				 (struct mapping){ .file = dict_intern(&s->dict, S("/usr/bin/app")),
						   .build_id = dict_intern(&s->dict, S("1f2e3d")),
						   .size = 1 << 26,
						   .start = 0x400000 });
	s->stack = mem_zeroed(s->n, sizeof(*s->stack));
	s->up_to = mem_zeroed(s->n, sizeof(*s->up_to));
	for (size_t i = 0; i < s->n; i++) {
		size_t at = random_number() % nline;

		s->stack[i] = add_stack(s, line[at], i / nline + random_number() % 8);
		sum += exp(1.5 * random_normal());
		s->up_to[i] = sum;
	}
	s->size = exp(0.5 * random_normal() - 0.125);
}

static stack_id pick_stack(struct service *s, const struct str *line, size_t nline)
{
	double at = random_unit() * s->up_to[s->n - 1];
	size_t low = 0, high = s->n - 1;

	if (random_number() % 500 == 0)
		return add_stack(s, line[random_number() % nline], 16 + random_number() % 1000000);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->up_to[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return s->stack[low];
}

static bool write_window(struct service *s, const char *path, int64_t time, const struct str *line,
			 size_t nline)
{
	double wave = 1 + 0.6 * sin(2 * M_PI * (double)(time % 86400) / 86400);
	size_t n = random_poisson(1000 * s->size * wave);
	struct profile p;
	struct out out;
	int64_t scale;

	profile_init(&p, &s->dict);
	profile_begin(&p);
	p.head.time = time * 1000000000 + 37000000;
	p.head.duration = 10000000000;
	p.head.period = 10000000;
	p.head.period_type = dict_intern(&s->dict, S("cpu"));
	p.head.period_unit = dict_intern(&s->dict, S("nanoseconds"));
	profile_column(&p, dict_intern(&s->dict, S("samples")), dict_intern(&s->dict, S("count")),
		       &scale);
	profile_column(&p, p.head.period_type, p.head.period_unit, &scale);
	while (n--) {
		sample_id sample = profile_add_sample(&p, pick_stack(s, line, nline),
						      (label_set_id){ 0 });

		profile_add_value(&p, 0, sample, 1);
		profile_add_value(&p, 1, sample, 10000000);
	}
	if (out_open(&out, path, (struct pack){ PACK_GZIP, 6 }))
		format_pprof.write(&out, &p);
	profile_release(&p);
	return out_close(&out);
}

static bool write_service(size_t number, size_t hours, const char *dir, const struct str *line,
			  size_t nline)
{
	struct service s;
	struct buf path = { 0 };
	int64_t begin = 1795824000; /* midnight */

	begin_service(&s, number, line, nline);
	buf_printf(&path, "%s/svc-%zu", dir, number);
	buf_ch(&path, '\0');
	mkdir(path.p, 0777);
	for (int64_t at = begin; at < begin + (int64_t)hours * 3600; at += 10) {
		path.n = 0;
		buf_printf(&path, "%s/svc-%zu/%lld.pb.gz", dir, number, (long long)at);
		buf_ch(&path, '\0');
		if (!write_window(&s, path.p, at, line, nline))
			return false;
	}
	buf_release(&path);
	return true;
}

int main(int argc, char **argv)
{
	struct buf input = { 0 }, lines = { 0 };
	uint64_t services, hours;
	struct str text;
	size_t n;

	if (argc != 4 || !str_u64(str_of(argv[1]), &services) ||
	    !str_u64(str_of(argv[2]), &hours)) {
		fprintf(stderr, "usage: day SERVICES HOURS DIR < FOLDED\n");
		return 2;
	}
	while ((n = fread(buf_room(&input, 1 << 16), 1, 1 << 16, stdin)) > 0)
		input.n += n;
	text = buf_str(&input);
	while (text.n) {
		struct str line = str_cut(&text, '\n');

		buf_put(&lines, &line, sizeof(line));
	}
	for (size_t i = 0; i < services; i++)
		if (!write_service(i, (size_t)hours, argv[3], (struct str *)lines.p,
				   BUF_COUNT(&lines, struct str)))
			return 2;
	return 0;
}
