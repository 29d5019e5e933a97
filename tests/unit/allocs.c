/*
 * Allocations: which are sampled (alloc/countdown.h), what is read from the memory that a
 * process shares, be it right or not (alloc_heap.h), and what of that is in a profile (allocs.h).
 */
#include "record/alloc/allocs.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "alloc/countdown.h"
#include "tap.h"

/* Sampling */

static void test_functions(void)
{
	double worst = 0, worst_share = 0;

	for (double x = 1e-17; x < 3; x *= 1.37)
		worst = fmax(worst, fabs(countdown_log(x) - log(x)));
	ok(worst < 1e-13, "the logarithm is right: within %g", worst);
	for (double x = 1e-9; x < 60; x *= 1.21)
		worst_share = fmax(worst_share, fabs(countdown_share(x) / -expm1(-x) - 1));
	ok(worst_share < 1e-13, "and so is the probability: within %g", worst_share);
}

/* Call sites with allocations of one size each, in turns as chance has it. */
enum { PERIOD = 2000, RUNS = 1000, SITES = 4, SAMPLES = 150 };
static const uint64_t size_of_site[SITES] = { 150, 700, 2000, 5000 };

struct site {
	uint64_t left; /* allocations to come */
	double bytes, variance;
};

/* One run of a program: as the hooks do it. */
static void run_program(uint64_t *random, struct site *sites)
{
	uint64_t left = countdown_draw(random, PERIOD), open = SITES;

	for (int i = 0; i < SITES; i++)
		sites[i] = (struct site){ .left = SAMPLES * PERIOD / size_of_site[i] };
	while (open) {
		uint64_t which = countdown_random(random) % SITES, size = size_of_site[which];
		struct site *s = &sites[which];
		double p;

		if (!s->left)
			continue;
		open -= --s->left == 0;
		if (size <= left) {
			left -= size;
			continue;
		}
		left = countdown_draw(random, PERIOD);
		p = countdown_probability(size, PERIOD);
		s->bytes += (double)size / p;
		s->variance += (double)size / p * ((double)size / p) * (1 - p);
	}
}

static void test_sampling(void)
{
	uint64_t random = 1;
	int covered[SITES] = { 0 };
	double sum[SITES] = { 0 };

	for (int run = 0; run < RUNS; run++) {
		struct site sites[SITES];

		run_program(&random, sites);
		for (int i = 0; i < SITES; i++) {
			double truth =
				(double)(SAMPLES * PERIOD / size_of_site[i] * size_of_site[i]);

			sum[i] += sites[i].bytes / truth / RUNS;
			covered[i] += fabs(sites[i].bytes - truth) <=
				      1.96 * sqrt(sites[i].variance);
		}
	}
	for (int i = 0; i < SITES; i++) {
		ok(covered[i] >= RUNS * 93 / 100 && covered[i] <= RUNS * 97 / 100,
		   "allocations of %u bytes: the 95%% interval has the truth in %d of %d runs",
		   (unsigned)size_of_site[i], covered[i], RUNS);
		ok(fabs(sum[i] - 1) < 0.01, "and the mean is the truth: %.4f of it", sum[i]);
	}
}

/* A process */

static struct {
	struct decoder decoder;
	struct gather gather;
	struct allocs allocs;
	struct dictionary dict;
	struct profile profile;
	struct shared_heap *heap; /* as the process sees it */
	uint64_t id;
} t;

static const struct gather_event events[] = {
	{ .sample_type = "alloc_space", .unit = "bytes", .count_type = "alloc_objects" },
};

static int new_file(unsigned seals, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (ftruncate(fd, (off_t)size) < 0)
		return -1;
	fcntl(fd, F_ADD_SEALS, seals);
	return fd;
}

static struct shared_heap *map_file(int fd)
{
	struct shared_heap *h = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	h->magic = SHARED_HEAP_MAGIC;
	h->pid = (uint32_t)getpid();
	return h;
}

static void begin_profile(void)
{
	dict_init(&t.dict);
	profile_init(&t.profile, &t.dict);
	gather_begin(&t.gather, &t.profile);
	allocs_begin(&t.allocs);
}

static void end_profile(void)
{
	profile_release(&t.profile);
	dict_release(&t.dict);
}

static void on_sample(void *context, const struct perf_sample *s)
{
	(void)context;
	allocs_sample(&t.allocs, s);
}

static void begin(void)
{
	static const struct perf_host none;
	static const struct label_options labels = { 0 };
	int fd = new_file(F_SEAL_SHRINK, SHARED_BYTES);
	struct buf why = { 0 };
	struct alloc_heap *h;

	decoder_init(&t.decoder, &arch_x86_64, &none);
	t.decoder.on_sample = on_sample;
	gather_init(&t.gather, &labels, &t.decoder, events, 1);
	allocs_init(&t.allocs, &t.decoder, &t.gather, 0);
	t.heap = map_file(dup(fd));
	h = alloc_heap_open(fd, getpid(), 1, true, &why);
	vec_push(&t.allocs.heaps, h);
	t.id = 0;
	begin_profile();
}

static void end(void)
{
	end_profile();
	munmap(t.heap, SHARED_BYTES);
	allocs_release(&t.allocs);
	gather_release(&t.gather);
	decoder_release(&t.decoder);
}

static char *ring(unsigned i)
{
	return (char *)t.heap + SHARED_RINGS_AT + (size_t)i * SHARED_RING_BYTES;
}

static struct shared_slot *slot(uint32_t i)
{
	return (struct shared_slot *)(void *)((char *)t.heap + SHARED_SLOTS_AT) + i;
}

