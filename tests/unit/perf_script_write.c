/*
 * What the writer of perf script's text writes is read again, whatever names are: of threads,
 * functions, binaries and types. A name of a thread that the text cannot hold is counted.
 */
#include "format/format.h"
#include "model.h"
#include "profile/check.h"
#include "tap.h"

enum { ROUNDS = 3000, SAMPLES = 4 };

/* What other fields of an event line and of a frame look like. */
static const char *const pieces[] = {
	"[000]",  "[-1]",
	"1.5:",   "1234567890.123456789:",
	":",      ":-1",
	"[vdso]", "2026-11-29 01:46:25.123456",
	" ",      "    ",
	"\t",     "                                ",
	"7",      "12/34",
	"cafe",   "ffffffff81000020",
	"x",      "a.b",
	"K",      "PERF_RECORD_LOST",
	"#",      "# ",
	"VM:  1", "VCPU:001",
	"(x)",    "(",
	")",      " (/bin/x)",
	"->",     "+0x10",
	"=>",     "Warning: ",
	"/",      " lost 5 ",
	"1 e:",   "metric:",
	"é",      "DEFERRED CALLCHAIN",
	"java",   "metric",
};

static uint64_t random_number(void)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct str random_name(struct buf *name)
{
	static const int lengths[] = { 1, 2, 3, 4, 6, 90 };

	name->n = 0;
	for (int n = lengths[random_number() % LEN(lengths)]; n > 0; n--)
		buf_add(name, str_of(pieces[random_number() % LEN(pieces)]));
	return buf_str(name);
}

static void add_sample(struct profile *p, uint32_t col, int64_t value)
{
	static struct buf name;
	struct dictionary *d = p->dict;
	struct mapping m = { .file = dict_intern(d, random_name(&name)) };
	struct func f = { .name = dict_intern(d, random_name(&name)) };
	struct label comm = { .key = dict_intern(d, S("comm")) },
		     tid = { .key = dict_intern(d, S("tid")), .is_num = 1, .num = value };
	struct loc loc = { .addr = 0x1000, .flags = LOC_ADDR };
	loc_id frame;
	label_set_id labels = dict_add_label(d, (label_set_id){ 0 }, tid);

	loc.map = dict_add_mapping(d, m);
	loc.func = dict_add_func(d, f);
	frame = dict_add_loc(d, loc);
	comm.str = dict_intern(d, random_name(&name));
	labels = dict_add_label(d, labels, comm);
	profile_add_value(p, col, profile_add_sample(p, dict_add_stack(d, &frame, 1), labels),
			  value);
}

/* The sample of that thread, or 0. */
static sample_id sample_of(const struct profile *p, int64_t tid)
{
	str_id key = dict_intern(p->dict, S("tid"));

	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct label *l =
			dict_find_label(p->dict, profile_sample(p, (sample_id){ i })->labels, key);

		if (l && l->num == tid)
			return (sample_id){ i };
	}
	return (sample_id){ 0 };
}

static struct str comm_of(const struct profile *p, sample_id id)
{
	const struct label *l = dict_find_label(p->dict, profile_sample(p, id)->labels,
						dict_intern(p->dict, S("comm")));

	return l ? dict_text(p->dict, l->str) : S("");
}

static const struct loc *frame_of(const struct profile *p, sample_id id)
{
	size_t n;
	const loc_id *frame = dict_frames(p->dict, profile_sample(p, id)->stack, &n);

	return n == 1 ? dict_loc(p->dict, frame[0]) : NULL;
}

/* Are they the same but for control characters, which become blanks, and blanks at the ends? */
static bool is_like(struct str a, struct str b)
{
	struct buf text = { 0 };
	bool same;

	for (size_t i = 0; i < a.n; i++)
		buf_ch(&text, a.p[i] == '\t' ? ' ' : a.p[i]);
	same = str_eq(str_trim(buf_str(&text)), str_trim(b));
	buf_release(&text);
	return same;
}

/* Is the frame the same? A binary's name may have other brackets. */
static bool has_frame(const struct profile *p, sample_id a, const struct profile *q, sample_id b)
{
	const struct loc *f = frame_of(p, a), *g = frame_of(q, b);
	struct str name, file, copy;

	if (!f || !g || f->addr != g->addr)
		return false;
	name = dict_text(p->dict, dict_func(p->dict, f->func)->name);
	file = dict_text(p->dict, dict_mapping(p->dict, f->map)->file);
	copy = dict_text(q->dict, dict_mapping(q->dict, g->map)->file);
	if (!is_like(name, dict_text(q->dict, dict_func(q->dict, g->func)->name)) &&
	    str_trim(name).n)
		return false;
	for (size_t i = 0; i < file.n && i < copy.n; i++)
		if (file.p[i] != copy.p[i] && !memchr("()\t", file.p[i], 3))
			return false;
	return file.n == copy.n;
}

/* Counts threads whose name is another one; -1: something else is wrong. */
static int64_t count_renamed(const struct profile *p, const struct profile *q)
{
	int64_t n = 0;

	if (p->sample.n != q->sample.n || q->ncol != 1)
		return -1;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		sample_id a = { i }, b = sample_of(q, profile_value(p, 0, a));

		if (!b.i || profile_value(q, 0, b) != profile_value(p, 0, a) ||
		    !has_frame(p, a, q, b))
			return -1;
		n += !str_eq(comm_of(p, a), comm_of(q, b));
	}
	return n;
}

/* Write random samples and read them. */
static bool survives(struct buf *failed)
{
	static struct buf name;
	struct profile p, q;
	struct out out;
	int64_t scale;
	uint32_t col;
	bool ok;

	model_init(&p);
	model_init(&q);
	col = profile_column(&p, dict_intern(p.dict, random_name(&name)),
			     dict_intern(p.dict, S("count")), &scale);
	for (int64_t i = 1; i <= SAMPLES; i++)
		add_sample(&p, col, i);
	out_open_memory(&out);
	format_perf_script.write(&out, &p);
	ok = !out.failed && model_read(&q, buf_str(&out.bytes), &format_perf_script) &&
	     !profile_check(&q) && count_renamed(&p, &q) == (int64_t)out.renamed;
	failed->n = 0;
	buf_add(failed, buf_str(&out.bytes));
	out_release(&out);
	model_release(&q);
	model_release(&p);
	return ok;
}

int main(void)
{
	struct buf failed = { 0 };
	int nfailed = 0;

	for (int i = 0; i < ROUNDS; i++)
		if (!survives(&failed) && nfailed++ == 0)
			fprintf(stderr, "%.*s", STR_ARG(buf_str(&failed)));
	ok(nfailed == 0, "random names are read again, or counted: %d of %d are not", nfailed,
	   ROUNDS);
	buf_release(&failed);
	return done();
}
