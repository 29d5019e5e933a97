/*
 * From records to stacks: a stream of records as rings give it, the recording of perf in
 * tests/data/perf, and registers and stacks of another processor (tests/data/aarch64).
 */
#include "perf/decoder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "perf/gather.h"
#include "perf_file.h"
#include "perf_stream.h"
#include "tap.h"

/* The host of these tests has binaries beside the recording, and nothing else. */
static bool open_beside(void *context, const struct process *p, const struct map *m,
			struct binary *b)
{
	char path[256];

	(void)p, (void)m;
	snprintf(path, sizeof(path), "tests/data/%s/%.*s", (const char *)context,
		 STR_ARG(str_basename(b->path)));
	b->fd = open(path, O_RDONLY | O_CLOEXEC);
	return b->fd >= 0;
}

static struct perf_host host_of(const char *folder)
{
	return (struct perf_host){ .open_binary = open_beside, .context = (void *)folder };
}

/* What samples are, as text: "comm@time: event period kernel | file+offset ..." */
static struct buf samples;

static void print_sample(void *context, const struct perf_sample *s)
{
	const struct process *p = s->process;

	(void)context;
	buf_printf(&samples, "%s@%llu:", p->comm, (unsigned long long)s->time);
	for (size_t i = 0; i < s->nkernel; i++)
		buf_printf(&samples, " k%llx", (unsigned long long)s->kernel[i]);
	for (size_t i = 0; i < s->nuser; i++) {
		const struct region *r = s->user[i].region;
		struct str file = r ? str_basename(region_file(r)) : S("?");

		buf_printf(&samples, " %.*s+%llx", STR_ARG(file),
			   (unsigned long long)(s->user[i].address -
						(r ? r->start - map_of(r)->offset : 0)));
	}
	buf_ch(&samples, '\n');
}

/*
 * A frame pointer of code that has none points anywhere: what is read there as the next
 * return address may look like the mark of the kernel's part.
 */
static void add_sample_with_mark(struct decoder *d, uint32_t pid, uint64_t ip, uint64_t time)
{
	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
	record_add(ip);
	record_add_pair(pid, pid);
	record_add(time);
	record_add(4);
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(ip);
	record_add((uint64_t)PERF_CONTEXT_KERNEL);
	record_add(ip);
	finish(d, time);
}

static void expect(const char *text, const char *name)
{
	is(buf_str(&samples), text, "%s", name);
	samples.n = 0;
}

static void add_kernel_code(struct decoder *d, uint64_t start, const char *name, bool removed,
			    uint64_t time)
{
	record_begin(PERF_RECORD_KSYMBOL, 0);
	record_add(start);
	record_add(0x100 | (uint64_t)PERF_RECORD_KSYMBOL_TYPE_BPF << 32 | (uint64_t)removed << 48);
	record_add_text(name);
	finish(d, time);
}

/* What the kernel makes has names while it is there. */
static void test_kernel_code(void)
{
	struct perf_host host = host_of("perf");
	const uint64_t at = 0xffffffffc0200000;
	struct decoder d;

	decoder_init(&d, &arch_x86_64, &host);
	add_kernel_code(&d, at, "bpf_prog_old", true, 50);
	add_kernel_code(&d, at, "bpf_prog_old", false, 10);
	add_kernel_code(&d, at + 0x100, "bpf_prog_next", false, 20);
	add_kernel_code(&d, at, "bpf_prog_new", false, 60);
	decoder_run(&d, 40);
	is(kernel_codes_find(&d.kernel_codes, at), "bpf_prog_old", "a BPF program");
	is(kernel_codes_find(&d.kernel_codes, at + 0xff), "bpf_prog_old", "to its end");
	is(kernel_codes_find(&d.kernel_codes, at + 0x100), "bpf_prog_next", "the next one");
	is(kernel_codes_find(&d.kernel_codes, at - 1), "", "before them");
	decoder_run(&d, 55);
	is(kernel_codes_find(&d.kernel_codes, at), "", "when it was unloaded");
	is(kernel_codes_find(&d.kernel_codes, at + 0x1ff), "bpf_prog_next", "the other one stays");
	decoder_run(&d, UINT64_MAX);
	is(kernel_codes_find(&d.kernel_codes, at), "bpf_prog_new", "another one in its place");
	add_kernel_code(&d, at + 0x80, "bpf_prog_across", false, 70);
	decoder_run(&d, UINT64_MAX);
	is(kernel_codes_find(&d.kernel_codes, at + 0x10), "", "what overlaps it replaces it");
	is(kernel_codes_find(&d.kernel_codes, at + 0x100), "bpf_prog_across", "wherever it is");
	decoder_release(&d);
}

