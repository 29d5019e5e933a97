#include "listen/sink_frames.h"

struct sink *frames_open(void)
{
	struct frames_sink *s = mem_zeroed(1, sizeof(*s));

	dict_init(&s->dict);
	profile_init(&s->p, &s->dict);
	return &s->sink;
}

void frames_close(struct sink *sink)
{
	struct frames_sink *s = (struct frames_sink *)sink;

	profile_release(&s->p);
	dict_release(&s->dict);
	buf_release(&s->bytes);
	vec_release(&s->request);
	mem_free(s, sizeof(*s));
}

struct profile *frames_begin(struct sink *sink, struct upload_reader *r, struct str tenant)
{
	struct frames_sink *s = (struct frames_sink *)sink;

	(void)r;
	s->tenant = tenant;
	vec_push(&s->request, { s->bytes.n, 0, 0 });
	return &s->p;
}

bool frames_add(struct sink *sink, struct upload_reader *r, label_set_id labels)
{
	struct frames_sink *s = (struct frames_sink *)sink;
	struct frames_request *q = &vec_last(&s->request);

	if (s->tenant.n)
		labels = dict_add_text_label(&s->dict, labels, S("tenant"), s->tenant);
	sink_label_samples(&s->p, labels);
	if (!sink_put_frame(&s->bytes, &s->p, &sink->options.pack))
		return upload_refuse(r, 503, "cannot compress: out of memory");
	if (!q->n)
		q->time = s->p.head.time;
	q->n = s->bytes.n - q->first;
	return true;
}

void frames_end(struct sink *sink, bool keep)
{
	struct frames_sink *s = (struct frames_sink *)sink;

	if (keep || !s->request.n)
		return;
	s->bytes.n = vec_last(&s->request).first;
	vec_pop(&s->request);
}

void frames_clear(struct frames_sink *s)
{
	s->bytes.n = 0;
	vec_clear(&s->request);
	if (mem_used() <= s->sink.options.memory)
		return;
	profile_release(&s->p);
	dict_release(&s->dict);
	buf_release(&s->bytes);
	dict_init(&s->dict);
	profile_init(&s->p, &s->dict);
}
