/*
 * Where threads wait, from records and samples of which all times are known: off_cpu.h. Times
 * are small numbers here; the stack of a sample is one frame, a number, too.
 */
#include "record/off_cpu/off_cpu.h"

#include "tap.h"

enum { CPU, WAITS, NEVENT };

static struct {
	struct decoder decoder;
	struct gather gather;
	struct off_cpu off_cpu;
	struct dictionary dict;
	struct profile profile;
	struct buf text;
} t;

static const struct gather_event events[NEVENT] = {
	[CPU] = { .sample_type = "cpu", .unit = "nanoseconds", .period = 1 },
	[WAITS] = { .sample_type = "off_cpu",
		    .unit = "nanoseconds",
		    .count_type = "off_cpu_count" },
};

static void begin_profile(void)
{
	dict_init(&t.dict);
	profile_init(&t.profile, &t.dict);
	gather_begin(&t.gather, &t.profile);
	off_cpu_begin(&t.off_cpu);
}

static void end_profile(void)
{
	profile_release(&t.profile);
	dict_release(&t.dict);
}

static void begin(bool wall, uint64_t min_wait)
{
	static const struct perf_host none;
	static const struct label_options labels = { .label_by = LABEL_BY_TID };

	decoder_init(&t.decoder, &arch_x86_64, &none);
	gather_init(&t.gather, &labels, &t.decoder, events, NEVENT);
	off_cpu_init(&t.off_cpu, &t.decoder, &t.gather, WAITS);
	t.off_cpu.wall = wall;
	t.off_cpu.min_wait = min_wait;
	t.off_cpu.begun = 1;
	begin_profile();
}

static void end(void)
{
	end_profile();
	off_cpu_release(&t.off_cpu);
	gather_release(&t.gather);
	decoder_release(&t.decoder);
	buf_release(&t.text);
}

static void task(enum record_kind kind, uint32_t tid, uint64_t time)
{
	struct record r = { .kind = kind, .pid = 1, .tid = tid, .time = time };

	off_cpu_task(&t.off_cpu, &r);
}

static void switched(uint32_t tid, uint64_t time, bool out, bool preempt)
{
	struct record r = { .kind = RECORD_SWITCH, .pid = 1, .tid = tid, .time = time };

	r.task_switch.out = out;
	r.task_switch.preempt = preempt;
	off_cpu_task(&t.off_cpu, &r);
}

static struct perf_sample sample(uint32_t tid, uint64_t time, const struct user_frame *frame)
{
	return (struct perf_sample){ .process = processes_get(&t.decoder.processes, 1),
				     .pid = 1,
				     .tid = tid,
				     .time = time,
				     .event = WAITS,
				     .user = frame,
				     .nuser = 1 };
}

/* A thread leaves its CPU with that stack, if it is not 0; it comes back. */
static void out(uint32_t tid, uint64_t time, uint64_t stack)
{
	struct user_frame frame = { .address = stack };
	struct perf_sample s = sample(tid, time, &frame);

	if (stack)
		off_cpu_sample(&t.off_cpu, &s);
	switched(tid, time, true, false);
}

static void preempted(uint32_t tid, uint64_t time, uint64_t stack)
{
	struct user_frame frame = { .address = stack };
	struct perf_sample s = sample(tid, time, &frame);

	off_cpu_sample(&t.off_cpu, &s);
	switched(tid, time, true, true);
}

static void in(uint32_t tid, uint64_t time)
{
	switched(tid, time, false, false);
}

/* A sample of CPU time with that stack. */
static void runs(uint32_t tid, uint64_t time, uint64_t stack, uint64_t worth)
{
	struct user_frame frame = { .address = stack };
	struct perf_sample s = sample(tid, time, &frame);

	s.event = CPU;
	s.period = worth;
	s.wait = WAIT_RUNNING;
	off_cpu_ran(&t.off_cpu, &s, gather_sample(&t.gather, &s), worth);
}

static str_id key(const char *name)
{
	return dict_intern(&t.dict, str_of(name));
}

static void print_frame(const struct loc *l)
{
	if (l->func.i)
		buf_add(&t.text, dict_text(&t.dict, dict_func(&t.dict, l->func)->name));
	else
		buf_u64(&t.text, l->addr);
}

/* "thread stack reason: count time wall", in order of first appearance; 0 rows left out. */
static struct str values(void)
{
	const struct profile *p = &t.profile;

