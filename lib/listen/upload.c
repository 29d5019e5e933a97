#include "listen/upload.h"

#include <strings.h>

#include "format/input.h"
#include "listen/upload_parts.h"

const char *upload_parameter(enum upload_field field)
{
	static const char *const names[UPLOAD_FIELDS] = {
		[UPLOAD_NAME] = "name",
		[UPLOAD_FORMAT] = "format",
		[UPLOAD_FROM] = "from",
		[UPLOAD_UNTIL] = "until",
		[UPLOAD_RATE] = "sampleRate",
		[UPLOAD_UNITS] = "units",
		[UPLOAD_AGGREGATION] = "aggregationType",
		[UPLOAD_SPY] = "spyName",
	};

	return names[field];
}

bool upload_refuse(struct upload_reader *r, int status, const char *fmt, ...)
{
	va_list ap;

	if (r->status != 200)
		return false;
	r->status = status;
	va_start(ap, fmt);
	buf_vprintf(&r->message, fmt, ap);
	va_end(ap);
	return false;
}

void upload_note(struct upload_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&r->notes, fmt, ap);
	va_end(ap);
	buf_ch(&r->notes, '\n');
}

bool media_type_is(struct str content_type, const char *type)
{
	struct str own = str_trim(str_cut(&content_type, ';'));

	return own.n == strlen(type) && strncasecmp(own.p, type, own.n) == 0;
}

/* Labels of the series */

static bool is_utf8(struct str s)
{
	uint32_t code;

	for (size_t n; s.n; s = str_skip(s, n))
		if (!(n = str_utf8(s, &code)))
			return false;
	return true;
}

static uint32_t count_labels(const struct dictionary *d, label_set_id set)
{
	uint32_t n = 0;

	for (; set.i; set = dict_label_set(d, set)->rest)
		n++;
	return n;
}

bool upload_label(struct upload_reader *r, struct str key, struct str value)
{
	const struct upload_limits *l = r->limits;
	struct dictionary *d = r->p->dict;

	if (!key.n)
		return upload_refuse(r, 400, "a label has no name");
	if (key.n > l->label_key)
		return upload_refuse(r, 400, "the name of a label has %zu bytes; the limit is %u",
				     key.n, l->label_key);
	if (value.n > l->label_value)
		return upload_refuse(r, 400, "label %.*s has %zu bytes; the limit is %u",
				     STR_ARG(key), value.n, l->label_value);
	if (!is_utf8(key) || !is_utf8(value))
		return upload_refuse(r, 400, "a label is not UTF-8");
	if (!value.n)
		return true;
	if (dict_find_label(d, r->labels, dict_find_str(d, key)))
		return upload_refuse(r, 400, "label %.*s is given twice", STR_ARG(key));
	r->labels = dict_add_text_label(d, r->labels, key, value);
	if (count_labels(d, r->labels) > l->labels)
		return upload_refuse(r, 400, "more than %u labels", l->labels);
	return true;
}

void upload_default_label(struct upload_reader *r, struct str key, struct str value)
{
	struct dictionary *d = r->p->dict;

	if (value.n && !dict_find_label(d, r->labels, dict_find_str(d, key)))
		upload_label(r, key, value);
}

/* Profiles */

/* 413 for an input that is too large, 415 for an unknown format, 400 for a malformed one. */
static bool refuse_input(struct upload_reader *r, const struct in *in)
{
	static const int status[] = {
		[IN_BAD] = 400, [IN_OVER_MEMORY] = 413, [IN_UNKNOWN_FORMAT] = 415
	};

	return upload_refuse(r, status[in->reason], "%s", in->error.n ? in->error.p : "malformed");
}

static uint64_t unpacked_left(const struct upload_reader *r)
{
	return r->unpacked < r->limits->unpacked ? r->limits->unpacked - r->unpacked : 1;
}

bool upload_unpack(struct upload_reader *r, struct in *in, const char *what, struct str bytes,
		   struct str *unpacked)
{
	in_open_memory(in, what, bytes);
	in->options.most = unpacked_left(r);
	*unpacked = S("");
	if (!in->failed && !in_end(in))
		in_map(in, unpacked);
	if (in->failed)
		return refuse_input(r, in);
	r->unpacked += unpacked->n;
	return true;
}