static void test_stream(void)
{
	struct perf_host host = host_of("perf");
	struct decoder d;

	decoder_init(&d, &arch_x86_64, &host);
	d.on_sample = print_sample;

	/* The second CPU's records come after all of the first one's. */
	add_sample(&d, 5, 0x401010, 0x402001, 20);
	add_sample(&d, 5, 0x401010, 0x402001, 40);
	add_comm(&d, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	add_map(&d, 5, 0x400000, 0x3000, 0x1000, "/bin/app", 15);
	add_map(&d, 5, 0x402000, 0x1000, 0, "/lib/patch", 30);
	decoder_run(&d, 25);
	expect("app@20: app+2010 app+3000\n", "in order of time, and no further");
	decoder_run(&d, UINT64_MAX);
	expect("app@40: app+2010 patch+0\n", "a mapping over another one");
	ok(d.counts.samples == 2, "samples are counted");
	add_sample_with_mark(&d, 5, 0x401010, 45);
	decoder_run(&d, UINT64_MAX);
	expect("app@45: app+2010\n", "a return address that looks like a mark ends the stack");

	add_task(&d, PERF_RECORD_FORK, 6, 5, 50);
	add_sample(&d, 6, 0x401010, 0x402001, 51);
	add_comm(&d, 6, PERF_RECORD_MISC_COMM_EXEC, "other", 60);
	add_sample(&d, 6, 0x401010, 0x402001, 61);
	decoder_run(&d, UINT64_MAX);
	expect("app@51: app+2010 patch+0\nother@61: ?+401010 ?+402000\n",
	       "a child has its parent's mappings until exec()");

	add_sample(&d, 7, 0x401010, 0x402001, 70);
	decoder_run(&d, UINT64_MAX);
	expect(":7@70: ?+401010 ?+402000\n", "a process that nothing is known of");

	add_map(&d, UINT32_MAX, 0xffffffffc0000000, 0x1000, 0, "/lib/modules/xfs.ko", 80);
	decoder_run(&d, UINT64_MAX);
	ok(process_find(&d.processes, &d.processes.kernel, 0xffffffffc0000800) &&
		   !process_find(&d.processes, &d.processes.kernel, 0x401010),
	   "the kernel's mappings");

	add_task(&d, PERF_RECORD_EXIT, 5, 1, 90);
	decoder_run(&d, UINT64_MAX);
	ok(processes_find(&d.processes, 5), "a process that ended is kept for a while");
	add_sample(&d, 7, 0x401010, 0x402001, 5000000000);
	decoder_run(&d, UINT64_MAX);
	ok(!processes_find(&d.processes, 5) && processes_find(&d.processes, 6), "then forgotten");
	samples.n = 0;
	decoder_release(&d);
}

/* Where a mapping is cut, its parts are mappings of their own. */
static void test_numbers(void)
{
	struct perf_host host = host_of("perf");
	struct decoder d;
	struct process *p;
	uint64_t whole, head, middle, tail;
	const struct map *m;

	decoder_init(&d, &arch_x86_64, &host);
	d.on_sample = print_sample;
	add_comm(&d, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	add_map(&d, 5, 0x400000, 0x3000, 0x1000, "/bin/app", 11);
	decoder_run(&d, UINT64_MAX);
	p = processes_find(&d.processes, 5);
	whole = process_find(&d.processes, p, 0x402000)->number;
	add_map(&d, 5, 0x401000, 0x1000, 0x2000, "/bin/app", 12);
	decoder_run(&d, UINT64_MAX);
	head = process_find(&d.processes, p, 0x400000)->number;
	middle = process_find(&d.processes, p, 0x401000)->number;
	m = process_find(&d.processes, p, 0x402000);
	tail = m->number;
	ok(whole && head && middle && tail && whole != head && whole != tail && head != tail &&
		   middle != head && middle != tail,
	   "each part has a new number");
	ok(m->region.start == 0x402000 && m->offset == 0x3000,
	   "the tail is at its place in the file");
	decoder_release(&d);
}

/* Children have their parent's mappings: one list, until one of them changes its own. */

static uint64_t has_map(struct decoder *d, int pid, uint64_t address)
{
	const struct map *m = process_find(&d->processes, processes_find(&d->processes, pid),
					   address);

	return m ? m->region.end - m->region.start : 0;
}

static void test_forks(void)
{
	enum { MAPS = 1000, CHILDREN = 2000 };
	struct perf_host host = host_of("perf");
	struct decoder d;
	size_t before, used;

	decoder_init(&d, &arch_x86_64, &host);
	d.on_sample = print_sample;
	add_comm(&d, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	for (unsigned i = 0; i < MAPS; i++)
		add_map(&d, 5, 0x400000 + 0x2000 * i, 0x1000, 0, "/bin/app", 11);
	decoder_run(&d, UINT64_MAX);
	before = mem_used();
	for (unsigned i = 0; i < CHILDREN; i++)
		add_task(&d, PERF_RECORD_FORK, 6 + i, 5, 12);
	decoder_run(&d, UINT64_MAX);
	used = mem_used() - before;
	ok(used < 4 << 20, "two thousand children of a process with a thousand mappings: %zu KB",
	   used >> 10);
	ok(has_map(&d, 6, 0x400000) == 0x1000 && has_map(&d, 7, 0x402000) == 0x1000,
	   "have its mappings");
	add_map(&d, 6, 0x400800, 0x800, 0, "/lib/patch", 20);
	add_map(&d, 5, 0x402000, 0x800, 0, "/lib/patch", 21);
	decoder_run(&d, UINT64_MAX);
	ok(has_map(&d, 6, 0x400000) == 0x800 && has_map(&d, 7, 0x400000) == 0x1000 &&
		   has_map(&d, 5, 0x400000) == 0x1000,
	   "what a child maps is its own");
	ok(has_map(&d, 5, 0x402000) == 0x800 && has_map(&d, 6, 0x402000) == 0x1000 &&
		   has_map(&d, 7, 0x402000) == 0x1000,
	   "what its parent maps, too");
	add_comm(&d, 7, PERF_RECORD_MISC_COMM_EXEC, "other", 22);
	decoder_run(&d, UINT64_MAX);
	ok(!has_map(&d, 7, 0x402000) && has_map(&d, 8, 0x402000) == 0x1000,
	   "an exec() of one leaves the others");
	decoder_release(&d);
}

/* A leader that has ended before its threads, or that is not waited for. */

static bool still_runs;

static bool runs(void *context, int pid)
{
	(void)context;
	return pid == 5 && still_runs;
}

static void test_late_end(void)
{
	struct perf_host host = { .is_running = runs };
	struct decoder d;

	decoder_init(&d, &arch_x86_64, &host);
	d.on_sample = print_sample;
	still_runs = true;
	add_comm(&d, 5, PERF_RECORD_MISC_COMM_EXEC, "app", 10);
	add_task(&d, PERF_RECORD_EXIT, 5, 1, 20);
	add_comm(&d, 6, PERF_RECORD_MISC_COMM_EXEC, "app", 5000000000);
	decoder_run(&d, UINT64_MAX);
	ok(processes_find(&d.processes, 5), "a process whose threads go on is kept");
	still_runs = false;
	add_comm(&d, 6, PERF_RECORD_MISC_COMM_EXEC, "app", 10000000000);
	decoder_run(&d, UINT64_MAX);
	ok(!processes_find(&d.processes, 5), "until they have ended, too");
	decoder_release(&d);
}

/* A file that one process cannot show, and another one later can. */

static bool open_for_six(void *context, const struct process *p, const struct map *m,
			 struct binary *b)
{
	return p->pid == 6 && open_beside(context, p, m, b);
}

static void test_late_file(void)
{
	struct perf_host host = host_of("perf");
	struct decoder d;
	struct process *five, *six;
	const struct map *m;
	uint64_t before;

	host.open_binary = open_for_six;
	decoder_init(&d, &arch_x86_64, &host);
	for (uint32_t pid = 5; pid <= 6; pid++) {
		add_comm(&d, pid, PERF_RECORD_MISC_COMM_EXEC, "chain", 10);
		/* Offset 0x1000 of the file is for address 0x401000. */
		add_map(&d, pid, 0x10001000, 0x1000, 0x1000, "/bin/chain", 11);
	}
	decoder_run(&d, UINT64_MAX);
	five = processes_find(&d.processes, 5);
	six = processes_find(&d.processes, 6);
	before = process_find(&d.processes, five, 0x10001000)->region.bias;
	m = process_find(&d.processes, six, 0x10001000);
	ok(m->binary->fd >= 0 && m->region.bias == 0x10001000 - 0x401000 &&
		   before != m->region.bias,
	   "a module's place is known with its file");
	ok(process_find(&d.processes, five, 0x10001000)->region.bias == m->region.bias,
	   "also in a process that could not show it");
	decoder_release(&d);
}

/* A file of perf's */

static uint64_t bytes[1 << 17];

static struct str read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	return str((const char *)bytes, n > 0 ? (size_t)n : 0);
}

struct tally {
	size_t samples, by_event[2], whole, in_order;
	uint64_t last;
};

/* inner, middle, outer, start, _start: the calls that perf script shows, too. */
static void tally_sample(void *context, const struct perf_sample *s)
{
	static const uint64_t callers[] = { 0x108c, 0x10c4, 0x10e8, 0x1004 };
	struct tally *t = context;
	size_t same = 0;

	t->samples++;
	t->by_event[s->event]++;
	t->in_order += s->time >= t->last;
	t->last = s->time;
	for (size_t i = 1; i < s->nuser && i <= LEN(callers); i++) {
		const struct region *r = s->user[i].region;

		same += r && s->user[i].address - r->start + map_of(r)->offset == callers[i - 1];
	}
	t->whole += s->end == UNWIND_COMPLETE && (s->nuser == 1 || same == LEN(callers));
}

static void test_file(void)
{
	struct str file = read_file("tests/data/perf/recorded.data");
	struct perf_host host = host_of("perf");
	struct perf_events events;
	struct decoder d;
	struct tally t = { 0 };

	if (!ok(str_starts(file, S("PERFILE2")), "there is a recording"))
		return;
	perf_events_init(&events);
	perf_file_events(file, &events);
	ok(events.n == 2, "of two events");
	decoder_init(&d, &arch_x86_64, &host);
	d.on_sample = tally_sample;
	d.context = &t;
	perf_file_feed(file, &events, &d);
	ok(t.samples == 20 && t.by_event[0] + t.by_event[1] == 20 && t.by_event[1] >= 4,
	   "%zu samples: %zu of one event, %zu of the other", t.samples, t.by_event[0],
	   t.by_event[1]);
	ok(t.whole == t.samples, "all stacks are those of perf script: %zu", t.whole);
	ok(t.in_order == t.samples, "in order of time");
	decoder_release(&d);
	perf_events_release(&events);
}

/* The same file as a profile. */

static void gather(void *context, const struct perf_sample *s)
{
	gather_sample(context, s);
}

static void test_profile(void)
{
	static const struct gather_event worth[] = {
		{ .sample_type = "cpu",
		  .unit = "nanoseconds",
		  .count_type = "samples",
		  .period = 2004008 },
		{ .sample_type = "page-faults", .unit = "count" },
	};
	static const struct label_options options = { .label_by = LABEL_BY_COMM };
	struct str file = read_file("tests/data/perf/recorded.data");
	struct perf_host host = host_of("perf");
	struct dictionary dict;
	struct profile p;
	struct gather g;
	struct perf_events events;
	struct decoder d;
	int64_t sum[3] = { 0 };

	perf_events_init(&events);
	perf_file_events(file, &events);
	decoder_init(&d, &arch_x86_64, &host);
	gather_init(&g, &options, &d, worth, LEN(worth));
	dict_init(&dict);
	profile_init(&p, &dict);
	p.keep_times = true;
	gather_begin(&g, &p);
	d.on_sample = gather;
	d.context = &g;
	perf_file_feed(file, &events, &d);
	for (uint32_t i = 1; i < p.sample.n; i++)
		for (size_t c = 0; c < 3; c++)
			sum[c] += p.col[c].v[i];
	ok(p.ncol == 3 && sum[0] == 16 && sum[1] == 16 * 2004008 && sum[2] >= 4,
	   "sums of its columns: %lld, %lld, %lld", (long long)sum[0], (long long)sum[1],
	   (long long)sum[2]);
	ok(p.nobservation == 20 && !g.ntruncated, "%zu times, %llu truncated", p.nobservation,
	   (unsigned long long)g.ntruncated);
	is(dict_text(&dict, dict_mapping(&dict, (map_id){ 1 })->file), "/tmp/chain/chain",
	   "its program");
	ok(dict_text(&dict, dict_mapping(&dict, (map_id){ 1 })->build_id).n == 40,
	   "which has a build id");
	profile_release(&p);
	dict_release(&dict);
	gather_release(&g);
	decoder_release(&d);
	perf_events_release(&events);
}

/* Another processor: records of aarch64, on whatever this is. */

static struct {
	const uint64_t *caller; /* outermost first */
	size_t ncaller, nframe;
	bool right;
} expected;

static void check_callers(void *context, const struct perf_sample *s)
{
	(void)context;
	expected.nframe = s->nuser;
	expected.right = s->end == UNWIND_COMPLETE && s->nuser == expected.ncaller + 3;
	for (size_t i = 0; expected.right && i < expected.ncaller; i++)
		if (s->user[2 + i].address + 1 != expected.caller[expected.ncaller - 1 - i])
			expected.right = false;
}

static void test_aarch64(void)
{
	static const struct perf_event_attr a = {
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
		.sample_regs_user = 0x1ffffffff,
	};
	struct perf_host host = host_of("aarch64");
	struct str file = read_file("tests/data/aarch64/chain.samples");
	const uint64_t *at = bytes, *regs;
	struct decoder d;
	size_t nstack;

	if (!ok(file.n > 1000, "there are registers and stacks"))
		return;
	decoder_init(&d, &arch_aarch64, &host);
	d.on_sample = check_callers;
	add_comm(&d, 9, PERF_RECORD_MISC_COMM_EXEC, "chain", 1);
	add_map(&d, 9, 0x400000, 0x1000, 0, "/bin/chain", 2);
	decoder_run(&d, UINT64_MAX);
	/* The first sample of the file: number of callers, callers, registers, stack. */
	expected.ncaller = (size_t)at[0];
	expected.caller = at + 1;
	regs = expected.caller + expected.ncaller;
	nstack = (size_t)regs[33];
	record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
	record_add_pair(9, 9);
	record_add(PERF_SAMPLE_REGS_ABI_64);
	for (size_t i = 0; i < 33; i++)
		record_add(regs[i]);
	record_add(nstack);
	for (size_t i = 0; i < nstack / 8; i++)
		record_add(regs[34 + i]);
	record_add(nstack);
	decoder_add(&d, record_end(), &a, 0);
	decoder_run(&d, UINT64_MAX);
	ok(expected.right, "a stack of aarch64: %zu frames", expected.nframe);
	decoder_release(&d);
}

int main(void)
{
	test_stream();
	test_kernel_code();
	test_numbers();
	test_forks();
	test_late_end();
	test_late_file();
	test_file();
	test_profile();
	test_aarch64();
	buf_release(&samples);
	return done();
}
