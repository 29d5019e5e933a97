/*
 * The fuzz target of lib/store: a store of a block and a log is read in every way, but what
 * its sections hold, once they are unpacked, comes from the input. So checksums and
 * compression, which would refuse nearly all changes, are out of the way: the linker puts
 * __wrap_section_unpack() in the place of section_unpack().
 *
 * The input is a list: the number of a call of section_unpack() (8 bits), a length (16), and
 * the bytes that it gives. With STORE_SEED=FILE the true ones are written there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model.h"
#include "profile/check.h"
#include "store/compact.h"
#include "store/label_sum.h"
#include "store/merge_rows.h"
#include "store/read.h"
#include "store/verify.h"

enum { CALLS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
bool __real_section_unpack(const struct section *s, struct in *in, struct str file, struct buf *to);
bool __wrap_section_unpack(const struct section *s, struct in *in, struct str file, struct buf *to);

static char store[] = "/tmp/fuzz-store-XXXXXX";
static struct str given[CALLS]; /* p is NULL: the true bytes */
static unsigned ncall;
static FILE *seed;

bool __wrap_section_unpack(const struct section *s, struct in *in, struct str file, struct buf *to)
{
	unsigned call = ncall++;

	if (call < CALLS && given[call].p) {
		to->n = 0;
		buf_add(to, given[call]);
		return true;
	}
	if (!__real_section_unpack(s, in, file, to))
		return false;
	if (seed && call < CALLS) {
		uint8_t head[3] = { (uint8_t)call, (uint8_t)to->n, (uint8_t)(to->n >> 8) };

		fwrite(head, 1, sizeof(head), seed);
		fwrite(to->p, 1, to->n, seed);
	}
	return true;
}

static void add_folded(struct log_writer *w, struct str text, int64_t time, const char *service)
{
	struct profile p;
	label_set_id labels;

	model_init(&p);
	if (!model_read(&p, text, NULL))
		abort();
	p.head.time = time * SECOND_NS;
	p.head.duration = SECOND_NS;
	profile_add_comment(&p, S("command=fuzz"));
	labels = dict_add_text_label(p.dict, (label_set_id){ 0 }, S("service_name"),
				     str_of(service));
	if (!log_add(w, &p, labels))
		abort();
	log_forget(w);
	model_release(&p);
}

static void remove_store(void)
{
	struct store_names names = { 0 };
	char path[PATH_MAX];

	store_list(store, &names);
	for (size_t i = 0; i < names.n; i++) {
		store_path(path, store, names.v[i].text);
		unlink(path);
	}
	store_path(path, store, "prof-store");
	unlink(path);
	rmdir(store);
	vec_release(&names);
}

/* A block of three profiles, and a log of one more. */
static void make_store(void)
{
	struct compact_options all = { .all = true };
	struct compact_result result;
	struct log_writer w;
	struct buf why = { 0 };

	if (!mkdtemp(store) || !store_make(store, &why))
		abort();
	atexit(remove_store);
	log_writer_begin(&w, store);
	add_folded(&w, S("main;a;b 10\nmain;c 3\n"), 1795867200, "api");
	add_folded(&w, S("main;a;b 20\nmain;d 7\n"), 1795867210, "api");
	add_folded(&w, S("other;x 5\n"), 1795867200, "web");
	if (!log_writer_end(&w) || !store_compact(store, &all, &result))
		abort();
	buf_release(&result.errors);
	log_writer_begin(&w, store);
	add_folded(&w, S("main;a;b 1\nlate 2\n"), 1795867220, "api");
	if (!log_writer_end(&w))
		abort();
}

static void check_profile(const struct profile *p)
{
	const char *why = profile_check(p);

	if (!why)
		return;
	fprintf(stderr, "fuzz: %s\n", why);
	abort();
}

static void read_profiles(struct store_view *v, struct dictionary *d)
{
	struct store_reader r;
	struct profile p;

	profile_init(&p, d);
	store_reader_begin(&r, v, NULL);
	while (store_next(&r, &p))
		check_profile(&p);
	store_reader_end(&r);
	profile_release(&p);
}

static void read_sums(struct store_view *v, struct dictionary *d)
{
	struct profile sum;
	struct piece p;

	profile_init(&sum, d);
	store_sum(v, NULL, &sum);
	check_profile(&sum);
	profile_clear(&sum);
	store_sum_labels(v, NULL, &sum);
	check_profile(&sum);
	profile_release(&sum);
	view_begin(v, NULL);
	while (view_next(v, &p)) {
		struct chunk_profiles profiles = { 0 };
		uint64_t saturated = 0;

		if (p.series->type.n && piece_profiles(&p, &profiles)) {
			int64_t *sums = mem_zeroed(profiles.profile.n, sizeof(*sums));

			piece_sum_by_profile(&p, 0, NULL, NULL, sums, &saturated);
			mem_free(sums, profiles.profile.n * sizeof(*sums));
		}
		chunk_profiles_release(&profiles);
	}
}

/* What compaction and relabelling write of it; the block is not finished. */
static void rewrite(struct store_view *v, const struct log_contents *logs,
		    const struct relabel *rules)
{
	struct merge_how how = { .from = INT64_C(1795824000) * SECOND_NS,
				 .level = 1,
				 .step = 60 * (int64_t)SECOND_NS,
				 .relabel = rules };
	struct merge_result result = { 0 };
	struct block_writer w;

	how.to = how.from + DAY_NS;
	if (!block_create(&w, store, how.level, how.step, 1))
		abort();
	merge_into_block(v, logs, &how, &w, &result);
	block_writer_release(&w);
}

static void write_again(struct store_view *v, struct dictionary *d)
{
	struct relabel_rule rule = { S("service_name"), S("app") };
	struct relabel rules = { &rule, 1, 1 };
	struct log_contents logs = { 0 };

	(void)d;
	log_contents_read(&logs, v);
	rewrite(v, &logs, NULL);
	log_contents_release(&logs);
	rewrite(v, NULL, &rules);
}

/* Read all; the time leaves out some profiles of the block, so that rows are looked at. */
static void read_store(void (*read)(struct store_view *v, struct dictionary *d), int64_t since)
{
	struct store_view v;
	struct dictionary d;

	dict_init(&d);
	view_open(&v, store, &d, since, INT64_MAX);
	read(&v, &d);
	view_close(&v);
	dict_release(&d);
}

static void take_input(const uint8_t *data, size_t size)
{
	memset(given, 0, sizeof(given));
	while (size >= 3) {
		size_t n = min_size(data[1] | (size_t)data[2] << 8, size - 3);

		given[data[0] % CALLS] = str((const char *)data + 3, n);
		data += 3 + n;
		size -= 3 + n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_made;
	struct verify_result result;

	if (!is_made) {
		make_store();
		if (getenv("STORE_SEED")) {
			seed = fopen(getenv("STORE_SEED"), "wb");
			memset(given, 0, sizeof(given));
			ncall = 0;
			read_store(read_profiles, INT64_MIN);
			if (!seed || fclose(seed))
				abort();
			seed = NULL;
		}
	}
	is_made = true;
	take_input(data, size);
	for (int since = 0; since < 2; since++) {
		int64_t from = since ? INT64_C(1795867205) * SECOND_NS : INT64_MIN;

		ncall = 0;
		read_store(read_profiles, from);
		ncall = 0;
		read_store(read_sums, from);
		ncall = 0;
		read_store(write_again, from);
	}
	ncall = 0;
	store_verify(store, &result);
	buf_release(&result.errors);
	memset(given, 0, sizeof(given));
	return 0;
}
