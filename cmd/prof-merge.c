/*
 * prof-merge: any number of streams into one profile. Reading appends, so the
 * merging is done when the last input has been read; what is here is about
 * labels, scale, and where the names of thousands of inputs come from.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"

static struct {
	double scale;
	bool mean;
	const char *keep, *drop, *by, *files_from;
} o = { .scale = 1 };

static const struct opt own_options[] = {
	{ 0, "scale", OPT_NUMBER, &o.scale, "FACTOR", "multiply all values" },
	{ 0, "mean", OPT_FLAG, &o.mean, NULL, "divide all values by the number of profiles" },
	{ 0, "keep", OPT_STR, &o.keep, "LABEL,...", "keep only these labels" },
	{ 0, "drop", OPT_STR, &o.drop, "LABEL,...", "drop these labels" },
	{ 0, "by", OPT_STR, &o.by, "LABEL", "one output profile for each value of this label" },
	{ 0, "files-from", OPT_FILE, &o.files_from, "FILE",
	  "read input names from FILE, a line or NUL each" },
	{ 0 },
};
static const struct opt *const options[] = { own_options, to_options, file_options, general_options,
					     NULL };
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
	struct str text = profile_text(p, key);

	return (o.keep && !is_listed(text, o.keep)) || (o.drop && is_listed(text, o.drop));
}

static labels_id without_dropped(struct profile *p, labels_id set)
{
	for (labels_id at = set; at.i; at = profile_labels(p, at)->rest) {
		str_id key = profile_label(p, profile_labels(p, at)->label)->key;

		if (is_dropped(p, key))
			set = profile_drop_label(p, set, key);
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

/* One profile a label value */

static const struct profile *sorting; /* qsort() passes no context */

static struct str value_of(sample_id sample, char digits[24])
{
	const struct profile *p = sorting;
	str_id key = { strings_find(&p->str, str_of(o.by)) };
	labels_id labels = profile_sample(p, sample)->labels;
	const struct label *l = key.i ? profile_find_label(p, labels, key) : NULL;

	if (!l || !l->is_num)
		return l ? profile_text(p, l->str) : S("");
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

static void write_part(struct out *out, struct profile *p, const sample_id *samples, size_t n)
{
	struct profile part = profile_part(p, samples, n);

	format_pprof.write(out, &part);
	profile_rejoin(p, &part);
}

static void write_parts(struct out *out, struct profile *p)
{
	size_t n = p->sample.n - 1;
	sample_id *all = mem_zeroed(n, sizeof(*all));

	for (uint32_t i = 0; i < n; i++)
		all[i].i = i + 1;
	sorting = p;
	qsort(all, n, sizeof(*all), by_value_and_row);
	for (size_t from = 0, to = 1; to <= n; to++) {
		if (to < n && by_value(&all[from], &all[to]) == 0)
			continue;
		write_part(out, p, all + from, to - from);
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

/* Append the names in a list to names: ended by NULs if there is one, else by newlines. */
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
		ok = complain("%s: names no files", o.files_from);
	ok = ok && load_all(p, (char **)names.p);
	buf_release(&names);
	buf_release(&list);
	return ok;
}

static bool merge(struct profile *p)
{
	uint32_t col;

	if (!choose_column(p, &col))
		return false;
	if (common.type)
		keep_column(p, col);
	drop_labels(p);
	profile_scale(p, o.scale / (o.mean ? p->nprofile : 1));
	if (!o.by)
		return save(p, output_format());
	if (output_format() != &format_pprof && common.to >= 0)
		return complain("--by needs -t pprof: %s holds one profile", output_format()->name);
	return save_by_label(p);
}

int main(int argc, char **argv)
{
	char **operands = start(&cmd, argc, argv);
	struct profile p;
	bool ok;

	profile_init(&p);
	ok = o.files_from ? read_listed(&p, operands) : load_all(&p, operands);
	if (p.ncol)
		ok &= merge(&p);
	profile_release(&p);
	return status(ok);
}
