/*
 * The threads of a profile for the Firefox Profiler. The labels comm, thread, pid and tid
 * distinguish them. Samples follow each other, each as long as its weight: their order is that
 * of rows, not of time.
 */
#include <math.h>

#include "format/firefox/firefox_writer.h"
#include "profile/unit.h"

enum { LONGEST = 1000000 }; /* the longest sample whose weight is not a time, in ms */

/* Weights */

static uint32_t column_of(const struct profile *p, struct str type, struct str unit)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (str_eq(dict_text(p->dict, p->col[i].type), type) &&
		    str_eq(dict_text(p->dict, p->col[i].unit), unit))
			return i;
	return TREE_NO_COLUMN;
}

void firefox_choose_columns(struct firefox_writer *w)
{
	uint32_t samples = column_of(w->p, S("samples"), S("count")),
		 col = profile_default_column(w->p);
	struct str unit = dict_text(w->p->dict, w->p->col[col].unit);

	w->cpu = column_of(w->p, S("cpu"), S("nanoseconds"));
	if (samples != TREE_NO_COLUMN && w->cpu != TREE_NO_COLUMN &&
	    (col == samples || col == w->cpu)) {
		w->weight = samples;
		w->weight_type = "samples";
		return;
	}
	w->cpu = TREE_NO_COLUMN;
	w->weight = col;
	w->scale = unit_ratio(unit, S("nanoseconds"));
	w->weight_type = w->scale ? "tracing-ms" : str_eq(unit, S("bytes")) ? "bytes" : "samples";
}

/* Labels */

static const struct label *sample_label(const struct firefox_writer *w, label_set_id set,
					struct str key)
{
	str_id id = dict_find_str(w->p->dict, key);

	return id.i ? dict_find_label(w->p->dict, set, id) : NULL;
}

static void add_label(const struct firefox_writer *w, label_set_id set, struct str key,
		      struct buf *to)
{
	const struct label *l = sample_label(w, set, key);

	if (l && l->is_num)
		buf_i64(to, l->num);
	else if (l)
		buf_add(to, dict_text(w->p->dict, l->str));
	buf_ch(to, '\0');
}

void firefox_collect_threads(struct firefox_writer *w)
{
	struct buf key = { 0 };

	vec_append_zeroed(&w->thread_of, w->p->sample.n);
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		label_set_id set = profile_sample(w->p, (sample_id){ i })->labels;

		key.n = 0;
		add_label(w, set, S("comm"), &key);
		add_label(w, set, S("thread"), &key);
		add_label(w, set, S("pid"), &key);
		add_label(w, set, S("tid"), &key);
		w->thread_of.v[i] = strings_intern(&w->threads, buf_str(&key));
		if (w->thread_of.v[i] > w->labels.n)
			vec_push(&w->labels, set);
	}
	buf_release(&key);
}

/* Writing */

static int64_t sample_weight(struct firefox_writer *w, uint32_t i)
{
	int64_t v = profile_value(w->p, w->weight, (sample_id){ i });

	return w->scale ? sat_mul(w->p, v, w->scale) : v;
}

/* Is sample i one of that thread, with a value? */
static bool thread_has(const struct firefox_writer *w, uint32_t thread, uint32_t i)
{
	return w->thread_of.v[i] == thread &&
	       (profile_value(w->p, w->weight, (sample_id){ i }) ||
		(w->cpu != TREE_NO_COLUMN && profile_value(w->p, w->cpu, (sample_id){ i })));
}

/* A column of a thread's samples. Returns their number. */
static int64_t put_sample_column(struct firefox_writer *w, uint32_t thread, const char *name)
{
	int64_t n = 0, before = 0;

	json_member_array(&w->j, name);
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		stack_id stack = profile_sample(w->p, (sample_id){ i })->stack;
		uint32_t leaf = stack_tree_leaf(&w->tree, stack);
		int64_t v = sample_weight(w, i);

		if (!thread_has(w, thread, i))
			continue;
		n++;
		switch (name[1]) {
		case 't': leaf ? json_put_int64(&w->j, leaf - 1) : firefox_put_or_null(w, 0); break;
		case 'e': json_put_decimal(&w->j, v, w->scale ? FIREFOX_MS_DECIMALS : 0); break;
		case 'h':
			json_put_int64(&w->j, profile_value(w->p, w->cpu, (sample_id){ i }));
			break;
		default: /* timeDeltas */
			json_put_decimal(&w->j, before, w->scale ? FIREFOX_MS_DECIMALS : 0);
			before = v < 0 ? 0 : w->scale || v < LONGEST ? v : LONGEST;
		}
		out_flush(w->out);
	}
	json_end_array(&w->j);
	return n;
}

static void put_samples(struct firefox_writer *w, uint32_t thread)
{
	int64_t n;

	json_member_object(&w->j, "samples");
	n = put_sample_column(w, thread, "stack");
	put_sample_column(w, thread, "timeDeltas");
	put_sample_column(w, thread, "weight");
	if (w->cpu != TREE_NO_COLUMN)
		put_sample_column(w, thread, "threadCPUDelta");
	json_member_string(&w->j, "weightType", str_of(w->weight_type));
	json_member_int64(&w->j, "length", n);
	json_end_object(&w->j);
}

/* A member of a thread, from a label or a substitute. */
static void put_label(struct firefox_writer *w, const char *name, label_set_id set, struct str key,
		      struct str otherwise)
{
	struct buf text = { 0 };

	add_label(w, set, key, &text);
	text.n--; /* the NUL */
	json_member_string(&w->j, name, text.n ? buf_str(&text) : otherwise);
	buf_release(&text);
}

void firefox_put_thread(struct firefox_writer *w, uint32_t thread)
{
	static const char *const markers[] = { "category", "data",      "endTime", "name",
					       "phase",    "startTime", NULL };
	label_set_id set = w->labels.v[thread - 1];

	json_begin_object(&w->j);
	put_label(w, "name", set, S("thread"), S(""));
	put_label(w, "processName", set, S("comm"), S(""));
	put_label(w, "pid", set, S("pid"), S("?"));
	put_label(w, "tid", set, S("tid"), S("?"));
	json_member_string(&w->j, "processType", S("default"));
	json_member_bool(&w->j, "isMainThread", thread == 1);
	json_member_bool(&w->j, "showMarkersInTimeline", false);
	json_member_int64(&w->j, "registerTime", 0);
	json_member_int64(&w->j, "processStartupTime", 0);
	json_member_double(&w->j, "unregisterTime", (double)NAN);
	json_member_double(&w->j, "processShutdownTime", (double)NAN);
	firefox_put_constant(w, "pausedRanges", 0, S("null"));
	firefox_put_empty_table(w, "markers", markers);
	put_samples(w, thread);
	json_end_object(&w->j);
}
