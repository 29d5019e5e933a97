/*
 * Writing speedscope's format: a "sampled" profile for each sample type, with a sample for
 * each row. The order of samples is that of rows, not of time.
 *
 * Lost: labels, mappings, addresses, inlining, periods, comments, and the names of units
 * that speedscope does not have, which become "none".
 */
#include "format/json/json_write.h"
#include "format/one_side.h"
#include "format/speedscope/speedscope.h"
#include "version.h"

static const char *unit_name(struct str unit)
{
	static const char *const known[] = { "nanoseconds", "microseconds", "milliseconds",
					     "seconds", "bytes" };

	for (size_t i = 0; i < LEN(known); i++)
		if (str_eq(unit, str_of(known[i])))
			return known[i];
	return "none";
}

static void put_frame(struct json *j, struct dictionary *d, loc_id id)
{
	str_id name = dict_frame_name(d, id);
	const struct loc *l = dict_loc(d, id);
	struct str file = dict_text(d, dict_func(d, l->func)->file);

	json_begin_object(j);
	json_member_string(j, "name", dict_text(d, name));
	if (file.n)
		json_member_string(j, "file", file);
	if (l->line)
		json_member_int64(j, "line", l->line);
	if (l->column)
		json_member_int64(j, "col", l->column);
	json_end_object(j);
}

static void put_frames(struct out *out, struct json *j, struct profile *p,
		       const struct used_frames *used)
{
	json_member_object(j, "shared");
	json_member_array(j, "frames");
	for (size_t i = 0; i < used->frames.n; i++) {
		put_frame(j, p->dict, used->frames.v[i]);
		out_flush(out);
	}
	json_end_array(j);
	json_end_object(j);
}

static void put_samples(struct out *out, struct json *j, const struct profile *p, uint32_t col,
			const struct used_frames *used)
{
	json_member_array(j, "samples");
	for (uint32_t i = 1; i < p->sample.n; i++) {
		size_t n;
		const loc_id *frames = dict_frames(p->dict,
						   profile_sample(p, (sample_id){ i })->stack, &n);

		if (!profile_value(p, col, (sample_id){ i }))
			continue;
		json_begin_array(j);
		for (size_t k = 0; k < n; k++)
			json_put_int64(j, used->number[frames[k].i] - 1);
		json_end_array(j);
		out_flush(out);
	}
	json_end_array(j);
}

/* Returns the sum of the weights. */
static int64_t put_weights(struct out *out, struct json *j, struct profile *p, uint32_t col)
{
	int64_t sum = 0;

	json_member_array(j, "weights");
	for (uint32_t i = 1; i < p->sample.n; i++) {
		int64_t v = profile_value(p, col, (sample_id){ i });

		if (!v)
			continue;
		json_put_int64(j, v);
		sum = sat_add(p, sum, v);
		out_flush(out);
	}
	json_end_array(j);
	return sum;
}

static void put_profile(struct out *out, struct json *j, struct profile *p, uint32_t col,
			const struct used_frames *used)
{
	json_begin_object(j);
	json_member_string(j, "type", S("sampled"));
	json_member_string(j, "name", dict_text(p->dict, p->col[col].type));
	json_member_string(j, "unit", str_of(unit_name(dict_text(p->dict, p->col[col].unit))));
	json_member_int64(j, "startValue", 0);
	put_samples(out, j, p, col, used);
	json_member_int64(j, "endValue", put_weights(out, j, p, col));
	json_end_object(j);
}

void speedscope_write(struct out *out, struct profile *p)
{
	struct json j = { .b = &out->bytes };
	struct used_frames used;

	if (!p->ncol || !write_one_side(out, p, "speedscope"))
		return;
	used_frames_init(&used, p);
	json_begin_object(&j);
	json_member_string(&j, "$schema", S(SPEEDSCOPE_SCHEMA));
	json_member_string(&j, "exporter", S(SPEEDSCOPE_EXPORTER " " PROF_VERSION));
	json_member_int64(&j, "activeProfileIndex", profile_default_column(p));
	put_frames(out, &j, p, &used);
	json_member_array(&j, "profiles");
	for (uint32_t i = 0; i < p->ncol; i++)
		put_profile(out, &j, p, i, &used);
	json_end_array(&j);
	json_end_object(&j);
	buf_ch(&out->bytes, '\n');
	used_frames_release(&used);
}