	t.text.n = 0;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });
		const struct label *tid = dict_find_label(&t.dict, s->labels, key("tid"));
		const struct label *wait = dict_find_label(&t.dict, s->labels, key("wait"));
		size_t n;
		const loc_id *frame = dict_frames(&t.dict, s->stack, &n);
		long long wall = p->ncol > 3 ? p->col[3].v[i] : 0;

		buf_printf(&t.text, "%lld ", (long long)tid->num);
		print_frame(dict_loc(&t.dict, frame[n - 1]));
		buf_printf(&t.text, " %.*s: %lld %lld %lld\n",
			   STR_ARG(wait ? dict_text(&t.dict, wait->str) : S("")),
			   (long long)p->col[1].v[i], (long long)p->col[2].v[i], wall);
	}
	return buf_str(&t.text);
}

/* A mutex of glibc, which thread 8 holds. */
static size_t read_mutex(void *context, int tid, uint64_t address, void *to, size_t n)
{
	static const uint32_t words[] = { 2, 0, 8 };

	(void)context, (void)tid, (void)address;
	memcpy(to, words, n);
	return n;
}

static void lock_out(uint32_t tid, uint64_t time, uint64_t stack)
{
	const uint64_t regs[ARCH_REGS] = {
		[0] = (uint64_t)-38, [2] = 0x401000, [4] = 0x80, [5] = 0x601040, [16] = 0x401000
	};
	struct user_state state = { .regs = regs };
	struct user_frame frame = { .address = stack };
	struct perf_sample s = sample(tid, time, &frame);

	s.state = &state;
	off_cpu_sample(&t.off_cpu, &s);
	switched(tid, time, true, false);
}

static long long number_of(uint32_t row, const char *name)
{
	const struct sample *s = profile_sample(&t.profile, (sample_id){ row });
	const struct label *l = dict_find_label(&t.dict, s->labels, key(name));

	return l ? l->is_num ? (long long)l->num : 1 : 0;
}

static void test_locks(void)
{
	begin(false, 0);
	t.decoder.host.read = read_mutex;
	t.off_cpu.locks = true;
	task(RECORD_COMM, 7, 100);
	lock_out(7, 200, 1);
	in(7, 230); /* long ago: the lock was looked at after the wait */
	ok(number_of(1, "lock") && !number_of(1, "holder_tid"),
	   "a lock, whose holder is not known");
	task(RECORD_COMM, 8, 250);
	lock_out(7, 300, 1);
	in(7, INT64_MAX); /* it goes on waiting while it is looked at */
	ok(number_of(2, "lock") && number_of(2, "holder_tid") == 8, "and one that is held");
	out(7, INT64_MAX, 1);
	in(7, UINT64_MAX);
	ok(!number_of(3, "lock") && !number_of(3, "holder_tid"), "what waits for something else");
	end();
}

static void test_waits(void)
{
	begin(false, 0);
	task(RECORD_FORK, 7, 100);
	in(7, 110);
	out(7, 120, 1);
	in(7, 150);
	preempted(7, 160, 2);
	in(7, 165);
	out(7, 200, 1);
	in(7, 201);
	task(RECORD_EXIT, 7, 210);
	switched(7, 211, true, false); /* of what has ended */
	off_cpu_cut(&t.off_cpu, 1000);
	is(values(),
	   "7 [new thread] runnable: 1 10 0\n"
	   "7 1 blocked: 2 31 0\n"
	   "7 2 runnable: 1 5 0\n",
	   "waits of a thread that came and went");
	ok(t.off_cpu.counts.waits == 4 && t.off_cpu.counts.time == 46, "which are counted");
	ok(t.off_cpu.ran == 10 + 10 + 35 + 9, "the time that it ran is the rest: %llu",
	   (unsigned long long)t.off_cpu.ran);
	is(dict_text(&t.dict, t.profile.head.default_type), "off_cpu", "the type is off_cpu");
	end();
}

/* A wait that lasts through a window, from one before to one after it. */
static void test_windows(void)
{
	begin(true, 0);
	task(RECORD_COMM, 7, 100);
	out(7, 150, 1);
	off_cpu_cut(&t.off_cpu, 200);
	is(values(), "7 1 blocked: 1 50 50\n7 [not sampled] running: 0 0 50\n", "its beginning");
	end_profile();
	begin_profile();
	off_cpu_cut(&t.off_cpu, 300);
	is(values(), "7 1 blocked: 0 100 100\n", "a window in which it only waits");
	end_profile();
	begin_profile();
	in(7, 340);
	out(7, 350, 2);
	off_cpu_cut(&t.off_cpu, 400);
	is(values(),
	   "7 1 blocked: 0 40 40\n7 2 blocked: 1 50 50\n7 [not sampled] running: 0 0 10\n",
	   "its end, and the next one");
	end();
}

