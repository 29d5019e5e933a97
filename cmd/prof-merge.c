/*
 * prof-merge: merge any number of streams into one profile. Reading appends, so the sum
 * is complete after the last input. This file drops and splits by labels, scales values,
 * and reads lists of input names.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/common.h"

/* A decimal factor, exactly as given. */
struct ratio {
	uint64_t num, den;
};

static struct {
	struct ratio scale;
	bool mean;
	const char *keep, *drop, *by, *files_from;
} o = { .scale = { 1, 1 } };

/* "12", "0.1", "2.50", "1e6": at most 18 digits. */
static bool parse_ratio(void *to, const char *arg)
{
	struct ratio r = { 0, 1 };
	struct str exponent = str_of(arg), decimals, whole;
	int64_t e = 0;

	decimals = str_cut(&exponent, 'e');
	whole = str_cut(&decimals, '.');
	if ((!whole.n && !decimals.n) || whole.n + decimals.n > 18 ||
	    (exponent.p && !str_i64(exponent, &e)) || e < -18 || e > 18)
		return false;
	for (size_t i = 0; i < whole.n + decimals.n; i++) {
		char c = i < whole.n ? whole.p[i] : decimals.p[i - whole.n];

		if (c < '0' || c > '9')
			return false;
		r.num = r.num * 10 + (uint64_t)(c - '0');
	}
	for (e -= (int64_t)decimals.n; e; e += e < 0 ? 1 : -1) {
		uint64_t *grows = e < 0 ? &r.den : &r.num;

		if (*grows > INT64_MAX / 10)
			return false;
		*grows *= 10;
	}
	*(struct ratio *)to = r;
	return r.num > 0;
}

static const struct opt own_options[] = {
	{ 0, "scale", OPT_PARSED, &o.scale, "FACTOR", "multiply all values", NULL, parse_ratio },
	{ 0, "mean", OPT_FLAG, &o.mean, NULL, "divide all values by the number of profiles" },
	{ 0, "keep", OPT_STR, &o.keep, "LABEL,...", "keep only these labels" },
	{ 0, "drop", OPT_STR, &o.drop, "LABEL,...", "drop these labels" },
	{ 0, "by", OPT_STR, &o.by, "LABEL", "one output profile for each value of this label" },
	{ 0, "files-from", OPT_FILE, &o.files_from, "FILE",
	  "read input names from FILE, by line or NUL" },
	{ 0 },
};
static const struct opt *const options[] = { own_options, to_options,      file_options,
					     sum_options, general_options, NULL };
static const struct cmd cmd = { "prof-merge", "Merge profiles into one.", "[FILE]...", options,
				false };

/* Labels */

static bool is_listed(struct str key, const char *list)
{
	struct str rest = str_of(list);

	while (rest.p)
		if (str_eq(str_cut(&rest, ','), key))
			return true;
	return false;
}

static bool is_dropped(const struct profile *p, str_id key)
{
	struct str text = dict_text(p->dict, key);

	return (o.keep && !is_listed(text, o.keep)) || (o.drop && is_listed(text, o.drop));
}

static label_set_id without_dropped(struct profile *p, label_set_id set)
{
	for (label_set_id at = set; at.i; at = dict_label_set(p->dict, at)->rest) {
		str_id key = dict_label(p->dict, dict_label_set(p->dict, at)->label)->key;

		if (is_dropped(p, key))
			set = dict_drop_label(p->dict, set, key);
	}
	return set;
}

static void drop_labels(struct profile *p)
{
	uint32_t n = p->sample.n;
	struct sample *to;

	if (!o.keep && !o.drop)
		return;
	to = mem_zeroed(n, sizeof(*to));
	for (uint32_t i = 1; i < n; i++) {
		to[i] = *profile_sample(p, (sample_id){ i });
		to[i].labels = without_dropped(p, to[i].labels);
	}
	profile_remap(p, to, NULL);
	mem_free(to, n * sizeof(*to));
}

/* One profile for each value of a label */

static const struct profile *sorting; /* qsort() passes no context */

static struct str value_of(sample_id sample, char digits[24])
{
	const struct profile *p = sorting;
	str_id key = dict_find_str(p->dict, str_of(o.by));
	label_set_id labels = profile_sample(p, sample)->labels;
	const struct label *l = key.i ? dict_find_label(p->dict, labels, key) : NULL;

	if (!l || !l->is_num)
		return l ? dict_text(p->dict, l->str) : S("");
	return str(digits, (size_t)snprintf(digits, 24, "%lld", (long long)l->num));
}

static int by_value(const void *a, const void *b)
{
	char x[24], y[24];

	return str_cmp(value_of(*(const sample_id *)a, x), value_of(*(const sample_id *)b, y));
}

static int by_value_and_row(const void *a, const void *b)
{
	uint32_t x = ((const sample_id *)a)->i, y = ((const sample_id *)b)->i;
	int d = by_value(a, b);

	return d ? d : (x > y) - (x < y);
}

