/* perf.data written field by field: what no recording here has, and what is damaged. */
#include "format/format.h"

#include "format/input.h"
#include "perf/record.h"
#include "perf_writer.h"
#include "profile/check.h"
#include "tap.h"

enum {
	ATTR = 64,
	BUILD_ID = 67,
	FINISHED_ROUND = 68,
	AUXTRACE = 71,
	EVENT_UPDATE = 78,
	FEATURE = 80,
	COMPRESSED = 81,
	DEFERRED = 22,
	BPF_OUTPUT = 10,
};
static const uint64_t FIELDS = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
			       PERF_SAMPLE_TIME | PERF_SAMPLE_PERIOD;

static struct buf file;
static struct dictionary dict;
static struct profile profile;
static struct buf text, error, notes;

/* Writing */

static void put(void)
{
	const struct perf_event_header *h = record_end();

	buf_put(&file, h, sizeof(*h));
	buf_put(&file, written.word, h->size - sizeof(*h));
}

static void begin_pipe(void)
{
	uint64_t size = 16;

	file.n = 0;
	buf_add(&file, S("PERFILE2"));
	buf_put(&file, &size, sizeof(size));
}

/* An event with one id. */
static void put_attr(struct perf_event_attr a, uint64_t id)
{
	a.size = sizeof(a);
	a.sample_id_all = 1;
	record_begin(ATTR, 0);
	memcpy(written.word, &a, sizeof(a));
	written.n = sizeof(a) / 8;
	record_add(id);
	put();
}

static void put_clock(uint64_t more, uint64_t id)
{
	put_attr((struct perf_event_attr){ .type = PERF_TYPE_SOFTWARE,
					   .config = PERF_COUNT_SW_CPU_CLOCK,
					   .sample_type = FIELDS | more },
		 id);
}

static void put_name(uint64_t id, const char *name)
{
	record_begin(EVENT_UPDATE, 0);
	record_add(2);
	record_add(id);
	record_add_text(name);
	put();
}

static void put_trailer(uint32_t pid, uint64_t time, uint64_t id)
{
	record_add_pair(pid, pid);
	record_add(time);
	record_add(id);
	put();
}

static void put_comm(uint32_t pid, const char *comm, uint64_t id)
{
	record_begin(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC);
	record_add_pair(pid, pid);
	record_add_text(comm);
	put_trailer(pid, 1, id);
}

static void put_map(uint32_t pid, uint64_t start, const char *path, uint64_t id)
{
	record_begin(PERF_RECORD_MMAP, PERF_RECORD_MISC_USER);
	record_add_pair(pid, pid);
	record_add(start);
	record_add(0x1000);
	record_add(0);
	record_add_text(path);
	put_trailer(pid, 2, id);
}

/* The fields of FIELDS; others follow. */
static void begin_sample(uint16_t mode, uint64_t ip, uint64_t time, uint64_t period, uint64_t id)
{
	record_begin(PERF_RECORD_SAMPLE, mode);
	record_add(id);
	record_add(ip);
	record_add_pair(7, 7);
	record_add(time);
	record_add(period);
}

static void put_sample(uint64_t ip, uint64_t time, uint64_t period, uint64_t id)
{
	begin_sample(PERF_RECORD_MISC_USER, ip, time, period, id);
	put();
}

/* Process 7 with a binary at 0x400000, and one event, 100. */
static void begin_program(uint64_t more)
{
	begin_pipe();
	put_clock(more, 100);
	put_comm(7, "app", 100);
	put_map(7, 0x400000, "/nowhere/app", 100);
}

/* Reading */

static void print_stack(stack_id stack)
{
	size_t n;
	const loc_id *frame = dict_frames(&dict, stack, &n);

	for (size_t i = 0; i < n; i++) {
		const struct loc *l = dict_loc(&dict, frame[i]);
		struct str name = dict_text(&dict, dict_frame_name(&dict, frame[i]));

		buf_printf(&text, "%s%.*s", i ? ";" : "", STR_ARG(name));
		if (l->flags & LOC_ADDR)
			buf_printf(&text, "+%llx", (unsigned long long)l->addr);
	}
}

static void print_samples(const struct profile *p)
{
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });
		const struct label *comm = dict_find_label(&dict, s->labels,
							   dict_intern(&dict, S("comm")));

		buf_printf(&text, "%.*s: ", STR_ARG(comm ? dict_text(&dict, comm->str) : S("")));
		print_stack(s->stack);
		for (uint32_t c = 0; c < p->ncol; c++)
			buf_printf(&text, " %lld", (long long)p->col[c].v[i]);
		buf_ch(&text, '\n');
	}
}

/* Read the file; its samples are in `text`, and what is reported about it in `error` and `notes`. */
static bool read_it(bool lenient)
{
	struct input input;
	bool ok;

	profile_release(&profile);
	dict_release(&dict);
	dict_init(&dict);
	profile_init(&profile, &dict);
	profile.keep_times = true;
	text.n = error.n = notes.n = 0;
	input_open_memory(&input, "x", buf_str(&file), NULL);
	input.in.lenient = lenient;
	ok = input_next(&input, &profile);
	if (ok)
		print_samples(&profile);
	if (input.in.error.n)
		buf_add(&error, str_of(input.in.error.p));
	buf_add(&notes, buf_str(&input.in.notes));
	input_close(&input);
	input_release(&input);
	return ok && !profile_check(&profile);
}