static void test_sharing(void)
{
	begin(true, 0);
	task(RECORD_COMM, 7, 100);
	out(7, 200, 1);
	in(7, 230); /* 30 ns of stack 1, */
	out(7, 240, 2);
	in(7, 250); /* 10 of stack 2, */
	out(7, 260, 0);
	in(7, 281); /* and 21 of none */
	runs(7, 285, 9, 10);
	runs(7, 288, 9, 10);
	runs(7, 290, 8, 10);
	off_cpu_cut(&t.off_cpu, 300);
	/* Rounded down; the last one has the rest. */
	is(values(),
	   "7 1 blocked: 2 46 46\n"
	   "7 2 blocked: 1 15 15\n"
	   "7 9 running: 0 0 93\n"
	   "7 8 running: 0 0 46\n",
	   "what has no stack is shared out");
	ok(46 + 15 + 93 + 46 == 200 && t.off_cpu.counts.no_stack == 1 &&
		   t.off_cpu.counts.no_stack_time == 21,
	   "nothing is lost by it");
	end();
	begin(false, 0);
	task(RECORD_COMM, 7, 100);
	out(7, 200, 0);
	in(7, 230);
	off_cpu_cut(&t.off_cpu, 300);
	is(values(), "7 [not sampled] blocked: 1 30 0\n", "where there is nothing to go by");
	end();
}

static void test_losses(void)
{
	begin(false, 0);
	task(RECORD_COMM, 7, 100);
	out(7, 110, 1);
	out(7, 150, 2); /* when it came back is not known */
	in(7, 160);
	in(7, 190); /* nor when it left again */
	out(7, 200, 1);
	in(7, 205);
	off_cpu_cut(&t.off_cpu, 300);
	is(values(), "7 2 blocked: 1 10 0\n7 1 blocked: 1 5 0\n", "only what is known counts");
	ok(t.off_cpu.counts.unknown == 2 && t.off_cpu.counts.unknown_time == 40,
	   "and the rest is told");
	end();
	begin(true, 0);
	task(RECORD_COMM, 7, 100);
	out(7, 110, 1);
	out(7, 150, 2);
	off_cpu_cut(&t.off_cpu, 200);
	is(values(),
	   "7 [lost] : 0 0 40\n"
	   "7 2 blocked: 1 50 50\n"
	   "7 [not sampled] running: 0 0 10\n",
	   "all of the time is there");
	end();
}

static void test_short(void)
{
	begin(false, 20);
	task(RECORD_COMM, 7, 100);
	out(7, 110, 1);
	in(7, 129);
	out(7, 130, 2);
	in(7, 150);
	out(7, 190, 3);
	off_cpu_cut(&t.off_cpu, 200);
	is(values(), "7 2 blocked: 1 20 0\n", "waits of 20 ns and more");
	ok(t.off_cpu.counts.short_ones == 1 && t.off_cpu.counts.short_time == 19,
	   "shorter ones are counted");
	end_profile();
	begin_profile();
	in(7, 215);
	off_cpu_cut(&t.off_cpu, 300);
	is(values(), "7 3 blocked: 1 25 0\n", "one that is long enough only in the next window");
	end();
}

/* Threads without end, in one window. */
static void test_many(void)
{
	int64_t sum = 0;

	begin(true, 0);
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t tid = 10 + i % 30000;

		task(RECORD_FORK, tid, 1000 + i * 100);
		in(tid, 1000 + i * 100 + 10);
		out(tid, 1000 + i * 100 + 20, 1 + i % 3);
		in(tid, 1000 + i * 100 + 50);
		task(RECORD_EXIT, tid, 1000 + i * 100 + 60);
	}
	off_cpu_cut(&t.off_cpu, UINT32_MAX);
	for (uint32_t i = 1; i < t.profile.sample.n; i++)
		sum += t.profile.col[3].v[i];
	ok(sum == 200000LL * 60, "all their time is there: %lld", (long long)sum);
	ok(t.off_cpu.shares.n < 150000, "and does not cost memory without end: %u",
	   t.off_cpu.shares.n);
	end();
}

int main(void)
{
	test_waits();
	test_locks();
	test_windows();
	test_sharing();
	test_losses();
	test_short();
	test_many();
	return done();
}
