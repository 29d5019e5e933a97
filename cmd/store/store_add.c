#include "cmd/store/store_add.h"

#include "base/when.h"
#include "cli/progress.h"
#include "cmd/common.h"
#include "store/read.h"

/*
 * SYNC_NS: how long a profile may wait for the next one before it is synced to the disk. In a
 * stream with a profile every ten seconds, each is synced on its own; many files are synced
 * together.
 */
#define SYNC_NS INT64_C(200000000)
enum {
	DICTIONARY_BYTES = 64 << 20, /* of frames and locations in a dictionary */
	COMPACT_EVERY = 512,         /* profiles between checks whether a compaction is due */
};

struct adding {
	const struct store_add *how;
	struct log_writer log;
	struct dictionary dict;
	struct profile p;
	label_set_id fixed;      /* rows of dict */
	uint32_t nlabel_checked; /* rows of dict */
	int64_t synced;          /* time of the last sync */
	uint64_t nadded, nknown, nwithout_time, since_compaction;
	/* For an import: hashes of the store's profiles, by the days that were read. */
	struct table hashes;
	VEC(int64_t) days;
};

struct known_hash {
	uint64_t hash;
};

_Static_assert(sizeof(struct known_hash) == 8, "no padding");

static void begin_dictionary(struct adding *a)
{
	dict_init(&a->dict);
	profile_init(&a->p, &a->dict);
	a->fixed.i = 0;
	a->nlabel_checked = 1;
	for (size_t i = 0; i < a->how->labels.n; i++) {
		struct str value = str_of(a->how->labels.v[i]), key = str_cut(&value, '=');

		if (key.n + value.n > a->how->max_label)
			usage("-l %.*s=...: the label has %zu bytes, more than --max-label",
			      STR_ARG(str(key.p, min_size(key.n, 40))), key.n + value.n);
		a->fixed = dict_add_text_label(&a->dict, a->fixed, key, value);
	}
}

static void end_dictionary(struct adding *a)
{
	log_forget(&a->log);
	profile_release(&a->p);
	dict_release(&a->dict);
}

static bool dictionary_is_large(const struct adding *a)
{
	return a->dict.stack.nframe * sizeof(loc_id) + a->dict.loc.n * sizeof(struct loc) >
	       DICTIONARY_BYTES;
}

/* The first new label that is too long, or NULL. */
static const struct label *find_long_label(struct adding *a)
{
	while (a->nlabel_checked < a->dict.label.n) {
		const struct label *l = dict_label(&a->dict, (label_id){ a->nlabel_checked++ });

		if (dict_text(&a->dict, l->key).n + dict_text(&a->dict, l->str).n >
		    a->how->max_label)
			return l;
	}
	return NULL;
}

/*
 * Refuse the profile, and begin another dictionary: otherwise the label would not be new in
 * the next profile that has it.
 */
static bool refuse_long_label(struct adding *a, const struct label *l)
{
	struct str key = dict_text(&a->dict, l->key);

	complain("a profile is left out: its label %.*s has %zu bytes, more than --max-label",
		 STR_ARG(str(key.p, min_size(key.n, 40))), key.n + dict_text(&a->dict, l->str).n);
	end_dictionary(a);
	begin_dictionary(a);
	return false;
}

/* Importing */

static bool learn_hash(struct adding *a, uint64_t hash)
{
	struct known_hash row = { hash ? hash : 1 };
	uint32_t n = a->hashes.n;

	return table_intern(&a->hashes, &row) == n;
}

static void learn_piece(struct adding *a, const struct chunk_profiles *p)
{
	for (size_t i = 0; i < p->profile.n; i++)
		learn_hash(a, p->profile.v[i].hash);
	for (size_t i = 0; i < p->more_hash.n; i++)
		learn_hash(a, p->more_hash.v[i]);
}

/*
 * A store keeps sums of old profiles with the hashes of the parts. A sum has a hash of its own once
 * it was exported.
 */
static void learn_sums(struct adding *a, const struct store_view *day)
{
	struct store_names sums = { 0 };
	struct store_reader r;
	struct log_writer hasher;
	struct dictionary d;
	struct store_view v;
	struct profile p;

	for (size_t i = 0; i < day->file.n; i++)
		if (day->file.v[i]->name.step)
			vec_push(&sums, day->file.v[i]->name);
	dict_init(&d);
	profile_init(&p, &d);
	log_writer_begin(&hasher, a->how->dir);
	view_open_files(&v, a->how->dir, &d, &sums);
	store_reader_begin(&r, &v, NULL);
	while (store_next(&r, &p))
		learn_hash(a, log_hash(&hasher, &p, (label_set_id){ 0 }));
	store_reader_end(&r);
	view_close(&v);
	log_writer_end(&hasher);
	profile_release(&p);
	dict_release(&d);
	vec_release(&sums);
}

