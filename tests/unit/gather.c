/* From samples to a profile: its main binary, and labels by control groups. */
#include "perf/gather.h"

#include "perf_stream.h"
#include "tap.h"

static void gather(void *context, const struct perf_sample *s)
{
	gather_sample(context, s);
}

/* A decoder whose samples become a profile. */
struct fixture {
	struct label_options options;
	struct perf_host host;
	struct dictionary dict;
	struct profile profile;
	struct gather gather;
	struct decoder decoder;
};

static void fixture_init(struct fixture *f)
{
	static const struct gather_event event = { .sample_type = "cpu", .unit = "nanoseconds" };

	decoder_init(&f->decoder, &arch_x86_64, &f->host);
	gather_init(&f->gather, &f->options, &f->decoder, &event, 1);
	dict_init(&f->dict);
	profile_init(&f->profile, &f->dict);
	f->decoder.on_sample = gather;
	f->decoder.context = &f->gather;
}

static void fixture_release(struct fixture *f)
{
	profile_release(&f->profile);
	dict_release(&f->dict);
	gather_release(&f->gather);
	decoder_release(&f->decoder);
}

/* The main mapping is that of the busiest program, whatever frame comes first. */

static str_id main_file_of(struct fixture *f)
{
	profile_clear(&f->profile);
	gather_begin(&f->gather, &f->profile);
	decoder_run(&f->decoder, UINT64_MAX);
	gather_end(&f->gather);
	return dict_mapping(&f->dict, profile_main_map(&f->profile))->file;
}

static void test_program(void)
{
	struct fixture f = { .options.label_by = LABEL_BY_COMM };

	fixture_init(&f);
	add_comm(&f.decoder, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	add_map(&f.decoder, 5, 0x55550000, 0x3000, 0, "/bin/app", 11);
	add_map(&f.decoder, 5, 0x7fff0000, 0x3000, 0, "/lib/ld.so", 12);
	add_map(&f.decoder, 5, 0x10000, 0x3000, 0, "/lib/low.so", 13);
	add_sample(&f.decoder, 5, 0x7fff0010, 0x7fff0020, 14);
	is(dict_text(&f.dict, main_file_of(&f)), "/bin/app",
	   "the program is the first file that it maps");
	add_task(&f.decoder, PERF_RECORD_FORK, 6, 5, 20);
	add_sample(&f.decoder, 6, 0x7fff0010, 0x7fff0020, 21);
	add_comm(&f.decoder, 6, PERF_RECORD_MISC_COMM_EXEC, "other", 22);
	add_map(&f.decoder, 6, 0x55550000, 0x3000, 0, "/bin/other", 23);
	for (unsigned i = 0; i < 3; i++)
		add_sample(&f.decoder, 6, 0x55550010, 0x55550020, 24 + i);
	is(dict_text(&f.dict, main_file_of(&f)), "/bin/other",
	   "of several programs the one with the most samples");
	add_sample(&f.decoder, 7, 0x55550010, 0x55550020, 30);
	ok(!main_file_of(&f).i, "one that is not known has none");
	fixture_release(&f);
}

/* Control groups: a sample has an id, a record tells its path. */

static bool cgroup_of_host(void *context, uint64_t id, struct buf *path)
{
	(void)context;
	if (id == 7)
		buf_add(path, S("/system.slice/old.service"));
	return id == 7;
}

static void add_grouped_sample(struct decoder *d, uint32_t pid, uint64_t group, uint64_t time)
{
	static const struct perf_event_attr a = {
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_STACK_USER |
			       PERF_SAMPLE_WEIGHT | PERF_SAMPLE_REGS_INTR | PERF_SAMPLE_CGROUP,
		.sample_regs_intr = 3,
	};

	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
	record_add_pair(pid, pid);
	record_add(time);
	record_add(0); /* no stack */
	record_add(99);
	record_add(PERF_SAMPLE_REGS_ABI_64);
	record_add_pair(1, 2);
	record_add_pair(3, 4);
	record_add(group);
	decoder_add(d, record_end(), &a, 0);
}

static void test_groups(void)
{
	struct fixture f = { .options.label_by = LABEL_BY_GROUP,
			     .host.cgroup_path = cgroup_of_host };

	fixture_init(&f);
	gather_begin(&f.gather, &f.profile);
	record_begin(PERF_RECORD_CGROUP, 0);
	record_add(12);
	record_add_text("/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	finish(&f.decoder, 10);
	add_grouped_sample(&f.decoder, 5, 12, 11);
	add_grouped_sample(&f.decoder, 5, 7, 12); /* it was moved */
	add_grouped_sample(&f.decoder, 6, 99, 13);
	decoder_run(&f.decoder, UINT64_MAX);
	ok(f.profile.sample.n == 4 && dict_find_str(&f.dict, S("0123456789abcdef0123456789abcdef"
							       "0123456789abcdef0123456789abcdef"))
					      .i,
	   "a container by the record of its group");
	ok(dict_find_str(&f.dict, S("/system.slice/old.service")).i,
	   "a group that was there before");
	ok(!profile_sample(&f.profile, (sample_id){ 3 })->labels.i, "one that is not known");
	fixture_release(&f);
}

int main(void)
{
	test_program();
	test_groups();
	return done();
}