/* The process allocates; returns the slot. */
static uint32_t allocate(uint64_t bytes, uint64_t rate, uint64_t time)
{
	struct shared_record r = { .type = SHARED_PERF_SAMPLE,
				   .misc = SHARED_MISC_USER,
				   .size = sizeof(r),
				   .bytes = bytes,
				   .raw_size = SHARED_RAW,
				   .slot = (uint32_t)t.id,
				   .rate = rate,
				   .id = t.id + 1,
				   .time = time,
				   .abi = SHARED_ABI_64 };
	uint64_t *head = &t.heap->ring[t.id % 2].head;
	uint64_t rest = SHARED_RING_BYTES - *head % SHARED_RING_BYTES;
	struct shared_record filler = { .size = (uint16_t)rest };

	r.regs[3] = 0x1000; /* ip */
	if (rest < sizeof(r)) {
		memcpy(ring(t.id % 2) + *head % SHARED_RING_BYTES, &filler, 8);
		*head += rest;
	}
	memcpy(ring(t.id % 2) + *head % SHARED_RING_BYTES, &r, sizeof(r));
	*head += sizeof(r);
	slot((uint32_t)t.id)->id = t.id + 1;
	return (uint32_t)t.id++;
}

static void handle(void)
{
	allocs_take(&t.allocs);
	decoder_run(&t.decoder, UINT64_MAX);
}

static double total(uint32_t column)
{
	double sum = 0;

	for (uint32_t i = 1; i < t.profile.sample.n; i++)
		sum += (double)profile_value(&t.profile, column, (sample_id){ i });
	return sum;
}

/* What the window has: "objects bytes, in use objects bytes". */
static const char *cut(void)
{
	static char text[100];

	allocs_cut(&t.allocs);
	snprintf(text, sizeof(text), "%.0f %.0f, in use %.0f %.0f", total(0), total(1), total(2),
		 total(3));
	end_profile();
	begin_profile();
	return text;
}

static void test_windows(void)
{
	uint32_t first, second;

	begin();
	first = allocate(1 << 20, 1, 10);
	second = allocate(1000, 1000, 20);
	handle();
	is(str_of(cut()), "3 1050158, in use 3 1050158",
	   "allocations count as much as is their worth");
	slot(first)->id = 0;
	handle();
	is(str_of(cut()), "0 0, in use 2 1582",
	   "what is not freed is in use in a later window, too");
	slot(second)->id = 7;
	allocate(50, 1, 30);
	t.heap->lost = 2;
	t.heap->lost_bytes = 300;
	t.heap->lost_parts = 5 * SHARED_PARTS;
	handle();
	is(str_of(cut()), "6 350, in use 1 50", "what was lost is in the sums, and never in use");
	ok(t.allocs.counts.lost.samples == 0, "and counts in its own window alone");
	allocs_task(&t.allocs, &(struct record){ .kind = RECORD_COMM,
						 .pid = (uint32_t)getpid(),
						 .time = 40,
						 .comm.exec = true });
	allocate(70, 1, 50);
	handle();
	is(str_of(cut()), "1 70, in use 1 70", "of another program nothing is in use");
	end();
}

static void test_many(void)
{
	begin();
	for (int i = 0; i < 20000; i++) {
		uint32_t at = allocate(100, 1, 10 + (uint64_t)i);

		if (i % 10)
			slot(at)->id = 0;
		if (i % 100 == 0)
			handle();
	}
	handle();
	ok(t.allocs.heaps.v[0]->live.n < 10000, "what was freed is forgotten");
	is(str_of(cut()), "20000 2000000, in use 2000 200000", "rings go round");
	end();
}

/* What a process may write that is not the library */
static void test_hostile(void)
{
	struct shared_record r = { .type = SHARED_PERF_SAMPLE, .size = 8 };
	struct buf why = { 0 };

	ok(!alloc_heap_open(new_file(0, SHARED_BYTES), getpid(), 1, true, &why),
	   "a file that can shrink is refused");
	ok(!alloc_heap_open(new_file(F_SEAL_SHRINK, 4096), getpid(), 1, true, &why),
	   "and so is a short one");
	ok(!alloc_heap_open(new_file(F_SEAL_SHRINK, SHARED_BYTES), getpid(), 1, true, &why),
	   "and one without the magic number");
	buf_release(&why);
	begin();
	for (unsigned i = 0; i < SHARED_RINGS; i++) {
		r.size = (uint16_t)(i * 2);
		memcpy(ring(i), &r, sizeof(r));
		t.heap->ring[i].head = i % 3 ? sizeof(r) : 0 - (uint64_t)i;
		t.heap->ring[i].tail = ~(uint64_t)0;
	}
	handle();
	is(str_of(cut()), "0 0, in use 0 0", "records that are none are left out");
	for (unsigned i = 0; i < SHARED_RINGS; i++)
		t.heap->ring[i].head = t.allocs.heaps.v[0]->tail[i];
	handle();
	is(str_of(cut()), "0 0, in use 0 0", "and taken once");
	memset(ring(0), 0xff, SHARED_RING_BYTES);
	t.heap->ring[0].head += SHARED_RING_BYTES;
	handle();
	is(str_of(cut()), "0 0, in use 0 0", "a ring of nonsense has nothing");
	end();
	begin();
	slot(allocate(0, 1, 10))->id = 0;
	slot(allocate(10, 0, 10))->id = 0;
	handle();
	is(str_of(cut()), "0 0, in use 0 0", "nothing is worth nothing, or sampled every 0 bytes");
	end();
}

int main(void)
{
	test_functions();
	test_sampling();
	test_windows();
	test_many();
	test_hostile();
	return done();
}