/* Are the profile's own labels and stacks within the limits? */
static bool check_profile(struct upload_reader *r)
{
	const struct upload_limits *l = r->limits;
	const struct dictionary *d = r->p->dict;
	label_set_id last = { 0 };
	size_t depth;

	for (uint32_t i = 1; i < r->p->sample.n; i++) {
		const struct sample *s = profile_sample(r->p, (sample_id){ i });

		dict_frames(d, s->stack, &depth);
		if (depth > l->depth)
			return upload_refuse(r, 400, "a stack has %zu frames; the limit is %u",
					     depth, l->depth);
		if (s->labels.i != last.i && count_labels(d, s->labels) > l->labels)
			return upload_refuse(r, 400, "a sample has more than %u labels", l->labels);
		last = s->labels;
		for (label_set_id set = last; set.i; set = dict_label_set(d, set)->rest) {
			const struct label *label = dict_label(d, dict_label_set(d, set)->label);

			if (dict_text(d, label->str).n > l->label_value ||
			    dict_text(d, label->key).n > l->label_key)
				return upload_refuse(r, 400,
						     "a label of a sample has more than "
						     "%u bytes",
						     l->label_value);
		}
	}
	return true;
}

/* Use the profile's own times, else those of the request, else the current time. */
static bool set_time(struct upload_reader *r)
{
	const int64_t day = INT64_C(86400) * 1000000000;
	struct header *h = &r->p->head;

	if (!h->time)
		h->time = r->from ? r->from : r->now;
	if (!h->duration && r->from && r->until > r->from)
		h->duration = r->until - r->from;
	if (h->time < 0 || h->time > INT64_MAX - 2 * day)
		return upload_refuse(r, 400, "the profile is of a time before 1970 or after 2262");
	return true;
}

bool upload_add_read_profile(struct upload_reader *r)
{
	if (++r->nprofile > r->limits->profiles)
		return upload_refuse(r, 413, "more than %u profiles in one request",
				     r->limits->profiles);
	if (!check_profile(r) || !set_time(r))
		return false;
	profile_round(r->p);
	return r->add(r, r->labels);
}

/* Find the format. Those whose readers open files that the profile names are refused. */
static bool find_format(struct upload_reader *r, struct input *input)
{
	if (!input->in.failed && !input->format && !in_end(&input->in))
		input->format = format_sniff(&input->in);
	return input->format != &format_perf_data ||
	       upload_refuse(r, 415,
			     "a perf.data file refers to files of the machine that "
			     "recorded it: send what prof-fold makes of it there");
}

static bool end_input(struct upload_reader *r, struct input *input, bool ok)
{
	r->unpacked += in_pos(&input->in);
	buf_add(&r->notes, buf_str(&input->in.notes));
	if (ok && input->in.failed)
		ok = refuse_input(r, &input->in);
	input_close(input);
	input_release(input);
	return ok;
}

bool upload_add_profiles(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format,
			 bool (*finish)(struct upload_reader *r, const struct format *format))
{
	struct input input;
	bool ok;

	input_open_memory(&input, what, bytes, format);
	input.in.options.most = unpacked_left(r);
	ok = find_format(r, &input);
	while (ok && input_next(&input, r->p))
		ok = (!finish || finish(r, input.format)) && upload_add_read_profile(r);
	return end_input(r, &input, ok);
}

bool upload_each_profile(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format, bool (*take)(struct upload_reader *r))
{
	struct input input;
	bool ok = true;

	input_open_memory(&input, what, bytes, format);
	input.in.options.most = unpacked_left(r);
	while (ok && input_next(&input, r->p))
		ok = take(r);
	return end_input(r, &input, ok);
}

void upload_block_types(struct profile *p)
{
	for (size_t i = 0; i < p->ncol; i++) {
		struct str type = dict_text(p->dict, p->col[i].type);

		if (str_eq(type, S("contentions")))
			p->col[i].type = dict_intern(p->dict, S("block_contentions"));
		else if (str_eq(type, S("delay")))
			p->col[i].type = dict_intern(p->dict, S("block_delay"));
	}
}

bool upload_read(struct upload_reader *r)
{
	r->status = 200;
	r->retry_after = 0;
	r->labels.i = 0;
	r->unpacked = r->nprofile = 0;
	r->from = r->until = 0;
	switch (r->upload->kind) {
	case UPLOAD_INGEST:
	case UPLOAD_PLAIN: return upload_read_ingest(r);
	case UPLOAD_PUSH: return upload_read_push(r);
	case UPLOAD_OTLP: return upload_read_otlp(r);
	}
	return false;
}
