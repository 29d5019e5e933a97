/*
 * Samples: the node that ran, and the microseconds since the previous sample. A sample
 * lasts until the next one, the last until the profile's end.
 *
 * V8 writes a few negative deltas, for samples that were taken while an earlier one was
 * still being stored. Such a sample counts, but begins no earlier than the previous one.
 */
#include "format/v8/v8.h"

static void put_last(struct v8_samples *s, int64_t until)
{
	int64_t ns = until > s->last ? until - s->last : 0;

	if (s->has_last)
		tree_add(s->to, s->group, s->node, (uint64_t)s->last, 1,
			 (struct json_decimal){ ns });
}

/* Add the next sample, of this node, so many ns after the time of the previous one. */
static void pair(struct v8_samples *s, uint32_t node, int64_t delta)
{
	if (__builtin_add_overflow(s->now, delta, &s->now))
		s->now = delta < 0 ? INT64_MIN : INT64_MAX;
	s->nbackwards += s->now < s->last;
	put_last(s, s->now);
	s->last = s->now > s->last ? s->now : s->last;
	s->node = node;
	s->has_last = true;
}

/* The next unused value of a packed list; false if there is none. */
static bool take(struct buf *list, size_t *at, int64_t *v)
{
	struct cursor c = cursor_over(str_skip(buf_str(list), *at));

	if (*at == list->n)
		return false;
	*v = packed_next(&c);
	*at += cursor_pos(&c);
	if (*at == list->n)
		*at = list->n = 0;
	return true;
}

void v8_add_sample(struct v8_samples *s, uint32_t node)
{
	int64_t delta;

	s->nsample++;
	if (take(&s->deltas, &s->deltas_at, &delta))
		pair(s, node, delta);
	else
		packed_add(&s->ids, node);
}

void v8_add_delta(struct v8_samples *s, int64_t ns)
{
	int64_t node;

	s->ndelta++;
	if (take(&s->ids, &s->ids_at, &node))
		pair(s, (uint32_t)node, ns);
	else
		packed_add(&s->deltas, ns);
}

/* Without any times, all samples are equally long. */
static void spread_evenly(struct v8_samples *s, int64_t end)
{
	int64_t each = end > 0 ? end / (int64_t)s->nsample : 0, node;
	struct in *in = s->to->j->in;

	in_note(in, 0, "the samples have no times: each counts for %lld us",
		(long long)each / 1000);
	while (take(&s->ids, &s->ids_at, &node))
		pair(s, (uint32_t)node, s->has_last ? each : 0);
}

void v8_end_samples(struct v8_samples *s, int64_t end)
{
	struct in *in = s->to->j->in;
	int64_t node, last;

	if (s->nsample && !s->ndelta)
		spread_evenly(s, end);
	if (end < 0 && s->ndelta == s->nsample + 1 && take(&s->deltas, &s->deltas_at, &last)) {
		s->ndelta--; /* the older form: a time after the last sample is the end */
		end = s->now + (last > 0 && last < INT64_MAX - s->now ? last : 0);
	}
	put_last(s, end);
	s->has_last = false;
	if (s->nsample > s->ndelta && s->ndelta)
		in_note(in, 0, "samples without a time, at the end: %llu",
			(unsigned long long)(s->nsample - s->ndelta));
	while (take(&s->ids, &s->ids_at, &node))
		tree_add(s->to, s->group, (uint32_t)node, (uint64_t)s->last, 1,
			 (struct json_decimal){ 0 });
	if (s->ndelta > s->nsample)
		in_note(in, 0, "times without a sample, at the end: %llu",
			(unsigned long long)(s->ndelta - s->nsample));
	if (s->nbackwards)
		in_note(in, 0, "samples with a time before that of an earlier one: %llu",
			(unsigned long long)s->nbackwards);
}

void v8_samples_release(struct v8_samples *s)
{
	buf_release(&s->ids);
	buf_release(&s->deltas);
}