static bool says(const struct buf *b, const char *what)
{
	return str_find(buf_str(b), str_of(what)) >= 0;
}

/* Tests */

static void samples(void)
{
	begin_program(0);
	put_sample(0x400010, 20, 5, 100);
	put_sample(0x400020, 10, 0, 100);
	put_sample(0x400010, 30, 6, 100);
	ok(read_it(false), "samples");
	is(buf_str(&text), "app: [app]+20 1\napp: [app]+10 11\n", "in order of their times");
	ok(str_eq(dict_text(&dict, profile.col[0].type), S("cpu-clock")) &&
		   str_eq(dict_text(&dict, profile.col[0].unit), S("nanoseconds")),
	   "a clock counts nanoseconds");
	ok(profile.nobservation == 3 && profile.observation[0].time == 10 &&
		   profile.observation[2].value == 6 && profile.head.duration == 20,
	   "times are kept");
}

static void events(void)
{
	begin_pipe();
	put_clock(0, 100);
	put_attr((struct perf_event_attr){ .type = PERF_TYPE_HARDWARE,
					   .sample_type = FIELDS | PERF_SAMPLE_ADDR },
		 200);
	put_attr((struct perf_event_attr){ .type = PERF_TYPE_RAW,
					   .config = 1,
					   .sample_type = FIELDS | PERF_SAMPLE_ADDR },
		 300);
	put_name(200, "cpu_core/cycles/P");
	put_name(300, "cpu_atom/cycles/u");
	put_comm(7, "app", 100);
	put_sample(0x400010, 10, 5, 100);
	begin_sample(PERF_RECORD_MISC_USER, 0x400010, 20, 7, 200);
	put();
	ok(!read_it(false) && says(&error, "a record is shorter than its event says"),
	   "each event has its own fields");
	file.n -= record_end()->size;
	for (uint64_t id = 200; id <= 300; id += 100) {
		record_begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
		record_add(id);
		record_add(0x400010);
		record_add_pair(7, 7);
		record_add(20);
		record_add(0xadd);
		record_add(70);
		put();
	}
	ok(read_it(false) && profile.ncol == 2, "kinds of cores are one type");
	is(buf_str(&text), "app: [unknown]+400010 5 140\n", "the sum of both");
	ok(says(&notes, "cycles is the sum of cpu_core/cycles/P and cpu_atom/cycles/u"),
	   "and a note says what of");
	put_sample(0x400010, 10, 5, 400);
	ok(!read_it(false) && says(&error, "a sample of an event that is not described"),
	   "an id that is not known");
	ok(read_it(true) && profile.ncol == 2, "is passed over leniently");
}

static void counts(void)
{
	begin_program(0);
	put_sample(0x400010, 20, 5, 100);
	record_begin(PERF_RECORD_LOST, 0);
	record_add(100);
	record_add(3);
	put_trailer(7, 30, 100);
	record_begin(PERF_RECORD_LOST_SAMPLES, 0);
	record_add(4);
	put_trailer(7, 30, 100);
	record_begin(PERF_RECORD_LOST_SAMPLES, 1 << 15);
	record_add(50);
	put_trailer(7, 30, 100);
	record_begin(30, 0);
	put();
	record_begin(99, 0);
	put();
	record_begin(AUXTRACE, 0);
	record_add(24); /* bytes that follow */
	put();
	buf_add(&file, S("not a record, but a trace"));
	file.n--;
	ok(read_it(false), "records that are no samples");
	is(profile_fact(&profile, S("lost")), "7",
	   "the kernel's counts of lost ones, without a filter's");
	ok(says(&notes, "7 samples were lost"), "a note counts them");
	ok(says(&notes, "2 records of unknown types are left out, the first of type 30"),
	   "and what is not known");
	ok(says(&notes, "instruction traces are left out"), "and traces");
}

/* A sample with the kernel's part of its chain and a cookie. */
static void put_deferred(uint64_t time, uint64_t cookie)
{
	begin_sample(PERF_RECORD_MISC_KERNEL, 0xffffffff81000010, time, 5, 100);
	record_add(4);
	record_add((uint64_t)PERF_CONTEXT_KERNEL);
	record_add(0xffffffff81000010);
	record_add(RECORD_CONTEXT_DEFERRED);
	record_add(cookie);
	put();
}

static void deferred(void)
{
	begin_program(PERF_SAMPLE_CALLCHAIN);
	put_deferred(10, 1);
	put_deferred(11, 1);
	put_deferred(12, 2);
	record_begin(DEFERRED, PERF_RECORD_MISC_USER);
	record_add(1);
	record_add(3);
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(0x400020);
	record_add(0x400041);
	put_trailer(7, 20, 100);
	put_deferred(30, 3);
	ok(read_it(false), "chains that come later");
	is(buf_str(&text),
	   "app: [app]+40;[app]+20;[[kernel.kallsyms]]+ffffffff81000010 10\n"
	   "app: [truncated];[[kernel.kallsyms]]+ffffffff81000010 10\n",
	   "are found by their cookies");
}

