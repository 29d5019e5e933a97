/* From samples to a profile: its main binary, and labels by control groups. */
#include "perf/gather.h"

#include "perf_stream.h"
#include "tap.h"

static void gather(void *context, const struct perf_sample *s)
{
	gather_sample(context, s);
}

/* The main mapping is that of the busiest program, whatever frame comes first. */

static str_id main_file_of(struct gather *g, struct decoder *d, struct profile *p)
{
	profile_clear(p);
	gather_begin(g, p);
	decoder_run(d, UINT64_MAX);
	gather_end(g);
	return dict_mapping(p->dict, profile_main_map(p))->file;
}

static void test_program(void)
{
	static const struct gather_event worth = { .sample_type = "cpu", .unit = "nanoseconds" };
	static const struct label_options options = { .label_by = LABEL_BY_COMM };
	struct perf_host host = { 0 };
	struct dictionary dict;
	struct profile p;
	struct gather g;
	struct decoder d;

	decoder_init(&d, &arch_x86_64, &host);
	gather_init(&g, &options, &d, &worth, 1);
	dict_init(&dict);
	profile_init(&p, &dict);
	d.on_sample = gather;
	d.context = &g;
	add_comm(&d, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	add_map(&d, 5, 0x55550000, 0x3000, 0, "/bin/app", 11);
	add_map(&d, 5, 0x7fff0000, 0x3000, 0, "/lib/ld.so", 12);
	add_map(&d, 5, 0x10000, 0x3000, 0, "/lib/low.so", 13);
	add_sample(&d, 5, 0x7fff0010, 0x7fff0020, 14);
	is(dict_text(&dict, main_file_of(&g, &d, &p)), "/bin/app",
	   "the program is the first file that it maps");
	add_task(&d, PERF_RECORD_FORK, 6, 5, 20);
	add_sample(&d, 6, 0x7fff0010, 0x7fff0020, 21);
	add_comm(&d, 6, PERF_RECORD_MISC_COMM_EXEC, "other", 22);
	add_map(&d, 6, 0x55550000, 0x3000, 0, "/bin/other", 23);
	for (unsigned i = 0; i < 3; i++)
		add_sample(&d, 6, 0x55550010, 0x55550020, 24 + i);
	is(dict_text(&dict, main_file_of(&g, &d, &p)), "/bin/other",
	   "of several programs the one with the most samples");
	add_sample(&d, 7, 0x55550010, 0x55550020, 30);
	ok(!main_file_of(&g, &d, &p).i, "one that is not known has none");
	profile_release(&p);
	dict_release(&dict);
	gather_release(&g);
	decoder_release(&d);
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
	static const struct gather_event worth = { .sample_type = "cpu", .unit = "nanoseconds" };
	static const struct label_options options = { .label_by = LABEL_BY_GROUP };
	struct perf_host host = { .cgroup_path = cgroup_of_host };
	struct dictionary dict;
	struct profile p;
	struct gather g;
	struct decoder d;

	decoder_init(&d, &arch_x86_64, &host);
	gather_init(&g, &options, &d, &worth, 1);
	dict_init(&dict);
	profile_init(&p, &dict);
	d.on_sample = gather;
	d.context = &g;
	gather_begin(&g, &p);
	record_begin(PERF_RECORD_CGROUP, 0);
	record_add(12);
	record_add_text("/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	finish(&d, 10);
	add_grouped_sample(&d, 5, 12, 11);
	add_grouped_sample(&d, 5, 7, 12); /* it was moved */
	add_grouped_sample(&d, 6, 99, 13);
	decoder_run(&d, UINT64_MAX);
	ok(p.sample.n == 4 && dict_find_str(&dict, S("0123456789abcdef0123456789abcdef"
						     "0123456789abcdef0123456789abcdef"))
				      .i,
	   "a container by the record of its group");
	ok(dict_find_str(&dict, S("/system.slice/old.service")).i, "a group that was there before");
	ok(!profile_sample(&p, (sample_id){ 3 })->labels.i, "one that is not known");
	profile_release(&p);
	dict_release(&dict);
	gather_release(&g);
	decoder_release(&d);
}

int main(void)
{
	test_program();
	test_groups();
	return done();
}