static bool learn_day(struct adding *a, int64_t day)
{
	struct chunk_profiles profiles = { 0 };
	struct dictionary d;
	struct piece p;
	struct store_view v;
	bool ok;

	dict_init(&d);
	ok = view_open(&v, a->how->dir, &d, day, day + DAY_NS);
	view_begin(&v, NULL);
	while (view_next(&v, &p))
		if (piece_profiles(&p, &profiles))
			learn_piece(a, &profiles);
	chunk_profiles_release(&profiles);
	learn_sums(a, &v);
	if (v.nerror)
		ok = complain("%.*s", STR_ARG(buf_str(&v.errors)));
	view_close(&v);
	dict_release(&d);
	vec_push(&a->days, day);
	return ok;
}

/* Does the store have a profile with this hash, of about this time? */
static bool is_known(struct adding *a, uint64_t hash, int64_t time, bool *ok)
{
	int64_t day = time - time % DAY_NS;
	bool looked = false;

	for (size_t i = 0; i < a->days.n; i++)
		looked |= a->days.v[i] == day;
	if (!looked)
		*ok = learn_day(a, day) && *ok;
	return !learn_hash(a, hash);
}

/* Adding */

static bool sync_when_due(struct adding *a)
{
	int64_t now = when_now();

	if (now - a->synced < SYNC_NS && now >= a->synced)
		return true;
	a->synced = now;
	return log_sync(&a->log);
}

static bool add_profile(struct adding *a)
{
	const struct label *long_label = find_long_label(a);
	bool ok = true, is_timeless = !a->p.head.time;

	if (long_label)
		return refuse_long_label(a, long_label);
	if (is_timeless)
		a->p.head.time = when_now();
	if (a->p.head.time < 0 || a->p.head.time > INT64_MAX - 2 * DAY_NS)
		return complain("a profile is of a time before 1970 or after 2262: left out");
	note_rounded(&a->p, profile_round(&a->p));
	if (a->how->is_import &&
	    is_known(a, log_hash(&a->log, &a->p, a->fixed), a->p.head.time, &ok)) {
		a->nknown++;
		return ok;
	}
	note_saturation(&a->p);
	if (!ok || !log_add(&a->log, &a->p, a->fixed) || !sync_when_due(a))
		return false;
	a->nadded++;
	a->nwithout_time += is_timeless;
	return true;
}

/*
 * Begin another dictionary if this one is large (between profiles, nothing refers to it), and
 * compact from time to time.
 */
static bool rest_between(struct adding *a)
{
	if (dictionary_is_large(a)) {
		end_dictionary(a);
		begin_dictionary(a);
	}
	if (++a->since_compaction < COMPACT_EVERY)
		return true;
	a->since_compaction = 0;
	return a->how->compact(a->how->dir);
}

static void report_added(const struct adding *a)
{
	if (a->nwithout_time)
		note("%llu profile%s without a time: stored with that of now",
		     (unsigned long long)a->nwithout_time, a->nwithout_time == 1 ? " is" : "s are");
	if (common.verbose)
		note("stored %llu profiles", (unsigned long long)a->nadded);
	if (a->how->is_import)
		note("%llu profiles stored, %llu were there already", (unsigned long long)a->nadded,
		     (unsigned long long)a->nknown);
}

bool store_add_files(const struct store_add *how, char **paths)
{
	struct adding a = { .how = how };
	struct source s;
	bool ok = true, good = true;

	log_writer_begin(&a.log, how->dir);
	table_init(&a.hashes, sizeof(struct known_hash), sizeof(struct known_hash));
	begin_dictionary(&a);
	open_source(&s, paths, false);
	while (!a.log.error.n && source_next(&s, &a.p)) {
		ok = add_profile(&a) && ok;
		good = rest_between(&a) && good;
	}
	good = source_close(&s) && good;
	progress_end();
	end_dictionary(&a);
	if (!log_writer_end(&a.log) && a.log.error.n)
		ok = complain("%s", a.log.error.p);
	buf_release(&a.log.error);
	report_added(&a);
	table_release(&a.hashes);
	vec_release(&a.days);
	return ok && good;
}