/* Facts that count something (lost=, cpu_time_ns= ...) go into the first part only. */
static void write_part(struct out *out, struct profile *p, const sample_id *samples, size_t n,
		       bool is_first)
{
	struct profile part;

	profile_init_part(&part, p, samples, n);
	if (!is_first)
		profile_drop_counts(&part);
	format_pprof.write(out, &part);
	profile_release(&part);
}

static void write_parts(struct out *out, struct profile *p)
{
	size_t n = p->sample.n - 1;
	sample_id *all = mem_zeroed(n, sizeof(*all));

	if (!n)
		write_part(out, p, NULL, 0, true);
	for (uint32_t i = 0; i < n; i++)
		all[i].i = i + 1;
	sorting = p;
	qsort(all, n, sizeof(*all), by_value_and_row);
	for (size_t from = 0, to = 1; to <= n; to++) {
		if (to < n && by_value(&all[from], &all[to]) == 0)
			continue;
		write_part(out, p, all + from, to - from, from == 0);
		from = to;
	}
	mem_free(all, n * sizeof(*all));
}

static bool save_by_label(struct profile *p)
{
	struct out out;

	if (out_open(&out, common.output, common.pack))
		write_parts(&out, p);
	return finish_output(&out);
}

/* Inputs */

static bool read_list(struct buf *list)
{
	struct in in;
	struct str bytes;
	bool ok = in_open(&in, o.files_from);

	while (ok && in_frame(&in, &bytes))
		buf_add(list, bytes);
	ok = in_close(&in);
	if (!ok)
		complain("%s", in.error.p);
	in_release(&in);
	return ok;
}

/* Split a list at its NULs, or at newlines if it has none, and append to `names`. */
static void split_list(struct buf *list, struct buf *names)
{
	char end = memchr(list->p ? list->p : "", '\0', list->n) ? '\0' : '\n';
	struct str rest;

	buf_ch(list, '\0');
	rest = str(list->p, list->n - 1);
	while (rest.n) {
		char *name = (char *)str_cut(&rest, end).p;

		if (rest.p)
			((char *)rest.p)[-1] = '\0';
		if (*name)
			buf_put(names, &name, sizeof(name));
	}
}

static bool read_listed(struct profile *p, char **operands)
{
	struct buf list = { 0 }, names = { 0 };
	bool ok = read_list(&list);
	char *end = NULL;

	for (; *operands; operands++)
		buf_put(&names, operands, sizeof(*operands));
	split_list(&list, &names);
	buf_put(&names, &end, sizeof(end));
	if (ok && BUF_COUNT(&names, char *) == 1)
		ok = complain("%s: contains no file names", o.files_from);
	ok = ok && load_all(p, (char **)names.p);
	buf_release(&names);
	buf_release(&list);
	return ok;
}

/* Note the sample types that only some of the profiles have. */
static void note_partial_types(const struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++)
		if (p->col[i].nprofile < p->nprofile)
			note("only %u of %u profiles %s sample type %.*s/%.*s", p->col[i].nprofile,
			     p->nprofile, p->col[i].nprofile == 1 ? "has" : "have",
			     STR_ARG(dict_text(p->dict, p->col[i].type)),
			     STR_ARG(dict_text(p->dict, p->col[i].unit)));
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static bool scale_values(struct profile *p)
{
	uint64_t nprofile = o.mean ? p->nprofile : 1,
		 common_divisor = greatest_divisor(o.scale.num, nprofile);
	uint64_t num = o.scale.num / common_divisor, den;

	if (__builtin_mul_overflow(o.scale.den, nprofile / common_divisor, &den) || den > INT64_MAX)
		return complain("--scale divided by the %u profiles of --mean is too small",
				p->nprofile);
	note_rounded(p, profile_scale(p, num, den));
	return true;
}

static bool merge(struct profile *p)
{
	uint32_t col;

	if (!common.type || (wants_all_types(p) && output_format()->all_types)) {
		note_partial_types(p);
	} else {
		if (!choose_column(p, &col))
			return false;
		keep_column(p, col);
	}
	drop_labels(p);
	if (!scale_values(p))
		return false;
	if (!o.by)
		return save(p, output_format());
	if (output_format() != &format_pprof && common.to >= 0)
		return complain("--by needs -t pprof: %s holds one profile", output_format()->name);
	return save_by_label(p);
}

int main(int argc, char **argv)
{
	char **operands = start(&cmd, argc, argv);
	struct dictionary dict;
	struct profile p;
	bool ok;

	dict_init(&dict);
	profile_init(&p, &dict);
	ok = o.files_from ? read_listed(&p, operands) : load_all(&p, operands);
	if (p.ncol)
		ok &= merge(&p);
	note_saturation(&p);
	profile_release(&p);
	dict_release(&dict);
	return status(ok);
}
