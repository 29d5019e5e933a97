/*
 * A store that has grown for some days, with small profiles, for questions whose cost must
 * not depend on that:
 *
 *	grow DAYS SERIES SECONDS DIR < FOLDED
 *
 * Each series (label pod, of 20 services at most) has a profile every so many seconds, of
 * 20 samples in 300 stacks. Each day is compacted when it is over, as a writer does.
 */
#include <stdio.h>
#include <stdlib.h>

#include "format/format.h"
#include "store/compact.h"
#include "store/log.h"

enum { STACKS = 300, SAMPLES = 20, SERVICES = 20 };

static uint64_t seed = 88172645463325252;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct dictionary dict;
static stack_id stacks[STACKS];

static void read_stacks(void)
{
	struct buf input = { 0 };
	struct str text;
	size_t n, at = 0;

	while ((n = fread(buf_room(&input, 1 << 16), 1, 1 << 16, stdin)) > 0)
		input.n += n;
	text = buf_str(&input);
	while (text.n && at < STACKS) {
		struct str line = str_cut(&text, '\n');
		loc_id frame[512];
		size_t depth = 0;

		line.n = (size_t)str_rchr(line, ' ');
		while (line.n && depth < LEN(frame)) {
			struct func f = { .name = dict_intern(&dict, str_cut(&line, ';')) };
			struct loc l = { .func = dict_add_func(&dict, f) };

			frame[depth++] = dict_add_loc(&dict, l);
		}
		stacks[at++] = dict_add_stack(&dict, frame, depth);
	}
	buf_release(&input);
}

static void fill_profile(struct profile *p, int64_t time)
{
	int64_t scale;

	profile_begin(p);
	p->head.time = time;
	p->head.duration = 10 * (int64_t)SECOND_NS;
	p->head.period = 10000000;
	p->head.period_type = dict_intern(&dict, S("cpu"));
	p->head.period_unit = dict_intern(&dict, S("nanoseconds"));
	profile_column(p, p->head.period_type, p->head.period_unit, &scale);
	for (int i = 0; i < SAMPLES; i++) {
		uint64_t pick = random_number() % STACKS;
		sample_id s = profile_add_sample(p, stacks[pick * pick / STACKS],
						 (label_set_id){ 0 });

		profile_add_value(p, 0, s, 10000000);
	}
}

static label_set_id labels_of(size_t series)
{
	char service[32], pod[32];
	label_set_id set = { 0 };

	snprintf(service, sizeof(service), "svc-%zu", series % SERVICES);
	snprintf(pod, sizeof(pod), "pod-%zu", series);
	set = dict_add_text_label(&dict, set, S("service_name"), str_of(service));
	return dict_add_text_label(&dict, set, S("pod"), str_of(pod));
}

static bool write_day(const char *dir, int64_t begin, uint64_t nseries, int64_t every)
{
	struct compact_options how = { .all = true, .zstd_level = 3 };
	struct compact_result result;
	struct log_writer log;
	struct profile p;
	bool ok = true;

	profile_init(&p, &dict);
	log_writer_begin(&log, dir);
	for (int64_t at = 0; at < DAY_NS && ok; at += every)
		for (size_t i = 0; i < nseries && ok; i++) {
			fill_profile(&p, begin + at + (int64_t)i * 1000);
			ok = log_add(&log, &p, labels_of(i));
		}
	ok = log_writer_end(&log) && ok;
	profile_release(&p);
	ok = ok && store_compact(dir, &how, &result);
	buf_release(&result.errors);
	return ok;
}

int main(int argc, char **argv)
{
	const int64_t last = INT64_C(1795824000) * SECOND_NS; /* the last day begins */
	uint64_t days, series, seconds;
	struct buf why = { 0 };

	if (argc != 5 || !str_u64(str_of(argv[1]), &days) || !str_u64(str_of(argv[2]), &series) ||
	    !str_u64(str_of(argv[3]), &seconds) || !seconds) {
		fprintf(stderr, "usage: grow DAYS SERIES SECONDS DIR < FOLDED\n");
		return 2;
	}
	dict_init(&dict);
	read_stacks();
	if (!store_make(argv[4], &why) || !store_set_resolution(argv[4], (struct resolution){ 0 }))
		return 2;
	for (uint64_t d = days; d-- > 0;)
		if (!write_day(argv[4], last - (int64_t)d * DAY_NS, series,
			       (int64_t)seconds * SECOND_NS)) {
			fprintf(stderr, "grow: a day cannot be written\n");
			return 2;
		}
	return 0;
}
