/* Labels of goroutines: read from memory that was made up, and hostile; as labels of samples. */
#include "interp/go/go_reader.h"
#include "interp/go/go_walk.h"
#include "made_memory.h"
#include "record/interp/goroutine_labels.h"
#include "tap.h"

enum { G = 400, M = 256, BUCKET = GO_CELLS + 2 * GO_CELLS * GO_STRING + 8 };

static struct go_place target;
static struct interp_labels labels;
static uint64_t thread, goroutine, machine, header;

/* A thread that runs a goroutine on its own stack g0. */
static void begin(bool is_map)
{
	uint64_t g0;

	memset(memory, 0, sizeof(memory));
	end = 0;
	thread = take(64) + 32;
	target = (struct go_place){
		.g.offset = -8, .layout = { .m = 48, .curg = 184, .labels = 352, .is_map = is_map }
	};
	g0 = take(G);
	goroutine = take(G);
	machine = take(M);
	header = take(64);
	put(thread - 8, g0, 8);
	put(g0 + 48, machine, 8);
	put(machine + 184, goroutine, 8);
	put(goroutine + 48, machine, 8);
	put(goroutine + 352, header, 8);
}

static void put_string(uint64_t at, const char *text, size_t n)
{
	uint64_t bytes = take(n + 1);

	put_bytes(bytes, text, n);
	put(at, bytes, 8);
	put(at + 8, n, 8);
}

static void put_label(uint64_t key, uint64_t value, const char *k, const char *v)
{
	put_string(key, k, strlen(k));
	put_string(value, v, strlen(v));
}

static uint64_t make_slice(uint64_t n)
{
	uint64_t at = take(n * GO_LABEL);

	put(header, at, 8);
	put(header + 8, n, 8);
	for (uint64_t i = 0; i < n; i++) {
		char key[16], value[16];

		snprintf(key, sizeof(key), "k%u", (unsigned)i);
		snprintf(value, sizeof(value), "v%u", (unsigned)i);
		put_label(at + i * GO_LABEL, at + i * GO_LABEL + GO_STRING, key, value);
	}
	return at;
}

/* "k0=v0 k1=v1": what was read. */
static const char *text(void)
{
	static char to[8192];
	const char *p = (const char *)labels.bytes;
	size_t n = 0;

	for (uint32_t i = 0; i < labels.n; i++) {
		n += (size_t)snprintf(to + n, sizeof(to) - n, "%s%.*s=%.*s", i ? " " : "",
				      labels.size[i].key, p, labels.size[i].value,
				      p + labels.size[i].key);
		p += labels.size[i].key + labels.size[i].value;
	}
	to[n] = '\0';
	return to;
}

static uint32_t read_labels(void)
{
	go_read_labels(&process, &target, thread, &labels);
	return labels.state;
}

static void test_slice(void)
{
	uint64_t at, g0;

	begin(false);
	make_slice(3);
	ok(read_labels() == CONTEXT_READ && labels.count == 3, "a slice of labels");
	is(str_of(text()), "k0=v0 k1=v1 k2=v2", "has them all");
	g0 = word_at(thread - 8);
	put(thread - 8, goroutine, 8);
	read_labels();
	is(str_of(text()), "k0=v0 k1=v1 k2=v2", "also on the goroutine's own stack");
	put(thread - 8, g0, 8);
	put(goroutine + 48, machine + 8, 8);
	ok(read_labels() == CONTEXT_INVALID && !labels.n,
	   "none of a goroutine that another thread runs");
	begin(false);
	g0 = word_at(thread - 8);
	put(machine + 184, 0, 8);
	ok(read_labels() == CONTEXT_NONE, "a thread without a goroutine");
	put(machine + 184, goroutine, 8);
	put(goroutine + 48, 0, 8);
	ok(read_labels() == CONTEXT_INVALID, "a goroutine that ends");
	put(g0 + 48, 0, 8);
	ok(read_labels() == CONTEXT_NONE, "a thread that ends");
	put(thread - 8, 0, 8);
	ok(read_labels() == CONTEXT_NONE, "a thread that Go does not know");
	begin(false);
	put(goroutine + 352, 0, 8);
	ok(read_labels() == CONTEXT_NONE, "a goroutine without labels");
	begin(false);
	at = make_slice(2);
	put(at + 24, LABELS_MOST_STRING, 8);
	read_labels();
	ok(labels.count == 2 && labels.n == 1 && strcmp(text(), "k1=v1") == 0,
	   "a value that is too long is left out, and the others stay");
	put(at + 24, LABELS_MOST_STRING - 1, 8);
	put(at + 16, 8, 8);
	ok(read_labels() == CONTEXT_UNREADABLE && labels.n == 1 && strcmp(text(), "k1=v1") == 0,
	   "one that cannot be read likewise");
	ok(labels.missing == 8, "which the record names");
	begin(false);
	make_slice(100);
	read_labels();
	ok(labels.count == 100 && labels.n == LABELS_MOST, "more labels than are copied");
	put(header + 8, UINT64_MAX, 8);
	read_labels();
	ok(labels.n <= LABELS_MOST, "a slice without an end");
}