static void off_cpu(void)
{
	begin_pipe();
	put_attr((struct perf_event_attr){ .type = PERF_TYPE_SOFTWARE,
					   .config = BPF_OUTPUT,
					   .sample_type = FIELDS | PERF_SAMPLE_RAW },
		 100);
	put_name(100, "offcpu-time");
	put_comm(7, "app", 100);
	put_map(7, 0x400000, "/nowhere/app", 100);
	begin_sample(PERF_RECORD_MISC_USER, 0, 20, 1, 100);
	record_add_pair(60, 7); /* bytes of raw data, which are between words */
	record_add_pair(7, 900);
	record_add_pair(0, 3);
	record_add_pair(0, (uint32_t)PERF_CONTEXT_USER);
	record_add_pair(UINT32_MAX, 0x400020);
	record_add_pair(0, 0x400031);
	record_add_pair(0, 0);
	record_add_pair(0, 0);
	put();
	ok(read_it(false), "time off the CPU");
	is(buf_str(&text), "app: [app]+30;[app]+20 900\n", "is what perf's BPF program says");
	ok(str_eq(dict_text(&dict, profile.col[0].unit), S("nanoseconds")), "in nanoseconds");
}

static void branches(void)
{
	begin_pipe();
	put_attr((struct perf_event_attr){ .type = PERF_TYPE_HARDWARE,
					   .branch_sample_type = PERF_SAMPLE_BRANCH_CALL_STACK,
					   .sample_type = FIELDS | PERF_SAMPLE_CALLCHAIN |
							  PERF_SAMPLE_BRANCH_STACK },
		 100);
	put_comm(7, "app", 100);
	put_map(7, 0x400000, "/nowhere/app", 100);
	begin_sample(PERF_RECORD_MISC_USER, 0x400010, 20, 5, 100);
	record_add(3);
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(0x400010);
	record_add(0x400fff); /* what a frame pointer led to */
	record_add(2);
	for (uint64_t i = 1; i <= 2; i++) {
		record_add(0x400010 + 0x10 * i);
		record_add(0x400000 + 0x10 * i);
		record_add(0);
	}
	put();
	ok(read_it(false), "the processor's call stack");
	is(buf_str(&text), "app: [app]+30;[app]+20;[app]+10 5\n", "has the callers");
}

/* Frame pointers of a program without them lead to any words. */
static void no_address(void)
{
	begin_program(PERF_SAMPLE_CALLCHAIN);
	begin_sample(PERF_RECORD_MISC_USER, 0x400010, 20, 5, 100);
	record_add(3);
	record_add((uint64_t)PERF_CONTEXT_USER);
	record_add(0x400010);
	record_add(0x8000000000001235);
	put();
	ok(read_it(false), "a chain with a word that is no address");
	is(buf_str(&text), "app: [unknown]+1234;[app]+10 5\n", "has no function of an interpreter");
}

/* Whatever its length, it is read or said to be cut short. */
static void damaged(void)
{
	size_t all;
	bool sound = true;

	begin_program(PERF_SAMPLE_CALLCHAIN);
	put_deferred(10, 1);
	put_map(7, 0x500000, "/nowhere/lib", 100);
	all = file.n;
	for (file.n = 1; file.n < all; file.n++)
		sound = sound && (read_it(false) || says(&error, "byte ") || error.n);
	ok(sound, "cut short anywhere");
	begin_pipe();
	put_sample(0x400010, 20, 5, 100);
	ok(!read_it(false) && says(&error, "byte 16: a record comes before any event"), "no event");
	begin_program(0);
	record_begin(PERF_RECORD_SAMPLE, 0);
	put();
	ok(!read_it(false) && says(&error, "a record is shorter"), "an empty sample");
	record_begin(COMPRESSED, 0);
	record_add_text("no zstd");
	begin_program(0);
	record_begin(COMPRESSED, 0);
	record_add_text("no zstd");
	put();
	ok(!read_it(false) && says(&error, "a compressed record is damaged"), "nothing compressed");
	file.n = 0;
	buf_add(&file, S("2ELIFREP\0\0\0\0\0\0\0\x68"));
	ok(!read_it(false) && says(&error, "another byte order"), "the other byte order");
	file.n = 0;
	buf_add(&file, S("PERFFILE\x68\0\0\0\0\0\0\0"));
	ok(!read_it(false) && says(&error, "perf's first format"), "the first format");
}

int main(void)
{
	dict_init(&dict);
	profile_init(&profile, &dict);
	samples();
	events();
	counts();
	deferred();
	off_cpu();
	branches();
	no_address();
	damaged();
	profile_release(&profile);
	dict_release(&dict);
	buf_release(&file);
	buf_release(&text);
	buf_release(&error);
	buf_release(&notes);
	return done();
}
