/* Contexts of threads: read from images of memory, joined to samples, and hostile ones. */
#include "record/interp/thread_contexts.h"

#include "interp/context_walk.h"
#include "tap.h"

enum { BASE = 0x10000, SIZE = 8192, THREAD = BASE + 4096, RECORD = BASE + 512 };

static uint8_t image[SIZE];

static bool read_image(void *context, uint64_t address, void *to, size_t n)
{
	(void)context;
	if (address < BASE || address - BASE > SIZE || n > SIZE - (address - BASE))
		return false;
	memcpy(to, image + (address - BASE), n);
	return true;
}

static const struct interp_memory memory = { read_image, NULL };

static void put(uint64_t address, uint64_t value, size_t n)
{
	memcpy(image + (address - BASE), &value, n);
}

/* A record with n bytes of attributes, to which the variable 8 bytes before the thread points. */
static void begin(uint16_t n)
{
	memset(image, 0, sizeof(image));
	put(THREAD - 8, RECORD, 8);
	memset(image + 512, 0xab, 16);
	memset(image + 512 + 16, 0xcd, 8);
	put(RECORD + 24, 1, 1);
	put(RECORD + 26, n, 2);
}

static struct interp_context read_context(struct tls_variable v)
{
	struct context_walk w = { .memory = &memory };
	struct interp_context c = { .record = INTERP_CONTEXT, .pid = 7, .tid = 8, .time = 1000 };

	context_read(&w, &v, THREAD, &c);
	return c;
}

static const struct tls_variable own = { 0, -8, 0 };

static void test_reading(void)
{
	struct interp_context c;

	begin(6);
	memcpy(image + 512 + 28, "\x03\x04shop", 6);
	c = read_context(own);
	ok(c.state == CONTEXT_READ && c.copied == 6 && memcmp(c.bytes, "\x03\x04shop", 6) == 0 &&
		   c.head[0] == 0xab && c.head[16] == 0xcd,
	   "ids and attributes");
	put(THREAD - 8, 0, 8);
	ok(read_context(own).state == CONTEXT_NONE, "no record");
	begin(0);
	ok(read_context(own).state == CONTEXT_READ && !read_context(own).copied, "no attributes");
	for (int valid = 0; valid < 256; valid++) {
		put(RECORD + 24, (uint64_t)valid, 1);
		if ((read_context(own).state == CONTEXT_READ) != (valid == 1))
			break;
		if (valid == 255)
			ok(true, "only 1 is valid");
	}
}

static void test_hostile(void)
{
	static const uint64_t wild[] = { 1, 8, 0xdead0000, UINT64_MAX - 7, BASE - 4, BASE + SIZE };
	struct interp_context c;
	bool all = true;

	for (size_t i = 0; i < LEN(wild); i++) {
		begin(0);
		put(THREAD - 8, wild[i], 8);
		all &= read_context(own).state == CONTEXT_UNREADABLE;
	}
	ok(all, "pointers to anywhere");
	begin(UINT16_MAX);
	c = read_context(own);
	ok(c.state == CONTEXT_READ && c.size == UINT16_MAX && c.copied == CONTEXT_MOST_BYTES - 1,
	   "more attributes than are copied");
	begin(64);
	put(THREAD - 8, BASE + SIZE - 32, 8);
	put(BASE + SIZE - 32 + 24, 1, 1);
	put(BASE + SIZE - 32 + 26, 64, 2);
	ok(read_context(own).state == CONTEXT_UNREADABLE, "attributes in memory that is not there");
}

/* Labels */

static struct thread_contexts contexts;
static struct process process = { .pid = -1 };

static const char *labels_of(const struct interp_context *c)
{
	struct perf_sample s = { .process = &process, .pid = 7, .tid = 8, .time = 1500 };
	size_t n = offsetof(struct interp_context, bytes) + c->copied;
	static char text[256];
	struct str lines;

	thread_contexts_take(&contexts, str((const char *)c, n));
	sample_join_sample(&contexts.records, 8, 1500);
	lines = thread_contexts_labels(&contexts, &s);
	snprintf(text, sizeof(text), "%.*s", STR_ARG(lines));
	return text;
}

static void test_labels(void)
{
	struct interp_context c;

	begin(6);
	memcpy(image + 512 + 28, "\x03\x04shop", 6);
	c = read_context(own);
	is(str_of(labels_of(&c)),
	   "trace_id=abababababababababababababababab\nspan_id=cdcdcdcdcdcdcdcd\n", "ids");
	ok(contexts.counts.left_out == 1, "an attribute without a known key is counted");
	memset(c.head, 0, 16);
	is(str_of(labels_of(&c)), "", "a trace id of zeros is none");
	c = read_context(own);
	c.pid = 9;
	is(str_of(labels_of(&c)), "", "the record of another process is not the sample's");
	put(RECORD + 24, 0, 1);
	c = read_context(own);
	is(str_of(labels_of(&c)), "", "a record in change");
	ok(contexts.counts.state[CONTEXT_INVALID] == 1, "is counted");
	contexts.counts.left_out = 0;
	begin(6);
	memcpy(image + 512 + 28, "\x03\xff shop", 6);
	c = read_context(own);
	labels_of(&c);
	ok(contexts.counts.left_out == 1, "an attribute that is longer than the record is counted");
	thread_contexts_take(&contexts, str((const char *)&c, 30));
	c.copied = 2000;
	thread_contexts_take(&contexts, str((const char *)&c, sizeof(c)));
	ok(!contexts.records.pending.n, "records of the wrong size are none");
	thread_contexts_release(&contexts);
}

static void test_join(void)
{
	struct sample_join j = { 0 };
	struct str none;

	sample_join_take(&j, 1, 100, S("first"));
	sample_join_take(&j, 1, 200, S("second"));
	sample_join_take(&j, 2, 300, S("other"));
	sample_join_sample(&j, 1, 250);
	sample_join_sample(&j, 2, 5000000);
	is(sample_join_find(&j, 1, 250), "second", "the last record of the thread");
	none = sample_join_find(&j, 1, 250);
	ok(!none.n, "which has one sample");
	ok(!sample_join_find(&j, 2, 5000000).n, "one of another time is not its");
	sample_join_release(&j);
}

int main(void)
{
	test_reading();
	test_hostile();
	test_labels();
	test_join();
	return done();
}