static void put_cell(uint64_t bucket, int i, const char *key, const char *value)
{
	put(bucket + (uint64_t)i, 0x80 + (unsigned)i, 1);
	put_label(bucket + GO_CELLS + (uint64_t)i * GO_STRING,
		  bucket + GO_CELLS + (uint64_t)(GO_CELLS + i) * GO_STRING, key, value);
}

static uint64_t begin_map(uint64_t count, unsigned log2, unsigned old)
{
	uint64_t map = take(48), buckets = take((size_t)BUCKET << log2);

	put(header, map, 8);
	put(map, count, 8);
	put(map + 9, log2, 1);
	put(map + 16, buckets, 8);
	if (old)
		put(map + 24, take((size_t)old * BUCKET), 8);
	return map;
}

static void test_map(void)
{
	uint64_t map, buckets, old, more;

	begin(true);
	map = begin_map(2, 0, 0);
	buckets = word_at(map + 16);
	put_cell(buckets, 0, "request", "a");
	put_cell(buckets, 7, "step", "inner");
	ok(read_labels() == CONTEXT_READ && labels.count == 2, "a map of labels");
	is(str_of(text()), "request=a step=inner", "has them all");
	more = take(BUCKET);
	put(buckets + BUCKET - 8, more, 8);
	put_cell(more, 1, "third", "c");
	put(map, 3, 8);
	read_labels();
	is(str_of(text()), "request=a step=inner third=c",
	   "with those of a full bucket's follower");
	put(map, 1 << 20, 8);
	put(more + BUCKET - 8, buckets, 8);
	reads = 0;
	read_labels();
	ok(labels.n <= LABELS_MOST && reads < 10 * GO_MOST_STEPS, "buckets in a circle");

	begin(true);
	map = begin_map(4, 2, 2);
	buckets = word_at(map + 16);
	old = word_at(map + 24);
	put_cell(buckets, 0, "moved", "1");
	put_cell(buckets + 2 * BUCKET, 0, "moved", "2");
	put_cell(old, 0, "moved", "old");
	put(old, GO_MOVED, 1);
	put_cell(old + BUCKET, 0, "still", "1");
	put_cell(old + BUCKET, 1, "still", "2");
	read_labels();
	is(str_of(text()), "moved=1 moved=2 still=1 still=2", "a map that grows: each entry once");
	begin(true);
	ok(read_labels() == CONTEXT_NONE, "a map that is NULL");
	put(goroutine + 352, 24, 8);
	ok(read_labels() == CONTEXT_UNREADABLE, "a map that is not there");
}

/* Labels of samples */

static uint64_t touched;

static bool touch(void *pid, uint64_t address, void *to, size_t n)
{
	(void)to;
	if (*(const int *)pid == 7 && n == 1)
		touched = address;
	return true;
}

static struct goroutine_labels own = { .touch = touch };
static struct process target_process = { .pid = -1 };

static const char *lines(uint32_t kind, uint32_t pid)
{
	struct perf_sample s = { .process = &target_process, .pid = pid, .tid = 8, .time = 1500 };
	static char to[8192];
	struct str found;

	labels.record = kind;
	labels.pid = 7;
	labels.tid = 8;
	labels.time = 1000;
	goroutine_labels_take(&own, str((const char *)&labels,
					offsetof(struct interp_labels, bytes) + labels.copied));
	sample_join_sample(&own.records, 8, 1500);
	found = goroutine_labels_of(&own, &s);
	snprintf(to, sizeof(to), "%.*s", STR_ARG(found));
	return to;
}

static void test_lines(void)
{
	uint64_t at;

	begin(false);
	at = make_slice(3);
	read_labels();
	is(str_of(lines(INTERP_GO_LABELS, 7)), "k0=v0\nk1=v1\nk2=v2\n", "labels of a sample");
	ok(!touched, "nothing is missing");
	labels.missing = 8;
	lines(INTERP_GO_LABELS, 7);
	ok(touched == 8, "a missing text is touched, for the next sample");
	labels.missing = 0;
	is(str_of(lines(INTERP_GO_LABELS, 9)), "", "none of another process");
	is(str_of(lines(INTERP_CONTEXT, 7)), "", "none of another record");
	put_label(at, at + 16, "a=b", "c");
	put_label(at + 32, at + 48, "bad", "\xff\xfe");
	read_labels();
	own.counts.left_out = 0;
	is(str_of(lines(INTERP_GO_LABELS, 7)), "k2=v2\n", "those that are not text are left out");
	ok(own.counts.left_out == 2, "and counted");
	labels.copied = 3;
	lines(INTERP_GO_LABELS, 7);
	labels.n = 33;
	is(str_of(lines(INTERP_GO_LABELS, 7)), "",
	   "records with more labels than there can be are none");
	goroutine_labels_release(&own);
}

static void test_damage(void)
{
	uint64_t map;

	begin(false);
	make_slice(8);
	read_damaged(read_labels);
	begin(true);
	map = begin_map(4, 1, 1);
	for (int i = 0; i < 8; i++)
		put_cell(word_at(map + 16), i, "key", "value");
	read_damaged(read_labels);
	ok(true, "damaged memory ends");
}

int main(void)
{
	test_slice();
	test_map();
	test_lines();
	test_damage();
	return done();
}
